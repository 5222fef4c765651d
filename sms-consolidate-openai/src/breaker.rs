//! Stops calling for a while once it is known that no call can succeed, and then lets one call find out.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sms_consolidate::Timestamp;

use crate::error::OpenAiError;

pub(crate) struct Breaker {
    open_for: Duration,
    /// Nothing while all may call. Otherwise the time from which one may.
    open_until: Mutex<Option<Timestamp>>,
}

impl Breaker {
    pub(crate) fn new(open_for: Duration) -> Self {
        Self { open_for, open_until: Mutex::new(None) }
    }

    /// Lets a request through that ends by `request_until`, or refuses. The first one after a suspension is let
    /// through alone: the others are refused until it has an answer, is dropped, or should have ended.
    pub(crate) fn enter(&self, now: Timestamp, request_until: Timestamp) -> Result<Pass<'_>, OpenAiError> {
        let mut open_until = self.lock();
        let trial_until = match *open_until {
            None => None,
            Some(until) if now < until => return Err(OpenAiError::Suspended { until }),
            Some(_) => {
                *open_until = Some(request_until);
                Some(request_until)
            }
        };
        Ok(Pass { breaker: self, trial_until })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Timestamp>> {
        self.open_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to make one request. Dropped without a word about the account, it lets the next request try.
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    /// What it has written into the breaker if it is alone.
    trial_until: Option<Timestamp>,
}

impl Pass<'_> {
    /// The service answered, and the account is good: all may call.
    pub(crate) fn close(mut self) {
        self.settle(None);
    }

    /// The account is not good: nobody may call. Returns until when, or nothing if that was known already: of the
    /// calls that were on their way together, one reports.
    pub(crate) fn open(mut self, now: Timestamp) -> Option<Timestamp> {
        let until = now + self.breaker.open_for;
        if self.settle(Some(until)) {
            return Some(until);
        }
        let mut open_until = self.breaker.lock();
        if open_until.is_some_and(|until| now < until) {
            return None;
        }
        *open_until = Some(until);
        Some(until)
    }

    /// Ends the trial, if this is the one that is under way. Returns whether it was.
    fn settle(&mut self, to: Option<Timestamp>) -> bool {
        let Some(mine) = self.trial_until.take() else { return false };
        let mut open_until = self.breaker.lock();
        let is_mine = *open_until == Some(mine);
        if is_mine {
            *open_until = to;
        }
        is_mine
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.settle(Some(Timestamp::MIN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const REQUEST: Duration = Duration::from_secs(5);

    fn enter(breaker: &Breaker, now: Timestamp) -> Option<Pass<'_>> {
        breaker.enter(now, now + REQUEST).ok()
    }

    #[test]
    fn opens_once_and_lets_one_request_find_out() {
        let start = Timestamp::from_unix_millis(1_000);
        let breaker = Breaker::new(MINUTE);
        let [first, second] = [(); 2].map(|()| enter(&breaker, start).unwrap());
        let end = start + MINUTE;
        assert_eq!(first.open(start), Some(end));
        assert_eq!(second.open(start + REQUEST), None);
        assert!(enter(&breaker, end - Duration::from_millis(1)).is_none());

        let trial = enter(&breaker, end).unwrap();
        assert!(enter(&breaker, end).is_none());
        assert_eq!(trial.open(end), Some(end + MINUTE));
        assert!(enter(&breaker, end + REQUEST).is_none());

        enter(&breaker, end + MINUTE).unwrap().close();
        let both = [(); 2].map(|()| enter(&breaker, end + MINUTE));
        assert!(both.iter().all(Option::is_some));
    }

    #[test]
    fn a_trial_that_says_nothing_frees_its_place_and_no_other() {
        let start = Timestamp::from_unix_millis(1_000);
        let breaker = Breaker::new(MINUTE);
        let late = enter(&breaker, start).unwrap();
        enter(&breaker, start).unwrap().open(start);
        let now = start + MINUTE;
        drop(enter(&breaker, now).unwrap());
        let stuck = enter(&breaker, now).unwrap();
        assert_eq!(late.open(now), None);
        let now = now + REQUEST;
        let trial = enter(&breaker, now).unwrap();
        drop(stuck);
        assert!(enter(&breaker, now).is_none());
        drop(trial);
        enter(&breaker, now).unwrap().close();
        assert!(enter(&breaker, now).is_some());
    }
}
