//! Claiming: due heads are locked, leased and read, and what cannot be read is buried.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sms_consolidate::lane::{Claimed, Sender, Transition};
use sms_consolidate::store::Claim;
use sms_consolidate::{Arrived, Batch, BatchId, Key, Message, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::changes::{Changes, batch_id, commit, uuid};
use crate::database::{Session, Use};
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::shared::{Shared, limit};
use crate::sql;
use crate::text::unescape;

/// So many bytes of texts, and those of one more batch, are claimed at once: a claim that takes longer to read than the
/// database waits would be tried again and again, and everybody behind it waits too.
const CLAIM_BYTES: usize = 8 * 1024 * 1024;

/// What is stored of a batch cannot be read. Says nothing of what it holds.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("its key cannot be read")]
    Key,
    #[error("message {number} cannot be read ({category:?} error in column {column})")]
    Message { number: usize, category: serde_json::error::Category, column: usize },
    #[error("{found} of its {expected} messages are stored")]
    Missing { found: usize, expected: u32 },
    #[error("reading it panicked")]
    Panicked,
}

/// Reads with the user's own code, which may panic: that must not end more than the one batch.
pub(crate) fn guarded<T, E: From<Unreadable>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Unreadable::Panicked.into()))
}

/// The messages of a batch from rows of batch_id, arrived_at, body, in their order.
pub(crate) fn messages<'a, M: DeserializeOwned>(
    rows: impl IntoIterator<Item = &'a Row>,
    expected: u32,
) -> Result<Vec<Arrived<M>>, Unreadable> {
    let read = |(number, row): (usize, &Row)| {
        let body: &str = row.get(2);
        let message = serde_json::from_str(body).map_err(|error| Unreadable::Message {
            number: number + 1,
            category: error.classify(),
            column: error.column(),
        })?;
        Ok(Arrived { message, at: Timestamp::from_unix_millis(row.get(1)) })
    };
    let messages = rows.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    if messages.len() == expected as usize {
        Ok(messages)
    } else {
        Err(Unreadable::Missing { found: messages.len(), expected })
    }
}

/// The rows of messages, by their batches.
type Bodies = HashMap<BatchId, Vec<Row>>;

async fn read(session: &Session, store: &str, ids: &[Uuid]) -> Result<Bodies, Fault> {
    let statement = session.statement(sql::MESSAGES).await?;
    let mut bodies = Bodies::new();
    for row in session.client().query(&statement, &[&store, &ids]).await? {
        bodies.entry(batch_id(row.get(0))).or_default().push(row);
    }
    Ok(bodies)
}

fn claim_of<K: Key, M: Message + DeserializeOwned>(
    bodies: &Bodies,
    key: &str,
    claimed: &Claimed,
) -> Result<Claim<K, M>, Unreadable> {
    let key: K = unescape(key).parse().map_err(|_| Unreadable::Key)?;
    let rows = bodies.get(&claimed.facts.id).into_iter().flatten();
    let messages = messages(rows, claimed.facts.messages)?;
    Ok(Claim::new(claimed.clone(), Arc::new(Batch::assemble(&claimed.facts, key, messages))))
}

pub(crate) async fn claim<K: Key, M: Message + DeserializeOwned>(
    shared: Arc<Shared>,
    now: Timestamp,
    most: NonZeroUsize,
    lease: Duration,
) -> Result<Vec<Claim<K, M>>, Fault> {
    let store: &str = &shared.settings.name;
    let mut session = shared.database.session(Use::Serve).await?;
    let due: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&store, &now.as_unix_millis(), &limit(most)];
    let rows = session.begin(sql::BEGIN, sql::LOCK_DUE_LANES, &due).await?;
    if rows.is_empty() {
        session.leave().await?;
        return Ok(Vec::new());
    }
    let order: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let mut lanes = Lanes::from_rows(&rows);
    let mut heads = Vec::new();
    let mut bytes = 0_usize;
    for key in order {
        // The rest is left as it is, for whoever claims next.
        if bytes >= CLAIM_BYTES {
            break;
        }
        if let Some(claimed) = lanes.get(&key).and_then(|lane| lane.claim(now, lease)) {
            bytes = bytes.saturating_add(claimed.facts.bytes as usize);
            heads.push((key, claimed));
        }
    }
    let ids: Vec<Uuid> = heads.iter().map(|(_, claimed)| uuid(claimed.facts.id)).collect();
    // In a statement after the one that locked: a message that was committed in between is seen.
    let bodies = read(&session, store, &ids).await?;
    let (mut claims, mut changes) = (Vec::new(), Changes::default());
    for (key, claimed) in heads {
        match guarded(|| claim_of(&bodies, &key, &claimed)) {
            Ok(claim) => claims.push(claim),
            Err(why) => {
                tracing::error!(batch = %claimed.facts.id, error = %why, "BATCH UNREADABLE");
                let lane = lanes.get(&key).expect("it was claimed from there");
                let error = format!("what is stored of it cannot be read: {why}");
                let bury = Transition::Bury { fence: claimed.fence(), maybe_sent: true, error };
                let buried = changes.apply((&key, lane), bury, &Sender::default(), now);
                buried.expect("it was claimed a moment ago");
            }
        }
    }
    lanes.park_damaged();
    commit(session, store, &lanes, changes, None).await?;
    Ok(claims)
}
