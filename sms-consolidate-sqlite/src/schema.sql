-- Which of these tables the file has.
CREATE TABLE schema_version (
    version    INTEGER PRIMARY KEY,
    applied_at INTEGER NOT NULL
) STRICT;

-- One row per key that has unfinished or dead batches, or must be remembered a little longer.
CREATE TABLE lanes (
    store          TEXT NOT NULL,    -- the name under which the store was opened
    key            TEXT NOT NULL,    -- whose: a conversation's text form
    lane           TEXT NOT NULL,    -- JSON: the line of unfinished batches, the lease, the dead batches
    wake_at        INTEGER,          -- when the lane has something to do; null if it has no batch
    forgettable_at INTEGER,          -- from when on an idle lane may be dropped; null if not at all
    PRIMARY KEY (store, key)
) STRICT, WITHOUT ROWID;

-- A lane is in one of the two at most.
CREATE INDEX lanes_by_wake ON lanes (store, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX lanes_idle ON lanes (store, forgettable_at) WHERE forgettable_at IS NOT NULL;

-- One row per sender who has opted out, or did and has opted in again in the last days.
CREATE TABLE senders (
    store          TEXT NOT NULL,
    id             BLOB NOT NULL,    -- 16 bytes: a hash of who it is, under the secret
    record         TEXT NOT NULL,    -- JSON: opted_out, cause, changed_at, stopped_at, started_at
    opted_out      INTEGER NOT NULL, -- 1 or 0
    forgettable_at INTEGER,          -- from when on the row may be dropped; null if not at all
    PRIMARY KEY (store, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX senders_opted_out ON senders (store, id) WHERE opted_out = 1;
CREATE INDEX senders_forgettable ON senders (store, forgettable_at) WHERE forgettable_at IS NOT NULL;

-- Without it no row of `senders` is found again.
CREATE TABLE secrets (
    store  TEXT PRIMARY KEY,
    secret BLOB NOT NULL             -- 16 bytes
) STRICT, WITHOUT ROWID;

-- One row per batch, from its opening until its retention is over: the audit log.
CREATE TABLE batches (
    store          TEXT NOT NULL,
    id             TEXT NOT NULL,    -- a UUID that sorts by time, and is the reply's idempotency key
    key            TEXT NOT NULL,
    status         TEXT NOT NULL,    -- unfinished, finished or dead
    opened_at      INTEGER NOT NULL,
    due_at         INTEGER NOT NULL, -- as it was at the opening, until the batch has ended
    ended_at       INTEGER,          -- this and the next, and the last, are known once it has ended
    close_reason   TEXT,             -- null if its window ended
    control        TEXT,             -- start, stop or help, if a message was one
    attempts       INTEGER,
    message_count  INTEGER,
    classification TEXT,             -- JSON: label, method, confidence, usage in tokens, proposed_reply
    reply          TEXT,             -- JSON: its parts, if one was decided on; the outcome says whether it was sent
    outcome        TEXT,             -- JSON: {"replied":[{"id":…}]}, {"no_reply":"…"} or "reply_unknown"; null if dead
    error          TEXT,             -- what last went wrong
    facts          TEXT,             -- JSON: what else the lane knew of it
    ids_kept       INTEGER NOT NULL DEFAULT 1, -- 0 if the ids of its messages are forgotten, n if those before the nth are
    PRIMARY KEY (store, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX batches_finished ON batches (store, ids_kept, ended_at) WHERE status = 'finished';
CREATE INDEX batches_dead ON batches (store, id) WHERE status = 'dead';
-- So that the unfinished ones are listed without a look at all that have finished.
CREATE INDEX batches_unfinished ON batches (store, id) WHERE status = 'unfinished';

-- The messages of all batches in `batches`.
CREATE TABLE messages (
    store      TEXT NOT NULL,
    batch_id   TEXT NOT NULL,
    position   INTEGER NOT NULL,     -- in order of arrival, from 0
    arrived_at INTEGER NOT NULL,
    message_id TEXT,                 -- the gateway's id
    body       TEXT NOT NULL,        -- JSON: the message
    PRIMARY KEY (store, batch_id, position)
) STRICT, WITHOUT ROWID;

-- The ids by which redelivered messages are recognised.
CREATE TABLE message_ids (
    store    TEXT NOT NULL,
    key      TEXT NOT NULL,
    id       TEXT NOT NULL,
    seen_at  INTEGER NOT NULL,
    batch_id TEXT NOT NULL,
    PRIMARY KEY (store, key, id)
) STRICT, WITHOUT ROWID;

-- Every batch as it stands now. The place in the line is 0 for the oldest unfinished batch of a key.
CREATE VIEW batches_now AS
WITH lines AS (
    SELECT store, key, lane, 0 AS place, lane -> '$.head' AS slot, lane -> '$.work' AS work
    FROM lanes WHERE wake_at IS NOT NULL AND json_valid(lane)
    UNION ALL
    SELECT lanes.store, lanes.key, lane, behind.key + 1, behind.value, NULL
    FROM lanes, json_each(lanes.lane, '$.behind') AS behind
    WHERE wake_at IS NOT NULL AND json_valid(lane)
)
SELECT batches.store, batches.id, batches.key, place,
    CASE
        WHEN slot IS NULL THEN status
        WHEN work ->> '$.hold.leased.until' IS NOT NULL THEN 'claimed'
        WHEN work ->> '$.hold.waiting.until' IS NOT NULL THEN 'retrying'
        WHEN slot ->> '$.flags.sealed' IS NOT 1 AND place = coalesce(json_array_length(lane, '$.behind'), 0) THEN 'open'
        ELSE 'closed'
    END AS status,
    opened_at,
    CASE WHEN slot IS NULL THEN due_at ELSE opened_at + coalesce(slot ->> '$.due_after', 0) END AS due_at,
    ended_at,
    coalesce(slot ->> '$.close_reason', close_reason) AS close_reason,
    coalesce(slot ->> '$.control', control) AS control,
    coalesce(work ->> '$.attempts', attempts, 0) AS attempts,
    coalesce(slot ->> '$.messages', message_count) AS message_count,
    coalesce(work -> '$.notes.classification', classification) AS classification,
    coalesce(work -> '$.notes.reply', reply) AS reply,
    outcome,
    coalesce(work ->> '$.notes.error', error) AS error
FROM batches LEFT JOIN lines
    ON lines.store = batches.store AND lines.key = batches.key AND lines.slot ->> '$.id' = batches.id
    AND batches.status = 'unfinished';
