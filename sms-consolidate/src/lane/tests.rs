//! One test per rule. Times are in seconds from a start that is a whole number of slots after the epoch.

use super::*;
use crate::message::BatchIds;
use crate::window::Window;
use std::num::NonZeroU32;

mod claims;
mod line;
mod opt_out;
mod replies;
mod supersede;
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
    Arrival::new(Window::fixed(seconds(60)), 5)
}

fn in_window(window: Window) -> Arrival {
    Arrival { window, ..message() }
}

fn superseding(within: u64) -> Arrival {
    Arrival { supersede_within: Some(seconds(within)), ..message() }
}

fn keyword(control: Control) -> Arrival {
    Arrival { keyword: Some(Keyword::Control(control)), ..message() }
}

fn yes() -> Arrival {
    Arrival { keyword: Some(Keyword::StartIfStopped), ..message() }
}

fn terms() -> ReplyTerms {
    ReplyTerms { control: None, send_timeout: seconds(10), max_replies_per_hour: NonZeroU32::new(20) }
}

/// A failed attempt.
fn retry_at(second: u64) -> RetryTerms {
    RetryTerms { at: at(second), counts: true, maybe_sent: false }
}

/// A lane, and the ids that it needs.
struct Scene {
    lane: Lane,
    ids: BatchIds,
}

impl Scene {
    fn new() -> Self {
        Self { lane: Lane::default(), ids: BatchIds::with_seed(1) }
    }

    /// With one batch, opened at 0 and claimed at 60.
    fn claimed() -> (Self, Claimed) {
        let mut scene = Self::new();
        scene.arrive(0, message());
        let claimed = scene.claim(60);
        (scene, claimed)
    }

    fn arrive(&mut self, second: u64, arrival: Arrival) -> Accepted {
        self.lane.arrive(at(second), &arrival, || self.ids.next(at(second))).expect("the line has room")
    }

    fn claim(&mut self, second: u64) -> Claimed {
        self.lane.claim(at(second), LEASE).expect("the head is due")
    }

    fn finish_next(&mut self, second: u64) -> BatchFacts {
        let claimed = self.claim(second);
        self.lane.finish(claimed.fence()).expect("the claim is fresh")
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
}

/// Every write under `fence` is refused for `reason` and changes nothing.
#[track_caller]
fn check_lost(lane: &Lane, fence: Fence, reason: LossReason) {
    let mut after = lane.clone();
    let now = at(100_000);
    assert_eq!(after.renew(now, fence, LEASE), Err(reason));
    assert_eq!(after.checkpoint(fence), Err(reason));
    assert_eq!(after.begin_reply(now, fence, &terms()), Err(ReplyRefusal::Lost(reason)));
    assert_eq!(after.retry(fence, &retry_at(100_000)), Err(reason));
    assert_eq!(after.bury(fence, true), Err(reason));
    assert_eq!(after.finish(fence), Err(reason));
    assert_eq!(&after, lane);
}

#[test]
fn a_pending_lane_is_small() {
    assert!(size_of::<Lane>() <= 64, "{} bytes", size_of::<Lane>());
}
