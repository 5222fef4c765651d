//! One claimed batch to its end: classify → decide → reply → finish.
//!
//! A [`Job`] runs beside two watchers: one renews its lease, one listens for an interruption. Whichever resolves
//! first decides. Every write is fenced, so a job that has lost its batch changes nothing and stops.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::{FutureExt, TryFutureExt};
use tokio::sync::oneshot;

use crate::classify::{Classification, ClassifyError, Context};
use crate::clock::Timestamp;
use crate::consolidator::Inner;
use crate::event::Event;
use crate::lane::{Control, Fence, LossReason, ReplyRefusal, ReplyTerms, RetryTerms, Stage};
use crate::message::{Key, Message};
use crate::optout::CONFIRM_WITHIN;
use crate::reply::{DynSender, Receipt, Reply, SendError};
use crate::store::{BeginReplyError, Claim, FencedError, Finish, NoReply, Outcome, StoreError};

mod retry;

/// Why a job is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// A later message took the batch back.
    Superseded,
    /// The batch was cancelled.
    Cancelled,
    /// The service is stopping: give the batch back.
    HandBack,
}

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
    inner: &Inner<K, M>,
    claim: Claim<K, M>,
    interrupt: oneshot::Receiver<Interrupt>,
) -> Ended {
    let job = Job { inner, may_have_sent: AtomicBool::new(claim.stage == Stage::Replying), claim };
    job.announce();
    // A dropped sender never interrupts.
    let interrupted = async move {
        match interrupt.await {
            Ok(interrupt) => interrupt,
            Err(_) => std::future::pending().await,
        }
    };
    let stop = tokio::select! {
        biased;
        interrupt = interrupted => match interrupt {
            Interrupt::Superseded => Stop::Lost(LossReason::Superseded),
            Interrupt::Cancelled => Stop::Lost(LossReason::Cancelled),
            Interrupt::HandBack => return job.hand_back().await,
        },
        ended = job.run() => match ended {
            Ok(ended) => return ended,
            Err(stop) => stop,
        },
        stop = job.keep_lease() => stop,
    };
    job.report(&stop);
    Ended::Released
}

