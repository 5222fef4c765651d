//! [`PostgresStore`]: the contract, handed on to whoever does it.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{
    Buried, CloseReason, Fence, Lane, LossReason, ReplyRefusal, ReplyTerms, RetryTerms,
};
use sms_consolidate::store::{
    AppendReport, Appended, AppendedOne, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter,
    Finish, Inspect, Maintained, NoReply, Outcome, Record, Refusal, RequeueError, Requeued, Store,
    StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, Classification, Clock, Key, Message, Timestamp};
use tokio::task::JoinSet;

use crate::builder::PostgresStoreBuilder;
use crate::claim;
use crate::clock::PostgresClock;
use crate::database::Use;
use crate::error::{ConnectError, Fault};
use crate::inspect;
use crate::shared::Shared;
use crate::steps::{self, Answer, Append, Transition};
use crate::text::{escape, json};
use crate::upkeep;
use crate::writer::{GROUP_BYTES, Job, Jobs, Step, Writers};

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

    /// Has `change` done to the lane of `key`, by its writer. `change` is called anew if its transaction was not
    /// committed.
    async fn change<T: Send + 'static>(
        &self,
        key: &impl Key,
        change: impl FnMut(Step<'_>) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let key = escape(&key.to_string()).into_owned();
        let writer = self.writers.of(&key);
        let (job, answer) = Transition::new(key, change);
        self.writers.submit(vec![(writer, vec![Box::new(job)])])?;
        answered(answer).await
    }

    /// The same for what a claim may refuse.
    async fn fenced<T: Send + 'static>(
        &self,
        key: &impl Key,
        change: impl FnMut(Step<'_>) -> Result<T, LossReason> + Send + 'static,
    ) -> Result<T, FencedError> {
        Ok(self.change(key, change).await??)
    }
}

async fn answered<T>(answer: Answer<T>) -> Result<T, StoreError> {
    answer.await.unwrap_or_else(|_| Err(StoreError::unavailable("the write was interrupted")))
}

/// The most bytes of a message as JSON, as in the SQLite store. A larger one is refused as
/// [`Unstorable`](Refusal::Unstorable): Postgres would cut the connection for it, and fail its neighbours.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// What is stored of an arrival; `None` if it cannot be.
fn append_of<K: Key, M: Message + Serialize>(
    now: Timestamp,
    arrival: &Arrival<K, M>,
) -> Option<(Append, Answer<AppendedOne>)> {
    // The user's code: if it panics, this message cannot be stored, and others of the call can.
    let prepared = catch_unwind(AssertUnwindSafe(|| {
        let body = serde_json::to_string(&arrival.message).ok()?;
        let key = escape(&arrival.key.to_string()).into_owned();
        let id = arrival.message.id().map(|id| escape(id).into_owned());
        Some((key, id, body, arrival.for_lane()))
    }));
    let (key, id, body, for_lane) = prepared.ok()??;
    (body.len() <= MAX_BODY_BYTES).then(|| Append::new(now, key, id, body, for_lane))
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> Store<K, M> for PostgresStore<K, M> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let group_size = self.shared.settings.group_size;
        let mut queued: Vec<(usize, Jobs)> = Vec::new();
        // Of each writer, where in `queued` there is room for more, and how many bytes are there.
        let mut open: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut answers = Vec::with_capacity(arrivals.len());
        for arrival in &arrivals {
            let Some((append, answer)) = append_of(now, arrival) else {
                answers.push(None);
                continue;
            };
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

    async fn renew(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        self.fenced(key, move |step| {
            let now = step.locked.clamp(now);
            step.locked.lane.renew(now, fence, lease)
        })
        .await
    }

    async fn checkpoint(
        &self,
        _now: Timestamp,
        key: &K,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        let classification = json(classification);
        self.fenced(key, move |step| {
            step.locked.lane.checkpoint(fence)?;
            step.changes.change(fence.batch).set_classification(Some(classification.clone()));
            Ok(())
        })
        .await
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        let (text, terms) = (text.to_owned(), *terms);
        let begun = self.change(key, move |step| -> Result<(), ReplyRefusal> {
            let now = step.locked.clamp(now);
            step.locked.lane.begin_reply(now, fence, &terms)?;
            step.changes.change(fence.batch).begin_reply(&text);
            Ok(())
        });
        Ok(begun.await??)
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        let finish = finish.clone();
        self.fenced(key, move |step| {
            let now = step.locked.clamp(now);
            let facts = step.locked.lane.finish(fence)?;
            let (outcome, error) = (finish.outcome.clone(), finish.error.as_deref());
            steps::finish(step.changes, step.key, now, facts, outcome, error);
            Ok(step.locked.lane.wake_at())
        })
        .await
    }

    async fn retry(
        &self,
        _now: Timestamp,
        key: &K,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        let (terms, error) = (*terms, error.to_owned());
        self.fenced(key, move |step| {
            step.locked.lane.retry(fence, &terms)?;
            let change = step.changes.change(fence.batch);
            change.set_error(Some(&error));
            if !terms.maybe_sent {
                change.drop_reply();
            }
            Ok(step.locked.lane.wake_at())
        })
        .await
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &K,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        let error = error.to_owned();
        self.fenced(key, move |step| {
            let now = step.locked.clamp(now);
            match step.locked.lane.bury(fence, maybe_sent)? {
                Buried::Dead(facts) => steps::bury(step.changes, step.key, now, facts, &error),
                Buried::ReplyUnknown(facts) => {
                    steps::finish(step.changes, step.key, now, facts, Outcome::ReplyUnknown, Some(&error));
                }
            }
            Ok(step.locked.lane.wake_at())
        })
        .await
    }

    async fn flush(&self, now: Timestamp, key: Option<&K>, reason: CloseReason) -> Result<u64, StoreError> {
        let Some(key) = key else {
            let flushed = upkeep::flush_all(&self.shared, now, reason).await;
            return flushed.map_err(|fault| self.store_error(&fault));
        };
        self.change(key, move |step| {
            let now = step.locked.clamp(now);
            step.locked.lane.flush(now, reason) as u64
        })
        .await
    }

    async fn cancel(&self, now: Timestamp, key: &K) -> Result<Vec<BatchId>, StoreError> {
        self.change(key, move |step| {
            let now = step.locked.clamp(now);
            let cancelled = step.locked.lane.cancel();
            let ids = cancelled.iter().map(|facts| facts.id).collect();
            for facts in cancelled {
                steps::finish(step.changes, step.key, now, facts, Outcome::NoReply(NoReply::Cancelled), None);
            }
            ids
        })
        .await
    }

    async fn set_opted_out(&self, now: Timestamp, key: &K, opted_out: bool) -> Result<bool, StoreError> {
        self.change(key, move |step| {
            let now = step.locked.clamp(now);
            let lane: &mut Lane = &mut step.locked.lane;
            if opted_out { lane.opt_out(now) } else { lane.opt_in() }
        })
        .await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.run(upkeep::maintain(Arc::clone(&self.shared), now, limit)).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        Ok(Vec::new())
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        Some(Arc::new(self.clock.clone()))
    }

    fn is_durable(&self) -> bool {
        true
    }
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> Inspect<K, M> for PostgresStore<K, M> {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.run(inspect::counts(Arc::clone(&self.shared), now)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.run(inspect::list(Arc::clone(&self.shared), filter.clone())).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.run(inspect::batch(Arc::clone(&self.shared), id)).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        self.run(upkeep::requeue(Arc::clone(&self.shared), now, id)).await?
    }
}
