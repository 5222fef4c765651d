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
    Answer, Authentication, Condition, ConfigError, ConfiguredJson, KeywordsAnswered, MAX_SKEW, Rejection,
    SignatureEncoding, Unauthorized,
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
fn an_object_in_place_of_a_list_is_its_only_element() {
    let good = message("", json!(1));
    let check = |gateway: &ConfiguredJson, body: &Value, expected: &str| {
        assert_eq!(render(&parse(gateway, &[], body.to_string())), expected, "{body}");
    };
    let named = gateway().list("data.0.items").unwrap();
    check(&named, &json!({"data": [{"items": [good]}]}), READ);
    check(&named, &json!({"data": [{"items": good}]}), READ);
    check(&named, &json!({"data": [{"items": {}}]}), "422 element 0: `uid` is missing");
    check(&named, &json!({"data": [{"items": "x"}]}), "422 `data.0.items` must be an array, not a string");
    check(&named, &json!({"data": [{"items": null}]}), "ignored 1");
    check(&named, &json!({"data": []}), "ignored 1");
    let whole = gateway().whole_document_as_list().with_max_messages(NonZeroUsize::new(2).unwrap());
    check(&whole, &json!([good, {}]), &format!("{READ}\nelement 1: `uid` is missing"));
    check(&whole, &good, READ);
    check(&whole, &json!([]), "");
    check(&whole, &json!(7), "422 `body` must be an array, not a number");
    check(&whole, &json!([1, 2, 3]), "422 the payload holds 3 messages; at most 2 are accepted");
}