struct Job<'a, K, M> {
    inner: &'a Inner<K, M>,
    claim: Claim<K, M>,
    /// Set before the reply is recorded as about to be sent, cleared when it is certain that nothing was sent.
    may_have_sent: AtomicBool,
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
    }

    async fn run(&self) -> Result<Ended, Stop> {
        if self.claim.stage == Stage::Replying {
            return self.resume_reply().await;
        }
        if let Some(why) = self.is_given_up() {
            return self.bury(why).await;
        }
        let classification = match self.classification().await {
            Ok(classification) => classification,
            Err(Failure::Stop(stop)) => return Err(stop),
            Err(Failure::Classify(error)) => return self.classification_failed(&error).await,
        };
        match self.decide(classification.as_ref()) {
            Ok(text) => self.reply(text).await,
            Err(why) => self.finish(Finish::new(Outcome::NoReply(why))).await,
        }
    }

    /// The recorded classification, or a new one. A batch of nothing but controls needs none.
    async fn classification(&self) -> Result<Option<Classification>, Failure> {
        let batch = &self.claim.batch;
        if self.claim.checkpoint.is_some() || !batch.has_content {
            return Ok(self.claim.checkpoint.clone());
        }
        let timeout = self.inner.settings.classify_timeout;
        let context = Context::new(batch.id, batch.key.to_string(), self.claim.attempt, timeout);
        let call = async { self.inner.classifier.classify(&batch.messages, &context).await };
        let classification = match self.guard(timeout, call).await {
            Ok(answer) => answer.map_err(Failure::Classify)?,
            Err(broken) => return Err(Failure::Classify(ClassifyError::retryable(broken))),
        };
        self.persist(|| self.inner.store.checkpoint(self.now(), self.key(), self.fence(), &classification))
            .await?;
        self.inner.events.emit(Event::Classified {
            key: batch.key.clone(),
            batch: batch.id,
            messages: batch.messages.len(),
            classification: classification.clone(),
        });
        Ok(Some(classification))
    }

    /// The text of the reply, or why there is none.
    fn decide(&self, classification: Option<&Classification>) -> Result<String, NoReply> {
        let settings = &self.inner.settings;
        let batch = &self.claim.batch;
        if !settings.templates.is_enabled()
            || settings.reply_if.as_ref().is_some_and(|holds| !holds(&batch.key))
        {
            return Err(NoReply::Off);
        }
        if !batch.key.can_reply() {
            return Err(NoReply::Unreachable);
        }
        let text = match batch.control {
            Some(control) => settings.opt_out.as_ref().and_then(|opt_out| opt_out.text_for(control)),
            None => classification.and_then(|classification| {
                let proposed =
                    classification.proposed_reply.as_deref().filter(|_| settings.use_proposed_replies);
                proposed.or_else(|| settings.templates.text_for(&classification.label))
            }),
        };
        let text = text.ok_or(NoReply::NoTemplate)?;
        if self.is_stale() { Err(NoReply::Stale) } else { Ok(text.to_owned()) }
    }

    fn is_stale(&self) -> bool {
        let batch = &self.claim.batch;
        let answers_stop = batch.control == Some(Control::Stop);
        let confirm_by = batch.arrived_at.iter().max().map(|stopped| *stopped + CONFIRM_WITHIN);
        let now = self.now();
        now > batch.due_at + self.inner.settings.reply_within
            || (answers_stop && confirm_by.is_some_and(|by| now > by))
    }

    async fn reply(&self, text: String) -> Result<Ended, Stop> {
        let Some(sender) = &self.inner.sender else {
            return self.finish(Finish::new(Outcome::NoReply(NoReply::Off))).await;
        };
        match self.begin_reply(&text).await {
            Ok(()) => {}
            Err(BeginReplyError::Refused(ReplyRefusal::Lost(reason))) => return Err(Stop::Lost(reason)),
            Err(BeginReplyError::Refused(ReplyRefusal::OptedOut)) => {
                return self.finish(Finish::new(Outcome::NoReply(NoReply::OptedOut))).await;
            }
            Err(BeginReplyError::Refused(ReplyRefusal::LoopGuard)) => {
                return self.finish(Finish::new(Outcome::NoReply(NoReply::LoopGuard))).await;
            }
            Err(BeginReplyError::Refused(refusal)) => {
                let terms = RetryTerms { at: self.now(), counts: false, maybe_sent: false };
                return self.release(&terms, &refusal.to_string()).await;
            }
            Err(BeginReplyError::Store(error)) => return Err(Stop::Store(error)),
        }
        let reply = Reply::new(self.claim.batch.id, self.key().clone(), text);
        self.send(sender.as_ref(), &reply).await
    }

    /// Passes the point of no return, with a lease that is long enough for sending.
    async fn begin_reply(&self, text: &str) -> Result<(), BeginReplyError> {
        let settings = &self.inner.settings;
        let terms = ReplyTerms {
            control: self.claim.batch.control,
            send_timeout: settings.send_timeout,
            max_replies_per_hour: settings.max_replies_per_hour,
        };
        self.may_have_sent.store(true, Ordering::Relaxed);
        let mut begun = self.try_begin_reply(text, &terms).await;
        if let Err(BeginReplyError::Refused(ReplyRefusal::LeaseTooShort)) = begun {
            let renewed = self.inner.store.renew(self.now(), self.key(), self.fence(), settings.lease).await;
            begun = match renewed {
                Ok(_) => self.try_begin_reply(text, &terms).await,
                Err(FencedError::Lost(reason)) => Err(BeginReplyError::Refused(reason.into())),
                Err(FencedError::Store(error)) => Err(BeginReplyError::Store(error)),
            };
        }
        if let Err(BeginReplyError::Refused(_)) = begun {
            self.may_have_sent.store(self.claim.stage == Stage::Replying, Ordering::Relaxed);
        }
        begun
    }

    async fn try_begin_reply(&self, text: &str, terms: &ReplyTerms) -> Result<(), BeginReplyError> {
        let mut waits = self.waits();
        loop {
            let begun = self.inner.store.begin_reply(self.now(), self.key(), self.fence(), text, terms).await;
            match begun {
                Err(BeginReplyError::Store(error @ StoreError::Unavailable { .. }))
                    if self.has_lease_left() =>
                {
                    tracing::debug!(batch = %self.claim.batch.id, %error, "STORE UNAVAILABLE");
                    self.inner.clock.sleep_until(self.now() + waits.next_wait()).await;
                }
                settled => return settled,
            }
        }
    }

    /// Takes up a batch whose last holder was at the point of no return when it was lost.
    async fn resume_reply(&self) -> Result<Ended, Stop> {
        let unknown = |why: &str| Finish::new(Outcome::ReplyUnknown).with_error(why);
        let (Some(sender), Some(text)) = (&self.inner.sender, self.claim.reply.clone()) else {
            return self.finish(unknown("an earlier attempt was lost while it sent the reply")).await;
        };
        let reply = Reply::new(self.claim.batch.id, self.key().clone(), text);
        if !sender.is_idempotent() {
            return self
                .end_unknown(sender.as_ref(), &reply, "an earlier attempt was lost while it sent the reply")
                .await;
        }
        if let Some(why) = self.is_given_up() {
            return self.end_unknown(sender.as_ref(), &reply, &why).await;
        }
        if self.is_stale() {
            return self.end_unknown(sender.as_ref(), &reply, "too late to ask again").await;
        }
        match self.begin_reply(&reply.text).await {
            Ok(()) => self.send(sender.as_ref(), &reply).await,
            Err(BeginReplyError::Refused(ReplyRefusal::Lost(reason))) => Err(Stop::Lost(reason)),
            Err(BeginReplyError::Refused(refusal)) => {
                self.end_unknown(sender.as_ref(), &reply, &format!("not asked again: {refusal}")).await
            }
            Err(BeginReplyError::Store(error)) => Err(Stop::Store(error)),
        }
    }

    async fn send(&self, sender: &dyn DynSender<K>, reply: &Reply<K>) -> Result<Ended, Stop> {
        let call = async { sender.send(reply).await };
        let sent = match self.guard(self.inner.settings.send_timeout, call).await {
            Ok(answer) => answer,
            Err(broken) => Err(SendError::unknown(broken)),
        };
        match sent {
            Ok(receipt) => self.sent(reply, receipt).await,
            Err(SendError::Rejected { opted_out, source }) => self.rejected(opted_out, &source).await,
            Err(SendError::NotSent { retry_after, source }) => {
                // An earlier attempt of an idempotent sender may have sent it all the same.
                let maybe_sent = self.claim.stage == Stage::Replying;
                self.may_have_sent.store(maybe_sent, Ordering::Relaxed);
                self.sending_failed(retry_after, maybe_sent, &SendError::not_sent(source)).await
            }
            Err(error @ SendError::Unknown { .. }) if sender.is_idempotent() => {
                self.sending_failed(None, true, &error).await
            }
            Err(error @ SendError::Unknown { .. }) => {
                self.end_unknown(sender, reply, &error.to_string()).await
            }
        }
    }

    async fn sent(&self, reply: &Reply<K>, receipt: Receipt) -> Result<Ended, Stop> {
        self.inner.events.log_sent(reply, self.claim.batch.messages.len(), &receipt);
        self.finish(Finish::new(Outcome::Replied(receipt))).await
    }

    async fn rejected(&self, opted_out: bool, error: &(dyn std::fmt::Display + Sync)) -> Result<Ended, Stop> {
        let why = if opted_out { NoReply::OptedOut } else { NoReply::Rejected };
        if opted_out {
            self.persist(|| {
                let recorded = self.inner.store.set_opted_out(self.now(), self.key(), true);
                recorded.map_err(FencedError::Store).boxed()
            })
            .await?;
        }
        self.finish(Finish::new(Outcome::NoReply(why)).with_error(error)).await
    }

    /// Ends a batch whose reply may have been sent, unless the gateway can say that it was.
    async fn end_unknown(
        &self,
        sender: &dyn DynSender<K>,
        reply: &Reply<K>,
        why: &str,
    ) -> Result<Ended, Stop> {
        let call = async { sender.look_up(reply).await };
        let found: Option<Receipt> = self.guard(self.inner.settings.send_timeout, call).await.ok().flatten();
        match found {
            Some(receipt) => self.sent(reply, receipt).await,
            None => self.finish(Finish::new(Outcome::ReplyUnknown).with_error(why)).await,
        }
    }

    async fn finish(&self, finish: Finish) -> Result<Ended, Stop> {
        let wake =
            self.persist(|| self.inner.store.finish(self.now(), self.key(), self.fence(), &finish)).await?;
        self.inner.jobs.lane_moved(wake);
        let batch = &self.claim.batch;
        self.inner.events.emit(Event::Finished {
            key: batch.key.clone(),
            batch: batch.id,
            messages: batch.messages.len(),
            outcome: finish.outcome,
            error: finish.error,
            at: self.now(),
        });
        Ok(Ended::Finished)
    }

    /// Gives the batch back untouched, for this or another node to take up again.
    async fn hand_back(&self) -> Ended {
        let maybe_sent = self.may_have_sent.load(Ordering::Relaxed);
        let terms = RetryTerms { at: self.now(), counts: false, maybe_sent };
        match self.release(&terms, "handed back: the service was stopping").await {
            Ok(ended) => ended,
            Err(stop) => {
                self.report(&stop);
                Ended::Released
            }
        }
    }

    async fn release(&self, terms: &RetryTerms, why: &str) -> Result<Ended, Stop> {
        let wake =
            self.persist(|| self.inner.store.retry(self.now(), self.key(), self.fence(), terms, why)).await?;
        self.inner.jobs.lane_moved(wake);
        let (key, batch) = (self.key().clone(), self.claim.batch.id);
        self.inner.events.emit(Event::HandedBack { key, batch });
        Ok(Ended::Released)
    }

    /// Renews the lease for as long as the batch takes; resolves when it is gone.
    async fn keep_lease(&self) -> Stop {
        let (clock, lease) = (&self.inner.clock, self.inner.settings.lease);
        let mut until = self.claim.lease_until;
        loop {
            // A third of the lease leaves two more tries before it runs out.
            clock.sleep_until((self.now() + lease / 3).min(until)).await;
            match self.inner.store.renew(self.now(), self.key(), self.fence(), lease).await {
                Ok(renewed) => until = renewed,
                Err(FencedError::Lost(reason)) => return Stop::Lost(reason),
                Err(FencedError::Store(error)) if self.now() >= until => return Stop::Store(error),
                Err(FencedError::Store(_)) => {}
            }
        }
    }

    fn has_lease_left(&self) -> bool {
        self.now() < self.claim.lease_until
    }

    /// Runs a call into user code. An error says that it took too long or panicked.
    async fn guard<T>(&self, timeout: Duration, call: impl Future<Output = T>) -> Result<T, Broken> {
        let deadline = self.inner.clock.sleep_until(self.now() + timeout);
        tokio::select! {
            biased;
            answer = AssertUnwindSafe(call).catch_unwind() => answer.map_err(|panic| Broken::panicked(panic.as_ref())),
            () = deadline => Err(Broken::TimedOut(timeout)),
        }
    }
}

enum Failure {
    Classify(ClassifyError),
    Stop(Stop),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// User code did not return.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("no answer within {0:?}")]
    TimedOut(Duration),
    #[error("panicked: {0}")]
    Panicked(String),
}

impl Broken {
    fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(text.unwrap_or("without a message").to_owned())
    }
}
