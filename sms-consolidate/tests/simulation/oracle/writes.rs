//! What one key's batches may become, and what the holder of a claim may write.

use sms_consolidate::lane::{Answer, Buried, Fence, LossReason, Refused, RetryTerms, Stage, Transition};
use sms_consolidate::store::{ChangeError, Changed, Finish, Outcome};
use sms_consolidate::{Classification, Timestamp};

use super::{Batch, Hold, Oracle, State, check};
use crate::plan::{SimKey, Weather};

impl Oracle {
    /// Judges the answer to a transition. If the store failed, nothing has happened.
    pub(crate) fn changed(
        &mut self,
        now: Timestamp,
        node: usize,
        key: SimKey,
        transition: &Transition,
        result: &Result<Changed, ChangeError>,
    ) {
        let (answer, wake) = match result {
            Ok(Changed { answer, wake_at, .. }) => (Ok(answer), *wake_at),
            Err(ChangeError::Refused(refused)) => (Err(*refused), None),
            Err(_) => return,
        };
        match (transition, answer) {
            (Transition::Requeue { batch, .. }, Ok(Answer::Requeued(requeued))) => {
                self.requeued(now, *batch, Ok(*requeued));
            }
            (Transition::Requeue { batch, .. }, Err(refused)) => self.requeued(now, *batch, Err(refused)),
            (Transition::Flush { .. }, Ok(Answer::Flushed(count))) => self.flushed(now, Some(key), *count),
            (Transition::Cancel, Ok(Answer::Cancelled(facts))) => self.cancelled(node, key, facts),
            (Transition::Silence, Ok(Answer::Silenced(_))) => self.silence(now, key, true),
            (_, answer) => return self.written(now, key, transition, answer, wake),
        }
        self.check_wake(key, answer.is_ok(), wake);
    }

    /// Judges the answer to what the holder of a claim writes.
    fn written(
        &mut self,
        now: Timestamp,
        key: SimKey,
        transition: &Transition,
        answer: Result<&Answer, Refused>,
        wake: Option<Timestamp>,
    ) {
        let fence = match transition {
            Transition::Renew { fence, .. }
            | Transition::Record { fence, .. }
            | Transition::Finish { fence, .. }
            | Transition::Retry { fence, .. }
            | Transition::Bury { fence, .. } => *fence,
            _ => return check!(self, false, "{key}: {transition:?} was answered with {answer:?}"),
        };
        let lost = match answer {
            Ok(_) => None,
            Err(Refused::Lost(reason)) => Some(reason),
            Err(refused) => return check!(self, false, "{key}: {transition:?} was refused: {refused}"),
        };
        if !self.fenced(transition, fence, lost) {
            return;
        }
        match (transition, answer) {
            (Transition::Renew { .. }, Ok(Answer::Renewed(until))) => self.renewed(now, fence, *until),
            (Transition::Record { classification, reply, .. }, Ok(Answer::Recorded(recorded))) => {
                self.classified(fence, classification.as_ref());
                if let Some(terms) = reply {
                    self.reply_asked_for(now, fence, terms, recorded.reply.err());
                } else {
                    check!(self, recorded.reply.is_ok(), "a reply was refused that nobody asked for");
                }
            }
            (Transition::Finish { finish, .. }, Ok(Answer::Finished)) => self.finished(now, fence, finish),
            (Transition::Retry { terms, .. }, Ok(Answer::Waiting)) => self.retried(now, fence, terms),
            (Transition::Bury { maybe_sent, .. }, Ok(Answer::Buried(buried))) => {
                self.buried(fence, *maybe_sent, *buried);
            }
            _ => check!(self, false, "{key}: {transition:?} was answered with {answer:?}"),
        }
        self.check_wake(key, true, wake);
    }

    /// What the store says of when the key next has something to do.
    fn check_wake(&mut self, key: SimKey, was_changed: bool, wake: Option<Timestamp>) {
        let head = self.lines.get(&key).and_then(|line| self.batches.get(line.batches.front()?));
        let expected = head.map(Batch::wake);
        check!(self, !was_changed || wake == expected, "{key} wakes at {wake:?}, not {expected:?}");
    }

    /// Whether a write under a claim took place. It must have if, and only if, the claim holds.
    fn fenced(&mut self, write: &Transition, fence: Fence, lost: Option<LossReason>) -> bool {
        let name = self.name(fence.batch);
        let batch = self.batches.get(&fence.batch);
        let held = batch.is_some_and(|batch| batch.is_held_by(fence.token));
        match lost {
            None => check!(self, held, "{name}: {write:?} under a stale token took place"),
            Some(reason) => {
                let superseded = batch.is_some_and(|batch| batch.superseded_tokens.contains(&fence.token));
                // A loss long ago is told as a theft.
                let is_true = reason != LossReason::Superseded || superseded;
                check!(self, !held, "{name}: {write:?} was refused to the holder: {reason}");
                check!(self, is_true, "{name}: {write:?} was refused: {reason}, which is not why");
            }
        }
        lost.is_none() && held
    }

