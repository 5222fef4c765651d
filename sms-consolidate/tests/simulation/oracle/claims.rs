//! What a claim may be.

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{CloseReason, Stage, Token};
use sms_consolidate::store::Claim;

use super::{Batch, Hold, Oracle, Sent, Work, check};
use crate::plan::{SimKey, SimMessage};

impl Work {
    pub(super) fn holder(&self) -> Option<usize> {
        match self.hold {
            Hold::Leased { node, .. } => Some(node),
            Hold::Waiting { .. } => None,
        }
    }

    pub(super) fn hurry(&mut self, now: Timestamp) {
        if let Hold::Waiting { until } = &mut self.hold {
            *until = now.min(*until);
        }
    }
}

impl Batch {
    pub(super) fn is_leased(&self) -> bool {
        self.work.as_ref().is_some_and(|work| matches!(work.hold, Hold::Leased { .. }))
    }

    pub(super) fn has_begun_to_reply(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.stage == Stage::Replying)
    }

    pub(super) fn wake(&self) -> Timestamp {
        match self.work.as_ref().map(|work| work.hold) {
            Some(Hold::Leased { until, .. } | Hold::Waiting { until }) => until,
            None => self.due,
        }
    }

    pub(super) fn is_held_by(&self, token: Token) -> bool {
        self.is_leased() && self.work.as_ref().is_some_and(|work| work.token == token)
    }

    /// The requests since the reply was begun.
    pub(super) fn sends_now(&self) -> &[Option<Sent>] {
        self.work.as_ref().map_or(&[], |work| &self.sends[work.sends_from.min(self.sends.len())..])
    }

    /// Whether a reply may have reached the recipient as far as the library can know.
    pub(super) fn may_be_sent(&self, token: Token) -> bool {
        let Some(work) = self.work.as_ref().filter(|work| work.stage == Stage::Replying) else {
            return false;
        };
        let sends = self.sends_now();
        let is_uncertain = |sent: &Option<Sent>| matches!(sent, None | Some(Sent::Unknown | Sent::Taken));
        // Only the holder that began the reply knows how its requests ended.
        sends.iter().any(is_uncertain) || work.begun_by != Some(token)
    }
}

impl Oracle {
    pub(crate) fn claimed(
        &mut self,
        now: Timestamp,
        node: usize,
        limit: usize,
        claims: &[Claim<SimKey, SimMessage>],
    ) {
        check!(self, claims.len() <= limit, "{} claims, the limit is {limit}", claims.len());
        for claim in claims {
            self.claim(now, node, claim);
        }
        if claims.len() < limit {
            let left = self.claimable(now);
            check!(self, left.is_empty(), "a claim left out {left:?}");
        }
    }

    pub(crate) fn delivered(&mut self, claims: &[Claim<SimKey, SimMessage>]) {
        for claim in claims {
            let work = self.batches.get_mut(&claim.batch.id).and_then(|batch| batch.work.as_mut());
            if let Some(work) = work.filter(|work| work.token == claim.token) {
                work.is_delivered = true;
            }
        }
    }

    fn claim(&mut self, now: Timestamp, node: usize, claim: &Claim<SimKey, SimMessage>) {
        let (id, key) = (claim.batch.id, claim.batch.key);
        let name = self.name(id);
        let head = self.lines.get(&key).and_then(|line| line.batches.front().copied());
        check!(self, head == Some(id), "{name} was claimed and is not the head of {key}");
        let Some(batch) = self.batches.get(&id) else { return };
        let (wake, expected) = (batch.wake(), self.sorted(batch));
        check!(self, wake <= now, "{name} was claimed at {now}, its time is {wake}");
        let tags: Vec<u32> = claim.batch.messages.iter().map(|message| message.tag).collect();
        check!(self, tags == expected, "{name} was claimed with {tags:?}, expected {expected:?}");
        let arrived: Vec<_> =
            tags.iter().filter_map(|tag| Some(self.messages.get(tag)?.arrived_at)).collect();
        check!(self, claim.batch.arrived_at == arrived, "{name}: {:?}", claim.batch.arrived_at);
        let Some(batch) = self.batches.get_mut(&id) else { return };
        let early = claim.batch.close_reason != CloseReason::Timeout;
        let closed_early = batch.closed_early;
        let facts = (claim.batch.due_at, claim.batch.control, claim.batch.has_content);
        let expected_facts = (batch.due, batch.control, batch.has_content);
        let last = batch.work.take();
        let was_leased = last.as_ref().is_some_and(|work| matches!(work.hold, Hold::Leased { .. }));
        let is_first = last.is_none();
        // A worker that lives and is awake keeps its lease.
        let is_dead = last.as_ref().and_then(Work::holder).is_none_or(|holder| self.killed.contains(&holder));
        let was_asleep = last.as_ref().is_some_and(|work| self.jumped_at >= work.held_at);
        let was_missed = last.as_ref().is_some_and(|work| !work.is_delivered);
        let is_lawful = is_dead || was_missed || was_asleep || !self.plan.weather.is_prompt();
        let stolen = last.as_ref().map(|work| work.token);
        batch.losers.extend(last.as_ref().and_then(Work::holder));
        let mut work = last.unwrap_or_else(|| Work::new(claim.token, batch.sends.len()));
        if was_leased {
            work.lease_losses += 1;
        } else {
            work.attempts += 1;
        }
        work.token = claim.token;
        work.hold = Hold::Leased { until: claim.lease_until, node };
        work.held_at = now;
        work.is_delivered = false;
        let counts = (work.attempts, work.lease_losses, work.stage);
        let text = work.text.clone();
        batch.work = Some(work);
        let label = batch.label.clone();
        let superseded = batch.superseded_tokens.iter().max().copied();
        let lease = self.plan.lease;
        if was_leased {
            self.reach("stolen");
            check!(self, is_lawful, "{name} was stolen from a worker that lives");
        }

        let newer = stolen.max(superseded).is_none_or(|old| claim.token > old);
        check!(self, newer, "{name} was claimed under the token {:?} again", claim.token);
        check!(self, claim.lease_until == now + lease, "{name} is leased until {}", claim.lease_until);
        check!(self, !is_first || early == closed_early, "{name} closed by {:?}", claim.batch.close_reason);
        // A batch that was tried before shows what it showed then.
        check!(self, !is_first || facts == expected_facts, "{name}: {facts:?}, expected {expected_facts:?}");
        let claimed = (claim.attempt, claim.lease_losses, claim.stage);
        check!(self, claimed == counts, "{name}: {claimed:?}, expected {counts:?}");
        let decided: Vec<_> = claim.reply.iter().map(|part| part.text.clone()).collect();
        let expected: Vec<_> = text.into_iter().collect();
        check!(self, decided == expected, "{name}: the reply is {decided:?}, expected {expected:?}");
        let kept = claim.classification.as_ref().map(|found| found.label.clone());
        check!(self, kept == label, "{name} was found to be {kept:?}, expected {label:?}");
    }
}

impl Work {
    fn new(token: Token, sends_from: usize) -> Self {
        Self {
            attempts: 0,
            lease_losses: 0,
            token,
            hold: Hold::Waiting { until: Timestamp::MIN },
            held_at: Timestamp::MIN,
            is_delivered: false,
            stage: Stage::Claimed,
            text: None,
            begun_by: None,
            begun_at: Timestamp::MIN,
            counted: false,
            sends_from,
        }
    }
}
