//! Lets pushes or claims in until the shutdown, and tells the shutdown when the last one is through.

use crate::striped::Striped;
use crate::sync::{AtomicU64, Notify, Ordering};

/// Set once the gate is closed; the bits below count who is inside.
const CLOSED: u64 = 1 << 63;

/// Without it a push that had just passed the check could be accepted after the shutdown had looked at what is left, and
/// a batch begun after it had waited for those in flight.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    stripes: Striped<AtomicU64>,
    emptied: Notify,
}

impl Gate {
    /// Enters, unless the gate is closed.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let stripe = self.stripes.mine();
        let pass = Pass { gate: self, stripe };
        // A refused pass leaves again by being dropped.
        let before = stripe.fetch_add(1, Ordering::SeqCst);
        (before & CLOSED == 0).then_some(pass)
    }

    /// Closes the gate for good, and resolves when nobody is inside.
    pub(crate) async fn close(&self) {
        for stripe in self.stripes.iter() {
            stripe.fetch_or(CLOSED, Ordering::SeqCst);
        }
        loop {
            let emptied = self.emptied.notified();
            if self.stripes.iter().all(|stripe| stripe.load(Ordering::SeqCst) == CLOSED) {
                return;
            }
            emptied.await;
        }
    }
}

/// Somebody inside. Dropping it leaves.
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    /// Where it was counted: it may leave on another thread.
    stripe: &'a AtomicU64,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.stripe.fetch_sub(1, Ordering::SeqCst) == CLOSED | 1 {
            self.gate.emptied.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

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
