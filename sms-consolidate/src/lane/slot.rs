//! The parts that a [`Lane`](super::Lane) is made of: a batch in the line, and the work on its head.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Arrival, CloseReason, Control, Fence, Keyword, LossReason, RetryTerms, Stage, Token};
use crate::clock::Timestamp;
use crate::message::BatchId;
use crate::window::Window;

/// One unfinished batch. Lanes are kept by the million, so this stays small.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) id: BatchId,
    pub(super) opened_at: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) deadline: Timestamp,
    pub(super) messages: u32,
    pub(super) bytes: u32,
    pub(super) close_reason: Option<CloseReason>,
    pub(super) control: Option<Control>,
    pub(super) has_content: bool,
    /// Takes in no further message, neither by joining nor by superseding.
    pub(super) sealed: bool,
    /// The sender opted out while this batch was unfinished: it gets no reply, whatever comes later.
    pub(super) muted: bool,
    /// Was taken back from a worker, so that its deadline is the bound on superseding.
    pub(super) superseded: bool,
}

impl Slot {
    pub(super) fn open(id: BatchId, now: Timestamp, window: &Window) -> Self {
        Self {
            id,
            opened_at: now,
            due_at: now + window.open_for().min(window.max_wait()),
            deadline: now + window.max_wait(),
            messages: 0,
            bytes: 0,
            close_reason: window.is_urgent().then_some(CloseReason::Urgent),
            control: None,
            has_content: false,
            sealed: false,
            muted: false,
            superseded: false,
        }
    }

    pub(super) fn revive(id: BatchId, now: Timestamp, dead: &BatchFacts) -> Self {
        Self {
            id,
            opened_at: now,
            due_at: now,
            deadline: now,
            messages: dead.messages,
            bytes: dead.bytes,
            close_reason: dead.close_reason,
            control: dead.control,
            has_content: dead.has_content,
            sealed: true,
            muted: dead.muted,
            superseded: false,
        }
    }

    /// Moves `due_at` and `deadline` for a message that joins. One that finds the batch due already joins without
    /// moving anything.
    pub(super) fn extend(&mut self, now: Timestamp, window: &Window) {
        if self.due_at <= now {
            return;
        }
        if window.is_urgent() || !self.superseded {
            // Shortened into the past it would make the reply look late.
            self.deadline = self.deadline.min((self.opened_at + window.max_wait()).max(now));
        }
        if let Some(extend_by) = window.extend_by() {
            self.due_at = self.due_at.max(now + extend_by);
        }
        self.due_at = self.due_at.min(self.deadline);
        if window.is_urgent() {
            self.close_reason.get_or_insert(CloseReason::Urgent);
        }
    }

    /// Counts a message in, and closes the batch if it reaches a cap or is a control that closes.
    pub(super) fn admit(&mut self, now: Timestamp, arrival: &Arrival, control: Option<Control>) {
        self.messages = self.messages.saturating_add(1);
        self.bytes = self.bytes.saturating_add(arrival.bytes);
        self.control = self.control.max(control);
        self.has_content |= control.is_none();
        if arrival.keyword == Some(Keyword::Wish) && control == Some(Control::Stop) {
            // Whatever closed it, that the stop was inferred must be seen in its record.
            self.close_reason = Some(CloseReason::InferredOptOut);
        }
        let closes = match control {
            Some(Control::Stop) => Some(CloseReason::OptOut),
            Some(Control::Help) => Some(CloseReason::Urgent),
            _ if self.messages >= arrival.window.max_messages() => Some(CloseReason::MessageCap),
            _ if self.bytes >= arrival.window.max_bytes() => Some(CloseReason::ByteCap),
            _ => None,
        };
        if let Some(reason) = closes {
            self.sealed = true;
            self.close(now, reason);
        }
    }

    /// Makes the batch due now, if it is not yet. The first reason stays.
    pub(super) fn close(&mut self, now: Timestamp, reason: CloseReason) {
        if self.due_at > now {
            self.due_at = now;
        }
        self.close_reason.get_or_insert(reason);
    }

    /// A sealed batch (capped, muted, requeued, or the answer to a stop or a call for help) is never taken back.
    pub(super) fn can_be_superseded(&self, now: Timestamp, within: Duration) -> bool {
        !self.sealed && now < self.opened_at + within
    }

    /// Opens a batch again that was taken back from its worker.
    pub(super) fn reopen(&mut self, now: Timestamp, window: &Window, within: Duration) {
        self.superseded = true;
        self.deadline = self.opened_at + within;
        self.due_at = (now + window.extend_by().unwrap_or_default()).min(self.deadline);
        self.close_reason = None;
        if window.is_urgent() {
            self.close(now, CloseReason::Urgent);
        }
    }

    pub(super) fn facts(&self, work: Option<&Work>, is_newest: bool) -> BatchFacts {
        BatchFacts {
            id: self.id,
            state: match work {
                Some(work) if work.is_leased() => BatchState::Claimed,
                Some(_) => BatchState::Retrying,
                None if is_newest && !self.sealed => BatchState::Open,
                None => BatchState::Closed,
            },
            opened_at: self.opened_at,
            due_at: self.due_at,
            deadline: self.deadline,
            messages: self.messages,
            bytes: self.bytes,
            close_reason: self.close_reason,
            control: self.control,
            has_content: self.has_content,
            muted: self.muted,
            attempts: work.map_or(0, |work| work.attempts),
            lease_losses: work.map_or(0, |work| work.lease_losses),
        }
    }
}

