//! Changing a lane, and what is kept beside it.

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{
    Abandoned, Answer, CloseReason, Effects, Refused, Revived, Sender, SenderId, Transition,
};
use sms_consolidate::store::{Changed, NoReply, Outcome};

use crate::fault::Fault;
use crate::senders;
use crate::tx::{Text, Tx, json, open_batch};

/// How many keys one step of a flush of all looks at.
const FLUSHED_AT_ONCE: usize = 500;

/// Applies a transition, which may be refused, inside an operation, which may fail.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    sender: Option<SenderId>,
    transition: Transition,
) -> Result<Result<Changed, Refused>, Fault> {
    let sender = sender.map_or(Ok(Sender::default()), |sender| senders::read(tx, sender))?;
    let kept = tx.lane(key)?;
    let (answer, effects) = match transition.apply(&mut kept.lane, &sender, now) {
        Ok(applied) => applied,
        Err(refused) => return Ok(Err(refused)),
    };
    // A flush finds most lanes with nothing to do.
    if answer != Answer::Flushed(0) {
        kept.changed_at(now);
    }
    let changed = Changed::new(answer, kept.lane.wake_at());
    keep(tx, key, effects)?;
    Ok(Ok(changed))
}

fn keep(tx: &Tx<'_>, key: &str, effects: Effects) -> Result<(), Fault> {
    let Effects { ended, revived, abandoned } = effects;
    for ended in &ended {
        tx.end_batch(key, ended)?;
    }
    if let Some(revived) = revived {
        revive(tx, key, revived)?;
    }
    if let Some(Abandoned { batch, at, .. }) = abandoned {
        let sql = "UPDATE batches SET status = 'finished', ended_at = ?3, outcome = ?4 WHERE store = ?1 AND id = ?2";
        let outcome = json(&Outcome::NoReply(NoReply::Abandoned));
        tx.execute(sql, (tx.store, batch.to_string(), at.as_unix_millis(), outcome))?;
    }
    Ok(())
}

fn revive(tx: &Tx<'_>, key: &str, revived: Revived) -> Result<(), Fault> {
    let Revived { dead, batch, at } = revived;
    let (dead, batch) = (dead.to_string(), batch.to_string());
    open_batch(tx.connection, tx.store, key, &batch, at, at)?;
    tx.execute(
        "UPDATE message_ids SET batch_id = ?4 WHERE store = ?1 AND key = ?2 AND id IN \
         (SELECT message_id FROM messages WHERE store = ?1 AND batch_id = ?3)",
        (tx.store, key, &dead, &batch),
    )?;
    let sql = "UPDATE messages SET batch_id = ?3 WHERE store = ?1 AND batch_id = ?2";
    tx.execute(sql, (tx.store, &dead, &batch))?;
    tx.execute("DELETE FROM batches WHERE store = ?1 AND id = ?2", (tx.store, &dead))?;
    Ok(())
}

/// Flushes the next keys after `after`. Returns how many batches it changed, and the last key if there may be more.
pub(crate) fn flush_some(
    tx: &mut Tx<'_>,
    now: Timestamp,
    after: Option<&Text>,
    reason: CloseReason,
) -> Result<(u64, Option<Text>), Fault> {
    tx.write_lanes()?;
    let sql = "SELECT key FROM lanes WHERE store = ?1 AND (?2 IS NULL OR key > ?2) AND wake_at IS NOT NULL \
         ORDER BY key LIMIT ?3";
    let keys: Vec<Text> = {
        let mut statement = tx.connection.prepare_cached(sql)?;
        let keys = statement.query_map((tx.store, after, FLUSHED_AT_ONCE as i64), |row| row.get(0))?;
        keys.collect::<Result<_, _>>()?
    };
    let mut flushed = 0;
    // A claim sets a lane aside whose key is no text, or that cannot be read.
    for key in keys.iter().filter_map(Text::as_str) {
        match change(tx, now, key, None, Transition::Flush { reason }) {
            Ok(Ok(Changed { answer: Answer::Flushed(some), .. })) => flushed += some,
            Ok(_) | Err(Fault::Damaged(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    let is_last = keys.len() < FLUSHED_AT_ONCE;
    Ok((flushed, keys.into_iter().next_back().filter(|_| !is_last)))
}
