//! The webhook of the WhatsApp Cloud API: every kind of message, every bad input, signatures, tampering, challenges.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]
#![allow(clippy::needless_pass_by_value, reason = "JSON is written where it is passed")]

mod inbound_kit;

use std::fmt::Write;
use std::num::NonZeroUsize;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;
use sms_consolidate::{Key, Message, Origin, Timestamp};
use sms_consolidate_providers::inbound::{
    Answer, ConfigError, Ignored, Inbound, InboundRequest, OPT_OUT_BUTTONS, Parsed, Rejection, Unauthorized,
    WhatsAppCloud,
};

const NOW: Timestamp = Timestamp::from_unix_millis(1_790_000_000_000);
const SECRET: &str = "app-secret";
const TOKEN: &str = "verify-token";

fn parse(gateway: &WhatsAppCloud, headers: &HeaderMap, body: &[u8]) -> Result<Parsed, Rejection> {
    let uri = Uri::from_static("/in");
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, headers, body), NOW)
}

fn open(body: &[u8]) -> Result<Parsed, Rejection> {
    parse(&WhatsAppCloud::unsigned(TOKEN).unwrap(), &HeaderMap::new(), body)
}

/// One line per message, error, preference and kind of ignored events; or the status and text of the rejection.
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
                out.push_str(&inbound_kit::verdicts(message));
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

/// What an answer by a button or a list is, as `interactive`.
fn chosen(kind: &str, reply: Value) -> Value {
    let mut interactive = json!({"type": kind});
    interactive[kind] = reply;
    of_kind("interactive", interactive)
}

