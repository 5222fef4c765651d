//! What the store does when the database, or what is in it, is not as it should be.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, ReplyTerms, RetryTerms};
use sms_consolidate::store::{
    Appended, Arrival, Claim, Filter, Finish, Inspect, NoReply, Outcome, Refusal, Status, Store, StoreError,
};
use sms_consolidate::{Clock, Message, SmsMessage, SystemClock, Timestamp, Window};
use sms_consolidate_postgres::{ConnectError, PostgresStore};
use throwaway_postgres::{PASSWORD, Server};

type Postgres = PostgresStore<String, SmsMessage>;

const LEASE: Duration = Duration::from_secs(30);

/// For the tests that leave it as it is.
static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static NAMES: AtomicU32 = AtomicU32::new(0);

fn fresh_name() -> String {
    format!("case {}", NAMES.fetch_add(1, Ordering::Relaxed))
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_767_225_600_000) + Duration::from_secs(seconds)
}

fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("not zero")
}

fn due_at_once(key: &str, id: &str) -> Arrival<String, SmsMessage> {
    Arrival::new(key.to_owned(), SmsMessage::new(id).with_id(id), Window::immediate())
}

async fn open(server: &Server, name: &str) -> Postgres {
    Postgres::builder(&server.url()).name(name).connect().await.expect("connect")
}

fn count(server: &Server, sql: &str) -> u64 {
    server.psql(sql).parse().expect("a number")
}

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

async fn finish(store: &Postgres, claim: &Claim<String, SmsMessage>) {
    let finish = Finish::new(Outcome::NoReply(NoReply::Off));
    store.finish(at(10_000), &claim.batch.key, claim.fence(), &finish).await.expect("finish");
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

/// Waits for something that happens in another process.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let clock = SystemClock::new();
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        clock.sleep_until(clock.now() + Duration::from_millis(50)).await;
    }
    panic!("it did not happen within 30 seconds");
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
    assert_eq!(report.results[0], Appended::Refused(Refusal::Unstorable));
    assert!(matches!(report.results[1], Appended::Accepted(_)), "its neighbour is stored");
    let claims = store.claim(at(1), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["sound"]);
    let wake = store.next_wake().await.expect("next_wake");
    assert!(wake > Some(at(1)), "the damaged one is set aside: {wake:?}");
    let records = store.list(&Filter::newest(9)).await.expect("list");
    assert!(records.iter().any(|record| record.key == "damaged"), "and still in sight");
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
    stores[0].flush(at(1), None, CloseReason::Flush).await.expect("flush");
    stores[0].maintain(at(1) + Duration::from_secs(365 * 86_400), limit(100)).await.expect("maintain");
    let counts = stores[1].counts(at(1)).await.expect("counts");
    assert_eq!((counts.keys, counts.closed + counts.open, counts.finished), (1, 1, 0));
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

#[tokio::test]
async fn a_pool_that_is_used_up_is_unavailable() {
    let builder = Postgres::builder(&SERVER.url()).name(fresh_name()).max_connections(limit(1));
    let store = builder.connect_timeout(Duration::from_millis(200)).connect().await.expect("connect");
    store.append(at(0), vec![due_at_once("a", "1")]).await.expect("one connection is enough");
    // Somebody holds the lane, and the only connection waits for it.
    let name = SERVER.psql("SELECT max(store) FROM sms_consolidate.lanes WHERE key = 'a'");
    let holder = std::thread::spawn(move || {
        SERVER.psql(&format!(
            "BEGIN; SELECT 1 FROM sms_consolidate.lanes WHERE store = '{name}' FOR UPDATE; SELECT pg_sleep(2)"
        ));
    });
    let held = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    until(async || count(&SERVER, held) > 0).await;
    let (append, counts) = tokio::join!(store.append(at(1), vec![due_at_once("a", "2")]), async {
        until(async || {
            count(&SERVER, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") > 0
        })
        .await;
        store.counts(at(1)).await
    });
    let error = counts.expect_err("no connection is free");
    assert!(
        matches!(error, StoreError::Unavailable { .. }) && error.to_string().contains("in use"),
        "{error}"
    );
    append.expect("it had only to wait");
    holder.join().expect("psql");
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

/// What is written and how it is found does not depend on how much there is.
#[tokio::test]
async fn two_hundred_thousand_blocked_keys_are_passed_over_by_the_index() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    // A lane with a head that waits for its retry, and one batch behind it, as a pattern for all.
    store.append(at(0), vec![due_at_once("pattern", "1")]).await.expect("append");
    let claim = store.claim(at(0), limit(1), LEASE).await.expect("claim").remove(0);
    let terms = RetryTerms { at: at(5_000), counts: true, maybe_sent: false };
    store.retry(at(0), &"pattern".to_owned(), claim.fence(), &terms, "it fails").await.expect("retry");
    store.append(at(1), vec![due_at_once("pattern", "2")]).await.expect("append");
    SERVER.psql(&format!(
        "INSERT INTO sms_consolidate.lanes \
         SELECT store, 'blocked ' || n, lane, wake_at, forgettable_at, latest_at \
         FROM sms_consolidate.lanes, generate_series(1, 200000) AS n WHERE store = '{name}' AND key = 'pattern'; "
    ));
    let is_by_index = |sql: &str| {
        let plan = SERVER.psql(&format!(
            "SET search_path TO sms_consolidate; SET plan_cache_mode TO force_generic_plan; \
             SET enable_seqscan TO off; SET enable_bitmapscan TO off; EXPLAIN {sql}"
        ));
        assert!(plan.contains("lanes_by_wake") && !plan.contains("Sort"), "{plan}");
    };
    let due = at(2).as_unix_millis();
    is_by_index(&format!(
        "SELECT key, lane, latest_at, wake_at FROM lanes WHERE store = '{name}' AND wake_at <= {due} \
         ORDER BY wake_at LIMIT 64 FOR UPDATE SKIP LOCKED"
    ));
    is_by_index(&format!(
        "SELECT wake_at FROM lanes WHERE store = '{name}' AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1"
    ));
    assert!(store.claim(at(2), limit(64), LEASE).await.expect("claim").is_empty());
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(5_000)));
    store.append(at(2), vec![due_at_once("free", "1")]).await.expect("append");
    let claims = store.claim(at(2), limit(64), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["free"]);
}

