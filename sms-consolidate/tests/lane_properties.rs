//! Random schedules of everything that can happen to one lane, against a simple model of what should.
//!
//! `PROPTEST_CASES` sets how many; failing seeds are kept in `proptest-regressions/`.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, TestRunner};
use sms_consolidate::lane::{BatchFacts, BatchState, Control, Keyword, Lane};

mod lane_model;

use lane_model::ops::{
    Answers, AnyWindow, Bound, Decided, How, Millis, Op, Who, arrive, op, schedule, stamp,
};
use lane_model::world::World;

/// One arrival in a schedule for [`simulate`]: so long after the last one.
type Later = (Millis, Op);

/// Runs a worker that takes `work` milliseconds a batch, and looks whenever `looks` says so. Returns when it claimed
/// what.
fn simulate(arrivals: &[Later], work: Millis, looks: impl Fn(&Lane, i64) -> bool) -> Vec<(i64, BatchFacts)> {
    let mut world = World::new();
    let mut claims = Vec::new();
    let mut busy_until = None;
    let mut arrivals = arrivals.iter();
    let mut next = arrivals.next().map(|(after, op)| (world.common.now + i64::from(*after), op));
    for now in world.common.now.. {
        world.common.now = now;
        while let Some((at, op)) = next.filter(|(at, _)| *at == now) {
            world.run(std::slice::from_ref(op));
            next = arrivals.next().map(|(after, op)| (at + i64::from(*after), op));
        }
        if busy_until == Some(now) {
            world.finish();
            busy_until = None;
        }
        if looks(&world.lane, now) {
            let claims_so_far = world.issued.len();
            world.claim(250);
            if world.issued.len() > claims_so_far {
                claims.push((now, world.lane.facts().next().expect("it was claimed")));
                busy_until = Some(now + i64::from(work));
            }
        }
        if next.is_none() && world.lane.is_empty() {
            break;
        }
        assert!(now < 1_010_000, "the line does not come to its end");
    }
    claims
}

fn is_claimed(lane: &Lane) -> bool {
    lane.facts().next().is_some_and(|head| head.state == BatchState::Claimed)
}

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_set = std::env::var_os("PROPTEST_CASES").is_some();
    let seeds = FileFailurePersistence::Direct("proptest-regressions/lane_properties.txt");
    ProptestConfig {
        cases: if is_set { default.cases } else { 2_000 },
        failure_persistence: Some(Box::new(seeds)),
        ..default
    }
}

proptest! {
    #![proptest_config(config())]

    /// Windows, order, leases, tokens, opt-out, notes, the dead, the wake: after every step the lane is as the model says.
    #[test]
    fn a_lane_does_what_the_model_does(schedule in schedule()) {
        World::new().run(&schedule);
    }

    /// What either lane's messages say of the sender holds for both.
    #[test]
    fn two_lanes_of_one_sender_do_what_their_models_do(
        schedule in proptest::collection::vec((any::<bool>(), op()), 1..70),
    ) {
        let mut lanes = [World::with_ids(1), World::with_ids(2)];
        for (is_other, op) in &schedule {
            let [one, two] = &mut lanes;
            let (here, there) = if *is_other { (two, one) } else { (one, two) };
            here.run(std::slice::from_ref(op));
            there.common = here.common;
            there.check();
        }
    }

    #[test]
    fn every_message_is_in_exactly_one_batch(schedule in schedule()) {
        let mut world = World::after(&schedule);
        world.drain_the_line();
        world.give_up_the_dead();
        prop_assert!(world.ledger.is_empty());
        world.ended.sort_unstable();
        prop_assert_eq!(world.ended, (0..world.messages).collect::<Vec<_>>());
    }

    /// Every fence that was ever handed out, not only the ones that the schedule tried.
    #[test]
    fn at_most_one_fence_is_good_and_stale_ones_change_nothing(schedule in schedule()) {
        let world = World::after(&schedule);
        let mut good = 0;
        for (fence, _) in &world.issued {
            match world.verdict(*fence) {
                Ok(()) => good += 1,
                Err(reason) => world.check_lost(*fence, reason),
            }
        }
        prop_assert_eq!(good, usize::from(is_claimed(&world.lane)));
    }

    /// Looking every millisecond is as good as looking at the wake alone.
    #[test]
    fn many_small_steps_of_time_equal_one_big_one(
        arrivals in proptest::collection::vec((0..15u8, arrive()), 1..30),
        work in 1..20u8,
    ) {
        let at_every_instant = simulate(&arrivals, work, |_, _| true);
        let at_the_wake =
            simulate(&arrivals, work, |lane, now| lane.wake_at().is_some_and(|wake| wake <= stamp(now)));
        prop_assert_eq!(at_every_instant, at_the_wake);
    }

    #[test]
    fn an_idle_lane_can_be_forgotten(before in schedule(), mut after in schedule()) {
        // A new lane counts its tokens from 1 again, so one made-up fence may be good here and not there. Nor does it know
        // the latest instant of the old one.
        after.retain(|op| !matches!(op.who(), Some(Who::Mixed(..))) && !matches!(op, Op::Lag { .. }));
        let mut kept = World::after(&before);
        kept.drain();
        let forgettable_at = kept.lane.forgettable_at().expect("it is idle").as_unix_millis();
        kept.wait_until(forgettable_at);
        kept.issued.clear();
        let mut forgotten = kept.with_new_lane();
        kept.run(&after);
        forgotten.run(&after);
        prop_assert_eq!(kept.trace, forgotten.trace);
    }

    #[test]
    fn a_lane_survives_being_written_and_read_back(schedule in schedule()) {
        let lane = World::after(&schedule).lane;
        let written = serde_json::to_string(&lane).unwrap();
        prop_assert_eq!(serde_json::from_str::<Lane>(&written).unwrap(), lane);
    }

    #[test]
    fn what_a_later_version_wrote_stays(schedule in schedule()) {
        let later = serde_json::json!({ "later": { "than": "this" } });
        let mut world = World::new();
        world.lane = serde_json::from_value(later.clone()).unwrap();
        for op in &schedule {
            world.apply(op);
        }
        prop_assert_eq!(world.lane.forgettable_at(), None);
        prop_assert_eq!(&serde_json::to_value(&world.lane).unwrap()["later"], &later["later"]);
    }
}

