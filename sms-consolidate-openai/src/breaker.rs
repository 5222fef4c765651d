//! Stops calling for a while once it is known that no call can succeed.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sms_consolidate::Timestamp;

use crate::error::OpenAiError;

pub(crate) struct Breaker {
    open_for: Duration,
    open_until: Mutex<Timestamp>,
}

impl Breaker {
    pub(crate) fn new(open_for: Duration) -> Self {
        Self { open_for, open_until: Mutex::new(Timestamp::MIN) }
    }

    /// Refuses while it is open.
    pub(crate) fn check(&self, now: Timestamp) -> Result<(), OpenAiError> {
        let until = *self.open_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < until { Err(OpenAiError::Suspended { until }) } else { Ok(()) }
    }

    /// Opens it. Returns until when, or nothing if it was open already: of the calls that were on their way together,
    /// one reports.
    pub(crate) fn open(&self, now: Timestamp) -> Option<Timestamp> {
        let mut until = self.open_until.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *until {
            return None;
        }
        *until = now + self.open_for;
        Some(*until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_once_and_closes_by_itself() {
        let start = Timestamp::from_unix_millis(1_000);
        let breaker = Breaker::new(Duration::from_secs(60));
        let end = start + Duration::from_secs(60);
        assert!(breaker.check(start).is_ok());
        assert_eq!(breaker.open(start), Some(end));
        assert_eq!(breaker.open(start + Duration::from_secs(1)), None);
        assert!(breaker.check(end - Duration::from_millis(1)).is_err());
        assert!(breaker.check(end).is_ok());
        assert_eq!(breaker.open(end), Some(end + Duration::from_secs(60)));
    }
}
