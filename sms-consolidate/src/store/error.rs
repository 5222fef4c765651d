//! What a store may fail with.

use std::error::Error;

use crate::lane::{LossReason, Refused};

/// What the methods of a store return.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// The store as a whole failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot be reached or is too busy; trying again may help.
    #[error("the store is unavailable: {source}")]
    Unavailable {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It cannot do this, now or later: what it holds is damaged, or of another schema.
    #[error("the store failed: {source}")]
    Failed {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// The store cannot be reached; trying again may help.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable { source: source.into() }
    }

    /// The store failed, and trying again does not help.
    pub fn failed(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { source: source.into() }
    }
}

/// A lane was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The lane refused. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A write under a claim did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FencedError {
    /// The claim is gone. Nothing was changed.
    #[error(transparent)]
    Lost(#[from] LossReason),
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A batch was not requeued. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequeueError {
    /// There is no such batch.
    #[error("there is no such batch")]
    Unknown,
    /// A worker holds it.
    #[error("the batch is in flight")]
    InFlight,
    /// It has finished; a finished batch is never sent again.
    #[error("the batch has finished")]
    Finished,
    /// Its key has as many unfinished batches as it may have.
    #[error("the sender has as many unfinished batches as it may")]
    LineFull,
    /// The store as a whole failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A store answered what the transition cannot have led to.
#[derive(Debug, thiserror::Error)]
#[error("the store answered another question than it was asked")]
struct ForeignAnswer;

impl ChangeError {
    /// Of an answer that no transition of this kind gives.
    pub(super) fn foreign_answer() -> Self {
        StoreError::failed(ForeignAnswer).into()
    }
}

impl From<ChangeError> for StoreError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(refused) => Self::failed(refused),
            ChangeError::Store(error) => error,
        }
    }
}

impl From<ChangeError> for FencedError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(Refused::Lost(reason)) => Self::Lost(reason),
            other => Self::Store(other.into()),
        }
    }
}

impl From<ChangeError> for RequeueError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused(Refused::Unknown) => Self::Unknown,
            ChangeError::Refused(Refused::InFlight) => Self::InFlight,
            ChangeError::Refused(Refused::LineFull(_)) => Self::LineFull,
            other => Self::Store(other.into()),
        }
    }
}