/// Where an unfinished batch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Takes in messages.
    Open,
    /// Takes in none, and waits for its time or its turn.
    Closed,
    /// Leased to a worker.
    Claimed,
    /// Waits to be tried again.
    Retrying,
}

/// What a lane knows of one of its batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchFacts {
    /// Its id.
    pub id: BatchId,
    /// Where it stands.
    pub state: BatchState,
    /// When its first message came.
    pub opened_at: Timestamp,
    /// When it is to be handled.
    pub due_at: Timestamp,
    /// The latest that `due_at` can become.
    pub deadline: Timestamp,
    /// How many messages it holds.
    pub messages: u32,
    /// The bytes of their texts.
    pub bytes: u32,
    /// Why it closed, if something else than its window closed it.
    pub close_reason: Option<CloseReason>,
    /// The control that decides its reply, if one of its messages was one.
    pub control: Option<Control>,
    /// Whether it holds any message that is not a control.
    pub has_content: bool,
    /// Whether an opt-out has taken its reply away.
    pub muted: bool,
    /// How often it was claimed, not counting claims that were handed back, superseded, or lost.
    pub attempts: u32,
    /// How often a worker let its lease run out.
    pub lease_losses: u32,
}

/// What only some lanes need.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct More {
    pub(super) behind: VecDeque<Slot>,
    pub(super) work: Option<Work>,
    pub(super) token: Token,
    /// Newest last, [`LOSSES_KEPT`] at most.
    pub(super) lost: Vec<Lost>,
    pub(super) opted_out_at: Option<Timestamp>,
    /// When the replies of the last hour left, for the loop guard.
    pub(super) replies: Vec<Timestamp>,
}

impl More {
    /// Whether it says nothing. The token alone says nothing: a batch's id is part of every fence.
    pub(super) fn is_bare(&self) -> bool {
        let Self { behind, work, token: _, lost, opted_out_at, replies } = self;
        behind.is_empty() && work.is_none() && lost.is_empty() && opted_out_at.is_none() && replies.is_empty()
    }
}

/// For how many of the last losses a lane knows why. A sender who keeps texting can supersede a batch several times
/// before its first holder finds out.
pub(super) const LOSSES_KEPT: usize = 8;

/// A claim that was taken from its holder, kept so that the holder can be told why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lost {
    pub(super) fence: Fence,
    pub(super) why: LossReason,
    pub(super) lease_until: Timestamp,
}

/// The work on the head, from its first claim on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) attempts: u32,
    pub(super) lease_losses: u32,
    pub(super) first_claimed_at: Timestamp,
    pub(super) stage: Stage,
    /// Whether its reply is the last of those that the loop guard counts.
    pub(super) reply_counts: bool,
    hold: Hold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hold {
    Leased { until: Timestamp },
    Waiting { until: Timestamp },
}

impl Work {
    /// Work that was never held: [`hold`](Self::hold) it next.
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            attempts: 0,
            lease_losses: 0,
            first_claimed_at: now,
            stage: Stage::Claimed,
            reply_counts: false,
            hold: Hold::Waiting { until: now },
        }
    }

    pub(super) fn hold(&mut self, now: Timestamp, until: Timestamp) {
        if self.is_leased() {
            self.lease_losses = self.lease_losses.saturating_add(1);
        } else {
            self.attempts = self.attempts.saturating_add(1);
        }
        // Until an attempt has failed, downtime between claims is no retry time.
        if self.attempts <= 1 {
            self.first_claimed_at = now;
        }
        self.hold = Hold::Leased { until };
    }

    pub(super) fn extend(&mut self, until: Timestamp) -> Timestamp {
        let until = until.max(self.wake_at());
        self.hold = Hold::Leased { until };
        until
    }

    pub(super) fn release(&mut self, terms: &RetryTerms) {
        if !terms.counts {
            self.attempts = self.attempts.saturating_sub(1);
        }
        if !terms.maybe_sent {
            self.stage = self.stage.min(Stage::Classified);
            self.reply_counts = false;
        }
        self.hold = Hold::Waiting { until: terms.at };
    }

    /// Makes a retry due now; false if the work is leased.
    pub(super) fn hurry(&mut self, now: Timestamp) -> bool {
        if let Hold::Waiting { until } = &mut self.hold {
            *until = now.min(*until);
            return true;
        }
        false
    }

    pub(super) fn is_leased(&self) -> bool {
        matches!(self.hold, Hold::Leased { .. })
    }

    /// Whether it is leased and has not passed the point of no return.
    pub(super) fn is_before_reply(&self) -> bool {
        self.is_leased() && self.stage < Stage::Replying
    }

    pub(super) fn wake_at(&self) -> Timestamp {
        match self.hold {
            Hold::Leased { until } | Hold::Waiting { until } => until,
        }
    }

    pub(super) fn lease_until(&self) -> Timestamp {
        self.wake_at()
    }
}
