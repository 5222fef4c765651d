//! Durable stores: against the same statements without the library, against job queues, and on old tables. Every
//! message is on disk before it counts.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sms_consolidate::lane::ReplyPart;
use sms_consolidate::{
    Classification, Conversation, Label, Outcome, Receipt, Reply, ReplySender, SmsMessage, Window, send_fn,
};
use sms_consolidate_benches::contenders::{Contender, Ours, instant_sender};
use sms_consolidate_benches::durable::{
    ByHand, Hand, HandPostgres, HandSqlite, Load, MESSAGES_PER_BATCH, Notes, Peer, Pushers, Taken,
    fdatasync_us, install_peers, json, load,
};
use sms_consolidate_benches::table::{self, Table, figures, verdict};
use sms_consolidate_benches::{machine, settings, time, traffic};
use sms_consolidate_postgres::PostgresStore;
use sms_consolidate_sqlite::SqliteStore;
use tempfile::TempDir;
use throwaway_postgres::{Disk, Server};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, Semaphore};

const PUSHERS: [usize; 3] = [1, 32, 256];
/// How long each contender is pushed to, each time.
const PUSHED_FOR: Duration = Duration::from_secs(2);
const SHORTEST: Duration = Duration::from_millis(200);
/// What the library is to reach of the loop written by hand.
const SHARE: f64 = 0.8;
const PIPELINE_FLOOR: f64 = 8_000.0;
/// As the library's driver.
const CLAIMED_AT_ONCE: usize = 64;
const IN_FLIGHT: usize = 256;
const UPDATED_KEYS: usize = 20_000;

const SQLITE_HAND: &str = "SQLite by hand";
const SQLITE: &str = "SqliteStore";
const POSTGRES_HAND: &str = "Postgres by hand";
const POSTGRES: &str = "PostgresStore";
const PEERS: [&str; 2] = ["graphile-worker", "pg-boss"];

/// Messages a second that are to be reached on a machine whose fdatasync takes about 0.1 ms.
const FLOORS: [(&str, usize, f64); 3] =
    [(SQLITE, 256, 15_000.0), (POSTGRES, 32, 10_000.0), (POSTGRES, 256, 50_000.0)];

type Store = Ours<SmsMessage>;

fn main() {
    machine::describe("durable");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    let place = Place::new(&runtime);
    table::line(&format!(
        "fdatasync of 8 KiB takes {:.0} µs where the files are; fsync is on everywhere",
        fdatasync_us(place.folder.path())
    ));
    for keys in [20_000, 200_000] {
        append(&place, settings::scaled(keys));
    }
    pipeline(&place, settings::scaled(20_000), settings::rounds(3));
    pipeline(&place, settings::scaled(200_000), settings::rounds(1));
    aged(&place);
}

fn window() -> Window {
    // No window ends while a store is measured: a batch is full with its third message.
    Window::fixed(Duration::from_secs(3_600)).with_max_messages(MESSAGES_PER_BATCH)
}

fn pushed_for() -> Duration {
    PUSHED_FOR.mul_f64(settings::scale()).max(SHORTEST)
}

/// Where the files and the databases of a run are.
struct Place<'a> {
    runtime: &'a Runtime,
    folder: TempDir,
    server: Server,
    files: Cell<usize>,
}

impl<'a> Place<'a> {
    fn new(runtime: &'a Runtime) -> Self {
        let folder = TempDir::new().expect("a folder for files");
        let server = Server::with(Disk::Waited, &[]);
        for database in ["library", "by_hand", "graphile", "boss", "finished", "updated"] {
            server.psql(&format!("CREATE DATABASE {database}"));
        }
        Self { runtime, folder, server, files: Cell::new(0) }
    }

    /// A file that nobody had before.
    fn file(&self) -> PathBuf {
        self.files.set(self.files.get() + 1);
        self.folder.path().join(format!("{}.db", self.files.get()))
    }

