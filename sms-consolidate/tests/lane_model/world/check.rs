//! All that can be seen of a lane, beside what the model says.

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{BatchFacts, BatchState};
use sms_consolidate::store::Counts;

use super::super::batch::{Batch, Hold};
use super::super::ops::{ms, stamp};
use super::holder::classification;
use super::{World, text};

impl World {
    /// Compares all that can be seen, and returns it.
    pub(crate) fn check(&self) -> String {
        let facts: Vec<_> = self.lane.facts().collect();
        assert_eq!(facts.len(), self.model.line.len());
        assert_eq!((self.lane.len(), self.lane.is_empty()), (facts.len(), facts.is_empty()));
        let line: Vec<_> = facts.iter().map(|facts| (facts.id, facts.messages)).collect();
        assert_eq!(self.lane.line().collect::<Vec<_>>(), line);
        let mut seen = String::new();
        for (position, (facts, batch)) in facts.iter().zip(&self.model.line).enumerate() {
            self.check_batch(facts, batch, self.model.state(position));
            assert!(position == 0 || facts.state < BatchState::Claimed, "only the head is ever claimed");
            let due = facts.due_at.as_unix_millis();
            seen += &format!("{:?} due {due} of {}; ", facts.state, facts.messages);
        }
        self.check_dead();
        self.check_sender();
        self.check_wake();
        self.check_counts();
        self.check_forgettable();
        seen
    }

    pub(super) fn check_batch(&self, facts: &BatchFacts, batch: &Batch, state: BatchState) {
        assert_eq!((facts.id, facts.state), (self.batch_ids[batch.number - 1], state));
        assert_eq!(
            (facts.opened_at, facts.due_at, facts.deadline),
            (stamp(batch.opened), stamp(batch.due), stamp(batch.deadline)),
        );
        assert!(facts.due_at <= facts.deadline);
        assert_eq!((facts.messages as usize, u64::from(facts.bytes)), (batch.messages.len(), batch.bytes));
        assert_eq!(facts.messages as usize, self.ledger[&facts.id].len());
        assert_eq!(
            (facts.close_reason, facts.control, facts.has_content, facts.muted),
            (batch.reason, batch.control(), batch.has_content, batch.muted),
        );
        assert_eq!((facts.attempts, facts.lease_losses), (batch.attempts, batch.losses));
        assert_eq!(facts.classification, batch.label.map(classification));
        let reply: Vec<_> = facts.reply.iter().map(|part| part.text.clone()).collect();
        assert_eq!(reply, Vec::from_iter(batch.text.map(text)));
        assert_eq!(facts.error, batch.error);
    }

    fn check_dead(&self) {
        let dead: Vec<_> = self.model.dead.iter().map(|batch| self.batch_ids[batch.number - 1]).collect();
        assert_eq!(self.lane.dead().collect::<Vec<_>>(), dead);
    }

    fn check_sender(&self) {
        let (sender, known) = (&self.common.sender, &self.common.known);
        assert_eq!((sender.is_opted_out(), sender.cause()), (known.is_out, known.why));
        assert_eq!(sender.changed_at(), known.since.map(stamp));
    }

    /// The wake is the first instant at which a claim succeeds, or one that the lane has seen already.
    fn check_wake(&self) {
        let wake = self.lane.wake_at();
        assert_eq!(wake, self.model.wake().map(stamp));
        let Some(wake) = wake else {
            assert_eq!(self.lane.clone().claim(Timestamp::MAX, ms(1)), None);
            return;
        };
        let mut lane = self.lane.clone();
        let is_past = wake <= stamp(self.model.latest);
        assert_eq!(lane.claim(wake - ms(1), ms(1)).is_some(), is_past);
        assert!(is_past || lane == self.lane);
        assert!(self.lane.clone().claim(wake, ms(1)).is_some());
    }

    fn check_counts(&self) {
        let mut counts = Counts::default();
        self.lane.count(stamp(self.common.now), &mut counts);
        let states: Vec<_> = (0..self.model.line.len()).map(|position| self.model.state(position)).collect();
        let of = |state| states.iter().filter(|it| **it == state).count() as u64;
        assert_eq!(
            (counts.open, counts.closed, counts.claimed, counts.retrying),
            (of(BatchState::Open), of(BatchState::Closed), of(BatchState::Claimed), of(BatchState::Retrying)),
        );
        let messages: usize = self.model.line.iter().map(|batch| batch.messages.len()).sum();
        assert_eq!(counts.messages_buffered, messages as u64);
        let late = self.model.wake().map_or(0, |wake| self.common.now - wake).max(0).unsigned_abs();
        let is_held = self.model.line.first().is_some_and(|head| matches!(head.hold, Hold::Leased { .. }));
        let (is_late, waits) = (u64::from(late > 0), u64::from(!is_held));
        assert_eq!((counts.leases_expired, counts.past_due), (is_late * (1 - waits), is_late * waits));
        assert_eq!(counts.longest_past_due_ms, late * waits);
    }

    fn check_forgettable(&self) {
        let now = self.common.now;
        let forgettable_at = self.lane.forgettable_at().map(|at| at.max(stamp(now)));
        assert_eq!(forgettable_at, self.model.forgettable().map(|at| stamp(at.max(now))));
    }
}
