//! Connections that are lost, cut, or used up.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use sms_consolidate::lane::CloseReason;
use sms_consolidate::store::{Appended, Arrival, Filter, Store, StoreError};
use sms_consolidate::{Message, SmsMessage, Timestamp, Window};
use throwaway_postgres::Server;

use crate::kit::*;

/// Claims what is due until nothing is, finishes it, and counts how often each message came.
async fn drain(store: &Postgres) -> BTreeMap<String, u32> {
    let mut seen = BTreeMap::new();
    loop {
        let claims = store.claim(at(10_000), limit(500), LEASE).await.expect("claim");
        if claims.is_empty() {
            return seen;
        }
        for claim in claims {
            finish(store, &claim).await;
            for message in claim.batch.messages.iter() {
                *seen.entry(message.text().to_owned()).or_default() += 1;
            }
        }
    }
}

/// Pushers that push each message until it is acknowledged, or for as long as they may.
struct Load {
    running: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<(Vec<String>, u32)>>,
}

impl Load {
    fn start(stores: &[Arc<Postgres>]) -> Self {
        let running = Arc::new(AtomicBool::new(true));
        let push = |task: usize| {
            let (store, running) = (Arc::clone(&stores[task % stores.len()]), Arc::clone(&running));
            tokio::spawn(async move {
                let (mut acknowledged, mut unavailable) = (Vec::new(), 0);
                for n in 0.. {
                    let id = format!("{task}-{n}");
                    loop {
                        let arrival = due_at_once(&format!("key {}", (task * 7 + n) % 20), &id);
                        match store.append(at(0), vec![arrival]).await {
                            Ok(report) => {
                                assert!(!matches!(report.results[0], Appended::Refused(_)), "{report:?}");
                                acknowledged.push(id);
                                break;
                            }
                            Err(StoreError::Unavailable { .. }) => unavailable += 1,
                            Err(error) => panic!("{error}"),
                        }
                        tokio::task::yield_now().await;
                    }
                    if !running.load(Ordering::SeqCst) {
                        break;
                    }
                }
                (acknowledged, unavailable)
            })
        };
        let tasks = (0..16).map(push).collect();
        Self { running, tasks }
    }

    /// What was acknowledged, and how many pushes were turned away.
    async fn stop(self) -> (Vec<String>, u32) {
        self.running.store(false, Ordering::SeqCst);
        let (mut acknowledged, mut unavailable) = (Vec::new(), 0);
        for task in self.tasks {
            let (ids, turned_away) = task.await.expect("no push panics");
            acknowledged.extend(ids);
            unavailable += turned_away;
        }
        (acknowledged, unavailable)
    }
}

