//! Batches that died, and what becomes of them.

use super::*;

#[test]
fn a_dead_batch_leaves_the_line_and_is_remembered() {
    let (mut scene, claimed) = Scene::claimed();
    scene.classify(claimed.fence());
    assert_eq!(scene.bury(claimed.fence()), Buried::Dead { abandoned: None });
    assert!(scene.lane.is_empty());
    assert_eq!(scene.dead_batches(), [claimed.facts.id]);
    check_lost(&scene.lane, claimed.fence(), LossReason::Stolen);
}

#[test]
fn a_batch_buried_past_its_point_of_no_return_may_have_been_answered() {
    let (mut scene, claimed) = Scene::claimed();
    scene.begun(claimed.fence());
    assert_eq!(scene.bury(claimed.fence()), Buried::ReplyUnknown);
    assert!(scene.lane.is_empty());
    assert_eq!(scene.dead_batches(), []);
    assert_eq!(scene.requeue(claimed.facts.id), Err(Refused::Unknown), "it is never sent again");

    let (mut scene, claimed) = Scene::claimed();
    scene.begun(claimed.fence());
    let stolen = scene.claim(90);
    assert_eq!(scene.bury(stolen.fence()), Buried::ReplyUnknown);
}

#[test]
fn a_batch_whose_reply_was_certainly_not_sent_is_dead() {
    let (mut scene, claimed) = Scene::claimed();
    scene.begun(claimed.fence());
    assert_eq!(scene.bury_with(claimed.fence(), false), Buried::Dead { abandoned: None });
    assert_eq!(scene.dead_batches(), [claimed.facts.id]);
}

#[test]
fn a_requeued_batch_goes_to_the_end_of_the_line_under_a_new_id() {
    let (mut scene, dead) = Scene::dead();
    let open = scene.arrive(70, message());
    let id = scene.at(80).revive(dead.facts.id);

    assert_eq!(scene.line(), [open.batch, id]);
    assert_eq!(scene.dead_batches(), []);
    assert_eq!(scene.states(), [BatchState::Closed, BatchState::Closed]);
    let facts = scene.facts();
    assert_eq!(facts[0].due_at, at(130), "the open batch closes for joining and keeps its due");
    assert_eq!((facts[1].opened_at, facts[1].due_at, facts[1].deadline), (at(80), at(80), at(80)));
    assert_eq!((facts[1].messages, facts[1].bytes), (dead.facts.messages, dead.facts.bytes));
    assert_eq!((facts[1].attempts, facts[1].lease_losses), (0, 0));
    assert_eq!(scene.lane.wake_at(), Some(at(130)));

    assert_eq!(scene.arrive(90, message()).entry, Entry::Opened);
    assert_eq!(scene.finish_next(130).id, open.batch);
    assert_eq!(scene.finish_next(130).id, id);
}

#[test]
fn a_requeued_batch_takes_in_nothing_even_as_the_head() {
    let (mut scene, dead) = Scene::dead();
    let id = scene.at(80).revive(dead.facts.id);
    check_lost(&scene.lane, dead.fence(), LossReason::Stolen);
    assert_eq!(scene.arrive(80, message()).entry, Entry::Opened);
    let revived = scene.claim(80);
    assert_eq!((revived.facts.id, revived.facts.attempts, revived.stage), (id, 1, Stage::Claimed));
}

#[test]
fn a_requeued_batch_is_begun_anew() {
    let (mut scene, claimed) = Scene::claimed();
    scene.record(claimed.fence(), Some(found("AGREE")), Some(terms())).unwrap();
    scene.bury_with(claimed.fence(), false);
    scene.at(80).revive(claimed.facts.id);
    let revived = scene.claim(80);
    assert_eq!(
        (revived.facts.classification, revived.facts.error, revived.facts.reply),
        (None, None, vec![])
    );
    assert_eq!(revived.first_claimed_at, at(80));
}

#[test]
fn a_requeued_batch_keeps_what_decides_its_reply() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.arrive(1, keyword(Control::Help));
    let claimed = scene.claim(1);
    scene.bury(claimed.fence());
    scene.at(2).revive(claimed.facts.id);
    let facts = scene.last();
    assert_eq!((facts.control, facts.has_content, facts.muted), (Some(Control::Help), true, false));
    assert_eq!(facts.close_reason, Some(CloseReason::Urgent));
}

