//! Wakes the driver when something is due earlier than it plans to wake.

use crate::clock::Timestamp;
use crate::sync::{AtomicI64, AtomicU64, Notify, Ordering};

/// No wake is lost if everybody keeps the order. The driver calls [`listen`](Self::listen), then asks the store for the
/// next wake, then calls [`plan`](Self::plan). Others write to the store first, and ring then.
///
/// A write that the store's answer does not include thus sees the far future or the new plan, and rings in either case.
/// The package `models` checks this in every interleaving.
pub(crate) struct Alarm {
    planned: AtomicI64,
    rung: AtomicU64,
    bell: Notify,
}

impl Alarm {
    pub(crate) fn new() -> Self {
        Self { planned: AtomicI64::new(i64::MAX), rung: AtomicU64::new(0), bell: Notify::new() }
    }

    /// Something changed of which it is not known when it is due.
    pub(crate) fn ring(&self) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.bell.notify_one();
    }

    /// Something is due at `wake`.
    pub(crate) fn ring_if_earlier(&self, wake: Timestamp) {
        if wake.as_unix_millis() < self.planned.load(Ordering::SeqCst) {
            self.ring();
        }
    }

    /// Starts a round: until there is a plan, everything rings. Returns how often the bell has rung so far.
    pub(crate) fn listen(&self) -> u64 {
        self.planned.store(i64::MAX, Ordering::SeqCst);
        self.rung()
    }

    /// The driver wakes by itself at `wake`: only what is due earlier rings from now on.
    pub(crate) fn plan(&self, wake: Timestamp) {
        self.planned.store(wake.as_unix_millis(), Ordering::SeqCst);
    }

    /// Resolves when the bell rings, or at once if it has rung since this resolved the last time.
    pub(crate) async fn notified(&self) {
        self.bell.notified().await;
    }

    /// How often the bell has rung. If that is more than [`listen`](Self::listen) returned, another round is to come.
    pub(crate) fn rung(&self) -> u64 {
        self.rung.load(Ordering::SeqCst)
    }
}
