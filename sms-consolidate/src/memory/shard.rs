//! One shard of the in-memory store: everything of the keys whose hash falls to it, behind one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashTable;
use slab::Slab;

use super::Room;
use super::entry::{Entry, Queued, Started};
use super::ids::Ids;
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{
    BatchFacts, BatchState, Buried, CloseReason, Entry as LaneEntry, Fence, Lane, LossReason, ReplyRefusal,
    ReplyTerms, RetryTerms,
};
use crate::message::{Arrived, Batch, BatchId, BatchIds, Key, Message};
use crate::store::{
    AppendReport, Appended, Arrival, Claim, Counts, Filter, Finish, Maintained, NoReply, Outcome, Record,
    Refusal, RequeueError, Requeued, Status, Whole,
};

/// Why a batch ends without being handed back: whoever got it might have it answered a second time.
const STOPPED_WHILE_SENDING: &str = "the service stopped before it knew whether the reply was sent";

struct Dead<K, M> {
    record: Record<K>,
    facts: BatchFacts,
    batch: Arc<Batch<K, M>>,
}

pub(super) struct Shard<K, M> {
    entries: Slab<Entry<K, M>>,
    index: HashTable<u32>,
    wakes: BTreeSet<(Timestamp, u32)>,
    idle: BTreeSet<(Timestamp, u32)>,
    ids: Ids,
    batch_ids: BatchIds,
    dead: BTreeMap<BatchId, Dead<K, M>>,
    finished: VecDeque<Record<K>>,
    keep_finished: usize,
    room: Arc<Room>,
    latest: Timestamp,
}

impl<K: Key, M: Message> Shard<K, M> {
    pub(super) fn new(room: Arc<Room>, ids: Ids, batch_ids: BatchIds, keep_finished: usize) -> Self {
        Self {
            entries: Slab::new(),
            index: HashTable::new(),
            wakes: BTreeSet::new(),
            idle: BTreeSet::new(),
            ids,
            batch_ids,
            dead: BTreeMap::new(),
            finished: VecDeque::new(),
            keep_finished,
            room,
            latest: Timestamp::MIN,
        }
    }

    /// Lanes must not see time run backwards, even if two callers race.
    fn clamp(&mut self, now: Timestamp) -> Timestamp {
        self.latest = self.latest.max(now);
        self.latest
    }

    fn find(&self, hash: u64, key: &K) -> Option<u32> {
        let is = |slot: &u32| self.entries.get(*slot as usize).is_some_and(|entry| entry.key == *key);
        self.index.find(hash, is).copied()
    }

    fn entry(&mut self, slot: u32) -> &mut Entry<K, M> {
        self.entries.get_mut(slot as usize).expect("the index and the queues name live entries only")
    }

    fn insert(&mut self, hash: u64, key: K) -> u32 {
        let entry = Entry {
            key,
            hash,
            lane: Lane::default(),
            messages: Vec::new(),
            started: None,
            queued: Queued::Nowhere,
        };
        let slot = u32::try_from(self.entries.insert(entry)).expect("a shard holds fewer than 2^32 keys");
        let entries = &self.entries;
        self.index.insert_unique(hash, slot, |slot| entries[*slot as usize].hash);
        self.room.keys.add(1);
        slot
    }

    fn remove(&mut self, slot: u32) {
        let entry = self.entries.remove(slot as usize);
        if let Ok(found) = self.index.find_entry(entry.hash, |candidate| *candidate == slot) {
            found.remove();
        }
        self.room.keys.subtract(1);
    }

    /// Puts the entry where it belongs after its lane has changed, or drops it if nothing is left to know.
    fn requeue_entry(&mut self, slot: u32) {
        let entry = &self.entries[slot as usize];
        let wanted = match (entry.lane.wake_at(), entry.lane.forgettable_at()) {
            (Some(wake), _) => Queued::Wakes(wake),
            (None, Some(at)) => Queued::Idle(at),
            (None, None) => Queued::Nowhere,
        };
        match (entry.queued, wanted) {
            (Queued::Wakes(queued), Queued::Wakes(wake)) if queued <= wake => return,
            (Queued::Wakes(at), _) => self.wakes.remove(&(at, slot)),
            (Queued::Idle(at), _) => self.idle.remove(&(at, slot)),
            (Queued::Nowhere, _) => false,
        };
        self.entry(slot).queued = wanted;
        match wanted {
            Queued::Wakes(at) => _ = self.wakes.insert((at, slot)),
            Queued::Idle(at) if at <= self.latest => self.remove(slot),
            Queued::Idle(at) => _ = self.idle.insert((at, slot)),
            Queued::Nowhere => {}
        }
    }

