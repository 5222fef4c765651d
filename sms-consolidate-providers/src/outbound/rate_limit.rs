//! How fast replies leave from each line.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use sms_consolidate::{
    Address, Clock, Conversation, Receipt, Reply, ReplySender, SendError, SystemClock, Timestamp, async_trait,
};

use super::{BuildError, GatewayError};

/// Lines whose limit has long been at rest are forgotten when there are more than so many.
const MAX_LINES_AT_REST: usize = 1024;

/// The furthest ahead that a turned-away reply is given a turn.
const FURTHEST_TURN: Duration = Duration::from_secs(60 * 60);

/// The latest time after the start, three centuries on. Limiters can still count beyond it.
const LATEST: Duration = Duration::from_nanos(u64::MAX / 2);

/// The slowest rate with the largest burst: what a limiter can be at work for.
const LONGEST_WORK: Duration = Duration::from_secs(24 * 60 * 60);

/// A [`ReplySender`] that sends no faster from any one line than the network allows; conversations without a line share
/// one limit. It waits in [`ready`](ReplySender::ready), and `send` alone is not limited.
///
/// A reply whose turn comes soon waits for it. One that would have to wait longer is *not sent*, with the time until its
/// turn as what to wait, so that it holds no place among the batches in flight; those that are turned away are given
/// turns one after another. Each of them has used up an attempt. One whose turn comes too late for it, after
/// [`Builder::reply_within`](sms_consolidate::Builder::reply_within), ends at once as stale.
///
/// The default is one message a second without bursts, which is what the networks allow an ordinary number in the
/// United States (<https://www.twilio.com/docs/api/errors/21611>; there a message of several segments counts as several);
/// for other countries Telnyx names one in ten seconds (<https://developers.telnyx.com/docs/messaging/messages/rate-limiting>).
/// Twilio keeps a queue of ten hours per number, so this is for gateways that keep none, such as one's own phone. The
/// limit holds for this process; several nodes have one each.
///
/// ```
/// use std::time::Duration;
/// use sms_consolidate_providers::outbound::{BuildError, RateLimited, SmsMobileApiSender};
///
/// let sender = SmsMobileApiSender::builder("the API key").build()?;
/// let sender = RateLimited::builder(sender).one_every(Duration::from_secs(2)).build()?;
/// # Ok::<(), BuildError>(())
/// ```
pub struct RateLimited<S> {
    sender: S,
    clock: Arc<dyn Clock>,
    max_wait: Duration,
    lines: Mutex<Lines>,
}

impl<S> RateLimited<S> {
    /// A limit for `sender`, with the default settings, to be changed.
    #[must_use]
    pub fn builder(sender: S) -> RateLimitedBuilder<S> {
        RateLimitedBuilder {
            sender,
            one_every: Duration::from_secs(1),
            burst: NonZeroU32::MIN,
            max_wait: Duration::from_secs(4),
            clock: None,
        }
    }

    /// Waits for the line's turn. An error says how long to wait instead.
    async fn turn(&self, line: Option<&Address>) -> Result<(), Duration> {
        let turn = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            lines.turn(&line.cloned(), self.clock.now(), self.max_wait)?
        };
        self.clock.sleep_until(turn).await;
        Ok(())
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: ReplySender<Conversation>> ReplySender<Conversation> for RateLimited<S> {
    /// Waits until the sender is ready, and then for the line's turn: a reply that the sender refuses takes no turn. One
    /// that is given up afterwards leaves its turn unused.
    async fn ready(&self, reply: &Reply<Conversation>) -> Result<(), SendError> {
        self.sender.ready(reply).await?;
        let turn = self.turn(reply.to.line()).await;
        turn.map_err(|wait| SendError::not_sent_for(wait, GatewayError::RateLimit))
    }

    /// Sends one reply at once, whose turn [`ready`](Self::ready) has waited for.
    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        self.sender.send(reply).await
    }

    fn is_idempotent(&self) -> bool {
        self.sender.is_idempotent()
    }

    async fn look_up(&self, reply: &Reply<Conversation>) -> Option<Receipt> {
        self.sender.look_up(reply).await
    }
}

