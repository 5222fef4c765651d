//! Looking into the store. What is unfinished is shown as its lane has it, the rest as its row has it.

use rusqlite::OptionalExtension;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sms_consolidate::lane::{BatchFacts, Lane};
use sms_consolidate::store::{Counts, Filter, Record, Status, Whole};
use sms_consolidate::{BatchId, Key, Message, Timestamp};

use crate::claim::{read_batch, read_key};
use crate::fault::Fault;
use crate::senders;
use crate::tx::{Text, Tx};

const COLUMNS: &str = "id, key, status, opened_at, due_at, ended_at, close_reason, control, attempts, message_count, \
     classification, outcome, error, facts";

/// A row of `batches`.
struct Row {
    id: String,
    key: String,
    status: String,
    opened_at: i64,
    due_at: i64,
    ended_at: Option<Timestamp>,
    close_reason: Option<String>,
    control: Option<String>,
    attempts: Option<i64>,
    message_count: Option<i64>,
    classification: Option<Text>,
    outcome: Option<Text>,
    error: Option<Text>,
    facts: Option<String>,
}

impl Row {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            key: row.get(1)?,
            status: row.get(2)?,
            opened_at: row.get(3)?,
            due_at: row.get(4)?,
            ended_at: row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_millis),
            close_reason: row.get(6)?,
            control: row.get(7)?,
            attempts: row.get(8)?,
            message_count: row.get(9)?,
            classification: row.get(10)?,
            outcome: row.get(11)?,
            error: row.get(12)?,
            facts: row.get(13)?,
        })
    }

    /// What the lane knows of the batch, or knew when it ended.
    fn facts(&self, tx: &mut Tx<'_>) -> Result<Option<BatchFacts>, Fault> {
        if matches!(self.status.as_str(), "finished" | "dead") {
            return Ok(self.last_facts());
        }
        let Ok(id) = self.id.parse::<BatchId>() else { return Ok(None) };
        match tx.lane(&self.key) {
            Err(Fault::Damaged(_)) => Ok(None),
            kept => Ok(kept?.lane.facts().find(|facts| facts.id == id)),
        }
    }

    fn last_facts(&self) -> Option<BatchFacts> {
        let mut facts: Value = serde_json::from_str(self.facts.as_deref()?).ok()?;
        let columns = [
            ("id", Value::from(self.id.as_str())),
            ("opened_at", self.opened_at.into()),
            ("due_at", self.due_at.into()),
            ("messages", self.message_count.into()),
            ("close_reason", self.close_reason.as_deref().into()),
            ("control", self.control.as_deref().into()),
            ("attempts", self.attempts.into()),
        ];
        let object = facts.as_object_mut()?;
        object.extend(columns.map(|(name, value)| (name.to_owned(), value)));
        let mut facts: BatchFacts = serde_json::from_value(facts).ok()?;
        facts.classification = from_json(self.classification.as_ref());
        facts.error = self.error.as_ref().map(|error| String::from_utf8_lossy(&error.0).into_owned());
        Some(facts)
    }

    fn record<K: Key>(&self, facts: BatchFacts) -> Option<Record<K>> {
        let mut record = Record::unfinished(read_key(&self.key)?, facts);
        match self.status.as_str() {
            "finished" => record.status = Status::Finished,
            "dead" => record.status = Status::Dead,
            _ => {}
        }
        record.ended_at = self.ended_at;
        record.outcome = from_json(self.outcome.as_ref());
        Some(record)
    }
}

fn from_json<T: DeserializeOwned>(text: Option<&Text>) -> Option<T> {
    serde_json::from_slice(&text?.0).ok()
}

fn read_row(tx: &Tx<'_>, id: &str) -> Result<Option<Row>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM batches WHERE store = ?1 AND id = ?2");
    let mut statement = tx.connection.prepare_cached(&sql)?;
    Ok(statement.query_row((tx.store, id), Row::read).optional()?)
}

pub(crate) fn batch<K: Key, M: Message + DeserializeOwned>(
    tx: &mut Tx<'_>,
    id: BatchId,
) -> Result<Option<Whole<K, M>>, Fault> {
    let Some(row) = read_row(tx, &id.to_string())? else { return Ok(None) };
    let facts = row.facts(tx)?.ok_or(Fault::Damaged("what is noted of a batch cannot be read back"))?;
    let batch = read_batch(tx, &row.key, &facts)?.ok();
    let record = row.record(facts).ok_or(Fault::Damaged("the key of a batch cannot be read back"))?;
    Ok(Some(Whole::new(record, batch)))
}

