//! Transitions of one lane, and what is kept beside it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::lane::{Abandoned, BatchFacts, CloseReason, Effects, Ended, Refused, Revived, Transition};
use crate::memory::arena::Handle;
use crate::memory::senders::{Held, Senders};
use crate::message::{Arrived, Batch, BatchId, Key, Message};
use crate::store::{Changed, Record};

use super::{Dead, Shard};

/// The batches of a line that were never claimed, and how many messages each has in its key's chain.
type Waiting = Vec<(BatchId, u32)>;

impl<K: Key, M: Message> Shard<K, M> {
    pub(in crate::memory) fn change(
        &mut self,
        now: Timestamp,
        (hash, key): (u64, &K),
        transition: Transition,
        senders: &Senders,
    ) -> Result<Changed, Refused> {
        let now = self.clamp(now);
        let known = self.find(hash, key);
        // It goes again below if there is nothing to keep of it.
        let handle = known.unwrap_or_else(|| self.insert_anyway(hash, key.clone()));
        // Before anything changes: a message's own `clone` may panic.
        let revived = self.to_revive(&transition);
        let waiting = self.waiting(handle);
        // Nobody opts out between the look at the sender and the transition.
        let held = self.sender_of(key, &transition, senders);
        let sender = held.as_ref().map(Held::record).unwrap_or_default();
        let entry = self.entry(handle);
        let idle_at = entry.lane.forgettable_at();
        let applied = transition.apply(&mut entry.lane, &sender, now);
        drop(held);
        let (answer, effects) = match applied {
            Ok(applied) => applied,
            Err(refused) => {
                if known.is_none() {
                    self.moved(handle);
                }
                return Err(refused);
            }
        };
        if let Some(at) = idle_at {
            self.idle.remove(&(at, handle));
        }
        self.take_in(now, handle, effects, waiting, revived);
        Ok(Changed::new(answer, self.moved(handle)))
    }

    fn sender_of<'a>(&self, key: &K, transition: &Transition, senders: &'a Senders) -> Option<Held<'a>> {
        if senders.is_empty() {
            return None;
        }
        Some(senders.hold(&transition.opt_out_scope(key)?))
    }

    fn waiting(&mut self, handle: Handle) -> Waiting {
        let entry = self.entry(handle);
        let started = usize::from(entry.started.is_some());
        if entry.lane.len() == started {
            return Waiting::new();
        }
        entry.lane.line().skip(started).collect()
    }

    /// The messages of the dead batch that may be in the line again.
    fn to_revive(&self, transition: &Transition) -> Vec<Arrived<M>> {
        let Transition::Requeue { batch, .. } = transition else { return Vec::new() };
        self.dead.get(batch).map(|dead| Batch::clone(&dead.batch).into_parts()).unwrap_or_default()
    }

    /// Keeps what a transition has led to beside the lane.
    fn take_in(
        &mut self,
        now: Timestamp,
        handle: Handle,
        effects: Effects,
        waiting: Waiting,
        revived: Vec<Arrived<M>>,
    ) {
        let Effects { ended, revived: requeued, abandoned } = effects;
        self.drop_waiting(handle, &ended, waiting);
        for ended in ended {
            self.end(handle, ended);
        }
        if let Some(Revived { dead, .. }) = requeued {
            self.dead.remove(&dead);
            self.put_back(now, handle, revived);
        }
        if let Some(Abandoned { batch, at, .. }) = abandoned
            && let Some(dead) = self.dead.remove(&batch)
        {
            self.keep_finished(dead.record.abandoned(at));
        }
    }

    /// Drops the messages of batches that ended without having been claimed.
    fn drop_waiting(&mut self, handle: Handle, ended: &[Ended], waiting: Waiting) {
        let has_ended = |batch: BatchId| ended.iter().any(|ended| ended.facts.id == batch);
        if !waiting.iter().any(|(batch, _)| has_ended(*batch)) {
            return;
        }
        let entry = self.entries.get_mut(handle).expect("its lane was changed");
        let mut take = |count: u32| self.messages.take_front(handle, &mut entry.messages, count as usize);
        let line: Vec<_> = waiting.into_iter().map(|(batch, count)| (batch, take(count))).collect();
        for arrived in
            line.into_iter().filter(|(batch, _)| !has_ended(*batch)).flat_map(|(_, arrived)| arrived)
        {
            self.messages.push(&mut entry.messages, arrived);
        }
    }

    fn end(&mut self, handle: Handle, ended: Ended) {
        let is_dead = ended.outcome.is_none();
        let started = self.entry(handle).started.and_then(|started| self.started.get(started));
        let is_started = started.is_some_and(|batch| batch.id == ended.facts.id);
        let batch = if is_started { self.take_started(handle) } else { None };
        if !is_dead && self.keep_finished == 0 {
            self.room_for_messages.give_back(ended.facts.messages as usize);
            return;
        }
        let record = Record::ended(self.entry(handle).key.clone(), ended);
        match batch {
            // A dead batch is kept whole, so its messages still count.
            Some(batch) if is_dead => {
                self.dead.insert(record.id, Dead { record, batch });
            }
            _ => self.keep_finished(record),
        }
    }

    fn keep_finished(&mut self, record: Record<K>) {
        self.room_for_messages.give_back(record.messages as usize);
        if self.keep_finished == 0 {
            return;
        }
        if self.finished.len() == self.keep_finished {
            self.finished.pop_front();
        }
        self.finished.push_back(record);
    }

    /// Has a dead batch's messages follow all others of their key, and their ids known for their time again.
    fn put_back(&mut self, now: Timestamp, handle: Handle, arrived: Vec<Arrived<M>>) {
        let entry = self.entries.get_mut(handle).expect("its lane was changed");
        for arrived in arrived {
            if let Some(id) = arrived.message.id().map(|id| self.ids.hash(&entry.key, id))
                && !self.ids.contains(id)
            {
                self.ids_forgotten += self.ids.insert(now, id);
            }
            self.messages.push(&mut entry.messages, arrived);
        }
    }

    pub(in crate::memory) fn flush_all(&mut self, now: Timestamp, reason: CloseReason) -> u64 {
        let now = self.clamp(now);
        let mut flushed = 0;
        for handle in self.index.iter().copied().collect::<Vec<_>>() {
            let lane = &mut self.entry(handle).lane;
            if lane.is_empty() {
                continue;
            }
            flushed += lane.flush(now, reason);
            self.moved(handle);
        }
        flushed
    }

    /// Takes every unfinished and dead batch out. One whose reply may be out ends here instead.
    pub(in crate::memory) fn hand_back(&mut self, batches: &mut Vec<Batch<K, M>>) {
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
        self.leave_idle(handle);
        let latest = self.latest;
        let entry = self.entry(handle);
        let mut line: VecDeque<BatchFacts> = entry.lane.facts().collect();
        let effects = entry.lane.hand_back(latest);
        if let Some(started) = self.take_started(handle) {
            line.pop_front();
            // Only the head can end so, and a lane that is handed back has nothing to revive or to give up.
            let Effects { ended, revived: _, abandoned: _ } = effects;
            match ended.into_iter().next() {
                Some(ended) => self.keep_finished(Record::ended(started.key.clone(), ended)),
                None => batches.push(Arc::unwrap_or_clone(started)),
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
