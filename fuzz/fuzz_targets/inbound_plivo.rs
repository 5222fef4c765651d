//! The webhook of Plivo: a line each with the method and target, the signature and its nonce, then the body.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha2::Sha256;
use sms_consolidate_fuzz::forms::{check, check_rejection, method_and_uri, render};
use sms_consolidate_fuzz::line;
use sms_consolidate_providers::inbound::{Inbound, InboundRequest, Parsed, Plivo, Rejection};

const TOKEN: &str = "token";
const URL: &str = "https://example.com/in";

static OPEN: LazyLock<Plivo> = LazyLock::new(Plivo::unsigned);
static SIGNED: LazyLock<Plivo> = LazyLock::new(|| Plivo::signed(TOKEN, URL).expect("a token and a URL"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (first, signature, nonce) = (line(&mut body), line(&mut body), line(&mut body));
    let Some((is_get, uri)) = method_and_uri(first) else { return };
    let (Ok(given), Ok(nonce)) = (HeaderValue::from_bytes(signature), HeaderValue::from_bytes(nonce)) else {
        return;
    };

    let mut headers = HeaderMap::new();
    headers.insert("x-plivo-signature-v2-nonce", nonce.clone());
    headers.insert("x-plivo-signature-v2", given);
    let open = call(&OPEN, is_get, &uri, &headers, body);
    match &open {
        Ok(parsed) => check(parsed),
        Err(rejection) => check_rejection(rejection),
    }
    let forged = call(&SIGNED, is_get, &uri, &headers, body);
    let is_probe = is_get && matches!(&forged, Ok(parsed) if parsed.is_empty());
    assert!(is_probe || matches!(forged, Err(Rejection::Unauthorized(_))), "{forged:?}");

    let mut mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(URL.as_bytes());
    mac.update(nonce.as_bytes());
    let right = BASE64.encode(mac.finalize().into_bytes()).parse().expect("base64 is a header's value");
    headers.insert(HeaderName::from_static("x-plivo-signature-ma-v2"), right);
    assert_eq!(render(&call(&SIGNED, is_get, &uri, &headers, body)), render(&open));
});

fn call(
    gateway: &Plivo,
    is_get: bool,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Parsed, Rejection> {
    let now = sms_consolidate::Timestamp::from_unix_millis(0);
    if is_get {
        gateway.parse_get(&InboundRequest::new(&Method::GET, uri, headers, b""), now)
    } else {
        gateway.parse(&InboundRequest::new(&Method::POST, uri, headers, body), now)
    }
}
