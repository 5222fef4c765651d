//! One test per rule. Times are in seconds from a start that is a whole number of slots after the epoch.

use super::*;
use crate::classify::{Classification, Label};
use crate::message::{BatchIds, OptOutScope};
use crate::optout::OptOutCause;
use crate::outcome::{Finish, NoReply, Outcome};
use crate::window::Window;
use std::num::NonZeroU32;

mod claims;
mod dead;
mod effects;
mod idle;
mod line;
mod notes;
mod opt_out;
mod replies;
mod supersede;
mod time;
mod windows;
mod written;

const LEASE: Duration = seconds(30);

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_767_225_600_000) + seconds(second)
}

/// Fixed at 60 seconds, queues.
fn message() -> Arrival {
    in_window(Window::fixed(seconds(60)))
}

fn in_window(window: Window) -> Arrival {
    Arrival::new(window, 5)
}

fn superseding(within: u64) -> Arrival {
    message().with_supersede(Supersede::Within(seconds(within)))
}

fn keyword(control: Control) -> Arrival {
    message().with_keyword(control, OptOutCause::Keyword)
}

fn yes() -> Arrival {
    message().with_keyword(Keyword::StartIfStopped, OptOutCause::Keyword)
}

fn terms() -> ReplyTerms {
    ReplyTerms {
        parts: vec![ReplyPart::new("Thank you")],
        control: None,
        send_timeout: seconds(10),
        max_replies_per_hour: NonZeroU32::new(20),
        opt_out_scope: OptOutScope::Conversation,
    }
}

fn at_most(replies_per_hour: u32) -> ReplyTerms {
    ReplyTerms { max_replies_per_hour: NonZeroU32::new(replies_per_hour), ..terms() }
}

/// A failed attempt.
fn retry_at(second: u64) -> RetryTerms {
    RetryTerms { at: at(second), counts: true, maybe_sent: false }
}

fn found(label: &'static str) -> Classification {
    Classification::new(Label::new(label), "Scripted")
}

fn replied() -> Outcome {
    Outcome::Replied(Vec::new())
}

/// A lane, what is known of its sender, and the ids that it needs. What is not said to happen [at](Scene::at) an instant
/// happens at the last one that was said.
#[derive(Clone)]
struct Scene {
    lane: Lane,
    sender: Sender,
    ids: BatchIds,
    now: Timestamp,
}

impl Scene {
    fn new() -> Self {
        let (lane, sender) = (Lane::default(), Sender::default());
        Self { lane, sender, ids: BatchIds::with_seed(1), now: at(0) }
    }

    /// With one batch, opened at 0 and claimed at 60.
    fn claimed() -> (Self, Claimed) {
        let mut scene = Self::new();
        scene.arrive(0, message());
        let claimed = scene.claim(60);
        (scene, claimed)
    }

    /// With one batch that died at 60.
    fn dead() -> (Self, Claimed) {
        let (mut scene, claimed) = Self::claimed();
        scene.bury(claimed.fence());
        (scene, claimed)
    }

    /// With a batch that died at 0, and another, opened at 0 and claimed at 60.
    fn dead_and_claimed() -> (Self, BatchId, Claimed) {
        let mut scene = Self::new();
        let dead = scene.dies(0);
        scene.arrive(0, message());
        let claimed = scene.claim(60);
        (scene, dead, claimed)
    }

    fn at(&mut self, second: u64) -> &mut Self {
        self.now = at(second);
        self
    }

    fn try_arrive(&mut self, arrival: &Arrival) -> Result<Accepted, LineFull> {
        let Self { lane, sender, ids, now } = self;
        let (accepted, changed) = lane.arrive(*now, arrival, sender, || ids.next(*now))?;
        *sender = changed.unwrap_or(*sender);
        Ok(accepted)
    }

    fn arrive(&mut self, second: u64, arrival: Arrival) -> Accepted {
        self.at(second).try_arrive(&arrival).expect("the line has room")
    }

    fn claim(&mut self, second: u64) -> Claimed {
        self.now = at(second);
        self.lane.claim(self.now, LEASE).expect("the head is due")
    }

    fn apply(&mut self, transition: Transition) -> Result<(Answer, Effects), Refused> {
        transition.apply(&mut self.lane, &self.sender, self.now)
    }

    fn answer(&mut self, transition: Transition) -> Answer {
        self.apply(transition).expect("nothing stands against it").0
    }

    fn renew(&mut self, fence: Fence, lease: Duration) -> Timestamp {
        match self.answer(Transition::Renew { fence, lease }) {
            Answer::Renewed(until) => until,
            other => panic!("{other:?}"),
        }
    }

    fn record(
        &mut self,
        fence: Fence,
        classification: Option<Classification>,
        reply: Option<ReplyTerms>,
    ) -> Result<(), ReplyRefusal> {
        match self.answer(Transition::Record { fence, classification, reply }) {
            Answer::Recorded(Recorded { reply }) => reply,
            other => panic!("{other:?}"),
        }
    }

    fn classify(&mut self, fence: Fence) {
        self.record(fence, Some(found("AGREE")), None).expect("no reply could be refused");
    }

    fn begin_reply(&mut self, fence: Fence, terms: ReplyTerms) -> Result<(), ReplyRefusal> {
        self.record(fence, None, Some(terms))
    }

