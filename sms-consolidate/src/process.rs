//! One claimed batch to its end: classify → decide → reply → finish.
//!
//! A [`Job`] runs beside two watchers: one renews its lease, one listens for an interruption. Whichever resolves
//! first decides how the batch ends. Writing that down is then cut off by nobody: an outcome that the store has taken
//! is also reported. Every write is fenced, so a job that has lost its batch changes nothing and stops.

use std::any::Any;
use std::fmt::Write;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::oneshot;

use crate::classify::{Classification, ClassifyError, Context};
use crate::clock::Timestamp;
use crate::consolidator::Inner;
use crate::event::{Event, TEXT_TARGET};
use crate::lane::{Fence, LossReason, RetryTerms, Stage};
use crate::message::{Key, Message};
use crate::store::{Claim, FencedError, Finish, NoReply, Outcome, StoreError, StoreExt};

mod close;
mod decide;
mod reply;
mod retry;

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The batch has an outcome.
    Finished,
    /// The attempt failed; the batch waits for another, or is dead.
    Failed,
    /// The batch is somebody else's now, or waits to be taken up again.
    Released,
}

/// The job must stop before its work is done.
enum Stop {
    /// The claim is gone.
    Lost(LossReason),
    /// The store does not take its writes. The lease will run out, and another worker take over.
    Store(StoreError),
}

impl From<FencedError> for Stop {
    fn from(error: FencedError) -> Self {
        match error {
            FencedError::Lost(reason) => Self::Lost(reason),
            FencedError::Store(error) => Self::Store(error),
        }
    }
}

/// Handles one batch. Whatever happens to user code on the way, this returns.
pub(crate) async fn handle<K: Key, M: Message>(
    inner: &Arc<Inner<K, M>>,
    claim: Claim<K, M>,
    interrupt: oneshot::Receiver<()>,
) -> Ended {
    let job = Job {
        inner,
        may_have_sent: AtomicBool::new(claim.stage == Stage::Replying),
        may_have_begun: AtomicBool::new(false),
        lease_until_ms: AtomicI64::new(claim.lease_until.as_unix_millis()),
        unrecorded: Mutex::new(None),
        reply_by: OnceLock::new(),
        claim,
    };
    // A dropped sender never interrupts.
    let interrupted = async move {
        if interrupt.await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let decided = match std::panic::catch_unwind(AssertUnwindSafe(|| job.announce())) {
        Err(panic) => Ok(job.panicked(panic.as_ref())),
        Ok(()) => tokio::select! {
            biased;
            () = interrupted => Ok(job.hand_back("handed back")),
            decided = AssertUnwindSafe(job.run()).catch_unwind() => {
                decided.unwrap_or_else(|panic| Ok(job.panicked(panic.as_ref())))
            }
            stop = job.keep_lease() => Err(stop),
        },
    };
    let closed = match decided {
        Ok(ending) => job.close(ending).await,
        Err(stop) => Err(stop),
    };
    closed.unwrap_or_else(|stop| {
        job.report(&stop);
        Ended::Released
    })
}

struct Job<'a, K, M> {
    inner: &'a Arc<Inner<K, M>>,
    claim: Claim<K, M>,
    /// Set before the sender is asked, cleared when it is certain that nothing was sent.
    may_have_sent: AtomicBool,
    /// Set before the reply is recorded as about to be sent.
    may_have_begun: AtomicBool,
    /// The end of the lease as last heard, in milliseconds since the Unix epoch.
    lease_until_ms: AtomicI64,
    /// What the batch was found to be, until that is recorded: with the next write that there is.
    unrecorded: Mutex<Option<Classification>>,
    /// The last instant for the reply, once it was asked for: finding it reads every text.
    reply_by: OnceLock<Timestamp>,
}

