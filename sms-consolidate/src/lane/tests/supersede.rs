use super::*;

/// What there is when the message comes: one batch, opened at 0, claimed at 60 for the first time.
type Change = fn(&mut Scene, &Claimed);

#[track_caller]
fn check(change: Change, second: u64, entry: Entry) {
    let (mut scene, claimed) = Scene::claimed();
    change(&mut scene, &claimed);
    let before = scene.facts();
    let accepted = scene.arrive(second, superseding(120));
    assert_eq!(accepted.entry, entry);
    if entry == Entry::Superseded {
        assert_eq!((accepted.batch, accepted.messages), (claimed.facts.id, 2));
        check_lost(&scene.lane, claimed.fence(), LossReason::Superseded);
    } else {
        assert_eq!(scene.facts()[..before.len()], before);
    }
}

#[test]
fn a_claimed_batch_is_superseded() {
    check(|_, _| (), 70, Entry::Superseded);
}

#[test]
fn a_classified_batch_is_superseded() {
    check(|scene, claimed| scene.classify(claimed.fence()), 70, Entry::Superseded);
}

#[test]
fn a_batch_whose_lease_ran_out_unnoticed_is_superseded() {
    check(|_, _| (), 119, Entry::Superseded);
}

#[test]
fn only_a_message_that_asks_for_it_supersedes() {
    let (mut scene, _) = Scene::claimed();
    assert_eq!(scene.arrive(70, message()).entry, Entry::Opened);
}

#[test]
fn a_batch_that_is_not_claimed_is_joined_instead() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    assert_eq!(scene.arrive(70, superseding(120)).entry, Entry::Joined);
}

#[test]
fn a_batch_that_is_not_the_newest_is_not_superseded() {
    let (mut scene, claimed) = Scene::claimed();
    let behind = scene.arrive(61, message());
    let accepted = scene.arrive(62, superseding(120));
    assert_eq!((accepted.entry, accepted.batch), (Entry::Joined, behind.batch));
    scene.classify(claimed.fence());

    let sealed = Window::default().with_max_messages(1);
    scene.arrive(63, in_window(sealed));
    assert_eq!(scene.arrive(64, superseding(120)).entry, Entry::Opened);
    scene.classify(claimed.fence());
}

#[test]
fn a_requeued_batch_behind_keeps_the_head_from_being_superseded() {
    let (mut scene, dead, claimed) = Scene::dead_and_claimed();
    scene.at(61).revive(dead);
    assert_eq!(scene.arrive(70, superseding(120)).entry, Entry::Opened);
    scene.classify(claimed.fence());
}

#[test]
fn a_batch_that_a_cap_closed_is_not_superseded() {
    for window in [Window::default().with_max_messages(1), Window::default().with_max_bytes(1)] {
        let mut scene = Scene::new();
        scene.arrive(0, in_window(window));
        let claimed = scene.claim(0);
        assert_eq!(scene.arrive(1, superseding(120)).entry, Entry::Opened);
        scene.classify(claimed.fence());
    }
}

#[test]
fn a_batch_that_reached_its_cap_after_something_else_closed_it_is_not_superseded() {
    let capped = in_window(Window::default().with_max_messages(2));
    let check = |close: fn(&mut Scene)| {
        let mut scene = Scene::new();
        scene.arrive(0, message());
        close(&mut scene);
        assert_eq!(scene.arrive(2, capped).entry, Entry::Joined);
        let claimed = scene.claim(2);
        assert_ne!(claimed.facts.close_reason, Some(CloseReason::MessageCap));
        assert_eq!(scene.arrive(3, superseding(120)).entry, Entry::Opened, "it would outgrow its cap");
    };
    check(|scene| assert_eq!(scene.at(1).flush(CloseReason::Flush), 1));
    check(|scene| {
        let batch = scene.last().id;
        assert_eq!(scene.at(1).requeue(batch), Ok(Requeued::DueNow));
    });

    let mut scene = Scene::new();
    scene.arrive(0, in_window(Window::immediate()));
    scene.arrive(0, capped);
    scene.claim(0);
    assert_eq!(scene.arrive(1, superseding(120)).entry, Entry::Opened);
}

