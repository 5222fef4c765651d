//! Who has opted out, beside the shards: an opt-out may hold for keys of many of them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::lane::{OptOutChange, Sender, SenderId, SenderIds};
use crate::store::OptedOut;

/// By the first half of an id's first byte, so that they come in order.
const STRIPES: usize = 16;

#[derive(Default)]
struct Stripe {
    records: BTreeMap<SenderId, Sender>,
    /// Those that have opted in, by when they can be forgotten.
    forgettable: BTreeSet<(Timestamp, SenderId)>,
}

pub(super) struct Senders {
    ids: SenderIds,
    stripes: [Mutex<Stripe>; STRIPES],
    /// Records in all stripes.
    count: AtomicUsize,
    limit: usize,
}

impl Senders {
    pub(super) fn new(limit: usize) -> Self {
        let (ids, count) = (SenderIds::random(), AtomicUsize::new(0));
        Self { ids, stripes: Default::default(), count, limit }
    }

    /// Whether nothing is known of anybody, which saves working out whom to ask about.
    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::SeqCst) == 0
    }

    /// The record of one sender, held until this is dropped.
    pub(super) fn hold(&self, scope: &str) -> Held<'_> {
        let id = self.ids.of(scope);
        Held { senders: self, stripe: self.lock(usize::from(id.as_bytes()[0] >> 4)), id }
    }

    fn lock(&self, stripe: usize) -> MutexGuard<'_, Stripe> {
        self.stripes[stripe].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn change(&self, now: Timestamp, scope: &str, change: &OptOutChange) -> bool {
        let mut held = self.hold(scope);
        let mut record = held.record();
        let has_changed = record.apply(now, change);
        held.put(record);
        has_changed
    }

    pub(super) fn opted_out(&self, after: Option<SenderId>, limit: usize) -> Vec<OptedOut> {
        let mut found = Vec::new();
        for stripe in (0..STRIPES).map(|stripe| self.lock(stripe)) {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let wanted = stripe.records.range((from, Bound::Unbounded));
            let opted_out = wanted.filter_map(|(id, record)| OptedOut::new(*id, record));
            found.extend(opted_out.take(limit - found.len()));
        }
        found
    }

    /// How many senders have opted out.
    pub(super) fn count_opted_out(&self) -> u64 {
        let opted_out = |stripe: &Stripe| stripe.records.len() - stripe.forgettable.len();
        (0..STRIPES).map(|stripe| opted_out(&self.lock(stripe)) as u64).sum()
    }

    /// Drops up to `limit` records that nobody needs any more. Returns how many, and whether there are more.
    pub(super) fn prune(&self, now: Timestamp, limit: usize) -> (u64, bool) {
        let mut pruned = 0;
        for stripe in 0..STRIPES {
            let mut stripe = self.lock(stripe);
            while let Some(&(at, id)) = stripe.forgettable.first().filter(|(at, _)| *at <= now) {
                if pruned == limit {
                    return (pruned as u64, true);
                }
                stripe.forgettable.remove(&(at, id));
                stripe.records.remove(&id);
                self.count.fetch_sub(1, Ordering::SeqCst);
                pruned += 1;
            }
        }
        (pruned as u64, false)
    }
}

/// The record of one sender, under its lock.
pub(super) struct Held<'a> {
    senders: &'a Senders,
    stripe: MutexGuard<'a, Stripe>,
    id: SenderId,
}

impl Held<'_> {
    pub(super) fn record(&self) -> Sender {
        self.stripe.records.get(&self.id).copied().unwrap_or_default()
    }

    /// Whether a record of the sender can be kept within the limit. One who opted in may have to be forgotten for it.
    pub(super) fn make_room(&mut self) -> bool {
        let Senders { count, limit, .. } = self.senders;
        if self.stripe.records.contains_key(&self.id) || count.load(Ordering::SeqCst) < *limit {
            return true;
        }
        let Some((_, oldest)) = self.stripe.forgettable.pop_first() else { return false };
        self.stripe.records.remove(&oldest);
        count.fetch_sub(1, Ordering::SeqCst);
        true
    }

    /// Keeps what is known of the sender now, beyond the limit if there is no room.
    pub(super) fn put(&mut self, record: Sender) {
        let before = self.stripe.records.get(&self.id).copied();
        if record == before.unwrap_or_default() {
            return;
        }
        if let Some(at) = before.and_then(|before| before.forgettable_at()) {
            self.stripe.forgettable.remove(&(at, self.id));
        }
        if let Some(at) = record.forgettable_at() {
            self.stripe.forgettable.insert((at, self.id));
        }
        if self.stripe.records.insert(self.id, record).is_none() {
            self.senders.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::optout::OptOutCause;

    fn at(hours: u64) -> Timestamp {
        Timestamp::default() + Duration::from_secs(hours * 60 * 60)
    }

    const STOP: OptOutChange = OptOutChange::new(true, OptOutCause::Operator);
    const START: OptOutChange = OptOutChange::new(false, OptOutCause::Operator);

    #[test]
    fn records_beyond_the_limit_make_no_room_and_are_counted() {
        let senders = Senders::new(2);
        for scope in ["a", "b", "c"] {
            assert!(senders.hold(scope).make_room() == (scope < "c"), "{scope}");
            senders.change(at(0), scope, &STOP);
        }
        assert!(senders.hold("a").make_room(), "it has its room");
        assert_eq!((senders.count.load(Ordering::SeqCst), senders.count_opted_out()), (3, 3));
    }

    #[test]
    fn who_opted_in_again_makes_room_for_one_of_the_same_stripe() {
        let senders = Senders::new(1);
        senders.change(at(0), "a", &STOP);
        senders.change(at(1), "a", &START);
        let stripe = |scope: &str| senders.ids.of(scope).as_bytes()[0] >> 4;
        let beside = (0..).map(|n| n.to_string()).find(|scope| stripe(scope) == stripe("a")).expect("one is");
        assert!(senders.hold(&beside).make_room());
        assert_eq!(senders.hold("a").record(), Sender::default());
        assert!(senders.is_empty());
    }

    #[test]
    fn pruning_goes_in_steps_over_all_stripes() {
        let senders = Senders::new(1_000);
        for n in 0..100 {
            senders.change(at(0), &n.to_string(), &STOP);
            if n % 4 > 0 {
                senders.change(at(1), &n.to_string(), &START);
            }
        }
        assert_eq!(senders.prune(at(8 * 24), 10), (0, false));
        assert_eq!(senders.prune(at(8 * 24 + 1), 10), (10, true));
        assert_eq!(senders.prune(at(8 * 24 + 1), 100), (65, false));
        assert_eq!((senders.count.load(Ordering::SeqCst), senders.count_opted_out()), (25, 25));
    }
}
