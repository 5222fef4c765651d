//! What a claim may be, and what its holder may write.

use std::time::Duration;

use sms_consolidate::lane::{
    CloseReason, Control, Fence, LossReason, ReplyRefusal, ReplyTerms, RetryTerms, Stage, Token,
};
use sms_consolidate::store::{BeginReplyError, Claim, FencedError, Finish, NoReply, Outcome};
use sms_consolidate::{BatchId, Label, Timestamp};

use super::{Batch, Hold, Oracle, Sent, State, Work, check};
use crate::plan::{
    HELP_TEXT, HOUR, Keywords, START_TEXT, STOP_TEXT, SimKey, SimMessage, UNREACHABLE, Weather,
};

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
    fn sends_now(&self) -> &[Option<Sent>] {
        self.work.as_ref().map_or(&[], |work| &self.sends[work.sends_from.min(self.sends.len())..])
    }

    /// Whether a reply may have reached the recipient as far as the library can know.
    fn may_be_sent(&self, token: Token) -> bool {
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
        check!(self, claim.reply == text, "{name}: the reply is {:?}, expected {text:?}", claim.reply);
        let kept = claim.checkpoint.as_ref().map(|checkpoint| checkpoint.label.clone());
        check!(self, kept == label, "{name}: the checkpoint is {kept:?}, expected {label:?}");
    }

    /// Judges the answer to a fenced write. True if the write took place.
    fn fenced(&mut self, what: &str, fence: Fence, lost: Option<LossReason>) -> bool {
        let name = self.name(fence.batch);
        let held = self.batches.get(&fence.batch).is_some_and(|batch| batch.is_held_by(fence.token));
        match lost {
            None => check!(self, held, "{name}: {what} under a stale token {:?} took place", fence.token),
            Some(reason) => {
                check!(self, !held, "{name}: {what} was refused to the holder: {reason}");
                let batch = self.batches.get(&fence.batch);
                let superseded = batch.is_some_and(|batch| batch.superseded_tokens.contains(&fence.token));
                // A loss long ago is told as a theft.
                let is_true = reason != LossReason::Superseded || superseded;
                check!(self, is_true, "{name}: {what} was refused: {reason}, which is not why");
            }
        }
        lost.is_none() && held
    }

    pub(crate) fn renewed(&mut self, now: Timestamp, fence: Fence, result: &Result<Timestamp, FencedError>) {
        if let Some(lost) = settled(result)
            && self.fenced("renew", fence, lost)
            && let Ok(renewed) = result
            && let Some(work) = self.batches.get_mut(&fence.batch).and_then(|batch| batch.work.as_mut())
            && let Hold::Leased { until, .. } = &mut work.hold
        {
            work.held_at = now;
            let old = std::mem::replace(until, *renewed);
            check!(self, *renewed >= old, "a renewal shortened the lease from {old} to {renewed}");
        }
    }

    pub(crate) fn checkpointed(&mut self, fence: Fence, label: &Label, result: &Result<(), FencedError>) {
        if let Some(lost) = settled(result)
            && self.fenced("checkpoint", fence, lost)
            && let Some(batch) = self.batches.get_mut(&fence.batch)
        {
            batch.label = Some(label.clone());
            if let Some(work) = &mut batch.work {
                work.stage = work.stage.max(Stage::Classified);
            }
        }
    }

    pub(crate) fn reply_begun(
        &mut self,
        now: Timestamp,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
        result: &Result<(), BeginReplyError>,
    ) {
        let refusal = match result {
            Ok(()) => None,
            Err(BeginReplyError::Refused(refusal)) => Some(*refusal),
            Err(_) => return,
        };
        if let Some(ReplyRefusal::Lost(reason)) = refusal {
            self.fenced("begin_reply", fence, Some(reason));
            return;
        }
        if !self.fenced("begin_reply", fence, None) {
            return;
        }
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let line = self.lines.get(&batch.key);
        let opted_out = line.is_some_and(|line| line.opted_out);
        let is_silenced = batch.muted || (opted_out && batch.control != Some(Control::Stop));
        let Some(work) = &batch.work else { return };
        let is_short = batch.wake().since(now) < terms.send_timeout;
        let is_again = work.stage == Stage::Replying;
        let recent = line.map_or(0, |line| line.replies.iter().filter(|sent| now < **sent + HOUR).count());
        let confirms_stop = batch.control == Some(Control::Stop);
        let is_looping = !is_again
            && !confirms_stop
            && self.plan.max_replies_per_hour.is_some_and(|limit| recent >= limit as usize);
        let expected = if is_silenced {
            Some(ReplyRefusal::OptedOut)
        } else if is_short {
            Some(ReplyRefusal::LeaseTooShort)
        } else if is_looping {
            Some(ReplyRefusal::LoopGuard)
        } else {
            None
        };
        check!(self, refusal == expected, "{name}: begin_reply said {refusal:?}, expected {expected:?}");
        if refusal == Some(ReplyRefusal::LeaseTooShort) {
            self.reach("the lease was too short");
        }
        if let Some(batch) = self.batches.get_mut(&fence.batch) {
            batch.refusal = refusal;
        }
        if refusal.is_none() && !is_again {
            self.begin_reply(now, fence, text);
        }
    }

    fn begin_reply(&mut self, now: Timestamp, fence: Fence, text: &str) {
        let expected = self.expected_text(fence.batch);
        check!(self, expected.as_deref() == Some(text), "a reply says {text:?}, expected {expected:?}");
        let limit = self.plan.max_replies_per_hour;
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let line = self.lines.entry(batch.key).or_default();
        let recent = line.replies.iter().filter(|sent| now < **sent + HOUR).count();
        let counts = limit.is_some_and(|limit| recent < limit as usize);
        let sends = batch.sends.len();
        let key = batch.key;
        if let Some(work) = &mut batch.work {
            work.stage = Stage::Replying;
            work.text = Some(text.to_owned());
            work.begun_by = Some(fence.token);
            work.begun_at = now;
            work.counted = counts;
            work.sends_from = sends;
        }
        if counts {
            self.lines.entry(key).or_default().replies.push(now);
        }
    }

    /// What the batch is to be answered with.
    fn expected_text(&self, id: BatchId) -> Option<String> {
        let batch = self.batches.get(&id)?;
        if batch.key == UNREACHABLE {
            return None;
        }
        let is_ours = matches!(self.plan.keywords, Keywords::Ours { .. });
        match batch.control {
            Some(Control::Stop) => is_ours.then(|| STOP_TEXT.to_owned()),
            _ if !self.plan.replies => None,
            Some(Control::Start) if is_ours => Some(START_TEXT.to_owned()),
            Some(Control::Help) if self.plan.keywords == (Keywords::Ours { help: true }) => {
                Some(HELP_TEXT.to_owned())
            }
            _ => {
                let label = batch.label.as_ref()?.as_str();
                (label != "SILENT").then(|| format!("on {label}"))
            }
        }
    }

    pub(crate) fn retried(
        &mut self,
        now: Timestamp,
        fence: Fence,
        terms: &RetryTerms,
        result: &Result<Option<Timestamp>, FencedError>,
    ) {
        let Some(lost) = settled(result) else { return };
        if !self.fenced("retry", fence, lost) {
            return;
        }
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let key = batch.key;
        let may_be_sent = batch.may_be_sent(fence.token);
        let Some(work) = &mut batch.work else { return };
        work.hold = Hold::Waiting { until: terms.at };
        if !terms.counts {
            work.attempts = work.attempts.saturating_sub(1);
        }
        let attempts = work.attempts;
        let mut gives_back = false;
        if !terms.maybe_sent {
            work.stage = work.stage.min(Stage::Classified);
            work.text = None;
            work.begun_by = None;
            gives_back = std::mem::take(&mut work.counted);
        }
        let wake = batch.wake();
        if gives_back {
            self.lines.entry(key).or_default().replies.pop();
        }
        let limit = self.plan.max_attempts;
        self.reach(if terms.counts { "retried" } else { "given back" });
        check!(self, !may_be_sent || terms.maybe_sent, "{name}: a reply that may be out was withdrawn");
        check!(self, !terms.counts || attempts < limit, "{name}: attempt {} of {limit}", attempts + 1);
        let is_late = self.plan.weather == Weather::Clear && terms.at < now;
        check!(self, !is_late, "{name} is tried again in the past");
        check!(self, matches!(result, Ok(at) if *at == Some(wake)), "{name} wakes at {result:?}, not {wake}");
    }

    pub(crate) fn buried(
        &mut self,
        fence: Fence,
        maybe_sent: bool,
        result: &Result<Option<Timestamp>, FencedError>,
    ) {
        let Some(lost) = settled(result) else { return };
        if !self.fenced("bury", fence, lost) {
            return;
        }
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let may_be_sent = batch.may_be_sent(fence.token);
        let taken = self.taken.get(&batch.lineage).copied().unwrap_or_default();
        check!(self, !maybe_sent, "{name}: the processor never buries what may be sent");
        check!(self, !may_be_sent, "{name} is dead, and its reply may be out");
        check!(self, taken == 0, "{name} is dead, and its reply arrived");
        self.reach("dead");
        self.leave_line(fence, State::Dead, result);
    }

    pub(crate) fn finished(
        &mut self,
        now: Timestamp,
        fence: Fence,
        finish: &Finish,
        result: &Result<Option<Timestamp>, FencedError>,
    ) {
        let Some(lost) = settled(result) else { return };
        if !self.fenced("finish", fence, lost) {
            return;
        }
        self.judge(now, fence, &finish.outcome);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let (name, messages) = (self.name(fence.batch), batch.members.len());
        let (label, content) = (batch.label.is_some(), batch.has_content);
        let is_known = label == content || (!label && self.is_in_vain(fence.batch));
        check!(self, is_known, "{name} ended: content {content}, classified {label}");
        self.buffered -= messages;
        self.leave_line(fence, State::Ended(finish.outcome.clone()), result);
    }

    fn leave_line(&mut self, fence: Fence, state: State, result: &Result<Option<Timestamp>, FencedError>) {
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        batch.state = state;
        batch.work = None;
        let key = batch.key;
        let line = self.lines.entry(key).or_default();
        line.batches.pop_front();
        let next = line.batches.front().and_then(|id| self.batches.get(id)).map(Batch::wake);
        check!(self, matches!(result, Ok(wake) if *wake == next), "{key} wakes at {result:?}, not {next:?}");
    }

    /// Whether a batch may end so.
    fn judge(&mut self, now: Timestamp, fence: Fence, outcome: &Outcome) {
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let taken = self.taken.get(&batch.lineage).copied().unwrap_or_default();
        let last = batch.sends_now().last().copied().flatten();
        let holds = match outcome {
            Outcome::Replied(receipt) => taken == 1 && receipt.id == Some(fence.batch.to_string()),
            Outcome::ReplyUnknown => batch.may_be_sent(fence.token),
            Outcome::NoReply(why) if taken > 0 => {
                check!(self, false, "{name} ended without a reply ({why}), and one arrived");
                true
            }
            Outcome::NoReply(NoReply::Off) => !self.plan.replies && batch.control != Some(Control::Stop),
            Outcome::NoReply(NoReply::OptedOut) => {
                batch.refusal == Some(ReplyRefusal::OptedOut)
                    || last == Some(Sent::Rejected { opted_out: true })
            }
            Outcome::NoReply(NoReply::Rejected) => last == Some(Sent::Rejected { opted_out: false }),
            Outcome::NoReply(NoReply::Stale) => {
                now > self.reply_by(fence.batch) || self.is_in_vain(fence.batch)
            }
            Outcome::NoReply(NoReply::NoTemplate) => self.expected_text(fence.batch).is_none(),
            Outcome::NoReply(NoReply::LoopGuard) => batch.refusal == Some(ReplyRefusal::LoopGuard),
            Outcome::NoReply(NoReply::Unreachable) => batch.key == UNREACHABLE,
            _ => false,
        };
        self.reach(name_of(outcome));
        check!(self, holds, "{name} ended as {outcome:?}, and that is not so");
    }

    /// Whether the batch's last call failed, and asked for a wait after which the reply would be too late.
    fn is_in_vain(&self, id: BatchId) -> bool {
        let asked_until = self.batches.get(&id).and_then(|batch| batch.asked_until);
        asked_until.is_some_and(|until| until > self.reply_by(id))
    }

    /// The latest that the batch's reply may leave.
    pub(super) fn reply_by(&self, id: BatchId) -> Timestamp {
        let Some(batch) = self.batches.get(&id) else { return Timestamp::MAX };
        let members: Vec<_> = batch.members.iter().filter_map(|tag| self.messages.get(tag)).collect();
        if batch.control == Some(Control::Stop) {
            let stops = members.iter().filter(|kept| kept.stops).map(|kept| kept.arrived_at);
            return stops.max().map_or(Timestamp::MAX, |stopped| stopped + super::CONFIRM_WITHIN);
        }
        let within = self.plan.reply_within;
        let is_requeued = members.iter().all(|kept| kept.arrived_at < batch.opened_at);
        if is_requeued {
            return batch.opened_at + within;
        }
        let newest = members.iter().map(|kept| (kept.sent_at, kept.arrived_at)).max();
        let (sent_at, arrived_at) = newest.unwrap_or((batch.opened_at, batch.opened_at));
        let wait = batch.due.since(arrived_at);
        sent_at + within.max(wait + within.min(Duration::from_secs(300)))
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

fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Replied(_) => "replied",
        Outcome::ReplyUnknown => "reply unknown",
        Outcome::NoReply(NoReply::Off) => "off",
        Outcome::NoReply(NoReply::OptedOut) => "opted out",
        Outcome::NoReply(NoReply::Stale) => "stale",
        Outcome::NoReply(NoReply::NoTemplate) => "no template",
        Outcome::NoReply(NoReply::LoopGuard) => "loop guard",
        Outcome::NoReply(NoReply::Rejected) => "rejected",
        Outcome::NoReply(NoReply::Unreachable) => "unreachable",
        _ => "another outcome",
    }
}

/// Whether the store took or refused a fenced write; `None` if it failed, in which case it changed nothing.
fn settled<T>(result: &Result<T, FencedError>) -> Option<Option<LossReason>> {
    match result {
        Ok(_) => Some(None),
        Err(FencedError::Lost(reason)) => Some(Some(*reason)),
        Err(_) => None,
    }
}
