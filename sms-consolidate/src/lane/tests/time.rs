//! A lane's time never runs backwards, and its instants are offsets from one base.

use super::*;

/// A lane that last saw second 70, with something for every transition to do.
fn busy() -> (Scene, BatchId, Claimed) {
    let (mut scene, dead, claimed) = Scene::dead_and_claimed();
    scene.at(61).begun(claimed.fence());
    scene.retry(claimed.fence(), RetryTerms { maybe_sent: true, ..retry_at(62) });
    let claimed = scene.claim(62);
    scene.arrive(70, message());
    (scene, dead, claimed)
}

fn all(scene: &mut Scene, dead: BatchId, claimed: &Claimed) -> Vec<Transition> {
    let fresh = scene.ids.next(at(0));
    let others = [
        Transition::Requeue { batch: dead, fresh },
        Transition::Requeue { batch: scene.last().id, fresh },
        Transition::Flush { reason: CloseReason::Flush },
        Transition::Cancel,
        Transition::Silence,
    ];
    fenced(claimed.fence()).into_iter().chain(others).collect()
}

/// So long before, or after, second 70.
type Change<T> = fn(&mut Lane, Timestamp) -> T;

#[track_caller]
fn check_clamped<T: PartialEq + std::fmt::Debug>(lane: &Lane, change: Change<T>) {
    let told = |now| {
        let mut lane = lane.clone();
        let said = change(&mut lane, now);
        (said, lane)
    };
    let expected = told(at(70));
    for earlier in [at(69), at(0), Timestamp::default(), Timestamp::MIN] {
        assert_eq!(told(earlier), expected, "at {earlier}");
    }
}

#[test]
fn an_earlier_instant_than_the_latest_counts_as_the_latest() {
    let (mut scene, dead, claimed) = busy();
    for transition in all(&mut scene, dead, &claimed) {
        let told = |now| {
            let mut lane = scene.lane.clone();
            let said =
                transition.clone().apply(&mut lane, &scene.sender, now).expect("nothing stands against it");
            (said, lane)
        };
        let expected = told(at(70));
        for earlier in [at(69), at(0), Timestamp::default(), Timestamp::MIN] {
            assert_eq!(told(earlier), expected, "{transition:?} at {earlier}");
        }
    }
    check_clamped(&scene.lane, |lane, now| {
        let id = BatchId::from_bytes([1; 16]);
        lane.arrive(now, &keyword(Control::Stop), &Sender::default(), || id).unwrap()
    });
    check_clamped(&scene.lane, |lane, now| lane.hand_back(now));
    scene.retry(claimed.fence(), retry_at(65));
    check_clamped(&scene.lane, |lane, now| lane.claim(now, LEASE).expect("it was due at 65"));
    scene.finish_next(70);
    scene.cancel();
    check_clamped(&scene.lane, |lane, now| {
        let id = BatchId::from_bytes([1; 16]);
        lane.arrive(now, &message(), &Sender::default(), || id).unwrap()
    });
}

#[test]
fn whatever_changes_a_lane_is_the_latest_that_it_has_seen() {
    let (mut scene, dead, claimed) = busy();
    for transition in all(&mut scene, dead, &claimed) {
        let mut after = scene.clone();
        after.at(75).apply(transition.clone()).unwrap();
        assert_eq!(after.lane.clamp(at(0)), at(75), "{transition:?}");
    }
    let mut after = scene.clone();
    after.arrive(75, message());
    assert_eq!(after.lane.clamp(at(0)), at(75));
    scene.claim(92);
    assert_eq!(scene.lane.clamp(at(0)), at(92));
}

#[test]
fn what_is_refused_is_not_seen() {
    let (mut scene, dead, claimed) = busy();
    scene.retry(claimed.fence(), RetryTerms { maybe_sent: true, ..retry_at(500) });
    let before = scene.lane.clone();
    check_lost(&scene.lane, claimed.fence(), LossReason::Stolen);
    assert_eq!(scene.at(400).requeue(BatchId::from_bytes([1; 16])), Err(Refused::Unknown));
    assert_eq!(scene.lane.claim(at(400), LEASE), None);
    assert_eq!(scene.lane, before);

    scene.claim(500);
    let before = scene.lane.clone();
    assert_eq!(scene.at(501).requeue(claimed.facts.id), Err(Refused::InFlight));
    assert_eq!(scene.lane, before);
    scene.revive(dead);
    assert_eq!(scene.lane.clamp(at(0)), at(501));
}

#[test]
fn an_idle_lane_begins_anew_but_never_earlier() {
    let (mut scene, claimed) = Scene::claimed();
    scene.finish(claimed.fence());
    let accepted = scene.arrive(20, message());
    assert_eq!((scene.last().opened_at, accepted.due_at), (at(60), at(120)));
    scene.finish_next(120);
    scene.arrive(500, message());
    assert_eq!((scene.lane.base, scene.last().opened_at), (at(500), at(500)));
}

#[test]
fn a_lane_that_is_idle_only_because_its_batch_died_begins_anew_with_the_requeue() {
    let (mut scene, claimed) = Scene::dead();
    scene.at(500).revive(claimed.facts.id);
    assert_eq!((scene.lane.base, scene.last().opened_at), (at(500), at(500)));
    assert_eq!(scene.lane.wake_at(), Some(at(500)));
}

