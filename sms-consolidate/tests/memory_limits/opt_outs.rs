//! Of senders who opted out, and of stops where there is no other room.

use super::*;

/// A message that is this keyword, and a batch of its own.
fn keyword(key: &str, control: Control) -> Arrival<String, SmsMessage> {
    let mut arrival = single(key);
    arrival.keyword = Some((control.into(), OptOutCause::Keyword));
    arrival
}

fn set_opted_out(store: &Memory, now: Timestamp, scope: &str, opted_out: bool) -> bool {
    ok(store.set_opted_out(now, scope, OptOutChange::new(opted_out, OptOutCause::Operator)))
}

fn opted_out(store: &Memory) -> u64 {
    ok(store.counts(at(0))).opted_out
}

#[test]
fn a_stop_is_taken_where_there_is_no_room_for_anything_else() {
    let store = Memory::builder().max_keys(1).max_messages(1).build();
    push(&store, at(0), single("a"));
    for key in ["a", "b", "c"] {
        push(&store, at(0), keyword(key, Control::Stop));
        assert_refused(&store, at(0), single(key), Refusal::Messages);
    }
    assert_eq!(opted_out(&store), 3);
    for key in ["a", "b"] {
        assert_refused(&store, at(0), keyword(key, Control::Stop), Refusal::Messages);
    }
    assert_refused(&store, at(0), keyword("d", Control::Start), Refusal::Messages);
    assert_eq!(finish_all(&store, at(0)), 4);
    assert_room(&store, at(0), 1);
}

#[test]
fn at_the_limit_of_opt_outs_a_stop_is_refused_and_who_is_known_goes_on() {
    let store = Memory::builder().max_opt_outs(2).build();
    push(&store, at(0), keyword("a", Control::Stop));
    push(&store, at(0), keyword("b", Control::Stop));
    let mut third = with_id("c", "id");
    third.keyword = Some((Control::Stop.into(), OptOutCause::Keyword));
    assert_refused(&store, at(0), third, Refusal::OptOuts);
    assert_eq!(ok(store.sender("c")), Sender::default());
    push(&store, at(0), with_id("c", "id"));
    push(&store, at(1), keyword("a", Control::Stop));
    assert!(set_opted_out(&store, at(2), "a", false), "who is known can opt in");
    assert!(set_opted_out(&store, at(3), "a", true), "and out again");
    assert!(set_opted_out(&store, at(3), "d", true), "a word by hand is recorded beyond the limit");
    assert_eq!(opted_out(&store), 3);
    for key in ["a", "b", "d"] {
        set_opted_out(&store, at(4), key, false);
    }
    maintain(&store, at(4) + 47 * HOUR);
    assert_ne!(ok(store.sender("b")), Sender::default());
    maintain(&store, at(4) + 8 * 24 * HOUR);
    push(&store, at(4) + 8 * 24 * HOUR, keyword("e", Control::Stop));
    push(&store, at(4) + 8 * 24 * HOUR, keyword("f", Control::Stop));
    assert_refused(&store, at(4) + 8 * 24 * HOUR, keyword("g", Control::Stop), Refusal::OptOuts);
}

#[test]
fn who_wants_replies_takes_no_room_from_who_wants_none() {
    let store = Memory::builder().max_opt_outs(100).build();
    for n in 0..1_000 {
        push(&store, at(0), keyword(&format!("start {n}"), Control::Start));
    }
    let is_known = |n: &usize| ok(store.sender(&format!("start {n}"))) != Sender::default();
    let known = (0..1_000).filter(is_known).count();
    assert!((1..=100).contains(&known), "{known} are remembered");
    let stopped = |n: &usize| {
        let stop = keyword(&format!("stop {n}"), Control::Stop);
        matches!(offer(&store, at(1), stop), Appended::Accepted(_))
    };
    assert!((0..100).filter(stopped).count() > 50, "they make room");
}

#[test]
fn threads_that_race_for_the_last_opt_outs_leave_their_number_true() {
    let store = Memory::builder().max_opt_outs(100).build();
    let taken = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (store, taken) = (&store, &taken);
            scope.spawn(move || {
                for n in 0..200 {
                    let stop = keyword(&format!("{thread}-{n}"), Control::Stop);
                    if matches!(offer(store, at(0), stop), Appended::Accepted(_)) {
                        taken.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let known = opted_out(&store);
    assert_eq!(known, taken.into_inner(), "every stop that was taken is recorded");
    assert!((100..104).contains(&known), "one more for each thread but one: {known}");
    assert_refused(&store, at(0), keyword("another", Control::Stop), Refusal::OptOuts);
}