impl<S: fmt::Debug> fmt::Debug for RateLimited<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimited").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// Settings of a [`RateLimited`].
#[derive(Clone)]
pub struct RateLimitedBuilder<S> {
    sender: S,
    one_every: Duration,
    burst: NonZeroU32,
    max_wait: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl<S> RateLimitedBuilder<S> {
    /// How far apart the replies of a line are once its burst is used up. Default: one second.
    #[must_use]
    pub const fn one_every(mut self, time: Duration) -> Self {
        self.one_every = time;
        self
    }

    /// How many replies may leave at once from a line that was at rest. Default: 1.
    #[must_use]
    pub const fn burst(mut self, replies: NonZeroU32) -> Self {
        self.burst = replies;
        self
    }

    /// How long a reply waits for its turn. Default: 4 s. It holds one of the places in flight meanwhile, and is cut off when
    /// it is too late for the reply.
    #[must_use]
    pub const fn max_wait(mut self, time: Duration) -> Self {
        self.max_wait = time;
        self
    }

    /// The clock. Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// The sender.
    ///
    /// # Errors
    /// If `one_every` is zero, or together with the burst longer than a day.
    pub fn build(self) -> Result<RateLimited<S>, BuildError> {
        if self.one_every.saturating_mul(self.burst.get()) > LONGEST_WORK {
            let source = "times the burst it is longer than a day".into();
            return Err(BuildError::Setting { setting: "one_every", source });
        }
        let quota = Quota::with_period(self.one_every).ok_or(BuildError::Zero { setting: "one_every" })?;
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let lines = Mutex::new(Lines::new(quota.allow_burst(self.burst), clock.now()));
        Ok(RateLimited { sender: self.sender, clock, max_wait: self.max_wait, lines })
    }
}

impl<S: fmt::Debug> fmt::Debug for RateLimitedBuilder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimitedBuilder").field("sender", &self.sender).finish_non_exhaustive()
    }
}

/// The turns of all lines.
struct Lines {
    started: Timestamp,
    /// Turns that replies wait for, or have had.
    taken: Turns,
    /// Turns that were named to replies which were turned away. One after another, so that they do not come back all at
    /// once and use up their attempts on one another.
    named: Turns,
}

impl Lines {
    fn new(quota: Quota, now: Timestamp) -> Self {
        let one_by_one = quota.allow_burst(NonZeroU32::MIN);
        Self { started: now, taken: Turns::new(quota), named: Turns::new(one_by_one) }
    }

    /// When `line` may send, or how long to wait before asking again if that is more than `max_wait` ahead.
    fn turn(&mut self, line: &Line, now: Timestamp, max_wait: Duration) -> Result<Timestamp, Duration> {
        let after_start = now.since(self.started).min(LATEST);
        match self.taken.take(line, after_start, max_wait) {
            Ok(turn) => Ok(now + whole_millis(turn - after_start)),
            Err(free) => {
                let (Ok(turn) | Err(turn)) = self.named.take(line, free, FURTHEST_TURN);
                Err(whole_millis(turn - after_start))
            }
        }
    }
}

/// Clocks have milliseconds, and a turn must not come early.
fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX))
}

/// Conversations without a line share a limit.
type Line = Option<Address>;

/// One turn after another for each line. Times count from the start.
struct Turns {
    limiter: RateLimiter<Line, HashMapStateStore<Line>, Reading, NoOpMiddleware<Nanos>>,
    forget_at: usize,
}

impl Turns {
    fn new(quota: Quota) -> Self {
        let limiter = RateLimiter::hashmap_with_clock(quota, Reading::default());
        Self { limiter, forget_at: MAX_LINES_AT_REST }
    }

    /// Takes the next turn of `line` that is not before `now`, unless it is more than `max_wait` ahead; then an error
    /// says when it is.
    ///
    /// The limiter knows no turns to come. So it is asked again as if that time had come already, and nobody can be in
    /// between, because it is borrowed for writing.
    fn take(&mut self, line: &Line, now: Duration, max_wait: Duration) -> Result<Duration, Duration> {
        self.forget_lines_at_rest(now);
        let now = self.limiter.clock().set(now);
        let Err(not_until) = self.limiter.check_key(line) else { return Ok(now.into()) };
        let wait = not_until.wait_time_from(now);
        let turn = Duration::from(now) + wait;
        if wait > max_wait {
            return Err(turn);
        }
        self.limiter.clock().set(turn);
        self.limiter.check_key(line).expect("a turn is free when the limiter says so");
        Ok(turn)
    }

