//! The ids that were seen, as two generations of 64-bit hashes: about 15 bytes each.

use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

use hashbrown::HashTable;

use crate::clock::Timestamp;

/// Remembers ids for at least a given time, or until there are too many.
///
/// Ids are kept as hashes under a secret of this process. Two of 10 million ids collide with a chance of about one in
/// 400,000; such a message would wrongly count as a duplicate. Nobody outside can provoke that without the secret.
pub(super) struct Ids {
    secret: RandomState,
    keep_for: Duration,
    per_generation: usize,
    young: HashTable<u64>,
    old: HashTable<u64>,
    young_since: Timestamp,
}

impl Ids {
    pub(super) fn new(secret: RandomState, keep_for: Duration, capacity: usize) -> Self {
        let per_generation = (capacity / 2).max(1);
        let (young, old) = (HashTable::new(), HashTable::new());
        Self { secret, keep_for, per_generation, young, old, young_since: Timestamp::MIN }
    }

    pub(super) fn hash(&self, key: &impl Hash, id: &str) -> u64 {
        self.secret.hash_one((key, id))
    }

    pub(super) fn contains(&self, hash: u64) -> bool {
        let is = |known: &u64| *known == hash;
        self.young.find(hash, is).is_some() || self.old.find(hash, is).is_some()
    }

    /// Remembers a new id. Returns how many were forgotten before their time to make room.
    pub(super) fn insert(&mut self, now: Timestamp, hash: u64) -> u64 {
        // What goes because its time is over is not forgotten early.
        self.expire(now);
        let forgotten = if self.young.len() >= self.per_generation { self.rotate(now) } else { 0 };
        if self.young.is_empty() && self.old.is_empty() {
            self.young_since = now;
        }
        self.young.insert_unique(hash, hash, |known| *known);
        forgotten
    }

    /// Forgets the older generation if the time of all its ids is over. Returns how many.
    pub(super) fn expire(&mut self, now: Timestamp) -> u64 {
        let is_over = now.since(self.young_since) >= self.keep_for;
        if is_over && !(self.young.is_empty() && self.old.is_empty()) { self.rotate(now) } else { 0 }
    }

    fn rotate(&mut self, now: Timestamp) -> u64 {
        let forgotten = std::mem::replace(&mut self.old, std::mem::take(&mut self.young)).len();
        self.young_since = now;
        forgotten as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn ids_are_kept_for_their_time_and_then_forgotten() {
        let mut ids = Ids::new(RandomState::new(), 48 * HOUR, 100);
        let start = Timestamp::default();
        let hash = ids.hash(&"key", "id");
        assert_eq!(ids.insert(start, hash), 0);
        assert_eq!(ids.expire(start + 47 * HOUR), 0);
        assert_eq!(ids.expire(start + 48 * HOUR), 0, "the generation grows old, and is kept");
        assert!(ids.contains(hash));
        assert_eq!(ids.expire(start + 96 * HOUR), 1);
        assert!(!ids.contains(hash));
    }

    #[test]
    fn at_the_limit_the_oldest_go_and_are_counted() {
        let mut ids = Ids::new(RandomState::new(), 48 * HOUR, 4);
        let hashes: Vec<u64> = (0..5).map(|n| ids.hash(&n, "id")).collect();
        let forgotten: Vec<u64> = hashes.iter().map(|hash| ids.insert(Timestamp::default(), *hash)).collect();
        assert_eq!(forgotten, [0, 0, 0, 0, 2]);
        assert_eq!(
            hashes.iter().map(|hash| ids.contains(*hash)).collect::<Vec<_>>(),
            [false, false, true, true, true]
        );
    }

    #[test]
    fn what_goes_after_its_time_does_not_count_as_forgotten() {
        let mut ids = Ids::new(RandomState::new(), HOUR, 4);
        let mut insert = |n: u32, hours: u32| {
            let hash = ids.hash(&n, "id");
            ids.insert(Timestamp::default() + HOUR * hours, hash)
        };
        let forgotten: Vec<u64> = (0..6).map(|n| insert(n, n * 2)).collect();
        assert_eq!(forgotten, [0; 6]);
    }

    #[test]
    fn ids_are_scoped_to_their_key() {
        let ids = Ids::new(RandomState::new(), HOUR, 4);
        assert_ne!(ids.hash(&"a", "bc"), ids.hash(&"ab", "c"));
    }
}
