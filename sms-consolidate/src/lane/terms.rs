//! What the transitions of a [`Lane`](super::Lane) take and return.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Abandoned, BatchFacts, MAX_LINE, Sender};
use crate::clock::Timestamp;
use crate::message::{BatchId, OptOutScope};
use crate::optout::OptOutCause;
use crate::outcome::NoReply;
use crate::reply::Receipt;
use crate::window::{Window, WindowPlan};

/// Why a batch closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CloseReason {
    /// Its window ended.
    Timeout,
    /// It reached its number of messages.
    MessageCap,
    /// It reached its bytes of text.
    ByteCap,
    /// An urgent message, or one that asks for help.
    Urgent,
    /// The sender opted out.
    OptOut,
    /// The sender opted out by a wish in a sentence, not by a keyword.
    InferredOptOut,
    /// Somebody asked for it.
    Flush,
    /// The service is stopping, and its store would not survive that.
    Shutdown,
}

/// A message that steers rather than says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// The sender wants replies again.
    Start,
    /// The sender asks who we are.
    Help,
    /// The sender wants no more replies.
    Stop,
}

/// A control as found in one message, before the lane has said what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// Is this control.
    Control(Control),
    /// Is [`Control::Start`] if the sender has opted out, and an ordinary message otherwise (YES).
    StartIfStopped,
    /// Is [`Control::Stop`], inferred from a sentence.
    Wish,
}

impl From<Control> for Keyword {
    fn from(control: Control) -> Self {
        Self::Control(control)
    }
}

/// What becomes of a batch in flight when a later message of its sender arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Supersede {
    /// It goes on, and the message queues behind it.
    #[default]
    Never,
    /// The message takes it back, for at most this long after it opened.
    Within(Duration),
    /// The message takes it back, for at most twice the longest wait of the message's window.
    WithinTwiceMaxWait,
}

impl Supersede {
    pub(super) fn within(self, window: &Window) -> Option<Duration> {
        match self {
            Self::Never => None,
            Self::Within(time) => Some(time),
            Self::WithinTwiceMaxWait => Some(window.max_wait().saturating_mul(2)),
        }
    }
}

/// What the lane needs to know of an arriving message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival {
    /// From which the lane works out its window.
    pub window: WindowPlan,
    /// The bytes of its text.
    pub bytes: u32,
    /// The keyword that it is, if it is one.
    pub keyword: Option<Keyword>,
    /// How that is known.
    pub cause: OptOutCause,
    /// Whether it takes back a claimed batch.
    pub supersede: Supersede,
}

impl Arrival {
    /// An ordinary message, which queues behind a batch in flight.
    #[must_use]
    pub fn new(window: impl Into<WindowPlan>, bytes: u32) -> Self {
        Self {
            window: window.into(),
            bytes,
            keyword: None,
            cause: OptOutCause::Keyword,
            supersede: Supersede::Never,
        }
    }

    /// The same as a keyword, found as `cause` says.
    #[must_use]
    pub fn with_keyword(mut self, keyword: impl Into<Keyword>, cause: OptOutCause) -> Self {
        self.keyword = Some(keyword.into());
        self.cause = cause;
        self
    }

    /// The same with what it does to a batch in flight.
    #[must_use]
    pub fn with_supersede(mut self, supersede: Supersede) -> Self {
        self.supersede = supersede;
        self
    }

    /// What the message steers, if it does, with a sender of whom so much is known.
    #[must_use]
    pub fn control(&self, sender: &Sender) -> Option<Control> {
        match self.keyword? {
            Keyword::Control(control) => Some(control),
            Keyword::StartIfStopped => sender.is_opted_out().then_some(Control::Start),
            Keyword::Wish => Some(Control::Stop),
        }
    }

    /// Whether the message would opt out a sender who has not opted out yet.
    #[must_use]
    pub fn would_opt_out(&self, sender: &Sender) -> bool {
        self.control(sender) == Some(Control::Stop) && !sender.is_opted_out()
    }
}

/// How a message came into its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// It opened the batch.
    Opened,
    /// It joined the open batch.
    Joined,
    /// It took back a claimed batch and joined that.
    Superseded,
    /// It opened a batch ahead of those that wait, behind one that has been claimed: a stop, whose confirmation cannot
    /// wait for all of them.
    Ahead,
}

/// What [`Lane::arrive`](super::Lane::arrive) did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The batch that the message is in.
    pub batch: BatchId,
    /// When it counts as having come, which is what its store keeps beside it: the lane's time never runs backwards.
    pub at: Timestamp,
    /// How it came into it.
    pub entry: Entry,
    /// How many messages the batch now holds.
    pub messages: u32,
    /// When the batch is due.
    pub due_at: Timestamp,
    /// The control that the message turned out to be.
    pub control: Option<Control>,
    /// Whether the message opted the sender out (true) or in (false); `None` if it changed nothing about that.
    pub opted_out: Option<bool>,
}

