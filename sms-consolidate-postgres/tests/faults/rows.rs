//! Rows that cannot be written, cannot be read, or were changed by hand; and what the view says of them.

use std::time::Duration;

use sms_consolidate::lane::{CloseReason, Control, OptOutChange, ReplyRefusal, RetryTerms, Transition};
use sms_consolidate::store::{
    Appended, Arrival, ChangeError, FencedError, Filter, Record, Refusal, Status, Store, StoreError, StoreExt,
};
use sms_consolidate::{
    Classification, Key, Label, Message, OptOutCause, OptOutScope, SmsMessage, Window, mask,
};
use sms_consolidate_postgres::PostgresStore;

use crate::kit::*;

#[tokio::test]
async fn a_message_that_cannot_be_stored_does_not_fail_its_neighbours() {
    let store = open(&SERVER, &fresh_name()).await;
    // An index row holds about 2,700 bytes, and random text cannot be compressed.
    let mut random = fastrand::Rng::with_seed(7);
    let long: String = (0..20_000).map(|_| random.alphanumeric()).collect();
    let arrivals: Vec<_> =
        (0..50).map(|n| due_at_once(&n.to_string(), if n == 20 { &long } else { "id" })).collect();
    let report = store.append(at(0), arrivals).await.expect("append");
    for (n, result) in report.results.iter().enumerate() {
        match result {
            Appended::Refused(why) => assert_eq!((n, *why), (20, Refusal::Unstorable)),
            result => assert!(matches!(result, Appended::Accepted(_)) && n != 20, "{n}: {result:?}"),
        }
    }
    assert_eq!(store.counts(at(0)).await.expect("counts").messages_buffered, 49);
}

#[tokio::test]
async fn a_damaged_lane_stands_in_nobodys_way() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    store.append(at(0), vec![due_at_once("damaged", "1"), due_at_once("sound", "1")]).await.expect("append");
    SERVER.psql(&format!(
        "UPDATE sms_consolidate.lanes SET lane = '{{' WHERE store = '{name}' AND key = 'damaged'"
    ));
    let both = vec![due_at_once("sound", "2")];
    store.append(at(1), both).await.expect("append");
    let both = vec![due_at_once("damaged", "2"), due_at_once("sound", "3")];
    let report = store.append(at(1), both).await.expect("append");
    assert_eq!(report.results[0], Appended::Refused(Refusal::Damaged));
    assert!(matches!(report.results[1], Appended::Accepted(_)), "its neighbour is stored");
    let claims = store.claim(at(1), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["sound"]);
    let wake = store.next_wake().await.expect("next_wake");
    assert!(wake > Some(at(1)), "the damaged one is set aside: {wake:?}");
    let records = store.list(&Filter::newest(9)).await.expect("list");
    assert!(records.iter().any(|record| record.key == "damaged"), "and still in sight");
    // Nothing is changed of it, but whether its sender opted out.
    let key = "damaged".to_owned();
    let changed = store.change(at(2), &key, Transition::Cancel).await;
    assert!(matches!(changed, Err(ChangeError::Store(StoreError::Failed { .. }))), "{changed:?}");
    assert!(store.set_opted_out(at(2), &key, STOP).await.expect("set_opted_out"));
    assert!(store.sender(&key).await.expect("sender").is_opted_out());
}

/// Nobody is texted who may have opted out.
#[tokio::test]
async fn a_damaged_record_of_a_sender_keeps_replies_back_and_nothing_else() {
    let name = fresh_name();
    let (store, key) = (open(&SERVER, &name).await, "a".to_owned());
    assert!(store.set_opted_out(at(0), &key, STOP).await.expect("set_opted_out"));
    SERVER.psql(&format!("UPDATE sms_consolidate.senders SET record = '{{' WHERE store = '{name}'"));
    let mut keyword = due_at_once(&key, "2");
    keyword.keyword = Some((Control::Stop.into(), OptOutCause::Keyword));
    let report = store.append(at(1), vec![due_at_once(&key, "1"), keyword, due_at_once("b", "1")]).await;
    let results = report.expect("append").results;
    assert!(matches!(
        results[..],
        [Appended::Accepted(_), Appended::Refused(Refusal::Damaged), Appended::Accepted(_)]
    ));
    for claim in store.claim(at(1), limit(9), LEASE).await.expect("claim") {
        let (key, terms) = (&claim.batch.key, reply("reply", OptOutScope::default()));
        let begun = store.record(at(1), key, claim.fence(), None, Some(terms)).await;
        if key == "b" {
            assert_eq!(begun.expect("record").reply, Ok(()));
        } else {
            assert!(matches!(begun, Err(FencedError::Store(StoreError::Failed { .. }))), "{begun:?}");
            finish(&store, &claim).await;
        }
    }
    for failed in [store.set_opted_out(at(2), &key, STOP).await.map(drop), store.sender(&key).await.map(drop)]
    {
        assert!(matches!(failed, Err(StoreError::Failed { .. })), "{failed:?}");
    }
    assert_eq!(store.opted_out(None, limit(9)).await.expect("opted_out"), []);
}

