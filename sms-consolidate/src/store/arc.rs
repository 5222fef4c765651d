//! A shared store is a store, so that whoever hands one to a [`Consolidator`](crate::Consolidator) can keep a handle.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use super::{
    AppendReport, AppendedOne, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect,
    Maintained, Record, RequeueError, Requeued, Store, StoreError, Whole,
};
use crate::classify::Classification;
use crate::clock::{Clock, Timestamp};
use crate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use crate::message::{Batch, BatchId, Key, Message};

impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for Arc<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        S::append(self, now, arrivals).await
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        S::append_at_once(self, now, arrival)
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        S::next_wake(self).await
    }

    async fn changed(&self) {
        S::changed(self).await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        S::claim(self, now, limit, lease).await
    }

    async fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        S::renew(self, now, key, fence, lease).await
    }

    async fn checkpoint(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        S::checkpoint(self, now, key, fence, classification).await
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        S::begin_reply(self, now, key, fence, text, terms).await
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        S::finish(self, now, key, fence, finish).await
    }

    async fn retry(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        S::retry(self, now, key, fence, terms, error).await
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        S::bury(self, now, key, fence, maybe_sent, error).await
    }

    async fn flush(&self, now: Timestamp, key: Option<&K>, reason: CloseReason) -> Result<u64, StoreError> {
        S::flush(self, now, key, reason).await
    }

    async fn cancel(&self, now: Timestamp, key: &K) -> Result<Vec<BatchId>, StoreError> {
        S::cancel(self, now, key).await
    }

    async fn set_opted_out(&self, now: Timestamp, key: &K, opted_out: bool) -> Result<bool, StoreError> {
        S::set_opted_out(self, now, key, opted_out).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        S::maintain(self, now, limit).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        S::hand_back(self).await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        S::clock(self)
    }

    fn is_durable(&self) -> bool {
        S::is_durable(self)
    }
}

impl<K: Key, M: Message, S: Inspect<K, M>> Inspect<K, M> for Arc<S> {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        S::counts(self, now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        S::list(self, filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        S::batch(self, id).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        S::requeue(self, now, id).await
    }
}
