//! How a batch ends.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::classify::Classification;
use crate::reply::Receipt;

/// How a batch ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The gateway took the reply; a receipt for each of its parts.
    Replied(Vec<Receipt>),
    /// Nothing was sent.
    NoReply(NoReply),
    /// A reply may have been sent. Nothing was sent again.
    ReplyUnknown,
}

/// Why nothing was sent.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, thiserror::Error,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoReply {
    /// Auto-reply is off.
    #[error("auto-reply is off")]
    Off,
    /// The sender has opted out.
    #[error("the sender has opted out")]
    OptedOut,
    /// It would have come too late, or the wait that a classifier or gateway asked for would have made it so.
    #[error("the reply would come too late")]
    Stale,
    /// There is no text for the label, or none for the control.
    #[error("there is no text for it")]
    NoTemplate,
    /// The message was a keyword, such as STOP, and its gateway answers those by itself.
    #[error("the gateway answers keywords by itself")]
    AnsweredByGateway,
    /// The sender has had its replies for this hour.
    #[error("the loop guard's replies per hour are used up")]
    LoopGuard,
    /// The batch was cancelled.
    #[error("the batch was cancelled")]
    Cancelled,
    /// The gateway refused the reply for good.
    #[error("the gateway rejected the reply")]
    Rejected,
    /// The sender cannot receive: a short code, an alphanumeric name, a group.
    #[error("the sender cannot receive replies")]
    Unreachable,
    /// It was dead, and too many batches of its sender have died since to keep it.
    #[error("it was dead, and too many of its sender have died since")]
    Abandoned,
    /// The sender said nothing in it: it holds only [reactions](crate::Reaction) to messages of ours, quotes of them, or what
    /// a phone answers by itself while its owner drives.
    #[error("it holds no words of the sender's own")]
    NoOwnWords,
}

/// What a worker records when a batch is over.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// The cause, where something went wrong. It reaches status pages.
    pub error: Option<String>,
    /// What the batch was found to be, if that has not been recorded before.
    pub classification: Option<Classification>,
}

impl Finish {
    /// An outcome without anything to explain.
    #[must_use]
    pub const fn new(outcome: Outcome) -> Self {
        Self { outcome, error: None, classification: None }
    }

    /// The same with what the batch was found to be.
    #[must_use]
    pub fn with_classification(mut self, classification: Option<Classification>) -> Self {
        self.classification = classification;
        self
    }

    /// The same with the cause.
    #[must_use]
    pub fn with_error(mut self, error: impl fmt::Display) -> Self {
        self.error = Some(error.to_string());
        self
    }
}
