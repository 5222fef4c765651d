//! What the holder of a claim does.

use std::num::NonZeroU32;

use proptest::sample::Index;
use sms_consolidate::lane::{
    Answer, BatchState, Buried, Control, Effects, Ended, Fence, LossReason, Refused, ReplyPart, ReplyRefusal,
    ReplyTerms, RetryTerms, Stage, Transition,
};
use sms_consolidate::store::Finish;
use sms_consolidate::{Classification, Label, NoReply, OptOutScope, Outcome};

use super::super::batch::Batch;
use super::super::model::{Begin, No};
use super::super::ops::{Answers, Decided, How, Op, Who, ms, stamp};
use super::{World, text};

impl World {
    fn fence_of(&self, who: &Who) -> Option<Fence> {
        let newest = self.issued.last()?.0;
        let at = |index: &Index| self.issued[index.index(self.issued.len())].0;
        Some(match who {
            Who::Newest => newest,
            Who::Any(index) => at(index),
            Who::Mixed(batch, token) => Fence { batch: at(batch).batch, token: at(token).token },
        })
    }

    /// What the model says of a fence.
    pub(crate) fn verdict(&self, fence: Fence) -> Result<(), LossReason> {
        let issued = self.issued.iter().find(|(issued, _)| *issued == fence);
        issued.map_or(Err(LossReason::Stolen), |(_, claim)| self.model.check(*claim))
    }

    pub(super) fn fenced(&mut self, op: &Op) -> String {
        let who = op.who().expect("everything else is done before");
        let Some(fence) = self.fence_of(who) else { return "nobody claimed yet".into() };
        if let Err(reason) = self.verdict(fence) {
            self.check_lost(fence, reason);
            return format!("{reason:?}");
        }
        let now = self.now();
        match *op {
            Op::Renew { lease, .. } => {
                let said = self.change(Transition::Renew { fence, lease: ms(lease) });
                let until = self.model.renew(now, lease.into());
                assert_eq!(said, Ok((Answer::Renewed(stamp(until)), Effects::default())));
                "renewed".into()
            }
            Op::Record { label, ref reply, .. } => self.record(fence, label, reply.as_ref()),
            Op::Finish { how, label, .. } => self.finish_as(fence, how, label),
            Op::Bury { maybe_sent, .. } => self.bury(fence, maybe_sent),
            Op::Retry { after, counts, maybe_sent, .. } => {
                let (at, error) = (now + i64::from(after), self.error());
                let terms = RetryTerms { at: stamp(at), counts, maybe_sent };
                let said = self.change(Transition::Retry { fence, terms, error: error.clone() });
                assert_eq!(said, Ok((Answer::Waiting, Effects::default())));
                self.model.retry(now, at, counts, maybe_sent, &error);
                "to be retried".into()
            }
            _ => unreachable!("not under a fence"),
        }
    }

    /// Another one each time.
    fn error(&self) -> String {
        format!("error at {}", self.now())
    }

    fn record(&mut self, fence: Fence, label: Option<u8>, reply: Option<&Decided>) -> String {
        let now = self.now();
        self.model.classify(now, label);
        let control = reply.and_then(|reply| match reply.claims_to_answer {
            Answers::WhatTheBatchHolds => self.model.line[0].control(),
            Answers::Other(control) => control,
        });
        let confirms_stop = control == Some(Control::Stop);
        let terms = reply.map(|reply| ReplyTerms {
            parts: vec![ReplyPart::new(text(reply.text))],
            control,
            send_timeout: ms(reply.send_timeout),
            max_replies_per_hour: reply.limit.and_then(NonZeroU32::new),
            opt_out_scope: OptOutScope::Sender,
        });
        let expected = reply.map_or(Ok(()), |reply| {
            let begin = Begin {
                text: reply.text,
                confirms_stop,
                takes_back: control == Some(Control::Start),
                send_timeout: reply.send_timeout.into(),
                limit: reply.limit.map(|limit| limit as usize),
            };
            self.model.begin_reply(now, &self.common.known, begin)
        });
        let expected = expected.map_err(|no| match no {
            No::OptedOut => ReplyRefusal::OptedOut,
            No::LeaseTooShort => ReplyRefusal::LeaseTooShort,
            No::LoopGuard => ReplyRefusal::LoopGuard,
        });
        let muted = self.lane.facts().next().is_some_and(|head| head.muted);
        let record = Transition::Record { fence, classification: label.map(classification), reply: terms };
        let (answer, effects) = self.change(record).expect("the model says it is held");
        assert_eq!(effects, Effects::default());
        let Answer::Recorded(recorded) = answer else { panic!("{answer:?}") };
        assert_eq!(recorded.reply, expected);
        if reply.is_none() {
            return "classified".into();
        }
        if expected.is_ok() {
            assert!(!muted, "an opt-out took this batch's reply away");
            assert!(confirms_stop || !self.common.sender.is_opted_out(), "a reply to who opted out");
        }
        format!("reply {expected:?}")
    }

