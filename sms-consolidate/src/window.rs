//! When a batch closes.
//!
//! A [`Window`] is a plain value, computed for every message by the [`WindowPolicy`]. Its arithmetic is all here:
//!
//! - opening: `deadline = now + max_wait`, `due = now + min(open_for, max_wait)`;
//! - joining: `deadline = min(deadline, opened_at + max_wait)`, but not before `now`, and with `extend_by`:
//!   `due = min(max(due, now + extend_by), deadline)`.
//!
//! ```
//! use sms_consolidate::Window;
//! use std::time::Duration;
//!
//! let fixed = Window::fixed(Duration::from_secs(60));
//! let sliding = Window::sliding(Duration::from_secs(10), Duration::from_secs(60)).with_max_messages(20);
//! assert_eq!(fixed.max_wait(), sliding.max_wait());
//! ```

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;

/// The message cap of a window that does not name one.
pub const DEFAULT_MAX_MESSAGES: u32 = 500;
/// The byte cap of a window that does not name one: 256 KiB of text.
pub const DEFAULT_MAX_BYTES: u32 = 256 * 1024;

/// What a message's window is worked out from: data, which its lane evaluates with what it knows of the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowPlan {
    /// This window, whatever the lane knows.
    Window(Window),
}

impl WindowPlan {
    pub(crate) const fn window(&self) -> Window {
        match self {
            Self::Window(window) => *window,
        }
    }
}

impl From<Window> for WindowPlan {
    fn from(window: Window) -> Self {
        Self::Window(window)
    }
}

/// How long a batch stays open, and at what size it closes early.
///
/// A cap closes a batch and never splits one: the message that reaches or passes it is the batch's last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    open_for: Duration,
    extend_by: Option<Duration>,
    max_wait: Duration,
    max_messages: NonZeroU32,
    max_bytes: NonZeroU32,
}

impl Window {
    const fn new(open_for: Duration, extend_by: Option<Duration>, max_wait: Duration) -> Self {
        let max_messages = NonZeroU32::new(DEFAULT_MAX_MESSAGES).expect("the default cap is not zero");
        let max_bytes = NonZeroU32::new(DEFAULT_MAX_BYTES).expect("the default cap is not zero");
        Self { open_for, extend_by, max_wait, max_messages, max_bytes }
    }

    /// Closes `length` after the first message, whatever follows. A `length` of zero is [`immediate`](Self::immediate),
    /// and so makes the message urgent.
    #[must_use]
    pub const fn fixed(length: Duration) -> Self {
        Self::new(length, None, length)
    }

    /// Closes when nothing has come for `quiet`, but at the latest `max_wait` after the first message. A
    /// `max_wait` of zero makes the message urgent, as [`immediate`](Self::immediate) does; a `quiet` of zero does not.
    #[must_use]
    pub const fn sliding(quiet: Duration, max_wait: Duration) -> Self {
        Self::new(quiet, Some(quiet), max_wait)
    }

    /// Closes at once. A message with this window is *urgent*: it also closes the open batch that it joins.
    #[must_use]
    pub const fn immediate() -> Self {
        Self::new(Duration::ZERO, None, Duration::ZERO)
    }

    /// Wall-clock slots: batches close at the multiples of `slot` since the Unix epoch, plus `grace`. The grace
    /// delays the close, and what arrives until then joins. A `slot` under a millisecond counts as one.
    #[must_use]
    pub const fn aligned(slot: Duration, grace: Duration) -> Aligned {
        Aligned { slot, grace }
    }

    /// The same window with a cap on the number of messages; zero counts as one.
    #[must_use]
    pub fn with_max_messages(mut self, cap: u32) -> Self {
        self.max_messages = NonZeroU32::new(cap).unwrap_or(NonZeroU32::MIN);
        self
    }

    /// The same window with a cap on the bytes of text; zero counts as one.
    #[must_use]
    pub fn with_max_bytes(mut self, cap: u32) -> Self {
        self.max_bytes = NonZeroU32::new(cap).unwrap_or(NonZeroU32::MIN);
        self
    }

    /// The same window with another longest wait from the first message to the close. Zero makes the message urgent, as
    /// [`immediate`](Self::immediate) does.
    #[must_use]
    pub fn with_max_wait(mut self, max_wait: Duration) -> Self {
        self.max_wait = max_wait;
        self
    }

