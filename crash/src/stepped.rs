//! A store in front of the real one that writes down every claim and every write under it, and passes the steps.

use std::fmt::Display;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect,
    Maintained, Record, RequeueError, Requeued, Store, StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, Classification, Clock, Key, Message, Outcome, Timestamp};

use crate::journal::{Deed, DeedPhase};
use crate::steps::{self, Of};
use crate::time::monotonic_us;

/// See the [module](self).
#[derive(Debug)]
pub struct Stepped<S>(pub S);

fn of<K: Key>(key: &K, fence: Fence) -> Of {
    Of { key: key.to_string(), batch: fence.batch.to_string(), token: fence.token.as_u64() }
}

trait Refusable: Display {
    fn is_refusal(&self) -> bool;
}

impl Refusable for FencedError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Store(_))
    }
}

impl Refusable for BeginReplyError {
    fn is_refusal(&self) -> bool {
        !matches!(self, Self::Store(_))
    }
}

/// Writes down that the store is asked, and what it answered; then passes the step of a deed that is done.
async fn noted<T, E: Refusable>(
    deed: Deed,
    of: Of,
    step: Option<&'static str>,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let asked_us = monotonic_us();
    steps::note(deed, DeedPhase::Asked, asked_us, &of, "");
    let answer = call.await;
    match &answer {
        Ok(_) => {
            steps::note(deed, DeedPhase::Done, asked_us, &of, "");
            step.into_iter().for_each(|step| steps::pass_with(step, &of));
        }
        Err(error) => {
            let phase = if error.is_refusal() { DeedPhase::Refused } else { DeedPhase::Failed };
            steps::note(deed, phase, asked_us, &of, &error.to_string());
        }
    }
    answer
}

impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for Stepped<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let report = self.0.append(now, arrivals).await;
        steps::pass("stored");
        report
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        let answer = self.0.append_at_once(now, arrival)?;
        steps::pass("stored");
        Ok(answer)
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.0.next_wake().await
    }

    async fn changed(&self) {
        self.0.changed().await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        let asked_us = monotonic_us();
        let answer = self.0.claim(now, limit, lease).await;
        if let Err(error) = &answer {
            // It may have been done, and nobody knows of which batches.
            steps::note(Deed::Claim, DeedPhase::Failed, asked_us, &Of::default(), &error.to_string());
        }
        let claims = answer?;
        for claim in &claims {
            steps::note(Deed::Claim, DeedPhase::Done, asked_us, &of(&claim.batch.key, claim.fence()), "");
        }
        for claim in &claims {
            steps::pass_with("claimed", &of(&claim.batch.key, claim.fence()));
        }
        Ok(claims)
    }

    async fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        noted(Deed::Renew, of(key, fence), None, self.0.renew(now, key, fence, lease)).await
    }

    async fn checkpoint(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        let of = of(key, fence);
        steps::pass_with("classified", &of);
        let call = self.0.checkpoint(now, key, fence, classification);
        noted(Deed::Checkpoint, of, Some("checkpointed"), call).await
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        let call = self.0.begin_reply(now, key, fence, text, terms);
        noted(Deed::BeginReply, of(key, fence), Some("reply-begun"), call).await
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        let of = of(key, fence);
        // Other endings pass neither step, so that it is known what must become of a batch at one.
        let replied = matches!(finish.outcome, Outcome::Replied(_));
        if replied {
            steps::pass_with("sent", &of);
        }
        let step = replied.then_some("finished");
        noted(Deed::Finish, of, step, self.0.finish(now, key, fence, finish)).await
    }

    async fn retry(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        noted(Deed::Retry, of(key, fence), None, self.0.retry(now, key, fence, terms, error)).await
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        noted(Deed::Bury, of(key, fence), None, self.0.bury(now, key, fence, maybe_sent, error)).await
    }

    async fn flush(&self, now: Timestamp, key: Option<&K>, reason: CloseReason) -> Result<u64, StoreError> {
        self.0.flush(now, key, reason).await
    }

    async fn cancel(&self, now: Timestamp, key: &K) -> Result<Vec<BatchId>, StoreError> {
        self.0.cancel(now, key).await
    }

    async fn set_opted_out(&self, now: Timestamp, key: &K, opted_out: bool) -> Result<bool, StoreError> {
        self.0.set_opted_out(now, key, opted_out).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.0.maintain(now, limit).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        self.0.hand_back().await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.0.clock()
    }

    fn is_durable(&self) -> bool {
        self.0.is_durable()
    }
}

impl<K: Key, M: Message, S: Inspect<K, M>> Inspect<K, M> for Stepped<S> {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.0.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.0.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.0.batch(id).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        self.0.requeue(now, id).await
    }
}