/// Schedules that never got anywhere would prove nothing.
#[test]
fn the_schedules_reach_every_rule() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..2_000 {
        let schedule = schedule().new_tree(&mut runner).unwrap().current();
        let mut world = World::new();
        seen.extend(schedule.iter().map(|op| world.apply(op)));
    }
    for expected in [
        "Opened None",
        "Joined None",
        "Superseded None",
        "Superseded Some(Stop)",
        "Joined Some(Start)",
        "Joined Some(Help)",
        "Ahead Some(Stop)",
        "claimed fresh Claimed",
        "claimed fresh Classified",
        "claimed fresh Classified, decided",
        "claimed fresh Replying, decided",
        "claimed stolen Claimed",
        "claimed stolen Classified",
        "claimed stolen Classified, decided",
        "claimed stolen Replying, decided",
        "Stolen",
        "Superseded",
        "Cancelled",
        "reply Ok(())",
        "reply Err(OptedOut)",
        "reply Err(LeaseTooShort)",
        "reply Err(LoopGuard)",
        "renewed",
        "classified",
        "finished",
        "dead",
        "buried while replying",
        "requeued AsAnother()",
        "requeued DueNow",
        "requeued InFlight",
        "requeued Unknown",
        "to be retried",
        "flushed 1",
        "cancelled 2",
        "silenced 2",
        "elsewhere true",
        "elsewhere false",
    ] {
        assert!(seen.contains(expected), "no schedule shows {expected:?}");
    }
}

/// A message of a window that closes at once.
fn text(keyword: Option<Keyword>, supersede: Bound) -> Op {
    Op::Arrive { window: AnyWindow::fixed(0), bytes: 0, keyword, supersede }
}

fn claim(lease: Millis) -> Op {
    Op::Claim { lease, waits: true }
}

fn answer(limit: Option<u32>) -> Op {
    let claims_to_answer = Answers::WhatTheBatchHolds;
    let reply = Some(Decided { text: 0, claims_to_answer, send_timeout: 0, limit });
    Op::Record { who: Who::Newest, label: None, reply }
}

fn finish() -> Op {
    Op::Finish { who: Who::Newest, how: How::Replied, label: None }
}

/// As the properties found them, in words that outlast the seeds.
#[test]
fn schedules_that_failed_once() {
    let plain = || text(None, Bound::Never);
    let again = || text(None, Bound::Within(1));
    let stop = || text(Some(Control::Stop.into()), Bound::Never);
    let help = text(Some(Control::Help.into()), Bound::Never);
    let out = || Op::Speak { is_out: true, ago: None, here: true };
    let capped = AnyWindow::fixed(0).with_max_bytes(1);
    let capped = Op::Arrive { window: capped, bytes: 0, keyword: None, supersede: Bound::Never };
    let not_sent = Op::Retry { who: Who::Newest, after: 0, counts: false, maybe_sent: false };
    for schedule in [
        vec![stop(), stop()],
        vec![plain(), claim(5), out()],
        vec![help, plain(), capped, claim(5), finish(), claim(5), again()],
        vec![plain(), claim(5), again(), out(), claim(5), again()],
        vec![plain(), claim(8), again(), claim(5), Op::Cancel],
        vec![
            plain(),
            claim(5),
            answer(Some(1)),
            finish(),
            plain(),
            claim(5),
            answer(None),
            not_sent,
            claim(5),
            answer(None),
            finish(),
        ],
    ] {
        World::new().run(&schedule);
    }
}
