//! The state machine of one key: its line of unfinished batches, the lease on the head, and whether it opted out.
//!
//! A [`Lane`] is pure: no clock, no I/O, no locks. Each transition takes `now`, changes the lane in place, and returns
//! what happened. Stores keep lanes and messages; they lock one lane, load it, call one transition, and write it back
//! in one atomic step. They repeat none of these rules.
//!
//! The *head* is the oldest unfinished batch and the only one that is ever claimed. The newest one takes in messages
//! while it can still be joined. Those between are closed and wait their turn. So at most one batch of a key is in
//! flight, and its batches finish in order.
//!
//! ```
//! use sms_consolidate::lane::{Arrival, Lane};
//! use sms_consolidate::{BatchIds, Timestamp, Window};
//! use std::time::Duration;
//!
//! let mut ids = BatchIds::new();
//! let mut lane = Lane::default();
//! let now = Timestamp::default();
//! let arrival = Arrival::new(Window::fixed(Duration::from_secs(60)), 3);
//! lane.arrive(now, &arrival, || ids.next(now)).unwrap();
//!
//! let due = now + Duration::from_secs(60);
//! assert_eq!(lane.wake_at(), Some(due));
//! assert!(lane.claim(now, Duration::from_secs(30)).is_none());
//! let claimed = lane.claim(due, Duration::from_secs(30)).unwrap();
//! assert!(lane.finish(claimed.fence()).is_ok());
//! assert_eq!(lane.wake_at(), None);
//! ```

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::message::BatchId;

mod slot;
mod terms;
mod written;

pub use slot::{BatchFacts, BatchState};
use slot::{LOSSES_KEPT, Lost, More, Slot, Work};
pub use terms::{
    Accepted, Arrival, Buried, Claimed, CloseReason, Control, Entry, Fence, Keyword, LineFull, LossReason,
    Nudged, ReplyRefusal, ReplyTerms, RetryTerms, Stage, Token,
};

/// The most unfinished batches one key may have. A lane is loaded whole, so its length has a limit.
pub const MAX_LINE: usize = 1_000;

/// How long a reply counts for the loop guard.
pub const LOOP_GUARD_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Everything that is known of one key. See the [module](self) for what it is.
///
/// A pending lane with one batch is a single small value; what is rare lives in a box of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "written::Written")]
pub struct Lane {
    head: Option<Slot>,
    more: Option<Box<More>>,
}

impl Lane {
    /// Takes in a message: opts out or in if it is such a control, then joins the open batch, takes back the claimed
    /// one, or opens a new one with the id that `fresh` makes. The message that opts out passes all batches that wait.
    ///
    /// # Errors
    /// [`LineFull`] if a new batch would be one too many, and the message is not the one that opts out. Nothing was
    /// changed.
    pub fn arrive(
        &mut self,
        now: Timestamp,
        arrival: &Arrival,
        fresh: impl FnOnce() -> BatchId,
    ) -> Result<Accepted, LineFull> {
        let control = self.resolve(arrival.keyword);
        let opts_out = self.would_opt_out(arrival);
        let entry = self.entry_for(now, arrival);
        // A stop is never turned away for want of room; the line is one longer then.
        if entry == Entry::Opened && self.len() >= MAX_LINE {
            return Err(LineFull);
        }
        let opted_out = match control {
            Some(Control::Stop) => self.opt_out(now).then_some(true),
            Some(Control::Start) => self.opt_in().then_some(false),
            Some(Control::Help) | None => None,
        };
        match entry {
            Entry::Opened => self.push_back(Slot::open(fresh(), now, &arrival.window)),
            Entry::Ahead => self.push_ahead(Slot::open(fresh(), now, &arrival.window)),
            Entry::Joined => {}
            Entry::Superseded => self.take_back(now, arrival),
        }
        let slot = match entry {
            Entry::Ahead => self.first_waiting_mut(),
            Entry::Opened | Entry::Joined | Entry::Superseded => self.newest_mut(),
        };
        let slot = slot.expect("a batch was opened, or was there to be joined");
        if entry == Entry::Joined {
            slot.extend(now, &arrival.window);
        }
        slot.admit(now, arrival, control);
        if control == Some(Control::Stop) {
            // The batch that holds the stop answers with the one confirmation; a repeated stop is not confirmed again.
            slot.muted = !opts_out;
        }
        let (batch, messages, due_at) = (slot.id, slot.messages, slot.due_at);
        Ok(Accepted { batch, entry, messages, due_at, control, opted_out })
    }

