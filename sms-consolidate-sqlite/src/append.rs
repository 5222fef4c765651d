//! Taking messages in.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;
use sms_consolidate::lane::{self, Entry, Sender, SenderId, SenderIds};
use sms_consolidate::store::{AppendReport, Appended, Arrival, Refusal};
use sms_consolidate::{Key, Message, Timestamp};

use crate::fault::Fault;
use crate::senders;
use crate::tx::{Tx, open_batch};

/// The most bytes that one message may have as JSON.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// An arrival as it is written. It is made where the message was pushed, so that the thread that writes runs no code of
/// the message's type.
pub(crate) struct Prepared {
    key: String,
    id: Option<String>,
    /// JSON; `None` if the message cannot be written so.
    body: Option<String>,
    /// The sender whose record decides what it means.
    sender: Option<SenderId>,
    arrival: lane::Arrival,
}

impl Prepared {
    pub(crate) fn new<K: Key, M: Message + Serialize>(arrival: &Arrival<K, M>, senders: &SenderIds) -> Self {
        let message = &arrival.message;
        let written = catch_unwind(AssertUnwindSafe(|| serde_json::to_string(message)));
        let body = written.ok().and_then(Result::ok).filter(|body| body.len() <= MAX_BODY_BYTES);
        Self {
            key: arrival.key.to_string(),
            id: message.id().map(str::to_owned),
            body,
            sender: arrival.sender_scope().map(|scope| senders.of(&scope)),
            arrival: arrival.for_lane(),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.key.len() + optional(&self.id) + optional(&self.body)
    }
}

pub(crate) fn append(tx: &mut Tx<'_>, now: Timestamp, arrivals: &[Prepared]) -> Result<AppendReport, Fault> {
    let mut report = AppendReport::default();
    for arrival in arrivals {
        report.results.push(append_one(tx, now, arrival)?);
    }
    let accepted = arrivals.iter().zip(&report.results);
    let touched = accepted.filter(|(_, result)| matches!(result, Appended::Accepted(_)));
    report.wake_at = touched.filter_map(|(arrival, _)| tx.lanes.get(&arrival.key)?.lane.wake_at()).min();
    tx.has_appended = true;
    Ok(report)
}

fn append_one(tx: &mut Tx<'_>, now: Timestamp, arrival: &Prepared) -> Result<Appended, Fault> {
    let Some(body) = &arrival.body else { return Ok(Appended::Refused(Refusal::Unstorable)) };
    match take_in(tx, now, arrival, body) {
        // Its neighbours are not to suffer. Nothing was written: what is damaged is found before.
        Err(Fault::Damaged(_)) => Ok(Appended::Refused(Refusal::Damaged)),
        done => done,
    }
}

fn take_in(tx: &mut Tx<'_>, now: Timestamp, arrival: &Prepared, body: &str) -> Result<Appended, Fault> {
    let Prepared { key, id, sender: sender_id, arrival, .. } = arrival;
    let sender = sender_id.map_or(Ok(Sender::default()), |id| senders::read(tx, id))?;
    let (connection, store, ids) = (tx.connection, tx.store, &mut *tx.ids);
    let kept = tx.lanes.load(connection, store, key)?;
    // A copy, because an id that turns out to be known changes nothing.
    let mut lane = kept.lane.clone();
    let Ok((accepted, after)) = lane.arrive(now, arrival, &sender, || ids.next(now)) else {
        let is_known = id.as_ref().map_or(Ok(false), |id| is_known(tx, key, id))?;
        return Ok(if is_known { Appended::Duplicate } else { Appended::Refused(Refusal::Line) });
    };
    let (batch, at) = (accepted.batch.to_string(), lane.clamp(now));
    if let Some(id) = id {
        let mut remember = connection.prepare_cached(
            "INSERT INTO message_ids (store, key, id, seen_at, batch_id) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (store, key, id) DO NOTHING",
        )?;
        if remember.execute((store, key, id, at.as_unix_millis(), &batch))? == 0 {
            return Ok(Appended::Duplicate);
        }
    }
    if matches!(accepted.entry, Entry::Opened | Entry::Ahead) {
        open_batch(connection, store, key, &batch, at, accepted.due_at)?;
    }
    let mut keep = connection.prepare_cached(
        "INSERT INTO messages (store, batch_id, position, arrived_at, message_id, body) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    keep.execute((store, &batch, accepted.messages - 1, at.as_unix_millis(), id, body))?;
    kept.lane = lane;
    kept.changed_at(now);
    if let (Some(id), Some(after)) = (sender_id, after) {
        senders::write(tx, *id, &after)?;
    }
    Ok(Appended::Accepted(accepted))
}

fn is_known(tx: &Tx<'_>, key: &str, id: &str) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM message_ids WHERE store = ?1 AND key = ?2 AND id = ?3";
    Ok(tx.connection.prepare_cached(sql)?.exists((tx.store, key, id))?)
}
