//! One batch and what is said of messages, in plain fields.

use sms_consolidate::OptOutCause;
use sms_consolidate::lane::{CloseReason, Control, Keyword, Stage};

/// A window as numbers of milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) open_for: i64,
    pub(crate) extend_by: Option<i64>,
    pub(crate) max_wait: i64,
    pub(crate) max_messages: usize,
    pub(crate) max_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    /// Which message it is, counted from the first.
    pub(crate) message: usize,
    pub(crate) bytes: u64,
    pub(crate) keyword: Option<Keyword>,
    pub(crate) cause: OptOutCause,
    pub(crate) supersede_within: Option<i64>,
    pub(crate) window: Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Never,
    Leased { claim: usize, until: i64 },
    Waiting { until: i64 },
}

#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Which batch it is, counted from the first. A requeued one is another batch.
    pub(crate) number: usize,
    pub(crate) opened: i64,
    pub(crate) due: i64,
    pub(crate) deadline: i64,
    pub(crate) messages: Vec<usize>,
    pub(crate) bytes: u64,
    pub(crate) reason: Option<CloseReason>,
    pub(crate) controls: Vec<Control>,
    pub(crate) has_content: bool,
    /// A cap was reached, or a control closed it, or it came back from the dead: nothing may be added.
    pub(crate) complete: bool,
    pub(crate) muted: bool,
    pub(crate) passed_others: bool,
    pub(crate) superseded: bool,
    pub(crate) hold: Hold,
    pub(crate) first_claimed: Option<i64>,
    pub(crate) attempts: u32,
    pub(crate) losses: u32,
    pub(crate) stage: Stage,
    /// What was last recorded that it is.
    pub(crate) label: Option<u8>,
    /// The reply that was first decided on.
    pub(crate) text: Option<u8>,
    pub(crate) error: Option<String>,
}

impl Batch {
    pub(super) fn open(number: usize, now: i64, window: &Numbers) -> Self {
        let is_urgent = window.max_wait == 0;
        Self {
            number,
            opened: now,
            due: now + window.open_for.min(window.max_wait),
            deadline: now + window.max_wait,
            messages: Vec::new(),
            bytes: 0,
            reason: is_urgent.then_some(CloseReason::Urgent),
            controls: Vec::new(),
            has_content: false,
            complete: false,
            muted: false,
            passed_others: false,
            superseded: false,
            hold: Hold::Never,
            first_claimed: None,
            attempts: 0,
            losses: 0,
            stage: Stage::Claimed,
            label: None,
            text: None,
            error: None,
        }
    }

    pub(crate) fn control(&self) -> Option<Control> {
        [Control::Stop, Control::Help, Control::Start].into_iter().find(|it| self.controls.contains(it))
    }

    /// As if nobody had ever worked on it.
    pub(super) fn begin_anew(&mut self) {
        self.hold = Hold::Never;
        self.first_claimed = None;
        (self.attempts, self.losses) = (0, 0);
        self.stage = Stage::Claimed;
        (self.label, self.text, self.error) = (None, None, None);
    }

    pub(super) fn close(&mut self, now: i64, reason: CloseReason) {
        self.due = self.due.min(now);
        self.reason = self.reason.or(Some(reason));
    }
}
