//! Webhooks against the vendors' own libraries, published on PyPI.
//!
//! For each gateway a Python script writes requests, one JSON object a line, as [`Case`] has them. Where the vendor's
//! library signs, it signed them; where it verifies, `accepted` is its verdict. The router must agree on each one.
//!
//! Replies are compared with what the vendors' libraries send, and with what Twilio publishes on npm.
//!
//! The libraries are installed once, into folders below the build's, by `python3 -m venv` and pip, and by npm. Where
//! that fails, so do the tests.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod node;
mod outbound_twilio;
mod plivo;
mod segments;
mod sinch;
mod sinch_conversation;
mod telnyx;
mod twilio;
mod vonage;
mod vonage_messages;
mod whatsapp_cloud;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use axum::Router;
use serde::Deserialize;
use sms_consolidate::{
    Consolidator, Conversation, FakeClock, ReplyTemplates, RuleClassifier, SmsMessage, Timestamp,
};
use sms_consolidate_axum::SmsRouter;
use sms_consolidate_providers::inbound::Inbound;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// When every request arrives, in seconds since the Unix epoch. Scripts are given it.
const NOW_SECONDS: i64 = 1_790_000_000;

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");

/// One request, and whether it must be accepted.
#[derive(Debug, Deserialize)]
struct Case {
    name: String,
    method: String,
    /// Path and query, as they are sent.
    target: String,
    headers: Vec<(String, String)>,
    /// The body in hex.
    body: String,
    accepted: bool,
    /// How many messages are stored by it, if it is accepted.
    messages: u64,
}

/// Sends what `script` writes to a router with `gateway` at `/in`, and checks every answer: 200 and the messages
/// stored, or 401 and nothing.
async fn agrees(script: &str, gateway: impl Inbound) {
    let cases = cases(script);
    let (accepted, refused): (Vec<_>, Vec<_>) = cases.iter().partition(|case| case.accepted);
    assert!(!accepted.is_empty() && !refused.is_empty(), "{script} writes requests of both kinds");
    let service = Service::with(gateway).await;
    for case in &cases {
        let before = service.stored().await;
        let (status, answer) = service.send(case).await;
        let stored = service.stored().await - before;
        let expected = if case.accepted { (200, case.messages) } else { (401, 0) };
        assert_eq!((status, stored), expected, "{script}, {}: {answer}", case.name);
    }
}

struct Service {
    address: SocketAddr,
    consolidator: Consolidator<Conversation, SmsMessage>,
}

impl Service {
    /// A router with `gateway` at `/in`, whose clock stands at [`NOW_SECONDS`].
    async fn with(gateway: impl Inbound) -> Self {
        let clock = FakeClock::new(Timestamp::from_unix_millis(NOW_SECONDS * 1_000));
        let builder = Consolidator::builder().clock(clock).classifier(RuleClassifier::default());
        let consolidator = builder.replies(ReplyTemplates::off()).build().unwrap();
        let router: Router = SmsRouter::new(consolidator.clone()).webhook_at("/in", gateway).into_router();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, consolidator }
    }

    async fn stored(&self) -> u64 {
        self.consolidator.stats().await.unwrap().totals.accepted
    }

    /// Sends the request byte for byte, and returns the answer's status and text.
    async fn send(&self, case: &Case) -> (u16, String) {
        let body = hex::decode(&case.body).unwrap();
        let mut request = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", case.method, case.target);
        for (name, value) in &case.headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&[request.as_bytes(), &body].concat()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

/// What `script` writes, run with [`NOW_SECONDS`] as its argument.
fn cases(script: &str) -> Vec<Case> {
    let output = Command::new(&*PYTHON)
        .arg(Path::new(SCRIPTS).join(script))
        .arg(NOW_SECONDS.to_string())
        .output()
        .unwrap_or_else(|error| panic!("{} does not run: {error}", PYTHON.display()));
    assert!(output.status.success(), "{script} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

/// A Python that has the vendors' libraries.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let wanted = fs::read_to_string(Path::new(SCRIPTS).join("requirements.txt")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdks");
    let python = folder.join("bin/python");
    // Written last: what an interrupted installation left is not used.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return python;
    }
    let _ = fs::remove_dir_all(&folder);
    let venv = ["-m", "venv"];
    run(
        Command::new("python3").args(venv).arg(&folder),
        "Python 3.10 or newer with venv is needed: apt-get install python3-venv",
    );
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(
        Command::new(&python).args(pip).arg(Path::new(SCRIPTS).join("requirements.txt")),
        "The vendors' libraries come from PyPI.",
    );
    fs::write(&installed, wanted).unwrap();
    python
});

/// What `command` writes.
fn run(command: &mut Command, to_get_it: &str) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}. {to_get_it}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed. {to_get_it}\n{said}");
    String::from_utf8(output.stdout).unwrap()
}
