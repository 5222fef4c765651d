//! Wrappers pass the suite like any other store. Two stand-ins show that its longer lists can be passed: a store whose
//! content outlives its handles, and handles that hear of one another.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, OptOutChange, Sender, SenderId, Transition};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Result, Store, StoreExt, Whole,
};
use sms_consolidate::testing::{DurableFixture, SharedFixture, StoreFixture, TestKey, store_suite};
use sms_consolidate::{Batch, BatchId, Clock, MemoryStore, SmsMessage, Timestamp, async_trait};
use tokio::sync::watch;

/// Finished batches are shown for so long.
const SHOW_FINISHED_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

type Memory = MemoryStore<TestKey, SmsMessage>;

/// Hands every call on to a shared store.
struct Wrapper {
    inner: Arc<Memory>,
    is_durable: bool,
    unreadable: Arc<Mutex<BTreeSet<BatchId>>>,
    finished_before: Arc<Mutex<Timestamp>>,
    news: watch::Sender<()>,
    heard: tokio::sync::Mutex<watch::Receiver<()>>,
}

impl Wrapper {
    fn new(is_durable: bool) -> Self {
        let (news, heard) = watch::channel(());
        Self {
            inner: Arc::default(),
            is_durable,
            unreadable: Arc::default(),
            finished_before: Arc::new(Mutex::new(Timestamp::MIN)),
            news,
            heard: heard.into(),
        }
    }

    fn another(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            is_durable: self.is_durable,
            unreadable: Arc::clone(&self.unreadable),
            finished_before: Arc::clone(&self.finished_before),
            news: self.news.clone(),
            heard: self.news.subscribe().into(),
        }
    }

    fn is_shown(&self, record: &Record<TestKey>) -> bool {
        record.outcome.is_none()
            || record.ended_at >= Some(*self.finished_before.lock().expect("no case panics under the lock"))
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store<TestKey, SmsMessage> for Wrapper {
    async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<TestKey, SmsMessage>>,
    ) -> Result<AppendReport> {
        let report = self.inner.append(now, arrivals).await;
        let mut own = self.heard.lock().await;
        self.news.send_replace(());
        own.mark_unchanged();
        report
    }

    /// Handed back, because other handles are told of every message.
    fn append_at_once(
        &self,
        _now: Timestamp,
        arrival: Arrival<TestKey, SmsMessage>,
    ) -> Result<AppendedOne, Arrival<TestKey, SmsMessage>> {
        Err(arrival)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<TestKey, SmsMessage>>> {
        let claims = self.inner.claim(now, limit, lease).await?;
        let mut readable = Vec::new();
        for claim in claims {
            if self.unreadable.lock().expect("no case panics under the lock").contains(&claim.batch.id) {
                let buried = self.inner.bury(now, &claim.batch.key, claim.fence(), true, "unreadable").await;
                buried.expect("it was claimed a moment ago");
            } else {
                readable.push(claim);
            }
        }
        Ok(readable)
    }

    async fn change(
        &self,
        now: Timestamp,
        key: &TestKey,
        transition: Transition,
    ) -> Result<Changed, ChangeError> {
        self.inner.change(now, key, transition).await
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64> {
        self.inner.flush_all(now, reason).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>> {
        self.inner.next_wake().await
    }

    async fn changed(&self) {
        // Not under the lock: an append takes it too.
        let mut heard = self.heard.lock().await.clone();
        heard.changed().await.expect("the sender is kept beside the receiver");
        *self.heard.lock().await = heard;
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained> {
        if !self.is_durable {
            return self.inner.maintain(now, limit).await;
        }
        // What the store in memory does not promise, and a durable one does: finished batches go by age, and the id of
        // an unfinished batch is never forgotten.
        *self.finished_before.lock().expect("no case panics under the lock") = now - SHOW_FINISHED_FOR;
        match self.inner.counts(now).await?.messages_buffered {
            0 => self.inner.maintain(now, limit).await,
            _ => Ok(Maintained::default()),
        }
    }

    async fn set_opted_out(&self, now: Timestamp, scope: &str, change: OptOutChange) -> Result<bool> {
        self.inner.set_opted_out(now, scope, change).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender> {
        self.inner.sender(scope).await
    }

    async fn opted_out(&self, after: Option<SenderId>, limit: NonZeroUsize) -> Result<Vec<OptedOut>> {
        self.inner.opted_out(after, limit).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts> {
        let mut counts = self.inner.counts(now).await?;
        let all = self.inner.list(&Filter::newest(usize::MAX)).await?;
        counts.finished -= all.iter().filter(|record| !self.is_shown(record)).count() as u64;
        Ok(counts)
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<TestKey>>> {
        let mut records = self.inner.list(filter).await?;
        records.retain(|record| self.is_shown(record));
        Ok(records)
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<TestKey, SmsMessage>>> {
        Ok(self.inner.batch(id).await?.filter(|whole| self.is_shown(&whole.record)))
    }

    async fn hand_back(&self) -> Result<Vec<Batch<TestKey, SmsMessage>>> {
        if self.is_durable { Ok(Vec::new()) } else { self.inner.hand_back().await }
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.inner.clock()
    }

    fn is_durable(&self) -> bool {
        self.is_durable
    }
}

mod wrapped {
    use super::*;

    struct Wrapped;

    impl StoreFixture for Wrapped {
        type Store = Wrapper;

        async fn fresh(&self) -> Wrapper {
            Wrapper::new(false)
        }
    }

    store_suite!(Wrapped);
}

mod shared {
    use super::*;

    store_suite!(shared: Surviving);
}

mod durable {
    use super::*;

    store_suite!(durable: Surviving);
}

/// A stand-in for a store on disk: the content stays while its handles come and go.
struct Surviving;

impl StoreFixture for Surviving {
    type Store = Wrapper;

    async fn fresh(&self) -> Wrapper {
        Wrapper::new(true)
    }
}

impl DurableFixture for Surviving {
    async fn reopen(&self, store: Wrapper) -> Wrapper {
        store.another()
    }

    async fn corrupt(&self, store: &Wrapper, batch: BatchId) {
        store.unreadable.lock().expect("no case panics under the lock").insert(batch);
    }
}

impl SharedFixture for Surviving {
    async fn another(&self, store: &Wrapper) -> Wrapper {
        store.another()
    }
}

mod behind_a_pointer {
    use super::*;

    struct Behind;

    impl StoreFixture for Behind {
        type Store = Arc<Memory>;

        async fn fresh(&self) -> Arc<Memory> {
            Arc::default()
        }
    }

    store_suite!(Behind);
}

mod chosen_at_run_time {
    use super::*;

    struct Chosen;

    impl StoreFixture for Chosen {
        type Store = Box<dyn Store<TestKey, SmsMessage>>;

        async fn fresh(&self) -> Self::Store {
            Box::new(Memory::new())
        }
    }

    store_suite!(Chosen);
}