    pub(super) fn append(
        &mut self,
        now: Timestamp,
        hash: u64,
        arrival: Arrival<K, M>,
        report: &mut AppendReport,
    ) -> Appended {
        let now = self.clamp(now);
        let id = arrival.message.id().map(|id| self.ids.hash(&arrival.key, id));
        if id.is_some_and(|id| self.ids.contains(id)) {
            return Appended::Duplicate;
        }
        if !self.room.messages.has_room() {
            return Appended::Refused(Refusal::Messages);
        }
        let slot = match self.find(hash, &arrival.key) {
            Some(slot) => slot,
            None if self.room.keys.has_room() => self.insert(hash, arrival.key.clone()),
            None => return Appended::Refused(Refusal::Keys),
        };
        let for_lane = arrival.for_lane();
        let batch_ids = &mut self.batch_ids;
        let entry = self.entries.get_mut(slot as usize).expect("the entry was found or inserted");
        let Ok(accepted) = entry.lane.arrive(now, &for_lane, || batch_ids.next(now)) else {
            return Appended::Refused(Refusal::Line);
        };
        if accepted.entry == LaneEntry::Superseded {
            let started = entry.started.take().expect("a claimed head has been started");
            entry.messages = Arc::unwrap_or_clone(started.batch).into_parts();
        }
        if entry.messages.capacity() == 0 {
            entry.messages.reserve_exact(1);
        }
        entry.messages.push(Arrived { message: arrival.message, at: now });
        let wake = entry.lane.wake_at();
        report.wake_at = report.wake_at.into_iter().chain(wake).min();
        self.room.messages.add(1);
        if let Some(id) = id {
            report.ids_forgotten += self.ids.insert(now, id);
        }
        self.requeue_entry(slot);
        Appended::Accepted(accepted)
    }

    pub(super) fn next_wake(&self) -> Option<Timestamp> {
        self.wakes.first().map(|(at, _)| *at)
    }

    /// Claims up to `limit` due heads into `claims`; returns whether more are due.
    pub(super) fn claim(
        &mut self,
        now: Timestamp,
        limit: usize,
        lease: Duration,
        claims: &mut Vec<Claim<K, M>>,
    ) -> bool {
        let now = self.clamp(now);
        let mut taken = 0;
        while let Some(&(at, slot)) = self.wakes.first().filter(|(at, _)| *at <= now) {
            if taken == limit {
                return true;
            }
            self.wakes.remove(&(at, slot));
            let entry = self.entry(slot);
            entry.queued = Queued::Nowhere;
            if let Some(claim) = entry.claim(now, lease) {
                claims.push(claim);
                taken += 1;
            }
            self.requeue_entry(slot);
        }
        false
    }

    /// Applies a fenced transition to the lane of `key`. Returns its value, and when the key next wakes.
    fn fenced<T, E: From<LossReason>>(
        &mut self,
        hash: u64,
        key: &K,
        transition: impl FnOnce(&mut Entry<K, M>) -> Result<T, E>,
    ) -> Result<(T, Option<Timestamp>), E> {
        let slot = self.find(hash, key).ok_or(LossReason::Stolen)?;
        let entry = self.entry(slot);
        let value = transition(entry)?;
        let wake = entry.lane.wake_at();
        self.requeue_entry(slot);
        Ok((value, wake))
    }

