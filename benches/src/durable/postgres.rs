//! Postgres by hand: a few writers, each with a connection, keys hashed to them, in groups of two round trips, with the
//! statements and on the tables of `PostgresStore`.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::future::{join, join_all, join3};
use sms_consolidate::{SmsMessage, SystemClock};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

use super::{ByHand, Line, Notes, Over, Taken, json, now_millis};

/// As the library's.
const WRITERS: usize = 4;
const GROUP: usize = 256;
const QUEUE: usize = 16_384;
const STORE: &str = "default";

/// What the library's sessions set, so that plans are the same.
const SESSION: &str = "SET search_path TO sms_consolidate; SET plan_cache_mode TO force_generic_plan; \
     SET enable_seqscan TO off; SET enable_bitmapscan TO off; SET enable_hashjoin TO off; \
     SET enable_mergejoin TO off; SET enable_material TO off; SET jit TO off";
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

const LOCK_LANES: &str = "SELECT l.key, l.lane, l.wake_at \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[]) \
        WITH ORDINALITY AS asked (store, key, place) \
    JOIN lanes l ON l.store = asked.store COLLATE \"C\" AND l.key = asked.key COLLATE \"C\" ORDER BY asked.place FOR UPDATE OF l";
const LOCK_DUE_LANES: &str = "SELECT key, lane, wake_at FROM lanes \
    WHERE store = $1 AND wake_at <= $2 ORDER BY wake_at LIMIT $3 FOR UPDATE SKIP LOCKED";
const KNOWN_IDS: &str = "SELECT i.key, i.id \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[], $3::text[]) \
        AS asked (store, key, id) \
    JOIN message_ids i ON i.store = asked.store COLLATE \"C\" AND i.key = asked.key COLLATE \"C\" AND i.id = asked.id COLLATE \"C\"";
const INSERT_LANES: &str = "INSERT INTO lanes (store, key, lane, wake_at, forgettable_at) \
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])";
const UPDATE_LANES: &str = "UPDATE lanes l SET lane = c.lane, wake_at = c.wake_at, forgettable_at = c.forgettable_at \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), \
        $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS c (store, key, lane, wake_at, forgettable_at) \
    WHERE l.store = c.store COLLATE \"C\" AND l.key = c.key COLLATE \"C\"";
const INSERT_BATCHES: &str = "INSERT INTO batches (store, id, key, status, opened_at, due_at, attempts, message_count) \
    SELECT $1, id, key, 'unfinished', opened_at, due_at, 0, message_count \
    FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) \
        AS n (id, key, opened_at, due_at, message_count)";
const INSERT_MESSAGES: &str = "INSERT INTO messages (store, batch_id, position, arrived_at, message_id, body) \
    SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])";
const INSERT_IDS: &str = "INSERT INTO message_ids (store, key, id, seen_at, batch_id) \
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::uuid[])";
const END_BATCHES: &str = "INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, \
        close_reason, control, attempts, message_count, has_content, classification, reply, outcome, error) \
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], \
        $8::text[], $9::text[], $10::integer[], $11::bigint[], $12::boolean[], $13::text[], $14::text[], $15::text[], \
        $16::text[]) \
    ON CONFLICT (store, id) DO UPDATE SET status = excluded.status, due_at = excluded.due_at, \
        ended_at = excluded.ended_at, close_reason = excluded.close_reason, control = excluded.control, \
        attempts = excluded.attempts, message_count = excluded.message_count, \
        has_content = excluded.has_content, classification = excluded.classification, reply = excluded.reply, \
        outcome = excluded.outcome, error = excluded.error";
const MESSAGES: &str = "SELECT m.batch_id, m.arrived_at, m.body \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::uuid[])]), $2::uuid[]) \
        WITH ORDINALITY AS asked (store, id, place) \
    JOIN messages m ON m.store = asked.store COLLATE \"C\" AND m.batch_id = asked.id ORDER BY asked.place, m.position";

type Value = dyn ToSql + Sync + Send;

