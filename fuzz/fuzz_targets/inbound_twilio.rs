//! The webhook of Twilio: a line each with the method and target, the signature, its settings and the content type, then
//! the body.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;
use sms_consolidate_fuzz::forms::{check, check_rejection, method_and_uri, render};
use sms_consolidate_fuzz::{check_groups, line};
use sms_consolidate_providers::inbound::{Inbound, InboundRequest, Parsed, Rejection, Twilio, Unauthorized};

const TOKEN: &str = "token";
const URL: &str = "https://example.com/in";

static OPEN: LazyLock<Twilio> = LazyLock::new(Twilio::unsigned);
static GROUPS: LazyLock<Twilio> = LazyLock::new(|| Twilio::unsigned().with_groups());
static SIGNED: LazyLock<Twilio> = LazyLock::new(|| Twilio::signed(TOKEN, URL).expect("a token and a URL"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let mut next = || line(&mut body);
    let (first, signature, settings, kind) = (next(), next(), next(), next());
    let Some((is_get, uri)) = method_and_uri(first) else { return };

    let mut headers = HeaderMap::new();
    let mut set = |name: &'static str, value: &[u8]| {
        let value = HeaderValue::from_bytes(value).ok().filter(|value| !value.is_empty());
        headers.extend(value.map(|value| (HeaderName::from_static(name), value)));
    };
    set("x-twilio-signature", signature);
    set("x-twilio-webhooks-signature-settings", settings);
    set("content-type", kind);

    let open = call(&OPEN, is_get, &uri, &headers, body);
    let groups = call(&GROUPS, is_get, &uri, &headers, body);
    for result in [&open, &groups] {
        match result {
            Ok(parsed) => check(parsed),
            Err(rejection) => check_rejection(rejection),
        }
    }
    check_groups(&open, &groups);
    let forged = call(&SIGNED, is_get, &uri, &headers, body);
    let is_probe = is_get && matches!(&forged, Ok(parsed) if parsed.is_empty());
    assert!(is_probe || matches!(forged, Err(Rejection::Unauthorized(_))), "{forged:?}");

    // Signed, it is what it was; unless that is JSON, which needs its hash.
    if headers.contains_key("content-type") && !is_get {
        return;
    }
    let parameters: BTreeSet<_> = form_urlencoded::parse(if is_get { b"" } else { body }).collect();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let signed = parameters.iter().fold(format!("{URL}{query}"), |all, (name, value)| all + name + value);
    let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    let signature = BASE64.encode(mac.finalize().into_bytes()).parse().expect("base64 is a header's value");
    headers.insert("x-twilio-signature", signature);
    match call(&SIGNED, is_get, &uri, &headers, body) {
        Err(Rejection::Unauthorized(Unauthorized::UnknownAlgorithm)) => {}
        // SHA-256 was asked for.
        Err(Rejection::Unauthorized(Unauthorized::WrongSignature)) if !settings.is_empty() => {}
        right => assert_eq!(render(&right), render(&open)),
    }
});

fn call(
    gateway: &Twilio,
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
