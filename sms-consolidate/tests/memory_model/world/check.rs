//! What the store shows.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use sms_consolidate::lane::Sender;
use sms_consolidate::store::{Counts, Filter, Status, Store};

use super::super::line::Line;
use super::super::ops::KEYS;
use super::{World, ok, tags_of};

impl World {
    pub(crate) fn counts(&self) -> Counts {
        ok(self.store.counts(self.now))
    }

    /// Compares what the store shows with the model.
    pub(crate) fn check(&self) {
        let counts = self.counts();
        let heads = || self.lines.iter().filter_map(|line| Some((line.wake_at()?, line)));
        let late = |leased: bool| {
            let late = heads().filter(move |(wake, line)| *wake < self.now && line.is_leased() == leased);
            late.map(|(wake, _)| wake)
        };
        let claimed = heads().filter(|(_, line)| line.is_leased()).count();
        let started = heads().filter(|(_, line)| line.work.is_some()).count();
        let unfinished: usize = self.lines.iter().map(|line| line.batches.len()).sum();
        let dead: usize = self.dead.values().map(|(_, batch)| batch.tags.len()).sum();
        assert_eq!(counts.open + counts.closed, (unfinished - started) as u64);
        assert_eq!((counts.claimed, counts.retrying), (claimed as u64, (started - claimed) as u64));
        assert_eq!((counts.dead, counts.finished), (self.dead.len() as u64, self.finished.len() as u64));
        assert_eq!(counts.messages_buffered, (self.held_messages() - dead) as u64);
        assert_eq!(counts.past_due, late(false).count() as u64);
        assert_eq!(counts.leases_expired, late(true).count() as u64);
        let longest = late(false).map(|wake| self.now.since(wake)).max().unwrap_or_default();
        assert_eq!(u128::from(counts.longest_past_due_ms), longest.as_millis());
        let least = (0..KEYS).filter(|key| self.must_know(*key)).count();
        let most = self.lines.iter().filter(|line| line.may_linger).count();
        assert!((least as u64..=most as u64).contains(&counts.keys), "{least} <= {} <= {most}", counts.keys);
        self.check_wake();
        self.check_batches();
        self.check_senders();
    }

    fn check_wake(&self) {
        let wake = ok(self.store.next_wake());
        let truth = self.lines.iter().filter_map(Line::wake_at).min();
        assert_eq!(wake.is_some(), truth.is_some());
        assert!(wake <= truth, "woken at {wake:?}, but due at {truth:?}");
    }

    fn check_batches(&self) {
        let listed = ok(self.store.list(&Filter::newest(usize::MAX)));
        let listed: BTreeMap<_, _> = listed.iter().map(|record| (record.id, record.status)).collect();
        let is = |id, status: Status| assert_eq!(listed.get(&id), Some(&status), "{id}");
        self.finished.keys().for_each(|id| is(*id, Status::Finished));
        self.dead.keys().for_each(|id| is(*id, Status::Dead));
        let unfinished = self.lines.iter().flat_map(|line| &line.batches);
        assert_eq!(listed.len(), unfinished.clone().count() + self.dead.len() + self.finished.len());
        for held in unfinished.chain(self.dead.values().map(|(_, batch)| batch)) {
            assert!(listed.contains_key(&held.id));
            let whole = ok(self.store.batch(held.id)).expect("it is known");
            assert_eq!(tags_of(&whole.batch.expect("it is kept whole")), held.sorted());
        }
    }

    /// The store may forget who opted in where it has no room, and nobody else.
    pub(super) fn note_what_was_forgotten(&mut self) {
        let (store, is_full) = (&self.store, self.senders.len() > self.limits.opt_outs);
        self.senders.retain(|scope, sender| {
            let is_kept = ok(store.sender(scope)) != Sender::default();
            assert!(is_kept || (is_full && !sender.is_opted_out()), "{scope} was forgotten: {sender:?}");
            is_kept
        });
    }

    fn check_senders(&self) {
        for (scope, sender) in &self.senders {
            assert_eq!(ok(self.store.sender(scope)), *sender, "{scope}");
        }
        let all = NonZeroUsize::new(100).expect("it is not zero");
        let listed = ok(self.store.opted_out(None, all));
        assert!(listed.is_sorted_by(|one, other| one.sender < other.sender));
        let mut listed: Vec<_> = listed.iter().map(|one| format!("{} {}", one.since, one.cause)).collect();
        let opted_out = self.senders.values().filter(|sender| sender.is_opted_out());
        let told =
            opted_out.filter_map(|sender| Some(format!("{} {}", sender.changed_at()?, sender.cause()?)));
        let mut expected: Vec<_> = told.collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected);
        assert_eq!(self.counts().opted_out, expected.len() as u64);
    }
}
