//! What happens, as events: logged through `tracing`, counted, and handed to subscribers.
//!
//! Every refused, duplicate, late, stale or failed message shows here. The log messages are the ones that operators
//! grep for; `tracing` filters decide which are written.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::classify::{Classification, Usage};
use crate::clock::Timestamp;
use crate::error::PushError;
use crate::lane::{Accepted, CloseReason, Entry, LossReason};
use crate::message::{BatchId, Key, masked_id};
use crate::optout::OptOutCause;
use crate::reply::{Receipt, Reply};
use crate::store::{NoReply, Outcome};
use crate::striped::Striped;

/// Something that happened to a message or a batch.
#[derive(Clone)]
#[non_exhaustive]
pub enum Event<K> {
    /// A message was accepted.
    #[non_exhaustive]
    Accepted {
        /// Whose it is.
        key: K,
        /// Its id.
        id: Option<String>,
        /// Where it went.
        accepted: Accepted,
        /// How long until its batch is due.
        due_in: Duration,
    },
    /// A message came again and changed nothing.
    #[non_exhaustive]
    Duplicate {
        /// Whose it is.
        key: K,
        /// Its id.
        id: Option<String>,
    },
    /// A message was not accepted.
    #[non_exhaustive]
    Refused {
        /// Whose it is.
        key: K,
        /// Its id.
        id: Option<String>,
        /// Why.
        error: PushError,
    },
    /// Ids had to be forgotten before their time to make room: their redelivery would not be recognised.
    #[non_exhaustive]
    IdsForgotten {
        /// How many.
        count: u64,
    },
    /// A sender opted out or in.
    #[non_exhaustive]
    OptedOut {
        /// Whose choice it is.
        key: K,
        /// Whether the sender gets no replies from now on (true), or gets them again (false).
        opted_out: bool,
        /// How it is known.
        cause: OptOutCause,
        /// The batch of the message, if a message said so.
        batch: Option<BatchId>,
    },
    /// A worker took up a batch.
    #[non_exhaustive]
    Claimed {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// How many messages it holds.
        messages: usize,
        /// Why it closed.
        reason: CloseReason,
        /// Which attempt this is, from 1.
        attempt: u32,
        /// How often a worker has lost it before, mostly by a crash. That is no attempt.
        lease_losses: u32,
        /// How long after its time.
        late_by: Duration,
    },
    /// A batch was classified.
    #[non_exhaustive]
    Classified {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// How many messages it holds.
        messages: usize,
        /// What it was found to be.
        classification: Classification,
    },
    /// A batch ended with an outcome.
    #[non_exhaustive]
    Finished {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// How many messages it held.
        messages: usize,
        /// How it ended.
        outcome: Outcome,
        /// What went wrong, if something did.
        error: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// An attempt failed, and another follows.
    #[non_exhaustive]
    Retrying {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// When the next one starts at the earliest.
        next: Timestamp,
        /// What went wrong.
        error: String,
        /// Whether it was the reply that failed, rather than the classification.
        sending: bool,
    },
    /// A batch was given up. It is kept whole, listed, and can be requeued.
    #[non_exhaustive]
    Dead {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// How many messages it holds.
        messages: usize,
        /// Which attempt was the last, from 1.
        attempt: u32,
        /// What went wrong.
        error: String,
    },
    /// A worker lost its batch and stopped.
    #[non_exhaustive]
    Lost {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// Why.
        reason: LossReason,
    },
    /// A worker gave its batch back because the service is stopping.
    #[non_exhaustive]
    HandedBack {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
    },
}

/// The key masked, because a `Debug` line may end up in a log.
impl<K: Key> fmt::Debug for Event<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown;
        let (name, key, what): (_, Option<&K>, &dyn fmt::Debug) = match self {
            Self::Accepted { key, accepted, .. } => ("Accepted", Some(key), accepted),
            Self::Duplicate { key, id } => {
                shown = shown_id(id);
                ("Duplicate", Some(key), &shown)
            }
            Self::Refused { key, error, .. } => ("Refused", Some(key), error),
            Self::IdsForgotten { count } => ("IdsForgotten", None, count),
            Self::OptedOut { key, cause, .. } => ("OptedOut", Some(key), cause),
            Self::Claimed { key, batch, .. } => ("Claimed", Some(key), batch),
            Self::Classified { key, classification, .. } => ("Classified", Some(key), classification),
            Self::Finished { key, outcome, .. } => ("Finished", Some(key), outcome),
            Self::Retrying { key, error, .. } => ("Retrying", Some(key), error),
            Self::Dead { key, error, .. } => ("Dead", Some(key), error),
            Self::Lost { key, reason, .. } => ("Lost", Some(key), reason),
            Self::HandedBack { key, batch } => ("HandedBack", Some(key), batch),
        };
        f.debug_tuple(name).field(&key.map(Key::redacted)).field(what).finish()
    }
}

