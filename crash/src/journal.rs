//! What was seen, written down so that it outlives the process: JSON, a line each.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Lines that are in the file once [`write`](Self::write) has returned, even if the process is killed right then.
#[derive(Debug)]
pub struct Journal(File);

impl Journal {
    /// Goes on with the file, or begins it.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Adds a line.
    ///
    /// # Panics
    /// If it cannot be written: a test without its journal shows nothing.
    pub fn write(&self, line: &impl Serialize) {
        let mut text = serde_json::to_vec(line).expect("lines are plain data");
        text.push(b'\n');
        // Unbuffered and in one call, so that a kill leaves a whole line or none.
        (&self.0).write_all(&text).expect("the journal can be written");
    }
}

/// Every line of a journal, in order. There is none if there is no file.
///
/// # Panics
/// If the file cannot be read, or is not such a journal.
#[must_use]
pub fn read<T: DeserializeOwned>(path: impl AsRef<Path>) -> Vec<T> {
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => panic!("{}: {error}", path.as_ref().display()),
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// A call that a fake gateway or a fake classifier received.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Call {
    /// When, on the [monotonic clock](crate::time::monotonic_us).
    pub at_us: u64,
    /// Which call of this peer; its lines share it.
    pub number: u64,
    /// What happened.
    pub phase: CallPhase,
    /// What was asked.
    pub request: Request,
}

/// The life of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// It was read whole.
    Received,
    /// It is answered next.
    Answered,
    /// The caller went away before it was answered.
    Gone,
}

/// What a server asks of its peers: of the gateway to send `texts[0]`, of the classifier to judge all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The process that asks.
    pub run: String,
    /// The batch. To the gateway it is the idempotency key.
    pub batch: String,
    /// The conversation.
    pub key: String,
    /// The ids of the messages, none to the gateway.
    pub ids: Vec<String>,
    /// The texts.
    pub texts: Vec<String>,
}

/// What a server did with its store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Noted {
    /// When this was written, on the [monotonic clock](crate::time::monotonic_us).
    pub at_us: u64,
    /// When the call began that it is about.
    pub asked_us: u64,
    /// The process.
    pub run: String,
    /// What it did.
    pub deed: Deed,
    /// What came of it.
    pub phase: DeedPhase,
    /// The conversation, empty where it is not known.
    pub key: String,
    /// The batch, empty where it is not known.
    pub batch: String,
    /// The token of the claim.
    pub token: u64,
    /// The error, or the name of a step.
    pub note: String,
}

/// What a server does under a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the call of the same name")]
pub enum Deed {
    Claim,
    Renew,
    /// The classification alone.
    Record,
    /// The begin of the reply, and with it the classification if that has yet to be recorded.
    BeginReply,
    Finish,
    Retry,
    Bury,
    /// It kills or stops itself.
    Crash,
}

impl Deed {
    /// Whether the classification is recorded when this has been done.
    #[must_use]
    pub const fn records(self) -> bool {
        matches!(self, Self::Record | Self::BeginReply)
    }

    /// Whether the claim is over when this has been done.
    #[must_use]
    pub const fn ends_claim(self) -> bool {
        matches!(self, Self::Finish | Self::Retry | Self::Bury)
    }
}

/// How far a deed has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeedPhase {
    /// The store is asked next.
    Asked,
    /// The store has done it.
    Done,
    /// The store refused: the claim is gone, or the reply may not leave.
    Refused,
    /// The store failed. It may have done it.
    Failed,
}
