//! What concerns more than one lane, or a batch that is in none: flushing all, requeueing, maintenance.

use std::num::NonZeroUsize;
use std::sync::Arc;

use sms_consolidate::lane::{BatchFacts, CloseReason, Nudged};
use sms_consolidate::store::{Maintained, RequeueError, Requeued};
use sms_consolidate::{BatchId, BatchIds, Timestamp};

use crate::changes::{Changes, Opened, commit, uuid};
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
    let mut flushed = 0;
    for (_, locked) in lanes.iter_mut() {
        let now = locked.clamp(now);
        flushed += locked.lane.flush(now, reason) as u64;
    }
    if commit(session, store, &lanes, Changes::default(), None).await? {
        shared.news.tell();
    }
    Ok((flushed, last))
}

/// Why a batch was not requeued.
pub(crate) enum NotRequeued {
    Fault(Fault),
    Refused(RequeueError),
}

impl From<Fault> for NotRequeued {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<tokio_postgres::Error> for NotRequeued {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Fault(error.into())
    }
}

pub(crate) async fn requeue(
    shared: Arc<Shared>,
    now: Timestamp,
    id: BatchId,
) -> Result<Result<Requeued, RequeueError>, Fault> {
    for _ in 0..TRIES {
        match try_requeue(&shared, now, id).await {
            Ok(requeued) => return Ok(Ok(requeued)),
            Err(NotRequeued::Refused(why)) => return Ok(Err(why)),
            Err(NotRequeued::Fault(Fault::Again(_))) => {}
            Err(NotRequeued::Fault(fault)) => return Err(fault),
        }
    }
    Err(Fault::away("other transactions were in the way"))
}

async fn try_requeue(shared: &Shared, now: Timestamp, id: BatchId) -> Result<Requeued, NotRequeued> {
    let store: &str = &shared.settings.name;
    let mut session = shared.database.session(Use::Look).await?;
    let rows = session.query(sql::KEY_OF_BATCH, &[&store, &uuid(id)]).await?;
    let Some(key) = rows.first().map(|row| row.get::<_, String>(0)) else {
        return Err(NotRequeued::Refused(RequeueError::Unknown));
    };
    let rows = session.begin(sql::BEGIN, sql::LOCK_LANES, &[&store, &vec![&key]]).await?;
    let mut lanes = Lanes::from_rows(&rows);
    match requeue_locked(&session, store, &mut lanes, &key, now, id).await {
        Ok((requeued, changes)) => {
            if commit(session, store, &lanes, changes, None).await? {
                shared.news.tell();
            }
            Ok(requeued)
        }
        Err(why) => {
            // The lock is given back before the answer.
            session.leave().await?;
            Err(why)
        }
    }
}

async fn requeue_locked(
    session: &Session,
    store: &str,
    lanes: &mut Lanes,
    key: &str,
    now: Timestamp,
    id: BatchId,
) -> Result<(Requeued, Changes), NotRequeued> {
    let refuse = |why| Err(NotRequeued::Refused(why));
    // Under the lock of the lane, and in a later statement, so that of two who requeue one is too late.
    let statement = session.statement(sql::STATUS_OF_BATCH).await?;
    let rows = session.client().query(&statement, &[&store, &uuid(id)]).await?;
    let Some(locked) = lanes.get(key) else {
        return Err(Fault::broken("what is stored of this key is damaged, see the table lanes").into());
    };
    let now = locked.clamp(now);
    let mut changes = Changes::default();
    match rows.first().map_or("unknown", |row| row.get(0)) {
        "unfinished" => match locked.lane.nudge(now, id) {
            None => refuse(RequeueError::Unknown),
            Some(Nudged::InFlight) => refuse(RequeueError::InFlight),
            Some(Nudged::DueNow) => Ok((Requeued::DueNow, changes)),
        },
        "finished" => refuse(RequeueError::Finished),
        "dead" => {
            let facts = rows.first().and_then(|row| row.get::<_, Option<&str>>(1)).unwrap_or_default();
            let dead: BatchFacts = serde_json::from_str(facts)
                .map_err(|_| Fault::broken("what was kept for requeueing this batch cannot be read"))?;
            let revived = BatchIds::new().next(now);
            if locked.lane.requeue(now, revived, &dead).is_err() {
                return refuse(RequeueError::LineFull);
            }
            rename(session, store, key, (id, revived)).await?;
            let key = key.to_owned();
            changes.open(Opened { id: revived, key, at: now, due_at: now, messages: dead.messages });
            Ok((Requeued::Revived(revived), changes))
        }
        _ => refuse(RequeueError::Unknown),
    }
}

/// Gives what is kept of a dead batch to another.
async fn rename(
    session: &Session,
    store: &str,
    key: &str,
    (old, new): (BatchId, BatchId),
) -> Result<(), Fault> {
    let (old, new) = (uuid(old), uuid(new));
    let ids = session.statement(sql::REVIVE_IDS).await?;
    let messages = session.statement(sql::REVIVE_MESSAGES).await?;
    let delete = session.statement(sql::DELETE_BATCH).await?;
    let client = session.client();
    client.execute(&ids, &[&store, &old, &new, &key]).await?;
    client.execute(&messages, &[&store, &old, &new]).await?;
    client.execute(&delete, &[&store, &old]).await?;
    Ok(())
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
    // Fewer batches than the limit may have held as many messages.
    maintained.more = maintained.batches_pruned > 0
        || ids_looked_at >= most.get()
        || maintained.lanes_pruned >= most.get() as u64;
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
