//! What happens, as events: logged through `tracing`, counted, and handed to subscribers.
//!
//! Every refused, duplicate, late, stale or failed message shows here. The log messages are the ones that operators
//! grep for; `tracing` filters decide which are written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::error::PushError;
use crate::lane::{Accepted, CloseReason, Entry, LossReason};
use crate::message::{BatchId, Key};
use crate::reply::{Receipt, Reply};
use crate::store::{NoReply, Outcome};

/// Something that happened to a message or a batch.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<K> {
    /// A message was accepted.
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
    Duplicate {
        /// Whose it is.
        key: K,
        /// Its id.
        id: Option<String>,
    },
    /// A message was not accepted.
    Refused {
        /// Whose it is.
        key: K,
        /// Its id.
        id: Option<String>,
        /// Why.
        error: PushError,
    },
    /// Ids had to be forgotten before their time to make room: their redelivery would not be recognised.
    IdsForgotten {
        /// How many.
        count: u64,
    },
    /// A worker took up a batch.
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
        /// How long after its time.
        late_by: Duration,
    },
    /// A batch was classified.
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
    Lost {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
        /// Why.
        reason: LossReason,
    },
    /// A worker gave its batch back because the service is stopping.
    HandedBack {
        /// Whose it is.
        key: K,
        /// Which.
        batch: BatchId,
    },
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
    /// Ids forgotten before their time.
    pub ids_forgotten: u64,
    /// Tokens that classifiers were charged.
    pub tokens_used: u64,
}

#[derive(Debug, Default)]
struct Counter(AtomicU64);

impl Counter {
    fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
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
    ids_forgotten: Counter,
    tokens_used: Counter,
}

/// Events that a slow subscriber may lag behind before it misses some, and is told how many.
const BACKLOG: usize = 4_096;

/// Texts are added to events only where `debug` is enabled for this target, as with `RUST_LOG=info,sms_consolidate::text=debug`.
const TEXT_TARGET: &str = "sms_consolidate::text";

/// Takes in every event.
pub(crate) struct Events<K> {
    counters: Counters,
    subscribers: broadcast::Sender<Event<K>>,
    show: fn(&K) -> String,
}