    fn sqlite(path: &Path, sender: impl ReplySender<Conversation>) -> Store {
        Ours::over(SqliteStore::open(path).expect("a file can be opened"), window(), sender)
    }

    fn postgres(&self, database: &str, sender: impl ReplySender<Conversation>) -> Store {
        let url = self.server.url_of(database);
        let store = self.runtime.block_on(PostgresStore::connect(&url)).expect("the server is there");
        let _inside = self.runtime.enter();
        Ours::over(store, window(), sender)
    }

    fn sql(&self, database: &str, sql: &str) {
        self.runtime.block_on(async {
            let url = self.server.url_of(database);
            let (client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("the server is there");
            let connection = tokio::spawn(connection);
            client.batch_execute(sql).await.expect("a benchmark's own SQL is right");
            drop(client);
            connection.await.expect("a connection ends in order").expect("and without an error");
        });
    }

    /// A store with no row in it.
    fn empty_postgres(&self, database: &str, sender: impl ReplySender<Conversation>) -> Store {
        let store = self.postgres(database, sender);
        self.sql(
            database,
            "SET search_path TO sms_consolidate; TRUNCATE lanes, batches, messages, message_ids",
        );
        store
    }

    fn sqlite_by_hand(&self) -> Hand<HandSqlite> {
        let path = self.file();
        drop(Self::sqlite(&path, instant_sender()));
        Hand(HandSqlite::start(&path))
    }

    fn postgres_by_hand(&self) -> Hand<HandPostgres> {
        drop(self.empty_postgres("by_hand", instant_sender()));
        Hand(self.runtime.block_on(HandPostgres::start(&self.server.url_of("by_hand"))))
    }
}

/// Something that takes messages in, with a row of the table for each number of pushers.
trait Entrant {
    /// Starts anew, with one message of each key.
    fn start(&mut self, pushers: &Pushers) -> Result<(), String>;
    fn load(&mut self, pushers: &Pushers) -> Result<Load, String>;
}

/// A store, or a loop written by hand.
struct Here<'a, C, F> {
    runtime: &'a Runtime,
    fresh: F,
    running: Option<C>,
}

impl<C: Contender, F: Fn() -> C> Entrant for Here<'_, C, F> {
    fn start(&mut self, pushers: &Pushers) -> Result<(), String> {
        self.running = None;
        let contender = (self.fresh)();
        self.runtime.block_on(pushers.fill(&contender));
        self.running = Some(contender);
        Ok(())
    }

    fn load(&mut self, pushers: &Pushers) -> Result<Load, String> {
        let contender = self.running.as_ref().ok_or("was not started")?;
        Ok(self.runtime.block_on(load(contender, pushers)))
    }
}

/// A store that has been filled already.
struct Filled<'a> {
    runtime: &'a Runtime,
    store: Store,
}

impl Entrant for Filled<'_> {
    fn start(&mut self, _: &Pushers) -> Result<(), String> {
        Ok(())
    }

    fn load(&mut self, pushers: &Pushers) -> Result<Load, String> {
        Ok(self.runtime.block_on(load(&self.store, pushers)))
    }
}

impl Entrant for (&Runtime, Result<Peer, String>) {
    fn start(&mut self, pushers: &Pushers) -> Result<(), String> {
        let peer = self.1.as_mut().map_err(|why| why.clone())?;
        self.0.block_on(peer.fill(pushers))
    }

    fn load(&mut self, pushers: &Pushers) -> Result<Load, String> {
        let peer = self.1.as_mut().map_err(|why| why.clone())?;
        self.0.block_on(peer.load(pushers))
    }
}

/// What came of each number of pushers.
type Loads = Vec<Vec<Result<Load, String>>>;

