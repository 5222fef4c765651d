//! What is forgotten.

use std::time::Duration;

use sms_consolidate::Timestamp;
use sms_consolidate::store::Maintained;

use crate::fault::Fault;
use crate::senders;
use crate::tx::{Text, Tx};

/// Of how much maintenance rids the store in one transaction.
pub(crate) const MAINTAINED_AT_ONCE: usize = 128;

/// Of how many messages and their ids, because one batch may have a hundred thousand.
const MESSAGES_AT_ONCE: i64 = 1_024;

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
pub(crate) const FINISHED: &str = "SELECT id, key, message_count, ids_kept FROM batches \
     WHERE store = ?1 AND status = 'finished' AND ids_kept = ?2 AND ended_at <= ?3 ORDER BY ended_at LIMIT ?4";

/// Finished batches of which some ids are forgotten, and not yet all.
pub(crate) const FORGETTING: &str = "SELECT id, key, message_count, ids_kept FROM batches \
     WHERE store = ?1 AND status = 'finished' AND ids_kept > 1 LIMIT ?2";

/// A finished batch of which something is to go.
struct Old {
    id: Text,
    key: Text,
    messages: i64,
    ids_kept: i64,
}

impl Old {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let messages = row.get::<_, Option<i64>>(2)?.unwrap_or_default();
        Ok(Self { id: row.get(0)?, key: row.get(1)?, messages, ids_kept: row.get(3)? })
    }
}

pub(crate) fn maintain(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: usize,
    retention: Retention,
) -> Result<Maintained, Fault> {
    tx.write_lanes()?;
    // Some of them go below, and whoever comes later in the group must not take them for there.
    tx.lanes.forget();
    let mut done = Maintained::default();
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let lanes = tx.execute(
        &format!("DELETE FROM lanes WHERE store = ?1 AND key IN ({IDLE})"),
        (tx.store, now.as_unix_millis(), most),
    )?;
    let senders = senders::prune(tx, now, most)?;
    (done.lanes_pruned, done.senders_pruned) = (lanes as u64, senders as u64);

    let mut room = MESSAGES_AT_ONCE;
    let mut old = forgetting(tx, most)?;
    let rest = most - i64::try_from(old.len()).unwrap_or(most);
    old.extend(finished(tx, 1, now - retention.ids, rest)?);
    done.more = [lanes, senders, old.len()].contains(&limit);
    for batch in &old {
        done.ids_pruned += forget_ids(tx, batch, &mut room)?;
    }
    let old = finished(tx, 0, now - retention.finished, most)?;
    done.more |= old.len() == limit;
    for batch in &old {
        done.batches_pruned += u64::from(prune(tx, batch, &mut room)?);
    }
    done.more |= room == 0;
    Ok(done)
}

/// Forgets ids of a batch, in order of their messages, and no more than there is room for. Returns how many.
fn forget_ids(tx: &Tx<'_>, batch: &Old, room: &mut i64) -> Result<u64, Fault> {
    if *room == 0 {
        return Ok(0);
    }
    let from = batch.ids_kept - 1;
    let until = from.saturating_add(*room);
    let is_last = batch.messages <= until;
    let ids = tx.execute(
        "DELETE FROM message_ids WHERE store = ?1 AND key = ?2 AND id IN (SELECT message_id FROM messages \
         WHERE store = ?1 AND batch_id = ?3 AND position >= ?4 AND position < ?5)",
        (tx.store, &batch.key, &batch.id, from, if is_last { i64::MAX } else { until }),
    )?;
    let sql = "UPDATE batches SET ids_kept = ?3 WHERE store = ?1 AND id = ?2";
    tx.execute(sql, (tx.store, &batch.id, if is_last { 0 } else { until + 1 }))?;
    *room -= batch.messages.saturating_sub(from).clamp(0, *room);
    Ok(ids as u64)
}

/// Drops messages of a batch, the last ones first and no more than there is room for, and after them the batch. Returns
/// whether it is gone. Until then it is one that cannot be read back.
fn prune(tx: &Tx<'_>, batch: &Old, room: &mut i64) -> Result<bool, Fault> {
    if *room == 0 {
        return Ok(false);
    }
    let messages = tx.execute(
        "DELETE FROM messages WHERE store = ?1 AND batch_id = ?2 AND position IN (SELECT position FROM messages \
         WHERE store = ?1 AND batch_id = ?2 ORDER BY position DESC LIMIT ?3)",
        (tx.store, &batch.id, *room),
    )?;
    *room -= i64::try_from(messages).unwrap_or(*room);
    if *room == 0 {
        return Ok(false);
    }
    tx.execute("DELETE FROM batches WHERE store = ?1 AND id = ?2", (tx.store, &batch.id))?;
    Ok(true)
}

fn forgetting(tx: &Tx<'_>, limit: i64) -> Result<Vec<Old>, Fault> {
    let mut statement = tx.connection.prepare_cached(FORGETTING)?;
    let found = statement.query_map((tx.store, limit), Old::read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Batches that finished before `until`, the oldest first: those of which so many ids are kept.
fn finished(tx: &Tx<'_>, ids_kept: i64, until: Timestamp, limit: i64) -> Result<Vec<Old>, Fault> {
    let mut statement = tx.connection.prepare_cached(FINISHED)?;
    let found = statement.query_map((tx.store, ids_kept, until.as_unix_millis(), limit), Old::read)?;
    Ok(found.collect::<Result<_, _>>()?)
}