#[test]
fn a_muted_batch_is_not_superseded() {
    let (mut scene, _) = Scene::claimed();
    scene.at(61).opt_out();
    let start = keyword(Control::Start).with_supersede(Supersede::Within(seconds(120)));
    let accepted = scene.arrive(62, start);
    assert_eq!(accepted.entry, Entry::Opened);
    assert_eq!(scene.muted(), [true, false], "the start is answered, what was before is not");

    let (mut scene, _) = Scene::claimed();
    scene.at(61).opt_out();
    scene.opt_in();
    assert_eq!(scene.arrive(62, superseding(120)).entry, Entry::Opened);
    assert!(!scene.last().muted);
}

#[test]
fn a_requeued_batch_is_not_superseded() {
    let (mut scene, dead) = Scene::dead();
    scene.at(70).revive(dead.facts.id);
    scene.claim(70);
    assert_eq!(scene.arrive(71, superseding(120)).entry, Entry::Opened);
}

#[test]
fn a_batch_closed_by_a_flush_or_an_urgent_message_is_superseded() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.at(1).flush(CloseReason::Flush);
    scene.claim(1);
    assert_eq!(scene.arrive(2, superseding(120)).entry, Entry::Superseded);
    assert_eq!(scene.last().close_reason, None);

    let mut scene = Scene::new();
    scene.arrive(0, in_window(Window::immediate()));
    scene.claim(0);
    assert_eq!(scene.arrive(2, superseding(120)).entry, Entry::Superseded);
}

#[test]
fn a_batch_past_its_point_of_no_return_is_not_superseded() {
    check(|scene, claimed| scene.at(61).begun(claimed.fence()), 70, Entry::Opened);
}

#[test]
fn a_batch_is_superseded_for_so_long_after_it_opened() {
    let still = |second, entry| {
        let (mut scene, _) = Scene::claimed();
        let now = at(second) - Duration::from_millis(1);
        scene.now = now;
        let accepted = scene.try_arrive(&superseding(120)).unwrap();
        assert_eq!(accepted.entry, entry);
    };
    still(120, Entry::Superseded);
    check(|_, _| (), 120, Entry::Opened);
    check(|_, _| (), 121, Entry::Opened);
}

#[test]
fn a_batch_that_waits_for_a_retry_is_not_superseded() {
    check(|scene, claimed| scene.retry(claimed.fence(), retry_at(90)), 70, Entry::Opened);
    check(
        |scene, claimed| {
            let handed_back = RetryTerms { counts: false, ..retry_at(61) };
            scene.retry(claimed.fence(), handed_back);
        },
        70,
        Entry::Opened,
    );
}

#[test]
fn a_batch_that_answers_a_stop_or_a_call_for_help_is_not_superseded() {
    for control in [Control::Stop, Control::Help] {
        let mut scene = Scene::new();
        scene.arrive(0, message());
        scene.arrive(1, keyword(control));
        let claimed = scene.claim(1);
        assert_eq!(scene.arrive(2, superseding(120)).entry, Entry::Opened, "{control:?}");
        scene.classify(claimed.fence());
    }
}

#[test]
fn a_batch_that_answers_a_start_is_superseded() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Start));
    scene.claim(60);
    assert_eq!(scene.arrive(61, superseding(120)).entry, Entry::Superseded);
    assert_eq!((scene.last().control, scene.last().has_content), (Some(Control::Start), true));
}

#[test]
fn a_superseded_batch_starts_anew() {
    let (mut scene, first) = Scene::claimed();
    scene.retry(first.fence(), retry_at(61));
    let second = scene.claim(61);
    assert_eq!(second.facts.attempts, 2);
    let third = scene.claim(61 + 30);
    assert_eq!(third.facts.lease_losses, 1);
    scene.classify(third.fence());

    let accepted = scene.arrive(100, superseding(120));
    assert_eq!(accepted.entry, Entry::Superseded);
    let facts = scene.last();
    assert_eq!((facts.state, facts.attempts, facts.lease_losses), (BatchState::Open, 0, 0));
    assert_eq!(facts.opened_at, at(0));

    let again = scene.claim(100);
    assert_eq!((again.stage, again.facts.attempts), (Stage::Claimed, 1), "what was found is dropped");
    assert_eq!(again.first_claimed_at, at(100));
    assert!(again.token > third.token);
    check_lost(&scene.lane, third.fence(), LossReason::Superseded);
}

