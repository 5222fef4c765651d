//! Looking into a shard. Nothing here changes anything.

use crate::clock::Timestamp;
use crate::lane::BatchFacts;
use crate::memory::arena::Handle;
use crate::memory::entry::Entry;
use crate::message::{Batch, BatchId, Key, Message};
use crate::store::{Counts, Filter, Record, Whole};

use super::Shard;

impl<K: Key, M: Message> Shard<K, M> {
    pub(in crate::memory) fn count(&self, now: Timestamp, counts: &mut Counts) {
        counts.keys += self.entries.len() as u64;
        counts.dead += self.dead.len() as u64;
        counts.finished += self.finished.len() as u64;
        self.entries.iter().for_each(|(_, entry)| entry.count(now, counts));
    }

    /// Every record that the filter admits, unsorted.
    pub(in crate::memory) fn list(&self, filter: &Filter, records: &mut Vec<Record<K>>) {
        let unfinished = self.entries.iter().flat_map(|(_, entry)| self.records(entry));
        let ended = self.finished.iter().chain(self.dead.values().map(|dead| &dead.record)).cloned();
        records.extend(unfinished.chain(ended).filter(|record| filter.admits(&record.key, record.status)));
    }

    /// The records of an entry's line.
    fn records<'a>(&'a self, entry: &'a Entry<K>) -> impl Iterator<Item = Record<K>> + 'a {
        let mut started = entry.started.and_then(|started| self.started.get(started));
        entry.lane.facts().map(move |facts| {
            let mut record = Record::new(entry.key.clone(), facts.state.into(), &facts);
            if let Some(started) = started.take() {
                record.classification.clone_from(&started.checkpoint);
                record.error.clone_from(&started.error);
            }
            record
        })
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
        let line: Vec<BatchFacts> = entry.lane.facts().collect();
        let position = line.iter().position(|facts| facts.id == id)?;
        let record = self.records(entry).nth(position)?;
        let started = entry.started.and_then(|started| self.started.get(started));
        if let Some(started) = started.filter(|_| position == 0) {
            return Some(Whole::new(record, Some((*started.batch).clone())));
        }
        let before = &line[usize::from(started.is_some())..position];
        let from: u32 = before.iter().map(|facts| facts.messages).sum();
        let facts = &line[position];
        let parts = self.messages.copy(handle, &entry.messages, from as usize, facts.messages as usize);
        Some(Whole::new(record, Some(Batch::assemble(facts, entry.key.clone(), parts))))
    }

    /// Whose line an unfinished batch is in.
    pub(super) fn holder_of(&self, id: BatchId) -> Option<Handle> {
        let mut entries = self.entries.iter();
        entries.find(|(_, entry)| entry.lane.facts().any(|facts| facts.id == id)).map(|(handle, _)| handle)
    }
}
