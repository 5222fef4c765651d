//! Vonage's Messages API.

use sms_consolidate_providers::inbound::VonageMessages;

const SECRET: &str = "a-signature-secret-of-so-many-characters-that-no-method-minds-it!";

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    crate::agrees("vonage_messages.py", VonageMessages::signed(SECRET).unwrap()).await;
}
