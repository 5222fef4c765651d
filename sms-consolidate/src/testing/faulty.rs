use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Semaphore;

use crate::clock::{Clock, Timestamp};
use crate::lane::{CloseReason, OptOutChange, Sender, SenderId, Transition};
use crate::message::{Batch, BatchId, Key, Message};
use crate::store::{
    AppendReport, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Store, StoreError, Whole,
};

/// A call of the store contract that a [`FaultyStore`] can fail: a method, or a [`change`](Store::change) by one kind of
/// [`Transition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the method or the transition of the same name")]
pub enum Operation {
    Append,
    NextWake,
    Claim,
    Renew,
    /// [`Transition::Record`] of a classification alone.
    Record,
    /// [`Transition::Record`] with a reply.
    BeginReply,
    Finish,
    Retry,
    Bury,
    Requeue,
    Flush,
    Cancel,
    Silence,
    FlushAll,
    SetOptedOut,
    Sender,
    OptedOut,
    Maintain,
    HandBack,
    Counts,
    List,
    Batch,
}

impl From<&Transition> for Operation {
    fn from(transition: &Transition) -> Self {
        match transition {
            Transition::Renew { .. } => Self::Renew,
            Transition::Record { reply: None, .. } => Self::Record,
            Transition::Record { reply: Some(_), .. } => Self::BeginReply,
            Transition::Finish { .. } => Self::Finish,
            Transition::Retry { .. } => Self::Retry,
            Transition::Bury { .. } => Self::Bury,
            Transition::Requeue { .. } => Self::Requeue,
            Transition::Flush { .. } => Self::Flush,
            Transition::Cancel => Self::Cancel,
            Transition::Silence => Self::Silence,
        }
    }
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

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for FaultyStore<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        self.run(Operation::Append, self.store.append(now, arrivals)).await
    }

    /// Handed back always, so that every message comes by [`append`](Store::append), which can fail.
    fn append_at_once(&self, _now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        Err(arrival)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        self.run(Operation::Claim, self.store.claim(now, limit, lease)).await
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        self.run(Operation::from(&transition), self.store.change(now, key, transition)).await
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        self.run(Operation::FlushAll, self.store.flush_all(now, reason)).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.run(Operation::NextWake, self.store.next_wake()).await
    }

    async fn changed(&self) {
        self.store.changed().await;
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.run(Operation::Maintain, self.store.maintain(now, limit)).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        self.run(Operation::SetOptedOut, self.store.set_opted_out(now, scope, change)).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.run(Operation::Sender, self.store.sender(scope)).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.run(Operation::OptedOut, self.store.opted_out(after, limit)).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.run(Operation::Counts, self.store.counts(now)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.run(Operation::List, self.store.list(filter)).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.run(Operation::Batch, self.store.batch(id)).await
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
