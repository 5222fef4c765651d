//! Vonage's Messages API: kinds of messages, bad input, tokens.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD as BASE64, Engine};
use hmac::{Hmac, KeyInit, Mac};
use inbound_kit::{NOW, parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sms_consolidate::lane::Control;
use sms_consolidate::{Message, Origin};
use sms_consolidate_providers::inbound::{
    ConfigError, Ignored, Parsed, Rejection, Unauthorized, VonageMessages,
};

fn read(body: &Value) -> Result<Parsed, Rejection> {
    parse(&VonageMessages::unsigned(), &[], body.to_string())
}

#[track_caller]
fn check(body: &Value, expected: &str) {
    assert_eq!(render(&read(body)), expected, "{body}");
}

#[track_caller]
fn check_ignored(body: &Value, why: Ignored) {
    let parsed = read(body).unwrap();
    assert!(parsed.messages.is_empty(), "{body}");
    assert_eq!(parsed.ignored, [why], "{body}");
}

/// A text in which `field` is `value`.
fn text(field: &str, value: Value) -> Value {
    let mut message = json!({
        "channel": "sms", "message_uuid": "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab", "to": "15551230000",
        "from": "639171234567", "timestamp": "2026-09-21T14:13:20Z", "message_type": "text", "text": "Yes",
        "sms": {"num_messages": "1", "total_count": "1", "keyword": "YES"},
        "usage": {"currency": "EUR", "price": "0.0333"},
    });
    message[field] = value;
    message
}

/// A message of type `kind` on `channel` that holds `content` in the field of that name.
fn message(channel: &str, kind: &str, content: Value) -> Value {
    let mut message = text("message_type", json!(kind));
    message["channel"] = json!(channel);
    message["text"].take();
    message[kind] = content;
    message
}

const READ: &str =
    r#"+639171234567>+15551230000 aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab "Yes" 2026-09-21T14:13:20.000Z"#;

#[test]
fn texts_of_every_channel_are_read() {
    check(&text("unknown", json!([{}])), READ);
    check(&text("timestamp", json!("soon")), READ.strip_suffix(" 2026-09-21T14:13:20.000Z").unwrap());
    check(&text("channel", json!("mms")), READ);
    check(&text("to", json!("54321")), &READ.replace("+15551230000", "54321"));
    check(&text("text", json!("")), &READ.replace("Yes", ""));
    for channel in ["whatsapp", "rcs", "viber_service"] {
        check(&text("channel", json!(channel)), &READ.replace(">", &format!(">{channel}:")));
    }
    let mut messenger = text("channel", json!("messenger"));
    messenger["from"] = json!("123456789012345");
    messenger["to"] = json!("987654321098765");
    check(
        &messenger,
        &READ.replace("+639171234567>+15551230000", "123456789012345>messenger:987654321098765"),
    );
    let mut hidden = text("channel", json!("whatsapp"));
    hidden["from"] = json!("US.13491208655302741918");
    let read = READ.replace("+639171234567>", "US.13491208655302741918>whatsapp:");
    check(&hidden, &read);
}

#[test]
fn what_was_sent_shows_in_its_origin() {
    let check = |body: Value, said: &str, origin: Origin| {
        let rendered = render(&read(&body));
        let rest = rendered.split_once("0123456789ab ").unwrap_or_else(|| panic!("{rendered}")).1;
        let verdict = if origin == Origin::Typed { String::new() } else { format!(" {origin:?}") };
        assert_eq!(rest.replace(" 2026-09-21T14:13:20.000Z", ""), format!("{said}{verdict}"), "{body}");
    };
    let url = "https://example.com/a";
    check(
        message("whatsapp", "button", json!({"payload": "no-1", "text": "STOP"})),
        "\"STOP\"",
        Origin::Button,
    );
    let row = json!({"id": "row1", "title": "9am", "description": "Select 9am"});
    check(message("whatsapp", "reply", row), "\"9am\"", Origin::Button);
    for kind in ["image", "video", "audio", "file", "vcard", "sticker"] {
        check(message("whatsapp", kind, json!({"url": url})), &format!("\"\" {url}"), Origin::Caption);
    }
    let captioned = json!({"url": url, "caption": "Hi"});
    check(message("whatsapp", "image", captioned.clone()), &format!("\"Hi\" {url}"), Origin::Caption);
    // An MMS says what its sender wrote.
    check(message("mms", "image", captioned), &format!("\"Hi\" {url}"), Origin::Typed);
    check(message("mms", "image", json!({})), "\"\"", Origin::Typed);
    let content = json!([{"type": "image", "url": url}, {"type": "file", "url": "https://example.com/b"}, 7]);
    let mut several = message("mms", "content", content);
    several["text"] = json!("Hi");
    check(several, &format!("\"Hi\" {url} https://example.com/b"), Origin::Typed);
    check(message("whatsapp", "location", json!({"lat": 1.5, "long": 2})), "\"\"", Origin::Typed);
    check(message("whatsapp", "contact", json!([{}])), "\"\"", Origin::Typed);
}

#[test]
fn a_button_opts_out_if_it_is_named() {
    let gateway = VonageMessages::unsigned().with_opt_out_button("leave-1");
    let control = |kind: &str, content: Value| {
        let parsed = parse(&gateway, &[], message("whatsapp", kind, content).to_string()).unwrap();
        parsed.messages[0].message.control()
    };
    assert_eq!(control("button", json!({"text": "Stop promotions", "payload": "x"})), Some(Control::Stop));
    assert_eq!(control("button", json!({"text": "No more", "payload": "Leave-1"})), Some(Control::Stop));
    assert_eq!(control("reply", json!({"title": "No more", "id": "leave-1"})), Some(Control::Stop));
    assert_eq!(control("reply", json!({"title": "STOP", "id": "1"})), None);
}

#[test]
fn what_is_no_text_is_acknowledged() {
    for status in ["submitted", "delivered", "read", "rejected", "undeliverable"] {
        check_ignored(&text("status", json!(status)), Ignored::NotAMessage);
    }
    for kind in ["reaction", "order", "custom", "new"] {
        check_ignored(&message("whatsapp", kind, json!({})), Ignored::NotAMessage);
    }
    check_ignored(&message("whatsapp", "unsupported", json!({})), Ignored::NoContent);
    for channel in ["sms", "whatsapp"] {
        let mut own = text("from", json!("15551230000"));
        own["channel"] = json!(channel);
        check_ignored(&own, Ignored::Own);
    }
}

#[test]
fn bad_fields_are_named() {
    for field in ["message_type", "message_uuid", "channel", "from", "to", "text"] {
        check(&text(field, json!(null)), &format!("422 `{field}` is missing"));
        check(&text(field, json!(7)), &format!("422 `{field}` must be a string, not a number"));
    }
    for field in ["message_uuid", "from", "to"] {
        check(&text(field, json!(" ")), &format!("422 `{field}` is empty"));
    }
    // As the API's first version has it.
    check(&text("from", json!({"type": "sms"})), "422 `from` must be a string, not an object");
    check(&message("whatsapp", "button", json!({})), "422 `button.text` is missing");
    check(&message("whatsapp", "reply", json!(null)), "422 `reply` is missing");
    check(&message("mms", "image", json!(7)), "422 `image` must be an object, not a number");
    check(
        &message("mms", "image", json!({"caption": 7})),
        "422 `image.caption` must be a string, not a number",
    );
    check(&json!([]), "422 `body` must be an object, not an array");
    assert_eq!(render(&parse(&VonageMessages::unsigned(), &[], "")), "400 the body is empty");
}

/// A token of these parts, signed by `secret`.
fn token(header: &Value, claims: &Value, secret: &str) -> String {
    let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(&signed);
    format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// What Vonage claims of `body`, with `field` replaced.
fn claims(body: &str, field: &str, value: Value) -> Value {
    let mut claims = json!({
        "iat": NOW.as_unix_millis() / 1_000, "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5", "iss": "Vonage",
        "payload_hash": hex::encode(Sha256::digest(body)), "api_key": "a1b2c3d4",
        "application_id": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    });
    claims[field] = value;
    claims
}

#[test]
fn a_token_must_be_signed_and_cover_the_body() {
    let gateway = VonageMessages::signed("s3cret").unwrap();
    let body = text("", json!(1)).to_string();
    let hs256 = json!({"alg": "HS256", "typ": "JWT"});
    let check = |authorization: &str, expected: Result<(), Unauthorized>| {
        let parsed = parse(&gateway, &[("authorization", authorization)], &body);
        let found = match parsed {
            Ok(_) => Ok(()),
            Err(Rejection::Unauthorized(why)) => Err(why),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(found, expected, "{authorization}");
    };
    let of = |field: &str, value: Value| token(&hs256, &claims(&body, field, value), "s3cret");
    let wrong = || Err(Unauthorized::WrongSignature);
    let good = of("", json!(1));
    check(&format!("Bearer {good}"), Ok(()));
    check(&format!("bearer {good}"), Ok(()));
    check(&good, wrong());
    check(&format!("Basic {good}"), wrong());
    check(&format!("Bearer {good}="), wrong());
    check(&format!("Bearer {good}.x"), wrong());
    check("Bearer ..", wrong());
    check("Bearer ", wrong());
    let bearer = |token: String| format!("Bearer {token}");
    let upper = json!(hex::encode_upper(Sha256::digest(&body)));
    check(&bearer(of("payload_hash", upper)), Ok(()));
    for hash in [json!(""), json!(7), json!("00"), json!(hex::encode(Sha256::digest("{}")))] {
        check(&bearer(of("payload_hash", hash)), wrong());
    }
    let missing = Err(Unauthorized::MissingParameter { parameter: "payload_hash" });
    check(&bearer(of("payload_hash", json!(null))), missing);
    check(&bearer(token(&hs256, &claims(&body, "", json!(1)), "other")), wrong());
    check(&bearer(token(&hs256, &json!([]), "s3cret")), wrong());
    let (parts, _) = good.rsplit_once('.').unwrap();
    check(&bearer(format!("{parts}.")), wrong());
    // Nobody may choose the algorithm: neither without the secret, nor with it.
    let unsigned = BASE64.encode(json!({"alg": "none"}).to_string());
    let claimed = BASE64.encode(claims(&body, "", json!(1)).to_string());
    check(&bearer(format!("{unsigned}.{claimed}.")), wrong());
    for header in
        [json!({"alg": "none"}), json!({"alg": "HS512"}), json!({"alg": "hs256"}), json!({}), json!([])]
    {
        let signed = token(&header, &claims(&body, "", json!(1)), "s3cret");
        check(&bearer(signed), Err(Unauthorized::UnknownAlgorithm));
    }
    let refused = parse(&gateway, &[], "{");
    assert_eq!(render(&refused), "401 the header authorization is missing");
    let twice = parse(&gateway, &[("authorization", &bearer(good.clone())), ("authorization", "x")], &body);
    assert_eq!(render(&twice), "401 the header authorization is there more than once");
    assert_eq!(VonageMessages::signed("").err(), Some(ConfigError::EmptySecret));
    assert!(!format!("{gateway:?}").contains("s3cret"));
}

#[test]
fn how_old_a_token_may_be_is_configured() {
    let now = NOW.as_unix_millis() / 1_000;
    let check = |gateway: &VonageMessages, field: &str, value: Value, fresh: bool| {
        let token = token(&json!({"alg": "HS256"}), &claims("{}", field, value.clone()), "s3cret");
        let parsed = parse(gateway, &[("authorization", &format!("Bearer {token}"))], "{}");
        let stale = matches!(parsed, Err(Rejection::Unauthorized(Unauthorized::Stale { .. })));
        let read = matches!(parsed, Err(Rejection::Unprocessable(_)));
        assert_eq!((read, stale), (fresh, !fresh), "{field} {value}: {parsed:?}");
    };
    let default = VonageMessages::signed("s3cret").unwrap();
    let day = 24 * 60 * 60;
    check(&default, "iat", json!(now - day - 300), true);
    check(&default, "iat", json!(now - day - 301), false);
    check(&default, "iat", json!(now + 300), true);
    check(&default, "iat", json!(now + 301), false);
    check(&default, "exp", json!(now + 1_000_000), true);
    check(&default, "exp", json!(now - 300), true);
    check(&default, "exp", json!(now - 301), false);
    let strict = default.with_max_age(Duration::from_secs(10));
    check(&strict, "iat", json!(now - 10), true);
    check(&strict, "iat", json!(now - 11), false);
    for time in [json!(null), json!("now"), json!(1.5), json!({})] {
        let token = token(&json!({"alg": "HS256"}), &claims("{}", "iat", time), "s3cret");
        let parsed = parse(&strict, &[("authorization", &format!("Bearer {token}"))], "{}");
        assert!(matches!(parsed, Err(Rejection::Unauthorized(Unauthorized::NoTimestamp))), "{parsed:?}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(
        value in ".*",
        bytes in any::<Vec<u8>>(),
        field in "message_type|message_uuid|channel|from|to|timestamp|text",
        kind in "text|button|reply|image|content|location",
    ) {
        let _ = parse(&VonageMessages::unsigned(), &[], &bytes);
        let _ = render(&read(&text(&field, json!(value))));
        let _ = render(&read(&message("whatsapp", &kind, json!({"url": value, "caption": value, "text": value, "title": value}))));
        let signed = VonageMessages::signed("s3cret").unwrap();
        let token: String = String::from_utf8_lossy(&bytes).chars().filter(char::is_ascii_graphic).collect();
        for authorization in [format!("Bearer {token}"), token_of(&value)] {
            let is_refused = parse(&signed, &[("authorization", &authorization)], "{}").is_err();
            prop_assert!(is_refused);
        }
    }
}

/// A token whose claims and header are `text`, signed.
fn token_of(text: &str) -> String {
    format!(
        "Bearer {}",
        token(&json!(text), &json!({"iat": text, "payload_hash": text, "exp": text}), "s3cret")
    )
}