    /// Whether the message would opt out a sender who has not opted out yet.
    #[must_use]
    pub fn would_opt_out(&self, arrival: &Arrival) -> bool {
        self.resolve(arrival.keyword) == Some(Control::Stop) && !self.is_opted_out()
    }

    fn entry_for(&self, now: Timestamp, arrival: &Arrival) -> Entry {
        let Some(newest) = self.newest() else { return Entry::Opened };
        let entry = self.place_at_the_end(newest, now, arrival);
        let waiting = self.len() - usize::from(self.work().is_some());
        let passes = match entry {
            Entry::Opened => waiting > 0,
            Entry::Joined => waiting > 1,
            Entry::Superseded | Entry::Ahead => false,
        };
        if passes && self.would_opt_out(arrival) { Entry::Ahead } else { entry }
    }

    fn place_at_the_end(&self, newest: &Slot, now: Timestamp, arrival: &Arrival) -> Entry {
        match self.work().filter(|_| self.len() == 1) {
            Some(work) => match arrival.supersede_within {
                Some(within) if work.is_before_reply() && newest.can_be_superseded(now, within) => {
                    Entry::Superseded
                }
                _ => Entry::Opened,
            },
            None if newest.sealed => Entry::Opened,
            None => Entry::Joined,
        }
    }

    fn resolve(&self, keyword: Option<Keyword>) -> Option<Control> {
        match keyword? {
            Keyword::Control(control) => Some(control),
            Keyword::StartIfStopped => self.is_opted_out().then_some(Control::Start),
            Keyword::Wish => Some(Control::Stop),
        }
    }

    fn take_back(&mut self, now: Timestamp, arrival: &Arrival) {
        self.lose(LossReason::Superseded);
        self.more_mut().work = None;
        let slot = self.head.as_mut().expect("a claimed batch is the head");
        slot.reopen(now, &arrival.window, arrival.supersede_within.unwrap_or_default());
    }

    /// Leases the head to a worker until `now + lease`, if it is due. Counts the attempt, or the lost lease if the
    /// last holder let it run out.
    pub fn claim(&mut self, now: Timestamp, lease: Duration) -> Option<Claimed> {
        if self.wake_at()? > now {
            return None;
        }
        let more = self.more_mut();
        let token = more.token.advance();
        let work = more.work.get_or_insert_with(|| Work::new(now));
        work.hold(now, now + lease);
        let work = work.clone();
        let facts = self.facts().next().expect("a lane that wakes has a head");
        Some(Claimed {
            facts,
            token,
            first_claimed_at: work.first_claimed_at,
            stage: work.stage,
            lease_until: now + lease,
        })
    }

    /// Extends the lease to `now + lease` and returns its new end. A lease is never shortened.
    ///
    /// # Errors
    /// Why the claim is gone.
    pub fn renew(&mut self, now: Timestamp, fence: Fence, lease: Duration) -> Result<Timestamp, LossReason> {
        Ok(self.held(fence)?.extend(now + lease))
    }

    /// Notes that the classification is recorded.
    ///
    /// # Errors
    /// Why the claim is gone.
    pub fn checkpoint(&mut self, fence: Fence) -> Result<(), LossReason> {
        let work = self.held(fence)?;
        work.stage = work.stage.max(Stage::Classified);
        Ok(())
    }

    /// Passes the point of no return. For a batch that has passed it already (an idempotent sender is asked again)
    /// the same conditions are checked anew, and the reply counts once.
    ///
    /// # Errors
    /// Why the reply may not leave. Nothing was changed.
    pub fn begin_reply(
        &mut self,
        now: Timestamp,
        fence: Fence,
        terms: &ReplyTerms,
    ) -> Result<(), ReplyRefusal> {
        let left = self.held(fence)?.lease_until().since(now);
        let confirms_stop = terms.control == Some(Control::Stop);
        let muted = self.head.as_ref().is_some_and(|slot| slot.muted);
        if muted || (self.is_opted_out() && !confirms_stop) {
            return Err(ReplyRefusal::OptedOut);
        }
        if left < terms.send_timeout {
            return Err(ReplyRefusal::LeaseTooShort);
        }
        let more = self.more_mut();
        let work = more.work.as_mut().expect("a held batch has work");
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
        Ok(())
    }

    /// Takes the head out of the line, with an outcome.
    ///
    /// # Errors
    /// Why the claim is gone.
    pub fn finish(&mut self, fence: Fence) -> Result<BatchFacts, LossReason> {
        self.held(fence)?;
        Ok(self.pop_head())
    }

