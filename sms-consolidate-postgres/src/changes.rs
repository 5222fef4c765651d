//! What one transaction writes beside the lanes, and how all of it is written in few statements.

use std::collections::{HashMap, HashSet};
use std::mem::take;

use futures::future::{join, join_all};
use sms_consolidate::lane::{Abandoned, Answer, Effects, Ended, Lane, Refused, Revived, Sender, Transition};
use sms_consolidate::{BatchId, NoReply, Outcome, Timestamp};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::database::Session;
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::senders::Senders;
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

/// A batch that has ended.
struct Ending {
    /// Escaped.
    key: String,
    ended: Ended,
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
    ended: Vec<Ending>,
    /// Each with its key, escaped.
    revived: Vec<(String, Revived)>,
    abandoned: Vec<Abandoned>,
    pub(crate) senders: Senders,
}

impl Changes {
    pub(crate) fn with(senders: Senders) -> Self {
        Self { senders, ..Self::default() }
    }

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

    /// Applies a transition to the lane of `key`, and notes what is to be kept beside it.
    pub(crate) fn apply(
        &mut self,
        (key, lane): (&str, &mut Lane),
        transition: Transition,
        sender: &Sender,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        let (answer, effects) = transition.apply(lane, sender, now)?;
        let Effects { ended, revived, abandoned } = effects;
        self.ended.extend(ended.into_iter().map(|ended| Ending { key: key.to_owned(), ended }));
        if let Some(revived) = revived {
            let Revived { batch: id, at, .. } = revived;
            let messages = lane.line().find(|(batch, _)| *batch == id).map_or(0, |(_, messages)| messages);
            self.open(Opened { id, key: key.to_owned(), at, due_at: at, messages });
            self.revived.push((key.to_owned(), revived));
        }
        self.abandoned.extend(abandoned);
        Ok(answer)
    }

    /// As statements, in an order in which each finds what it changes: a batch may die and be requeued in one transaction,
    /// and the new one be cancelled.
    pub(crate) fn writes(self) -> Vec<Write> {
        let Self { known: _, opened, stored, ended, revived, abandoned, senders } = self;
        let mut writes = insert_batches(opened);
        writes.extend(insert_messages(stored));
        writes.extend(end_batches(ended));
        writes.extend(revive_batches(&revived));
        writes.extend(abandon_batches(abandoned));
        writes.extend(senders.writes());
        writes
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

fn end_batches(mut rows: Vec<Ending>) -> Option<Write> {
    if rows.is_empty() {
        return None;
    }
    let rows = &mut rows[..];
    let columns = vec![
        column(rows, |row| uuid(row.ended.facts.id)),
        column(rows, |row| take(&mut row.key)),
        column(rows, |row| if row.ended.outcome.is_some() { "finished" } else { "dead" }),
        column(rows, |row| row.ended.facts.opened_at.as_unix_millis()),
        column(rows, |row| row.ended.facts.due_at.as_unix_millis()),
        column(rows, |row| row.ended.at.as_unix_millis()),
        column(rows, |row| row.ended.facts.close_reason.as_ref().map(word)),
        column(rows, |row| row.ended.facts.control.as_ref().map(word)),
        column(rows, |row| i32::try_from(row.ended.facts.attempts).unwrap_or(i32::MAX)),
        column(rows, |row| i64::from(row.ended.facts.messages)),
        column(rows, |row| row.ended.facts.has_content),
        column(rows, |row| row.ended.facts.classification.as_ref().map(json)),
        column(rows, |row| Some(&row.ended.facts.reply).filter(|reply| !reply.is_empty()).map(json)),
        column(rows, |row| row.ended.outcome.as_ref().map(json)),
        column(rows, |row| row.ended.facts.error.as_deref().map(|error| escape(error).into_owned())),
    ];
    Some(Write { sql: sql::END_BATCHES, columns })
}

/// Gives what is kept of dead batches to others.
fn revive_batches(revived: &[(String, Revived)]) -> Vec<Write> {
    let write = |sql| {
        let mut rows: Vec<&(String, Revived)> = revived.iter().collect();
        let columns = vec![
            column(&mut rows, |(_, revived)| uuid(revived.dead)),
            column(&mut rows, |(_, revived)| uuid(revived.batch)),
            column(&mut rows, |(key, _)| key.clone()),
        ];
        Write { sql, columns }
    };
    if revived.is_empty() {
        return Vec::new();
    }
    vec![write(sql::REVIVE_IDS), write(sql::REVIVE_MESSAGES), write(sql::DELETE_REVIVED)]
}

fn abandon_batches(mut rows: Vec<Abandoned>) -> Option<Write> {
    let outcome = json(&Outcome::NoReply(NoReply::Abandoned));
    let rows = &mut rows[..];
    (!rows.is_empty()).then(|| Write {
        sql: sql::ABANDON_BATCHES,
        columns: vec![
            column(rows, |row| uuid(row.batch)),
            column(rows, |row| row.at.as_unix_millis()),
            column(rows, |_| outcome.clone()),
        ],
    })
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
