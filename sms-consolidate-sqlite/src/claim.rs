//! Leasing due batches, and reading them back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::OptionalExtension;
use rusqlite::types::ToSql;
use serde::de::DeserializeOwned;
use sms_consolidate::lane::{BatchFacts, Buried, Claimed, Stage};
use sms_consolidate::store::{Claim, Outcome};
use sms_consolidate::{Arrived, Batch, Classification, Key, Message, Timestamp};

use crate::fault::Fault;
use crate::tx::{Ended, Text, Tx, json};

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
    let now = kept.clamp(now);
    let claimed = kept.lane.claim(now, lease);
    // Even if there is nothing to claim: then its column was wrong, and is put right.
    kept.changed_at(now);
    let Some(claimed) = claimed else { return Ok(None) };
    match read_claim(tx, key, &claimed)? {
        Ok(claim) => Ok(Some(claim)),
        Err(why) => {
            bury_unreadable(tx, now, key, &claimed, &why)?;
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

fn bury_unreadable(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    claimed: &Claimed,
    why: &str,
) -> Result<(), Fault> {
    let batch = claimed.facts.id;
    tracing::error!(%batch, why, "a batch cannot be read back, and is dead");
    let buried = tx.lane(key)?.lane.bury(claimed.fence(), true).expect("it was claimed in this transaction");
    end_buried(tx, now, key, &buried, why)
}

/// Notes what became of a batch that was to be buried.
pub(crate) fn end_buried(
    tx: &Tx<'_>,
    now: Timestamp,
    key: &str,
    buried: &Buried,
    error: &str,
) -> Result<(), Fault> {
    let error = Some(error);
    match buried {
        Buried::Dead(facts) => {
            tx.end_batch(key, facts, &Ended { status: "dead", at: now, outcome: None, error })
        }
        Buried::ReplyUnknown(facts) => {
            let outcome = Some(json(&Outcome::ReplyUnknown));
            tx.end_batch(key, facts, &Ended { status: "finished", at: now, outcome, error })
        }
    }
}

/// What cannot be read back, and why: without a word of what was found, which may be a message's.
type Read<T> = Result<T, String>;

fn read_claim<K: Key, M: Message + DeserializeOwned>(
    tx: &Tx<'_>,
    key: &str,
    claimed: &Claimed,
) -> Result<Read<Claim<K, M>>, Fault> {
    let batch = match read_batch(tx, key, &claimed.facts)? {
        Ok(batch) => Arc::new(batch),
        Err(why) => return Ok(Err(why)),
    };
    if claimed.stage == Stage::Claimed {
        return Ok(Ok(Claim::new(claimed, batch, None, None)));
    }
    let sql = "SELECT classification, reply FROM batches WHERE store = ?1 AND id = ?2";
    let mut statement = tx.connection.prepare_cached(sql)?;
    let noted = statement.query_row((tx.store, claimed.facts.id.to_string()), |row| {
        Ok((row.get::<_, Option<Text>>(0)?, row.get::<_, Option<Text>>(1)?))
    });
    let Some((classification, reply)) = noted.optional()? else {
        return Ok(Err("its row is gone".to_owned()));
    };
    let checkpoint: Option<Classification> = match classification.map(|text| serde_json::from_slice(&text.0))
    {
        None => None,
        Some(Ok(classification)) => Some(classification),
        Some(Err(error)) => return Ok(Err(format!("its classification: {}", without_content(&error)))),
    };
    let Ok(reply) = reply.map(|text| String::from_utf8(text.0)).transpose() else {
        return Ok(Err("its reply is no text".to_owned()));
    };
    if reply.is_some() != (claimed.stage == Stage::Replying) {
        return Ok(Err("its reply and its stage do not agree".to_owned()));
    }
    Ok(Ok(Claim::new(claimed, batch, checkpoint, reply)))
}

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
