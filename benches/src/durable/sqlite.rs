//! SQLite by hand: one thread that writes, in groups, with the statements and on the tables of `SqliteStore`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rusqlite::{Connection, OptionalExtension};
use sms_consolidate::{SmsMessage, SystemClock};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{ByHand, Line, Notes, Over, Taken, json, now_millis};

/// As the library's.
const GROUP: usize = 256;
const QUEUE: usize = 16_384;
const STORE: &str = "default";

enum Write {
    Append { key: String, id: String, body: String },
    Claim { limit: usize },
    Record { key: String, batch: Uuid, notes: Notes },
    Finish { key: String, outcome: String },
}

struct Asked {
    write: Write,
    answer: oneshot::Sender<Vec<Taken>>,
}

/// The thread, seen from outside. It ends, and closes the file, when the last one is dropped.
#[derive(Clone, Debug)]
pub struct HandSqlite {
    queue: mpsc::Sender<Asked>,
}

impl HandSqlite {
    /// Starts it on a file that has the tables.
    ///
    /// # Panics
    /// If it cannot be opened.
    #[must_use]
    pub fn start(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the file can be opened");
        let settings = [
            ("journal_mode", "WAL"),
            ("synchronous", "FULL"),
            ("temp_store", "MEMORY"),
            ("cache_size", "-65536"),
            ("wal_autocheckpoint", "0"),
            ("journal_size_limit", "67108864"),
        ];
        for (name, value) in settings {
            connection.pragma_update(None, name, value).expect("the file takes a setting");
        }
        connection.set_prepared_statement_cache_capacity(64);
        let log = Log::start(path);
        let (queue, mut queued) = mpsc::channel::<Asked>(QUEUE);
        let work = move || {
            let (clock, mut group) = (SystemClock::new(), Vec::with_capacity(GROUP));
            let mut ids = Ids(0);
            while queued.blocking_recv_many(&mut group, GROUP) > 0 {
                let done = commit(&connection, now_millis(&clock), &mut ids, &mut group);
                let answers = done.expect("a write by hand does not fail");
                for (asked, taken) in group.drain(..).zip(answers) {
                    // Whoever asked may have gone.
                    let _ = asked.answer.send(taken);
                }
                log.after_commit(&connection).expect("a log can be moved");
            }
        };
        thread::Builder::new().name("sqlite-by-hand".to_owned()).spawn(work).expect("a thread starts");
        Self { queue }
    }

    async fn ask(&self, write: Write) -> Vec<Taken> {
        let (answer, answered) = oneshot::channel();
        let asked = self.queue.send(Asked { write, answer }).await;
        assert!(asked.is_ok(), "the thread lives as long as a sender");
        answered.await.expect("the thread answers")
    }
}

impl ByHand for HandSqlite {
    async fn append(&self, key: String, message: &SmsMessage) {
        let id = sms_consolidate::Message::id(message).unwrap_or_default().to_owned();
        self.ask(Write::Append { key, id, body: json(message) }).await;
    }

    async fn claim(&self, limit: usize) -> Vec<Taken> {
        self.ask(Write::Claim { limit }).await
    }

    async fn record(&self, taken: &Taken, notes: Notes) {
        self.ask(Write::Record { key: taken.key.clone(), batch: taken.id, notes }).await;
    }

    async fn finish(&self, taken: &Taken, outcome: String) {
        self.ask(Write::Finish { key: taken.key.clone(), outcome }).await;
    }
}

/// Moves pages from the log to the file on a thread of its own, as the library does.
struct Log {
    wanted: SyncSender<()>,
    is_moving: Arc<AtomicBool>,
}

