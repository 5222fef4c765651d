//! One copy of a value for every few threads, so that threads which write at the same time do not wait for one
//! another's cache lines.

use std::sync::atomic::{AtomicUsize, Ordering};

/// More than the cores of most machines. Threads beyond that share a copy, which costs time and breaks nothing.
const STRIPES: usize = 16;

/// A value on cache lines of its own; two, because processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Padded<T>(pub(crate) T);

#[derive(Debug, Default)]
pub(crate) struct Striped<T>([Padded<T>; STRIPES]);

impl<T> Striped<T> {
    /// The copy for this thread.
    pub(crate) fn mine(&self) -> &T {
        &self.0[stripe()].0
    }

    /// All copies.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|padded| &padded.0)
    }
}

fn stripe() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static STRIPE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % STRIPES);
    STRIPE.with(|stripe| *stripe)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn more_threads_than_copies_add_up() {
        let counters = Striped::<AtomicU64>::default();
        std::thread::scope(|scope| {
            for _ in 0..STRIPES * 3 {
                scope.spawn(|| (0..1_000).for_each(|_| _ = counters.mine().fetch_add(1, Ordering::Relaxed)));
            }
        });
        let total: u64 = counters.iter().map(|counter| counter.load(Ordering::Relaxed)).sum();
        assert_eq!(total, STRIPES as u64 * 3_000);
    }
}
