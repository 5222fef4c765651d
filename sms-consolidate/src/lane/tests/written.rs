//! Lanes as stores find them, corrupted ones too.

use super::*;

fn written(lane: &Lane) -> serde_json::Value {
    serde_json::to_value(lane).expect("a lane can be written")
}

#[test]
fn a_lane_is_read_back_as_it_was() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, superseding(120));
    scene.claim(70);
    scene.arrive(71, keyword(Control::Stop));
    assert_eq!(scene.lane.checkpoint(claimed.fence()), Err(LossReason::Superseded));
    assert_eq!(serde_json::from_value::<Lane>(written(&scene.lane)).unwrap(), scene.lane);
    assert_eq!(serde_json::from_str::<Lane>("{}").unwrap(), Lane::default());
}

#[test]
fn a_lane_without_its_head_is_refused() {
    let (mut scene, _) = Scene::claimed();
    let mut working = written(&scene.lane);
    working["head"] = serde_json::Value::Null;
    scene.arrive(61, message());
    let mut followed = written(&scene.lane);
    followed["head"] = serde_json::Value::Null;
    followed["more"]["work"] = serde_json::Value::Null;
    for corrupted in [working, followed] {
        assert!(serde_json::from_value::<Lane>(corrupted.clone()).is_err(), "{corrupted}");
    }
}

#[test]
fn counters_at_their_end_do_not_panic() {
    let (scene, _) = Scene::claimed();
    let mut lane = written(&scene.lane);
    lane["more"]["token"] = u64::MAX.into();
    lane["more"]["work"]["attempts"] = u32::MAX.into();
    lane["more"]["work"]["lease_losses"] = u32::MAX.into();
    let mut lane: Lane = serde_json::from_value(lane).unwrap();
    let stolen = lane.claim(at(90), LEASE).unwrap();
    assert_eq!(stolen.facts.lease_losses, u32::MAX);
    lane.retry(stolen.fence(), &retry_at(91)).unwrap();
    assert_eq!(lane.claim(at(91), LEASE).unwrap().facts.attempts, u32::MAX);
}
