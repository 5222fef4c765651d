//! What the classifier and the sender may be asked.

use sms_consolidate::lane::{Fence, Stage, Token};
use sms_consolidate::{BatchId, Reply, Timestamp};

use super::{Hold, Oracle, check};
use crate::plan::{SimKey, UNREACHABLE, Weather};

/// How a request to the gateway ended, as far as the library can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Taken,
    Rejected {
        opted_out: bool,
    },
    /// Certainly not sent; it may be tried again.
    Refused,
    /// Lost, hung, panicked or cut off.
    Unknown,
}

/// A call under way, and the claim under which it began; `None` if that was gone already.
pub(super) struct ClassifyCall {
    batch: BatchId,
    claim: Option<Token>,
    open: bool,
    node: usize,
    /// It said what the batch is.
    answered: bool,
    /// Its node has been told that the claim is gone.
    must_stop: bool,
}

impl ClassifyCall {
    /// Whether it said what the batch is, under this claim.
    pub(super) fn was_answered(&self, fence: Fence) -> bool {
        self.answered && self.batch == fence.batch && self.claim == Some(fence.token)
    }
}

pub(super) struct SendCall {
    batch: BatchId,
    index: usize,
    claim: Option<Token>,
    open: bool,
    node: usize,
    begun_at: Timestamp,
}

impl Oracle {
    /// The token under which this node holds the batch.
    ///
    /// `None` if it has held it before and the store is not clear: a job of the lost claim may then have only begun.
    fn token_of(&self, node: usize, id: BatchId) -> Option<Token> {
        let batch = self.batches.get(&id)?;
        if self.plan.weather != Weather::Clear && batch.losers.contains(&node) {
            return None;
        }
        let work = batch.work.as_ref()?;
        matches!(work.hold, Hold::Leased { node: holder, .. } if holder == node).then_some(work.token)
    }

    /// Whether another call works for the same key under a claim that still holds.
    fn is_busy(&self, key: SimKey) -> bool {
        let classifying = self.classify_calls.iter().map(|call| (call.open, call.batch, call.claim));
        let sending = self.send_calls.iter().map(|call| (call.open, call.batch, call.claim));
        classifying.chain(sending).any(|(open, id, claim)| {
            let batch = self.batches.get(&id).filter(|batch| open && batch.key == key);
            claim.zip(batch).is_some_and(|(token, batch)| batch.is_held_by(token))
        })
    }

