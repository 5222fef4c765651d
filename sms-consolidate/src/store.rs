//! Where lanes and messages are kept: the [`Store`] contract, and [`Inspect`] for looking into one.
//!
//! A store keeps one [`Lane`](crate::lane::Lane) per key and the messages of its batches. For each call it locks the
//! lane, loads it, calls one transition, and writes the result back, all in one atomic step. It repeats none of the
//! lane's rules, so that no two stores can drift apart.
//!
//! # Writing a store
//!
//! | method | transition | beside the lane |
//! |---|---|---|
//! | `append` | [`arrive`](crate::lane::Lane::arrive) with [`Arrival::for_lane`] | looks up and keeps the id; keeps the message; a superseded batch loses its checkpoint |
//! | `append_at_once` | as `append` | only in a store that never waits |
//! | `claim` | [`claim`](crate::lane::Lane::claim) | [`Batch::assemble`], [`Claim::new`] |
//! | `renew` | [`renew`](crate::lane::Lane::renew) | |
//! | `checkpoint` | [`checkpoint`](crate::lane::Lane::checkpoint) | keeps the classification |
//! | `begin_reply` | [`begin_reply`](crate::lane::Lane::begin_reply) | keeps the reply's text |
//! | `finish` | [`finish`](crate::lane::Lane::finish) | keeps a [`Record`], may drop the messages |
//! | `retry` | [`retry`](crate::lane::Lane::retry) | keeps the error; drops the reply's text unless it may be out |
//! | `bury` | [`bury`](crate::lane::Lane::bury) | keeps record, facts and messages |
//! | `requeue` | [`requeue`](crate::lane::Lane::requeue) if dead, else [`nudge`](crate::lane::Lane::nudge) | a new id from [`BatchIds`](crate::BatchIds) |
//! | `flush`, `cancel` | of the same name | cancelled batches keep a record |
//! | `set_opted_out` | [`opt_out`](crate::lane::Lane::opt_out), [`opt_in`](crate::lane::Lane::opt_in) | |
//! | `maintain` | [`forgettable_at`](crate::lane::Lane::forgettable_at) | drops idle lanes, old ids and old records |
//! | `next_wake` | [`wake_at`](crate::lane::Lane::wake_at) | the least of all lanes: keep it indexed |
//! | `hand_back` | [`clear`](crate::lane::Lane::clear) | only in stores that do not outlive the process |
//!
//! A store in a database has a row per key (the lane, which is `Serialize`, and its wake in a column with an index), a
//! row per message (key, place in the line, arrival, the message as text), a row per batch (its record, checkpoint and
//! reply), and a row per id. `append` then is: begin; lock the rows of the keys, in one order for all; look up the ids;
//! transition; write back; commit. A key that had no row is inserted, and a conflict repeats the transaction. Bounds
//! beyond [`Message`], such as `serde`'s, go on the store's own `impl`.
//!
//! To ensure correctness, of every store:
//!
//! - It reads no clock: `now` is an argument of whatever depends on time. It clamps `now` to the latest that it has
//!   seen for the lane (or for more than the lane), so that a lane's time never runs backwards.
//! - A call that returned an error has changed nothing that a later call can see, or (a commit whose answer was lost)
//!   has done all of it. Ids make a repeated `append` safe, tokens make a repeated fenced write safe. A repeated ending
//!   is refused, and the batch's [`Record`] then says whether it had been taken: by its outcome and `ended_at`.
//! - A dropped future has done its work wholly or not at all.
//! - The suite in the `testing` module passes: it has a case for every sentence here, except what only a failing store
//!   could show.
//!
//! The in-memory store is [`MemoryStore`](crate::MemoryStore).

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::classify::Classification;
use crate::clock::{Clock, Timestamp};
use crate::lane::{
    Accepted, CloseReason, Fence, Keyword, LossReason, ReplyRefusal, ReplyTerms, RetryTerms, Stage, Token,
};
use crate::message::{Batch, BatchId, Key, Message};
use crate::reply::Receipt;
use crate::window::Window;

mod arc;
mod erased;
mod inspect;

pub(crate) use erased::DynStore;
pub use inspect::{Counts, Filter, Inspect, Record, RequeueError, Requeued, Status, Whole};

/// A message on its way into a store.
#[derive(Clone)]
#[non_exhaustive]
pub struct Arrival<K, M> {
    /// Whose it is.
    pub key: K,
    /// The message.
    pub message: M,
    /// Its window.
    pub window: Window,
    /// The keyword that it is, if it is one.
    pub keyword: Option<Keyword>,
    /// Takes back a claimed batch, for at most this long after that opened. `None` queues behind it.
    pub supersede_within: Option<Duration>,
}

