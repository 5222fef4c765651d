//! The driver goes to sleep while others write to the store.

use std::collections::BTreeSet;

use loom::sync::{Arc, Mutex};
use loom::thread;
use sms_consolidate::Timestamp;

use crate::alarm::Alarm;
use crate::check;
use crate::sync::{block_on, lock};

/// Somebody who writes a wake, and tells the alarm of it.
#[derive(Clone, Copy, Debug)]
pub enum Push {
    /// The wake is known, as after a push.
    Known(i64),
    /// Only that there may be one is known, as after a write that was cut off.
    Unknown(i64),
}

impl Push {
    fn wake(self) -> Timestamp {
        match self {
            Self::Known(millis) | Self::Unknown(millis) => Timestamp::from_unix_millis(millis),
        }
    }
}

struct Service {
    alarm: Alarm,
    store: Mutex<BTreeSet<Timestamp>>,
    /// Until when the driver sleeps, and what it had heard by then.
    parked: Mutex<Option<(Timestamp, u64)>>,
}

impl Service {
    fn push(&self, push: Push) {
        let wake = push.wake();
        lock(&self.store).insert(wake);
        match push {
            Push::Known(_) => self.alarm.ring_if_earlier(wake),
            Push::Unknown(_) => self.alarm.ring(),
        }
        self.check_settled(wake);
    }

    /// Who sees the driver settled after a push knows that it sleeps until the push's wake at most, or has claimed it.
    fn check_settled(&self, wake: Timestamp) {
        let parked = *lock(&self.parked);
        if let Some((until, heard)) = parked
            && heard == self.alarm.rung()
        {
            assert!(until <= wake || !lock(&self.store).contains(&wake), "settled, and sleeps too long");
        }
    }

    /// The driver's loop, until it has slept to each of `wakes`, which are sorted. Returns what it had heard by then.
    /// If it is about to sleep past one, only the bell can save it: without it, it waits for ever.
    fn drive(&self, wakes: &[Timestamp]) -> u64 {
        let mut now = Timestamp::MIN;
        let mut heard = 0;
        for &wake in wakes {
            now = loop {
                heard = self.alarm.listen();
                let until = self.claim_and_ask(now).unwrap_or(Timestamp::MAX);
                self.alarm.plan(until);
                *lock(&self.parked) = Some((until, heard));
                let in_time = until <= wake;
                if !in_time {
                    block_on(self.alarm.notified());
                }
                *lock(&self.parked) = None;
                if in_time {
                    break until;
                }
            };
        }
        heard
    }

    fn claim_and_ask(&self, now: Timestamp) -> Option<Timestamp> {
        lock(&self.store).retain(|wake| *wake > now);
        lock(&self.store).first().copied()
    }
}

/// The driver wakes in time for all that is `stored` and all that is pushed meanwhile, each push by a thread of its own.
///
/// # Panics
///
/// If it does not in some interleaving that [loom](https://docs.rs/loom) tries.
pub fn no_wake_is_lost(stored: Option<i64>, pushes: &'static [Push]) {
    check(pushes.len(), move || {
        let stored: BTreeSet<_> = stored.into_iter().map(Timestamp::from_unix_millis).collect();
        let mut wakes: Vec<_> = stored.iter().copied().chain(pushes.iter().map(|push| push.wake())).collect();
        wakes.sort();
        let service =
            Arc::new(Service { alarm: Alarm::new(), store: Mutex::new(stored), parked: Mutex::new(None) });
        let pushers = pushes.iter().map(|push| {
            let service = Arc::clone(&service);
            thread::spawn(move || service.push(*push))
        });
        let pushers: Vec<_> = pushers.collect();
        let heard = service.drive(&wakes);
        for pusher in pushers {
            pusher.join().expect("a pusher does not panic");
        }
        // A ring that the last round had not heard starts another.
        if service.alarm.rung() != heard {
            block_on(service.alarm.notified());
        }
    });
}
