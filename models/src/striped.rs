//! The counterpart of `sms-consolidate/src/striped.rs`, with two copies that threads take in turn.

use loom::sync::atomic::{AtomicUsize, Ordering};

const STRIPES: usize = 2;

#[derive(Debug, Default)]
pub(crate) struct Striped<T>([T; STRIPES]);

impl<T> Striped<T> {
    pub(crate) fn mine(&self) -> &T {
        &self.0[STRIPE.with(|stripe| *stripe)]
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

loom::lazy_static! {
    static ref THREADS: AtomicUsize = AtomicUsize::new(0);
}

loom::thread_local!(static STRIPE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % STRIPES);
