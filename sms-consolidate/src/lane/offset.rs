//! Instants inside a lane: milliseconds after the lane's base, so that moving a lane in time changes one number.

use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// An instant, in milliseconds after the base of its lane. Four-byte aligned, because there is one in every slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
#[repr(Rust, packed(4))]
pub(super) struct Offset(i64);

impl Offset {
    /// The instant `at`, seen from `base`.
    pub(super) fn of(at: Timestamp, base: Timestamp) -> Self {
        Self(at.as_unix_millis().saturating_sub(base.as_unix_millis()))
    }

    /// The instant that this is.
    pub(super) fn after(self, base: Timestamp) -> Timestamp {
        Timestamp::from_unix_millis(base.as_unix_millis().saturating_add(self.0))
    }

    /// How long after `earlier` this is; nothing if it is not after it.
    pub(super) fn since(self, earlier: Self) -> Millis {
        let millis = self.0.saturating_sub(earlier.0).clamp(0, u32::MAX.into());
        Millis(u32::try_from(millis).expect("it was clamped"))
    }

    /// The same instant, seen from another base.
    pub(super) fn moved(self, from: Timestamp, to: Timestamp) -> Self {
        Self::of(self.after(from), to)
    }
}

impl From<i64> for Offset {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<Offset> for i64 {
    fn from(offset: Offset) -> Self {
        offset.0
    }
}

impl Add<Duration> for Offset {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis_of(duration)))
    }
}

/// A length of time in four bytes: at most 49 days and 17 hours, and whatever is longer counts as that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Millis(u32);

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self(u32::try_from(millis_of(duration)).unwrap_or(u32::MAX))
    }
}

/// Not by [`Duration::as_millis`], whose 128 bits are felt where every message is worked out.
fn millis_of(duration: Duration) -> i64 {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    seconds.saturating_mul(1_000).saturating_add(duration.subsec_millis().into())
}

impl Add<Millis> for Offset {
    type Output = Self;

    fn add(self, millis: Millis) -> Self {
        Self(self.0.saturating_add(millis.0.into()))
    }
}
