//! What a shard keeps of one key: its lane, the way to its messages, and the head once it was claimed.

use std::sync::Arc;

use super::arena::Handle;
use super::messages::Chain;
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{BatchState, Lane};
use crate::message::Batch;
use crate::store::Counts;

/// A key with its lane. There is one for every pending sender, so this stays small.
pub(super) struct Entry<K> {
    pub(super) key: K,
    pub(super) lane: Lane,
    /// When the entry comes up among the wakes; `MAX` if it need not. That may be earlier than the lane's own wake: it
    /// is corrected when it comes up, so that messages which only move a batch's close further cost nothing there.
    pub(super) queued: Timestamp,
    /// The messages of all batches in the line, in line order, except those of a head that was ever claimed.
    pub(super) messages: Chain,
    /// The head, from its first claim on.
    pub(super) started: Option<Handle>,
}

impl<K> Entry<K> {
    pub(super) fn new(key: K) -> Self {
        Self { key, lane: Lane::default(), queued: Timestamp::MAX, messages: Chain::default(), started: None }
    }

    pub(super) fn count(&self, now: Timestamp, counts: &mut Counts) {
        for (position, facts) in self.lane.facts().enumerate() {
            let counter = match facts.state {
                BatchState::Open => &mut counts.open,
                BatchState::Closed => &mut counts.closed,
                BatchState::Claimed => &mut counts.claimed,
                BatchState::Retrying => &mut counts.retrying,
            };
            *counter += 1;
            counts.messages_buffered += u64::from(facts.messages);
            if position == 0 {
                self.count_overdue(now, facts.state, counts);
            }
        }
    }

    fn count_overdue(&self, now: Timestamp, state: BatchState, counts: &mut Counts) {
        let Some(wake) = self.lane.wake_at().filter(|wake| *wake < now) else { return };
        if state == BatchState::Claimed {
            counts.leases_expired += 1;
        } else {
            counts.past_due += 1;
            let overdue_ms = u64::try_from(now.since(wake).as_millis()).unwrap_or(u64::MAX);
            counts.longest_past_due_ms = counts.longest_past_due_ms.max(overdue_ms);
        }
    }
}

/// A head that was claimed.
pub(super) struct Started<K, M> {
    pub(super) batch: Arc<Batch<K, M>>,
    pub(super) checkpoint: Option<Classification>,
    pub(super) reply: Option<String>,
    pub(super) error: Option<String>,
}
