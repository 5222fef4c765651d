//! What the holder of a claim does. Each is refused, and changes nothing, if the claim is gone.

use std::time::Duration;

use super::kept::{LOSSES_KEPT, Lost};
use super::slot::Dead;
use super::transition::{Abandoned, Answer, Applied, Effects, Recorded};
use super::work::Work;
use super::{
    BatchFacts, Buried, Claimed, Control, Fence, LOOP_GUARD_PERIOD, Lane, LossReason, MAX_DEAD, ReplyRefusal,
    ReplyTerms, RetryTerms, Sender, Stage,
};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::outcome::{Finish, Outcome};

impl Lane {
    /// Leases the head to a worker until `now + lease`, if it is due. Counts the attempt, or the lost lease if the
    /// last holder let it run out.
    pub fn claim(&mut self, now: Timestamp, lease: Duration) -> Option<Claimed> {
        let now = self.clamp(now);
        if self.wake_at()? > now {
            return None;
        }
        self.saw(now);
        let (held, until) = (self.offset(now), self.offset(now + lease));
        let more = self.more_mut();
        let token = more.token.advance();
        let work = more.work.get_or_insert_with(|| Work::new(held));
        work.hold(held, until);
        let (first_claimed, stage, notes) = (work.first_claimed, work.stage, work.notes.clone());
        let facts = self.facts_of_head(notes);
        let (first_claimed_at, lease_until) = (self.instant(first_claimed), self.instant(until));
        Some(Claimed { facts, token, first_claimed_at, stage, lease_until })
    }

    pub(super) fn renew(&mut self, now: Timestamp, fence: Fence, lease: Duration) -> Applied {
        let until = self.offset(now + lease);
        let until = self.held(fence)?.extend(until);
        Ok((Answer::Renewed(self.instant(until)), Effects::default()))
    }

    pub(super) fn record(
        &mut self,
        now: Timestamp,
        fence: Fence,
        sender: &Sender,
        classification: Option<Classification>,
        reply: Option<ReplyTerms>,
    ) -> Applied {
        let work = self.held(fence)?;
        if classification.is_some() {
            work.stage = work.stage.max(Stage::Classified);
            work.notes.classification = classification;
        }
        let begun = reply.map_or(Ok(()), |terms| self.begin_reply(now, sender, terms));
        Ok((Answer::Recorded(Recorded::new(begun)), Effects::default()))
    }

