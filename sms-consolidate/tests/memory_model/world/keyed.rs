//! What is done to a key or a sender, whoever holds its head.

use std::num::NonZeroUsize;
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, OptOutChange, Requeued};
use sms_consolidate::store::{RequeueError, Store, StoreExt};
use sms_consolidate::{BatchId, OptOutCause};

use super::super::line::Held;
use super::super::ops::{KEYS, Reach};
use super::{World, name, now, ok, opt_out_scope, scope_of};

impl World {
    pub(super) fn requeue(&mut self, id: BatchId) {
        let at = self.now;
        let requeued = now(self.store.requeue(at, id));
        if let Some((key, dead)) = self.dead.remove(&id) {
            let Ok(Requeued::Revived(new)) = requeued else { panic!("{requeued:?}") };
            assert!(!self.known_ids().contains(&new), "a revived batch has a new id");
            self.gone.insert(id);
            let mut tags = dead.tags;
            tags.sort_by_key(|(effective_at, _)| *effective_at);
            return self.line(key).batches.push(Held { id: new, tags, opened_at: at, due_at: at });
        }
        if self.finished.contains_key(&id) {
            return assert!(matches!(requeued, Err(RequeueError::Finished)), "{requeued:?}");
        }
        for line in &mut self.lines {
            let Some(position) = line.batches.iter().position(|batch| batch.id == id) else { continue };
            match line.work.as_mut().filter(|_| position == 0) {
                Some(work) if work.leased => {
                    return assert!(matches!(requeued, Err(RequeueError::InFlight)), "{requeued:?}");
                }
                Some(work) => work.until = work.until.min(at),
                None => line.batches[position].due_at = line.batches[position].due_at.min(at),
            }
            return assert!(matches!(requeued, Ok(Requeued::DueNow)), "{requeued:?}");
        }
        assert!(matches!(requeued, Err(RequeueError::Unknown)), "{requeued:?}");
    }

    pub(super) fn flush(&mut self, key: Option<u8>) {
        let at = self.now;
        let flushed = match key {
            Some(key) => ok(self.store.flush(at, &name(key), CloseReason::Flush)),
            None => ok(self.store.flush_all(at, CloseReason::Flush)),
        };
        let mut expected = 0;
        for (number, line) in (0..KEYS).zip(&mut self.lines) {
            if key.is_none_or(|key| key == number) {
                for batch in line.waiting().filter(|batch| batch.due_at > at) {
                    batch.due_at = at;
                    expected += 1;
                }
            }
        }
        assert_eq!(flushed, expected);
    }

    pub(super) fn cancel(&mut self, key: u8) {
        let cancelled = ok(self.store.cancel(self.now, &name(key)));
        let line = self.line(key);
        let keeps_head = line.is_replying();
        let taken: Vec<Held> = line.batches.drain(usize::from(keeps_head)..).collect();
        if !keeps_head {
            line.lose();
        }
        let told: Vec<_> = cancelled.iter().map(|facts| (facts.id, facts.messages as usize)).collect();
        assert_eq!(told, taken.iter().map(|batch| (batch.id, batch.tags.len())).collect::<Vec<_>>());
        self.finished.extend(taken.into_iter().map(|batch| (batch.id, batch)));
    }

    pub(super) fn opt_out(&mut self, key: u8, reach: Reach, opted_out: bool, age: Option<Duration>) {
        let (at, scope) = (self.now, scope_of(key, reach));
        let word = OptOutChange::new(opted_out, OptOutCause::Operator);
        let word = age.map_or(word, |age| word.as_of(at - age));
        let before = self.sender(&scope);
        let after = before.after(at, &word);
        let has_changed = after.is_opted_out() != before.is_opted_out();
        let changed = ok(self.store.opt_out(at, &name(key), opt_out_scope(reach), word));
        assert_eq!(changed, has_changed);
        if after != before {
            self.senders.insert(scope, after);
        }
        if changed && opted_out {
            self.line(key).silence(at);
        }
    }

    pub(super) fn maintain(&mut self, limit: usize) {
        let step = NonZeroUsize::new(limit).expect("no limit is zero");
        let mut senders_pruned = 0;
        loop {
            let done = ok(self.store.maintain(self.now, step));
            senders_pruned += done.senders_pruned;
            if !done.more {
                break;
            }
        }
        let (now, known) = (self.now, self.senders.len());
        self.senders.retain(|_, sender| sender.forgettable_at().is_none_or(|at| at > now));
        assert_eq!(senders_pruned, (known - self.senders.len()) as u64);
        for key in 0..KEYS {
            self.line(key).may_linger = self.must_know(key);
        }
    }
}
