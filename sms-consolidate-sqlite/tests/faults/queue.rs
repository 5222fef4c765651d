//! What waits to be written.

use std::sync::atomic::{AtomicUsize, Ordering};

use sms_consolidate::store::{Store, StoreError};

use crate::kit::{at, limit, row, sms};
use crate::{LEASE, Sqlite, folder, open};

#[tokio::test]
async fn who_writes_by_hand_makes_it_unavailable_for_a_while() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let error = store.append(at(0), vec![sms("a", "1", "text")]).await.expect_err("the file is locked");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    by_hand.execute_batch("ROLLBACK").expect("it can be given up");
    store.append(at(0), vec![sms("a", "1", "text")]).await.expect("the store goes on");
}

#[tokio::test]
async fn a_full_queue_answers_at_once() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = Sqlite::builder(&path).queue_length(limit(1)).open().expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let append = |n: u32| store.append(at(0), vec![sms("a", &n.to_string(), "text")]);
    let (results, ()) = tokio::join!(futures(&append), async {
        // The first is being tried and the second waits; the third found no place, and was answered before the others.
        by_hand.execute_batch("ROLLBACK").expect("it can be given up");
    });
    let full = results.iter().filter(|result| matches!(result, Err(StoreError::Unavailable { .. })));
    assert!(full.count() >= 1, "{results:?}");
    assert!(results.iter().any(Result::is_ok), "{results:?}");
}

/// All at once, each polled before the next is waited for.
async fn futures<F: Future>(make: &impl Fn(u32) -> F) -> Vec<F::Output> {
    let (a, b, c, d) = tokio::join!(make(1), make(2), make(3), make(4));
    vec![a, b, c, d]
}

#[tokio::test]
async fn what_is_queued_is_finished_when_the_store_is_dropped() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let mut pushes: Vec<_> =
        (0..100).map(|n| Box::pin(store.append(at(0), vec![sms("a", &n.to_string(), "text")]))).collect();
    let all = std::future::poll_fn(|context| {
        let done: Vec<bool> = pushes.iter_mut().map(|push| push.as_mut().poll(context).is_ready()).collect();
        std::task::Poll::Ready(done)
    });
    all.await;
    // Nobody waits any more: each is done wholly or not at all.
    drop(pushes);
    drop(store);
    let store = open(&path).expect("the store opens");
    let kept = store.counts(at(0)).await.expect("counts").messages_buffered;
    let connection = rusqlite::Connection::open(&path).expect("another connection");
    let count = |table: &str| row::<i64>(&connection, &format!("SELECT count(*) FROM {table}"));
    assert_eq!((count("messages"), count("message_ids")), (kept as i64, kept as i64));
    for n in 0..100 {
        store.append(at(1), vec![sms("a", &n.to_string(), "text")]).await.expect("append");
    }
    let claim = store.claim(at(61), limit(1), LEASE).await.expect("claim").remove(0);
    assert_eq!(claim.batch.messages.len(), 100, "each is there once");
}

#[tokio::test]
async fn a_queue_full_of_bytes_answers_at_once() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = Sqlite::builder(&path).queue_bytes(limit(1 << 20)).open().expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let append =
        |key, kibibytes: usize| store.append(at(0), vec![sms(key, "id", &"x".repeat(kibibytes << 10))]);
    let (first, too_large, small, ()) =
        tokio::join!(append("a", 700), append("b", 400), append("c", 200), async {
            by_hand.execute_batch("ROLLBACK").expect("it can be given up");
        });
    let error = too_large.expect_err("there is no room for it");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("bytes"), "{error}");
    first.expect("there was room");
    small.expect("there was room");
    append("b", 400).await.expect("there is room again");
    append("d", 4_000).await.expect("alone it is not too large");
    assert_eq!(store.counts(at(0)).await.expect("counts").messages_buffered, 4);
}

#[tokio::test]
async fn what_is_committed_together_is_bounded_by_its_bytes() {
    static COMMITS: AtomicUsize = AtomicUsize::new(0);
    let folder = folder();
    let path = folder.path().join("store.db");
    let count = |step: &str| {
        if step == "committed" {
            COMMITS.fetch_add(1, Ordering::SeqCst);
        }
    };
    let store = Sqlite::builder(&path).on_step(count).open().expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let text = "x".repeat(3 << 20);
    let append = |key: u32| store.append(at(0), vec![sms(&key.to_string(), "id", &text)]);
    let others = |key| append(key + 4);
    let (some, more, ()) = tokio::join!(futures(&append), futures(&others), async {
        by_hand.execute_batch("ROLLBACK").expect("it can be given up");
    });
    assert!(some.iter().chain(&more).all(Result::is_ok), "{some:?} {more:?}");
    assert!(COMMITS.load(Ordering::SeqCst) >= 4, "no two of 3 MiB and a third fit into one of 8 MiB");
}
