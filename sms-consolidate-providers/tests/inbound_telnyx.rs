//! The webhook of Telnyx: forms and bad input. Signatures are tested against its library, beside the router.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]
#![allow(clippy::needless_pass_by_value, reason = "JSON is written where it is passed")]

mod inbound_kit;

use inbound_kit::{parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sms_consolidate::{Key, Message, Origin};
use sms_consolidate_providers::inbound::{ConfigError, Ignored, Rejection, Telnyx, Unauthorized};

fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    assert_eq!(render(&parse(&Telnyx::unsigned(), &[], body)), expected, "{}", String::from_utf8_lossy(body));
}

/// A message whose payload has `value` at `pointer`, or lacks it.
fn event(pointer: &str, value: impl Into<Option<Value>>) -> String {
    let mut payload = json!({
        "id": "m-1",
        "from": {"phone_number": "+639171234567", "carrier": "Globe"},
        "to": [{"phone_number": "+15551230000", "status": "webhook_delivered"}],
        "cc": [],
        "text": "Hi",
        "received_at": "2026-09-21T14:13:20.129+00:00",
        "media": [],
    });
    if !pointer.is_empty() {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = payload.pointer_mut(parent).unwrap();
        match value.into() {
            Some(value) => parent[name] = value,
            None => drop(parent.as_object_mut().unwrap().remove(name)),
        }
    }
    json!({"data": {"event_type": "message.received", "id": "e", "payload": payload}, "meta": {}}).to_string()
}

const READ: &str = r#"+639171234567>+15551230000 m-1 "Hi" 2026-09-21T14:13:20.129Z"#;

