//! The server example as people run it: a process of its own, set by the environment, stopped by a signal.

#![cfg(unix)]

mod kit;

use kit::{Server, nobody, outside, run};
use serde_json::{Value, json};

const MARIA: &str = "+639171234567";
const SHORT: (&str, &str) = ("CONSOLIDATION_WINDOW", "500ms");
const LONG: (&str, &str) = ("CONSOLIDATION_WINDOW", "60m");
const CLASSIC: (&str, &str) = ("LOG_FORMAT", "classic");

fn count(lines: &[String], part: &str) -> usize {
    lines.iter().filter(|line| line.contains(part)).count()
}

#[test]
fn three_messages_get_one_reply_on_the_console_and_sigterm_ends_it_well() {
    let mut server = Server::start(&[SHORT]);
    for (guid, text) in [("1", "Yes"), ("2", "I can help"), ("3", "Thanks")] {
        server.text(guid, MARIA, text);
    }
    let reply = "REPLY | To: +63917•••4567 | \"Thanks for confirming! See you soon.\"";
    assert_eq!(server.wait_for("REPLY"), reply);
    server.wait_for("BATCH PROCESSING COMPLETE");
    let lines = server.terminate();
    assert_eq!(count(&lines, "REPLY |"), 1);
    assert_eq!(count(&lines, "BATCH RECEIVED"), 1);
    assert_eq!(count(&lines, "CONSOLIDATED CLASSIFICATION"), 1);
    let last = "Stopped. Batches handled: 0, not handled: 0, kept for the next start: 0";
    assert_eq!(lines.last().unwrap(), last);
}

#[test]
fn the_start_says_what_is_configured_and_what_to_try() {
    let lines = Server::start(&[("RUST_LOG", "warn")]).terminate();
    let listening = lines[0].strip_prefix("Listening on http://").unwrap();
    let expected = [
        "  store      in memory",
        "  window     fixed, 60s",
        "  classifier rules",
        "  gateway    console",
        "  replies    on",
        "  webhook    /api/webhook/sms-received, calls are not verified",
        "  status     not mounted (ADMIN_TOKEN is not set)",
        "  scheduler  not mounted (CRON_SECRET is not set)",
        "Try:",
    ];
    assert_eq!(lines[1..10], expected);
    let url = format!("http://{listening}/api/webhook/sms-received");
    assert!(lines[10].starts_with(&format!("  curl {url} -d ")), "{}", lines[10]);
    assert_eq!(count(&lines, "WARN"), 1, "{lines:?}");
    assert_eq!(count(&lines, "durable ones are not available yet"), 1);
}

#[test]
fn what_is_open_when_it_stops_is_handled() {
    let server = Server::start(&[LONG]);
    server.text("1", MARIA, "No, sorry");
    let lines = server.terminate();
    assert_eq!(count(&lines, "REPLY | To: +63917•••4567 | \"Thank you for replying.\""), 1);
    assert!(lines.last().unwrap().starts_with("Stopped. Batches handled: 1, not handled: 0"), "{lines:?}");
}

#[test]
fn what_cannot_be_handled_any_more_is_named() {
    let gateway = nobody();
    let server = Server::start(&[
        LONG,
        CLASSIC,
        ("SMS_MOBILE_API_KEY", "k"),
        ("SMS_MOBILE_API_BASE_URL", &gateway),
        ("SMS_AUTO_REPLY_ENABLED", "yes"),
    ]);
    server.text("1", MARIA, "Yes");
    let lines = server.terminate();
    let named = lines.iter().find(|line| line.contains("BATCH NOT HANDLED")).unwrap();
    assert!(named.starts_with("WARN | ") && named.contains("from: +63917•••4567"), "{named}");
    assert!(named.ends_with("messages: 1"), "{named}");
    assert!(lines.last().unwrap().starts_with("Stopped. Batches handled: 0, not handled: 1"), "{lines:?}");
}