/// By the server's own log of what each plan read. The tables were empty when the plans were made, and nobody has
/// analysed them since, as in the first minute of a service.
#[tokio::test]
async fn no_statement_reads_more_than_it_needs() {
    let settings = [
        "shared_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "auto_explain.log_analyze=on",
        "auto_explain.log_timing=off",
        "autovacuum=off",
        "log_min_messages=log",
    ];
    let server = Server::with(throwaway_postgres::Disk::NotWaited, &settings);
    let store = open(&server, "plans").await;
    for round in 0..20 {
        let arrivals = (0..1_000).map(|n| due_at_once(&format!("key {}", n % 500), &format!("{round} {n}")));
        store.append(at(round), arrivals.collect()).await.expect("append");
    }
    let before = server.log().len();
    let arrivals = (0..10).map(|n| due_at_once(&format!("key {n}"), &format!("new {n}"))).collect();
    store.append(at(30), arrivals).await.expect("append");
    let claims = store.claim(at(30), limit(10), LEASE).await.expect("claim");
    assert_eq!(claims.len(), 10);
    for claim in &claims {
        finish(&store, claim).await;
    }
    store.maintain(at(31), limit(100)).await.expect("maintain");
    let log = server.log().split_off(before);
    let mut statements = 0;
    for plan in log.split("LOG:  duration:").skip(1).filter(|plan| plan.contains("Query Text")) {
        statements +=
            usize::from(plan.contains("lanes") || plan.contains("messages") || plan.contains("batches"));
        for filtered in plan.lines().filter_map(|line| line.trim().strip_prefix("Rows Removed by")) {
            let (_, rows) = filtered.rsplit_once(": ").expect("a number of rows");
            assert!(rows.trim().parse::<u64>().expect("a number") < 50, "{plan}");
        }
    }
    assert!(statements > 10, "the plans of {statements} statements were looked at");
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
    let terms = ReplyTerms {
        control: None,
        send_timeout: Duration::from_secs(1),
        max_replies_per_hour: NonZeroU32::new(20),
    };
    for claim in store.claim(at(0), limit(9), LEASE).await.expect("claim") {
        let (key, fence) = (claim.batch.key.clone(), claim.fence());
        store.begin_reply(at(0), &key, fence, "re\0ply", &terms).await.expect("begin_reply");
        let again = RetryTerms { at: at(50), counts: true, maybe_sent: false };
        match key.as_str() {
            "dead" => _ = store.bury(at(1), &key, fence, false, "error").await.expect("bury"),
            "finished" => finish(&store, &claim).await,
            "retrying" => _ = store.retry(at(1), &key, fence, &again, "error").await.expect("retry"),
            _ => {}
        }
    }
    store.append(at(2), vec![due_at_once("claimed", "2")]).await.expect("append");
    let mut shut = wait("claimed");
    shut.window = Window::default().with_max_messages(1);
    store.append(at(2), vec![shut, wait("claimed"), wait("open"), wait("open")]).await.expect("append");
    let records = store.list(&Filter::newest(99)).await.expect("list");
    let expected: Vec<String> = records
        .iter()
        .map(|record| {
            let status = serde_json::to_value(record.status).expect("a word");
            let (due, attempts) = (record.due_at.as_unix_millis(), record.attempts);
            format!("{}|{}|{due}|{attempts}|{}", record.id, status.as_str().expect("a word"), record.messages)
        })
        .collect();
    let shown = SERVER.psql(&format!(
        "SELECT id, status, due_at, attempts, message_count FROM sms_consolidate.batches_now \
         WHERE store = '{name}' ORDER BY id DESC"
    ));
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected);
    let statuses: std::collections::BTreeSet<Status> = records.iter().map(|record| record.status).collect();
    assert_eq!(statuses.len(), 6, "every status is tried: {statuses:?}");
}