#[tokio::test]
async fn a_damaged_lane_that_is_repaired_by_hand_texts_nobody_who_opted_out() {
    let name = fresh_name();
    let (store, key) = (open(&SERVER, &name).await, "a".to_owned());
    store.append(at(0), vec![due_at_once(&key, "1")]).await.expect("append");
    store.set_opted_out(at(1), &key, STOP).await.expect("set_opted_out");
    SERVER.psql(&format!("UPDATE sms_consolidate.lanes SET lane = '{{' WHERE store = '{name}'"));
    let page = include_str!("../../../docs/choosing-a-store.md");
    let from = page.find("UPDATE lanes SET wake_at = NULL").expect("the page has it");
    let sql = page[from..from + page[from..].find(';').expect("it ends")]
        .replace("UPDATE ", "UPDATE sms_consolidate.");
    SERVER.psql(&sql.replace("key = '+639123456789>+15551230000'", &format!("store = '{name}'")));
    store.append(at(2), vec![due_at_once(&key, "1"), due_at_once(&key, "2")]).await.expect("append");
    let claims = store.claim(at(2), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims[0].batch.messages.len(), 1, "what was redelivered is still recognised");
    let terms = reply("reply", OptOutScope::default());
    let begun = store.record(at(2), &key, claims[0].fence(), None, Some(terms)).await;
    assert_eq!(begun.expect("record").reply, Err(ReplyRefusal::OptedOut));
    let start = OptOutChange::new(false, OptOutCause::Operator);
    assert!(store.set_opted_out(at(3), &key, start).await.expect("set_opted_out"));
}

/// A message whose own code panics where its text says so.
#[derive(Clone)]
struct Touchy(String);

impl Message for Touchy {
    fn text(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Touchy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(self.0 != "panics when it is written", "as it says");
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Touchy {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        assert!(text != "panics when it is read", "as it says");
        Ok(Self(text))
    }
}

#[tokio::test]
async fn a_message_that_panics_ends_its_own_batch_alone() {
    let builder = PostgresStore::<String, Touchy>::builder(&SERVER.url());
    let store = builder.name(fresh_name()).connect().await.expect("connect");
    let arrival =
        |key: &str, text: &str| Arrival::new(key.to_owned(), Touchy(text.to_owned()), Window::immediate());
    let arrivals = vec![
        arrival("a", "panics when it is read"),
        arrival("b", "panics when it is written"),
        arrival("c", "sound"),
    ];
    let report = store.append(at(0), arrivals).await.expect("append");
    assert!(matches!(report.results[0], Appended::Accepted(_)));
    assert_eq!(report.results[1], Appended::Refused(Refusal::Unstorable));
    let claims = store.claim(at(1), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["c"]);
    let dead = store.list(&Filter::newest(9).with_status(Status::Dead)).await.expect("list");
    assert_eq!(dead.iter().map(|record| record.key.as_str()).collect::<Vec<_>>(), ["a"]);
    assert!(store.batch(dead[0].id).await.expect("batch").expect("it is kept").batch.is_none());
    assert!(store.next_wake().await.expect("next_wake") > Some(at(1)), "it is in nobody's way");
}

#[tokio::test]
async fn a_wake_that_was_set_too_early_by_hand_is_corrected() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let later = Arrival::new("later".to_owned(), SmsMessage::new("text"), Window::default());
    store.append(at(0), vec![later]).await.expect("append");
    SERVER.psql(&format!("UPDATE sms_consolidate.lanes SET wake_at = 0 WHERE store = '{name}'"));
    assert!(store.claim(at(1), limit(9), LEASE).await.expect("claim").is_empty());
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(60)));
}

