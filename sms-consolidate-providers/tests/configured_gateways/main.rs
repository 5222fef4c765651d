//! The gateways that `docs/configured-json.md` configures: their bodies as the vendors document them, with other contents;
//! what we sent ourselves, reports and groups; and that the page shows these very configurations.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod bandwidth;
mod elks;
mod evolution;
#[path = "../inbound_kit/mod.rs"]
mod inbound_kit;
mod infobip;
mod sms_gate;

use base64::prelude::{BASE64_STANDARD, Engine};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method, Uri};
use inbound_kit::{NOW, parse, render};
use serde_json::{Value, json};
use sha2::Sha256;
use sms_consolidate::{Message, Origin};
use sms_consolidate_providers::inbound::{
    ConfiguredJson, Ignored, Inbound, InboundRequest, Parsed, Rejection, Unauthorized,
};

/// A gateway, and the headers that show that a call is its own.
struct Configured {
    gateway: ConfiguredJson,
    headers: Vec<(&'static str, String)>,
}

impl Configured {
    fn parse(&self, body: impl AsRef<[u8]>) -> Result<Parsed, Rejection> {
        let headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        parse(&self.gateway, &headers, body)
    }

    #[track_caller]
    fn reads(&self, body: &Value, expected: &str, origin: Origin) {
        let parsed = self.parse(body.to_string());
        let verdict = if origin == Origin::Typed { String::new() } else { format!(" {origin:?}") };
        assert_eq!(render(&parsed), format!("{expected}{verdict}"), "{body}");
    }

