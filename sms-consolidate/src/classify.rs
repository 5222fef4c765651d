//! What a batch means: the [`Classifier`] trait and what it answers.
//!
//! A classifier is a type of its own, as here, or a closure, for which there is
//! [`Builder::classify_fn`](crate::Builder::classify_fn):
//!
//! ```
//! use sms_consolidate::{Classification, Classifier, ClassifyError, Context, Label, Message, async_trait};
//!
//! struct Shouting;
//!
//! #[async_trait]
//! impl<M: Message> Classifier<M> for Shouting {
//!     async fn classify(&self, messages: &[M], _: &Context) -> Result<Classification, ClassifyError> {
//!         let loud = messages.iter().any(|message| message.text().ends_with('!'));
//!         let label = if loud { Label::new("LOUD") } else { Label::new("QUIET") };
//!         Ok(Classification::new(label, "Shouting"))
//!     }
//! }
//! # fn check(_: impl Classifier<sms_consolidate::SmsMessage>) {}
//! # check(Shouting);
//! ```

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::task::JoinError;
use tokio::time::error::Elapsed;

use crate::message::{BatchId, Message};

/// What a batch was found to be. Labels are yours; `AGREE` and `NOT_AGREE` are what the bundled classifiers use
/// unless told otherwise.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(Cow<'static, str>);

impl Label {
    /// The sender agrees.
    pub const AGREE: Self = Self(Cow::Borrowed("AGREE"));
    /// The sender does not agree, or it is not clear that it does.
    pub const NOT_AGREE: Self = Self(Cow::Borrowed("NOT_AGREE"));
    /// What the sender wants cannot be told. The bundled classifiers choose it only where they are told to.
    pub const UNCLEAR: Self = Self(Cow::Borrowed("UNCLEAR"));

    /// A label of your own.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// The label's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Tokens that a language model charged for one batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens read, cached ones included.
    pub prompt_tokens: u64,
    /// Of those, tokens that the service had cached.
    pub cached_tokens: u64,
    /// Tokens written, reasoning included.
    pub completion_tokens: u64,
    /// Of those, tokens spent on reasoning.
    pub reasoning_tokens: u64,
}

impl Usage {
    /// So many tokens read and written, none of them cached or spent on reasoning.
    #[must_use]
    pub const fn new(prompt_tokens: u64, completion_tokens: u64) -> Self {
        Self { prompt_tokens, cached_tokens: 0, completion_tokens, reasoning_tokens: 0 }
    }

    /// The same with so many of the tokens read [cached](Self::cached_tokens).
    #[must_use]
    pub const fn with_cached_tokens(mut self, tokens: u64) -> Self {
        self.cached_tokens = tokens;
        self
    }

    /// The same with so many of the tokens written [spent on reasoning](Self::reasoning_tokens).
    #[must_use]
    pub const fn with_reasoning_tokens(mut self, tokens: u64) -> Self {
        self.reasoning_tokens = tokens;
        self
    }

    /// Both together. The figures come from outside, so that each stops at the largest that it can hold.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self {
            prompt_tokens: self.prompt_tokens.saturating_add(other.prompt_tokens),
            cached_tokens: self.cached_tokens.saturating_add(other.cached_tokens),
            completion_tokens: self.completion_tokens.saturating_add(other.completion_tokens),
            reasoning_tokens: self.reasoning_tokens.saturating_add(other.reasoning_tokens),
        }
    }
}

/// The answer of a classifier.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Classification {
    /// What the batch is.
    pub label: Label,
    /// Which classifier decided: `OpenAI`, `Rule-based`, or a name of yours.
    pub method: Cow<'static, str>,
    /// How sure it is, from 0 to 1, if it says so.
    pub confidence: Option<f32>,
    /// What it cost, if it cost tokens; with what was paid to classifiers that failed before in a [`Fallback`].
    pub usage: Option<Usage>,
    /// A reply that the classifier proposes. It is sent only if
    /// [`use_proposed_replies`](crate::Builder::use_proposed_replies) is on.
    pub proposed_reply: Option<String>,
}

/// Without the text of a proposed reply, because a `Debug` line may end up in a log.
impl fmt::Debug for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, method, confidence, usage, proposed_reply } = self;
        f.debug_struct("Classification")
            .field("label", label)
            .field("method", method)
            .field("confidence", confidence)
            .field("usage", usage)
            .field("proposed_reply_bytes", &proposed_reply.as_ref().map(String::len))
            .finish()
    }
}

impl Classification {
    /// The label, and the name of the method that decided.
    #[must_use]
    pub fn new(label: Label, method: impl Into<Cow<'static, str>>) -> Self {
        Self { label, method: method.into(), confidence: None, usage: None, proposed_reply: None }
    }

    /// The same with a confidence between 0 and 1.
    #[must_use]
    pub fn with_confidence(mut self, confidence: f32) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// The same with the tokens that it cost.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = Some(usage);
        self
    }

    /// The same with a proposed reply.
    #[must_use]
    pub fn with_proposed_reply(mut self, reply: impl Into<String>) -> Self {
        self.proposed_reply = Some(reply.into());
        self
    }
}

/// What a classifier is told beside the messages.
#[derive(Clone)]
#[non_exhaustive]
pub struct Context {
    /// The batch.
    pub batch: BatchId,
    /// The canonical text of the key. It may be a phone number: hash it before it leaves the process.
    pub key: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// How long the library waits for the answer before it drops the call and counts it as failed.
    pub timeout: Duration,
}

impl Context {
    /// A context, for testing classifiers.
    #[must_use]
    pub fn new(batch: BatchId, key: impl Into<String>, attempt: u32, timeout: Duration) -> Self {
        Self { batch, key: key.into(), attempt, timeout }
    }
}

