//! Looking around: counts, lists, one batch whole. All that one call reads is of one instant.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;

use futures::TryStreamExt;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{BatchFacts, BatchState, Lane};
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
    let statement = session.statement(sql::PENDING_LANES).await?;
    let parameters: [&(dyn ToSql + Sync); 1] = [&store];
    let mut lanes = pin!(session.client().query_raw(&statement, parameters).await?);
    while let Some(row) = lanes.try_next().await? {
        // One that cannot be read is logged by the claim that finds it.
        if let Ok(lane) = serde_json::from_str(row.get(0)) {
            count_lane(&lane, now, &mut counts);
        }
    }
    session.leave().await?;
    Ok(counts)
}

fn count_lane(lane: &Lane, now: Timestamp, counts: &mut Counts) {
    for (position, facts) in lane.facts().enumerate() {
        let counter = match facts.state {
            BatchState::Open => &mut counts.open,
            BatchState::Closed => &mut counts.closed,
            BatchState::Claimed => &mut counts.claimed,
            BatchState::Retrying => &mut counts.retrying,
        };
        *counter += 1;
        counts.messages_buffered += u64::from(facts.messages);
        let late = lane.wake_at().filter(|wake| position == 0 && *wake < now);
        match (late, facts.state) {
            (None, _) => {}
            (Some(_), BatchState::Claimed) => counts.leases_expired += 1,
            (Some(wake), _) => {
                counts.past_due += 1;
                let late_ms = u64::try_from(now.since(wake).as_millis()).unwrap_or(u64::MAX);
                counts.longest_past_due_ms = counts.longest_past_due_ms.max(late_ms);
            }
        }
    }
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

/// What is known of a batch: by its lane while it is unfinished, else by its row.
fn facts(row: &Row, lanes: &LanesByKey) -> Result<(Status, BatchFacts), serde_json::Error> {
    let id = batch_id(row.get(0));
    let in_line = lanes.get(row.get::<_, &str>(1)).and_then(|lane| lane.facts().find(|facts| facts.id == id));
    match (row.get(2), in_line) {
        ("unfinished", Some(facts)) => Ok((Status::from(facts.state), facts)),
        // Its lane cannot be read. That does not take it out of sight.
        ("unfinished", None) => Ok((Status::Closed, facts_of_row(row)?)),
        ("dead", _) => Ok((Status::Dead, facts_of_row(row)?)),
        _ => Ok((Status::Finished, facts_of_row(row)?)),
    }
}

/// From what was kept for requeueing, or else from the columns for people.
fn facts_of_row(row: &Row) -> Result<BatchFacts, serde_json::Error> {
    if let Some(facts) = row.get::<_, Option<&str>>(13) {
        return serde_json::from_str(facts);
    }
    let (opened_at, due_at): (i64, i64) = (row.get(3), row.get(4));
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
        "has_content": true,
        "muted": false,
        "attempts": row.get::<_, i32>(8),
        "lease_losses": 0,
    }))
}

/// A record as far as it can be read; `None` if not even its key can.
fn record<K: Key>(row: &Row, lanes: &LanesByKey) -> Option<(Record<K>, BatchFacts)> {
    let id = batch_id(row.get(0));
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let key: K = unescape(row.get(1)).parse().map_err(|_| "its key cannot be read")?;
        let (status, facts) = facts(row, lanes)?;
        let mut record = Record::new(key, status, &facts);
        record.ended_at = row.get::<_, Option<i64>>(5).map(Timestamp::from_unix_millis);
        record.classification = row.get::<_, Option<&str>>(10).map(serde_json::from_str).transpose()?;
        record.outcome = row.get::<_, Option<&str>>(11).map(serde_json::from_str).transpose()?;
        record.error = row.get::<_, Option<&str>>(12).map(|error| unescape(error).into_owned());
        Ok((record, facts))
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
