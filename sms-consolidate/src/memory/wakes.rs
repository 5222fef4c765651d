//! When to look at which entry, earliest first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::arena::Handle;
use crate::clock::Timestamp;

/// Twelve bytes and not sixteen: there is one for every pending sender.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed(4))]
struct Wake {
    at: Timestamp,
    entry: Handle,
}

/// A queue of instants. An instant that no longer matters stays until it comes up, so whoever takes one out asks the
/// entry whether it still holds. That is cheaper than finding it among the others.
pub(super) struct Wakes {
    heap: BinaryHeap<Reverse<Wake>>,
}

impl Wakes {
    pub(super) const fn new() -> Self {
        Self { heap: BinaryHeap::new() }
    }

    pub(super) fn push(&mut self, at: Timestamp, entry: Handle) {
        if self.heap.len() == self.heap.capacity() {
            // By little, because what is left over counts for every sender.
            self.heap.reserve_exact(self.heap.len() / 32 + 8);
        }
        self.heap.push(Reverse(Wake { at, entry }));
    }

    pub(super) fn first(&self) -> Option<(Timestamp, Handle)> {
        self.heap.peek().map(|Reverse(wake)| (wake.at, wake.entry))
    }

    /// Takes out the first if its time has come.
    pub(super) fn pop_due(&mut self, now: Timestamp) -> Option<(Timestamp, Handle)> {
        let first = self.first().filter(|(at, _)| *at <= now)?;
        self.heap.pop();
        Some(first)
    }

    /// Drops those that matter no longer, if they may be more than the `needed` ones that do.
    pub(super) fn tidy(&mut self, needed: usize, matters: impl Fn(Timestamp, Handle) -> bool) {
        if self.heap.len() > needed * 2 + 64 {
            self.heap.retain(|Reverse(wake)| matters(wake.at, wake.entry));
        }
    }
}