    /// Passes the point of no return, with a batch that is held.
    fn begin_reply(
        &mut self,
        now: Timestamp,
        sender: &Sender,
        terms: ReplyTerms,
    ) -> Result<(), ReplyRefusal> {
        let head = self.head.as_ref().expect("a held batch is the head");
        let confirms_stop = terms.control == Some(Control::Stop);
        // What waited elsewhere when the sender stopped gets no reply, unless the sender takes that back in it.
        let is_stale =
            sender.stopped_after(self.instant(head.opened)) && terms.control != Some(Control::Start);
        if head.is_muted() || ((sender.is_opted_out() || is_stale) && !confirms_stop) {
            return Err(ReplyRefusal::OptedOut);
        }
        let now = self.offset(now);
        let more = self.more_mut();
        let work = more.work.as_mut().expect("a held batch has work");
        if work.wake().since(now) < terms.send_timeout.into() {
            return Err(ReplyRefusal::LeaseTooShort);
        }
        if work.stage == Stage::Replying {
            return Ok(());
        }
        more.replies.retain(|sent| now < *sent + LOOP_GUARD_PERIOD);
        if let Some(limit) = terms.max_replies_per_hour {
            let is_used_up = more.replies.len() >= limit.get() as usize;
            // The law wants a stop confirmed, so it counts where there is room and is never refused.
            if is_used_up && !confirms_stop {
                return Err(ReplyRefusal::LoopGuard);
            }
            if !is_used_up {
                more.replies.push(now);
                work.reply_counts = true;
            }
        }
        work.stage = Stage::Replying;
        if work.notes.reply.is_empty() {
            work.notes.reply = terms.parts;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, now: Timestamp, fence: Fence, finish: Finish) -> Applied {
        let Finish { outcome, error, classification } = finish;
        let notes = &mut self.held(fence)?.notes;
        notes.error = error.or(notes.error.take());
        notes.classification = classification.or(notes.classification.take());
        if matches!(outcome, Outcome::NoReply(_)) {
            self.withdraw_reply();
        }
        Ok((Answer::Finished, Effects::end(self.pop_head(), now, Some(outcome))))
    }

    pub(super) fn bury(&mut self, now: Timestamp, fence: Fence, maybe_sent: bool, error: String) -> Applied {
        let work = self.held(fence)?;
        let is_sent = maybe_sent && work.stage == Stage::Replying;
        work.notes.error = Some(error);
        if is_sent {
            let effects = Effects::end(self.pop_head(), now, Some(Outcome::ReplyUnknown));
            return Ok((Answer::Buried(Buried::ReplyUnknown), effects));
        }
        self.withdraw_reply();
        let facts = self.pop_head();
        let abandoned = self.lay_to_rest(now, &facts);
        let effects = Effects { abandoned, ..Effects::end(facts, now, None) };
        Ok((Answer::Buried(Buried::Dead { abandoned }), effects))
    }

    /// Remembers a dead batch, and gives up the oldest if that is one too many.
    fn lay_to_rest(&mut self, now: Timestamp, facts: &BatchFacts) -> Option<Abandoned> {
        let dead = &mut self.more_mut().dead;
        dead.push_back(Dead::new(facts));
        let oldest = if dead.len() > MAX_DEAD { dead.pop_front() } else { None }?;
        Some(Abandoned { batch: oldest.id, messages: oldest.messages, at: now })
    }

    pub(super) fn retry(&mut self, fence: Fence, terms: RetryTerms, error: String) -> Applied {
        let at = self.offset(terms.at);
        let work = self.held(fence)?;
        work.notes.error = Some(error);
        work.release(at, terms.counts);
        if !terms.maybe_sent {
            self.withdraw_reply();
        }
        Ok((Answer::Waiting, Effects::default()))
    }

    /// The head's reply was certainly not sent: it is as if it had not begun, and it does not count for the loop guard.
    fn withdraw_reply(&mut self) {
        let more = self.more_mut();
        let Some(work) = &mut more.work else { return };
        work.stage = work.stage.min(Stage::Classified);
        if std::mem::take(&mut work.reply_counts) {
            // The last one is this batch's own: no other has been in flight since.
            more.replies.pop();
        }
    }

    /// The work of the head, if `fence` holds it.
    fn held(&mut self, fence: Fence) -> Result<&mut Work, LossReason> {
        let is_head = self.head.as_ref().is_some_and(|slot| slot.id == fence.batch);
        let Some(more) = &mut self.more else { return Err(LossReason::Stolen) };
        let lost = more.lost.iter().find(|lost| lost.fence == fence).map(|lost| lost.why);
        match &mut more.work {
            Some(work) if is_head && work.is_leased() && more.token == fence.token => Ok(work),
            _ => Err(lost.unwrap_or(LossReason::Stolen)),
        }
    }

    /// Takes the head from its holder, if it has one.
    pub(super) fn lose(&mut self, why: LossReason) {
        let Some(batch) = self.head.as_ref().map(|slot| slot.id) else { return };
        let Some(more) = &mut self.more else { return };
        let Some(work) = more.work.as_ref().filter(|work| work.is_leased()) else { return };
        let fence = Fence { batch, token: more.token };
        let lost = Lost { fence, why, lease_until: work.wake() };
        if more.lost.len() >= LOSSES_KEPT {
            more.lost.remove(0);
        }
        more.lost.push(lost);
        more.token.advance();
    }

    fn pop_head(&mut self) -> BatchFacts {
        // Taken out and not copied: this is done for every batch.
        let notes = self.work_mut().map(|work| std::mem::take(&mut work.notes)).unwrap_or_default();
        let facts = self.facts_of_head(notes);
        let more = self.more_mut();
        more.work = None;
        let next = more.behind.pop_front();
        self.head = next;
        self.tidy();
        facts
    }
}
