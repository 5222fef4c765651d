//! Looking around: counts, lists, one batch whole. All that one call reads is of one instant.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sms_consolidate::lane::{BatchFacts, BatchState, Ended, Lane};
use sms_consolidate::store::{Counts, Filter, Record, Status, Whole};
use sms_consolidate::{Batch, BatchId, Key, Message, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::changes::{batch_id, uuid};
use crate::claim::{guarded, messages};
use crate::database::{Session, Use};
use crate::error::Fault;
use crate::shared::Shared;
use crate::sql;
use crate::text::{escape, unescape};

/// How many rows a list reads at a time.
const PAGE: i64 = 512;

pub(crate) async fn counts(shared: Arc<Shared>, now: Timestamp) -> Result<Counts, Fault> {
    let store: &str = &shared.settings.name;
    let mut session = shared.database.session(Use::Look).await?;
    let rows = session.begin(sql::BEGIN_LOOKING, sql::COUNTS, &[&store]).await?;
    let row = rows.first().ok_or_else(|| Fault::broken("nothing was counted"))?;
    let count = |column| row.get::<_, i64>(column).unsigned_abs();
    let mut counts = Counts::default();
    (counts.keys, counts.dead, counts.finished) = (count(0), count(1), count(2));
    counts.opted_out = count(3);
    let statement = session.statement(sql::PENDING_LANES).await?;
    let parameters: [&(dyn ToSql + Sync); 1] = [&store];
    let mut lanes = pin!(session.client().query_raw(&statement, parameters).await?);
    while let Some(row) = lanes.try_next().await? {
        // One that cannot be read is logged by the claim that finds it.
        if let Ok(lane) = serde_json::from_str::<Lane>(row.get(0)) {
            lane.count(now, &mut counts);
        }
    }
    session.leave().await?;
    Ok(counts)
}

/// The lanes of some keys, as far as they can be read.
type LanesByKey = HashMap<String, Lane>;

async fn lanes_of(session: &Session, store: &str, rows: &[Row]) -> Result<LanesByKey, Fault> {
    let mut keys: Vec<&str> = rows.iter().filter(|row| is_unfinished(row)).map(|row| row.get(1)).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(LanesByKey::default());
    }
    let statement = session.statement(sql::LANES).await?;
    let rows = session.client().query(&statement, &[&store, &keys]).await?;
    Ok(rows.iter().filter_map(|row| Some((row.get(0), serde_json::from_str(row.get(1)).ok()?))).collect())
}

fn is_unfinished(row: &Row) -> bool {
    row.get::<_, &str>(2) == "unfinished"
}

/// What is known of a batch: by its lane while it is unfinished, else by its row. If its lane cannot be read, that does not
/// take it out of sight.
fn facts(row: &Row, lanes: &LanesByKey) -> Result<BatchFacts, serde_json::Error> {
    let id = batch_id(row.get(0));
    let lane = lanes.get(row.get::<_, &str>(1)).filter(|_| is_unfinished(row));
    let in_line = lane.and_then(|lane| lane.facts().find(|facts| facts.id == id));
    in_line.map_or_else(|| facts_of_row(row), Ok)
}

/// What only the lane knew is as it is in most batches.
fn facts_of_row(row: &Row) -> Result<BatchFacts, serde_json::Error> {
    let (opened_at, due_at): (i64, i64) = (row.get(3), row.get(4));
    let json = |column| row.get::<_, Option<&str>>(column).map(serde_json::from_str).transpose();
    let (classification, reply): (Option<Value>, Option<Value>) = (json(11)?, json(12)?);
    serde_json::from_value(serde_json::json!({
        "id": batch_id(row.get(0)),
        "state": BatchState::Closed,
        "opened_at": opened_at,
        "due_at": due_at,
        "deadline": due_at,
        "messages": row.get::<_, i64>(9),
        "bytes": 0,
        "close_reason": row.get::<_, Option<&str>>(6),
        "control": row.get::<_, Option<&str>>(7),
        "has_content": row.get::<_, Option<bool>>(10).unwrap_or(true),
        "muted": false,
        "attempts": row.get::<_, i32>(8),
        "lease_losses": 0,
        "classification": classification,
        "reply": reply.unwrap_or_else(|| Value::Array(Vec::new())),
        "error": row.get::<_, Option<&str>>(14).map(unescape),
    }))
}

