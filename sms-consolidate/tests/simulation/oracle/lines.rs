//! The lines of unfinished batches: how windows run, and what moves them.

use std::collections::BTreeSet;
use std::time::Duration;

use sms_consolidate::lane::{BatchFacts, Control, OptOutChange, Refused, Requeued};
use sms_consolidate::store::{NoReply, Outcome, RequeueError};
use sms_consolidate::{BatchId, Key, OptOutCause, Timestamp};

use super::{Batch, Oracle, Sender, State, check};
use crate::plan::{SimKey, Span};

impl Oracle {
    pub(super) fn open(&mut self, now: Timestamp, key: SimKey, id: BatchId, span: Span) {
        check!(self, !self.batches.contains_key(&id), "batch {id} was opened twice");
        let number = self.batches.len();
        let batch = Batch {
            number,
            key,
            lineage: number,
            members: Vec::new(),
            bytes: 0,
            opened_at: now,
            due: now + span.open_for.min(span.max_wait),
            deadline: now + span.max_wait,
            sealed: false,
            muted: false,
            superseded: false,
            closed_early: span.max_wait.is_zero(),
            control: None,
            has_content: false,
            state: State::Unfinished,
            work: None,
            label: None,
            refusal: None,
            sends: Vec::new(),
            asked_until: None,
            superseded_tokens: Vec::new(),
            losers: BTreeSet::new(),
        };
        self.batches.insert(id, batch);
        self.lines.entry(key).or_default().batches.push_back(id);
    }

    /// The batch that was opened last goes before all that were never claimed.
    pub(super) fn move_ahead(&mut self, key: SimKey) {
        let line = self.lines.entry(key).or_default();
        let is_waiting = |id: &BatchId| self.batches.get(id).is_some_and(|batch| batch.work.is_none());
        let place = line.batches.iter().position(is_waiting);
        if let Some((place, id)) = place.zip(line.batches.pop_back()) {
            line.batches.insert(place, id);
        }
    }

    pub(super) fn join(&mut self, now: Timestamp, id: BatchId, span: Span) {
        let Some(batch) = self.batch(id) else { return };
        if batch.due <= now {
            return;
        }
        let is_urgent = span.max_wait.is_zero();
        if is_urgent || !batch.superseded {
            batch.deadline = batch.deadline.min((batch.opened_at + span.max_wait).max(now));
        }
        if let Some(extend_by) = span.extend_by {
            batch.due = batch.due.max(now + extend_by);
        }
        batch.due = batch.due.min(batch.deadline);
        batch.closed_early |= is_urgent;
    }

    pub(super) fn supersede(&mut self, now: Timestamp, id: BatchId, span: Span, within: Duration) {
        let Some(batch) = self.batch(id) else { return };
        if let Some(work) = batch.work.take() {
            batch.superseded_tokens.push(work.token);
            batch.losers.extend(work.holder());
        }
        batch.superseded = true;
        batch.deadline = batch.opened_at + within;
        batch.due = (now + span.extend_by.unwrap_or_default()).min(batch.deadline);
        batch.closed_early = span.max_wait.is_zero();
        if batch.closed_early {
            batch.due = batch.due.min(now);
        }
        batch.label = None;
    }

    pub(super) fn sender(&self, key: SimKey) -> Sender {
        self.senders.get(&key.opt_out_scope(self.plan.scope)).copied().unwrap_or_default()
    }

    /// Somebody says that a sender has opted out, or in. Returns whether that is a change. What is older than what is
    /// known is none.
    pub(super) fn steer(&mut self, now: Timestamp, scope: &str, change: OptOutChange) -> bool {
        let sender = self.senders.entry(scope.to_owned()).or_default();
        let known_since = sender.changed_at.max(sender.started_at);
        if change.as_of.is_some_and(|as_of| known_since.is_some_and(|since| as_of <= since)) {
            self.reach("an older word");
            return false;
        }
        let said_at = if change.opted_out { &mut sender.stopped_at } else { &mut sender.started_at };
        *said_at = Some(now);
        let is_new = sender.opted_out != change.opted_out;
        if is_new {
            sender.opted_out = change.opted_out;
            sender.changed_at = Some(now);
        }
        is_new
    }

    /// Ends what waits for an answer. Where the sender had stopped before, the confirmation of that still leaves.
    pub(super) fn silence(&mut self, now: Timestamp, key: SimKey, again: bool) {
        let line = self.lines.entry(key).or_default();
        for id in &line.batches {
            let Some(batch) = self.batches.get_mut(id) else { continue };
            if !(again && batch.control == Some(Control::Stop)) {
                batch.muted = true;
            }
            batch.sealed = true;
            match &mut batch.work {
                Some(work) => work.hurry(now),
                None => {
                    batch.due = batch.due.min(now);
                    batch.closed_early = true;
                }
            }
        }
    }

    pub(crate) fn set_opted_out(&mut self, now: Timestamp, scope: &str, change: OptOutChange, answer: bool) {
        if change.cause == OptOutCause::Gateway {
            let is_true = change.as_of.is_some_and(|as_of| self.was_rejected_as_of(as_of));
            check!(self, is_true, "{scope} {change:?}: no gateway that was asked then has said so");
        }
        let changed = self.steer(now, scope, change);
        check!(self, answer == changed, "{scope} {change:?} was answered with {answer}");
    }

    pub(crate) fn flushed(&mut self, now: Timestamp, key: Option<SimKey>, count: u64) {
        let mut expected = 0;
        for batch in self.batches.values_mut() {
            let is_meant = batch.state == State::Unfinished && key.is_none_or(|key| key == batch.key);
            if is_meant && batch.work.is_none() && batch.due > now {
                batch.due = now;
                batch.closed_early = true;
                expected += 1;
            }
        }
        check!(self, count == expected, "a flush counted {count}, expected {expected}");
    }

