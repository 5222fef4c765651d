//! One unfinished batch in a lane's line, and what is said of it to others.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::offset::{Millis, Offset};
use super::work::{Notes, Work};
use super::{Arrival, CloseReason, Control, Keyword, ReplyPart};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::message::BatchId;
use crate::window::Window;

/// One unfinished batch. Lanes are kept by the million, so this stays small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) id: BatchId,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) opened: Offset,
    /// After it was opened.
    #[serde(default, skip_serializing_if = "is_default")]
    due_after: Millis,
    /// The latest that `due_after` can become.
    #[serde(default, skip_serializing_if = "is_default")]
    deadline_after: Millis,
    pub(super) messages: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) bytes: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) close_reason: Option<CloseReason>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) control: Option<Control>,
    #[serde(default, skip_serializing_if = "is_default")]
    flags: Flags,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Four facts in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenFlags", into = "WrittenFlags")]
struct Flags(u8);

/// The facts by their names, for whoever reads what a store has written.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct WrittenFlags {
    #[serde(skip_serializing_if = "is_default")]
    has_content: bool,
    #[serde(skip_serializing_if = "is_default")]
    sealed: bool,
    #[serde(skip_serializing_if = "is_default")]
    muted: bool,
    #[serde(skip_serializing_if = "is_default")]
    superseded: bool,
}

impl From<WrittenFlags> for Flags {
    fn from(written: WrittenFlags) -> Self {
        let WrittenFlags { has_content, sealed, muted, superseded } = written;
        let facts = [has_content, sealed, muted, superseded];
        Self(facts.into_iter().zip(0..).map(|(fact, bit)| u8::from(fact) << bit).sum())
    }
}

impl From<Flags> for WrittenFlags {
    fn from(Flags(bits): Flags) -> Self {
        let [has_content, sealed, muted, superseded] = [0, 1, 2, 3].map(|bit| bits >> bit & 1 == 1);
        Self { has_content, sealed, muted, superseded }
    }
}

const HAS_CONTENT: u8 = 1;
/// Takes in no further message, neither by joining nor by superseding.
const SEALED: u8 = 1 << 1;
/// The sender opted out while this batch was unfinished: it gets no reply, whatever comes later.
const MUTED: u8 = 1 << 2;
/// Was taken back from a worker, so that its deadline is the bound on superseding.
const SUPERSEDED: u8 = 1 << 3;

impl Flags {
    const fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    fn set(&mut self, flag: u8, on: bool) {
        self.0 = if on { self.0 | flag } else { self.0 & !flag };
    }
}

impl Slot {
    pub(super) fn open(id: BatchId, now: Offset, window: &Window) -> Self {
        Self {
            id,
            opened: now,
            due_after: window.open_for().min(window.max_wait()).into(),
            deadline_after: window.max_wait().into(),
            messages: 0,
            bytes: 0,
            close_reason: window.is_urgent().then_some(CloseReason::Urgent),
            control: None,
            flags: Flags::default(),
        }
    }

    pub(super) fn revive(id: BatchId, now: Offset, dead: &Dead) -> Self {
        let mut flags = Flags::default();
        flags.set(HAS_CONTENT, dead.has_content);
        flags.set(MUTED, dead.muted);
        flags.set(SEALED, true);
        Self {
            id,
            opened: now,
            due_after: Millis::default(),
            deadline_after: Millis::default(),
            messages: dead.messages,
            bytes: dead.bytes,
            close_reason: dead.close_reason,
            control: dead.control,
            flags,
        }
    }

    /// When it is to be handled.
    pub(super) fn due(&self) -> Offset {
        self.opened + self.due_after
    }

    fn set_due(&mut self, due: Offset) {
        self.due_after = due.since(self.opened);
    }

    fn deadline(&self) -> Offset {
        self.opened + self.deadline_after
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.flags.has(SEALED)
    }

    pub(super) fn is_muted(&self) -> bool {
        self.flags.has(MUTED)
    }

    pub(super) fn set_muted(&mut self, muted: bool) {
        self.flags.set(MUTED, muted);
    }

    /// Moves `due` and the deadline for a message that joins. One that finds the batch due already joins without moving
    /// anything.
    pub(super) fn extend(&mut self, now: Offset, window: &Window) {
        if self.due() <= now {
            return;
        }
        if window.is_urgent() || !self.flags.has(SUPERSEDED) {
            // Shortened into the past it would make the reply look late.
            let shortened = (self.opened + window.max_wait()).max(now);
            self.deadline_after = self.deadline().min(shortened).since(self.opened);
        }
        let due = match window.extend_by() {
            Some(extend_by) => self.due().max(now + extend_by),
            None => self.due(),
        };
        self.set_due(due.min(self.deadline()));
        if window.is_urgent() {
            self.close_reason.get_or_insert(CloseReason::Urgent);
        }
    }

