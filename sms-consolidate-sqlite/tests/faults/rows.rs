//! Messages that cannot be written, and rows that cannot be read back: each stands in nobody's way.

use sms_consolidate::lane::{Control, ReplyRefusal, Transition};
use sms_consolidate::store::{
    Appended, ChangeError, FencedError, Filter, Finish, NoReply, Outcome, Refusal, Status, Store, StoreError,
    StoreExt,
};
use sms_consolidate::{Classification, CloseReason, Label, OptOutCause, OptOutScope, SmsMessage};
use sms_consolidate_sqlite::SqliteStore;

use crate::kit::{Shy, arrival, at, keyed, limit, row, sms, texts};
use crate::{LEASE, START, STOP, folder, open, terms};

#[tokio::test]
async fn a_message_that_cannot_be_stored_is_refused_alone() {
    let folder = folder();
    let store = SqliteStore::<String, Shy>::open(folder.path().join("store.db")).expect("the store opens");
    let big = "x".repeat(sms_consolidate_sqlite::MAX_BODY_BYTES);
    for (n, bad) in ["cannot be written", "panics when written", &big].into_iter().enumerate() {
        let now = at(n as u64 * 100);
        let texts = ["before", bad, "after"].map(|text| arrival("a", Shy::new(text)));
        let (one, other) = tokio::join!(
            store.append(now, texts.to_vec()),
            store.append(now, vec![arrival("b", Shy::new("neighbour"))])
        );
        let (results, neighbour) = (one.expect("append").results, other.expect("append").results);
        assert_eq!(results[1], Appended::Refused(Refusal::Unstorable));
        for result in [results[0], results[2], neighbour[0]] {
            assert!(matches!(result, Appended::Accepted(_)), "{result:?}");
        }
        let claims = store.claim(at(n as u64 * 100 + 60), limit(9), LEASE).await.expect("claim");
        let messages: usize = claims.iter().map(|claim| claim.batch.messages.len()).sum();
        assert_eq!(messages, 3);
        for claim in claims {
            let done = Finish::new(Outcome::NoReply(NoReply::Off));
            store.finish(now, &claim.batch.key, claim.fence(), done.clone()).await.expect("finish");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_back_is_dead_and_its_neighbours_are_not() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::<String, Shy>::open(&path).expect("the store opens");
    let all = ["panics when read", "cannot be read", "sound"];
    let arrivals = all.map(|text| arrival(text, Shy::new(text)));
    store.append(at(0), arrivals.to_vec()).await.expect("append");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    let keys: Vec<&str> = claims.iter().map(|claim| claim.batch.key.as_str()).collect();
    assert_eq!(keys, ["sound"]);
    let dead = store.list(&Filter::newest(9).with_status(Status::Dead)).await.expect("list");
    assert_eq!(dead.len(), 2);
    for record in &dead {
        let error = record.error.as_deref().expect("it says why");
        assert!(!error.contains("when read") && !error.contains("cannot be read"), "no text in {error:?}");
        let whole = store.batch(record.id).await.expect("batch").expect("it is known");
        assert!(whole.batch.is_none());
    }
    store.append(at(61), vec![arrival("next", Shy::new("sound"))]).await.expect("the store goes on");
    let claims = store.claim(at(121), limit(1), LEASE).await.expect("claim");
    assert_eq!(claims.len(), 1);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_back_delays_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::<String, SmsMessage>::open(&path).expect("the store opens");
    let arrivals = ["1", "two", "panic", "4"].map(|key| sms(key, "id", "text"));
    store.append(at(0), arrivals.to_vec()).await.expect("append");
    drop(store);
    // The service was changed, and has numbers for keys now.
    let store = SqliteStore::<keyed::Number, SmsMessage>::open(&path).expect("the store opens");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    let mut keys: Vec<String> = claims.iter().map(|claim| claim.batch.key.to_string()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["1", "4"]);
    let dead = store.counts(at(60)).await.expect("counts").dead;
    assert_eq!(dead, 2, "they are kept");
    assert_eq!(store.list(&Filter::newest(9)).await.expect("list").len(), 2, "the others are listed");
}

#[tokio::test]
async fn a_damaged_lane_is_set_aside_and_delays_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "text"), sms("b", "1", "text")]).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let lane: String = row(&by_hand, "SELECT lane FROM lanes WHERE key = 'a'");
    by_hand.execute("UPDATE lanes SET lane = '{' WHERE key = 'a'", []).expect("it can be damaged");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(90)), "the lease of b");
    let report = store.append(at(61), vec![sms("a", "2", "text"), sms("c", "2", "text")]).await;
    let results = report.expect("append").results;
    assert_eq!(results[0], Appended::Refused(Refusal::Damaged));
    assert!(matches!(results[1], Appended::Accepted(_)));
    assert_eq!(store.list(&Filter::newest(9)).await.expect("list").len(), 2, "of b and c");
    assert_eq!(store.counts(at(61)).await.expect("counts").keys, 3);
    let changed = store.change(at(61), &"a".to_owned(), Transition::Cancel).await;
    assert!(matches!(changed, Err(ChangeError::Store(StoreError::Failed { .. }))), "{changed:?}");
    // Mended as the schema's documentation says.
    by_hand.execute("UPDATE lanes SET lane = ?1, wake_at = 0 WHERE key = 'a'", [lane]).expect("mended");
    let claims = store.claim(at(62), limit(9), LEASE).await.expect("claim");
    assert_eq!(texts(&claims[0].batch.messages), ["text"]);
}

