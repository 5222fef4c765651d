//! What is done to all keys, and what is forgotten.

use std::time::Duration;

use sms_consolidate::Window;
use sms_consolidate::store::{Appended, Finish, NoReply, Outcome, Store, StoreExt};

use crate::kit::{at, limit, row, sms};
use crate::{LEASE, Sqlite, folder, open};

#[tokio::test]
async fn batches_go_when_their_time_is_over_and_ids_before() {
    let (hour, day) = (Duration::from_secs(3_600), Duration::from_secs(24 * 3_600));
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let arrivals = (0..10).map(|n| sms(&n.to_string(), "id", "text")).collect();
    store.append(at(0), arrivals).await.expect("append");
    for claim in store.claim(at(60), limit(10), LEASE).await.expect("claim") {
        let finish = Finish::new(Outcome::NoReply(NoReply::Off));
        store.finish(at(60), &claim.batch.key, claim.fence(), finish.clone()).await.expect("finish");
    }
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let left = || -> (i64, i64, i64) {
        let count = |table: &str| row(&by_hand, &format!("SELECT count(*) FROM {table}"));
        (count("message_ids"), count("messages"), count("batches"))
    };
    let mut steps = 0;
    let mut maintain = async |now| {
        steps = 1;
        while store.maintain(now, limit(3)).await.expect("maintain").more {
            steps += 1;
        }
        steps
    };
    maintain(at(60) + 47 * hour).await;
    assert_eq!(left(), (10, 10, 10));
    assert_eq!(maintain(at(60) + 48 * hour).await, 4, "in small steps");
    assert_eq!(left(), (0, 10, 10));
    maintain(at(60) + 30 * day - hour).await;
    assert_eq!(left(), (0, 10, 10));
    maintain(at(60) + 30 * day).await;
    assert_eq!(left(), (0, 0, 0));
}

#[tokio::test]
async fn a_flush_of_all_reaches_every_key() {
    let folder = folder();
    let store = open(&folder.path().join("store.db")).expect("the store opens");
    let keys = || (0..1_000).map(|n| n.to_string()).chain([String::new(), "\0".to_owned(), "é".to_owned()]);
    store.append(at(0), keys().map(|key| sms(&key, "id", "text")).collect()).await.expect("append");
    let flushed = store.flush_all(at(1), sms_consolidate::CloseReason::Flush).await.expect("flush");
    assert_eq!(flushed, keys().count() as u64);
    let claims = store.claim(at(1), limit(9_999), LEASE).await.expect("claim");
    assert_eq!(claims.len(), keys().count());
}

/// A step is in nobody's way for long, however many messages a batch has.
#[tokio::test]
async fn a_large_batch_goes_in_small_steps() {
    const MESSAGES: i64 = 5_000;
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = Sqlite::builder(&path).keep_finished_for(Duration::from_secs(49 * 3_600)).open();
    let store = store.expect("the store opens");
    let arrivals = (0..MESSAGES).map(|n| {
        let mut arrival = sms("a", &n.to_string(), "text");
        arrival.window = Window::default().with_max_messages(10_000).into();
        arrival
    });
    let report = store.append(at(0), arrivals.collect()).await.expect("append");
    let Appended::Accepted(accepted) = report.results[0] else { panic!("it was refused") };
    let claim = store.claim(at(60), limit(1), LEASE).await.expect("claim").remove(0);
    assert_eq!(claim.batch.messages.len() as i64, MESSAGES);
    let done = Finish::new(Outcome::NoReply(NoReply::Off));
    store.finish(at(60), &claim.batch.key, claim.fence(), done.clone()).await.expect("finish");

    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let left = |table: &str| row::<i64>(&by_hand, &format!("SELECT count(*) FROM {table}"));
    for (table, hours) in [("message_ids", 48), ("messages", 49)] {
        let now = at(60) + Duration::from_secs(hours * 3_600);
        let (mut before, mut steps, mut more) = (MESSAGES, 0, true);
        while more {
            let is_there = hours == 48 || before > 0;
            assert_eq!((left(table), left("batches")), (before, i64::from(is_there)), "{table}");
            let done = store.maintain(now, limit(1)).await.expect("maintain");
            let after = left(table);
            assert!(before - after <= 1_024, "{table}: {} at once", before - after);
            assert_eq!(done.ids_pruned as i64, if hours == 48 { before - after } else { 0 });
            (before, more) = (after, done.more);
            steps += 1;
            assert!(steps < 20, "{table}: each step makes some way");
        }
        assert_eq!(before, 0, "{table}");
        let whole = store.batch(accepted.batch).await.expect("batch");
        assert_eq!(whole.is_some_and(|whole| whole.batch.is_some()), hours == 48);
    }
    assert_eq!(left("batches"), 0);
}