    fn finish_as(&mut self, fence: Fence, how: How, label: Option<u8>) -> String {
        let outcome = match how {
            How::Replied => Outcome::Replied(vec![]),
            How::NoReply => Outcome::NoReply(NoReply::Rejected),
            How::Unknown => Outcome::ReplyUnknown,
        };
        let finish = Finish::new(outcome.clone()).with_classification(label.map(classification));
        let said = self.change(Transition::Finish { fence, finish });
        let batch = self.model.finish(self.now(), !matches!(how, How::NoReply), label);
        let (answer, effects) = said.expect("the model says it is held");
        assert_eq!(answer, Answer::Finished);
        self.head_ended(effects, &batch, Some(&outcome));
        self.account(&batch);
        "finished".into()
    }

    fn bury(&mut self, fence: Fence, maybe_sent: bool) -> String {
        let error = self.error();
        let said = self.change(Transition::Bury { fence, maybe_sent, error: error.clone() });
        let (batch, is_dead) = self.model.bury(self.now(), maybe_sent, &error);
        let (answer, effects) = said.expect("the model says it is held");
        let buried = if is_dead { Buried::Dead { abandoned: None } } else { Buried::ReplyUnknown };
        assert_eq!(answer, Answer::Buried(buried));
        self.head_ended(effects, &batch, if is_dead { None } else { Some(&Outcome::ReplyUnknown) });
        if is_dead {
            let stage = batch.stage;
            assert!(stage < Stage::Replying, "what may have been answered is never requeued");
            return "dead".into();
        }
        self.account(&batch);
        "buried while replying".into()
    }

    fn head_ended(&mut self, effects: Effects, batch: &Batch, outcome: Option<&Outcome>) {
        let Effects { ended, revived: None, abandoned: None } = effects else { panic!("{effects:?}") };
        self.check_ended(&ended, &[(batch, BatchState::Claimed)], outcome);
        self.check_order(batch);
    }

    pub(super) fn check_ended(
        &self,
        ended: &[Ended],
        expected: &[(&Batch, BatchState)],
        outcome: Option<&Outcome>,
    ) {
        assert_eq!(ended.len(), expected.len());
        for (ended, (batch, state)) in ended.iter().zip(expected) {
            self.check_batch(&ended.facts, batch, *state);
            assert_eq!((ended.at, ended.outcome.as_ref()), (stamp(self.model.latest), outcome));
        }
    }

    /// Batches end in the order in which they opened, but for stops that passed those that waited. A requeued one is
    /// another batch.
    fn check_order(&mut self, batch: &Batch) {
        if batch.passed_others {
            return;
        }
        assert!(batch.number >= self.last_ended);
        self.last_ended = batch.number;
    }

    pub(crate) fn check_lost(&self, fence: Fence, reason: LossReason) {
        let terms = ReplyTerms {
            parts: vec![ReplyPart::new("too late")],
            control: Some(Control::Stop),
            send_timeout: ms(0),
            max_replies_per_hour: None,
            opt_out_scope: OptOutScope::Sender,
        };
        let (at, error) = (stamp(self.common.now + 100), || "too late".to_owned());
        let mut lane = self.lane.clone();
        for transition in [
            Transition::Renew { fence, lease: ms(100) },
            Transition::Record { fence, classification: Some(classification(9)), reply: Some(terms) },
            Transition::Retry {
                fence,
                terms: RetryTerms { at, counts: true, maybe_sent: false },
                error: error(),
            },
            Transition::Bury { fence, maybe_sent: true, error: error() },
            Transition::Finish { fence, finish: Finish::new(Outcome::ReplyUnknown) },
        ] {
            let said = transition.apply(&mut lane, &self.common.sender, at);
            assert_eq!(said, Err(Refused::Lost(reason)));
            assert_eq!(lane, self.lane, "a stale token changes nothing");
        }
    }
}

/// What a batch is found to be.
pub(super) fn classification(label: u8) -> Classification {
    Classification::new(Label::new(format!("label {label}")), "Scripted")
}
