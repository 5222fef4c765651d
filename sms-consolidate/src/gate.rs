//! Lets pushes in until the shutdown, and tells the shutdown when the last one is through.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

use crate::striped::Striped;

/// Without it a push that had just passed the check could be accepted after the shutdown had looked at what is left.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    is_closed: AtomicBool,
    inside: Striped<AtomicU64>,
    left: Notify,
}

impl Gate {
    /// Enters, unless the gate is closed.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let inside = self.inside.mine();
        // In this order: whoever does not see the closed gate is seen by whoever closed it. A refused pass leaves
        // again by being dropped.
        inside.fetch_add(1, Ordering::SeqCst);
        let pass = Pass { gate: self, inside };
        (!self.is_closed.load(Ordering::SeqCst)).then_some(pass)
    }

    /// Closes the gate for good, and resolves when nobody is inside.
    pub(crate) async fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        loop {
            let left = self.left.notified();
            if self.inside.iter().all(|inside| inside.load(Ordering::SeqCst) == 0) {
                return;
            }
            left.await;
        }
    }
}

/// Somebody inside. Dropping it leaves.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    /// Where it was counted: it may leave on another thread.
    inside: &'a AtomicU64,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.inside.fetch_sub(1, Ordering::SeqCst);
        if self.gate.is_closed.load(Ordering::SeqCst) {
            self.gate.left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn closing_waits_for_those_inside_and_refuses_others() {
        let gate = Gate::default();
        let inside = gate.enter().unwrap();
        {
            let closing = gate.close();
            tokio::pin!(closing);
            assert!(closing.as_mut().now_or_never().is_none());
            assert!(gate.enter().is_none());
            assert!(closing.as_mut().now_or_never().is_none());
            drop(inside);
            closing.await;
        }
        gate.close().await;
    }
}
