//! A small HTTP server on a loopback port that answers by script, and what the tests need around it.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod aimock;
pub(crate) mod injections;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use serde_json::{Value, json};
use sms_consolidate::{
    BatchIds, Classification, Classifier, ClassifyError, Clock, Context, FakeClock, SmsMessage, SystemClock,
    Timestamp,
};
use sms_consolidate_openai::{Builder, OpenAiClassifier, OpenAiError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use aimock::Aimock;

pub(crate) const API_KEY: &str = "sk-test-4f9a";
pub(crate) const NUMBER: &str = "+639123456789";

/// What the server does with one request.
pub(crate) enum Answer {
    /// Answers with a status, further header lines and a body.
    Body(u16, &'static str, Vec<u8>),
    /// Closes the connection without a word.
    Drop,
    /// Closes the connection in the middle of the body.
    Cut,
    /// Never answers. The channel hears of it when the client has gone.
    Hang(mpsc::UnboundedSender<()>),
}

/// A successful completion whose message has these fields.
pub(crate) fn completion(message: Value, finish_reason: &str) -> Answer {
    let choice = json!({ "index": 0, "message": message, "finish_reason": finish_reason, "logprobs": null });
    ok(
        json!({ "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice] }),
    )
}

/// A completion that names `label`.
pub(crate) fn label(label: &str) -> Answer {
    let content = json!({ "label": label }).to_string();
    completion(json!({ "role": "assistant", "content": content, "refusal": null }), "stop")
}

/// Status 200 with a JSON body.
pub(crate) fn ok(body: Value) -> Answer {
    Answer::Body(200, "", body.to_string().into_bytes())
}

/// An error in OpenAI's form, with further header lines.
pub(crate) fn error(status: u16, code: &str, headers: &'static str) -> Answer {
    let message = format!("the key {API_KEY} and the text that was sent");
    let body = json!({ "error": { "message": message, "type": code, "param": null, "code": code } });
    Answer::Body(status, headers, body.to_string().into_bytes())
}

/// A request as it arrived.
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) raw: String,
    pub(crate) body: Value,
}

impl Request {
    /// The instructions.
    pub(crate) fn system(&self) -> &str {
        self.body["messages"][0]["content"].as_str().unwrap()
    }

    /// The data array.
    pub(crate) fn data(&self) -> Value {
        serde_json::from_str(self.body["messages"][1]["content"].as_str().unwrap()).unwrap()
    }
}

/// The server. It stops with the runtime of the test.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: mpsc::UnboundedReceiver<Request>,
}

impl Server {
    pub(crate) async fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let script: Arc<Mutex<VecDeque<_>>> = Arc::new(Mutex::new(script.into_iter().collect()));
        let (seen, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), seen.clone()));
            }
        });
        Self { url, requests }
    }

    /// The next request; waits for it.
    pub(crate) async fn request(&mut self) -> Request {
        within(self.requests.recv()).await.unwrap()
    }

    /// How many requests have come that nobody has looked at.
    pub(crate) fn unseen(&self) -> usize {
        self.requests.len()
    }
}

async fn serve(
    stream: TcpStream,
    script: Arc<Mutex<VecDeque<Answer>>>,
    seen: mpsc::UnboundedSender<Request>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length?];
        stream.read_exact(&mut body).await.ok()?;
        let raw = String::from_utf8(body).unwrap();
        seen.send(Request { head, body: serde_json::from_str(&raw).unwrap(), raw }).ok()?;
        let answer = script.lock().unwrap().pop_front().unwrap_or(Answer::Body(418, "", Vec::new()));
        match answer {
            Answer::Body(status, headers, body) => {
                let length = body.len();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n");
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(&body).await.ok()?;
            }
            Answer::Drop => return None,
            Answer::Cut => {
                stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 900\r\n\r\n{\"choices\":").await.ok()?;
                return None;
            }
            Answer::Hang(gone) => {
                let _ = stream.read_to_end(&mut Vec::new()).await;
                let _ = gone.send(());
                return None;
            }
        }
    }
}

/// A server, a classifier that asks it, and the clock that the classifier waits on.
pub(crate) struct Rig<S = Server> {
    pub(crate) server: S,
    pub(crate) clock: FakeClock,
    pub(crate) classifier: Arc<OpenAiClassifier>,
}