/// Pages in the log, and those of them that are in the file too.
fn pages(connection: &Connection, sql: &str) -> rusqlite::Result<(i64, i64)> {
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

impl Log {
    fn start(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the file can be opened");
        let (wanted, asked) = sync_channel(1);
        let is_moving = Arc::new(AtomicBool::new(false));
        let moving = Arc::clone(&is_moving);
        let work = move || {
            while asked.recv().is_ok() {
                pages(&connection, "PRAGMA wal_checkpoint(PASSIVE)").expect("a log can be moved");
                moving.store(false, Ordering::Release);
            }
        };
        thread::Builder::new().name("log-by-hand".to_owned()).spawn(work).expect("a thread starts");
        Self { wanted, is_moving }
    }

    fn after_commit(&self, writer: &Connection) -> rusqlite::Result<()> {
        if self.is_moving.load(Ordering::Acquire) {
            return Ok(());
        }
        let (in_log, moved) = pages(writer, "PRAGMA wal_checkpoint(NOOP)")?;
        if in_log - moved < 4_000 {
            return Ok(());
        }
        if in_log >= 16_000 {
            pages(writer, "PRAGMA wal_checkpoint(PASSIVE)")?;
        } else {
            self.is_moving.store(true, Ordering::Release);
            self.wanted.send(()).expect("the thread lives as long as this");
        }
        Ok(())
    }
}

/// Ids that sort by time, as a UUID v7 does.
pub(super) struct Ids(pub(super) u64);

impl Ids {
    pub(super) fn next(&mut self, now: i64) -> Uuid {
        self.0 += 1;
        let random = fastrand::u32(..);
        Uuid::from_u128((now as u128) << 80 | 0x7 << 76 | u128::from(self.0) << 32 | u128::from(random))
    }
}

struct Kept {
    line: Line,
    stored: Option<(Option<i64>, Option<i64>)>,
    is_changed: bool,
}

type Lines = HashMap<String, Kept>;

fn commit(
    connection: &Connection,
    now: i64,
    ids: &mut Ids,
    group: &mut [Asked],
) -> rusqlite::Result<Vec<Vec<Taken>>> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut lines = Lines::new();
    let mut answers = Vec::with_capacity(group.len());
    for asked in group.iter() {
        let mut taken = Vec::new();
        match &asked.write {
            Write::Append { key, id, body } => append(connection, &mut lines, now, ids, (key, id, body))?,
            Write::Claim { limit } => taken = claim(connection, &mut lines, now, *limit)?,
            Write::Record { key, batch, notes } => {
                let kept = load(connection, &mut lines, key)?;
                kept.is_changed = kept.line.record(now, *batch, notes.clone());
                assert!(kept.is_changed, "nobody else has the batch");
            }
            Write::Finish { key, outcome } => finish(connection, &mut lines, now, key, outcome)?,
        }
        answers.push(taken);
    }
    write_lines(connection, &mut lines)?;
    connection.prepare_cached("COMMIT")?.execute([])?;
    let sql = "SELECT min(wake_at) FROM lanes WHERE store = ?1 AND wake_at IS NOT NULL";
    connection.prepare_cached(sql)?.query_row([STORE], |row| row.get::<_, Option<i64>>(0))?;
    Ok(answers)
}

fn load<'a>(connection: &Connection, lines: &'a mut Lines, key: &str) -> rusqlite::Result<&'a mut Kept> {
    if !lines.contains_key(key) {
        let mut statement = connection.prepare_cached(
            "SELECT lane, wake_at, forgettable_at FROM lanes WHERE store = ?1 AND key = ?2",
        )?;
        let found = statement.query_row((STORE, key), |row| {
            let line = serde_json::from_slice(row.get_ref(0)?.as_bytes()?);
            Ok((line.expect("it was written here"), row.get(1)?, row.get(2)?))
        });
        let kept = match found.optional()? {
            Some((line, wake_at, forgettable_at)) => {
                Kept { line, stored: Some((wake_at, forgettable_at)), is_changed: false }
            }
            None => Kept { line: Line::default(), stored: None, is_changed: false },
        };
        lines.insert(key.to_owned(), kept);
    }
    Ok(lines.get_mut(key).expect("it was inserted"))
}

fn write_lines(connection: &Connection, lines: &mut Lines) -> rusqlite::Result<()> {
    for (key, kept) in lines.iter_mut().filter(|(_, kept)| kept.is_changed) {
        let columns = (kept.line.wake_at(), kept.line.forgettable_at());
        let lane = json(&kept.line);
        if kept.stored == Some(columns) {
            connection
                .prepare_cached("UPDATE lanes SET lane = ?3 WHERE store = ?1 AND key = ?2")?
                .execute((STORE, key, lane))?;
        } else {
            let sql = if kept.stored.is_some() {
                "UPDATE lanes SET lane = ?3, wake_at = ?4, forgettable_at = ?5 WHERE store = ?1 AND key = ?2"
            } else {
                "INSERT INTO lanes (store, key, lane, wake_at, forgettable_at) VALUES (?1, ?2, ?3, ?4, ?5)"
            };
            connection.prepare_cached(sql)?.execute((STORE, key, lane, columns.0, columns.1))?;
        }
        (kept.stored, kept.is_changed) = (Some(columns), false);
    }
    Ok(())
}