#[test]
fn messages_are_read() {
    check(event("", None), READ);
    check(event("/unknown", json!({"a": 1})), READ);
    check(event("/text", json!("")), r#"+639171234567>+15551230000 m-1 "" 2026-09-21T14:13:20.129Z"#);
    check(event("/received_at", json!("yesterday")), r#"+639171234567>+15551230000 m-1 "Hi""#);
    check(event("/from/phone_number", json!("54321")), &READ.replace("+639171234567", "54321"));
    check(event("/from/phone_number", json!("My Bank")), &READ.replace("+639171234567", "My Bank"));
}

#[test]
fn pictures_are_kept_and_need_no_text() {
    let media = json!([{"url": "https://example.com/a", "size": 7}, {"url": "https://example.com/b"}]);
    let mut event: Value = serde_json::from_str(&event("/media", media)).unwrap();
    event["data"]["payload"]["text"].take();
    let read = r#"+639171234567>+15551230000 m-1 "" 2026-09-21T14:13:20.129Z https://example.com/a https://example.com/b"#;
    check(event.to_string(), read);
}

#[test]
fn what_is_no_message_is_acknowledged() {
    for kind in ["message.sent", "message.finalized", "call.initiated"] {
        check(json!({"data": {"event_type": kind, "payload": {"id": 7}}}).to_string(), "ignored 1");
    }
}

#[test]
fn what_we_sent_is_ignored() {
    check(event("/direction", json!("outbound")), "ignored 1 own");
    check(event("/direction", json!("inbound")), READ);
    check(event("/from/phone_number", json!("+15551230000")), "ignored 1 own");
    let echo = json!({"origin": "whatsapp_business_app", "direction": "outbound", "id": "m"});
    check(json!({"data": {"event_type": "message.echo", "payload": echo}}).to_string(), "ignored 1 own");
}

#[test]
fn keywords_that_telnyx_has_answered_are_its_verdict() {
    let said = |text: &str, kind: Value| {
        let mut event: Value = serde_json::from_str(&event("/text", json!(text))).unwrap();
        event["data"]["payload"]["autoresponse_type"] = kind;
        event.to_string()
    };
    let read = |text: &str, rest: &str| format!("{}{rest}", READ.replace("Hi", text));
    check(said("Arrêt", json!("STOP")), &read("Arrêt", " Stop answered"));
    check(said("JOIN", json!("START")), &read("JOIN", " Start answered"));
    check(said("Info", json!("HELP")), &read("Info", " Help answered"));
    // Of somebody who has not opted out it is an answer.
    check(said("Yes", json!("START")), &read("Yes", " answered"));
    for kind in [Value::Null, json!(""), json!("OTHER"), json!(7), json!({})] {
        check(said("Stop", kind), &read("Stop", ""));
    }
}

/// A message to `to` and `cc`, and what somebody in the group says.
fn in_group(from: &str, to: &[&str], cc: &[&str], text: &str) -> String {
    let ends = |numbers: &[&str]| -> Value {
        numbers.iter().map(|number| json!({"phone_number": number, "carrier": "", "line_type": ""})).collect()
    };
    let mut event: Value = serde_json::from_str(&event("/text", json!(text))).unwrap();
    let payload = &mut event["data"]["payload"];
    payload["from"]["phone_number"] = json!(from);
    (payload["to"], payload["cc"], payload["type"]) = (ends(to), ends(cc), json!("MMS"));
    payload["autoresponse_type"] = json!("STOP");
    event.to_string()
}

#[test]
fn what_is_said_in_a_group_is_ignored_unless_it_is_asked_for() {
    const US: &str = "+15551230000";
    let (maria, jun) = ("+639171234567", "+639170000000");
    let groups = Telnyx::unsigned().with_groups();
    let key = |from: &str, to: &[&str], cc: &[&str]| {
        let body = in_group(from, to, cc, "Stop");
        check(&body, "ignored 1 group");
        let parsed = parse(&groups, &[], &body).unwrap();
        let [inbound] = &parsed.messages[..] else { panic!("{parsed:?}") };
        assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
        assert!(!inbound.conversation.can_reply());
        assert!(!inbound.conversation.to_string().contains("63917"), "{}", inbound.conversation);
        inbound.conversation.clone()
    };
    // All of a group share a conversation, whoever speaks, and however Telnyx lists the others.
    let group = key(maria, &[US], &[jun]);
    assert_eq!(group.line().unwrap().to_string(), US);
    assert_eq!(key(jun, &[US], &[maria]), group);
    assert_eq!(key(jun, &[US], &[maria, US, jun]), group);
    assert_eq!(key(jun, &[US, maria], &[]), group);
    assert_ne!(key(jun, &[US], &[maria, "+639171111111"]), group);
    check(event("/cc", Value::Null), READ);
    check(event("/cc", json!("nobody")), READ);
}

/// A message by RCS with this body.
fn rcs(body: Value) -> String {
    let payload = json!({
        "direction": "inbound", "id": "m-1", "type": "RCS", "body": body,
        "from": {"phone_number": "+639171234567", "carrier": "", "line_type": ""},
        "to": [{"agent_id": "e4448a5c0670c2a9", "agent_name": "Our agent"}],
        "received_at": "2026-09-21T14:13:20.129+00:00",
    });
    json!({"data": {"event_type": "message.received", "payload": payload}}).to_string()
}

#[test]
fn rcs_has_a_line_of_its_own_and_suggestions_are_buttons() {
    let read = |said: &str, rest: &str| {
        format!("+639171234567>rcs:e4448a5c0670c2a9 m-1 {said:?} 2026-09-21T14:13:20.129Z{rest}")
    };
    check(rcs(json!({"text": "Hello there!"})), &read("Hello there!", ""));
    check(rcs(json!({"text": "Stop"})), &read("Stop", ""));
    let tapped =
        |text: &str| json!({"suggestion_response": {"postback_data": "b25l", "text": text, "type": "REPLY"}});
    check(rcs(tapped("Stop")), &read("Stop", " Button"));
    check(rcs(tapped("Cancel")), &read("Cancel", " Button"));
    check(rcs(json!({"suggestion_response": {"postback_data": "b25l"}})), &read("b25l", " Button"));
    let file =
        json!({"user_file": {"payload": {"mime_type": "image/jpeg", "file_uri": "https://rcs.example/a"}}});
    check(rcs(file), &read("", " https://rcs.example/a"));
    check(rcs(json!({"user_file": 7})), &read("", ""));
    check(rcs(json!({"location": {"latitude": 37.4, "longitude": -122.1}})), &read("", ""));
    check(rcs(json!({})), "ignored 1 no_content");
    check(rcs(json!({"what_is_to_come": {}})), "ignored 1 no_content");
    check(rcs(json!("Hi")), "422 `data.payload.body` must be an object, not a string");
    let ours = Telnyx::unsigned().with_opt_out_button("b25l");
    let expected = read("No more", " Button Stop");
    assert_eq!(render(&parse(&ours, &[], rcs(tapped("No more")))), expected);
}

#[test]
fn the_event_has_a_time_too() {
    let mut event: Value = serde_json::from_str(&event("/received_at", None)).unwrap();
    event["data"]["occurred_at"] = json!("2026-09-21T16:13:21+02:00");
    check(event.to_string(), &READ.replace("20.129Z", "21.000Z"));
}

#[test]
fn bad_fields_are_named() {
    let check = |pointer: &str, value: Option<Value>, problem: &str| {
        check(event(pointer, value), &format!("422 {problem}"));
    };
    check("/id", None, "`data.payload.id` is missing");
    check("/id", Some(json!(" ")), "`data.payload.id` is empty");
    check("/id", Some(json!(7)), "`data.payload.id` must be a string, not a number");
    check("/from", None, "`data.payload.from.phone_number` is missing");
    check("/from", Some(json!("x")), "`data.payload.from.phone_number` must be an object, not a string");
    check("/from/phone_number", None, "`data.payload.from.phone_number` is missing");
    check("/from/phone_number", Some(json!("")), "`data.payload.from.phone_number` is empty");
    check("/to", Some(json!([])), "`data.payload.to[0].phone_number` is empty");
    check("/to", None, "`data.payload.to[0].phone_number` is missing");
    check("/text", Some(json!([])), "`data.payload.text` must be a string, not an array");
    document(r#"{"data": 7}"#, "422 `data` must be an object, not a number");
    document("{}", "422 `data` is missing");
    document(r#"{"data": {}}"#, "422 `data.event_type` is missing");
    document(r#"{"data": {"event_type": "message.received"}}"#, "422 `data.payload` is missing");
    document("", "400 the body is empty");
    document("[1]", "422 `body` must be an object, not an array");
    document("{", "400 the body is malformed: EOF while parsing an object at line 1 column 1");
}

fn document(body: &str, expected: &str) {
    check(body, expected);
}

#[test]
fn a_key_must_be_one() {
    let bad =
        |key: &str| assert!(matches!(Telnyx::signed(key), Err(ConfigError::BadPublicKey { .. })), "{key}");
    bad("");
    bad("key");
    bad(&"A".repeat(43));
    // Zero is a point of small order, under which anybody could sign.
    bad("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
}

#[test]
fn unsigned_calls_are_refused_before_anything_is_read() {
    let gateway = Telnyx::signed("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=").unwrap();
    let refused = parse(&gateway, &[], "{");
    assert!(matches!(refused, Err(Rejection::Unauthorized(Unauthorized::Missing { .. }))), "{refused:?}");
}

proptest! {
    #[test]
    fn nothing_panics(text in ".*", bytes in any::<Vec<u8>>(), pointer in "/(id|from|to|text|media|received_at)") {
        let _ = parse(&Telnyx::unsigned(), &[], &bytes);
        let _ = render(&parse(&Telnyx::unsigned(), &[], event(&pointer, json!(text))));
    }

    #[test]
    fn in_a_group_nobody_opts_out(text: String, cc in prop::collection::vec(".{0,20}", 1..5)) {
        let cc: Vec<_> = cc.iter().map(String::as_str).collect();
        let body = in_group("+639171234567", &["+15551230000"], &cc, &text);
        let closed = parse(&Telnyx::unsigned(), &[], &body).unwrap();
        prop_assert_eq!(&closed.ignored, &[Ignored::Group]);
        prop_assert!(closed.messages.is_empty());
        let open = parse(&Telnyx::unsigned().with_groups(), &[], &body).unwrap();
        let [inbound] = &open.messages[..] else { panic!("{open:?}") };
        prop_assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
        prop_assert!(!inbound.conversation.can_reply() && open.preferences.is_empty());
    }
}
