//! Limits that all shards have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::SHARDS;

/// The most that a shard takes from a limit at once.
const LARGEST_SHARE: usize = 64;

/// All shares together are at most one part in so many of the limit.
const PARTS: usize = 100;

/// What is taken of a limit, by all shards.
#[derive(Debug)]
pub(super) struct Limit {
    taken: AtomicUsize,
    limit: usize,
}

impl Limit {
    pub(super) const fn new(limit: usize) -> Self {
        Self { taken: AtomicUsize::new(0), limit }
    }
}

/// A shard's part of a limit. It takes some ahead, so that not every message of every shard writes to the one counter
/// that all share; of a small limit one at a time, so that all of it can be used.
#[derive(Debug)]
pub(super) struct Room {
    limit: Arc<Limit>,
    share: usize,
    /// Taken from the limit and not in use here.
    ahead: usize,
}

impl Room {
    pub(super) fn new(limit: &Arc<Limit>) -> Self {
        let share = (limit.limit / (SHARDS * PARTS)).clamp(1, LARGEST_SHARE);
        Self { limit: Arc::clone(limit), share, ahead: 0 }
    }

    /// Takes up one, if there is room.
    pub(super) fn take(&mut self) -> bool {
        if self.ahead == 0 {
            let Limit { taken, limit } = &*self.limit;
            let share = |taken: usize| self.share.min(limit.saturating_sub(taken));
            let more = |before: usize| Some(before + share(before));
            let before = taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
            self.ahead = share(before.unwrap_or(*limit));
        }
        if self.ahead == 0 {
            return false;
        }
        self.ahead -= 1;
        true
    }

    /// Takes up one, beyond the limit if there is no room.
    pub(super) fn take_anyway(&mut self) {
        if !self.take() {
            self.limit.taken.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn give_back(&mut self, count: usize) {
        self.ahead += count;
        let Limit { taken, limit } = &*self.limit;
        // Beyond the limit nothing is kept, so that what is over it goes down.
        let kept = if taken.load(Ordering::Relaxed) > *limit { 0 } else { self.share - 1 };
        if self.ahead > kept {
            taken.fetch_sub(self.ahead - kept, Ordering::Relaxed);
            self.ahead = kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_use(limit: &Limit, rooms: &[Room]) -> usize {
        limit.taken.load(Ordering::Relaxed) - rooms.iter().map(|room| room.ahead).sum::<usize>()
    }

    #[test]
    fn of_a_small_limit_everything_can_be_used_by_anyone() {
        let limit = Arc::new(Limit::new(10));
        let mut rooms: Vec<Room> = (0..SHARDS).map(|_| Room::new(&limit)).collect();
        assert_eq!((0..SHARDS).filter(|shard| rooms[*shard].take()).count(), 10);
        rooms[0].give_back(1);
        assert!(rooms[63].take());
        assert!(!rooms[5].take());
        assert_eq!(in_use(&limit, &rooms), 10);
    }

    #[test]
    fn of_a_large_limit_one_part_in_a_hundred_may_be_out_of_reach() {
        for size in [6_400, 65_536, 2_000_000] {
            let limit = Arc::new(Limit::new(size));
            let mut rooms: Vec<Room> = (0..SHARDS).map(|_| Room::new(&limit)).collect();
            assert!(rooms.iter_mut().all(Room::take));
            let more = std::iter::from_fn(|| rooms[0].take().then_some(())).count();
            let used = SHARDS + more;
            assert!(used <= size && used + size / PARTS >= size, "{used} of {size}");
            assert_eq!(in_use(&limit, &rooms), used);
            rooms[0].give_back(more);
            assert_eq!(in_use(&limit, &rooms), SHARDS);
        }
    }

    #[test]
    fn what_was_taken_beyond_the_limit_goes_down_again() {
        let limit = Arc::new(Limit::new(12_800));
        let mut rooms = [Room::new(&limit), Room::new(&limit)];
        (0..12_800).for_each(|_| rooms[0].take_anyway());
        (0..100).for_each(|_| rooms[1].take_anyway());
        assert_eq!(in_use(&limit, &rooms), 12_900);
        (0..100).for_each(|_| rooms[1].give_back(1));
        assert_eq!(limit.taken.load(Ordering::Relaxed), 12_800);
        assert!(!rooms[0].take() && !rooms[1].take());
    }
}
