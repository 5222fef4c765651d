//! Closures in the place of the traits. The guide is [`crate::guide::closures`].

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;

use crate::classify::{Classification, Classifier, ClassifyError, Context};
use crate::clock::Timestamp;
use crate::message::{Key, Message};
use crate::reply::{Receipt, Reply, ReplySender, SendError};
use crate::window::{WindowPlan, WindowPolicy};

type Classified = Result<Classification, ClassifyError>;
type Sent = Result<Receipt, SendError>;

type Sharing<M> = dyn Fn(Arc<[M]>, Context) -> BoxFuture<'static, Classified> + Send + Sync;

/// The classifier of a consolidator.
pub(crate) enum AnyClassifier<M> {
    Borrowing(Box<dyn Classifier<M>>),
    /// A closure that is given the batch's own messages, so that nothing is copied.
    Sharing(Box<Sharing<M>>),
}

impl<M: Message> AnyClassifier<M> {
    pub(crate) fn sharing<F, Fut>(classify: F) -> Self
    where
        F: Fn(Arc<[M]>, Context) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Classified> + Send + 'static,
    {
        Self::Sharing(Box::new(move |messages, context| Box::pin(classify(messages, context))))
    }

    /// A closure that panics does so when the future is polled.
    pub(crate) async fn classify(&self, messages: Arc<[M]>, context: Context) -> Classified {
        match self {
            Self::Borrowing(classifier) => classifier.classify(&messages, &context).await,
            Self::Sharing(classify) => classify(messages, context).await,
        }
    }
}

/// A [`Classifier`] of a closure, for [`Fallback`](crate::Fallback) and functions that take or return one; see
/// [the guide](crate::guide::closures).
///
/// It copies the messages of each batch; [`Builder::classify_fn`](crate::Builder::classify_fn) and
/// [`classify_fn_boxed`] do not. The closure's first parameter needs its type here.
///
/// ```
/// use std::sync::Arc;
/// use sms_consolidate::{Classification, ClassifyError, Fallback, Label, RuleClassifier, SmsMessage, classify_fn};
///
/// let single = classify_fn(|messages: Arc<[SmsMessage]>, _| async move {
///     if messages.len() > 1 {
///         return Err(ClassifyError::permanent("more than one"));
///     }
///     Ok(Classification::new(Label::new("SINGLE"), "Counting"))
/// });
/// let classifier = Fallback::new(single, RuleClassifier::default());
/// # fn check(_: impl sms_consolidate::Classifier<SmsMessage>) {}
/// # check(classifier);
/// ```
pub fn classify_fn<M, F, Fut>(classify: F) -> impl Classifier<M>
where
    M: Message,
    F: Fn(Arc<[M]>, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Classification, ClassifyError>> + Send + 'static,
{
    ClassifyFn(classify)
}

struct ClassifyFn<F>(F);

#[async_trait]
impl<M, F, Fut> Classifier<M> for ClassifyFn<F>
where
    M: Message,
    F: Fn(Arc<[M]>, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Classified> + Send + 'static,
{
    async fn classify(&self, messages: &[M], context: &Context) -> Classified {
        (self.0)(messages.into(), context.clone()).await
    }
}

/// A [`Classifier`] of a closure that borrows, for [`Fallback`](crate::Fallback) and functions that take or return one;
/// see [the guide](crate::guide::closures). The closure's first parameter needs its type here.
pub fn classify_fn_boxed<M, F>(classify: F) -> impl Classifier<M>
where
    M: Message,
    F: for<'a> Fn(&'a [M], &'a Context) -> BoxFuture<'a, Result<Classification, ClassifyError>>
        + Send
        + Sync
        + 'static,
{
    ClassifyFnBoxed(classify)
}

struct ClassifyFnBoxed<F>(F);

#[async_trait]
impl<M, F> Classifier<M> for ClassifyFnBoxed<F>
where
    M: Message,
    F: for<'a> Fn(&'a [M], &'a Context) -> BoxFuture<'a, Classified> + Send + Sync + 'static,
{
    async fn classify(&self, messages: &[M], context: &Context) -> Classified {
        (self.0)(messages, context).await
    }
}

/// A [`ReplySender`] of a closure, for senders that wrap another and functions that take or return one; see
/// [the guide](crate::guide::closures). It is not idempotent and cannot look up. The closure's parameter needs its type
/// here.
pub fn send_fn<K, F, Fut>(send: F) -> impl ReplySender<K>
where
    K: Key,
    F: Fn(Reply<K>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Receipt, SendError>> + Send + 'static,
{
    SendFn(send)
}

struct SendFn<F>(F);

#[async_trait]
impl<K, F, Fut> ReplySender<K> for SendFn<F>
where
    K: Key,
    F: Fn(Reply<K>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Sent> + Send + 'static,
{
    async fn send(&self, reply: &Reply<K>) -> Sent {
        (self.0)(reply.clone()).await
    }
}

/// A [`ReplySender`] of a closure that borrows, for senders that wrap another and functions that take or return one; see
/// [the guide](crate::guide::closures). It is not idempotent and cannot look up. The closure's parameter needs its type
/// here.
pub fn send_fn_boxed<K, F>(send: F) -> impl ReplySender<K>
where
    K: Key,
    F: for<'a> Fn(&'a Reply<K>) -> BoxFuture<'a, Result<Receipt, SendError>> + Send + Sync + 'static,
{
    SendFnBoxed(send)
}

struct SendFnBoxed<F>(F);

#[async_trait]
impl<K, F> ReplySender<K> for SendFnBoxed<F>
where
    K: Key,
    F: for<'a> Fn(&'a Reply<K>) -> BoxFuture<'a, Sent> + Send + Sync + 'static,
{
    async fn send(&self, reply: &Reply<K>) -> Sent {
        (self.0)(reply).await
    }
}

pub(crate) struct WindowFn<F>(pub(crate) F);

impl<K, M, F, W> WindowPolicy<K, M> for WindowFn<F>
where
    F: Fn(&K, &M, Timestamp) -> W + Send + Sync + 'static,
    W: Into<WindowPlan>,
{
    fn window(&self, key: &K, message: &M, now: Timestamp) -> WindowPlan {
        (self.0)(key, message, now).into()
    }
}