#[tokio::test]
async fn tenants_do_not_meet() {
    let names = [fresh_name(), fresh_name()];
    let stores = [open(&SERVER, &names[0]).await, open(&SERVER, &names[1]).await];
    for store in &stores {
        let report = store.append(at(0), vec![due_at_once("same key", "same id")]).await.expect("append");
        assert!(matches!(report.results[0], Appended::Accepted(_)));
    }
    let claims = stores[0].claim(at(0), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.len(), 1);
    assert!(stores[1].batch(claims[0].batch.id).await.expect("batch").is_none());
    finish(&stores[0], &claims[0]).await;
    stores[0].flush_all(at(1), CloseReason::Flush).await.expect("flush");
    stores[0].maintain(at(1) + Duration::from_secs(365 * 86_400), limit(100)).await.expect("maintain");
    let counts = stores[1].counts(at(1)).await.expect("counts");
    assert_eq!((counts.keys, counts.closed + counts.open, counts.finished), (1, 1, 0));
}

/// As the view shows it.
fn shown(record: &Record<String>) -> String {
    let word = |status| serde_json::to_value(status).expect("a word").as_str().expect("a word").to_owned();
    let classification = record.classification.as_ref();
    let classification = classification.map(|found| serde_json::to_string(found).expect("JSON"));
    // A reply was begun in each batch that was classified.
    let reply = classification.as_ref().map_or("", |_| {
        if record.status < Status::Finished {
            r#"[{"text":"re\ufffdply"}]"#
        } else {
            r#"[{"text":"re\u0000ply"}]"#
        }
    });
    format!(
        "{}|{}|{}|{}|{}|{}|{reply}|{}",
        record.id,
        word(record.status),
        record.due_at.as_unix_millis(),
        record.attempts,
        record.messages,
        classification.unwrap_or_default(),
        record.error.as_deref().unwrap_or_default().replace('\0', "\u{fffd}"),
    )
}

/// The view for people says what the library says.
#[tokio::test]
async fn the_view_agrees_with_the_list() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let wait = |key: &str| Arrival::new(key.to_owned(), SmsMessage::new("text"), Window::default());
    store
        .append(at(0), ["dead", "finished", "retrying", "claimed"].map(|key| due_at_once(key, "1")).into())
        .await
        .expect("append");
    for claim in store.claim(at(0), limit(9), LEASE).await.expect("claim") {
        let (key, fence) = (claim.batch.key.clone(), claim.fence());
        let found = Some(Classification::new(Label::AGREE, "Test"));
        let terms = reply("re\0ply", OptOutScope::default());
        let recorded = store.record(at(0), &key, fence, found, Some(terms)).await.expect("record");
        assert_eq!(recorded.reply, Ok(()));
        let again = RetryTerms { at: at(50), counts: true, maybe_sent: false };
        match key.as_str() {
            "dead" => _ = store.bury(at(1), &key, fence, false, "er\0ror").await.expect("bury"),
            "finished" => finish(&store, &claim).await,
            "retrying" => _ = store.retry(at(1), &key, fence, again, "er\0ror").await.expect("retry"),
            _ => {}
        }
    }
    store.append(at(2), vec![due_at_once("claimed", "2")]).await.expect("append");
    let mut shut = wait("claimed");
    shut.window = Window::default().with_max_messages(1).into();
    store.append(at(2), vec![shut, wait("claimed"), wait("open"), wait("open")]).await.expect("append");
    let records = store.list(&Filter::newest(99)).await.expect("list");
    let expected: Vec<String> = records.iter().map(shown).collect();
    let found = SERVER.psql(&format!(
        "SELECT id, status, due_at, attempts, message_count, classification, \
         reply, CASE WHEN status = 'dead' THEN replace(error, '\\0', '\u{fffd}') ELSE error END \
         FROM sms_consolidate.batches_now WHERE store = '{name}' ORDER BY id DESC"
    ));
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    let statuses: std::collections::BTreeSet<Status> = records.iter().map(|record| record.status).collect();
    assert_eq!(statuses.len(), 6, "every status is tried: {statuses:?}");
}