#[test]
fn a_value_that_is_not_accepted_stops_the_start_and_is_not_repeated() {
    let bad = [
        ("BIND", "localhost"),
        ("DATABASE_URL", "sqlite:sms-consolidate.db"),
        ("DATABASE_URL", "postgres://user:pass@host/db"),
        ("CONSOLIDATION_WINDOW", "a minute"),
        ("CONSOLIDATION_WINDOW", "-1"),
        ("CONSOLIDATION_WINDOW", "1.5s"),
        ("CONSOLIDATION_WINDOW", "25h"),
        ("CONSOLIDATION_WINDOW", "99999999999999999999m"),
        ("CONSOLIDATION_WINDOW", "1441m"),
        ("CONSOLIDATION_MODE", "Sliding window"),
        ("CONSOLIDATION_MAX_WAIT", "59"),
        ("CONSOLIDATION_MAX_MESSAGES", "0"),
        ("CONSOLIDATION_IN_FLIGHT", "drop"),
        ("SMS_AUTO_REPLY_ENABLED", "perhaps"),
        ("SMS_AUTO_REPLY_TEXT_AGRE", "Thanks"),
        ("ENABLE_AI_SMS_AGENT", "off-ish"),
        ("AI_SMS_TEST_NUMBER", "+63abc"),
        ("LOG_FORMAT", "xml"),
        ("LOG_NUMBERS", "some"),
        ("RUST_LOG", "sms=loudest"),
    ];
    for (name, value) in bad {
        let output = run(&[(name, value)], &[]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}={value}");
        assert!(
            error.contains(&format!("{name} ")) && error.contains("It takes: "),
            "{name}={value}: {error}"
        );
        assert!(!error.contains(value), "{error}");
        assert!(output.stdout.is_empty());
    }
    let settings = [
        ("OPENAI_BASE_URL", "OPENAI_API_KEY", "ftp://user:pass@host"),
        ("SMS_MOBILE_API_BASE_URL", "SMS_MOBILE_API_KEY", "ftp://user:pass@host"),
    ];
    for (name, key, value) in settings {
        let output = run(&[(name, value), (key, "k")], &[]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        assert!(error.contains(name) && !error.contains("pass"), "{error}");
    }
}

#[test]
fn an_address_in_use_stops_the_start() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let output = run(&[("BIND", &taken.local_addr().unwrap().to_string())], &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.code() == Some(1) && error.contains("BIND: cannot listen on 127.0.0.1:"),
        "{error}"
    );
}