enum Write {
    Append { id: String, body: String },
    Record { batch: Uuid, notes: Notes },
    Finish { outcome: String },
}

struct Asked {
    key: String,
    write: Write,
    answer: oneshot::Sender<()>,
}

/// The writers, seen from outside.
#[derive(Clone)]
pub struct HandPostgres {
    queues: Arc<[mpsc::Sender<Asked>]>,
    claimer: Arc<Mutex<Session>>,
}

impl std::fmt::Debug for HandPostgres {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandPostgres").finish_non_exhaustive()
    }
}

impl HandPostgres {
    /// Starts them, on the runtime of the caller, on a database that has the tables.
    ///
    /// # Panics
    /// If it cannot be reached.
    pub async fn start(url: &str) -> Self {
        let mut queues = Vec::new();
        for _ in 0..WRITERS {
            let (queue, mut queued) = mpsc::channel::<Asked>(QUEUE);
            let mut session = Session::open(url).await;
            tokio::spawn(async move {
                let mut group = Vec::with_capacity(GROUP);
                while queued.recv_many(&mut group, GROUP).await > 0 {
                    session.write(&mut group).await.expect("a write by hand does not fail");
                    for asked in group.drain(..) {
                        // Whoever asked may have gone.
                        let _ = asked.answer.send(());
                    }
                }
            });
            queues.push(queue);
        }
        let claimer = Arc::new(Mutex::new(Session::open(url).await));
        Self { queues: queues.into(), claimer }
    }

    async fn ask(&self, key: String, write: Write) {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&key);
        let queue = &self.queues[(hash % WRITERS as u64) as usize];
        let (answer, answered) = oneshot::channel();
        assert!(queue.send(Asked { key, write, answer }).await.is_ok(), "a writer lives as long as a sender");
        answered.await.expect("a writer answers");
    }
}

impl ByHand for HandPostgres {
    async fn append(&self, key: String, message: &SmsMessage) {
        let id = sms_consolidate::Message::id(message).unwrap_or_default().to_owned();
        self.ask(key, Write::Append { id, body: json(message) }).await;
    }

    async fn claim(&self, limit: usize) -> Vec<Taken> {
        let mut session = self.claimer.lock().await;
        session.claim(limit).await.expect("a claim by hand does not fail")
    }

    async fn record(&self, taken: &Taken, notes: Notes) {
        self.ask(taken.key.clone(), Write::Record { batch: taken.id, notes }).await;
    }

    async fn finish(&self, taken: &Taken, outcome: String) {
        self.ask(taken.key.clone(), Write::Finish { outcome }).await;
    }
}

/// Ids are unique among all writers.
static IDS: AtomicU64 = AtomicU64::new(1);

struct Session {
    client: Client,
    statements: HashMap<&'static str, Statement>,
    clock: SystemClock,
}

struct Kept {
    line: Line,
    is_new: bool,
    is_changed: bool,
}

/// What is written beside the lines: the columns of each table's rows.
#[derive(Default)]
struct Rows {
    opened: Vec<(Uuid, String, i64, i64)>,
    messages: Vec<(Uuid, i64, String, String, String)>,
    ended: Vec<(String, Over, String)>,
}

type Writes = Vec<(&'static str, Vec<Box<Value>>)>;

fn column<R, T: ToSql + Sync + Send + 'static>(rows: &[R], value: impl FnMut(&R) -> T) -> Box<Value> {
    Box::new(rows.iter().map(value).collect::<Vec<T>>())
}

impl Session {
    async fn open(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the server is there");
        tokio::spawn(async move {
            // It ends with the server.
            let _ = connection.await;
        });
        client.batch_execute(SESSION).await.expect("a session takes settings");
        Self { client, statements: HashMap::new(), clock: SystemClock::new() }
    }

