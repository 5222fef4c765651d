//! What operators grep for.

use serde_json::Value;

use crate::child::{ANA, ANA_MASKED, ONE_A_BATCH, Server, THREE_A_BATCH, with};

/// Three messages, one of them twice, in one batch that is done when this returns.
fn burst(environment: &[(&str, &str)]) -> Server {
    let mut server = Server::start(&[environment, &[THREE_A_BATCH]].concat());
    for (guid, text) in [("1", "Yes"), ("2", "I can help"), ("2", "I can help"), ("3", "Thanks")] {
        let body = serde_json::json!({"guid": guid, "number": ANA, "message": text});
        assert_eq!(server.post(&body).0, 200);
    }
    server.line("BATCH PROCESSING COMPLETE");
    server
}

#[test]
fn classic_lines_are_those_that_monitoring_knows() {
    let lines = burst(&[("LOG_FORMAT", "classic"), ("CONSOLIDATION_WINDOW", "60")]).stop("TERM");
    let from = format!("From: {ANA_MASKED}");
    let expected = [
        format!("SMS RECEIVED | {from} | GUID: 1"),
        format!("CONSOLIDATION STARTED | {from} | Message 1 buffered, waiting 60s for more..."),
        format!("SMS RECEIVED | {from} | GUID: 2"),
        format!("CONSOLIDATION UPDATE | {from} | Total: 2"),
        format!("DUPLICATE IGNORED | {from} | GUID: 2"),
        format!("SMS RECEIVED | {from} | GUID: 3"),
        format!("CONSOLIDATION UPDATE | {from} | Total: 3"),
        format!("CONSOLIDATION TIMEOUT | {from} | Messages: 3 | Reason: MessageCap"),
        format!("BATCH RECEIVED | {from} | Count: 3"),
        format!("CONSOLIDATED CLASSIFICATION ✓ AGREE | {from} | Method: Rule-based | Messages: 3"),
        format!(r#"REPLY | To: {ANA_MASKED} | "Thanks for confirming! See you soon.""#),
        format!(
            r#"AUTO-REPLY SENT (batch) | To: {ANA_MASKED} | Messages: 3 | "Thanks for confirming! See you soon.""#
        ),
        format!("BATCH PROCESSING COMPLETE | {from} | Result: replied | Messages: 3"),
    ];
    let written: Vec<_> = lines.iter().filter(|line| line.contains(ANA_MASKED)).cloned().collect();
    // The driver takes up the batch while the push that closed it is still being logged.
    assert_eq!(sorted(&written), sorted(&expected));
    assert_eq!(written[..5], expected[..5]);
    assert_eq!(with(&written, "BATCH"), with(&expected, "BATCH"));
    // grep -oP 'Count: \K\d+'
    let counts: Vec<_> = lines.iter().filter_map(|line| Some(line.split_once("Count: ")?.1)).collect();
    assert_eq!(counts, ["3"]);
}

fn sorted(lines: &[String]) -> Vec<String> {
    let mut lines = lines.to_vec();
    lines.sort();
    lines
}

#[test]
fn classic_lines_tell_milliseconds_from_seconds() {
    let mut server = Server::start(&[("LOG_FORMAT", "classic"), ("CONSOLIDATION_WINDOW", "500ms")]);
    server.text("1", "Yes");
    assert!(server.line("CONSOLIDATION STARTED").ends_with("waiting 500ms for more..."));
    server.stop("TERM");
}

#[test]
fn an_id_cannot_look_like_a_line_of_its_own() {
    let mut server = Server::start(&[("LOG_FORMAT", "classic")]);
    server.text("1\nBATCH RECEIVED | Count: 9\u{1b}[2J", "Yes");
    let line = server.line("SMS RECEIVED");
    assert!(line.ends_with(r"GUID: 1\nBATCH RECEIVED | Count: 9\u{1b}[2J"), "{line}");
    server.stop("TERM");
}

fn parse(lines: &[String]) -> Vec<Value> {
    let parse = |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.iter().map(parse).collect()
}

#[test]
fn replies_on_the_console_are_json_among_json_and_no_filter_hides_them() {
    let environment =
        [("LOG_FORMAT", "json"), ("RUST_LOG", "server=info"), ("SMS_AUTO_REPLY_TEXT", "a \"b\" c")];
    let mut server = Server::start(&[&environment[..], &[ONE_A_BATCH]].concat());
    server.text("1", "Yes");
    server.line("REPLY");
    let events = parse(&server.stop("TERM"));
    let replies: Vec<_> = events.iter().filter(|event| event["message"] == "REPLY").collect();
    let [reply] = *replies else { panic!("{events:#?}") };
    assert_eq!((&reply["to"], &reply["text"]), (&ANA_MASKED.into(), &"a \"b\" c".into()));
}

#[test]
fn json_lines_are_json_to_the_last() {
    let lines = burst(&[("LOG_FORMAT", "json"), ("SMS_AUTO_REPLY_ENABLED", "no")]).stop("TERM");
    let events = parse(&lines);
    let find = |message: &str| events.iter().find(|event| event["message"] == message).unwrap();
    assert!(find("LISTENING")["settings"].as_str().unwrap().contains(r#""classifier":"rules""#));
    let batch = find("BATCH RECEIVED");
    assert_eq!((&batch["from"], &batch["count"]), (&ANA_MASKED.into(), &3.into()));
    let classified = find("CONSOLIDATED CLASSIFICATION");
    assert_eq!((&classified["label"], &classified["method"]), (&"AGREE".into(), &"Rule-based".into()));
    assert_eq!(find("AUTO-REPLY SKIPPED")["why"], "auto-reply is off");
    assert_eq!(find("STOPPING")["signal"], "SIGTERM");
    let stopped = events.last().unwrap();
    assert_eq!((&stopped["message"], &stopped["handled"]), (&"STOPPED".into(), &0.into()));
}

#[test]
fn numbers_are_masked_unless_they_are_asked_for() {
    for format in ["pretty", "json", "classic"] {
        let masked = burst(&[("LOG_FORMAT", format)]).stop("TERM");
        assert!(with(&masked, &ANA[1..]).is_empty(), "{masked:#?}");
        assert!(with(&masked, ANA_MASKED).len() > 5, "{masked:#?}");
        let full = burst(&[("LOG_FORMAT", format), ("LOG_NUMBERS", "full")]).stop("TERM");
        assert!(with(&full, ANA_MASKED).is_empty(), "{full:#?}");
        assert!(with(&full, ANA).len() > 5, "{full:#?}");
    }
}

#[test]
fn texts_are_logged_at_debug_only() {
    let server = burst(&[("LOG_FORMAT", "pretty")]);
    let lines = server.stop("TERM");
    assert!(with(&lines, "I can help").is_empty(), "{lines:#?}");
    let quiet = Server::start(&[("RUST_LOG", "warn"), ("CONSOLIDATION_WINDOWS", "warned of")]);
    quiet.text("1", "Yes");
    let lines = quiet.stop("TERM");
    assert!(with(&lines, "SMS RECEIVED").is_empty() && !with(&lines, "WARN").is_empty(), "{lines:#?}");
}
