//! Whether the model decides anything at all.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sms_consolidate::Timestamp;

use crate::error::OpenAiError;

/// For how long no call may succeed before somebody is told, and how often then.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The calls since the last one that led to a label.
#[derive(Default)]
pub(crate) struct Health(Mutex<Option<Outage>>);

/// Calls of which none led to a label.
#[derive(Clone, Debug)]
pub(crate) struct Outage {
    since: Timestamp,
    until: Timestamp,
    calls: u64,
    /// Those that were answered by the model, with something that decides nothing.
    unusable: u64,
    last_cause: String,
    advice: &'static str,
    said_at: Option<Timestamp>,
}

impl Health {
    /// A call led to a label.
    pub(crate) fn succeeded(&self) {
        *self.lock() = None;
    }

    /// A call led to none. Returns what to say, once in five minutes of nothing but that.
    pub(crate) fn failed(&self, error: &OpenAiError, now: Timestamp) -> Option<Outage> {
        let mut outage = self.lock();
        let outage = outage.get_or_insert_with(|| Outage {
            since: now,
            until: now,
            calls: 0,
            unusable: 0,
            last_cause: String::new(),
            advice: "",
            said_at: None,
        });
        outage.until = outage.until.max(now);
        outage.calls += 1;
        outage.unusable += u64::from(error.is_unusable_answer());
        // That no call was made says less than why.
        if outage.calls == 1 || !matches!(error, OpenAiError::Suspended { .. }) {
            outage.last_cause = error.to_string();
            outage.advice = advice(error);
        }
        let is_due = outage.said_at.is_none_or(|said| now.since(said) >= PATIENCE);
        if !outage.is_lasting() || !is_due {
            return None;
        }
        outage.said_at = Some(now);
        Some(outage.clone())
    }

    /// The calls that fail now, if they have been failing for long.
    pub(crate) fn outage(&self) -> Option<Outage> {
        self.lock().clone().filter(Outage::is_lasting)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Outage>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outage {
    /// One call alone says nothing, however long ago it was.
    fn is_lasting(&self) -> bool {
        self.until.since(self.since) >= PATIENCE
    }
}

impl std::fmt::Display for Outage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { since, calls, unusable, last_cause, advice, .. } = self;
        write!(
            f,
            "OpenAI has decided nothing since {since}: {calls} calls, {unusable} with an unusable answer, the last \
             because {last_cause}; {advice}"
        )
    }
}

/// What to look at.
fn advice(error: &OpenAiError) -> &'static str {
    match error {
        OpenAiError::Unauthorized { .. }
        | OpenAiError::QuotaExhausted { .. }
        | OpenAiError::Suspended { .. } => "look at the API key and the account",
        OpenAiError::Rejected { .. } => "look at the base URL, the model and the dialect",
        OpenAiError::Flagged { .. } | OpenAiError::Refused | OpenAiError::Filtered => {
            "look at the service's moderation, and at what is sent"
        }
        OpenAiError::CutOff => "look at the limit of completion tokens, and at how long the model thinks",
        OpenAiError::UnknownLabel | OpenAiError::Ambiguous | OpenAiError::Malformed { .. } => {
            "look at whether the model can answer in JSON, and at the dialect's answer format"
        }
        OpenAiError::Unavailable { .. } | OpenAiError::Unreachable { .. } | OpenAiError::TimedOut => {
            "look at the service's own status, the network and the deadline"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn five_minutes_of_failures_are_said_once_in_five_minutes() {
        let health = Health::default();
        let start = Timestamp::from_unix_millis(0);
        let said = |minutes: u32| health.failed(&OpenAiError::CutOff, start + MINUTE * minutes).is_some();
        assert_eq!([0, 1, 4].map(said), [false; 3]);
        assert!(health.outage().is_none());
        assert_eq!([5, 6, 9, 10, 14, 15].map(said), [true, false, false, true, false, true]);
        assert!(health.outage().unwrap().to_string().contains("9 calls, 9 with an unusable answer"));
        health.succeeded();
        assert!(health.outage().is_none());
        assert_eq!([16, 20, 21].map(said), [false, false, true]);
    }

    #[test]
    fn one_call_is_no_outage() {
        let health = Health::default();
        assert!(health.failed(&OpenAiError::TimedOut, Timestamp::from_unix_millis(0)).is_none());
        assert!(health.outage().is_none());
    }
}
