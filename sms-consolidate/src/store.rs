//! Where lanes and messages are kept: the [`Store`] contract, and [`StoreExt`] for whoever uses one.
//!
//! A store keeps one [`Lane`] per key, one small record per sender who opted out, and the messages of its batches. It locks a
//! lane, loads it, has a message [arrive](lane::Lane::arrive), a worker [claim](lane::Lane::claim) or a [`Transition`] change it, and
//! writes lane and [`Effects`](lane::Effects) back, in one atomic step. It knows none of the lane's rules, so that no two
//! stores can drift apart.
//!
//! # Writing a store
//!
//! | method | of the lane | beside it |
//! |---|---|---|
//! | `append` | [`arrive`](lane::Lane::arrive) with [`Arrival::for_lane`] | looks up and keeps the id; reads the sender of [`Arrival::sender_scope`] and keeps what is returned of it; keeps the message |
//! | `append_at_once` | as `append` | only in a store that never waits |
//! | `claim` | [`claim`](lane::Lane::claim) | [`Batch::assemble`], [`Claim::new`] |
//! | `change` | [`Transition::apply`] | reads the sender of [`Transition::opt_out_scope`]; keeps the [`Effects`](lane::Effects) |
//! | `flush_all` | [`flush`](lane::Lane::flush) on every lane | |
//! | `set_opted_out` | | [`Sender::apply`] |
//! | `maintain` | [`forgettable_at`](lane::Lane::forgettable_at) | drops idle lanes and senders, old ids and old records; never ids of [dead](lane::Lane::dead) batches, nor of [unfinished](lane::Lane::facts) ones in a store that outlives the process |
//! | `next_wake` | [`wake_at`](lane::Lane::wake_at) | the least of all lanes: keep it indexed |
//! | `counts`, `list`, `batch` | [`count`](lane::Lane::count), [`facts`](lane::Lane::facts) | [`Record::unfinished`], [`Record::ended`], [`Filter::select`] |
//! | `hand_back` | [`hand_back`](lane::Lane::hand_back) | only in a store that does not outlive the process |
//!
//! This is a whole one, which passes the suite. It keeps everything in maps behind one lock, and would lose it with the
//! process. One that is to be fast has indexes for what this one looks for by going through everything:
//!
//! ```
#![doc = include_str!("store/map_store.rs")]
//! ```
//!
//! A store in a database has a row per key (the lane, which is `Serialize`, and its wake in a column with an index), a
//! row per message, a row per batch (its record), a row per id, and a row per sender, by the [hash](crate::lane::SenderIds) of its scope.
//! `append` then is: begin; lock the rows of the keys, in one order for all; look up the ids; transition; write back; commit.
//! A key that had no row is inserted, and a conflict repeats the transaction. Bounds beyond [`Message`], such as `serde`'s,
//! go on the store's own `impl`.
//!
//! To ensure correctness, of every store:
//!
//! - It reads no clock: `now` is an argument of whatever depends on time. The lane sees to it that its time never runs
//!   backwards.
//! - A call that returned an error has changed nothing that a later call can see, or (a commit whose answer was lost)
//!   has done all of it. Ids make a repeated `append` safe, tokens make a repeated fenced write safe. A repeated ending
//!   is refused, and the batch's [`Record`] then says whether it had been taken: by its outcome and `ended_at`.
//! - A dropped future has done its work wholly or not at all.
//! - The suite in the `testing` module passes: it has a case for every sentence here, except what only a failing store
//!   could show.
//!
//! A wrapper forwards every method: put `#[deny(clippy::missing_trait_methods)]` on its `impl`, so that none is forgotten
//! that has a default. `Arc<S>` and `Box<S>` are stores, of a `dyn Store` too. The in-memory store is
//! [`MemoryStore`](crate::MemoryStore).
//!
//! [`Lane`]: crate::lane::Lane

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::classify::Classification;
use crate::clock::{Clock, Timestamp};
use crate::lane::{
    self, Answer, CloseReason, Fence, OptOutChange, ReplyPart, Sender, SenderId, Stage, Token, Transition,
};
use crate::message::{Batch, BatchId, Key, Message};

mod append;
mod error;
mod ext;
mod record;

pub use crate::counts::Counts;
pub use crate::outcome::{Finish, NoReply, Outcome};
pub use append::{AppendReport, Appended, AppendedOne, Arrival, Refusal};
pub use error::{ChangeError, FencedError, RequeueError, Result, StoreError};
pub use ext::{StoreExt, Woken};
pub use record::{Filter, OptedOut, Record, Status, Whole};