/// A record as far as it can be read; `None` if not even its key can.
fn record<K: Key>(row: &Row, lanes: &LanesByKey) -> Option<(Record<K>, BatchFacts)> {
    let id = batch_id(row.get(0));
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let key: K = unescape(row.get(1)).parse().map_err(|_| "its key cannot be read")?;
        let facts = facts(row, lanes)?;
        if is_unfinished(row) {
            return Ok((Record::unfinished(key, facts.clone()), facts));
        }
        let at = Timestamp::from_unix_millis(row.get::<_, Option<i64>>(5).unwrap_or_default());
        let outcome = row.get::<_, Option<&str>>(13).map(serde_json::from_str).transpose()?;
        Ok((Record::ended(key, Ended { facts: facts.clone(), at, outcome }), facts))
    };
    match guarded(read) {
        Ok(read) => Some(read),
        Err(_) => {
            tracing::error!(batch = %id, "BATCH UNREADABLE: its row in `batches` is damaged, or its key is foreign");
            None
        }
    }
}

pub(crate) async fn list<K: Key>(shared: Arc<Shared>, filter: Filter) -> Result<Vec<Record<K>>, Fault> {
    let store: &str = &shared.settings.name;
    let mut records: Vec<Record<K>> = Vec::new();
    if filter.limit == 0 {
        return Ok(records);
    }
    let wanted = |status: Status| filter.statuses.is_empty() || filter.statuses.contains(&status);
    let unfinished = [Status::Open, Status::Closed, Status::Claimed, Status::Retrying];
    let mut statuses = Vec::new();
    statuses.extend(unfinished.iter().any(|status| wanted(*status)).then_some("unfinished"));
    statuses.extend(wanted(Status::Finished).then_some("finished"));
    statuses.extend(wanted(Status::Dead).then_some("dead"));
    let sql = if wanted(Status::Finished) { sql::LIST } else { sql::LIST_NOT_FINISHED };
    let prefix = filter.key_prefix.as_deref().map(escape).unwrap_or_default().into_owned();
    let page = i64::try_from(filter.limit).unwrap_or(i64::MAX).min(PAGE);
    let mut session = shared.database.session(Use::Look).await?;
    let mut before = Uuid::max();
    let mut rows =
        session.begin(sql::BEGIN_LOOKING, sql, &[&store, &before, &statuses, &prefix, &page]).await?;
    let statement = session.statement(sql).await?;
    loop {
        let lanes = lanes_of(&session, store, &rows).await?;
        let found = rows.iter().filter_map(|row| record(row, &lanes)).map(|(record, _)| record);
        records.extend(found.filter(|record| wanted(record.status)));
        let is_last = (rows.len() as i64) < page;
        match rows.last() {
            Some(last) if !is_last && records.len() < filter.limit => before = last.get(0),
            _ => break,
        }
        let parameters: [&(dyn ToSql + Sync); 5] = [&store, &before, &statuses, &prefix, &page];
        rows = session.client().query(&statement, &parameters).await?;
    }
    records.truncate(filter.limit);
    session.leave().await?;
    Ok(records)
}

pub(crate) async fn batch<K: Key, M: Message + DeserializeOwned>(
    shared: Arc<Shared>,
    id: BatchId,
) -> Result<Option<Whole<K, M>>, Fault> {
    let store: &str = &shared.settings.name;
    let mut session = shared.database.session(Use::Look).await?;
    let rows = session.begin(sql::BEGIN_LOOKING, sql::BATCH, &[&store, &uuid(id)]).await?;
    let lanes = lanes_of(&session, store, &rows).await?;
    let Some((record, facts)) = rows.first().and_then(|row| record::<K>(row, &lanes)) else {
        session.leave().await?;
        return Ok(None);
    };
    let statement = session.statement(sql::MESSAGES).await?;
    let rows = session.client().query(&statement, &[&store, &vec![uuid(id)]]).await?;
    session.leave().await?;
    let parts = guarded(|| messages(&rows, facts.messages)).ok();
    let batch = parts.map(|parts| Batch::assemble(&facts, record.key.clone(), parts));
    Ok(Some(Whole::new(record, batch)))
}
