//! Replies through Twilio against its own client from PyPI, and against a server that acts as its specification says.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use sms_consolidate::{BatchIds, Conversation, Receipt, Reply, ReplySender, Timestamp};
use sms_consolidate_providers::outbound::{HttpClient, TwilioSender, TwilioSenderBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::node::{node, specification};
use crate::{PYTHON, SCRIPTS, run};

const ACCOUNT: &str = "AC0123456789abcdef0123456789ABCDEF";
const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";
const TEXT: &str = "See you: 7 & 8 + 9 = 24 👍 ñ\nBye";

/// What of a request must be the same.
#[derive(Debug, PartialEq)]
struct Request {
    line: String,
    authorization: String,
    content_type: Option<String>,
    query: BTreeSet<(String, String)>,
    form: BTreeSet<(String, String)>,
}

impl Request {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        let header = |name: &str| {
            let mut headers = headers.lines().filter_map(|line| line.split_once(": "));
            headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let (method, target) = line.strip_suffix(" HTTP/1.1").unwrap().split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = |text: &str| form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        Self {
            line: format!("{method} {path}"),
            authorization: header("authorization").unwrap(),
            // The client names one for a GET as well, which has no body.
            content_type: header("content-type").filter(|_| !body.is_empty()),
            query: pairs(query),
            form: pairs(body),
        }
    }
}

/// Answers so many requests as Twilio does, and resolves to them.
async fn capture(requests: usize) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let captured = tokio::spawn(async move {
        let mut captured = Vec::new();
        while captured.len() < requests {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            let (status, body) = match request.starts_with("POST") {
                true => ("201 Created", r#"{"sid":"SM1","status":"queued"}"#),
                false => ("200 OK", r#"{"messages":[],"next_page_uri":null}"#),
            };
            let headers = "Connection: close\r\nContent-Type: application/json";
            let answer =
                format!("HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            captured.push(request);
        }
        captured
    });
    (url, captured)
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "the request ends early");
        let text = String::from_utf8(request.clone()).unwrap_or_default();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return text;
        }
    }
}

/// A sender that signs in with the account's token.
fn with_token(url: &str) -> TwilioSenderBuilder {
    TwilioSender::builder(ACCOUNT, "t0ken&+ /?").base_url(url)
}

fn built(builder: TwilioSenderBuilder) -> TwilioSender {
    builder.http(HttpClient::builder().without_proxy().build().unwrap()).build().unwrap()
}

fn reply(to: &str, text: &str) -> Reply<Conversation> {
    Reply::new(BatchIds::with_seed(1).next(Timestamp::from_unix_millis(0)), to.parse().unwrap(), text)
}

/// A sender, whom it replies to, and what Twilio's client is told to do the same.
struct Case {
    sender: fn(&str) -> TwilioSenderBuilder,
    to: &'static str,
    call: &'static str,
    arguments: Value,
}

fn cases() -> Vec<Case> {
    let to = "+639123456789>+15551230000";
    let create = |sender, to, arguments| Case { sender, to, call: "create", arguments };
    let list = |sender, to, arguments| Case { sender, to, call: "list", arguments };
    vec![
        create(with_token, to, json!({"to": "+639123456789", "from_": "+15551230000", "body": TEXT})),
        create(
            with_token,
            "+639123456789>12345",
            json!({"to": "+639123456789", "from_": "12345", "body": TEXT}),
        ),
        create(
            |url| with_token(url).from("+15559990000"),
            "+639123456789>office-1",
            json!({"to": "+639123456789", "from_": "+15559990000", "body": TEXT}),
        ),
        create(
            |url| with_token(url).messaging_service(SERVICE).status_callback("https://example.com/s?a=b&c=d"),
            to,
            json!({
                "to": "+639123456789", "from_": "+15551230000", "messaging_service_sid": SERVICE, "body": TEXT,
                "status_callback": "https://example.com/s?a=b&c=d",
            }),
        ),
        create(
            |url| with_token(url).messaging_service(SERVICE),
            "+639123456789",
            json!({"to": "+639123456789", "messaging_service_sid": SERVICE, "body": TEXT}),
        ),
        create(
            |url| TwilioSender::builder_with_api_key(ACCOUNT, "SK1", "s3cret").base_url(url),
            to,
            json!({"to": "+639123456789", "from_": "+15551230000", "body": TEXT}),
        ),
        list(with_token, to, json!({"to": "+639123456789", "from_": "+15551230000", "page_size": 20})),
        list(
            |url| with_token(url).messaging_service(SERVICE),
            "+639123456789",
            json!({"to": "+639123456789", "page_size": 20}),
        ),
    ]
}

