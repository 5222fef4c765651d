use super::*;

/// Opens, claims and answers one more batch at `second`; says whether its reply may leave.
fn reply(scene: &mut Scene, second: u64, limit: u32) -> Result<(), ReplyRefusal> {
    scene.arrive(second, in_window(Window::immediate()));
    let claimed = scene.claim(second);
    let said = scene.begin_reply(claimed.fence(), at_most(limit));
    scene.finish(claimed.fence());
    said
}

/// Whether the loop guard counts one reply now.
fn counts_one(scene: &mut Scene) -> bool {
    scene.lane.more.as_ref().is_some_and(|more| more.replies.len() == 1)
}

#[test]
fn a_reply_may_leave_under_its_lease() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.at(61).begin_reply(claimed.fence(), terms()), Ok(()));
    assert_eq!(scene.claim(90).stage, Stage::Replying);
}

#[test]
fn a_lease_shorter_than_the_send_timeout_refuses_until_it_is_renewed() {
    let (mut scene, claimed) = Scene::claimed();
    let late = at(80) + Duration::from_millis(1);
    for now in [late, at(90), at(500)] {
        let mut refused = scene.clone();
        refused.now = now;
        assert_eq!(refused.begin_reply(claimed.fence(), terms()), Err(ReplyRefusal::LeaseTooShort));
        assert_eq!(timeless(&refused.lane), timeless(&scene.lane));
    }
    assert_eq!(scene.clone().at(80).begin_reply(claimed.fence(), terms()), Ok(()));
    scene.now = late;
    scene.renew(claimed.fence(), LEASE);
    assert_eq!(scene.begin_reply(claimed.fence(), terms()), Ok(()));
}

#[test]
fn an_opted_out_sender_gets_no_reply() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).opt_out();
    let before = scene.lane.clone();
    assert_eq!(scene.begin_reply(claimed.fence(), terms()), Err(ReplyRefusal::OptedOut));
    assert_eq!(scene.lane, before);
}

#[test]
fn a_lost_claim_refuses_before_all_else() {
    let (mut scene, claimed) = Scene::claimed();
    scene.claim(90);
    scene.at(91).opt_out();
    let record = Transition::Record { fence: claimed.fence(), classification: None, reply: Some(terms()) };
    assert_eq!(scene.apply(record), Err(Refused::Lost(LossReason::Stolen)));
}

#[test]
fn the_loop_guard_counts_the_replies_of_the_last_hour() {
    let mut scene = Scene::new();
    assert_eq!(reply(&mut scene, 0, 2), Ok(()));
    assert_eq!(reply(&mut scene, 10, 2), Ok(()));
    assert_eq!(reply(&mut scene, 20, 2), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 3_599, 2), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 3_600, 2), Ok(()), "the first is an hour old");
    assert_eq!(reply(&mut scene, 3_600, 2), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 3_610, 2), Ok(()));
}

#[test]
fn a_refused_reply_does_not_count() {
    let mut scene = Scene::new();
    assert_eq!(reply(&mut scene, 0, 1), Ok(()));
    for second in 1..50 {
        assert_eq!(reply(&mut scene, second, 1), Err(ReplyRefusal::LoopGuard));
    }
    assert_eq!(reply(&mut scene, 3_600, 1), Ok(()));
}

#[test]
fn without_a_limit_there_is_no_loop_guard() {
    let mut scene = Scene::new();
    for second in 0..100 {
        assert_eq!(reply(&mut scene, second, 0), Ok(()));
    }
}

#[test]
fn the_loop_guard_refusal_leaves_the_batch_before_its_point_of_no_return() {
    let mut scene = Scene::new();
    assert_eq!(reply(&mut scene, 0, 1), Ok(()));
    scene.arrive(1, in_window(Window::immediate()));
    let claimed = scene.claim(1);
    let before = scene.lane.clone();
    assert_eq!(scene.begin_reply(claimed.fence(), at_most(1)), Err(ReplyRefusal::LoopGuard));
    assert_eq!(scene.lane, before);
    assert!(matches!(scene.bury(claimed.fence()), Buried::Dead { .. }));
}

