use super::*;

/// Claims the head and says whether its reply may leave; then ends it.
fn answers(scene: &mut Scene, second: u64) -> Result<(), ReplyRefusal> {
    let claimed = scene.claim(second);
    answers_held(scene, second, &claimed)
}

fn answers_held(scene: &mut Scene, second: u64, claimed: &Claimed) -> Result<(), ReplyRefusal> {
    let head = scene.lane.facts().next().expect("a claimed batch is the head");
    let terms = ReplyTerms { control: head.control, ..terms() };
    let said = scene.at(second).begin_reply(claimed.fence(), terms);
    scene.finish(claimed.fence());
    said
}

#[test]
fn a_stop_opts_out_at_once_and_is_confirmed() {
    let mut scene = Scene::new();
    let accepted = scene.arrive(0, keyword(Control::Stop));
    assert_eq!(accepted.control, Some(Control::Stop));
    assert_eq!(accepted.due_at, at(0), "it bypasses the window");
    assert_eq!(scene.sender.changed_at(), Some(at(0)));
    let facts = scene.last();
    assert_eq!((facts.state, facts.close_reason), (BatchState::Closed, Some(CloseReason::OptOut)));
    assert_eq!((facts.has_content, facts.muted), (false, false));
    assert_eq!(answers(&mut scene, 0), Ok(()));
}

#[test]
fn only_the_confirmation_may_leave_while_the_sender_is_opted_out() {
    for control in [None, Some(Control::Start), Some(Control::Help)] {
        let mut scene = Scene::new();
        scene.arrive(0, keyword(Control::Stop));
        let claimed = scene.claim(0);
        let said = scene.begin_reply(claimed.fence(), ReplyTerms { control, ..terms() });
        assert_eq!(said, Err(ReplyRefusal::OptedOut), "{control:?}");
    }
}

#[test]
fn a_stop_closes_the_open_batch_and_is_its_last_message() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    let accepted = scene.arrive(10, keyword(Control::Stop));
    assert_eq!((accepted.entry, accepted.messages), (Entry::Joined, 2));
    assert_eq!(accepted.due_at, at(10));
    assert_eq!((scene.last().control, scene.last().has_content), (Some(Control::Stop), true));
    assert_eq!(scene.arrive(10, message()).entry, Entry::Opened);
    assert_eq!(answers(&mut scene, 10), Ok(()), "the confirmation");
    assert_eq!(answers(&mut scene, 70), Err(ReplyRefusal::OptedOut));
}

#[test]
fn a_stop_takes_the_reply_from_a_claimed_batch() {
    let (mut scene, claimed) = Scene::claimed();
    assert_eq!(scene.arrive(61, keyword(Control::Stop)).entry, Entry::Opened);
    assert!(scene.facts()[0].muted);
    assert_eq!(answers_held(&mut scene, 61, &claimed), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 61), Ok(()), "the confirmation");
}

#[test]
fn an_opt_out_does_not_rewrite_why_a_started_batch_closed() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).opt_out();
    assert_eq!(scene.last().close_reason, None, "its window closed it");
    scene.retry(claimed.fence(), retry_at(62));
    scene.at(63).opt_out();
    assert_eq!(scene.last().close_reason, None);
}

#[test]
fn a_stop_that_supersedes_answers_for_the_whole_batch() {
    let (mut scene, claimed) = Scene::claimed();
    let stop = keyword(Control::Stop).with_supersede(Supersede::Within(seconds(120)));
    let accepted = scene.arrive(61, stop);
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Superseded, at(61)));
    assert_eq!((scene.last().close_reason, scene.last().muted), (Some(CloseReason::OptOut), false));
    check_lost(&scene.lane, claimed.fence(), LossReason::Superseded);
    assert_eq!(answers(&mut scene, 61), Ok(()));
}

