//! Who has opted out, beside the lanes: the records of senders, and the locks under which they are read.
//!
//! Whoever begins a reply shares an advisory lock of its sender with others who do, whoever may change the record has it
//! alone, and both keep it until they have committed. So an opt-out that has returned is seen by every reply that begins, on
//! whichever node and line. The locks come after those of lanes, all in one order, and nobody who has one waits for a lane,
//! so that none wait for each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::future::join;
use sms_consolidate::Timestamp;
use sms_consolidate::lane::{OptOutChange, Sender, SenderId, SenderIds};
use sms_consolidate::store::OptedOut;
use tokio_postgres::Row;

use crate::changes::{Changes, Write, column, commit};
use crate::database::{Database, Session, Use};
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::shared::{Shared, limit};
use crate::sql;
use crate::text::json;

/// Whose record is needed, and what for.
#[derive(Clone, Copy)]
pub(crate) struct Needed {
    pub(crate) id: SenderId,
    pub(crate) may_change: bool,
}

/// The number by which an advisory lock knows a sender. Two that have it in common wait for each other now and then.
fn lock_number(id: SenderId) -> i32 {
    let [a, b, c, d, ..] = *id.as_bytes();
    i32::from_be_bytes([a, b, c, d])
}

/// The number of a store among the advisory locks of its database, the same on every node.
fn lock_class(store: &str) -> i32 {
    lock_number(SenderIds::new(b"sms-consolidate\0").of(store))
}

/// What is known of the senders that a transaction has locked.
#[derive(Default)]
pub(crate) struct Senders {
    /// `None` if the record cannot be read.
    known: BTreeMap<SenderId, Option<Sender>>,
    changed: BTreeSet<SenderId>,
}

impl Senders {
    /// Locks senders, and then, in a later statement, reads their records. Sent at once, without waiting in between.
    pub(crate) async fn lock(
        session: &Session,
        store: &str,
        needed: impl IntoIterator<Item = Needed>,
    ) -> Result<Self, Fault> {
        let (mut locks, mut senders) = (BTreeMap::new(), Self::default());
        for Needed { id, may_change } in needed {
            *locks.entry(lock_number(id)).or_insert(false) |= may_change;
            senders.known.insert(id, Some(Sender::default()));
        }
        if locks.is_empty() {
            return Ok(senders);
        }
        let (numbers, alone): (Vec<i32>, Vec<bool>) = locks.into_iter().unzip();
        let ids: Vec<&[u8]> = senders.known.keys().map(|id| &id.as_bytes()[..]).collect();
        let (lock, read) =
            (session.statement(sql::LOCK_SENDERS).await?, session.statement(sql::SENDERS).await?);
        let (client, class) = (session.client(), lock_class(store));
        let (locked, rows) =
            join(client.execute(&lock, &[&class, &numbers, &alone]), client.query(&read, &[&store, &ids]))
                .await;
        locked?;
        for row in rows? {
            senders.known.extend(from_row(&row));
        }
        Ok(senders)
    }

    /// What is known of a sender, nothing of one that is not needed. `None` if its record cannot be read.
    pub(crate) fn get(&self, id: Option<SenderId>) -> Option<Sender> {
        let Some(id) = id else { return Some(Sender::default()) };
        *self.known.get(&id).expect("it was locked and read")
    }

    pub(crate) fn put(&mut self, id: SenderId, record: Sender) {
        self.known.insert(id, Some(record));
        self.changed.insert(id);
    }

    pub(crate) fn writes(self) -> Option<Write> {
        let Self { known, changed } = self;
        let mut rows: Vec<(SenderId, Sender)> =
            changed.into_iter().filter_map(|id| Some((id, (*known.get(&id)?)?))).collect();
        let rows = &mut rows[..];
        (!rows.is_empty()).then(|| Write {
            sql: sql::PUT_SENDERS,
            columns: vec![
                column(rows, |(id, _)| id.as_bytes().to_vec()),
                column(rows, |(_, record)| json(record)),
                column(rows, |(_, record)| record.is_opted_out()),
                column(rows, |(_, record)| record.forgettable_at().map(Timestamp::as_unix_millis)),
            ],
        })
    }
}