#[test]
fn a_condition_is_about_what_is_written() {
    let check = |condition: Condition, value: &str, holds: bool| {
        let gateway = ConfiguredJson::unsigned().only_if("a.b", condition.clone()).unwrap();
        let body = format!(r#"{{"id": "1", "from": "+639171234567", "text": "Hi", "a": {value}}}"#);
        let expected = if holds { r#"+639171234567 1 "Hi""# } else { "ignored 1" };
        assert_eq!(render(&parse(&gateway, &[], &body)), expected, "{condition:?} {value}");
    };
    for (written, holds) in [
        (r#"{"b": true}"#, true),
        (r#"{"b": "true"}"#, true),
        (r#"{"b": "t\u0072ue"}"#, true),
        (r#"{"b": "True"}"#, false),
        (r#"{"b": "true "}"#, false),
        (r#"{"b": false}"#, false),
        (r#"{"b": [true]}"#, false),
        (r#"{"b": null}"#, false),
        ("{}", false),
        // The path leads through something else.
        ("true", false),
        ("[]", false),
        ("null", false),
    ] {
        check(Condition::is("true"), written, holds);
    }
    check(Condition::is("1"), r#"{"b": 1}"#, true);
    check(Condition::is("1"), r#"{"b": 1.0}"#, false);
    check(Condition::is("-1"), r#"{"b": -1}"#, true);
    check(Condition::one_of(["a", "b"]), r#"{"b": "b"}"#, true);
    check(Condition::one_of(["a", "b"]), r#"{"b": "c"}"#, false);
    check(Condition::one_of(Vec::<String>::new()), r#"{"b": "c"}"#, false);
    check(Condition::ends_with("@g"), r#"{"b": "1@g"}"#, true);
    check(Condition::ends_with("@g"), r#"{"b": "1@g "}"#, false);
    check(Condition::ends_with_one_of(["@a", "@b"]), r#"{"b": "1@b"}"#, true);
    check(Condition::ends_with("0"), r#"{"b": 10}"#, true);
    for (written, there) in [
        (r#"{"b": 0}"#, true),
        (r#"{"b": false}"#, true),
        (r#"{"b": {}}"#, true),
        (r#"{"b": []}"#, true),
        (r#"{"b": "x"}"#, true),
        (r#"{"b": ""}"#, false),
        (r#"{"b": "  "}"#, false),
        (r#"{"b": null}"#, false),
        ("{}", false),
        ("7", false),
    ] {
        check(Condition::present(), written, there);
        check(Condition::absent(), written, !there);
    }
    check(Condition::several(), r#"{"b": [1, 2]}"#, true);
    for written in [r#"{"b": [1]}"#, r#"{"b": []}"#, r#"{"b": "12"}"#, r#"{"b": {"c": 1, "d": 2}}"#, "{}"] {
        check(Condition::several(), written, false);
    }
}

#[test]
fn all_conditions_of_a_message_must_hold_and_one_suffices_elsewhere() {
    let gateway = ConfiguredJson::unsigned()
        .only_if("kind", Condition::is("m"))
        .unwrap()
        .only_if("to", Condition::is("us"))
        .unwrap()
        .own_if("echo", Condition::present())
        .unwrap()
        .own_if("from", Condition::is("us"))
        .unwrap()
        .group_if("group", Condition::present())
        .unwrap()
        .group_if("room", Condition::present())
        .unwrap();
    let check = |gateway: &ConfiguredJson, field: &str, value: Value, expected: &str| {
        let mut body = json!({"kind": "m", "to": "us", "id": "1", "from": "+639171234567", "text": "STOP"});
        body[field] = value;
        let parsed = parse(gateway, &[], body.to_string());
        assert_eq!(render(&parsed), expected, "{body}");
        parsed
    };
    let read = r#"+639171234567 1 "STOP""#;
    let _ = check(&gateway, "x", json!(1), read);
    let _ = check(&gateway, "kind", json!("report"), "ignored 1");
    let _ = check(&gateway, "to", json!("them"), "ignored 1");
    let _ = check(&gateway, "echo", json!(true), "ignored 1 own");
    let _ = check(&gateway, "from", json!("us"), "ignored 1 own");
    let _ = check(&gateway, "group", json!("g1"), "ignored 1 group");
    let _ = check(&gateway, "room", json!(7), "ignored 1 group");
    let _ = check(&gateway, "group", json!(""), read);
    let keyed = gateway.with_groups();
    for (field, value, key) in [("group", json!("g1"), "group:g1"), ("room", json!(7), "group:7")] {
        let said =
            check(&keyed, field, value, &format!("{} Group", read.replace("+639171234567", key))).unwrap();
        assert!(!said.messages[0].conversation.sender().can_receive());
    }
    let _ = check(&keyed, "from", json!(null), "422 `from` is missing");
    let _ = check(&keyed, "group", json!({}), "422 `group` must be a string, not an object");
    let _ = check(&keyed, "group", json!([{}]), "422 `group` must be a string, not an object");
    let _ = check(&keyed, "echo", json!(1), "ignored 1 own");
    let nobody = parse(&keyed, &[], r#"{"kind": "m", "to": "us", "id": "1", "group": ["a"], "text": "Hi"}"#);
    assert_eq!(render(&nobody), "422 `from` is missing");
}

#[test]
fn of_alternatives_the_first_that_says_something_counts() {
    let gateway = ConfiguredJson::unsigned()
        .id("uid|id")
        .unwrap()
        .text("message.body | message | text.0")
        .unwrap()
        .sender("from.phone|from")
        .unwrap();
    let check = |body: &Value, expected: &str| {
        assert_eq!(render(&parse(&gateway, &[], body.to_string())), expected, "{body}");
    };
    let read = r#"+639171234567 1 "Hi""#;
    check(&json!({"uid": 1, "id": 2, "from": "+639171234567", "message": {"body": "Hi"}}), read);
    check(&json!({"uid": null, "id": 1, "from": {"phone": "+639171234567"}, "message": "Hi"}), read);
    check(&json!({"uid": " ", "id": 1, "from": "+639171234567", "message": "", "text": ["Hi", "Ho"]}), read);
    // Nothing says more, so the blank one is the text.
    check(&json!({"id": 1, "from": "+639171234567", "message": ""}), &read.replace("Hi", ""));
    check(
        &json!({"id": 1, "from": "+639171234567", "text": []}),
        "422 `message.body | message | text.0` is missing",
    );
    check(&json!({"uid": " ", "from": "+639171234567", "message": "Hi"}), "422 `uid|id` is empty");
    check(&json!({"id": 1, "from": {"phone": 7.5}, "message": "Hi"}), r#"7.5 1 "Hi""#);
    check(
        &json!({"id": 1, "from": [], "message": "Hi"}),
        "422 `from.phone|from` must be a string, not an array",
    );
}

#[test]
fn what_a_text_is_shows_in_its_origin() {
    let gateway = ConfiguredJson::unsigned().caption("caption").unwrap().button("button.title").unwrap();
    let gateway = gateway.media("url|files").unwrap();
    let check = |gateway: &ConfiguredJson, rest: Value, expected: &str| {
        let mut body = json!({"id": "1", "from": "+639171234567"});
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let parsed = parse(gateway, &[], body.to_string());
        assert_eq!(render(&parsed).replace("+639171234567 1 ", ""), expected, "{body}");
    };
    check(&gateway, json!({"text": "Hi"}), r#""Hi""#);
    check(&gateway, json!({"text": "Hi", "caption": "Ho"}), r#""Hi""#);
    check(&gateway, json!({"text": "", "caption": "Ho"}), r#""Ho" Caption"#);
    check(&gateway, json!({"caption": "Ho", "url": "a", "files": ["b", 7]}), r#""Ho" a b Caption"#);
    check(&gateway, json!({"button": {"title": "STOP"}}), r#""STOP" Button"#);
    check(&gateway, json!({"url": "a"}), r#""" a"#);
    check(&gateway, json!({}), "422 `text` is missing");
    check(&gateway, json!({"caption": 7}), "422 `caption` must be a string, not a number");
    check(&gateway, json!({"button": "STOP"}), "422 `button.title` must be an object, not a string");
    let lenient = gateway.ignore_without_text();
    for nothing in [json!({}), json!({"text": null}), json!({"text": " "}), json!({"url": ""})] {
        check(&lenient, nothing, "ignored 1 no_content");
    }
    check(&lenient, json!({"url": "a"}), r#""" a"#);
    // Of what is written on buttons only what opts out does.
    let check = |gateway: &ConfiguredJson, label: &str, expected: &str| {
        check(gateway, json!({"button": {"title": label}}), expected);
    };
    check(&lenient, "Stop promotions", r#""Stop promotions" Button Stop"#);
    check(&lenient, "Leave", r#""Leave" Button"#);
    check(&lenient.with_opt_out_button("leave"), "Leave", r#""Leave" Button Stop"#);
}

#[test]
fn addresses_are_trimmed_to_what_they_are() {
    let gateway = ConfiguredJson::unsigned().line("to").unwrap().with_plus_signs_added();
    let gateway = gateway.with_suffix_removed("@s.whatsapp.net").with_suffix_removed("@c.us");
    let check = |from: Value, to: &str, expected: &str| {
        let body = json!({"id": "1", "from": from, "to": to, "text": "Hi"}).to_string();
        assert_eq!(render(&parse(&gateway, &[], &body)), expected, "{body}");
    };
    let read = r#"+639171234567>+15551230000 1 "Hi""#;
    check(json!("639171234567@s.whatsapp.net"), "15551230000@c.us", read);
    check(json!(639_171_234_567_u64), "15551230000", read);
    check(json!("+639171234567"), "+15551230000 ", read);
    check(json!("639171234567"), "54321", &read.replace("+15551230000", "54321"));
    check(json!("639171234567@lid"), "A", r#"639171234567@lid>A 1 "Hi""#);
    check(json!("@s.whatsapp.net"), "A", "422 `from` is empty");
    check(json!("15551230000@c.us"), "+15551230000", "ignored 1 own");
}

#[test]
fn a_form_is_an_object_of_strings() {
    let gateway = ConfiguredJson::unsigned().form().line("to").unwrap().sent_at("time").unwrap();
    let gateway =
        gateway.only_if("in", Condition::is("1")).unwrap().with_answer(Answer::new("text/plain", "OK"));
    let check = |body: &[u8], expected: &str| {
        let parsed = parse(&gateway, &[], body);
        assert_eq!(render(&parsed), expected, "{}", String::from_utf8_lossy(body));
        if let Ok(parsed) = parsed {
            assert_eq!(parsed.answer, Some(Answer::new("text/plain", "OK")));
        }
    };
    let read = r#"+639171234567>A m-1 "a&b = \"c\" \\ 1+1" 2026-09-21T14:13:20.000Z"#;
    let text = "text=a%26b+%3D+%22c%22+%5C+1%2B1";
    check(format!("in=1&id=m-1&from=%2B639171234567&to=A&time=1790000000&{text}").as_bytes(), read);
    check(format!("in=1&id=0&id=m-1&from=%2B639171234567&to=A&time=1790000000000&{text}").as_bytes(), read);
    check(b"in=0&id=m-1", "ignored 1");
    check(b"in=1&id=m-1&from=%2B639171234567&text=%FF", "+639171234567 m-1 \"\u{fffd}\"");
    check(b"in=1&id=m-1&from=%2B639171234567", "422 `text` is missing");
    check(b"in=1&id=m-1&from=&text=x", "422 `from` is empty");
    check(b"", "400 the body is empty");
    check(br#"{"in": 1}"#, "ignored 1");
}

#[test]
fn a_time_may_be_signed_before_or_after_the_body() {
    let body = r#"{"id": "1", "from": "+639171234567", "text": "Hi"}"#;
    let hmac = |signed: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap().chain_update(signed);
        hex::encode(mac.finalize().into_bytes())
    };
    let check = |template: &str, time: &str, signed: &str, expected: &str| {
        let authentication =
            Authentication::hmac_sha256("X-Sig", "", SignatureEncoding::Hex, "s3cret").unwrap();
        let authentication = authentication.with_time("X-Time", template, MAX_SKEW).unwrap();
        let gateway = ConfiguredJson::authenticated(authentication);
        let parsed = parse(&gateway, &[("x-sig", &hmac(signed)), ("x-time", time)], body);
        assert_eq!(render(&parsed), expected, "{template} {time}");
    };
    let read = r#"+639171234567 1 "Hi""#;
    check("{time}.{body}", "1790000000", &format!("1790000000.{body}"), read);
    check("{body}{time}", "1790000000", &format!("{body}1790000000"), read);
    check("v1:{time}:{body}:x", "1790000000", &format!("v1:1790000000:{body}:x"), read);
    check("{time}.{body}", "1790000000", body, "401 the signature is wrong");
    check("{time}.{body}", "1790000000", &format!("1790000001.{body}"), "401 the signature is wrong");
    let stale = "401 the signature's timestamp is 301 s away from this server's time";
    check("{time}.{body}", "1789999699", &format!("1789999699.{body}"), stale);
    check("{time}.{body}", "1790000301", &format!("1790000301.{body}"), stale);
    let none = "401 the signature's timestamp is not a number of seconds";
    check("{time}.{body}", "now", &format!("now.{body}"), none);
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
    assert_eq!(Authentication::basic("me", "").err(), Some(ConfigError::EmptySecret));
    assert_eq!(Authentication::url_parameter("key", "").err(), Some(ConfigError::EmptySecret));
    for signed in ["", "{body}", "{time}", "{Body}{time}"] {
        let signature = Authentication::hmac_sha256("X", "", SignatureEncoding::Hex, "s3cret").unwrap();
        let refused = signature.with_time("X-Time", signed, MAX_SKEW);
        assert!(matches!(refused, Err(ConfigError::BadSigned { .. })), "{signed:?}");
    }
    let token = Authentication::token("X", "t0ken").unwrap().with_time("X-Time", "{body}{time}", MAX_SKEW);
    assert!(matches!(token, Err(ConfigError::BadSigned { .. })));
    for path in ["", ".", "a.", ".a", "a..b", " ", "|", "a|", "a||b", "a|.b"] {
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
        let _ = render(&parse(&gateway().form().ignore_without_text(), &[], &bytes));
        let _ = render(&parse(&gateway(), &[], message(&field, json!(value)).to_string()));
    }
}
