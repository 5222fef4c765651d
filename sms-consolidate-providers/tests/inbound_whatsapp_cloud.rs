//! The webhook of the WhatsApp Cloud API: every kind of message, every bad input, signatures, tampering, challenges.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]
#![allow(clippy::needless_pass_by_value, reason = "JSON is written where it is passed")]

use std::fmt::Write;
use std::num::NonZeroUsize;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use sms_consolidate::{Key, Message, Timestamp};
use sms_consolidate_providers::inbound::{
    Answer, ConfigError, Inbound, InboundRequest, Parsed, Rejection, Unauthorized, WhatsAppCloud,
};

const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);
const SECRET: &str = "app-secret";
const TOKEN: &str = "verify-token";

fn parse(gateway: &WhatsAppCloud, headers: &HeaderMap, body: &[u8]) -> Result<Parsed, Rejection> {
    let uri = Uri::from_static("/in");
    gateway.parse(&InboundRequest { method: &Method::POST, uri: &uri, headers, body }, NOW)
}

fn open(body: &[u8]) -> Result<Parsed, Rejection> {
    parse(&WhatsAppCloud::unsigned(TOKEN).unwrap(), &HeaderMap::new(), body)
}

/// One line per message, error and count of ignored events; or the status and text of the rejection.
fn render(result: &Result<Parsed, Rejection>) -> String {
    let mut out = String::new();
    match result {
        Ok(parsed) => {
            for incoming in &parsed.messages {
                let message = &incoming.message;
                let (index, key, id) = (incoming.index, &incoming.conversation, message.id().unwrap());
                write!(out, "{index}: {key} {id} {:?}", message.text()).unwrap();
                if let Some(at) = message.sent_at() {
                    write!(out, " {at}").unwrap();
                }
                message.media().for_each(|media| write!(out, " {media}").unwrap());
                out.push('\n');
            }
            for error in &parsed.errors {
                writeln!(out, "{error}").unwrap();
            }
            if !parsed.ignored.is_empty() {
                writeln!(out, "ignored {}", parsed.ignored.len()).unwrap();
            }
        }
        Err(rejection) => write!(out, "{} {rejection}", rejection.status().as_u16()).unwrap(),
    }
    out.trim_end().to_owned()
}

fn check(body: &Value, expected: &str) {
    assert_eq!(render(&open(body.to_string().as_bytes())), expected, "{body}");
}

fn account(entries: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": entries})
}

fn change(value: Value) -> Value {
    account(json!([{"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}]))
}

fn messages(messages: Value) -> Value {
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "106540352242922"});
    change(json!({"messaging_product": "whatsapp", "metadata": metadata, "messages": messages}))
}

/// A message of type `kind` with `content` as the field of that name.
fn of_kind(kind: &str, content: Value) -> Value {
    let mut message =
        json!({"id": "wamid.1", "from": "16505551234", "timestamp": "1790000000", "type": kind});
    message[kind] = content;
    messages(json!([message]))
}

/// What such a message is read as, with this text.
fn read(rest: &str) -> String {
    format!("0: +16505551234>whatsapp:+15550783881 wamid.1 {rest}")
}

const AT: &str = "2026-09-21T14:13:20.000Z";

#[test]
fn the_documented_payload_is_read() {
    let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":
        {"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":
        "106540352242922"},"contacts":[{"profile":{"name":"Sheena Nelson"},"wa_id":"16505551234"}],"messages":[{"from":
        "16505551234","id":"wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=","timestamp":"1749416383",
        "type":"text","text":{"body":"Does it come in another color?"}}]},"field":"messages"}]}]}"#;
    let expected = r#"0: +16505551234>whatsapp:+15550783881 wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA= "Does it come in another color?" 2025-06-08T20:59:43.000Z"#;
    assert_eq!(render(&open(body.as_bytes())), expected);
    // Meta escapes what is not ASCII.
    let escaped = body.replace("Does it", r"\ud83d\udc4d caf\u00e9");
    assert!(render(&open(escaped.as_bytes())).contains("👍 café come"));
}

