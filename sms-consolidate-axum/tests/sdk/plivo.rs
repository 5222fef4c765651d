//! Plivo.

use sms_consolidate_providers::inbound::Plivo;

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    let gateway = Plivo::signed("s3cret", "https://sms.example.com/in?tenant=7").unwrap();
    crate::agrees("plivo_requests.py", gateway).await;
}
