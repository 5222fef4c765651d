//! The webhook of SMS Mobile API: a line each with the signature and its timestamp, then the body.
#![no_main]

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use sms_consolidate::{Message, Timestamp};
use sms_consolidate_fuzz::{assert_hidden, line};
use sms_consolidate_providers::inbound::{
    Inbound, InboundMessage, InboundRequest, MAX_ID_BYTES, Parsed, Rejection, SmsMobileApi,
};

const SECRET: &str = "whsec_test";
const NOW_SECONDS: i64 = 1_790_000_000;
const MAX_MESSAGES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

static OPEN: LazyLock<SmsMobileApi> = LazyLock::new(|| SmsMobileApi::unsigned().with_max_messages(MAX_MESSAGES));
static SIGNED: LazyLock<SmsMobileApi> =
    LazyLock::new(|| SmsMobileApi::signed(SECRET).expect("the secret is not empty").with_max_messages(MAX_MESSAGES));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (signature, timestamp) = (line(&mut body), line(&mut body));

    let open = parse(&OPEN, &[], body);
    match &open {
        Ok(parsed) => check_parsed(parsed),
        Err(rejection) => check_rejection(rejection, body),
    }

    let forged = parse(&SIGNED, &[("Signature", signature), ("Timestamp", timestamp)], body);
    assert!(matches!(forged, Err(Rejection::Unauthorized(_))));
    let timestamp = NOW_SECONDS.to_string();
    let signature = sign(&timestamp, body);
    let right = [("Signature", signature.as_bytes()), ("Timestamp", timestamp.as_bytes())];
    assert_eq!(render(&parse(&SIGNED, &right, body)), render(&open));
});

fn parse(gateway: &SmsMobileApi, fields: &[(&str, &[u8])], body: &[u8]) -> Result<Parsed, Rejection> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: http::HeaderName = format!("X-SMSMobileAPI-{name}").parse().expect("the name of a header");
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (name, value)));
    }
    let uri = Uri::from_static("/");
    let now = Timestamp::from_unix_millis(NOW_SECONDS * 1_000);
    gateway.parse(&InboundRequest { method: &Method::POST, uri: &uri, headers: &headers, body }, now)
}

fn sign(timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}

fn render(result: &Result<Parsed, Rejection>) -> String {
    match result {
        Ok(parsed) => {
            let texts: Vec<_> = parsed.messages.iter().map(|incoming| incoming.message.text()).collect();
            format!("{parsed:?} {texts:?}")
        }
        Err(rejection) => format!("{rejection:?}"),
    }
}

fn check_parsed(parsed: &Parsed) {
    assert!(parsed.messages.len() + parsed.errors.len() <= MAX_MESSAGES.get());
    assert!(parsed.errors.is_sorted_by(|a, b| a.index < b.index), "{:?}", parsed.errors);
    assert!(parsed.ignored <= 1);
    parsed.messages.iter().for_each(check_message);
}

fn check_message(incoming: &InboundMessage) {
    let InboundMessage { conversation, message } = incoming;
    assert_eq!(conversation.to_string().parse().as_ref(), Ok(conversation));
    let id = message.id().expect("the gateway's messages have ids");
    assert!(!id.trim().is_empty() && id.len() <= MAX_ID_BYTES);
    // The id may be the number: it is shown.
    let shown = format!("{incoming:?}").replace(&format!("{id:?}"), "");
    let sender = conversation.sender();
    if sender.is_number() {
        assert_hidden(&shown, &sender.to_string());
    }
}

fn check_rejection(rejection: &Rejection, body: &[u8]) {
    assert!([400, 422].contains(&rejection.status().as_u16()));
    match rejection {
        Rejection::Unprocessable(errors) => {
            assert!((1..=MAX_MESSAGES.get()).contains(&errors.len()));
        }
        Rejection::TooManyMessages { found, limit } => assert!(found > limit),
        _ => {}
    }
    // Of the body it holds nothing; positions and types are short.
    assert!(rejection.to_string().len() <= 200, "{rejection} for {} bytes", body.len());
}
