//! The webhook of Telnyx: a line each with the signature and its timestamp, then the body.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate_fuzz::{check_groups, check_parsed, line, post};
use sms_consolidate_providers::inbound::{Rejection, Telnyx};

static OPEN: LazyLock<Telnyx> = LazyLock::new(Telnyx::unsigned);
static GROUPS: LazyLock<Telnyx> = LazyLock::new(|| Telnyx::unsigned().with_groups());
static SIGNED: LazyLock<Telnyx> =
    LazyLock::new(|| Telnyx::signed("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=").expect("a key"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let headers = [("telnyx-signature-ed25519", line(&mut body)), ("telnyx-timestamp", line(&mut body))];
    let (open, groups) = (post(&*OPEN, &[], body), post(&*GROUPS, &[], body));
    check_parsed(&open, 1);
    check_parsed(&groups, 1);
    check_groups(&open, &groups);
    assert!(matches!(post(&*SIGNED, &headers, body), Err(Rejection::Unauthorized(_))));
    // Whatever the public key is given as.
    if let Ok(text) = std::str::from_utf8(body) {
        let _ = Telnyx::signed(text);
    }
});
