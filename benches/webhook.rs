//! What a webhook call costs the server, against a bare handler that parses the same body; and the same with SQLite
//! behind it, against a bare handler that has the same row committed in the same grouped way.
//!
//! Each server is a process of its own, this program started again, so that its processor time is counted alone. The
//! load comes from this process over loopback.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::{Json, Router, routing};
use serde::{Deserialize, Serialize};
use sms_consolidate::store::Store;
use sms_consolidate::{Consolidator, Conversation, ReplyTemplates, RuleClassifier, SmsMessage, Window};
use sms_consolidate_axum::{SmsRouter, WEBHOOK_PATH};
use sms_consolidate_benches::contenders::unbounded_store;
use sms_consolidate_benches::durable::{ByHand, HandSqlite};
use sms_consolidate_benches::table::{self, Table, figures, verdict};
use sms_consolidate_benches::time::median;
use sms_consolidate_benches::{machine, settings, time, traffic};
use sms_consolidate_providers::inbound::SmsMobileApi;
use sms_consolidate_sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const SERVE: &str = "BENCH_SERVE";
const FOLDER: &str = "BENCH_SERVE_FOLDER";
/// Each pair is a table: the bare handler, and the router.
const IN_MEMORY: [&str; 2] = ["bare handler", "router"];
const IN_SQLITE: [&str; 2] = ["bare handler, SQLite", "router, SQLite"];
const CONNECTIONS: usize = 64;
/// Half of the machine this is measured on serves, half of it calls.
const SERVER_THREADS: usize = 2;
const CLIENT_THREADS: usize = 2;
const REACH: f64 = 1.15;
/// The share of the bare handler's calls per second that the router is to reach with SQLite behind both.
const SHARE: f64 = 0.8;
/// The longest answer that the load generator reads.
const ANSWER_BYTES: usize = 4_096;

fn main() {
    if let Ok(name) = std::env::var(SERVE) {
        return runtime(SERVER_THREADS).block_on(serve(&name));
    }
    machine::describe("webhook");
    contest(&IN_MEMORY, settings::scaled(200_000));
    // A call waits for the disk.
    contest(&IN_SQLITE, settings::scaled(50_000));
}

fn contest(names: &[&str; 2], calls: usize) {
    let calls = calls.next_multiple_of(CONNECTIONS);
    let rounds = settings::rounds(5);
    let runtime = runtime(CLIENT_THREADS);
    let servers = names.map(Server::start);
    let mut measured: [Vec<Load>; 2] = Default::default();
    for round in 0..=rounds {
        for position in 0..names.len() {
            let turn = (round + position) % names.len();
            let load = servers[turn].load(&runtime, round * calls, calls);
            // The first round warms the servers up.
            if round > 0 {
                measured[turn].push(load);
            }
        }
    }
    print(names, calls, rounds, &measured);
}

fn print(names: &[&str; 2], calls: usize, rounds: usize, measured: &[Vec<Load>; 2]) {
    let of = |loads: &[Load], part: fn(&Load) -> f64| median(loads.iter().map(part).collect());
    let ratio = |loads: &[Load], part: fn(&Load) -> f64| {
        median(loads.iter().zip(&measured[0]).map(|(load, bare)| part(load) / part(bare)).collect())
    };
    let title = format!(
        "webhook: {calls} calls over {CONNECTIONS} connections, {SERVER_THREADS} threads serve, \
         {CLIENT_THREADS} call (median of {rounds} rounds)"
    );
    let columns = ["contender", "calls/s", "× bare", "CPU µs/call", "× bare", "reach"];
    let mut table = Table::new(title, &columns);
    for (name, loads) in names.iter().zip(measured) {
        let (speed, cpu) = (ratio(loads, |load| load.calls_per_second), ratio(loads, |load| load.cpu_us));
        let reach = match *name {
            name if name == IN_MEMORY[1] => format!("CPU ≤ {REACH} {}", verdict(cpu <= REACH)),
            name if name == IN_SQLITE[1] => format!("calls/s ≥ {SHARE} {}", verdict(speed >= SHARE)),
            _ => String::new(),
        };
        table.row([
            (*name).to_owned(),
            format!("{:.0}", of(loads, |load| load.calls_per_second)),
            figures(speed),
            figures(of(loads, |load| load.cpu_us)),
            figures(cpu),
            reach,
        ]);
    }
    table.print();
}

fn runtime(threads: usize) -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads).enable_all().build().expect("a runtime starts")
}

/// What the same body holds, for the bare handler.
#[derive(Deserialize)]
struct Posted {
    guid: String,
    number: String,
    message: String,
}

#[derive(Serialize)]
struct Answer {
    status: &'static str,
    message: &'static str,
    message_count: usize,
    processed: usize,
    skipped: usize,
}

