//! Looking into a shard. Nothing here changes anything.

use crate::clock::Timestamp;
use crate::lane::BatchFacts;
use crate::memory::arena::Handle;
use crate::memory::entry::Entry;
use crate::message::{Batch, BatchId, Key, Message};
use crate::store::{Counts, Record, Whole};

use super::Shard;

impl<K: Key, M: Message> Shard<K, M> {
    pub(in crate::memory) fn count(&self, now: Timestamp, counts: &mut Counts) {
        counts.keys += self.entries.len() as u64;
        counts.dead += self.dead.len() as u64;
        counts.finished += self.finished.len() as u64;
        self.entries.iter().for_each(|(_, entry)| entry.lane.count(now, counts));
    }

    /// Every record, unsorted.
    pub(in crate::memory) fn records(&self) -> impl Iterator<Item = Record<K>> + '_ {
        let unfinished = self.entries.iter().flat_map(|(_, entry)| records_of(entry));
        let ended = self.finished.iter().chain(self.dead.values().map(|dead| &dead.record)).cloned();
        unfinished.chain(ended)
    }

    pub(in crate::memory) fn batch(&self, id: BatchId) -> Option<Whole<K, M>> {
        if let Some(dead) = self.dead.get(&id) {
            return Some(Whole::new(dead.record.clone(), Some((*dead.batch).clone())));
        }
        if let Some(record) = self.finished.iter().find(|record| record.id == id) {
            return Some(Whole::new(record.clone(), None));
        }
        self.unfinished(id)
    }

    fn unfinished(&self, id: BatchId) -> Option<Whole<K, M>> {
        let handle = self.holder_of(id)?;
        let entry = self.entries.get(handle)?;
        let mut line: Vec<BatchFacts> = entry.lane.facts().collect();
        let position = line.iter().position(|facts| facts.id == id)?;
        let started = entry.started.and_then(|started| self.started.get(started));
        let before = &line[..position];
        let from: u32 = before.iter().skip(usize::from(started.is_some())).map(|facts| facts.messages).sum();
        let facts = line.swap_remove(position);
        let batch = if let Some(started) = started.filter(|_| position == 0) {
            Batch::clone(started)
        } else {
            let count = facts.messages as usize;
            let parts = self.messages.copy(handle, &entry.messages, from as usize, count);
            Batch::assemble(&facts, entry.key.clone(), parts)
        };
        Some(Whole::new(Record::unfinished(entry.key.clone(), facts), Some(batch)))
    }

    /// Whose line an unfinished batch is in.
    fn holder_of(&self, id: BatchId) -> Option<Handle> {
        let mut entries = self.entries.iter();
        entries.find(|(_, entry)| entry.lane.line().any(|(batch, _)| batch == id)).map(|(handle, _)| handle)
    }
}

/// The records of an entry's line.
fn records_of<K: Key>(entry: &Entry<K>) -> impl Iterator<Item = Record<K>> + '_ {
    entry.lane.facts().map(|facts| Record::unfinished(entry.key.clone(), facts))
}