    fn renewed(&mut self, now: Timestamp, fence: Fence, renewed: Timestamp) {
        if let Some(work) = self.batches.get_mut(&fence.batch).and_then(|batch| batch.work.as_mut())
            && let Hold::Leased { until, .. } = &mut work.hold
        {
            work.held_at = now;
            let old = std::mem::replace(until, renewed);
            check!(self, renewed >= old, "a renewal shortened the lease from {old} to {renewed}");
        }
    }

    fn classified(&mut self, fence: Fence, classification: Option<&Classification>) {
        let Some(found) = classification else { return };
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let label = batch.label.replace(found.label.clone());
        if let Some(work) = &mut batch.work {
            work.stage = work.stage.max(Stage::Classified);
        }
        let is_kept = label.as_ref().is_none_or(|label| *label == found.label);
        check!(self, is_kept, "{name} was {label:?}, and is recorded as {:?}", found.label);
    }

    /// What was answered is paid for, and recorded before the attempt is given up.
    fn check_paid_once(&mut self, fence: Fence) {
        let name = self.name(fence.batch);
        let is_recorded = self.batches.get(&fence.batch).is_none_or(|batch| batch.label.is_some());
        let was_answered = self.classify_calls.iter().any(|call| call.was_answered(fence));
        check!(self, is_recorded || !was_answered, "{name} was classified, and nobody recorded it");
    }

    fn retried(&mut self, now: Timestamp, fence: Fence, terms: &RetryTerms) {
        self.check_paid_once(fence);
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let may_be_sent = batch.may_be_sent(fence.token);
        let Some(work) = &mut batch.work else { return };
        work.hold = Hold::Waiting { until: terms.at };
        if !terms.counts {
            work.attempts = work.attempts.saturating_sub(1);
        }
        let attempts = work.attempts;
        if !terms.maybe_sent {
            self.withdraw_reply(fence);
        }
        let limit = self.plan.max_attempts;
        self.reach(if terms.counts { "retried" } else { "given back" });
        check!(self, !may_be_sent || terms.maybe_sent, "{name}: a reply that may be out was withdrawn");
        check!(self, !terms.counts || attempts < limit, "{name}: attempt {} of {limit}", attempts + 1);
        let is_late = self.plan.weather == Weather::Clear && terms.at < now;
        check!(self, !is_late, "{name} is tried again in the past");
    }

    /// The reply was certainly not sent: it may be tried again, or superseded, and the loop guard does not count it.
    fn withdraw_reply(&mut self, fence: Fence) {
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let key = batch.key;
        let Some(work) = &mut batch.work else { return };
        work.stage = work.stage.min(Stage::Classified);
        work.begun_by = None;
        if std::mem::take(&mut work.counted) {
            self.lines.entry(key).or_default().replies.pop();
            self.reach("a reply does not count");
        }
    }

    fn buried(&mut self, fence: Fence, maybe_sent: bool, buried: Buried) {
        self.check_paid_once(fence);
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let may_be_sent = batch.may_be_sent(fence.token);
        let taken = self.taken.get(&batch.lineage).copied().unwrap_or_default();
        check!(self, !maybe_sent, "{name}: the processor never buries what may be sent");
        check!(self, !may_be_sent, "{name} is dead, and its reply may be out");
        check!(self, taken == 0, "{name} is dead, and its reply arrived");
        check!(self, buried == Buried::Dead { abandoned: None }, "{name} was buried as {buried:?}");
        self.reach("dead");
        self.withdraw_reply(fence);
        self.leave_line(fence, State::Dead);
    }

    fn finished(&mut self, now: Timestamp, fence: Fence, finish: &Finish) {
        self.classified(fence, finish.classification.as_ref());
        self.judge(now, fence, &finish.outcome);
        if matches!(finish.outcome, Outcome::NoReply(_)) {
            self.withdraw_reply(fence);
        }
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let (name, messages) = (self.name(fence.batch), batch.members.len());
        let (label, content) = (batch.label.is_some(), batch.has_content);
        let is_known = label == content || (!label && self.is_in_vain(fence.batch));
        check!(self, is_known, "{name} ended: content {content}, classified {label}");
        self.buffered -= messages;
        self.leave_line(fence, State::Ended(finish.outcome.clone()));
    }

    fn leave_line(&mut self, fence: Fence, state: State) {
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        batch.state = state;
        batch.work = None;
        let key = batch.key;
        self.lines.entry(key).or_default().batches.pop_front();
    }
}
