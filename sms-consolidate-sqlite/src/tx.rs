//! One transaction: the lanes that it has loaded, and how they and the batches are written.

use std::collections::HashMap;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use serde_json::Value;
use sms_consolidate::lane::{BatchFacts, Ended, Lane};
use sms_consolidate::{BatchIds, Timestamp};

use crate::fault::Fault;

pub(crate) struct Tx<'a> {
    pub(crate) connection: &'a Connection,
    /// The name under which the store was opened.
    pub(crate) store: &'a str,
    pub(crate) ids: &'a mut BatchIds,
    pub(crate) lanes: Lanes,
    pub(crate) has_appended: bool,
}

/// The lanes of the transaction, by key. They are written at its end, or before anything is searched by their columns,
/// so that one that changes often is written once.
#[derive(Default)]
pub(crate) struct Lanes(HashMap<String, Kept>);

/// How many lanes a listing keeps, for the next batch of the same key. One may have a thousand batches.
const LANES_KEPT: usize = 256;

#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) lane: Lane,
    /// Its columns as they are in the table, if it is there.
    stored: Option<Columns>,
    /// When it was last changed, if that is not written yet.
    changed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Columns {
    wake_at: Option<i64>,
    forgettable_at: Option<i64>,
}

impl Kept {
    pub(crate) fn changed_at(&mut self, now: Timestamp) {
        self.changed_at = self.changed_at.max(Some(now));
    }
}

impl Lanes {
    /// The lane of a key; an empty one if there is none.
    pub(crate) fn load(
        &mut self,
        connection: &Connection,
        store: &str,
        key: &str,
    ) -> Result<&mut Kept, Fault> {
        if !self.0.contains_key(key) {
            let kept = read(connection, store, key)?;
            self.0.insert(key.to_owned(), kept);
        }
        Ok(self.0.get_mut(key).expect("it was inserted"))
    }

    /// Forgets all, which must be written before.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    /// Forgets what was only read, if that is much.
    pub(crate) fn make_room(&mut self) {
        if self.0.len() > LANES_KEPT {
            self.0.retain(|_, kept| kept.changed_at.is_some());
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Kept> {
        self.0.get(key)
    }
}

fn read(connection: &Connection, store: &str, key: &str) -> Result<Kept, Fault> {
    let sql = "SELECT lane, wake_at, forgettable_at FROM lanes WHERE store = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row((store, key), |row| {
        let lane = row.get_ref(0)?.as_bytes().ok().and_then(|text| serde_json::from_slice(text).ok());
        Ok((lane, Columns { wake_at: row.get(1)?, forgettable_at: row.get(2)? }))
    });
    match found.optional()? {
        None => Ok(Kept::default()),
        Some((Some(lane), columns)) => Ok(Kept { lane, stored: Some(columns), changed_at: None }),
        Some((None, _)) => Err(Fault::Damaged("a lane cannot be read back; see the crate's `schema`")),
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn new(connection: &'a Connection, store: &'a str, ids: &'a mut BatchIds) -> Self {
        Self { connection, store, ids, lanes: Lanes::default(), has_appended: false }
    }

    pub(crate) fn lane(&mut self, key: &str) -> Result<&mut Kept, Fault> {
        self.lanes.load(self.connection, self.store, key)
    }

    /// Writes the lanes that have changed.
    pub(crate) fn write_lanes(&mut self) -> Result<(), Fault> {
        for (key, kept) in &mut self.lanes.0 {
            if let Some(now) = kept.changed_at.take() {
                write(self.connection, self.store, key, kept, now)?;
            }
        }
        Ok(())
    }

    /// Runs a statement that changes rows, and returns how many.
    pub(crate) fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<usize, Fault> {
        Ok(self.connection.prepare_cached(sql)?.execute(values)?)
    }

    /// Keeps the record of a batch that has ended, whole: its row may have been deleted by hand.
    pub(crate) fn end_batch(&self, key: &str, ended: &Ended) -> Result<(), Fault> {
        let Ended { facts, at, outcome } = ended;
        let sql = "INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, close_reason, control, \
             attempts, message_count, classification, reply, outcome, error, facts) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
             ON CONFLICT (store, id) DO UPDATE SET status = excluded.status, due_at = excluded.due_at, \
             ended_at = excluded.ended_at, close_reason = excluded.close_reason, control = excluded.control, \
             attempts = excluded.attempts, message_count = excluded.message_count, \
             classification = excluded.classification, reply = excluded.reply, outcome = excluded.outcome, \
             error = excluded.error, facts = excluded.facts";
        let values = rusqlite::params![
            self.store,
            facts.id.to_string(),
            key,
            if outcome.is_some() { "finished" } else { "dead" },
            facts.opened_at.as_unix_millis(),
            facts.due_at.as_unix_millis(),
            at.as_unix_millis(),
            word(&facts.close_reason),
            word(&facts.control),
            facts.attempts,
            facts.messages,
            facts.classification.as_ref().map(json),
            (!facts.reply.is_empty()).then(|| json(&facts.reply)),
            outcome.as_ref().map(json),
            facts.error,
            other_facts(facts),
        ];
        self.execute(sql, values)?;
        Ok(())
    }
}

/// Notes a batch that has opened.
pub(crate) fn open_batch(
    connection: &Connection,
    store: &str,
    key: &str,
    id: &str,
    opened_at: Timestamp,
    due_at: Timestamp,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO batches (store, id, key, status, opened_at, due_at) VALUES (?1, ?2, ?3, 'unfinished', ?4, ?5)",
    )?;
    statement.execute((store, id, key, opened_at.as_unix_millis(), due_at.as_unix_millis()))?;
    Ok(())
}

