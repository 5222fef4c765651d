//! What goes wrong inside an operation, and what the caller is told of it.

use std::path::Path;
use std::sync::Arc;

use rusqlite::ErrorCode;
use sms_consolidate::store::StoreError;

/// Why an operation, or a group of them, was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error(transparent)]
    Sql(#[from] rusqlite::Error),
    /// What the database holds cannot be understood.
    #[error("{0}")]
    Damaged(&'static str),
    /// Its text may quote a message, so it is not kept.
    #[error("the operation panicked")]
    Panicked,
    #[error("too many operations are waiting")]
    QueueFull,
    #[error("messages of too many bytes are waiting")]
    TooManyBytes,
    #[error("the thread that writes has ended")]
    Ended,
    #[error("the file or its log was removed or replaced; put it back, or start the service again")]
    Lost,
}

impl Fault {
    /// Whether it is about the machine or the file, and would meet every operation alike.
    pub(crate) fn is_of_all(&self) -> bool {
        self.may_pass()
    }

    fn may_pass(&self) -> bool {
        match self {
            Self::Sql(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::DiskFull
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::OutOfMemory
                        | ErrorCode::CannotOpen
                        | ErrorCode::ReadOnly
                        | ErrorCode::PermissionDenied
                        | ErrorCode::FileLockingProtocolFailed
                        | ErrorCode::OperationInterrupted
                )
            ),
            Self::QueueFull | Self::TooManyBytes | Self::Lost => true,
            Self::Damaged(_) | Self::Panicked | Self::Ended => false,
        }
    }
}

/// A fault, and the file in which it was met. One fault may answer a whole group.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub(crate) struct Failure {
    path: Arc<Path>,
    fault: Arc<Fault>,
}

impl Failure {
    pub(crate) fn new(path: &Arc<Path>, fault: Fault) -> Self {
        Self { path: Arc::clone(path), fault: Arc::new(fault) }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        if failure.fault.may_pass() { Self::unavailable(failure) } else { Self::failed(failure) }
    }
}