#[test]
fn help_names_every_variable() {
    let output = run(&[("BIND", "not looked at")], &["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for name in "BIND DATABASE_URL CONSOLIDATION_WINDOW CONSOLIDATION_MODE CONSOLIDATION_MAX_WAIT \
        CONSOLIDATION_MAX_MESSAGES CONSOLIDATION_IN_FLIGHT SMS_AUTO_REPLY_ENABLED SMS_AUTO_REPLY_TEXT \
        SMS_AUTO_REPLY_TEXT_AGREE OPENAI_API_KEY OPENAI_MODEL OPENAI_BASE_URL SMS_MOBILE_API_KEY \
        SMS_MOBILE_API_BASE_URL SMS_MOBILE_API_WEBHOOK_SECRET TWILIO_ACCOUNT_SID TWILIO_AUTH_TOKEN \
        TWILIO_PHONE_NUMBER TWILIO_API_BASE_URL TWILIO_WEBHOOK_URL ENABLE_AI_SMS_AGENT AI_SMS_TEST_NUMBER \
        LOG_FORMAT LOG_NUMBERS ADMIN_TOKEN CRON_SECRET RUST_LOG"
        .split_whitespace()
    {
        assert!(help.contains(&format!("  {name}")) || help.contains(&format!(", {name}")), "{name}");
    }
    assert_eq!(run(&[], &["--bind"]).status.code(), Some(1));
}

#[test]
fn windows_are_read_in_every_form() {
    let check = |environment: &[(&str, &str)], expected: &str| {
        let lines = Server::start(environment).terminate();
        assert_eq!(count(&lines, &format!("  window     {expected}")), 1, "{lines:?}");
    };
    check(&[("CONSOLIDATION_WINDOW", " ")], "fixed, 60s");
    check(&[("CONSOLIDATION_WINDOW", "45")], "fixed, 45s");
    check(&[("CONSOLIDATION_WINDOW", "15s")], "fixed, 15s");
    check(&[("CONSOLIDATION_WINDOW", "500ms")], "fixed, 500ms");
    check(&[("CONSOLIDATION_WINDOW", "2m")], "fixed, 120s");
    let (sliding, aligned) = (("CONSOLIDATION_MODE", "sliding"), ("CONSOLIDATION_MODE", "aligned"));
    check(&[sliding], "sliding, 60s, at most 300s");
    check(&[sliding, ("CONSOLIDATION_MAX_WAIT", "90")], "sliding, 60s, at most 90s");
    check(&[aligned, ("CONSOLIDATION_WINDOW", "15s")], "aligned to 15s, grace 10s");
}

#[test]
fn a_cap_closes_a_batch_before_its_window() {
    let mut server = Server::start(&[LONG, ("CONSOLIDATION_MAX_MESSAGES", "2")]);
    server.text("1", MARIA, "Yes");
    server.text("2", MARIA, "I can help");
    server.wait_for("REPLY");
}

#[test]
fn the_classic_format_is_what_operators_grep_for() {
    let mut server = Server::start(&[SHORT, CLASSIC]);
    for guid in ["1", "2", "2"] {
        server.text(guid, MARIA, "Yes");
    }
    server.wait_for("BATCH PROCESSING COMPLETE");
    server.text("a\nb", "+15551234567", "STOP");
    server.wait_for("BATCH PROCESSING COMPLETE");
    let lines = server.terminate();
    let start = lines.iter().position(|line| line.starts_with("SMS RECEIVED")).unwrap();
    let end = lines.iter().position(|line| line.starts_with("SIGTERM")).unwrap();
    let expected = [
        "SMS RECEIVED | From: +63917•••4567 | GUID: 1",
        "CONSOLIDATION STARTED | From: +63917•••4567 | Message 1 buffered, waiting 500ms for more...",
        "SMS RECEIVED | From: +63917•••4567 | GUID: 2",
        "CONSOLIDATION UPDATE | From: +63917•••4567 | Total: 2",
        "DUPLICATE IGNORED | From: +63917•••4567 | GUID: 2",
        "CONSOLIDATION TIMEOUT | From: +63917•••4567 | Messages: 2 | Reason: Timeout",
        "BATCH RECEIVED | From: +63917•••4567 | Count: 2",
        "CONSOLIDATED CLASSIFICATION ✓ AGREE | From: +63917•••4567 | Method: Rule-based | Messages: 2",
        "REPLY | To: +63917•••4567 | \"Thanks for confirming! See you soon.\"",
        "AUTO-REPLY SENT (batch) | To: +63917•••4567 | Messages: 2 | \"Thanks for confirming! See you soon.\"",
        "BATCH PROCESSING COMPLETE | From: +63917•••4567 | Result: replied | Messages: 2",
        r"SMS RECEIVED | From: +1555•••4567 | GUID: a\nb",
    ];
    assert_eq!(lines[start..start + expected.len()], expected);
    let confirmed = "AUTO-REPLY SENT (batch) | To: +1555•••4567 | Messages: 1 | \"You are unsubscribed";
    assert_eq!(count(&lines[start..end], confirmed), 1, "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains('\u{1b}')), "{lines:?}");
}

#[test]
fn a_window_in_whole_seconds_is_written_in_seconds() {
    let mut server = Server::start(&[CLASSIC]);
    server.text("1", MARIA, "Yes");
    assert!(server.wait_for("CONSOLIDATION STARTED").ends_with("buffered, waiting 60s for more..."));
}

#[test]
fn json_logs_are_one_object_per_line_without_texts() {
    let mut server = Server::start(&[SHORT, ("LOG_FORMAT", "json"), ("LOG_NUMBERS", "full")]);
    server.text("1", MARIA, "Yes, my secret");
    server.wait_for("BATCH PROCESSING COMPLETE");
    let lines = std::mem::take(&mut server.seen);
    let events: Vec<Value> = lines
        .iter()
        .filter(|line| !line.starts_with("REPLY"))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["message"], "LISTENING");
    let started = events.iter().find(|event| event["message"] == "CONSOLIDATION STARTED").unwrap();
    assert_eq!((&started["from"], &started["window_ms"]), (&json!(MARIA), &json!(500)));
    assert_eq!(count(&lines, &format!("REPLY | To: {MARIA}")), 1);
    assert_eq!(count(&lines, "secret"), 0);
    let sent = events.iter().find(|event| event["message"] == "AUTO-REPLY SENT (batch)").unwrap();
    assert_eq!(sent["text"], Value::Null);
}

#[test]
fn openai_classifies_and_the_gateway_sends_where_they_are_configured() {
    let (openai, questions) = outside(
        r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",
        "message":{"role":"assistant","content":"{\"label\":\"NOT_AGREE\"}"}}]}"#,
    );
    let (gateway, replies) = outside(r#"{"result":{"error":0,"sent":"1","id":"r1"}}"#);
    let mut server = Server::start(&[
        SHORT,
        CLASSIC,
        ("OPENAI_API_KEY", "openai-key"),
        ("OPENAI_BASE_URL", &openai),
        ("OPENAI_MODEL", "some-model"),
        ("SMS_MOBILE_API_KEY", "gateway-key"),
        ("SMS_MOBILE_API_BASE_URL", &gateway),
        ("SMS_AUTO_REPLY_ENABLED", "true"),
        ("SMS_AUTO_REPLY_TEXT", "for all"),
        ("SMS_AUTO_REPLY_TEXT_NOT_AGREE", "Maybe another time"),
    ]);
    server.text("1", MARIA, "Yes");
    server.wait_for("CONSOLIDATED CLASSIFICATION ✓ NOT_AGREE | From: +63917•••4567 | Method: OpenAI");
    server.wait_for("AUTO-REPLY SENT (batch) | To: +63917•••4567 | Messages: 1 | \"Maybe another time\"");
    assert!(questions.recv().unwrap().contains("some-model"));
    assert!(replies.recv().unwrap().contains("message=Maybe+another+time"));
    let lines = server.terminate();
    assert_eq!(count(&lines, "OpenAI (some-model), then rules"), 1);
    assert_eq!(count(&lines, "gateway    SMS Mobile API"), 1);
    assert_eq!(count(&lines, "-key"), 0, "no key is ever printed");
}

