//! What a job does when something fails: wait and try again, or give up.

use std::time::Duration;

use super::{Ending, Job};
use crate::classify::ClassifyError;
use crate::clock::Timestamp;
use crate::lane::RetryTerms;
use crate::message::{Key, Message};
use crate::reply::SendError;
use crate::store::{Finish, NoReply, Outcome};

const FIRST_STORE_WAIT: Duration = Duration::from_millis(50);
const LONGEST_STORE_WAIT: Duration = Duration::from_secs(5);

/// Doubling waits between tries to reach the store.
pub(super) struct Waits(Duration);

impl Waits {
    pub(super) fn new() -> Self {
        Self(FIRST_STORE_WAIT)
    }

    pub(super) fn next_wait(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (wait * 2).min(LONGEST_STORE_WAIT);
        wait
    }
}

impl<K: Key, M: Message> Job<'_, K, M> {
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
        let at = self.now() + wait.mul_f64(0.5 + self.jitter() / 2.0);
        match retry_after {
            // Whoever asks for it knows that an earlier attempt is in vain.
            Some(wait) => Some(at.max(self.now() + wait)),
            None => (at <= self.claim.first_claimed_at + policy.max_time).then_some(at),
        }
    }

    /// Whether a reply after the wait that somebody asks for would be too late.
    fn is_in_vain(&self, retry_after: Option<Duration>) -> bool {
        let is_too_late = |wait| self.now() + wait > self.reply_by();
        // What gets no reply anyway is classified for its own sake.
        retry_after.is_some_and(is_too_late) && self.is_silent().is_none()
    }

    /// Between 0 and 1, and the same for one attempt of one batch, so that a simulation can be repeated.
    fn jitter(&self) -> f64 {
        let bytes = self.claim.batch.id.as_bytes();
        let seed = bytes.iter().fold(u64::from(self.claim.attempt), |seed, byte| {
            seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(*byte)
        });
        fastrand::Rng::with_seed(seed).f64()
    }

    pub(super) fn classification_failed(&self, error: &ClassifyError) -> Ending {
        self.inner.events.count_tokens(error.usage());
        match error {
            ClassifyError::Retryable { retry_after, .. } => {
                self.attempt_failed(*retry_after, false, false, error.to_string())
            }
            ClassifyError::Permanent { .. } => Ending::Bury(error.to_string()),
        }
    }

    pub(super) fn sending_failed(
        &self,
        retry_after: Option<Duration>,
        maybe_sent: bool,
        error: &SendError,
    ) -> Ending {
        self.attempt_failed(retry_after, maybe_sent, true, error.to_string())
    }

    /// Another attempt, or none if this was the last or the next would be in vain.
    pub(super) fn attempt_failed(
        &self,
        retry_after: Option<Duration>,
        maybe_sent: bool,
        sending: bool,
        error: String,
    ) -> Ending {
        match self.next_attempt_at(retry_after) {
            Some(_) if self.is_in_vain(retry_after) => {
                let outcome =
                    if maybe_sent { Outcome::ReplyUnknown } else { Outcome::NoReply(NoReply::Stale) };
                Ending::Finish(Finish::new(outcome).with_error(error))
            }
            Some(at) => Ending::Retry { terms: RetryTerms { at, counts: true, maybe_sent }, error, sending },
            None if maybe_sent => Ending::Finish(Finish::new(Outcome::ReplyUnknown).with_error(error)),
            None => Ending::Bury(error),
        }
    }
}
