use super::*;

fn full() -> Scene {
    let mut scene = Scene::new();
    let one = in_window(Window::default().with_max_messages(1));
    for second in 0..MAX_LINE as u64 {
        scene.arrive(second, one);
    }
    scene
}

#[test]
fn a_full_line_refuses_and_does_not_change() {
    let mut scene = full();
    let before = scene.lane.clone();
    let make = || panic!("no batch is opened");
    assert_eq!(scene.lane.arrive(at(5_000), &message(), make), Err(LineFull));
    assert_eq!(scene.lane.arrive(at(5_000), &keyword(Control::Help), make), Err(LineFull));
    let dead = scene.last();
    assert_eq!(scene.lane.requeue(at(5_000), dead.id, &dead), Err(LineFull));
    assert_eq!(scene.lane, before);
    assert_eq!(scene.lane.len(), MAX_LINE);
}

#[test]
fn a_full_line_has_room_for_the_stop_that_opts_out_and_for_no_other() {
    let mut scene = full();
    assert_eq!(scene.arrive(5_000, keyword(Control::Stop)).control, Some(Control::Stop));
    assert!(scene.lane.is_opted_out());
    assert_eq!(scene.lane.len(), MAX_LINE + 1);
    let make = || panic!("no batch is opened");
    assert_eq!(scene.lane.arrive(at(5_001), &keyword(Control::Stop), make), Err(LineFull));
    assert_eq!(scene.lane.arrive(at(5_001), &keyword(Control::Start), make), Err(LineFull));
}

#[test]
fn a_full_line_has_room_again_when_a_batch_ends() {
    let mut scene = full();
    scene.finish_next(5_000);
    assert_eq!(scene.arrive(5_000, message()).entry, Entry::Opened);
    assert_eq!(scene.lane.len(), MAX_LINE);
    assert_eq!(scene.arrive(5_000, message()).entry, Entry::Joined, "joining needs no room");
}

#[test]
fn an_id_is_made_only_for_a_batch_that_opens() {
    let (mut scene, _) = Scene::claimed();
    let make = || panic!("no batch is opened");
    let accepted = scene.lane.arrive(at(61), &superseding(120), make).unwrap();
    assert_eq!(accepted.entry, Entry::Superseded);
    let accepted = scene.lane.arrive(at(62), &message(), make).unwrap();
    assert_eq!(accepted.entry, Entry::Joined);
}

#[test]
fn a_requeued_batch_goes_to_the_end_of_the_line_under_a_new_id() {
    let (mut scene, claimed) = Scene::claimed();
    let Ok(Buried::Dead(dead)) = scene.lane.bury(claimed.fence(), true) else { panic!("it is dead") };
    let open = scene.arrive(70, message());
    let id = scene.ids.next(at(80));
    scene.lane.requeue(at(80), id, &dead).unwrap();

    let facts = scene.facts();
    assert_eq!(facts.iter().map(|facts| facts.id).collect::<Vec<_>>(), [open.batch, id]);
    assert_eq!(scene.states(), [BatchState::Closed, BatchState::Closed]);
    assert_eq!(facts[0].due_at, at(130), "the open batch closes for joining and keeps its due");
    assert_eq!((facts[1].opened_at, facts[1].due_at, facts[1].deadline), (at(80), at(80), at(80)));
    assert_eq!((facts[1].messages, facts[1].bytes), (dead.messages, dead.bytes));
    assert_eq!((facts[1].attempts, facts[1].lease_losses), (0, 0));
    assert_eq!(scene.lane.wake_at(), Some(at(130)));

    assert_eq!(scene.arrive(90, message()).entry, Entry::Opened);
    assert_eq!(scene.finish_next(130).id, open.batch);
    assert_eq!(scene.finish_next(130).id, id);
}

#[test]
fn a_requeued_batch_takes_in_nothing_even_as_the_head() {
    let (mut scene, claimed) = Scene::claimed();
    let Ok(Buried::Dead(dead)) = scene.lane.bury(claimed.fence(), true) else { panic!("it is dead") };
    let id = scene.ids.next(at(80));
    scene.lane.requeue(at(80), id, &dead).unwrap();
    check_lost(&scene.lane, claimed.fence(), LossReason::Stolen);
    assert_eq!(scene.arrive(80, message()).entry, Entry::Opened);
    let revived = scene.claim(80);
    assert_eq!((revived.facts.id, revived.facts.attempts, revived.stage), (id, 1, Stage::Claimed));
}

