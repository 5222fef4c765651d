//! Writing down how a batch ended, and telling the world.

use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};

use super::retry::Waits;
use super::{Ended, Ending, Job, Stop};
use crate::clock::Timestamp;
use crate::event::Event;
use crate::lane::LossReason;
use crate::message::{Key, Message};
use crate::store::{FencedError, Status, StoreError, Whole};

impl<K: Key, M: Message> Job<'_, K, M> {
    /// Writes down the ending. The lease is renewed meanwhile, as far as the store lets it; only the write itself says
    /// whether the batch was still ours.
    pub(super) async fn close(&self, ending: Ending) -> Result<Ended, Stop> {
        let renewing = async {
            self.keep_lease().await;
            std::future::pending().await
        };
        let wake = tokio::select! {
            biased;
            written = self.write(&ending) => written?,
            never = renewing => never,
        };
        self.inner.jobs.lane_moved(wake);
        let (event, ended) = self.event_of(ending);
        self.inner.events.emit(event);
        Ok(ended)
    }

    async fn write(&self, ending: &Ending) -> Result<Option<Timestamp>, Stop> {
        let store = &self.inner.store;
        let tries = AtomicU32::new(0);
        let write = || {
            tries.fetch_add(1, Ordering::Relaxed);
            let (now, key, fence) = (self.now(), self.key(), self.fence());
            match ending {
                Ending::Finish(finish) => store.finish(now, key, fence, finish),
                Ending::Retry { terms, error, .. } => store.retry(now, key, fence, terms, error),
                Ending::HandBack(terms, why) => store.retry(now, key, fence, terms, why),
                // Only a batch whose reply was certainly not sent is given up.
                Ending::Bury(error) => store.bury(now, key, fence, false, error),
            }
        };
        match self.persist(write).await {
            // It may have been lost to an earlier try of ours, whose answer never came.
            Err(Stop::Lost(LossReason::Stolen))
                if tries.load(Ordering::Relaxed) > 1 && self.is_written(ending).await =>
            {
                // When the key next wakes was in that answer.
                self.inner.jobs.look_again();
                Ok(None)
            }
            written => written,
        }
    }

    /// Whether the store has taken `ending` from this job, which is certain only of what happened before the lease ran
    /// out: until then nobody else could hold the batch.
    async fn is_written(&self, ending: &Ending) -> bool {
        let ended = match ending {
            Ending::Finish(finish) => (Status::Finished, Some(&finish.outcome)),
            Ending::Bury(_) => (Status::Dead, None),
            Ending::Retry { .. } | Ending::HandBack(..) => return !self.is_lease_over(),
        };
        let look = || self.inner.store.batch(self.claim.batch.id).map_err(FencedError::Store).boxed();
        let Ok(Some(Whole { record, .. })) = self.persist(look).await else { return false };
        (record.status, record.outcome.as_ref()) == ended
            && record.ended_at.is_some_and(|at| at < self.lease_until())
    }

    fn event_of(&self, ending: Ending) -> (Event<K>, Ended) {
        let (key, batch) = (self.key().clone(), self.claim.batch.id);
        let (messages, attempt) = (self.claim.batch.messages.len(), self.claim.attempt);
        match ending {
            Ending::Finish(finish) => {
                let (outcome, error, at) = (finish.outcome, finish.error, self.now());
                (Event::Finished { key, batch, messages, outcome, error, at }, Ended::Finished)
            }
            Ending::Retry { terms, error, sending } => {
                (Event::Retrying { key, batch, attempt, next: terms.at, error, sending }, Ended::Failed)
            }
            Ending::HandBack(..) => (Event::HandedBack { key, batch }, Ended::Released),
            Ending::Bury(error) => (Event::Dead { key, batch, messages, attempt, error }, Ended::Failed),
        }
    }

    /// Repeats a write while the store is unavailable. It gives up only when the job loses its batch or is stopped:
    /// the outcome of a batch is worth waiting for.
    pub(super) async fn persist<'s, T>(
        &'s self,
        write: impl Fn() -> BoxFuture<'s, Result<T, FencedError>>,
    ) -> Result<T, Stop> {
        let mut waits = Waits::new();
        loop {
            match write().await {
                Ok(value) => return Ok(value),
                Err(FencedError::Store(error @ StoreError::Unavailable { .. })) => {
                    tracing::debug!(batch = %self.claim.batch.id, %error, "STORE UNAVAILABLE");
                    self.inner.clock.sleep_until(self.now() + waits.next_wait()).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
