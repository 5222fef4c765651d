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
    for arrival in [message(), keyword(Control::Help), keyword(Control::Start)] {
        assert_eq!(scene.at(5_000).try_arrive(&arrival), Err(LineFull));
    }
    assert_eq!((&scene.lane, scene.sender), (&before, Sender::default()));
    assert_eq!(scene.lane.len(), MAX_LINE);
}

#[test]
fn a_full_line_has_room_for_the_stop_that_opts_out_and_for_no_other() {
    let mut scene = full();
    assert_eq!(scene.arrive(5_000, keyword(Control::Stop)).control, Some(Control::Stop));
    assert!(scene.sender.is_opted_out());
    assert_eq!(scene.lane.len(), MAX_LINE + 1);
    for control in [Control::Stop, Control::Start] {
        assert_eq!(scene.at(5_001).try_arrive(&keyword(control)), Err(LineFull), "{control:?}");
    }
    assert!(scene.sender.is_opted_out());
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
    let (accepted, _) = scene.lane.arrive(at(61), &superseding(120), &scene.sender, make).unwrap();
    assert_eq!(accepted.entry, Entry::Superseded);
    let (accepted, _) = scene.lane.arrive(at(62), &message(), &scene.sender, make).unwrap();
    assert_eq!(accepted.entry, Entry::Joined);
}

#[test]
fn the_line_says_which_batches_there_are_and_what_they_hold() {
    let (mut scene, claimed) = Scene::claimed();
    let behind = scene.arrive(61, message()).batch;
    scene.arrive(62, message());
    assert_eq!(scene.lane.line().collect::<Vec<_>>(), [(claimed.facts.id, 1), (behind, 2)]);
    assert_eq!(Lane::default().line().next(), None);
}

#[test]
fn a_flush_makes_due_what_waits_for_its_window_and_nothing_else() {
    for reason in [CloseReason::Flush, CloseReason::Shutdown] {
        let mut scene = Scene::new();
        scene.arrive(0, message());
        assert_eq!(scene.at(10).flush(reason), 1);
        assert_eq!((scene.last().due_at, scene.last().close_reason), (at(10), Some(reason)));
        assert_eq!(scene.at(11).flush(reason), 0);
        assert_eq!(scene.last().due_at, at(10));
    }
}

#[test]
fn a_flush_leaves_batches_in_flight_and_retries_alone() {
    let (mut scene, dead, claimed) = Scene::dead_and_claimed();
    scene.arrive(61, message());
    scene.at(62).revive(dead);
    scene.arrive(63, message());
    assert_eq!(scene.at(64).flush(CloseReason::Flush), 2);
    let due: Vec<_> = scene.facts().iter().map(|facts| facts.due_at).collect();
    assert_eq!(due, [at(60), at(64), at(62), at(64)]);
    assert_eq!(scene.lane.wake_at(), Some(at(90)));

    scene.retry(claimed.fence(), retry_at(500));
    assert_eq!(scene.at(65).flush(CloseReason::Flush), 0);
    assert_eq!(scene.lane.wake_at(), Some(at(500)));
    assert_eq!(scene.facts()[0].close_reason, None);
}

#[test]
fn cancel_takes_all_that_has_no_reply_under_way() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, message());
    let expected = scene.facts();
    assert_eq!(scene.cancel(), expected);
    assert!(scene.lane.is_empty());
    assert_eq!(scene.lane.wake_at(), None);
    check_lost(&scene.lane, claimed.fence(), LossReason::Cancelled);
    assert_eq!(scene.cancel(), []);
}

#[test]
fn cancel_takes_a_batch_that_waits_for_a_retry() {
    let (mut scene, claimed) = Scene::claimed();
    scene.retry(claimed.fence(), retry_at(500));
    assert_eq!(scene.cancel().len(), 1);
    assert_eq!(scene.lane.forgettable_at(), Some(Timestamp::MIN));
}

#[test]
fn cancel_keeps_a_replying_head() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).begun(claimed.fence());
    let behind = scene.arrive(62, message());
    let ids = |facts: Vec<BatchFacts>| facts.into_iter().map(|facts| facts.id).collect::<Vec<_>>();
    assert_eq!(ids(scene.cancel()), [behind.batch]);
    assert_eq!(scene.lane.len(), 1);

    scene.retry(claimed.fence(), RetryTerms { maybe_sent: true, ..retry_at(70) });
    assert_eq!(ids(scene.cancel()), [], "also while it waits to be asked again");
    let again = scene.claim(70);
    scene.retry(again.fence(), retry_at(80));
    let cancelled = ids(scene.cancel());
    assert_eq!(cancelled, [claimed.facts.id], "but not once it is certain that nothing was sent");
}

#[test]
fn cancel_does_not_opt_in() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.cancel();
    assert!(scene.sender.is_opted_out());
    assert!(scene.lane.is_empty());
}

#[test]
fn every_batch_is_counted_where_it_stands() {
    let counts = |scene: &Scene, second| {
        let mut counts = Counts::default();
        scene.lane.count(at(second), &mut counts);
        counts
    };
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, in_window(Window::default().with_max_messages(1)));
    scene.arrive(62, message());
    let expected = Counts { claimed: 1, closed: 1, open: 1, messages_buffered: 3, ..Counts::default() };
    assert_eq!(counts(&scene, 90), expected, "a lease that ends now has not run out");
    assert_eq!(counts(&scene, 91), Counts { leases_expired: 1, ..expected });

    scene.retry(claimed.fence(), retry_at(500));
    let expected = Counts { claimed: 0, retrying: 1, ..expected };
    assert_eq!(counts(&scene, 500), expected);
    assert_eq!(counts(&scene, 502), Counts { past_due: 1, longest_past_due_ms: 2_000, ..expected });
    assert_eq!((scene.lane.late_since(at(500)), scene.lane.late_since(at(502))), (None, Some(at(500))));
}