#[test]
fn a_stop_cannot_call_back_a_reply_but_stops_a_second_try() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).begun(claimed.fence());
    scene.arrive(62, keyword(Control::Stop));
    scene.retry(claimed.fence(), retry_at(63));
    assert_eq!(answers(&mut scene, 63), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 63), Ok(()), "the confirmation");
}

#[test]
fn a_stop_ends_the_wait_for_a_retry() {
    let (mut scene, claimed) = Scene::claimed();
    scene.retry(claimed.fence(), retry_at(500));
    scene.arrive(62, keyword(Control::Stop));
    assert_eq!(scene.lane.wake_at(), Some(at(62)));
    assert_eq!(answers(&mut scene, 62), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 62), Ok(()), "the confirmation");
}

#[test]
fn a_stop_takes_the_replies_of_all_that_wait() {
    let (mut scene, dead, claimed) = Scene::dead_and_claimed();
    let one = in_window(Window::fixed(seconds(600)).with_max_messages(1));
    scene.arrive(61, one);
    scene.arrive(62, keyword(Control::Help));
    scene.arrive(63, in_window(Window::fixed(seconds(600))));
    scene.at(64).revive(dead);
    scene.arrive(65, keyword(Control::Stop));
    let facts = scene.facts();
    assert_eq!(
        scene.muted(),
        [true, false, true, true, true, true],
        "it passes all but the one that was claimed"
    );
    assert!(facts.iter().all(|facts| facts.due_at <= at(65)));
    assert_eq!(answers_held(&mut scene, 66, &claimed), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 66), Ok(()), "the confirmation");
    for _ in 0..4 {
        assert_eq!(answers(&mut scene, 66), Err(ReplyRefusal::OptedOut));
    }
}

#[test]
fn a_stop_joins_the_open_batch_where_nothing_else_waits() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    assert_eq!(scene.arrive(1, keyword(Control::Stop)).entry, Entry::Joined);
    let (mut scene, _) = Scene::claimed();
    scene.arrive(61, message());
    assert_eq!(scene.arrive(62, keyword(Control::Stop)).entry, Entry::Joined);
    assert_eq!(scene.arrive(63, keyword(Control::Stop)).entry, Entry::Opened, "only the first one passes");
}

#[test]
fn a_full_line_takes_in_the_first_stop_ahead_of_it() {
    let mut scene = Scene::new();
    let one = in_window(Window::fixed(seconds(600)).with_max_messages(1));
    for _ in 0..MAX_LINE {
        scene.arrive(0, one);
    }
    let accepted = scene.arrive(1, keyword(Control::Stop));
    assert_eq!((accepted.entry, accepted.opted_out, accepted.due_at), (Entry::Ahead, Some(true), at(1)));
    assert_eq!(answers(&mut scene, 1), Ok(()), "the confirmation waits for none of them");
    assert_eq!(answers(&mut scene, 1), Err(ReplyRefusal::OptedOut));
}

#[test]
fn a_wish_is_a_stop_whose_record_says_that_it_was_inferred() {
    let wish = message().with_keyword(Keyword::Wish, OptOutCause::Inferred);
    let mut scene = Scene::new();
    scene.arrive(0, in_window(Window::immediate()));
    let accepted = scene.arrive(0, wish);
    assert_eq!((accepted.control, accepted.opted_out), (Some(Control::Stop), Some(true)));
    assert_eq!(scene.last().close_reason, Some(CloseReason::InferredOptOut), "also of one that was urgent");
    assert_eq!(answers(&mut scene, 0), Ok(()));
    assert_eq!(scene.arrive(1, wish).opted_out, None);
}

#[test]
fn the_loop_guard_withholds_no_confirmation_of_a_stop() {
    let mut scene = Scene::new();
    for second in 0..4 {
        scene.arrive(second, keyword(Control::Stop));
        let claimed = scene.claim(second);
        let confirms = ReplyTerms { control: Some(Control::Stop), ..at_most(1) };
        assert_eq!(scene.begin_reply(claimed.fence(), confirms), Ok(()));
        scene.finish(claimed.fence());
        scene.opt_in();
    }
    scene.arrive(5, message());
    let claimed = scene.claim(65);
    let refused = scene.begin_reply(claimed.fence(), at_most(1));
    assert_eq!(refused, Err(ReplyRefusal::LoopGuard), "it counts for the others");
}

