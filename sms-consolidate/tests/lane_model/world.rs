//! A lane and its model side by side.

use std::collections::BTreeMap;

use proptest::sample::Index;
use sms_consolidate::lane::{
    Answer, Arrival, Effects, Entry, Fence, Keyword, Lane, OptOutChange, Refused, Requeued, Revived, Sender,
    Transition,
};
use sms_consolidate::{BatchId, BatchIds, NoReply, OptOutCause, Outcome, Timestamp};

use super::batch::{Batch, Said};
use super::known::Known;
use super::model::{self, Model};
use super::ops::{AnyWindow, Bound, How, Millis, Op, Who, ms, stamp};

mod check;
mod holder;

/// What all lanes of a sender have in common.
#[derive(Clone, Copy)]
pub(crate) struct Common {
    pub(crate) now: i64,
    pub(crate) sender: Sender,
    known: Known,
}

/// A lane, its model, and a ledger that knows neither.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) lane: Lane,
    model: Model,
    pub(crate) common: Common,
    /// How late the clock is by which the next thing happens.
    lag: i64,
    ids: BatchIds,
    /// The id of each of the model's batches, by its number less one.
    batch_ids: Vec<BatchId>,
    /// Every fence that was handed out, with the model's claim.
    pub(crate) issued: Vec<(Fence, usize)>,
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
        Self::with_ids(1)
    }

    pub(crate) fn with_ids(seed: u64) -> Self {
        Self {
            lane: Lane::default(),
            model: Model::default(),
            common: Common { now: 1_000_000, sender: Sender::default(), known: Known::default() },
            lag: 0,
            ids: BatchIds::with_seed(seed),
            batch_ids: Vec::new(),
            issued: Vec::new(),
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
        world.lag = 0;
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

    /// The time, as whoever does the next thing sees it.
    fn now(&self) -> i64 {
        self.common.now - self.lag
    }

    /// Does one thing to both, compares what they say, and returns it.
    pub(crate) fn apply(&mut self, op: &Op) -> String {
        if let Op::Lag { millis } = op {
            self.lag = i64::from(*millis);
            return "a late clock".into();
        }
        let seen = match op {
            Op::Arrive { window, bytes, keyword, supersede } => {
                self.arrive(window, *bytes, *keyword, *supersede)
            }
            Op::Claim { lease, waits } => {
                if *waits {
                    self.wait_for_wake(0);
                }
                self.claim(*lease)
            }
            Op::Revive { which } => self.requeue_dead(*which),
            Op::Requeue { which } => self.requeue_any(*which),
            Op::Flush { reason } => {
                let answer = self.change(Transition::Flush { reason: *reason });
                let count = self.model.flush(self.now(), *reason);
                assert_eq!(answer, Ok((Answer::Flushed(count as u64), Effects::default())));
                format!("flushed {count}")
            }
            Op::Cancel => self.cancel(),
            Op::Speak { is_out, ago, here } => self.speak(*is_out, *ago, *here),
            Op::Wait { millis } => self.wait_until(self.common.now + i64::from(*millis)),
            Op::WaitForWake { offset } => self.wait_for_wake(*offset),
            Op::WaitAnHour { less } => self.wait_until(self.common.now + 3_600_000 - i64::from(*less)),
            Op::Lag { .. } => unreachable!("done before"),
            fenced => self.fenced(fenced),
        };
        self.lag = 0;
        seen
    }

    /// Applies a transition with what a store would know of the sender.
    fn change(&mut self, transition: Transition) -> Result<(Answer, Effects), Refused> {
        let asks = transition.opt_out_scope(&"a key".to_owned()).is_some();
        let sender = if asks { self.common.sender } else { Sender::default() };
        let now = stamp(self.now());
        transition.apply(&mut self.lane, &sender, now)
    }

    pub(crate) fn wait_until(&mut self, then: i64) -> String {
        self.common.now = self.common.now.max(then);
        format!("now {}", self.common.now)
    }

    fn wait_for_wake(&mut self, offset: i8) -> String {
        let wake = self.lane.wake_at().map_or(self.common.now, Timestamp::as_unix_millis);
        self.wait_until(wake + i64::from(offset))
    }

    fn arrive(
        &mut self,
        window: &AnyWindow,
        bytes: u32,
        keyword: Option<Keyword>,
        supersede: Bound,
    ) -> String {
        let message = self.messages;
        self.messages += 1;
        let (now, cause) = (self.now(), cause_of(keyword));
        let (window, numbers) = window.at(now);
        let supersede_within = supersede.within(&numbers);
        let said = Said { message, bytes: bytes.into(), keyword, cause, supersede_within, window: numbers };
        let known = self.common.known;
        let (way, number, control) = self.model.arrive(now, &said, &mut self.common.known);

        let arrival = Arrival::new(window, bytes).with_supersede(supersede.supersede());
        let arrival = keyword.map_or(arrival, |keyword| arrival.with_keyword(keyword, cause));
        let sender = if keyword.is_some() { self.common.sender } else { Sender::default() };
        let mut made = None;
        let make = || *made.insert(self.ids.next(stamp(now)));
        let accepted = self.lane.arrive(stamp(now), &arrival, &sender, make);
        let (accepted, changed) = accepted.expect("schedules are shorter than the longest line");
        self.batch_ids.extend(made);
        let entry = match way {
            'o' => Entry::Opened,
            's' => Entry::Superseded,
            'a' => Entry::Ahead,
            _ => Entry::Joined,
        };
        assert_eq!((accepted.entry, accepted.control), (entry, control));
        let opens = matches!(entry, Entry::Opened | Entry::Ahead);
        assert_eq!(made.is_some(), opens, "an id is made for a batch that opens, and only then");
        assert_eq!(accepted.batch, self.batch_ids[number - 1]);
        let facts = self.lane.facts().find(|facts| facts.id == accepted.batch);
        let facts = facts.expect("the message is in a batch");
        assert_eq!((accepted.messages, accepted.due_at), (facts.messages, facts.due_at));
        assert_eq!(accepted.at, stamp(self.model.latest));
        let is_out = self.common.known.is_out;
        assert_eq!(accepted.opted_out, (is_out != known.is_out).then_some(is_out));
        assert_eq!(changed.is_some(), known != self.common.known, "only what is new is written");
        self.common.sender = changed.unwrap_or(self.common.sender);
        self.ledger.entry(accepted.batch).or_default().push(message);
        format!("{:?} {control:?}", accepted.entry)
    }

    pub(crate) fn claim(&mut self, lease: Millis) -> String {
        let before = self.lane.clone();
        let claimed = self.lane.claim(stamp(self.now()), ms(lease));
        let claim = self.model.claim(self.now(), lease.into());
        assert_eq!(claimed.is_some(), claim.is_some());
        let (Some(claimed), Some(claim)) = (claimed, claim) else {
            assert_eq!(self.lane, before, "an early claim changes nothing");
            return "nothing to claim".into();
        };
        let head = &self.model.line[0];
        assert_eq!(Some(&claimed.facts), self.lane.facts().next().as_ref());
        assert_eq!(claimed.first_claimed_at, stamp(head.first_claimed.expect("it is claimed")));
        assert_eq!(claimed.stage, head.stage);
        let texts: Vec<_> = claimed.facts.reply.iter().map(|part| part.text.clone()).collect();
        assert_eq!(texts, Vec::from_iter(head.text.map(text)));
        assert_eq!(claimed.lease_until, stamp(self.model.latest + i64::from(lease)));
        let fence = claimed.fence();
        assert!(self.issued.iter().all(|(issued, _)| *issued != fence), "no fence is handed out twice");
        self.issued.push((fence, claim));
        let how = if head.losses > 0 { "stolen" } else { "fresh" };
        let decided = if head.text.is_some() { ", decided" } else { "" };
        format!("claimed {how} {:?}{decided}", claimed.stage)
    }

    fn requeue_dead(&mut self, which: Index) -> String {
        if self.model.dead.is_empty() {
            return "nothing is dead".into();
        }
        let number = self.model.dead[which.index(self.model.dead.len())].number;
        self.requeue(number)
    }

    fn requeue_any(&mut self, which: Index) -> String {
        if self.batch_ids.is_empty() {
            return "nothing to requeue".into();
        }
        self.requeue(which.index(self.batch_ids.len()) + 1)
    }

    fn requeue(&mut self, number: usize) -> String {
        let (batch, fresh, before) =
            (self.batch_ids[number - 1], self.ids.next(stamp(self.now())), self.lane.clone());
        let said = self.change(Transition::Requeue { batch, fresh });
        let expected = self.model.requeue(self.now(), number);
        match expected {
            model::Requeued::AsAnother(number) => {
                self.batch_ids.push(fresh);
                assert_eq!(number, self.batch_ids.len());
                let revived = Some(Revived { dead: batch, batch: fresh, at: stamp(self.model.latest) });
                let effects = Effects { revived, ..Effects::default() };
                assert_eq!(said, Ok((Answer::Requeued(Requeued::Revived(fresh)), effects)));
                let messages = self.ledger.remove(&batch).expect("it held messages");
                self.ledger.insert(fresh, messages);
            }
            model::Requeued::DueNow => {
                assert_eq!(said, Ok((Answer::Requeued(Requeued::DueNow), Effects::default())));
            }
            model::Requeued::InFlight => assert_eq!(said, Err(Refused::InFlight)),
            model::Requeued::Unknown => assert_eq!(said, Err(Refused::Unknown)),
        }
        assert!(said.is_ok() || self.lane == before, "what is refused changes nothing");
        format!("requeued {expected:?}").chars().filter(|it| !it.is_ascii_digit()).collect()
    }

    fn cancel(&mut self) -> String {
        let states: Vec<_> = self.lane.facts().map(|facts| facts.state).collect();
        let kept = states.len();
        let said = self.change(Transition::Cancel);
        let batches = self.model.cancel(self.now());
        let kept = kept - batches.len();
        let expected: Vec<_> = batches.iter().zip(states.into_iter().skip(kept)).collect();
        let (answer, effects) = said.expect("it is never refused");
        let Effects { ended, revived: None, abandoned: None } = effects else { panic!("{effects:?}") };
        self.check_ended(&ended, &expected, Some(&Outcome::NoReply(NoReply::Cancelled)));
        let cancelled = ended.iter().map(|ended| ended.facts.clone()).collect();
        assert_eq!(answer, Answer::Cancelled(cancelled));
        for batch in &batches {
            self.account(batch);
        }
        format!("cancelled {}", batches.len())
    }

    /// The sender opts out, or in, elsewhere than in this lane, which may be told of it.
    fn speak(&mut self, is_out: bool, ago: Option<Millis>, here: bool) -> String {
        let (now, cause) = (self.now(), OptOutCause::Operator);
        let as_of = ago.map(|ago| now - i64::from(ago));
        let change = OptOutChange::new(is_out, cause);
        let change = as_of.map_or(change, |as_of| change.as_of(stamp(as_of)));
        let before = self.common.known;
        self.common.sender = self.common.sender.after(stamp(now), &change);
        self.common.known.hear(now, is_out, cause, as_of);
        if !here || before.is_out || !self.common.known.is_out {
            return format!("elsewhere {:?}", before.is_out != self.common.known.is_out);
        }
        let said = self.change(Transition::Silence);
        let count = self.model.silence(now);
        assert_eq!(said, Ok((Answer::Silenced(count as u64), Effects::default())));
        format!("silenced {count}")
    }

    /// A batch is over.
    fn account(&mut self, batch: &Batch) {
        let id = self.batch_ids[batch.number - 1];
        self.ended.extend(self.ledger.remove(&id).expect("no batch ends twice"));
    }

    /// What is dead is over too.
    pub(crate) fn give_up_the_dead(&mut self) {
        for batch in std::mem::take(&mut self.model.dead) {
            self.account(&batch);
        }
    }

    /// Finishes what was claimed last.
    pub(crate) fn finish(&mut self) {
        self.apply(&Op::Finish { who: Who::Newest, how: How::Replied, label: None });
    }

    /// Handles all that is left, the dead too.
    pub(crate) fn drain(&mut self) {
        while let Some(dead) = self.model.dead.first() {
            self.requeue(dead.number);
            self.check();
        }
        self.drain_the_line();
    }

    pub(crate) fn drain_the_line(&mut self) {
        while let Some(wake) = self.lane.wake_at() {
            self.wait_until(wake.as_unix_millis());
            self.claim(5);
            self.finish();
            self.check();
        }
    }
}

fn cause_of(keyword: Option<Keyword>) -> OptOutCause {
    if keyword == Some(Keyword::Wish) { OptOutCause::Inferred } else { OptOutCause::Keyword }
}

/// What a reply says.
fn text(number: u8) -> String {
    format!("reply {number}")
}
