use super::*;

#[test]
fn at_most_one_batch_is_in_flight() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, in_window(Window::immediate()));
    assert_eq!(scene.lane.claim(at(62), LEASE), None);
    assert_eq!(scene.lane.wake_at(), Some(at(90)));
    scene.finish(claimed.fence());
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
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.facts(), std::slice::from_ref(&claimed.facts));
    assert_eq!(claimed.facts.state, BatchState::Claimed);
    assert_eq!((claimed.facts.attempts, claimed.facts.lease_losses), (1, 0));
    assert_eq!((claimed.stage, claimed.first_claimed_at), (Stage::Claimed, at(60)));
    assert_eq!((claimed.facts.classification, claimed.facts.reply), (None, vec![]));
    assert_eq!(claimed.lease_until, at(90));
    assert!(scene.claim(90).token > claimed.token);
}

#[test]
fn a_claim_that_comes_too_early_changes_nothing() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    let before = scene.lane.clone();
    assert_eq!(scene.lane.claim(at(59), LEASE), None);
    assert_eq!(scene.lane, before);
}

#[test]
fn a_lease_that_ran_out_is_stolen_and_the_loss_is_counted_apart() {
    let (mut scene, first) = Scene::claimed();
    scene.classify(first.fence());
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
    scene.finish(third.fence());
    for fence in [first.fence(), second.fence(), third.fence()] {
        check_lost(&scene.lane, fence, LossReason::Stolen);
    }
}

#[test]
fn a_lease_that_ran_out_is_still_its_holders_until_it_is_stolen() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.at(500).renew(claimed.fence(), LEASE), at(530));
    assert_eq!(scene.lane.claim(at(529), LEASE), None);
    scene.finish(claimed.fence());
}

#[test]
fn a_renewal_never_shortens_the_lease() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.at(70).renew(claimed.fence(), LEASE), at(100));
    assert_eq!(scene.at(71).renew(claimed.fence(), seconds(1)), at(100));
    assert_eq!(scene.lane.wake_at(), Some(at(100)));
}

#[test]
fn a_retry_waits_until_its_time_with_its_membership_frozen() {
    let (mut scene, first) = Scene::claimed();
    scene.classify(first.fence());
    scene.retry(first.fence(), retry_at(80));
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
        scene.retry(claimed.fence(), RetryTerms { counts: false, ..retry_at(second) });
        assert_eq!(scene.last().attempts, 0);
        claimed = scene.claim(second);
        assert_eq!((claimed.facts.attempts, claimed.facts.lease_losses), (1, 0));
    }
    scene.retry(claimed.fence(), retry_at(70));
    assert_eq!(scene.claim(70).facts.attempts, 2);
}

#[test]
fn an_attempt_whose_lease_was_lost_and_that_is_handed_back_does_not_count() {
    let (mut scene, _) = Scene::claimed();
    let stolen = scene.claim(90);
    scene.retry(stolen.fence(), RetryTerms { counts: false, ..retry_at(91) });
    let again = scene.claim(91);
    assert_eq!((again.facts.attempts, again.facts.lease_losses), (1, 1));
}

#[test]
fn a_claim_that_was_cancelled_says_so() {
    let (mut scene, claimed) = Scene::claimed();
    scene.cancel();
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    scene.arrive(70, message());
    let next = scene.claim(130);
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    let mixed = Fence { batch: next.facts.id, token: claimed.token };
    check_lost(&scene.lane, mixed, LossReason::Stolen);
    let mixed = Fence { batch: claimed.facts.id, token: next.token };
    check_lost(&scene.lane, mixed, LossReason::Stolen);
    scene.finish(next.fence());
}

#[test]
fn a_fence_of_another_lane_says_nothing_here() {
    let (_, other) = Scene::claimed();
    check_lost(&Lane::default(), other.fence(), LossReason::Stolen);
}