#[test]
fn an_opt_out_from_outside_has_no_confirmation() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.at(10).opt_out();
    assert_eq!((scene.last().state, scene.last().due_at), (BatchState::Closed, at(10)));
    assert_eq!(scene.last().close_reason, Some(CloseReason::OptOut));
    assert_eq!(answers(&mut scene, 10), Err(ReplyRefusal::OptedOut));
}

#[test]
fn a_repeated_stop_is_not_confirmed_again() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    assert_eq!(answers(&mut scene, 0), Ok(()));
    for second in 1..4 {
        let accepted = scene.arrive(second, keyword(Control::Stop));
        assert_eq!(accepted.control, Some(Control::Stop));
        assert_eq!(answers(&mut scene, second), Err(ReplyRefusal::OptedOut));
    }
    assert_eq!(scene.sender.changed_at(), Some(at(0)));
}

#[test]
fn a_stop_that_is_repeated_before_it_is_confirmed_is_confirmed_once() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.arrive(0, keyword(Control::Stop));
    let claimed = scene.claim(0);
    scene.arrive(1, keyword(Control::Stop));
    scene.at(2).opt_out();
    assert_eq!(answers_held(&mut scene, 2, &claimed), Ok(()));
    assert_eq!(answers(&mut scene, 2), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 2), Err(ReplyRefusal::OptedOut));
}

#[test]
fn of_two_stops_with_a_start_between_the_last_is_confirmed() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.arrive(1, keyword(Control::Start));
    scene.arrive(2, keyword(Control::Stop));
    scene.arrive(3, keyword(Control::Stop));
    assert_eq!(scene.facts().len(), 4);
    assert_eq!(answers(&mut scene, 3), Ok(()), "it passes the others");
    for _ in 0..3 {
        assert_eq!(answers(&mut scene, 3), Err(ReplyRefusal::OptedOut));
    }
}

#[test]
fn a_stop_after_a_start_is_confirmed_again() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    assert_eq!(answers(&mut scene, 0), Ok(()));
    scene.arrive(1, keyword(Control::Start));
    assert_eq!(answers(&mut scene, 61), Ok(()));
    scene.arrive(62, keyword(Control::Stop));
    assert_eq!(answers(&mut scene, 62), Ok(()));
    assert_eq!(scene.sender.changed_at(), Some(at(62)));
}

#[test]
fn what_comes_after_a_stop_is_kept_and_not_answered() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.finish_next(0);
    let accepted = scene.arrive(1, message());
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Opened, at(61)));
    assert_eq!(scene.arrive(2, keyword(Control::Help)).control, Some(Control::Help));
    assert_eq!(answers(&mut scene, 2), Err(ReplyRefusal::OptedOut));
}

#[test]
fn yes_is_an_answer_before_a_stop_and_a_start_after_it() {
    let mut scene = Scene::new();
    let before = scene.arrive(0, yes());
    assert_eq!((before.control, scene.last().has_content), (None, true));
    scene.arrive(1, keyword(Control::Stop));
    scene.finish_next(1);

    let after = scene.arrive(2, yes());
    assert_eq!((after.control, scene.last().has_content), (Some(Control::Start), false));
    assert!(!scene.sender.is_opted_out());
    assert_eq!(answers(&mut scene, 62), Ok(()));

    assert_eq!(scene.arrive(63, yes()).control, None);
}