/// The key masked and without the message, because a `Debug` line may end up in a log.
impl<K: Key, M> fmt::Debug for Arrival<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("key", &self.key.redacted())
            .field("window", &self.window)
            .field("keyword", &self.keyword)
            .field("supersede_within", &self.supersede_within)
            .finish_non_exhaustive()
    }
}

impl<K, M: Message> Arrival<K, M> {
    /// An ordinary message, which queues behind a batch in flight.
    #[must_use]
    pub const fn new(key: K, message: M, window: Window) -> Self {
        Self { key, message, window, keyword: None, supersede_within: None }
    }

    /// What the lane needs to know of it.
    #[must_use]
    pub fn for_lane(&self) -> crate::lane::Arrival {
        let bytes = u32::try_from(self.message.text().len()).unwrap_or(u32::MAX);
        let Self { window, keyword, supersede_within, .. } = *self;
        crate::lane::Arrival { window, bytes, keyword, supersede_within }
    }
}

/// What became of one arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in a batch.
    Accepted(Accepted),
    /// Its id is known for its key. Nothing was changed.
    Duplicate,
    /// It was not taken. Nothing was changed.
    Refused(Refusal),
}

/// Why a store did not take one message, while others of the same call may have been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The store has as many keys as it may have.
    #[error("the store holds as many keys as it may")]
    Keys,
    /// The store has as many messages as it may have.
    #[error("the store holds as many messages as it may")]
    Messages,
    /// The store has as many senders who opted out as it may have, and this message would opt out one more.
    #[error("the store holds as many opt-outs as it may")]
    OptOuts,
    /// The key has as many unfinished batches as it may have.
    #[error("the sender has as many unfinished batches as it may")]
    Line,
    /// This message cannot be stored, now or later.
    #[error("the store cannot hold this message")]
    Unstorable,
    /// What is stored of the key is damaged. Nothing is wrong with the message: it is taken once that is repaired.
    #[error("what the store holds of the sender is damaged")]
    Damaged,
}

/// The answer to an append.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppendReport {
    /// What became of each arrival, in their order.
    pub results: Vec<Appended>,
    /// The earliest wake among the lanes that were touched.
    pub wake_at: Option<Timestamp>,
    /// How many ids had to be forgotten before their time to make room.
    pub ids_forgotten: u64,
}

/// What became of one arrival, and what followed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendedOne {
    /// What became of it.
    pub result: Appended,
    /// When its lane wakes.
    pub wake_at: Option<Timestamp>,
    /// How many ids had to be forgotten before their time to make room.
    pub ids_forgotten: u64,
}

/// Of an arrival that changed nothing.
impl From<Appended> for AppendedOne {
    fn from(result: Appended) -> Self {
        Self { result, wake_at: None, ids_forgotten: 0 }
    }
}

/// A batch leased to one worker.
#[derive(Clone)]
#[non_exhaustive]
pub struct Claim<K, M> {
    /// The batch, its messages sorted.
    pub batch: Arc<Batch<K, M>>,
    /// The token of this claim.
    pub token: Token,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How often a worker let its lease on this batch run out.
    pub lease_losses: u32,
    /// When the first attempt that counts began.
    pub first_claimed_at: Timestamp,
    /// When the lease ends unless it is renewed.
    pub lease_until: Timestamp,
    /// How far an earlier attempt got.
    pub stage: Stage,
    /// The classification that an earlier attempt recorded.
    pub checkpoint: Option<Classification>,
    /// The text of the reply that an earlier attempt was about to send. Present exactly in [`Stage::Replying`].
    pub reply: Option<String>,
}

/// As a batch shows itself, and the reply only by its length.
impl<K: Key, M> fmt::Debug for Claim<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("batch", &self.batch)
            .field("token", &self.token)
            .field("attempt", &self.attempt)
            .field("lease_losses", &self.lease_losses)
            .field("first_claimed_at", &self.first_claimed_at)
            .field("lease_until", &self.lease_until)
            .field("stage", &self.stage)
            .field("checkpoint", &self.checkpoint)
            .field("reply_bytes", &self.reply.as_ref().map(String::len))
            .finish()
    }
}

impl<K, M> Claim<K, M> {
    /// Puts together a claim from what the lane says and what the store keeps beside it.
    #[must_use]
    pub fn new(
        claimed: &crate::lane::Claimed,
        batch: Arc<Batch<K, M>>,
        checkpoint: Option<Classification>,
        reply: Option<String>,
    ) -> Self {
        Self {
            batch,
            token: claimed.token,
            attempt: claimed.facts.attempts,
            lease_losses: claimed.facts.lease_losses,
            first_claimed_at: claimed.first_claimed_at,
            lease_until: claimed.lease_until,
            stage: claimed.stage,
            checkpoint,
            reply,
        }
    }

