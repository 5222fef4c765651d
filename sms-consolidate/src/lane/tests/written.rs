//! Lanes as stores write and find them, corrupted ones too.

use super::*;
use serde_json::{Value, json};

fn written(lane: &Lane) -> Value {
    serde_json::to_value(lane).expect("a lane can be written")
}

fn read(written: Value) -> Lane {
    serde_json::from_value(written).expect("it can be read")
}

/// A lane that has something of everything, and the fence under which its head is held.
fn everything() -> (Scene, Claimed) {
    let (mut scene, _) = Scene::dead();
    scene.dies(61);
    let sliding = Arrival { window: Window::sliding(seconds(10), seconds(60)).into(), ..superseding(120) };
    scene.arrive(62, sliding);
    scene.claim(72);
    scene.arrive(73, sliding);
    let first = scene.claim(83);
    scene.record(first.fence(), Some(found("AGREE")), Some(terms())).unwrap();
    scene.retry(first.fence(), RetryTerms { maybe_sent: true, ..retry_at(84) });
    scene.claim(84);
    let claimed = scene.claim(114);
    scene.arrive(115, message());
    scene.arrive(116, keyword(Control::Help));
    scene.arrive(117, message().with_keyword(Keyword::Wish, OptOutCause::Inferred));
    let mut with_unknown = written(&scene.lane);
    with_unknown["later"] = json!({ "until": 5, "by": ["operator", null] });
    scene.lane = read(with_unknown);
    (scene, claimed)
}

#[test]
fn a_lane_is_read_back_as_it_was() {
    let (scene, claimed) = everything();
    let lane = written(&scene.lane);
    for part in ["base", "latest", "head", "behind", "work", "token", "lost", "replies", "dead", "later"] {
        assert_ne!(lane[part], Value::Null, "{part} is missing in {lane}");
    }
    for note in ["classification", "reply", "error"] {
        assert_ne!(lane["work"]["notes"][note], Value::Null, "{note} is missing in {lane}");
    }
    let again = read(lane);
    assert_eq!(again, scene.lane);
    assert_eq!(
        (again.facts().collect::<Vec<_>>(), again.wake_at()),
        (scene.facts(), Some(claimed.lease_until))
    );

    let mut waiting = scene;
    waiting.retry(claimed.fence(), retry_at(500));
    assert_eq!(read(written(&waiting.lane)), waiting.lane);
}

#[test]
fn what_is_a_default_is_not_written() {
    assert_eq!(written(&Lane::default()), json!({}));
    assert_eq!(read(json!({})), Lane::default());

    let (mut scene, claimed) = Scene::claimed();
    let head = json!({
        "id": claimed.facts.id, "due_after": 60_000, "deadline_after": 60_000, "messages": 1, "bytes": 5,
        "flags": { "has_content": true },
    });
    let work = json!({
        "attempts": 1, "first_claimed": 60_000, "stage": "claimed", "hold": { "leased": { "until": 90_000 } },
    });
    let base = at(0).as_unix_millis();
    assert_eq!(
        written(&scene.lane),
        json!({ "base": base, "latest": 60_000, "head": head, "work": work, "token": 1 })
    );
    scene.bury(claimed.fence());
    let dead = json!([{ "id": claimed.facts.id, "messages": 1, "bytes": 5, "has_content": true }]);
    // An idle lane begins anew.
    assert_eq!(written(&scene.lane), json!({ "base": base + 60_000, "dead": dead }));
}

#[test]
fn what_this_version_does_not_know_survives_all_that_happens() {
    let (mut scene, claimed) = everything();
    let unknown = written(&scene.lane)["later"].clone();
    let dead = scene.dead_batches()[0];
    scene.finish(claimed.fence());
    scene.revive(dead);
    scene.cancel();
    scene.arrive(200, message());
    scene.finish_next(260);
    scene.lane.hand_back(at(261));
    assert_eq!(written(&scene.lane)["later"], unknown);
    assert_eq!(read(written(&scene.lane)), scene.lane);
}

#[test]
fn a_lane_without_its_head_is_refused() {
    let (mut scene, _) = Scene::claimed();
    scene.arrive(61, message());
    let without = |parts: &[&str]| {
        let mut lane = written(&scene.lane);
        parts.iter().for_each(|part| _ = lane.as_object_mut().unwrap().remove(*part));
        serde_json::from_value::<Lane>(lane)
    };
    for parts in [&["head"][..], &["head", "behind"], &["head", "work"]] {
        assert!(without(parts).is_err(), "without {parts:?}");
    }
    assert!(without(&["head", "behind", "work"]).expect("it is idle").is_empty());
    assert_eq!(without(&["behind", "work"]).expect("it has a head").len(), 1);
}

#[test]
fn counters_at_their_end_do_not_panic() {
    let (scene, _) = Scene::claimed();
    let mut lane = written(&scene.lane);
    lane["token"] = u64::MAX.into();
    lane["work"]["attempts"] = u32::MAX.into();
    lane["work"]["lease_losses"] = u32::MAX.into();
    lane["head"]["messages"] = u32::MAX.into();
    let mut scene = Scene { lane: read(lane), ..scene };
    let stolen = scene.claim(90);
    assert_eq!(stolen.facts.lease_losses, u32::MAX);
    scene.retry(stolen.fence(), retry_at(91));
    assert_eq!(scene.claim(91).facts.attempts, u32::MAX);
    assert_eq!(scene.arrive(92, superseding(1_000)).messages, u32::MAX);
}

#[test]
fn instants_at_the_ends_of_time_do_not_panic() {
    for end in [i64::MIN, i64::MAX] {
        let (mut scene, claimed) = everything();
        let mut lane = written(&scene.lane);
        lane["base"] = end.into();
        lane["latest"] = u32::MAX.into();
        lane["head"]["opened"] = end.into();
        lane["work"]["hold"]["leased"]["until"] = end.into();
        lane["replies"] = json!([end, i64::MIN, i64::MAX]);
        scene.lane = read(lane);
        let dead = scene.dead_batches()[0];
        scene.now = Timestamp::from_unix_millis(end);
        let _ = scene.begin_reply(claimed.fence(), at_most(1));
        scene.retry(claimed.fence(), RetryTerms { maybe_sent: true, ..retry_at(0) });
        scene.revive(dead);
        scene.flush(CloseReason::Flush);
        let _ = scene.lane.late_since(Timestamp::MAX);
        scene.lane.count(Timestamp::MAX, &mut Counts::default());
        scene.cancel();
        let _ = scene.lane.forgettable_at();
        assert_eq!(read(written(&scene.lane)), scene.lane);
    }
}
