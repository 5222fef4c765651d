use super::*;

#[test]
fn at_most_one_batch_is_in_flight() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, in_window(Window::immediate()));
    assert_eq!(scene.lane.claim(at(62), LEASE), None);
    assert_eq!(scene.lane.wake_at(), Some(at(90)));
    scene.lane.finish(claimed.fence()).unwrap();
    assert_eq!(scene.lane.wake_at(), Some(at(61)));
    assert_eq!(scene.claim(62).facts.opened_at, at(61));
}

#[test]
fn batches_end_in_the_order_in_which_they_opened() {
    let mut scene = Scene::new();
    let one = in_window(Window::default().with_max_messages(1));
    let opened: Vec<_> = (0..5).map(|second| scene.arrive(second, one).batch).collect();
    let ended: Vec<_> = (0..5).map(|_| scene.finish_next(10).id).collect();
    assert_eq!(ended, opened);
    assert!(scene.lane.is_empty());
    assert_eq!(scene.lane.claim(at(10), LEASE), None);
}

#[test]
fn a_claim_says_what_there_is() {
    let (scene, claimed) = Scene::claimed();
    assert_eq!(scene.facts(), std::slice::from_ref(&claimed.facts));
    assert_eq!(claimed.facts.state, BatchState::Claimed);
    assert_eq!((claimed.facts.attempts, claimed.facts.lease_losses), (1, 0));
    assert_eq!((claimed.stage, claimed.first_claimed_at), (Stage::Claimed, at(60)));
    assert_eq!(claimed.lease_until, at(90));
    assert_eq!(claimed.fence(), Fence { batch: claimed.facts.id, token: claimed.token });
}

#[test]
fn a_lease_that_ran_out_is_stolen_and_the_loss_is_counted_apart() {
    let (mut scene, first) = Scene::claimed();
    scene.lane.checkpoint(first.fence()).unwrap();
    assert_eq!(scene.lane.claim(at(90) - Duration::from_millis(1), LEASE), None);
    let second = scene.claim(90);
    assert_eq!(second.facts.id, first.facts.id);
    assert!(second.token > first.token);
    assert_eq!((second.facts.attempts, second.facts.lease_losses), (1, 1));
    // No attempt has failed yet, so the time that the lost worker took is no retry time.
    assert_eq!((second.stage, second.first_claimed_at), (Stage::Classified, at(90)));
    check_lost(&scene.lane, first.fence(), LossReason::Stolen);

    let third = scene.claim(120);
    assert_eq!((third.facts.attempts, third.facts.lease_losses), (1, 2));
    check_lost(&scene.lane, first.fence(), LossReason::Stolen);
    check_lost(&scene.lane, second.fence(), LossReason::Stolen);
    scene.lane.finish(third.fence()).unwrap();
    for fence in [first.fence(), second.fence(), third.fence()] {
        check_lost(&scene.lane, fence, LossReason::Stolen);
    }
}

#[test]
fn a_lease_that_ran_out_is_still_its_holders_until_it_is_stolen() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.lane.renew(at(500), claimed.fence(), LEASE), Ok(at(530)));
    assert_eq!(scene.lane.claim(at(529), LEASE), None);
    assert!(scene.lane.finish(claimed.fence()).is_ok());
}

#[test]
fn a_renewal_never_shortens_the_lease() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.lane.renew(at(70), claimed.fence(), LEASE), Ok(at(100)));
    assert_eq!(scene.lane.renew(at(71), claimed.fence(), seconds(1)), Ok(at(100)));
    assert_eq!(scene.lane.wake_at(), Some(at(100)));
}

#[test]
fn a_retry_waits_until_its_time_with_its_membership_frozen() {
    let (mut scene, first) = Scene::claimed();
    scene.lane.checkpoint(first.fence()).unwrap();
    scene.lane.retry(first.fence(), &retry_at(80)).unwrap();
    assert_eq!(scene.states(), [BatchState::Retrying]);
    assert_eq!(scene.lane.wake_at(), Some(at(80)));
    assert_eq!(scene.arrive(70, message()).entry, Entry::Opened);
    assert_eq!(scene.lane.claim(at(80) - Duration::from_millis(1), LEASE), None);
    check_lost(&scene.lane, first.fence(), LossReason::Stolen);

    let second = scene.claim(80);
    assert_eq!((second.facts.id, second.facts.messages), (first.facts.id, 1));
    assert_eq!((second.facts.attempts, second.stage), (2, Stage::Classified));
    assert_eq!(second.first_claimed_at, at(60));
    assert!(second.token > first.token);
}

#[test]
fn an_attempt_that_is_handed_back_does_not_count() {
    let (mut scene, mut claimed) = Scene::claimed();
    for second in 61..70 {
        let handed_back = RetryTerms { counts: false, ..retry_at(second) };
        scene.lane.retry(claimed.fence(), &handed_back).unwrap();
        assert_eq!(scene.last().attempts, 0);
        claimed = scene.claim(second);
        assert_eq!((claimed.facts.attempts, claimed.facts.lease_losses), (1, 0));
    }
    scene.lane.retry(claimed.fence(), &retry_at(70)).unwrap();
    assert_eq!(scene.claim(70).facts.attempts, 2);
}

#[test]
fn an_attempt_whose_lease_was_lost_and_that_is_handed_back_does_not_count() {
    let (mut scene, _) = Scene::claimed();
    let stolen = scene.claim(90);
    scene.lane.retry(stolen.fence(), &RetryTerms { counts: false, ..retry_at(91) }).unwrap();
    let again = scene.claim(91);
    assert_eq!((again.facts.attempts, again.facts.lease_losses), (1, 1));
}

#[test]
fn a_checkpoint_never_takes_a_batch_back_from_its_point_of_no_return() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    scene.lane.checkpoint(claimed.fence()).unwrap();
    assert_eq!(scene.claim(90).stage, Stage::Replying);
}

#[test]
fn a_dead_batch_leaves_the_line() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.checkpoint(claimed.fence()).unwrap();
    assert_eq!(scene.lane.bury(claimed.fence(), true), Ok(Buried::Dead(claimed.facts.clone())));
    assert!(scene.lane.is_empty());
    check_lost(&scene.lane, claimed.fence(), LossReason::Stolen);
}

#[test]
fn a_batch_buried_past_its_point_of_no_return_may_have_been_answered() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    assert!(matches!(scene.lane.bury(claimed.fence(), true), Ok(Buried::ReplyUnknown(_))));
    assert!(scene.lane.is_empty());

    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    let stolen = scene.claim(90);
    assert!(matches!(scene.lane.bury(stolen.fence(), true), Ok(Buried::ReplyUnknown(_))));
}

#[test]
fn a_claim_that_was_cancelled_says_so() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.cancel();
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    scene.arrive(70, message());
    let next = scene.claim(130);
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    let mixed = Fence { batch: next.facts.id, token: claimed.token };
    check_lost(&scene.lane, mixed, LossReason::Stolen);
    let mixed = Fence { batch: claimed.facts.id, token: next.token };
    check_lost(&scene.lane, mixed, LossReason::Stolen);
    assert!(scene.lane.finish(next.fence()).is_ok());
}

#[test]
fn a_fence_of_another_lane_says_nothing_here() {
    let (_, other) = Scene::claimed();
    check_lost(&Lane::default(), other.fence(), LossReason::Stolen);
}
