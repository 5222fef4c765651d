//! Sinch's Conversation API.

use sms_consolidate_providers::inbound::SinchConversation;

#[tokio::test]
async fn the_router_accepts_what_the_library_verifies() {
    crate::agrees("sinch_conversation.py", SinchConversation::signed("s3cret").unwrap()).await;
}