impl<K: Key, M: Message> Job<'_, K, M> {
    fn key(&self) -> &K {
        &self.claim.batch.key
    }

    fn fence(&self) -> Fence {
        self.claim.fence()
    }

    fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    fn announce(&self) {
        let batch = &self.claim.batch;
        self.inner.events.emit(Event::Claimed {
            key: batch.key.clone(),
            batch: batch.id,
            messages: batch.messages.len(),
            reason: batch.close_reason,
            attempt: self.claim.attempt,
            lease_losses: self.claim.lease_losses,
            late_by: self.now().since(batch.due_at),
        });
    }

    fn report(&self, stop: &Stop) {
        let (key, batch) = (self.key().clone(), self.claim.batch.id);
        match stop {
            Stop::Lost(reason) => self.inner.events.emit(Event::Lost { key, batch, reason: *reason }),
            Stop::Store(error) => {
                tracing::error!(%batch, %error, "BATCH LEFT: the store took no writes until the lease ran out");
            }
        }
        // A write whose answer was lost may have moved the lane, and nobody has told the driver.
        self.inner.jobs.look_again();
    }

    async fn run(&self) -> Result<Ending, Stop> {
        if self.claim.stage == Stage::Replying {
            return self.resume_reply().await;
        }
        if let Some(why) = self.is_given_up() {
            return Ok(Ending::Bury(why));
        }
        let classification = match self.classification().await {
            Ok(classification) => classification,
            Err(error) => return Ok(self.classification_failed(&error)),
        };
        match self.decide(classification.as_ref()) {
            Ok(text) => self.reply(text).await,
            Err(why) => Ok(Ending::without_reply(why)),
        }
    }

    /// The recorded classification, or a new one. A batch of nothing but controls and reactions needs none.
    async fn classification(&self) -> Result<Option<Classification>, ClassifyError> {
        let batch = &self.claim.batch;
        if self.claim.classification.is_some() || !self.says_something() {
            return Ok(self.claim.classification.clone());
        }
        let timeout = self.inner.settings.classify_timeout;
        // With room from the start: a text that grows as it is written was a tenth of what a batch cost.
        let mut key = String::with_capacity(64);
        let _ = write!(key, "{}", batch.key);
        let context = Context::new(batch.id, key, self.claim.attempt, timeout);
        let call = self.inner.classifier.classify(self.messages_to_classify(), context);
        let classification = match self.guard(timeout, call).await {
            Ok(answer) => answer?,
            Err(broken) => return Err(ClassifyError::retryable(broken)),
        };
        *self.unrecorded() = Some(classification.clone());
        Ok(Some(classification))
    }

    fn unrecorded(&self) -> MutexGuard<'_, Option<Classification>> {
        self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The classification has been recorded.
    fn recorded(&self) {
        let Some(classification) = self.unrecorded().take() else { return };
        let batch = &self.claim.batch;
        self.inner.events.emit(Event::Classified {
            key: batch.key.clone(),
            batch: batch.id,
            messages: batch.messages.len(),
            classification,
        });
    }

    /// Gives the batch back untouched, for this or another node to take up again. If it has been superseded or
    /// cancelled the store refuses, and says so. The interruption itself does not say which: it may be meant for an
    /// earlier claim of the same batch.
    fn hand_back(&self, why: &str) -> Ending {
        let maybe_sent = self.may_have_sent.load(Ordering::Relaxed);
        Ending::HandBack(RetryTerms { at: self.now(), counts: false, maybe_sent }, why.to_owned())
    }

    /// User code panicked where it is not called on its own: a key's or a sender's smaller methods, `reply_if`.
    fn panicked(&self, panic: &(dyn Any + Send)) -> Ending {
        let maybe_sent = self.may_have_sent.load(Ordering::Relaxed);
        self.attempt_failed(None, maybe_sent, false, Broken::panicked(panic).to_string())
    }

    /// Renews the lease for as long as the batch takes; resolves when it is gone.
    async fn keep_lease(&self) -> Stop {
        let (clock, lease) = (&self.inner.clock, self.inner.settings.lease);
        loop {
            // A third of the lease leaves two more tries before it runs out.
            let (now, end) = (self.now(), self.lease_until());
            let next = now + lease / 3;
            clock.sleep_until(if now < end { next.min(end) } else { next }).await;
            match self.renew_lease().await {
                Err(FencedError::Lost(reason)) => return Stop::Lost(reason),
                Err(FencedError::Store(error)) if self.is_lease_over() && !self.has_unsent_reply() => {
                    return Stop::Store(error);
                }
                Ok(()) | Err(FencedError::Store(_)) => {}
            }
        }
    }

    fn is_lease_over(&self) -> bool {
        self.now() >= self.lease_until()
    }

    /// Whether a reply may be recorded as about to be sent, and only this job knows that it was not. The next holder
    /// could but call it unknown, so the batch is not given up before somebody takes it.
    fn has_unsent_reply(&self) -> bool {
        self.may_have_begun.load(Ordering::Relaxed) && !self.may_have_sent.load(Ordering::Relaxed)
    }

    async fn renew_lease(&self) -> Result<(), FencedError> {
        let lease = self.inner.settings.lease;
        let until = self.inner.store.renew(self.now(), self.key(), self.fence(), lease).await?;
        self.lease_lasts_until(until);
        Ok(())
    }

    fn lease_lasts_until(&self, at_least: Timestamp) {
        self.lease_until_ms.fetch_max(at_least.as_unix_millis(), Ordering::Relaxed);
    }

    fn lease_until(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.lease_until_ms.load(Ordering::Relaxed))
    }

    /// Runs a call into user code. An error says that it took too long or panicked.
    async fn guard<T>(&self, timeout: Duration, call: impl Future<Output = T>) -> Result<T, Broken> {
        let deadline = self.now() + timeout;
        // A timer is set only if the answer is not there at once.
        let late = async { self.inner.clock.sleep_until(deadline).await };
        tokio::select! {
            biased;
            answer = AssertUnwindSafe(call).catch_unwind() => answer.map_err(|panic| Broken::panicked(panic.as_ref())),
            () = late => Err(Broken::TimedOut(timeout)),
        }
    }
}

/// What a job has decided about its batch, and is to write down.
enum Ending {
    Finish(Finish),
    Retry { terms: RetryTerms, error: String, sending: bool },
    HandBack(RetryTerms, String),
    Bury(String),
}

impl Ending {
    const fn without_reply(why: NoReply) -> Self {
        Self::Finish(Finish::new(Outcome::NoReply(why)))
    }
}

/// User code did not return.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("panicked")]
    Panicked,
}

impl Broken {
    /// What the panic says may hold a message's text, as that of a slice out of bounds does.
    fn panicked(panic: &(dyn Any + Send)) -> Self {
        let says = panic.downcast_ref::<&str>().copied();
        let says = says.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        tracing::debug!(target: TEXT_TARGET, says, "USER CODE PANICKED");
        Self::Panicked
    }
}
