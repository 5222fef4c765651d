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

    /// How long after `earlier` this is; zero if it is not after it.
    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
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
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

/// A length of time in four bytes: at most 49 days and 17 hours, and whatever is longer counts as that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Millis(u32);

impl From<Duration> for Millis {
    fn from(duration: Duration) -> Self {
        Self(u32::try_from(duration.as_millis()).unwrap_or(u32::MAX))
    }
}

impl Add<Millis> for Offset {
    type Output = Self;

    fn add(self, millis: Millis) -> Self {
        Self(self.0.saturating_add(millis.0.into()))
    }
}
