//! Of ids, and of the records of finished batches.

use super::*;

#[test]
fn at_the_limit_of_ids_the_oldest_are_forgotten_and_counted_and_no_message_is_lost() {
    // One key's ids are all in one shard, which has room for four.
    let store = Memory::builder().max_ids(4 * SHARDS).build();
    let push = |id: &str| append(&store, at(0), with_id("a", id));
    let forgotten: Vec<u64> = ["0", "1", "2", "3", "4"].map(|id| push(id).ids_forgotten).into();
    assert_eq!(forgotten, [0, 0, 0, 0, 2]);
    for id in ["2", "3", "4"] {
        assert_eq!(push(id).results, [Appended::Duplicate]);
    }
    assert!(matches!(push("0").results[0], Appended::Accepted(_)));
    assert_eq!(finish_all(&store, at(0)), 6);
}

#[test]
fn never_more_ids_are_remembered_than_may_be() {
    let store = Memory::builder().max_ids(4 * SHARDS).build();
    let arrivals = (0..5_000).map(|n| with_id(&n.to_string(), "id")).collect();
    let forgotten = ok(store.append(at(0), arrivals)).ids_forgotten;
    assert!((5_000 - 4 * SHARDS as u64..5_000).contains(&forgotten), "{forgotten} of 5,000");
    assert_eq!(finish_all(&store, at(0)), 5_000);
}

#[test]
fn refused_messages_and_duplicates_push_no_id_out() {
    let store = Memory::builder().max_ids(4 * SHARDS).max_messages(2).build();
    push(&store, at(0), with_id("a", "0"));
    push(&store, at(0), with_id("a", "1"));
    for n in 2..100 {
        assert_eq!(append(&store, at(0), with_id("a", &n.to_string())).ids_forgotten, 0);
        assert_eq!(append(&store, at(0), with_id("a", "0")).results, [Appended::Duplicate]);
    }
}

#[test]
fn of_finished_batches_the_newest_records_are_kept_and_of_others_all() {
    let store = Memory::builder().keep_finished(SHARDS).build();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    let finished: Vec<BatchId> = (1..=3)
        .map(|n| {
            let id = push(&store, at(n), single("a"));
            finish(&store, at(n), &claim_one(&store, at(n)));
            id
        })
        .collect();
    let waiting = push(&store, at(4), single("a"));
    let listed: Vec<_> = ok(store.list(&Filter::newest(100))).iter().map(|record| record.id).collect();
    assert_eq!(listed, [waiting, finished[2], dead]);
    assert!(matches!(requeue(&store, at(5), finished[0]), Err(RequeueError::Unknown)));
    assert!(matches!(requeue(&store, at(5), finished[2]), Err(RequeueError::Finished)));
}

#[test]
fn records_of_finished_batches_can_be_switched_off() {
    let store = Memory::builder().keep_finished(0).max_messages(1).build();
    for n in 0..10 {
        let id = push(&store, at(n), single("a"));
        finish(&store, at(n), &claim_one(&store, at(n)));
        assert!(ok(store.batch(id)).is_none());
    }
    assert_eq!(ok(store.list(&Filter::newest(100))).len(), 0);
}
