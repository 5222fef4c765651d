//! The webhook of Sinch: forms and bad input. Signatures are tested against its library, beside the router.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use std::time::Duration;

use http::{HeaderMap, Method, Uri};
use inbound_kit::{parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sms_consolidate::Timestamp;
use sms_consolidate_providers::inbound::{
    ConfigError, Inbound, InboundRequest, Rejection, Sinch, Unauthorized,
};

fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    assert_eq!(render(&parse(&Sinch::unsigned(), &[], body)), expected, "{}", String::from_utf8_lossy(body));
}

/// A text in which `field` is `value`, or is left out.
fn text(field: &str, value: impl Into<Option<Value>>) -> String {
    let mut message = json!({
        "type": "mo_text", "id": "m-1", "from": "639171234567", "to": "15551230000", "body": "Hi",
        "operator_id": "51503", "received_at": "2026-09-21T14:13:20.129Z",
    });
    match value.into() {
        Some(value) => message[field] = value,
        None => drop(message.as_object_mut().unwrap().remove(field)),
    }
    message.to_string()
}

const READ: &str = r#"+639171234567>+15551230000 m-1 "Hi" 2026-09-21T14:13:20.129Z"#;

#[test]
fn messages_are_read() {
    check(text("unknown", json!(7)), READ);
    check(text("from", json!("+639171234567")), READ);
    check(text("to", json!("54321")), &READ.replace("+15551230000", "54321"));
    check(text("from", json!("My Bank")), &READ.replace("+639171234567", "My Bank"));
    check(text("body", json!("")), &READ.replace("Hi", ""));
    check(text("sent_at", json!("2026-09-21T14:13:19Z")), &READ.replace("20.129Z", "19.000Z"));
    check(text("received_at", None), r#"+639171234567>+15551230000 m-1 "Hi""#);
}

#[test]
fn what_we_sent_is_ignored() {
    check(text("from", json!("+15551230000")), "ignored 1 own");
    let receipt = json!({"type": "delivery_report_sms", "batch_id": "01FC66621XXXXX119Z8PMV1QPQ", "total_message_count": 1});
    check(receipt.to_string(), "ignored 1");
}

#[test]
fn pictures_are_kept_and_need_no_text() {
    let mms = |body: Value| {
        let mut message: Value = serde_json::from_str(&text("body", body)).unwrap();
        message["type"] = json!("mo_media");
        message.to_string()
    };
    let media = json!([{"url": "https://example.com/a", "status": "Uploaded"}, {"status": "Failed"}]);
    check(mms(json!({"media": media})), &format!("{} https://example.com/a", READ.replace("Hi", "")));
    check(mms(json!({"message": "Hi", "subject": "S", "media": null})), READ);
    check(mms(json!({"subject": "Hi"})), READ);
    check(mms(json!("Hi")), "422 `body` must be an object, not a string");
}

#[test]
fn what_is_no_text_is_acknowledged() {
    for kind in ["mo_binary", "delivery_report_sms", "recipient_delivery_report_mms", "new"] {
        check(text("type", json!(kind)), "ignored 1");
    }
}

#[test]
fn bad_fields_are_named() {
    for field in ["type", "id", "from", "to", "body"] {
        check(text(field, None), &format!("422 `{field}` is missing"));
        check(text(field, json!(7)), &format!("422 `{field}` must be a string, not a number"));
    }
    for field in ["id", "from", "to"] {
        check(text(field, json!(" ")), &format!("422 `{field}` is empty"));
    }
    check("[]", "422 `body` must be an object, not an array");
    check("", "400 the body is empty");
    check(b"\xff", "400 the body is not UTF-8 at byte 0");
}

#[test]
fn unsigned_calls_are_refused_before_anything_is_read() {
    assert_eq!(Sinch::signed("").err(), Some(ConfigError::EmptySecret));
    let refused = parse(&Sinch::signed("s3cret").unwrap(), &[], "{");
    assert!(matches!(refused, Err(Rejection::Unauthorized(Unauthorized::Missing { .. }))), "{refused:?}");
    assert!(!format!("{:?}", Sinch::signed("s3cret").unwrap()).contains("s3cret"));
}

#[test]
fn how_old_a_call_may_be_is_configured() {
    const SIGNED_AT: i64 = 1_790_000_000;
    // HMAC-SHA256 of `{}.n.1790000000` under `s3cret`.
    let mut headers = HeaderMap::new();
    headers
        .insert("x-sinch-webhook-signature", "yCV+sXQEZquEFllRIfkco5HDW3psQPlGIv/qUBsJIUk=".parse().unwrap());
    headers.insert("x-sinch-webhook-signature-nonce", "n".parse().unwrap());
    headers.insert("x-sinch-webhook-signature-timestamp", SIGNED_AT.into());
    let uri = Uri::from_static("/in");
    let request = InboundRequest::new(&Method::POST, &uri, &headers, b"{}");
    let check = |gateway: &Sinch, seconds_later: i64, fresh: bool| {
        let now = Timestamp::from_unix_millis((SIGNED_AT + seconds_later) * 1_000);
        let parsed = gateway.parse(&request, now);
        let stale = matches!(parsed, Err(Rejection::Unauthorized(Unauthorized::Stale { .. })));
        let read = matches!(parsed, Err(Rejection::Unprocessable(_)));
        assert_eq!((read, stale), (fresh, !fresh), "{seconds_later}: {parsed:?}");
    };
    let default = Sinch::signed("s3cret").unwrap();
    check(&default, 46 * 60 * 60, true);
    check(&default, 46 * 60 * 60 + 1, false);
    check(&default, -301, false);
    let strict = default.with_max_age(Duration::from_secs(10));
    check(&strict, 10, true);
    check(&strict, 11, false);
}

proptest! {
    #[test]
    fn nothing_panics(value in ".*", bytes in any::<Vec<u8>>(), field in "type|id|from|to|body|sent_at") {
        let _ = parse(&Sinch::unsigned(), &[], &bytes);
        let _ = render(&parse(&Sinch::unsigned(), &[], text(&field, json!(value))));
    }
}
