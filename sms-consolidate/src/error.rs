//! What can go wrong, one enum per operation.

use std::sync::Arc;
use std::time::Duration;

use crate::store::{Refusal, StoreError};

/// A message was not accepted. It is not stored, except that after [`Unavailable`](Self::Unavailable) and
/// [`Failed`](Self::Failed), where the store's answer is missing, it may be. With an id it is safe to push it again in any
/// case; without one it may then be stored twice.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// A limit is reached. Try again when there is room.
    #[error("no room: {0}")]
    Full(Refusal),
    /// The store cannot be reached, or its answer was lost, and the message may have been stored after all. Try again.
    #[error(transparent)]
    Unavailable(Arc<StoreError>),
    /// [`shutdown`](crate::Consolidator::shutdown) has begun.
    #[error("the consolidator is shutting down")]
    ShuttingDown,
    /// The text is too long. Trying again does not help.
    #[error("the text has {bytes} bytes; at most {limit} are accepted")]
    TextTooLong {
        /// The length of the text.
        bytes: usize,
        /// The [limit](crate::Builder::max_text_bytes).
        limit: usize,
    },
    /// The id is too long. Trying again does not help.
    #[error("the id has {bytes} bytes; at most {limit} are accepted")]
    IdTooLong {
        /// The length of the id.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// The store can never hold this message. Trying again does not help.
    #[error("the store cannot hold this message")]
    Unstorable,
    /// What the store holds of this key is damaged, and its log says so. The message is good, and is accepted once
    /// somebody has repaired that: try again at long intervals.
    #[error("what the store holds of the sender is damaged")]
    Damaged,
    /// The store failed in a way that does not pass by itself, such as damage, and the message may have been stored
    /// after all. It counts as [retryable](Self::is_retryable), because the message is good and is accepted once
    /// somebody has repaired the store: keep it, and try again at long intervals.
    #[error(transparent)]
    Failed(Arc<StoreError>),
}

impl PushError {
    /// Whether the same message may be accepted later, be it only after a restart or a repair: nothing is wrong with it.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Full(_) | Self::Unavailable(_) | Self::ShuttingDown | Self::Damaged | Self::Failed(_) => {
                true
            }
            Self::TextTooLong { .. } | Self::IdTooLong { .. } | Self::Unstorable => false,
        }
    }
}

impl From<Refusal> for PushError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unstorable => Self::Unstorable,
            Refusal::Damaged => Self::Damaged,
            Refusal::Keys | Refusal::Messages | Refusal::OptOuts | Refusal::Line => Self::Full(refusal),
        }
    }
}

impl From<Arc<StoreError>> for PushError {
    fn from(error: Arc<StoreError>) -> Self {
        match *error {
            StoreError::Unavailable { .. } => Self::Unavailable(error),
            StoreError::Failed { .. } => Self::Failed(error),
        }
    }
}

/// A configuration that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is no classifier.
    #[error("no classifier: call Builder::classifier")]
    NoClassifier,
    /// Replies are on, and there is nothing to send them with.
    #[error("no sender: call Builder::sender, or switch replies off with ReplyTemplates::off()")]
    NoSender,
    /// The store has a clock of its own, which all nodes that share it go by, and another one is given.
    #[error(
        "the store has a clock of its own: leave out Builder::clock, or insist on yours with Builder::override_clock"
    )]
    TwoClocks,
    /// The lease is too short to send a reply under it.
    #[error(
        "lease {lease:?} is too short: it must be at least a second, and twice the send timeout {send_timeout:?}"
    )]
    LeaseTooShort {
        /// [`Builder::lease`](crate::Builder::lease).
        lease: Duration,
        /// [`Builder::send_timeout`](crate::Builder::send_timeout).
        send_timeout: Duration,
    },
    /// A setting that must not be zero is zero.
    #[error("{setting} must not be zero")]
    Zero {
        /// The builder's method.
        setting: &'static str,
    },
}
