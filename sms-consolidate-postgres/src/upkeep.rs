//! What concerns more than one lane, or a batch that is in none: flushing all, requeueing, maintenance.

use std::num::NonZeroUsize;
use std::sync::Arc;

use sms_consolidate::lane::{BatchFacts, CloseReason, Nudged};
use sms_consolidate::store::{Maintained, RequeueError, Requeued};
use sms_consolidate::{BatchId, BatchIds, Timestamp};

use crate::changes::{Changes, Opened, commit, uuid};
use crate::database::Session;
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::shared::{Shared, limit};
use crate::sql;
use crate::writer::TRIES;

/// How many lanes are flushed in one transaction.
const FLUSHED_AT_ONCE: i64 = 256;

pub(crate) async fn flush_all(
    shared: Arc<Shared>,
    now: Timestamp,
    reason: CloseReason,
) -> Result<u64, Fault> {
    let store: &str = &shared.settings.name;
    let (mut flushed, mut after, mut tries) = (0, None, 0);
    loop {
        match flush_some(&shared, store, now, reason, after.clone()).await {
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
    shared: &Shared,
    store: &str,
    now: Timestamp,
    reason: CloseReason,
    after: Option<String>,
) -> Result<(u64, Option<String>), Fault> {
    let mut session = shared.database.session().await?;
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
    let mut session = shared.database.session().await?;
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
    let settings = &shared.settings;
    let mut session = shared.database.session().await?;
    let mut prune = async |sql, before: Timestamp| {
        session.execute(sql, &[&settings.name, &before.as_unix_millis(), &limit(most)]).await
    };
    let mut maintained = Maintained::default();
    maintained.batches_pruned = prune(sql::PRUNE_BATCHES, now - settings.keep_finished_for).await?;
    maintained.ids_pruned = prune(sql::PRUNE_IDS, now - settings.keep_ids_for).await?;
    maintained.lanes_pruned = prune(sql::PRUNE_LANES, now).await?;
    let most = most.get() as u64;
    // Fewer batches than the limit may have held as many messages.
    maintained.more =
        maintained.batches_pruned > 0 || maintained.ids_pruned >= most || maintained.lanes_pruned >= most;
    Ok(maintained)
}
