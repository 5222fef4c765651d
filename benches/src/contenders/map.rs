use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use sms_consolidate::{Conversation, SmsMessage};

use super::Contender;

/// As many as the library's store has.
const SHARDS: usize = 64;

/// On cache lines of its own, so that threads which use different shards do not slow each other down.
#[repr(align(128))]
#[derive(Debug, Default)]
struct Shard(Mutex<HashTable<(Conversation, Vec<SmsMessage>)>>);

/// The limit: a sharded hash map from sender to messages, hashed once. No windows, nothing else.
#[derive(Clone, Debug)]
pub struct ShardedMap {
    shards: Arc<[Shard]>,
    hasher: DefaultHashBuilder,
}

impl ShardedMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Self { shards, hasher: DefaultHashBuilder::default() }
    }

    /// Adds a message to those of `key`. Returns whether it is the first.
    pub fn upsert(&self, key: Conversation, message: SmsMessage) -> bool {
        let hash = self.hasher.hash_one(&key);
        let mut shard = self.shard(hash).lock().unwrap_or_else(PoisonError::into_inner);
        match shard.entry(hash, |(known, _)| *known == key, |(known, _)| self.hasher.hash_one(known)) {
            Entry::Occupied(mut entry) => {
                entry.get_mut().1.push(message);
                false
            }
            Entry::Vacant(entry) => {
                entry.insert((key, vec![message]));
                true
            }
        }
    }

    /// Takes the messages of `key` out.
    #[must_use]
    pub fn remove(&self, key: &Conversation) -> Option<Vec<SmsMessage>> {
        let hash = self.hasher.hash_one(key);
        let mut shard = self.shard(hash).lock().unwrap_or_else(PoisonError::into_inner);
        let found = shard.find_entry(hash, |(known, _)| known == key).ok()?;
        Some(found.remove().0.1)
    }

    fn shard(&self, hash: u64) -> &Mutex<HashTable<(Conversation, Vec<SmsMessage>)>> {
        &self.shards[(hash >> 32) as usize % SHARDS].0
    }
}

impl Default for ShardedMap {
    fn default() -> Self {
        Self::new()
    }
}

impl Contender for ShardedMap {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        self.upsert(key, message);
    }
}
