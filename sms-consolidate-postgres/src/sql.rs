//! The statements. None says `now()`: time comes from the caller.
//!
//! A text from a parameter list has the database's collation, so it is compared as `COLLATE "C"`, which is what the
//! columns and their indexes have.
//!
//! Where rows are found by a list, the store's name is part of the list too. Of a table that was empty when a plan was
//! made Postgres believes that a store has three rows; then it would read all rows of the store, and look each up in the
//! list. For the same reason every index but the primary key has a condition (see `schema.sql`).

pub(crate) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
pub(crate) const COMMIT: &str = "COMMIT";
pub(crate) const ROLLBACK: &str = "ROLLBACK";
/// For looking around: everything that is read is of one instant.
pub(crate) const BEGIN_LOOKING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// In the order of the keys, the same on every node, so that two who lock never wait for each other in a circle. The
/// keys are given in that order; asking for `key = ANY` in the order of `key` would read the index of all keys.
pub(crate) const LOCK_LANES: &str = "SELECT l.key, l.lane, l.wake_at \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[]) \
        WITH ORDINALITY AS asked (store, key, place) \
    JOIN lanes l ON l.store = asked.store COLLATE \"C\" AND l.key = asked.key COLLATE \"C\" ORDER BY asked.place FOR UPDATE OF l";

/// Passes over what another transaction holds: whoever that is will say when the lane wakes.
pub(crate) const LOCK_DUE_LANES: &str = "SELECT key, lane, wake_at FROM lanes \
    WHERE store = $1 AND wake_at <= $2 ORDER BY wake_at LIMIT $3 FOR UPDATE SKIP LOCKED";

/// `num_nonnulls` in place of IS NOT NULL, so that the index by wake does not fit: all of it would be sorted each time.
pub(crate) const LOCK_LANES_AFTER: &str = "SELECT key, lane, wake_at FROM lanes \
    WHERE store = $1 AND key > $2 AND num_nonnulls(wake_at) = 1 ORDER BY key LIMIT $3 FOR UPDATE";

pub(crate) const LOCK_FIRST_LANES: &str = "SELECT key, lane, wake_at FROM lanes \
    WHERE store = $1 AND key >= $2 AND num_nonnulls(wake_at) = 1 ORDER BY key LIMIT $3 FOR UPDATE";

/// Runs after the lanes were locked, in a statement of its own: only then does it see what was committed meanwhile.
pub(crate) const KNOWN_IDS: &str = "SELECT i.key, i.id \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[], $3::text[]) \
        AS asked (store, key, id) \
    JOIN message_ids i ON i.store = asked.store COLLATE \"C\" AND i.key = asked.key COLLATE \"C\" AND i.id = asked.id COLLATE \"C\"";

/// Without ON CONFLICT: that another node has inserted the lane meanwhile must not go unnoticed.
pub(crate) const INSERT_LANES: &str = "INSERT INTO lanes (store, key, lane, wake_at, forgettable_at) \
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[])";

pub(crate) const UPDATE_LANES: &str = "UPDATE lanes l SET lane = c.lane, wake_at = c.wake_at, forgettable_at = c.forgettable_at \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), \
        $2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS c (store, key, lane, wake_at, forgettable_at) \
    WHERE l.store = c.store COLLATE \"C\" AND l.key = c.key COLLATE \"C\"";

/// A lane that cannot be read is taken out of the way of the others.
pub(crate) const PARK_LANES: &str =
    "UPDATE lanes SET wake_at = NULL, forgettable_at = NULL WHERE store = $1 AND key = ANY($2)";

pub(crate) const INSERT_BATCHES: &str = "INSERT INTO batches (store, id, key, status, opened_at, due_at, attempts, message_count) \
    SELECT $1, id, key, 'unfinished', opened_at, due_at, 0, message_count \
    FROM unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) \
        AS n (id, key, opened_at, due_at, message_count)";

pub(crate) const INSERT_MESSAGES: &str = "INSERT INTO messages (store, batch_id, position, arrived_at, message_id, body) \
    SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])";