/// What our sender asks in these cases.
async fn our_requests(cases: &[Case]) -> Vec<String> {
    let (url, captured) = capture(cases.len()).await;
    for case in cases {
        let (sender, reply) = (built((case.sender)(&url)), reply(case.to, TEXT));
        match case.call {
            "create" => assert_eq!(sender.send(&reply).await.unwrap(), Receipt::new("SM1")),
            _ => assert_eq!(sender.look_up(&reply).await, None),
        }
    }
    captured.await.unwrap()
}

#[tokio::test]
async fn requests_are_those_of_twilios_client() {
    let cases = cases();
    let ours = our_requests(&cases).await;
    let (url, theirs) = capture(cases.len()).await;
    let calls = cases.iter().zip(&ours).map(|(case, ours)| {
        let (user, secret) = match ours.contains("Basic U0sx") {
            true => ("SK1", "s3cret"),
            false => (ACCOUNT, "t0ken&+ /?"),
        };
        let (call, arguments) = (case.call, &case.arguments);
        json!({"account": ACCOUNT, "user": user, "secret": secret, "call": call, "arguments": arguments})
    });
    let calls = Value::from_iter(calls).to_string();
    let script = tokio::task::spawn_blocking(move || {
        let mut python = Command::new(&*PYTHON);
        python.arg(Path::new(SCRIPTS).join("outbound_twilio.py")).args([url, calls]);
        run(python.env("NO_PROXY", "*"), "Twilio's client failed");
    });
    script.await.unwrap();
    for (ours, theirs) in ours.iter().zip(theirs.await.unwrap()) {
        assert_eq!(Request::read(ours), Request::read(&theirs));
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Prism, which answers requests that Twilio's specification allows with its examples, and refuses others.
struct Prism {
    process: Child,
    url: String,
}

impl Prism {
    /// Starts it and waits until it listens.
    fn start() -> Self {
        // Prism cannot choose a port by itself, and until it listens somebody else may have taken this one.
        (0..5).find_map(|_| Self::start_on(free_port())).expect("Prism listens")
    }

    /// `None` if it ends before it listens.
    fn start_on(port: u16) -> Option<Self> {
        let port = port.to_string();
        let mut process = node()
            .args(["node_modules/@stoplight/prism-cli/dist/index.js", "mock", "--host", "127.0.0.1"])
            .args(["--port", &port])
            .arg(specification())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listens = lines.any(|line| line.unwrap().contains("Prism is listening"));
        // It stops if nobody takes in what it says.
        std::thread::spawn(move || lines.count());
        let this = Self { process, url: format!("http://127.0.0.1:{port}") };
        listens.then_some(this)
    }

    /// Sends `request` as it is, and returns the whole answer.
    async fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).await.unwrap();
        let request = request.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn requests_and_answers_are_those_of_the_specification() {
    let prism = tokio::task::spawn_blocking(Prism::start).await.unwrap();
    let requests = our_requests(&cases()).await;
    for request in &requests {
        let answer = prism.send(request).await;
        let expected = if request.starts_with("POST") { "HTTP/1.1 201" } else { "HTTP/1.1 200" };
        assert!(answer.starts_with(expected), "{request}\n{answer}");
        // The examples of a list's addresses have no host, which is theirs to mend.
        assert!(!answer.contains(r#""location":["request""#), "{request}\n{answer}");
    }
    // It does refuse what is wrong.
    let refused = prism.send(&requests[0].replace("To=", "Ot=")).await;
    assert!(refused.starts_with("HTTP/1.1 422"), "{refused}");

    // The published examples of answers are understood.
    let sender = built(with_token(&prism.url));
    let receipt = sender.send(&reply("+639123456789>+15551230000", TEXT)).await.unwrap();
    assert_eq!(receipt, Receipt::new("SMaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    let list = prism.send(requests.iter().find(|request| request.starts_with("GET")).unwrap()).await;
    let list: Value = serde_json::from_str(list.split_once("\r\n\r\n").unwrap().1).unwrap();
    let example = list["messages"].as_array().unwrap().iter();
    let example = example.clone().find(|message| message["direction"] == "outbound-api").unwrap_or(&list);
    let of = |field: &str| example[field].as_str().unwrap_or_else(|| panic!("{list}"));
    let sent = reply(&format!("{}>{}", of("to"), of("from")), of("body"));
    assert_eq!(built(with_token(&prism.url)).look_up(&sent).await, Some(Receipt::new(of("sid"))));
}