    pub(super) fn renew(
        &mut self,
        now: Timestamp,
        (hash, key): (u64, &K),
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, LossReason> {
        let now = self.clamp(now);
        Ok(self.fenced(hash, key, |entry| entry.lane.renew(now, fence, lease))?.0)
    }

    pub(super) fn checkpoint(
        &mut self,
        (hash, key): (u64, &K),
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), LossReason> {
        self.fenced(hash, key, |entry| {
            entry.lane.checkpoint(fence)?;
            entry.started().checkpoint = Some(classification.clone());
            Ok(())
        })
        .map(|_| ())
    }

    pub(super) fn begin_reply(
        &mut self,
        now: Timestamp,
        (hash, key): (u64, &K),
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), ReplyRefusal> {
        let now = self.clamp(now);
        self.fenced(hash, key, |entry| {
            entry.lane.begin_reply(now, fence, terms)?;
            entry.started().reply.get_or_insert_with(|| text.to_owned());
            Ok(())
        })
        .map(|_| ())
    }

    pub(super) fn retry(
        &mut self,
        (hash, key): (u64, &K),
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, LossReason> {
        self.fenced(hash, key, |entry| {
            entry.lane.retry(fence, terms)?;
            let started = entry.started();
            started.error = Some(error.to_owned());
            if !terms.maybe_sent {
                started.reply = None;
            }
            Ok(())
        })
        .map(|((), wake)| wake)
    }

    pub(super) fn finish(
        &mut self,
        now: Timestamp,
        (hash, key): (u64, &K),
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, LossReason> {
        let ((facts, started), wake) = self.fenced(hash, key, |entry| {
            let facts = entry.lane.finish(fence)?;
            Ok::<_, LossReason>((facts, entry.started.take().expect("a held head has been started")))
        })?;
        self.end(now, &facts, *started, finish);
        Ok(wake)
    }

    pub(super) fn bury(
        &mut self,
        now: Timestamp,
        (hash, key): (u64, &K),
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, LossReason> {
        let ((buried, started), wake) = self.fenced(hash, key, |entry| {
            let buried = entry.lane.bury(fence, maybe_sent)?;
            Ok::<_, LossReason>((buried, entry.started.take().expect("a held head has been started")))
        })?;
        match buried {
            Buried::ReplyUnknown(facts) => {
                self.end(now, &facts, *started, &Finish::new(Outcome::ReplyUnknown).with_error(error));
            }
            // A dead batch is kept whole, so its messages still count.
            Buried::Dead(facts) => {
                let mut record = Record::new(key.clone(), Status::Dead, &facts);
                record.ended_at = Some(self.clamp(now));
                record.classification = started.checkpoint;
                record.error = Some(error.to_owned());
                self.dead.insert(facts.id, Dead { record, facts, batch: started.batch });
            }
        }
        Ok(wake)
    }

    fn end(&mut self, now: Timestamp, facts: &BatchFacts, started: Started<K, M>, finish: &Finish) {
        let mut record = Record::new(started.batch.key.clone(), Status::Finished, facts);
        record.classification = started.checkpoint;
        record.error = finish.error.clone().or(started.error);
        self.keep(now, record, finish.outcome.clone());
    }

    fn keep(&mut self, now: Timestamp, mut record: Record<K>, outcome: Outcome) {
        self.room.messages.subtract(record.messages as usize);
        record.ended_at = Some(self.clamp(now));
        record.outcome = Some(outcome);
        if self.keep_finished == 0 {
            return;
        }
        if self.finished.len() == self.keep_finished {
            self.finished.pop_front();
        }
        self.finished.push_back(record);
    }

    pub(super) fn flush(&mut self, now: Timestamp, key: Option<(u64, &K)>, reason: CloseReason) -> u64 {
        let now = self.clamp(now);
        let slots: Vec<u32> = match key {
            Some((hash, key)) => self.find(hash, key).into_iter().collect(),
            None => self.index.iter().copied().collect(),
        };
        let mut flushed = 0;
        for slot in slots {
            flushed += self.entry(slot).lane.flush(now, reason) as u64;
            self.requeue_entry(slot);
        }
        flushed
    }

    pub(super) fn cancel(&mut self, now: Timestamp, (hash, key): (u64, &K)) -> Vec<BatchId> {
        let Some(slot) = self.find(hash, key) else { return Vec::new() };
        let entry = self.entry(slot);
        let cancelled = entry.lane.cancel();
        entry.messages = Vec::new();
        let started = if entry.lane.is_empty() { entry.started.take() } else { None };
        self.requeue_entry(slot);
        let outcome = Outcome::NoReply(NoReply::Cancelled);
        for facts in &cancelled {
            let mut record = Record::new(key.clone(), Status::Finished, facts);
            if let Some(started) = started.as_ref().filter(|started| started.batch.id == facts.id) {
                record.classification.clone_from(&started.checkpoint);
                record.error.clone_from(&started.error);
            }
            self.keep(now, record, outcome.clone());
        }
        cancelled.into_iter().map(|facts| facts.id).collect()
    }

    pub(super) fn set_opted_out(&mut self, now: Timestamp, (hash, key): (u64, &K), opted_out: bool) {
        let now = self.clamp(now);
        let slot = match self.find(hash, key) {
            Some(slot) => slot,
            None if opted_out => self.insert(hash, key.clone()),
            None => return,
        };
        let lane = &mut self.entry(slot).lane;
        if opted_out {
            lane.opt_out(now);
        } else {
            lane.opt_in();
        }
        self.requeue_entry(slot);
    }

    pub(super) fn maintain(&mut self, now: Timestamp, limit: usize, maintained: &mut Maintained) {
        let now = self.clamp(now);
        maintained.ids_pruned += self.ids.expire(now);
        let due: Vec<(Timestamp, u32)> =
            self.idle.iter().copied().take_while(|(at, _)| *at <= now).take(limit).collect();
        for (at, slot) in due {
            self.idle.remove(&(at, slot));
            self.remove(slot);
            maintained.lanes_pruned += 1;
        }
        maintained.more |= self.idle.first().is_some_and(|(at, _)| *at <= now);
    }

    pub(super) fn requeue(
        &mut self,
        now: Timestamp,
        id: BatchId,
        hash_of: impl Fn(&K) -> u64,
    ) -> Result<Requeued, RequeueError> {
        let now = self.clamp(now);
        if self.finished.iter().any(|record| record.id == id) {
            return Err(RequeueError::Finished);
        }
        let Some(dead) = self.dead.get(&id) else { return self.nudge(now, id) };
        let (key, facts) = (dead.record.key.clone(), dead.facts.clone());
        let hash = hash_of(&key);
        let slot = self.find(hash, &key).unwrap_or_else(|| self.insert(hash, key));
        let new_id = self.batch_ids.next(now);
        let requeued = self.entry(slot).lane.requeue(now, new_id, &facts);
        if requeued.is_ok() {
            let dead = self.dead.remove(&id).expect("it was there a moment ago");
            self.entry(slot).messages.extend(Arc::unwrap_or_clone(dead.batch).into_parts());
        }
        self.requeue_entry(slot);
        requeued.map(|()| Requeued::Revived(new_id)).map_err(|_| RequeueError::LineFull)
    }

    fn nudge(&mut self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        let nudged =
            self.entries.iter_mut().find_map(|(slot, entry)| Some((slot, entry.lane.nudge(now, id)?)));
        match nudged {
            None => Err(RequeueError::Unknown),
            Some((_, crate::lane::Nudged::InFlight)) => Err(RequeueError::InFlight),
            Some((slot, crate::lane::Nudged::DueNow)) => {
                self.requeue_entry(u32::try_from(slot).expect("slots are numbered in 32 bits"));
                Ok(Requeued::DueNow)
            }
        }
    }

    pub(super) fn count(&self, now: Timestamp, counts: &mut Counts) {
        counts.keys += self.entries.len() as u64;
        counts.dead += self.dead.len() as u64;
        counts.finished += self.finished.len() as u64;
        for (_, entry) in &self.entries {
            for (position, facts) in entry.lane.facts().enumerate() {
                let counter = match facts.state {
                    BatchState::Open => &mut counts.open,
                    BatchState::Closed => &mut counts.closed,
                    BatchState::Claimed => &mut counts.claimed,
                    BatchState::Retrying => &mut counts.retrying,
                };
                *counter += 1;
                counts.messages_buffered += u64::from(facts.messages);
                if position == 0 {
                    entry.count_overdue(now, facts.state, counts);
                }
            }
        }
    }

    /// Takes every unfinished and dead batch out. One whose reply may be out ends here instead.
    pub(super) fn hand_back(&mut self, batches: &mut Vec<Batch<K, M>>) {
        let already = batches.len();
        let dead = std::mem::take(&mut self.dead).into_values();
        batches.extend(dead.map(|dead| Arc::unwrap_or_clone(dead.batch)));
        for slot in self.index.iter().copied().collect::<Vec<_>>() {
            let (started, rest) = self.entry(slot).hand_back();
            match started {
                Some((facts, started)) if started.reply.is_some() => {
                    let finish = Finish::new(Outcome::ReplyUnknown).with_error(STOPPED_WHILE_SENDING);
                    self.end(self.latest, &facts, *started, &finish);
                }
                started => batches.extend(started.map(|(_, started)| Arc::unwrap_or_clone(started.batch))),
            }
            batches.extend(rest);
            self.requeue_entry(slot);
        }
        let messages = batches[already..].iter().map(|batch| batch.messages.len()).sum();
        self.room.messages.subtract(messages);
    }

    /// Every record that the filter admits, unsorted.
    pub(super) fn list(&self, filter: &Filter, records: &mut Vec<Record<K>>) {
        let unfinished = self.entries.iter().flat_map(|(_, entry)| entry.records());
        let ended = self.finished.iter().chain(self.dead.values().map(|dead| &dead.record)).cloned();
        records.extend(unfinished.chain(ended).filter(|record| filter.admits(&record.key, record.status)));
    }

    pub(super) fn batch(&self, id: BatchId) -> Option<Whole<K, M>> {
        if let Some(dead) = self.dead.get(&id) {
            return Some(Whole::new(dead.record.clone(), Some((*dead.batch).clone())));
        }
        if let Some(record) = self.finished.iter().find(|record| record.id == id) {
            return Some(Whole::new(record.clone(), None));
        }
        self.entries.iter().find_map(|(_, entry)| entry.whole(id))
    }
}
