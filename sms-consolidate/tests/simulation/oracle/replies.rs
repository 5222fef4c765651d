//! Whether a batch is answered, what with, and how it may end.

use std::time::Duration;

use sms_consolidate::lane::{Control, Fence, ReplyRefusal, ReplyTerms, Stage};
use sms_consolidate::store::{NoReply, Outcome};
use sms_consolidate::{BatchId, Timestamp};

use super::{Oracle, Sent, check};
use crate::plan::{HELP_TEXT, HOUR, Keywords, Plan, START_TEXT, STOP_TEXT, UNREACHABLE};

impl Oracle {
    /// A holder asks whether its reply may leave, and is told why not.
    pub(super) fn reply_asked_for(
        &mut self,
        now: Timestamp,
        fence: Fence,
        terms: &ReplyTerms,
        refusal: Option<ReplyRefusal>,
    ) {
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let line = self.lines.get(&batch.key);
        let sender = self.sender(batch.key);
        let confirms_stop = batch.control == Some(Control::Stop);
        let takes_back = batch.control == Some(Control::Start);
        let was_open = sender.stopped_at.is_some_and(|at| batch.opened_at < at);
        let has_stopped = sender.opted_out || (was_open && !takes_back);
        let is_silenced = batch.muted || (has_stopped && !confirms_stop);
        let Some(work) = &batch.work else { return };
        let is_short = batch.wake().since(now) < terms.send_timeout;
        let is_again = work.stage == Stage::Replying;
        let recent = line.map_or(0, |line| line.replies.iter().filter(|sent| now < **sent + HOUR).count());
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
        check!(
            self,
            refusal == expected,
            "{name}: its reply was answered {refusal:?}, expected {expected:?}"
        );
        if is_silenced && !batch.muted {
            self.reach("stopped on another line");
        }
        if refusal == Some(ReplyRefusal::LeaseTooShort) {
            self.reach("the lease was too short");
        }
        if let Some(batch) = self.batches.get_mut(&fence.batch) {
            batch.refusal = refusal;
        }
        if refusal.is_none() && !is_again {
            self.begin_reply(now, fence, terms);
        }
    }

    fn begin_reply(&mut self, now: Timestamp, fence: Fence, terms: &ReplyTerms) {
        let expected = self.expected_text(fence.batch);
        let texts: Vec<_> = terms.parts.iter().map(|part| part.text.clone()).collect();
        let is_expected = texts.len() == 1 && texts.first() == expected.as_ref();
        check!(self, is_expected, "a reply says {texts:?}, expected {expected:?}");
        let limit = self.plan.max_replies_per_hour;
        let Some(batch) = self.batches.get_mut(&fence.batch) else { return };
        let line = self.lines.entry(batch.key).or_default();
        let recent = line.replies.iter().filter(|sent| now < **sent + HOUR).count();
        let counts = limit.is_some_and(|limit| recent < limit as usize);
        let sends = batch.sends.len();
        let key = batch.key;
        if let Some(work) = &mut batch.work {
            work.stage = Stage::Replying;
            work.text = expected;
            work.begun_by = Some(fence.token);
            work.begun_at = now;
            work.counted = counts;
            work.sends_from = sends;
        }
        if counts {
            self.lines.entry(key).or_default().replies.push(now);
        }
    }

    /// What the batch is to be answered with by the node that holds it. What an earlier try has decided stays.
    fn expected_text(&mut self, id: BatchId) -> Option<String> {
        let decided = self.batches.get(&id)?.work.as_ref()?.text.clone();
        let own = self.own_text(id);
        if own.is_some() && decided.is_some() && own != decided {
            self.reach("another would have said something else");
        }
        own?;
        decided.or_else(|| self.own_text(id))
    }

    fn own_text(&self, id: BatchId) -> Option<String> {
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
            _ => Plan::template(batch.label.as_ref()?, batch.work.as_ref()?.holder()?),
        }
    }

    /// Whether a batch may end so.
    pub(super) fn judge(&mut self, now: Timestamp, fence: Fence, outcome: &Outcome) {
        let name = self.name(fence.batch);
        let Some(batch) = self.batches.get(&fence.batch) else { return };
        let taken = self.taken.get(&batch.lineage).copied().unwrap_or_default();
        let last = batch.sends_now().last().copied().flatten();
        let may_be_sent = batch.may_be_sent(fence.token);
        let holds = match outcome {
            Outcome::Replied(receipts) => {
                let ids: Vec<_> = receipts.iter().map(|receipt| receipt.id.clone()).collect();
                taken == 1 && ids == [Some(fence.batch.to_string())]
            }
            Outcome::ReplyUnknown => may_be_sent,
            Outcome::NoReply(why) if taken > 0 || may_be_sent => {
                check!(self, false, "{name} ended without a reply ({why}), and one {taken} may be out");
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
            Outcome::NoReply(NoReply::NoTemplate) => self.own_text(fence.batch).is_none(),
            Outcome::NoReply(NoReply::LoopGuard) => batch.refusal == Some(ReplyRefusal::LoopGuard),
            Outcome::NoReply(NoReply::Unreachable) => batch.key == UNREACHABLE,
            _ => false,
        };
        if matches!(last, Some(Sent::Rejected { .. })) && *outcome == Outcome::ReplyUnknown {
            self.reach("rejected after it may have arrived");
        }
        self.reach(name_of(outcome));
        check!(self, holds, "{name} ended as {outcome:?}, and that is not so");
    }

    /// Whether the batch's last call failed, and asked for a wait after which the reply would be too late.
    pub(super) fn is_in_vain(&self, id: BatchId) -> bool {
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
