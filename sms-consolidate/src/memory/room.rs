//! Limits that all shards have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::SHARDS;

/// The most that a shard takes from a limit at once.
const LARGEST_SHARE: usize = 64;

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
        let share = (limit.limit / (SHARDS * 16)).clamp(1, LARGEST_SHARE);
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
        let kept = self.share - 1;
        if self.ahead > kept {
            self.limit.taken.fetch_sub(self.ahead - kept, Ordering::Relaxed);
            self.ahead = kept;
        }
    }
}
