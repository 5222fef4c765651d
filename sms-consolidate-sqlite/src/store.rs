//! The store: from the contract's methods to operations on the two threads.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{CloseReason, OptOutChange, Sender, SenderId, SenderIds, Transition};
use sms_consolidate::store::{
    AppendReport, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut, Record, Store,
    StoreError, Whole,
};
use sms_consolidate::{BatchId, Key, Message, Timestamp, async_trait};

use crate::append::Prepared;
use crate::log::{Lengths, Mover};
use crate::maintain::Retention;
use crate::open::{self, Lock, OpenError};
use crate::tx::{Text, Tx};
use crate::worker::{Limits, Session, Wake, Worker};
use crate::{append, change, claim, inspect, maintain, senders};

/// Keeps lanes, messages and the record of every batch in one SQLite file.
///
/// Dropping it finishes what is queued, closes the file and gives it free, which waits for the disk. See the
/// [crate](crate) for what it promises, and [`schema`](crate::schema) for what is in the file.
pub struct SqliteStore<K, M> {
    // Before the writer, so that the writer's connection is the last one, and cleans up.
    reader: Worker,
    writer: Worker,
    wake: Arc<Wake>,
    senders: SenderIds,
    retention: Retention,
    path: Arc<Path>,
    name: String,
    /// After both, so that the file is free only once it is closed.
    _lock: Lock,
    of: PhantomData<fn() -> (K, M)>,
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> SqliteStore<K, M> {
    /// Opens a file with the default settings; makes it if there is none. It reads the file, so call it at the start,
    /// not while serving.
    ///
    /// # Errors
    /// Why the file was not opened.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::builder(path).open()
    }
}

impl<K, M> SqliteStore<K, M> {
    /// Settings for a file to open.
    pub fn builder(path: impl AsRef<Path>) -> SqliteStoreBuilder<K, M> {
        SqliteStoreBuilder {
            path: path.as_ref().to_owned(),
            name: "default".to_owned(),
            keep_finished_for: Duration::from_secs(30 * 24 * 60 * 60),
            keep_ids_for: Duration::from_secs(48 * 60 * 60),
            group_size: NonZeroUsize::new(256).expect("256 is not 0"),
            queue_length: NonZeroUsize::new(16_384).expect("16,384 is not 0"),
            queue_bytes: NonZeroUsize::new(64 << 20).expect("64 MiB are not 0"),
            max_pages: None,
            on_step: None,
            of: PhantomData,
        }
    }

    /// The file, as an absolute path without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<K, M> fmt::Debug for SqliteStore<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("path", &self.path)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`SqliteStore`].
#[derive(Clone, Debug)]
#[must_use = "settings do nothing until the store is opened"]
pub struct SqliteStoreBuilder<K, M> {
    path: PathBuf,
    name: String,
    keep_finished_for: Duration,
    keep_ids_for: Duration,
    group_size: NonZeroUsize,
    queue_length: NonZeroUsize,
    queue_bytes: NonZeroUsize,
    max_pages: Option<u32>,
    on_step: Option<fn(&'static str)>,
    of: PhantomData<fn() -> (K, M)>,
}

impl<K, M> SqliteStoreBuilder<K, M> {
    /// The name under which the store is opened: what was stored under another is out of sight. One process has a file
    /// open once, so this is for a copy or a change of tenants, not for two at a time. Default `default`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// How long finished batches are kept with their messages, and at least as long as the ids. Default 30 days.
    pub fn keep_finished_for(mut self, time: Duration) -> Self {
        self.keep_finished_for = time;
        self
    }

    /// How long the ids of a batch's messages are known after it has finished. Those of an unfinished or dead batch are
    /// known in any case. Default 48 hours.
    pub fn keep_ids_for(mut self, time: Duration) -> Self {
        self.keep_ids_for = time;
        self
    }

    /// How many operations share a commit at most. Default 256.
    pub fn group_size(mut self, operations: NonZeroUsize) -> Self {
        self.group_size = operations;
        self
    }

    /// How many operations may wait. Beyond that the store says at once that it is unavailable. Default 16,384.
    pub fn queue_length(mut self, operations: NonZeroUsize) -> Self {
        self.queue_length = operations;
        self
    }

    /// How many bytes of messages may wait. Beyond that the store says at once that it is unavailable; a single append
    /// of more is taken if nothing else waits. Default 64 MiB.
    pub fn queue_bytes(mut self, bytes: NonZeroUsize) -> Self {
        self.queue_bytes = bytes;
        self
    }

    /// For tests only: how large the file may become, in pages of 4 KiB. Then the store is as on a full disk. It is no
    /// setting for services, because ending and forgetting batches needs room too.
    #[doc(hidden)]
    pub fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = Some(pages);
        self
    }

