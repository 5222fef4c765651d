-- Version 1. Instants are whole milliseconds since the Unix epoch: to_timestamp(opened_at / 1000.0).
-- `store` is the name under which a store is opened. In keys, ids, replies and errors U+0000 is written \0 and \ is \\.

-- Everything that is known of a key, as JSON: its line of unfinished batches, the lease on the first, its opt-out.
-- The first index column that changes makes an update leave its page, so there is one index, and room on each page.
CREATE TABLE lanes (
    store text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    lane text NOT NULL,
    -- When a batch of it is next due; null while it has none.
    wake_at bigint,
    -- While it has no batch: from when on nothing is lost by dropping the row. Null for one that opted out.
    forgettable_at bigint,
    -- The latest instant that it has seen.
    latest_at bigint NOT NULL,
    PRIMARY KEY (store, key)
) WITH (fillfactor = 70);
CREATE INDEX lanes_by_wake ON lanes (store, wake_at, forgettable_at);

-- One row per batch, from its opening until it is pruned: the audit log.
-- While a batch is unfinished, its lane knows state, counts and times better; the view batches_now merges both.
CREATE TABLE batches (
    store text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    -- unfinished, finished or dead
    status text NOT NULL,
    opened_at bigint NOT NULL,
    due_at bigint NOT NULL,
    ended_at bigint,
    close_reason text,
    control text,
    attempts integer NOT NULL,
    message_count bigint NOT NULL,
    -- JSON: label, method, confidence, usage, proposed reply.
    classification text,
    -- The text of the reply, once it was about to be sent.
    reply text,
    -- JSON.
    outcome text,
    error text,
    -- JSON: what requeueing a dead batch needs.
    facts text,
    PRIMARY KEY (store, id)
) WITH (fillfactor = 80);
CREATE INDEX batches_not_finished ON batches (store, id) WHERE status <> 'finished';
CREATE INDEX batches_finished ON batches (store, ended_at) WHERE status = 'finished';

-- The messages of a batch, in order of arrival; kept as long as the batch.
CREATE TABLE messages (
    store text COLLATE "C" NOT NULL,
    batch_id uuid NOT NULL,
    position bigint NOT NULL,
    arrived_at bigint NOT NULL,
    message_id text,
    -- JSON.
    body text NOT NULL,
    PRIMARY KEY (store, batch_id, position)
);

-- The ids that make a repeated message a duplicate.
CREATE TABLE message_ids (
    store text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    seen_at bigint NOT NULL,
    batch_id uuid NOT NULL,
    PRIMARY KEY (store, key, id)
);
CREATE INDEX message_ids_by_age ON message_ids (store, seen_at);

-- Every batch as it stands now. The place in the line is 0 for the oldest unfinished batch of a key.
CREATE VIEW batches_now AS
WITH lines AS (
    SELECT l.store,
           l.lane::json #> '{more,work}' AS work,
           slot.value AS slot,
           slot.place,
           count(*) OVER (PARTITION BY l.store, l.key) AS length
    FROM lanes l
    CROSS JOIN LATERAL (
        SELECT l.lane::json -> 'head' AS value, 0::bigint AS place
        UNION ALL
        SELECT behind.value, behind.place
        FROM json_array_elements(l.lane::json #> '{more,behind}') WITH ORDINALITY AS behind (value, place)
    ) AS slot
    WHERE l.wake_at IS NOT NULL
)
SELECT b.store, b.id, b.key, lines.place,
       CASE
           WHEN lines.slot IS NULL THEN b.status
           WHEN lines.place = 0 AND lines.work #> '{hold,leased}' IS NOT NULL THEN 'claimed'
           WHEN lines.place = 0 AND lines.work #> '{hold,waiting}' IS NOT NULL THEN 'retrying'
           WHEN lines.place = lines.length - 1 AND NOT (lines.slot ->> 'sealed')::boolean THEN 'open'
           ELSE 'closed'
       END AS status,
       b.opened_at,
       COALESCE((lines.slot ->> 'due_at')::bigint, b.due_at) AS due_at,
       b.ended_at,
       COALESCE(lines.slot ->> 'close_reason', b.close_reason) AS close_reason,
       COALESCE(lines.slot ->> 'control', b.control) AS control,
       CASE WHEN lines.place = 0 THEN COALESCE((lines.work ->> 'attempts')::integer, 0) ELSE b.attempts END
           AS attempts,
       COALESCE((lines.slot ->> 'messages')::bigint, b.message_count) AS message_count,
       b.classification, b.reply, b.outcome, b.error
FROM batches b
LEFT JOIN lines ON b.status = 'unfinished' AND lines.store = b.store AND (lines.slot ->> 'id')::uuid = b.id;
