-- Version 1. Instants are whole milliseconds since the Unix epoch: to_timestamp(opened_at / 1000.0).
-- `store` is the name under which a store is opened. In keys, ids and errors U+0000 is written \0 and \ is \\.
--
-- The row of a key, an id or a sender is found by its primary key alone: no other index can serve for that. While a table is
-- small, Postgres takes any index that begins with `store`, keeps that choice, and later walks over all rows of the store
-- for each row that it looks for. So each other index asks for a condition that such statements do not have.

-- Everything that is known of a key, as JSON: its line of unfinished batches, the lease on the first with what is noted
-- of that, its dead batches. In there, base is an instant, opened and until are milliseconds after base, due_after is
-- milliseconds after opened. A lane that cannot be read takes in no message and no change until somebody has mended it, and
-- is set aside (wake_at is null) once it is due. Whether its sender opted out is in `senders` all the same.
-- The first index column that changes makes an update leave its page, so there are few indexes, and room on each page.
CREATE TABLE lanes (
    store text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    lane text NOT NULL,
    -- When a batch of it is next due; null while it has none.
    wake_at bigint,
    -- While it has no batch, and no dead one: from when on nothing is lost by dropping the row.
    forgettable_at bigint,
    PRIMARY KEY (store, key)
) WITH (fillfactor = 70);
-- A lane is in at most one of the two.
CREATE INDEX lanes_by_wake ON lanes (store, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX lanes_forgettable ON lanes (store, forgettable_at) WHERE forgettable_at IS NOT NULL;

-- Who has opted out, or opted in within the last days.
CREATE TABLE senders (
    store text COLLATE "C" NOT NULL,
    -- 16 bytes: a hash of who it is, under the secret of the store.
    id bytea NOT NULL,
    -- JSON: opted_out, cause, changed_at, stopped_at, started_at.
    record text NOT NULL,
    opted_out boolean NOT NULL,
    -- From when on nothing is lost by dropping the row; null while the sender has opted out.
    forgettable_at bigint,
    PRIMARY KEY (store, id)
);
CREATE INDEX senders_opted_out ON senders (store, id) WHERE opted_out;
CREATE INDEX senders_forgettable ON senders (store, forgettable_at) WHERE forgettable_at IS NOT NULL;

-- 16 random bytes for each store, made when it is first opened. Without them no row of `senders` is found again, and
-- a store that has such rows is not opened.
CREATE TABLE secrets (
    store text COLLATE "C" PRIMARY KEY,
    secret bytea NOT NULL
);

-- One row per batch, from its opening until it is pruned: the audit log. It is written whole when the batch ends. Until
-- then all but the first columns is known by its lane; the view batches_now merges both.
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
    -- Whether a message of it is no control; null until it has ended.
    has_content boolean,
    -- JSON: label, method, confidence, usage, proposed reply.
    classification text,
    -- JSON: the parts of the reply, if it ever was about to be sent.
    reply text,
    -- JSON; null if the batch is dead.
    outcome text,
    error text,
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
    -- When the message came; or, for one whose batch was not over when the time for its id was, that time.
    seen_at bigint NOT NULL,
    batch_id uuid NOT NULL,
    PRIMARY KEY (store, key, id)
);
CREATE INDEX message_ids_by_age ON message_ids (store, seen_at) WHERE seen_at > 0;

-- Every batch as it stands now. The place in the line is 0 for the oldest unfinished batch of a key. U+0000 in what a lane
-- has noted is shown as U+FFFD, because Postgres cannot show it.
CREATE VIEW batches_now AS
WITH read AS (
    SELECT store, key, replace(lane, '\u0000', '\ufffd')::json AS lane FROM lanes WHERE wake_at IS NOT NULL
), lines AS (
    SELECT read.store,
           CASE WHEN slot.place = 0 THEN read.lane -> 'work' END AS work,
           slot.value AS slot,
           slot.place,
           COALESCE((read.lane ->> 'base')::bigint, 0) AS base,
           count(*) OVER (PARTITION BY read.store, read.key) AS length
    FROM read
    CROSS JOIN LATERAL (
        SELECT read.lane -> 'head' AS value, 0::bigint AS place
        UNION ALL
        SELECT behind.value, behind.place
        FROM json_array_elements(read.lane -> 'behind') WITH ORDINALITY AS behind (value, place)
    ) AS slot
)
SELECT b.store, b.id, b.key, lines.place,
       CASE
           WHEN lines.slot IS NULL THEN b.status
           WHEN lines.work #> '{hold,leased}' IS NOT NULL THEN 'claimed'
           WHEN lines.work #> '{hold,waiting}' IS NOT NULL THEN 'retrying'
           WHEN lines.place = lines.length - 1 AND (lines.slot #>> '{flags,sealed}') IS DISTINCT FROM 'true' THEN 'open'
           ELSE 'closed'
       END AS status,
       b.opened_at,
       CASE
           WHEN lines.slot IS NULL THEN b.due_at
           ELSE lines.base + COALESCE((lines.slot ->> 'opened')::bigint, 0)
               + COALESCE((lines.slot ->> 'due_after')::bigint, 0)
       END AS due_at,
       b.ended_at,
       COALESCE(lines.slot ->> 'close_reason', b.close_reason) AS close_reason,
       COALESCE(lines.slot ->> 'control', b.control) AS control,
       COALESCE((lines.work ->> 'attempts')::integer, b.attempts) AS attempts,
       COALESCE((lines.slot ->> 'messages')::bigint, b.message_count) AS message_count,
       COALESCE((lines.work #> '{notes,classification}')::text, b.classification) AS classification,
       COALESCE((lines.work #> '{notes,reply}')::text, b.reply) AS reply,
       b.outcome,
       COALESCE(lines.work #>> '{notes,error}', b.error) AS error
FROM batches b
LEFT JOIN lines ON b.status = 'unfinished' AND lines.store = b.store AND (lines.slot ->> 'id')::uuid = b.id;
