use super::*;

/// Opens, claims and answers one more batch at `second`; says whether its reply may leave.
fn reply(scene: &mut Scene, second: u64, limit: u32) -> Result<(), ReplyRefusal> {
    scene.arrive(second, in_window(Window::immediate()));
    let claimed = scene.claim(second);
    let limited = ReplyTerms { max_replies_per_hour: NonZeroU32::new(limit), ..terms() };
    let said = scene.lane.begin_reply(at(second), claimed.fence(), &limited);
    scene.lane.finish(claimed.fence()).expect("the claim is fresh");
    said
}

#[test]
fn a_reply_may_leave_under_its_lease() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.lane.begin_reply(at(61), claimed.fence(), &terms()), Ok(()));
    assert_eq!(scene.claim(90).stage, Stage::Replying);
}

#[test]
fn a_lease_shorter_than_the_send_timeout_refuses_until_it_is_renewed() {
    let (mut scene, claimed) = Scene::claimed();
    let before = scene.lane.clone();
    let late = at(80) + Duration::from_millis(1);
    for now in [late, at(90), at(500)] {
        let said = scene.lane.begin_reply(now, claimed.fence(), &terms());
        assert_eq!(said, Err(ReplyRefusal::LeaseTooShort));
        assert_eq!(scene.lane, before);
    }
    let mut in_time = before;
    assert_eq!(in_time.begin_reply(at(80), claimed.fence(), &terms()), Ok(()));
    scene.lane.renew(late, claimed.fence(), LEASE).unwrap();
    assert_eq!(scene.lane.begin_reply(late, claimed.fence(), &terms()), Ok(()));
}

#[test]
fn an_opted_out_sender_gets_no_reply() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.opt_out(at(61));
    let before = scene.lane.clone();
    let said = scene.lane.begin_reply(at(61), claimed.fence(), &terms());
    assert_eq!(said, Err(ReplyRefusal::OptedOut));
    assert_eq!(scene.lane, before);
}

#[test]
fn a_lost_claim_refuses_before_all_else() {
    let (mut scene, claimed) = Scene::claimed();
    scene.claim(90);
    scene.lane.opt_out(at(91));
    let said = scene.lane.begin_reply(at(91), claimed.fence(), &terms());
    assert_eq!(said, Err(ReplyRefusal::Lost(LossReason::Stolen)));
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
    let one = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..terms() };
    assert_eq!(reply(&mut scene, 0, 1), Ok(()));
    scene.arrive(1, in_window(Window::immediate()));
    let claimed = scene.claim(1);
    let before = scene.lane.clone();
    assert_eq!(scene.lane.begin_reply(at(1), claimed.fence(), &one), Err(ReplyRefusal::LoopGuard));
    assert_eq!(scene.lane, before);
    assert!(matches!(scene.lane.bury(claimed.fence(), true), Ok(Buried::Dead(_))));
}

#[test]
fn a_reply_that_was_not_sent_gives_its_slot_back() {
    let (mut scene, first) = Scene::claimed();
    let one = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..terms() };
    scene.lane.begin_reply(at(61), first.fence(), &one).unwrap();
    scene.lane.retry(first.fence(), &retry_at(62)).unwrap();
    let second = scene.claim(62);
    assert_eq!(second.stage, Stage::Classified);
    assert_eq!(scene.lane.begin_reply(at(62), second.fence(), &one), Ok(()));
    scene.lane.finish(second.fence()).unwrap();
    assert_eq!(reply(&mut scene, 63, 1), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 61 + 3_600, 1), Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(&mut scene, 62 + 3_600, 1), Ok(()));
}

#[test]
fn a_reply_that_did_not_count_gives_no_slot_back() {
    let mut scene = Scene::new();
    assert_eq!(reply(&mut scene, 0, 1), Ok(()));
    scene.arrive(1, in_window(Window::immediate()));
    let claimed = scene.claim(1);
    let unlimited = ReplyTerms { max_replies_per_hour: None, ..terms() };
    scene.lane.begin_reply(at(1), claimed.fence(), &unlimited).unwrap();
    scene.lane.retry(claimed.fence(), &retry_at(2)).unwrap();
    scene.finish_next(2);
    assert_eq!(reply(&mut scene, 3, 1), Err(ReplyRefusal::LoopGuard));
}

#[test]
fn a_retry_before_the_point_of_no_return_gives_no_slot_back() {
    let mut scene = Scene::new();
    assert_eq!(reply(&mut scene, 0, 1), Ok(()));
    scene.arrive(1, in_window(Window::immediate()));
    let claimed = scene.claim(1);
    scene.lane.retry(claimed.fence(), &retry_at(2)).unwrap();
    scene.finish_next(2);
    assert_eq!(reply(&mut scene, 3, 1), Err(ReplyRefusal::LoopGuard));
}

#[test]
fn a_reply_that_may_have_gone_out_stays_past_the_point_and_counts_once() {
    let (mut scene, first) = Scene::claimed();
    let two = ReplyTerms { max_replies_per_hour: NonZeroU32::new(2), ..terms() };
    scene.lane.begin_reply(at(61), first.fence(), &two).unwrap();
    scene.lane.retry(first.fence(), &RetryTerms { maybe_sent: true, ..retry_at(62) }).unwrap();
    assert_eq!(scene.states(), [BatchState::Retrying]);
    let second = scene.claim(62);
    assert_eq!(second.stage, Stage::Replying);
    for _ in 0..5 {
        assert_eq!(scene.lane.begin_reply(at(62), second.fence(), &two), Ok(()));
    }
    scene.lane.finish(second.fence()).unwrap();
    assert_eq!(reply(&mut scene, 63, 2), Ok(()));
    assert_eq!(reply(&mut scene, 64, 2), Err(ReplyRefusal::LoopGuard));
}

#[test]
fn asking_again_is_refused_on_the_same_terms() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    let said = scene.lane.begin_reply(at(81), claimed.fence(), &terms());
    assert_eq!(said, Err(ReplyRefusal::LeaseTooShort));
    scene.lane.opt_out(at(62));
    let said = scene.lane.begin_reply(at(62), claimed.fence(), &terms());
    assert_eq!(said, Err(ReplyRefusal::OptedOut));
}
