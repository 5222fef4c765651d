//! Of messages, keys and the batches of one key.

use super::*;

const MANY: usize = 7;

/// A full store: two batches for `a`, of three and one; one of two for `b`; one of one for `c`. All are due.
fn full() -> Memory {
    let store = Memory::builder().max_messages(MANY).build();
    let of = |key: &str, cap| {
        Arrival::new(key.to_owned(), SmsMessage::new("text"), Window::default().with_max_messages(cap))
    };
    for (key, cap) in [("a", 3), ("a", 3), ("a", 3), ("b", 2), ("b", 2), ("a", 1), ("c", 1)] {
        push(&store, at(0), of(key, cap));
    }
    assert_refused(&store, at(0), single("a"), Refusal::Messages);
    assert_refused(&store, at(0), single("d"), Refusal::Messages);
    store
}

#[test]
fn a_message_refused_for_lack_of_room_leaves_no_id_behind() {
    let store = full();
    assert_refused(&store, at(0), with_id("a", "id"), Refusal::Messages);
    assert_refused(&store, at(0), with_id("new", "id"), Refusal::Messages);
    assert_eq!(finish_all(&store, at(0)), MANY, "what was accepted is still there");
    push(&store, at(0), with_id("a", "id"));
    push(&store, at(0), with_id("new", "id"));
    assert_eq!(offer(&store, at(0), with_id("a", "id")), Appended::Duplicate);
}

#[test]
fn a_duplicate_is_called_one_even_when_there_is_no_room() {
    let store = Memory::builder().max_messages(1).max_keys(1).build();
    push(&store, at(0), with_id("a", "id"));
    assert_eq!(offer(&store, at(0), with_id("a", "id")), Appended::Duplicate);
}

#[test]
fn of_many_at_once_as_many_are_taken_as_there_is_room_for() {
    let store = Memory::builder().max_messages(MANY).build();
    let report = ok(store.append(at(0), (0..100).map(|n| single(&n.to_string())).collect()));
    let accepted = report.results.iter().filter(|result| matches!(result, Appended::Accepted(_))).count();
    let refused =
        report.results.iter().filter(|result| **result == Appended::Refused(Refusal::Messages)).count();
    assert_eq!((accepted, refused), (MANY, 100 - MANY));
    assert_eq!(ok(store.counts(at(0))).keys, MANY as u64, "a refused message leaves no key behind");
}

/// After `empty` has ended everything in a full store, exactly as much fits as before.
#[track_caller]
fn assert_balances(empty: impl FnOnce(&Memory)) {
    let store = full();
    empty(&store);
    let counts = ok(store.counts(at(200)));
    assert_eq!((counts.messages_buffered, counts.dead), (0, 0), "the case empties the store");
    assert_room(&store, at(200), MANY);
}

#[test]
fn finishing_makes_room() {
    assert_balances(|store| assert_eq!(finish_all(store, at(0)), MANY));
}

#[test]
fn cancelling_makes_room() {
    assert_balances(|store| {
        for key in ["a", "b", "c", "nobody"] {
            ok(store.cancel(at(0), &key.to_owned()));
        }
    });
}

#[test]
fn cancelling_what_is_claimed_makes_room() {
    assert_balances(|store| {
        assert_eq!(claim(store, at(0), MANY).len(), 3);
        for (key, batches) in [("a", 2), ("b", 1), ("c", 1)] {
            assert_eq!(ok(store.cancel(at(0), &key.to_owned())).len(), batches);
        }
    });
}

#[test]
fn cancelling_beside_a_reply_makes_room_for_what_was_cancelled() {
    let store = full();
    let claims = claim(&store, at(0), MANY);
    let head = claims.iter().find(|claim| claim.batch.key == "a").expect("it was due");
    begin_reply(&store, at(0), head);
    assert_eq!(ok(store.cancel(at(0), &"a".to_owned())).len(), 1, "the batch behind it");
    assert_room(&store, at(0), 1);
    finish(&store, at(0), head);
    assert_room(&store, at(0), 3);
}

#[test]
fn handing_back_makes_room() {
    assert_balances(|store| {
        let claims = claim(store, at(0), MANY);
        begin_reply(store, at(0), &claims[0]);
        bury(store, at(0), &claims[1], false);
        let left: usize = ok(store.hand_back()).iter().map(|batch| batch.messages.len()).sum();
        assert_eq!(left, MANY - claims[0].batch.messages.len());
    });
}

#[test]
fn a_lost_lease_a_retry_and_an_unknown_reply_count_once() {
    assert_balances(|store| {
        claim(store, at(0), MANY);
        for claim in claim(store, at(31), MANY) {
            begin_reply(store, at(31), &claim);
            let terms = RetryTerms { at: at(32), counts: true, maybe_sent: true };
            held(store.retry(at(31), &claim.batch.key, claim.fence(), terms, "an error"));
        }
        for claim in claim(store, at(32), MANY) {
            bury(store, at(32), &claim, true);
        }
        assert_eq!(finish_all(store, at(32)), 1, "the batch behind a head");
    });
}

#[test]
fn dead_batches_count_and_requeued_ones_count_once() {
    let store = full();
    let claims = claim(&store, at(0), MANY);
    claims.iter().for_each(|claim| bury(&store, at(0), claim, false));
    assert_refused(&store, at(0), single("d"), Refusal::Messages);
    for claim in &claims {
        let revived = requeue(&store, at(0), claim.batch.id).expect("it is dead");
        assert!(matches!(revived, Requeued::Revived(_)));
        assert!(matches!(requeue(&store, at(0), claim.batch.id), Err(RequeueError::Unknown)));
        assert_refused(&store, at(0), single("d"), Refusal::Messages);
    }
    assert_eq!(ok(store.counts(at(0))).dead, 0);
    assert_eq!(finish_all(&store, at(0)), MANY);
    assert_room(&store, at(0), MANY);
}

