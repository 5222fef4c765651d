//! The webhook of SMS Mobile API: a line each with the signature and its timestamp, then the body.
#![no_main]

use std::num::NonZeroUsize;
use std::sync::LazyLock;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use sms_consolidate::Timestamp;
use sms_consolidate_fuzz::{check_parsed, line, render_parsed};
use sms_consolidate_providers::inbound::{Inbound, InboundRequest, Parsed, Rejection, SmsMobileApi};

const SECRET: &str = "whsec_test";
const NOW_SECONDS: i64 = 1_790_000_000;
const MAX_MESSAGES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

static OPEN: LazyLock<SmsMobileApi> =
    LazyLock::new(|| SmsMobileApi::unsigned().with_max_messages(MAX_MESSAGES));
static SIGNED: LazyLock<SmsMobileApi> = LazyLock::new(|| {
    SmsMobileApi::signed(SECRET).expect("the secret is not empty").with_max_messages(MAX_MESSAGES)
});

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (signature, timestamp) = (line(&mut body), line(&mut body));

    let open = parse(&OPEN, &[], body);
    check_parsed(&open, MAX_MESSAGES.get());

    let forged = parse(&SIGNED, &[("Signature", signature), ("Timestamp", timestamp)], body);
    assert!(matches!(forged, Err(Rejection::Unauthorized(_))));
    let timestamp = NOW_SECONDS.to_string();
    let signature = sign(&timestamp, body);
    let right = [("Signature", signature.as_bytes()), ("Timestamp", timestamp.as_bytes())];
    assert_eq!(render_parsed(&parse(&SIGNED, &right, body)), render_parsed(&open));
});

fn parse(gateway: &SmsMobileApi, fields: &[(&str, &[u8])], body: &[u8]) -> Result<Parsed, Rejection> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name: http::HeaderName = format!("X-SMSMobileAPI-{name}").parse().expect("the name of a header");
        headers.extend(HeaderValue::from_bytes(value).ok().map(|value| (name, value)));
    }
    let uri = Uri::from_static("/");
    let now = Timestamp::from_unix_millis(NOW_SECONDS * 1_000);
    gateway.parse(&InboundRequest::new(&Method::POST, &uri, &headers, body), now)
}

fn sign(timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("v1={}", hex::encode(mac.finalize().into_bytes()))
}
