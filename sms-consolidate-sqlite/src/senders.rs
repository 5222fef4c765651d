//! Who has opted out: a record of each sender, beside the lanes.

use rusqlite::{Connection, OptionalExtension};
use sms_consolidate::Timestamp;
use sms_consolidate::lane::{OptOutChange, Sender, SenderId};
use sms_consolidate::store::OptedOut;

use crate::fault::Fault;
use crate::tx::{Tx, json};

/// The secret under which the ids of a store's senders are made. It is made when the store's name is first used; `None` if
/// it has gone since, and who has opted out could not be found.
pub(crate) fn secret(connection: &Connection, store: &str) -> rusqlite::Result<Option<[u8; 16]>> {
    let find = || {
        let sql = "SELECT secret FROM secrets WHERE store = ?1";
        connection.query_row(sql, [store], |row| row.get(0)).optional()
    };
    if let Some(secret) = find()? {
        return Ok(Some(secret));
    }
    let make = "INSERT INTO secrets (store, secret) SELECT ?1, randomblob(16) \
         WHERE NOT EXISTS (SELECT 1 FROM senders WHERE store = ?1)";
    connection.execute(make, [store])?;
    find()
}

/// What is known of a sender.
pub(crate) fn read(tx: &Tx<'_>, id: SenderId) -> Result<Sender, Fault> {
    let sql = "SELECT record FROM senders WHERE store = ?1 AND id = ?2";
    let mut statement = tx.connection.prepare_cached(sql)?;
    let found = statement.query_row((tx.store, id.as_bytes()), |row| Ok(parse(row.get_ref(0)?)));
    match found.optional()? {
        None => Ok(Sender::default()),
        Some(record) => record.ok_or(Fault::Damaged("a sender's record cannot be read back")),
    }
}

fn parse(text: rusqlite::types::ValueRef<'_>) -> Option<Sender> {
    serde_json::from_slice(text.as_bytes().ok()?).ok()
}

pub(crate) fn write(tx: &Tx<'_>, id: SenderId, sender: &Sender) -> Result<(), Fault> {
    let sql = "INSERT INTO senders (store, id, record, opted_out, forgettable_at) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (store, id) DO UPDATE SET record = excluded.record, opted_out = excluded.opted_out, \
         forgettable_at = excluded.forgettable_at";
    let forgettable_at = sender.forgettable_at().map(Timestamp::as_unix_millis);
    tx.execute(sql, (tx.store, id.as_bytes(), json(sender), sender.is_opted_out(), forgettable_at))?;
    Ok(())
}

/// Opts a sender out or in. Returns whether that changed anything.
pub(crate) fn change(
    tx: &Tx<'_>,
    now: Timestamp,
    id: SenderId,
    change: &OptOutChange,
) -> Result<bool, Fault> {
    let before = read(tx, id)?;
    let after = before.after(now, change);
    if after != before {
        write(tx, id, &after)?;
    }
    Ok(after.is_opted_out() != before.is_opted_out())
}

// By an index that SQLite has to be told of, because it knows nothing of how many have opted in again.
pub(crate) const OPTED_OUT: &str = "SELECT id, record FROM senders INDEXED BY senders_opted_out \
     WHERE store = ?1 AND opted_out = 1 AND id > ?2 ORDER BY id";
pub(crate) const COUNT: &str =
    "SELECT count(*) FROM senders INDEXED BY senders_opted_out WHERE store = ?1 AND opted_out = 1";

/// Those who have opted out, in order of their ids. One whose record cannot be read is left out.
pub(crate) fn opted_out(tx: &Tx<'_>, after: Option<SenderId>, limit: usize) -> Result<Vec<OptedOut>, Fault> {
    let after = after.as_ref().map_or(&[][..], |id| id.as_bytes());
    let mut statement = tx.connection.prepare_cached(OPTED_OUT)?;
    let mut rows = statement.query((tx.store, after))?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let id = row.get(0).ok().map(SenderId::from_bytes);
        match id.and_then(|id| OptedOut::new(id, &parse(row.get_ref(1).ok()?)?)) {
            Some(opted_out) => found.push(opted_out),
            None => tracing::warn!("a sender who opted out cannot be listed: its row cannot be read back"),
        }
    }
    Ok(found)
}

/// Records that say nothing any more.
pub(crate) const FORGETTABLE: &str = "SELECT id FROM senders WHERE store = ?1 AND forgettable_at IS NOT NULL \
     AND forgettable_at <= ?2 ORDER BY forgettable_at LIMIT ?3";

/// Drops up to `limit` records that say nothing any more. Returns how many.
pub(crate) fn prune(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<usize, Fault> {
    let sql = format!("DELETE FROM senders WHERE store = ?1 AND id IN ({FORGETTABLE})");
    tx.execute(&sql, (tx.store, now.as_unix_millis(), limit))
}
