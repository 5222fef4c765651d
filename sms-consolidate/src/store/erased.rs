//! A [`Store`] behind a pointer, so that [`Consolidator`](crate::Consolidator) has two type parameters and not three.
//! One method per method of the contract, and nothing else.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures::future::BoxFuture;

use super::{
    AppendReport, AppendedOne, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect,
    Maintained, Record, RequeueError, Requeued, Store, StoreError, Whole,
};
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use crate::message::{Batch, BatchId, Key, Message};

pub(crate) trait DynStore<K: Key, M: Message>: Send + Sync + 'static {
    fn append<'a>(
        &'a self,
        now: Timestamp,
        arrivals: Vec<Arrival<K, M>>,
    ) -> BoxFuture<'a, Result<AppendReport, StoreError>>;
    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>>;
    fn next_wake<'a>(&'a self) -> BoxFuture<'a, Result<Option<Timestamp>, StoreError>>;
    fn changed<'a>(&'a self) -> BoxFuture<'a, ()>;
    fn claim<'a>(
        &'a self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Vec<Claim<K, M>>, StoreError>>;
    fn renew<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Timestamp, FencedError>>;
    fn checkpoint<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        classification: &'a Classification,
    ) -> BoxFuture<'a, Result<(), FencedError>>;
    fn begin_reply<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        text: &'a str,
        terms: &'a ReplyTerms,
    ) -> BoxFuture<'a, Result<(), BeginReplyError>>;
    fn finish<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        finish: &'a Finish,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>>;
    fn retry<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        terms: &'a RetryTerms,
        error: &'a str,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>>;
    fn bury<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        maybe_sent: bool,
        error: &'a str,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>>;
    fn flush<'a>(
        &'a self,
        now: Timestamp,
        key: Option<&'a K>,
        reason: CloseReason,
    ) -> BoxFuture<'a, Result<u64, StoreError>>;
    fn cancel<'a>(&'a self, now: Timestamp, key: &'a K) -> BoxFuture<'a, Result<Vec<BatchId>, StoreError>>;
    fn set_opted_out<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        opted_out: bool,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;
    fn maintain<'a>(
        &'a self,
        now: Timestamp,
        limit: NonZeroUsize,
    ) -> BoxFuture<'a, Result<Maintained, StoreError>>;
    fn hand_back<'a>(&'a self) -> BoxFuture<'a, Result<Vec<Batch<K, M>>, StoreError>>;
    fn counts<'a>(&'a self, now: Timestamp) -> BoxFuture<'a, Result<Counts, StoreError>>;
    fn list<'a>(&'a self, filter: &'a Filter) -> BoxFuture<'a, Result<Vec<Record<K>>, StoreError>>;
    fn batch<'a>(&'a self, id: BatchId) -> BoxFuture<'a, Result<Option<Whole<K, M>>, StoreError>>;
    fn requeue<'a>(&'a self, now: Timestamp, id: BatchId) -> BoxFuture<'a, Result<Requeued, RequeueError>>;
    fn is_durable(&self) -> bool;
}

impl<K: Key, M: Message, S: Store<K, M>> DynStore<K, M> for S {
    fn append<'a>(
        &'a self,
        now: Timestamp,
        arrivals: Vec<Arrival<K, M>>,
    ) -> BoxFuture<'a, Result<AppendReport, StoreError>> {
        Box::pin(Store::append(self, now, arrivals))
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        Store::append_at_once(self, now, arrival)
    }

    fn next_wake<'a>(&'a self) -> BoxFuture<'a, Result<Option<Timestamp>, StoreError>> {
        Box::pin(Store::next_wake(self))
    }

    fn changed<'a>(&'a self) -> BoxFuture<'a, ()> {
        Box::pin(Store::changed(self))
    }

    fn claim<'a>(
        &'a self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Vec<Claim<K, M>>, StoreError>> {
        Box::pin(Store::claim(self, now, limit, lease))
    }

    fn renew<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        lease: Duration,
    ) -> BoxFuture<'a, Result<Timestamp, FencedError>> {
        Box::pin(Store::renew(self, now, key, fence, lease))
    }

    fn checkpoint<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        classification: &'a Classification,
    ) -> BoxFuture<'a, Result<(), FencedError>> {
        Box::pin(Store::checkpoint(self, now, key, fence, classification))
    }

    fn begin_reply<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        text: &'a str,
        terms: &'a ReplyTerms,
    ) -> BoxFuture<'a, Result<(), BeginReplyError>> {
        Box::pin(Store::begin_reply(self, now, key, fence, text, terms))
    }

    fn finish<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        finish: &'a Finish,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>> {
        Box::pin(Store::finish(self, now, key, fence, finish))
    }

    fn retry<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        terms: &'a RetryTerms,
        error: &'a str,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>> {
        Box::pin(Store::retry(self, now, key, fence, terms, error))
    }

    fn bury<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        fence: Fence,
        maybe_sent: bool,
        error: &'a str,
    ) -> BoxFuture<'a, Result<Option<Timestamp>, FencedError>> {
        Box::pin(Store::bury(self, now, key, fence, maybe_sent, error))
    }

    fn flush<'a>(
        &'a self,
        now: Timestamp,
        key: Option<&'a K>,
        reason: CloseReason,
    ) -> BoxFuture<'a, Result<u64, StoreError>> {
        Box::pin(Store::flush(self, now, key, reason))
    }

    fn cancel<'a>(&'a self, now: Timestamp, key: &'a K) -> BoxFuture<'a, Result<Vec<BatchId>, StoreError>> {
        Box::pin(Store::cancel(self, now, key))
    }

    fn set_opted_out<'a>(
        &'a self,
        now: Timestamp,
        key: &'a K,
        opted_out: bool,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(Store::set_opted_out(self, now, key, opted_out))
    }

    fn maintain<'a>(
        &'a self,
        now: Timestamp,
        limit: NonZeroUsize,
    ) -> BoxFuture<'a, Result<Maintained, StoreError>> {
        Box::pin(Store::maintain(self, now, limit))
    }

    fn hand_back<'a>(&'a self) -> BoxFuture<'a, Result<Vec<Batch<K, M>>, StoreError>> {
        Box::pin(Store::hand_back(self))
    }

    fn counts<'a>(&'a self, now: Timestamp) -> BoxFuture<'a, Result<Counts, StoreError>> {
        Box::pin(Inspect::counts(self, now))
    }

    fn list<'a>(&'a self, filter: &'a Filter) -> BoxFuture<'a, Result<Vec<Record<K>>, StoreError>> {
        Box::pin(Inspect::list(self, filter))
    }

    fn batch<'a>(&'a self, id: BatchId) -> BoxFuture<'a, Result<Option<Whole<K, M>>, StoreError>> {
        Box::pin(Inspect::batch(self, id))
    }

    fn requeue<'a>(&'a self, now: Timestamp, id: BatchId) -> BoxFuture<'a, Result<Requeued, RequeueError>> {
        Box::pin(Inspect::requeue(self, now, id))
    }

    fn is_durable(&self) -> bool {
        Store::is_durable(self)
    }
}