#[test]
fn the_new_due_is_now_or_extended_but_within_the_bound() {
    let check = |window: Window, second: u64, due: u64| {
        let (mut scene, _) = Scene::claimed();
        let arrival = Arrival { window: window.into(), ..superseding(120) };
        let accepted = scene.arrive(second, arrival);
        assert_eq!((accepted.entry, accepted.due_at), (Entry::Superseded, at(due)));
        assert_eq!(scene.last().deadline, at(120));
        assert_eq!(scene.lane.wake_at(), Some(at(due)));
    };
    check(Window::default(), 70, 70);
    check(Window::fixed(seconds(1)), 70, 70);
    check(Window::sliding(seconds(10), seconds(60)), 70, 80);
    check(Window::sliding(seconds(10), seconds(60)), 109, 119);
    check(Window::sliding(seconds(10), seconds(60)), 115, 120);
}

#[test]
fn who_never_stops_texting_still_gets_an_answer() {
    let (mut scene, _) = Scene::claimed();
    let arrival = Arrival { window: (Window::sliding(seconds(10), seconds(60))).into(), ..superseding(120) };
    scene.arrive(70, arrival);
    for second in (72..120).step_by(2) {
        assert_eq!(scene.arrive(second, arrival).entry, Entry::Joined);
        assert_eq!(scene.last().due_at, at(second + 10).min(at(120)));
    }
    let claimed = scene.claim(120);
    assert_eq!(scene.arrive(120, arrival).entry, Entry::Opened);
    scene.finish(claimed.fence());
}

#[test]
fn an_urgent_message_supersedes_and_is_due_at_once() {
    let (mut scene, _) = Scene::claimed();
    let urgent = Arrival { window: Window::immediate().into(), ..superseding(120) };
    assert_eq!(scene.arrive(70, urgent).due_at, at(70));
    assert_eq!(scene.last().close_reason, Some(CloseReason::Urgent));
}

#[test]
fn an_urgent_message_closes_a_batch_that_was_superseded() {
    let (mut scene, _) = Scene::claimed();
    let sliding = Window::sliding(seconds(10), seconds(60));
    scene.arrive(70, Arrival { window: sliding.into(), ..superseding(120) });
    scene.arrive(72, in_window(Window::immediate()));
    assert!(scene.last().due_at <= at(72));
    assert_eq!(scene.last().close_reason, Some(CloseReason::Urgent));
}

#[test]
fn a_superseded_batch_that_reaches_a_cap_is_closed_for_good() {
    let (mut scene, _) = Scene::claimed();
    let last = Arrival { window: (Window::default().with_max_messages(2)).into(), ..superseding(120) };
    assert_eq!(scene.arrive(70, last).entry, Entry::Superseded);
    assert_eq!(scene.last().close_reason, Some(CloseReason::MessageCap));
    assert_eq!(scene.arrive(71, superseding(120)).entry, Entry::Opened);
    scene.claim(71);
}

#[test]
fn every_holder_of_a_batch_that_was_superseded_again_and_again_is_told_why() {
    let (mut scene, first) = Scene::claimed();
    let mut fences = vec![first.fence()];
    for second in 61..61 + 8 {
        for fence in &fences[..fences.len() - 1] {
            check_lost(&scene.lane, *fence, LossReason::Superseded);
        }
        scene.arrive(second, superseding(120));
        fences.push(scene.claim(second).fence());
    }
    check_lost(&scene.lane, fences[0], LossReason::Superseded);
    scene.arrive(100, superseding(120));
    check_lost(&scene.lane, fences[0], LossReason::Stolen);
    for fence in &fences[1..] {
        check_lost(&scene.lane, *fence, LossReason::Superseded);
    }
}

#[test]
fn an_append_beside_the_claim_queues_behind_what_superseding_left() {
    let (mut scene, first) = Scene::claimed();
    scene.arrive(70, superseding(120));
    let second = scene.claim(70);
    assert_ne!(first.token, second.token);
    assert_eq!(scene.arrive(71, message()).entry, Entry::Opened);
    assert_eq!(scene.finish(second.fence()).messages, 2);
}
