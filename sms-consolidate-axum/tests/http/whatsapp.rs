//! WhatsApp's webhook: the challenge, and a call of many messages.

use serde_json::json;
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_providers::inbound::WhatsAppCloud;

use crate::kit::{Service, WINDOW, serve};

async fn whatsapp() -> Service {
    let gateway = WhatsAppCloud::unsigned("verify-token").unwrap();
    let service =
        serve(|builder| builder, |router: SmsRouter| router.webhook_at("/in", gateway).into_router()).await;
    service.consolidator.start();
    service
}

#[tokio::test]
async fn the_challenge_comes_back_as_it_is() {
    let service = whatsapp().await;
    let right = "/in?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-token";
    let answer = service.get(right, &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain")));
    assert_eq!((answer.header("content-length"), &answer.body), (Some("10"), &json!(1_158_201_444)));
    let wrong = service.get(&right.replace("verify-token", "another"), &[]).await;
    assert_eq!((wrong.status, wrong.message()), (401, "the verify token is wrong"));
    assert_eq!(service.get("/in", &[]).await.body["status"], "ok");
}

#[tokio::test]
async fn of_many_messages_each_is_stored_in_its_conversation() {
    let service = whatsapp().await;
    let text = |id: &str, from: &str, text: &str| json!({"id": id, "from": from, "type": "text", "text": {"body": text}});
    let value = |line: &str, messages: serde_json::Value| {
        let metadata = json!({"display_phone_number": line, "phone_number_id": "1"});
        json!({"field": "messages", "value": {"metadata": metadata, "messages": messages}})
    };
    let body = json!({"object": "whatsapp_business_account", "entry": [
        {"changes": [value("15550000001", json!([text("a", "639171234567", "Yes"), text("b", "639171234567", "Thanks")]))]},
        {"changes": [value("15550000002", json!([text("c", "639171234567", "Other line"), text("d", "", "nobody")]))]},
    ]})
    .to_string();
    let answer = service.call("POST", "/in", &[], &body).await;
    assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(3)));
    assert_eq!(answer.body["errors"], json!([{"index": 3, "message": "`from` is empty"}]));
    assert_eq!(service.call("POST", "/in", &[], &body).await.body["skipped"], 3);
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let mut batches = service.batches();
    batches.sort();
    assert_eq!(batches, [vec!["Other line"], vec!["Yes", "Thanks"]]);
}