    /// Past its point of no return.
    fn begun(&mut self, fence: Fence) {
        self.begin_reply(fence, terms()).expect("nothing stands against it");
    }

    fn retry(&mut self, fence: Fence, terms: RetryTerms) {
        let retry = Transition::Retry { fence, terms, error: "it was busy".to_owned() };
        assert_eq!(self.answer(retry), Answer::Waiting);
    }

    /// Answered, unless said otherwise.
    fn finish(&mut self, fence: Fence) -> BatchFacts {
        self.finish_with(fence, replied())
    }

    fn finish_with(&mut self, fence: Fence, outcome: Outcome) -> BatchFacts {
        let finish = Finish::new(outcome);
        let (_, effects) = self.apply(Transition::Finish { fence, finish }).expect("the claim is good");
        effects.ended.into_iter().next().expect("it has ended").facts
    }

    fn finish_next(&mut self, second: u64) -> BatchFacts {
        let claimed = self.claim(second);
        self.finish(claimed.fence())
    }

    /// With a reply that may have been sent, if it has begun.
    fn bury(&mut self, fence: Fence) -> Buried {
        self.bury_with(fence, true)
    }

    fn bury_with(&mut self, fence: Fence, maybe_sent: bool) -> Buried {
        match self.answer(Transition::Bury { fence, maybe_sent, error: "it is hopeless".to_owned() }) {
            Answer::Buried(buried) => buried,
            other => panic!("{other:?}"),
        }
    }

    /// A message comes, is claimed, and its batch dies, all at once.
    fn dies(&mut self, second: u64) -> BatchId {
        self.arrive(second, in_window(Window::immediate()));
        let claimed = self.claim(second);
        assert!(matches!(self.bury(claimed.fence()), Buried::Dead { .. }));
        claimed.facts.id
    }

    fn requeue(&mut self, batch: BatchId) -> Result<Requeued, Refused> {
        let fresh = self.ids.next(self.now);
        match self.apply(Transition::Requeue { batch, fresh })?.0 {
            Answer::Requeued(requeued) => Ok(requeued),
            other => panic!("{other:?}"),
        }
    }

    /// Requeues a dead batch and returns its new id.
    fn revive(&mut self, batch: BatchId) -> BatchId {
        match self.requeue(batch) {
            Ok(Requeued::Revived(fresh)) => fresh,
            other => panic!("{other:?}"),
        }
    }

    fn flush(&mut self, reason: CloseReason) -> u64 {
        match self.answer(Transition::Flush { reason }) {
            Answer::Flushed(flushed) => flushed,
            other => panic!("{other:?}"),
        }
    }

    fn cancel(&mut self) -> Vec<BatchFacts> {
        match self.answer(Transition::Cancel) {
            Answer::Cancelled(cancelled) => cancelled,
            other => panic!("{other:?}"),
        }
    }

    /// Somebody's word that the sender has opted out, or in again, which comes by no message of this lane.
    fn told(&mut self, opted_out: bool) {
        let after = self.sender.after(self.now, &OptOutChange::new(opted_out, OptOutCause::Operator));
        let silences = opted_out && !self.sender.is_opted_out();
        self.sender = after;
        if silences {
            assert!(matches!(self.answer(Transition::Silence), Answer::Silenced(_)));
        }
    }

    fn opt_out(&mut self) {
        self.told(true);
    }

    fn opt_in(&mut self) {
        self.told(false);
    }

    fn facts(&self) -> Vec<BatchFacts> {
        self.lane.facts().collect()
    }

    /// The newest batch.
    fn last(&self) -> BatchFacts {
        self.lane.facts().last().expect("there is a batch")
    }

    fn states(&self) -> Vec<BatchState> {
        self.lane.facts().map(|facts| facts.state).collect()
    }

    fn muted(&self) -> Vec<bool> {
        self.lane.facts().map(|facts| facts.muted).collect()
    }

    fn line(&self) -> Vec<BatchId> {
        self.lane.line().map(|(batch, _)| batch).collect()
    }

    fn dead_batches(&self) -> Vec<BatchId> {
        self.lane.dead().collect()
    }
}

/// Everything that the holder of a claim can do.
fn fenced(fence: Fence) -> [Transition; 5] {
    let error = || "it was busy".to_owned();
    [
        Transition::Renew { fence, lease: seconds(1_000) },
        Transition::Record { fence, classification: Some(found("LATE")), reply: Some(terms()) },
        Transition::Finish { fence, finish: Finish::new(replied()) },
        Transition::Retry { fence, terms: retry_at(100_000), error: error() },
        Transition::Bury { fence, maybe_sent: true, error: error() },
    ]
}

/// Every write under `fence` is refused for `reason` and changes nothing.
#[track_caller]
fn check_lost(lane: &Lane, fence: Fence, reason: LossReason) {
    let mut after = lane.clone();
    for transition in fenced(fence) {
        let refused = transition.clone().apply(&mut after, &Sender::default(), at(100_000));
        assert_eq!(refused, Err(Refused::Lost(reason)), "{transition:?}");
        assert_eq!(&after, lane, "{transition:?}");
    }
}

/// The same lane, whatever the latest instant that it has seen.
fn timeless(lane: &Lane) -> Lane {
    Lane { latest: Millis::default(), ..lane.clone() }
}

#[test]
fn a_pending_lane_is_small() {
    assert!(size_of::<Lane>() <= 64, "{} bytes", size_of::<Lane>());
}
