//! The webhook of SMS Mobile API: every form, every bad input, signatures and tampering.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use std::fmt::Write;
use std::num::NonZeroUsize;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use sms_consolidate::{Message, Timestamp};
use sms_consolidate_providers::inbound::{
    Inbound, InboundRequest, MAX_ID_BYTES, Parsed, Rejection, SmsMobileApi, Unauthorized,
};

const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);

fn parse(gateway: &SmsMobileApi, headers: &HeaderMap, body: &[u8]) -> Result<Parsed, Rejection> {
    let uri = Uri::from_static("/api/webhook/sms-received");
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, headers, body), NOW)
}

/// One line per message, error, preference and kind of ignored events; or the status and text of the rejection.
fn render(result: &Result<Parsed, Rejection>) -> String {
    let mut out = String::new();
    match result {
        Ok(parsed) => {
            for incoming in &parsed.messages {
                let message = &incoming.message;
                let (key, id) = (&incoming.conversation, message.id().unwrap());
                write!(out, "{key} {id} {:?}", message.text()).unwrap();
                if let Some(at) = message.sent_at() {
                    write!(out, " {at}").unwrap();
                }
                out.push('\n');
            }
            for error in &parsed.errors {
                writeln!(out, "{error}").unwrap();
            }
            out.push_str(&inbound_kit::others(parsed));
        }
        Err(rejection) => write!(out, "{} {rejection}", rejection.status().as_u16()).unwrap(),
    }
    out.trim_end().to_owned()
}

fn check(body: impl AsRef<[u8]>, expected: &str) {
    let body = body.as_ref();
    let result = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), body);
    assert_eq!(render(&result), expected, "{}", String::from_utf8_lossy(&body[..body.len().min(300)]));
}

/// A legacy message in which `field` is `value`, or is left out.
fn legacy(field: &str, value: impl Into<Option<Value>>) -> String {
    let mut message = json!({"guid": "g", "number": "+639123456789", "message": "Hi"});
    match value.into() {
        Some(value) => message[field] = value,
        None => drop(message.as_object_mut().unwrap().remove(field)),
    }
    message.to_string()
}

/// An event whose `data` has `value` as `field`, or not.
fn event(field: &str, value: impl Into<Option<Value>>) -> String {
    let mut data = json!({"guid": "g", "from": "+15551234567", "message": "Hi"});
    match value.into() {
        Some(value) => data[field] = value,
        None => drop(data.as_object_mut().unwrap().remove(field)),
    }
    json!({"id": "e", "type": "sms.received", "data": data}).to_string()
}

#[test]
fn the_documented_payloads_are_read() {
    check(
        r#"{"date":"2025-01-20","hour":"10:15:00","time_received":"2025-01-20 10:14:50","message":"Hello",
            "number":"+123456789","guid":"abcde12345"}"#,
        r#"+123456789 abcde12345 "Hello""#,
    );
    check(
        r#"{"messages":[{"guid":"a","number":"+639123456789","message":"one"},
                        {"guid":"b","number":"+639123456780","message":"two"}]}"#,
        "+639123456789 a \"one\"\n+639123456780 b \"two\"",
    );
    check(
        r#"{"id":"8e9a","type":"sms.received","api_version":"2026-09-22","created_at":"2026-09-22T10:00:02Z",
            "occurred_at":"2026-09-22T10:00:01Z","data":{"guid":"SMS-GUID-1001","from":"+15551234567",
            "message":"Yes","received_at":"2026-09-22T10:00:00.250Z","alias":"Taylor","device_id":"office-phone-1"}}"#,
        r#"+15551234567>office-phone-1 SMS-GUID-1001 "Yes" 2026-09-22T10:00:00.250Z"#,
    );
}

