//! WhatsApp Cloud API.

use sms_consolidate_providers::inbound::WhatsAppCloud;

use crate::agrees;

#[tokio::test]
async fn whatsapp_signatures_are_those_of_pywa() {
    agrees("whatsapp_cloud.py", WhatsAppCloud::signed("app-secret", "verify-token").unwrap()).await;
}
