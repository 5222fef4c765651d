//! Replies through a gateway: one [`ReplySender`](sms_consolidate::ReplySender) per gateway, on a shared
//! [`HttpClient`].
//!
//! What a sender answers decides whether the reply is tried again, so only what is certain is called certain:
//!
//! | what happens | answer |
//! |---|---|
//! | no connection: DNS, refused, TLS, timeout before it stood | not sent |
//! | 429 | not sent, and how long to wait if the gateway says so |
//! | 401, 402, 403 (key or credit), 301, 307, 308 (wrong base URL) | not sent: the operator can fix it, and the reply goes out then |
//! | success, and the gateway confirms | sent |
//! | success, and the gateway names an error | rejected |
//! | other 4xx | rejected |
//! | 5xx, 408, other redirects; a timeout or a broken connection once it stood; an answer that is not understood | unknown |
//!
//! Beyond that, what is particular to each:
//!
//! | | SMS Mobile API | Twilio |
//! |---|---|---|
//! | confirms by | `result.error` 0, and `result.sent` not 0 | a `sid` |
//! | names an error by | `result.error`, also with status 200 | `code`, with a 4xx ([list](https://www.twilio.com/docs/api/errors)) |
//! | the recipient has opted out | – | code 21610: rejected, and recorded |
//! | rejected whatever the status | – | codes 21211, 21614 (no number, no mobile), 21408 (region not allowed) |
//! | not sent | | codes 20429 (too many requests) and 21611 (the line's queue is full); 404 (wrong account SID) |
//! | leaves from | the device that was texted | the number or short code that was texted, else the configured one; a messaging service |
//! | unknown may become sent | no: it cannot be asked | yes: [`look_up`](sms_consolidate::ReplySender::look_up) lists the recipient's messages |
//! | idempotency key | none | none |
//!
//! **Long texts are cut** to three [`Segments`] unless set otherwise, which the log tells; [`Segments::of`] counts and
//! [`cut`] cuts as they do. **Slow lines** get a [`RateLimited`] around their sender.
//!
//! ```
//! use std::time::Duration;
//! use sms_consolidate_providers::outbound::{BuildError, HttpClient, SmsMobileApiSender, TwilioSender};
//!
//! let http = HttpClient::builder().timeout(Duration::from_secs(10)).build()?;
//! let phone = SmsMobileApiSender::builder("the API key").http(http.clone()).build()?;
//! let twilio = TwilioSender::builder("AC00000000000000000000000000000000", "the auth token")
//!     .from("+15551230000")
//!     .http(http)
//!     .build()?;
//! # Ok::<(), BuildError>(())
//! ```

mod http;
mod rate_limit;
mod segments;
mod sms_mobile_api;
mod twilio;

use std::error::Error;

use ::http::StatusCode;

pub use self::http::{HttpClient, HttpClientBuilder};
pub use rate_limit::{RateLimited, RateLimitedBuilder};
pub use segments::{Encoding, Segments, cut};
pub use sms_mobile_api::{SmsMobileApiSender, SmsMobileApiSenderBuilder};
pub use twilio::{TwilioSender, TwilioSenderBuilder};

/// A sender that cannot be built as configured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The API key is empty.
    #[error("the API key is empty")]
    EmptyApiKey,
    /// The base URL is not one. The URL is left out of the text, because it may hold a password.
    #[error("the base URL cannot be used: {source}")]
    BaseUrl {
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A setting cannot be used. Its value is left out of the text, because it may be a secret in the wrong place.
    #[error("{setting} cannot be used: {source}")]
    Setting {
        /// What it is.
        setting: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A setting that must not be zero is zero.
    #[error("{setting} must not be zero")]
    Zero {
        /// The builder's method.
        setting: &'static str,
    },
    /// The HTTP client cannot be set up, for example because the machine's root certificates cannot be read.
    #[error("the HTTP client cannot be set up: {source}")]
    Http {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// What went wrong between us and a gateway: the source of the [`SendError`](sms_consolidate::SendError)s made here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// No connection came about, so nothing was sent.
    #[error("cannot connect to the gateway: {}", innermost(.source.as_ref()))]
    Connect {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The connection broke, or the time ran out, when the request may have gone out.
    #[error("the gateway did not answer: {}", innermost(.source.as_ref()))]
    NoAnswer {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The gateway answered with a status that is no success.
    #[error("the gateway answered {status}{}", .reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    #[non_exhaustive]
    Status {
        /// The status.
        status: StatusCode,
        /// What the gateway gives as the reason, shortened and masked.
        reason: Option<Box<str>>,
    },
    /// The gateway took the request and refuses it.
    #[error("the gateway refuses the reply: {reason}")]
    #[non_exhaustive]
    Refused {
        /// What the gateway gives as the reason, shortened and masked.
        reason: Box<str>,
    },
    /// The gateway's answer is not what it is documented to be.
    #[error("the gateway's answer to the reply is not understood")]
    NotUnderstood,
    /// Nothing was sent, because the recipient cannot receive texts.
    #[error("the recipient is no phone number")]
    NoPhoneNumber,
    /// Nothing was sent, because the conversation names no number of ours, and none is configured.
    #[error("there is no number to send from")]
    NoLine,
    /// Nothing was sent, because the line sends as much as it may. That is our own limit: [`RateLimited`].
    #[error("the line sends as fast as it may")]
    RateLimit,
}

/// The deepest cause: HTTP errors say on the outside only that something went wrong.
fn innermost<'a>(error: &'a (dyn Error + Send + Sync + 'static)) -> &'a (dyn Error + 'static) {
    let mut error: &'a (dyn Error + 'static) = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error
}
