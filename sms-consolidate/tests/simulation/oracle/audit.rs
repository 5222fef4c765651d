//! What must be true of the whole store, and at the end.

use std::collections::{BTreeMap, BTreeSet};

use sms_consolidate::store::{Counts, Outcome, Record, Status, Whole};
use sms_consolidate::{BatchId, Timestamp};

use super::{Oracle, State, check};
use crate::plan::{SimKey, SimMessage};

impl Oracle {
    /// Heads that are due while a driver is free to take them up.
    pub(crate) fn check_nothing_waits(&mut self, now: Timestamp) {
        let waiting = self.claimable(now);
        check!(self, waiting.is_empty(), "{waiting:?} were due at {now} and nobody took them up");
    }

    pub(crate) fn check_counts(&mut self, counts: &Counts) {
        let unfinished = self.batches.values().filter(|batch| batch.state == State::Unfinished);
        let (batches, messages) = unfinished
            .fold((0, 0), |(batches, messages), batch| (batches + 1, messages + batch.members.len() as u64));
        let dead = self.batches.values().filter(|batch| batch.state == State::Dead).count() as u64;
        let claimed = self.batches.values().filter(|batch| batch.is_leased()).count() as u64;
        let counted = counts.open + counts.closed + counts.claimed + counts.retrying;
        let opted_out = self.senders.values().filter(|sender| sender.opted_out).count() as u64;
        let holds = (counted, counts.claimed, counts.dead, counts.messages_buffered, counts.opted_out);
        let expected = (batches, claimed, dead, messages, opted_out);
        check!(self, holds == expected, "the store counts {holds:?}, expected {expected:?}");
    }

    /// Compares everything that the store lists with what is known. `wholes` are those that it keeps whole.
    pub(crate) fn check_records(
        &mut self,
        records: &[Record<SimKey>],
        wholes: &BTreeMap<BatchId, Whole<SimKey, SimMessage>>,
    ) {
        let listed: BTreeMap<BatchId, &Record<SimKey>> =
            records.iter().map(|record| (record.id, record)).collect();
        check!(self, listed.len() == records.len(), "a batch is listed twice");
        for id in self.known_ids() {
            let name = self.name(id);
            let Some(batch) = self.batches.get(&id) else { continue };
            let Some(record) = listed.get(&id) else {
                let state = batch.state.clone();
                let is_gone = matches!(state, State::Requeued | State::HandedBack);
                check!(self, is_gone, "{name} is {state:?}, and is not listed");
                continue;
            };
            let (messages, key, label) = (batch.members.len(), batch.key, batch.label.clone());
            let matches = match (&batch.state, record.status) {
                (State::Ended(outcome), Status::Finished) => record.outcome.as_ref() == Some(outcome),
                (State::Dead, Status::Dead) => true,
                (State::Unfinished, status) => !matches!(status, Status::Finished | Status::Dead),
                _ => false,
            };
            let must_be_whole = matches!(batch.state, State::Unfinished | State::Dead);
            let (state, expected) = (batch.state.clone(), self.sorted(batch));
            check!(self, matches, "{name} is {state:?}, listed as {:?} {:?}", record.status, record.outcome);
            let facts = (record.key, record.messages as usize);
            check!(self, facts == (key, messages), "{name} is listed with {facts:?}");
            let listed_label = record.classification.as_ref().map(|found| found.label.clone());
            check!(self, listed_label == label, "{name} is listed as {listed_label:?}, not {label:?}");
            if must_be_whole {
                let kept = wholes
                    .get(&id)
                    .and_then(|whole| whole.batch.as_ref())
                    .map(|batch| batch.messages.iter().map(|message| message.tag).collect::<Vec<_>>());
                check!(
                    self,
                    kept.as_ref() == Some(&expected),
                    "{name} is kept as {kept:?}, not {expected:?}"
                );
            }
        }
        check!(self, listed.len() <= self.batches.len(), "batches are listed that were never opened");
    }

    /// A volatile store gave everything that it held to the caller, and ended what may have been answered. Returns
    /// how many batches it ended.
    pub(crate) fn handed_back(&mut self, batches: &[(BatchId, Vec<u32>)]) -> u64 {
        let returned: BTreeMap<BatchId, &Vec<u32>> = batches.iter().map(|(id, tags)| (*id, tags)).collect();
        check!(self, returned.len() == batches.len(), "a batch was handed back twice");
        let (mut expected, mut ended) = (0, 0);
        for id in self.known_ids() {
            let name = self.name(id);
            let Some(batch) = self.batches.get(&id) else { continue };
            let sorted = self.sorted(batch);
            let is_unknown = batch.has_begun_to_reply();
            let is_held = matches!(batch.state, State::Unfinished | State::Dead);
            let is_due_back = is_held && !is_unknown;
            let tags = returned.get(&id).copied();
            check!(self, tags.is_some() == is_due_back, "{name}: expected {is_due_back}, got {tags:?}");
            check!(self, tags.is_none_or(|tags| *tags == sorted), "{name} was handed back as {tags:?}");
            if is_due_back {
                self.reach("handed back");
            }
            expected += usize::from(is_due_back);
            ended += u64::from(is_unknown);
            if let Some(batch) = self.batches.get_mut(&id).filter(|_| is_held) {
                batch.state =
                    if is_unknown { State::Ended(Outcome::ReplyUnknown) } else { State::HandedBack };
                batch.work = None;
            }
        }
        check!(self, returned.len() == expected, "{} were handed back, of {expected}", returned.len());
        self.buffered = 0;
        self.lines.values_mut().for_each(|line| line.batches.clear());
        ended
    }

    pub(crate) fn unfinished(&self) -> u64 {
        self.lines.values().map(|line| line.batches.len() as u64).sum()
    }

    /// Every message is in exactly one batch.
    pub(crate) fn check_messages(&mut self) {
        let mut times = BTreeMap::<u32, u32>::new();
        // A batch that was requeued lives on under another id.
        for batch in self.batches.values().filter(|batch| batch.state != State::Requeued) {
            batch.members.iter().for_each(|tag| *times.entry(*tag).or_default() += 1);
        }
        let all = self.messages.len();
        let once = times.values().filter(|count| **count == 1).count();
        check!(self, once == all && times.len() == all, "{all} messages, {once} of them in one batch");
    }

    pub(crate) fn check_everything_ended(&mut self) {
        let left: Vec<_> = self
            .batches
            .values()
            .filter(|batch| batch.state == State::Unfinished)
            .map(|batch| batch.number)
            .collect();
        check!(self, left.is_empty(), "the batches {left:?} never end");
    }

    /// An idle key leaves nothing behind, unless it has a dead batch.
    pub(crate) fn check_idle_keys(&mut self, counts: &Counts) {
        let dead = self.batches.values().filter(|batch| batch.state == State::Dead);
        let with_dead = dead.map(|batch| batch.key).collect::<BTreeSet<_>>().len() as u64;
        check!(
            self,
            counts.keys == with_dead,
            "{} keys are kept, {with_dead} have dead batches",
            counts.keys
        );
    }
}
