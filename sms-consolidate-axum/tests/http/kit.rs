//! A service on a loopback port with a fake clock, and a client that sends exactly what it is told.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use serde_json::Value;
use sms_consolidate::testing::{RecordingSender, ScriptedClassifier};
use sms_consolidate::{Builder, Consolidator, Conversation, FakeClock, Label, SmsMessage};
use sms_consolidate_axum::{SmsRouter, WEBHOOK_PATH};
use sms_consolidate_providers::inbound::SmsMobileApi;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) type Sms = Consolidator<Conversation, SmsMessage>;

pub(crate) struct Service {
    pub(crate) clock: FakeClock,
    pub(crate) classifier: ScriptedClassifier,
    pub(crate) sender: RecordingSender<Conversation>,
    pub(crate) consolidator: Sms,
    address: SocketAddr,
}

pub(crate) const MARIA: &str = "+639171234567";

/// The default window.
pub(crate) const WINDOW: Duration = Duration::from_secs(60);

pub(crate) const ADMIN: (&str, &str) = ("Authorization", "Bearer admin-token");
pub(crate) const CRON: (&str, &str) = ("Authorization", "Bearer cron-secret");

/// All routes as they are by default, and the driver running.
pub(crate) async fn service() -> Service {
    let service = serve(|builder| builder, with_all_routes).await;
    service.consolidator.start();
    service
}

pub(crate) fn with_all_routes(router: SmsRouter) -> Router {
    router
        .webhook(SmsMobileApi::unsigned())
        .admin_token("admin-token")
        .cron_secret("cron-secret")
        .into_router()
}

/// A service without a driver.
pub(crate) async fn serve(
    set_up: impl FnOnce(Builder<Conversation, SmsMessage>) -> Builder<Conversation, SmsMessage>,
    route: impl FnOnce(SmsRouter) -> Router,
) -> Service {
    let clock = FakeClock::default();
    let classifier = ScriptedClassifier::answering(Label::AGREE);
    let sender = RecordingSender::new();
    let builder =
        Consolidator::builder().clock(clock.clone()).classifier(classifier.clone()).sender(sender.clone());
    let consolidator = set_up(builder).build().unwrap();
    let router = route(SmsRouter::new(consolidator.clone()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    Service { clock, classifier, sender, consolidator, address }
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    head: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let is_it = |line: &&str| line.to_ascii_lowercase().starts_with(&format!("{name}: "));
        self.head.lines().find(is_it).map(|line| line[name.len() + 2..].trim())
    }

    pub(crate) fn message(&self) -> &str {
        self.body["message"].as_str().unwrap()
    }
}

impl Service {
    pub(crate) async fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.call("POST", WEBHOOK_PATH, &[], body).await
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.call("GET", path, headers, "").await
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let body = body.as_ref();
        let length = format!("Content-Length: {}\r\n\r\n", body.len());
        let mut request = [head(method, path, headers).as_bytes(), length.as_bytes()].concat();
        request.extend_from_slice(body);
        self.exchange(&request).await
    }

    /// Sends the body in chunks, so that its length is not announced.
    pub(crate) async fn post_chunked(&self, body: &[u8]) -> Answer {
        let mut request = head("POST", WEBHOOK_PATH, &[("Transfer-Encoding", "chunked")]).into_bytes();
        request.extend_from_slice(b"\r\n");
        for chunk in body.chunks(10_000) {
            request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            request.extend_from_slice(chunk);
            request.extend_from_slice(b"\r\n");
        }
        request.extend_from_slice(b"0\r\n\r\n");
        self.exchange(&request).await
    }

    async fn exchange(&self, request: &[u8]) -> Answer {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        let mut answer = Vec::new();
        let (written, read) = tokio::join!(writer.write_all(request), reader.read_to_end(&mut answer));
        written.unwrap();
        read.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, body: serde_json::from_str(body).unwrap_or_default(), head: head.to_owned() }
    }

    /// The texts of each classified batch so far.
    pub(crate) fn batches(&self) -> Vec<Vec<String>> {
        self.classifier.calls()
    }
}

fn head(method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}")
}

/// A legacy message.
pub(crate) fn sms(guid: &str, number: &str, text: &str) -> String {
    serde_json::json!({"guid": guid, "number": number, "message": text}).to_string()
}

/// A message of version 2, which names the line.
pub(crate) fn event(guid: &str, from: &str, line: &str, text: &str) -> String {
    let data = serde_json::json!({"guid": guid, "from": from, "message": text, "device_id": line});
    serde_json::json!({"type": "sms.received", "data": data}).to_string()
}
