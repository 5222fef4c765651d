//! JSON with configured fields: forms, bad input and bad configuration, tokens and signatures.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use std::num::NonZeroUsize;

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use inbound_kit::{parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use sms_consolidate::Message;
use sms_consolidate_providers::inbound::{
    Authentication, ConfigError, ConfiguredJson, KeywordsAnswered, Rejection, SignatureEncoding, Unauthorized,
};

fn gateway() -> ConfiguredJson {
    let gateway = ConfiguredJson::unsigned().id("uid").unwrap().sender("contact.phone").unwrap();
    let gateway = gateway.text("content").unwrap().line("device").unwrap();
    gateway.sent_at("times.sent").unwrap().media("files").unwrap()
}

fn message(field: &str, value: impl Into<Option<Value>>) -> Value {
    let mut message = json!({
        "uid": "m-1", "contact": {"phone": "+639171234567"}, "content": "Hi", "device": "A",
        "times": {"sent": "2026-09-21T14:13:20Z"},
    });
    match value.into() {
        Some(value) => message[field] = value,
        None => drop(message.as_object_mut().unwrap().remove(field)),
    }
    message
}

const READ: &str = r#"+639171234567>A m-1 "Hi" 2026-09-21T14:13:20.000Z"#;

#[test]
fn the_configured_fields_are_read() {
    let check = |field: &str, value: Option<Value>, expected: &str| {
        assert_eq!(render(&parse(&gateway(), &[], message(field, value).to_string())), expected);
    };
    check("unknown", Some(json!(7)), READ);
    check("uid", Some(json!(12)), &READ.replace("m-1", "12"));
    check("contact", Some(json!({"phone": 639_171_234_567_u64})), &READ.replace('+', ""));
    check("device", None, &READ.replace(">A", ""));
    check("device", Some(json!(" ")), &READ.replace(">A", ""));
    check(
        "device",
        Some(json!("a>b")),
        "422 `device` is no address: the address holds a control character or '>'",
    );
    check("times", Some(json!({"sent": 1_790_000_000})), READ);
    check("times", Some(json!({"sent": 1_790_000_000_000_i64})), READ);
    check("times", Some(json!("now")), r#"+639171234567>A m-1 "Hi""#);
    check("files", Some(json!(["https://example.com/a", 7])), &format!("{READ} https://example.com/a"));
    check("uid", None, "422 `uid` is missing");
    check("uid", Some(json!(true)), "422 `uid` must be a string, not a boolean");
    check("contact", None, "422 `contact.phone` is missing");
    check("contact", Some(json!("x")), "422 `contact.phone` must be an object, not a string");
    check("contact", Some(json!({"phone": ""})), "422 `contact.phone` is empty");
    check("content", None, "422 `content` is missing");
    check("content", Some(json!(7)), "422 `content` must be a string, not a number");
}

#[test]
fn a_picture_needs_no_text() {
    let mut picture = message("files", json!(["https://example.com/a"]));
    picture["content"].take();
    let read = format!("{} https://example.com/a", READ.replace("Hi", ""));
    assert_eq!(render(&parse(&gateway(), &[], picture.to_string())), read);
}

#[test]
fn of_a_list_the_good_ones_are_read() {
    let gateway = gateway().list("data.items").unwrap().with_max_messages(NonZeroUsize::new(3).unwrap());
    let check = |body: &Value, expected: &str| {
        assert_eq!(render(&parse(&gateway, &[], body.to_string())), expected, "{body}");
    };
    let list = |items: Value| json!({"data": {"items": items}});
    let good = message("", json!(1));
    check(
        &list(json!([good, {}, 7])),
        &format!("{READ}\nelement 1: `uid` is missing\nelement 2: `element` must be an object, not a number"),
    );
    check(&list(json!([])), "");
    check(&list(json!([{}])), "422 element 0: `uid` is missing");
    check(&list(json!([1, 2, 3, 4])), "422 the payload holds 4 messages; at most 3 are accepted");
    check(&list(json!(7)), "422 `data.items` must be an array, not a number");
    check(&json!({"event": "ping"}), "ignored 1");
    check(&json!({"data": 7}), "422 `data.items` must be an object, not a number");
    let parsed = parse(&gateway, &[], list(json!([{}, good])).to_string()).unwrap();
    assert_eq!(parsed.messages[0].index, 1);
}

#[test]
fn a_token_must_be_exactly_that_one() {
    let gateway = ConfiguredJson::authenticated(Authentication::token("X-Token", "t0ken").unwrap());
    let body = r#"{"id": "1", "from": "+639171234567", "text": "Hi"}"#;
    assert!(parse(&gateway, &[("x-token", "t0ken")], body).is_ok());
    for wrong in ["", "t0ke", "t0kenn", "T0KEN", " t0ken2"] {
        let refused = parse(&gateway, &[("x-token", wrong)], body);
        assert!(matches!(refused, Err(Rejection::Unauthorized(Unauthorized::WrongSignature))), "{wrong:?}");
    }
    assert_eq!(render(&parse(&gateway, &[], body)), "401 the header x-token is missing");
    let twice = parse(&gateway, &[("x-token", "t0ken"), ("X-Token", "another")], body);
    assert_eq!(render(&twice), "401 the header x-token is there more than once");
    assert!(!format!("{gateway:?}").contains("t0ken"));
}

#[test]
fn a_signature_covers_the_body() {
    let body = r#"{"id": "1", "from": "+639171234567", "text": "Hi"}"#;
    let code = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap().chain_update(body).finalize().into_bytes();
    let hex = hex::encode(code);
    let signed = |encoding| {
        let authentication = Authentication::hmac_sha256("X-Sig", "sha256=", encoding, "s3cret").unwrap();
        ConfiguredJson::authenticated(authentication)
    };
    let in_hex = signed(SignatureEncoding::Hex);
    assert!(parse(&in_hex, &[("x-sig", &format!("sha256={hex}"))], body).is_ok());
    for wrong in
        [hex.clone(), format!("sha256={}", &hex[1..]), format!("sha256={hex}0"), "sha256=".to_owned()]
    {
        assert!(parse(&in_hex, &[("x-sig", &wrong)], body).is_err(), "{wrong}");
    }
    assert!(parse(&in_hex, &[("x-sig", &format!("sha256={hex}"))], format!("{body} ")).is_err());
    let base64 = format!("sha256={}", BASE64_STANDARD.encode(code));
    assert!(parse(&signed(SignatureEncoding::Base64), &[("x-sig", &base64)], body).is_ok());
    assert!(parse(&in_hex, &[("x-sig", &base64)], body).is_err());
    let right = format!("sha256={hex}");
    let twice = parse(&in_hex, &[("x-sig", &right), ("x-sig", &right)], body);
    assert_eq!(render(&twice), "401 the header x-sig is there more than once");
}

#[test]
fn bad_configuration_is_refused() {
    assert_eq!(Authentication::token("X", "").err(), Some(ConfigError::EmptySecret));
    assert!(matches!(Authentication::token("a b", "x"), Err(ConfigError::BadHeader { .. })));
    assert!(Authentication::hmac_sha256("X", "", SignatureEncoding::Hex, "").is_err());
    for path in ["", ".", "a.", ".a", "a..b", " "] {
        assert!(matches!(ConfiguredJson::unsigned().id(path), Err(ConfigError::BadPath { .. })), "{path:?}");
    }
}

#[test]
fn a_gateway_may_answer_keywords_itself() {
    let body = r#"{"id": "1", "from": "+639171234567", "text": "STOP"}"#;
    let answers = |parsed: Result<_, Rejection>| {
        let parsed: sms_consolidate_providers::inbound::Parsed = parsed.unwrap();
        parsed.messages[0].message.gateway_answers_keywords()
    };
    assert!(!answers(parse(&ConfiguredJson::unsigned(), &[], body)));
    assert!(answers(parse(&KeywordsAnswered::by(ConfiguredJson::unsigned()), &[], body)));
}

proptest! {
    #[test]
    fn nothing_panics(value in ".*", bytes in any::<Vec<u8>>(), field in "uid|contact|content|device|times|files") {
        let _ = parse(&gateway(), &[], &bytes);
        let _ = render(&parse(&gateway(), &[], message(&field, json!(value)).to_string()));
    }
}
