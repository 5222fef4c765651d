//! The work on the head of a lane, and what only some lanes need.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::offset::Offset;
use super::slot::{Dead, Slot, is_default};
use super::{Fence, LossReason, ReplyPart, Stage, Token};
use crate::classify::Classification;
use crate::clock::Timestamp;

/// What only some lanes need.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct More {
    pub(super) behind: VecDeque<Slot>,
    pub(super) work: Option<Work>,
    pub(super) token: Token,
    /// Newest last, [`LOSSES_KEPT`] at most.
    pub(super) lost: Vec<Lost>,
    /// When the replies of the last hour left, for the loop guard.
    pub(super) replies: Vec<Offset>,
    /// Oldest first, [`MAX_DEAD`](super::MAX_DEAD) at most.
    pub(super) dead: VecDeque<Dead>,
    /// What a later version of the library has written.
    pub(super) unknown: BTreeMap<String, serde_json::Value>,
}

impl More {
    /// Whether it says nothing. The token alone says nothing: a batch's id is part of every fence.
    pub(super) fn is_bare(&self) -> bool {
        let Self { behind, work, token: _, lost, replies, dead, unknown } = self;
        behind.is_empty()
            && work.is_none()
            && lost.is_empty()
            && replies.is_empty()
            && dead.is_empty()
            && unknown.is_empty()
    }

    /// Sees its instants from another base. There is no work, and nothing behind the head.
    pub(super) fn rebase(&mut self, from: Timestamp, to: Timestamp) {
        self.lost.iter_mut().for_each(|lost| lost.lease_until = lost.lease_until.moved(from, to));
        self.replies.iter_mut().for_each(|sent| *sent = sent.moved(from, to));
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
    pub(super) lease_until: Offset,
}

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
