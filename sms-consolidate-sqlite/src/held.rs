//! What the holder of a claim writes. Each is refused, and changes nothing, if the claim is gone.

use std::time::Duration;

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{Fence, Lane, LossReason, ReplyRefusal, ReplyTerms, RetryTerms};
use sms_consolidate::store::Finish;

use crate::claim::end_buried;
use crate::fault::Fault;
use crate::tx::{Ended, Tx, json};

/// A transition that may be refused, inside an operation that may fail.
type Held<T, E = LossReason> = Result<Result<T, E>, Fault>;

/// What a transition returned, the instant that it took for now, and when its lane wakes.
struct Done<T> {
    value: T,
    now: Timestamp,
    wake_at: Option<Timestamp>,
}

fn held<T, E: From<LossReason>>(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    transition: impl FnOnce(&mut Lane, Timestamp) -> Result<T, E>,
) -> Held<Done<T>, E> {
    let kept = tx.lane(key)?;
    let now = kept.clamp(now);
    Ok(transition(&mut kept.lane, now).map(|value| {
        kept.changed_at(now);
        Done { value, now, wake_at: kept.lane.wake_at() }
    }))
}

pub(crate) fn renew(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    lease: Duration,
) -> Held<Timestamp> {
    let done = held(tx, now, key, |lane, now| lane.renew(now, fence, lease))?;
    Ok(done.map(|done| done.value))
}

/// `classification` is JSON.
pub(crate) fn checkpoint(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    classification: &str,
) -> Held<()> {
    if let Err(lost) = held(tx, now, key, |lane, _| lane.checkpoint(fence))? {
        return Ok(Err(lost));
    }
    let sql = "UPDATE batches SET classification = ?3 WHERE store = ?1 AND id = ?2";
    tx.execute(sql, (tx.store, fence.batch.to_string(), classification))?;
    Ok(Ok(()))
}

pub(crate) fn begin_reply(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    text: &str,
    terms: &ReplyTerms,
) -> Held<(), ReplyRefusal> {
    if let Err(refused) = held(tx, now, key, |lane, now| lane.begin_reply(now, fence, terms))? {
        return Ok(Err(refused));
    }
    let sql = "UPDATE batches SET reply = coalesce(reply, ?3) WHERE store = ?1 AND id = ?2";
    tx.execute(sql, (tx.store, fence.batch.to_string(), text))?;
    Ok(Ok(()))
}

pub(crate) fn finish(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    finish: &Finish,
) -> Held<Option<Timestamp>> {
    let done = match held(tx, now, key, |lane, _| lane.finish(fence))? {
        Ok(done) => done,
        Err(lost) => return Ok(Err(lost)),
    };
    let outcome = Some(json(&finish.outcome));
    let ended = Ended { status: "finished", at: done.now, outcome, error: finish.error.as_deref() };
    tx.end_batch(key, &done.value, &ended)?;
    Ok(Ok(done.wake_at))
}

pub(crate) fn retry(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    terms: &RetryTerms,
    error: &str,
) -> Held<Option<Timestamp>> {
    let done = match held(tx, now, key, |lane, _| lane.retry(fence, terms))? {
        Ok(done) => done,
        Err(lost) => return Ok(Err(lost)),
    };
    let sql =
        "UPDATE batches SET error = ?3, reply = CASE WHEN ?4 THEN reply END WHERE store = ?1 AND id = ?2";
    tx.execute(sql, (tx.store, fence.batch.to_string(), error, terms.maybe_sent))?;
    Ok(Ok(done.wake_at))
}

pub(crate) fn bury(
    tx: &mut Tx<'_>,
    now: Timestamp,
    key: &str,
    fence: Fence,
    maybe_sent: bool,
    error: &str,
) -> Held<Option<Timestamp>> {
    let done = match held(tx, now, key, |lane, _| lane.bury(fence, maybe_sent))? {
        Ok(done) => done,
        Err(lost) => return Ok(Err(lost)),
    };
    end_buried(tx, done.now, key, &done.value, error)?;
    Ok(Ok(done.wake_at))
}