fn run(
    mut entrants: Vec<(&str, Box<dyn Entrant + '_>)>,
    keys: &Arc<[Conversation]>,
    counts: &[usize],
) -> Vec<Loads> {
    entrants.retain(|(name, _)| settings::takes_part(name));
    let pushers = |count| Pushers { count, keys: Arc::clone(keys), time: pushed_for() };
    let mut all: Vec<Loads> = entrants.iter().map(|_| vec![Vec::new(); counts.len()]).collect();
    for round in 0..settings::rounds(3) {
        for position in 0..entrants.len() {
            let turn = (round + position) % entrants.len();
            let entrant = &mut entrants[turn].1;
            let started = entrant.start(&pushers(1));
            for (number, &count) in counts.iter().enumerate() {
                let loaded = started.clone().and_then(|()| entrant.load(&pushers(count)));
                all[turn][number].push(loaded);
            }
        }
    }
    all
}

fn medians(loads: &[Result<Load, String>]) -> Result<Load, String> {
    let loads: Vec<Load> = loads.iter().cloned().collect::<Result<_, _>>()?;
    Ok(Load::median(&loads))
}

/// The median of the ratios within each round.
fn ratio(loads: &[Result<Load, String>], others: &[Result<Load, String>]) -> f64 {
    let rounds = loads.iter().flatten().zip(others.iter().flatten());
    time::median(rounds.map(|(load, other)| load.per_second / other.per_second).collect())
}

fn append(place: &Place<'_>, senders: usize) {
    let runtime = place.runtime;
    let peer = |name: &str, database: &str| {
        runtime.block_on(async {
            if !settings::takes_part(name) {
                return Err("left out".to_owned());
            }
            install_peers().await?;
            Peer::start(name, &place.server.url_of(database)).await
        })
    };
    let entrants: Vec<(&str, Box<dyn Entrant + '_>)> = vec![
        (SQLITE_HAND, Box::new(Here { runtime, fresh: || place.sqlite_by_hand(), running: None })),
        (
            SQLITE,
            Box::new(Here {
                runtime,
                fresh: || Place::sqlite(&place.file(), instant_sender()),
                running: None,
            }),
        ),
        (POSTGRES_HAND, Box::new(Here { runtime, fresh: || place.postgres_by_hand(), running: None })),
        (
            POSTGRES,
            Box::new(Here {
                runtime,
                fresh: || place.empty_postgres("library", instant_sender()),
                running: None,
            }),
        ),
        (PEERS[0], Box::new((runtime, peer(PEERS[0], "graphile")))),
        (PEERS[1], Box::new((runtime, peer(PEERS[1], "boss")))),
    ];
    let names: Vec<&str> =
        entrants.iter().map(|(name, _)| *name).filter(|name| settings::takes_part(name)).collect();
    let measured = run(entrants, &traffic::senders(senders).into(), &PUSHERS);
    let title = format!(
        "durable append: {} keys, bodies of {} bytes, {:.1} s each (median of {} rounds)",
        settings::short(senders),
        traffic::LONG_BYTES,
        pushed_for().as_secs_f64(),
        settings::rounds(3)
    );
    let mut table =
        Table::new(title, &["contender", "pushers", "messages/s", "p50 ms", "p99 ms", "× by hand", "reach"]);
    for (number, &count) in PUSHERS.iter().enumerate() {
        for (name, loads) in names.iter().zip(&measured) {
            let hand = match *name {
                SQLITE => names.iter().position(|name| *name == SQLITE_HAND),
                POSTGRES => names.iter().position(|name| *name == POSTGRES_HAND),
                _ => None,
            };
            let share = hand.map(|hand| ratio(&loads[number], &measured[hand][number]));
            table.row(append_row(name, count, medians(&loads[number]), share));
        }
    }
    table.print();
}

fn append_row(name: &str, count: usize, load: Result<Load, String>, share: Option<f64>) -> [String; 7] {
    let load = match load {
        Ok(load) => load,
        Err(why) => {
            let why = format!("NOT MEASURED: {why}");
            return [
                name.to_owned(),
                count.to_string(),
                why,
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            ];
        }
    };
    let floor = FLOORS.iter().find(|(of, pushers, _)| *of == name && *pushers == count);
    let mut reaches = Vec::new();
    if let Some(share) = share {
        reaches.push(format!("≥ {SHARE} {}", verdict(share >= SHARE)));
    }
    if let Some((_, _, floor)) = floor {
        reaches.push(format!(
            "≥ {}/s {}",
            settings::short(*floor as usize),
            verdict(load.per_second >= *floor)
        ));
    }
    [
        name.to_owned(),
        count.to_string(),
        format!("{:.0}", load.per_second),
        figures(load.p50_ms),
        figures(load.p99_ms),
        share.map(figures).unwrap_or_default(),
        reaches.join("; "),
    ]
}

/// Counts replies, and says when the last one was sent.
struct Replies {
    left: AtomicUsize,
    all: Notify,
}

impl Replies {
    fn sender(self: &Arc<Self>) -> impl ReplySender<Conversation> + use<> {
        let replies = Arc::clone(self);
        send_fn(move |_: Reply<Conversation>| {
            if replies.left.fetch_sub(1, Ordering::Relaxed) == 1 {
                replies.all.notify_one();
            }
            async { Ok(Receipt::default()) }
        })
    }
}

/// Fills each key with a full batch.
fn fill_batches(place: &Place<'_>, contender: &impl Contender, keys: &Arc<[Conversation]>) {
    let pushers = Pushers { count: 1, keys: Arc::clone(keys), time: Duration::ZERO };
    for _ in 0..MESSAGES_PER_BATCH {
        place.runtime.block_on(pushers.fill(contender));
    }
}

fn library_pipeline(
    place: &Place<'_>,
    keys: &Arc<[Conversation]>,
    open: impl FnOnce(Arc<Replies>) -> Store,
) -> f64 {
    let replies = Arc::new(Replies { left: AtomicUsize::new(keys.len()), all: Notify::new() });
    let store = open(Arc::clone(&replies));
    fill_batches(place, &store, keys);
    place.runtime.block_on(async {
        let started = time::now();
        store.consolidator().start();
        replies.all.notified().await;
        store.consolidator().settled().await;
        let rate = keys.len() as f64 / started.elapsed().as_secs_f64();
        // A durable store has nothing to hand back.
        let _ = store.consolidator().shutdown(Duration::from_secs(5)).await;
        rate
    })
}

fn hand_pipeline<H: ByHand>(place: &Place<'_>, keys: &Arc<[Conversation]>, hand: Hand<H>) -> f64 {
    fill_batches(place, &hand, keys);
    let hand = hand.0;
    place.runtime.block_on(async {
        let started = time::now();
        let places = Arc::new(Semaphore::new(IN_FLIGHT));
        let mut claimed = 0;
        while claimed < keys.len() {
            let free = Arc::clone(&places).acquire_many_owned(CLAIMED_AT_ONCE as u32).await;
            let mut free = free.expect("the semaphore stays open");
            let taken = hand.claim(CLAIMED_AT_ONCE).await;
            claimed += taken.len();
            for taken in taken {
                let (hand, place) = (hand.clone(), free.split(1));
                tokio::spawn(async move {
                    handle(&hand, &taken).await;
                    drop(place);
                });
            }
        }
        let all = places.acquire_many(IN_FLIGHT as u32).await;
        drop(all.expect("the semaphore stays open"));
        keys.len() as f64 / started.elapsed().as_secs_f64()
    })
}

async fn handle<H: ByHand>(hand: &H, taken: &Taken) {
    std::hint::black_box(&taken.messages);
    let notes = Notes {
        classification: Some(Classification::new(Label::AGREE, "Instant")),
        reply: vec![ReplyPart::new("Thanks for confirming! See you soon.")],
    };
    hand.record(taken, notes).await;
    hand.finish(taken, json(&Outcome::Replied(vec![Receipt::default()]))).await;
}

fn pipeline(place: &Place<'_>, senders: usize, rounds: usize) {
    let keys: Arc<[Conversation]> = traffic::senders(senders).into();
    type Round<'a> = Box<dyn Fn() -> f64 + 'a>;
    let keys = &keys;
    let mut entrants: Vec<(&str, Round<'_>)> = vec![
        (SQLITE_HAND, Box::new(move || hand_pipeline(place, keys, place.sqlite_by_hand()))),
        (
            SQLITE,
            Box::new(move || {
                library_pipeline(place, keys, |replies| Place::sqlite(&place.file(), replies.sender()))
            }),
        ),
        (POSTGRES_HAND, Box::new(move || hand_pipeline(place, keys, place.postgres_by_hand()))),
        (
            POSTGRES,
            Box::new(move || {
                library_pipeline(place, keys, |replies| place.empty_postgres("library", replies.sender()))
            }),
        ),
    ];
    entrants.retain(|(name, _)| settings::takes_part(name));
    let mut rates: Vec<Vec<f64>> = vec![Vec::new(); entrants.len()];
    for round in 0..rounds {
        for position in 0..entrants.len() {
            let turn = (round + position) % entrants.len();
            rates[turn].push((entrants[turn].1)());
        }
    }
    let title = format!(
        "durable pipeline: {} due batches of {MESSAGES_PER_BATCH}, {IN_FLIGHT} in flight (median of {rounds} rounds)",
        settings::short(senders)
    );
    let mut table = Table::new(title, &["contender", "batches/s", "× by hand", "reach"]);
    for (number, (name, _)) in entrants.iter().enumerate() {
        let rate = time::median(rates[number].clone());
        let hand = match *name {
            SQLITE => entrants.iter().position(|(name, _)| *name == SQLITE_HAND),
            POSTGRES => entrants.iter().position(|(name, _)| *name == POSTGRES_HAND),
            _ => None,
        };
        let share = hand.map(|hand| {
            time::median(rates[number].iter().zip(&rates[hand]).map(|(rate, other)| rate / other).collect())
        });
        let reach = share.map(|share| {
            let floor = format!(
                "≥ {}/s {}",
                settings::short(PIPELINE_FLOOR as usize),
                verdict(rate >= PIPELINE_FLOOR)
            );
            format!("≥ {SHARE} {}; {floor}", verdict(share >= SHARE))
        });
        table.row([
            (*name).to_owned(),
            format!("{rate:.0}"),
            share.map(figures).unwrap_or_default(),
            reach.unwrap_or_default(),
        ]);
    }
    table.print();
}

/// Pushing to tables that have been in use for long.
fn aged(place: &Place<'_>) {
    let keys: Arc<[Conversation]> = traffic::senders(settings::scaled(UPDATED_KEYS)).into();
    let (finished, updates) = (settings::scaled(1_000_000), settings::scaled(5_000_000));
    let passes = updates.div_ceil(keys.len());
    let (of_finished, of_updated) = (
        format!("{} finished batches", settings::short(finished)),
        format!("{} updates", settings::short(updates)),
    );
    let runtime = place.runtime;
    let filled = |store| {
        let pushers = Pushers { count: 1, keys: Arc::clone(&keys), time: Duration::ZERO };
        runtime.block_on(pushers.fill(&store));
        store
    };
    let sqlite = |sql: &[String]| {
        let path = place.file();
        drop(filled(Place::sqlite(&path, instant_sender())));
        let connection = rusqlite::Connection::open(&path).expect("the file can be opened");
        sql.iter().for_each(|sql| connection.execute_batch(sql).expect("a benchmark's own SQL is right"));
        drop(connection);
        Place::sqlite(&path, instant_sender())
    };
    let postgres = |database: &str, sql: &[String]| {
        let store = filled(place.empty_postgres(database, instant_sender()));
        sql.iter().for_each(|sql| place.sql(database, sql));
        store
    };
    let update = "UPDATE lanes SET wake_at = wake_at + 1".to_owned();
    let in_schema = |sql: String| format!("SET search_path TO sms_consolidate; {sql}");
    let stores = [
        (SQLITE, "nothing else", sqlite(&[])),
        (SQLITE, of_finished.as_str(), sqlite(&[finished_sqlite(finished)])),
        (SQLITE, of_updated.as_str(), sqlite(&vec![update.clone(); passes])),
        (POSTGRES, "nothing else", postgres("library", &[])),
        (POSTGRES, of_finished.as_str(), postgres("finished", &[in_schema(finished_postgres(finished))])),
        (POSTGRES, of_updated.as_str(), postgres("updated", &vec![in_schema(update); passes])),
    ];
    let labels: Vec<(&str, &str)> = stores.iter().map(|(name, what, _)| (*name, *what)).collect();
    let entrants = stores.map(|(name, _, store)| -> (&str, Box<dyn Entrant + '_>) {
        (name, Box::new(Filled { runtime, store }))
    });
    let measured = run(entrants.into(), &keys, &[256]);
    let title = format!(
        "durable append on old tables: {} keys, 256 pushers (median of {} rounds)",
        settings::short(keys.len()),
        settings::rounds(3)
    );
    let mut table = Table::new(
        title,
        &["contender", "in the tables", "messages/s", "p50 ms", "p99 ms", "× nothing else"],
    );
    let labels = labels.into_iter().filter(|(name, _)| settings::takes_part(name));
    for (number, (name, what)) in labels.enumerate() {
        let load = medians(&measured[number][0]).expect("a store does not fail");
        let share = ratio(&measured[number][0], &measured[number / 3 * 3][0]);
        let rate = format!("{:.0}", load.per_second);
        table.row([
            name.to_owned(),
            what.to_owned(),
            rate,
            figures(load.p50_ms),
            figures(load.p99_ms),
            figures(share),
        ]);
    }
    table.print();
}

/// Finished batches with one message each, of keys of their own.
fn finished_sqlite(count: usize) -> String {
    let numbers =
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
    let id = "printf('%08x-%04x-7000-8000-%012x', i >> 16, i & 65535, i)";
    let key = "printf('+1%010d', i)";
    let text = traffic::long_text();
    format!(
        "PRAGMA synchronous = OFF; BEGIN; \
         INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, attempts, message_count, \
             classification, reply, outcome, facts) \
         {numbers} SELECT 'default', {id}, {key}, 'finished', i, i, i, 1, 1, \
             '{{\"label\":\"AGREE\"}}', '[{{\"text\":\"Thank you.\"}}]', '{{\"replied\":[{{\"id\":null}}]}}', '{{}}' FROM n; \
         INSERT INTO messages {numbers} SELECT 'default', {id}, 0, i, {id}, '{text}' FROM n; \
         INSERT INTO message_ids {numbers} SELECT 'default', {key}, {id}, i, {id} FROM n; COMMIT"
    )
}

fn finished_postgres(count: usize) -> String {
    let numbers = format!("FROM generate_series(1, {count}) AS i");
    let id = "(lpad(to_hex(i), 12, '0') || '70008000' || lpad(to_hex(i), 12, '0'))::uuid";
    let key = "'+1' || lpad(i::text, 10, '0')";
    let text = traffic::long_text();
    format!(
        "INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, attempts, message_count, \
             classification, reply, outcome) \
         SELECT 'default', {id}, {key}, 'finished', i, i, i, 1, 1, \
             '{{\"label\":\"AGREE\"}}', '[{{\"text\":\"Thank you.\"}}]', '{{\"replied\":[{{\"id\":null}}]}}' {numbers}; \
         INSERT INTO messages SELECT 'default', {id}, 0, i, {id}::text, '{text}' {numbers}; \
         INSERT INTO message_ids SELECT 'default', {key}, {id}::text, i, {id} {numbers}"
    )
}
