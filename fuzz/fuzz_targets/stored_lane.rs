//! A lane as a durable store may find it: its JSON in the first line, or nothing for a new one, then what happens to
//! it, two bytes each. Nothing panics, what is refused changes nothing, effects are of batches that the lane knew, and
//! what can be written can be read back.
#![no_main]

use std::num::NonZeroU32;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sms_consolidate::lane::{
    Abandoned, Answer, Arrival, CloseReason, Control, Effects, Fence, Keyword, Lane, OptOutChange, ReplyPart,
    ReplyTerms, RetryTerms, Revived, Sender, Supersede, Transition,
};
use sms_consolidate::store::{Counts, Finish};
use sms_consolidate::{
    BatchId, BatchIds, Classification, Label, NoReply, OptOutCause, OptOutScope, Outcome, Timestamp, Window,
};
use sms_consolidate_fuzz::line;

fuzz_target!(|input: &[u8]| {
    let mut events = input;
    let lane = match line(&mut events) {
        b"" => Lane::default(),
        json => match serde_json::from_slice(json) {
            Ok(value) if !has_fraction(&value) => match serde_json::from_value(value) {
                Ok(lane) => lane,
                Err(_) => return,
            },
            _ => return,
        },
    };
    let (sender, now) = (Sender::default(), Timestamp::default());
    let mut scene = Scene { lane, sender, now, ids: BatchIds::with_seed(1), held: None };
    scene.check();
    scene.check_written();
    for event in events.chunks(2).take(64) {
        scene.happens(event[0], event.get(1).copied().unwrap_or(0));
        scene.check();
    }
    scene.check_written();
});

