//! What is answered, and how it leaves: [`ReplyTemplates`] and the [`ReplySender`] trait.
//!
//! Reply text comes from templates keyed by label. A sender is a type of its own, as here, or a closure, for which there
//! is [`Builder::send_fn`](crate::Builder::send_fn):
//!
//! ```
//! use sms_consolidate::{Key, Receipt, Reply, ReplySender, SendError, async_trait};
//!
//! struct Console;
//!
//! #[async_trait]
//! impl<K: Key> ReplySender<K> for Console {
//!     async fn send(&self, reply: &Reply<K>) -> Result<Receipt, SendError> {
//!         println!("to {}: {}", reply.to, reply.text);
//!         Ok(Receipt::default())
//!     }
//! }
//! # fn check(_: impl ReplySender<sms_consolidate::Conversation>) {}
//! # check(Console);
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::task::JoinError;
use tokio::time::error::Elapsed;

use crate::classify::{Label, without_words};
use crate::message::{BatchId, Key};

/// One reply on its way out.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply<K> {
    /// The batch that it answers. Its id is the idempotency key: it is the same, and so is the text, however often
    /// this reply is tried.
    pub batch: BatchId,
    /// Whom it goes to. For a [`Conversation`](crate::Conversation) it leaves from the line that was texted.
    pub to: K,
    /// What it says.
    pub text: String,
}

impl<K> Reply<K> {
    /// A reply, for testing senders.
    #[must_use]
    pub fn new(batch: BatchId, to: K, text: impl Into<String>) -> Self {
        Self { batch, to, text: text.into() }
    }
}

/// Masked, because a `Debug` line may end up in a log.
impl<K: Key> fmt::Debug for Reply<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("batch", &self.batch)
            .field("to", &self.to.redacted())
            .field("text_bytes", &self.text.len())
            .finish()
    }
}

/// A gateway's word that it took the reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The gateway's id for the reply, if it gave one.
    pub id: Option<String>,
}

impl Receipt {
    /// A receipt with the gateway's id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: Some(id.into()) }
    }
}

/// Why there is no receipt. The difference matters: only what was certainly not sent is ever sent again. Its text
/// reaches logs and status pages, so it must not hold message texts or secrets.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The gateway refuses this reply, and would refuse it again.
    #[error("the gateway rejects the reply: {source}")]
    #[non_exhaustive]
    Rejected {
        /// Whether because the recipient has opted out. That is recorded even where
        /// [`Builder::opt_out`](crate::Builder::opt_out) is not set. Without that setting no START is recognised, and
        /// only [`set_opted_out`](crate::Consolidator::set_opted_out) lifts it.
        opted_out: bool,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It is certain that nothing was sent: a refused connection, a rate limit.
    #[error("the reply was not sent: {source}")]
    #[non_exhaustive]
    NotSent {
        /// How long the gateway asks to wait, which is kept even past
        /// [`RetryPolicy::max_time`](crate::RetryPolicy::max_time).
        retry_after: Option<Duration>,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
    /// It may have been sent: a timeout, a 5xx, a connection that broke after the request went out.
    #[error("it is not known whether the reply was sent: {source}")]
    #[non_exhaustive]
    Unknown {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl SendError {
    /// The gateway refuses this reply for good.
    pub fn rejected(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Rejected { opted_out: false, source: source.into() }
    }

    /// The gateway refuses because the recipient has opted out, which is recorded, whether opt-out is on or not; see
    /// [`Rejected`](Self::Rejected) for how it is lifted.
    pub fn opted_out(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Rejected { opted_out: true, source: source.into() }
    }

    /// It is certain that nothing was sent.
    pub fn not_sent(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::NotSent { retry_after: None, source: source.into() }
    }

    /// It is certain that nothing was sent, and the gateway asks to wait.
    pub fn not_sent_for(wait: Duration, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::NotSent { retry_after: Some(wait), source: source.into() }
    }

    /// It may have been sent.
    pub fn unknown(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unknown { source: source.into() }
    }
}

/// Possibly sent: of an error that says no more, nobody knows. Where it is certain say so, by
/// [`not_sent`](SendError::not_sent) or [`rejected`](SendError::rejected).
impl From<Box<dyn Error + Send + Sync>> for SendError {
    fn from(source: Box<dyn Error + Send + Sync>) -> Self {
        Self::unknown(source)
    }
}

/// Possibly sent: the connection may have broken after the request went out.
impl From<io::Error> for SendError {
    fn from(source: io::Error) -> Self {
        Self::unknown(source)
    }
}

/// Possibly sent: what a time limit of your own cuts off may have reached the gateway.
impl From<Elapsed> for SendError {
    fn from(source: Elapsed) -> Self {
        Self::unknown(source)
    }
}

/// Possibly sent: a task of your own was aborted, or panicked, at nobody knows which point. What the panic says is left
/// out, because it may quote the reply.
impl From<JoinError> for SendError {
    fn from(source: JoinError) -> Self {
        Self::unknown(without_words(&source))
    }
}

/// Hands replies to a gateway.
///
/// **Choosing one decides what happens in the one window that no store can close**: a crash or a broken connection
/// after the request went out. For an [idempotent](Self::is_idempotent) sender the library asks again with the same
/// batch id and the same text, and exactly one reply arrives. For every other the outcome is *reply unknown*, and
/// nothing is sent again: at most one reply arrives. Declaring a sender idempotent that is not one makes it
/// at-least-once.
///
/// For closures there are [`Builder::send_fn`](crate::Builder::send_fn) and, where a value is wanted,
/// [`send_fn`](crate::send_fn); they are not idempotent and cannot look up. One that is chosen at run time is an
/// `Arc<dyn ReplySender<K>>` or a `Box<dyn ReplySender<K>>`, which are senders too.
#[diagnostic::on_unimplemented(
    note = "for a closure use `Builder::send_fn`, or, where a value is wanted, `send_fn(…)`"
)]
#[async_trait]
pub trait ReplySender<K: Sync>: Send + Sync + 'static {
    /// Waits until the reply may leave: where a rate limiter waits. It is called before the reply is recorded as about to be
    /// sent, and [`send`](Self::send) follows, unless the batch has been taken back, stopped or is too late by then.
    ///
    /// To ensure correctness: nothing may have been sent when this returns. The call may be dropped at any await, and
    /// dropping it sends nothing; a panic counts as not sent.
    ///
    /// # Errors
    /// That the reply was certainly [not sent](SendError::NotSent), with a time to wait, or is
    /// [rejected](SendError::Rejected). [`SendError::Unknown`] counts as not sent.
    async fn ready(&self, _reply: &Reply<K>) -> Result<(), SendError> {
        Ok(())
    }

    /// Sends one reply.
    ///
    /// To ensure correctness: answer [`SendError::NotSent`] only where it is certain. The call may be dropped at any
    /// await, which counts as unknown; so does a panic.
    ///
    /// # Errors
    /// Whether the reply was rejected, certainly not sent, or possibly sent.
    async fn send(&self, reply: &Reply<K>) -> Result<Receipt, SendError>;

    /// Whether the gateway itself recognises a reply that it has had, by its batch id, so that asking again is safe.
    fn is_idempotent(&self) -> bool {
        false
    }

    /// Asks the gateway whether it has this reply. `None` means that it cannot tell; it never means that the reply
    /// was not sent, because the first request may still be on its way.
    async fn look_up(&self, _reply: &Reply<K>) -> Option<Receipt> {
        None
    }
}

