//! The webhook of Plivo: every field, every kind of message, signatures and tampering.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod forms;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use forms::{Fields, encode, get, headers, post, render, with};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use sha2::Sha256;
use sms_consolidate_providers::inbound::{ConfigError, MAX_ID_BYTES, Plivo, Rejection, Unauthorized};

/// A text as Plivo sends it.
const TEXT: &Fields<'_> = &[
    ("From", "639171234567"),
    ("MessageUUID", "m1"),
    ("Text", "Hi"),
    ("To", "15551230000"),
    ("TotalAmount", "0.00350"),
    ("TotalRate", "0.00350"),
    ("Type", "sms"),
    ("Units", "1"),
    ("MessageIntent", ""),
];

fn check(fields: &Fields<'_>, expected: &str) {
    let result = post(&Plivo::unsigned(), "/in", &HeaderMap::new(), encode(fields).as_bytes());
    assert_eq!(render(&result), expected, "{fields:?}");
}

#[test]
fn a_text_is_read() {
    check(TEXT, r#"+639171234567>+15551230000 m1 "Hi""#);
    check(&with(TEXT, "Type", None), r#"+639171234567>+15551230000 m1 "Hi""#);
    for text in ["", " a+b & c=d\r\n", "Sí 👍🏽", "\u{202e}\0", "%20"] {
        check(&with(TEXT, "Text", text), &format!("+639171234567>+15551230000 m1 {text:?}"));
    }
    check(&with(TEXT, "From", "+639171234567"), r#"+639171234567>+15551230000 m1 "Hi""#);
    check(&with(TEXT, "From", "54321"), r#"54321>+15551230000 m1 "Hi""#);
    check(&with(TEXT, "To", "12345"), r#"+639171234567>12345 m1 "Hi""#);
    check(&with(TEXT, "From", "My Bank"), r#"My Bank>+15551230000 m1 "Hi""#);
}

#[test]
fn every_call_is_answered_in_xml() {
    for fields in [TEXT.to_vec(), with(TEXT, "Status", "delivered")] {
        let parsed = post(&Plivo::unsigned(), "/in", &HeaderMap::new(), encode(&fields).as_bytes()).unwrap();
        let answer = parsed.answer.unwrap();
        assert_eq!((answer.content_type, &*answer.body), ("application/xml", "<Response/>"));
    }
}

#[test]
fn fields_that_are_missing_or_empty_are_named() {
    for field in ["MessageUUID", "From", "To", "Text"] {
        check(&with(TEXT, field, None), &format!("422 `{field}` is missing"));
    }
    check(&[], "422 `MessageUUID` is missing");
    for field in ["MessageUUID", "From", "To"] {
        check(&with(TEXT, field, " "), &format!("422 `{field}` is empty"));
    }
    let long = "x".repeat(MAX_ID_BYTES + 1);
    check(&with(TEXT, "MessageUUID", &*long), "422 `MessageUUID` has 513 bytes; at most 512 are accepted");
    check(&with(TEXT, "To", "a>b"), "422 `To` is no address: the address holds a control character or '>'");
}

#[test]
fn an_mms_may_be_a_picture_alone() {
    let mms = with(&with(TEXT, "Type", "mms"), "Text", None);
    check(&mms, r#"+639171234567>+15551230000 m1 """#);
    check(&with(&mms, "Body", "Look"), r#"+639171234567>+15551230000 m1 "Look""#);
    let without_type = with(&mms, "Type", None);
    check(&without_type, "422 `Text` is missing");
    check(&with(&without_type, "Media0", "a"), r#"+639171234567>+15551230000 m1 "" a"#);
    // Counted from 0 or from 1.
    check(&with(&with(&mms, "Media0", "a"), "Media1", "b"), r#"+639171234567>+15551230000 m1 "" a b"#);
    check(&with(&with(&mms, "Media1", "a"), "Media2", "b"), r#"+639171234567>+15551230000 m1 "" a b"#);
    let names: Vec<_> = (0..12).map(|n| format!("Media{n}")).collect();
    let many: Vec<_> = mms.iter().copied().chain(names.iter().map(|name| (&**name, &**name))).collect();
    check(&many, &format!(r#"+639171234567>+15551230000 m1 "" {}"#, names[..10].join(" ")));
    let long = "x".repeat(2_049);
    check(&with(&mms, "Media0", &*long), r#"+639171234567>+15551230000 m1 """#);
}

#[test]
fn a_chat_has_a_line_of_its_own() {
    let chat = with(&with(&with(TEXT, "Type", "whatsapp"), "Text", None), "Body", "Hi");
    check(&chat, r#"+639171234567>whatsapp:+15551230000 m1 "Hi" answered-here"#);
    check(&with(&chat, "Body", None), r#"+639171234567>whatsapp:+15551230000 m1 "" answered-here"#);
    let long = "9".repeat(155);
    check(&with(&chat, "To", &*long), "422 `To` is no address: the address is longer than 160 bytes");
}

#[test]
fn what_is_tapped_or_written_below_a_picture_is_not_typed() {
    let chat = with(TEXT, "Type", "whatsapp");
    let said = |kind, text| with(&with(&with(&chat, "Text", None), "Body", text), "ContentType", kind);
    let read = |rest: &str| format!("+639171234567>whatsapp:+15551230000 m1 {rest} answered-here");
    check(&said("text", "Stop"), &read(r#""Stop""#));
    check(&said("button", "Stop"), &read(r#""Stop" Button"#));
    check(&said("button", "Stop promotions"), &read(r#""Stop promotions" Button Stop"#));
    let picture = with(&said("media", "Stop"), "Media0", "https://media.plivo.com/a");
    check(&picture, &format!("{} https://media.plivo.com/a", read(r#""Stop" Caption"#)));
    check(&said("unknown", ""), "ignored no_content");
    // An MMS is what somebody typed, beside a picture or not.
    let mms = with(&with(TEXT, "Type", "mms"), "Media0", "https://media.plivo.com/a");
    check(&mms, r#"+639171234567>+15551230000 m1 "Hi" https://media.plivo.com/a"#);

    let ours = Plivo::unsigned().with_opt_out_button("Unsubscribe");
    let tapped = post(&ours, "/in", &HeaderMap::new(), encode(&said("button", "unsubscribe")).as_bytes());
    assert_eq!(render(&tapped), read(r#""unsubscribe" Button Stop"#));
}

#[test]
fn what_we_sent_is_ignored() {
    check(&with(TEXT, "From", "15551230000"), "ignored own");
}

#[test]
fn a_delivery_report_is_ignored() {
    for status in ["queued", "sent", "delivered", "undelivered", "failed", "rejected", "read"] {
        check(&with(TEXT, "Status", status), "ignored");
        check(&[("MessageUUID", "m1"), ("Status", status), ("To", "639171234567")], "ignored");
    }
    check(&with(TEXT, "Status", ""), r#"+639171234567>+15551230000 m1 "Hi""#);
    check(&with(TEXT, "Status", "received"), r#"+639171234567>+15551230000 m1 "Hi""#);
}

#[test]
fn who_answers_keywords_is_known() {
    let texted = |text, intent| with(&with(TEXT, "Text", text), "MessageIntent", intent);
    check(&texted("Unsub", "optout"), r#"+639171234567>+15551230000 m1 "Unsub" Stop"#);
    check(&texted("Go", "optin"), r#"+639171234567>+15551230000 m1 "Go" Start"#);
    check(&texted("Yes", "optin"), r#"+639171234567>+15551230000 m1 "Yes""#);
    check(&texted("Info", "help"), r#"+639171234567>+15551230000 m1 "Info" Help"#);
    check(&texted("Hi", "other"), r#"+639171234567>+15551230000 m1 "Hi""#);

    let ours = Plivo::unsigned().with_keywords_answered_here();
    let result = post(&ours, "/in", &HeaderMap::new(), encode(&texted("Stop", "optout")).as_bytes());
    assert_eq!(render(&result), r#"+639171234567>+15551230000 m1 "Stop" Stop answered-here"#);
}

#[test]
fn a_get_is_a_message_or_a_probe() {
    let call = |query: &str| render(&get(&Plivo::unsigned(), &format!("/in?{query}"), &HeaderMap::new()));
    assert_eq!(call(&encode(TEXT)), r#"+639171234567>+15551230000 m1 "Hi""#);
    assert_eq!(call("probe=1"), "nothing");
    assert_eq!(call("MessageUUID=m1"), "422 `From` is missing");
    let signed = Plivo::signed(TOKEN, URL).unwrap();
    let target = format!("/in?{}", encode(TEXT));
    assert_eq!(
        render(&get(&signed, &target, &HeaderMap::new())),
        "401 the header X-Plivo-Signature-V2 is missing"
    );
    let good = headers(&[(SIGNATURE, &sign(TOKEN, URL)), (NONCE, "05429567804466091622")]);
    assert_eq!(render(&get(&signed, &target, &good)), r#"+639171234567>+15551230000 m1 "Hi""#);
}

#[test]
fn what_goes_back_or_into_logs_holds_no_secret_and_no_number() {
    let gateway = Plivo::signed("s3cret", "https://me:pa55word@example.com/in").unwrap();
    let shown = format!("{gateway:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("pa55word"), "{shown}");
    let parsed = post(&Plivo::unsigned(), "/in", &HeaderMap::new(), encode(TEXT).as_bytes());
    assert!(!format!("{parsed:?}").contains("9171234567"));
}

// --- signatures

const TOKEN: &str = "MAXXXX";
const URL: &str = "https://example.com/in";
const SIGNATURE: &str = "X-Plivo-Signature-V2";
const MAIN: &str = "X-Plivo-Signature-Ma-V2";
const NONCE: &str = "X-Plivo-Signature-V2-Nonce";

fn sign(token: &str, url: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(url.as_bytes());
    mac.update(b"05429567804466091622");
    BASE64.encode(mac.finalize().into_bytes())
}

fn call(gateway: &Plivo, head: &Fields<'_>) -> Result<usize, Unauthorized> {
    match post(gateway, "/in?any=thing", &headers(head), encode(TEXT).as_bytes()) {
        Ok(parsed) => Ok(parsed.messages.len()),
        Err(Rejection::Unauthorized(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_signature_made_elsewhere_verifies() {
    // printf 'https://example.com/in05429567804466091622' | openssl dgst -sha256 -hmac MAXXXX -binary | base64
    let head = [(SIGNATURE, "BXSzliC4zKLPfn6owlkBcUTE839zlKipRSLWLkyI2r8="), (NONCE, "05429567804466091622")];
    assert_eq!(call(&Plivo::signed(TOKEN, URL).unwrap(), &head), Ok(1));
}

#[test]
fn signatures_are_required_and_checked() {
    let gateway = Plivo::signed(TOKEN, URL).unwrap();
    let (good, other) = (sign(TOKEN, URL), sign("other", URL));
    let nonce = (NONCE, "05429567804466091622");
    let wrong = Err(Unauthorized::WrongSignature);
    let missing = |header: &'static str| Err(Unauthorized::Missing { header: header.into() });
    let twice = |header: &'static str| Err(Unauthorized::Repeated { header: header.into() });

    assert_eq!(call(&gateway, &[(SIGNATURE, &good), nonce]), Ok(1));
    // The number may be a subaccount's, whose token signs the one, and the main account's the other.
    assert_eq!(call(&gateway, &[(MAIN, &good), nonce]), Ok(1));
    assert_eq!(call(&gateway, &[(SIGNATURE, &other), (MAIN, &good), nonce]), Ok(1));
    assert_eq!(call(&gateway, &[(SIGNATURE, &good), (MAIN, &other), nonce]), Ok(1));
    assert_eq!(call(&gateway, &[(SIGNATURE, &other), (MAIN, &other), nonce]), wrong);
    assert_eq!(call(&gateway, &[]), missing(SIGNATURE));
    assert_eq!(call(&gateway, &[nonce]), missing(SIGNATURE));
    assert_eq!(call(&gateway, &[(SIGNATURE, &good)]), missing(NONCE));
    assert_eq!(call(&gateway, &[(SIGNATURE, &good), (SIGNATURE, &good), nonce]), twice(SIGNATURE));
    assert_eq!(call(&gateway, &[(SIGNATURE, &good), nonce, nonce]), twice(NONCE));
    assert_eq!(call(&gateway, &[(SIGNATURE, &good), (NONCE, "05429567804466091623")]), wrong);
    assert_eq!(call(&gateway, &[(SIGNATURE, &good), (NONCE, "")]), wrong);
    for bad in ["", "é", &good[1..], &good.to_lowercase(), &format!("{good},{good}")] {
        assert_eq!(call(&gateway, &[(SIGNATURE, bad), nonce]), wrong, "{bad}");
    }
    let unread = post(&gateway, "/in", &HeaderMap::new(), b"");
    assert_eq!(render(&unread), "401 the header X-Plivo-Signature-V2 is missing", "checked before the body");
}

#[test]
fn the_url_is_signed_to_the_letter_without_its_query() {
    let accepts = |configured: &str, signed: &str| {
        let head = [(SIGNATURE, &*sign(TOKEN, signed)), (NONCE, "05429567804466091622")];
        call(&Plivo::signed(TOKEN, configured).unwrap(), &head).is_ok()
    };
    assert!(accepts("https://example.com/in?a=b#ct=2000", URL));
    assert!(accepts("https://example.com:8443/in", "https://example.com:8443/in"));
    for signed in [
        "https://example.com:443/in",
        "http://example.com/in",
        "https://example.com/in/",
        "https://example.com/in?any=thing",
        "https://Example.com/in",
        "https://example.com",
    ] {
        assert!(!accepts(URL, signed), "{signed}");
    }
}

#[test]
fn any_of_several_tokens_counts() {
    let both = Plivo::signed_by_any(["new", TOKEN], URL).unwrap();
    for (token, expected) in [("new", Ok(1)), (TOKEN, Ok(1)), ("old", Err(Unauthorized::WrongSignature))] {
        let head = [(SIGNATURE, &*sign(token, URL)), (NONCE, "05429567804466091622")];
        assert_eq!(call(&both, &head), expected, "{token}");
    }
    assert_eq!(Plivo::signed_by_any([""; 0], URL).err(), Some(ConfigError::EmptySecret));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_answered(body: Vec<u8>, signature: Vec<u8>, nonce: Vec<u8>) {
        let _ = render(&post(&Plivo::unsigned(), "/in", &HeaderMap::new(), &body));
        let mut head = HeaderMap::new();
        for (name, value) in [("x-plivo-signature-v2", &signature), ("x-plivo-signature-v2-nonce", &nonce)] {
            let value = HeaderValue::from_bytes(value).ok();
            head.extend(value.map(|value| (HeaderName::from_static(name), value)));
        }
        let gateway = Plivo::signed(TOKEN, URL).unwrap();
        let refused = matches!(post(&gateway, "/in", &head, &body), Err(Rejection::Unauthorized(_)));
        prop_assert!(refused);
    }

    #[test]
    fn a_message_keeps_its_text_and_id(text: String, id in ".{1,40}") {
        prop_assume!(!id.trim().is_empty());
        let fields = with(&with(TEXT, "Text", &*text), "MessageUUID", &*id);
        let parsed = post(&Plivo::unsigned(), "/in", &HeaderMap::new(), encode(&fields).as_bytes()).unwrap();
        let message = &parsed.messages[0].message;
        prop_assert_eq!(sms_consolidate::Message::text(message), text);
        prop_assert_eq!(sms_consolidate::Message::id(message), Some(&*id));
    }
}
