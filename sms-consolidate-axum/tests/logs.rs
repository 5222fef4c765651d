//! What the webhook logs. In a process of its own: the log of a test must not depend on what others log beside it.

#![allow(clippy::unwrap_used, reason = "tests may")]

#[path = "http/kit.rs"]
#[allow(dead_code, reason = "this binary uses a part of it")]
mod kit;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use kit::{ADMIN, MARIA, WINDOW, service, sms};
use serde_json::json;
use sms_consolidate::testing::ScriptedAnswer;
use sms_consolidate_axum::{DEFAULT_BODY_LIMIT, STATUS_PATH};
use sms_consolidate_providers::inbound::{
    ConfiguredJson, Plivo, Sinch, SmsMobileApi, Telnyx, Twilio, Vonage, WhatsAppCloud,
};
use tracing::subscriber::DefaultGuard;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged from here on, in this thread, while the guard lives.
fn capture() -> (Captured, DefaultGuard) {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    (captured, tracing::subscriber::set_default(subscriber))
}

#[test]
fn whoever_checks_no_signatures_is_warned_by_the_gateways_name() {
    let unsigned: [(&str, fn()); 8] = [
        ("Plivo", || drop(Plivo::unsigned())),
        ("Sinch", || drop(Sinch::unsigned())),
        ("SMS Mobile API", || drop(SmsMobileApi::unsigned())),
        ("Telnyx", || drop(Telnyx::unsigned())),
        ("Twilio", || drop(Twilio::unsigned())),
        ("Vonage", || drop(Vonage::unsigned())),
        ("WhatsApp Cloud API", || drop(WhatsAppCloud::unsigned("token").unwrap())),
        ("configured JSON", || drop(ConfiguredJson::unsigned())),
    ];
    for (gateway, unsigned) in unsigned {
        let (captured, _guard) = capture();
        unsigned();
        let logs = captured.text();
        assert_eq!(logs.lines().count(), 1, "{gateway}: {logs}");
        assert!(logs.contains(" WARN "), "{logs}");
        assert!(logs.contains("WEBHOOK SIGNATURES ARE NOT CHECKED: anybody who knows the address"), "{logs}");
        assert!(logs.contains(&format!("gateway={gateway:?}")), "{gateway}: {logs}");
    }
    let (captured, _guard) = capture();
    drop(SmsMobileApi::signed("a secret").unwrap());
    assert_eq!(captured.text(), "");
}

#[tokio::test]
async fn no_body_and_no_number_reaches_the_logs() {
    let (captured, _guard) = capture();
    let service = service().await;
    let text = "my secret text";
    service.post(sms("1", MARIA, text)).await;
    service.post(json!({"guid": "2", "message": text}).to_string()).await;
    service.post(format!("{{\"guid\": \"3\", {text}")).await;
    service
        .post(
            json!({"messages": [{"guid": text}, {"guid": "4", "number": MARIA, "message": text}]})
                .to_string(),
        )
        .await;
    service.post(sms(&text.repeat(100), MARIA, text)).await;
    // An id of WhatsApp's, which holds the number in base64; new, and known already.
    let id = "wamid.HBgMNjM5MTcxMjM0NTY3FQIAEhgUM0E0QTY1OTlBRUUwMzgxMDE0NEYA";
    service.post(sms(id, MARIA, text)).await;
    service.post(sms(id, MARIA, text)).await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let logs = captured.text();
    assert!(logs.contains("WEBHOOK REFUSED") && logs.contains("SMS RECEIVED"), "{logs}");
    assert!(logs.contains("gateway=\"SMS Mobile API\""), "{logs}");
    assert!(logs.contains("BATCH PROCESSING COMPLETE"), "{logs}");
    assert!(!logs.contains("secret"), "{logs}");
    assert!(!logs.contains("9171234567"), "{logs}");
    assert!(logs.contains("DUPLICATE IGNORED") && logs.contains("MzgxMDE0NEYA"), "{logs}");
    assert!(!logs.contains("HBgMNjM5MTcx"), "{logs}");
}

#[tokio::test]
async fn calls_that_are_refused_are_logged_with_the_reason() {
    let (captured, _guard) = capture();
    let service = service().await;
    service.post("x".repeat(DEFAULT_BODY_LIMIT + 1)).await;
    service.post("{").await;
    let good = json!({"guid": "1", "number": MARIA, "message": "Yes"});
    service.post(json!({"messages": [good, {"guid": "2"}]}).to_string()).await;
    service.get(STATUS_PATH, &[("Authorization", "Bearer a wrong one")]).await;
    let logs = captured.text();
    for line in [
        r#"WEBHOOK REFUSED gateway="SMS Mobile API" status=413 error=the body is longer than 262144 bytes"#,
        r#"WEBHOOK REFUSED gateway="SMS Mobile API" status=400 error=the body is malformed: "#,
        r#"MESSAGES REFUSED gateway="SMS Mobile API" refused=1 index=1 error="`number` is missing""#,
        r#"CALL REFUSED: it shows no valid bearer token path="/api/debug/sms-batch-status""#,
    ] {
        assert!(logs.contains(line), "{line}\n{logs}");
    }
    assert!(!logs.contains("a wrong one"), "{logs}");
}

#[tokio::test]
async fn the_log_says_which_batch_takes_the_place_of_a_dead_one() {
    let (captured, _guard) = capture();
    let service = service().await;
    service.classifier.then([ScriptedAnswer::FailForGood]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    let body = json!({"phoneNumber": MARIA}).to_string();
    let answer = service.call("POST", STATUS_PATH, &[ADMIN], body).await;
    let batch = &answer.body["batches"][0];
    let [dead, revived] = ["batchId", "requeuedAs"].map(|id| batch[id].as_str().unwrap());
    let line = format!("BATCH REQUEUED batch={dead} requeued_as=\"{revived}\"");
    let logs = captured.text();
    assert!(logs.contains(&line), "{line}\n{logs}");
}
