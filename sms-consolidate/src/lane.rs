//! The state machine of one key: its line of unfinished batches, the lease on the head, and its dead batches.
//!
//! A [`Lane`] is pure: no clock, no I/O, no locks. A message [arrives](Lane::arrive), a worker [claims](Lane::claim) the
//! head, and everything else is a [`Transition`]: data, which changes the lane in place when it is
//! [applied](Transition::apply), and says what to answer and what to keep beside the lane. Each takes `now`. Stores keep
//! lanes, senders and messages; they lock one lane, load it, do one of the three, and write it back in one atomic step. They
//! repeat none of these rules.
//!
//! The *head* is the oldest unfinished batch and the only one that is ever claimed. The newest one takes in messages
//! while it can still be joined. Those between are closed and wait their turn. So at most one batch of a key is in
//! flight, and its batches finish in order. A dead batch has left the line. The lane remembers [`MAX_DEAD`] of them, and is
//! not forgotten while it has one, so that each can be requeued, once.
//!
//! ```
//! use sms_consolidate::lane::{Answer, Arrival, Lane, Sender, Transition};
//! use sms_consolidate::store::Finish;
//! use sms_consolidate::{BatchIds, NoReply, Outcome, Timestamp, Window};
//! use std::time::Duration;
//!
//! let (mut ids, mut lane, sender) = (BatchIds::new(), Lane::default(), Sender::default());
//! let now = Timestamp::default();
//! let arrival = Arrival::new(Window::fixed(Duration::from_secs(60)), 3);
//! lane.arrive(now, &arrival, &sender, || ids.next(now)).unwrap();
//!
//! let due = now + Duration::from_secs(60);
//! assert_eq!(lane.wake_at(), Some(due));
//! assert!(lane.claim(now, Duration::from_secs(30)).is_none());
//! let claimed = lane.claim(due, Duration::from_secs(30)).unwrap();
//!
//! let finish = Transition::Finish { fence: claimed.fence(), finish: Finish::new(Outcome::NoReply(NoReply::Off)) };
//! let (answer, effects) = finish.apply(&mut lane, &sender, due).unwrap();
//! assert_eq!(answer, Answer::Finished);
//! assert_eq!(effects.ended[0].facts.messages, 1);
//! assert_eq!(lane.wake_at(), None);
//! ```

use std::time::Duration;

use crate::clock::Timestamp;
use crate::counts::Counts;
use crate::message::BatchId;

mod arrive;
mod held;
mod kept;
mod line;
mod offset;
mod sender;
mod slot;
mod terms;
mod transition;
mod work;

use kept::More;
use offset::{Millis, Offset};
pub use sender::{OptOutChange, Sender, SenderId, SenderIds};
use slot::Slot;
pub use slot::{BatchFacts, BatchState};
pub use terms::{
    Accepted, Arrival, Buried, Claimed, CloseReason, Control, Entry, Fence, Keyword, LineFull, LossReason,
    ReplyPart, ReplyRefusal, ReplyTerms, RetryTerms, Stage, Supersede, Token,
};
pub use transition::{Abandoned, Answer, Effects, Ended, Recorded, Refused, Requeued, Revived, Transition};
use work::{Notes, Work};

/// The most unfinished batches one key may have. A lane is loaded whole, so its length has a limit.
pub const MAX_LINE: usize = 1_000;

/// The most dead batches that one key may have. One more, and the oldest ends as
/// [`NoReply::Abandoned`](crate::NoReply::Abandoned).
pub const MAX_DEAD: usize = 100;

/// How long a reply counts for the loop guard.
pub const LOOP_GUARD_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Everything that is known of one key. See the [module](self) for what it is.
///
/// A pending lane with one batch is a single small value; what is rare lives in a box of its own. Its instants are offsets
/// from one base. It keeps the fields of a later version that it does not know, as far as
/// they are its own and not those of its parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lane {
    head: Option<Slot>,
    base: Timestamp,
    more: Option<Box<More>>,
    /// The latest instant that the lane has seen, after its base.
    latest: Millis,
}

impl Lane {
    /// When the lane next has something to do: the head's due or retry time, or while it is in flight the end of its
    /// lease.
    #[must_use]
    pub fn wake_at(&self) -> Option<Timestamp> {
        let head = self.head.as_ref()?;
        Some(self.instant(self.work().map_or(head.due(), Work::wake)))
    }