#[test]
fn a_reply_that_is_retried_because_it_was_not_sent_gives_its_slot_back() {
    let (mut scene, first) = Scene::claimed();
    scene.at(61).begin_reply(first.fence(), at_most(1)).unwrap();
    scene.retry(first.fence(), retry_at(62));
    let second = scene.claim(62);
    assert_eq!(second.stage, Stage::Classified);
    assert_eq!(scene.begin_reply(second.fence(), at_most(1)), Ok(()));
    scene.finish(second.fence());
    assert_eq!(reply(&mut scene, 63, 1), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 61 + 3_600, 1), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 62 + 3_600, 1), Ok(()));
}

#[test]
fn a_reply_counts_exactly_if_it_may_have_been_sent() {
    let check = |end: fn(&mut Scene, Fence), counts: bool| {
        let (mut scene, claimed) = Scene::claimed();
        scene.begun(claimed.fence());
        assert!(counts_one(&mut scene));
        end(&mut scene, claimed.fence());
        assert_eq!(counts_one(&mut scene), counts);
    };
    const REJECTED: Outcome = Outcome::NoReply(NoReply::Rejected);
    check(|scene, fence| _ = scene.finish_with(fence, replied()), true);
    check(|scene, fence| _ = scene.finish_with(fence, Outcome::ReplyUnknown), true);
    check(|scene, fence| _ = scene.finish_with(fence, REJECTED), false);
    check(|scene, fence| _ = scene.bury_with(fence, true), true);
    check(|scene, fence| _ = scene.bury_with(fence, false), false);
    check(|scene, fence| scene.retry(fence, retry_at(61)), false);
    check(|scene, fence| scene.retry(fence, RetryTerms { maybe_sent: true, ..retry_at(61) }), true);
}

#[test]
fn only_the_batchs_own_reply_is_withdrawn() {
    let check = |end: fn(&mut Scene, Fence), begin: Option<ReplyTerms>| {
        let mut scene = Scene::new();
        assert_eq!(reply(&mut scene, 0, 1), Ok(()));
        scene.arrive(1, in_window(Window::immediate()));
        let claimed = scene.claim(1);
        if let Some(terms) = begin {
            scene.begin_reply(claimed.fence(), terms).unwrap();
        }
        end(&mut scene, claimed.fence());
        assert!(counts_one(&mut scene));
    };
    let ends: [fn(&mut Scene, Fence); 3] = [
        |scene, fence| scene.retry(fence, retry_at(2)),
        |scene, fence| _ = scene.finish_with(fence, Outcome::NoReply(NoReply::Stale)),
        |scene, fence| _ = scene.bury_with(fence, false),
    ];
    for end in ends {
        check(end, None);
        // Without a limit a reply does not count.
        check(end, Some(at_most(0)));
        check(end, Some(at_most(2)));
    }
}

#[test]
fn a_reply_that_may_have_gone_out_stays_past_the_point_and_counts_once() {
    let (mut scene, first) = Scene::claimed();
    scene.at(61).begin_reply(first.fence(), at_most(2)).unwrap();
    scene.retry(first.fence(), RetryTerms { maybe_sent: true, ..retry_at(62) });
    assert_eq!(scene.states(), [BatchState::Retrying]);
    let second = scene.claim(62);
    assert_eq!(second.stage, Stage::Replying);
    for _ in 0..5 {
        assert_eq!(scene.begin_reply(second.fence(), at_most(2)), Ok(()));
    }
    scene.finish(second.fence());
    assert_eq!(reply(&mut scene, 63, 2), Ok(()));
    assert_eq!(reply(&mut scene, 64, 2), Err(ReplyRefusal::LoopGuard));
}

#[test]
fn asking_again_is_refused_on_the_same_terms() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).begun(claimed.fence());
    let said = scene.clone().at(81).begin_reply(claimed.fence(), terms());
    assert_eq!(said, Err(ReplyRefusal::LeaseTooShort));
    scene.at(62).opt_out();
    assert_eq!(scene.begin_reply(claimed.fence(), terms()), Err(ReplyRefusal::OptedOut));
}
