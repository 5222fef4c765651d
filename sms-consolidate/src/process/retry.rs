//! What a job does when something fails: wait and try again, or give up.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Ended, Job, Stop};
use crate::classify::ClassifyError;
use crate::clock::Timestamp;
use crate::event::Event;
use crate::lane::{RetryTerms, Stage};
use crate::message::{Key, Message};
use crate::reply::SendError;
use crate::store::{FencedError, Finish, Outcome, StoreError};

const FIRST_STORE_WAIT: Duration = Duration::from_millis(50);
const LONGEST_STORE_WAIT: Duration = Duration::from_secs(5);

/// Doubling waits between tries to reach the store.
pub(super) struct Waits(Duration);

impl Waits {
    pub(super) fn next_wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LONGEST_STORE_WAIT);
        wait
    }
}

impl<K: Key, M: Message> Job<'_, K, M> {
    pub(super) fn waits(&self) -> Waits {
        Waits(FIRST_STORE_WAIT)
    }

    /// Repeats a write while the store is unavailable. It gives up only when the job loses its batch or is stopped:
    /// the outcome of a batch is worth waiting for.
    pub(super) async fn persist<'s, T>(
        &'s self,
        write: impl Fn() -> BoxFuture<'s, Result<T, FencedError>>,
    ) -> Result<T, Stop> {
        let mut waits = self.waits();
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

    /// Why this batch gets no further attempt, if it has had its share.
    pub(super) fn is_given_up(&self) -> Option<String> {
        let policy = &self.inner.settings.retry;
        let (attempt, losses) = (self.claim.attempt, self.claim.lease_losses);
        if attempt > policy.max_attempts.get() {
            return Some(format!("given up after {} attempts", attempt - 1));
        }
        (losses > policy.max_lease_losses).then(|| format!("given up: its workers lost it {losses} times"))
    }

    /// When to try again, or `None` if this was the last attempt.
    fn next_attempt_at(&self, retry_after: Option<Duration>) -> Option<Timestamp> {
        let policy = &self.inner.settings.retry;
        if self.claim.attempt >= policy.max_attempts.get() {
            return None;
        }
        let doublings = (self.claim.attempt - 1).min(31);
        let wait = policy.first_wait.saturating_mul(1 << doublings).min(policy.longest_wait);
        let jittered = wait.mul_f64(0.5 + self.jitter() / 2.0);
        let at = self.now() + jittered.max(retry_after.unwrap_or_default());
        (at <= self.claim.first_claimed_at + policy.max_time).then_some(at)
    }

    /// Between 0 and 1, and the same for one attempt of one batch, so that a simulation can be repeated.
    fn jitter(&self) -> f64 {
        let bytes = self.claim.batch.id.as_bytes();
        let seed = bytes.iter().fold(u64::from(self.claim.attempt), |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte)
        });
        fastrand::Rng::with_seed(seed).f64()
    }

    pub(super) async fn classification_failed(&self, error: &ClassifyError) -> Result<Ended, Stop> {
        let next = match error {
            ClassifyError::Retryable { retry_after, .. } => self.next_attempt_at(*retry_after),
            ClassifyError::Permanent { .. } => None,
        };
        match next {
            Some(at) => self.retry(at, false, false, error.to_string()).await,
            None => self.bury(error.to_string()).await,
        }
    }

    pub(super) async fn sending_failed(
        &self,
        retry_after: Option<Duration>,
        maybe_sent: bool,
        error: &SendError,
    ) -> Result<Ended, Stop> {
        match self.next_attempt_at(retry_after) {
            Some(at) => self.retry(at, maybe_sent, true, error.to_string()).await,
            None if maybe_sent => self.finish(Finish::new(Outcome::ReplyUnknown).with_error(error)).await,
            None => self.bury(error.to_string()).await,
        }
    }

    async fn retry(
        &self,
        at: Timestamp,
        maybe_sent: bool,
        sending: bool,
        error: String,
    ) -> Result<Ended, Stop> {
        let terms = RetryTerms { at, counts: true, maybe_sent };
        let store = &self.inner.store;
        let wake = self.persist(|| store.retry(self.now(), self.key(), self.fence(), &terms, &error)).await?;
        self.inner.jobs.lane_moved(wake);
        self.inner.events.emit(Event::Retrying {
            key: self.key().clone(),
            batch: self.claim.batch.id,
            attempt: self.claim.attempt,
            next: at,
            error,
            sending,
        });
        Ok(Ended::Failed)
    }

    /// Gives the batch up. Only a batch whose reply was certainly not sent comes here.
    pub(super) async fn bury(&self, error: String) -> Result<Ended, Stop> {
        debug_assert!(self.claim.stage != Stage::Replying, "a reply that may be out is unknown, not dead");
        let store = &self.inner.store;
        let wake = self.persist(|| store.bury(self.now(), self.key(), self.fence(), false, &error)).await?;
        self.inner.jobs.lane_moved(wake);
        let batch = &self.claim.batch;
        self.inner.events.emit(Event::Dead {
            key: batch.key.clone(),
            batch: batch.id,
            messages: batch.messages.len(),
            attempt: self.claim.attempt,
            error,
        });
        Ok(Ended::Failed)
    }
}
