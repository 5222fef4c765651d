//! Time as the library sees it: [`Timestamp`], the [`Clock`] trait, the real clock and the fake one.
//!
//! Nothing in this library reads the system's time except [`SystemClock`]. Everything else asks the clock it was
//! given, so that a service can be tested through minutes and hours of virtual time without waiting:
//!
//! ```
//! use sms_consolidate::{Clock, FakeClock};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let clock = FakeClock::default();
//! let start = clock.now();
//! let sleeper = tokio::spawn({
//!     let clock = clock.clone();
//!     async move {
//!         clock.sleep_until(start + Duration::from_secs(60)).await;
//!         clock.now()
//!     }
//! });
//! clock.advance(Duration::from_secs(90)).await;
//! assert_eq!(sleeper.await.unwrap(), start + Duration::from_secs(60));
//! # }
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Add, Sub};
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// An instant: whole milliseconds since the Unix epoch, UTC.
///
/// Arithmetic saturates. `Display` writes RFC 3339 with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest instant that can be written.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be written.
    pub const MAX: Self = Self(i64::MAX);

    /// The instant `millis` milliseconds after (or before, if negative) the Unix epoch.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_unix_millis(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; zero if it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000).saturating_add(duration.subsec_millis().into())
}

impl Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where the library gets its time from.
///
/// Implementations must never let `now` go backwards, as far as one clock's callers can see.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Resolves once `now() >= at`; at once if that is already so. Dropping the future cancels the wait.
    ///
    /// It may resolve late, so whoever waits asks `now` again rather than assuming.
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()>;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        (**self).sleep_until(at)
    }
}

/// How long [`SystemClock`] trusts the monotonic clock alone, and the longest it sleeps without looking again: a
/// suspended machine's timers stand still, its wall clock does not.
const RE_ANCHOR_AFTER: Duration = Duration::from_secs(60);

/// The machine's time.
///
/// It runs on the monotonic clock, and once a minute follows the wall clock forward. It never goes backwards: a wall
/// clock that was set back is ignored until it has caught up.
#[derive(Clone, Debug)]
pub struct SystemClock {
    anchor: Arc<Anchor>,
}

/// Without a lock, because every push asks for the time.
#[derive(Debug)]
struct Anchor {
    started: Instant,
    /// When the wall clock was last looked at, in milliseconds since `started`.
    looked_at_ms: AtomicI64,
    /// The wall time at `started`, as far as is known. It only grows.
    wall_at_start_ms: AtomicI64,
}

impl SystemClock {
    /// A clock anchored to the wall time of this moment.
    #[must_use]
    pub fn new() -> Self {
        let anchor = Anchor {
            started: monotonic_now(),
            looked_at_ms: AtomicI64::new(0),
            wall_at_start_ms: AtomicI64::new(wall_now().as_unix_millis()),
        };
        Self { anchor: Arc::new(anchor) }
    }

    /// When it will be `at`, or when to look at the wall clock again if that is sooner.
    fn instant_to_sleep_until(&self, at: Timestamp) -> Instant {
        let Anchor { started, wall_at_start_ms, .. } = &*self.anchor;
        let after_start = at.since(Timestamp(wall_at_start_ms.load(Ordering::Relaxed)));
        let elapsed = monotonic_now().saturating_duration_since(*started);
        *started + after_start.min(elapsed + RE_ANCHOR_AFTER)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clocks")]
fn monotonic_now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clocks")]
fn wall_now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::default() + since_epoch
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let Anchor { started, looked_at_ms, wall_at_start_ms } = &*self.anchor;
        let elapsed_ms = millis(monotonic_now().saturating_duration_since(*started));
        if elapsed_ms - looked_at_ms.load(Ordering::Relaxed) >= millis(RE_ANCHOR_AFTER) {
            looked_at_ms.store(elapsed_ms, Ordering::Relaxed);
            wall_at_start_ms.fetch_max(wall_now().as_unix_millis() - elapsed_ms, Ordering::Relaxed);
        }
        Timestamp(wall_at_start_ms.load(Ordering::Relaxed).saturating_add(elapsed_ms))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps on the machine's clock")]
    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            loop {
                let left = at.since(clock.now());
                if left.is_zero() {
                    return;
                }
                // To the instant at which the millisecond begins, and not for whole ones from now, which ends late.
                tokio::time::sleep_until(clock.instant_to_sleep_until(at).into()).await;
            }
        })
    }
}

/// A clock that stands still until it is moved. Clones share their time.
///
/// [`advance`](Self::advance) moves it through every instant that somebody sleeps for, in order, and lets woken tasks
/// run in between. That is exact for tasks that wait on this clock alone, on a current-thread runtime (the default of
/// `#[tokio::test]`). Where real I/O takes part, alternate it with
/// [`Consolidator::settled`](crate::Consolidator::settled).
#[derive(Clone)]
pub struct FakeClock {
    state: Arc<Mutex<FakeState>>,
}

struct FakeState {
    now: Timestamp,
    next_sleeper: u64,
    sleepers: BTreeMap<(Timestamp, u64), Waker>,
}

