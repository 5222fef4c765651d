use super::*;

/// Messages arrive, each with the second of its arrival, its window, and the due and deadline that the batch has then.
#[track_caller]
fn check(arrivals: &[(u64, Window, u64, u64)]) {
    let mut scene = Scene::new();
    for (position, (second, window, due, deadline)) in arrivals.iter().enumerate() {
        let accepted = scene.arrive(*second, in_window(*window));
        let entry = if position == 0 { Entry::Opened } else { Entry::Joined };
        assert_eq!(accepted.entry, entry, "arrival {position}");
        assert_eq!(accepted.messages as usize, position + 1);
        let facts = scene.last();
        assert_eq!((facts.due_at, facts.deadline), (at(*due), at(*deadline)), "arrival {position}");
        assert_eq!(accepted.due_at, facts.due_at);
        assert_eq!(facts.opened_at, at(arrivals[0].0));
    }
    let due = scene.last().due_at;
    assert_eq!(scene.lane.wake_at(), Some(due));
    // Sooner is too soon, unless the lane has seen that instant.
    let sooner = scene.clone().lane.claim(due - Duration::from_millis(1), LEASE);
    assert_eq!(sooner.is_some(), scene.now >= due);
    assert_eq!(scene.lane.claim(due, LEASE).expect("it is due").facts.messages as usize, arrivals.len());
}

#[test]
fn fixed_closes_its_length_after_the_first_message() {
    let window = Window::fixed(seconds(60));
    check(&[(0, window, 60, 60)]);
    check(&[(0, window, 60, 60), (1, window, 60, 60), (59, window, 60, 60)]);
}

#[test]
fn sliding_closes_after_quiet_and_at_the_latest_after_max_wait() {
    let window = Window::sliding(seconds(10), seconds(25));
    check(&[(0, window, 10, 25)]);
    check(&[(0, window, 10, 25), (9, window, 19, 25), (14, window, 24, 25), (23, window, 25, 25)]);
}

#[test]
fn a_joining_message_never_moves_due_back_by_its_shorter_quiet() {
    let long = Window::sliding(seconds(30), seconds(60));
    let short = Window::sliding(seconds(5), seconds(60));
    check(&[(0, long, 30, 60), (10, short, 30, 60), (26, short, 31, 60)]);
}

#[test]
fn open_for_is_cut_by_max_wait() {
    check(&[(0, Window::sliding(seconds(30), seconds(10)), 10, 10)]);
    check(&[(0, Window::fixed(seconds(30)).with_max_wait(seconds(90)), 30, 90)]);
}

#[test]
fn aligned_closes_at_the_slot_plus_grace_and_takes_in_what_comes_until_then() {
    let aligned = Window::aligned(seconds(15), seconds(10));
    let window = |second| aligned.window_at(at(second));
    check(&[(3, window(3), 25, 28), (14, window(14), 25, 28), (24, window(24), 25, 28)]);
    check(&[(0, window(0), 25, 25), (1, window(1), 25, 25)]);
    check(&[(15, window(15), 40, 40)]);
}

#[test]
fn a_shorter_max_wait_shortens_the_deadline_and_a_longer_one_does_not_lengthen_it() {
    let check_joined = |joining, due| check(&[(0, Window::default(), 60, 60), (10, joining, due, due)]);
    check_joined(Window::fixed(seconds(20)), 20);
    check_joined(Window::fixed(seconds(5)), 10);
    check_joined(Window::fixed(seconds(600)), 60);
    check_joined(Window::sliding(seconds(600), seconds(600)), 60);
}

#[test]
fn a_due_batch_takes_in_a_late_message_without_moving() {
    let sliding = Window::sliding(seconds(10), seconds(60));
    check(&[(0, sliding, 10, 60), (10, sliding, 10, 60), (500, sliding, 10, 60)]);
    check(&[(0, sliding, 10, 60), (11, Window::fixed(seconds(1)), 10, 60)]);
    check(&[(0, sliding, 10, 60), (11, Window::immediate(), 10, 60)]);
}

