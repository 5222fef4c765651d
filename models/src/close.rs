//! The gate is closed while pushes come and go.

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use crate::check;
use crate::gate::Gate;
use crate::sync::block_on;

#[derive(Default)]
struct Service {
    gate: Gate,
    accepted: AtomicUsize,
}

impl Service {
    fn push(&self) {
        if let Some(_pass) = self.gate.enter() {
            // Relaxed, so that only the gate can order it before the count of what is left.
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// After the gate has closed nothing is accepted, and what was accepted before is seen; `pushers` threads push once each.
///
/// # Panics
///
/// If it does not hold in some interleaving that [loom](https://docs.rs/loom) tries.
pub fn closing_waits_for_those_inside(pushers: usize) {
    check(pushers, move || {
        let service = Arc::new(Service::default());
        let pushers = (0..pushers).map(|_| {
            let service = Arc::clone(&service);
            thread::spawn(move || service.push())
        });
        let pushers: Vec<_> = pushers.collect();
        block_on(service.gate.close());
        let left = service.accepted.load(Ordering::Relaxed);
        assert!(service.gate.enter().is_none(), "the gate is closed for good");
        for pusher in pushers {
            pusher.join().expect("a pusher does not panic");
        }
        assert_eq!(left, service.accepted.load(Ordering::Relaxed), "accepted after the gate had closed");
    });
}
