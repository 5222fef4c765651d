//! The server example as a child process, and what it talks to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Long enough for a busy machine; nothing waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(60);

/// `cargo test` builds examples beside the tests.
fn command(environment: &[(&str, &str)]) -> Command {
    let test = std::env::current_exe().unwrap();
    let server: PathBuf = test.parent().unwrap().parent().unwrap().join("examples").join("server");
    assert!(server.exists(), "{} is missing: run `cargo test -p sms-consolidate-examples`", server.display());
    let mut command = Command::new(server);
    command.env_clear().env("BIND", "127.0.0.1:0").envs(environment.iter().copied());
    command
}

/// Runs the server to its end, which must come by itself.
pub(crate) fn run(environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    command(environment).args(arguments).output().unwrap()
}

pub(crate) struct Server {
    child: Child,
    lines: Receiver<String>,
    /// Everything that it has printed so far.
    pub(crate) seen: Vec<String>,
    address: SocketAddr,
}

impl Server {
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let mut child = command(environment).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let mut server = Self { child, lines, seen: Vec::new(), address: ([127, 0, 0, 1], 0).into() };
        let line = server.wait_for("127.0.0.1:");
        let port = line.split("127.0.0.1:").nth(1).unwrap();
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        server.address.set_port(port.parse().unwrap());
        server
    }

    /// The next line that contains `part`.
    pub(crate) fn wait_for(&mut self, part: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                panic!("nothing with {part:?} in:\n{}", self.seen.join("\n"));
            });
            self.seen.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Posts a legacy message.
    pub(crate) fn text(&self, guid: &str, number: &str, text: &str) {
        self.post(&serde_json::json!({"guid": guid, "number": number, "message": text}).to_string());
    }

    /// Posts to the webhook, which must accept it.
    pub(crate) fn post(&self, body: &str) {
        let answer = self.call("POST /api/webhook/sms-received", "", body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// One call; `call` is the method and the path, and each header ends a line.
    pub(crate) fn call(&self, call: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        let head = format!("Host: x\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n");
        stream.write_all(format!("{call} HTTP/1.1\r\n{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// SIGTERM; the server must end well. Returns all that it has printed.
    pub(crate) fn terminate(mut self) -> Vec<String> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.wait_for("SIGTERM: stopping");
        self.wait_for("Stopped.");
        assert!(self.child.wait().unwrap().success());
        self.seen.extend(self.lines.iter());
        std::mem::take(&mut self.seen)
    }
}

/// A test that failed leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An HTTP service that gives every request the same answer. Returns its URL, and the requests as they come in.
pub(crate) fn outside(answer: &'static str) -> (String, Receiver<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, requests) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = sender.send(read_request(&stream));
            let length = answer.len();
            let head =
                format!("Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close");
            let _ = stream.write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{answer}").as_bytes());
        }
    });
    (url, requests)
}

fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut request).unwrap(), 0, "{request}");
    }
    let length = request.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    request + &String::from_utf8(body).unwrap()
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