#[test]
fn a_requeued_batch_keeps_what_decides_its_reply() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.arrive(1, keyword(Control::Help));
    let claimed = scene.claim(1);
    let Ok(Buried::Dead(dead)) = scene.lane.bury(claimed.fence(), true) else { panic!("it is dead") };
    let id = scene.ids.next(at(2));
    scene.lane.requeue(at(2), id, &dead).unwrap();
    let facts = scene.last();
    assert_eq!((facts.control, facts.has_content, facts.muted), (Some(Control::Help), true, false));
    assert_eq!(facts.close_reason, Some(CloseReason::Urgent));
}

#[test]
fn a_nudge_makes_a_waiting_batch_due() {
    let mut scene = Scene::new();
    let batch = scene.arrive(0, message()).batch;
    assert_eq!(scene.lane.nudge(at(10), batch), Some(Nudged::DueNow));
    assert_eq!((scene.last().due_at, scene.last().close_reason), (at(10), Some(CloseReason::Flush)));
    assert_eq!(scene.arrive(11, message()).entry, Entry::Joined, "until it is claimed");
    let claimed = scene.claim(11);
    assert_eq!(scene.lane.nudge(at(11), batch), Some(Nudged::InFlight));
    assert_eq!(scene.lane.wake_at(), Some(claimed.lease_until));

    scene.lane.retry(claimed.fence(), &retry_at(500)).unwrap();
    assert_eq!(scene.lane.nudge(at(12), batch), Some(Nudged::DueNow));
    assert_eq!(scene.lane.wake_at(), Some(at(12)));
    assert_eq!(scene.lane.nudge(at(13), batch), Some(Nudged::DueNow), "and never later");
    assert_eq!(scene.lane.wake_at(), Some(at(12)));
    scene.finish_next(13);
    assert_eq!(scene.lane.nudge(at(14), batch), None);
}

#[test]
fn a_nudged_batch_waits_its_turn() {
    let (mut scene, claimed) = Scene::claimed();
    let batch = scene.arrive(61, message()).batch;
    assert_eq!(scene.lane.nudge(at(62), batch), Some(Nudged::DueNow));
    assert_eq!(scene.lane.claim(at(62), LEASE), None);
    scene.lane.finish(claimed.fence()).unwrap();
    assert_eq!(scene.claim(62).facts.id, batch);
}

#[test]
fn a_flush_makes_due_what_waits_for_its_window_and_nothing_else() {
    for reason in [CloseReason::Flush, CloseReason::Shutdown] {
        let mut scene = Scene::new();
        scene.arrive(0, message());
        assert_eq!(scene.lane.flush(at(10), reason), 1);
        assert_eq!((scene.last().due_at, scene.last().close_reason), (at(10), Some(reason)));
        assert_eq!(scene.lane.flush(at(11), reason), 0);
        assert_eq!(scene.last().due_at, at(10));
    }
    assert_eq!(Lane::default().flush(at(0), CloseReason::Flush), 0);
}

#[test]
fn a_flush_leaves_batches_in_flight_and_retries_alone() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, message());
    let id = scene.ids.next(at(62));
    scene.lane.requeue(at(62), id, &claimed.facts).unwrap();
    scene.arrive(63, message());
    assert_eq!(scene.lane.flush(at(64), CloseReason::Flush), 2);
    let due: Vec<_> = scene.facts().iter().map(|facts| facts.due_at).collect();
    assert_eq!(due, [at(60), at(64), at(62), at(64)]);
    assert_eq!(scene.lane.wake_at(), Some(at(90)));

    scene.lane.retry(claimed.fence(), &retry_at(500)).unwrap();
    assert_eq!(scene.lane.flush(at(65), CloseReason::Flush), 0);
    assert_eq!(scene.lane.wake_at(), Some(at(500)));
    assert_eq!(scene.facts()[0].close_reason, None);
}

