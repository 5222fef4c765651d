//! Job queues in Node, each in a process of its own: `peers/peers.mjs`.

use std::process::Stdio;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::{Load, Pushers, json};
use crate::{table, traffic};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// Puts what the peers need into place, the first time. An error says why they cannot be measured.
///
/// # Errors
/// Node or npm is missing or failed.
pub async fn install() -> Result<(), String> {
    let node = Command::new("node").arg("--version").output().await;
    if !node.is_ok_and(|output| output.status.success()) {
        return Err("no Node here".to_owned());
    }
    if std::fs::exists(format!("{FOLDER}/node_modules/.package-lock.json")).unwrap_or(false) {
        return Ok(());
    }
    table::line("npm installs the peers into benches/peers/node_modules …");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(FOLDER).stdout(Stdio::null());
    match npm.status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("npm ci failed ({status})")),
        Err(error) => Err(format!("no npm here ({error})")),
    }
}

/// A job queue, and its process, which ends when it is dropped.
#[derive(Debug)]
pub struct Peer {
    _process: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

#[derive(Serialize)]
struct Fill<'a> {
    fill: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct Push<'a> {
    push: PushTerms<'a>,
}

#[derive(Serialize)]
struct PushTerms<'a> {
    pushers: usize,
    ms: u128,
    keys: usize,
    text: &'a str,
}

#[derive(Deserialize)]
struct Pushed {
    messages: f64,
    seconds: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Peer {
    /// Starts `name` on an empty database.
    ///
    /// # Errors
    /// What it said.
    pub async fn start(name: &str, url: &str) -> Result<Self, String> {
        let mut node = Command::new("node");
        node.args([&format!("{FOLDER}/peers.mjs"), name, url]);
        node.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = node.spawn().map_err(|error| format!("Node did not start ({error})"))?;
        let (commands, output) = (process.stdin.take(), process.stdout.take());
        let answers = BufReader::new(output.expect("it is piped")).lines();
        let mut peer = Self { _process: process, commands: commands.expect("it is piped"), answers };
        let ready = peer.answer().await?;
        if ready == "ready" { Ok(peer) } else { Err(ready) }
    }

    async fn answer(&mut self) -> Result<String, String> {
        let line = self.answers.next_line().await;
        line.ok().flatten().ok_or_else(|| "its process ended, see above".to_owned())
    }

    async fn ask(&mut self, command: &impl Serialize) -> Result<String, String> {
        let line = format!("{}\n", json(command));
        self.commands.write_all(line.as_bytes()).await.map_err(|error| error.to_string())?;
        self.answer().await
    }

    /// Empties it and gives each key one message.
    ///
    /// # Errors
    /// What it said.
    pub async fn fill(&mut self, pushers: &Pushers) -> Result<(), String> {
        self.ask(&Fill { fill: pushers.keys.len(), text: &traffic::long_text() }).await.map(drop)
    }

    /// Pushes.
    ///
    /// # Errors
    /// What it said.
    pub async fn load(&mut self, pushers: &Pushers) -> Result<Load, String> {
        let Pushers { count, keys, time } = pushers;
        let (keys, ms, text) = (keys.len(), time.as_millis(), &traffic::long_text());
        let terms = PushTerms { pushers: *count, ms, keys, text };
        let answer = self.ask(&Push { push: terms }).await?;
        let pushed: Pushed = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let per_second = pushed.messages / pushed.seconds;
        Ok(Load { per_second, p50_ms: pushed.p50_ms, p99_ms: pushed.p99_ms })
    }
}
