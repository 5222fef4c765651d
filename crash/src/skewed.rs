//! Clocks that are off: one to give to a consolidator, and a machine's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
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

/// Compiles the library that moves a process's wall clock, when it is preloaded.
///
/// # Panics
/// If the C compiler cannot.
#[must_use]
pub fn preload(folder: &Path) -> PathBuf {
    let library = folder.join("skew.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/skew.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    assert!(compiled.is_ok_and(|status| status.success()), "a C compiler (cc) is needed, on Linux");
    library
}