pub(crate) const INSERT_IDS: &str = "INSERT INTO message_ids (store, key, id, seen_at, batch_id) \
    SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::uuid[])";

/// A row that somebody has deleted is written again: a batch that ended without one would leave no trace, and a dead one
/// could not be requeued.
pub(crate) const END_BATCHES: &str = "INSERT INTO batches (store, id, key, status, opened_at, due_at, ended_at, \
        close_reason, control, attempts, message_count, has_content, classification, reply, outcome, error) \
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], \
        $8::text[], $9::text[], $10::integer[], $11::bigint[], $12::boolean[], $13::text[], $14::text[], $15::text[], \
        $16::text[]) \
    ON CONFLICT (store, id) DO UPDATE SET status = excluded.status, due_at = excluded.due_at, \
        ended_at = excluded.ended_at, close_reason = excluded.close_reason, control = excluded.control, \
        attempts = excluded.attempts, message_count = excluded.message_count, \
        has_content = excluded.has_content, classification = excluded.classification, reply = excluded.reply, outcome = excluded.outcome, \
        error = excluded.error";

/// A dead batch is over. The rest of its row stays.
pub(crate) const ABANDON_BATCHES: &str = "UPDATE batches b SET status = 'finished', ended_at = c.ended_at, outcome = c.outcome \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::uuid[])]), $2::uuid[], $3::bigint[], $4::text[]) \
        AS c (store, id, ended_at, outcome) \
    WHERE b.store = c.store COLLATE \"C\" AND b.id = c.id";

/// The dead batches of a list, for the three that follow: what is kept of each is given to the batch that it is now.
macro_rules! revived {
    () => {
        "unnest(array_fill($1::text, ARRAY[cardinality($2::uuid[])]), $2::uuid[], $3::uuid[], $4::text[]) \
             AS r (store, dead, batch, key)"
    };
}

pub(crate) const REVIVE_IDS: &str = concat!(
    "WITH own AS MATERIALIZED ( \
         SELECT m.store, r.key COLLATE \"C\" AS key, m.message_id COLLATE \"C\" AS id, r.batch FROM ",
    revived!(),
    " JOIN messages m ON m.store = r.store COLLATE \"C\" AND m.batch_id = r.dead WHERE m.message_id IS NOT NULL \
     ) UPDATE message_ids i SET batch_id = own.batch FROM own \
     WHERE i.store = own.store AND i.key = own.key AND i.id = own.id"
);
pub(crate) const REVIVE_MESSAGES: &str = concat!(
    "UPDATE messages m SET batch_id = r.batch FROM ",
    revived!(),
    " WHERE m.store = r.store COLLATE \"C\" AND m.batch_id = r.dead"
);
pub(crate) const DELETE_REVIVED: &str = concat!(
    "DELETE FROM batches b USING ",
    revived!(),
    " WHERE b.store = r.store COLLATE \"C\" AND b.id = r.dead"
);

/// In the order of the numbers, which are given so: two who lock never wait for each other in a circle.
pub(crate) const LOCK_SENDERS: &str = "SELECT CASE WHEN alone THEN pg_advisory_xact_lock($1, number) \
        ELSE pg_advisory_xact_lock_shared($1, number) END \
    FROM unnest($2::integer[], $3::boolean[]) AS asked (number, alone)";

/// Where a reply begins or a record changes, this runs after the senders were locked, in a statement of its own.
pub(crate) const SENDERS: &str = "SELECT s.id, s.record \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::bytea[])]), $2::bytea[]) AS asked (store, id) \
    JOIN senders s ON s.store = asked.store COLLATE \"C\" AND s.id = asked.id";

pub(crate) const PUT_SENDERS: &str = "INSERT INTO senders (store, id, record, opted_out, forgettable_at) \
    SELECT $1, * FROM unnest($2::bytea[], $3::text[], $4::boolean[], $5::bigint[]) \
    ON CONFLICT (store, id) DO UPDATE SET record = excluded.record, opted_out = excluded.opted_out, \
        forgettable_at = excluded.forgettable_at";