fn write(
    connection: &Connection,
    store: &str,
    key: &str,
    kept: &mut Kept,
    now: Timestamp,
) -> Result<(), Fault> {
    let forgettable_at = kept.lane.forgettable_at();
    if forgettable_at.is_some_and(|at| at <= now) {
        if std::mem::take(kept).stored.is_some() {
            let sql = "DELETE FROM lanes WHERE store = ?1 AND key = ?2";
            is_there(connection.prepare_cached(sql)?.execute((store, key))?)?;
        }
        return Ok(());
    }
    let columns = Columns {
        wake_at: kept.lane.wake_at().map(Timestamp::as_unix_millis),
        forgettable_at: forgettable_at.map(Timestamp::as_unix_millis),
    };
    let lane = json(&kept.lane);
    if kept.stored == Some(columns) {
        // The indexes are left alone.
        let sql = "UPDATE lanes SET lane = ?3 WHERE store = ?1 AND key = ?2";
        is_there(connection.prepare_cached(sql)?.execute((store, key, lane))?)?;
    } else {
        let sql = if kept.stored.is_some() {
            "UPDATE lanes SET lane = ?3, wake_at = ?4, forgettable_at = ?5 WHERE store = ?1 AND key = ?2"
        } else {
            "INSERT INTO lanes (store, key, lane, wake_at, forgettable_at) VALUES (?1, ?2, ?3, ?4, ?5)"
        };
        let values = (store, key, lane, columns.wake_at, columns.forgettable_at);
        is_there(connection.prepare_cached(sql)?.execute(values)?)?;
    }
    kept.stored = Some(columns);
    Ok(())
}

/// A lane that was read and has gone since would be lost in silence, and its batch with it.
fn is_there(rows: usize) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Fault::Damaged("a lane's row has gone since it was read")) }
}

/// JSON of one of the library's own types.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("the library's types can be written as JSON")
}

/// The word that stands for a value of an enum without fields.
fn word(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Some(word),
        _ => None,
    }
}

/// Those of the facts that have columns.
const COLUMNS: [&str; 10] = [
    "id",
    "opened_at",
    "due_at",
    "messages",
    "close_reason",
    "control",
    "attempts",
    "classification",
    "reply",
    "error",
];

/// What has no column of its own.
fn other_facts(facts: &BatchFacts) -> String {
    let mut facts = serde_json::to_value(facts).expect("the library's types can be written as JSON");
    if let Value::Object(facts) = &mut facts {
        facts.retain(|name, _| !COLUMNS.contains(&name.as_str()));
    }
    facts.to_string()
}

/// Text as a row has it: SQLite keeps what is no UTF-8 as well. Where many rows are read and one must not fail all.
#[derive(Clone)]
pub(crate) struct Text(pub(crate) Vec<u8>);

impl Text {
    pub(crate) fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl FromSql for Text {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_bytes().map(|bytes| Self(bytes.to_owned()))
    }
}

impl ToSql for Text {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}