    /// So that the lines that somebody makes up do not fill the memory.
    fn forget_lines_at_rest(&mut self, now: Duration) {
        if self.limiter.len() >= self.forget_at {
            self.limiter.clock().set(now);
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
            self.forget_at = MAX_LINES_AT_REST.max(2 * self.limiter.len());
        }
    }
}

/// What the limiter takes for the time, in nanoseconds since the start.
#[derive(Default)]
struct Reading(AtomicU64);

impl Reading {
    fn set(&self, time: Duration) -> Nanos {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.store(nanos, Ordering::Relaxed);
        nanos.into()
    }
}

impl GovernorClock for Reading {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.load(Ordering::Relaxed).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_consolidate::FakeClock;

    const SECOND: Duration = Duration::from_secs(1);

    fn lines(one_every: Duration, burst: u32) -> Lines {
        let quota = Quota::with_period(one_every).unwrap().allow_burst(NonZeroU32::new(burst).unwrap());
        Lines::new(quota, FakeClock::default().now())
    }

    fn line(text: &str) -> Line {
        Some(text.parse().unwrap())
    }

    #[test]
    fn turns_follow_one_another() {
        let mut lines = lines(SECOND, 2);
        let start = lines.started;
        let mut check = |at_ms: u64, expected: Result<u64, u64>| {
            let now = start + Duration::from_millis(at_ms);
            let turn = lines.turn(&line("+15551230000"), now, 3 * SECOND);
            let turn = turn.map(|turn| turn.since(start).as_millis()).map_err(|wait| wait.as_millis());
            assert_eq!(turn, expected.map(u128::from).map_err(u128::from), "at {at_ms}");
        };
        // Two at once, and then one a second, as far ahead as replies may wait.
        check(0, Ok(0));
        check(0, Ok(0));
        check(0, Ok(1_000));
        check(0, Ok(2_000));
        check(0, Ok(3_000));
        // Whoever is turned away is given the turns behind, which do not meet.
        check(0, Err(4_000));
        check(0, Err(5_000));
        check(500, Err(5_500));
        // Turns count from where the last one was, not from when it was asked for.
        check(1_500, Ok(4_000));
        check(4_000, Ok(5_000));
        check(60_000, Ok(60_000));
        check(60_000, Ok(60_000));
        check(60_000, Ok(61_000));
    }

    #[test]
    fn a_turn_is_never_early() {
        let mut lines = lines(Duration::from_micros(1_500), 1);
        let start = lines.started;
        let turns = [(); 5].map(|()| lines.turn(&None, start, SECOND).unwrap().since(start).as_millis());
        assert_eq!(turns, [0, 2, 3, 5, 6]);
    }

    #[test]
    fn named_turns_end_somewhere() {
        let mut lines = lines(Duration::from_secs(20 * 60), 1);
        let start = lines.started;
        let mut waits = [(); 6].map(|()| lines.turn(&None, start, Duration::ZERO).err());
        assert!(waits[0].take().is_none());
        let minutes = waits[1..].iter().map(|wait| wait.unwrap().as_secs() / 60).collect::<Vec<_>>();
        assert_eq!(minutes, [20, 40, 60, 80, 100]);
        assert_eq!(lines.turn(&None, start, Duration::ZERO), Err(Duration::from_secs(100 * 60)));
    }

    #[test]
    fn lines_at_rest_are_forgotten() {
        let mut lines = lines(SECOND, 1);
        let mut now = lines.started;
        for number in 0..20_000 {
            now = now + Duration::from_millis(10);
            let line = line(&format!("+1555{number:07}"));
            lines.turn(&line, now, SECOND).unwrap();
            // Turned away, so that the other turns fill as well.
            lines.turn(&line, now, Duration::ZERO).unwrap_err();
            assert!(lines.taken.limiter.len() <= MAX_LINES_AT_REST);
            assert!(lines.named.limiter.len() <= MAX_LINES_AT_REST);
        }
        // None that is still at work.
        let last = line("+15550019999");
        assert_eq!(lines.turn(&last, now, SECOND), Ok(now + SECOND));
    }

    #[test]
    fn no_time_is_too_late() {
        let mut lines = lines(Duration::from_secs(24 * 60 * 60), 1);
        for now in [Timestamp::MAX, Timestamp::MIN, Timestamp::MAX] {
            let _ = lines.turn(&None, now, Duration::MAX);
        }
    }
}