    /// What to show to change this batch.
    #[must_use]
    pub fn fence(&self) -> Fence {
        Fence { batch: self.batch.id, token: self.token }
    }
}

/// How a batch ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The gateway took the reply.
    Replied(Receipt),
    /// Nothing was sent.
    NoReply(NoReply),
    /// A reply may have been sent. Nothing was sent again.
    ReplyUnknown,
}

/// Why nothing was sent.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoReply {
    /// Auto-reply is off.
    #[error("auto-reply is off")]
    Off,
    /// The sender has opted out.
    #[error("the sender has opted out")]
    OptedOut,
    /// It would have come too late.
    #[error("the reply would come too late")]
    Stale,
    /// There is no text for the label, or none for the control.
    #[error("there is no text for it")]
    NoTemplate,
    /// The message was a keyword, such as STOP, and its gateway answers those by itself.
    #[error("the gateway answers keywords by itself")]
    AnsweredByGateway,
    /// The sender has had its replies for this hour.
    #[error("the loop guard's replies per hour are used up")]
    LoopGuard,
    /// The batch was cancelled.
    #[error("the batch was cancelled")]
    Cancelled,
    /// The gateway refused the reply for good.
    #[error("the gateway rejected the reply")]
    Rejected,
    /// The sender cannot receive: a short code, an alphanumeric name, a group.
    #[error("the sender cannot receive replies")]
    Unreachable,
    /// The sender said nothing in it: it holds only [reactions](crate::Reaction) to messages of ours, quotes of them, or what
    /// a phone answers by itself while its owner drives.
    #[error("it holds no words of the sender's own")]
    NoOwnWords,
}

/// What a worker records when a batch is over.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// The cause, where something went wrong. It reaches status pages.
    pub error: Option<String>,
}

impl Finish {
    /// An outcome without anything to explain.
    #[must_use]
    pub const fn new(outcome: Outcome) -> Self {
        Self { outcome, error: None }
    }

    /// The same with the cause.
    #[must_use]
    pub fn with_error(mut self, error: impl fmt::Display) -> Self {
        self.error = Some(error.to_string());
        self
    }
}

/// What a step of maintenance did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Maintained {
    /// Finished batches that were dropped.
    pub batches_pruned: u64,
    /// Ids that were dropped because their time was over.
    pub ids_pruned: u64,
    /// Idle lanes that were dropped.
    pub lanes_pruned: u64,
    /// Whether there was more to do than the limit allowed.
    pub more: bool,
}

/// The store as a whole failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached or is too busy; trying again may help.
    #[error("the store is unavailable: {source}")]
    Unavailable {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It cannot do this, now or later: what it holds is damaged, or of another schema.
    #[error("the store failed: {source}")]
    Failed {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// The store cannot be reached; trying again may help.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { source: source.into() }
    }

    /// The store failed, and trying again does not help.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { source: source.into() }
    }
}

