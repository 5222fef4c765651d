//! One shard of the in-memory store: everything of the keys whose hash falls to it, behind one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashTable;

use super::Hasher;
use super::arena::{Arena, Handle};
use super::entry::{Entry, Started};
use super::ids::Ids;
use super::messages::Messages;
use super::room::Room;
use super::wakes::Wakes;
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{
    BatchFacts, Buried, CloseReason, Entry as LaneEntry, Fence, Lane, LossReason, Nudged, ReplyRefusal,
    ReplyTerms, RetryTerms,
};
use crate::message::{Arrived, Batch, BatchId, BatchIds, Key, Message};
use crate::store::{
    Appended, AppendedOne, Arrival, Claim, Finish, Maintained, NoReply, Outcome, Record, Refusal,
    RequeueError, Requeued, Status,
};

mod inspect;

/// Why a batch ends without being handed back: whoever got it might have it answered a second time.
const STOPPED_WHILE_SENDING: &str = "the service stopped before it knew whether the reply was sent";

struct Dead<K, M> {
    record: Record<K>,
    facts: BatchFacts,
    batch: Arc<Batch<K, M>>,
}

pub(super) struct Shard<K, M> {
    entries: Arena<Entry<K>>,
    index: HashTable<Handle>,
    hasher: Hasher,
    messages: Messages<M>,
    started: Arena<Started<K, M>>,
    wakes: Wakes,
    /// When idle entries can be forgotten: each once, as long as it is idle.
    idle: BTreeSet<(Timestamp, Handle)>,
    ids: Ids,
    batch_ids: BatchIds,
    dead: BTreeMap<BatchId, Dead<K, M>>,
    finished: VecDeque<Record<K>>,
    keep_finished: usize,
    room_for_keys: Room,
    room_for_messages: Room,
    /// Entries that have opted out.
    room_for_opt_outs: Room,
    latest: Timestamp,
}

/// What the shards of one store do not share.
pub(super) struct Parts {
    pub(super) hasher: Hasher,
    pub(super) ids: Ids,
    pub(super) batch_ids: BatchIds,
    pub(super) keep_finished: usize,
    pub(super) room_for_keys: Room,
    pub(super) room_for_messages: Room,
    pub(super) room_for_opt_outs: Room,
}

