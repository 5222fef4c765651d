//! aimock, a stand-in for the OpenAI API that others wrote: each test runs one of its own, and reads in its journal
//! what arrived.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use super::within;

const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("../aimock/package.json")),
    ("package-lock.json", include_str!("../aimock/package-lock.json")),
    ("start.mjs", include_str!("../aimock/start.mjs")),
];

const NEEDED: &str = "these tests need Node 20.15 or newer with npm (https://nodejs.org; macOS: brew install node), and \
                      the first time the npm registry";

/// An answer with this text.
pub(crate) fn says(content: &str) -> Value {
    json!({ "response": { "content": content } })
}

/// An answer that names `label`.
pub(crate) fn labels(label: &str) -> Value {
    says(&json!({ "label": label }).to_string())
}

/// An error in OpenAI's form; with 429 it asks to wait `retry_after` seconds.
pub(crate) fn fails(status: u16, code: &str, retry_after: u32) -> Value {
    let error = json!({ "message": "not now", "type": code, "code": code });
    json!({ "response": { "status": status, "error": error, "retryAfter": retry_after } })
}

/// An answer that goes wrong, in one of the ways that aimock calls chaos.
pub(crate) fn chaos(kind: &str, value: u32) -> Value {
    json!({ "response": { "content": r#"{"label":"AGREE"}"# }, "chaos": { kind: value } })
}

/// A call as the journal has it.
pub(crate) struct Call {
    pub(crate) path: String,
    /// The status of its answer; 0 if the connection was dropped.
    pub(crate) status: u64,
    pub(crate) headers: Value,
    pub(crate) body: Value,
}

/// aimock, in a process of its own that ends when this is dropped.
pub(crate) struct Aimock {
    pub(crate) url: String,
    http: reqwest::Client,
    output: Lines<BufReader<ChildStdout>>,
    _input: ChildStdin,
    _process: Child,
}

impl Aimock {
    /// Starts it. It will give `answers`, one after the other, and after them status 404.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Value>) -> Self {
        let mut node = tokio::process::Command::new("node");
        node.arg("start.mjs").current_dir(installed()).env_remove("AIMOCK_API_KEYS");
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = node.spawn().unwrap_or_else(|error| panic!("node: {error}; {NEEDED}"));
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut output = BufReader::new(output).lines();
        let url = within(output.next_line()).await.unwrap().expect("aimock starts, or says above why not");
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let aimock = Self { url, http, output, _input: input, _process: process };
        aimock.answer(answers).await;
        aimock
    }

    async fn answer(&self, answers: impl IntoIterator<Item = Value>) {
        let in_turn = answers.into_iter().enumerate().map(|(turn, mut answer)| {
            answer["match"] = json!({ "endpoint": "chat", "sequenceIndex": turn });
            answer
        });
        let body = json!({ "fixtures": in_turn.collect::<Vec<_>>() }).to_string();
        let url = format!("{}/__aimock/fixtures", self.url);
        let answer = within(self.http.post(url).body(body).send()).await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// Waits for the next request to arrive.
    pub(crate) async fn arrival(&mut self) {
        assert_eq!(within(self.output.next_line()).await.unwrap().as_deref(), Some("arrived"));
    }

    /// Every call that was answered, the oldest first.
    pub(crate) async fn journal(&self) -> Vec<Call> {
        let url = format!("{}/__aimock/journal", self.url);
        let answer = within(self.http.get(url).send()).await.unwrap();
        let entries: Vec<Value> = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        entries.into_iter().map(Call::read).collect()
    }

    /// The statuses of the calls that were answered.
    pub(crate) async fn statuses(&self) -> Vec<u64> {
        self.journal().await.iter().map(|call| call.status).collect()
    }
}

impl Call {
    fn read(mut entry: Value) -> Self {
        let mut body = entry["body"].take();
        // A note of aimock's own, which did not arrive.
        body.as_object_mut().expect("what arrived was a JSON object").remove("_endpointType");
        Self {
            path: entry["path"].as_str().unwrap().to_owned(),
            status: entry["response"]["status"].as_u64().unwrap(),
            headers: entry["headers"].take(),
            body,
        }
    }
}

/// The folder that holds aimock. The first test to ask puts it there.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("aimock");
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.join("lock")).unwrap();
        lock.lock().expect("another test program may be installing it");
        let is_current = |(name, text): &(&str, &str)| {
            fs::read_to_string(folder.join(name)).is_ok_and(|found| found == *text)
        };
        let done = folder.join("node_modules/.package-lock.json");
        if !(done.exists() && FILES.iter().all(is_current)) {
            for (name, text) in FILES {
                fs::write(folder.join(name), text).unwrap();
            }
            install(&folder);
        }
        folder
    })
}

fn install(folder: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder);
    let output = npm.output().unwrap_or_else(|error| panic!("npm: {error}; {NEEDED}"));
    assert!(output.status.success(), "npm ci: {}\n{NEEDED}", String::from_utf8_lossy(&output.stderr));
}
