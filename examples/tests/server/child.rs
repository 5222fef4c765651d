//! The server as a child process, and the services on loopback ports that it calls.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long a test waits for any one thing.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const WEBHOOK: &str = "/api/webhook/sms-received";

/// Not the number of the `curl` line that the server prints.
pub(crate) const ANA: &str = "+639281112222";
pub(crate) const ANA_MASKED: &str = "+63928•••2222";

/// Messages close their batch at once.
pub(crate) const ONE_A_BATCH: (&str, &str) = ("CONSOLIDATION_MAX_MESSAGES", "1");
pub(crate) const TWO_A_BATCH: (&str, &str) = ("CONSOLIDATION_MAX_MESSAGES", "2");
pub(crate) const THREE_A_BATCH: (&str, &str) = ("CONSOLIDATION_MAX_MESSAGES", "3");

/// Cargo builds the examples of a package before it runs all of its tests, and puts them beside the directory of
/// the test binaries.
fn executable() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.ancestors().nth(2).unwrap().join("examples/server");
    assert!(path.exists(), "{} is not built: cargo build --examples", path.display());
    path
}

/// A child that is killed when the test is over, however it ends.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    errors: Option<JoinHandle<String>>,
    seen: Vec<String>,
    /// Where it runs, and keeps its file.
    folder: Arc<TempDir>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Nothing of the environment of the tests reaches it, except where to find programs.
    pub(crate) fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), arguments, environment)
    }

    fn start_in(folder: Arc<TempDir>, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(executable())
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Self { child, lines, errors: Some(errors), seen: Vec::new(), folder }
    }

    /// The next line that holds `part`.
    pub(crate) fn line(&mut self, part: &str) -> String {
        loop {
            match self.next_line() {
                Some(line) if line.contains(part) => return line,
                Some(_) => {}
                None => panic!("it ended without a line with {part:?}: {:#?}", self.seen),
            }
        }
    }

    /// `None` at the end of the output.
    fn next_line(&mut self) -> Option<String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                self.seen.push(line.clone());
                Some(line)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing more after {:#?}", self.seen),
        }
    }

    /// What it has written so far, as far as a test has waited for it.
    pub(crate) fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Waits until it has ended. Returns how, every line of its output, and what it wrote to standard error.
    pub(crate) fn end(mut self) -> (ExitStatus, Vec<String>, String) {
        while self.next_line().is_some() {}
        let errors = self.errors.take().unwrap().join().unwrap();
        (self.child.wait().unwrap(), std::mem::take(&mut self.seen), errors)
    }

    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

fn lines_of(output: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        // Once the test is over nobody wants the rest.
        BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
    });
    lines
}

/// A server that listens.
pub(crate) struct Server {
    pub(crate) process: Process,
    address: String,
}

impl Server {
    /// On a free port, with a window that does not end while the test runs, unless `environment` sets another.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        Self::start_in(Arc::new(tempfile::tempdir().unwrap()), environment)
    }

    pub(crate) fn start_in(folder: Arc<TempDir>, environment: &[(&str, &str)]) -> Self {
        let defaults = [("BIND", "127.0.0.1:0"), ("CONSOLIDATION_WINDOW", "60m")];
        let mut process = Process::start_in(folder, &[], &[&defaults, environment].concat());
        let line = process.line("127.0.0.1:");
        let (_, port) = line.split_once("127.0.0.1:").unwrap();
        let digits = port.chars().take_while(char::is_ascii_digit);
        let address = format!("127.0.0.1:{}", digits.collect::<String>());
        Self { process, address }
    }

    /// Where it runs.
    pub(crate) fn folder(&self) -> Arc<TempDir> {
        Arc::clone(&self.process.folder)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn line(&mut self, part: &str) -> String {
        self.process.line(part)
    }

    /// Posts one text from Ana.
    pub(crate) fn text(&self, guid: &str, text: &str) {
        let body = json!({"guid": guid, "number": ANA, "message": text});
        let (status, answer) = self.post(&body);
        assert_eq!((status, &answer["status"]), (200, &json!("success")), "{answer}");
    }

    pub(crate) fn post(&self, body: &Value) -> (u16, Value) {
        self.call("POST", WEBHOOK, "", &body.to_string())
    }

    /// `headers` are whole lines.
    pub(crate) fn call(&self, method: &str, path: &str, headers: &str, body: &str) -> (u16, Value) {
        let (status, _, body) = self.exchange(method, path, headers, body);
        (status, body)
    }

    /// The status, the head in lower case, and the body.
    pub(crate) fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> (u16, String, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), serde_json::from_str(body).unwrap_or_default())
    }

    /// Sends it a signal and waits until it has ended, which must be without an error. Returns all of its output.
    pub(crate) fn stop(self, signal: &str) -> Vec<String> {
        self.process.signal(signal);
        let (status, lines, errors) = self.process.end();
        assert_eq!((status.code(), &*errors), (Some(0), ""), "{lines:#?}");
        lines
    }
}

/// The lines that hold `part`.
pub(crate) fn with<'a>(lines: &'a [String], part: &str) -> Vec<&'a str> {
    lines.iter().map(String::as_str).filter(|line| line.contains(part)).collect()
}

/// A service on a loopback port that gives everybody the same answer.
pub(crate) struct Fake {
    pub(crate) url: String,
    requests: Receiver<(String, String)>,
}

impl Fake {
    pub(crate) fn answering(body: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::channel();
        let body = body.to_string();
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let request = read_request(&mut stream);
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
                if sender.send(request).is_err() {
                    break;
                }
            }
        });
        Self { url, requests }
    }

    /// The head and the body of the next request; waits for it.
    pub(crate) fn request(&self) -> (String, String) {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }

    pub(crate) fn has_more_requests(&self) -> bool {
        self.requests.try_recv().is_ok()
    }
}

fn read_request(stream: &mut BufReader<TcpStream>) -> (String, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).unwrap(), 0, "the request ended early: {head}");
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// Where nobody listens: unlike a port that was free a moment ago, this one is given to nobody.
pub(crate) const NOWHERE: &str = "http://127.0.0.1:1";
