//! The webhook of Sinch: a line each with the signature, its nonce and its timestamp, then the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_fuzz::{check_parsed, line, post};
use sms_consolidate_providers::inbound::{Rejection, Sinch};

static OPEN: LazyLock<Sinch> = LazyLock::new(Sinch::unsigned);
static SIGNED: LazyLock<Sinch> = LazyLock::new(|| Sinch::signed("s3cret").expect("a secret"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let headers = [
        ("x-sinch-webhook-signature", line(&mut body)),
        ("x-sinch-webhook-signature-nonce", line(&mut body)),
        ("x-sinch-webhook-signature-timestamp", line(&mut body)),
    ];
    check_parsed(&post(&*OPEN, &[], body), 1);
    assert!(matches!(post(&*SIGNED, &headers, body), Err(Rejection::Unauthorized(_))));
});
