//! What the webhook logs. In a process of its own: the log of a test must not depend on what others log beside it.

#![allow(clippy::unwrap_used, reason = "tests may")]

#[path = "http/kit.rs"]
#[allow(dead_code, reason = "this binary uses a part of it")]
mod kit;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use kit::{MARIA, WINDOW, service, sms};
use serde_json::json;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_body_and_no_number_reaches_the_logs() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
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
    let logs = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(logs.contains("WEBHOOK REFUSED") && logs.contains("SMS RECEIVED"), "{logs}");
    assert!(logs.contains("BATCH PROCESSING COMPLETE"), "{logs}");
    assert!(!logs.contains("secret"), "{logs}");
    assert!(!logs.contains("9171234567"), "{logs}");
    assert!(logs.contains("DUPLICATE IGNORED") && logs.contains("MzgxMDE0NEYA"), "{logs}");
    assert!(!logs.contains("HBgMNjM5MTcx"), "{logs}");
}
