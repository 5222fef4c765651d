//! A store that fails when it is told to, and passes for one that outlives the process or for one that does not.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use sms_consolidate::store::{
    AppendReport, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect, Maintained,
    Record, RequeueError, Requeued, Store, StoreError, Whole,
};
use sms_consolidate::testing::FaultyStore;
use sms_consolidate::{
    Batch, BatchId, Classification, Clock, Conversation, MemoryStore, SmsMessage, Timestamp,
};

/// Clones share the content and the faults.
#[derive(Clone)]
pub(crate) struct EitherStore {
    pub(crate) faulty: FaultyStore<MemoryStore<Conversation, SmsMessage>>,
    is_durable: bool,
}

impl EitherStore {
    pub(crate) fn new(is_durable: bool) -> Self {
        Self { faulty: FaultyStore::new(MemoryStore::builder().seed(1).build()), is_durable }
    }
}

impl Store<Conversation, SmsMessage> for EitherStore {
    async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<Conversation, SmsMessage>>,
    ) -> Result<AppendReport, StoreError> {
        self.faulty.append(now, arrivals).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.faulty.next_wake().await
    }

    async fn changed(&self) {
        self.faulty.changed().await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<Conversation, SmsMessage>>, StoreError> {
        self.faulty.claim(now, limit, lease).await
    }

    async fn renew(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        self.faulty.renew(now, key, fence, lease).await
    }

    async fn checkpoint(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        self.faulty.checkpoint(now, key, fence, classification).await
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        self.faulty.begin_reply(now, key, fence, text, terms).await
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.faulty.finish(now, key, fence, finish).await
    }

    async fn retry(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.faulty.retry(now, key, fence, terms, error).await
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &Conversation,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.faulty.bury(now, key, fence, maybe_sent, error).await
    }

    async fn flush(
        &self,
        now: Timestamp,
        key: Option<&Conversation>,
        reason: CloseReason,
    ) -> Result<u64, StoreError> {
        self.faulty.flush(now, key, reason).await
    }

    async fn cancel(&self, now: Timestamp, key: &Conversation) -> Result<Vec<BatchId>, StoreError> {
        self.faulty.cancel(now, key).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        key: &Conversation,
        opted_out: bool,
    ) -> Result<bool, StoreError> {
        self.faulty.set_opted_out(now, key, opted_out).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.faulty.maintain(now, limit).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<Conversation, SmsMessage>>, StoreError> {
        if self.is_durable { Ok(Vec::new()) } else { self.faulty.hand_back().await }
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.faulty.clock()
    }

    fn is_durable(&self) -> bool {
        self.is_durable
    }
}

impl Inspect<Conversation, SmsMessage> for EitherStore {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.faulty.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<Conversation>>, StoreError> {
        self.faulty.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<Conversation, SmsMessage>>, StoreError> {
        self.faulty.batch(id).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        self.faulty.requeue(now, id).await
    }
}