pub(crate) fn list<K: Key>(tx: &mut Tx<'_>, filter: &Filter) -> Result<Vec<Record<K>>, Fault> {
    let mut records = Vec::new();
    if filter.limit == 0 {
        return Ok(records);
    }
    let prefix = filter.key_prefix.as_deref().unwrap_or_default();
    let mut statement = tx.connection.prepare_cached(&listing(filter))?;
    let mut rows = statement.query((tx.store, prefix, after_all_with(prefix)))?;
    while let Some(row) = rows.next()? {
        let Ok(row) = Row::read(row) else {
            tracing::warn!("a batch cannot be listed: its row holds what is no text");
            continue;
        };
        tx.lanes.make_room();
        let Some(facts) = row.facts(tx)? else {
            tracing::warn!(
                batch = row.id,
                "a batch cannot be listed: what is noted of it cannot be read back"
            );
            continue;
        };
        match row.record(facts) {
            Some(record) if is_wanted(filter, record.status) => records.push(record),
            Some(_) => {}
            None => tracing::warn!(batch = row.id, "a batch cannot be listed: its key cannot be read back"),
        }
        if records.len() == filter.limit {
            break;
        }
    }
    Ok(records)
}

fn is_wanted(filter: &Filter, status: Status) -> bool {
    filter.statuses.is_empty() || filter.statuses.contains(&status)
}

/// Batches, the newest first, without those that the filter does not want, as far as the row alone says it.
pub(crate) fn listing(filter: &Filter) -> String {
    let wants = |status| is_wanted(filter, status);
    let unfinished = [Status::Open, Status::Closed, Status::Claimed, Status::Retrying];
    // What is rare has an index of its own for each status, which SQLite has to be told: it knows nothing of how many
    // there are, and goes by the primary key. So it does for the others, among which finished ones are found soon; the
    // plus keeps it from their index, by which it would have to sort them.
    let wanted = (unfinished.into_iter().any(wants), wants(Status::Finished), wants(Status::Dead));
    let dead = "INDEXED BY batches_dead WHERE status = 'dead'";
    let unfinished = "INDEXED BY batches_unfinished WHERE status = 'unfinished'";
    let sources: &[&str] = match wanted {
        (false, false, _) => &[dead],
        (true, false, false) => &[unfinished],
        (true, false, true) => &[unfinished, dead],
        (false, true, false) => &["WHERE +status = 'finished'"],
        (false, true, true) => &["WHERE +status <> 'unfinished'"],
        (true, true, false) => &["WHERE +status <> 'dead'"],
        (true, true, true) => &["WHERE TRUE"],
    };
    let select = |source: &&str| {
        format!(
            "SELECT {COLUMNS} FROM batches {source} AND store = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)"
        )
    };
    let selects: Vec<String> = sources.iter().map(select).collect();
    format!("{} ORDER BY id DESC", selects.join(" UNION ALL "))
}

/// The first text after all that start with `prefix`, if there is one. SQLite compares the bytes of UTF-8, which sort
/// as the characters do.
fn after_all_with(prefix: &str) -> Option<String> {
    let mut after = prefix.to_owned();
    while let Some(last) = after.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            after.push(next);
            return Some(after);
        }
    }
    None
}

// By indexes that SQLite has to be told of, see `listing`.
pub(crate) const COUNT_FINISHED: &str =
    "SELECT count(*) FROM batches INDEXED BY batches_finished WHERE store = ?1 AND status = 'finished'";
pub(crate) const COUNT_DEAD: &str =
    "SELECT count(*) FROM batches INDEXED BY batches_dead WHERE store = ?1 AND status = 'dead'";

pub(crate) fn counts(tx: &Tx<'_>, now: Timestamp) -> Result<Counts, Fault> {
    let mut counts = Counts::default();
    let count = |sql: &str| -> Result<u64, Fault> {
        let count: i64 = tx.connection.prepare_cached(sql)?.query_row([tx.store], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    };
    counts.finished = count(COUNT_FINISHED)?;
    counts.dead = count(COUNT_DEAD)?;
    counts.opted_out = count(senders::COUNT)?;
    counts.keys = count("SELECT count(*) FROM lanes WHERE store = ?1")?;
    let sql = "SELECT lane FROM lanes WHERE store = ?1 AND wake_at IS NOT NULL";
    let mut statement = tx.connection.prepare_cached(sql)?;
    let mut rows = statement.query([tx.store])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(0)?.as_bytes().map_err(rusqlite::Error::from)?;
        // A claim sets a damaged one aside, and says so.
        let Ok(lane) = serde_json::from_slice::<Lane>(text) else { continue };
        lane.count(now, &mut counts);
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_an_end() {
        let check = |prefix, after: Option<&str>| assert_eq!(after_all_with(prefix).as_deref(), after);
        check("", None);
        check("ab", Some("ac"));
        check("a\u{d7ff}", Some("a\u{e000}"));
        check("a\u{10ffff}", Some("b"));
        check("\u{10ffff}\u{10ffff}", None);
    }
}