/// How long a message's id is known, at least, if the store is durable or has room: as long as a gateway may deliver it again.
pub const IDS_KEPT_FOR: Duration = Duration::from_secs(48 * 60 * 60);

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
    pub classification: Option<Classification>,
    /// The reply that an earlier attempt decided on. In [`Stage::Replying`] it was about to be sent, and there is one.
    pub reply: Vec<ReplyPart>,
}

/// As a batch shows itself, and the reply only by its lengths.
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
            .field("classification", &self.classification)
            .field("reply", &self.reply)
            .finish()
    }
}

impl<K, M> Claim<K, M> {
    /// Puts together a claim from what the lane says and the batch that the store has read.
    #[must_use]
    pub fn new(claimed: lane::Claimed, batch: Arc<Batch<K, M>>) -> Self {
        let lane::Claimed { facts, token, first_claimed_at, stage, lease_until } = claimed;
        Self {
            batch,
            token,
            attempt: facts.attempts,
            lease_losses: facts.lease_losses,
            first_claimed_at,
            lease_until,
            stage,
            classification: facts.classification,
            reply: facts.reply,
        }
    }

    /// What to show to change this batch.
    #[must_use]
    pub fn fence(&self) -> Fence {
        Fence { batch: self.batch.id, token: self.token }
    }
}

/// What came of a change, and when the lane next wakes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Changed {
    /// As [`Transition::apply`] answered.
    pub answer: Answer,
    /// When the key next has something to do, if it has more batches.
    pub wake_at: Option<Timestamp>,
}

impl Changed {
    /// The answer of a transition, and the [wake](lane::Lane::wake_at) of its lane.
    #[must_use]
    pub const fn new(answer: Answer, wake_at: Option<Timestamp>) -> Self {
        Self { answer, wake_at }
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
    /// Records of senders that were dropped, because they have long opted in.
    pub senders_pruned: u64,
    /// Whether there was more to do than the limit allowed.
    pub more: bool,
}

/// Keeps lanes, senders and messages. See the [module](self) for what every implementer owes.
#[async_trait]
pub trait Store<K: Key, M: Message>: Send + Sync + 'static {
    /// Takes in messages.
    ///
    /// To ensure correctness: each message is one atomic step of dedup, opt-out, lane transition and storing, and
    /// `Ok` means that it is kept as well as this store keeps anything. Ids are scoped to the key. A refused message
    /// leaves no id behind. Messages of one key are applied in the order given. One message that cannot be stored is
    /// refused alone. Results are in the order of `arrivals`. A batch whose entry is [`Ahead`](lane::Entry::Ahead) comes
    /// before all of its key that were never claimed, and so do its messages, if they are kept in order of the line.
    ///
    /// # Errors
    /// If the store failed as a whole: some of the messages may have been taken, and pushing them again is safe if
    /// they have ids.
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError>;

    /// Takes in one message without waiting, if this store never waits: [`append`](Self::append) for one, without a
    /// future and a list. Others hand it back as it is, as this does unless it is overridden, and it is appended.
    ///
    /// # Errors
    /// The arrival, if the store has to wait.
    fn append_at_once(&self, _now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        Err(arrival)
    }

    /// Leases up to `limit` due heads until `now + lease`.
    ///
    /// To ensure correctness: no two calls, on any node, return one batch unless its lease ran out in between; each
    /// claim carries all messages that were accepted into the batch; keys that are due longer are not starved by
    /// others. A batch that cannot be read back is buried whole and not returned.
    ///
    /// # Errors
    /// If the store failed. What it had leased by then comes back when the lease ends.
    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError>;

    /// Applies a transition to the lane of `key`; a key without a lane has a default one.
    ///
    /// To ensure correctness: transition, [`Effects`](lane::Effects) and, if it needs one, the reading of the sender's record
    /// are one atomic step. Once [`set_opted_out`](Self::set_opted_out) has returned, a reply that begins sees it.
    ///
    /// # Errors
    /// If the lane refused or the store failed.
    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError>;

    /// Makes every batch of every key due now that waits for its window. Returns how many.
    ///
    /// # Errors
    /// If the store failed; some keys may have been flushed.
    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError>;

    /// The earliest instant at which [`claim`](Self::claim) could return something.
    ///
    /// To ensure correctness: it may be earlier than the truth, never later. A [`claim`](Self::claim) at that instant
    /// that finds nothing corrects it, so that nobody who waits for it goes round in circles.
    ///
    /// # Errors
    /// If the store failed.
    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Resolves when something from outside this process may have changed [`next_wake`](Self::next_wake). A store
    /// that nobody else writes to never resolves, as this does unless it is overridden. Cancel safe.
    async fn changed(&self) {
        std::future::pending::<()>().await;
    }