#[tokio::test]
async fn a_batch_whose_row_was_deleted_is_in_the_log_again_when_it_ends() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let later = Arrival::new("cancelled".to_owned(), SmsMessage::new("text"), Window::default());
    let arrivals = vec![due_at_once("finished", "1"), due_at_once("dead", "1"), later];
    store.append(at(0), arrivals).await.expect("append");
    let claims = store.claim(at(0), limit(9), LEASE).await.expect("claim");
    SERVER.psql(&format!("DELETE FROM sms_consolidate.batches WHERE store = '{name}'"));
    assert!(store.list(&Filter::newest(9)).await.expect("list").is_empty());
    for claim in &claims {
        match claim.batch.key.as_str() {
            "dead" => {
                let key = claim.batch.key.clone();
                store.bury(at(1), &key, claim.fence(), false, "an error").await.expect("bury");
            }
            _ => finish(&store, claim).await,
        }
    }
    assert_eq!(store.cancel(at(1), &"cancelled".to_owned()).await.expect("cancel").len(), 1);
    let mut found = Vec::new();
    for record in store.list(&Filter::newest(9)).await.expect("list") {
        assert_eq!((record.messages, record.opened_at), (1, at(0)), "{}", record.key);
        found.push((record.key, record.status, record.error));
    }
    found.sort();
    let expected = [
        ("cancelled", Status::Finished, None),
        ("dead", Status::Dead, Some("an error".to_owned())),
        ("finished", Status::Finished, None),
    ];
    assert_eq!(found, expected.map(|(key, status, error)| (key.to_owned(), status, error)));
    let dead = claims.iter().find(|claim| claim.batch.key == "dead").expect("it was claimed").batch.id;
    store.requeue(at(2), dead).await.expect("requeue");
    let again = store.claim(at(2), limit(9), LEASE).await.expect("claim");
    assert_eq!(again[0].batch.messages[0].text(), "1", "whole");
}

/// A key that is a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Strict(String);

impl std::fmt::Display for Strict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Strict {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with('+') { Ok(Self(text.to_owned())) } else { Err("it is no number") }
    }
}

impl Key for Strict {
    fn redacted(&self) -> String {
        mask(&self.0)
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_read_stands_in_nobodys_way() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let number = "+639171234567";
    let arrivals = ["", "no number", number].map(|key| due_at_once(key, "1")).into();
    store.append(at(0), arrivals).await.expect("append");
    let builder = PostgresStore::<Strict, SmsMessage>::builder(&SERVER.url()).name(&name);
    let strict = builder.connect().await.expect("connect");
    let claims = strict.claim(at(0), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.0.as_str()).collect::<Vec<_>>(), [number]);
    assert_eq!(strict.next_wake().await.expect("next_wake"), Some(at(0) + LEASE), "they are set aside");
    assert_eq!(strict.counts(at(0)).await.expect("counts").dead, 2);
    let listed = strict.list(&Filter::newest(9)).await.expect("list");
    assert_eq!(listed.iter().map(|record| record.key.0.as_str()).collect::<Vec<_>>(), [number]);
    // Who reads such keys finds them whole.
    let dead = store.list(&Filter::newest(9).with_status(Status::Dead)).await.expect("list");
    assert_eq!(dead.len(), 2);
    for record in dead {
        assert!(record.error.is_some_and(|error| error.contains("key cannot be read")));
        store.requeue(at(1), record.id).await.expect("requeue");
    }
    assert_eq!(store.claim(at(1), limit(9), LEASE).await.expect("claim").len(), 2);
}

#[tokio::test]
async fn a_flush_reaches_every_key() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let later = |key: String| Arrival::new(key, SmsMessage::new("text"), Window::default());
    let keys = (0..700).map(|n| n.to_string()).chain([String::new(), "a\0b".to_owned(), "ä".to_owned()]);
    store.append(at(0), keys.map(later).collect()).await.expect("append");
    SERVER.psql(&format!(
        "UPDATE sms_consolidate.lanes SET lane = '{{' WHERE store = '{name}' AND key = '300'"
    ));
    assert_eq!(store.flush_all(at(1), CloseReason::Flush).await.expect("flush"), 702);
    let written = format!("SELECT max(xmin::text::bigint) FROM sms_consolidate.lanes WHERE store = '{name}'");
    let last_written = count(&SERVER, &written);
    assert_eq!(store.flush_all(at(2), CloseReason::Flush).await.expect("flush"), 0, "they are due already");
    assert_eq!(count(&SERVER, &written), last_written, "and none is written for nothing");
    let mut claimed = 0;
    loop {
        let claims = store.claim(at(1), limit(500), LEASE).await.expect("claim");
        if claims.is_empty() {
            break;
        }
        claimed += claims.len();
    }
    assert_eq!(claimed, 702);
}

