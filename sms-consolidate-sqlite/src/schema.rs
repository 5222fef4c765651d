//! The tables, for people who look into the file with `sqlite3`, and the steps by which a file gets them.
//!
//! Instants are integers, milliseconds since the Unix epoch, in columns that end in `_at`:
//! `SELECT datetime(opened_at / 1000, 'unixepoch') FROM batches`. What is JSON is text.
//!
//! While a batch is unfinished, its lane is the truth about its state, attempts and messages; its row in `batches` says
//! `unfinished`, and of the rest only what was known when it opened. The view `batches_now` has both put together.
//! What was written last may be in the file that ends in `-wal`; `sqlite3` reads it from there.
//!
#![doc = concat!("```sql\n", include_str!("schema/1.sql"), "\n", include_str!("schema/2.sql"), "```")]
//!
//! # By hand
//!
//! Reading is safe at any time. Stop the service before you write. A lane that was damaged (its `wake_at` was set to
//! null, and the log says so) is mended by writing sound JSON into `lane` and the instant of its next step into
//! `wake_at`, or is given up by deleting its row: its batches in `batches` are then nobody's, and can be set to `dead`.

use rusqlite::Connection;
use sms_consolidate::Timestamp;

/// Marks the file as one of this crate's: `SMSC`.
pub(crate) const APPLICATION_ID: i64 = 0x534D_5343;

/// Step `n` brings a file from version `n` to `n + 1`.
const STEPS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// The version that this crate reads and writes.
pub(crate) const VERSION: i64 = STEPS.len() as i64;

/// The version of the file: 0 if it has no tables of ours yet.
pub(crate) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    let is_there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
    if connection.query_row(is_there, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    connection.query_row("SELECT coalesce(max(version), 0) FROM schema_version", [], |row| row.get(0))
}

/// Brings a file of `version` up to date, wholly or not at all.
pub(crate) fn migrate(connection: &mut Connection, version: i64, now: Timestamp) -> rusqlite::Result<()> {
    let missing = STEPS.iter().zip(1..).filter(|(_, target)| *target > version);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (step, target) in missing {
        transaction.execute_batch(step)?;
        let applied = "INSERT INTO schema_version (version, applied_at) VALUES (?1, ?2)";
        transaction.execute(applied, (target, now.as_unix_millis()))?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use sms_consolidate::store::{Filter, Status};

    use super::*;

    fn fresh() -> Connection {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        migrate(&mut connection, 0, Timestamp::default()).expect("an empty file can be migrated");
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
        check(crate::line::IDLE, "INDEX lanes_idle (store=? AND forgettable_at>? AND forgettable_at<?)");
        check(crate::line::FINISHED, "INDEX batches_finished (store=? AND ids_kept=? AND ended_at<?)");
        check(crate::inspect::COUNT_FINISHED, "COVERING INDEX batches_finished (store=?)");
        check(crate::inspect::COUNT_DEAD, "COVERING INDEX batches_dead (store=?)");
        check(crate::line::FORGETTING, "INDEX batches_finished (store=? AND ids_kept>?)");
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
    fn an_older_file_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        connection.execute_batch(STEPS[0]).expect("the first step needs nothing");
        let first = "INSERT INTO schema_version (version, applied_at) VALUES (1, 0)";
        connection.execute(first, []).expect("there is a table");
        migrate(&mut connection, 1, Timestamp::default()).expect("it can be migrated");
        assert_eq!(version(&connection), Ok(VERSION));
        let schema = |connection: &Connection| {
            let sql = "SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
            connection.query_row(sql, [], |row| row.get::<_, String>(0)).expect("it has a schema")
        };
        assert_eq!(schema(&connection), schema(&fresh()));
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        connection.execute_batch("CREATE TABLE messages (in_the_way)").expect("a table can be made");
        assert!(migrate(&mut connection, 0, Timestamp::default()).is_err());
        assert_eq!(version(&connection), Ok(0));
        let tables = "SELECT count(*) FROM sqlite_schema";
        assert_eq!(connection.query_row(tables, [], |row| row.get(0)), Ok(1));
    }
}
