//! The clock of the database, as far as a node can know it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sms_consolidate::{Clock, Timestamp};

use crate::database::{Database, Use};
use crate::error::Fault;
use crate::sql;
use crate::timer;

/// How often the database is asked for the time.
const ASK_EVERY: Duration = Duration::from_secs(30);
/// The same while it does not answer.
const ASK_AGAIN: Duration = Duration::from_secs(2);
/// How often it is asked each time; the quickest answer says most.
const QUESTIONS: usize = 5;
/// How far a machine's clock may run away within a second: 200 microseconds, several times what quartz does.
const DRIFT_PER_SECOND_US: i64 = 200;
/// From this on it is said that the database's clock was set: everybody who waits would wonder.
const WORTH_A_LINE_US: i64 = 1_000_000;
/// The longest sleep without looking again, since the database's clock may be set meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Follows the clock of the database, so that nodes whose own clocks are wrong agree on when a batch is due.
///
/// It runs on the machine's monotonic clock, and asks the database for the time when it is made and every 30 seconds.
/// It never goes backwards: where the database's clock does, it stands still until that has caught up. While the
/// database is away, or answers slowly, it goes on by itself, and [`error_bound`](Self::error_bound) grows.
#[derive(Clone, Debug)]
pub struct PostgresClock {
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    started: Instant,
    /// The database's time at `started`, as far as is known.
    offset_us: AtomicI64,
    /// How wrong that may be.
    error_us: AtomicI64,
    /// When that was found out, since `started`.
    asked_us: AtomicI64,
    /// The latest time that was told.
    told_us: AtomicI64,
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// What one question told.
#[derive(Clone, Copy, Debug)]
struct Sample {
    offset_us: i64,
    error_us: i64,
    asked_us: i64,
}

impl Sample {
    /// The database read `time_us` at some instant between `asked` and `answered`; nothing says when, so it is taken
    /// for the middle, and half of the time between is the error.
    fn new(asked_us: i64, answered_us: i64, time_us: i64) -> Self {
        let error_us = (answered_us - asked_us) / 2 + 1;
        Self { offset_us: time_us - asked_us - error_us, error_us, asked_us }
    }

    /// How wrong it may be by then.
    fn error_at_us(self, elapsed_us: i64) -> i64 {
        let seconds = (elapsed_us - self.asked_us).max(0) / 1_000_000 + 1;
        self.error_us + seconds * DRIFT_PER_SECOND_US
    }

    /// Whether it says no less than `later` does: that one had the slower answer, and does not contradict it. If it
    /// does, the database's clock was set.
    fn is_still_better_than(self, later: Self) -> bool {
        let error_us = self.error_at_us(later.asked_us);
        let apart_us = self.offset_us.saturating_sub(later.offset_us).saturating_abs();
        error_us < later.error_us && apart_us <= error_us + later.error_us
    }
}

impl PostgresClock {
    /// A clock that has asked.
    pub(crate) async fn follow(database: &Database) -> Result<Self, Fault> {
        let started = timer::now();
        let Sample { offset_us, error_us, asked_us } = database.in_time(ask(database, started)).await?;
        let state = State {
            started,
            offset_us: offset_us.into(),
            error_us: error_us.into(),
            asked_us: asked_us.into(),
            told_us: i64::MIN.into(),
        };
        Ok(Self { state: Arc::new(state) })
    }

    /// Goes on asking, for as long as the store is open.
    pub(crate) async fn keep_asking(self, database: Database) {
        let mut pause = ASK_EVERY;
        loop {
            timer::sleep(pause).await;
            pause = match database.in_time(ask(&database, self.state.started)).await {
                Ok(sample) => {
                    self.state.learn_and_tell(sample);
                    ASK_EVERY
                }
                Err(fault) => {
                    tracing::debug!(%fault, "the database was not asked for the time");
                    ASK_AGAIN
                }
            };
        }
    }

    /// How far this clock may be from the database's: half of the round trip of the last question, what a machine's
    /// clock may drift since, and, after the database's clock was set back, what is left to catch up.
    #[must_use]
    pub fn error_bound(&self) -> Duration {
        let elapsed_us = self.state.elapsed_us();
        let ahead_us = self.state.ahead_us(elapsed_us);
        let error_us = self.state.known().error_at_us(elapsed_us) + ahead_us.max(0);
        Duration::from_micros(error_us.unsigned_abs())
    }
}

impl State {
    fn elapsed_us(&self) -> i64 {
        micros(timer::now().saturating_duration_since(self.started))
    }

    fn estimate_us(&self, elapsed_us: i64) -> i64 {
        self.offset_us.load(Ordering::Relaxed).saturating_add(elapsed_us)
    }

    fn known(&self) -> Sample {
        Sample {
            offset_us: self.offset_us.load(Ordering::Relaxed),
            error_us: self.error_us.load(Ordering::Relaxed),
            asked_us: self.asked_us.load(Ordering::Relaxed),
        }
    }

    fn learn(&self, sample: Sample) {
        if self.known().is_still_better_than(sample) {
            return;
        }
        self.offset_us.store(sample.offset_us, Ordering::Relaxed);
        self.error_us.store(sample.error_us, Ordering::Relaxed);
        self.asked_us.store(sample.asked_us, Ordering::Relaxed);
    }

    fn learn_and_tell(&self, sample: Sample) {
        let before_us = self.known().offset_us;
        self.learn(sample);
        let set_by_us = self.known().offset_us.saturating_sub(before_us);
        if set_by_us.saturating_abs() >= WORTH_A_LINE_US {
            let elapsed_us = self.elapsed_us();
            let stands_still_ms = (self.ahead_us(elapsed_us) / 1_000).max(0);
            tracing::warn!(
                set_by_ms = set_by_us / 1_000,
                stands_still_ms,
                "DATABASE CLOCK SET: where it was set back, nothing is due here until it has caught up"
            );
        }
    }

