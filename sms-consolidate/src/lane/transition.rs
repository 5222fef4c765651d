//! Every operation on one key, as data: what is asked, what is answered, and what is to be kept beside the lane.
//!
//! A store locks a lane, loads it, [applies](Transition::apply) a transition, and writes the lane and the [`Effects`] back,
//! all in one atomic step. It knows no rule, so a new operation is a new variant here and nothing in any store.

use std::time::Duration;

use super::{
    BatchFacts, Buried, CloseReason, Fence, Lane, LineFull, LossReason, ReplyRefusal, ReplyTerms, RetryTerms,
    Sender,
};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::message::{BatchId, Key};
use crate::outcome::{Finish, Outcome};

/// What is to be done to one lane.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Transition {
    /// Extends a lease to `now + lease`. Answered by [`Answer::Renewed`].
    Renew {
        /// The claim.
        fence: Fence,
        /// How long it lasts from now on. It is never shortened.
        lease: Duration,
    },
    /// Records what the batch was found to be, or that its reply is about to be sent, or both. The classification is kept
    /// even if the reply is refused. A batch that has passed its point of no return already (an idempotent sender is asked
    /// again) is checked anew, and its reply counts once. Answered by [`Answer::Recorded`].
    Record {
        /// The claim.
        fence: Fence,
        /// What the batch was found to be.
        classification: Option<Classification>,
        /// The reply, with the conditions under which it may leave.
        reply: Option<ReplyTerms>,
    },
    /// Takes the head out of the line, with an outcome. Answered by [`Answer::Finished`].
    Finish {
        /// The claim.
        fence: Fence,
        /// How the batch ended.
        finish: Finish,
    },
    /// Gives the head back, to be claimed again with the same messages. Answered by [`Answer::Waiting`].
    Retry {
        /// The claim.
        fence: Fence,
        /// When, and what that means for its reply.
        terms: RetryTerms,
        /// What went wrong, for status pages.
        error: String,
    },
    /// Takes the head out of the line as dead; or as over, if it has passed its point of no return and its reply is
    /// `maybe_sent`. Answered by [`Answer::Buried`].
    Bury {
        /// The claim.
        fence: Fence,
        /// Whether its reply may have been sent.
        maybe_sent: bool,
        /// What went wrong, for status pages.
        error: String,
    },
    /// Puts a dead batch at the end of the line under a new id, or makes a waiting one due now, whether it waits for its
    /// window or for a retry. Answered by [`Answer::Requeued`].
    Requeue {
        /// The dead or waiting batch.
        batch: BatchId,
        /// The new id, if it is dead.
        fresh: BatchId,
    },
    /// Makes every batch due now that waits for its window. Those in flight, or waiting for a retry, are left alone.
    /// Answered by [`Answer::Flushed`].
    Flush {
        /// Why.
        reason: CloseReason,
    },
    /// Ends every batch that has not passed its point of no return, with [`NoReply::Cancelled`](crate::NoReply::Cancelled).
    /// Answered by [`Answer::Cancelled`].
    Cancel,
    /// Has every unfinished batch end now and without a reply, because the sender opted out elsewhere than in a message of
    /// this lane. The confirmation of an earlier stop that has yet to leave still does. Answered by [`Answer::Silenced`].
    Silence,
}

/// What came of a [`Transition`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// The lease ends then.
    Renewed(Timestamp),
    /// What could be recorded is recorded.
    Recorded(Recorded),
    /// The batch is over.
    Finished,
    /// The batch waits for another attempt.
    Waiting,
    /// The batch is dead, or over.
    Buried(Buried),
    /// The batch is due now.
    Requeued(Requeued),
    /// So many batches are due now that waited.
    Flushed(u64),
    /// These batches are over.
    Cancelled(Vec<BatchFacts>),
    /// So many batches are unfinished, and end now.
    Silenced(u64),
}

/// What became of a [`Transition::Record`]. The classification is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// Whether the reply may leave: then the batch has passed its point of no return. If not, nothing else was changed.
    pub reply: Result<(), ReplyRefusal>,
}

