//! One time for all processes of a run.

use rustix::time::{ClockId, clock_gettime};

/// Microseconds on the machine's monotonic clock, which all its processes share and no setting of the wall clock moves.
/// The library's own clocks are what is tested here, so they cannot be the witness.
#[must_use]
pub fn monotonic_us() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
    u64::try_from(micros).expect("the monotonic clock starts at zero")
}
