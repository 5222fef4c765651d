//! The tables, for people who look into the file with `sqlite3`.
//!
//! Instants are integers, milliseconds since the Unix epoch, in columns that end in `_at`:
//! `SELECT datetime(opened_at / 1000, 'unixepoch') FROM batches`. What is JSON is text. Inside a lane, instants are
//! milliseconds after its `base`, and `due_after` is after `opened`; what is a default is left out.
//!
//! While a batch is unfinished, its lane is the truth about it: its state, attempts and messages, what it was found to be,
//! the reply that is being sent. Its row in `batches` says `unfinished`, and of the rest only what was known when it
//! opened. The view `batches_now` has both put together. What was written last may be in the file that ends in `-wal`;
//! `sqlite3` reads it from there.
//!
#![doc = concat!("```sql\n", include_str!("schema.sql"), "```")]
//!
//! # By hand
//!
//! Reading is safe at any time. Stop the service before you write. A lane that was damaged (its `wake_at` was set to
//! null, and the log says so) takes in no messages, and every operation on it fails. It is mended by writing sound JSON into
//! `lane` and the instant of its next step into `wake_at`, or is given up by writing `{}`: its batches in `batches` are then
//! nobody's, and the dead ones cannot be requeued.
//!
//! Who opted out is not in the lane but in `senders`. So a lane that is damaged, mended or given up opts nobody in, and a sender
//! can be opted out and in meanwhile. A sender whose `record` is damaged gets no reply until it is mended; to have it opted
//! out, write `{"opted_out":true,"cause":"operator","changed_at":0,"stopped_at":0}`. Do not delete rows of `senders`, nor
//! that of `secrets`: who opted out would be texted again. A file with senders and without a secret is not opened.

use rusqlite::Connection;
use sms_consolidate::Timestamp;

/// Marks the file as one of this crate's: `SMSC`.
pub(crate) const APPLICATION_ID: i64 = 0x534D_5343;

const TABLES: &str = include_str!("schema.sql");

/// The version that this crate reads and writes.
pub(crate) const VERSION: i64 = 1;

/// The version of the file: 0 if it has no tables of ours yet.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    let is_there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
    if connection.query_row(is_there, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    connection.query_row("SELECT coalesce(max(version), 0) FROM schema_version", [], |row| row.get(0))
}

/// Makes the tables in an empty file, wholly or not at all.
pub(crate) fn create(connection: &mut Connection, now: Timestamp) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLES)?;
    let created = "INSERT INTO schema_version (version, applied_at) VALUES (?1, ?2)";
    transaction.execute(created, (VERSION, now.as_unix_millis()))?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use sms_consolidate::store::{Filter, Status};

    use super::*;

    fn fresh() -> Connection {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        create(&mut connection, Timestamp::default()).expect("an empty file gets its tables");
        connection
    }

    fn plan(connection: &Connection, sql: &str) -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("it is SQL");
        let steps = statement.raw_query().mapped(|row| row.get::<_, String>(3));
        steps.collect::<Result<Vec<_>, _>>().expect("it has a plan").join("; ")
    }

    /// What looks for work must not look at lanes that have none to do, however many there are.
    #[test]
    fn what_is_asked_often_is_found_by_an_index() {
        let connection = fresh();
        let check = |sql: &str, index: &str| {
            let plan = plan(&connection, sql);
            assert!(plan.contains(index), "{sql}: {plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{sql}: {plan}");
        };
        check(crate::claim::DUE, "INDEX lanes_by_wake (store=? AND wake_at>? AND wake_at<?)");
        check(crate::worker::EARLIEST, "INDEX lanes_by_wake (store=? AND wake_at>?)");
        check(crate::maintain::IDLE, "INDEX lanes_idle (store=? AND forgettable_at>? AND forgettable_at<?)");
        check(crate::maintain::FINISHED, "INDEX batches_finished (store=? AND ids_kept=? AND ended_at<?)");
        check(crate::inspect::COUNT_FINISHED, "COVERING INDEX batches_finished (store=?)");
        check(crate::inspect::COUNT_DEAD, "COVERING INDEX batches_dead (store=?)");
        check(crate::senders::COUNT, "COVERING INDEX senders_opted_out (store=?)");
        check(crate::senders::OPTED_OUT, "INDEX senders_opted_out (store=? AND id>?)");
        check(
            crate::senders::FORGETTABLE,
            "INDEX senders_forgettable (store=? AND forgettable_at>? AND forgettable_at<?)",
        );
        check(crate::maintain::FORGETTING, "INDEX batches_finished (store=? AND ids_kept>?)");
    }

    /// A listing ends with its limit, so what it does not want must not lie in its way, nor may it be sorted.
    #[test]
    fn a_listing_of_what_is_rare_is_found_by_an_index() {
        use Status::{Closed, Dead, Finished, Open, Retrying};
        let connection = fresh();
        let check = |statuses: &[Status], found: &[&str]| {
            let filter =
                statuses.iter().fold(Filter::newest(9), |filter, status| filter.with_status(*status));
            let plan = plan(&connection, &crate::inspect::listing(&filter));
            for found in found {
                assert!(
                    plan.contains(&format!("SEARCH batches USING {found} (store=?)")),
                    "{statuses:?}: {plan}"
                );
            }
            assert_eq!(plan.matches("SEARCH").count(), found.len(), "{statuses:?}: {plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{statuses:?}: {plan}");
        };
        let (unfinished, dead, all) = ("INDEX batches_unfinished", "INDEX batches_dead", "PRIMARY KEY");
        check(&[Open], &[unfinished]);
        check(&[Closed, Retrying], &[unfinished]);
        check(&[Dead], &[dead]);
        check(&[Dead, Retrying], &[unfinished, dead]);
        check(&[], &[all]);
        check(&[Finished], &[all]);
        check(&[Finished, Dead], &[all]);
        check(&[Finished, Open], &[all]);
    }

    #[test]
    fn a_creation_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        connection.execute_batch("CREATE TABLE messages (in_the_way)").expect("a table can be made");
        assert!(create(&mut connection, Timestamp::default()).is_err());
        assert_eq!(version(&connection), Ok(0));
        let tables = "SELECT count(*) FROM sqlite_schema";
        assert_eq!(connection.query_row(tables, [], |row| row.get(0)), Ok(1));
    }
}
