//! Telnyx.

use sms_consolidate_providers::inbound::Telnyx;

/// Of the script's key, which is made of the bytes 0 to 31.
const PUBLIC_KEY: &str = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=";

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    crate::agrees("telnyx_requests.py", Telnyx::signed(PUBLIC_KEY).unwrap()).await;
}