#[test]
fn every_kind_of_message_has_its_text() {
    let text = |kind: &str, content: Value, text: &str| {
        check(&of_kind(kind, content), &read(&format!("{text:?} {AT}")));
    };
    text("text", json!({"body": "Oo nga 👍"}), "Oo nga 👍");
    text("text", json!({"body": ""}), "");
    text("location", json!({"latitude": 37.44, "longitude": -122.16, "name": "HQ"}), "");
    text("contacts", json!([{"name": {"formatted_name": "Barbara"}}]), "");
    let button = json!({"payload": "CONFIRM", "text": "Yes, confirm"});
    check(&of_kind("button", button), &read(&format!(r#""Yes, confirm" {AT} Button"#)));
    let row = json!({"id": "p", "title": "Priority Mail", "description": "1-3 days"});
    check(&chosen("list_reply", row), &read(&format!(r#""Priority Mail" {AT} Button"#)));
}

#[test]
fn a_button_is_no_keyword_but_for_those_that_opt_out() {
    let ours = WhatsAppCloud::unsigned(TOKEN).unwrap().with_opt_out_button("Unsubscribe");
    let tapped = |label: &str, name: &str, rest: &str, by_ours: &str| {
        for body in [
            of_kind("button", json!({"text": label, "payload": name})),
            chosen("button_reply", json!({"title": label, "id": name})),
            chosen("list_reply", json!({"title": label, "id": name})),
        ] {
            let read = |rest: &str| read(&format!("{label:?} {AT} Button{rest}"));
            check(&body, &read(rest));
            let parsed = parse(&ours, &HeaderMap::new(), body.to_string().as_bytes());
            assert_eq!(render(&parsed), read(by_ours), "{body}");
        }
    };
    for label in ["Cancel", "Stop", "End", "Quit", "Start", "Help", "Info", "Yes"] {
        tapped(label, label, "", "");
    }
    for label in OPT_OUT_BUTTONS {
        tapped(label, label, " Stop", " Stop");
        tapped(&label.to_uppercase(), "1", " Stop", " Stop");
    }
    tapped("Unsubscribe", "Unsubscribe", "", " Stop");
    tapped("No more of this", "unsubscribe", "", " Stop");
    // Typed, it is a text like any other, whatever the core finds in it.
    check(&of_kind("text", json!({"body": "Stop promotions"})), &read(&format!(r#""Stop promotions" {AT}"#)));
}

#[test]
fn media_are_kept_by_id_with_their_caption() {
    for kind in ["image", "video", "document", "audio", "voice", "sticker"] {
        let media = |content: Value, expected: &str| {
            check(&of_kind(kind, content), &read(&format!("{expected} Caption")));
        };
        let file = json!({"id": "1003383421387256", "mime_type": "x/y", "sha256": "SfInY0gGKTsJ", "url": "https://a.example"});
        media(file.clone(), &format!("\"\" {AT} whatsapp-media:1003383421387256"));
        let mut captioned = file;
        captioned["caption"] = json!("Stop");
        media(captioned, &format!("\"Stop\" {AT} whatsapp-media:1003383421387256"));
        media(json!({"url": "https://a.example"}), &format!("\"\" {AT} https://a.example"));
        media(json!({"link": "https://a.example"}), &format!("\"\" {AT} https://a.example"));
        media(json!({"id": 7, "url": "x".repeat(2_049)}), &format!("\"\" {AT}"));
        media(json!({}), &format!("\"\" {AT}"));
        check(&of_kind(kind, json!(7)), &format!("422 element 0: `{kind}` must be an object, not a number"));
        check(&of_kind(kind, Value::Null), "ignored 1 no_content");
        let caption = format!("422 element 0: `{kind}.caption` must be a string, not a number");
        check(&of_kind(kind, json!({"id": "1", "caption": 7})), &caption);
    }
}

#[test]
fn what_is_no_message_is_accepted_and_ignored() {
    for kind in ["reaction", "order", "system", "request_welcome", "what_is_to_come"] {
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
fn what_meta_cannot_show_and_what_was_changed_is_ignored() {
    let errors = json!([{"code": 131051, "title": "Message type unknown", "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."}}]);
    let message = |rest: Value| {
        let mut message = json!({"from": "16505551234", "id": "wamid.1", "timestamp": "1750090702"});
        message.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        messages(json!([message]))
    };
    let none = "ignored 1 no_content";
    check(
        &message(json!({"errors": errors, "type": "unsupported", "unsupported": {"type": "poll_update"}})),
        none,
    );
    check(&message(json!({"errors": errors, "type": "unknown"})), none);
    check(&message(json!({"errors": errors, "type": "what_is_to_come"})), none);
    check(&message(json!({"errors": errors, "type": "text", "text": 7})), none);
    check(&message(json!({"errors": errors})), none);
    check(&messages(json!([{"errors": errors}])), none);
    for kind in ["text", "button", "interactive", "image"] {
        check(&message(json!({"type": kind})), none);
    }
    check(&message(json!({})), none);
    check(&message(json!({"type": "unsupported"})), none);
    // With a text it is a message, whatever else Meta says.
    let read = read(r#""Hi" 2025-06-16T16:18:22.000Z"#);
    check(&message(json!({"type": "text", "text": {"body": "Hi"}, "errors": errors})), &read);
    check(&message(json!({"type": "text", "text": {"body": "Hi"}, "errors": []})), &read);

    let original = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=";
    let edit = json!({"original_message_id": original, "message": {"context": {"id": "M0"}, "type": "text", "text": {"body": "No"}}});
    check(&message(json!({"type": "edit", "edit": edit})), "ignored 1 edited");
    let revoke = json!({"original_message_id": original});
    check(&message(json!({"type": "revoke", "revoke": revoke})), "ignored 1 revoked");
}

#[test]
fn what_we_sent_is_ignored() {
    let echo = json!({"from": "15550783881", "to": "16505551234", "id": "wamid.1", "timestamp": "1700255121",
        "type": "text", "text": {"body": "Here's the info you requested!"}});
    for field in ["smb_message_echoes", "message_echoes"] {
        let echoes = |echoes: Value| {
            let metadata =
                json!({"display_phone_number": "15550783881", "phone_number_id": "106540352242922"});
            let value =
                json!({"messaging_product": "whatsapp", "metadata": metadata, "message_echoes": echoes});
            account(json!([{"id": "102290129340398", "changes": [{"field": field, "value": value}]}]))
        };
        check(&echoes(json!([echo])), "ignored 1 own");
        check(&echoes(json!([echo, echo])), "ignored 2 own");
        check(&echoes(json!({})), "ignored 1 own");
        check(&account(json!([{"changes": [{"field": field}]}])), "ignored 1 own");
    }
    check(&messages(json!([echo])), "ignored 1 own");
    let metadata = json!({"display_phone_number": "+1 (555) 078-3881"});
    check(
        &change(json!({"metadata": metadata, "messages": [echo, {"from": "15550783881"}]})),
        "ignored 2 own",
    );
}

#[test]
fn what_is_said_in_a_group_is_ignored_unless_it_is_asked_for() {
    const GROUP: &str = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD";
    let groups = WhatsAppCloud::unsigned(TOKEN).unwrap().with_groups();
    let in_group = |id: &str, mut body: Value, read: Option<&str>| {
        body["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = json!(id);
        check(&body, "ignored 1 group");
        let parsed = parse(&groups, &HeaderMap::new(), body.to_string().as_bytes());
        if let Some(read) = read {
            assert_eq!(render(&parsed), read);
        }
        let parsed = parsed.unwrap();
        let [inbound] = &parsed.messages[..] else { panic!("{parsed:?}") };
        assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
        assert!(!inbound.conversation.can_reply(), "{}", inbound.conversation);
    };
    let read = format!(r#"0: group:{GROUP}>whatsapp:+15550783881 wamid.1 "Stop" {AT} Group"#);
    in_group(GROUP, of_kind("text", json!({"body": "Stop"})), Some(&read));
    in_group(
        GROUP,
        of_kind("button", json!({"text": "Stop promotions", "payload": "Stop promotions"})),
        None,
    );
    in_group(GROUP, of_kind("image", json!({"id": "1", "caption": "Stop"})), None);
    // Who speaks need not be known.
    in_group(GROUP, messages(json!([{"id": "m", "type": "text", "text": {"body": "Hi"}}])), None);
    in_group("1234567", of_kind("text", json!({"body": "Stop"})), None);
    in_group(&"a>b".repeat(100), of_kind("text", json!({"body": "Stop"})), None);
    for none in [json!(""), json!(" "), Value::Null] {
        let mut body = of_kind("text", json!({"body": "Hi"}));
        body["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = none;
        check(&body, &hi());
    }
}

fn hi() -> String {
    read(&format!(r#""Hi" {AT}"#))
}

/// A call of the field `user_preferences`.
fn preferences(list: Value) -> Value {
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "106540352242922"});
    let contacts = json!([{"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}]);
    let value = json!({"messaging_product": "whatsapp", "metadata": metadata, "contacts": contacts, "user_preferences": list});
    account(json!([{"id": "102290129340398", "changes": [{"field": "user_preferences", "value": value}]}]))
}

#[test]
fn who_stops_or_resumes_marketing_in_the_app_opts_out_or_in() {
    let preference = |category: &str, value: &str| json!({"wa_id": "16505551234", "detail": "User requested to …", "category": category, "value": value, "timestamp": 1_789_999_999});
    let (stop, resume) =
        (preference("marketing_messages", "stop"), preference("marketing_messages", "resume"));
    let (out, into) =
        ("opted out +16505551234>whatsapp:+15550783881", "opted in +16505551234>whatsapp:+15550783881");
    check(&preferences(json!([stop])), &format!("{out} as of 2026-09-21T14:13:19.000Z"));
    check(&preferences(json!([resume])), &format!("{into} as of 2026-09-21T14:13:19.000Z"));
    check(
        &preferences(json!([
            stop,
            preference("another", "stop"),
            preference("marketing_messages", "maybe"),
            resume
        ])),
        &format!("{out} as of 2026-09-21T14:13:19.000Z\n{into} as of 2026-09-21T14:13:19.000Z\nignored 2"),
    );
    let hidden =
        json!({"user_id": "US.13491208655302741918", "category": "marketing_messages", "value": "stop"});
    check(&preferences(json!([hidden])), "opted out US.13491208655302741918>whatsapp:+15550783881");
    check(&preferences(json!([])), "");
    check(&preferences(json!([{"category": "marketing_messages"}])), "422 element 0: `value` is missing");
    check(&preferences(json!([7])), "422 element 0: `element` must be an object, not a number");
    check(&preferences(json!(7)), "422 element 0: `user_preferences` must be an array, not a number");
    // A stop may have come since; and a stop is one however old it is. What is not over yet is as of now.
    let times = [
        (json!(1_789_999_699), " as of 2026-09-21T14:08:19.000Z"),
        (json!("1789999699"), " as of 2026-09-21T14:08:19.000Z"),
        (json!(946_684_800), " as of 2000-01-01T00:00:00.000Z"),
        (json!(946_684_799), ""),
        (json!(-1), ""),
        (json!(1_790_000_301), ""),
        (json!("soon"), ""),
        (Value::Null, ""),
    ];
    for (at, as_of) in times {
        let mut late = [resume.clone(), stop.clone()];
        late.iter_mut().for_each(|preference| preference["timestamp"] = at.clone());
        check(&preferences(json!(late)), &format!("{out}{as_of}\nignored 1"));
    }
    for (at, as_of) in [(1_790_000_000, " as of 2026-09-21T14:13:20.000Z"), (1_790_000_001, "")] {
        let mut soon = resume.clone();
        soon["timestamp"] = json!(at);
        check(&preferences(json!([soon])), &format!("{into}{as_of}"));
    }
    // What can be read counts.
    check(
        &preferences(json!([7, stop])),
        &format!(
            "element 0: `element` must be an object, not a number\n{out} as of 2026-09-21T14:13:19.000Z"
        ),
    );
}

#[test]
fn a_report_that_the_recipient_has_stopped_marketing_opts_out() {
    let metadata = json!({"display_phone_number": "15550783881", "phone_number_id": "106540352242922"});
    let report = |code: Value, rest: Value| {
        let mut status = json!({"id": "wamid.2", "status": "failed", "timestamp": "1750030073", "recipient_id": "16505551234",
            "errors": [{"code": code, "title": "User has stopped marketing messages"}]});
        status.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        change(json!({"metadata": metadata, "statuses": [status]}))
    };
    let out = "opted out +16505551234>whatsapp:+15550783881";
    check(&report(json!(131_050), json!({})), &format!("{out} as of 2025-06-15T23:27:53.000Z"));
    for at in [json!("1790000001"), json!("0"), json!("soon"), Value::Null] {
        check(&report(json!(131_050), json!({"timestamp": at})), out);
    }
    let hidden = json!({"recipient_id": "", "recipient_user_id": "US.13491208655302741918"});
    check(
        &report(json!(131_050), hidden),
        "opted out US.13491208655302741918>whatsapp:+15550783881 as of 2025-06-15T23:27:53.000Z",
    );
    for code in [json!(131_049), json!(131_026), Value::Null, json!({})] {
        check(&report(code, json!({})), "ignored 1");
    }
    check(&report(json!(131_050), json!({"recipient_type": "group"})), "ignored 1");
    check(&report(json!(131_050), json!({"recipient_id": null})), "ignored 1");
    check(&report(json!(131_050), json!({"errors": 7})), "ignored 1");
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
         element 3: `field` is missing\nelement 4: `changes` must be an array, not a number\n\
         element 6: `messages` must be an array, not an object\nelement 7: `entry` must be an object, not a string\n\
         element 8: `metadata` is missing\nelement 9: `element` must be an object, not a number\nignored 1\nignored 1 no_content",
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
            // Of what has no content there is nothing to refuse.
            let has_none = ["type", "body"].contains(&field) && problem == "is missing";
            let refused = format!("422 element 0: `{path}` {problem}");
            check(&messages(json!([message])), if has_none { "ignored 1 no_content" } else { &refused });
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
    let mut group = message();
    group["group_id"] = json!(7);
    check(&messages(json!([group])), "422 element 0: `group_id` must be a string, not a number");
    check(&of_kind("text", json!("Hi")), "422 element 0: `text` must be an object, not a string");
    let none = "ignored 1 no_content";
    check(&of_kind("button", json!({"payload": "x"})), none);
    check(&of_kind("interactive", json!({})), none);
    check(&of_kind("interactive", json!({"type": "button_reply"})), none);
    check(&of_kind("interactive", json!({"type": "list_reply", "list_reply": {"id": "x"}})), none);
    let odd = "422 element 0: `interactive.button_reply.title` must be a string, not a number";
    check(&chosen("button_reply", json!({"title": 7})), odd);
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
    for hidden in [Value::Null, json!(""), json!(" ")] {
        let hidden = from(hidden, user.clone());
        check(&hidden, r#"0: US.13491208655302741918>whatsapp:+15550783881 m "Hi""#);
        // Meta delivers to it; whether a sender can is for that to say.
        let parsed = open(hidden.to_string().as_bytes()).unwrap();
        assert!(parsed.messages[0].conversation.can_reply());
    }
    let longest = format!("US.ENT.{}", "x".repeat(128));
    check(&from(Value::Null, json!(longest)), &format!(r#"0: {longest}>whatsapp:+15550783881 m "Hi""#));
    check(&from(Value::Null, json!("")), "422 element 0: `from` is missing");
    check(&from(json!(7), user), "422 element 0: `from` must be a string, not a number");
    check(&from(json!(""), json!(7)), "422 element 0: `from_user_id` must be a string, not a number");
    let long = from(json!("1".repeat(3_000)), Value::Null);
    check(&long, "422 element 0: `from` is no address: the address is longer than 160 bytes");
}

#[test]
fn a_sender_who_is_named_beside_the_message_only_is_known() {
    let metadata = json!({"display_phone_number": "15550783881"});
    let message = json!([{"id": "m", "type": "text", "text": {"body": "Hi"}}]);
    let of = |contacts: Value, expected: &str| {
        check(&change(json!({"metadata": metadata, "contacts": contacts, "messages": message})), expected);
    };
    let user =
        json!({"profile": {"name": "Pablo", "username": "pablo"}, "user_id": "US.13491208655302741918"});
    let number =
        json!({"profile": {"name": "Pablo"}, "wa_id": "16505551234", "user_id": "US.13491208655302741918"});
    of(json!([user]), r#"0: US.13491208655302741918>whatsapp:+15550783881 m "Hi""#);
    of(json!([number]), r#"0: +16505551234>whatsapp:+15550783881 m "Hi""#);
    for unknown in [json!([]), json!([user, number]), json!([7]), json!(7), Value::Null] {
        of(unknown, "422 element 0: `from` is missing");
    }
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
    let headers = HeaderMap::new();
    let request = InboundRequest::new(&Method::GET, &uri, &headers, b"");
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
        "group_id",
        "errors",
        "contacts",
        "wa_id",
        "user_id",
        "user_preferences",
        "category",
        "message_echoes",
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
    fn in_a_group_nobody_opts_out(group: String, content in payload(), kind in "text|button|interactive|image") {
        prop_assume!(!group.trim().is_empty());
        let mut body = of_kind(&kind, content);
        body["entry"][0]["changes"][0]["value"]["messages"][0]["group_id"] = json!(group);
        prop_assert_eq!(open(body.to_string().as_bytes()).unwrap().ignored, [Ignored::Group]);
        let groups = WhatsAppCloud::unsigned(TOKEN).unwrap().with_groups();
        let Ok(parsed) = parse(&groups, &HeaderMap::new(), body.to_string().as_bytes()) else { return Ok(()) };
        prop_assert!(parsed.preferences.is_empty());
        for inbound in parsed.messages {
            prop_assert_eq!((inbound.message.origin(), inbound.message.control()), (Origin::Group, None));
            prop_assert!(!inbound.conversation.can_reply());
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