    /// How long the first message alone keeps the batch open.
    #[must_use]
    pub const fn open_for(&self) -> Duration {
        self.open_for
    }

    /// How long after a further message the batch stays open at least, if messages extend it at all.
    #[must_use]
    pub const fn extend_by(&self) -> Option<Duration> {
        self.extend_by
    }

    /// The longest time from the first message to the close.
    #[must_use]
    pub const fn max_wait(&self) -> Duration {
        self.max_wait
    }

    /// The number of messages that closes the batch.
    #[must_use]
    pub const fn max_messages(&self) -> u32 {
        self.max_messages.get()
    }

    /// The bytes of text that close the batch.
    #[must_use]
    pub const fn max_bytes(&self) -> u32 {
        self.max_bytes.get()
    }

    /// Whether a message with this window wants its batch closed now.
    #[must_use]
    pub const fn is_urgent(&self) -> bool {
        self.max_wait.is_zero()
    }
}

impl Default for Window {
    /// Fixed, 60 seconds.
    fn default() -> Self {
        Self::fixed(Duration::from_secs(60))
    }
}

/// Wall-clock slots; see [`Window::aligned`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aligned {
    slot: Duration,
    grace: Duration,
}

impl Aligned {
    /// The window of a message that arrives at `now`.
    #[must_use]
    pub fn window_at(&self, now: Timestamp) -> Window {
        let slot_ms = i64::try_from(self.slot.as_millis()).unwrap_or(i64::MAX).max(1);
        let into_slot_ms = now.as_unix_millis().rem_euclid(slot_ms);
        let slot = Duration::from_millis(slot_ms.unsigned_abs());
        let left = Duration::from_millis((slot_ms - into_slot_ms).unsigned_abs());
        // `max_wait` is the same for every message, so that a later one does not shorten the deadline.
        Window::new(left.saturating_add(self.grace), None, slot.saturating_add(self.grace))
    }
}

/// Decides the window of each message. Implemented by [`Window`] and by [`Aligned`]; for closures there is
/// [`Builder::window_fn`](crate::Builder::window_fn).
///
/// It is called before the message is stored, for duplicates too, and must be quick: it runs inside `push`.
#[diagnostic::on_unimplemented(note = "for a closure use `Builder::window_fn`")]
pub trait WindowPolicy<K, M>: Send + Sync + 'static {
    /// What the window of `message` is worked out from, which arrives from `key` at `now`.
    fn window(&self, key: &K, message: &M, now: Timestamp) -> WindowPlan;
}

impl<K, M> WindowPolicy<K, M> for Window {
    fn window(&self, _key: &K, _message: &M, _now: Timestamp) -> WindowPlan {
        (*self).into()
    }
}

impl<K, M> WindowPolicy<K, M> for Aligned {
    fn window(&self, _key: &K, _message: &M, now: Timestamp) -> WindowPlan {
        self.window_at(now).into()
    }
}

macro_rules! window_policy_behind {
    ($($pointer:ident),*) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<K, M, P: ?Sized + WindowPolicy<K, M>> WindowPolicy<K, M> for $pointer<P> {
            fn window(&self, key: &K, message: &M, now: Timestamp) -> WindowPlan {
                P::window(self, key, message, now)
            }
        }
    )*};
}

window_policy_behind!(Arc, Box);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligned_windows_end_at_the_slot_plus_grace() {
        let policy = Window::aligned(Duration::from_secs(15), Duration::from_secs(10));
        let check = |at_ms: i64, closes_ms: i64| {
            let now = Timestamp::from_unix_millis(at_ms);
            let window = policy.window_at(now);
            assert_eq!((now + window.open_for()).as_unix_millis(), closes_ms, "arrival at {at_ms}");
            assert!(window.open_for() <= window.max_wait());
        };
        check(0, 25_000);
        check(1, 25_000);
        check(14_999, 25_000);
        check(15_000, 40_000);
        check(-1, 10_000);
    }

    #[test]
    fn a_slot_of_nothing_does_not_divide_by_zero() {
        let window = Window::aligned(Duration::ZERO, Duration::ZERO).window_at(Timestamp::default());
        assert_eq!(window.open_for(), Duration::from_millis(1));
    }

    #[test]
    fn caps_of_zero_count_as_one() {
        let window = Window::default().with_max_messages(0).with_max_bytes(0);
        assert_eq!((window.max_messages(), window.max_bytes()), (1, 1));
    }
}