    /// Takes the head out of the line, as dead; or as over, if it has passed its point of no return and its reply is
    /// `maybe_sent`.
    ///
    /// # Errors
    /// Why the claim is gone.
    pub fn bury(&mut self, fence: Fence, maybe_sent: bool) -> Result<Buried, LossReason> {
        let stage = self.held(fence)?.stage;
        let facts = self.pop_head();
        Ok(if maybe_sent && stage == Stage::Replying {
            Buried::ReplyUnknown(facts)
        } else {
            Buried::Dead(facts)
        })
    }

    /// Gives the head back, to be claimed again at `terms.at`. Its membership stays frozen.
    ///
    /// # Errors
    /// Why the claim is gone.
    pub fn retry(&mut self, fence: Fence, terms: &RetryTerms) -> Result<(), LossReason> {
        let work = self.held(fence)?;
        let withdrawn = work.reply_counts && !terms.maybe_sent;
        work.release(terms);
        if withdrawn {
            // The last one is this batch's own: no other has been in flight since.
            self.more_mut().replies.pop();
        }
        Ok(())
    }

    /// Puts a dead batch at the end of the line under a new id, due now.
    ///
    /// # Errors
    /// [`LineFull`] if it would be one too many. Nothing was changed.
    pub fn requeue(&mut self, now: Timestamp, id: BatchId, dead: &BatchFacts) -> Result<(), LineFull> {
        if self.len() >= MAX_LINE {
            return Err(LineFull);
        }
        self.push_back(Slot::revive(id, now, dead));
        Ok(())
    }

    /// Makes one waiting batch due now, whether it waits for its window or for a retry.
    ///
    /// Returns `None` if the batch is not in the line.
    pub fn nudge(&mut self, now: Timestamp, batch: BatchId) -> Option<Nudged> {
        let is_head = self.head.as_ref().is_some_and(|slot| slot.id == batch);
        if is_head && let Some(work) = self.work_mut() {
            return Some(if work.hurry(now) { Nudged::DueNow } else { Nudged::InFlight });
        }
        let slot = self.slots_mut().find(|slot| slot.id == batch)?;
        slot.close(now, CloseReason::Flush);
        Some(Nudged::DueNow)
    }

    /// Makes every batch that waits for its window due now. Batches in flight or waiting for a retry are left alone.
    /// Returns how many batches it changed.
    pub fn flush(&mut self, now: Timestamp, reason: CloseReason) -> usize {
        let started = usize::from(self.work().is_some());
        let waiting = self.slots_mut().skip(started).filter(|slot| slot.due_at > now);
        waiting.map(|slot| slot.close(now, reason)).count()
    }

    /// Takes every batch out of the line that has not passed its point of no return, and returns them.
    pub fn cancel(&mut self) -> Vec<BatchFacts> {
        let keeps_head = self.work().is_some_and(|work| work.stage == Stage::Replying);
        let cancelled: Vec<_> = self.facts().skip(usize::from(keeps_head)).collect();
        if keeps_head {
            self.more_mut().behind.clear();
        } else {
            self.clear();
        }
        cancelled
    }

    /// Takes every batch out of the line, whatever its state: the store hands them to its owner. Whoever holds a claim
    /// has lost it.
    pub fn clear(&mut self) {
        self.lose(LossReason::Cancelled);
        self.head = None;
        if let Some(more) = &mut self.more {
            more.behind.clear();
            more.work = None;
        }
        self.tidy();
    }

    /// Opts the sender out: from now on [`begin_reply`](Self::begin_reply) refuses, and every unfinished batch is due
    /// now and ends without a reply, even if the sender opts in again meanwhile. If it has opted out already, a
    /// confirmation of that which has yet to leave still does. Returns whether it had not opted out before.
    pub fn opt_out(&mut self, now: Timestamp) -> bool {
        let again = self.is_opted_out();
        self.more_mut().opted_out_at.get_or_insert(now);
        let started = usize::from(self.work().is_some());
        for (position, slot) in self.slots_mut().enumerate() {
            slot.muted |= !(again && slot.control == Some(Control::Stop));
            slot.sealed = true;
            if position >= started {
                slot.close(now, CloseReason::OptOut);
            }
        }
        if let Some(work) = self.work_mut() {
            work.hurry(now);
        }
        !again
    }