    /// Drops what nobody needs any more: finished batches, ids, idle lanes and senders whose time is over. About `limit` of
    /// them, so that a step is short.
    ///
    /// To ensure correctness: the ids of a dead batch are kept, however old, and so are those of an unfinished one, unless the
    /// store is bounded by the memory of the process.
    ///
    /// # Errors
    /// If the store failed.
    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError>;

    /// Opts the sender with this [scope](Key::opt_out_scope) out or in. Returns whether that changed anything.
    ///
    /// To ensure correctness: what is written is [`Sender::after`] of what is there, in one atomic step.
    ///
    /// # Errors
    /// If the store failed.
    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError>;

    /// What is known of the sender with this [scope](Key::opt_out_scope).
    ///
    /// # Errors
    /// If the store failed.
    async fn sender(&self, scope: &str) -> Result<Sender, StoreError>;

    /// Up to `limit` senders who have opted out, in order of their ids, those after `after`.
    ///
    /// # Errors
    /// If the store failed.
    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError>;

    /// Counts what the store holds.
    ///
    /// # Errors
    /// If the store failed.
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError>;

    /// Lists batches, newest first.
    ///
    /// # Errors
    /// If the store failed.
    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError>;

    /// One batch whole, if it is known.
    ///
    /// # Errors
    /// If the store failed.
    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError>;

    /// Empties a store that does not outlive the process: takes out every unfinished and dead batch, oldest first, for
    /// the caller to keep. One that has passed its point of no return ends as [`Outcome::ReplyUnknown`] instead, so
    /// that nobody has it answered again. A durable store keeps them, and returns none, as this does unless it is
    /// overridden.
    ///
    /// # Errors
    /// If the store failed.
    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        Ok(Vec::new())
    }

    /// The store's own clock, if it has one. It is used unless the builder
    /// [overrides](crate::Builder::override_clock) it.
    fn clock(&self) -> Option<Arc<dyn Clock>> {
        None
    }

    /// Whether what was acknowledged outlives this process. It does not unless this is overridden.
    fn is_durable(&self) -> bool {
        false
    }
}

/// A pointer to a store is one, so that whoever hands it to a [`Consolidator`](crate::Consolidator) can keep a handle, and
/// that it can be chosen at run time.
macro_rules! store_behind_pointer {
    ($pointer:ident) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<K: Key, M: Message, S: Store<K, M> + ?Sized> Store<K, M> for $pointer<S> {
            async fn append(
                &self,
                now: Timestamp,
                arrivals: Vec<Arrival<K, M>>,
            ) -> Result<AppendReport, StoreError> {
                S::append(self, now, arrivals).await
            }

            fn append_at_once(
                &self,
                now: Timestamp,
                arrival: Arrival<K, M>,
            ) -> Result<AppendedOne, Arrival<K, M>> {
                S::append_at_once(self, now, arrival)
            }

            async fn claim(
                &self,
                now: Timestamp,
                limit: NonZeroUsize,
                lease: Duration,
            ) -> Result<Vec<Claim<K, M>>, StoreError> {
                S::claim(self, now, limit, lease).await
            }

            async fn change(
                &self,
                now: Timestamp,
                key: &K,
                transition: Transition,
            ) -> Result<Changed, ChangeError> {
                S::change(self, now, key, transition).await
            }

            async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
                S::flush_all(self, now, reason).await
            }

            async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
                S::next_wake(self).await
            }

            async fn changed(&self) {
                S::changed(self).await;
            }

            async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
                S::maintain(self, now, limit).await
            }

            async fn set_opted_out(
                &self,
                now: Timestamp,
                scope: &str,
                change: OptOutChange,
            ) -> Result<bool, StoreError> {
                S::set_opted_out(self, now, scope, change).await
            }

            async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
                S::sender(self, scope).await
            }

            async fn opted_out(
                &self,
                after: Option<SenderId>,
                limit: NonZeroUsize,
            ) -> Result<Vec<OptedOut>, StoreError> {
                S::opted_out(self, after, limit).await
            }

            async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
                S::counts(self, now).await
            }

            async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
                S::list(self, filter).await
            }

            async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
                S::batch(self, id).await
            }

            async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
                S::hand_back(self).await
            }

            fn clock(&self) -> Option<Arc<dyn Clock>> {
                S::clock(self)
            }

            fn is_durable(&self) -> bool {
                S::is_durable(self)
            }
        }
    };
}

store_behind_pointer!(Arc);
store_behind_pointer!(Box);
