//! Gateways by configuration, over HTTP.

use serde_json::json;
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_providers::inbound::{Answer, Authentication, Condition, ConfiguredJson};

use crate::kit::serve;

#[tokio::test]
async fn a_password_is_asked_for() {
    let gateway = ConfiguredJson::authenticated(Authentication::basic("Aladdin", "open sesame").unwrap());
    let service =
        serve(|builder| builder, |router: SmsRouter| router.webhook_at("/in", gateway).into_router()).await;
    let body = json!({"id": "1", "from": "+639171234567", "text": "Yes"}).to_string();
    let challenge = Some("Basic realm=\"webhook\"");
    let asked = service.call("POST", "/in", &[], &body).await;
    assert_eq!((asked.status, asked.header("www-authenticate")), (401, challenge));
    let wrong = [("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZTE=")];
    let refused = service.call("POST", "/in", &wrong, &body).await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, challenge));
    // As in RFC 7617.
    let right = [("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")];
    let stored = service.call("POST", "/in", &right, &body).await;
    assert_eq!((stored.status, &stored.body["processed"]), (200, &json!(1)), "{}", stored.body);
    assert_eq!(stored.header("www-authenticate"), None);
}

#[tokio::test]
async fn what_is_answered_is_configured() {
    let gateway = ConfiguredJson::unsigned().form().only_if("kind", Condition::is("in")).unwrap();
    let gateway = gateway.with_answer(Answer::new("text/plain", ""));
    let service =
        serve(|builder| builder, |router: SmsRouter| router.webhook_at("/in", gateway).into_router()).await;
    for body in ["kind=in&id=1&from=%2B639171234567&text=Yes", "kind=report"] {
        let answer = service.call("POST", "/in", &[], body).await;
        assert_eq!((answer.status, answer.header("content-length")), (200, Some("0")), "{body}");
        assert_eq!(answer.header("content-type"), Some("text/plain"));
    }
    assert_eq!(service.consolidator.stats().await.unwrap().totals.accepted, 1);
}