/// From a row of id, record. `None` is an id that no store has written.
fn from_row(row: &Row) -> Option<(SenderId, Option<Sender>)> {
    let id = SenderId::from_bytes(row.get::<_, &[u8]>(0).try_into().ok()?);
    let record = serde_json::from_str(row.get(1)).ok();
    if record.is_none() {
        tracing::error!(sender = %id, "SENDER UNREADABLE: its row in `senders` is damaged");
    }
    Some((id, record))
}

fn damaged() -> Fault {
    Fault::broken("what is stored of this sender is damaged, see the table senders")
}

/// How the senders of a store are named: by a secret that is made when it is first opened. `None` if that has gone since, or
/// is damaged, and who has opted out could not be found.
pub(crate) async fn ids(database: &Database, store: &str) -> Result<Option<SenderIds>, Fault> {
    let asked = async {
        let mut session = database.session(Use::Serve).await?;
        session.execute(sql::MAKE_SECRET, &[&store]).await?;
        let rows = session.query(sql::SECRET, &[&store]).await?;
        let secret: Option<&[u8; 16]> = rows.first().and_then(|row| row.get::<_, &[u8]>(0).try_into().ok());
        Ok(secret.map(SenderIds::new))
    };
    database.in_time(asked).await
}

pub(crate) async fn set_opted_out(
    shared: Arc<Shared>,
    now: Timestamp,
    id: SenderId,
    change: OptOutChange,
) -> Result<bool, Fault> {
    let store = &shared.settings.name;
    let mut session = shared.database.session(Use::Serve).await?;
    session.opens();
    let begun = session.client().batch_execute(sql::BEGIN);
    let needed = Needed { id, may_change: true };
    let (begun, senders) = join(begun, Senders::lock(&session, store, [needed])).await;
    begun?;
    let mut changes = Changes::with(senders?);
    let before = changes.senders.get(Some(id)).ok_or_else(damaged)?;
    let after = before.after(now, &change);
    if after != before {
        changes.senders.put(id, after);
    }
    commit(session, store, &Lanes::default(), changes, None).await?;
    Ok(after.is_opted_out() != before.is_opted_out())
}

pub(crate) async fn sender(shared: Arc<Shared>, id: SenderId) -> Result<Sender, Fault> {
    let mut session = shared.database.session(Use::Look).await?;
    let rows =
        session.query(sql::SENDERS, &[&shared.settings.name, &[&id.as_bytes()[..]].as_slice()]).await?;
    rows.first().and_then(from_row).map_or(Ok(Sender::default()), |(_, record)| record.ok_or_else(damaged))
}

/// Those whose record cannot be read are left out.
pub(crate) async fn opted_out(
    shared: Arc<Shared>,
    after: Option<SenderId>,
    most: NonZeroUsize,
) -> Result<Vec<OptedOut>, Fault> {
    let mut session = shared.database.session(Use::Look).await?;
    // Nothing is less than no bytes at all.
    let after: &[u8] = after.as_ref().map_or(&[], |after| after.as_bytes());
    let rows = session.query(sql::OPTED_OUT, &[&shared.settings.name, &after, &limit(most)]).await?;
    Ok(rows.iter().filter_map(from_row).filter_map(|(id, record)| OptedOut::new(id, &record?)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nodes of all versions must mean the same lock.
    #[test]
    fn the_numbers_of_a_lock_are_the_same_for_ever() {
        assert_eq!(lock_class("default"), 1_370_622_312);
        assert_eq!(lock_number(SenderId::from_bytes(*b"\xff\0\0\x01 and others!")), -0x00ff_ffff);
    }
}
