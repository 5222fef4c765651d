//! The webhook of Telnyx: forms and bad input. Signatures are tested against its library, beside the router.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use inbound_kit::{parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sms_consolidate_providers::inbound::{ConfigError, Rejection, Telnyx, Unauthorized};

fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    assert_eq!(render(&parse(&Telnyx::unsigned(), &[], body)), expected, "{}", String::from_utf8_lossy(body));
}

/// A message whose payload has `value` at `pointer`, or lacks it.
fn event(pointer: &str, value: impl Into<Option<Value>>) -> String {
    let mut payload = json!({
        "id": "m-1",
        "from": {"phone_number": "+639171234567", "carrier": "Globe"},
        "to": [{"phone_number": "+15551230000"}, {"phone_number": "+15551230001"}],
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
}
