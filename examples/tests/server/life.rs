//! From the start to a signal.

use std::time::Duration;

use serde_json::json;
use sms_consolidate::{Clock, SystemClock};

use crate::child::{ANA, ANA_MASKED, ONE_A_BATCH, Process, Server, TWO_A_BATCH, WEBHOOK, with};

const STATUS: &str = "/api/debug/sms-batch-status";

const NOTHING_HANDLED: &str =
    "Stopped. Batches handled while stopping: 0, not handled: 0, kept for the next start: 0";

#[test]
fn three_messages_within_the_window_get_one_reply_on_the_console() {
    // A busy machine may be slower than the window, and then the last one is not within it.
    let clock = SystemClock::new();
    let in_time = (0..10).find_map(|_| {
        let server = Server::start(&[("CONSOLIDATION_WINDOW", "3s")]);
        let start = clock.now();
        for (guid, text) in [("1", "Yes"), ("2", "I can help"), ("3", "Thanks")] {
            server.text(guid, text);
        }
        (clock.now() < start + Duration::from_secs(3)).then_some(server)
    });
    let mut server = in_time.expect("a machine that can post three texts within three seconds");
    let reply = server.line("REPLY");
    assert_eq!(reply, format!(r#"REPLY | To: {ANA_MASKED} | "Thanks for confirming! See you soon.""#));
    server.line("BATCH PROCESSING COMPLETE");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | ").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "CONSOLIDATED CLASSIFICATION").len(), 1);
    assert_eq!(with(&lines, ": stopping"), ["SIGTERM: stopping"]);
    assert_eq!(lines.last().unwrap(), NOTHING_HANDLED);
}

#[test]
fn the_start_says_what_is_configured_and_how_to_try_it() {
    let mut server = Server::start(&[("CONSOLIDATION_WINDOW", "500ms")]);
    let address = server.address().to_owned();
    server.line("curl ");
    let seen = server.process.seen();
    assert!(seen.contains(&format!("Listening on http://{address}")), "{seen:#?}");
    for setting in [
        "  store      SQLite, sms-consolidate.db",
        "  window     fixed, 500ms",
        "  classifier rules",
        "  gateway    console",
        "  replies    on",
        "  webhook    /api/webhook/sms-received, calls are not verified",
        "  twilio     not mounted (TWILIO_AUTH_TOKEN is not set)",
        "  numbers    as they are written",
        "  status     not mounted (ADMIN_TOKEN is not set)",
        "  scheduler  not mounted (CRON_SECRET is not set)",
    ] {
        assert!(seen.iter().any(|line| line == setting), "{setting:?} in {seen:#?}");
    }
    // The line to try is a line that works.
    let curl = with(seen, "curl ").concat();
    assert!(curl.contains(&format!("http://{address}{WEBHOOK} -d ")), "{curl}");
    let (_, body) = curl.split_once("-d '").unwrap();
    let body = body.strip_suffix('\'').unwrap().replace("'$(date +%s%N)'", "7");
    let (status, answer) = server.post(&serde_json::from_str(&body).unwrap());
    assert_eq!((status, &answer["processed"]), (200, &serde_json::json!(1)));
    server.line("REPLY | ");
    assert_eq!(server.call("GET", WEBHOOK, "", "").0, 200);
    server.stop("TERM");
}

#[test]
fn ctrl_c_stops_it_too() {
    let lines = Server::start(&[]).stop("INT");
    assert_eq!(with(&lines, ": stopping"), ["Ctrl-C: stopping"]);
    assert_eq!(lines.last().unwrap(), NOTHING_HANDLED);
}

#[test]
fn a_batch_that_is_open_when_it_stops_is_kept_for_the_next_start() {
    let server = Server::start(&[]);
    let folder = server.folder();
    server.text("1", "Yes");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | ").len(), 0, "{lines:#?}");
    assert_eq!(
        lines.last().unwrap(),
        "Stopped. Batches handled while stopping: 0, not handled: 0, kept for the next start: 1"
    );
    let mut server = Server::start_in(folder, &[TWO_A_BATCH]);
    let waiting = server.line("BATCHES WAITING");
    assert!(waiting.ends_with("open=1 closed=0 claimed=0 retrying=0 dead=0 messages=1"), "{waiting}");
    server.text("1", "Yes");
    server.text("2", "Thanks");
    server.line("REPLY | ");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "BATCH RECEIVED").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "DUPLICATE IGNORED").len(), 1, "{lines:#?}");
}

#[test]
fn two_servers_on_one_postgres_share_a_batch() {
    let postgres = throwaway_postgres::Server::start();
    let url = postgres.url();
    let environment = [("DATABASE_URL", &*url), TWO_A_BATCH];
    let (mut first, second) = (Server::start(&environment), Server::start(&environment));
    first.line("curl ");
    let shown = first.process.seen().concat();
    assert!(shown.contains("Postgres") && !shown.contains("password"), "{shown}");
    first.text("1", "Yes");
    second.text("1", "Yes");
    second.text("2", "Thanks");
    // Either may have claimed it.
    let batches = "SELECT status, message_count FROM sms_consolidate.batches_now";
    let is_over = (0..1_000).any(|_| postgres.psql(batches) == "finished|2");
    assert!(is_over, "{}", postgres.psql(batches));
    let lines = [first.stop("TERM"), second.stop("TERM")].concat();
    assert_eq!(with(&lines, "DUPLICATE IGNORED").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "REPLY | ").len(), 1, "{lines:#?}");
}

