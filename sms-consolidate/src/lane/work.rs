//! The work on the head of a lane.

use serde::{Deserialize, Serialize};

use super::offset::Offset;
use super::slot::is_default;
use super::{ReplyPart, Stage};
use crate::classify::Classification;

/// What is noted of the head while it is worked on, so that another attempt goes on from there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Notes {
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) classification: Option<Classification>,
    /// The reply, decided once for all attempts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) reply: Vec<ReplyPart>,
    /// What last went wrong.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) error: Option<String>,
}

/// The work on the head, from its first claim on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Work {
    pub(super) attempts: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) lease_losses: u32,
    pub(super) first_claimed: Offset,
    pub(super) stage: Stage,
    /// Whether its reply is the last of those that the loop guard counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) reply_counts: bool,
    hold: Hold,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) notes: Notes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hold {
    Leased { until: Offset },
    Waiting { until: Offset },
}

impl Work {
    /// Work that was never held: [`hold`](Self::hold) it next.
    pub(super) fn new(now: Offset) -> Self {
        Self {
            attempts: 0,
            lease_losses: 0,
            first_claimed: now,
            stage: Stage::Claimed,
            reply_counts: false,
            hold: Hold::Waiting { until: now },
            notes: Notes::default(),
        }
    }

    pub(super) fn hold(&mut self, now: Offset, until: Offset) {
        if self.is_leased() {
            self.lease_losses = self.lease_losses.saturating_add(1);
        } else {
            self.attempts = self.attempts.saturating_add(1);
        }
        // Until an attempt has failed, downtime between claims is no retry time.
        if self.attempts <= 1 {
            self.first_claimed = now;
        }
        self.hold = Hold::Leased { until };
    }

    /// A lease is never shortened.
    pub(super) fn extend(&mut self, until: Offset) -> Offset {
        let until = until.max(self.wake());
        self.hold = Hold::Leased { until };
        until
    }

    /// Waits until `at`. An attempt that does not count was merely handed back.
    pub(super) fn release(&mut self, at: Offset, counts: bool) {
        if !counts {
            self.attempts = self.attempts.saturating_sub(1);
        }
        self.hold = Hold::Waiting { until: at };
    }

    /// Makes a retry due now; false if the work is leased.
    pub(super) fn hurry(&mut self, now: Offset) -> bool {
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

    pub(super) fn wake(&self) -> Offset {
        match self.hold {
            Hold::Leased { until } | Hold::Waiting { until } => until,
        }
    }
}
