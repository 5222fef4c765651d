//! A [`Classifier`](sms_consolidate::Classifier) over the OpenAI API and servers that are compatible with it.
//!
//! One call per batch, to Chat Completions with Structured Outputs where the service knows them: the model can answer with
//! one of your labels and nothing else. It has no tools, and it never writes a reply. Where it cannot decide, the classifier fails, and
//! [`Fallback`](sms_consolidate::Fallback) hands the batch to the next one.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use sms_consolidate::{Classification, Fallback, Label, SmsMessage, classify_fn};
//! use sms_consolidate_openai::OpenAiClassifier;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let openai = OpenAiClassifier::builder(std::env::var("OPENAI_API_KEY")?)
//!     .labels([
//!         (Label::AGREE, "the sender confirms the appointment"),
//!         (Label::NOT_AGREE, "the sender cancels it, or it is not clear that the sender confirms it"),
//!         (Label::new("RESCHEDULE"), "the sender wants another time"),
//!     ])
//!     .deadline(Duration::from_secs(8))
//!     .build()?;
//! let a_human_looks_at_it = classify_fn(|_, _| async { Ok(Classification::new(Label::NOT_AGREE, "Default")) });
//! let classifier = Fallback::new(openai, a_human_looks_at_it);
//! # fn check(_: impl sms_consolidate::Classifier<SmsMessage>) {}
//! # check(classifier);
//! # Ok(())
//! # }
//! ```
//!
//! # What leaves the process
//!
//! The instructions with your labels; the texts, cleaned and capped, as one JSON array, in which the parts of a long
//! message are one text; and, to services that take it, a keyed hash of the conversation's key, by which the service tells abusers apart. The key
//! itself, which may be a phone number, does not leave. `store` is false, where a service takes it.
//!
//! The texts are described to the model as data, and stand in a message of their own. A text that gives orders can at
//! worst make the model choose another of your labels.
//!
//! # Compatible services
//!
//! A [`Dialect`] says which fields a service takes. What is wrong with it is learned from the service's errors, one field
//! at a time, and kept for as long as the classifier lives; see [`Builder::dialect`]. An answer may have fences, thoughts
//! and prose around its JSON; it counts if it names exactly one of your labels.
//!
//! # What happens when it fails
//!
//! | the service | this classifier |
//! |---|---|
//! | answers 408, 429 or 5xx, cannot be reached, drops the connection, is too slow | tries again with jitter, `Retry-After` honoured, within the deadline; then [`Retryable`](sms_consolidate::ClassifyError::Retryable) |
//! | refuses, is cut off, is filtered, names another label or more than one, finds the texts unfit (403 that speaks of moderation, 400 with such a code) | [`Permanent`](sms_consolidate::ClassifyError::Permanent), no second call |
//! | does not accept the key (401, or 403 with the JSON of an error), or the account has nothing left to spend (402, or 429 with such a code) | `Permanent`, one warning, and no call at all for a minute; then one call finds out, and the others fail as before until it has an answer |
//! | rejects the request (another 4xx, a redirect) | `Permanent`, a warning |
//! | answers 2xx with something that is not the expected JSON | `Retryable`, no second call within this attempt |
//!
//! An error's body that is not the JSON of an error changes nothing about its class, but with 403; [`ErrorDetail`] says so.
//!
//! If no call leads to a label for five minutes, a warning says so, and [`OpenAiClassifier::warnings`] does.
//!
//! The cause is an [`OpenAiError`] in each case. Neither errors nor log events hold texts, keys or bodies.
//!
//! # What it costs
//!
//! One request per batch if all goes well, and up to seven more in all while a dialect is learned. A [`Classification`](sms_consolidate::Classification) carries the tokens of
//! all answers in one call, retries included. So does an [error](sms_consolidate::ClassifyError::usage), and
//! [`Fallback`](sms_consolidate::Fallback) adds them to what the next classifier decides. [`OpenAiClassifier::usage`] is
//! the sum of all answers. A request that was given up may have been charged too.

mod answer;
mod breaker;
mod builder;
mod classifier;
mod data;
mod dialect;
mod error;
mod error_body;
mod health;
mod reading;
mod request;
mod text;
mod transport;

pub use async_openai::types::chat::ReasoningEffort;
pub use builder::{BuildError, Builder, DEFAULT_MAX_MESSAGES, DEFAULT_MAX_TEXT_BYTES, DEFAULT_MODEL};
pub use classifier::OpenAiClassifier;
pub use dialect::{AnswerFormat, Dialect, TokenLimit, UnknownDialect};
pub use error::{ErrorDetail, OpenAiError};
pub use secrecy::SecretString;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