/// On a server that takes its time, no step is too slow, and all together are.
#[tokio::test]
async fn a_flush_has_a_time_limit_for_each_step_and_none_for_all() {
    let builder = Postgres::builder(&SERVER.url()).schema("slow");
    let store = builder.clone().connect().await.expect("connect");
    let later = |n: u32| Arrival::new(n.to_string(), SmsMessage::new("text"), Window::default());
    store.append(at(0), (0..1_500).map(later).collect()).await.expect("append");
    SERVER.psql(
        "CREATE FUNCTION slow.down() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'; \
         CREATE TRIGGER slow AFTER UPDATE ON slow.lanes FOR EACH STATEMENT EXECUTE FUNCTION slow.down()",
    );
    // Six steps of a second and a little, each of which may take three and a half on a busy machine; what is done in one
    // piece may take five and a half.
    let builder =
        builder.statement_timeout(Duration::from_millis(3_500)).connect_timeout(Duration::from_secs(2));
    let store = connected(&builder).await;
    assert_eq!(store.flush_all(at(1), CloseReason::Flush).await.expect("flush"), 1_500);
}

#[tokio::test]
async fn ids_of_dead_batches_are_kept_and_not_walked_over_in_each_step() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    let arrivals = |from, to| (from..to).map(|n: u32| due_at_once(&n.to_string(), "id")).collect::<Vec<_>>();
    store.append(at(0), arrivals(0, 50)).await.expect("append");
    for claim in store.claim(at(0), limit(99), LEASE).await.expect("claim") {
        let key = claim.batch.key.clone();
        store.bury(at(0), &key, claim.fence(), false, "an error").await.expect("bury");
    }
    store.append(at(1), arrivals(50, 60)).await.expect("append");
    for claim in store.claim(at(1), limit(99), LEASE).await.expect("claim") {
        finish(&store, &claim).await;
    }
    let now = at(1) + Duration::from_secs(49 * 3_600);
    let (mut steps, mut pruned) = (0, 0);
    loop {
        let done = store.maintain(now, limit(20)).await.expect("maintain");
        (steps, pruned) = (steps + 1, pruned + done.ids_pruned);
        if !done.more {
            break;
        }
    }
    assert_eq!((steps, pruned), (4, 10), "60 were looked at, 20 at a time, until none was left");
    let old = format!(
        "SELECT count(*) FROM sms_consolidate.message_ids WHERE store = '{name}' AND seen_at < {}",
        now.as_unix_millis()
    );
    assert_eq!(count(&SERVER, &old), 0, "none is left for the next steps to walk over");
    for (n, result) in store.append(now, arrivals(0, 60)).await.expect("append").results.iter().enumerate() {
        assert_eq!(matches!(result, Appended::Duplicate), n < 50, "{n}: {result:?}");
    }
}

/// A claim of all at once might take longer to read than the database waits, whenever it is tried.
#[tokio::test]
async fn batches_of_many_bytes_are_claimed_a_few_at_a_time() {
    let store = open(&SERVER, &fresh_name()).await;
    let keys: Vec<String> = (0..6).map(|n| format!("{n}")).collect();
    for (n, key) in (0..).zip(&keys) {
        let text = "x".repeat(3 << 20);
        let arrival = Arrival::new(key.clone(), SmsMessage::new(text).with_id("1"), Window::immediate());
        store.append(at(n), vec![arrival]).await.expect("append");
    }
    let mut claimed = Vec::new();
    for _ in 0..2 {
        let claims = store.claim(at(9), limit(64), LEASE).await.expect("claim");
        assert_eq!(claims.len(), 3, "8 MiB, and the rest of one");
        claimed.extend(claims.into_iter().map(|claim| claim.batch.key.clone()));
    }
    assert_eq!(claimed, keys, "those that are due longest come first");
}