    async fn statement(&mut self, sql: &'static str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }

    async fn write(&mut self, group: &mut [Asked]) -> Result<(), tokio_postgres::Error> {
        let mut keys: Vec<&str> = group.iter().map(|asked| asked.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let appends = group.iter().filter_map(|asked| match &asked.write {
            Write::Append { id, .. } => Some((asked.key.as_str(), id.as_str())),
            _ => None,
        });
        let (id_keys, ids): (Vec<&str>, Vec<&str>) = appends.unzip();
        let (lock, look_up) = (self.statement(LOCK_LANES).await?, self.statement(KNOWN_IDS).await?);
        let known = async {
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            self.client.query(&look_up, &[&STORE, &id_keys, &ids]).await
        };
        let values: [&(dyn ToSql + Sync); 2] = [&STORE, &keys];
        let locked = self.client.query(&lock, &values);
        let (begun, locked, known) = join3(self.client.batch_execute(BEGIN), locked, known).await;
        begun?;
        let mut lines = lines(&locked?);
        assert!(known?.is_empty(), "no message is pushed twice");
        let (now, mut rows) = (now_millis(&self.clock), Rows::default());
        for asked in group {
            let new = || Kept { line: Line::default(), is_new: true, is_changed: true };
            let kept = lines.entry(asked.key.clone()).or_insert_with(new);
            kept.is_changed = true;
            apply(asked, kept, now, &mut rows);
        }
        self.commit(&lines, rows, now).await
    }

    async fn commit(
        &mut self,
        lines: &BTreeMap<String, Kept>,
        rows: Rows,
        now: i64,
    ) -> Result<(), tokio_postgres::Error> {
        let mut writes = write_lines(lines);
        writes.extend(write_rows(rows, now));
        let mut statements = Vec::with_capacity(writes.len());
        for (sql, _) in &writes {
            statements.push(self.statement(sql).await?);
        }
        let store: &(dyn ToSql + Sync) = &STORE;
        let values: Vec<Vec<&(dyn ToSql + Sync)>> = writes
            .iter()
            .map(|(_, columns)| {
                std::iter::once(store).chain(columns.iter().map(|column| &**column as _)).collect()
            })
            .collect();
        let written = statements.iter().zip(&values).map(|(sql, values)| self.client.execute(sql, values));
        let (written, committed) = join(join_all(written), self.client.batch_execute("COMMIT")).await;
        written.into_iter().collect::<Result<Vec<_>, _>>()?;
        committed
    }

    async fn claim(&mut self, limit: usize) -> Result<Vec<Taken>, tokio_postgres::Error> {
        let now = now_millis(&self.clock);
        let lock = self.statement(LOCK_DUE_LANES).await?;
        let limit = limit as i64;
        let values: [&(dyn ToSql + Sync); 3] = [&STORE, &now, &limit];
        let due = self.client.query(&lock, &values);
        let (begun, locked) = join(self.client.batch_execute(BEGIN), due).await;
        begun?;
        let mut lines = lines(&locked?);
        let mut taken = HashMap::new();
        for (key, kept) in &mut lines {
            let id = kept.line.claim(now).expect("what is due has a batch");
            kept.is_changed = true;
            taken.insert(id, Taken { key: key.clone(), id, messages: Vec::new() });
        }
        let ids: Vec<Uuid> = taken.keys().copied().collect();
        let messages = self.statement(MESSAGES).await?;
        for row in self.client.query(&messages, &[&STORE, &ids]).await? {
            let message = serde_json::from_str(row.get(2)).expect("it was written here");
            taken.get_mut(&row.get(0)).expect("it was asked for").messages.push(message);
        }
        self.commit(&lines, Rows::default(), now).await?;
        Ok(taken.into_values().collect())
    }
}

fn lines(rows: &[tokio_postgres::Row]) -> BTreeMap<String, Kept> {
    let line = |row: &tokio_postgres::Row| {
        let line = serde_json::from_str(row.get(1)).expect("it was written here");
        (row.get(0), Kept { line, is_new: false, is_changed: false })
    };
    rows.iter().map(line).collect()
}

fn apply(asked: &mut Asked, kept: &mut Kept, now: i64, rows: &mut Rows) {
    match &mut asked.write {
        Write::Append { id, body } => {
            let fresh = || {
                let (number, random) = (IDS.fetch_add(1, Ordering::Relaxed), fastrand::u32(..));
                Uuid::from_u128(
                    (now as u128) << 80 | 0x7 << 76 | u128::from(number) << 32 | u128::from(random),
                )
            };
            let moved = kept.line.arrive(now, body.len() as u32, fresh);
            if moved.has_opened {
                rows.opened.push((moved.batch, asked.key.clone(), now, moved.due_at));
            }
            let (id, body) = (std::mem::take(id), std::mem::take(body));
            rows.messages.push((moved.batch, i64::from(moved.position), asked.key.clone(), id, body));
        }
        Write::Record { batch, notes } => {
            assert!(kept.line.record(now, *batch, std::mem::take(notes)), "nobody else has the batch");
        }
        Write::Finish { outcome } => {
            let over = kept.line.finish(now).expect("nobody else has the batch");
            rows.ended.push((asked.key.clone(), over, std::mem::take(outcome)));
        }
    }
}

fn write_lines(lines: &BTreeMap<String, Kept>) -> Writes {
    let changed = |is_new| {
        let rows = lines.iter().filter(|(_, kept)| kept.is_changed && kept.is_new == is_new);
        rows.collect::<Vec<_>>()
    };
    let mut writes = Writes::new();
    for (sql, rows) in [(UPDATE_LANES, changed(false)), (INSERT_LANES, changed(true))] {
        if !rows.is_empty() {
            let columns: Vec<Box<Value>> = vec![
                column(&rows, |(key, _)| (*key).clone()),
                column(&rows, |(_, kept)| json(&kept.line)),
                column(&rows, |(_, kept)| kept.line.wake_at()),
                column(&rows, |(_, kept)| kept.line.forgettable_at()),
            ];
            writes.push((sql, columns));
        }
    }
    writes
}

fn write_rows(rows: Rows, now: i64) -> Writes {
    let mut writes = Writes::new();
    let Rows { opened, messages, ended } = rows;
    if !opened.is_empty() {
        let columns: Vec<Box<Value>> = vec![
            column(&opened, |row| row.0),
            column(&opened, |row| row.1.clone()),
            column(&opened, |row| row.2),
            column(&opened, |row| row.3),
            column(&opened, |_| 1_i64),
        ];
        writes.push((INSERT_BATCHES, columns));
    }
    if !messages.is_empty() {
        let columns: Vec<Box<Value>> = vec![
            column(&messages, |row| row.0),
            column(&messages, |row| row.1),
            column(&messages, |_| now),
            column(&messages, |row| row.3.clone()),
            column(&messages, |row| row.4.clone()),
        ];
        writes.push((INSERT_MESSAGES, columns));
        let columns: Vec<Box<Value>> = vec![
            column(&messages, |row| row.2.clone()),
            column(&messages, |row| row.3.clone()),
            column(&messages, |_| now),
            column(&messages, |row| row.0),
        ];
        writes.push((INSERT_IDS, columns));
    }
    if !ended.is_empty() {
        writes.push((END_BATCHES, ended_columns(&ended, now)));
    }
    writes
}

fn ended_columns(ended: &[(String, Over, String)], now: i64) -> Vec<Box<Value>> {
    vec![
        column(ended, |(_, over, _)| over.slot.id),
        column(ended, |(key, ..)| key.clone()),
        column(ended, |_| "finished"),
        column(ended, |(_, over, _)| over.opened_at),
        column(ended, |(_, over, _)| over.due_at),
        column(ended, |_| now),
        column(ended, |(_, over, _)| over.slot.close_reason.clone()),
        column(ended, |_| None::<String>),
        column(ended, |_| 1_i32),
        column(ended, |(_, over, _)| i64::from(over.slot.messages)),
        column(ended, |_| true),
        column(ended, |(_, over, _)| over.notes.classification.as_ref().map(json)),
        column(ended, |(_, over, _)| json(&over.notes.reply)),
        column(ended, |(.., outcome)| outcome.clone()),
        column(ended, |_| None::<String>),
    ]
}