#[test]
fn a_superseded_batch_counts_once_and_a_refused_message_supersedes_nothing() {
    let store = Memory::builder().max_messages(2).build();
    let superseding = || {
        let mut arrival = Arrival::new("a".to_owned(), SmsMessage::new("text"), Window::default());
        arrival.supersede = Supersede::Within(HOUR);
        arrival
    };
    push(&store, at(0), superseding());
    claim_one(&store, at(60));
    let Appended::Accepted(accepted) = offer(&store, at(61), superseding()) else { panic!("not accepted") };
    assert_eq!((accepted.entry, accepted.messages), (Entry::Superseded, 2));
    let claim = claim_one(&store, at(200));
    assert_refused(&store, at(201), superseding(), Refusal::Messages);
    assert_eq!(claim.batch.messages.len(), 2);
    finish(&store, at(202), &claim);
    assert_room(&store, at(202), 2);
}

#[test]
fn threads_that_race_for_the_last_room_leave_the_gauge_true() {
    let store = Memory::builder().max_messages(1_000).build();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..500 {
                    offer(store, at(0), single(&format!("{thread}-{n}")));
                }
            });
        }
    });
    let accepted = finish_all(&store, at(0));
    assert!((1_000..1_004).contains(&accepted), "one more for each thread but one: {accepted}");
    assert_room(&store, at(0), 1_000);
}

#[test]
fn at_the_limit_of_keys_new_ones_are_refused_until_one_is_forgotten() {
    let store = Memory::builder().max_keys(3).build();
    for key in ["a", "b", "c"] {
        push(&store, at(0), single(key));
    }
    assert_refused(&store, at(0), with_id("d", "id"), Refusal::Keys);
    push(&store, at(0), with_id("a", "id"));
    assert_eq!(ok(store.cancel(at(0), &"b".to_owned())).len(), 1);
    push(&store, at(0), with_id("d", "id"));
    assert_refused(&store, at(0), single("b"), Refusal::Keys);
    assert_eq!(finish_all(&store, at(0)), 4);
    for key in ["e", "f", "g"] {
        push(&store, at(0), single(key));
    }
    assert_refused(&store, at(0), single("h"), Refusal::Keys);
}

#[test]
fn a_key_whose_replies_count_is_a_key_until_maintenance_after_its_hour() {
    let store = Memory::builder().max_keys(1).build();
    push(&store, at(0), single("a"));
    let claim = claim_one(&store, at(0));
    begin_reply(&store, at(0), &claim);
    finish_replied(&store, at(1), &claim);
    maintain(&store, at(3_599));
    assert_refused(&store, at(3_599), single("b"), Refusal::Keys);
    maintain(&store, at(3_600));
    push(&store, at(3_600), single("b"));
}

#[test]
fn a_key_with_a_dead_batch_is_a_key() {
    let store = Memory::builder().max_keys(1).build();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    maintain(&store, at(0) + 100 * HOUR);
    assert_refused(&store, at(0) + 100 * HOUR, single("b"), Refusal::Keys);
    assert!(matches!(requeue(&store, at(0) + 100 * HOUR, dead), Ok(Requeued::Revived(_))));
    assert_eq!(finish_all(&store, at(0) + 100 * HOUR), 1);
    push(&store, at(0) + 100 * HOUR, single("b"));
}

#[test]
fn of_a_keys_dead_batches_the_oldest_gives_its_room_back() {
    let store = Memory::builder().max_messages(MAX_DEAD + 1).build();
    for n in 0..=MAX_DEAD {
        push(&store, at(0), with_id("a", &n.to_string()));
        bury(&store, at(0), &claim_one(&store, at(0)), false);
    }
    assert_eq!(ok(store.counts(at(0))).dead, MAX_DEAD as u64);
    assert_room(&store, at(0), 1);
}

#[test]
fn a_line_as_long_as_it_may_be_takes_nothing_until_it_moves() {
    let store = Memory::new();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    for _ in 0..MAX_LINE {
        push(&store, at(0), single("a"));
    }
    assert_refused(&store, at(0), with_id("a", "id"), Refusal::Line);
    assert!(matches!(requeue(&store, at(0), dead), Err(RequeueError::LineFull)));
    let kept = ok(store.batch(dead)).and_then(|whole| whole.batch).expect("the dead batch is kept whole");
    assert_eq!(kept.messages.len(), 1);
    push(&store, at(0), single("b"));
    let head = claim(&store, at(0), 2).into_iter().find(|claim| claim.batch.key == "a").expect("it is due");
    finish(&store, at(0), &head);
    push(&store, at(0), with_id("a", "id"));
    assert_refused(&store, at(0), single("a"), Refusal::Line);
    assert_eq!(ok(store.cancel(at(0), &"a".to_owned())).len(), MAX_LINE);
    assert!(matches!(requeue(&store, at(0), dead), Ok(Requeued::Revived(_))));
}

#[test]
fn a_full_line_still_takes_what_joins_its_open_batch() {
    let store = Memory::new();
    let joining = || Arrival::new("a".to_owned(), SmsMessage::new("text"), Window::default());
    for _ in 1..MAX_LINE {
        push(&store, at(0), single("a"));
    }
    let open = push(&store, at(0), joining());
    assert_eq!(push(&store, at(0), joining()), open);
    push(&store, at(0), single("a"));
    assert_refused(&store, at(0), joining(), Refusal::Line);
    assert_eq!(finish_all(&store, at(60)), MAX_LINE + 2);
}
