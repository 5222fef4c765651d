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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::arena::Arena;
    use super::*;

    #[test]
    fn what_is_due_comes_out_in_order_and_not_before_its_time() {
        let (mut wakes, mut entries) = (Wakes::new(), Arena::new());
        let at = |millis: i64| Timestamp::from_unix_millis(millis);
        for millis in [5, 1, 4, 2, 3] {
            wakes.push(at(millis), entries.insert(()));
        }
        assert_eq!(wakes.first().map(|(at, _)| at), Some(at(1)));
        let due: Vec<Timestamp> = std::iter::from_fn(|| wakes.pop_due(at(3))).map(|(at, _)| at).collect();
        assert_eq!(due, [at(1), at(2), at(3)]);
        assert_eq!(wakes.pop_due(at(4) - Duration::from_millis(1)), None);
    }

    #[test]
    fn those_that_matter_no_longer_go_once_there_are_many() {
        let (mut wakes, mut entries) = (Wakes::new(), Arena::new());
        let entry = entries.insert(());
        for millis in 0..1_000 {
            let last = Timestamp::from_unix_millis(millis);
            wakes.push(last, entry);
            wakes.tidy(1, |at, _| at == last);
            assert!(wakes.heap.len() <= 66, "{} for one entry", wakes.heap.len());
        }
    }
}