/// A write under a claim did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FencedError {
    /// The claim is gone. Nothing was changed.
    #[error(transparent)]
    Lost(#[from] LossReason),
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A reply may not leave, or the store could not say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BeginReplyError {
    /// It may not leave. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] ReplyRefusal),
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps lanes and messages. See the [module](self) for what every implementer owes.
pub trait Store<K: Key, M: Message>: Inspect<K, M> + Send + Sync + 'static {
    /// Takes in messages.
    ///
    /// To ensure correctness: each message is one atomic step of dedup, opt-out, lane transition and storing, and
    /// `Ok` means that it is kept as well as this store keeps anything. Ids are scoped to the key. A refused message
    /// leaves no id behind. Messages of one key are applied in the order given. One message that cannot be stored is
    /// refused alone. Results are in the order of `arrivals`. A batch whose entry is [`Ahead`](crate::lane::Entry::Ahead) comes
    /// before all of its key that were never claimed, and so do its messages, if they are kept in order of the line.
    ///
    /// # Errors
    /// If the store failed as a whole: some of the messages may have been taken, and pushing them again is safe if
    /// they have ids.
    fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<K, M>>,
    ) -> impl Future<Output = Result<AppendReport, StoreError>> + Send;

    /// Takes in one message without waiting, if this store never waits: [`append`](Self::append) for one, without a
    /// future and a list. Others hand it back as it is, as this does unless it is overridden, and it is appended.
    ///
    /// # Errors
    /// The arrival, if the store has to wait.
    fn append_at_once(&self, _now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        Err(arrival)
    }

    /// The earliest instant at which [`claim`](Self::claim) could return something.
    ///
    /// To ensure correctness: it may be earlier than the truth, never later. A [`claim`](Self::claim) at that instant
    /// that finds nothing corrects it, so that nobody who waits for it goes round in circles.
    ///
    /// # Errors
    /// If the store failed.
    fn next_wake(&self) -> impl Future<Output = Result<Option<Timestamp>, StoreError>> + Send;

    /// Resolves when something from outside this process may have changed [`next_wake`](Self::next_wake). A store
    /// that nobody else writes to never resolves. Cancel safe.
    fn changed(&self) -> impl Future<Output = ()> + Send;

    /// Leases up to `limit` due heads until `now + lease`.
    ///
    /// To ensure correctness: no two calls, on any node, return one batch unless its lease ran out in between; each
    /// claim carries all messages that were accepted into the batch; keys that are due longer are not starved by
    /// others. A batch that cannot be read back is buried whole and not returned.
    ///
    /// # Errors
    /// If the store failed. What it had leased by then comes back when the lease ends.
    fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> impl Future<Output = Result<Vec<Claim<K, M>>, StoreError>> + Send;

    /// Extends a lease to `now + lease` and returns its new end.
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> impl Future<Output = Result<Timestamp, FencedError>> + Send;

    /// Records the classification, so that a later attempt does not pay for a second one.
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn checkpoint(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        classification: &Classification,
    ) -> impl Future<Output = Result<(), FencedError>> + Send;

    /// Records that the reply `text` is about to be sent. A batch that has passed this point keeps its first text.
    ///
    /// To ensure correctness: the terms are checked and the text recorded in one atomic step. Once an opt-out of the
    /// key has returned, this refuses.
    ///
    /// # Errors
    /// If the reply may not leave or the store failed.
    fn begin_reply(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> impl Future<Output = Result<(), BeginReplyError>> + Send;

    /// Ends a batch with an outcome. Returns when the key next wakes, if it has more batches.
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: &Finish,
    ) -> impl Future<Output = Result<Option<Timestamp>, FencedError>> + Send;

    /// Gives a batch back, to be claimed again at `terms.at` with the same messages. `error` is kept for status pages.
    /// Returns when the key next wakes.
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn retry(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> impl Future<Output = Result<Option<Timestamp>, FencedError>> + Send;

    /// Takes a batch out of the line as dead, and keeps it whole. One that has passed its point of no return and whose
    /// reply is `maybe_sent` ends as [`Outcome::ReplyUnknown`] instead. Returns when the key next wakes, if it has
    /// more batches.
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> impl Future<Output = Result<Option<Timestamp>, FencedError>> + Send;

    /// Makes the batches of one key, or of all, due now that wait for their window. Returns how many.
    ///
    /// # Errors
    /// If the store failed; some keys may have been flushed.
    fn flush(
        &self,
        now: Timestamp,
        key: Option<&K>,
        reason: CloseReason,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Ends every unfinished batch of a key that has not passed its point of no return, with
    /// [`NoReply::Cancelled`]. Returns which.
    ///
    /// # Errors
    /// If the store failed.
    fn cancel(
        &self,
        now: Timestamp,
        key: &K,
    ) -> impl Future<Output = Result<Vec<BatchId>, StoreError>> + Send;

    /// Opts a key out or in, as the keyword would. Returns whether that changed anything.
    ///
    /// # Errors
    /// If the store failed.
    fn set_opted_out(
        &self,
        now: Timestamp,
        key: &K,
        opted_out: bool,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Drops what nobody needs any more: finished batches, ids and idle lanes whose time is over. About `limit` of
    /// them, so that a step is short.
    ///
    /// # Errors
    /// If the store failed.
    fn maintain(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
    ) -> impl Future<Output = Result<Maintained, StoreError>> + Send;

    /// Empties a store that does not outlive the process: takes out every unfinished and dead batch, oldest first, for
    /// the caller to keep. One that has passed its point of no return ends as [`Outcome::ReplyUnknown`] instead, so
    /// that nobody has it answered again. A durable store keeps them, and returns none.
    ///
    /// # Errors
    /// If the store failed.
    fn hand_back(&self) -> impl Future<Output = Result<Vec<Batch<K, M>>, StoreError>> + Send;

    /// The store's own clock, if it has one. It is used unless the builder is given another.
    fn clock(&self) -> Option<Arc<dyn Clock>>;

    /// Whether what was acknowledged outlives this process.
    fn is_durable(&self) -> bool;
}