impl Recorded {
    pub(super) const fn new(reply: Result<(), ReplyRefusal>) -> Self {
        Self { reply }
    }
}

/// What became of a batch that was to be requeued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requeued {
    /// The dead batch is at the end of its line, under this new id.
    Revived(BatchId),
    /// The batch waited, for its window or for a retry, and is due now.
    DueNow,
}

/// Why a transition was refused. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The claim is gone.
    #[error(transparent)]
    Lost(#[from] LossReason),
    /// The lane has no such batch, neither in its line nor among its dead.
    #[error("there is no such batch")]
    Unknown,
    /// A worker holds the batch.
    #[error("the batch is in flight")]
    InFlight,
    /// The line has no room for it.
    #[error(transparent)]
    LineFull(#[from] LineFull),
}

/// What a store has to keep beside the lane, in the same atomic step. A store takes it apart by name, so that one which
/// does not know of an effect does not compile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Batches that have left the line.
    pub ended: Vec<Ended>,
    /// A dead batch that is in the line again.
    pub revived: Option<Revived>,
    /// A dead batch that is given up.
    pub abandoned: Option<Abandoned>,
}

/// A batch that has ended. If it is dead its messages are kept; else they may go, at once or in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// What the lane knew of it.
    pub facts: BatchFacts,
    /// When.
    pub at: Timestamp,
    /// How; `None` if it is dead.
    pub outcome: Option<Outcome>,
}

/// A dead batch that is in the line again: its messages are those of the new one, in their order, and its record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revived {
    /// The dead batch.
    pub dead: BatchId,
    /// The new one.
    pub batch: BatchId,
    /// When it opened.
    pub at: Timestamp,
}

/// The oldest dead batch, which made room for a newer one. It is over, with [`NoReply::Abandoned`](crate::NoReply::Abandoned):
/// its record keeps all but its status, its outcome and when it ended, and its messages may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// The batch.
    pub batch: BatchId,
    /// How many messages it holds.
    pub messages: u32,
    /// When.
    pub at: Timestamp,
}

impl Effects {
    pub(super) fn end(facts: BatchFacts, at: Timestamp, outcome: Option<Outcome>) -> Self {
        Self { ended: vec![Ended { facts, at, outcome }], ..Self::default() }
    }
}

pub(super) type Applied = Result<(Answer, Effects), Refused>;

impl Transition {
    /// Changes the lane, and says what came of it and what is to be kept beside it. `sender` is what is known of the
    /// sender, if [`opt_out_scope`](Self::opt_out_scope) asks for that. An earlier `now` than the lane has seen counts as
    /// the latest that it has.
    ///
    /// # Errors
    /// Why nothing was changed.
    pub fn apply(self, lane: &mut Lane, sender: &Sender, now: Timestamp) -> Applied {
        let now = lane.clamp(now);
        let applied = match self {
            Self::Renew { fence, lease } => lane.renew(now, fence, lease),
            Self::Record { fence, classification, reply } => {
                lane.record(now, fence, sender, classification, reply)
            }
            Self::Finish { fence, finish } => lane.finish(now, fence, finish),
            Self::Retry { fence, terms, error } => lane.retry(fence, terms, error),
            Self::Bury { fence, maybe_sent, error } => lane.bury(now, fence, maybe_sent, error),
            Self::Requeue { batch, fresh } => lane.requeue(now, batch, fresh),
            Self::Flush { reason } => Ok((Answer::Flushed(lane.flush(now, reason)), Effects::default())),
            Self::Cancel => Ok(lane.cancel(now)),
            Self::Silence => Ok(lane.silence(now)),
        }?;
        lane.saw(now);
        Ok(applied)
    }

    /// The [scope](Key::opt_out_scope) of the sender whose record the transition needs. `None` if it needs none: a default
    /// one does.
    #[must_use]
    pub fn opt_out_scope(&self, key: &impl Key) -> Option<String> {
        match self {
            Self::Record { reply: Some(terms), .. } => Some(key.opt_out_scope(terms.opt_out_scope)),
            _ => None,
        }
    }
}