fn assert_each_once(acknowledged: &[String], seen: &BTreeMap<String, u32>) {
    for id in acknowledged {
        assert_eq!(seen.get(id), Some(&1), "{id} was acknowledged");
    }
    assert!(seen.values().all(|times| *times == 1), "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_is_restarted_under_load_loses_nothing() {
    let mut server = Server::start();
    let store = Arc::new(open(&server, "restarted").await);
    let load = Load::start(&[Arc::clone(&store)]);
    for mode in ["fast", "immediate"] {
        until(async || store.counts(at(0)).await.is_ok_and(|counts| counts.messages_buffered > 50)).await;
        server.stop(mode);
        let error = store.append(at(0), vec![due_at_once("away", "away")]).await.expect_err("it is away");
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        let error = store.claim(at(0), limit(1), LEASE).await.map(drop).expect_err("it is away");
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        server.run();
        until(async || store.next_wake().await.is_ok()).await;
    }
    let (acknowledged, unavailable) = load.stop().await;
    assert!(unavailable > 0, "pushes were turned away while it was away");
    assert_each_once(&acknowledged, &drain(&open(&server, "restarted").await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_are_cut_in_the_middle_lose_nothing() {
    let server = Server::start();
    let store = Arc::new(open(&server, "cut").await);
    let load = Load::start(&[Arc::clone(&store)]);
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE application_name = 'sms-consolidate'";
    let mut cuts = 0;
    until(async || {
        cuts += count(&server, cut);
        cuts >= 60
    })
    .await;
    let (acknowledged, _) = load.stop().await;
    until(async || store.next_wake().await.is_ok()).await;
    // The last cuts may still be on their way, but not to connections of another store. Until they arrive, transactions
    // may hold lanes, and a claim passes those over.
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sms-consolidate' AND state <> 'idle'";
    until(async || count(&server, busy) == 0).await;
    assert_each_once(&acknowledged, &drain(&open(&server, "cut").await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_nodes_that_write_the_same_keys_neither_block_nor_overwrite_each_other() {
    let name = fresh_name();
    let nodes = [Arc::new(open(&SERVER, &name).await), Arc::new(open(&SERVER, &name).await)];
    let load = Load::start(&nodes);
    until(async || nodes[0].counts(at(0)).await.is_ok_and(|counts| counts.messages_buffered > 1_000)).await;
    let (acknowledged, unavailable) = load.stop().await;
    assert_eq!(unavailable, 0, "no deadlock, and nobody waits in vain");
    assert_each_once(&acknowledged, &drain(&nodes[1]).await);
}

/// How many connections of a store wait for a lock.
fn waiting(application: &str) -> u64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{application}' AND wait_event_type = 'Lock'"
    );
    count(&SERVER, &sql)
}

/// A store of two writers and three more connections, that names itself.
async fn open_small(application: &str) -> (Arc<Postgres>, String) {
    let name = fresh_name();
    let url = format!("{}?application_name={application}", SERVER.url());
    let builder = Postgres::builder(&url).name(&name).writers(limit(2)).max_connections(limit(5));
    // Whoever waits for a lock does so until the test lets it go, however long that takes.
    let builder = builder.statement_timeout(Duration::from_secs(120));
    (Arc::new(builder.connect().await.expect("connect")), name)
}

fn assert_in_use<T>(result: Result<T, StoreError>) {
    let error = result.err().expect("no connection is free for this");
    let is_unavailable = matches!(error, StoreError::Unavailable { .. });
    assert!(is_unavailable && error.to_string().contains("in use"), "{error}");
}

#[tokio::test]
async fn looking_takes_no_connection_that_others_need() {
    let (store, name) = open_small("looking").await;
    // Those who flush all lock the lanes in the order of the keys, and get no further than the first.
    let first = "!held";
    store.append(at(0), vec![due_at_once(first, "1"), due_at_once("free", "1")]).await.expect("append");
    let held = store.list(&Filter::newest(1).with_key_prefix(first)).await.expect("list").remove(0).id;
    let holder = Holder::lock(&SERVER, &name, &[first.to_owned()]).await;
    let look = || {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.flush_all(at(1), CloseReason::Flush).await })
    };
    let looks: Vec<_> = (0..20).map(|_| look()).collect();
    until(async || waiting("looking") == 2).await;
    // Nobody else can look until then.
    let all = Filter::newest(9);
    let (counts, list, batch, flush) = tokio::join!(
        store.counts(at(1)),
        store.list(&all),
        store.batch(held),
        store.flush_all(at(1), CloseReason::Flush)
    );
    assert_in_use(counts);
    assert_in_use(list);
    assert_in_use(batch);
    assert_in_use(flush);
    assert_eq!(waiting("looking"), 2, "those wait as before");
    // The service goes on.
    let arrivals = (0..20).map(|n| due_at_once(&n.to_string(), "1")).collect();
    store.append(at(1), arrivals).await.expect("every writer has its connection");
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(0)));
    let claims = store.claim(at(1), limit(99), LEASE).await.expect("claim");
    assert_eq!(claims.len(), 21, "all but the one that is locked");
    finish(&store, &claims[0]).await;
    store.maintain(at(1), limit(9)).await.expect("maintain");
    holder.release().await;
    for look in looks {
        match look.await.expect("no look panics") {
            Ok(_) => {}
            Err(error) => assert_in_use::<()>(Err(error)),
        }
    }
    store.counts(at(1)).await.expect("it can be looked at again");
}

#[tokio::test]
async fn writers_take_no_connection_that_others_need() {
    let (store, name) = open_small("writing").await;
    let keys: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let arrivals = |id| keys.iter().map(|key| due_at_once(key, id)).collect::<Vec<_>>();
    store.append(at(0), arrivals("1")).await.expect("append");
    let holder = Holder::lock(&SERVER, &name, &keys).await;
    let appends: Vec<_> = arrivals("2")
        .into_iter()
        .map(|arrival| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.append(at(1), vec![arrival]).await })
        })
        .collect();
    until(async || waiting("writing") == 2).await;
    assert_eq!(store.counts(at(1)).await.expect("counts").keys, 20);
    assert_eq!(store.list(&Filter::newest(99)).await.expect("list").len(), 20);
    assert!(store.claim(at(1), limit(99), LEASE).await.expect("claim").is_empty(), "all are locked");
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(0)));
    assert_eq!(waiting("writing"), 2, "both writers wait as before");
    holder.release().await;
    for append in appends {
        append.await.expect("no append panics").expect("it had only to wait");
    }
}

