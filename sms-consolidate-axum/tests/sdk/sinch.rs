//! Sinch.

use sms_consolidate_providers::inbound::Sinch;

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    crate::agrees("sinch_requests.py", Sinch::signed("s3cret").unwrap()).await;
}