/// The line has reached [`MAX_LINE`] unfinished batches; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sender has {MAX_LINE} unfinished batches")]
pub struct LineFull;

/// The number of a claim. It rises with every claim and every loss, so an old holder's is never accepted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(u64);

impl Token {
    /// Less than every token of a claim.
    pub(crate) const MIN: Self = Self(0);
    /// Greater than every token of a claim.
    pub(crate) const MAX: Self = Self(u64::MAX);

    /// The token as a number.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    pub(super) fn advance(&mut self) -> Self {
        // No lane lives to see it wrap; one that a store has corrupted must not panic.
        self.0 = self.0.wrapping_add(1);
        *self
    }
}

/// What a worker must show to change a claimed batch: which one, and the token of its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fence {
    /// The claimed batch.
    pub batch: BatchId,
    /// The token of the claim.
    pub token: Token,
}

/// Why a worker lost its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum LossReason {
    /// The lease ran out and another worker claimed the batch (and may have finished it since).
    #[error("the lease ran out and another worker took the batch")]
    Stolen,
    /// A later message took the batch back into the open state.
    #[error("a later message superseded the batch")]
    Superseded,
    /// The batch was cancelled.
    #[error("the batch was cancelled")]
    Cancelled,
}

/// How far a claimed batch has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing is recorded yet.
    Claimed,
    /// The classification is recorded.
    Classified,
    /// The point of no return: the reply is recorded as about to be sent.
    Replying,
}

/// A head that was claimed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Claimed {
    /// What the lane knows of the batch.
    pub facts: BatchFacts,
    /// The token of this claim.
    pub token: Token,
    /// When the first attempt that counts began.
    pub first_claimed_at: Timestamp,
    /// How far an earlier attempt got.
    pub stage: Stage,
    /// When the lease ends.
    pub lease_until: Timestamp,
}

impl Claimed {
    /// What to show to change this batch.
    #[must_use]
    pub fn fence(&self) -> Fence {
        Fence { batch: self.facts.id, token: self.token }
    }
}

/// One part of a reply.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplyPart {
    /// What it says.
    pub text: String,
    /// The gateway's word that it took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

impl ReplyPart {
    /// A part that has yet to leave.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), receipt: None }
    }
}

/// Without the text, because a `Debug` line may end up in a log.
impl fmt::Debug for ReplyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, receipt } = self;
        f.debug_struct("ReplyPart").field("text_bytes", &text.len()).field("receipt", receipt).finish()
    }
}

/// A reply that is about to be sent, and the conditions under which it may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTerms {
    /// What it says, a part after the other. What an earlier attempt decided stays.
    pub parts: Vec<ReplyPart>,
    /// Answers a control. The confirmation of a stop is the one reply that an opted-out sender gets.
    pub control: Option<Control>,
    /// What must be left of the lease: the time that sending may take.
    pub send_timeout: Duration,
    /// The most replies to one key per [`LOOP_GUARD_PERIOD`](super::LOOP_GUARD_PERIOD).
    pub max_replies_per_hour: Option<NonZeroU32>,
    /// How far an opt-out reaches.
    pub opt_out_scope: OptOutScope,
}

/// Why a reply may not leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyRefusal {
    /// The sender has opted out.
    #[error("the sender has opted out")]
    OptedOut,
    /// Too little of the lease is left for sending; renew it first.
    #[error("the rest of the lease is shorter than the send timeout")]
    LeaseTooShort,
    /// The sender has had its replies for this hour.
    #[error("the loop guard's replies per hour are used up")]
    LoopGuard,
}

impl ReplyRefusal {
    /// How a batch ends whose reply is refused so. `None` if it can be tried again.
    pub(crate) const fn no_reply(self) -> Option<NoReply> {
        match self {
            Self::OptedOut => Some(NoReply::OptedOut),
            Self::LoopGuard => Some(NoReply::LoopGuard),
            Self::LeaseTooShort => None,
        }
    }
}

/// What became of a batch that was to be buried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buried {
    /// It is dead: to be kept whole, listed, and requeued on demand.
    Dead {
        /// Which dead batch had to make room for it.
        abandoned: Option<Abandoned>,
    },
    /// It had passed its point of no return, so its reply may have gone out. It is over, and never requeued.
    ReplyUnknown,
}

/// What becomes of a claimed batch that is to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryTerms {
    /// When it may be claimed again.
    pub at: Timestamp,
    /// Whether this attempt counts. It does not if the batch was merely handed back.
    pub counts: bool,
    /// Whether the reply may have gone out. If so the batch stays past its point of no return.
    pub maybe_sent: bool,
}
