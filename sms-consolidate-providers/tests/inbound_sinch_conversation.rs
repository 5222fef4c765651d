//! Sinch's Conversation API: kinds of messages and notices, bad input, signatures.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod inbound_kit;

use inbound_kit::{NOW, parse, render};
use proptest::prelude::*;
use serde_json::{Value, json};
use sms_consolidate::lane::Control;
use sms_consolidate::{Key, Message, Origin};
use sms_consolidate_providers::inbound::{
    ConfigError, Ignored, Parsed, Rejection, SinchConversation, Unauthorized,
};

fn read(body: &Value) -> Result<Parsed, Rejection> {
    parse(&SinchConversation::unsigned(), &[], body.to_string())
}

#[track_caller]
fn check(body: &Value, expected: &str) {
    assert_eq!(render(&read(body)), expected, "{body}");
}

#[track_caller]
fn check_ignored(body: &Value, why: Ignored) {
    let parsed = read(body).unwrap();
    assert!(parsed.messages.is_empty() && parsed.preferences.is_empty(), "{body}");
    assert_eq!(parsed.ignored, [why], "{body}");
}

/// A call that says `content`.
fn call(content: Value) -> Value {
    let mut call = json!({
        "app_id": "01EB37HMH1M6SV18ABNS3G135H", "accepted_time": "2026-09-21T14:13:21.993024Z",
        "event_time": "2026-09-21T14:13:20Z", "project_id": "c36f3d3d-1523-4edd-ae42-11995557ff61",
        "message": {
            "id": "01EQ8235TD19N21XQTH12B145D", "direction": "TO_APP", "contact_message": null,
            "channel_identity": {"channel": "SMS", "identity": "639171234567", "app_id": ""},
            "conversation_id": "01EQ8172WMDB8008EFT4M30481", "contact_id": "01EQ4174TGGY5B1VPTPGHW19R0",
            "metadata": "", "accept_time": "2026-09-21T14:13:21.915829Z", "sender_id": "15551230000",
            "processing_mode": "DISPATCH",
        },
    });
    call["message"]["contact_message"] = content;
    call
}

fn text() -> Value {
    call(json!({"text_message": {"text": "Yes"}}))
}

/// `value` with the field at `pointer` replaced; without it, if that is null.
fn with(mut value: Value, pointer: &str, field: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"))[name] = field;
    value
}

const READ: &str = r#"+639171234567>sms:01EB37HMH1M6SV18ABNS3G135H 01EQ8235TD19N21XQTH12B145D "Yes" 2026-09-21T14:13:20.000Z"#;

#[test]
fn messages_of_every_channel_are_read() {
    check(&text(), READ);
    check(&with(text(), "/message/unknown", json!({"a": []})), READ);
    check(&with(text(), "/event_time", json!(null)), &READ.replace("20.000Z", "21.915Z"));
    let on = |channel: &str, identity: &str| {
        let call = with(text(), "/message/channel_identity/channel", json!(channel));
        with(call, "/message/channel_identity/identity", json!(identity))
    };
    let whatsapp = READ.replace("sms:", "whatsapp:");
    check(&on("WHATSAPP", "639171234567"), &whatsapp);
    // Ids of other channels are digits too, and no numbers.
    let messenger = READ.replace("sms:", "messenger:").replace("+639171234567", "274208551234073");
    check(&on("MESSENGER", "274208551234073"), &messenger);
    let viber = read(&on("VIBER", "9KC0p+pi4zPGFO99ACDxdQ==")).unwrap();
    assert!(!viber.messages[0].conversation.can_reply());
}