#[test]
fn what_is_no_message_is_accepted_and_ignored() {
    check(r#"{"messages":[]}"#, "");
    check(r#"{"id":"1","type":"sms.sent","data":{"guid":"x"}}"#, "ignored 1");
    check(r#"{"id":"1","type":"webhook.test"}"#, "ignored 1");
    check(r#"{"type":"device.offline","data":null}"#, "ignored 1");
}

#[test]
fn in_a_list_the_good_are_accepted_and_the_bad_named() {
    let good = r#"{"guid":"a","number":"+639123456789","message":"x"}"#;
    check(
        format!(r#"{{"messages":[{{"guid":"b","message":"x"}},{good},"text"]}}"#),
        "+639123456789 a \"x\"\nelement 0: `number` is missing\nelement 2: `element` must be an object, not a string",
    );
    check(r#"{"messages":[{"guid":"b"},[1],null]}"#, "422 element 0: `number` is missing (and 2 more)");
    check(r#"{"messages":[{}]}"#, "422 element 0: `guid` is missing");
    check(r#"{"messages":{}}"#, "422 `messages` must be an array, not an object");
    check(r#"{"messages":"x"}"#, "422 `messages` must be an array, not a string");
    // An escape that is no text spoils its own element only.
    check(
        format!(r#"{{"messages":[{{"guid":"\ud800","number":"1","message":"x"}},{good}]}}"#),
        "+639123456789 a \"x\"\nelement 0: `guid` cannot be read: unexpected end of hex escape at line 1 column 8",
    );
}

#[test]
fn a_body_that_is_no_json_is_malformed() {
    check("", "400 the body is empty");
    check(" \n", "400 the body is empty");
    check("message=Hello", "400 the body is malformed: expected value at line 1 column 1");
    check("{\"guid\":\n\"a\"", "400 the body is malformed: EOF while parsing an object at line 2 column 3");
    check("{} {}", "400 the body is malformed: trailing characters at line 1 column 4");
    check(b"{\"guid\":\"\xff\"}", "400 the body is not UTF-8 at byte 9");
    check(
        "{\"guid\":\"a\0b\"}",
        "400 the body is malformed: control character (\\u0000-\\u001F) found while parsing a string at line 1 column 10",
    );
    check("[".repeat(200_000), "400 the body is malformed: EOF while parsing a list at line 1 column 200000");
}

#[test]
fn a_body_of_another_type_is_unprocessable() {
    for (body, found) in [
        ("[]", "an array"),
        ("\"x\"", "a string"),
        ("7", "a number"),
        ("true", "a boolean"),
        ("null", "null"),
    ] {
        check(body, &format!("422 `body` must be an object, not {found}"));
    }
    check("{}", "422 `guid` is missing");
    check(r#"{"messages":null}"#, "422 `guid` is missing");
}

#[test]
fn fields_that_are_missing_or_of_another_type_are_named() {
    for (field, of_event) in [("guid", "data.guid"), ("number", "data.from"), ("message", "data.message")] {
        let key = of_event.strip_prefix("data.").unwrap();
        for (value, problem) in [
            (None, "is missing"),
            (Some(Value::Null), "is missing"),
            (Some(json!(639_123_456_789_u64)), "must be a string, not a number"),
            (Some(json!(-1.5)), "must be a string, not a number"),
            (Some(json!(false)), "must be a string, not a boolean"),
            (Some(json!(["x"])), "must be a string, not an array"),
            (Some(json!({"x": 1})), "must be a string, not an object"),
        ] {
            // Without the number it still is a legacy message, and without the guid too, but not without both.
            check(legacy(field, value.clone()), &format!("422 `{field}` {problem}"));
            check(event(key, value), &format!("422 `{of_event}` {problem}"));
        }
    }
    check(r#"{"type":"sms.received"}"#, "422 `data` is missing");
    check(r#"{"data":{"guid":"g"}}"#, "422 `type` is missing");
    check(r#"{"type":7,"data":{}}"#, "422 `type` must be a string, not a number");
    check(r#"{"type":"sms.received","data":[]}"#, "422 `data` must be an object, not an array");
    // A field of that name does not make a legacy message an event.
    check(legacy("type", json!("sms")), r#"+639123456789 g "Hi""#);
}

#[test]
fn ids_are_bounded() {
    check(legacy("guid", json!("")), "422 `guid` is empty");
    check(legacy("guid", json!("  ")), "422 `guid` is empty");
    let longest = "é".repeat(MAX_ID_BYTES / 2);
    check(legacy("guid", json!(longest)), &format!("+639123456789 {longest} \"Hi\""));
    check(legacy("guid", json!("x".repeat(513))), "422 `guid` has 513 bytes; at most 512 are accepted");
    check(
        event("guid", json!("x".repeat(10 * 1024))),
        "422 `data.guid` has 10240 bytes; at most 512 are accepted",
    );
}

#[test]
fn numbers_are_numbers_or_names() {
    let accepted = |number: &str, key: &str| {
        check(legacy("number", json!(number)), &format!("{key} g \"Hi\""));
        check(event("from", json!(number)), &format!("{key} g \"Hi\""));
    };
    accepted(" +63 912-345.6789 ", "+639123456789");
    accepted("09123456789", "09123456789");
    accepted("54321", "54321");
    accepted("My Bank", "My Bank");

    const NO_NUMBER: &str =
        "not a phone number: after the plus sign come 7 to 15 digits, the first one not 0";
    let refused =
        |number: &str, why: &str| check(legacy("number", json!(number)), &format!("422 `number` {why}"));
    refused("", "is empty");
    refused(" ", "is empty");
    refused("+", &format!("is no address: {NO_NUMBER}"));
    refused("+63abc", &format!("is no address: {NO_NUMBER}"));
    refused("+1234567890123456", &format!("is no address: {NO_NUMBER}"));
    refused("a>b", "is no address: the address holds a control character or '>'");
    refused("a\0b", "is no address: the address holds a control character or '>'");
    refused(&"9".repeat(161), "is no address: the address is longer than 160 bytes");
}

#[test]
fn the_line_is_the_device() {
    check(event("device_id", json!("phone-2")), r#"+15551234567>phone-2 g "Hi""#);
    check(event("device_id", json!("")), r#"+15551234567 g "Hi""#);
    check(event("device_id", Value::Null), r#"+15551234567 g "Hi""#);
    check(event("device_id", json!(7)), "422 `data.device_id` must be a string, not a number");
    check(
        event("device_id", json!("x".repeat(161))),
        "422 `data.device_id` is no address: the address is longer than 160 bytes",
    );
}

#[test]
fn every_text_is_accepted() {
    for text in ["", " ", "a\0b", "\u{202e}\u{200b}", "👍🏽 oo nga", "\"}]", "\u{1b}[2J"] {
        check(legacy("message", json!(text)), &format!("+639123456789 g {text:?}"));
    }
    let long = "x".repeat(1024 * 1024);
    check(legacy("message", json!(long)), &format!("+639123456789 g {long:?}"));
    // Half of an emoji: the rest of the message is kept.
    let cut = legacy("message", json!("ok @")).replace('@', r"\ud83d");
    check(cut, "+639123456789 g \"ok \u{fffd}\u{fffd}\u{fffd}\"");
    let whole = legacy("message", json!("ok @")).replace('@', r"\ud83d\udc4d");
    check(whole, "+639123456789 g \"ok 👍\"");
}

#[test]
fn times_without_zone_or_beyond_reason_are_left_out() {
    let time = |time: Value, shown: &str| {
        check(event("received_at", time), &format!("+15551234567 g \"Hi\"{shown}"));
    };
    time(json!("2026-09-22T18:00:00.5+08:00"), " 2026-09-22T10:00:00.500Z");
    time(json!("9999-12-31T23:59:59Z"), "");
    time(json!("99999-01-01T00:00:00Z"), "");
    time(json!("2026-09-22 10:00:00"), "");
    time(json!("yesterday"), "");
    time(json!(""), "");
    time(json!(1_790_000_000), "");
    time(json!("\u{fffd}"), "");
    time(Value::Null, "");
    check(legacy("time_received", json!("2026-09-22T10:00:00Z")), r#"+639123456789 g "Hi""#);
    // The event has one as well.
    let mut event: Value = serde_json::from_str(&event("received_at", json!("soon"))).unwrap();
    event["occurred_at"] = json!("2026-09-22T10:00:00Z");
    check(event.to_string(), r#"+15551234567 g "Hi" 2026-09-22T10:00:00.000Z"#);
}

#[test]
fn unknown_fields_are_ignored_and_the_last_of_duplicates_counts() {
    let deep = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let rest = r#""number":"+639123456789","message":"Hi"}"#;
    check(format!(r#"{{"x":{deep},"guid":"g",{rest}"#), r#"+639123456789 g "Hi""#);
    check(format!(r#"{{"\ud800":"\udc00","guid":"g",{rest}"#), r#"+639123456789 g "Hi""#);
    check(format!(r#"{{"guid":7,"guid":"g",{rest}"#), r#"+639123456789 g "Hi""#);
    check(format!(r#"{{"\u0067uid":"g",{rest}"#), r#"+639123456789 g "Hi""#);
}

#[test]
fn a_list_is_read_whole_up_to_its_limit() {
    let list = |count: usize| {
        let messages: Vec<_> = (0..count)
            .map(|i| json!({"guid": i.to_string(), "number": "+639123456789", "message": "x"}))
            .collect();
        json!({"messages": messages}).to_string()
    };
    let parsed = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), list(10_000).as_bytes()).unwrap();
    assert_eq!(parsed.messages.len(), 10_000);
    assert_eq!(parsed.messages[9_999].message.id(), Some("9999"));
    check(list(10_001), "422 the payload holds 10001 messages; at most 10000 are accepted");

    let two = SmsMobileApi::unsigned().with_max_messages(NonZeroUsize::new(2).unwrap());
    assert_eq!(parse(&two, &HeaderMap::new(), list(2).as_bytes()).unwrap().messages.len(), 2);
    assert_eq!(
        render(&parse(&two, &HeaderMap::new(), list(3).as_bytes())),
        "422 the payload holds 3 messages; at most 2 are accepted"
    );
}

#[test]
fn what_goes_back_or_into_logs_holds_nothing_of_the_body() {
    let event = event("guid", Value::Null);
    let rejection = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), event.as_bytes()).unwrap_err();
    assert!(!format!("{rejection} {rejection:?}").contains("555"));
    let parsed =
        parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), legacy("x", Value::Null).as_bytes()).unwrap();
    let debug = format!("{parsed:?}");
    assert!(!debug.contains("9123456789") && !debug.contains("Hi"), "{debug}");
    let gateway = SmsMobileApi::signed("s3cret").unwrap();
    assert!(!format!("{gateway:?}").contains("s3cret"));
}

// --- signatures

const SECRET: &str = "whsec_test";

fn sign(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

fn seconds(offset: i64) -> String {
    (NOW.as_unix_millis() / 1_000 + offset).to_string()
}

/// What a signed webhook answers to `body` with these headers: a count of messages, or why not.
fn signed(body: &[u8], headers: &[(&str, &str)]) -> Result<usize, Unauthorized> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = format!("X-SMSMobileAPI-{name}").parse().unwrap();
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let gateway = SmsMobileApi::signed(SECRET).unwrap();
    match parse(&gateway, &map, body) {
        Ok(parsed) => Ok(parsed.messages.len()),
        Err(Rejection::Unauthorized(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_signature_made_elsewhere_verifies() {
    // printf '1790000000.{"type":"x"}' | openssl dgst -sha256 -hmac whsec_test
    let signature = "v1=916cf1ab42cfda71792f919150f015e8a062402b4f957aed1362b4a411f66c9d";
    assert_eq!(signed(br#"{"type":"x"}"#, &[("Timestamp", "1790000000"), ("Signature", signature)]), Ok(0));
}

#[test]
fn signatures_are_required_and_checked() {
    let body = event("x", Value::Null);
    let body = body.as_bytes();
    let now = seconds(0);
    let good = sign(SECRET, &now, body);
    let other = sign("another", &now, body);
    let (t, s, n) = ("Timestamp", "Signature", "Signature-Next");
    let missing = |header: &'static str| Err(Unauthorized::Missing { header: header.into() });
    let wrong = Err(Unauthorized::WrongSignature);

    assert_eq!(signed(body, &[(t, &now), (s, &good)]), Ok(1));
    assert_eq!(signed(body, &[(t, &now), (s, &good.to_uppercase())]), wrong);
    assert_eq!(signed(body, &[(t, &now), (s, &format!("v1={}", good[3..].to_uppercase()))]), Ok(1));
    // Rotation: whichever of the two secrets is configured.
    assert_eq!(signed(body, &[(t, &now), (s, &good), (n, &other)]), Ok(1));
    assert_eq!(signed(body, &[(t, &now), (s, &other), (n, &good)]), Ok(1));
    assert_eq!(signed(body, &[(t, &now), (n, &good)]), Ok(1));
    assert_eq!(signed(body, &[(t, &now), (s, &other), (n, &other)]), wrong);

    assert_eq!(signed(body, &[]), missing("X-SMSMobileAPI-Signature"));
    assert_eq!(signed(body, &[(t, &now)]), missing("X-SMSMobileAPI-Signature"));
    assert_eq!(signed(body, &[(s, &good)]), missing("X-SMSMobileAPI-Timestamp"));
    assert_eq!(signed(legacy("x", None).as_bytes(), &[]), missing("X-SMSMobileAPI-Signature"), "legacy");
    assert_eq!(signed(b"not JSON", &[]), missing("X-SMSMobileAPI-Signature"), "checked before the body");

    let twice = |header: &'static str| Err(Unauthorized::Repeated { header: header.into() });
    for (first, second) in [(&good, &other), (&other, &good), (&good, &good)] {
        let given = [(t, &*now), (s, first), (s, second)];
        assert_eq!(signed(body, &given), twice("X-SMSMobileAPI-Signature"));
        let given = [(t, &*now), (s, &good), (n, first), (n, second)];
        assert_eq!(signed(body, &given), twice("X-SMSMobileAPI-Signature-Next"));
    }
    assert_eq!(signed(body, &[(t, &now), (t, &seconds(1)), (s, &good)]), twice("X-SMSMobileAPI-Timestamp"));
}

#[test]
fn tampering_is_found() {
    let body = event("x", Value::Null);
    let now = seconds(0);
    let good = sign(SECRET, &now, body.as_bytes());
    let check = |body: &str, timestamp: &str, signature: &str| {
        let headers = [("Timestamp", timestamp), ("Signature", signature)];
        assert_eq!(
            signed(body.as_bytes(), &headers),
            Err(Unauthorized::WrongSignature),
            "{timestamp:?} {signature:?}"
        );
    };
    check(&body.replace("Hi", "Ho"), &now, &good);
    check(&format!("{body} "), &now, &good);
    check("", &now, &good);
    check(&body, &seconds(1), &good);
    check(&body, &format!("0{now}"), &good);
    check(&body, "", &good);
    check(&body, &now, &good[3..]);
    check(&body, &now, &good.replace("v1=", "v2="));
    check(&body, &now, "v1=");
    check(&body, &now, "");
    check(&body, &now, "v1=é");
    check(&body, &now, &good[..good.len() - 2]);
    check(&body, &now, &format!("{good}00"));
    check(&body, &now, &format!("v1={}", "0".repeat(64)));
    check(&body, &now, &sign("", &now, body.as_bytes()));
}

#[test]
fn the_start_of_a_body_cannot_pass_for_the_timestamp() {
    let body = r#"{"note":"a.b","messages":[]}"#;
    let now = seconds(0);
    let signature = sign(SECRET, &now, body.as_bytes());
    let (start, rest) = body.split_once('.').unwrap();
    let longer = format!("{now}.{start}");
    let headers = [("Timestamp", longer.as_str()), ("Signature", signature.as_str())];
    assert_eq!(signed(rest.as_bytes(), &headers), Err(Unauthorized::NoTimestamp));
}

#[test]
fn a_timestamp_counts_for_five_minutes_either_way() {
    let body = event("x", Value::Null);
    let check = |timestamp: &str, expected: Result<usize, Unauthorized>| {
        let signature = sign(SECRET, timestamp, body.as_bytes());
        let headers = [("Timestamp", timestamp), ("Signature", signature.as_str())];
        assert_eq!(signed(body.as_bytes(), &headers), expected, "{timestamp}");
    };
    let stale = |seconds| Err(Unauthorized::Stale { skew: Duration::from_secs(seconds) });
    check(&seconds(-300), Ok(1));
    check(&seconds(300), Ok(1));
    check(&seconds(-301), stale(301));
    check(&seconds(301), stale(301));
    check("0", stale(1_790_000_000));
    check("99999999999", stale(98_209_999_999));
    for no_time in ["soon", "", "1.79e9", "99999999999999999999"] {
        check(no_time, Err(Unauthorized::NoTimestamp));
    }
    for extreme in [i64::MIN, i64::MAX].map(|seconds| seconds.to_string()) {
        let signature = sign(SECRET, &extreme, body.as_bytes());
        let result = signed(body.as_bytes(), &[("Timestamp", &extreme), ("Signature", &signature)]);
        assert!(matches!(result, Err(Unauthorized::Stale { .. })), "{extreme} {result:?}");
    }
}

// --- properties

/// JSON in the shapes that the parser looks at, with anything in their places.
fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "\\+?[0-9 ]{0,18}".prop_map(Value::from),
        Just(json!("sms.received")),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let name = prop_oneof![
            proptest::sample::select(
                &[
                    "messages",
                    "type",
                    "data",
                    "guid",
                    "number",
                    "from",
                    "message",
                    "device_id",
                    "received_at",
                ][..]
            )
            .prop_map(str::to_owned),
            ".{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body: Vec<u8>, signature: Vec<u8>, timestamp: Vec<u8>) {
        let result = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), &body);
        prop_assert!(result.is_err());
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-smsmobileapi-signature", &signature), ("x-smsmobileapi-timestamp", &timestamp)] {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.insert(name, value);
            }
        }
        let gateway = SmsMobileApi::signed(SECRET).unwrap();
        let refused = matches!(parse(&gateway, &headers, &body), Err(Rejection::Unauthorized(_)));
        prop_assert!(refused);
    }

    #[test]
    fn almost_json_is_answered(body in r#"[\[\]{}",:\\ue0-9dmsgti ]{0,60}"#) {
        let _ = render(&parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), body.as_bytes()));
    }

    #[test]
    fn every_element_of_a_list_is_accepted_or_named(payload in payload(), list: bool) {
        let body = if list { json!({"messages": [payload]}) } else { payload };
        let result = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), body.to_string().as_bytes());
        let elements = body["messages"].as_array().map(Vec::len);
        match &result {
            Ok(parsed) => {
                let outcomes = parsed.messages.len() + parsed.errors.len() + parsed.ignored.len();
                prop_assert_eq!(outcomes, elements.unwrap_or(1), "{}", render(&result));
                prop_assert!(elements == Some(0) || parsed.ignored.len() == 1 || !parsed.messages.is_empty());
            }
            Err(Rejection::Unprocessable(errors)) => {
                let is_list = elements.is_some();
                prop_assert_eq!(errors.len(), elements.unwrap_or(1));
                prop_assert!(errors.iter().all(|error| error.index.is_some() == is_list));
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn a_message_keeps_its_text_and_id(text: String, guid in ".{1,40}") {
        prop_assume!(!guid.trim().is_empty());
        let mut body: Value = serde_json::from_str(&legacy("message", json!(text))).unwrap();
        body["guid"] = json!(guid);
        let parsed = parse(&SmsMobileApi::unsigned(), &HeaderMap::new(), body.to_string().as_bytes()).unwrap();
        prop_assert_eq!(parsed.messages[0].message.text(), text);
        prop_assert_eq!(parsed.messages[0].message.id(), Some(guid.as_str()));
    }
}
