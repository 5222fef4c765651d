//! Looking into a store: what it holds, batch by batch, and bringing dead batches back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Outcome, StoreError};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{BatchState, CloseReason, Control};
use crate::message::{Batch, BatchId, Key, Message};

/// What a store holds, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Keys with a lane.
    pub keys: u64,
    /// Batches that take in messages.
    pub open: u64,
    /// Batches that are closed and wait for their time or turn.
    pub closed: u64,
    /// Batches that are leased to a worker.
    pub claimed: u64,
    /// Batches that wait to be tried again.
    pub retrying: u64,
    /// Dead batches.
    pub dead: u64,
    /// Batches that finished, as far as they are still kept.
    pub finished: u64,
    /// Messages in unfinished batches.
    pub messages_buffered: u64,
    /// Keys whose head was due before `now` and is not in flight.
    pub past_due: u64,
    /// How long the longest of those has been due, in milliseconds.
    pub longest_past_due_ms: u64,
    /// Keys whose head is leased to a worker that let the lease run out.
    pub leases_expired: u64,
}

/// Where a batch stands, over its whole life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// Takes in messages.
    Open,
    /// Closed, and waits for its time or turn.
    Closed,
    /// Leased to a worker.
    Claimed,
    /// Waits to be tried again.
    Retrying,
    /// Ended with an outcome.
    Finished,
    /// Given up: kept whole, and can be requeued.
    Dead,
}

impl From<BatchState> for Status {
    fn from(state: BatchState) -> Self {
        match state {
            BatchState::Open => Self::Open,
            BatchState::Closed => Self::Closed,
            BatchState::Claimed => Self::Claimed,
            BatchState::Retrying => Self::Retrying,
        }
    }
}

/// What is recorded of one batch.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Record<K> {
    /// Its id.
    pub id: BatchId,
    /// Whose it is.
    pub key: K,
    /// Where it stands.
    pub status: Status,
    /// How many messages it holds.
    pub messages: u32,
    /// When its first message came.
    pub opened_at: Timestamp,
    /// When it is, or was, to be handled.
    pub due_at: Timestamp,
    /// When it finished or died.
    pub ended_at: Option<Timestamp>,
    /// Why it closed.
    pub close_reason: Option<CloseReason>,
    /// The control that decides its reply.
    pub control: Option<Control>,
    /// How often it was attempted.
    pub attempts: u32,
    /// What it was found to be.
    pub classification: Option<Classification>,
    /// How it ended, once it has finished.
    pub outcome: Option<Outcome>,
    /// What last went wrong.
    pub error: Option<String>,
}

/// The key masked, because a `Debug` line may end up in a log.
impl<K: Key> fmt::Debug for Record<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("key", &self.key.redacted())
            .field("status", &self.status)
            .field("messages", &self.messages)
            .field("opened_at", &self.opened_at)
            .field("due_at", &self.due_at)
            .field("ended_at", &self.ended_at)
            .field("close_reason", &self.close_reason)
            .field("control", &self.control)
            .field("attempts", &self.attempts)
            .field("classification", &self.classification)
            .field("outcome", &self.outcome)
            .field("error", &self.error)
            .finish()
    }
}

impl<K> Record<K> {
    /// The record of a batch of which nothing is known but its lane's facts.
    #[must_use]
    pub fn new(key: K, status: Status, facts: &crate::lane::BatchFacts) -> Self {
        Self {
            id: facts.id,
            key,
            status,
            messages: facts.messages,
            opened_at: facts.opened_at,
            due_at: facts.due_at,
            ended_at: None,
            close_reason: facts.close_reason,
            control: facts.control,
            attempts: facts.attempts,
            classification: None,
            outcome: None,
            error: None,
        }
    }
}

/// One batch whole.
#[derive(Clone)]
#[non_exhaustive]
pub struct Whole<K, M> {
    /// What is recorded of it.
    pub record: Record<K>,
    /// Its messages; `None` if the store no longer keeps them.
    pub batch: Option<Batch<K, M>>,
}

/// As its parts show themselves.
impl<K: Key, M> fmt::Debug for Whole<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Whole").field("record", &self.record).field("batch", &self.batch).finish()
    }
}

impl<K, M> Whole<K, M> {
    /// A record, and the messages if they are kept.
    #[must_use]
    pub const fn new(record: Record<K>, batch: Option<Batch<K, M>>) -> Self {
        Self { record, batch }
    }
}

/// Which batches to list, newest first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Filter {
    /// Only these; all if empty.
    pub statuses: Vec<Status>,
    /// Only keys whose text starts so.
    pub key_prefix: Option<String>,
    /// At most so many.
    pub limit: usize,
}

impl Filter {
    /// The newest `limit` batches.
    #[must_use]
    pub const fn newest(limit: usize) -> Self {
        Self { statuses: Vec::new(), key_prefix: None, limit }
    }

    /// Only batches of this status; repeat it for several.
    #[must_use]
    pub fn with_status(mut self, status: Status) -> Self {
        self.statuses.push(status);
        self
    }

    /// Only batches of keys whose text starts with `prefix`.
    #[must_use]
    pub fn with_key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = Some(prefix.into());
        self
    }

    /// Whether a batch of this key and status is wanted.
    #[must_use]
    pub fn admits(&self, key: &impl Key, status: Status) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&status))
            && self.key_prefix.as_ref().is_none_or(|prefix| key.to_string().starts_with(prefix.as_str()))
    }
}

/// What [`Inspect::requeue`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// The dead batch is at the end of its line, under this new id.
    Revived(BatchId),
    /// The batch waited, for its window or for a retry, and is due now.
    DueNow,
}

/// A batch was not requeued. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequeueError {
    /// There is no such batch.
    #[error("there is no such batch")]
    Unknown,
    /// A worker holds it.
    #[error("the batch is in flight")]
    InFlight,
    /// It has finished; a finished batch is never sent again.
    #[error("the batch has finished")]
    Finished,
    /// Its key has as many unfinished batches as it may have.
    #[error("the sender has as many unfinished batches as it may")]
    LineFull,
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks into a store, and brings dead batches back.
pub trait Inspect<K: Key, M: Message>: Send + Sync + 'static {
    /// Counts what the store holds.
    ///
    /// # Errors
    /// If the store failed.
    fn counts(&self, now: Timestamp) -> impl Future<Output = Result<Counts, StoreError>> + Send;

    /// Lists batches, newest first.
    ///
    /// # Errors
    /// If the store failed.
    fn list(&self, filter: &Filter) -> impl Future<Output = Result<Vec<Record<K>>, StoreError>> + Send;

    /// One batch whole, if it is known.
    ///
    /// # Errors
    /// If the store failed.
    fn batch(&self, id: BatchId) -> impl Future<Output = Result<Option<Whole<K, M>>, StoreError>> + Send;

    /// Puts a dead batch at the end of its line under a new id, in one step; makes a waiting one due now.
    ///
    /// # Errors
    /// Why nothing was done.
    fn requeue(
        &self,
        now: Timestamp,
        id: BatchId,
    ) -> impl Future<Output = Result<Requeued, RequeueError>> + Send;
}