#[test]
fn every_kind_of_message_has_its_text() {
    let text = |kind: &str, content: Value, text: &str| {
        check(&of_kind(kind, content), &read(&format!("{text:?} {AT}")));
    };
    text("text", json!({"body": "Oo nga 👍"}), "Oo nga 👍");
    text("text", json!({"body": ""}), "");
    text("button", json!({"payload": "CONFIRM", "text": "Yes, confirm"}), "Yes, confirm");
    let reply = |kind: &str, reply: Value| {
        let mut interactive = json!({"type": kind});
        interactive[kind] = reply;
        interactive
    };
    text("interactive", reply("button_reply", json!({"id": "cancel-1", "title": "Cancel"})), "Cancel");
    text(
        "interactive",
        reply("list_reply", json!({"id": "p", "title": "Priority Mail", "description": "1-3 days"})),
        "Priority Mail",
    );
    text("location", json!({"latitude": 37.44, "longitude": -122.16, "name": "HQ"}), "");
    text("contacts", json!([{"name": {"formatted_name": "Barbara"}}]), "");
}

#[test]
fn media_are_kept_by_id_with_their_caption() {
    for kind in ["image", "video", "document", "audio", "sticker"] {
        let media = |content: Value, expected: &str| check(&of_kind(kind, content), &read(expected));
        let file = json!({"id": "1003383421387256", "mime_type": "x/y", "sha256": "SfInY0gGKTsJ", "url": "https://a.example"});
        media(file.clone(), &format!("\"\" {AT} whatsapp-media:1003383421387256"));
        let mut captioned = file;
        captioned["caption"] = json!("Taj Mahal");
        media(captioned, &format!("\"Taj Mahal\" {AT} whatsapp-media:1003383421387256"));
        media(json!({"url": "https://a.example"}), &format!("\"\" {AT} https://a.example"));
        media(json!({"link": "https://a.example"}), &format!("\"\" {AT} https://a.example"));
        media(json!({"id": 7, "url": "x".repeat(2_049)}), &format!("\"\" {AT}"));
        media(json!({}), &format!("\"\" {AT}"));
        check(&of_kind(kind, json!(7)), &format!("422 element 0: `{kind}` must be an object, not a number"));
        check(&of_kind(kind, Value::Null), &format!("422 element 0: `{kind}` is missing"));
        let caption = format!("422 element 0: `{kind}.caption` must be a string, not a number");
        check(&of_kind(kind, json!({"id": "1", "caption": 7})), &caption);
    }
}