    #[track_caller]
    fn ignores(&self, body: &Value, why: Ignored) {
        let parsed = self.parse(body.to_string()).unwrap();
        assert!(parsed.messages.is_empty() && parsed.errors.is_empty(), "{parsed:?}");
        assert_eq!(parsed.ignored, [why], "{body}");
    }
}

fn basic(user: &str, password: &str) -> Vec<(&'static str, String)> {
    let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
    vec![("Authorization", format!("Basic {credentials}"))]
}

/// `value` with the field at `pointer` replaced.
fn with(mut value: Value, pointer: &str, field: Value) -> Value {
    *value.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = field;
    value
}

#[test]
fn bandwidth_posts_a_list_at_the_top() {
    let bandwidth =
        Configured { gateway: bandwidth::bandwidth("me", "s3cret").unwrap(), headers: basic("me", "s3cret") };
    let text = json!([{
        "type": "message-received", "time": "2026-09-21T14:13:20.326Z", "description": "Incoming message received",
        "to": "+15551230000",
        "message": {
            "id": "b-1", "owner": "+15551230000", "applicationId": "93de2206-9669-4e07-948d-329f4b722ee2",
            "time": "2026-09-21T14:13:20.326Z", "segmentCount": 1, "direction": "in", "to": ["+15551230000"],
            "from": "+639171234567", "text": "Yes",
        },
    }]);
    let read = r#"+639171234567>+15551230000 b-1 "Yes" 2026-09-21T14:13:20.326Z"#;
    bandwidth.reads(&text, read, Origin::Typed);
    bandwidth.reads(&text[0], read, Origin::Typed);
    let mms = with(text.clone(), "/0/message/text", json!(""));
    let mms = with(mms, "/0/message/segmentCount", json!(null));
    let mut mms = mms;
    mms[0]["message"]["media"] = json!(["https://example.com/a.png", "https://example.com/b.smil"]);
    let pictures =
        format!("{} https://example.com/a.png https://example.com/b.smil", read.replace("Yes", ""));
    bandwidth.reads(&mms, &pictures, Origin::Typed);

    for kind in ["message-sending", "message-delivered", "message-failed"] {
        let report = with(text.clone(), "/0/type", json!(kind));
        bandwidth.ignores(&with(report, "/0/message/direction", json!("out")), Ignored::NotAMessage);
    }
    bandwidth.ignores(&with(text.clone(), "/0/message/direction", json!("out")), Ignored::Own);
    let group = with(text.clone(), "/0/message/to", json!(["+15551230000", "+639170000000"]));
    bandwidth.ignores(&group, Ignored::Group);

    let both = json!([text[0], group[0], {"type": "message-received", "message": {"id": "b-2"}}]);
    let parsed = bandwidth.parse(both.to_string());
    assert_eq!(render(&parsed), format!("{read}\nelement 2: `message.from` is missing\nignored 1 group"));

    // Members of a group, in any order, are one key.
    let keyed = Configured { gateway: bandwidth.gateway.with_groups(), headers: bandwidth.headers.clone() };
    let of = |from: &str, to: Value| {
        let body = with(with(group.clone(), "/0/message/from", json!(from)), "/0/message/to", to);
        let parsed = keyed.parse(body.to_string()).unwrap();
        assert_eq!(parsed.messages[0].message.origin(), Origin::Group);
        parsed.messages[0].conversation.clone()
    };
    let first = of("+639171234567", json!(["+15551230000", "+639170000000"]));
    assert_eq!(first, of("+639170000000", json!(["+639171234567", "+15551230000"])));
    assert_ne!(first, of("+639170000001", json!(["+639171234567", "+15551230000"])));
    assert!(first.sender().to_string().starts_with("group:") && !first.sender().can_receive());
}

#[test]
fn bandwidth_shows_its_password_when_it_is_asked() {
    let gateway = bandwidth::bandwidth("me", "s3cret").unwrap();
    let check = |headers: Vec<_>, why: Unauthorized| {
        let refused = Configured { gateway: gateway.clone(), headers }.parse("[]").unwrap_err();
        assert_eq!(refused.challenge(), Some("Basic realm=\"webhook\""));
        assert!(matches!(&refused, Rejection::Unauthorized(found) if *found == why), "{refused:?}");
    };
    check(vec![], Unauthorized::NoCredentials);
    check(basic("me", "wrong"), Unauthorized::WrongCredentials);
    check(basic("you", "s3cret"), Unauthorized::WrongCredentials);
    for other in ["Bearer s3cret", "Basic", "Basic !", "Basi\u{e9} x", ""] {
        check(vec![("Authorization", other.to_owned())], Unauthorized::WrongCredentials);
    }
    let any_case = vec![("Authorization", basic("me", "s3cret")[0].1.replace("Basic", "BASIC"))];
    assert!(Configured { gateway, headers: any_case }.parse("[]").is_ok());
}

#[test]
fn evolution_posts_chats_of_a_phone() {
    let evolution = Configured {
        gateway: evolution::evolution("t0ken").unwrap(),
        headers: vec![("X-Webhook-Token", "t0ken".to_owned())],
    };
    let text = json!({
        "event": "messages.upsert", "instance": "clinic", "destination": "https://example.com/in",
        "date_time": "2026-09-21T11:13:21.000Z", "sender": "15551230000@s.whatsapp.net",
        "server_url": "https://evolution.example.com", "apikey": "x",
        "data": {
            "key": {"remoteJid": "639171234567@s.whatsapp.net", "fromMe": false, "id": "3EB0C431C26A"},
            "pushName": "Ana", "status": "DELIVERY_ACK", "messageType": "conversation",
            "message": {"conversation": "Yes", "messageContextInfo": {"deviceListMetadata": {}}},
            "messageTimestamp": 1_790_000_000, "instanceId": "5fa7e47b", "source": "android",
        },
    });
    let read = r#"+639171234567>clinic 3EB0C431C26A "Yes" 2026-09-21T14:13:20.000Z"#;
    let says = |message: Value| with(text.clone(), "/data/message", message);
    evolution.reads(&text, read, Origin::Typed);
    evolution.reads(&says(json!({"extendedTextMessage": {"text": "Yes"}})), read, Origin::Typed);
    evolution.reads(&says(json!({"imageMessage": {"caption": "Yes", "url": "x"}})), read, Origin::Caption);
    let button = json!({"buttonsResponseMessage": {"selectedButtonId": "1", "selectedDisplayText": "Yes"}});
    evolution.reads(&says(button), read, Origin::Button);
    // Somebody whose number WhatsApp does not tell.
    let hidden = with(text.clone(), "/data/key/remoteJid", json!("14152352353@lid"));
    evolution.reads(&hidden, &read.replace("+639171234567", "14152352353@lid"), Origin::Typed);

    for message in [
        json!({"stickerMessage": {}}),
        json!({"imageMessage": {"url": "x"}}),
        json!({"reactionMessage": {"text": "👍", "key": {}}}),
        json!({"conversation": ""}),
    ] {
        evolution.ignores(&says(message), Ignored::NoContent);
    }
    evolution.ignores(&with(text.clone(), "/data/key/fromMe", json!(true)), Ignored::Own);
    let group = with(text.clone(), "/data/key/remoteJid", json!("120363402174857513@g.us"));
    evolution.ignores(&group, Ignored::Group);
    for elsewhere in ["status@broadcast", "120363144038483540@newsletter"] {
        evolution.ignores(&with(text.clone(), "/data/key/remoteJid", json!(elsewhere)), Ignored::NotAMessage);
    }
    for event in ["messages.update", "send.message", "connection.update"] {
        evolution.ignores(&with(text.clone(), "/event", json!(event)), Ignored::NotAMessage);
    }
    evolution.ignores(&json!({"event": "messages.update", "data": []}), Ignored::NotAMessage);
    let missing = with(text.clone(), "/data/key/id", json!(null));
    assert_eq!(render(&evolution.parse(missing.to_string())), "422 `data.key.id` is missing");

    let keyed = Configured { gateway: evolution.gateway.with_groups(), headers: evolution.headers };
    let said = read.replace("+639171234567", "group:120363402174857513@g.us");
    keyed.reads(&group, &said, Origin::Group);
    keyed.reads(&text, read, Origin::Typed);
}

#[test]
fn sms_gate_signs_body_and_time() {
    let gateway = sms_gate::sms_gate("s3cret").unwrap();
    let signed = |body: &str, time: i64| {
        let mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
        let code = mac.chain_update(body).chain_update(time.to_string()).finalize().into_bytes();
        vec![("X-Signature", hex::encode(code)), ("X-Timestamp", time.to_string())]
    };
    let now = NOW.as_unix_millis() / 1_000;
    let post = |body: &Value, time: i64| {
        let body = body.to_string();
        Configured { gateway: gateway.clone(), headers: signed(&body, time) }.parse(body)
    };
    let text = json!({
        "deviceId": "ffffffffceb0b1db0000018e937c815b", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C",
        "payload": {
            "messageId": "abc123", "message": "Yes", "phoneNumber": "+639171234567", "simNumber": 1,
            "receivedAt": "2026-09-21T22:13:20.000+08:00",
        },
        "webhookId": "LreFUt-Z3sSq0JufY9uWB",
    });
    let read = "+639171234567>ffffffffceb0b1db0000018e937c815b Ey6ECgOkVVFjz3CL48B8C \"Yes\" 2026-09-21T14:13:20.000Z";
    assert_eq!(render(&post(&text, now)), read);
    let mut newer = text.clone();
    newer["payload"]["sender"] = newer["payload"]["phoneNumber"].take();
    assert_eq!(render(&post(&newer, now)), read);
    for event in ["sms:sent", "sms:delivered", "sms:failed", "system:ping"] {
        let report = with(text.clone(), "/event", json!(event));
        assert_eq!(post(&report, now).unwrap().ignored, [Ignored::NotAMessage], "{event}");
    }

    assert!(post(&text, now - 300).is_ok());
    let stale = post(&text, now - 301);
    assert!(matches!(stale, Err(Rejection::Unauthorized(Unauthorized::Stale { .. }))), "{stale:?}");
    let mut headers = signed(&text.to_string(), now - 301);
    headers[1].1 = now.to_string();
    let renewed = Configured { gateway: gateway.clone(), headers }.parse(text.to_string());
    assert!(matches!(renewed, Err(Rejection::Unauthorized(Unauthorized::WrongSignature))), "{renewed:?}");
    let timeless = Configured { gateway, headers: signed("{}", now)[..1].to_vec() }.parse("{}");
    assert_eq!(render(&timeless), "401 the header x-timestamp is missing");
}

#[test]
fn infobip_posts_a_list_with_a_name() {
    let infobip =
        Configured { gateway: infobip::infobip("me", "s3cret").unwrap(), headers: basic("me", "s3cret") };
    let texts = json!({
        "results": [{
            "messageId": "817790313235066447", "from": "639171234567", "to": "15551230000", "text": "BOOK Yes",
            "cleanText": "Yes", "keyword": "BOOK", "receivedAt": "2026-09-21T14:13:20.000+0000", "smsCount": 1,
            "price": {"pricePerMessage": 0, "currency": "EUR"}, "callbackData": "x",
        }],
        "messageCount": 1, "pendingMessageCount": 0,
    });
    let read = r#"+639171234567>+15551230000 817790313235066447 "BOOK Yes" 2026-09-21T14:13:20.000Z"#;
    infobip.reads(&texts, read, Origin::Typed);
    infobip.reads(
        &with(texts, "/results/0/to", json!("54321")),
        &read.replace("+15551230000", "54321"),
        Origin::Typed,
    );
    let report = json!({"results": [{
        "bulkId": "b", "messageId": "m", "to": "639171234567", "sentAt": "2026-09-21T14:13:20.000+0000",
        "doneAt": "2026-09-21T14:13:21.000+0000", "smsCount": 1, "status": {"groupId": 3, "name": "DELIVERED_TO_HANDSET"},
    }]});
    infobip.ignores(&report, Ignored::NotAMessage);
}

#[test]
fn elks_posts_forms_and_would_send_the_answer() {
    let gateway = elks::elks("s3cret").unwrap();
    let post = |uri: &'static str, body: &str| {
        let (uri, headers) = (Uri::from_static(uri), HeaderMap::new());
        let request = InboundRequest::new(&Method::POST, &uri, &headers, body.as_bytes());
        gateway.parse(&request, NOW)
    };
    let check = |body: &str, expected: &str| {
        let parsed = post("/in?key=s3cret", body);
        assert_eq!(render(&parsed), expected, "{body}");
        if let Ok(parsed) = parsed {
            assert_eq!(parsed.answer.as_ref().map(|answer| &*answer.body), Some(""), "{body}");
        }
    };
    let text = "direction=incoming&id=sf8425555e5d&from=%2B639171234567&to=%2B15551230000&\
                created=2026-09-21T14%3A13%3A20.741000&message=Oo%2C%20sige%20%F0%9F%91%8D";
    check(text, r#"+639171234567>+15551230000 sf8425555e5d "Oo, sige 👍""#);
    let mms = format!("{text}&image=https%3A%2F%2Fexample.com%2Fa&image2=https%3A%2F%2Fexample.com%2Fb");
    check(
        &mms,
        "+639171234567>+15551230000 sf8425555e5d \"Oo, sige 👍\" https://example.com/a https://example.com/b",
    );
    check("id=sf8425555e5d&status=delivered&delivered=2026-09-21T14%3A13%3A21", "ignored 1");
    check(&text.replace("message", "text"), "422 `message` is missing");
    check("", "400 the body is empty");
    let own = post("/in?key=s3cret", &text.replace("incoming", "outgoing")).unwrap();
    assert_eq!(own.ignored, [Ignored::Own]);
    for uri in ["/in", "/in?key=", "/in?key=other", "/in?key=s3cret&key=other", "/in?KEY=s3cret"] {
        let refused = post(uri, text);
        assert!(matches!(refused, Err(Rejection::Unauthorized(Unauthorized::WrongToken))), "{uri}");
    }
}

#[test]
fn the_page_shows_these_configurations() {
    let page = include_str!("../../../docs/configured-json.md");
    for (name, configuration) in [
        ("bandwidth.rs", include_str!("bandwidth.rs")),
        ("elks.rs", include_str!("elks.rs")),
        ("evolution.rs", include_str!("evolution.rs")),
        ("infobip.rs", include_str!("infobip.rs")),
        ("sms_gate.rs", include_str!("sms_gate.rs")),
    ] {
        assert!(page.contains(configuration), "{name} is not on the page as it is");
    }
}
