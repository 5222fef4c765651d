//! The webhook of Sinch's Conversation API: a line each with the signature, its nonce and its timestamp, then the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_fuzz::{check_parsed, line, post};
use sms_consolidate_providers::inbound::{Rejection, SinchConversation};

static OPEN: LazyLock<SinchConversation> = LazyLock::new(SinchConversation::unsigned);
static SIGNED: LazyLock<SinchConversation> =
    LazyLock::new(|| SinchConversation::signed("s3cret").expect("a secret"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let headers = [
        ("x-sinch-webhook-signature", line(&mut body)),
        ("x-sinch-webhook-signature-nonce", line(&mut body)),
        ("x-sinch-webhook-signature-timestamp", line(&mut body)),
    ];
    let parsed = post(&*OPEN, &[], body);
    check_parsed(&parsed, 1);
    if let Ok(parsed) = parsed {
        // A call is one thing.
        assert_eq!(parsed.messages.len() + parsed.ignored.len() + parsed.preferences.len(), 1);
    }
    assert!(matches!(post(&*SIGNED, &headers, body), Err(Rejection::Unauthorized(_))));
});
