//! A message comes in.

use super::offset::Offset;
use super::slot::Slot;
use super::{Accepted, Arrival, CloseReason, Control, Entry, Lane, LineFull, LossReason, MAX_LINE, Sender};
use crate::clock::Timestamp;
use crate::message::BatchId;
use crate::optout::OptOutCause;
use crate::window::Window;

use super::sender::OptOutChange;

impl Lane {
    /// Takes in a message: opts out or in if it is such a control, then joins the open batch, takes back the claimed
    /// one, or opens a new one with the id that `fresh` makes. The message that opts out passes all batches that wait.
    ///
    /// `sender` is what is known of the sender, if the arrival has a [keyword](Arrival::keyword); a default one does if
    /// not. What is known now is returned beside, if the message changed it.
    ///
    /// # Errors
    /// [`LineFull`] if a new batch would be one too many, and the message is not the one that opts out. Nothing was
    /// changed.
    pub fn arrive(
        &mut self,
        now: Timestamp,
        arrival: &Arrival,
        sender: &Sender,
        fresh: impl FnOnce() -> BatchId,
    ) -> Result<(Accepted, Option<Sender>), LineFull> {
        let window = arrival.window.window();
        let control = arrival.control(sender);
        let instant = self.begin(now);
        let now = self.offset(instant);
        let entry = self.entry_for(now, arrival, &window, sender);
        // A stop is never turned away for want of room; the line is one longer then.
        if entry == Entry::Opened && self.len() >= MAX_LINE {
            return Err(LineFull);
        }
        self.saw(instant);
        let changed = steered(instant, control, arrival.cause, sender);
        if control == Some(Control::Stop) {
            self.mute_line(now, sender.is_opted_out());
        }
        match entry {
            Entry::Opened => self.push_back(Slot::open(fresh(), now, &window)),
            Entry::Ahead => self.push_ahead(Slot::open(fresh(), now, &window)),
            Entry::Joined => {}
            Entry::Superseded => self.take_back(now, arrival, &window),
        }
        let slot = match entry {
            Entry::Ahead => self.first_waiting_mut(),
            Entry::Opened | Entry::Joined | Entry::Superseded => self.newest_mut(),
        };
        let slot = slot.expect("a batch was opened, or was there to be joined");
        if entry == Entry::Joined {
            slot.extend(now, &window);
        }
        slot.admit(now, arrival, &window, control);
        if control == Some(Control::Stop) {
            // The batch that holds the stop answers with the one confirmation; a repeated stop is not confirmed again.
            slot.set_muted(sender.is_opted_out());
        }
        let (batch, messages, due) = (slot.id, slot.messages, slot.due());
        let opted_out =
            changed.map(|after| after.is_opted_out()).filter(|after| *after != sender.is_opted_out());
        let due_at = self.instant(due);
        Ok((Accepted { batch, at: instant, entry, messages, due_at, control, opted_out }, changed))
    }

    /// The instant that an arrival at `now` counts for. An idle lane begins anew, with that as its base.
    fn begin(&mut self, now: Timestamp) -> Timestamp {
        let now = self.clamp(now);
        if self.head.is_none() {
            self.rebase(now);
        }
        now
    }

    fn entry_for(&self, now: Offset, arrival: &Arrival, window: &Window, sender: &Sender) -> Entry {
        let Some(newest) = self.newest() else { return Entry::Opened };
        let entry = self.place_at_the_end(newest, now, arrival, window);
        let waiting = self.len() - usize::from(self.work().is_some());
        let passes = match entry {
            Entry::Opened => waiting > 0,
            Entry::Joined => waiting > 1,
            Entry::Superseded | Entry::Ahead => false,
        };
        if passes && arrival.would_opt_out(sender) { Entry::Ahead } else { entry }
    }

    fn place_at_the_end(&self, newest: &Slot, now: Offset, arrival: &Arrival, window: &Window) -> Entry {
        match self.work().filter(|_| self.len() == 1) {
            Some(work) => match arrival.supersede.within(window) {
                Some(within) if work.is_before_reply() && newest.can_be_superseded(now, within) => {
                    Entry::Superseded
                }
                _ => Entry::Opened,
            },
            None if newest.is_sealed() => Entry::Opened,
            None => Entry::Joined,
        }
    }

    fn take_back(&mut self, now: Offset, arrival: &Arrival, window: &Window) {
        self.lose(LossReason::Superseded);
        self.more_mut().work = None;
        let slot = self.head.as_mut().expect("a claimed batch is the head");
        slot.reopen(now, window, arrival.supersede.within(window).unwrap_or_default());
    }

    /// Every unfinished batch is due now and ends without a reply, even if the sender opts in again meanwhile. If it has
    /// opted out already, a confirmation of that which has yet to leave still does.
    pub(super) fn mute_line(&mut self, now: Offset, again: bool) {
        let started = usize::from(self.work().is_some());
        for (position, slot) in self.slots_mut().enumerate() {
            slot.set_muted(slot.is_muted() || !(again && slot.control == Some(Control::Stop)));
            slot.seal();
            if position >= started {
                slot.close(now, CloseReason::OptOut);
            }
        }
        if let Some(work) = self.work_mut() {
            work.hurry(now);
        }
    }

    pub(super) fn push_back(&mut self, slot: Slot) {
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
}

/// What is known of the sender after a control, if that is something new.
fn steered(now: Timestamp, control: Option<Control>, cause: OptOutCause, sender: &Sender) -> Option<Sender> {
    let opted_out = match control? {
        Control::Stop => true,
        Control::Start => false,
        Control::Help => return None,
    };
    Some(sender.after(now, &OptOutChange::new(opted_out, cause))).filter(|after| after != sender)
}