#[test]
fn what_is_no_message_is_accepted_and_ignored() {
    for kind in ["reaction", "unsupported", "order", "system", "request_welcome", "what_is_to_come"] {
        check(&of_kind(kind, json!({})), "ignored 1");
    }
    check(
        &of_kind("interactive", json!({"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}})),
        "ignored 1",
    );
    let status = json!({"id": "wamid.2", "status": "delivered", "timestamp": "1750030073", "recipient_id": "16505551234"});
    check(&change(json!({"metadata": {}, "statuses": [status]})), "ignored 1");
    check(&change(json!({"metadata": {}, "statuses": [status, status]})), "ignored 2");
    check(&change(json!({"errors": [{"code": 131051}]})), "ignored 1");
    check(&account(json!([])), "");
    check(&account(json!([{"id": "1", "changes": []}])), "");
    let other_field = json!([{"changes": [{"field": "message_template_status_update", "value": 7}]}]);
    check(&account(other_field), "ignored 1");
    check(&json!({"object": "page", "entry": 7}), "ignored 1");
}

#[test]
fn in_a_call_of_many_the_good_are_accepted_and_the_bad_named() {
    let text = |id: &str| json!({"id": id, "from": "16505551234", "type": "text", "text": {"body": id}});
    let value = |line: &str, messages: Value| json!({"field": "messages", "value": {"metadata": {"display_phone_number": line}, "messages": messages}});
    let reaction = json!({"id": "r", "from": "16505551234", "type": "reaction"});
    let body = account(json!([
        {"changes": [value("15550783881", json!([text("a"), {"type": "text"}, reaction])), {"value": {}}]},
        {"changes": 7},
        {"changes": [value("15550783882", json!([text("b")])), {"field": "messages", "value": {"messages": {}}}]},
        "x",
        {"changes": [{"field": "messages", "value": {"messages": [text("c")]}}, value("15550783881", json!([7, text("d")]))]},
    ]));
    check(
        &body,
        "0: +16505551234>whatsapp:+15550783881 a \"a\"\n5: +16505551234>whatsapp:+15550783882 b \"b\"\n10: +16505551234>whatsapp:+15550783881 d \"d\"\n\
         element 1: `text` is missing\nelement 3: `field` is missing\nelement 4: `changes` must be an array, not a number\n\
         element 6: `messages` must be an array, not an object\nelement 7: `entry` must be an object, not a string\n\
         element 8: `metadata` is missing\nelement 9: `element` must be an object, not a number\nignored 1",
    );
}

#[test]
fn fields_that_are_missing_or_of_another_type_are_named() {
    let message = || json!({"id": "wamid.1", "from": "16505551234", "type": "text", "text": {"body": "Hi"}});
    for (field, path) in [("id", "id"), ("from", "from"), ("type", "type"), ("body", "text.body")] {
        for (value, problem) in [
            (None, "is missing"),
            (Some(Value::Null), "is missing"),
            (Some(json!(7)), "must be a string, not a number"),
            (Some(json!(["x"])), "must be a string, not an array"),
            (Some(json!({"x": 1})), "must be a string, not an object"),
        ] {
            let mut message = message();
            let object = if field == "body" { &mut message["text"] } else { &mut message };
            match value {
                Some(value) => object[field] = value,
                None => drop(object.as_object_mut().unwrap().remove(field)),
            }
            check(&messages(json!([message])), &format!("422 element 0: `{path}` {problem}"));
        }
    }
    for (field, problem) in [("id", "is empty"), ("from", "is empty")] {
        let mut message = message();
        message[field] = json!(" ");
        check(&messages(json!([message])), &format!("422 element 0: `{field}` {problem}"));
    }
    let mut long = message();
    long["id"] = json!("x".repeat(513));
    check(&messages(json!([long])), "422 element 0: `id` has 513 bytes; at most 512 are accepted");
    check(&of_kind("text", json!("Hi")), "422 element 0: `text` must be an object, not a string");
    check(&of_kind("button", json!({"payload": "x"})), "422 element 0: `button.text` is missing");
    check(&of_kind("interactive", json!({})), "422 element 0: `interactive.type` is missing");
    let no_reply = json!({"type": "button_reply"});
    check(&of_kind("interactive", no_reply), "422 element 0: `interactive.button_reply` is missing");
    let no_title = json!({"type": "list_reply", "list_reply": {"id": "x"}});
    check(&of_kind("interactive", no_title), "422 element 0: `interactive.list_reply.title` is missing");
}

#[test]
fn bodies_that_are_no_calls_of_meta_are_refused() {
    for (body, expected) in [
        ("", "400 the body is empty"),
        ("object=whatsapp", "400 the body is malformed: expected value at line 1 column 1"),
        ("[]", "422 `body` must be an object, not an array"),
        ("{}", "422 `object` is missing"),
        (r#"{"object": 7}"#, "422 `object` must be a string, not a number"),
        (r#"{"object": "whatsapp_business_account"}"#, "422 `entry` is missing"),
        (
            r#"{"object": "whatsapp_business_account", "entry": {}}"#,
            "422 `entry` must be an array, not an object",
        ),
    ] {
        assert_eq!(render(&open(body.as_bytes())), expected, "{body}");
    }
    check(&account(json!([{}])), "422 element 0: `changes` is missing");
    check(&account(json!([{"changes": [{"field": "messages"}]}])), "422 element 0: `value` is missing");
    check(&change(json!([])), "422 element 0: `value` must be an object, not an array");
}

#[test]
fn the_sender_is_a_number_or_who_hides_it() {
    let from = |from: Value, user: Value| {
        messages(
            json!([{"id": "m", "from": from, "from_user_id": user, "type": "text", "text": {"body": "Hi"}}]),
        )
    };
    let user = json!("US.13491208655302741918");
    check(&from(json!("639171234567"), user.clone()), r#"0: +639171234567>whatsapp:+15550783881 m "Hi""#);
    let hidden = from(Value::Null, user);
    check(&hidden, r#"0: US.13491208655302741918>whatsapp:+15550783881 m "Hi""#);
    let parsed = open(hidden.to_string().as_bytes()).unwrap();
    assert!(!parsed.messages[0].conversation.can_reply());
    let longest = format!("US.ENT.{}", "x".repeat(128));
    check(&from(Value::Null, json!(longest)), &format!(r#"0: {longest}>whatsapp:+15550783881 m "Hi""#));
    check(&from(Value::Null, json!("")), "422 element 0: `from_user_id` is empty");
}

#[test]
fn the_line_is_the_number_for_display_or_its_id() {
    let line = |metadata: Value, expected: &str| {
        let message = json!({"id": "m", "from": "16505551234", "type": "text", "text": {"body": "Hi"}});
        check(&change(json!({"metadata": metadata, "messages": [message]})), expected);
    };
    let read = |line: &str| format!("0: +16505551234>whatsapp:{line} m \"Hi\"");
    for written in ["15550783881", "+15550783881", "+1 555-078-3881", "1 (555) 078-3881"] {
        line(
            json!({"display_phone_number": written, "phone_number_id": "106540352242922"}),
            &read("+15550783881"),
        );
    }
    line(json!({"phone_number_id": "106540352242922"}), &read("106540352242922"));
    line(json!({"display_phone_number": "", "phone_number_id": "106540352242922"}), &read("106540352242922"));
    line(json!({}), "422 element 0: `metadata.phone_number_id` is missing");
    line(json!(7), "422 element 0: `metadata` must be an object, not a number");
    line(
        json!({"display_phone_number": 7}),
        "422 element 0: `metadata.display_phone_number` must be a string, not a number",
    );
}

#[test]
fn times_that_cannot_be_read_are_left_out() {
    let time = |timestamp: Value, shown: &str| {
        let message = json!({"id": "m", "from": "16505551234", "type": "text", "text": {"body": "Hi"}, "timestamp": timestamp});
        check(&messages(json!([message])), &format!("0: +16505551234>whatsapp:+15550783881 m \"Hi\"{shown}"));
    };
    time(json!("1790000000"), " 2026-09-21T14:13:20.000Z");
    time(json!(1_790_000_000), " 2026-09-21T14:13:20.000Z");
    time(json!("soon"), "");
    time(json!(""), "");
    time(json!({}), "");
    time(Value::Null, "");
    let extreme = open(
        of_kind("text", json!({"body": "Hi"}))
            .to_string()
            .replace("1790000000", &i64::MAX.to_string())
            .as_bytes(),
    );
    assert_eq!(extreme.unwrap().messages.len(), 1);
}

#[test]
fn messages_of_all_entries_count_towards_the_limit() {
    let two = WhatsAppCloud::unsigned(TOKEN).unwrap().with_max_messages(NonZeroUsize::new(2).unwrap());
    let message = |id: &str| json!({"id": id, "from": "16505551234", "type": "text", "text": {"body": "Hi"}});
    let entry = |ids: &[&str]| {
        let list: Vec<_> = ids.iter().map(|id| message(id)).collect();
        messages(json!(list))["entry"][0].clone()
    };
    let call = |entries: Value| parse(&two, &HeaderMap::new(), account(entries).to_string().as_bytes());
    assert_eq!(call(json!([entry(&["a"]), entry(&["b"])])).unwrap().messages.len(), 2);
    let expected = "422 the payload holds 3 messages; at most 2 are accepted";
    assert_eq!(render(&call(json!([7, 7, 7]))), expected, "what should have held some counts as well");
    assert_eq!(render(&call(json!([entry(&["a"]), entry(&["b", "c"])]))), expected);
}

#[test]
fn what_goes_back_or_into_logs_holds_nothing_of_the_body_or_the_secrets() {
    let mut message = json!({"id": 5_551_234, "from": "16505551234", "type": "text", "text": {"body": "Hi"}});
    let rejection = open(messages(json!([message])).to_string().as_bytes()).unwrap_err();
    assert!(!format!("{rejection} {rejection:?}").contains("5551234"));
    message["id"] = json!("m");
    let debug = format!("{:?}", open(messages(json!([message])).to_string().as_bytes()).unwrap());
    assert!(!debug.contains("16505551234") && !debug.contains("Hi"), "{debug}");
    let gateway = WhatsAppCloud::signed("s3cret", "t0ken").unwrap();
    let debug = format!("{gateway:?}");
    assert!(!debug.contains("s3cret") && !debug.contains("t0ken"), "{debug}");
    assert_eq!(WhatsAppCloud::signed("", TOKEN).err(), Some(ConfigError::EmptySecret));
    assert_eq!(WhatsAppCloud::signed(SECRET, "").err(), Some(ConfigError::EmptyToken));
    assert_eq!(WhatsAppCloud::unsigned("").err(), Some(ConfigError::EmptyToken));
}

// --- signatures

fn sign(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap().chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// What a signed webhook answers to `body` with this signature: a count of messages, or why not.
fn signed(body: &[u8], signature: Option<&str>) -> Result<usize, Unauthorized> {
    let mut headers = HeaderMap::new();
    if let Some(signature) = signature {
        headers.insert("x-hub-signature-256", HeaderValue::from_bytes(signature.as_bytes()).unwrap());
    }
    match parse(&WhatsAppCloud::signed(SECRET, TOKEN).unwrap(), &headers, body) {
        Ok(parsed) => Ok(parsed.messages.len()),
        Err(Rejection::Unauthorized(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_signature_made_elsewhere_verifies() {
    // printf '{"object":"page"}' | openssl dgst -sha256 -hmac app-secret
    let signature = "sha256=ae958d6f00b134dd32b95a9a76bedaaeb068c0949769358355023f7d1a0c580b";
    assert_eq!(signed(br#"{"object":"page"}"#, Some(signature)), Ok(0));
}

#[test]
fn signatures_are_required_and_cover_every_byte() {
    let body = of_kind("text", json!({"body": "Hi é"})).to_string();
    let body = body.as_bytes();
    let good = sign(SECRET, body);
    let missing = || Err(Unauthorized::Missing { header: "X-Hub-Signature-256".into() });
    let wrong = || Err(Unauthorized::WrongSignature);
    assert_eq!(signed(body, Some(&good)), Ok(1));
    assert_eq!(signed(body, Some(&good.to_uppercase().replace("SHA256", "sha256"))), Ok(1));
    assert_eq!(signed(body, None), missing());
    assert_eq!(signed(b"not JSON", None), missing(), "checked before the body");
    assert_eq!(signed(b"not JSON", Some(&good)), wrong(), "checked before the body");
    for bad in [
        "",
        "sha256=",
        "sha256=é",
        &good[7..],
        &good.replace("sha256=", "sha1="),
        &good[..good.len() - 2],
        &format!("{good}00"),
        &format!("{good}, {good}"),
        &format!("sha256={}", "0".repeat(64)),
        &sign("another", body),
        &sign("", body),
    ] {
        assert_eq!(signed(body, Some(bad)), wrong(), "{bad:?}");
    }
    for index in 0..body.len() {
        let mut changed = body.to_vec();
        changed[index] ^= 1;
        assert_eq!(signed(&changed, Some(&good)), wrong(), "byte {index}");
    }
    assert_eq!(signed(&[body, b" "].concat(), Some(&good)), wrong());
    // The same JSON, written otherwise.
    let escaped = String::from_utf8(body.to_vec()).unwrap().replace('é', r"\u00e9");
    assert_eq!(signed(escaped.as_bytes(), Some(&good)), wrong());
    assert_eq!(signed(escaped.as_bytes(), Some(&sign(SECRET, escaped.as_bytes()))), Ok(1));
}

// --- the challenge

fn challenged(query: &str) -> Result<Parsed, Rejection> {
    let uri: Uri = format!("/in{query}").parse().unwrap();
    let request = InboundRequest { method: &Method::GET, uri: &uri, headers: &HeaderMap::new(), body: b"" };
    WhatsAppCloud::signed(SECRET, TOKEN).unwrap().parse_get(&request, NOW)
}

#[test]
fn the_challenge_is_answered_to_whoever_knows_the_token() {
    let answered = |query: &str, challenge: &str| {
        let parsed = challenged(query).unwrap();
        assert!(parsed.is_empty());
        assert_eq!(parsed.answer, Some(Answer::new("text/plain", challenge.to_owned())), "{query}");
    };
    answered("?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-token", "1158201444");
    answered("?hub.challenge=aB-_.9&hub.verify_token=verify%2Dtoken&hub.mode=subscribe&x=y", "aB-_.9");
    let longest = "1".repeat(128);
    answered(&format!("?hub.mode=subscribe&hub.verify_token=verify-token&hub.challenge={longest}"), &longest);

    for probe in ["", "?", "?x=y"] {
        let parsed = challenged(probe).unwrap();
        assert!(parsed.is_empty() && parsed.answer.is_none(), "{probe}");
    }
}

#[test]
fn challenges_without_the_token_or_with_something_else_are_refused() {
    let refused = |query: &str, expected: &str| assert_eq!(render(&challenged(query)), expected, "{query}");
    let wrong = "401 the verify token is wrong";
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-toke", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-tokenn", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=VERIFY-TOKEN", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-token&hub.verify_token=x", wrong);
    refused("?hub.mode=subscribe&hub.challenge=1", "401 the parameter hub.verify_token is missing");
    let with_token =
        |rest: &str, expected: &str| refused(&format!("?hub.verify_token=verify-token{rest}"), expected);
    with_token("&hub.challenge=1", "422 `hub.mode` is missing");
    let another = "422 `hub.mode` must be subscribe, not another word";
    with_token("&hub.mode=unsubscribe&hub.challenge=1", another);
    with_token("&hub.mode=subscribe", "422 `hub.challenge` is missing");
    with_token("&hub.mode=subscribe&hub.challenge=", "422 `hub.challenge` is empty");
    let odd = "422 `hub.challenge` must be letters and digits, not other characters";
    for challenge in ["%3Cscript%3E", "a+b", "a%0Ab", "%C3%A9", "%00"] {
        with_token(&format!("&hub.mode=subscribe&hub.challenge={challenge}"), odd);
    }
    let long = format!("&hub.mode=subscribe&hub.challenge={}", "1".repeat(129));
    with_token(&long, "422 `hub.challenge` has 129 bytes; at most 128 are accepted");
}

// --- properties

/// JSON in the shapes that the parser looks at, with anything in their places.
fn payload() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "metadata",
        "messages",
        "statuses",
        "display_phone_number",
        "phone_number_id",
        "id",
        "from",
        "from_user_id",
        "timestamp",
        "type",
        "text",
        "body",
        "button",
        "interactive",
        "button_reply",
        "title",
        "image",
        "caption",
        "url",
        "changes",
        "field",
        "value",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "\\+?[0-9 ]{0,18}".prop_map(Value::from),
        prop::sample::select(&["messages", "text", "image", "interactive", "button_reply", "location"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        let name = prop_oneof![4 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => ".{0,4}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body: Vec<u8>, signature: Vec<u8>) {
        prop_assert!(open(&body).is_err());
        let mut headers = HeaderMap::new();
        headers.extend(HeaderValue::from_bytes(&signature).ok().map(|value| (http::HeaderName::from_static("x-hub-signature-256"), value)));
        let refused = parse(&WhatsAppCloud::signed(SECRET, TOKEN).unwrap(), &headers, &body);
        prop_assert!(matches!(refused, Err(Rejection::Unauthorized(_))));
    }

    #[test]
    fn every_message_of_a_list_is_accepted_ignored_or_named(list in prop::collection::vec(payload(), 0..6)) {
        let result = open(messages(json!(list)).to_string().as_bytes());
        match &result {
            Ok(parsed) => {
                let outcomes = parsed.messages.len() + parsed.errors.len() + parsed.ignored.len();
                prop_assert_eq!(outcomes, list.len().max(1), "{}", render(&result));
            }
            Err(Rejection::Unprocessable(errors)) => prop_assert!(errors.len() <= list.len()),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn whatever_an_account_sends_is_answered(entry in payload(), value in payload()) {
        for body in [account(json!([entry])), account(entry), change(value)] {
            let _ = render(&open(body.to_string().as_bytes()));
        }
    }

    #[test]
    fn a_message_keeps_its_text_and_id(text: String, id in ".{1,40}") {
        prop_assume!(!id.trim().is_empty());
        let mut body = of_kind("text", json!({"body": text}));
        body["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = json!(id);
        let body = body.to_string();
        prop_assert_eq!(signed(body.as_bytes(), Some(&sign(SECRET, body.as_bytes()))), Ok(1));
        let parsed = open(body.as_bytes()).unwrap();
        prop_assert_eq!(parsed.messages[0].message.text(), text);
        prop_assert_eq!(parsed.messages[0].message.id(), Some(id.as_str()));
    }
}