/// How often things have happened since this consolidator was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// Messages accepted.
    pub accepted: u64,
    /// Messages that came again.
    pub duplicates: u64,
    /// Messages refused.
    pub refused: u64,
    /// Batches opened.
    pub batches_opened: u64,
    /// Batches taken back by a later message.
    pub superseded: u64,
    /// Batches that ended with an outcome.
    pub batches_finished: u64,
    /// Messages in those.
    pub messages_handled: u64,
    /// Replies that a gateway took.
    pub replies_sent: u64,
    /// Batches that ended without a reply.
    pub replies_skipped: u64,
    /// Batches whose reply may have been sent.
    pub replies_unknown: u64,
    /// Attempts that failed and are followed by another.
    pub retries: u64,
    /// Batches given up.
    pub dead: u64,
    /// Claims that were lost to another worker or a cancellation.
    pub claims_lost: u64,
    /// Senders who opted out, each time that they did.
    pub opted_out: u64,
    /// Senders who opted in again.
    pub opted_in: u64,
    /// Ids forgotten before their time.
    pub ids_forgotten: u64,
    /// Tokens that classifiers were charged. Stops at the largest number, whatever a server claims.
    pub tokens_used: u64,
}

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// For counts that come from outside.
    fn saturating_add(&self, count: u64) {
        let sum = |before: u64| Some(before.saturating_add(count));
        // Never refused: the sum is always there.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Debug, Default)]
struct Counters {
    accepted: Counter,
    duplicates: Counter,
    refused: Counter,
    batches_opened: Counter,
    superseded: Counter,
    batches_finished: Counter,
    messages_handled: Counter,
    replies_sent: Counter,
    replies_skipped: Counter,
    replies_unknown: Counter,
    retries: Counter,
    dead: Counter,
    claims_lost: Counter,
    opted_out: Counter,
    opted_in: Counter,
    ids_forgotten: Counter,
    tokens_used: Counter,
}

/// Events that a slow subscriber may lag behind before it misses some, and is told how many.
const BACKLOG: usize = 4_096;

/// Texts are added to events only where `debug` is enabled for this target, as with `RUST_LOG=info,sms_consolidate::text=debug`.
pub(crate) const TEXT_TARGET: &str = "sms_consolidate::text";

/// As a number in the log; `u128` would be a text there.
fn shown_id(id: &Option<String>) -> Option<Cow<'_, str>> {
    id.as_deref().map(masked_id)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Takes in every event.
pub(crate) struct Events<K> {
    counters: Striped<Counters>,
    /// From the first subscription on: its room for events is not small.
    subscribers: OnceLock<broadcast::Sender<Event<K>>>,
    show: fn(&K) -> String,
}

/// A key as it may be logged. It is masked only where somebody logs it.
struct Shown<'a, K> {
    key: &'a K,
    show: fn(&K) -> String,
}

impl<K> fmt::Display for Shown<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.show)(self.key))
    }
}

impl<K: Key> Events<K> {
    pub(crate) fn new(show_keys_in_full: bool) -> Self {
        let show = if show_keys_in_full { |key: &K| key.to_string() } else { |key: &K| key.redacted() };
        Self { counters: Striped::default(), subscribers: OnceLock::new(), show }
    }

