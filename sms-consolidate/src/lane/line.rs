//! What is done to a key's line, whoever holds its head.

use super::slot::Slot;
use super::transition::{Answer, Applied, Effects, Ended, Refused, Requeued, Revived};
use super::{BatchFacts, CloseReason, Lane, LineFull, LossReason, MAX_LINE, Stage};
use crate::clock::Timestamp;
use crate::message::BatchId;
use crate::outcome::{NoReply, Outcome};

/// Why a batch ends without being handed back.
const STOPPED_WHILE_SENDING: &str = "the service stopped before it knew whether the reply was sent";

impl Lane {
    pub(super) fn requeue(&mut self, now: Timestamp, batch: BatchId, fresh: BatchId) -> Applied {
        let place = self.more.as_ref().and_then(|more| more.dead.iter().position(|dead| dead.id == batch));
        match place {
            Some(place) => self.revive(now, place, fresh),
            None => self.hurry(now, batch),
        }
    }

    fn revive(&mut self, now: Timestamp, place: usize, fresh: BatchId) -> Applied {
        if self.len() >= MAX_LINE {
            return Err(LineFull.into());
        }
        if self.head.is_none() {
            self.rebase(now);
        }
        let opened = self.offset(now);
        let dead = self.more_mut().dead.remove(place).expect("it was found there");
        self.push_back(Slot::revive(fresh, opened, &dead));
        self.tidy();
        let revived = Some(Revived { dead: dead.id, batch: fresh, at: now });
        Ok((Answer::Requeued(Requeued::Revived(fresh)), Effects { revived, ..Effects::default() }))
    }

    /// Makes one waiting batch due now.
    fn hurry(&mut self, now: Timestamp, batch: BatchId) -> Applied {
        let now = self.offset(now);
        let is_head = self.head.as_ref().is_some_and(|slot| slot.id == batch);
        if is_head && let Some(work) = self.work_mut() {
            if !work.hurry(now) {
                return Err(Refused::InFlight);
            }
        } else {
            let slot = self.slots_mut().find(|slot| slot.id == batch).ok_or(Refused::Unknown)?;
            slot.close(now, CloseReason::Flush);
        }
        Ok((Answer::Requeued(Requeued::DueNow), Effects::default()))
    }

    /// Makes every batch due now that waits for its window, as [`Transition::Flush`](super::Transition::Flush) does. Returns how many.
    pub fn flush(&mut self, now: Timestamp, reason: CloseReason) -> u64 {
        let now = self.clamp(now);
        self.saw(now);
        let now = self.offset(now);
        let started = usize::from(self.work().is_some());
        let waiting = self.slots_mut().skip(started).filter(|slot| slot.due() > now);
        waiting.map(|slot| slot.close(now, reason)).count() as u64
    }

    pub(super) fn cancel(&mut self, now: Timestamp) -> (Answer, Effects) {
        let keeps_head = self.work().is_some_and(|work| work.stage == Stage::Replying);
        let cancelled: Vec<BatchFacts> = self.facts().skip(usize::from(keeps_head)).collect();
        if keeps_head {
            self.more_mut().behind.clear();
        } else {
            self.clear();
        }
        let outcome = Some(Outcome::NoReply(NoReply::Cancelled));
        let end = |facts: &BatchFacts| Ended { facts: facts.clone(), at: now, outcome: outcome.clone() };
        let effects = Effects { ended: cancelled.iter().map(end).collect(), ..Effects::default() };
        (Answer::Cancelled(cancelled), effects)
    }

    pub(super) fn silence(&mut self, now: Timestamp) -> (Answer, Effects) {
        let now = self.offset(now);
        self.mute_line(now, true);
        (Answer::Silenced(self.len() as u64), Effects::default())
    }

    /// Takes every batch out, the dead ones too, for the store to hand them to its owner. One that has passed its point of
    /// no return ends as [`Outcome::ReplyUnknown`] instead: whoever got it might have it answered a second time. Whoever
    /// holds a claim has lost it.
    pub fn hand_back(&mut self, now: Timestamp) -> Effects {
        let now = self.clamp(now);
        let mut effects = Effects::default();
        if let Some(work) = self.work_mut().filter(|work| work.stage == Stage::Replying) {
            work.notes.error = Some(STOPPED_WHILE_SENDING.to_owned());
            let notes = std::mem::take(&mut work.notes);
            let facts = self.facts_of_head(notes);
            effects = Effects::end(facts, now, Some(Outcome::ReplyUnknown));
        }
        if let Some(more) = &mut self.more {
            more.dead.clear();
        }
        self.clear();
        effects
    }

    fn clear(&mut self) {
        self.lose(LossReason::Cancelled);
        self.head = None;
        if let Some(more) = &mut self.more {
            more.behind.clear();
            more.work = None;
        }
        self.tidy();
    }
}