#[test]
fn once_claimed_a_batch_takes_in_nothing() {
    let (mut scene, claimed) = Scene::claimed();
    let accepted = scene.arrive(61, message());
    assert_eq!(accepted.entry, Entry::Opened);
    assert_eq!(scene.states(), [BatchState::Claimed, BatchState::Open]);
    assert_eq!(scene.facts()[0], claimed.facts);
    assert_eq!(scene.arrive(62, message()).batch, accepted.batch);
}

#[test]
fn immediate_is_due_at_once_and_closes_the_batch_that_it_joins() {
    check(&[(7, Window::immediate(), 7, 7)]);
    check(&[(0, Window::default(), 60, 60), (7, Window::immediate(), 7, 7)]);
    check(&[(0, Window::immediate(), 0, 0), (0, Window::default(), 0, 0)]);

    let mut scene = Scene::new();
    scene.arrive(0, message());
    assert_eq!(scene.last().close_reason, None);
    scene.arrive(1, in_window(Window::immediate()));
    assert_eq!(scene.last().close_reason, Some(CloseReason::Urgent));
    assert_eq!(scene.arrive(2, message()).entry, Entry::Joined, "until it is claimed");
}

/// `sizes` are the bytes of messages that arrive at second 10 in one window. The last one closes the batch.
#[track_caller]
fn check_cap(window: Window, sizes: &[u32], reason: CloseReason) {
    let mut scene = Scene::new();
    for (position, bytes) in sizes.iter().enumerate() {
        assert!(scene.lane.wake_at() > Some(at(10)) || position == 0, "closed before its last message");
        let joined = scene.arrive(10, Arrival::new(window, *bytes));
        assert_eq!(joined.messages as usize, position + 1);
    }
    let closed = scene.last();
    assert_eq!((closed.state, closed.due_at), (BatchState::Closed, at(10)));
    assert_eq!((closed.close_reason, closed.bytes), (Some(reason), sizes.iter().sum()));
    assert_eq!(scene.arrive(10, Arrival::new(window, 1)).entry, Entry::Opened);
}

#[test]
fn the_message_that_reaches_or_passes_a_cap_is_the_last() {
    let window = Window::default();
    check_cap(window.with_max_messages(3), &[1, 1, 1], CloseReason::MessageCap);
    check_cap(window.with_max_messages(1), &[1], CloseReason::MessageCap);
    check_cap(window.with_max_bytes(10), &[4, 5, 1], CloseReason::ByteCap);
    check_cap(window.with_max_bytes(10), &[4, 5, 100], CloseReason::ByteCap);
    check_cap(window.with_max_bytes(10), &[100], CloseReason::ByteCap);
    check_cap(window.with_max_bytes(2).with_max_messages(2), &[1, 1], CloseReason::MessageCap);
}

#[test]
fn a_cap_is_that_of_the_arriving_message() {
    let mut scene = Scene::new();
    scene.arrive(0, message());
    scene.arrive(1, in_window(Window::default().with_max_messages(2)));
    assert_eq!(scene.last().close_reason, Some(CloseReason::MessageCap));
}

#[test]
fn a_late_message_that_reaches_the_cap_is_the_last_and_does_not_move_due() {
    let mut scene = Scene::new();
    let window = Window::default().with_max_messages(2);
    scene.arrive(0, in_window(window));
    scene.arrive(90, in_window(window));
    assert_eq!((scene.last().state, scene.last().due_at), (BatchState::Closed, at(60)));
    assert_eq!(scene.arrive(91, in_window(window)).entry, Entry::Opened);
}

#[test]
fn sizes_saturate() {
    let mut scene = Scene::new();
    let window = Window::default().with_max_bytes(u32::MAX);
    scene.arrive(0, Arrival::new(window, u32::MAX - 1));
    assert_eq!(scene.last().state, BatchState::Open);
    scene.arrive(0, Arrival::new(window, u32::MAX));
    assert_eq!((scene.last().bytes, scene.last().close_reason), (u32::MAX, Some(CloseReason::ByteCap)));
}