impl Rig {
    pub(crate) async fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::with(script, |builder| builder).await
    }

    pub(crate) async fn with(
        script: impl IntoIterator<Item = Answer>,
        settings: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let server = Server::start(script).await;
        let url = server.url.clone();
        Self::around(server, url, settings)
    }
}

impl Rig<Aimock> {
    pub(crate) async fn aimock(answers: impl IntoIterator<Item = Value>) -> Self {
        let server = Aimock::start(answers).await;
        let url = format!("{}/v1", server.url);
        Self::around(server, url, |builder| builder)
    }
}

impl<S> Rig<S> {
    fn around(server: S, url: String, settings: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = FakeClock::default();
        let builder = OpenAiClassifier::builder(API_KEY).base_url(url).without_proxy().clock(clock.clone());
        let classifier = Arc::new(settings(builder).build().unwrap());
        Self { server, clock, classifier }
    }

    /// Classifies while the clock stands still.
    pub(crate) async fn classify(&self, texts: &[&str]) -> Result<Classification, ClassifyError> {
        within(self.start(texts)).await.unwrap()
    }

    /// Classifies in a task of its own.
    pub(crate) fn start(&self, texts: &[&str]) -> JoinHandle<Result<Classification, ClassifyError>> {
        let classifier = self.classifier.clone();
        let messages = messages(texts);
        tokio::spawn(async move { classifier.classify(&messages, &context(NUMBER)).await })
    }

    /// When the classifier will ask again; waits until it waits for that. Its other waits are five seconds and more.
    pub(crate) async fn next_request_at(&self) -> Timestamp {
        within(async {
            loop {
                let soon = self.clock.now() + Duration::from_secs(5);
                if let Some(at) = self.clock.next_deadline().filter(|at| *at < soon) {
                    return at;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

pub(crate) fn messages(texts: &[&str]) -> Vec<SmsMessage> {
    texts.iter().map(|text| SmsMessage::new(*text)).collect()
}

pub(crate) fn context(key: &str) -> Context {
    let batch = BatchIds::with_seed(1).next(Timestamp::default());
    Context::new(batch, key, 1, Duration::from_secs(60))
}

/// Whether the failure is retryable, after how long, and its cause.
pub(crate) fn failure(
    result: Result<Classification, ClassifyError>,
) -> (bool, Option<Duration>, OpenAiError) {
    let (retryable, retry_after, source) = match result.unwrap_err() {
        ClassifyError::Retryable { retry_after, source, .. } => (true, retry_after, source),
        ClassifyError::Permanent { source, .. } => (false, None, source),
        other => panic!("{other}"),
    };
    (retryable, retry_after, *source.downcast().unwrap())
}

/// Awaits something that depends on real I/O, and fails the test if it never comes.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    let clock = SystemClock::new();
    tokio::select! {
        value = future => value,
        () = clock.sleep_until(clock.now() + Duration::from_secs(20)) => panic!("nothing happened for 20 s"),
    }
}

thread_local! {
    static LOGGED: RefCell<Vec<(Level, String)>> = const { RefCell::new(Vec::new()) };
}

/// Collects everything that is logged on this thread, by whatever crate. A test and its tasks are one thread.
///
/// One subscriber serves the whole process: tracing caches what subscribers want by place in the code, and with
/// one per thread the cache is wrong for some of them.
pub(crate) struct Logs;

impl Logs {
    pub(crate) fn collect() -> Self {
        static SET: Once = Once::new();
        SET.call_once(|| tracing::subscriber::set_global_default(Self).unwrap());
        LOGGED.take();
        Self
    }

    pub(crate) fn all(&self) -> String {
        LOGGED.with_borrow(|lines| lines.iter().fold(String::new(), |all, (_, line)| all + line + "\n"))
    }

    pub(crate) fn warnings(&self) -> Vec<String> {
        LOGGED.with_borrow(|lines| {
            lines.iter().filter(|(level, _)| *level <= Level::WARN).map(|(_, line)| line.clone()).collect()
        })
    }
}

impl Subscriber for Logs {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut line = Line(format!("span {}:", span.metadata().name()));
        span.record(&mut line);
        LOGGED.with_borrow_mut(|lines| lines.push((Level::TRACE, line.0)));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{}:", event.metadata().target()));
        event.record(&mut line);
        LOGGED.with_borrow_mut(|lines| lines.push((*event.metadata().level(), line.0)));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}
