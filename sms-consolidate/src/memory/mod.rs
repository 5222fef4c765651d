//! The in-memory store: fast, bounded, and gone with the process.
//!
//! ```
//! use sms_consolidate::{Conversation, MemoryStore, SmsMessage};
//!
//! let store = MemoryStore::<Conversation, SmsMessage>::builder().max_keys(10_000).max_messages(100_000).build();
//! # drop(store);
//! ```

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hashbrown::DefaultHashBuilder;

mod arena;
mod entry;
mod ids;
mod messages;
mod room;
mod senders;
mod shard;
mod wakes;

use crate::clock::Timestamp;
use crate::lane::{CloseReason, OptOutChange, Sender, SenderId, Transition};
use crate::message::{Batch, BatchId, BatchIds, Key, Message};
use crate::store::{
    AppendReport, Appended, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, IDS_KEPT_FOR,
    Maintained, OptedOut, Record, Store, StoreError, Whole,
};
use crate::striped::Padded;
use ids::Ids;
use room::{Limit, Room};
use senders::Senders;
use shard::{Parts, Shard};

/// A power of two, so that a shard is picked by a mask. Enough that a handful of cores seldom meet at one lock.
const SHARDS: usize = 64;

/// How many due lanes are taken from one shard before the next one has its turn.
const CLAIM_SLICE: usize = 16;

/// Decides a key's shard, and its place there.
#[derive(Clone)]
enum Hasher {
    Random(DefaultHashBuilder),
    /// By a seed, because the order in which shards are visited shows in what is claimed first.
    Repeatable(u64),
}

impl Hasher {
    fn hash_one(&self, key: &impl Key) -> u64 {
        match self {
            Self::Random(hasher) => hasher.hash_one(key),
            Self::Repeatable(seed) => BuildHasherDefault::<DefaultHasher>::new().hash_one((seed, key)),
        }
    }
}

type PaddedShard<K, M> = Padded<Mutex<Shard<K, M>>>;

/// Keeps everything in memory. What is unfinished is lost with the process, so
/// [`Consolidator::shutdown`](crate::Consolidator::shutdown) handles it or hands it back.
pub struct MemoryStore<K, M> {
    shards: Box<[PaddedShard<K, M>]>,
    hasher: Hasher,
    senders: Senders,
    /// The shard at which the next claim starts, so that none is always last.
    next_shard: AtomicUsize,
}

