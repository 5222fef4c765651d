//! What is done to a key's whole line, and what is forgotten.

use std::time::Duration;

use sms_consolidate::lane::{CloseReason, Nudged};
use sms_consolidate::store::{Maintained, NoReply, Outcome, RequeueError, Requeued};
use sms_consolidate::{BatchId, Timestamp};

use crate::fault::Fault;
use crate::inspect::{Row, read_row};
use crate::tx::{Ended, Tx, json, open_batch};

/// How many keys one step of a flush of all looks at.
const FLUSHED_AT_ONCE: usize = 500;

/// Of how much maintenance rids the store in one transaction.
pub(crate) const MAINTAINED_AT_ONCE: usize = 128;

pub(crate) fn flush(tx: &mut Tx<'_>, now: Timestamp, key: &str, reason: CloseReason) -> Result<u64, Fault> {
    let kept = tx.lane(key)?;
    let now = kept.clamp(now);
    let flushed = kept.lane.flush(now, reason);
    if flushed > 0 {
        kept.changed_at(now);
    }
    Ok(flushed as u64)
}

/// Flushes the next keys after `after`. Returns how many batches it changed, and the last key if there may be more.
pub(crate) fn flush_some(
    tx: &mut Tx<'_>,
    now: Timestamp,
    after: Option<&str>,
    reason: CloseReason,
) -> Result<(u64, Option<String>), Fault> {
    tx.write_lanes()?;
    let sql = "SELECT key FROM lanes WHERE store = ?1 AND (?2 IS NULL OR key > ?2) AND wake_at IS NOT NULL \
         ORDER BY key LIMIT ?3";
    let keys: Vec<String> = {
        let mut statement = tx.connection.prepare_cached(sql)?;
        let keys = statement.query_map((tx.store, after, FLUSHED_AT_ONCE as i64), |row| row.get(0))?;
        keys.collect::<Result<_, _>>()?
    };
    let mut flushed = 0;
    for key in &keys {
        flushed += match flush(tx, now, key, reason) {
            // A claim sets it aside.
            Err(Fault::Damaged(_)) => 0,
            done => done?,
        };
    }
    let is_last = keys.len() < FLUSHED_AT_ONCE;
    Ok((flushed, keys.into_iter().next_back().filter(|_| !is_last)))
}

pub(crate) fn cancel(tx: &mut Tx<'_>, now: Timestamp, key: &str) -> Result<Vec<BatchId>, Fault> {
    let kept = tx.lane(key)?;
    let now = kept.clamp(now);
    let cancelled = kept.lane.cancel();
    if cancelled.is_empty() {
        return Ok(Vec::new());
    }
    kept.changed_at(now);
    let outcome = json(&Outcome::NoReply(NoReply::Cancelled));
    for facts in &cancelled {
        let outcome = Some(outcome.clone());
        tx.end_batch(key, facts, &Ended { status: "finished", at: now, outcome, error: None })?;
    }
    Ok(cancelled.into_iter().map(|facts| facts.id).collect())
}

pub(crate) fn set_opted_out(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    opted_out: bool,
) -> Result<(), Fault> {
    let kept = tx.lane(key)?;
    let now = kept.clamp(now);
    if opted_out {
        kept.lane.opt_out(now);
    } else if kept.is_known() {
        kept.lane.opt_in();
    } else {
        return Ok(());
    }
    kept.changed_at(now);
    Ok(())
}

pub(crate) fn requeue(
    tx: &mut Tx<'_>,
    now: Timestamp,
    id: BatchId,
) -> Result<Result<Requeued, RequeueError>, Fault> {
    let old = id.to_string();
    let Some(row) = read_row(tx, &old)? else { return Ok(Err(RequeueError::Unknown)) };
    match row.status.as_str() {
        "finished" => Ok(Err(RequeueError::Finished)),
        "dead" => revive(tx, now, &row),
        _ => nudge(tx, now, &row.key, id),
    }
}

fn nudge(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    id: BatchId,
) -> Result<Result<Requeued, RequeueError>, Fault> {
    let kept = tx.lane(key)?;
    let now = kept.clamp(now);
    match kept.lane.nudge(now, id) {
        None => Ok(Err(RequeueError::Unknown)),
        Some(Nudged::InFlight) => Ok(Err(RequeueError::InFlight)),
        Some(Nudged::DueNow) => {
            kept.changed_at(now);
            Ok(Ok(Requeued::DueNow))
        }
    }
}