/// The SQL of the page on choosing a store, with another key.
fn repair(key: &str) -> String {
    let page = include_str!("../../../docs/choosing-a-store.md");
    let from = page.find("UPDATE lanes SET wake_at = NULL").expect("the page has it");
    let sql = &page[from..from + page[from..].find(';').expect("it ends")];
    sql.replace("+639123456789>+15551230000", key)
}

#[tokio::test]
async fn a_damaged_lane_that_is_repaired_by_hand_texts_nobody_who_opted_out() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "text")]).await.expect("append");
    store.set_opted_out(at(1), "a", STOP).await.expect("set_opted_out");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute("UPDATE lanes SET lane = '{' WHERE key = 'a'", []).expect("it can be damaged");
    drop(store);
    assert_eq!(by_hand.execute(&repair("a"), []).expect("repaired"), 1);
    let store = open(&path).expect("the store opens");
    store.append(at(2), vec![sms("a", "1", "again"), sms("a", "2", "text")]).await.expect("append");
    let claims = store.claim(at(90), limit(9), LEASE).await.expect("claim");
    assert_eq!(texts(&claims[0].batch.messages), ["text"], "what was redelivered is still recognised");
    let key = "a".to_owned();
    let recorded = store.record(at(90), &key, claims[0].fence(), None, Some(terms("reply"))).await;
    assert_eq!(recorded.expect("record").reply, Err(ReplyRefusal::OptedOut));
    assert!(store.set_opted_out(at(91), "a", START).await.expect("set_opted_out"));
    let idle = store.maintain(at(91), limit(9)).await.expect("maintain");
    assert_eq!(idle.lanes_pruned, 0, "the repaired lane is in use again");
}

#[tokio::test]
async fn a_sender_is_opted_out_and_in_while_its_lane_is_damaged() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "text")]).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute("UPDATE lanes SET lane = '{' WHERE key = 'a'", []).expect("it can be damaged");
    let key = "a".to_owned();
    let opted_out = store.opt_out(at(1), &key, OptOutScope::Conversation, STOP).await;
    assert!(matches!(opted_out, Ok(true)), "{opted_out:?}");
    let failed = store.silence(at(1), &key).await;
    assert!(matches!(failed, Err(StoreError::Failed { .. })), "its batches cannot be ended: {failed:?}");
    assert!(store.sender("a").await.expect("sender").is_opted_out());
    assert_eq!(store.counts(at(1)).await.expect("counts").opted_out, 1);
    assert!(store.set_opted_out(at(2), "a", START).await.expect("set_opted_out"));
    assert!(store.set_opted_out(at(3), "a", STOP).await.expect("set_opted_out"));
    let listed = store.opted_out(None, limit(9)).await.expect("opted_out");
    assert_eq!(listed.iter().map(|sender| sender.since).collect::<Vec<_>>(), [at(3)]);
}

#[tokio::test]
async fn a_damaged_sender_is_not_texted_and_delays_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.set_opted_out(at(0), "a", STOP).await.expect("set_opted_out");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute("UPDATE senders SET record = '{'", []).expect("it can be damaged");
    store.set_opted_out(at(0), "b", STOP).await.expect("set_opted_out");
    let keyword = |key| {
        let mut arrival = sms(key, "1", "START");
        arrival.keyword = Some((Control::Start.into(), OptOutCause::Keyword));
        arrival
    };
    let arrivals = vec![keyword("a"), keyword("c"), sms("a", "2", "text")];
    let results = store.append(at(0), arrivals).await.expect("append").results;
    assert_eq!(results[0], Appended::Refused(Refusal::Damaged));
    assert!(matches!(results[1..], [Appended::Accepted(_), Appended::Accepted(_)]), "{results:?}");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    let claim = claims.iter().find(|claim| claim.batch.key == "a").expect("it is due");
    let key = &claim.batch.key;
    let recorded = store.record(at(60), key, claim.fence(), None, Some(terms("reply"))).await;
    assert!(matches!(recorded, Err(FencedError::Store(StoreError::Failed { .. }))), "{recorded:?}");
    let failed = store.set_opted_out(at(60), "a", START).await;
    assert!(matches!(failed, Err(StoreError::Failed { .. })), "{failed:?}");
    assert_eq!(store.opted_out(None, limit(1)).await.expect("opted_out").len(), 1, "the other is listed");
    assert_eq!(store.counts(at(60)).await.expect("counts").opted_out, 2);
    // Mended as the schema's documentation says.
    let page = include_str!("../../src/schema.rs");
    let from = page.find(r#"{"opted_out":true"#).expect("the page has it");
    let record = &page[from..=from + page[from..].find('}').expect("it ends")];
    by_hand.execute("UPDATE senders SET record = ?1 WHERE record = '{'", [record]).expect("mended");
    let recorded = store.record(at(61), key, claim.fence(), None, Some(terms("reply"))).await;
    assert_eq!(recorded.expect("record").reply, Err(ReplyRefusal::OptedOut));
    assert_eq!(store.opted_out(None, limit(9)).await.expect("opted_out").len(), 2);
}