    /// How far the told time is ahead of what is known by now; negative if it is behind.
    fn ahead_us(&self, elapsed_us: i64) -> i64 {
        self.told_us.load(Ordering::Relaxed).saturating_sub(self.estimate_us(elapsed_us))
    }

    fn now_us(&self, elapsed_us: i64) -> i64 {
        let estimate_us = self.estimate_us(elapsed_us);
        self.told_us.fetch_max(estimate_us, Ordering::Relaxed).max(estimate_us)
    }
}

async fn ask(database: &Database, started: Instant) -> Result<Sample, Fault> {
    let mut session = database.session(Use::Serve).await?;
    let mut best: Option<Sample> = None;
    for _ in 0..QUESTIONS {
        let asked_us = micros(timer::now().saturating_duration_since(started));
        let rows = session.query(sql::CLOCK, &[]).await?;
        let answered_us = micros(timer::now().saturating_duration_since(started));
        let time_us = rows.first().ok_or_else(|| Fault::broken("no time was told"))?.get(0);
        let sample = Sample::new(asked_us, answered_us, time_us);
        best = best.into_iter().chain([sample]).min_by_key(|sample| sample.error_us);
    }
    best.ok_or_else(|| Fault::broken("no time was told"))
}

impl Clock for PostgresClock {
    fn now(&self) -> Timestamp {
        let now_us = self.state.now_us(self.state.elapsed_us());
        Timestamp::from_unix_millis(now_us.div_euclid(1_000))
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let clock = self.clone();
        Box::pin(async move {
            while clock.now() < at {
                let at_us = at.as_unix_millis().saturating_mul(1_000);
                let from_start_us = at_us.saturating_sub(clock.state.offset_us.load(Ordering::Relaxed));
                let from_start = Duration::from_micros(u64::try_from(from_start_us).unwrap_or(0));
                let latest = timer::now() + LOOK_EVERY;
                let until = clock.state.started.checked_add(from_start).map_or(latest, |at| at.min(latest));
                // Where the clock stands still because it was ahead, `until` may have passed.
                timer::sleep_until(until.max(timer::now() + Duration::from_millis(1))).await;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(offset_us: i64) -> PostgresClock {
        let state = State {
            started: timer::now(),
            offset_us: offset_us.into(),
            error_us: 100.into(),
            asked_us: 0.into(),
            told_us: i64::MIN.into(),
        };
        PostgresClock { state: Arc::new(state) }
    }

    #[test]
    fn the_answer_is_taken_for_the_middle_and_the_error_covers_the_rest() {
        for (asked, read, answered) in [(0, 0, 1_000), (0, 1_000, 1_000), (50, 300, 401), (7, 7, 7)] {
            let true_offset = 5_000_000;
            let sample = Sample::new(asked, answered, true_offset + read);
            assert!((sample.offset_us - true_offset).abs() <= sample.error_us, "{asked} {read} {answered}");
        }
    }

    #[test]
    fn it_follows_forward_at_once_and_never_goes_backwards() {
        let clock = clock(1_000_000_000);
        assert_eq!(clock.state.now_us(0), 1_000_000_000);
        clock.state.learn(Sample { offset_us: 1_500_000_000, error_us: 10, asked_us: 0 });
        assert_eq!(clock.state.now_us(0), 1_500_000_000);
        clock.state.learn(Sample { offset_us: 1_400_000_000, error_us: 10, asked_us: 0 });
        assert_eq!(clock.state.now_us(50_000_000), 1_500_000_000, "it stands still");
        assert!(clock.error_bound() >= Duration::from_secs(90), "and says that it is ahead");
        assert_eq!(clock.state.now_us(150_000_000), 1_550_000_000, "until the database has caught up");
    }

    #[test]
    fn a_slow_answer_replaces_no_better_one_unless_the_clock_was_set() {
        const SECOND: i64 = 1_000_000;
        let check = |slow: Sample, is_taken: bool| {
            let clock = clock(1_000 * SECOND);
            clock.state.learn(slow);
            let offset_us = clock.state.known().offset_us;
            assert_eq!(offset_us, if is_taken { slow.offset_us } else { 1_000 * SECOND }, "{slow:?}");
        };
        let slow = Sample { offset_us: 1_001 * SECOND, error_us: 2 * SECOND, asked_us: 30 * SECOND };
        check(slow, false);
        check(Sample { offset_us: 999 * SECOND, ..slow }, false);
        // It is as good as what 30 seconds of drift have left of the first one.
        check(Sample { offset_us: 1_000 * SECOND + 5_000, error_us: 6_000, ..slow }, true);
        // The better one may have run away by half an hour's drift, but not by as much as these say.
        check(Sample { offset_us: 1_003 * SECOND, ..slow }, true);
        check(Sample { offset_us: 997 * SECOND, ..slow }, true);
        // After hours nothing is left of its quality.
        check(Sample { asked_us: 4 * 3_600 * SECOND, ..slow }, true);
    }

    #[test]
    fn an_answer_that_is_not_taken_leaves_the_error_growing() {
        let clock = clock(1_000_000_000);
        let before = clock.error_bound();
        clock.state.learn(Sample { offset_us: 1_000_000_000, error_us: 5_000_000, asked_us: 0 });
        let after = clock.error_bound();
        assert!(before <= after && after < Duration::from_secs(1), "{before:?} {after:?}");
    }

    #[tokio::test]
    async fn a_sleep_ends_at_its_time_and_not_before() {
        let clock = clock(1_000_000_000);
        let at = clock.now() + Duration::from_millis(20);
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
        clock.sleep_until(at - Duration::from_secs(1)).await;
    }
}