/// How often [`FakeClock::advance`] lets other tasks run after each step. A chain of tasks that wake one another
/// needs one turn a link; the longest chain in this library (push, driver, batch, driver) is far shorter.
const TURNS_PER_STEP: usize = 64;

impl FakeClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        let state = FakeState { now: start, next_sleeper: 0, sleepers: BTreeMap::new() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FakeState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock forward by `duration`, stopping at each instant that a task sleeps for.
    ///
    /// Cancellation: a dropped future leaves the clock at the step it had reached.
    pub async fn advance(&self, duration: Duration) {
        let target = self.now() + duration;
        self.advance_to(target).await;
    }

    /// Moves the clock forward to `target`, stopping at each instant that a task sleeps for. A `target` in the past
    /// moves nothing, but still lets woken tasks run.
    pub async fn advance_to(&self, target: Timestamp) {
        take_turns().await;
        while let Some(next) = self.next_deadline().filter(|next| *next <= target) {
            self.jump_to(next);
            take_turns().await;
        }
        self.jump_to(target);
        take_turns().await;
    }

    /// Sets the clock to `target` in one jump, unless it is later already, and wakes whoever slept for it. No task
    /// runs before the caller awaits something. This is how to show a service a machine that was suspended.
    pub fn jump_to(&self, target: Timestamp) {
        let woken = {
            let mut state = self.lock();
            state.now = state.now.max(target);
            let after = state.now + Duration::from_millis(1);
            let later = state.sleepers.split_off(&(after, 0));
            std::mem::replace(&mut state.sleepers, later)
        };
        woken.into_values().for_each(Waker::wake);
    }

    /// The earliest instant that somebody sleeps for.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.lock().sleepers.first_key_value().map(|((at, _), _)| *at)
    }
}

async fn take_turns() {
    for _ in 0..TURNS_PER_STEP {
        tokio::task::yield_now().await;
    }
}

impl Default for FakeClock {
    /// Stands at 2026-01-01T00:00:00Z.
    fn default() -> Self {
        Self::new(Timestamp::from_unix_millis(1_767_225_600_000))
    }
}

impl fmt::Debug for FakeClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("FakeClock").field("now", &state.now).field("sleepers", &state.sleepers.len()).finish()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        self.lock().now
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        Box::pin(FakeSleep { clock: self.clone(), at, registered: None })
    }
}

struct FakeSleep {
    clock: FakeClock,
    at: Timestamp,
    registered: Option<u64>,
}

impl Future for FakeSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.lock();
        if state.now >= self.at {
            return Poll::Ready(());
        }
        let sleeper = *self.registered.get_or_insert_with(|| {
            state.next_sleeper += 1;
            state.next_sleeper
        });
        state.sleepers.insert((self.at, sleeper), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for FakeSleep {
    fn drop(&mut self) {
        if let Some(sleeper) = self.registered {
            self.clock.lock().sleepers.remove(&(self.at, sleeper));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn timestamps_are_written_as_rfc_3339_with_milliseconds() {
        assert_eq!(Timestamp::from_unix_millis(1_767_225_600_123).to_string(), "2026-01-01T00:00:00.123Z");
        assert_eq!(Timestamp::MAX.to_string(), format!("{}ms", i64::MAX));
    }

    #[test]
    fn timestamp_arithmetic_saturates() {
        assert_eq!(Timestamp::MAX + SECOND, Timestamp::MAX);
        assert_eq!(Timestamp::MIN - SECOND, Timestamp::MIN);
        assert_eq!(Timestamp::default() + Duration::MAX, Timestamp::MAX);
        assert_eq!(Timestamp::MIN.since(Timestamp::MAX), Duration::ZERO);
    }

    #[test]
    fn the_system_clock_never_goes_backwards() {
        let clock = SystemClock::new();
        let mut last = clock.now();
        for _ in 0..1_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }

    #[tokio::test]
    async fn advance_stops_at_every_instant_that_a_task_sleeps_for() {
        let clock = FakeClock::default();
        let start = clock.now();
        let ticks = tokio::spawn({
            let clock = clock.clone();
            async move {
                let mut ticks = Vec::new();
                for _ in 0..10 {
                    clock.sleep_until(clock.now() + SECOND).await;
                    ticks.push(clock.now());
                }
                ticks
            }
        });
        clock.advance(SECOND * 60).await;
        let expected: Vec<_> = (1..=10).map(|n| start + SECOND * n).collect();
        assert_eq!(ticks.await.unwrap(), expected);
        assert_eq!(clock.now(), start + SECOND * 60);
    }

    #[tokio::test]
    async fn a_dropped_sleep_leaves_nothing_behind() {
        let clock = FakeClock::default();
        let sleeper = tokio::spawn(clock.sleep_until(clock.now() + SECOND));
        clock.advance(Duration::ZERO).await;
        assert_eq!(clock.next_deadline(), Some(clock.now() + SECOND));
        sleeper.abort();
        clock.advance(Duration::ZERO).await;
        assert_eq!(clock.next_deadline(), None);
    }
}