/// A fraction may be read as another one in its last digit, and then the lane is not quite what it was.
fn has_fraction(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(values) => values.iter().any(has_fraction),
        Value::Object(fields) => fields.values().any(has_fraction),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

struct Scene {
    lane: Lane,
    sender: Sender,
    now: Timestamp,
    ids: BatchIds,
    held: Option<Fence>,
}

impl Scene {
    fn happens(&mut self, what: u8, how: u8) {
        let time = Duration::from_secs(u64::from(how));
        match what % 16 {
            0..=2 => self.arrives(how),
            3 => self.now = self.now + time,
            4 => self.now = self.lane.wake_at().unwrap_or(self.now).max(self.now),
            5 => self.is_claimed(),
            what @ 6..=11 => self.is_changed_by_its_holder(what, how),
            12 => {
                let line = self.lane.line().map(|(batch, _)| batch);
                let batch = self.lane.dead().chain(line).nth(usize::from(how));
                batch.into_iter().for_each(|batch| self.is_requeued(batch));
            }
            13 => self.changes(Transition::Flush { reason: CloseReason::Flush }),
            14 => self.speaks(how & 1 == 0),
            _ if how & 1 == 0 => self.changes(Transition::Cancel),
            _ if how & 2 == 0 => self.is_handed_back(),
            // Another node's clock may be late.
            _ => self.now = self.now - time,
        }
    }

    fn arrives(&mut self, how: u8) {
        let keyword = match how % 8 {
            0 => Some(Keyword::Control(Control::Stop)),
            1 => Some(Keyword::Control(Control::Start)),
            2 => Some(Keyword::Control(Control::Help)),
            3 => Some(Keyword::StartIfStopped),
            4 => Some(Keyword::Wish),
            _ => None,
        };
        let quiet = Duration::from_secs(u64::from(how & 16));
        let window = Window::sliding(quiet, Duration::from_secs(60)).with_max_messages(4);
        let supersede =
            if how & 32 == 0 { Supersede::Within(Duration::from_secs(120)) } else { Supersede::Never };
        let arrival = Arrival::new(window, u32::from(how)).with_supersede(supersede);
        let arrival = match keyword {
            Some(keyword) => arrival.with_keyword(keyword, OptOutCause::Keyword),
            None => arrival,
        };
        let before = self.lane.clone();
        match self.lane.arrive(self.now, &arrival, &self.sender, || self.ids.next(self.now)) {
            Ok((accepted, changed)) => {
                assert!(self.lane.line().any(|(batch, _)| batch == accepted.batch));
                self.sender = changed.unwrap_or(self.sender);
            }
            Err(_) => assert_eq!(self.lane, before),
        }
    }

    fn is_claimed(&mut self) {
        let before = self.lane.clone();
        match self.lane.claim(self.now, Duration::from_secs(30)) {
            Some(claimed) => {
                assert_eq!(self.lane.wake_at(), Some(claimed.lease_until));
                assert_eq!(self.lane.facts().next().as_ref(), Some(&claimed.facts));
                self.held = Some(claimed.fence());
            }
            None => assert_eq!(self.lane, before),
        }
    }

    fn is_changed_by_its_holder(&mut self, what: u8, how: u8) {
        let Some(fence) = self.held else { return };
        let time = Duration::from_secs(u64::from(how));
        let classification = Some(Classification::new(Label::AGREE, "fuzz"));
        self.changes(match what {
            6 => Transition::Renew { fence, lease: time },
            7 => Transition::Record { fence, classification, reply: None },
            8 => Transition::Record { fence, classification: None, reply: Some(reply(how)) },
            9 => {
                let (counts, maybe_sent) = (how & 1 == 0, how & 2 == 0);
                let terms = RetryTerms { at: self.now + time, counts, maybe_sent };
                Transition::Retry { fence, terms, error: "it was busy".to_owned() }
            }
            10 => {
                let outcome =
                    if how & 1 == 0 { Outcome::ReplyUnknown } else { Outcome::NoReply(NoReply::Stale) };
                Transition::Finish { fence, finish: Finish::new(outcome).with_classification(classification) }
            }
            _ => Transition::Bury { fence, maybe_sent: how & 1 == 0, error: "it is hopeless".to_owned() },
        });
        if what == 11 && how & 2 == 0 {
            self.is_requeued(fence.batch);
        }
    }

    fn is_requeued(&mut self, batch: BatchId) {
        let fresh = self.ids.next(self.now);
        self.changes(Transition::Requeue { batch, fresh });
    }

    fn speaks(&mut self, opted_out: bool) {
        let change = OptOutChange::new(opted_out, OptOutCause::Operator);
        self.sender = self.sender.after(self.now, &change);
        if opted_out {
            self.changes(Transition::Silence);
            assert!(self.lane.facts().all(|facts| facts.muted || facts.control == Some(Control::Stop)));
        }
    }

    fn is_handed_back(&mut self) {
        let before = self.lane.clone();
        let effects = self.lane.hand_back(self.now);
        assert!(self.lane.is_empty() && self.lane.dead().next().is_none());
        check_effects(&before, &self.lane, effects);
    }

    fn changes(&mut self, transition: Transition) {
        let before = self.lane.clone();
        match transition.apply(&mut self.lane, &self.sender, self.now) {
            Ok((answer, effects)) => {
                if let Answer::Recorded(recorded) = &answer
                    && recorded.reply.is_err()
                {
                    assert!(self.lane.facts().eq(before.facts()));
                }
                check_effects(&before, &self.lane, effects);
            }
            Err(_) => assert_eq!(self.lane, before),
        }
    }

    fn check(&self) {
        let lane = &self.lane;
        assert_eq!(lane.facts().count(), lane.len());
        assert_eq!(lane.is_empty(), lane.facts().next().is_none());
        assert_eq!(lane.wake_at().is_none(), lane.is_empty());
        assert!(lane.forgettable_at().is_none() || lane.is_empty());
        let mut counts = Counts::default();
        lane.count(self.now, &mut counts);
        let counted = counts.open + counts.closed + counts.claimed + counts.retrying;
        assert_eq!(counted, lane.len() as u64);
    }

    fn check_written(&self) {
        let lane = &self.lane;
        let json = serde_json::to_string(lane).expect("a lane can be written");
        assert_eq!(serde_json::from_str::<Lane>(&json).ok().as_ref(), Some(lane), "{json}");
    }
}

fn reply(how: u8) -> ReplyTerms {
    ReplyTerms {
        parts: vec![ReplyPart::new("Fine")],
        control: (how & 1 == 0).then_some(Control::Stop),
        send_timeout: Duration::from_secs(10),
        max_replies_per_hour: NonZeroU32::new(u32::from(how >> 4)),
        opt_out_scope: OptOutScope::Conversation,
    }
}

/// What is to be kept beside the lane is of batches that it knew.
fn check_effects(before: &Lane, after: &Lane, effects: Effects) {
    let Effects { ended, revived, abandoned } = effects;
    for ended in ended {
        assert!(before.line().any(|(batch, _)| batch == ended.facts.id));
    }
    if let Some(Revived { dead, batch, .. }) = revived {
        assert!(before.dead().any(|it| it == dead) && after.line().any(|(it, _)| it == batch));
        assert_eq!(after.dead().count() + 1, before.dead().count());
    }
    if let Some(Abandoned { batch, .. }) = abandoned {
        assert!(before.dead().any(|it| it == batch));
    }
}