const DAY: u64 = 24 * 60 * 60;

/// What four bytes of milliseconds can hold: 49 days, 17 hours and some minutes.
const LONGEST: Duration = Duration::from_millis(u32::MAX as u64);

#[test]
fn a_longer_window_than_four_bytes_can_say_counts_as_the_longest_that_they_can() {
    assert!(LONGEST > seconds(49 * DAY + 17 * 60 * 60));
    for long in [seconds(50 * DAY), seconds(60 * DAY), Duration::MAX] {
        for window in [Window::fixed(long), Window::sliding(long, long)] {
            let mut scene = Scene::new();
            assert_eq!(scene.arrive(0, in_window(window)).due_at, at(0) + LONGEST);
            scene.arrive(1, in_window(window));
            assert_eq!((scene.last().due_at, scene.last().deadline), (at(0) + LONGEST, at(0) + LONGEST));
            assert_eq!(scene.lane.claim(at(0) + LONGEST - Duration::from_millis(1), LEASE), None);
            let claimed = scene.lane.claim(at(0) + LONGEST, LEASE).unwrap();
            scene.finish(claimed.fence());
        }
    }
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.claim(60);
    let accepted = scene.arrive(
        61,
        in_window(Window::sliding(Duration::MAX, Duration::MAX))
            .with_supersede(Supersede::Within(Duration::MAX)),
    );
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Superseded, at(0) + LONGEST));
}

#[test]
fn a_line_may_last_longer_than_the_latest_instant_can_tell() {
    let (mut scene, claimed) = Scene::claimed();
    scene.retry(claimed.fence(), retry_at(60 * DAY));
    scene.arrive(59 * DAY, message());
    assert_eq!(scene.last().opened_at, at(59 * DAY));
    let again = scene.claim(60 * DAY);
    assert_eq!((again.first_claimed_at, again.lease_until), (at(60), at(60 * DAY + 30)));
    assert_eq!(scene.lane.clamp(at(0)), at(0) + LONGEST, "as far as it can tell");
    scene.begun(again.fence());
    scene.finish(again.fence());
    assert_eq!(scene.finish_next(60 * DAY + 1).opened_at, at(59 * DAY));
    assert_eq!(scene.lane.forgettable_at(), Some(at(60 * DAY + 3_600)));
}

#[test]
fn the_end_of_time_is_no_special_case() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    let now = Timestamp::MAX;
    let claimed = scene.lane.claim(now, Duration::MAX).unwrap();
    assert_eq!(claimed.lease_until, Timestamp::MAX);
    scene.now = now;
    assert_eq!(scene.renew(claimed.fence(), Duration::MAX), Timestamp::MAX);
    scene.finish(claimed.fence());
    assert_eq!(scene.try_arrive(&message()).unwrap().due_at, Timestamp::MAX);

    let mut scene = Scene { now: Timestamp::MIN, ..Scene::new() };
    scene.try_arrive(&message()).unwrap();
    scene.lane.claim(Timestamp::MAX, LEASE).unwrap();
}

#[test]
fn moving_the_base_moves_every_instant_and_nothing_else() {
    let (scene, dead, claimed) = busy();
    let by = seconds(12_345);
    let mut written = serde_json::to_value(&scene.lane).unwrap();
    let base = written["base"].as_i64().unwrap();
    written["base"] = (base + 12_345_000).into();
    let moved: Lane = serde_json::from_value(written).unwrap();

    assert_eq!(moved.wake_at(), scene.lane.wake_at().map(|wake| wake + by));
    assert_eq!(moved.clamp(at(0)), scene.lane.clamp(at(0)) + by);
    assert_eq!(moved.dead().collect::<Vec<_>>(), [dead]);
    for (moved, facts) in moved.facts().zip(scene.lane.facts()) {
        let expected = BatchFacts {
            opened_at: facts.opened_at + by,
            due_at: facts.due_at + by,
            deadline: facts.deadline + by,
            ..facts
        };
        assert_eq!(moved, expected);
    }
    assert_eq!(moved.len(), scene.lane.len());

    let (mut here, mut there) = (scene.lane, moved);
    let (stolen, moved) = (here.claim(at(92), LEASE).unwrap(), there.claim(at(92) + by, LEASE).unwrap());
    assert_eq!(moved.first_claimed_at, stolen.first_claimed_at + by);
    assert_eq!((moved.lease_until, moved.token), (stolen.lease_until + by, stolen.token));
    check_lost(&there, claimed.fence(), LossReason::Stolen);
    for (lane, now) in [(&mut here, at(93)), (&mut there, at(93) + by)] {
        let finish = Finish::new(replied());
        Transition::Finish { fence: stolen.fence(), finish }.apply(lane, &Sender::default(), now).unwrap();
        Transition::Requeue { batch: dead, fresh: dead }.apply(lane, &Sender::default(), now).unwrap();
        for _ in 0..2 {
            let claimed = lane.claim(now + seconds(1_000), LEASE).unwrap();
            let finish = Finish::new(replied());
            let finish = Transition::Finish { fence: claimed.fence(), finish };
            finish.apply(lane, &Sender::default(), now + seconds(1_000)).unwrap();
        }
    }
    assert_eq!(there.forgettable_at(), here.forgettable_at().map(|at| at + by));
    assert!(here.forgettable_at() > Some(Timestamp::MIN), "a reply counts");
}