#[test]
fn a_start_opts_in_and_is_answered_in_its_window() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.finish_next(0);
    let accepted = scene.arrive(1, keyword(Control::Start));
    assert_eq!((accepted.control, accepted.due_at), (Some(Control::Start), at(61)));
    assert!(!scene.sender.is_opted_out());
    assert_eq!(scene.arrive(2, message()).entry, Entry::Joined);
    assert_eq!((scene.last().control, scene.last().has_content), (Some(Control::Start), true));
    assert_eq!(answers(&mut scene, 61), Ok(()));
}

#[test]
fn a_start_without_a_stop_is_a_start_all_the_same() {
    let mut scene = Scene::new();
    assert_eq!(scene.arrive(0, keyword(Control::Start)).control, Some(Control::Start));
    assert_eq!(scene.last().control, Some(Control::Start));
    assert_eq!(answers(&mut scene, 60), Ok(()));
}

#[test]
fn a_start_joins_what_came_while_the_sender_was_opted_out() {
    let mut scene = Scene::new();
    scene.at(0).opt_out();
    scene.arrive(1, message());
    let accepted = scene.arrive(2, keyword(Control::Start));
    assert_eq!(accepted.entry, Entry::Joined);
    assert_eq!(answers(&mut scene, 61), Ok(()));
}

#[test]
fn batches_from_before_the_opt_out_stay_muted_after_a_start() {
    let (mut scene, claimed) = Scene::claimed();
    scene.arrive(61, message());
    scene.at(62).opt_out();
    scene.opt_in();
    assert!(!scene.sender.is_opted_out());
    scene.arrive(63, message());
    assert_eq!(scene.muted(), [true, true, false]);
    assert_eq!(answers_held(&mut scene, 64, &claimed), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 64), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 123), Ok(()));
}

#[test]
fn a_muted_batch_that_dies_comes_back_muted() {
    let (mut scene, claimed) = Scene::claimed();
    scene.at(61).opt_out();
    scene.bury(claimed.fence());
    scene.opt_in();
    scene.at(62).revive(claimed.facts.id);
    assert_eq!(answers(&mut scene, 62), Err(ReplyRefusal::OptedOut));
}

#[test]
fn help_closes_its_batch_at_once() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    let accepted = scene.arrive(10, keyword(Control::Help));
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Joined, at(10)));
    let facts = scene.last();
    assert_eq!((facts.state, facts.close_reason), (BatchState::Closed, Some(CloseReason::Urgent)));
    assert_eq!((facts.control, facts.has_content), (Some(Control::Help), true));
    assert_eq!(scene.arrive(10, message()).entry, Entry::Opened);
    assert_eq!(answers(&mut scene, 10), Ok(()));
}

#[test]
fn of_several_controls_the_weightier_decides_the_reply() {
    let check = |controls: [Control; 2], decides| {
        let mut scene = Scene::new();
        for control in controls {
            scene.arrive(0, keyword(control));
        }
        assert_eq!(scene.facts()[0].control, Some(decides));
        assert_eq!(scene.facts()[0].messages, 2);
    };
    check([Control::Start, Control::Start], Control::Start);
    check([Control::Start, Control::Help], Control::Help);
    check([Control::Start, Control::Stop], Control::Stop);
}

#[test]
fn a_stop_that_joins_a_due_batch_does_not_move_it() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    let accepted = scene.arrive(90, keyword(Control::Stop));
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Joined, at(60)));
    assert_eq!(answers(&mut scene, 90), Ok(()));
}

/// A second lane of the scene's sender, with one batch that opened at `second`.
fn elsewhere(scene: &Scene, second: u64) -> Scene {
    let mut other = Scene { sender: scene.sender, ids: BatchIds::with_seed(2), ..Scene::new() };
    other.arrive(second, message());
    other
}

#[test]
fn a_stop_holds_for_the_senders_other_lanes() {
    let mut scene = Scene::new();
    let mut other = elsewhere(&scene, 0);
    scene.arrive(1, keyword(Control::Stop));
    other.sender = scene.sender;
    assert_eq!(other.facts()[0].due_at, at(60), "it waits for its window all the same");
    assert_eq!(answers(&mut other, 60), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 60), Ok(()), "the confirmation");
}