    /// For crash tests only: called on the thread that writes, for each transaction that takes messages in, with
    /// `appended` before its commit, and with `committed` after that and before anybody is answered.
    #[doc(hidden)]
    pub fn on_step(mut self, step: fn(&'static str)) -> Self {
        self.on_step = Some(step);
        self
    }
}

impl<K: Key, M: Message + Serialize + DeserializeOwned> SqliteStoreBuilder<K, M> {
    /// Opens the file; makes it if there is none.
    ///
    /// # Errors
    /// Why the file was not opened.
    pub fn open(self) -> Result<SqliteStore<K, M>, OpenError> {
        let opened = open::open(&self.path, &self.name, self.max_pages)?;
        let path: Arc<Path> = opened.path.into();
        let wake = Arc::new(Wake::new());
        let failed = |error: io::Error| OpenError::Failed { path: path.to_path_buf(), source: error.into() };
        let mover = Mover::start(opened.mover, Lengths::USUAL).map_err(failed)?;
        let session = |connection, mover, files, writes| Session {
            mover,
            connection,
            files,
            path: Arc::clone(&path),
            store: self.name.clone(),
            writes,
            wake: Arc::clone(&wake),
            on_step: self.on_step.filter(|_| writes),
        };
        let limits =
            |group| Limits { group, waiting: self.queue_length.get(), waiting_bytes: self.queue_bytes.get() };
        let session_of_writer = session(opened.writer, Some(mover), Some(opened.files), true);
        let writer = Worker::start("sqlite-writer", session_of_writer, limits(self.group_size.get()));
        let reader = Worker::start("sqlite-reader", session(opened.reader, None, None, false), limits(1));
        let (writer, reader) = (writer.map_err(failed)?, reader.map_err(failed)?);
        Ok(SqliteStore {
            reader,
            writer,
            wake,
            senders: SenderIds::new(&opened.secret),
            retention: Retention { finished: self.keep_finished_for, ids: self.keep_ids_for },
            path,
            name: self.name,
            _lock: opened.lock,
            of: PhantomData,
        })
    }
}

#[async_trait]
impl<K: Key, M: Message + Serialize + DeserializeOwned> Store<K, M> for SqliteStore<K, M> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        if arrivals.is_empty() {
            return Ok(AppendReport::default());
        }
        let arrivals: Vec<Prepared> =
            arrivals.iter().map(|arrival| Prepared::new(arrival, &self.senders)).collect();
        let bytes = arrivals.iter().map(Prepared::bytes).sum();
        self.writer.run_with(bytes, move |tx| append::append(tx, now, &arrivals)).await
    }

    /// As it was last committed: what is not yet acknowledged is announced by its own answer.
    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.wake.get())
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        self.writer.run(move |tx| claim::claim(tx, now, limit.get(), lease)).await
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let sender = transition.opt_out_scope(key).map(|scope| self.senders.of(&scope));
        let key = key.to_string();
        let work = move |tx: &mut Tx<'_>| change::change(tx, now, &key, sender, transition.clone());
        Ok(self.writer.run(work).await??)
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        let (mut flushed, mut after) = (0, None::<Text>);
        loop {
            let from = after.take();
            let (some, last) =
                self.writer.run(move |tx| change::flush_some(tx, now, from.as_ref(), reason)).await?;
            flushed += some;
            after = last;
            if after.is_none() {
                return Ok(flushed);
            }
        }
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        let sender = self.senders.of(scope);
        self.writer.run(move |tx| senders::change(tx, now, sender, &change)).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        let sender = self.senders.of(scope);
        self.reader.run(move |tx| senders::read(tx, sender)).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.reader.run(move |tx| senders::opted_out(tx, after, limit.get())).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        let retention = self.retention;
        let mut total = Maintained::default();
        let mut left = limit.get();
        // In slices, between which others write.
        while left > 0 {
            let slice = left.min(maintain::MAINTAINED_AT_ONCE);
            let done = self.writer.run(move |tx| maintain::maintain(tx, now, slice, retention)).await?;
            total.batches_pruned += done.batches_pruned;
            total.ids_pruned += done.ids_pruned;
            total.lanes_pruned += done.lanes_pruned;
            total.senders_pruned += done.senders_pruned;
            total.more = done.more;
            left = if done.more { left - slice } else { 0 };
        }
        Ok(total)
    }

    fn is_durable(&self) -> bool {
        true
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.reader.run(move |tx| inspect::counts(tx, now)).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        let filter = filter.clone();
        self.reader.run(move |tx| inspect::list(tx, &filter)).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.reader.run(move |tx| inspect::batch(tx, id)).await
    }
}