async fn bare(Json(posted): Json<Posted>) -> Json<Answer> {
    std::hint::black_box((posted.guid, posted.number, posted.message));
    Json(Answer { status: "success", message: "1 stored", message_count: 1, processed: 1, skipped: 0 })
}

/// The same, and answers once the message is on the disk.
async fn bare_sqlite(State(by_hand): State<HandSqlite>, Json(posted): Json<Posted>) -> Json<Answer> {
    let message = SmsMessage::new(posted.message).with_id(posted.guid);
    by_hand.append(posted.number, &message).await;
    Json(Answer { status: "success", message: "1 stored", message_count: 1, processed: 1, skipped: 0 })
}

fn sms(store: impl Store<Conversation, SmsMessage>) -> Router {
    // No window ends while calls are counted.
    let consolidator = Consolidator::<Conversation, SmsMessage>::builder()
        .window(Window::fixed(Duration::from_secs(3_600)))
        .store(store)
        .classifier(RuleClassifier::default())
        .replies(ReplyTemplates::off())
        .build()
        .expect("a classifier is given, and replies are off");
    consolidator.start();
    SmsRouter::new(consolidator).webhook(SmsMobileApi::unsigned()).into_router()
}

async fn serve(name: &str) {
    let path = PathBuf::from(std::env::var_os(FOLDER).unwrap_or_default()).join("webhook.db");
    let sqlite = || SqliteStore::<Conversation, SmsMessage>::open(&path).expect("the file can be opened");
    let app = match name {
        name if name == IN_MEMORY[0] => Router::new().route(WEBHOOK_PATH, routing::post(bare)),
        name if name == IN_MEMORY[1] => sms(unbounded_store()),
        name if name == IN_SQLITE[0] => {
            // Makes the tables.
            drop(sqlite());
            let by_hand = HandSqlite::start(&path);
            Router::new().route(WEBHOOK_PATH, routing::post(bare_sqlite)).with_state(by_hand)
        }
        _ => sms(sqlite()),
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback has a free port");
    table::line(&listener.local_addr().expect("it is bound").to_string());
    axum::serve(listener, app).await.expect("serving does not end");
}

/// A server in a process of its own. Dropping it ends that process.
struct Server {
    process: Child,
    address: SocketAddr,
    /// Of its file. Not its own to remove, because it is killed.
    _folder: TempDir,
}

struct Load {
    calls_per_second: f64,
    cpu_us: f64,
}

impl Server {
    fn start(name: &str) -> Self {
        let folder = TempDir::new().expect("a folder for a file");
        let program = std::env::current_exe().expect("this program has a path");
        let mut process = Command::new(program)
            .env(SERVE, name)
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let output = process.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
        let address = line.trim().parse().expect("that is an address");
        Self { process, address, _folder: folder }
    }

    /// Makes `calls` calls, the first one of them the `from`th message.
    fn load(&self, runtime: &Runtime, from: usize, calls: usize) -> Load {
        let before = self.cpu();
        let spent = runtime.block_on(async {
            let each = calls / CONNECTIONS;
            let connections = (0..CONNECTIONS)
                .map(|connection| tokio::spawn(call_many(self.address, from + connection * each, each)));
            let connections: Vec<_> = connections.collect();
            let started: Instant = time::now();
            for connection in connections {
                connection.await.expect("every call is answered with 200");
            }
            started.elapsed()
        });
        let cpu_us = (self.cpu() - before).as_secs_f64() * 1e6;
        Load { calls_per_second: calls as f64 / spent.as_secs_f64(), cpu_us: cpu_us / calls as f64 }
    }

    /// The processor time that the server has taken so far, its threads' together, as the kernel's scheduler counts it.
    fn cpu(&self) -> Duration {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.process.id()));
        let ran = threads.expect("the server runs").flatten().filter_map(|thread| {
            let line = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
            line.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(ran.sum())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has no state to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn call_many(address: SocketAddr, from: usize, calls: usize) {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("loopback knows nodelay");
    let (mut body, mut answer) = (Vec::new(), vec![0; ANSWER_BYTES]);
    for number in from..from + calls {
        body.clear();
        traffic::write_webhook(&mut body, number);
        let mut request = format!(
            "POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(&body);
        stream.write_all(&request).await.expect("the server reads");
        read_answer(&mut stream, &mut answer).await;
    }
}

/// Reads one answer whole. Both servers write a short one with its length.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("the server answers");
        assert_ne!(read, 0, "the server keeps the connection open, and answers briefly");
        filled += read;
        let text = String::from_utf8_lossy(&buffer[..filled]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200"), "{text}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("the answer has a length");
        if body.len() >= length {
            return;
        }
    }
}
