//! Claiming: due heads are locked, leased and read, and what cannot be read is buried.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{Buried, Claimed};
use sms_consolidate::store::{Claim, Outcome};
use sms_consolidate::{Arrived, Batch, BatchId, Classification, Key, Message, Timestamp};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::changes::{Changes, batch_id, commit, uuid};
use crate::database::{Session, Use};
use crate::error::Fault;
use crate::lanes::{Lanes, Locked};
use crate::shared::{Shared, limit};
use crate::sql;
use crate::steps;
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
    #[error("its classification cannot be read")]
    Classification,
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

/// What is stored beside the lanes of the batches that are claimed.
#[derive(Default)]
struct Beside {
    messages: HashMap<BatchId, Vec<Row>>,
    checkpoints: HashMap<BatchId, Row>,
}

impl Beside {
    async fn read(session: &Session, store: &str, ids: &[Uuid]) -> Result<Self, Fault> {
        let messages = session.statement(sql::MESSAGES).await?;
        let checkpoints = session.statement(sql::CHECKPOINTS).await?;
        let client = session.client();
        let (messages, checkpoints) =
            join(client.query(&messages, &[&store, &ids]), client.query(&checkpoints, &[&store, &ids])).await;
        let mut beside = Self::default();
        for row in messages? {
            beside.messages.entry(batch_id(row.get(0))).or_default().push(row);
        }
        beside.checkpoints = checkpoints?.into_iter().map(|row| (batch_id(row.get(0)), row)).collect();
        Ok(beside)
    }

    fn claim<K: Key, M: Message + DeserializeOwned>(
        &self,
        key: &str,
        claimed: &Claimed,
    ) -> Result<Claim<K, M>, Unreadable> {
        let key: K = unescape(key).parse().map_err(|_| Unreadable::Key)?;
        let rows = self.messages.get(&claimed.facts.id).into_iter().flatten();
        let messages = messages(rows, claimed.facts.messages)?;
        let row = self.checkpoints.get(&claimed.facts.id);
        let checkpoint = row.and_then(|row| row.get::<_, Option<&str>>(1));
        let checkpoint: Option<Classification> =
            checkpoint.map(serde_json::from_str).transpose().map_err(|_| Unreadable::Classification)?;
        let reply = row.and_then(|row| row.get::<_, Option<&str>>(2));
        let batch = Arc::new(Batch::assemble(&claimed.facts, key, messages));
        Ok(Claim::new(claimed, batch, checkpoint, reply.map(|reply| unescape(reply).into_owned())))
    }
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
        let Some(locked) = lanes.get(&key) else { continue };
        let now = locked.clamp(now);
        if let Some(claimed) = locked.lane.claim(now, lease) {
            bytes = bytes.saturating_add(claimed.facts.bytes as usize);
            heads.push((key, now, claimed));
        }
    }
    let ids: Vec<Uuid> = heads.iter().map(|(_, _, claimed)| uuid(claimed.facts.id)).collect();
    // In a statement after the one that locked: a message that was committed in between is seen.
    let beside = Beside::read(&session, store, &ids).await?;
    let (mut claims, mut changes) = (Vec::new(), Changes::default());
    for (key, now, claimed) in heads {
        match guarded(|| beside.claim(&key, &claimed)) {
            Ok(claim) => claims.push(claim),
            Err(why) => {
                tracing::error!(batch = %claimed.facts.id, error = %why, "BATCH UNREADABLE");
                let locked = lanes.get(&key).expect("it was claimed from there");
                bury(locked, &mut changes, &key, now, &claimed, &why);
            }
        }
    }
    lanes.park_damaged();
    commit(session, store, &lanes, changes, None).await?;
    Ok(claims)
}

fn bury(
    locked: &mut Locked,
    changes: &mut Changes,
    key: &str,
    now: Timestamp,
    claimed: &Claimed,
    why: &Unreadable,
) {
    let error = format!("what is stored of it cannot be read: {why}");
    match locked.lane.bury(claimed.fence(), true).expect("it was claimed a moment ago") {
        Buried::Dead(facts) => steps::bury(changes, key, now, facts, &error),
        Buried::ReplyUnknown(facts) => {
            steps::finish(changes, key, now, facts, Outcome::ReplyUnknown, Some(&error));
        }
    }
}