#[test]
fn what_was_sent_shows_in_its_origin() {
    let check = |content: Value, said: &str, origin: Origin| {
        let verdict = if origin == Origin::Typed { String::new() } else { format!(" {origin:?}") };
        let expected = READ.replace(r#""Yes" 2026-09-21T14:13:20.000Z"#, &format!("{said}{verdict}"));
        check(&call(content), &expected);
    };
    let at = |text: &str, rest: &str| format!("{text:?} 2026-09-21T14:13:20.000Z{rest}");
    check(json!({"text_message": {"text": ""}}), &at("", ""), Origin::Typed);
    check(
        json!({"text_message": {"text": "Yes"}, "reply_to": {"message_id": "m"}}),
        &at("Yes", ""),
        Origin::Typed,
    );
    let choice = json!({"message_id": "01EKJ2SWHGDMYA0F0F1PQJ09WQ", "postback_data": "STOP"});
    check(json!({"choice_response_message": choice}), &at("STOP", ""), Origin::Button);
    let url = "https://example.com/a.jpg";
    check(json!({"media_message": {"url": url}}), &at("", &format!(" {url}")), Origin::Typed);
    check(json!({"media_message": {}}), &at("", ""), Origin::Typed);
    check(
        json!({"media_card_message": {"url": url, "caption": "Hi"}}),
        &at("Hi", &format!(" {url}")),
        Origin::Caption,
    );
    check(json!({"media_card_message": {"url": url}}), &at("", &format!(" {url}")), Origin::Caption);
    check(
        json!({"location_message": {"title": "Here", "coordinates": {"latitude": 1.5, "longitude": 2}}}),
        &at("", ""),
        Origin::Typed,
    );
    check_ignored(
        &call(json!({"fallback_message": {"raw_message": "?", "reason": {"code": "UNKNOWN"}}})),
        Ignored::NoContent,
    );
    for content in [
        json!({"product_response_message": {"products": []}}),
        json!({"channel_specific_message": {"message_type": "nfm_reply", "message": {}}}),
        json!({"zukunft_message": {}}),
        json!({}),
    ] {
        check_ignored(&call(content), Ignored::NotAMessage);
    }
}

#[test]
fn an_mms_says_what_its_sender_wrote() {
    let card = call(json!({"media_card_message": {"url": "https://example.com/a", "caption": "STOP"}}));
    let mms = with(card, "/message/channel_identity/channel", json!("MMS"));
    assert_eq!(read(&mms).unwrap().messages[0].message.origin(), Origin::Typed);
}

#[test]
fn a_choice_opts_out_if_it_is_named() {
    let choice =
        |data: &str| call(json!({"choice_response_message": {"message_id": "m", "postback_data": data}}));
    let gateway = SinchConversation::unsigned().with_opt_out_button("leave-1");
    let control = |data: &str| {
        let parsed = parse(&gateway, &[], choice(data).to_string()).unwrap();
        parsed.messages[0].message.control()
    };
    assert_eq!(control("LEAVE-1"), Some(Control::Stop));
    assert_eq!(control("Stop promotions"), Some(Control::Stop));
    assert_eq!(control("STOP"), None);
}

#[test]
fn what_the_app_says_is_our_own() {
    check_ignored(&with(text(), "/message/direction", json!("TO_CONTACT")), Ignored::Own);
    check_ignored(&with(text(), "/message/injected", json!(true)), Ignored::Own);
    check(&with(text(), "/message/injected", json!(false)), READ);
    let submitted =
        json!({"app_id": "a", "message_submit_notification": {"message_id": "m", "submitted_message": {}}});
    check_ignored(&submitted, Ignored::Own);
}

#[test]
fn reports_and_events_are_no_messages() {
    for event in [
        json!({"message_delivery_report": {"message_id": "m", "status": "DELIVERED"}}),
        json!({"event_delivery_report": {"event_id": "e", "status": "QUEUED_ON_CHANNEL"}}),
        json!({"event": {"direction": "TO_APP", "contact_event": {"composing_event": {}}}}),
        json!({"event": {"contact_message_event": {"reaction_event": {"emoji": "🔥", "message_id": "m"}}}}),
        json!({"contact_create_notification": {"contact": {}}}),
        json!({"capability_notification": {"capability_status": "CAPABILITY_FULL"}}),
        json!({"unsupported_callback": {"channel": "MESSENGER", "payload": "{}"}}),
        json!({"message": null}),
        json!({}),
    ] {
        check_ignored(&event, Ignored::NotAMessage);
    }
}

#[test]
fn an_opt_out_is_of_the_conversation_that_messages_have() {
    let notice = |way: &str, field: &str, value: Value| {
        let mut notice = json!({
            "contact_id": "01EKA07N79THJ20ZSN6AS30TMW", "channel": "SMS", "identity": "639171234567",
            "status": format!("OPT_{}_SUCCEEDED", way.to_uppercase()), "request_id": "01EQBFNC9HVGDW1878RD3B15AC",
        });
        notice[field] = value;
        json!({"app_id": "01EB37HMH1M6SV18ABNS3G135H", "project_id": "", format!("opt_{way}_notification"): notice})
    };
    let conversation = read(&text()).unwrap().messages[0].conversation.clone();
    for way in ["out", "in"] {
        check(&notice(way, "unknown", json!(1)), &format!("opted {way} {conversation}"));
        for (time, as_of) in
            [("2026-09-20T14:13:20Z", " as of 2026-09-20T14:13:20.000Z"), ("2026-09-22T14:13:20Z", "")]
        {
            let mut timed = notice(way, "unknown", json!(1));
            timed["event_time"] = json!(time);
            check(&timed, &format!("opted {way} {conversation}{as_of}"));
        }
        check_ignored(&notice(way, "status", json!("OPT_OUT_FAILED")), Ignored::NotAMessage);
        let name = format!("opt_{way}_notification");
        check(&notice(way, "identity", json!(null)), &format!("422 `{name}.identity` is missing"));
        check(
            &notice(way, "channel", json!(7)),
            &format!("422 `{name}.channel` must be a string, not a number"),
        );
        check(&notice(way, "status", json!(null)), &format!("422 `{name}.status` is missing"));
    }
}

#[test]
fn bad_fields_are_named() {
    for field in
        ["message/id", "message/direction", "message/contact_message", "message/channel_identity", "app_id"]
    {
        let name = field.replace('/', ".");
        check(&with(text(), &format!("/{field}"), json!(null)), &format!("422 `{name}` is missing"));
    }
    for field in ["channel", "identity"] {
        let pointer = format!("/message/channel_identity/{field}");
        check(
            &with(text(), &pointer, json!(null)),
            &format!("422 `message.channel_identity.{field}` is missing"),
        );
        let expected = format!("422 `message.channel_identity.{field}` must be a string, not a number");
        check(&with(text(), &pointer, json!(7)), &expected);
    }
    check(&with(text(), "/app_id", json!(" ")), "422 `app_id` is empty");
    check(&with(text(), "/message", json!(7)), "422 `message` must be an object, not a number");
    check(&call(json!([])), "422 `message.contact_message` must be an object, not an array");
    check(&call(json!({"text_message": {}})), "422 `text_message.text` is missing");
    check(&call(json!({"text_message": "Hi"})), "422 `text_message.text` must be an object, not a string");
    check(
        &call(json!({"media_card_message": {"caption": 7}})),
        "422 `media_card_message.caption` must be a string, not a number",
    );
    check(&json!([]), "422 `body` must be an object, not an array");
    assert_eq!(render(&parse(&SinchConversation::unsigned(), &[], "")), "400 the body is empty");
}

#[test]
fn unsigned_calls_are_refused_before_anything_is_read() {
    assert_eq!(SinchConversation::signed("").err(), Some(ConfigError::EmptySecret));
    let gateway = SinchConversation::signed("s3cret").unwrap();
    let refused = parse(&gateway, &[], "{");
    assert!(matches!(refused, Err(Rejection::Unauthorized(Unauthorized::Missing { .. }))), "{refused:?}");
    assert!(!format!("{gateway:?}").contains("s3cret"));
    // HMAC-SHA256 of `{}.n.1790000000` under `s3cret`.
    let seconds = (NOW.as_unix_millis() / 1_000).to_string();
    let headers = [
        ("x-sinch-webhook-signature", "yCV+sXQEZquEFllRIfkco5HDW3psQPlGIv/qUBsJIUk="),
        ("x-sinch-webhook-signature-nonce", "n"),
        ("x-sinch-webhook-signature-timestamp", &*seconds),
    ];
    assert_eq!(render(&parse(&gateway, &headers, "{}")), "ignored 1");
    let other = parse(&gateway, &headers, "{ }");
    assert!(matches!(other, Err(Rejection::Unauthorized(Unauthorized::WrongSignature))), "{other:?}");
}

proptest! {
    #[test]
    fn nothing_panics(
        value in ".*",
        bytes in any::<Vec<u8>>(),
        field in "app_id|event_time|message/(id|direction|contact_message|channel_identity/(channel|identity))",
        kind in "(text|choice_response|media_card|media|location)_message",
    ) {
        let _ = parse(&SinchConversation::unsigned(), &[], &bytes);
        let _ = render(&read(&with(text(), &format!("/{field}"), json!(value))));
        let _ = render(&read(&call(json!({kind: {"text": value, "caption": value, "url": value, "postback_data": value}}))));
    }
}