/// Without the key, because a `Debug` line may end up in a log.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("batch", &self.batch)
            .field("attempt", &self.attempt)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Why a batch could not be classified. Its text reaches logs and status pages, so it must not hold message texts or
/// secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClassifyError {
    /// Worth another attempt, after `retry_after` if the service named a time.
    #[error("classification failed for now: {source}")]
    #[non_exhaustive]
    Retryable {
        /// How long the service asks to wait, which is kept even past
        /// [`RetryPolicy::max_time`](crate::RetryPolicy::max_time).
        retry_after: Option<Duration>,
        /// What it cost all the same, if it cost tokens.
        usage: Option<Usage>,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Not worth another attempt: the batch is dead.
    #[error("classification failed for good: {source}")]
    #[non_exhaustive]
    Permanent {
        /// What it cost all the same, if it cost tokens.
        usage: Option<Usage>,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ClassifyError {
    /// A failure that is worth another attempt.
    pub fn retryable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retryable { retry_after: None, usage: None, source: source.into() }
    }

    /// A failure that is worth another attempt, but not before so long.
    pub fn retryable_after(wait: Duration, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Retryable { retry_after: Some(wait), usage: None, source: source.into() }
    }

    /// A failure that another attempt would repeat.
    pub fn permanent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Permanent { usage: None, source: source.into() }
    }

    /// The same with the tokens that it cost.
    #[must_use]
    pub fn with_usage(mut self, tokens: Usage) -> Self {
        let (Self::Retryable { usage, .. } | Self::Permanent { usage, .. }) = &mut self;
        *usage = Some(tokens);
        self
    }

    /// The tokens that it cost.
    #[must_use]
    pub fn usage(&self) -> Option<Usage> {
        let (Self::Retryable { usage, .. } | Self::Permanent { usage, .. }) = self;
        *usage
    }
}

/// Worth another attempt: of an error that says no more, nobody knows whether it passes.
impl From<Box<dyn Error + Send + Sync>> for ClassifyError {
    fn from(source: Box<dyn Error + Send + Sync>) -> Self {
        Self::retryable(source)
    }
}

/// Worth another attempt: connections break and come back.
impl From<io::Error> for ClassifyError {
    fn from(source: io::Error) -> Self {
        Self::retryable(source)
    }
}

/// Worth another attempt: a time limit of your own has run out.
impl From<Elapsed> for ClassifyError {
    fn from(source: Elapsed) -> Self {
        Self::retryable(source)
    }
}

/// Worth another attempt: a task of your own was aborted, or panicked, as the classifier itself may. What the panic says is
/// left out, because it may quote a message.
impl From<JoinError> for ClassifyError {
    fn from(source: JoinError) -> Self {
        Self::retryable(without_words(&source))
    }
}

/// What became of a task, without what its panic says: that may quote a message.
pub(crate) fn without_words(error: &JoinError) -> &'static str {
    if error.is_panic() { "a task panicked" } else { "a task was aborted" }
}

/// Says what a batch is.
///
/// For closures there are [`Builder::classify_fn`](crate::Builder::classify_fn) and, where a value is wanted,
/// [`classify_fn`](crate::classify_fn). One that is chosen at run time is an `Arc<dyn Classifier<M>>` or a
/// `Box<dyn Classifier<M>>`, which are classifiers too.
#[diagnostic::on_unimplemented(
    note = "for a closure use `Builder::classify_fn`, or, where a value is wanted, `classify_fn(…)`"
)]
#[async_trait]
pub trait Classifier<M>: Send + Sync + 'static {
    /// Classifies the messages of one batch, which are in order and at least one.
    ///
    /// To ensure correctness: the call may be dropped at any await (a timeout, a superseded batch, a shutdown), and
    /// may be made again for the same batch. A panic counts as a retryable failure.
    ///
    /// # Errors
    /// Whether another attempt could help.
    async fn classify(&self, messages: &[M], context: &Context) -> Result<Classification, ClassifyError>;
}

macro_rules! classifier_behind {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<M: Sync, C: ?Sized + Classifier<M>> Classifier<M> for $pointer<C> {
            async fn classify(&self, messages: &[M], context: &Context) -> Result<Classification, ClassifyError> {
                C::classify(self, messages, context).await
            }
        }
    )*};
}

classifier_behind!(Arc, Box);

/// Asks a first classifier, and a second one if the first fails.
#[derive(Clone, Debug)]
pub struct Fallback<A, B> {
    first: A,
    second: B,
}

impl<A, B> Fallback<A, B> {
    /// `first`, and `second` wherever `first` fails, whether for now or for good.
    ///
    /// `first` should have a deadline of its own that leaves time for `second`. What its failure cost is added to the
    /// [`usage`](Classification::usage) of what `second` answers.
    #[must_use]
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }
}

#[async_trait]
impl<M: Message, A: Classifier<M>, B: Classifier<M>> Classifier<M> for Fallback<A, B> {
    async fn classify(&self, messages: &[M], context: &Context) -> Result<Classification, ClassifyError> {
        let error = match self.first.classify(messages, context).await {
            Ok(classification) => return Ok(classification),
            Err(error) => error,
        };
        tracing::info!(batch = %context.batch, %error, "CLASSIFIER FELL BACK");
        let answer = self.second.classify(messages, context).await;
        let Some(spent) = error.usage() else { return answer };
        let all = |usage: Option<Usage>| spent.saturating_add(usage.unwrap_or_default());
        match answer {
            Ok(classification) => {
                let usage = all(classification.usage);
                Ok(classification.with_usage(usage))
            }
            Err(error) => {
                let usage = all(error.usage());
                Err(error.with_usage(usage))
            }
        }
    }
}
