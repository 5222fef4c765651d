//! The typed calls of a [`Store`], for whoever uses one.

use std::time::Duration;

use super::{ChangeError, Changed, FencedError, RequeueError, Status, Store, StoreError};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{
    Answer, BatchFacts, Buried, CloseReason, Fence, OptOutChange, Recorded, ReplyTerms, Requeued, RetryTerms,
    Transition,
};
use crate::message::{BatchId, Key, Message, OptOutScope};
use crate::outcome::Finish;

/// What a call answered, and when the lane next wakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Woken<T> {
    /// The answer.
    pub answer: T,
    /// When the key next has something to do, if it has more batches.
    pub wake_at: Option<Timestamp>,
}

/// Each [`Transition`] as a call of its own. Every [`Store`] has them, a `dyn` one too.
///
/// They are as cancel safe as [`Store::change`]: a dropped future has done its work wholly or not at all.
pub trait StoreExt<K: Key, M: Message>: Store<K, M> {
    /// Extends a lease to `now + lease` and returns its new end. See [`Transition::Renew`].
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> impl Future<Output = Result<Timestamp, FencedError>> + Send {
        async move {
            let change = self.change(now, key, Transition::Renew { fence, lease });
            typed(change, |answer| match answer {
                Answer::Renewed(until) => Some(until),
                _ => None,
            })
            .await
        }
    }

    /// Records what a batch was found to be, or that its reply is about to be sent, or both. See [`Transition::Record`].
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn record(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        classification: Option<Classification>,
        reply: Option<ReplyTerms>,
    ) -> impl Future<Output = Result<Recorded, FencedError>> + Send {
        async move {
            let change = self.change(now, key, Transition::Record { fence, classification, reply });
            typed(change, |answer| match answer {
                Answer::Recorded(recorded) => Some(recorded),
                _ => None,
            })
            .await
        }
    }

