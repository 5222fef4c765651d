//! [`Consolidator`]: what a service embeds.
//!
//! ```
//! use sms_consolidate::{Classification, Consolidator, Label, Receipt, Window};
//! use std::time::Duration;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let consolidator = Consolidator::builder()
//!     .window(Window::fixed(Duration::from_millis(10)))
//!     .classify_fn(|_, _| async { Ok(Classification::new(Label::AGREE, "Optimist")) })
//!     .send_fn(|reply| async move {
//!         println!("to {}: {}", reply.to, reply.text);
//!         Ok(Receipt::default())
//!     })
//!     .build()?;
//! consolidator.start();
//! consolidator.push("alice".to_owned(), "Yes".to_owned()).await?;
//! consolidator.push("alice".to_owned(), "I can help".to_owned()).await?;
//! let report = consolidator.shutdown(Duration::from_secs(5)).await?;
//! assert!(report.unfinished.is_empty());
//! # Ok(()) }
//! ```

use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::builder::{Builder, Settings};
use crate::clock::Clock;
use crate::closures::AnyClassifier;
use crate::driver::{HAND_BACK_WITHIN, Jobs};
use crate::event::{Event, Events, Totals};
use crate::gate::Gate;
use crate::lane::{BatchFacts, CloseReason, OptOutChange, Requeued, Sender, SenderId};
use crate::message::{BatchId, Key, Message};
use crate::process::Ended;
use crate::reply::ReplySender;
use crate::store::{
    Counts, Filter, Maintained, NoReply, OptedOut, Outcome, Record, RequeueError, Store, StoreError,
    StoreExt, Whole,
};

mod push;

pub use push::{MAX_ID_BYTES, Pushed};

pub(crate) struct Inner<K, M> {
    pub(crate) settings: Settings<K, M>,
    pub(crate) classifier: AnyClassifier<M>,
    pub(crate) sender: Option<Box<dyn ReplySender<K>>>,
    pub(crate) store: AnyStore<K, M>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) events: Events<K>,
    pub(crate) jobs: Jobs,
    pub(crate) gate: Gate,
}

/// Whatever store there is. A `Box` of one is a store too, whose methods would box each future a second time.
pub(crate) struct AnyStore<K, M>(pub(crate) Box<dyn Store<K, M>>);

impl<K: Key, M: Message> Deref for AnyStore<K, M> {
    type Target = dyn Store<K, M>;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// Turns each key's bursts of messages into batches, and each batch into one classification and at most one reply.
///
/// It is a cheap clone, and all clones are one. [`push`](Self::push) takes in messages from the moment it is built;
/// [`start`](Self::start) starts the driver that handles them, or a scheduler calls
/// [`process_due`](Self::process_due). End it with [`shutdown`](Self::shutdown): dropping every clone does not stop a
/// driver that was started.
pub struct Consolidator<K, M> {
    pub(crate) inner: Arc<Inner<K, M>>,
}

impl<K, M> Clone for Consolidator<K, M> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<K, M> std::fmt::Debug for Consolidator<K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consolidator").finish_non_exhaustive()
    }
}

/// What [`Consolidator::process_due`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Processed {
    /// Batches that ended with an outcome.
    pub processed: usize,
    /// Batches whose attempt failed; each waits for another or is dead.
    pub failed: usize,
    /// Batches that were not finished: the deadline passed, or a later message or another worker took them.
    pub released: usize,
}

impl Processed {
    fn count(&mut self, ended: Option<Ended>) {
        match ended {
            Some(Ended::Finished) => self.processed += 1,
            Some(Ended::Failed) => self.failed += 1,
            Some(Ended::Released) | None => self.released += 1,
        }
    }
}

/// Counts, for status pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stats {
    /// What has happened since this consolidator was built.
    pub totals: Totals,
    /// What the store holds now.
    pub counts: Counts,
    /// Batches in flight in this process.
    pub in_flight: usize,
}

impl<K: Key, M: Message> Consolidator<K, M> {
    /// Sets one up.
    pub fn builder() -> Builder<K, M> {
        Builder::new()
    }

