use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::classify::Classification;
use crate::clock::{Clock, Timestamp};
use crate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use crate::message::{Batch, BatchId, Key, Message};
use crate::store::{
    AppendReport, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect, Maintained,
    Record, RequeueError, Requeued, Store, StoreError, Whole,
};

/// A method of the store contract that a [`FaultyStore`] can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the method of the same name")]
pub enum Operation {
    Append,
    NextWake,
    Claim,
    Renew,
    Checkpoint,
    BeginReply,
    Finish,
    Retry,
    Bury,
    Flush,
    Cancel,
    SetOptedOut,
    Maintain,
    HandBack,
    Counts,
    List,
    Batch,
    Requeue,
}

/// What happens to one call of a [`FaultyStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// It answers [`StoreError::Unavailable`] and has done nothing.
    Before,
    /// It does its work, and answers [`StoreError::Unavailable`] all the same: the answer was lost on the way.
    After,
    /// It does nothing until [`FaultyStore::let_go`], and then its work.
    HeldBefore,
    /// It does its work, and answers only after [`FaultyStore::let_go`].
    HeldAfter,
}

/// A store in front of another one, which fails when it is told to. Clones share the store and the faults.
///
/// ```
/// use sms_consolidate::MemoryStore;
/// use sms_consolidate::testing::{Fault, FaultyStore, Operation};
///
/// let store = FaultyStore::new(MemoryStore::<String, String>::new());
/// store.fail(Operation::Append, Fault::Before, 2); // the next two pushes find it unavailable
/// ```
pub struct FaultyStore<S> {
    store: Arc<S>,
    faults: Arc<Mutex<BTreeMap<Operation, VecDeque<Fault>>>>,
    gate: Arc<Semaphore>,
}

impl<S> Clone for FaultyStore<S> {
    fn clone(&self) -> Self {
        let Self { store, faults, gate } = self;
        Self { store: Arc::clone(store), faults: Arc::clone(faults), gate: Arc::clone(gate) }
    }
}

impl<S> std::fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultyStore").field("faults", &self.faults).finish_non_exhaustive()
    }
}

impl<S> FaultyStore<S> {
    /// Passes everything on to `store` until it is told otherwise.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self { store: Arc::new(store), faults: Arc::default(), gate: Arc::new(Semaphore::new(0)) }
    }

    /// Has the next `times` calls of `operation` go wrong, after those that were told to before.
    pub fn fail(&self, operation: Operation, fault: Fault, times: usize) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.entry(operation).or_default().extend(std::iter::repeat_n(fault, times));
    }

    /// Forgets the faults of `operation` that have not happened yet: the store is well again. Returns how many.
    pub fn heal(&self, operation: Operation) -> usize {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.remove(&operation).map_or(0, |left| left.len())
    }

    /// Lets one held call go on: the one that has been held longest, or the next one if there is none.
    pub fn let_go(&self) {
        self.gate.add_permits(1);
    }

    fn next_fault(&self, operation: Operation) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.get_mut(&operation)?.pop_front()
    }

    async fn held(&self) {
        self.gate.acquire().await.expect("the gate is never closed").forget();
    }

    async fn run<T, E: From<StoreError>>(
        &self,
        operation: Operation,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        match self.next_fault(operation) {
            None => call.await,
            Some(Fault::Before) => Err(unavailable().into()),
            Some(Fault::After) => {
                call.await?;
                Err(unavailable().into())
            }
            Some(Fault::HeldBefore) => {
                self.held().await;
                call.await
            }
            Some(Fault::HeldAfter) => {
                let answer = call.await;
                self.held().await;
                answer
            }
        }
    }
}

fn unavailable() -> StoreError {
    StoreError::unavailable("scripted failure")
}

impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for FaultyStore<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        self.run(Operation::Append, self.store.append(now, arrivals)).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.run(Operation::NextWake, self.store.next_wake()).await
    }

    async fn changed(&self) {
        self.store.changed().await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        self.run(Operation::Claim, self.store.claim(now, limit, lease)).await
    }

    async fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        self.run(Operation::Renew, self.store.renew(now, key, fence, lease)).await
    }

    async fn checkpoint(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        self.run(Operation::Checkpoint, self.store.checkpoint(now, key, fence, classification)).await
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        self.run(Operation::BeginReply, self.store.begin_reply(now, key, fence, text, terms)).await
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.run(Operation::Finish, self.store.finish(now, key, fence, finish)).await
    }

    async fn retry(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.run(Operation::Retry, self.store.retry(now, key, fence, terms, error)).await
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.run(Operation::Bury, self.store.bury(now, key, fence, maybe_sent, error)).await
    }

    async fn flush(&self, now: Timestamp, key: Option<&K>, reason: CloseReason) -> Result<u64, StoreError> {
        self.run(Operation::Flush, self.store.flush(now, key, reason)).await
    }

    async fn cancel(&self, now: Timestamp, key: &K) -> Result<Vec<BatchId>, StoreError> {
        self.run(Operation::Cancel, self.store.cancel(now, key)).await
    }

    async fn set_opted_out(&self, now: Timestamp, key: &K, opted_out: bool) -> Result<bool, StoreError> {
        self.run(Operation::SetOptedOut, self.store.set_opted_out(now, key, opted_out)).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.run(Operation::Maintain, self.store.maintain(now, limit)).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        self.run(Operation::HandBack, self.store.hand_back()).await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.store.clock()
    }

    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }
}

impl<K: Key, M: Message, S: Inspect<K, M>> Inspect<K, M> for FaultyStore<S> {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.run(Operation::Counts, self.store.counts(now)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.run(Operation::List, self.store.list(filter)).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.run(Operation::Batch, self.store.batch(id)).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        self.run(Operation::Requeue, self.store.requeue(now, id)).await
    }
}