#[test]
fn a_gateway_sends_nothing_until_replies_are_switched_on() {
    let gateway = nobody();
    let mut server =
        Server::start(&[SHORT, CLASSIC, ("SMS_MOBILE_API_KEY", "k"), ("SMS_MOBILE_API_BASE_URL", &gateway)]);
    server.text("1", MARIA, "Yes");
    server.wait_for("AUTO-REPLY SKIPPED | To: +63917•••4567 | Reason: auto-reply is off");
}

#[test]
fn without_the_agent_nothing_is_answered_or_paid_for() {
    let (openai, questions) = outside("{}");
    let mut server = Server::start(&[
        SHORT,
        CLASSIC,
        ("ENABLE_AI_SMS_AGENT", "false"),
        ("OPENAI_API_KEY", "k"),
        ("OPENAI_BASE_URL", &openai),
        ("SMS_AUTO_REPLY_ENABLED", "yes"),
    ]);
    server.text("1", MARIA, "Yes");
    server.wait_for("AUTO-REPLY SKIPPED | To: +63917•••4567 | Reason: auto-reply is off");
    assert!(questions.try_recv().is_err());
}

#[test]
fn with_a_test_number_only_its_line_is_answered() {
    let mut server = Server::start(&[SHORT, CLASSIC, ("AI_SMS_TEST_NUMBER", "test-phone")]);
    let message = |guid: &str, from: &str, line: &str| {
        let data = json!({"guid": guid, "from": from, "message": "Yes", "device_id": line});
        json!({"type": "sms.received", "data": data}).to_string()
    };
    server.post(&message("1", MARIA, "other-phone"));
    server.wait_for("AUTO-REPLY SKIPPED | To: +63917•••4567");
    server.post(&message("2", "+15551234567", "test-phone"));
    server.wait_for("AUTO-REPLY SENT (batch) | To: +1555•••4567");
}

#[test]
fn tokens_mount_their_routes_and_a_secret_closes_the_webhook() {
    let server = Server::start(&[
        ("ADMIN_TOKEN", "the-token"),
        ("CRON_SECRET", "the-secret"),
        ("SMS_MOBILE_API_WEBHOOK_SECRET", "whsec"),
    ]);
    let status = |call: &str, token: &str| {
        let headers = format!("Authorization: Bearer {token}\r\n");
        server.call(call, &headers, "{}")[9..12].to_owned()
    };
    assert_eq!(status("GET /api/debug/sms-batch-status", "the-token"), "200");
    assert_eq!(status("GET /api/debug/sms-batch-status", "the-secret"), "401");
    assert_eq!(status("GET /api/cron/process-sms-batches", "the-secret"), "200");
    assert_eq!(status("GET /api/cron/process-sms-batches", "the-token"), "401");
    assert_eq!(status("POST /api/webhook/sms-received", ""), "401");
    let lines = server.terminate();
    assert_eq!(count(&lines, "signed calls only"), 1);
    assert_eq!(count(&lines, "the-") + count(&lines, "whsec"), 0, "no secret is ever printed");
}

#[test]
fn the_store_is_warned_of_unless_it_was_chosen_and_twilio_always() {
    let lines = Server::start(&[("DATABASE_URL", "memory:"), ("TWILIO_AUTH_TOKEN", "t0ken")]).terminate();
    assert_eq!(count(&lines, "WARN"), 1, "{lines:?}");
    let warning = "the Twilio gateway is not built in yet; TWILIO_AUTH_TOKEN has no effect";
    assert_eq!(count(&lines, warning), 1);
    assert_eq!(count(&lines, "t0ken"), 0);
}
