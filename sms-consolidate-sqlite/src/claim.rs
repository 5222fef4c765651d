//! Leasing due batches, and reading them back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::ToSql;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{BatchFacts, Transition};
use sms_consolidate::store::Claim;
use sms_consolidate::{Arrived, Batch, Key, Message, Timestamp};

use crate::change::change;
use crate::fault::Fault;
use crate::tx::{Text, Tx};

/// Due lanes, those that are due longest first.
pub(crate) const DUE: &str = "SELECT key FROM lanes WHERE store = ?1 AND wake_at IS NOT NULL AND wake_at <= ?2 \
     ORDER BY wake_at LIMIT ?3";

pub(crate) fn claim<K: Key, M: Message + DeserializeOwned>(
    tx: &mut Tx<'_>,
    now: Timestamp,
    limit: usize,
    lease: Duration,
) -> Result<Vec<Claim<K, M>>, Fault> {
    let mut claims = Vec::new();
    loop {
        tx.write_lanes()?;
        let wanted = limit - claims.len();
        let keys = due(tx, now, wanted)?;
        for key in &keys {
            match key.as_str() {
                Some(key) => claims.extend(claim_head(tx, now, key, lease)?),
                None => set_aside(tx, key, "its key is no text")?,
            }
        }
        // Those that were buried made room for others.
        if keys.len() < wanted || claims.len() == limit {
            return Ok(claims);
        }
    }
}

fn due(tx: &Tx<'_>, now: Timestamp, limit: usize) -> Result<Vec<Text>, Fault> {
    let mut statement = tx.connection.prepare_cached(DUE)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let keys = statement.query_map((tx.store, now.as_unix_millis(), limit), |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

fn claim_head<K: Key, M: Message + DeserializeOwned>(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    lease: Duration,
) -> Result<Option<Claim<K, M>>, Fault> {
    let kept = match tx.lane(key) {
        Err(Fault::Damaged(why)) => {
            set_aside(tx, key, why)?;
            return Ok(None);
        }
        loaded => loaded?,
    };
    let claimed = kept.lane.claim(now, lease);
    // Even if there is nothing to claim: then its column was wrong, and is put right.
    kept.changed_at(now);
    let Some(claimed) = claimed else { return Ok(None) };
    match read_batch(tx, key, &claimed.facts)? {
        Ok(batch) => Ok(Some(Claim::new(claimed, Arc::new(batch)))),
        Err(error) => {
            let fence = claimed.fence();
            tracing::error!(batch = %fence.batch, error, "a batch cannot be read back, and is dead");
            let bury = Transition::Bury { fence, maybe_sent: true, error };
            change(tx, now, key, None, bury)?.expect("it was claimed in this transaction");
            Ok(None)
        }
    }
}

/// Takes a lane that cannot be read out of the way of the others.
fn set_aside(tx: &Tx<'_>, key: impl ToSql, why: &str) -> Result<(), Fault> {
    tracing::error!(why, "a lane is set aside until it is mended: its wake_at is null now");
    tx.execute("UPDATE lanes SET wake_at = NULL WHERE store = ?1 AND key = ?2", (tx.store, key))?;
    Ok(())
}

/// What cannot be read back, and why: without a word of what was found, which may be a message's.
type Read<T> = Result<T, String>;

/// Reads a batch and its messages. This runs code of the key's and the message's types, and survives their panics.
pub(crate) fn read_batch<K: Key, M: Message + DeserializeOwned>(
    tx: &Tx<'_>,
    key: &str,
    facts: &BatchFacts,
) -> Result<Read<Batch<K, M>>, Fault> {
    let read = || -> Result<Read<Batch<K, M>>, Fault> {
        let parts = match read_messages(tx, facts)? {
            Ok(parts) => parts,
            Err(why) => return Ok(Err(why)),
        };
        let Some(key) = read_key(key) else { return Ok(Err("its key cannot be read back".to_owned())) };
        Ok(Ok(Batch::assemble(facts, key, parts)))
    };
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Ok(Err("reading it back panicked".to_owned())))
}

/// A key from its text form. Survives a panic of the key's type.
pub(crate) fn read_key<K: Key>(text: &str) -> Option<K> {
    catch_unwind(|| text.parse().ok()).ok().flatten()
}

fn read_messages<M: DeserializeOwned>(
    tx: &Tx<'_>,
    facts: &BatchFacts,
) -> Result<Read<Vec<Arrived<M>>>, Fault> {
    let mut statement = tx.connection.prepare_cached(
        "SELECT body, arrived_at FROM messages WHERE store = ?1 AND batch_id = ?2 ORDER BY position",
    )?;
    let mut rows = statement.query((tx.store, facts.id.to_string()))?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        match serde_json::from_slice(body) {
            Ok(message) => {
                parts.push(Arrived { message, at: Timestamp::from_unix_millis(row.get(1)?) });
            }
            Err(error) => {
                return Ok(Err(format!("its message {}: {}", parts.len(), without_content(&error))));
            }
        }
    }
    if parts.len() != facts.messages as usize {
        return Ok(Err(format!("{} of its {} messages are there", parts.len(), facts.messages)));
    }
    Ok(Ok(parts))
}

/// An error of JSON says what it found, which may be a message's text.
fn without_content(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "not of the message's type",
        _ => "no JSON",
    };
    format!("{what}, in column {} of its text", error.column())
}