#[test]
fn what_was_open_in_another_lane_at_the_stop_is_not_answered_after_a_start_either() {
    let mut scene = Scene::new();
    let mut before = elsewhere(&scene, 0);
    scene.arrive(1, keyword(Control::Stop));
    let mut between = elsewhere(&scene, 2);
    scene.arrive(3, keyword(Control::Start));
    let mut after = elsewhere(&scene, 4);
    for other in [&mut before, &mut between, &mut after] {
        other.sender = scene.sender;
        assert!(!other.sender.is_opted_out() && !other.facts()[0].muted);
    }
    assert_eq!(answers(&mut before, 64), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut between, 64), Ok(()));
    assert_eq!(answers(&mut after, 64), Ok(()));
}

#[test]
fn a_stop_that_is_repeated_in_another_lane_is_not_confirmed_there() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    let mut other = elsewhere(&scene, 1);
    let again = other.arrive(2, keyword(Control::Stop));
    assert_eq!((again.control, again.opted_out), (Some(Control::Stop), None));
    assert_eq!(answers(&mut other, 2), Err(ReplyRefusal::OptedOut));
    assert_eq!(answers(&mut scene, 2), Ok(()), "where it was said first");
}

#[test]
fn a_start_in_one_lane_is_a_start_in_all() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    let mut other = elsewhere(&scene, 1);
    assert_eq!(other.arrive(2, yes()).control, Some(Control::Start));
    scene.sender = other.sender;
    assert_eq!(scene.arrive(3, message()).entry, Entry::Opened);
    scene.finish_next(3);
    assert_eq!(answers(&mut scene, 63), Ok(()));
}

#[test]
fn an_arrival_says_what_is_to_be_written_of_the_sender_and_only_that() {
    let written = |scene: &Scene, second: u64, arrival: Arrival| {
        let (mut lane, id) = (scene.lane.clone(), BatchId::from_bytes([1; 16]));
        lane.arrive(at(second), &arrival, &scene.sender, || id).unwrap().1
    };
    let mut scene = Scene::new();
    for arrival in [message(), yes(), keyword(Control::Help)] {
        assert_eq!(written(&scene, 0, arrival), None, "{arrival:?}");
    }
    let started = written(&scene, 0, keyword(Control::Start)).expect("an older word is to change nothing");
    assert_eq!((started.is_opted_out(), started.changed_at(), started.cause()), (false, None, None));
    let button = message().with_keyword(Control::Stop, OptOutCause::Button);
    let stopped = written(&scene, 1, button).expect("it opts out");
    assert_eq!((stopped.changed_at(), stopped.cause()), (Some(at(1)), Some(OptOutCause::Button)));

    scene.arrive(1, button);
    assert_eq!(written(&scene, 2, message()), None);
    let again = written(&scene, 2, keyword(Control::Stop)).expect("it covers what came since");
    assert_eq!((again.changed_at(), again.cause()), (Some(at(1)), Some(OptOutCause::Button)));
    let back = written(&scene, 3, yes()).expect("it opts in");
    assert_eq!((back.is_opted_out(), back.changed_at()), (false, Some(at(3))));
}

#[test]
fn a_silence_lets_a_confirmation_that_has_yet_to_leave_go() {
    let mut scene = Scene::new();
    scene.arrive(0, keyword(Control::Stop));
    scene.arrive(1, message());
    assert_eq!(scene.at(2).answer(Transition::Silence), Answer::Silenced(2));
    assert_eq!(scene.muted(), [false, true]);
    assert_eq!(scene.last().due_at, at(2));
    assert_eq!(answers(&mut scene, 2), Ok(()), "the confirmation");
    assert_eq!(answers(&mut scene, 2), Err(ReplyRefusal::OptedOut));
}
