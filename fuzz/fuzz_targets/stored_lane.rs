//! A lane as a durable store may find it: its JSON in the first line, or nothing for a new one, then what happens to
//! it, a few bytes each. Nothing panics, and what can be written can be read back.
#![no_main]

use std::num::NonZeroU32;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::lane::{
    Arrival, Buried, CloseReason, Control, Fence, Keyword, Lane, ReplyTerms, RetryTerms,
};
use sms_consolidate::{BatchIds, Timestamp, Window};
use sms_consolidate_fuzz::line;

fuzz_target!(|input: &[u8]| {
    let mut events = input;
    let lane = match line(&mut events) {
        b"" => Lane::default(),
        json => match serde_json::from_slice(json) {
            Ok(lane) => lane,
            Err(_) => return,
        },
    };
    let mut scene = Scene { lane, now: Timestamp::default(), ids: BatchIds::with_seed(1), held: None };
    scene.check();
    scene.check_written();
    for event in events.chunks(2).take(64) {
        scene.happens(event[0], event.get(1).copied().unwrap_or(0));
        scene.check();
    }
    scene.check_written();
});

struct Scene {
    lane: Lane,
    now: Timestamp,
    ids: BatchIds,
    held: Option<Fence>,
}

impl Scene {
    fn happens(&mut self, what: u8, how: u8) {
        let (now, lease) = (self.now, Duration::from_secs(30));
        let time = Duration::from_secs(u64::from(how));
        match what % 16 {
            0..=2 => self.arrives(how),
            3 => self.now = now + time,
            4 => self.now = self.lane.wake_at().unwrap_or(now).max(now),
            5 => {
                let claimed = self.lane.claim(now, lease);
                assert_eq!(
                    claimed.is_some(),
                    claimed.as_ref().is_some_and(|it| it.lease_until == now + lease)
                );
                self.held = claimed.map(|claimed| claimed.fence()).or(self.held);
            }
            6 => _ = self.held.map(|fence| self.lane.renew(now, fence, time)),
            7 => _ = self.held.map(|fence| self.lane.checkpoint(fence)),
            8 => self.replies(how),
            9 => {
                let (counts, maybe_sent) = (how & 1 == 0, how & 2 == 0);
                let terms = RetryTerms { at: now + time, counts, maybe_sent };
                _ = self.held.map(|fence| self.lane.retry(fence, &terms));
            }
            10 => _ = self.held.map(|fence| self.lane.finish(fence)),
            11 => self.is_buried(how & 1 == 0),
            12 => {
                let batch = self.lane.facts().nth(usize::from(how)).map(|facts| facts.id);
                let _ = batch.map(|batch| self.lane.nudge(now, batch));
            }
            13 => _ = self.lane.flush(now, CloseReason::Flush),
            14 if how & 1 == 0 => _ = self.lane.opt_out(now),
            14 => _ = self.lane.opt_in(),
            _ if how & 1 == 0 => _ = self.lane.cancel(),
            _ => self.lane.clear(),
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
        let supersede_within = (how & 32 == 0).then_some(Duration::from_secs(120));
        let arrival = Arrival { keyword, supersede_within, ..Arrival::new(window, u32::from(how)) };
        let before = self.lane.clone();
        match self.lane.arrive(self.now, &arrival, || self.ids.next(self.now)) {
            Ok(accepted) => assert!(self.lane.facts().any(|facts| facts.id == accepted.batch)),
            Err(_) => assert_eq!(self.lane, before),
        }
    }

    fn replies(&mut self, how: u8) {
        let Some(fence) = self.held else { return };
        let terms = ReplyTerms {
            control: (how & 1 == 0).then_some(Control::Stop),
            send_timeout: Duration::from_secs(10),
            max_replies_per_hour: NonZeroU32::new(u32::from(how >> 4)),
        };
        let before = self.lane.clone();
        if self.lane.begin_reply(self.now, fence, &terms).is_err() {
            let batches = |lane: &Lane| lane.facts().collect::<Vec<_>>();
            assert_eq!(batches(&self.lane), batches(&before));
        }
    }

    fn is_buried(&mut self, maybe_sent: bool) {
        let Some(fence) = self.held else { return };
        if let Ok(Buried::Dead(facts) | Buried::ReplyUnknown(facts)) = self.lane.bury(fence, maybe_sent) {
            assert_eq!(facts.id, fence.batch);
            let id = self.ids.next(self.now);
            let _ = self.lane.requeue(self.now, id, &facts);
        }
    }

    fn check(&self) {
        let lane = &self.lane;
        assert_eq!(lane.facts().count(), lane.len());
        assert_eq!(lane.is_empty(), lane.facts().next().is_none());
        assert_eq!(lane.wake_at().is_none(), lane.is_empty());
        assert!(lane.forgettable_at().is_none() || lane.is_empty());
    }

    fn check_written(&self) {
        let lane = &self.lane;
        let json = serde_json::to_string(lane).expect("a lane can be written");
        assert_eq!(serde_json::from_str::<Lane>(&json).ok().as_ref(), Some(lane), "{json}");
    }
}