    /// Counts a message in, and closes the batch if it reaches a cap or is a control that closes.
    pub(super) fn admit(
        &mut self,
        now: Offset,
        arrival: &Arrival,
        window: &Window,
        control: Option<Control>,
    ) {
        self.messages = self.messages.saturating_add(1);
        self.bytes = self.bytes.saturating_add(arrival.bytes);
        self.control = self.control.max(control);
        if control.is_none() {
            self.flags.set(HAS_CONTENT, true);
        }
        if arrival.keyword == Some(Keyword::Wish) && control == Some(Control::Stop) {
            // Whatever closed it, that the stop was inferred must be seen in its record.
            self.close_reason = Some(CloseReason::InferredOptOut);
        }
        let closes = match control {
            Some(Control::Stop) => Some(CloseReason::OptOut),
            Some(Control::Help) => Some(CloseReason::Urgent),
            _ if self.messages >= window.max_messages() => Some(CloseReason::MessageCap),
            _ if self.bytes >= window.max_bytes() => Some(CloseReason::ByteCap),
            _ => None,
        };
        if let Some(reason) = closes {
            self.seal();
            self.close(now, reason);
        }
    }

    /// From now on it takes in no further message.
    pub(super) fn seal(&mut self) {
        self.flags.set(SEALED, true);
    }

    /// Makes the batch due now, if it is not yet. The first reason stays.
    pub(super) fn close(&mut self, now: Offset, reason: CloseReason) {
        if self.due() > now {
            self.set_due(now);
        }
        self.close_reason.get_or_insert(reason);
    }

    /// A sealed batch (capped, muted, requeued, or the answer to a stop or a call for help) is never taken back.
    pub(super) fn can_be_superseded(&self, now: Offset, within: Duration) -> bool {
        !self.is_sealed() && now < self.opened + within
    }

    /// Opens a batch again that was taken back from its worker.
    pub(super) fn reopen(&mut self, now: Offset, window: &Window, within: Duration) {
        self.flags.set(SUPERSEDED, true);
        self.deadline_after = within.into();
        self.set_due((now + window.extend_by().unwrap_or_default()).min(self.deadline()));
        self.close_reason = None;
        if window.is_urgent() {
            self.close(now, CloseReason::Urgent);
        }
    }

    pub(super) fn state(&self, work: Option<&Work>, is_newest: bool) -> BatchState {
        match work {
            Some(work) if work.is_leased() => BatchState::Claimed,
            Some(_) => BatchState::Retrying,
            None if is_newest && !self.is_sealed() => BatchState::Open,
            None => BatchState::Closed,
        }
    }

    /// With what is noted of it, if it is worked on.
    pub(super) fn facts(
        &self,
        base: Timestamp,
        work: Option<&Work>,
        notes: Notes,
        is_newest: bool,
    ) -> BatchFacts {
        let Notes { classification, reply, error } = notes;
        BatchFacts {
            id: self.id,
            state: self.state(work, is_newest),
            opened_at: self.opened.after(base),
            due_at: self.due().after(base),
            deadline: self.deadline().after(base),
            messages: self.messages,
            bytes: self.bytes,
            close_reason: self.close_reason,
            control: self.control,
            has_content: self.flags.has(HAS_CONTENT),
            muted: self.is_muted(),
            attempts: work.map_or(0, |work| work.attempts),
            lease_losses: work.map_or(0, |work| work.lease_losses),
            classification,
            reply,
            error,
        }
    }
}

/// A dead batch, as its lane remembers it so that it can be requeued. Its messages and its record are beside the lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Dead {
    pub(super) id: BatchId,
    pub(super) messages: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    bytes: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    close_reason: Option<CloseReason>,
    #[serde(default, skip_serializing_if = "is_default")]
    control: Option<Control>,
    #[serde(default, skip_serializing_if = "is_default")]
    has_content: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    muted: bool,
}

impl Dead {
    pub(super) fn new(facts: &BatchFacts) -> Self {
        let &BatchFacts { id, messages, bytes, close_reason, control, has_content, muted, .. } = facts;
        Self { id, messages, bytes, close_reason, control, has_content, muted }
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// What it was found to be, once that is recorded.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// The reply, once it was about to be sent for the first time, whatever became of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reply: Vec<ReplyPart>,
    /// What last went wrong.
    #[serde(default)]
    pub error: Option<String>,
}
