//! Random schedules of everything that can happen to an in-memory store of a few keys, against a simple model.
//!
//! The model believes the lane: windows and joining have a model of their own in `lane_properties`. It keeps what the
//! store adds: which message is in which batch, ids, limits, wakes, what is remembered of a key.
//!
//! `PROPTEST_CASES` sets how many; failing seeds are kept in `proptest-regressions/`.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use sms_consolidate::store::{Appended, Refusal};

mod memory_model;

use memory_model::ops::{Op, schedule};
use memory_model::world::{Limits, World};

fn config() -> ProptestConfig {
    let seeds = FileFailurePersistence::Direct("proptest-regressions/memory_properties.txt");
    ProptestConfig { failure_persistence: Some(Box::new(seeds)), ..ProptestConfig::default() }
}

fn limits() -> impl Strategy<Value = Limits> {
    let either = |few: usize| prop_oneof![Just(few), Just(1_000)];
    let limits = (either(3), either(8), either(2));
    limits.prop_map(|(keys, messages, opt_outs)| Limits { keys, messages, opt_outs })
}

fn after(limits: Limits, schedule: &[Op]) -> World {
    let mut world = World::new(limits);
    for op in schedule {
        world.apply(op);
        world.check();
    }
    world
}

/// With nothing in it, the store takes exactly as many messages as it may hold.
fn assert_all_room_is_back(world: &mut World) {
    assert_eq!(world.counts().keys, 0, "idle keys leave nothing behind");
    if world.limits.messages > 100 {
        return;
    }
    for _ in 0..world.limits.messages {
        assert!(matches!(world.push_plain(), Appended::Accepted(_)), "the room is back");
    }
    assert_eq!(world.push_plain(), Appended::Refused(Refusal::Messages), "and no more than that");
}

proptest! {
    #![proptest_config(config())]

    /// After every step the store shows what the model says; in the end every message has been in exactly one batch
    /// that finished, and no key is known any more.
    #[test]
    fn the_store_does_what_the_model_does(limits in limits(), schedule in schedule()) {
        let mut world = after(limits, &schedule);
        world.drain();
        world.check();
        prop_assert_eq!(world.finished_tags(), world.accepted_tags());
        world.forget_what_is_over();
        assert_all_room_is_back(&mut world);
    }

    /// Whoever gets the batches back has everything that is unfinished or dead, except what may have been answered.
    #[test]
    fn what_is_handed_back_is_what_was_left(limits in limits(), schedule in schedule()) {
        let mut world = after(limits, &schedule);
        world.hand_back();
        world.check();
        world.forget_what_is_over();
        assert_all_room_is_back(&mut world);
    }
}
