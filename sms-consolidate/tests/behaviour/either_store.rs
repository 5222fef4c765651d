//! A store that fails when it is told to, and passes for one that outlives the process or for one that does not.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, OptOutChange, Sender, SenderId, Transition};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Store, StoreError, Whole,
};
use sms_consolidate::testing::FaultyStore;
use sms_consolidate::{Batch, BatchId, Clock, Conversation, MemoryStore, SmsMessage, Timestamp, async_trait};

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

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store<Conversation, SmsMessage> for EitherStore {
    async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<Conversation, SmsMessage>>,
    ) -> Result<AppendReport, StoreError> {
        self.faulty.append(now, arrivals).await
    }

    fn append_at_once(
        &self,
        now: Timestamp,
        arrival: Arrival<Conversation, SmsMessage>,
    ) -> Result<AppendedOne, Arrival<Conversation, SmsMessage>> {
        self.faulty.append_at_once(now, arrival)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<Conversation, SmsMessage>>, StoreError> {
        self.faulty.claim(now, limit, lease).await
    }

    async fn change(
        &self,
        now: Timestamp,
        key: &Conversation,
        transition: Transition,
    ) -> Result<Changed, ChangeError> {
        self.faulty.change(now, key, transition).await
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        self.faulty.flush_all(now, reason).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.faulty.next_wake().await
    }

    async fn changed(&self) {
        self.faulty.changed().await;
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.faulty.maintain(now, limit).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        self.faulty.set_opted_out(now, scope, change).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.faulty.sender(scope).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.faulty.opted_out(after, limit).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.faulty.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<Conversation>>, StoreError> {
        self.faulty.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<Conversation, SmsMessage>>, StoreError> {
        self.faulty.batch(id).await
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
