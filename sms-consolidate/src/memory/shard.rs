//! One shard of the in-memory store: everything of the keys whose hash falls to it, behind one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashTable;

use super::Hasher;
use super::arena::{Arena, Handle};
use super::entry::Entry;
use super::ids::Ids;
use super::messages::Messages;
use super::room::Room;
use super::senders::{Held, Senders};
use super::wakes::Wakes;
use crate::clock::Timestamp;
use crate::lane::Entry as LaneEntry;
use crate::message::{Arrived, Batch, BatchId, BatchIds, Key, Message};
use crate::store::{Appended, AppendedOne, Arrival, Claim, Maintained, Record, Refusal};

mod change;
mod inspect;

struct Dead<K, M> {
    record: Record<K>,
    batch: Arc<Batch<K, M>>,
}

pub(super) struct Shard<K, M> {
    entries: Arena<Entry<K>>,
    index: HashTable<Handle>,
    hasher: Hasher,
    messages: Messages<M>,
    /// Heads that were claimed.
    started: Arena<Arc<Batch<K, M>>>,
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
    /// Ids that were forgotten before their time where nobody could be told.
    ids_forgotten: u64,
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
}

impl<K: Key, M: Message> Shard<K, M> {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts { hasher, ids, batch_ids, keep_finished, room_for_keys, room_for_messages } = parts;
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
            ids_forgotten: 0,
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

    fn take_started(&mut self, entry: Handle) -> Option<Arc<Batch<K, M>>> {
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

    /// Inserts even if there are as many keys as there may be: what the service itself asks for is never refused.
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

    /// Appends to the entry of the arrival's key, which is `known` if there is one.
    pub(super) fn append(
        &mut self,
        known: Option<Handle>,
        now: Timestamp,
        hash: u64,
        arrival: Arrival<K, M>,
        senders: &Senders,
    ) -> AppendedOne {
        let now = self.clamp(now);
        let id = arrival.message.id().map(|id| self.ids.hash(&arrival.key, id));
        if id.is_some_and(|id| self.ids.contains(id)) || self.is_pinned(known, &arrival) {
            return Appended::Duplicate.into();
        }
        let for_lane = arrival.for_lane();
        let mut held = arrival.sender_scope().map(|scope| senders.hold(&scope));
        let sender = held.as_ref().map(Held::record).unwrap_or_default();
        let opts_out = for_lane.would_opt_out(&sender);
        if let Some(held) = held.as_mut().filter(|_| opts_out)
            && !held.make_room()
        {
            return Appended::Refused(Refusal::OptOuts).into();
        }
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
        let Ok((accepted, after)) = entry.lane.arrive(now, &for_lane, &sender, || batch_ids.next(now)) else {
            self.room_for_messages.give_back(1);
            return Appended::Refused(Refusal::Line).into();
        };
        // Where there is no room, a start that has changed nothing is not remembered. A stop had room a moment ago, and others may
        // have taken it since.
        if let (Some(held), Some(after)) = (&mut held, after)
            && (after.is_opted_out() || held.make_room())
        {
            held.put(after);
        }
        drop(held);
        self.keep(handle, accepted.entry, Arrived { message, at: accepted.at });
        let ids_forgotten = std::mem::take(&mut self.ids_forgotten);
        let ids_forgotten = ids_forgotten + id.map_or(0, |id| self.ids.insert(now, id));
        AppendedOne { result: Appended::Accepted(accepted), wake_at: self.moved(handle), ids_forgotten }
    }

    /// Keeps a message that the lane has taken in.
    fn keep(&mut self, handle: Handle, how: LaneEntry, arrived: Arrived<M>) {
        if how == LaneEntry::Superseded {
            self.put_back_started(handle);
        }
        let entry = self.entries.get_mut(handle).expect("the entry was found or inserted");
        if how == LaneEntry::Ahead {
            self.messages.push_front(handle, &mut entry.messages, arrived);
        } else {
            self.messages.push(&mut entry.messages, arrived);
        }
    }

    /// Whether the message is in a dead batch of its key, whose ids are known however old they are.
    fn is_pinned(&self, known: Option<Handle>, arrival: &Arrival<K, M>) -> bool {
        if self.dead.is_empty() {
            return false;
        }
        let Some(id) = arrival.message.id() else { return false };
        let entry = known.and_then(|handle| self.entries.get(handle));
        let dead = entry.into_iter().flat_map(|entry| entry.lane.dead());
        let mut batches = dead.filter_map(|dead| self.dead.get(&dead));
        batches.any(|dead| dead.batch.messages.iter().any(|message| message.id() == Some(id)))
    }

    /// Takes up room for a message, and for its key if that is new. Where it opts out there is always room for it.
    fn take_room(&mut self, is_new: bool, opts_out: bool) -> Result<(), Refusal> {
        if opts_out {
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
        for part in Arc::unwrap_or_clone(started).into_parts() {
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
                // Claims are large, and there are seldom few: growing step by step would copy most of them twice.
                claims.reserve(enough - claims.len());
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
            entry.started = Some(self.started.insert(batch));
        }
        let started = entry.started.and_then(|started| self.started.get(started));
        let batch = Arc::clone(started.expect("an entry names a head that is here"));
        Some(Claim::new(claimed, batch))
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
}

/// Whether an instant among the wakes still holds for its entry.
fn is_queued<K>(entries: &Arena<Entry<K>>, at: Timestamp, entry: Handle) -> bool {
    entries.get(entry).is_some_and(|entry| entry.queued == at)
}

#[cfg(test)]
mod tests;
