//! What a shard keeps of one key: its lane, its messages, and the head once it was claimed.

use std::sync::Arc;
use std::time::Duration;

use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{BatchFacts, BatchState, Lane};
use crate::message::{Arrived, Batch, BatchId, Key, Message};
use crate::store::{Claim, Counts, Record, Whole};

/// A key with its lane and messages.
pub(super) struct Entry<K, M> {
    pub(super) key: K,
    pub(super) hash: u64,
    pub(super) lane: Lane,
    /// The messages of all batches in the line, in line order, except those of a head that was ever claimed.
    pub(super) messages: Vec<Arrived<M>>,
    /// The head, from its first claim on.
    pub(super) started: Option<Box<Started<K, M>>>,
    pub(super) queued: Queued,
}

pub(super) struct Started<K, M> {
    pub(super) batch: Arc<Batch<K, M>>,
    pub(super) checkpoint: Option<Classification>,
    pub(super) reply: Option<String>,
    pub(super) error: Option<String>,
}

/// Everything that was in a line: the head, if it was ever claimed, and the batches that were not.
pub(super) type TakenOut<K, M> = (Option<(BatchFacts, Box<Started<K, M>>)>, Vec<Batch<K, M>>);

/// Where an entry waits. The instant may be earlier than the lane's own: it is corrected when it comes up, so that
/// messages which only move a batch's close further cost nothing here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Queued {
    Nowhere,
    Wakes(Timestamp),
    Idle(Timestamp),
}

impl<K: Key, M: Message> Entry<K, M> {
    pub(super) fn started(&mut self) -> &mut Started<K, M> {
        self.started.as_mut().expect("a held head has been started")
    }

    pub(super) fn claim(&mut self, now: Timestamp, lease: Duration) -> Option<Claim<K, M>> {
        let claimed = self.lane.claim(now, lease)?;
        if self.started.is_none() {
            let parts = self.take_front(claimed.facts.messages as usize);
            let batch = Arc::new(Batch::assemble(&claimed.facts, self.key.clone(), parts));
            self.started = Some(Box::new(Started { batch, checkpoint: None, reply: None, error: None }));
        }
        let started = self.started();
        let (batch, checkpoint) = (Arc::clone(&started.batch), started.checkpoint.clone());
        Some(Claim::new(&claimed, batch, checkpoint, started.reply.clone()))
    }

    pub(super) fn take_front(&mut self, count: usize) -> Vec<Arrived<M>> {
        let behind = self.messages.split_off(count);
        std::mem::replace(&mut self.messages, behind)
    }

    pub(super) fn hand_back(&mut self) -> TakenOut<K, M> {
        let mut facts = self.lane.facts().collect::<Vec<_>>().into_iter();
        let started = self.started.take().map(|started| (facts.next().expect("a started head"), started));
        let rest = facts.map(|facts| {
            let parts = self.take_front(facts.messages as usize);
            Batch::assemble(&facts, self.key.clone(), parts)
        });
        let rest = rest.collect();
        self.lane.clear();
        (started, rest)
    }

    pub(super) fn records(&self) -> impl Iterator<Item = Record<K>> + '_ {
        let mut started = self.started.as_ref();
        self.lane.facts().map(move |facts| {
            let mut record = Record::new(self.key.clone(), facts.state.into(), &facts);
            if let Some(started) = started.take() {
                record.classification.clone_from(&started.checkpoint);
                record.error.clone_from(&started.error);
            }
            record
        })
    }

    pub(super) fn whole(&self, id: BatchId) -> Option<Whole<K, M>> {
        let position = self.lane.facts().position(|facts| facts.id == id)?;
        let record = self.records().nth(position)?;
        if let Some(started) = self.started.as_ref().filter(|_| position == 0) {
            return Some(Whole::new(record, Some((*started.batch).clone())));
        }
        let started = usize::from(self.started.is_some());
        let before: u32 = self.lane.facts().take(position).skip(started).map(|facts| facts.messages).sum();
        let facts = self.lane.facts().nth(position)?;
        let (from, count) = (before as usize, facts.messages as usize);
        let parts = self.messages[from..from + count].to_vec();
        Some(Whole::new(record, Some(Batch::assemble(&facts, self.key.clone(), parts))))
    }

    pub(super) fn count_overdue(&self, now: Timestamp, state: BatchState, counts: &mut Counts) {
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