#[test]
fn cancel_takes_all_that_has_no_reply_under_way() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, message());
    let expected = scene.facts();
    assert_eq!(scene.lane.cancel(), expected);
    assert!(scene.lane.is_empty());
    assert_eq!(scene.lane.wake_at(), None);
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    assert_eq!(scene.lane.cancel(), []);
}

#[test]
fn cancel_takes_a_batch_that_waits_for_a_retry() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.retry(claimed.fence(), &retry_at(500)).unwrap();
    assert_eq!(scene.lane.cancel().len(), 1);
    assert_eq!(scene.lane, Lane::default());
}

#[test]
fn cancel_keeps_a_replying_head() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    let behind = scene.arrive(62, message());
    let ids = |facts: Vec<BatchFacts>| facts.into_iter().map(|facts| facts.id).collect::<Vec<_>>();
    assert_eq!(ids(scene.lane.cancel()), [behind.batch]);
    assert_eq!(scene.lane.len(), 1);

    let maybe_sent = RetryTerms { maybe_sent: true, ..retry_at(70) };
    scene.lane.retry(claimed.fence(), &maybe_sent).unwrap();
    assert_eq!(ids(scene.lane.cancel()), [], "also while it waits to be asked again");
    let again = scene.claim(70);
    scene.lane.retry(again.fence(), &retry_at(80)).unwrap();
    assert_eq!(
        ids(scene.lane.cancel()),
        [claimed.facts.id],
        "but not once it is certain that nothing was sent"
    );
}

#[test]
fn cancel_does_not_opt_in() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.lane.cancel();
    assert!(scene.lane.is_opted_out());
    assert!(scene.lane.is_empty());
}

#[test]
fn an_idle_lane_is_as_good_as_new() {
    let mut scene = Scene::new();
    assert_eq!(scene.lane.forgettable_at(), Some(Timestamp::MIN));
    scene.arrive(0, message());
    assert_eq!(scene.lane.forgettable_at(), None);
    let claimed = scene.claim(60);
    assert_eq!(scene.lane.forgettable_at(), None);
    scene.lane.finish(claimed.fence()).unwrap();
    assert_eq!(scene.lane, Lane::default());
}

#[test]
fn an_idle_lane_is_kept_while_a_reply_counts_for_the_loop_guard() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.begin_reply(at(61), claimed.fence(), &terms()).unwrap();
    scene.lane.finish(claimed.fence()).unwrap();
    assert_eq!(scene.lane.forgettable_at(), Some(at(61 + 3_600)));
}

#[test]
fn an_idle_lane_is_kept_while_a_lost_holder_may_ask_why() {
    let (mut scene, claimed) = Scene::claimed();
    scene.lane.renew(at(70), claimed.fence(), LEASE).unwrap();
    scene.lane.cancel();
    assert_eq!(scene.lane.forgettable_at(), Some(at(100)));
}

#[test]
fn a_lane_survives_being_written_and_read_back() {
    let mut scene = Scene::new();
    let mut seen = vec![scene.lane.clone()];
    let sliding = Window::sliding(seconds(10), seconds(60));
    scene.arrive(0, Arrival { window: sliding, ..superseding(120) });
    let first = scene.claim(10);
    seen.push(scene.lane.clone());
    scene.lane.checkpoint(first.fence()).unwrap();
    scene.arrive(11, Arrival { window: sliding, ..superseding(120) });
    let second = scene.claim(21);
    scene.lane.begin_reply(at(22), second.fence(), &terms()).unwrap();
    scene.arrive(23, yes());
    scene.arrive(24, keyword(Control::Help));
    seen.push(scene.lane.clone());
    scene.arrive(25, keyword(Control::Stop));
    scene.lane.retry(second.fence(), &RetryTerms { maybe_sent: true, ..retry_at(500) }).unwrap();
    scene.lane.requeue(at(27), first.facts.id, &first.facts).unwrap();
    seen.push(scene.lane.clone());
    for lane in seen {
        let written = serde_json::to_string(&lane).unwrap();
        let read: Lane = serde_json::from_str(&written).unwrap();
        assert_eq!(read, lane, "{written}");
    }
}