fn append(
    connection: &Connection,
    lines: &mut Lines,
    now: i64,
    ids: &mut Ids,
    (key, id, body): (&str, &str, &str),
) -> rusqlite::Result<()> {
    let kept = load(connection, lines, key)?;
    let moved = kept.line.arrive(now, body.len() as u32, || ids.next(now));
    kept.is_changed = true;
    let batch = moved.batch.to_string();
    let mut remember = connection.prepare_cached(
        "INSERT INTO message_ids (store, key, id, seen_at, batch_id) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (store, key, id) DO NOTHING",
    )?;
    let is_new = remember.execute((STORE, key, id, now, &batch))? == 1;
    assert!(is_new, "no message is pushed twice");
    if moved.has_opened {
        let mut open = connection.prepare_cached(
            "INSERT INTO batches (store, id, key, status, opened_at, due_at) \
             VALUES (?1, ?2, ?3, 'unfinished', ?4, ?5)",
        )?;
        open.execute((STORE, &batch, key, now, moved.due_at))?;
    }
    let mut keep = connection.prepare_cached(
        "INSERT INTO messages (store, batch_id, position, arrived_at, message_id, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    keep.execute((STORE, &batch, moved.position, now, id, body))?;
    Ok(())
}

fn keys_of(connection: &Connection, sql: &str, until: i64, limit: usize) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map((STORE, until, limit as i64), |row| row.get(0))?.collect()
}

fn claim(connection: &Connection, lines: &mut Lines, now: i64, limit: usize) -> rusqlite::Result<Vec<Taken>> {
    write_lines(connection, lines)?;
    let sql = "SELECT key FROM lanes WHERE store = ?1 AND wake_at IS NOT NULL AND wake_at <= ?2 \
         ORDER BY wake_at LIMIT ?3";
    let mut all = Vec::new();
    for key in keys_of(connection, sql, now, limit)? {
        let kept = load(connection, lines, &key)?;
        let Some(id) = kept.line.claim(now) else { continue };
        kept.is_changed = true;
        let mut statement = connection.prepare_cached(
            "SELECT body, arrived_at FROM messages WHERE store = ?1 AND batch_id = ?2 ORDER BY position",
        )?;
        let messages = statement.query_map((STORE, id.to_string()), |row| {
            let message = serde_json::from_slice(row.get_ref(0)?.as_bytes()?);
            Ok(message.expect("it was written here"))
        });
        all.push(Taken { key, id, messages: messages?.collect::<rusqlite::Result<_>>()? });
    }
    Ok(all)
}

fn finish(
    connection: &Connection,
    lines: &mut Lines,
    now: i64,
    key: &str,
    outcome: &str,
) -> rusqlite::Result<()> {
    let kept = load(connection, lines, key)?;
    let Over { slot, opened_at, due_at, notes } = kept.line.finish(now).expect("nobody else has the batch");
    kept.is_changed = true;
    let sql = "INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, close_reason, control, \
         attempts, message_count, classification, reply, outcome, error, facts) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
         ON CONFLICT (store, id) DO UPDATE SET status = excluded.status, due_at = excluded.due_at, \
         ended_at = excluded.ended_at, close_reason = excluded.close_reason, control = excluded.control, \
         attempts = excluded.attempts, message_count = excluded.message_count, \
         classification = excluded.classification, reply = excluded.reply, outcome = excluded.outcome, \
         error = excluded.error, facts = excluded.facts";
    let facts = format!(
        r#"{{"bytes":{},"deadline":{},"has_content":true,"lease_losses":0,"muted":false,"state":"claimed"}}"#,
        slot.bytes,
        opened_at + slot.deadline_after
    );
    let none = None::<&str>;
    connection.prepare_cached(sql)?.execute(rusqlite::params![
        STORE,
        slot.id.to_string(),
        key,
        "finished",
        opened_at,
        due_at,
        now,
        slot.close_reason,
        none,
        1,
        slot.messages,
        notes.classification.as_ref().map(json),
        json(&notes.reply),
        outcome,
        none,
        facts,
    ])?;
    Ok(())
}
