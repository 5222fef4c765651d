//! A clock that is off.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sms_consolidate::{Clock, Timestamp};

/// Another clock, and so many milliseconds more.
pub struct Skewed {
    clock: Arc<dyn Clock>,
    ms: i64,
}

impl std::fmt::Debug for Skewed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Skewed").field("ms", &self.ms).finish_non_exhaustive()
    }
}

impl Skewed {
    /// `clock`, ahead by `ms`, or behind if that is negative.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, ms: i64) -> Self {
        Self { clock, ms }
    }
}

fn moved(at: Timestamp, ms: i64) -> Timestamp {
    let by = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { at - by } else { at + by }
}

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        moved(self.clock.now(), self.ms)
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        self.clock.sleep_until(moved(at, -self.ms))
    }
}
