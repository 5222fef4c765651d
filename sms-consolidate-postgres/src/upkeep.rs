//! What concerns more than one lane: flushing all, maintenance.

use std::num::NonZeroUsize;
use std::sync::Arc;

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{Answer, CloseReason, Sender, Transition};
use sms_consolidate::store::Maintained;

use crate::changes::{Changes, commit};
use crate::database::{Session, Use};
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::shared::{Settings, Shared, limit};
use crate::sql;
use crate::writer::TRIES;

/// How many lanes are flushed in one transaction.
const FLUSHED_AT_ONCE: i64 = 256;

/// Each step has a time limit of its own, so that a store of any size can be flushed. A caller who loses interest stops it
/// after the step that is under way.
pub(crate) async fn flush_all(
    shared: &Arc<Shared>,
    now: Timestamp,
    reason: CloseReason,
) -> Result<u64, Fault> {
    let (mut flushed, mut after, mut tries) = (0, None, 0);
    loop {
        let step = flush_some(Arc::clone(shared), now, reason, after.clone());
        match shared.database.run(step).await {
            Ok((count, last)) => {
                flushed += count;
                if last.is_none() {
                    return Ok(flushed);
                }
                (after, tries) = (last, 0);
            }
            Err(Fault::Again(_)) if tries < TRIES => tries += 1,
            Err(fault) => return Err(fault),
        }
    }
}

/// Flushes the next lanes; returns how many batches, and the last key if there may be more.
async fn flush_some(
    shared: Arc<Shared>,
    now: Timestamp,
    reason: CloseReason,
    after: Option<String>,
) -> Result<(u64, Option<String>), Fault> {
    let store: &str = &shared.settings.name;
    let mut session = shared.database.session(Use::Look).await?;
    // No key is less than the empty one, which may be a key.
    let sql = if after.is_some() { sql::LOCK_LANES_AFTER } else { sql::LOCK_FIRST_LANES };
    let after = after.unwrap_or_default();
    let rows = session.begin(sql::BEGIN, sql, &[&store, &after, &FLUSHED_AT_ONCE]).await?;
    let last = rows.last().filter(|_| rows.len() as i64 == FLUSHED_AT_ONCE).map(|row| row.get(0));
    let mut lanes = Lanes::from_rows(&rows);
    let (mut flushed, mut changes) = (0, Changes::default());
    lanes.retain(|key, lane| {
        let flush = Transition::Flush { reason };
        match changes.apply((key, lane), flush, &Sender::default(), now) {
            Ok(Answer::Flushed(count)) => {
                flushed += count;
                // Most have nothing to do, and would be written only for the time at which they were looked at.
                count > 0
            }
            _ => false,
        }
    });
    if commit(session, store, &lanes, changes, None).await? {
        shared.news.tell();
    }
    Ok((flushed, last))
}

/// Each step is a transaction of its own, so that the locks are held for a short time.
pub(crate) async fn maintain(
    shared: Arc<Shared>,
    now: Timestamp,
    most: NonZeroUsize,
) -> Result<Maintained, Fault> {
    let (settings, store, limit) = (&shared.settings, &shared.settings.name, limit(most));
    let mut session = shared.database.session(Use::Serve).await?;
    let mut maintained = Maintained::default();
    let before = (now - settings.keep_finished_for).as_unix_millis();
    maintained.batches_pruned = session.execute(sql::PRUNE_BATCHES, &[store, &before, &limit]).await?;
    let (ids_looked_at, ids_pruned) = prune_ids(&mut session, settings, now, limit).await?;
    maintained.ids_pruned = ids_pruned;
    maintained.lanes_pruned =
        session.execute(sql::PRUNE_LANES, &[store, &now.as_unix_millis(), &limit]).await?;
    maintained.senders_pruned =
        session.execute(sql::PRUNE_SENDERS, &[store, &now.as_unix_millis(), &limit]).await?;
    // Fewer batches than the limit may have held as many messages.
    maintained.more = maintained.batches_pruned > 0
        || ids_looked_at >= most.get()
        || maintained.lanes_pruned.max(maintained.senders_pruned) >= most.get() as u64;
    Ok(maintained)
}

/// Looks at the oldest ids whose time is over, and drops them. Those of batches that are not over, which may be dead
/// for years, get their time anew: else they would be walked over in each step. Returns how many were looked at, and
/// how many were dropped.
async fn prune_ids(
    session: &mut Session,
    settings: &Settings,
    now: Timestamp,
    limit: i64,
) -> Result<(usize, u64), Fault> {
    let (store, before) = (&settings.name, (now - settings.keep_ids_for).as_unix_millis());
    // Locked first and judged in a later statement: one whose batch was requeued meanwhile is seen to be of the new one.
    let rows = session.begin(sql::BEGIN, sql::LOCK_OLD_IDS, &[store, &before, &limit]).await?;
    let keys: Vec<&str> = rows.iter().map(|row| row.get(0)).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.get(1)).collect();
    let statement = session.statement(sql::PRUNE_IDS).await?;
    let pruned = session.client().execute(&statement, &[store, &keys, &ids, &now.as_unix_millis()]).await?;
    session.client().batch_execute(sql::COMMIT).await?;
    session.is_over();
    Ok((rows.len(), pruned))
}