fn revive(tx: &mut Tx<'_>, now: Timestamp, row: &Row) -> Result<Result<Requeued, RequeueError>, Fault> {
    let facts = row.facts().ok_or(Fault::Damaged("what is noted of a dead batch cannot be read back"))?;
    let (connection, store) = (tx.connection, tx.store);
    let kept = tx.lanes.load(connection, store, &row.key)?;
    let now = kept.clamp(now).max(row.ended_at.unwrap_or(Timestamp::MIN));
    let id = tx.ids.next(now);
    if kept.lane.requeue(now, id, &facts).is_err() {
        return Ok(Err(RequeueError::LineFull));
    }
    kept.changed_at(now);
    let new = id.to_string();
    open_batch(connection, store, &row.key, &new, now, now)?;
    tx.execute(
        "UPDATE message_ids SET batch_id = ?4 WHERE store = ?1 AND key = ?2 AND id IN \
         (SELECT message_id FROM messages WHERE store = ?1 AND batch_id = ?3)",
        (store, &row.key, &row.id, &new),
    )?;
    tx.execute(
        "UPDATE messages SET batch_id = ?3 WHERE store = ?1 AND batch_id = ?2",
        (store, &row.id, &new),
    )?;
    tx.execute("DELETE FROM batches WHERE store = ?1 AND id = ?2", (store, &row.id))?;
    Ok(Ok(Requeued::Revived(id)))
}

/// How long what is kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retention {
    pub(crate) finished: Duration,
    pub(crate) ids: Duration,
}

/// Lanes that say nothing any more.
pub(crate) const IDLE: &str = "SELECT key FROM lanes WHERE store = ?1 AND forgettable_at IS NOT NULL \
     AND forgettable_at <= ?2 ORDER BY forgettable_at LIMIT ?3";

/// Finished batches, those that finished first.
pub(crate) const FINISHED: &str = "SELECT id, key FROM batches WHERE store = ?1 AND status = 'finished' \
     AND ids_kept = ?2 AND ended_at <= ?3 ORDER BY ended_at LIMIT ?4";

pub(crate) fn maintain(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: usize,
    retention: Retention,
) -> Result<Maintained, Fault> {
    tx.write_lanes()?;
    // Some of them go below, and whoever comes later in the group must not take them for there.
    tx.lanes.forget();
    let store = tx.store;
    let mut done = Maintained::default();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let lanes = tx.execute(
        &format!("DELETE FROM lanes WHERE store = ?1 AND key IN ({IDLE})"),
        (store, now.as_unix_millis(), most),
    )?;
    done.lanes_pruned = lanes as u64;

    let forgotten = finished(tx, true, now - retention.ids, most)?;
    for (id, key) in &forgotten {
        let ids = tx.execute(
            "DELETE FROM message_ids WHERE store = ?1 AND key = ?2 AND id IN \
             (SELECT message_id FROM messages WHERE store = ?1 AND batch_id = ?3)",
            (store, key, id),
        )?;
        tx.execute("UPDATE batches SET ids_kept = 0 WHERE store = ?1 AND id = ?2", (store, id))?;
        done.ids_pruned += ids as u64;
    }

    let over = finished(tx, false, now - retention.finished, most)?;
    for (id, _) in &over {
        tx.execute("DELETE FROM messages WHERE store = ?1 AND batch_id = ?2", (store, id))?;
        tx.execute("DELETE FROM batches WHERE store = ?1 AND id = ?2", (store, id))?;
    }
    done.batches_pruned = over.len() as u64;
    done.more = [lanes, forgotten.len(), over.len()].contains(&limit);
    Ok(done)
}

/// Batches that finished before `until`, the oldest first: those whose ids are still known, or the others.
fn finished(
    tx: &Tx<'_>,
    ids_kept: bool,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<(String, String)>, Fault> {
    let mut statement = tx.connection.prepare_cached(FINISHED)?;
    let found = statement.query_map((tx.store, ids_kept, until.as_unix_millis(), limit), |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
