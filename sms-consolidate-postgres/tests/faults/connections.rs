//! Connections that are lost, cut, or used up, and servers that cannot be reached.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use sms_consolidate::lane::CloseReason;
use sms_consolidate::store::{Appended, Arrival, Filter, Inspect, RequeueError, Store, StoreError};
use sms_consolidate::{Message, SmsMessage, Timestamp, Window};
use sms_consolidate_postgres::ConnectError;
use throwaway_postgres::{PASSWORD, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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
            for message in &claim.batch.messages {
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
    assert_each_once(&acknowledged, &drain(&store).await);
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
    assert_each_once(&acknowledged, &drain(&store).await);
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

#[tokio::test]
async fn tables_of_an_older_version_are_brought_up_to_date() {
    let first = include_str!("../../src/schema.sql");
    SERVER.psql(&format!(
        "CREATE SCHEMA older; SET search_path TO older; {first} \
         CREATE TABLE schema_version (version integer PRIMARY KEY, applied_at bigint NOT NULL); \
         INSERT INTO schema_version VALUES (1, 0)"
    ));
    for _ in 0..2 {
        let store = Postgres::builder(&SERVER.url()).schema("older").connect().await.expect("connect");
        let report = store.append(at(0), vec![due_at_once("a", &fresh_name())]).await.expect("append");
        assert!(matches!(report.results[0], Appended::Accepted(_)));
    }
    let versions =
        SERVER.psql("SELECT string_agg(version::text, ' ' ORDER BY version) FROM older.schema_version");
    assert_eq!(versions, "1 2");
}

#[tokio::test]
async fn only_a_store_whose_tables_are_missing_waits_for_whoever_makes_some() {
    SERVER.psql("CREATE DATABASE opening");
    let url = SERVER.url_of("opening");
    let builder = |schema: &str| Postgres::builder(&url).schema(schema).name(fresh_name());
    builder("Made \"before\"").connect().await.expect("connect");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("connect");
    tokio::spawn(connection);
    client.batch_execute("SELECT pg_advisory_lock(x'736d73636f6e736f'::bigint)").await.expect("lock");
    builder("Made \"before\"").connect().await.expect("its tables are there");
    let openings: Vec<_> = (0..8).map(|_| tokio::spawn(builder("Not.made yet").connect())).collect();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = 'opening' AND wait_event = 'advisory'";
    until(async || count(&SERVER, waiting) == 8).await;
    drop(client);
    for opening in openings {
        opening.await.expect("it does not panic").expect("one makes them, and the others find them");
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_while_a_store_opens_is_an_error() {
    for question in ["server_encoding", "schema_version", "clock_timestamp"] {
        let proxy = Proxy::start(Some(question)).await;
        let second = Duration::from_secs(1);
        let builder = Postgres::builder(&proxy.url()).connect_timeout(second).statement_timeout(second);
        let error = builder.connect().await.expect_err(question);
        let said = error.to_string() + &format!("{error:?}");
        assert!(said.contains("did not answer in time"), "{question}: {said}");
    }
}

#[tokio::test]
async fn what_keeps_a_store_from_opening_is_said_without_the_password() {
    let schema = "newer";
    let good = Postgres::builder(&SERVER.url()).schema(schema);
    drop(good.clone().connect().await.expect("connect"));
    SERVER.psql("INSERT INTO newer.schema_version VALUES (99, 0)");
    let newer = good.connect().await.expect_err("a newer schema");
    assert!(matches!(newer, ConnectError::NewerSchema { found: 99, .. }), "{newer}");
    SERVER.psql("CREATE DATABASE latin1 ENCODING LATIN1 TEMPLATE template0");
    let encoding = Postgres::connect(&SERVER.url_of("latin1")).await.expect_err("not UTF-8");
    assert!(matches!(encoding, ConnectError::Encoding { .. }), "{encoding}");
    let wrong = "not the password";
    let port = SERVER.port();
    let url = SERVER.url();
    for (url, expected) in [
        (url.replace("a%20password", &wrong.replace(' ', "%20")), "password authentication failed"),
        (SERVER.url_of("nowhere"), "does not exist"),
        (url.replace(&port.to_string(), "1"), "refused"),
        (url.replace("127.0.0.1", "nowhere.invalid"), "nowhere.invalid"),
        (format!("{url}?sslmode=require"), "TLS"),
        (format!("{url}?sslmode=verify-full&sslrootcert=/nowhere.pem"), "/nowhere.pem"),
    ] {
        let error = Postgres::connect(&url).await.expect_err(expected);
        let said = format!("{error} {error:?}");
        assert!(said.contains(expected), "{said}");
        assert!(!said.contains(PASSWORD) && !said.contains(wrong), "{said}");
    }
    let builder = Postgres::builder(&SERVER.url());
    assert!(!format!("{builder:?}").contains("password"));
    assert!(!format!("{:?}", builder.connect().await.expect("connect")).contains("password"));
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
    store.append(at(0), vec![due_at_once("held", "1"), due_at_once("free", "1")]).await.expect("append");
    let held = store.list(&Filter::newest(1).with_key_prefix("held")).await.expect("list").remove(0).id;
    let holder = Holder::lock(&SERVER, &name, &["held".to_owned()]).await;
    let look = || {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.requeue(at(1), held).await })
    };
    let looks: Vec<_> = (0..20).map(|_| look()).collect();
    until(async || waiting("looking") == 2).await;
    // Nobody else can look until then.
    let all = Filter::newest(9);
    let (counts, list, batch, flush) = tokio::join!(
        store.counts(at(1)),
        store.list(&all),
        store.batch(held),
        store.flush(at(1), None, CloseReason::Flush)
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
            Err(RequeueError::Store(error)) => assert_in_use::<()>(Err(error)),
            Err(error) => panic!("{error}"),
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
async fn a_pool_that_is_too_small_is_refused() {
    for (writers, connections, is_enough) in [(1, 2, false), (1, 3, true), (4, 5, false), (4, 6, true)] {
        let builder = Postgres::builder(&SERVER.url()).name(fresh_name()).writers(limit(writers));
        match builder.max_connections(limit(connections)).connect().await {
            Ok(_) => assert!(is_enough, "{writers} {connections}"),
            Err(ConnectError::Setting { setting, .. }) => {
                assert!(setting == "max_connections" && !is_enough, "{setting} {writers} {connections}");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn settings_that_the_system_or_the_server_cannot_take_are_refused() {
    let builder = || Postgres::builder(&SERVER.url()).name(fresh_name());
    let too_short = Duration::from_millis(9);
    for builder in [
        builder().connect_timeout(Duration::MAX),
        builder().connect_timeout(too_short),
        builder().statement_timeout(Duration::MAX),
        builder().statement_timeout(too_short),
        builder().max_connections(std::num::NonZeroUsize::MAX),
    ] {
        let error = builder.connect().await.expect_err("it is out of its range");
        assert!(matches!(error, ConnectError::Setting { .. }), "{error}");
    }
    let hour = Duration::from_secs(60 * 60);
    builder().connect_timeout(hour).statement_timeout(hour).connect().await.expect("these are in it");
}

/// Stands between a store and the server. While it is deaf, it takes new connections and says nothing. The first
/// connection on which `mute_at` is asked hears no answer to that, nor anything after.
struct Proxy {
    port: u16,
    is_deaf: AtomicBool,
    swallowed: AtomicU32,
    mute_at: Option<&'static str>,
    /// How many connections were asked it.
    asked: AtomicU32,
}

impl Proxy {
    async fn start(mute_at: Option<&'static str>) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let proxy = Arc::new(Self {
            port,
            is_deaf: AtomicBool::new(false),
            swallowed: AtomicU32::new(0),
            mute_at,
            asked: AtomicU32::new(0),
        });
        tokio::spawn(Arc::clone(&proxy).accept(listener));
        proxy
    }

    fn url(&self) -> String {
        SERVER.url().replace(&SERVER.port().to_string(), &self.port.to_string())
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut kept = Vec::new();
        while let Ok((client, _)) = listener.accept().await {
            if self.is_deaf.load(Ordering::SeqCst) {
                kept.push(client);
                self.swallowed.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            let server = TcpStream::connect(("127.0.0.1", SERVER.port())).await.expect("the server is there");
            let proxy = Arc::clone(&self);
            tokio::spawn(async move { proxy.pass_on(client, server).await });
        }
    }

    /// Until either side breaks it off.
    async fn pass_on(&self, client: TcpStream, server: TcpStream) {
        let ((mut asks, mut hears), (mut says, mut is_asked)) = (client.into_split(), server.into_split());
        let is_mute = AtomicBool::new(false);
        let questions = async {
            let (mut asked, mut was_it_asked) = ([0; 4_096], false);
            while let Ok(length @ 1..) = asks.read(&mut asked).await {
                let mute_at = self.mute_at.map(str::as_bytes);
                let is_it =
                    mute_at.is_some_and(|at| asked[..length].windows(at.len()).any(|part| part == at));
                if is_it && !was_it_asked {
                    was_it_asked = true;
                    // It is mute before the server can have answered.
                    is_mute.store(self.asked.fetch_add(1, Ordering::SeqCst) == 0, Ordering::SeqCst);
                }
                if is_asked.write_all(&asked[..length]).await.is_err() {
                    break;
                }
            }
        };
        let answers = async {
            let mut said = [0; 4_096];
            while let Ok(length @ 1..) = says.read(&mut said).await {
                if !is_mute.load(Ordering::SeqCst) && hears.write_all(&said[..length]).await.is_err() {
                    break;
                }
            }
        };
        tokio::select! {
            () = questions => {}
            () = answers => {}
        }
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_while_one_connects_is_left_for_the_next_try() {
    let proxy = Proxy::start(None).await;
    let builder = Postgres::builder(&format!("{}?application_name=silent", proxy.url())).name(fresh_name());
    let _store = builder.connect_timeout(Duration::from_secs(2)).connect().await.expect("connect");
    let listening = "FROM pg_stat_activity WHERE application_name = 'silent' AND query LIKE 'LISTEN%'";
    let is_listening = async || count(&SERVER, &format!("SELECT count(*) {listening}")) == 1;
    until(is_listening).await;
    proxy.is_deaf.store(true, Ordering::SeqCst);
    SERVER.psql(&format!("SELECT pg_terminate_backend(pid) {listening}"));
    until(async || proxy.swallowed.load(Ordering::SeqCst) > 0).await;
    proxy.is_deaf.store(false, Ordering::SeqCst);
    until(is_listening).await;
}

#[tokio::test]
async fn news_that_the_server_never_answers_hold_no_connection_for_ever() {
    let proxy = Proxy::start(Some("pg_notify")).await;
    let builder = Postgres::builder(&proxy.url()).name(fresh_name());
    let builder = builder.connect_timeout(Duration::from_secs(1)).statement_timeout(Duration::from_secs(1));
    let store = builder.connect().await.expect("connect");
    // On a busy machine a write may take longer than this store waits.
    let append = async || {
        let id = fresh_name();
        store.append(at(0), vec![due_at_once(&id, &id)]).await.is_ok()
    };
    until(append).await;
    let asked = || proxy.asked.load(Ordering::SeqCst);
    until(async || asked() > 0).await;
    until(async || append().await && asked() > 1).await;
}

#[tokio::test]
async fn the_clock_is_the_databases() {
    let store = open(&SERVER, &fresh_name()).await;
    let clock = store.clock().expect("it has one");
    for _ in 0..20 {
        let before = clock.now();
        let there: f64 =
            SERVER.psql("SELECT extract(epoch FROM clock_timestamp()) * 1000").parse().expect("ms");
        let (there, after) = (Timestamp::from_unix_millis(there as i64), clock.now());
        let bound = store.postgres_clock().error_bound() + Duration::from_millis(1);
        assert!(before <= there + bound && there <= after + bound, "{before} {there} {after} {bound:?}");
        assert!(bound < Duration::from_millis(500), "{bound:?}");
    }
}
