//! What a store says of batches and senders: records, and which of them to list.

use std::cmp::Reverse;
use std::fmt;
use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{BatchFacts, BatchState, CloseReason, Control, Ended, Sender, SenderId};
use crate::message::{Arrived, Batch, BatchId, Key, Message};
use crate::optout::OptOutCause;
use crate::outcome::{NoReply, Outcome};

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
    /// The record of an unfinished batch, from what its lane knows of it.
    #[must_use]
    pub fn unfinished(key: K, facts: BatchFacts) -> Self {
        let status = facts.state.into();
        Self::new(key, status, facts)
    }

    /// The record of a batch that has ended.
    #[must_use]
    pub fn ended(key: K, ended: Ended) -> Self {
        let Ended { facts, at, outcome } = ended;
        let status = if outcome.is_some() { Status::Finished } else { Status::Dead };
        Self { ended_at: Some(at), outcome, ..Self::new(key, status, facts) }
    }

    /// The record of a dead batch that was given up `at` that instant.
    #[must_use]
    pub fn abandoned(self, at: Timestamp) -> Self {
        let outcome = Some(Outcome::NoReply(NoReply::Abandoned));
        Self { status: Status::Finished, ended_at: Some(at), outcome, ..self }
    }

    /// When it finished; `None` if it has not, or is dead.
    #[must_use]
    pub fn finished_at(&self) -> Option<Timestamp> {
        self.ended_at.filter(|_| self.status == Status::Finished)
    }

    fn new(key: K, status: Status, facts: BatchFacts) -> Self {
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
            classification: facts.classification,
            outcome: None,
            error: facts.error,
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

impl<K: Clone, M: Message> Whole<K, M> {
    /// An unfinished batch, of which its lane knows so much, and its messages in order of arrival.
    #[must_use]
    pub fn unfinished(key: K, messages: Vec<Arrived<M>>, facts: BatchFacts) -> Self {
        let batch = Batch::assemble(&facts, key.clone(), messages);
        Self::new(Record::unfinished(key, facts), Some(batch))
    }

    /// A batch that has ended, and its messages in order of arrival.
    #[must_use]
    pub fn ended(key: K, messages: Vec<Arrived<M>>, ended: Ended) -> Self {
        let batch = Batch::assemble(&ended.facts, key.clone(), messages);
        Self::new(Record::ended(key, ended), Some(batch))
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

    /// The records that are wanted of these, in their order.
    #[must_use]
    pub fn select<K: Key>(&self, records: impl IntoIterator<Item = Record<K>>) -> Vec<Record<K>> {
        let wanted = records.into_iter().filter(|record| self.admits(&record.key, record.status));
        let mut selected: Vec<_> = wanted.collect();
        selected.sort_unstable_by_key(|record| Reverse(record.id));
        selected.truncate(self.limit);
        selected
    }

    /// Whether a batch of this key and status is wanted.
    #[must_use]
    pub fn admits(&self, key: &impl Key, status: Status) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&status))
            && self.key_prefix.as_ref().is_none_or(|prefix| key.to_string().starts_with(prefix.as_str()))
    }
}

/// A sender who has opted out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OptedOut {
    /// Under what the store keeps it; also the place to go on from in a listing.
    pub sender: SenderId,
    /// Since when.
    pub since: Timestamp,
    /// Who said so.
    pub cause: OptOutCause,
}

impl OptedOut {
    /// Up to `limit` of those who have opted out, in order of their ids, those after `after`.
    #[must_use]
    pub fn page<'a>(
        senders: impl IntoIterator<Item = (&'a SenderId, &'a Sender)>,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Vec<Self> {
        let opted_out = senders.into_iter().filter_map(|(id, sender)| Self::new(*id, sender));
        let mut page: Vec<_> = opted_out.filter(|one| Some(one.sender) > after).collect();
        page.sort_unstable_by_key(|one| one.sender);
        page.truncate(limit.get());
        page
    }

    /// From the record of a sender; `None` if it has not opted out.
    #[must_use]
    pub fn new(sender: SenderId, record: &Sender) -> Option<Self> {
        let (since, cause) = (record.changed_at()?, record.cause()?);
        record.is_opted_out().then_some(Self { sender, since, cause })
    }
}
