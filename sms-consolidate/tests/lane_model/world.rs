//! A lane and its model side by side.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use proptest::sample::Index;
use sms_consolidate::lane::{
    Arrival, BatchFacts, BatchState, Buried, Control, Entry, Fence, Keyword, Lane, LossReason, Nudged,
    ReplyRefusal, ReplyTerms, RetryTerms, Stage,
};
use sms_consolidate::{BatchId, BatchIds, Timestamp};

use super::model::{Batch, Model, No, Said};
use super::ops::{Answers, AnyWindow, Millis, Op, Who, ms, stamp};

/// A lane, its model, and a ledger that knows neither.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) lane: Lane,
    model: Model,
    pub(crate) now: i64,
    ids: BatchIds,
    /// The id of each of the model's batches, by its number less one.
    batch_ids: Vec<BatchId>,
    /// Every fence that was handed out, with the model's claim.
    pub(crate) issued: Vec<(Fence, usize)>,
    pub(crate) dead: Vec<(BatchFacts, Batch)>,
    pub(crate) messages: usize,
    /// Where the lane said that each message is.
    pub(crate) ledger: BTreeMap<BatchId, Vec<usize>>,
    /// The messages whose batches are over.
    pub(crate) ended: Vec<usize>,
    last_ended: usize,
    /// What was seen, without tokens and ids.
    pub(crate) trace: Vec<String>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self {
            lane: Lane::default(),
            model: Model::default(),
            now: 1_000_000,
            ids: BatchIds::with_seed(1),
            batch_ids: Vec::new(),
            issued: Vec::new(),
            dead: Vec::new(),
            messages: 0,
            ledger: BTreeMap::new(),
            ended: Vec::new(),
            last_ended: 0,
            trace: Vec::new(),
        }
    }

    pub(crate) fn after(schedule: &[Op]) -> Self {
        let mut world = Self::new();
        for op in schedule {
            world.apply(op);
        }
        world
    }

    /// Does all of `schedule`, and compares all that can be seen after every step.
    pub(crate) fn run(&mut self, schedule: &[Op]) {
        for op in schedule {
            let seen = self.apply(op);
            let line = self.check();
            self.trace.push(format!("{seen} | {line}"));
        }
    }

    /// The same world, but with a new lane.
    pub(crate) fn with_new_lane(&self) -> Self {
        Self { lane: Lane::default(), ..self.clone() }
    }

    fn now(&self) -> Timestamp {
        stamp(self.now)
    }

    /// Does one thing to both, compares what they say, and returns it.
    pub(crate) fn apply(&mut self, op: &Op) -> String {
        match op {
            Op::Arrive { window, bytes, keyword, supersede_within } => {
                self.arrive(window, *bytes, *keyword, *supersede_within)
            }
            Op::Claim { lease, waits } => {
                if *waits {
                    self.wait_for_wake(0);
                }
                self.claim(*lease)
            }
            Op::Renew { who, .. }
            | Op::Checkpoint { who }
            | Op::BeginReply { who, .. }
            | Op::Finish { who }
            | Op::Bury { who }
            | Op::Retry { who, .. } => self.fenced(who, op),
            Op::Requeue { which } => self.requeue(*which),
            Op::Nudge { which } => self.nudge(*which),
            Op::Flush { reason } => {
                let count = self.lane.flush(self.now(), *reason);
                assert_eq!(count, self.model.flush(self.now, *reason));
                format!("flushed {count}")
            }
            Op::Cancel => self.cancel(),
            Op::OptOut => {
                self.lane.opt_out(self.now());
                self.model.opt_out(self.now);
                "opted out".into()
            }
            Op::OptIn => {
                self.lane.opt_in();
                self.model.opt_in();
                "opted in".into()
            }
            Op::Wait { millis } => self.wait_until(self.now + i64::from(*millis)),
            Op::WaitForWake { offset } => self.wait_for_wake(*offset),
            Op::WaitAnHour { less } => self.wait_until(self.now + 3_600_000 - i64::from(*less)),
        }
    }

    pub(crate) fn wait_until(&mut self, then: i64) -> String {
        self.now = self.now.max(then);
        format!("now {}", self.now)
    }

    fn wait_for_wake(&mut self, offset: i8) -> String {
        let wake = self.lane.wake_at().map_or(self.now, Timestamp::as_unix_millis);
        self.wait_until(wake + i64::from(offset))
    }

    fn arrive(
        &mut self,
        window: &AnyWindow,
        bytes: u32,
        keyword: Option<Keyword>,
        supersede_within: Option<Millis>,
    ) -> String {
        let message = self.messages;
        self.messages += 1;
        let (window, numbers) = window.at(self.now);
        let said = Said {
            message,
            bytes: bytes.into(),
            keyword,
            supersede_within: supersede_within.map(i64::from),
            window: numbers,
        };
        let (way, number, control) = self.model.arrive(self.now, &said);

        let arrival = Arrival { window, bytes, keyword, supersede_within: supersede_within.map(ms) };
        let (now, mut made) = (self.now(), None);
        let accepted = self.lane.arrive(now, &arrival, || *made.insert(self.ids.next(now)));
        let accepted = accepted.expect("schedules are shorter than the longest line");
        self.batch_ids.extend(made);
        let entry = match way {
            'o' => Entry::Opened,
            's' => Entry::Superseded,
            'a' => Entry::Ahead,
            _ => Entry::Joined,
        };
        assert_eq!((accepted.entry, accepted.control), (entry, control));
        assert_eq!(
            made.is_some(),
            matches!(entry, Entry::Opened | Entry::Ahead),
            "an id is made for a batch that opens, and only then"
        );
        assert_eq!(accepted.batch, self.batch_ids[number - 1]);
        let facts = self.lane.facts().find(|facts| facts.id == accepted.batch);
        let facts = facts.expect("the message is in a batch");
        assert_eq!((accepted.messages, accepted.due_at), (facts.messages, facts.due_at));
        self.ledger.entry(accepted.batch).or_default().push(message);
        format!("{:?} {control:?}", accepted.entry)
    }

    pub(crate) fn claim(&mut self, lease: Millis) -> String {
        let before = self.lane.clone();
        let claimed = self.lane.claim(self.now(), ms(lease));
        let claim = self.model.claim(self.now, lease.into());
        assert_eq!(claimed.is_some(), claim.is_some());
        let (Some(claimed), Some(claim)) = (claimed, claim) else {
            assert_eq!(self.lane, before, "an early claim changes nothing");
            return "nothing to claim".into();
        };
        let head = &self.model.line[0];
        assert_eq!(Some(&claimed.facts), self.lane.facts().next().as_ref());
        assert_eq!(claimed.first_claimed_at, stamp(head.first_claimed.expect("it is claimed")));
        assert_eq!(claimed.stage, head.stage);
        assert_eq!(claimed.lease_until, stamp(self.now + i64::from(lease)));
        let fence = claimed.fence();
        assert!(self.issued.iter().all(|(issued, _)| *issued != fence), "no fence is handed out twice");
        self.issued.push((fence, claim));
        let how = if head.losses > 0 { "stolen" } else { "fresh" };
        format!("claimed {how} {:?}", claimed.stage)
    }

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

    fn fenced(&mut self, who: &Who, op: &Op) -> String {
        let Some(fence) = self.fence_of(who) else { return "nobody claimed yet".into() };
        if let Err(reason) = self.verdict(fence) {
            self.check_lost(fence, reason);
            return format!("{reason:?}");
        }
        let now = self.now();
        match *op {
            Op::Renew { lease, .. } => {
                let until = self.lane.renew(now, fence, ms(lease));
                assert_eq!(until, Ok(stamp(self.model.renew(self.now, lease.into()))));
                "renewed".into()
            }
            Op::Checkpoint { .. } => {
                assert_eq!(self.lane.checkpoint(fence), Ok(()));
                self.model.checkpoint();
                "classified".into()
            }
            Op::BeginReply { ref claims_to_answer, send_timeout, limit, .. } => {
                self.begin_reply(fence, claims_to_answer, send_timeout, limit)
            }
            Op::Finish { .. } => {
                let expected = self.lane.facts().next();
                let facts = self.lane.finish(fence).expect("the model says it is held");
                let batch = self.model.end_head();
                assert_eq!(Some(&facts), expected.as_ref());
                self.end(&facts, &batch);
                "finished".into()
            }
            Op::Bury { .. } => self.bury(fence),
            Op::Retry { after, counts, maybe_sent, .. } => {
                let at = self.now + i64::from(after);
                let terms = RetryTerms { at: stamp(at), counts, maybe_sent };
                assert_eq!(self.lane.retry(fence, &terms), Ok(()));
                self.model.retry(at, counts, maybe_sent);
                "to be retried".into()
            }
            _ => unreachable!("not under a fence"),
        }
    }

    fn begin_reply(
        &mut self,
        fence: Fence,
        claims_to_answer: &Answers,
        send_timeout: Millis,
        limit: Option<u32>,
    ) -> String {
        let control = match claims_to_answer {
            Answers::WhatTheBatchHolds => self.model.line[0].control(),
            Answers::Other(control) => *control,
        };
        let confirms_stop = control == Some(Control::Stop);
        let expected = self.model.begin_reply(
            self.now,
            confirms_stop,
            send_timeout.into(),
            limit.map(|limit| limit as usize),
        );
        let terms = ReplyTerms {
            control,
            send_timeout: ms(send_timeout),
            max_replies_per_hour: limit.and_then(NonZeroU32::new),
        };
        let before = self.lane.facts().collect::<Vec<_>>();
        let said = self.lane.begin_reply(self.now(), fence, &terms);
        let expected = expected.map_err(|no| match no {
            No::OptedOut => ReplyRefusal::OptedOut,
            No::LeaseTooShort => ReplyRefusal::LeaseTooShort,
            No::LoopGuard => ReplyRefusal::LoopGuard,
        });
        assert_eq!(said, expected);
        if said.is_ok() {
            assert!(!before[0].muted, "an opt-out took this batch's reply away");
            assert!(confirms_stop || !self.lane.is_opted_out(), "a reply to a sender that opted out");
        }
        assert_eq!(self.lane.facts().collect::<Vec<_>>(), before);
        format!("reply {said:?}")
    }

    fn bury(&mut self, fence: Fence) -> String {
        let buried = self.lane.bury(fence, true).expect("the model says it is held");
        let batch = self.model.end_head();
        let maybe_sent = batch.stage == Stage::Replying;
        let (facts, is_dead) = match buried {
            Buried::Dead(facts) => (facts, true),
            Buried::ReplyUnknown(facts) => (facts, false),
        };
        assert_eq!(is_dead, !maybe_sent, "what may have been answered is never requeued");
        self.check_order(&batch);
        if is_dead {
            self.dead.push((facts, batch));
        } else {
            self.end(&facts, &batch);
        }
        if is_dead { "dead".into() } else { "buried while replying".into() }
    }

    fn requeue(&mut self, which: Index) -> String {
        if self.dead.is_empty() {
            return "nothing is dead".into();
        }
        let (facts, batch) = self.dead.swap_remove(which.index(self.dead.len()));
        let id = self.ids.next(self.now());
        self.lane.requeue(self.now(), id, &facts).expect("schedules are shorter than the longest line");
        self.batch_ids.push(id);
        assert_eq!(self.model.requeue(self.now, &batch), self.batch_ids.len());
        let messages = self.ledger.remove(&facts.id).expect("it held messages");
        self.ledger.insert(id, messages);
        "requeued".into()
    }

    fn nudge(&mut self, which: Index) -> String {
        if self.batch_ids.is_empty() {
            return "nothing to nudge".into();
        }
        let position = which.index(self.batch_ids.len());
        let nudged = self.lane.nudge(self.now(), self.batch_ids[position]);
        let expected = self.model.nudge(self.now, position + 1);
        assert_eq!(nudged, expected.map(|due| if due { Nudged::DueNow } else { Nudged::InFlight }));
        format!("nudged {nudged:?}")
    }

    fn cancel(&mut self) -> String {
        let cancelled = self.lane.cancel();
        let expected = self.model.cancel();
        assert_eq!(cancelled.len(), expected.len());
        for (facts, batch) in cancelled.iter().zip(&expected) {
            self.account(facts, batch);
        }
        format!("cancelled {}", cancelled.len())
    }

    fn end(&mut self, facts: &BatchFacts, batch: &Batch) {
        self.check_order(batch);
        self.account(facts, batch);
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

    pub(crate) fn account(&mut self, facts: &BatchFacts, batch: &Batch) {
        assert_eq!(facts.id, self.batch_ids[batch.number - 1]);
        let messages = self.ledger.remove(&facts.id).expect("no batch ends twice");
        assert_eq!(facts.messages as usize, messages.len());
        self.ended.extend(messages);
    }

    pub(crate) fn check_lost(&self, fence: Fence, reason: LossReason) {
        let mut lane = self.lane.clone();
        let now = self.now();
        let lost = Err(reason);
        assert_eq!(lane.renew(now, fence, ms(100)), Err(reason));
        assert_eq!(lane.checkpoint(fence), lost);
        let terms =
            ReplyTerms { control: Some(Control::Stop), send_timeout: ms(0), max_replies_per_hour: None };
        assert_eq!(lane.begin_reply(now, fence, &terms), Err(ReplyRefusal::Lost(reason)));
        assert_eq!(lane.retry(fence, &RetryTerms { at: now, counts: true, maybe_sent: false }), lost);
        assert_eq!(lane.bury(fence, true), Err(reason));
        assert_eq!(lane.finish(fence), Err(reason));
        assert_eq!(lane, self.lane, "a stale token changes nothing");
    }

    /// Compares all that can be seen, and returns it.
    fn check(&self) -> String {
        let facts: Vec<_> = self.lane.facts().collect();
        assert_eq!(facts.len(), self.model.line.len());
        assert_eq!((self.lane.len(), self.lane.is_empty()), (facts.len(), facts.is_empty()));
        assert_eq!(self.lane.opted_out_at(), self.model.opted_out_since.map(stamp));
        let mut seen = String::new();
        for (position, (facts, batch)) in facts.iter().zip(&self.model.line).enumerate() {
            self.check_batch(facts, batch, self.model.state(position));
            assert!(position == 0 || facts.state < BatchState::Claimed, "only the head is ever claimed");
            let due = facts.due_at.as_unix_millis();
            seen += &format!("{:?} due {due} of {}; ", facts.state, facts.messages);
        }
        self.check_wake();
        self.check_forgettable();
        seen
    }

    fn check_batch(&self, facts: &BatchFacts, batch: &Batch, state: BatchState) {
        assert_eq!((facts.id, facts.state), (self.batch_ids[batch.number - 1], state));
        assert_eq!(
            (facts.opened_at, facts.due_at, facts.deadline),
            (stamp(batch.opened), stamp(batch.due), stamp(batch.deadline)),
        );
        assert!(facts.due_at <= facts.deadline);
        assert_eq!((facts.messages as usize, u64::from(facts.bytes)), (batch.messages.len(), batch.bytes));
        assert_eq!(facts.messages as usize, self.ledger[&facts.id].len());
        assert_eq!(
            (facts.close_reason, facts.control, facts.has_content, facts.muted),
            (batch.reason, batch.control(), batch.has_content, batch.muted),
        );
        assert_eq!((facts.attempts, facts.lease_losses), (batch.attempts, batch.losses));
    }

    /// The wake is the first instant at which a claim succeeds.
    fn check_wake(&self) {
        let wake = self.lane.wake_at();
        assert_eq!(wake, self.model.wake().map(stamp));
        let Some(wake) = wake else {
            assert_eq!(self.lane.clone().claim(Timestamp::MAX, ms(1)), None);
            return;
        };
        let mut lane = self.lane.clone();
        assert_eq!(lane.claim(wake - ms(1), ms(1)), None);
        assert_eq!(lane, self.lane);
        assert!(lane.claim(wake, ms(1)).is_some());
    }

    fn check_forgettable(&self) {
        let forgettable_at = self.lane.forgettable_at().map(|at| at.max(self.now()));
        assert_eq!(forgettable_at, self.model.forgettable().map(|at| stamp(at.max(self.now))));
    }

    /// Finishes what was claimed last.
    pub(crate) fn finish(&mut self) {
        self.apply(&Op::Finish { who: Who::Newest });
    }

    /// Handles all that is left, and opts the sender in.
    pub(crate) fn drain(&mut self) {
        while let Some(wake) = self.lane.wake_at() {
            self.wait_until(wake.as_unix_millis());
            self.claim(5);
            self.finish();
            self.check();
        }
        self.lane.opt_in();
        self.model.opt_in();
        self.check();
    }
}