impl<K: Key> Events<K> {
    pub(crate) fn new(show_keys_in_full: bool) -> Self {
        let show = if show_keys_in_full { |key: &K| key.to_string() } else { |key: &K| key.redacted() };
        Self { counters: Counters::default(), subscribers: broadcast::Sender::new(BACKLOG), show }
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Event<K>> {
        self.subscribers.subscribe()
    }

    /// Whether anybody looks at single messages. If not, `push` need not put together their events.
    pub(crate) fn are_watched(&self) -> bool {
        self.subscribers.receiver_count() > 0 || tracing::enabled!(tracing::Level::INFO)
    }

    pub(crate) fn count_accepted(&self, accepted: &Accepted) {
        self.counters.accepted.add(1);
        match accepted.entry {
            Entry::Opened => self.counters.batches_opened.add(1),
            Entry::Superseded => self.counters.superseded.add(1),
            Entry::Joined => {}
        }
    }

    pub(crate) fn count_duplicate(&self) {
        self.counters.duplicates.add(1);
    }

    pub(crate) fn count_refused(&self) {
        self.counters.refused.add(1);
    }

    /// Counts, logs and hands on. Events of single messages are counted by the methods above instead, because `push`
    /// skips them when nobody watches.
    pub(crate) fn emit(&self, event: Event<K>) {
        self.count(&event);
        self.log(&event);
        if self.subscribers.receiver_count() > 0 {
            // An error means that the last subscriber has just gone.
            let _ = self.subscribers.send(event);
        }
    }

    fn count(&self, event: &Event<K>) {
        let counters = &self.counters;
        match event {
            Event::IdsForgotten { count } => counters.ids_forgotten.add(*count),
            Event::Classified { classification, .. } => {
                let tokens =
                    classification.usage.map_or(0, |usage| usage.prompt_tokens + usage.completion_tokens);
                counters.tokens_used.add(tokens);
            }
            Event::Finished { messages, outcome, .. } => {
                counters.batches_finished.add(1);
                counters.messages_handled.add(*messages as u64);
                match outcome {
                    Outcome::Replied(_) => counters.replies_sent.add(1),
                    Outcome::NoReply(_) => counters.replies_skipped.add(1),
                    Outcome::ReplyUnknown => counters.replies_unknown.add(1),
                }
            }
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
        let counters = &self.counters;
        Totals {
            accepted: counters.accepted.get(),
            duplicates: counters.duplicates.get(),
            refused: counters.refused.get(),
            batches_opened: counters.batches_opened.get(),
            superseded: counters.superseded.get(),
            batches_finished: counters.batches_finished.get(),
            messages_handled: counters.messages_handled.get(),
            replies_sent: counters.replies_sent.get(),
            replies_skipped: counters.replies_skipped.get(),
            replies_unknown: counters.replies_unknown.get(),
            retries: counters.retries.get(),
            dead: counters.dead.get(),
            claims_lost: counters.claims_lost.get(),
            ids_forgotten: counters.ids_forgotten.get(),
            tokens_used: counters.tokens_used.get(),
        }
    }

    fn log(&self, event: &Event<K>) {
        let show = self.show;
        match event {
            Event::Accepted { key, id, accepted, due_in } => {
                let from = show(key);
                let batch = accepted.batch;
                tracing::info!(guid = id, %from, "SMS RECEIVED");
                let window_ms = due_in.as_millis();
                match accepted.entry {
                    Entry::Opened => tracing::info!(%from, %batch, window_ms, "CONSOLIDATION STARTED"),
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
            Event::Duplicate { key, id } => tracing::info!(guid = id, from = show(key), "DUPLICATE IGNORED"),
            Event::Refused { key, id, error } => {
                tracing::warn!(guid = id, from = show(key), %error, "SMS REFUSED");
            }
            Event::IdsForgotten { count } => {
                tracing::warn!(
                    count,
                    "IDS FORGOTTEN: redeliveries of these messages would not be recognised"
                );
            }
            Event::Claimed { key, batch, messages, reason, attempt, late_by } => {
                let from = show(key);
                if *attempt == 1 {
                    tracing::info!(%from, %batch, messages, ?reason, "CONSOLIDATION TIMEOUT");
                }
                let late_ms = late_by.as_millis();
                tracing::info!(%from, %batch, count = messages, attempt, late_ms, "BATCH RECEIVED");
            }
            Event::Classified { key, batch, messages, classification } => {
                let Classification { label, method, .. } = classification;
                tracing::info!(from = show(key), %batch, %label, %method, messages, "CONSOLIDATED CLASSIFICATION");
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
                tracing::error!(from = show(key), %batch, messages, attempt, next, error, "BATCH PROCESSING FAILED");
            }
            Event::Lost { key, batch, reason } => {
                tracing::info!(from = show(key), %batch, %reason, "BATCH LOST");
            }
            Event::HandedBack { key, batch } => tracing::info!(from = show(key), %batch, "BATCH HANDED BACK"),
        }
    }

    /// Logs that a gateway took a reply, at once: what follows may still fail.
    pub(crate) fn log_sent(&self, reply: &Reply<K>, messages: usize, receipt: &Receipt) {
        let (to, batch) = ((self.show)(&reply.to), reply.batch);
        let text = tracing::enabled!(target: TEXT_TARGET, tracing::Level::DEBUG).then_some(&*reply.text);
        tracing::info!(%to, %batch, messages, receipt = receipt.id, text, "AUTO-REPLY SENT (batch)");
    }

    fn log_finished(&self, key: &K, batch: BatchId, messages: usize, outcome: &Outcome, error: Option<&str>) {
        let to = (self.show)(key);
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
                let why = "it is not known whether the reply was sent; it is not sent again";
                tracing::warn!(%to, %batch, error, why, "AUTO-REPLY FAILED");
                "reply unknown"
            }
        };
        tracing::info!(from = %to, %batch, result, messages, "BATCH PROCESSING COMPLETE");
    }
}