fn large(key: &str, kibibytes: usize) -> Arrival<String, SmsMessage> {
    let message = SmsMessage::new("x".repeat(kibibytes << 10)).with_id("large");
    Arrival::new(key.to_owned(), message, Window::immediate())
}

#[tokio::test]
async fn a_full_queue_answers_at_once_and_an_empty_one_takes_what_is_larger() {
    let name = fresh_name();
    let url = format!("{}?application_name=queue", SERVER.url());
    let builder = Postgres::builder(&url).name(&name).writers(limit(1)).group_size(limit(4));
    let store = builder.queue_length(limit(5)).queue_bytes(limit(1 << 20)).connect().await.expect("connect");
    let many = (0..50).map(|n| due_at_once(&n.to_string(), "1"));
    let report =
        store.append(at(0), many.chain([large("large", 4_000)]).collect()).await.expect("alone it fits");
    assert!(report.results.iter().all(|result| matches!(result, Appended::Accepted(_))), "{report:?}");
    let holder = Holder::lock(&SERVER, &name, &["0".to_owned()]).await;
    let append = |arrivals| store.append(at(1), arrivals);
    let few = |key: &str, count: usize| (0..count).map(|n| due_at_once(key, &format!("few {n}"))).collect();
    let (held, later) = tokio::join!(append(vec![due_at_once("0", "2")]), async {
        until(async || waiting("queue") == 1).await;
        let (first, bytes, second, count, ()) = tokio::join!(
            append(vec![large("a", 700)]),
            append(vec![large("b", 400)]),
            append(few("c", 4)),
            append(few("d", 1)),
            holder.release()
        );
        (first.and(second), bytes, count)
    });
    let (fitting, bytes, count) = later;
    held.and(fitting).expect("there was room");
    for (refused, why) in [(bytes, "bytes"), (count, "writes")] {
        let error = refused.expect_err("there was no room");
        assert!(
            matches!(error, StoreError::Unavailable { .. }) && error.to_string().contains(why),
            "{error}"
        );
    }
    append(vec![large("b", 400)]).await.expect("there is room again");
    assert_eq!(store.counts(at(1)).await.expect("counts").messages_buffered, 50 + 1 + 1 + 1 + 4 + 1);
}

#[tokio::test]
async fn what_is_committed_together_is_bounded_by_its_bytes() {
    static COMMITS: AtomicU32 = AtomicU32::new(0);
    let count = |step: &str| {
        if step == "committed" {
            COMMITS.fetch_add(1, Ordering::SeqCst);
        }
    };
    let name = fresh_name();
    let url = format!("{}?application_name=groups", SERVER.url());
    let builder = Postgres::builder(&url).name(&name).writers(limit(1)).on_step(count);
    let store = builder.connect().await.expect("connect");
    let report = store.append(at(0), (0..6).map(|n| large(&format!("at once {n}"), 3 << 10)).collect()).await;
    assert_eq!(report.expect("append").results.len(), 6);
    assert_eq!(COMMITS.swap(0, Ordering::SeqCst), 2, "3 and 3 of 3 MiB each");
    store.append(at(0), vec![due_at_once("held", "1")]).await.expect("append");
    let holder = Holder::lock(&SERVER, &name, &["held".to_owned()]).await;
    let append = |arrival| store.append(at(1), vec![arrival]);
    let one = |n: u32| append(large(&n.to_string(), 3 << 10));
    let (held, others) = tokio::join!(append(due_at_once("held", "2")), async {
        until(async || waiting("groups") == 1).await;
        tokio::join!(one(1), one(2), one(3), one(4), one(5), one(6), holder.release())
    });
    let (a, b, c, d, e, f, ()) = others;
    assert!([held, a, b, c, d, e, f].iter().all(Result::is_ok));
    assert_eq!(COMMITS.load(Ordering::SeqCst), 1 + 1 + 2, "of the two that were held, and of 3 and 3");
}

#[tokio::test]
async fn the_clock_is_the_databases() {
    let store = open(&SERVER, &fresh_name()).await;
    let clock = store.clock().expect("it has one");
    for _ in 0..20 {
        // It asks again now and then, and may know better afterwards.
        let bound_before = store.postgres_clock().error_bound();
        let before = clock.now();
        let there: f64 =
            SERVER.psql("SELECT extract(epoch FROM clock_timestamp()) * 1000").parse().expect("ms");
        let (there, after) = (Timestamp::from_unix_millis(there as i64), clock.now());
        let bound = store.postgres_clock().error_bound().max(bound_before) + Duration::from_millis(1);
        assert!(before <= there + bound && there <= after + bound, "{before} {there} {after} {bound:?}");
        assert!(bound < Duration::from_millis(500), "{bound:?}");
    }
}