#[test]
fn a_dead_batch_is_requeued_once() {
    let (mut scene, dead) = Scene::dead();
    let id = scene.at(80).revive(dead.facts.id);
    let before = scene.lane.clone();
    assert_eq!(scene.at(81).requeue(dead.facts.id), Err(Refused::Unknown));
    assert_eq!(scene.lane, before);
    scene.claim(82);
    assert_eq!(scene.requeue(dead.facts.id), Err(Refused::Unknown));
    assert_eq!(scene.requeue(id), Err(Refused::InFlight));
}

#[test]
fn a_full_line_has_no_room_for_a_dead_batch() {
    let (mut scene, dead) = Scene::dead();
    let one = in_window(Window::default().with_max_messages(1));
    for _ in 0..MAX_LINE {
        scene.arrive(70, one);
    }
    let before = scene.lane.clone();
    assert_eq!(scene.at(80).requeue(dead.facts.id), Err(Refused::LineFull(LineFull)));
    assert_eq!(scene.lane, before);
    scene.finish_next(81);
    scene.revive(dead.facts.id);
    assert_eq!(scene.lane.len(), MAX_LINE);
}

#[test]
fn requeueing_makes_a_waiting_batch_due() {
    let mut scene = Scene::new();
    let batch = scene.arrive(0, message()).batch;
    assert_eq!(scene.at(10).requeue(batch), Ok(Requeued::DueNow));
    assert_eq!((scene.last().due_at, scene.last().close_reason), (at(10), Some(CloseReason::Flush)));
    assert_eq!(scene.line(), [batch], "under its own id");
    assert_eq!(scene.arrive(11, message()).entry, Entry::Joined, "until it is claimed");
    let claimed = scene.claim(11);
    assert_eq!(scene.requeue(batch), Err(Refused::InFlight));
    assert_eq!(scene.lane.wake_at(), Some(claimed.lease_until));

    scene.retry(claimed.fence(), retry_at(500));
    assert_eq!(scene.at(12).requeue(batch), Ok(Requeued::DueNow));
    assert_eq!(scene.lane.wake_at(), Some(at(12)));
    assert_eq!(scene.at(13).requeue(batch), Ok(Requeued::DueNow), "and never later");
    assert_eq!(scene.lane.wake_at(), Some(at(12)));
    scene.finish_next(13);
    assert_eq!(scene.at(14).requeue(batch), Err(Refused::Unknown));
}

#[test]
fn a_waiting_batch_that_was_made_due_waits_its_turn() {
    let (mut scene, claimed) = Scene::claimed();
    let batch = scene.arrive(61, message()).batch;
    assert_eq!(scene.at(62).requeue(batch), Ok(Requeued::DueNow));
    assert_eq!(scene.lane.claim(at(62), LEASE), None);
    scene.finish(claimed.fence());
    assert_eq!(scene.claim(62).facts.id, batch);
}

#[test]
fn a_lane_remembers_so_many_dead_and_gives_up_the_oldest() {
    let mut scene = Scene::new();
    let dead: Vec<_> = (0..MAX_DEAD as u64).map(|second| scene.dies(second)).collect();
    assert_eq!(scene.dead_batches(), dead);

    scene.arrive(200, in_window(Window::immediate()));
    let claimed = scene.claim(200);
    let bury = Transition::Bury { fence: claimed.fence(), maybe_sent: false, error: String::new() };
    let (answer, effects) = scene.apply(bury).unwrap();
    let abandoned = Some(Abandoned { batch: dead[0], messages: 1, at: at(200) });
    assert_eq!(answer, Answer::Buried(Buried::Dead { abandoned }));
    assert_eq!(effects.abandoned, abandoned);
    assert_eq!(effects.ended[0].facts.id, claimed.facts.id);
    assert_eq!(scene.dead_batches(), [&dead[1..], &[claimed.facts.id]].concat());
    assert_eq!(scene.requeue(dead[0]), Err(Refused::Unknown));

    scene.revive(dead[50]);
    let claimed = scene.claim(200);
    assert_eq!(scene.bury(claimed.fence()), Buried::Dead { abandoned: None }, "it had made room");
    assert_eq!(scene.lane.dead().count(), MAX_DEAD);
}

#[test]
fn cancel_and_silence_leave_the_dead_alone() {
    let (mut scene, dead, _) = Scene::dead_and_claimed();
    scene.opt_out();
    assert_eq!(scene.cancel().len(), 1);
    assert_eq!(scene.dead_batches(), [dead]);
}