    pub(crate) fn classify_begins(&mut self, node: usize, id: BatchId, tags: &[u32]) -> usize {
        let claim = self.token_of(node, id);
        let name = self.name(id);
        check!(self, !self.stopped.contains(&node), "{name} is classified by n{node}, which has shut down");
        if let Some(batch) = self.batches.get(&id).filter(|_| claim.is_some()) {
            let (key, label, content) = (batch.key, batch.label.clone(), batch.has_content);
            let expected = self.sorted(batch);
            check!(self, tags == expected, "{name} is classified as {tags:?}, expected {expected:?}");
            check!(self, label.is_none(), "{name} is classified again");
            check!(self, content, "{name} holds nothing to classify");
            let is_busy = self.is_busy(key);
            check!(self, !is_busy, "{key} is classified while another call for it is under way");
            // So there is one call more than there were attempts that failed.
            let again = self.classify_calls.iter().any(|call| call.batch == id && call.claim == claim);
            check!(self, !again, "{name} is classified twice under one claim");
        }
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.asked_until = None;
        }
        self.classify_calls.push(ClassifyCall {
            batch: id,
            claim,
            open: true,
            node,
            answered: false,
            must_stop: false,
        });
        self.classify_calls.len() - 1
    }

    pub(crate) fn classify_ended(&mut self, call: usize, answered: bool) {
        let call = &mut self.classify_calls[call];
        (call.open, call.answered) = (false, answered);
    }

    /// A call has failed, and is to be made again after `until` at the earliest.
    pub(crate) fn asks_to_wait(&mut self, id: BatchId, until: Option<Timestamp>) {
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.asked_until = until;
        }
    }

    /// The node has superseded or cancelled the batch, so a classification of it is pointless.
    pub(super) fn must_stop(&mut self, node: usize, id: BatchId) {
        let calls = self.classify_calls.iter_mut();
        calls.filter(|call| call.node == node && call.batch == id).for_each(|call| call.must_stop = true);
    }

    pub(crate) fn check_pointless_calls(&mut self) {
        let pointless = self.classify_calls.iter().find(|call| call.open && call.must_stop);
        let Some(batch) = pointless.map(|call| self.name(call.batch)) else { return };
        check!(self, false, "{batch} was taken away, and its classification goes on");
    }

    pub(crate) fn send_begins(&mut self, now: Timestamp, node: usize, reply: &Reply<SimKey>) -> usize {
        let id = reply.batch;
        let claim = self.token_of(node, id);
        let name = self.name(id);
        check!(self, !self.stopped.contains(&node), "{name} is replied to by n{node}, which has shut down");
        let mut index = 0;
        if let Some(batch) = self.batches.get(&id) {
            let key = batch.key;
            index = batch.sends.len();
            let earlier = batch.sends.iter().filter(|sent| **sent != Some(Sent::Refused)).count();
            let work = batch.work.as_ref();
            let has_begun = work.is_some_and(|work| work.stage == Stage::Replying);
            let text = work.and_then(|work| work.text.clone());
            let is_busy = self.is_busy(key);
            let by = self.reply_by(id);
            check!(self, reply.to == key && key != UNREACHABLE, "a reply of {key} goes to {}", reply.to);
            // A holder that lost its claim in between may still be on its way.
            if claim.is_some() {
                check!(self, has_begun, "{name}: a reply leaves that was not begun");
                check!(self, text.as_ref() == Some(&reply.text), "{name}: {:?} leaves", reply.text);
                check!(self, !is_busy, "{key}: a reply leaves while another call for it is under way");
            }
            let idempotent = self.plan.idempotent;
            check!(self, idempotent || earlier == 0, "{name}: a reply that may be out is sent again");
            check!(self, now <= by, "{name}: a reply leaves at {now}, too late after {by}");
        } else {
            check!(self, false, "a reply to the unknown batch {id}");
        }
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.sends.push(None);
            batch.asked_until = None;
        }
        self.send_calls.push(SendCall { batch: id, index, claim, open: true, node, begun_at: now });
        self.send_calls.len() - 1
    }

    pub(crate) fn send_ended(&mut self, call: usize, sent: Sent) {
        let call = &mut self.send_calls[call];
        call.open = false;
        let (id, index) = (call.batch, call.index);
        if let Some(batch) = self.batches.get_mut(&id) {
            batch.sends[index] = Some(sent);
        }
    }

    /// Whether a request of that instant was rejected because the recipient had opted out.
    pub(super) fn was_rejected_as_of(&self, asked_at: Timestamp) -> bool {
        let opted_out = Some(Sent::Rejected { opted_out: true });
        self.send_calls.iter().any(|call| {
            let batch = self.batches.get(&call.batch);
            call.begun_at == asked_at && batch.is_some_and(|batch| batch.sends[call.index] == opted_out)
        })
    }

    /// The library dropped a request. It may when it has waited long enough, when the claim is gone, or when the node
    /// crashes or gives its batches back.
    pub(crate) fn send_cut_off(&mut self, now: Timestamp, call: usize) {
        let SendCall { batch: id, claim, node, begun_at, .. } = self.send_calls[call];
        let is_held = claim.zip(self.batches.get(&id)).is_some_and(|(token, batch)| batch.is_held_by(token));
        self.reach("a reply was cut off");
        // Whoever was asleep, and does not hear that its lease was renewed, takes it for lost.
        let work = self.batches.get(&id).and_then(|batch| batch.work.as_ref());
        let has_slept = work.is_some_and(|work| self.jumped_at >= work.begun_at);
        let is_excused = now >= begun_at + self.plan.send_timeout
            || self.interrupters.contains(&node)
            || (has_slept && self.plan.weather == Weather::Stormy);
        check!(self, !is_held || is_excused, "{}: its reply was cut off for no reason", self.name(id));
        self.send_ended(call, Sent::Unknown);
    }

    /// From now on this node may drop what it does: it crashes, shuts down, or works against a deadline.
    pub(crate) fn may_interrupt(&mut self, node: usize) {
        self.interrupters.insert(node);
    }

    /// The node's shutdown has returned: it begins nothing more.
    pub(crate) fn stopped(&mut self, node: usize) {
        self.stopped.insert(node);
    }

    pub(crate) fn killed(&mut self, node: usize) {
        self.may_interrupt(node);
        self.killed.insert(node);
    }

    pub(crate) fn jumped(&mut self, now: Timestamp) {
        self.jumped_at = now;
    }

    pub(crate) fn has_jumped_since(&self, instant: Timestamp) -> bool {
        self.jumped_at >= instant
    }

    /// The gateway passes the reply on, or knows it already if it is idempotent.
    pub(crate) fn takes(&mut self, id: BatchId) {
        let name = self.name(id);
        let Some(batch) = self.batches.get(&id) else { return };
        let taken = self.taken.entry(batch.lineage).or_default();
        if self.plan.idempotent && *taken > 0 {
            return self.reach("asked again for what was taken");
        }
        *taken += 1;
        let taken = *taken;
        check!(self, taken == 1, "{name}: its recipient got {taken} replies");
    }

    pub(crate) fn rejects(&mut self, id: BatchId, opted_out: bool) {
        self.rejected.insert(id, opted_out);
    }

    pub(crate) fn was_rejected(&self, id: BatchId) -> Option<bool> {
        self.rejected.get(&id).copied()
    }

    pub(crate) fn is_taken(&self, id: BatchId) -> bool {
        self.batches.get(&id).is_some_and(|batch| self.taken.contains_key(&batch.lineage))
    }
}
