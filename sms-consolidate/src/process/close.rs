//! Writing down how a batch ended, and telling the world.

use std::sync::atomic::{AtomicU32, Ordering};

use super::retry::Waits;
use super::{Ended, Ending, Job, Stop};
use crate::clock::Timestamp;
use crate::event::Event;
use crate::lane::{Abandoned, Buried, LossReason};
use crate::message::{Key, Message};
use crate::store::{FencedError, NoReply, Outcome, Status, StoreError, StoreExt, Whole, Woken};

impl<K: Key, M: Message> Job<'_, K, M> {
    /// Writes down the ending. The lease is renewed meanwhile, as far as the store lets it; only the write itself says
    /// whether the batch was still ours.
    pub(super) async fn close(&self, mut ending: Ending) -> Result<Ended, Stop> {
        let renewing = async {
            self.keep_lease().await;
            std::future::pending().await
        };
        let wake = tokio::select! {
            biased;
            written = self.write(&mut ending) => written?,
            never = renewing => never,
        };
        self.inner.jobs.lane_moved(wake);
        let (event, ended) = self.event_of(ending);
        self.inner.events.emit(event);
        Ok(ended)
    }

    async fn write(&self, ending: &mut Ending) -> Result<Option<Timestamp>, Stop> {
        match ending {
            Ending::Finish(finish) => finish.classification.clone_from(&self.unrecorded()),
            // Another attempt is not to pay for a second one.
            Ending::Retry { .. } | Ending::HandBack(..) | Ending::Bury(_) => self.record().await?,
        }
        let tries = AtomicU32::new(0);
        let write = || {
            tries.fetch_add(1, Ordering::Relaxed);
            self.try_write(ending)
        };
        let wake = match self.persist(write).await {
            // It may have been lost to an earlier try of ours, whose answer never came.
            Err(Stop::Lost(LossReason::Stolen))
                if tries.load(Ordering::Relaxed) > 1 && self.is_written(ending).await =>
            {
                // When the key next wakes was in that answer.
                self.inner.jobs.look_again();
                None
            }
            written => written?,
        };
        self.recorded();
        Ok(wake)
    }

    /// Records what the batch was found to be, if there is something to record.
    pub(super) async fn record(&self) -> Result<(), Stop> {
        let classification = self.unrecorded().clone();
        if classification.is_some() {
            let store = &self.inner.store;
            self.persist(|| store.record(self.now(), self.key(), self.fence(), classification.clone(), None))
                .await?;
            self.recorded();
        }
        Ok(())
    }

    async fn try_write(&self, ending: &Ending) -> Result<Option<Timestamp>, FencedError> {
        let store = &self.inner.store;
        let (now, key, fence) = (self.now(), self.key(), self.fence());
        match ending {
            Ending::Finish(finish) => store.finish(now, key, fence, finish.clone()).await,
            Ending::Retry { terms, error, .. } => store.retry(now, key, fence, *terms, error).await,
            Ending::HandBack(terms, why) => store.retry(now, key, fence, *terms, why).await,
            // Only a batch whose reply was certainly not sent is given up.
            Ending::Bury(error) => {
                let Woken { answer, wake_at } = store.bury(now, key, fence, false, error).await?;
                self.tell_abandoned(answer);
                Ok(wake_at)
            }
        }
    }

    /// A dead batch too many is over, and nobody else will say so.
    fn tell_abandoned(&self, buried: Buried) {
        let Buried::Dead { abandoned: Some(Abandoned { batch, messages, at, .. }) } = buried else { return };
        let (key, messages) = (self.key().clone(), messages as usize);
        let outcome = Outcome::NoReply(NoReply::Abandoned);
        self.inner.events.emit(Event::Finished { key, batch, messages, outcome, error: None, at });
    }

    /// Whether the store has taken `ending` from this job, which is certain only of what happened before the lease ran
    /// out: until then nobody else could hold the batch.
    async fn is_written(&self, ending: &Ending) -> bool {
        let ended = match ending {
            Ending::Finish(finish) => (Status::Finished, Some(&finish.outcome)),
            Ending::Bury(_) => (Status::Dead, None),
            Ending::Retry { .. } | Ending::HandBack(..) => return !self.is_lease_over(),
        };
        let look = || async move { Ok(self.inner.store.batch(self.claim.batch.id).await?) };
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
    pub(super) async fn persist<T, F: Future<Output = Result<T, FencedError>> + Send>(
        &self,
        write: impl Fn() -> F,
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
