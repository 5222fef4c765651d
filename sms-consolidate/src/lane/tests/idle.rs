//! When a lane may be forgotten.

use super::*;

#[test]
fn an_idle_lane_is_as_good_as_new() {
    let mut scene = Scene::new();
    assert_eq!(scene.lane.forgettable_at(), Some(Timestamp::MIN));
    scene.arrive(0, message());
    assert_eq!(scene.lane.forgettable_at(), None);
    let claimed = scene.claim(60);
    assert_eq!(scene.lane.forgettable_at(), None);
    scene.finish(claimed.fence());
    assert_eq!(scene.lane.forgettable_at(), Some(Timestamp::MIN));
    assert_eq!(scene.lane.more, None, "nothing is left beside the head");
}

#[test]
fn an_idle_lane_is_kept_while_a_reply_counts_for_the_loop_guard() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).begun(claimed.fence());
    scene.at(62).finish(claimed.fence());
    assert_eq!(scene.lane.forgettable_at(), Some(at(61 + 3_600)));
}

#[test]
fn an_idle_lane_is_kept_while_a_lost_holder_may_ask_why() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(70).renew(claimed.fence(), LEASE);
    scene.cancel();
    assert_eq!(scene.lane.forgettable_at(), Some(at(100)));
}

#[test]
fn of_several_reasons_to_keep_a_lane_the_last_to_pass_counts() {
    for lease in [30, 10_000] {
        let (mut scene, claimed) = Scene::claimed();
        scene.at(61).begun(claimed.fence());
        scene.finish(claimed.fence());
        scene.arrive(62, in_window(Window::immediate()));
        scene.lane.claim(at(62), seconds(lease)).unwrap();
        scene.cancel();
        assert_eq!(scene.lane.forgettable_at(), Some(at((61 + 3_600).max(62 + lease))));
    }
}

#[test]
fn a_lane_is_kept_for_its_dead_until_none_is_left() {
    let (mut scene, claimed) = Scene::dead();
    let other = scene.dies(70);
    for dead in [claimed.facts.id, other] {
        assert_eq!(scene.lane.forgettable_at(), None);
        scene.at(80).revive(dead);
        assert_eq!(scene.lane.forgettable_at(), None);
        scene.finish_next(80);
    }
    assert_eq!(scene.lane.forgettable_at(), Some(Timestamp::MIN));
}

#[test]
fn a_lane_is_kept_for_what_a_later_version_wrote() {
    let lane: Lane = serde_json::from_str(r#"{"later":1767225600000}"#).unwrap();
    assert_eq!(lane.forgettable_at(), None);
    assert!(lane.is_empty());
}

#[test]
fn what_is_remembered_of_a_lane_outlasts_its_idleness() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).begin_reply(claimed.fence(), at_most(1)).unwrap();
    scene.finish(claimed.fence());
    let id = scene.arrive(3_000, in_window(Window::immediate())).batch;
    let claimed = scene.claim(3_000);
    assert_eq!(claimed.facts.id, id);
    let again = scene.begin_reply(claimed.fence(), at_most(1));
    assert_eq!(again, Err(ReplyRefusal::LoopGuard), "the reply still counts, though the lane has begun anew");
    scene.at(3_001).cancel();
    assert_eq!(scene.arrive(5_000, message()).entry, Entry::Opened);
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    assert_eq!(scene.at(5_001).cancel().len(), 1);
    assert_eq!(scene.lane.forgettable_at(), Some(at(61 + 3_600)));
}