    /// Since when the head has waited for a worker: it was due, or its retry was, or its worker let the lease run out. `None`
    /// if that is not so at `now`. Lateness is counted from here and not from [`wake_at`](Self::wake_at), which may come to be
    /// earlier for what is urgent.
    #[must_use]
    pub fn late_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.wake_at().filter(|wake| *wake < now)
    }

    /// From when on an idle lane says nothing that a new one would not, and can be dropped: when every reason to keep it has
    /// passed. `None` if there is one of which nobody knows when it will, such as an unfinished or dead batch.
    #[must_use]
    pub fn forgettable_at(&self) -> Option<Timestamp> {
        if self.head.is_some() {
            return None;
        }
        let Some(more) = &self.more else { return Some(Timestamp::MIN) };
        if !(more.dead.is_empty() && more.unknown.is_empty()) {
            return None;
        }
        let last_reply_counts_until = more.replies.last().map(|sent| *sent + LOOP_GUARD_PERIOD);
        let losses_matter_until = more.lost.iter().map(|lost| lost.lease_until);
        let last = losses_matter_until.chain(last_reply_counts_until).max();
        Some(last.map_or(Timestamp::MIN, |last| self.instant(last)))
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
        self.slots().enumerate().map(move |(position, slot)| {
            let work = work.filter(|_| position == 0);
            let notes = work.map(|work| work.notes.clone()).unwrap_or_default();
            slot.facts(self.base, work, notes, position == newest)
        })
    }

    /// The ids of the unfinished batches, oldest first, and how many messages each holds.
    pub fn line(&self) -> impl Iterator<Item = (BatchId, u32)> + '_ {
        self.slots().map(|slot| (slot.id, slot.messages))
    }

    /// Its dead batches, oldest first.
    pub fn dead(&self) -> impl Iterator<Item = BatchId> + '_ {
        self.more.iter().flat_map(|more| &more.dead).map(|dead| dead.id)
    }

    /// Counts the unfinished batches and their messages.
    pub fn count(&self, now: Timestamp, counts: &mut Counts) {
        let (newest, work) = (self.len().saturating_sub(1), self.work());
        for (position, slot) in self.slots().enumerate() {
            let counter = match slot.state(work.filter(|_| position == 0), position == newest) {
                BatchState::Open => &mut counts.open,
                BatchState::Closed => &mut counts.closed,
                BatchState::Claimed => &mut counts.claimed,
                BatchState::Retrying => &mut counts.retrying,
            };
            *counter += 1;
            counts.messages_buffered += u64::from(slot.messages);
        }
        let Some(since) = self.late_since(now) else { return };
        if work.is_some_and(Work::is_leased) {
            counts.leases_expired += 1;
        } else {
            counts.past_due += 1;
            let late_ms = u64::try_from(now.since(since).as_millis()).unwrap_or(u64::MAX);
            counts.longest_past_due_ms = counts.longest_past_due_ms.max(late_ms);
        }
    }

    /// `now`, or the latest instant that the lane has seen: its time must not run backwards. A message that arrives is kept
    /// as of this instant.
    #[must_use]
    pub fn clamp(&self, now: Timestamp) -> Timestamp {
        now.max(self.instant(Offset::default() + self.latest))
    }

    /// The lane has seen `now`, which is clamped.
    fn saw(&mut self, now: Timestamp) {
        if self.head.is_none() {
            self.rebase(now);
        } else {
            self.latest = self.offset(now).since(Offset::default());
        }
    }

    /// Has an idle lane begin anew at `now`.
    fn rebase(&mut self, now: Timestamp) {
        if let Some(more) = &mut self.more {
            more.rebase(self.base, now);
        }
        (self.base, self.latest) = (now, Millis::default());
    }

    fn offset(&self, at: Timestamp) -> Offset {
        Offset::of(at, self.base)
    }

    fn instant(&self, offset: Offset) -> Timestamp {
        offset.after(self.base)
    }

    /// # Panics
    /// If there is no head: whoever asks has work on it.
    fn facts_of_head(&self, notes: Notes) -> BatchFacts {
        let head = self.head.as_ref().expect("there is no work without a head");
        head.facts(self.base, self.work(), notes, self.len() == 1)
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

    fn more_mut(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn work(&self) -> Option<&Work> {
        self.more.as_ref()?.work.as_ref()
    }

    fn work_mut(&mut self) -> Option<&mut Work> {
        self.more.as_mut()?.work.as_mut()
    }

    fn tidy(&mut self) {
        if self.more.as_ref().is_some_and(|more| more.is_bare()) {
            self.more = None;
        }
    }
}

#[cfg(test)]
mod tests;