    /// Lets the sender have replies again. Returns whether it had opted out.
    pub fn opt_in(&mut self) -> bool {
        let since = self.more.as_mut().and_then(|more| more.opted_out_at.take());
        self.tidy();
        since.is_some()
    }

    /// When the sender opted out, if it has.
    #[must_use]
    pub fn opted_out_at(&self) -> Option<Timestamp> {
        self.more.as_ref()?.opted_out_at
    }

    /// Whether the sender has opted out.
    #[must_use]
    pub fn is_opted_out(&self) -> bool {
        self.opted_out_at().is_some()
    }

    /// When [`claim`](Self::claim) could next return something: the head's due or retry time, or while it is in
    /// flight the end of its lease.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let head = self.head.as_ref()?;
        Some(self.work().map_or(head.due_at, Work::wake_at))
    }

    /// From when on an idle lane says nothing that a new one would not, and can be dropped. `None` if the lane has
    /// unfinished batches or the sender has opted out.
    #[must_use]
    pub fn forgettable_at(&self) -> Option<Timestamp> {
        if self.head.is_some() {
            return None;
        }
        let Some(more) = &self.more else { return Some(Timestamp::MIN) };
        if more.opted_out_at.is_some() {
            return None;
        }
        let last_reply_counts_until = more.replies.last().map(|sent| *sent + LOOP_GUARD_PERIOD);
        let loss_matters_until = more.lost.iter().map(|lost| lost.lease_until).max();
        last_reply_counts_until.max(loss_matters_until).or(Some(Timestamp::MIN))
    }

    /// The number of unfinished batches.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.head.is_some()) + self.more.as_ref().map_or(0, |more| more.behind.len())
    }

    /// Whether there is no unfinished batch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head.is_none()
    }

    /// The unfinished batches, oldest first.
    pub fn facts(&self) -> impl Iterator<Item = BatchFacts> + '_ {
        let newest = self.len().saturating_sub(1);
        let work = self.work();
        self.slots()
            .enumerate()
            .map(move |(position, slot)| slot.facts(work.filter(|_| position == 0), position == newest))
    }

    fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.head.iter().chain(self.more.iter().flat_map(|more| &more.behind))
    }

    fn slots_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.head.iter_mut().chain(self.more.iter_mut().flat_map(|more| &mut more.behind))
    }

    fn newest(&self) -> Option<&Slot> {
        self.more.as_ref().and_then(|more| more.behind.back()).or(self.head.as_ref())
    }

    fn newest_mut(&mut self) -> Option<&mut Slot> {
        self.more.as_mut().and_then(|more| more.behind.back_mut()).or(self.head.as_mut())
    }

    fn push_back(&mut self, slot: Slot) {
        if self.head.is_none() {
            self.head = Some(slot);
        } else {
            self.more_mut().behind.push_back(slot);
        }
    }

    /// Puts a batch before all that were never claimed.
    fn push_ahead(&mut self, slot: Slot) {
        if self.work().is_some() {
            self.more_mut().behind.push_front(slot);
        } else if let Some(first) = self.head.replace(slot) {
            self.more_mut().behind.push_front(first);
        }
    }

    /// The oldest batch that was never claimed.
    fn first_waiting_mut(&mut self) -> Option<&mut Slot> {
        let started = usize::from(self.work().is_some());
        self.slots_mut().nth(started)
    }

    fn pop_head(&mut self) -> BatchFacts {
        let facts = self.facts().next().expect("a held batch is the head");
        let more = self.more_mut();
        more.work = None;
        let next = more.behind.pop_front();
        self.head = next;
        self.tidy();
        facts
    }

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn work(&self) -> Option<&Work> {
        self.more.as_ref()?.work.as_ref()
    }

    fn work_mut(&mut self) -> Option<&mut Work> {
        self.more.as_mut()?.work.as_mut()
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
    fn lose(&mut self, why: LossReason) {
        let Some(batch) = self.head.as_ref().map(|slot| slot.id) else { return };
        let Some(more) = &mut self.more else { return };
        let Some(work) = more.work.as_ref().filter(|work| work.is_leased()) else { return };
        let fence = Fence { batch, token: more.token };
        let lost = Lost { fence, why, lease_until: work.wake_at() };
        if more.lost.len() >= LOSSES_KEPT {
            more.lost.remove(0);
        }
        more.lost.push(lost);
        more.token.advance();
    }

    fn tidy(&mut self) {
        if self.more.as_ref().is_some_and(|more| more.is_bare()) {
            self.more = None;
        }
    }
}

#[cfg(test)]
mod tests;