pub(crate) const OPTED_OUT: &str =
    "SELECT id, record FROM senders WHERE store = $1 AND opted_out AND id > $2 ORDER BY id LIMIT $3";

/// Not where senders are kept already: under another secret they would not be found. Two UUIDs have more than the 128 bits
/// at random that are taken of them.
pub(crate) const MAKE_SECRET: &str = "INSERT INTO secrets (store, secret) SELECT $1::text, \
        substring(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FROM 1 FOR 16) \
    WHERE NOT EXISTS (SELECT FROM senders WHERE store = $1) ON CONFLICT (store) DO NOTHING";
pub(crate) const SECRET: &str = "SELECT secret FROM secrets WHERE store = $1";

pub(crate) const MESSAGES: &str = "SELECT m.batch_id, m.arrived_at, m.body \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::uuid[])]), $2::uuid[]) \
        WITH ORDINALITY AS asked (store, id, place) \
    JOIN messages m ON m.store = asked.store COLLATE \"C\" AND m.batch_id = asked.id ORDER BY asked.place, m.position";

pub(crate) const NEXT_WAKE: &str =
    "SELECT wake_at FROM lanes WHERE store = $1 AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1";

pub(crate) const LANES: &str = "SELECT l.key, l.lane \
    FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[]) AS asked (store, key) \
    JOIN lanes l ON l.store = asked.store COLLATE \"C\" AND l.key = asked.key COLLATE \"C\"";
pub(crate) const PENDING_LANES: &str = "SELECT lane FROM lanes WHERE store = $1 AND wake_at IS NOT NULL";
pub(crate) const COUNTS: &str = "SELECT (SELECT count(*) FROM lanes WHERE store = $1), \
    (SELECT count(*) FROM batches WHERE store = $1 AND status <> 'finished' AND status = 'dead'), \
    (SELECT count(*) FROM batches WHERE store = $1 AND status = 'finished'), \
    (SELECT count(*) FROM senders WHERE store = $1 AND opted_out)";

/// The columns of a record, for the three that follow.
macro_rules! records {
    ($where:literal) => {
        concat!(
            "SELECT id, key, status, opened_at, due_at, ended_at, close_reason, control, attempts, message_count, \
             has_content, classification, reply, outcome, error FROM batches WHERE store = $1 AND ",
            $where
        )
    };
}

pub(crate) const BATCH: &str = records!("id = $2");
pub(crate) const LIST: &str =
    records!("id < $2 AND status = ANY($3) AND starts_with(key, $4) ORDER BY id DESC LIMIT $5");
/// The same, by the index of what is not finished.
pub(crate) const LIST_NOT_FINISHED: &str = records!(
    "status <> 'finished' AND id < $2 AND status = ANY($3) AND starts_with(key, $4) ORDER BY id DESC LIMIT $5"
);

/// As many batches as hold about `$3` messages.
pub(crate) const PRUNE_BATCHES: &str = "WITH old AS ( \
        SELECT store, id, ended_at, message_count FROM batches \
        WHERE store = $1 AND status = 'finished' AND ended_at <= $2 ORDER BY ended_at LIMIT $3 \
        FOR UPDATE SKIP LOCKED \
    ), gone AS ( \
        SELECT store, id FROM ( \
            SELECT store, id, sum(message_count) OVER (ORDER BY ended_at, id) - message_count AS before FROM old \
        ) AS counted WHERE before < $3 \
    ), messages_gone AS ( \
        DELETE FROM messages m USING gone WHERE m.store = gone.store AND m.batch_id = gone.id \
    ) DELETE FROM batches b USING gone WHERE b.store = gone.store AND b.id = gone.id";

pub(crate) const LOCK_OLD_IDS: &str = "SELECT key, id FROM message_ids WHERE store = $1 AND seen_at <= $2 AND seen_at > 0 \
    ORDER BY seen_at LIMIT $3 FOR UPDATE SKIP LOCKED";