/// SQLite takes any bytes for text.
#[tokio::test]
async fn what_is_no_text_stands_in_nobodys_way() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let keys = ["key", "lane", "finished", "facts", "found", "sound"];
    store.append(at(0), keys.map(|key| sms(key, "id", "text")).to_vec()).await.expect("append");
    for claim in store.claim(at(60), limit(9), LEASE).await.expect("claim") {
        let (key, fence) = (&claim.batch.key, claim.fence());
        if ["finished", "facts", "found"].contains(&key.as_str()) {
            let found = Some(Classification::new(Label::AGREE, "by hand"));
            let done = Finish::new(Outcome::NoReply(NoReply::Off)).with_error("why");
            store.finish(at(60), key, fence, done.with_classification(found)).await.expect("finish");
        }
    }
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    for sql in [
        "UPDATE lanes SET key = CAST(x'ff' AS TEXT) WHERE key = 'key'",
        "UPDATE batches SET key = CAST(x'ff' AS TEXT) WHERE key = 'key'",
        "UPDATE lanes SET lane = CAST(x'ff' AS TEXT) WHERE key = 'lane'",
        "UPDATE batches SET key = CAST(x'ff' AS TEXT) WHERE key = 'finished'",
        "UPDATE batches SET facts = CAST(x'ff' AS TEXT) WHERE key = 'facts'",
        "UPDATE batches SET classification = CAST(x'ff' AS TEXT), error = classification WHERE key = 'found'",
    ] {
        assert_eq!(by_hand.execute(sql, []).expect("it can be damaged"), 1, "{sql}");
    }
    store.flush_all(at(100), CloseReason::Flush).await.expect("flush");
    let claims = store.claim(at(100), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["sound"]);
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(130)), "the lease of that one");
    let listed = store.list(&Filter::newest(9)).await.expect("list");
    assert!(listed.iter().all(|record| record.classification.is_none()));
    let mut listed: Vec<_> = listed.iter().map(|record| (record.key.as_str(), record.status)).collect();
    listed.sort_unstable_by_key(|(key, _)| *key);
    assert_eq!(listed, [("found", Status::Finished), ("sound", Status::Claimed)]);
    let month = std::time::Duration::from_secs(31 * 24 * 3_600);
    let done = store.maintain(at(100) + month, limit(9)).await.expect("maintain");
    assert_eq!((done.batches_pruned, done.more), (3, false));
    store.append(at(100), vec![sms("new", "id", "text")]).await.expect("the store goes on");
}

/// More than one step of a flush, and more than one claim.
#[tokio::test]
async fn hundreds_of_lanes_that_cannot_be_read_delay_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let sms = |n: u32| sms(&format!("{n:04}"), "id", "text");
    store.append(at(0), (0..1_800).map(sms).collect()).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let damage = "UPDATE lanes SET lane = '{', wake_at = 0 WHERE key < '0600';
         UPDATE lanes SET key = CAST(x'ff' || key AS TEXT), wake_at = 0 WHERE key >= '1200'";
    by_hand.execute_batch(damage).expect("they can be damaged");
    assert_eq!(store.flush_all(at(1), CloseReason::Flush).await.expect("flush"), 600);
    for _ in 0..6 {
        let claims = store.claim(at(1), limit(100), LEASE).await.expect("claim");
        assert_eq!(claims.len(), 100);
        assert!(claims.iter().all(|claim| ("0600".."1200").contains(&claim.batch.key.as_str())));
    }
    assert!(store.claim(at(1), limit(100), LEASE).await.expect("claim").is_empty());
    let set_aside: i64 = row(&by_hand, "SELECT count(*) FROM lanes WHERE wake_at IS NULL");
    assert_eq!(set_aside, 1_200);
}