    pub(crate) fn new(inner: Inner<K, M>) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Starts handling what is due, on the runtime of the caller. Calling it again does nothing.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(&self) {
        self.inner.start_driver();
    }

    /// Handles up to `limit` batches that are due now, and returns when they are done. It takes up no more than the
    /// in-flight limit leaves room for. What is not done within `within` is given back, which takes a second at the
    /// longest. It needs no driver, and works beside one. For hosts without a long-running process.
    ///
    /// A shutdown keeps it from claiming, and waits for what it was just claiming. Where that comes too late it is given
    /// back, in a second at the longest, and does not show in what is returned.
    ///
    /// Cancellation: jobs that have begun go on by themselves. A future that is dropped while the store is being asked
    /// may leave batches leased to nobody; they come back when their lease ends.
    ///
    /// # Errors
    /// If the store failed.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn process_due(&self, limit: usize, within: Duration) -> Result<Processed, StoreError> {
        let now = self.inner.clock.now();
        // Places that it has kept and not filled may be what the driver waits for.
        let look_again = self.inner.jobs.look_again_after();
        let begun = self.inner.claim_due(now, limit).await?;
        let mut jobs: Vec<_> = begun.into_iter().map(|job| (job.batch(), job.spawn())).collect();
        drop(look_again);
        let begun = self.inner.jobs.begun();
        let mut processed = Processed::default();
        let mut deadline = self.inner.clock.sleep_until(now + within);
        let mut is_late = false;
        while let Some((_, job)) = jobs.last_mut() {
            tokio::select! {
                biased;
                ended = job => {
                    processed.count(ended.ok());
                    jobs.pop();
                }
                () = &mut deadline => {
                    if is_late {
                        break;
                    }
                    is_late = true;
                    jobs.iter().for_each(|(batch, _)| self.inner.jobs.interrupt(*batch, begun));
                    deadline = self.inner.clock.sleep_until(self.inner.clock.now() + HAND_BACK_WITHIN);
                }
            }
        }
        // The store does not take these back yet; they go on trying.
        processed.released += jobs.len();
        Ok(processed)
    }

    /// Does one step of what the driver otherwise does every minute: drops finished batches, ids and idle lanes whose
    /// time is over. For hosts that call [`process_due`](Self::process_due).
    ///
    /// # Errors
    /// If the store failed.
    pub async fn maintain(&self) -> Result<Maintained, StoreError> {
        self.inner.maintain().await
    }

    /// Makes the batches of `key` due now that wait for their window. Returns how many.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn flush(&self, key: &K) -> Result<u64, StoreError> {
        let _look_again = self.inner.jobs.look_again_after();
        self.inner.store.flush(self.inner.clock.now(), key, CloseReason::Flush).await
    }

    /// Makes every batch due now that waits for its window. Returns how many.
    ///
    /// # Errors
    /// If the store failed; some may have been flushed.
    pub async fn flush_all(&self) -> Result<u64, StoreError> {
        self.flush_for(CloseReason::Flush).await
    }

    pub(crate) async fn flush_for(&self, reason: CloseReason) -> Result<u64, StoreError> {
        let _look_again = self.inner.jobs.look_again_after();
        self.inner.store.flush_all(self.inner.clock.now(), reason).await
    }

    /// Ends every unfinished batch of `key` without a reply, except one whose reply is on its way. Returns which.
    ///
    /// Cancellation: a dropped future goes on by itself, so that what the store has taken is told in events.
    ///
    /// # Errors
    /// If the store failed.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn cancel(&self, key: &K) -> Result<Vec<BatchId>, StoreError> {
        let (inner, key) = (Arc::clone(&self.inner), key.clone());
        to_its_end(async move {
            let Inner { store, jobs, events, clock, .. } = &*inner;
            let cancelled = store.cancel(clock.now(), &key).await?;
            cancelled.iter().for_each(|facts| jobs.interrupt(facts.id, jobs.begun()));
            let at = clock.now();
            let ids = cancelled.iter().map(|facts| facts.id).collect();
            for BatchFacts { id: batch, messages, .. } in cancelled {
                let (key, messages) = (key.clone(), messages as usize);
                let outcome = Outcome::NoReply(NoReply::Cancelled);
                events.emit(Event::Finished { key, batch, messages, outcome, error: None, at });
            }
            Ok(ids)
        })
        .await
    }

    /// Opts the sender of `key` out, as STOP would, or in, as START would, and says in an event for which cause. A change as
    /// of an earlier instant ([`OptOutChange::as_of`]) counts only if nothing newer is known, such as a START that has come
    /// since. Returns whether that changed anything; if not there is no event. Nothing is sent for it.
    ///
    /// Cancellation: a dropped future goes on by itself, so that what the store has taken is told in an event.
    ///
    /// # Errors
    /// If the store failed.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn set_opted_out(&self, key: &K, change: OptOutChange) -> Result<bool, StoreError> {
        let (inner, key) = (Arc::clone(&self.inner), key.clone());
        to_its_end(async move { inner.opt_out(&key, change, None).await }).await
    }

    /// What is known of the sender of `key`: whether it opted out, when and why.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn sender(&self, key: &K) -> Result<Sender, StoreError> {
        self.inner.store.sender(&key.opt_out_scope(self.inner.settings.opt_out_scope)).await
    }

    /// Up to `limit` senders who have opted out, in the order of their ids, those after `after`. They are known by hashes;
    /// [`sender`](Self::sender) tells of one whose key is at hand.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.inner.store.opted_out(after, limit).await
    }

    /// Puts a dead batch at the end of its line under a new id; makes a waiting one due now.
    ///
    /// # Errors
    /// Why nothing was done.
    pub async fn requeue(&self, batch: BatchId) -> Result<Requeued, RequeueError> {
        let _look_again = self.inner.jobs.look_again_after();
        self.inner.store.requeue(self.inner.clock.now(), batch).await
    }

    /// Lists batches, newest first.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.inner.store.list(filter).await
    }

    /// One batch whole, if it is known.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.inner.store.batch(id).await
    }

    /// Counts what has happened and what is there.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn stats(&self) -> Result<Stats, StoreError> {
        let counts = self.inner.store.counts(self.inner.clock.now()).await?;
        Ok(Stats { totals: self.inner.events.totals(), counts, in_flight: self.inner.jobs.in_flight() })
    }

    /// Hands over every event from now on. A subscriber that falls 4,096 events behind misses the oldest, and is
    /// told how many.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Event<K>> {
        self.inner.events.subscribe()
    }

    /// The clock in use.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Whether what was accepted outlives this process.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.inner.store.is_durable()
    }

    /// Resolves when nothing is in flight here, and the driver (if it was started) waits for a later instant. Tests
    /// with a [`FakeClock`](crate::FakeClock) and real I/O advance the clock and await this in turn.
    ///
    /// A job that itself waits for the clock, as for a timeout, must be let go by advancing it. Cancel safe.
    pub async fn settled(&self) {
        let mut progress = self.inner.jobs.progress();
        while !self.inner.jobs.are_settled(self.inner.clock.now()) {
            progress.changed().await.expect("the sender lives as long as self");
        }
    }
}

impl<K: Key, M: Message> Inner<K, M> {
    /// Opts the sender of `key` out or in, and says so in an event if that changed anything.
    pub(crate) async fn opt_out(
        &self,
        key: &K,
        change: OptOutChange,
        batch: Option<BatchId>,
    ) -> Result<bool, StoreError> {
        let _look_again = self.jobs.look_again_after();
        let scope = self.settings.opt_out_scope;
        let changed = self.store.opt_out(self.clock.now(), key, scope, change).await?;
        if changed {
            let OptOutChange { opted_out, cause, .. } = change;
            self.events.emit(Event::OptedOut { key: key.clone(), opted_out, cause, batch });
        }
        Ok(changed)
    }
}

/// Has `work` go on to its end even if the returned future is dropped.
pub(crate) async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is ending, and drops this too.
            Err(_) => std::future::pending().await,
        },
    }
}
