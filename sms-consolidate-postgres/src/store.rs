//! [`PostgresStore`]: the contract, handed on to whoever does it.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{CloseReason, OptOutChange, Sender, SenderId, SenderIds, Transition};
use sms_consolidate::store::{
    AppendReport, Appended, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Refusal, Store, StoreError, Whole,
};
use sms_consolidate::{BatchId, Clock, Key, Message, Timestamp, async_trait};
use tokio::task::JoinSet;

use crate::builder::PostgresStoreBuilder;
use crate::claim;
use crate::clock::PostgresClock;
use crate::database::Use;
use crate::error::{ConnectError, Fault};
use crate::inspect;
use crate::senders;
use crate::shared::Shared;
use crate::steps::{Answer, Append, Change, Incoming};
use crate::text::escape;
use crate::upkeep;
use crate::writer::{GROUP_BYTES, Job, Jobs, Writers};

/// A store in a Postgres database, for any number of nodes. See the [crate](crate).
///
/// It ends when it is dropped; what was queued by then is still written.
pub struct PostgresStore<K, M> {
    shared: Arc<Shared>,
    writers: Writers,
    clock: PostgresClock,
    /// What goes on for as long as the store is open.
    _tasks: JoinSet<()>,
    of: PhantomData<fn() -> (K, M)>,
}

impl<K, M> std::fmt::Debug for PostgresStore<K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresStore")
            .field("server", &self.shared.database.server)
            .field("name", &self.shared.settings.name)
            .finish_non_exhaustive()
    }
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> PostgresStore<K, M> {
    /// Connects to the database that `url` names: `postgres://user:password@host:5432/database?sslmode=verify-full`.
    ///
    /// # Errors
    /// Why the store was not opened.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        Self::builder(url).connect().await
    }

    /// Sets what the URL does not say.
    pub fn builder(url: &str) -> PostgresStoreBuilder<K, M> {
        PostgresStoreBuilder::new(url)
    }
}

impl<K, M> PostgresStore<K, M> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        writers: Writers,
        clock: PostgresClock,
        tasks: JoinSet<()>,
    ) -> Self {
        Self { shared, writers, clock, _tasks: tasks, of: PhantomData }
    }

    /// The store's clock, which [`Store::clock`] hands to a service, with what it says of its own error.
    #[must_use]
    pub fn postgres_clock(&self) -> &PostgresClock {
        &self.clock
    }

    fn store_error(&self, fault: &Fault) -> StoreError {
        fault.to_store_error(&self.shared.database.server)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.database.run(work).await.map_err(|fault| self.store_error(&fault))
    }
}

async fn answered<T>(answer: Answer<T>) -> Result<T, StoreError> {
    answer.await.unwrap_or_else(|_| Err(StoreError::unavailable("the write was interrupted")))
}

/// The most bytes of a message as JSON, as in the SQLite store. A larger one is refused as
/// [`Unstorable`](Refusal::Unstorable): Postgres would cut the connection for it, and fail its neighbours.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// What is stored of an arrival; `None` if it cannot be.
fn incoming<K: Key, M: Message + Serialize>(
    sender_ids: &SenderIds,
    arrival: &Arrival<K, M>,
) -> Option<Incoming> {
    // The user's code: if it panics, this message cannot be stored, and others of the call can.
    let prepared = catch_unwind(AssertUnwindSafe(|| {
        let body = serde_json::to_string(&arrival.message).ok()?;
        let key = escape(&arrival.key.to_string()).into_owned();
        let id = arrival.message.id().map(|id| escape(id).into_owned());
        let sender = arrival.sender_scope().map(|scope| sender_ids.of(&scope));
        Some(Incoming { key, id, body, arrival: arrival.for_lane(), sender })
    }));
    prepared.ok()?.filter(|incoming| incoming.body.len() <= MAX_BODY_BYTES)
}

#[async_trait]
impl<K: Key, M: Message + Serialize + DeserializeOwned> Store<K, M> for PostgresStore<K, M> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let group_size = self.shared.settings.group_size;
        let mut queued: Vec<(usize, Jobs)> = Vec::new();
        // Of each writer, where in `queued` there is room for more, and how many bytes are there.
        let mut open: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut answers = Vec::with_capacity(arrivals.len());
        for arrival in &arrivals {
            let Some(incoming) = incoming(&self.shared.sender_ids, arrival) else {
                answers.push(None);
                continue;
            };
            let (append, answer) = Append::new(now, incoming);
            answers.push(Some(answer));
            let writer = self.writers.of(append.key());
            let (at, bytes) = open.entry(writer).or_insert_with(|| {
                queued.push((writer, Vec::new()));
                (queued.len() - 1, 0)
            });
            *bytes += append.bytes();
            let jobs = &mut queued[*at].1;
            jobs.push(Box::new(append));
            if jobs.len() == group_size || *bytes >= GROUP_BYTES {
                open.remove(&writer);
            }
        }
        drop(arrivals);
        self.writers.submit(queued)?;
        let mut report = AppendReport::default();
        for answer in answers {
            let one = match answer {
                Some(answer) => answered(answer).await?,
                None => Appended::Refused(Refusal::Unstorable).into(),
            };
            report.results.push(one.result);
            report.wake_at = report.wake_at.into_iter().chain(one.wake_at).min();
        }
        Ok(report)
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let shared = Arc::clone(&self.shared);
        self.run(async move {
            let mut session = shared.database.session(Use::Serve).await?;
            let rows = session.query(crate::sql::NEXT_WAKE, &[&shared.settings.name]).await?;
            Ok(rows.first().map(|row| Timestamp::from_unix_millis(row.get(0))))
        })
        .await
    }

    /// Also resolves by itself after one to two seconds, so that news that was lost only delays.
    async fn changed(&self) {
        self.shared.news.changed().await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        self.run(claim::claim(Arc::clone(&self.shared), now, limit, lease)).await
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let sender = transition.opt_out_scope(key).map(|scope| self.shared.sender_ids.of(&scope));
        let key = escape(&key.to_string()).into_owned();
        let writer = self.writers.of(&key);
        let (job, answer) = Change::new(now, key, transition, sender);
        self.writers.submit(vec![(writer, vec![Box::new(job)])])?;
        Ok(answered(answer).await??)
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        let flushed = upkeep::flush_all(&self.shared, now, reason).await;
        flushed.map_err(|fault| self.store_error(&fault))
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.run(upkeep::maintain(Arc::clone(&self.shared), now, limit)).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        let shared = Arc::clone(&self.shared);
        self.run(senders::set_opted_out(shared, now, self.shared.sender_ids.of(scope), change)).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.run(senders::sender(Arc::clone(&self.shared), self.shared.sender_ids.of(scope))).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.run(senders::opted_out(Arc::clone(&self.shared), after, limit)).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.run(inspect::counts(Arc::clone(&self.shared), now)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.run(inspect::list(Arc::clone(&self.shared), filter.clone())).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.run(inspect::batch(Arc::clone(&self.shared), id)).await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        Some(Arc::new(self.clock.clone()))
    }

    fn is_durable(&self) -> bool {
        true
    }
}