    pub(super) fn cancelled(&mut self, node: usize, key: SimKey, cancelled: &[BatchFacts]) {
        let cancelled: Vec<BatchId> = cancelled.iter().map(|facts| facts.id).collect();
        let line = self.lines.entry(key).or_default();
        let is_kept = |id: &BatchId| self.batches.get(id).is_some_and(Batch::has_begun_to_reply);
        let (kept, expected): (Vec<_>, Vec<_>) = line.batches.drain(..).partition(is_kept);
        line.batches.extend(kept);
        check!(self, cancelled == expected, "a cancel of {key} ended {cancelled:?}, expected {expected:?}");
        for id in expected {
            self.reach("cancelled");
            self.must_stop(node, id);
            self.end(id, Outcome::NoReply(NoReply::Cancelled));
        }
    }

    /// A batch ends; it is out of its line already.
    pub(super) fn end(&mut self, id: BatchId, outcome: Outcome) {
        let Some(batch) = self.batch(id) else { return };
        batch.state = State::Ended(outcome);
        batch.work = None;
        let messages = batch.members.len();
        self.buffered -= messages;
    }

    pub(super) fn requeued(&mut self, now: Timestamp, id: BatchId, result: Result<Requeued, Refused>) {
        let Some(batch) = self.batch(id) else { return };
        let is_waiting = batch.state == State::Unfinished && !batch.is_leased();
        let state = batch.state.clone();
        match result {
            Ok(Requeued::DueNow) => {
                match &mut batch.work {
                    Some(work) => work.hurry(now),
                    None => {
                        batch.due = batch.due.min(now);
                        batch.closed_early = true;
                    }
                }
                check!(self, is_waiting, "a requeue hurried a batch that was {state:?}");
            }
            Ok(Requeued::Revived(new)) => {
                check!(self, state == State::Dead, "a requeue revived a batch that was {state:?}");
                self.revive(now, id, new);
            }
            Err(Refused::InFlight) => {
                check!(self, state == State::Unfinished && !is_waiting, "in flight was {state:?}");
            }
            Err(Refused::Unknown) => {
                let is_gone = !matches!(state, State::Unfinished | State::Dead);
                check!(self, is_gone, "unknown was {state:?}");
            }
            other => check!(self, false, "a requeue was answered with {other:?}"),
        }
    }

    /// What somebody is told who wanted a batch requeued.
    pub(crate) fn requeue_answered(&mut self, id: BatchId, result: &Result<Requeued, RequeueError>) {
        let Some(batch) = self.batch(id) else { return };
        let state = batch.state.clone();
        match result {
            Err(RequeueError::Finished) => {
                check!(self, matches!(state, State::Ended(_)), "finished is {state:?}");
            }
            // A batch that was requeued or handed back is not known under its old id.
            Err(RequeueError::Unknown) => {
                let is_gone = matches!(state, State::Requeued | State::HandedBack);
                check!(self, is_gone, "unknown is {state:?}");
            }
            _ => {}
        }
    }

    fn revive(&mut self, now: Timestamp, id: BatchId, new: BatchId) {
        self.reach("revived");
        let Some(dead) = self.batch(id) else { return };
        dead.state = State::Requeued;
        let (key, lineage, members, bytes) = (dead.key, dead.lineage, dead.members.clone(), dead.bytes);
        let (muted, control, has_content) = (dead.muted, dead.control, dead.has_content);
        let closed_early = dead.closed_early;
        let span = Span { open_for: Duration::ZERO, extend_by: None, max_wait: Duration::ZERO };
        self.open(now, key, new, span);
        let Some(batch) = self.batch(new) else { return };
        batch.lineage = lineage;
        batch.members = members;
        batch.bytes = bytes;
        batch.sealed = true;
        batch.muted = muted;
        batch.control = control;
        batch.has_content = has_content;
        batch.closed_early = closed_early;
    }

    /// The messages of a batch in their total order: effective time, part, arrival.
    pub(super) fn sorted(&self, batch: &Batch) -> Vec<u32> {
        let mut tags = batch.members.clone();
        tags.sort_by_key(|tag| self.messages.get(tag).map(|kept| (kept.effective_at, kept.part)));
        tags
    }

    /// When each key with unfinished batches could next be claimed.
    pub(super) fn wakes(&self) -> impl Iterator<Item = (SimKey, Timestamp)> + '_ {
        self.lines.iter().filter_map(|(key, line)| {
            let head = self.batches.get(line.batches.front()?)?;
            Some((*key, head.wake()))
        })
    }

    pub(crate) fn check_next_wake(&mut self, answer: Option<Timestamp>) {
        let earliest = self.wakes().map(|(_, wake)| wake).min();
        let is_late = match (answer, earliest) {
            (Some(answer), Some(earliest)) => answer > earliest,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        check!(self, !is_late, "the next wake is {answer:?}, later than {earliest:?}");
    }

    /// The keys whose head could be claimed now.
    pub(crate) fn claimable(&self, now: Timestamp) -> Vec<SimKey> {
        self.wakes().filter(|(_, wake)| *wake <= now).map(|(key, _)| key).collect()
    }

    pub(crate) fn has_unfinished(&self) -> bool {
        self.lines.values().any(|line| !line.batches.is_empty())
    }

    /// Every id that was ever seen, in order of first appearance.
    pub(crate) fn known_ids(&self) -> Vec<BatchId> {
        let mut ids: Vec<_> = self.batches.iter().map(|(id, batch)| (batch.number, *id)).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    pub(crate) fn dead_ids(&self) -> Vec<BatchId> {
        let ids = self.known_ids().into_iter();
        ids.filter(|id| self.batches[id].state == State::Dead).collect()
    }
}