macro_rules! sender_behind {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<K: Sync, S: ?Sized + ReplySender<K>> ReplySender<K> for $pointer<S> {
            async fn ready(&self, reply: &Reply<K>) -> Result<(), SendError> {
                S::ready(self, reply).await
            }

            async fn send(&self, reply: &Reply<K>) -> Result<Receipt, SendError> {
                S::send(self, reply).await
            }

            fn is_idempotent(&self) -> bool {
                S::is_idempotent(self)
            }

            async fn look_up(&self, reply: &Reply<K>) -> Option<Receipt> {
                S::look_up(self, reply).await
            }
        }
    )*};
}

sender_behind!(Arc, Box);

/// The text of the reply to each label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTemplates {
    enabled: bool,
    by_label: BTreeMap<Label, String>,
    otherwise: Option<String>,
}

impl ReplyTemplates {
    /// No templates: a batch gets no reply until some are added.
    #[must_use]
    pub const fn new() -> Self {
        Self { enabled: true, by_label: BTreeMap::new(), otherwise: None }
    }

    /// Auto-reply is off: batches are classified, and nothing is sent but the confirmation of a stop.
    #[must_use]
    pub const fn off() -> Self {
        Self { enabled: false, by_label: BTreeMap::new(), otherwise: None }
    }

    /// Answers `label` with `text`. An empty text means no reply.
    #[must_use]
    pub fn with(mut self, label: Label, text: impl Into<String>) -> Self {
        self.by_label.insert(label, text.into());
        self
    }

    /// Answers every other label with `text`. An empty text means no reply.
    #[must_use]
    pub fn otherwise(mut self, text: impl Into<String>) -> Self {
        self.otherwise = Some(text.into());
        self
    }

    /// Whether anything may be sent at all.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// All that may be answered.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.by_label.values().chain(&self.otherwise).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The text for `label`, if it has one.
    #[must_use]
    pub fn text_for(&self, label: &Label) -> Option<&str> {
        let text = self.by_label.get(label).or(self.otherwise.as_ref())?;
        (self.enabled && !text.is_empty()).then_some(text)
    }
}

impl Default for ReplyTemplates {
    /// `AGREE`: "Thanks for confirming! See you soon."; anything else: "Thank you for replying."
    fn default() -> Self {
        Self::new()
            .with(Label::AGREE, "Thanks for confirming! See you soon.")
            .otherwise("Thank you for replying.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_answer_by_label_then_otherwise() {
        let templates = ReplyTemplates::default().with(Label::new("SPAM"), "");
        let check = |label: Label, text: Option<&str>| assert_eq!(templates.text_for(&label), text);
        check(Label::AGREE, Some("Thanks for confirming! See you soon."));
        check(Label::NOT_AGREE, Some("Thank you for replying."));
        check(Label::new("SPAM"), None);
        assert_eq!(ReplyTemplates::new().text_for(&Label::AGREE), None);
        assert_eq!(ReplyTemplates::off().otherwise("x").text_for(&Label::AGREE), None);
    }
}