    /// Ends a batch with an outcome. See [`Transition::Finish`].
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: Finish,
    ) -> impl Future<Output = Result<Option<Timestamp>, FencedError>> + Send {
        async move {
            let change = self.change(now, key, Transition::Finish { fence, finish });
            waking(change, |answer| matches!(answer, Answer::Finished)).await
        }
    }

    /// Gives a batch back, to be claimed again. See [`Transition::Retry`].
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn retry(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        terms: RetryTerms,
        error: &str,
    ) -> impl Future<Output = Result<Option<Timestamp>, FencedError>> + Send {
        async move {
            let retry = Transition::Retry { fence, terms, error: error.to_owned() };
            waking(self.change(now, key, retry), |answer| matches!(answer, Answer::Waiting)).await
        }
    }

    /// Takes a batch out of the line as dead. See [`Transition::Bury`].
    ///
    /// # Errors
    /// If the claim is gone or the store failed.
    fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> impl Future<Output = Result<Woken<Buried>, FencedError>> + Send {
        async move {
            let bury = Transition::Bury { fence, maybe_sent, error: error.to_owned() };
            let Changed { answer, wake_at } = self.change(now, key, bury).await?;
            let Answer::Buried(answer) = answer else { return Err(ChangeError::foreign_answer().into()) };
            Ok(Woken { answer, wake_at })
        }
    }

    /// Makes the batches of one key due now that wait for their window. Returns how many. See [`Transition::Flush`].
    ///
    /// # Errors
    /// If the store failed.
    fn flush(
        &self,
        now: Timestamp,
        key: &K,
        reason: CloseReason,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        async move {
            let change = self.change(now, key, Transition::Flush { reason });
            typed(change, |answer| match answer {
                Answer::Flushed(flushed) => Some(flushed),
                _ => None,
            })
            .await
        }
    }

    /// Ends every batch of a key without a reply that has not passed its point of no return. Returns what the lane knew of
    /// them. See [`Transition::Cancel`].
    ///
    /// # Errors
    /// If the store failed.
    fn cancel(
        &self,
        now: Timestamp,
        key: &K,
    ) -> impl Future<Output = Result<Vec<BatchFacts>, StoreError>> + Send {
        async move {
            let change = self.change(now, key, Transition::Cancel);
            typed(change, |answer| match answer {
                Answer::Cancelled(cancelled) => Some(cancelled),
                _ => None,
            })
            .await
        }
    }

    /// Puts a dead batch at the end of its line under a new id, in one step; makes a waiting one due now. See
    /// [`Transition::Requeue`].
    ///
    /// # Errors
    /// Why nothing was done.
    fn requeue(
        &self,
        now: Timestamp,
        batch: BatchId,
    ) -> impl Future<Output = Result<Requeued, RequeueError>> + Send {
        async move {
            let whole = self.batch(batch).await?.ok_or(RequeueError::Unknown)?;
            if whole.record.status == Status::Finished {
                return Err(RequeueError::Finished);
            }
            let requeue = Transition::Requeue { batch, fresh: batch.successor(now) };
            let requeued = typed(self.change(now, &whole.record.key, requeue), |answer| match answer {
                Answer::Requeued(requeued) => Some(requeued),
                _ => None,
            });
            match requeued.await {
                // It may have ended since it was looked up.
                Err(RequeueError::Unknown) if self.has_finished(batch).await? => Err(RequeueError::Finished),
                requeued => requeued,
            }
        }
    }

    /// Whether the store knows the batch as one that ended with an outcome.
    ///
    /// # Errors
    /// If the store failed.
    fn has_finished(&self, batch: BatchId) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async move { Ok(self.batch(batch).await?.is_some_and(|whole| whole.record.status == Status::Finished)) }
    }

    /// Has every unfinished batch of a key end now and without a reply. Returns how many. See [`Transition::Silence`].
    ///
    /// # Errors
    /// If the store failed.
    fn silence(&self, now: Timestamp, key: &K) -> impl Future<Output = Result<u64, StoreError>> + Send {
        async move {
            typed(self.change(now, key, Transition::Silence), |answer| match answer {
                Answer::Silenced(silenced) => Some(silenced),
                _ => None,
            })
            .await
        }
    }

    /// Opts the sender of `key` out or in. If that changes something, and it is out, every unfinished batch of the key ends
    /// now and without a reply; those of its other keys, where the scope has more than one, end so when they are due. So do
    /// all if the store fails in between. Returns whether it changed anything.
    ///
    /// # Errors
    /// If the store failed.
    fn opt_out(
        &self,
        now: Timestamp,
        key: &K,
        scope: OptOutScope,
        change: OptOutChange,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        async move {
            let changed = self.set_opted_out(now, &key.opt_out_scope(scope), change).await?;
            if changed
                && change.opted_out
                && let Err(error) = self.silence(now, key).await
            {
                tracing::warn!(%error, "what waits of a sender who opted out will end when it is due");
            }
            Ok(changed)
        }
    }
}

impl<K: Key, M: Message, S: Store<K, M> + ?Sized> StoreExt<K, M> for S {}

/// The answer to a change, as `pick` finds it.
async fn typed<T, E: From<ChangeError>>(
    change: impl Future<Output = Result<Changed, ChangeError>>,
    pick: impl FnOnce(Answer) -> Option<T>,
) -> Result<T, E> {
    pick(change.await?.answer).ok_or_else(|| ChangeError::foreign_answer().into())
}

/// When the lane wakes after a change that is answered as `fits` says.
async fn waking(
    change: impl Future<Output = Result<Changed, ChangeError>>,
    fits: impl FnOnce(&Answer) -> bool,
) -> Result<Option<Timestamp>, FencedError> {
    let Changed { answer, wake_at } = change.await?;
    if fits(&answer) { Ok(wake_at) } else { Err(ChangeError::foreign_answer().into()) }
}
