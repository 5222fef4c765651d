//! What one transaction writes beside the lanes, and how all of it is written in few statements.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::mem::take;

use futures::future::{join, join_all};
use sms_consolidate::lane::BatchFacts;
use sms_consolidate::store::Outcome;
use sms_consolidate::{BatchId, Timestamp};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::database::Session;
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::sql;
use crate::text::{escape, json, word};

/// Called at named steps, for tests that kill the process there.
pub(crate) type OnStep = fn(&'static str);

pub(crate) fn uuid(id: BatchId) -> Uuid {
    Uuid::from_bytes(*id.as_bytes())
}

pub(crate) fn batch_id(id: Uuid) -> BatchId {
    BatchId::from_bytes(*id.as_bytes())
}

/// The values of one column, a row after the other.
type Column = Box<dyn ToSql + Sync + Send>;

/// A statement over many rows. Its first parameter is the name of the store.
pub(crate) struct Write {
    pub(crate) sql: &'static str,
    pub(crate) columns: Vec<Column>,
}

pub(crate) fn column<R, T>(rows: &mut [R], value: impl FnMut(&mut R) -> T) -> Column
where
    T: ToSql + Sync + Send + 'static,
{
    Box::new(rows.iter_mut().map(value).collect::<Vec<T>>())
}

/// How the row of an unfinished batch changes. `None` leaves a column as it is.
#[derive(Default)]
pub(crate) struct Change {
    classification: Option<Option<String>>,
    reply: Option<Option<String>>,
    reply_if_none: Option<String>,
    error: Option<Option<String>>,
}

impl Change {
    pub(crate) fn set_classification(&mut self, json: Option<String>) {
        self.classification = Some(json);
    }

    /// The first text stays.
    pub(crate) fn begin_reply(&mut self, text: &str) {
        let reply = self.reply.as_mut().unwrap_or(&mut self.reply_if_none);
        reply.get_or_insert_with(|| escape(text).into_owned());
    }

    pub(crate) fn drop_reply(&mut self) {
        self.reply_if_none = None;
        self.reply = Some(None);
    }

    pub(crate) fn set_error(&mut self, error: Option<&str>) {
        self.error = Some(error.map(|error| escape(error).into_owned()));
    }
}

/// How a batch ended.
pub(crate) struct Ending {
    /// Escaped.
    pub(crate) key: String,
    pub(crate) at: Timestamp,
    pub(crate) facts: BatchFacts,
    /// `None` if it is dead.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) error: Option<String>,
}

/// A batch that was opened.
pub(crate) struct Opened {
    pub(crate) id: BatchId,
    pub(crate) key: String,
    pub(crate) at: Timestamp,
    pub(crate) due_at: Timestamp,
    pub(crate) messages: u32,
}

/// A message that was accepted.
pub(crate) struct Stored {
    pub(crate) key: String,
    pub(crate) batch: BatchId,
    /// How many messages were in the batch before it.
    pub(crate) position: u32,
    pub(crate) arrived_at: Timestamp,
    /// Escaped.
    pub(crate) id: Option<String>,
    /// JSON.
    pub(crate) body: String,
}

/// Everything that is written beside the lanes.
#[derive(Default)]
pub(crate) struct Changes {
    known: HashMap<String, HashSet<String>>,
    opened: Vec<Opened>,
    stored: Vec<Stored>,
    changed: BTreeMap<BatchId, Change>,
    ended: BTreeMap<BatchId, Ending>,
}

impl Changes {
    pub(crate) fn know(&mut self, key: String, id: String) {
        self.known.entry(key).or_default().insert(id);
    }

    pub(crate) fn is_known(&self, key: &str, id: &str) -> bool {
        self.known.get(key).is_some_and(|ids| ids.contains(id))
    }

    pub(crate) fn open(&mut self, opened: Opened) {
        self.opened.push(opened);
    }

    pub(crate) fn store(&mut self, stored: Stored) {
        if let Some(id) = &stored.id {
            self.know(stored.key.clone(), id.clone());
        }
        self.stored.push(stored);
    }

    pub(crate) fn change(&mut self, batch: BatchId) -> &mut Change {
        self.changed.entry(batch).or_default()
    }

    pub(crate) fn end(&mut self, ending: Ending) {
        self.ended.insert(ending.facts.id, ending);
    }

    /// As statements, in an order in which each finds what it changes.
    pub(crate) fn writes(self) -> Vec<Write> {
        let Self { known: _, opened, stored, changed, ended } = self;
        [insert_batches(opened), insert_messages(stored), change_batches(changed), end_batches(ended)]
            .into_iter()
            .flatten()
            .collect()
    }
}

fn insert_batches(mut rows: Vec<Opened>) -> Vec<Write> {
    if rows.is_empty() {
        return Vec::new();
    }
    let rows = &mut rows[..];
    let columns = vec![
        column(rows, |row| uuid(row.id)),
        column(rows, |row| take(&mut row.key)),
        column(rows, |row| row.at.as_unix_millis()),
        column(rows, |row| row.due_at.as_unix_millis()),
        column(rows, |row| i64::from(row.messages)),
    ];
    vec![Write { sql: sql::INSERT_BATCHES, columns }]
}

fn insert_messages(mut rows: Vec<Stored>) -> Vec<Write> {
    if rows.is_empty() {
        return Vec::new();
    }
    let messages = vec![
        column(&mut rows, |row| uuid(row.batch)),
        column(&mut rows, |row| i64::from(row.position)),
        column(&mut rows, |row| row.arrived_at.as_unix_millis()),
        column(&mut rows, |row| row.id.clone()),
        column(&mut rows, |row| take(&mut row.body)),
    ];
    let mut writes = vec![Write { sql: sql::INSERT_MESSAGES, columns: messages }];
    rows.retain(|row| row.id.is_some());
    if !rows.is_empty() {
        let ids = vec![
            column(&mut rows, |row| take(&mut row.key)),
            column(&mut rows, |row| row.id.take()),
            column(&mut rows, |row| row.arrived_at.as_unix_millis()),
            column(&mut rows, |row| uuid(row.batch)),
        ];
        writes.push(Write { sql: sql::INSERT_IDS, columns: ids });
    }
    writes
}

fn change_batches(changed: BTreeMap<BatchId, Change>) -> Vec<Write> {
    if changed.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<(BatchId, Change)> = changed.into_iter().collect();
    let rows = &mut rows[..];
    let columns = vec![
        column(rows, |(id, _)| uuid(*id)),
        column(rows, |(_, change)| change.classification.is_some()),
        column(rows, |(_, change)| change.classification.take().flatten()),
        column(rows, |(_, change)| change.reply.is_some()),
        column(rows, |(_, change)| change.reply.take().flatten().or(change.reply_if_none.take())),
        column(rows, |(_, change)| change.error.is_some()),
        column(rows, |(_, change)| change.error.take().flatten()),
    ];
    vec![Write { sql: sql::CHANGE_BATCHES, columns }]
}

fn end_batches(ended: BTreeMap<BatchId, Ending>) -> Vec<Write> {
    if ended.is_empty() {
        return Vec::new();
    }
    let mut rows: Vec<Ending> = ended.into_values().collect();
    let rows = &mut rows[..];
    let columns = vec![
        column(rows, |row| uuid(row.facts.id)),
        column(rows, |row| take(&mut row.key)),
        column(rows, |row| if row.outcome.is_some() { "finished" } else { "dead" }),
        column(rows, |row| row.facts.opened_at.as_unix_millis()),
        column(rows, |row| row.facts.due_at.as_unix_millis()),
        column(rows, |row| row.at.as_unix_millis()),
        column(rows, |row| row.facts.close_reason.as_ref().map(word)),
        column(rows, |row| row.facts.control.as_ref().map(word)),
        column(rows, |row| i32::try_from(row.facts.attempts).unwrap_or(i32::MAX)),
        column(rows, |row| i64::from(row.facts.messages)),
        column(rows, |row| row.outcome.as_ref().map(json)),
        column(rows, |row| row.error.as_deref().map(|error| escape(error).into_owned())),
        column(rows, |row| row.outcome.is_none().then(|| json(&row.facts))),
    ];
    vec![Write { sql: sql::END_BATCHES, columns }]
}

/// Writes lanes and changes, and commits. Returns whether a lane wakes earlier than other nodes know.
///
/// `COMMIT` is sent along with the writes. After a write that failed it is answered like any other, and does nothing:
/// so the answers to the writes are looked at first, and its own counts only if they are good.
pub(crate) async fn commit(
    mut session: Session,
    store: &str,
    lanes: &Lanes,
    changes: Changes,
    on_step: Option<OnStep>,
) -> Result<bool, Fault> {
    let (mut writes, wakes_earlier) = lanes.writes();
    writes.extend(changes.writes());
    if writes.is_empty() {
        session.leave().await?;
        return Ok(false);
    }
    let mut statements = Vec::with_capacity(writes.len());
    for write in &writes {
        statements.push(session.statement(write.sql).await?);
    }
    let parameters: Vec<Vec<&(dyn ToSql + Sync)>> = writes
        .iter()
        .map(|write| {
            let columns = write.columns.iter().map(|column| &**column as &(dyn ToSql + Sync));
            std::iter::once(&store as &(dyn ToSql + Sync)).chain(columns).collect()
        })
        .collect();
    let client = session.client();
    let written = join_all(
        statements
            .iter()
            .zip(&parameters)
            .map(|(statement, parameters)| client.execute(statement, parameters)),
    );
    let committed = client.batch_execute(sql::COMMIT);
    match on_step {
        None => {
            let (written, committed) = join(written, committed).await;
            written.into_iter().collect::<Result<Vec<_>, _>>()?;
            committed?;
        }
        Some(on_step) => {
            written.await.into_iter().collect::<Result<Vec<_>, _>>()?;
            on_step("appended");
            committed.await?;
            on_step("committed");
        }
    }
    session.is_over();
    Ok(wakes_earlier)
}
