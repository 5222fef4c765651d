//! loom's counterparts of the types in `sms-consolidate/src/sync.rs`.

use std::sync::PoisonError;

use futures::FutureExt;
pub(crate) use loom::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use loom::sync::{Condvar, Mutex, MutexGuard};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a future that waits inside its `poll`, as those of [`Notify`] do.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("the futures of the models are never pending")
}

/// As documented of `tokio::sync::Notify`: `notify_one` leaves one permit at most, for the next who waits; `notify_waiters`
/// leaves none, and wakes whoever had called `notified` before.
#[derive(Debug, Default)]
pub(crate) struct Notify {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    permit: bool,
    all_notified: u64,
}

impl Notify {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn notify_one(&self) {
        lock(&self.state).permit = true;
        self.changed.notify_one();
    }

    pub(crate) fn notify_waiters(&self) {
        lock(&self.state).all_notified += 1;
        self.changed.notify_all();
    }

    pub(crate) fn notified(&self) -> impl Future<Output = ()> {
        let before = lock(&self.state).all_notified;
        async move {
            let mut state = lock(&self.state);
            while state.all_notified == before && !std::mem::take(&mut state.permit) {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}
