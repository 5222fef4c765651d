//! Twilio.

use sms_consolidate_providers::inbound::Twilio;

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    let gateway = Twilio::signed_by_any(["s3cret", "primary"], "https://sms.example.com/in").unwrap();
    crate::agrees("twilio_requests.py", gateway).await;
}
