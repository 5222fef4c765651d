//! The webhook of Vonage's Messages API: a line with the token, a line each with the header and claims of a token that is
//! signed here, then the body.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sms_consolidate_fuzz::{check_parsed, line, post};
use sms_consolidate_providers::inbound::{Rejection, VonageMessages};

static OPEN: LazyLock<VonageMessages> = LazyLock::new(VonageMessages::unsigned);
static SIGNED: LazyLock<VonageMessages> =
    LazyLock::new(|| VonageMessages::signed("s3cret").expect("a secret"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (token, header, claims) = (line(&mut body), line(&mut body), line(&mut body));
    let open = post(&*OPEN, &[], body);
    check_parsed(&open, 1);
    assert!(matches!(post(&*SIGNED, &[("authorization", token)], body), Err(Rejection::Unauthorized(_))));

    let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(b"s3cret").expect("any key").chain_update(&signed);
    let authorization = format!("Bearer {signed}.{}", BASE64.encode(mac.finalize().into_bytes()));
    let parsed = post(&*SIGNED, &[("authorization", authorization.as_bytes())], body);
    if !matches!(parsed, Err(Rejection::Unauthorized(_))) {
        let says = |part: &[u8], field: &str, expected: &str| {
            let part = serde_json::from_slice::<Value>(part);
            part.map_or(true, |part| {
                part[field].as_str().is_some_and(|said| said.eq_ignore_ascii_case(expected))
            })
        };
        assert!(says(header, "alg", "HS256"));
        assert!(says(claims, "payload_hash", &hex::encode(Sha256::digest(body))));
        check_parsed(&parsed, 1);
    }
});
