//! Why a batch was not classified.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use sms_consolidate::{ClassifyError, Timestamp};

/// Why the API did not classify a batch: the source of every [`ClassifyError`] of this crate.
///
/// Holds neither texts nor keys nor bodies, whatever the service answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenAiError {
    /// The model refused.
    #[error("the model refused to answer")]
    Refused,
    /// The answer reached [`max_completion_tokens`](crate::Builder::max_completion_tokens) before it was complete.
    #[error("the answer was cut off at the limit of tokens")]
    CutOff,
    /// The service's content filter withheld the answer.
    #[error("the answer was withheld by the content filter")]
    Filtered,
    /// The answer names more than one label, or one that stands in a quotation of a text.
    #[error("the answer does not name one label alone")]
    Ambiguous,
    /// The answer names a label that is none of the configured ones.
    #[error("the answer names none of the labels")]
    UnknownLabel,
    /// The body of a successful answer is not the JSON that was expected, or is too large.
    #[error("the answer (status {status}) is not the JSON that was expected")]
    Malformed {
        /// The HTTP status.
        status: u16,
    },
    /// The service's moderation refuses what is sent: 403 that says so, or 400 with a code such as `content_filter`. It
    /// says nothing of the key.
    #[error("the service's moderation refuses the batch (status {status}{detail})")]
    #[non_exhaustive]
    Flagged {
        /// The HTTP status.
        status: u16,
        /// What the body said.
        detail: ErrorDetail,
    },
    /// The service does not accept the key: 401, or 403 with the JSON of an error.
    #[error("the service does not accept the API key (status {status}{detail})")]
    #[non_exhaustive]
    Unauthorized {
        /// The HTTP status.
        status: u16,
        /// What the body said.
        detail: ErrorDetail,
    },
    /// The account's balance is exhausted, or a spend or usage limit is reached.
    #[error("the account has nothing left to spend (status {status}{detail})")]
    #[non_exhaustive]
    QuotaExhausted {
        /// The HTTP status.
        status: u16,
        /// What the body said.
        detail: ErrorDetail,
    },
    /// The service, or a proxy before it, will not answer this request, however often it is asked.
    #[error("the service rejects the request (status {status}{detail})")]
    #[non_exhaustive]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What the body said.
        detail: ErrorDetail,
    },
    /// The service cannot answer now: 408, 429 or 5xx.
    #[error("the service cannot answer now (status {status}{detail})")]
    #[non_exhaustive]
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// What the body said.
        detail: ErrorDetail,
        /// How long the service asks to wait.
        retry_after: Option<Duration>,
    },
    /// There is no connection, or it broke.
    #[error("the service cannot be reached: {}", root_cause(source.as_ref()))]
    Unreachable {
        /// The cause, without the URL.
        source: Box<dyn Error + Send + Sync>,
    },
    /// No answer came in time.
    #[error("the service did not answer in time")]
    TimedOut,
    /// No call was made, because an earlier one found the key unaccepted or the account empty.
    #[error("no call until {until}: the API key is not accepted, or the account has nothing left to spend")]
    Suspended {
        /// When one call may find out whether that still holds, or when the one that does so must have ended.
        until: Timestamp,
    },
}

impl OpenAiError {
    /// Whether another attempt, now or minutes later, could succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.is_transient() || matches!(self, Self::Malformed { .. })
    }

    /// Whether the same call is worth repeating at once. A malformed answer is not: it has been paid for, and a
    /// server that speaks another dialect will speak it again.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unreachable { .. } | Self::TimedOut)
    }

    /// Whether every other call would fail in the same way until somebody acts.
    pub(crate) fn concerns_account(&self) -> bool {
        matches!(self, Self::Unauthorized { .. } | Self::QuotaExhausted { .. })
    }

    /// Whether the model answered, with something that decides nothing.
    pub(crate) fn is_unusable_answer(&self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::CutOff
                | Self::Filtered
                | Self::UnknownLabel
                | Self::Ambiguous
                | Self::Malformed { .. }
        )
    }

    /// Whether the service said something.
    pub(crate) fn is_answer(&self) -> bool {
        !matches!(self, Self::Unreachable { .. } | Self::TimedOut | Self::Suspended { .. })
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    pub(crate) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable { source: Box::new(error.without_url()) }
    }
}

impl From<OpenAiError> for ClassifyError {
    fn from(error: OpenAiError) -> Self {
        match error.retry_after() {
            _ if !error.is_retryable() => Self::permanent(error),
            Some(wait) => Self::retryable_after(wait, error),
            None => Self::retryable(error),
        }
    }
}

/// reqwest's own message says little more than that sending failed; the reason lies at the end of the chain.
fn root_cause<'a>(mut error: &'a (dyn Error + 'static)) -> &'a dyn Error {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// What the body of an error said. Of its texts only the code is kept, and only if it looks like one: messages may
/// quote the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// The code, or failing that the type, that the service names: `rate_limit_exceeded`, for example.
    Code(Box<str>),
    /// An error without a code.
    NoCode,
    /// Not the JSON of an error.
    Malformed,
}

impl fmt::Display for ErrorDetail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, ", {code}"),
            Self::NoCode => Ok(()),
            Self::Malformed => f.write_str(", and its body is not the JSON of an error"),
        }
    }
}
