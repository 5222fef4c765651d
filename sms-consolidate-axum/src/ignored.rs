//! Events that webhooks acknowledge and do not take in: how many, and of what kind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sms_consolidate_providers::inbound::Ignored;

/// How many events the webhooks of a router have acknowledged and not taken in, since it was made. All clones count
/// together.
///
/// They are also logged, as `WEBHOOK IGNORED` with `gateway`, `kind` and `count`: reports and the like at `debug`, and at
/// `info` what somebody wrote.
#[derive(Clone, Debug, Default)]
pub struct IgnoredEvents(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(&'static str, Ignored), u64>;

/// One of the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IgnoredCount {
    /// What the gateway is called in logs.
    pub gateway: &'static str,
    /// Why the events are not taken in.
    pub kind: Ignored,
    /// How many there were.
    pub count: u64,
}

impl IgnoredEvents {
    /// The counts that are not 0, by gateway and kind.
    #[must_use]
    pub fn counts(&self) -> Vec<IgnoredCount> {
        let counts = self.lock();
        counts.iter().map(|(&(gateway, kind), &count)| IgnoredCount { gateway, kind, count }).collect()
    }

    pub(crate) fn add(&self, gateway: &'static str, events: &[Ignored]) {
        if events.is_empty() {
            return;
        }
        let mut kinds = BTreeMap::<Ignored, u64>::new();
        for kind in events {
            *kinds.entry(*kind).or_default() += 1;
        }
        for (&kind, &count) in &kinds {
            *self.lock().entry((gateway, kind)).or_default() += count;
            match kind {
                Ignored::NotAMessage => {
                    tracing::debug!(gateway, kind = kind.as_str(), count, "WEBHOOK IGNORED");
                }
                _ => tracing::info!(gateway, kind = kind.as_str(), count, "WEBHOOK IGNORED"),
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_by_gateway_and_kind() {
        let events = IgnoredEvents::default();
        let shared = events.clone();
        shared.add("b", &[Ignored::Group, Ignored::NotAMessage, Ignored::Group]);
        shared.add("a", &[Ignored::Own]);
        shared.add("a", &[]);
        shared.add("b", &[Ignored::Group]);
        let counts: Vec<_> =
            events.counts().into_iter().map(|c| (c.gateway, c.kind.as_str(), c.count)).collect();
        assert_eq!(counts, [("a", "own", 1), ("b", "not_a_message", 1), ("b", "group", 3)]);
    }
}