impl<K: Key, M: Message> MemoryStore<K, M> {
    /// A store with the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets limits.
    #[must_use]
    pub fn builder() -> MemoryStoreBuilder<K, M> {
        MemoryStoreBuilder::default()
    }

    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<K, M>> {
        self.lock(shard_of(hash))
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard<K, M>> {
        // A panic under the lock is a broken invariant of one lane; the other lanes are whole.
        self.shards[shard].0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn append_one(&self, now: Timestamp, arrival: Arrival<K, M>) -> AppendedOne {
        let hash = self.hasher.hash_one(&arrival.key);
        let mut shard = self.shard(hash);
        let known = shard.find(hash, &arrival.key);
        shard.append(known, now, hash, arrival, &self.senders)
    }

    /// Applies `change` to every shard in turn, one lock at a time.
    fn for_each(&self, mut change: impl FnMut(&mut Shard<K, M>)) {
        (0..SHARDS).for_each(|shard| change(&mut self.lock(shard)));
    }
}

/// The upper bits: the hash table inside the shard uses the lower ones and the top seven.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

impl<K: Key, M: Message> Default for MemoryStore<K, M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, M> std::fmt::Debug for MemoryStore<K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// Limits of a [`MemoryStore`].
#[derive(Clone, Debug)]
pub struct MemoryStoreBuilder<K, M> {
    max_keys: usize,
    max_messages: usize,
    max_opt_outs: usize,
    max_ids: usize,
    keep_ids_for: Duration,
    keep_finished: usize,
    seed: Option<u64>,
    of: PhantomData<fn() -> (K, M)>,
}

impl<K, M> Default for MemoryStoreBuilder<K, M> {
    fn default() -> Self {
        Self {
            max_keys: 1_000_000,
            max_messages: 2_000_000,
            max_opt_outs: 1_000_000,
            max_ids: 4_000_000,
            keep_ids_for: IDS_KEPT_FOR,
            keep_finished: 1_024,
            seed: None,
            of: PhantomData,
        }
    }
}

impl<K: Key, M: Message> MemoryStoreBuilder<K, M> {
    /// The most keys, idle ones that are still remembered included, and those with a dead batch. Of a limit over 6,400 up to one part in a hundred may be out of reach: keys are
    /// spread over 64 parts, which take their share ahead. Default 1,000,000.
    #[must_use]
    pub fn max_keys(mut self, limit: usize) -> Self {
        self.max_keys = limit;
        self
    }

    /// The most messages in unfinished and dead batches, as exactly as [`max_keys`](Self::max_keys). Default 2,000,000.
    #[must_use]
    pub fn max_messages(mut self, limit: usize) -> Self {
        self.max_messages = limit;
        self
    }

    /// The most senders of whom is known that they opted out, or in within the last eight days. Beside the other limits: a STOP is taken in also where there is no more room for
    /// keys or messages, as long as there is room here. A gateway's or an operator's word is recorded beyond it. Default
    /// 1,000,000.
    #[must_use]
    pub fn max_opt_outs(mut self, limit: usize) -> Self {
        self.max_opt_outs = limit;
        self
    }

    /// About the most ids that are remembered, in about 15 bytes each. Keys are spread over 64 parts, each with its share
    /// of this. Beyond that the older half is forgotten before its time, which an event reports. Default 4,000,000.
    #[must_use]
    pub fn max_ids(mut self, limit: usize) -> Self {
        self.max_ids = limit;
        self
    }

    /// How long an id is remembered at least, if there is room. Default 48 hours.
    #[must_use]
    pub fn keep_ids_for(mut self, time: Duration) -> Self {
        self.keep_ids_for = time;
        self
    }

    /// About how many records of finished batches are kept for inspection, without their messages. Default 1,024.
    #[must_use]
    pub fn keep_finished(mut self, count: usize) -> Self {
        self.keep_finished = count;
        self
    }

    /// Makes batch ids and the order of claims repeatable, for tests. Do not use it where strangers choose the keys.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The store.
    #[must_use]
    pub fn build(&self) -> MemoryStore<K, M> {
        let limit = |limit| Arc::new(Limit::new(limit));
        let (keys, messages) = (limit(self.max_keys), limit(self.max_messages));
        let id_secret = RandomState::new();
        let hasher = match self.seed {
            Some(seed) => Hasher::Repeatable(seed),
            None => Hasher::Random(DefaultHashBuilder::default()),
        };
        let shard = |number: usize| {
            let parts = Parts {
                hasher: hasher.clone(),
                ids: Ids::new(id_secret.clone(), self.keep_ids_for, self.max_ids.div_ceil(SHARDS)),
                batch_ids: match self.seed {
                    Some(seed) => BatchIds::with_seed(seed.wrapping_add(number as u64)),
                    None => BatchIds::new(),
                },
                keep_finished: self.keep_finished.div_ceil(SHARDS),
                room_for_keys: Room::new(&keys),
                room_for_messages: Room::new(&messages),
            };
            Padded(Mutex::new(Shard::new(parts)))
        };
        let senders = Senders::new(self.max_opt_outs);
        let shards = (0..SHARDS).map(shard).collect();
        MemoryStore { shards, hasher, senders, next_shard: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl<K: Key, M: Message> Store<K, M> for MemoryStore<K, M> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let hashes: Vec<u64> = arrivals.iter().map(|arrival| self.hasher.hash_one(&arrival.key)).collect();
        let shard_at = |position: &usize| shard_of(hashes[*position]);
        // Those of one shard next to one another, in their order, so that each lock is taken once.
        let mut order: Vec<usize> = (0..hashes.len()).collect();
        order.sort_by_key(shard_at);
        let mut arrivals: Vec<Option<Arrival<K, M>>> = arrivals.into_iter().map(Some).collect();
        let mut report =
            AppendReport { results: vec![Appended::Duplicate; arrivals.len()], ..AppendReport::default() };
        let mut known = Vec::new();
        for run in order.chunk_by(|one, other| shard_at(one) == shard_at(other)) {
            let mut shard = self.lock(shard_at(&run[0]));
            // All are looked up before the first is appended: the processor then waits for several places in memory
            // at once, and that wait is most of what an append costs.
            let find = |position: &usize| shard.find(hashes[*position], &arrivals[*position].as_ref()?.key);
            known.extend(run.iter().map(find));
            for (position, known) in run.iter().zip(known.drain(..)) {
                let arrival = arrivals[*position].take().expect("each arrival is taken once");
                // One before it may have brought its key in.
                let known = known.or_else(|| shard.find(hashes[*position], &arrival.key));
                let one = shard.append(known, now, hashes[*position], arrival, &self.senders);
                report.results[*position] = one.result;
                report.wake_at = report.wake_at.into_iter().chain(one.wake_at).min();
                report.ids_forgotten += one.ids_forgotten;
            }
        }
        Ok(report)
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        Ok(self.append_one(now, arrival))
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut earliest = None;
        self.for_each(|shard| earliest = earliest.into_iter().chain(shard.next_wake()).min());
        Ok(earliest)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        let limit = limit.get();
        let mut claims = Vec::new();
        let start = self.next_shard.fetch_add(1, Ordering::Relaxed);
        let mut due: Vec<usize> = (0..SHARDS).map(|offset| start.wrapping_add(offset) % SHARDS).collect();
        while !due.is_empty() && claims.len() < limit {
            due.retain(|shard| {
                let slice = CLAIM_SLICE.min(limit - claims.len());
                slice > 0 && self.lock(*shard).claim(now, slice, lease, &mut claims)
            });
        }
        Ok(claims)
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let hash = self.hasher.hash_one(key);
        Ok(self.shard(hash).change(now, (hash, key), transition, &self.senders)?)
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        let mut flushed = 0;
        self.for_each(|shard| flushed += shard.flush_all(now, reason));
        Ok(flushed)
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        let mut maintained = Maintained::default();
        let per_shard = limit.get().div_ceil(SHARDS);
        self.for_each(|shard| shard.maintain(now, per_shard, &mut maintained));
        let (pruned, more) = self.senders.prune(now, limit.get());
        maintained.senders_pruned = pruned;
        maintained.more |= more;
        Ok(maintained)
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        Ok(self.senders.change(now, scope, &change))
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        Ok(self.senders.hold(scope).record())
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        Ok(self.senders.opted_out(after, limit.get()))
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        let mut batches = Vec::new();
        self.for_each(|shard| shard.hand_back(&mut batches));
        // Not by id: batches of one key that opened in the same millisecond stay in the order of their line.
        batches.sort_by_key(|batch| batch.opened_at);
        Ok(batches)
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        self.for_each(|shard| shard.count(now, &mut counts));
        counts.opted_out = self.senders.count_opted_out();
        Ok(counts)
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        let mut newest = Vec::new();
        self.for_each(|shard| {
            let so_far = std::mem::take(&mut newest);
            newest = filter.select(so_far.into_iter().chain(shard.records()));
        });
        Ok(newest)
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        Ok((0..SHARDS).find_map(|shard| self.lock(shard).batch(id)))
    }

    fn is_durable(&self) -> bool {
        false
    }
}