#[test]
fn while_the_database_is_away_calls_say_so_and_once_it_is_back_all_goes_on() {
    let mut postgres = throwaway_postgres::Server::start();
    let url = postgres.url();
    let environment = [
        ("DATABASE_URL", &*url),
        TWO_A_BATCH,
        ("ADMIN_TOKEN", "admin-sesame"),
        ("CRON_SECRET", "cron-sesame"),
    ];
    let mut server = Server::start(&environment);
    server.text("1", "Yes");

    postgres.stop("immediate");
    let message = json!({"guid": "2", "number": ANA, "message": "I can help"}).to_string();
    let (admin, cron) = ("Authorization: Bearer admin-sesame\r\n", "Authorization: Bearer cron-sesame\r\n");
    let number = json!({"phoneNumber": ANA}).to_string();
    for (method, path, token, body) in [
        ("POST", WEBHOOK, "", &*message),
        ("GET", STATUS, admin, ""),
        ("POST", STATUS, admin, &*number),
        ("POST", "/api/cron/process-sms-batches", cron, ""),
        ("POST", WEBHOOK, "", &*message),
    ] {
        let token = format!("Content-Type: application/json\r\n{token}");
        let (status, head, answer) = server.exchange(method, path, &token, body);
        assert_eq!(status, 503, "{method} {path}: {answer}");
        assert!(head.contains("\r\nretry-after: 10\r\n") || path != WEBHOOK, "{head}");
        assert!(!answer.to_string().contains("password"), "{answer}");
    }
    assert_eq!(server.call("GET", WEBHOOK, "", "").0, 200, "the server itself is up");

    postgres.run();
    // As the gateway does: again until it is accepted. A connection from before may still be in the way.
    let accepted =
        (0..100).map(|_| server.call("POST", WEBHOOK, "", &message)).find(|answer| answer.0 != 503);
    let (status, answer) = accepted.unwrap();
    assert_eq!((status, &answer["processed"]), (200, &json!(1)), "nothing was stored before: {answer}");
    server.line("REPLY | ");
    server.line("BATCH PROCESSING COMPLETE");
    server.text("2", "I can help");
    assert_eq!(server.call("GET", STATUS, admin, "").0, 200);
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | ").len(), 1, "{lines:#?}");
    assert_eq!(with(&lines, "DUPLICATE IGNORED").len(), 1, "{lines:#?}");
    let received = with(&lines, "BATCH RECEIVED");
    assert!(matches!(received[..], [one] if one.contains("count=2")), "{received:#?}");
}

#[test]
fn a_message_for_a_damaged_lane_is_sent_again_until_somebody_has_mended_it() {
    let postgres = throwaway_postgres::Server::start();
    let mut server = Server::start(&[("DATABASE_URL", &*postgres.url()), TWO_A_BATCH]);
    server.text("1", "Yes");
    postgres.psql("UPDATE sms_consolidate.lanes SET lane = 'x' || lane");
    let message = json!({"guid": "2", "number": ANA, "message": "I can help"});
    let (status, answer) = server.post(&message);
    assert_eq!((status, &answer["message"]), (503, &json!("what the store holds of the sender is damaged")));
    let refused = server.line("SMS REFUSED");
    assert!(refused.contains("guid=\"2\"") && refused.contains("is damaged"), "{refused}");
    postgres.psql("UPDATE sms_consolidate.lanes SET lane = substr(lane, 2)");
    assert_eq!(server.post(&message).0, 200);
    server.line("REPLY");
    let lines = server.stop("TERM");
    assert!(with(&lines, "BATCH RECEIVED").concat().contains("count=2"), "{lines:#?}");
}

#[test]
fn a_database_that_does_not_let_it_in_stops_the_start_without_the_password() {
    let postgres = throwaway_postgres::Server::start();
    let url = postgres.url().replace("a%20password", "word-sesame");
    let (status, _, errors) = Process::start(&[], &[("BIND", "127.0.0.1:0"), ("DATABASE_URL", &url)]).end();
    assert_eq!(status.code(), Some(1));
    assert!(
        errors.contains("server: DATABASE_URL: ") && errors.contains("authentication failed"),
        "{errors}"
    );
    assert!(!errors.contains("sesame"), "{errors}");
}

#[test]
fn a_file_that_is_open_already_stops_the_start() {
    let first = Server::start(&[]);
    let file = first.folder().path().join("sms-consolidate.db");
    let url = format!("sqlite:{}", file.display());
    let (status, _, errors) = Process::start(&[], &[("BIND", "127.0.0.1:0"), ("DATABASE_URL", &url)]).end();
    assert_eq!(status.code(), Some(1));
    assert!(errors.starts_with("server: DATABASE_URL: ") && errors.contains("is open already"), "{errors}");
    assert!(errors.contains("sms-consolidate.db"), "{errors}");
}

#[test]
fn what_is_open_in_memory_is_answered_before_it_stops() {
    let server = Server::start(&[("DATABASE_URL", "memory:")]);
    server.text("1", "Yes");
    server.text("2", "Thanks");
    let lines = server.stop("TERM");
    assert_eq!(with(&lines, "REPLY | ").len(), 1, "{lines:#?}");
    assert_eq!(
        lines.last().unwrap(),
        "Stopped. Batches handled while stopping: 1, not handled: 0, kept for the next start: 0"
    );
}

#[test]
fn a_port_that_is_taken_stops_the_start() {
    let first = Server::start(&[ONE_A_BATCH]);
    let second = Process::start(&[], &[("BIND", first.address())]);
    let (status, _, errors) = second.end();
    assert_eq!(status.code(), Some(1));
    assert!(errors.starts_with(&format!("server: BIND: cannot listen on {}: ", first.address())), "{errors}");
}

#[test]
fn its_one_argument_is_help() {
    let (status, _, errors) = Process::start(&["--port=1"], &[]).end();
    assert_eq!(status.code(), Some(1));
    assert_eq!(errors, "server: the only argument is --help; everything is set by the environment\n");
}