impl<K: Key, M: Message> Shard<K, M> {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts {
            hasher,
            ids,
            batch_ids,
            keep_finished,
            room_for_keys,
            room_for_messages,
            room_for_opt_outs,
        } = parts;
        Self {
            entries: Arena::new(),
            index: HashTable::new(),
            hasher,
            messages: Messages::new(),
            started: Arena::new(),
            wakes: Wakes::new(),
            idle: BTreeSet::new(),
            ids,
            batch_ids,
            dead: BTreeMap::new(),
            finished: VecDeque::new(),
            keep_finished,
            room_for_keys,
            room_for_messages,
            room_for_opt_outs,
            latest: Timestamp::MIN,
        }
    }

    /// Lanes must not see time run backwards, even if two callers race.
    fn clamp(&mut self, now: Timestamp) -> Timestamp {
        self.latest = self.latest.max(now);
        self.latest
    }

    pub(super) fn find(&self, hash: u64, key: &K) -> Option<Handle> {
        let is = |entry: &Handle| self.entries.get(*entry).is_some_and(|entry| entry.key == *key);
        self.index.find(hash, is).copied()
    }

    fn entry(&mut self, entry: Handle) -> &mut Entry<K> {
        self.entries.get_mut(entry).expect("the index and the lane's wakes name live entries only")
    }

    fn started(&mut self, entry: Handle) -> &mut Started<K, M> {
        let started = self.entry(entry).started.expect("a held head has been started");
        self.started.get_mut(started).expect("an entry names a head that is here")
    }

    fn take_started(&mut self, entry: Handle) -> Option<Started<K, M>> {
        let started = self.entry(entry).started.take()?;
        Some(self.started.remove(started))
    }

    fn insert(&mut self, hash: u64, key: K) -> Handle {
        let handle = self.entries.insert(Entry::new(key));
        let (entries, hasher) = (&self.entries, &self.hasher);
        let hash_of = |entry: &Handle| entries.get(*entry).map_or(0, |entry| hasher.hash_one(&entry.key));
        self.index.insert_unique(hash, handle, hash_of);
        handle
    }

    /// Inserts even if there are as many keys as there may be.
    fn insert_anyway(&mut self, hash: u64, key: K) -> Handle {
        self.room_for_keys.take_anyway();
        self.insert(hash, key)
    }

    fn remove(&mut self, handle: Handle) {
        let entry = self.entries.remove(handle);
        let hash = self.hasher.hash_one(&entry.key);
        if let Ok(found) = self.index.find_entry(hash, |candidate| *candidate == handle) {
            found.remove();
        }
        self.room_for_keys.give_back(1);
    }

    /// Sees to it that the entry comes up in time after its lane has changed, or drops it if nothing is left to know.
    /// Returns when the lane wakes.
    fn moved(&mut self, handle: Handle) -> Option<Timestamp> {
        let latest = self.latest;
        let entry = self.entry(handle);
        let wake = entry.lane.wake_at();
        match (wake, entry.lane.forgettable_at()) {
            (Some(wake), _) if entry.queued <= wake => {}
            (Some(wake), _) => {
                entry.queued = wake;
                self.wakes.push(wake, handle);
                self.wakes.tidy(self.entries.len(), |at, entry| is_queued(&self.entries, at, entry));
            }
            (None, Some(at)) if at <= latest => {
                self.idle.remove(&(at, handle));
                self.remove(handle);
            }
            (None, Some(at)) => {
                entry.queued = Timestamp::MAX;
                self.idle.insert((at, handle));
            }
            (None, None) => entry.queued = Timestamp::MAX,
        }
        wake
    }

    /// Comes before what may change an idle lane.
    fn leave_idle(&mut self, handle: Handle) {
        if let Some(at) = self.entry(handle).lane.forgettable_at() {
            self.idle.remove(&(at, handle));
        }
    }

    pub(super) fn append(&mut self, now: Timestamp, hash: u64, arrival: Arrival<K, M>) -> AppendedOne {
        let known = self.find(hash, &arrival.key);
        self.append_to(known, now, hash, arrival)
    }

    /// Appends to the entry of the arrival's key, which is `known` if there is one.
    pub(super) fn append_to(
        &mut self,
        known: Option<Handle>,
        now: Timestamp,
        hash: u64,
        arrival: Arrival<K, M>,
    ) -> AppendedOne {
        let now = self.clamp(now);
        let id = arrival.message.id().map(|id| self.ids.hash(&arrival.key, id));
        if id.is_some_and(|id| self.ids.contains(id)) {
            return Appended::Duplicate.into();
        }
        let for_lane = arrival.for_lane();
        let opts_out = match known {
            Some(handle) => self.entry(handle).lane.would_opt_out(&for_lane),
            None => Lane::default().would_opt_out(&for_lane),
        };
        if let Err(refusal) = self.take_room(known.is_none(), opts_out) {
            return Appended::Refused(refusal).into();
        }
        let Arrival { key, message, .. } = arrival;
        let handle = match known {
            Some(handle) => {
                self.leave_idle(handle);
                handle
            }
            None => self.insert(hash, key),
        };
        let batch_ids = &mut self.batch_ids;
        let entry = self.entries.get_mut(handle).expect("the entry was found or inserted");
        let Ok(accepted) = entry.lane.arrive(now, &for_lane, || batch_ids.next(now)) else {
            self.room_for_messages.give_back(1);
            return Appended::Refused(Refusal::Line).into();
        };
        if accepted.opted_out == Some(false) {
            self.room_for_opt_outs.give_back(1);
        }
        if accepted.entry == LaneEntry::Superseded {
            self.put_back_started(handle);
        }
        let entry = self.entries.get_mut(handle).expect("the entry was found or inserted");
        let arrived = Arrived { message, at: now };
        if accepted.entry == LaneEntry::Ahead {
            self.messages.push_front(handle, &mut entry.messages, arrived);
        } else {
            self.messages.push(&mut entry.messages, arrived);
        }
        let ids_forgotten = id.map_or(0, |id| self.ids.insert(now, id));
        AppendedOne { result: Appended::Accepted(accepted), wake_at: self.moved(handle), ids_forgotten }
    }

    /// Takes up room for a message, and for its key if that is new. Where it opts out there is room for it as long as
    /// there is some for opt-outs.
    fn take_room(&mut self, is_new: bool, opts_out: bool) -> Result<(), Refusal> {
        if opts_out {
            if !self.room_for_opt_outs.take() {
                return Err(Refusal::OptOuts);
            }
            self.room_for_messages.take_anyway();
            if is_new {
                self.room_for_keys.take_anyway();
            }
            return Ok(());
        }
        if !self.room_for_messages.take() {
            return Err(Refusal::Messages);
        }
        if is_new && !self.room_for_keys.take() {
            self.room_for_messages.give_back(1);
            return Err(Refusal::Keys);
        }
        Ok(())
    }

    /// Makes the head's messages those of an open batch again.
    fn put_back_started(&mut self, handle: Handle) {
        let started = self.take_started(handle).expect("a claimed head has been started");
        let entry = self.entries.get_mut(handle).expect("the entry has a head");
        for part in Arc::unwrap_or_clone(started.batch).into_parts() {
            self.messages.push(&mut entry.messages, part);
        }
    }

    pub(super) fn next_wake(&mut self) -> Option<Timestamp> {
        while let Some((at, entry)) = self.wakes.first() {
            if is_queued(&self.entries, at, entry) {
                return Some(at);
            }
            self.wakes.pop_due(at);
        }
        None
    }

    /// Claims up to `limit` due heads into `claims`; returns whether more may be due.
    pub(super) fn claim(
        &mut self,
        now: Timestamp,
        limit: usize,
        lease: Duration,
        claims: &mut Vec<Claim<K, M>>,
    ) -> bool {
        let now = self.clamp(now);
        let enough = claims.len() + limit;
        while claims.len() < enough {
            let Some((at, handle)) = self.wakes.pop_due(now) else { return false };
            if is_queued(&self.entries, at, handle) {
                self.entry(handle).queued = Timestamp::MAX;
                claims.extend(self.claim_head(now, handle, lease));
                self.moved(handle);
            }
        }
        true
    }

    fn claim_head(&mut self, now: Timestamp, handle: Handle, lease: Duration) -> Option<Claim<K, M>> {
        let entry = self.entries.get_mut(handle).expect("what is queued is here");
        let claimed = entry.lane.claim(now, lease)?;
        if entry.started.is_none() {
            let parts =
                self.messages.take_front(handle, &mut entry.messages, claimed.facts.messages as usize);
            let batch = Arc::new(Batch::assemble(&claimed.facts, entry.key.clone(), parts));
            let started = Started { batch, checkpoint: None, reply: None, error: None };
            entry.started = Some(self.started.insert(started));
        }
        let Started { batch, checkpoint, reply, .. } = self.started(handle);
        Some(Claim::new(&claimed, Arc::clone(batch), checkpoint.clone(), reply.clone()))
    }

    /// Applies a fenced transition to the lane of `key`.
    fn held<T, E: From<LossReason>>(
        &mut self,
        (hash, key): (u64, &K),
        transition: impl FnOnce(&mut Lane) -> Result<T, E>,
    ) -> Result<(Handle, T), E> {
        let handle = self.find(hash, key).ok_or(LossReason::Stolen)?;
        Ok((handle, transition(&mut self.entry(handle).lane)?))
    }

    pub(super) fn renew(
        &mut self,
        now: Timestamp,
        key: (u64, &K),
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, LossReason> {
        let now = self.clamp(now);
        let (entry, until) = self.held(key, |lane| lane.renew(now, fence, lease))?;
        self.moved(entry);
        Ok(until)
    }

    pub(super) fn checkpoint(
        &mut self,
        key: (u64, &K),
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), LossReason> {
        let (entry, ()) = self.held(key, |lane| lane.checkpoint(fence))?;
        self.started(entry).checkpoint = Some(classification.clone());
        Ok(())
    }

    pub(super) fn begin_reply(
        &mut self,
        now: Timestamp,
        key: (u64, &K),
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), ReplyRefusal> {
        let now = self.clamp(now);
        let (entry, ()) = self.held(key, |lane| lane.begin_reply(now, fence, terms))?;
        self.started(entry).reply.get_or_insert_with(|| text.to_owned());
        Ok(())
    }

    pub(super) fn retry(
        &mut self,
        key: (u64, &K),
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, LossReason> {
        let (entry, ()) = self.held(key, |lane| lane.retry(fence, terms))?;
        let started = self.started(entry);
        started.error = Some(error.to_owned());
        if !terms.maybe_sent {
            started.reply = None;
        }
        Ok(self.moved(entry))
    }

    pub(super) fn finish(
        &mut self,
        now: Timestamp,
        key: (u64, &K),
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, LossReason> {
        let (entry, facts) = self.held(key, |lane| lane.finish(fence))?;
        let started = self.take_started(entry).expect("a held head has been started");
        let wake = self.moved(entry);
        self.end(now, &facts, started, finish);
        Ok(wake)
    }

    pub(super) fn bury(
        &mut self,
        now: Timestamp,
        key: (u64, &K),
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, LossReason> {
        let (entry, buried) = self.held(key, |lane| lane.bury(fence, maybe_sent))?;
        let started = self.take_started(entry).expect("a held head has been started");
        let wake = self.moved(entry);
        match buried {
            Buried::ReplyUnknown(facts) => {
                self.end(now, &facts, started, &Finish::new(Outcome::ReplyUnknown).with_error(error));
            }
            // A dead batch is kept whole, so its messages still count.
            Buried::Dead(facts) => {
                let mut record = Record::new(key.1.clone(), Status::Dead, &facts);
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
        self.room_for_messages.give_back(record.messages as usize);
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
        let entries: Vec<Handle> = match key {
            Some((hash, key)) => self.find(hash, key).into_iter().collect(),
            None => self.index.iter().copied().collect(),
        };
        let mut total = 0;
        for entry in entries {
            let flushed = self.entry(entry).lane.flush(now, reason) as u64;
            if flushed > 0 {
                self.moved(entry);
                total += flushed;
            }
        }
        total
    }

    pub(super) fn cancel(&mut self, now: Timestamp, (hash, key): (u64, &K)) -> Vec<BatchId> {
        let Some(handle) = self.find(hash, key) else { return Vec::new() };
        let entry = self.entries.get_mut(handle).expect("the entry was found");
        let cancelled = entry.lane.cancel();
        self.messages.clear(handle, &mut entry.messages);
        let started = if entry.lane.is_empty() { self.take_started(handle) } else { None };
        self.moved(handle);
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

    pub(super) fn set_opted_out(&mut self, now: Timestamp, (hash, key): (u64, &K), opted_out: bool) -> bool {
        let now = self.clamp(now);
        let handle = match self.find(hash, key) {
            Some(handle) => handle,
            None if opted_out => self.insert_anyway(hash, key.clone()),
            None => return false,
        };
        self.leave_idle(handle);
        let lane = &mut self.entry(handle).lane;
        let changed = if opted_out { lane.opt_out(now) } else { lane.opt_in() };
        match (changed, opted_out) {
            (true, true) => self.room_for_opt_outs.take_anyway(),
            (true, false) => self.room_for_opt_outs.give_back(1),
            (false, _) => {}
        }
        self.moved(handle);
        changed
    }

    pub(super) fn maintain(&mut self, now: Timestamp, limit: usize, maintained: &mut Maintained) {
        let now = self.clamp(now);
        maintained.ids_pruned += self.ids.expire(now);
        for _ in 0..limit {
            let Some(&(at, handle)) = self.idle.first().filter(|(at, _)| *at <= now) else { break };
            self.idle.remove(&(at, handle));
            self.remove(handle);
            maintained.lanes_pruned += 1;
        }
        maintained.more |= self.idle.first().is_some_and(|(at, _)| *at <= now);
    }

    pub(super) fn requeue(&mut self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        let now = self.clamp(now);
        if self.finished.iter().any(|record| record.id == id) {
            return Err(RequeueError::Finished);
        }
        let Some(dead) = self.dead.get(&id) else { return self.nudge(now, id) };
        let (key, facts) = (dead.record.key.clone(), dead.facts.clone());
        // Before anything changes: a message's own `clone` may panic.
        let parts = Batch::clone(&dead.batch).into_parts();
        let hash = self.hasher.hash_one(&key);
        let handle = self.find(hash, &key).unwrap_or_else(|| self.insert_anyway(hash, key));
        self.leave_idle(handle);
        let new_id = self.batch_ids.next(now);
        let entry = self.entries.get_mut(handle).expect("the entry was found or inserted");
        let requeued = entry.lane.requeue(now, new_id, &facts);
        if requeued.is_ok() {
            self.dead.remove(&id);
            for part in parts {
                self.messages.push(&mut entry.messages, part);
            }
        }
        self.moved(handle);
        requeued.map(|()| Requeued::Revived(new_id)).map_err(|_| RequeueError::LineFull)
    }

    fn nudge(&mut self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        let handle = self.holder_of(id).ok_or(RequeueError::Unknown)?;
        match self.entry(handle).lane.nudge(now, id) {
            None => Err(RequeueError::Unknown),
            Some(Nudged::InFlight) => Err(RequeueError::InFlight),
            Some(Nudged::DueNow) => {
                self.moved(handle);
                Ok(Requeued::DueNow)
            }
        }
    }

    /// Takes every unfinished and dead batch out. One whose reply may be out ends here instead.
    pub(super) fn hand_back(&mut self, batches: &mut Vec<Batch<K, M>>) {
        let already = batches.len();
        let dead = std::mem::take(&mut self.dead).into_values();
        batches.extend(dead.map(|dead| Arc::unwrap_or_clone(dead.batch)));
        for handle in self.index.iter().copied().collect::<Vec<_>>() {
            self.hand_back_line(handle, batches);
        }
        let messages = batches[already..].iter().map(|batch| batch.messages.len()).sum();
        self.room_for_messages.give_back(messages);
    }

    fn hand_back_line(&mut self, handle: Handle, batches: &mut Vec<Batch<K, M>>) {
        let entry = self.entry(handle);
        let mut line: VecDeque<BatchFacts> = entry.lane.facts().collect();
        entry.lane.clear();
        if let Some(started) = self.take_started(handle) {
            let facts = line.pop_front().expect("a started batch is the head");
            if started.reply.is_some() {
                let finish = Finish::new(Outcome::ReplyUnknown).with_error(STOPPED_WHILE_SENDING);
                self.end(self.latest, &facts, started, &finish);
            } else {
                batches.push(Arc::unwrap_or_clone(started.batch));
            }
        }
        let entry = self.entries.get_mut(handle).expect("the index names live entries only");
        for facts in line {
            let parts = self.messages.take_front(handle, &mut entry.messages, facts.messages as usize);
            batches.push(Batch::assemble(&facts, entry.key.clone(), parts));
        }
        self.moved(handle);
    }
}

/// Whether an instant among the wakes still holds for its entry.
fn is_queued<K>(entries: &Arena<Entry<K>>, at: Timestamp, entry: Handle) -> bool {
    entries.get(entry).is_some_and(|entry| entry.queued == at)
}

#[cfg(test)]
mod tests;