/// Of the ids that were locked, drops those whose batch is over, and gives the others their time anew.
pub(crate) const PRUNE_IDS: &str = "WITH old AS MATERIALIZED ( \
        SELECT i.store, i.key, i.id, COALESCE((SELECT b.status FROM batches b \
            WHERE b.store = i.store AND b.id = i.batch_id), 'finished') = 'finished' AS is_over \
        FROM unnest(array_fill($1::text, ARRAY[cardinality($2::text[])]), $2::text[], $3::text[]) \
            AS asked (store, key, id) \
        JOIN message_ids i ON i.store = asked.store COLLATE \"C\" AND i.key = asked.key COLLATE \"C\" AND i.id = asked.id COLLATE \"C\" \
    ), kept AS ( \
        UPDATE message_ids i SET seen_at = $4 FROM old \
        WHERE NOT old.is_over AND i.store = old.store AND i.key = old.key AND i.id = old.id \
    ) DELETE FROM message_ids i USING old \
    WHERE old.is_over AND i.store = old.store AND i.key = old.key AND i.id = old.id";

pub(crate) const PRUNE_LANES: &str = "WITH old AS ( \
        SELECT store, key FROM lanes WHERE store = $1 AND wake_at IS NULL AND forgettable_at <= $2 LIMIT $3 \
        FOR UPDATE SKIP LOCKED \
    ) DELETE FROM lanes l USING old WHERE l.store = old.store AND l.key = old.key";

/// Without the senders' locks: who changes a record writes all of it.
pub(crate) const PRUNE_SENDERS: &str = "WITH old AS ( \
        SELECT store, id FROM senders WHERE store = $1 AND forgettable_at <= $2 LIMIT $3 FOR UPDATE SKIP LOCKED \
    ) DELETE FROM senders s USING old WHERE s.store = old.store AND s.id = old.id";

pub(crate) const NOTIFY: &str = "SELECT pg_notify($1, $2)";
pub(crate) const CLOCK: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

#[cfg(test)]
mod tests {
    use throwaway_postgres::Server;

    use super::*;

    /// What is found by its primary key cannot be looked for by another index, whatever Postgres believes of a table's
    /// size: without the primary key, there is only reading all of it.
    #[tokio::test]
    async fn no_other_index_can_stand_in_for_a_primary_key() {
        let server = Server::start();
        let store = crate::PostgresStore::<String, sms_consolidate::SmsMessage>::connect(&server.url()).await;
        drop(store.expect("connect"));
        let lists = "'{a}'::text[], '{a}'::text[]";
        let columns = "'{a}'::text[], '{a}'::text[], '{1}'::bigint[], '{1}'::bigint[]";
        for (table, sql, values) in [
            ("lanes", LOCK_LANES, "'{a}'"),
            ("lanes", LANES, "'{a}'"),
            ("lanes", UPDATE_LANES, columns),
            ("lanes", PARK_LANES, "'{a}'::text[]"),
            ("lanes", LOCK_FIRST_LANES, "'', 9"),
            ("lanes", LOCK_LANES_AFTER, "'', 9"),
            ("message_ids", KNOWN_IDS, lists),
            ("message_ids", PRUNE_IDS, "'{a}', '{a}', 1"),
            ("senders", SENDERS, "'{a}'"),
        ] {
            let plan = server.psql(&format!(
                "SET search_path TO sms_consolidate; SET plan_cache_mode TO force_generic_plan; \
                 SET enable_seqscan TO off; SET enable_bitmapscan TO off; BEGIN; \
                 ALTER TABLE {table} DROP CONSTRAINT {table}_pkey; \
                 PREPARE statement AS {sql}; EXPLAIN EXECUTE statement ('default', {values}); ROLLBACK"
            ));
            assert!(plan.contains(&format!("Seq Scan on {table}")), "{sql}: {plan}");
            for other in ["lanes_", "message_ids_by", "senders_"] {
                assert!(!plan.contains(other), "{sql}: {plan}");
            }
        }
    }
}