    fn show<'a>(&self, key: &'a K) -> Shown<'a, K> {
        Shown { key, show: self.show }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event<K>> {
        self.subscribers.get_or_init(|| broadcast::Sender::new(BACKLOG)).subscribe()
    }

    /// The channel, if anybody listens.
    fn listeners(&self) -> Option<&broadcast::Sender<Event<K>>> {
        self.subscribers.get().filter(|subscribers| subscribers.receiver_count() > 0)
    }

    /// Whether anybody looks at single messages. If not, `push` need not put together their events.
    pub(crate) fn are_watched(&self) -> bool {
        self.listeners().is_some() || tracing::enabled!(tracing::Level::INFO)
    }

    pub(crate) fn count_accepted(&self, accepted: &Accepted) {
        let counters = self.counters.mine();
        counters.accepted.add(1);
        match accepted.entry {
            Entry::Opened | Entry::Ahead => counters.batches_opened.add(1),
            Entry::Superseded => counters.superseded.add(1),
            Entry::Joined => {}
        }
    }

    pub(crate) fn count_duplicate(&self) {
        self.counters.mine().duplicates.add(1);
    }

    pub(crate) fn count_refused(&self) {
        self.counters.mine().refused.add(1);
    }

    /// What a classification cost, or the lack of one.
    pub(crate) fn count_tokens(&self, usage: Option<Usage>) {
        let Some(Usage { prompt_tokens, completion_tokens, .. }) = usage else { return };
        let counter = &self.counters.mine().tokens_used;
        counter.saturating_add(prompt_tokens);
        counter.saturating_add(completion_tokens);
    }

    /// Counts, logs and hands on. Events of single messages are counted by the methods above instead, because `push`
    /// skips them when nobody watches.
    pub(crate) fn emit(&self, event: Event<K>) {
        self.count(&event);
        self.log(&event);
        if let Some(listeners) = self.listeners() {
            // An error means that the last subscriber has just gone.
            let _ = listeners.send(event);
        }
    }

    fn count(&self, event: &Event<K>) {
        let counters = self.counters.mine();
        match event {
            Event::IdsForgotten { count } => counters.ids_forgotten.add(*count),
            Event::Classified { classification, .. } => self.count_tokens(classification.usage),
            Event::Finished { messages, outcome, .. } => {
                counters.batches_finished.add(1);
                counters.messages_handled.add(*messages as u64);
                match outcome {
                    Outcome::Replied(_) => counters.replies_sent.add(1),
                    Outcome::NoReply(_) => counters.replies_skipped.add(1),
                    Outcome::ReplyUnknown => counters.replies_unknown.add(1),
                }
            }
            Event::OptedOut { opted_out: true, .. } => counters.opted_out.add(1),
            Event::OptedOut { opted_out: false, .. } => counters.opted_in.add(1),
            Event::Retrying { .. } => counters.retries.add(1),
            Event::Dead { .. } => counters.dead.add(1),
            Event::Lost { .. } => counters.claims_lost.add(1),
            Event::Accepted { .. }
            | Event::Duplicate { .. }
            | Event::Refused { .. }
            | Event::Claimed { .. }
            | Event::HandedBack { .. } => {}
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let sum = |counter: fn(&Counters) -> &Counter| {
            self.counters.iter().map(|all| counter(all).get()).fold(0, u64::saturating_add)
        };
        Totals {
            accepted: sum(|all| &all.accepted),
            duplicates: sum(|all| &all.duplicates),
            refused: sum(|all| &all.refused),
            batches_opened: sum(|all| &all.batches_opened),
            superseded: sum(|all| &all.superseded),
            batches_finished: sum(|all| &all.batches_finished),
            messages_handled: sum(|all| &all.messages_handled),
            replies_sent: sum(|all| &all.replies_sent),
            replies_skipped: sum(|all| &all.replies_skipped),
            replies_unknown: sum(|all| &all.replies_unknown),
            retries: sum(|all| &all.retries),
            dead: sum(|all| &all.dead),
            claims_lost: sum(|all| &all.claims_lost),
            opted_out: sum(|all| &all.opted_out),
            opted_in: sum(|all| &all.opted_in),
            ids_forgotten: sum(|all| &all.ids_forgotten),
            tokens_used: sum(|all| &all.tokens_used),
        }
    }

    fn log(&self, event: &Event<K>) {
        let show = |key| self.show(key);
        match event {
            Event::Accepted { key, id, accepted, due_in } => {
                let from = show(key);
                let batch = accepted.batch;
                tracing::info!(guid = shown_id(id).as_deref(), %from, %batch, "SMS RECEIVED");
                let window_ms = millis(*due_in);
                match accepted.entry {
                    Entry::Opened | Entry::Ahead => {
                        tracing::info!(%from, %batch, window_ms, "CONSOLIDATION STARTED");
                    }
                    Entry::Joined => {
                        tracing::info!(%from, %batch, total = accepted.messages, window_ms, "CONSOLIDATION UPDATE");
                    }
                    Entry::Superseded => {
                        tracing::info!(%from, %batch, total = accepted.messages, window_ms, superseded = true, "CONSOLIDATION UPDATE");
                    }
                }
                if let Some(control) = accepted.control {
                    tracing::info!(%from, %batch, ?control, "CONTROL RECEIVED");
                }
            }
            Event::Duplicate { key, id } => {
                tracing::info!(guid = shown_id(id).as_deref(), from = %show(key), "DUPLICATE IGNORED");
            }
            Event::Refused { key, id, error } => {
                tracing::warn!(guid = shown_id(id).as_deref(), from = %show(key), %error, "SMS REFUSED");
            }
            Event::IdsForgotten { count } => {
                tracing::warn!(
                    count,
                    "IDS FORGOTTEN: redeliveries of these messages would not be recognised"
                );
            }
            Event::OptedOut { key, opted_out, cause, batch } => {
                self.log_opted_out(key, *opted_out, *cause, *batch);
            }
            Event::Claimed { key, batch, messages, reason, attempt, lease_losses, late_by } => {
                let from = show(key);
                if *attempt == 1 {
                    tracing::info!(%from, %batch, messages, ?reason, "CONSOLIDATION TIMEOUT");
                }
                let late_ms = millis(*late_by);
                let lease_losses = (*lease_losses > 0).then_some(*lease_losses);
                tracing::info!(%from, %batch, count = messages, attempt, lease_losses, late_ms, "BATCH RECEIVED");
            }
            Event::Classified { key, batch, messages, classification } => {
                let Classification { label, method, .. } = classification;
                tracing::info!(from = %show(key), %batch, %label, %method, messages, "CONSOLIDATED CLASSIFICATION");
            }
            Event::Finished { key, batch, messages, outcome, error, .. } => {
                self.log_finished(key, *batch, *messages, outcome, error.as_deref());
            }
            Event::Retrying { key, batch, attempt, next, error, sending } => {
                let from = show(key);
                if *sending {
                    tracing::warn!(to = %from, %batch, attempt, error, "AUTO-REPLY FAILED");
                }
                tracing::warn!(%from, %batch, attempt, %next, error, "BATCH PROCESSING FAILED");
            }
            Event::Dead { key, batch, messages, attempt, error } => {
                let next = "none, the batch is dead and can be requeued";
                tracing::error!(from = %show(key), %batch, messages, attempt, next, error, "BATCH PROCESSING FAILED");
            }
            Event::Lost { key, batch, reason } => {
                tracing::info!(from = %show(key), %batch, %reason, "BATCH LOST");
            }
            Event::HandedBack { key, batch } => {
                tracing::info!(from = %show(key), %batch, "BATCH HANDED BACK");
            }
        }
    }

    fn log_opted_out(&self, key: &K, opted_out: bool, cause: OptOutCause, batch: Option<BatchId>) {
        let (from, batch) = (self.show(key), batch.map(tracing::field::display));
        if opted_out {
            tracing::info!(%from, batch, %cause, "OPTED OUT");
        } else {
            tracing::info!(%from, batch, %cause, "OPTED IN");
        }
    }

    /// Logs that a gateway took a reply, at once: what follows may still fail.
    pub(crate) fn log_sent(&self, reply: &Reply<K>, messages: usize, receipt: &Receipt) {
        let (to, batch) = (self.show(&reply.to), reply.batch);
        let text = tracing::enabled!(target: TEXT_TARGET, tracing::Level::DEBUG).then_some(&*reply.text);
        tracing::info!(%to, %batch, messages, receipt = receipt.id, text, "AUTO-REPLY SENT (batch)");
    }

    fn log_finished(&self, key: &K, batch: BatchId, messages: usize, outcome: &Outcome, error: Option<&str>) {
        let to = self.show(key);
        let result = match outcome {
            Outcome::Replied(_) => "replied",
            Outcome::NoReply(NoReply::Rejected) => {
                tracing::warn!(%to, %batch, error, why = %NoReply::Rejected, "AUTO-REPLY FAILED");
                "rejected"
            }
            Outcome::NoReply(why) => {
                tracing::info!(%to, %batch, %why, "AUTO-REPLY SKIPPED");
                "no reply"
            }
            Outcome::ReplyUnknown => {
                let why = "it may have been sent, so it is not sent again; the gateway may know";
                tracing::warn!(%to, %batch, error, why, "AUTO-REPLY FAILED");
                "reply unknown"
            }
        };
        tracing::info!(from = %to, %batch, result, messages, "BATCH PROCESSING COMPLETE");
    }
}
