-- Version 2. The row of a key, or of an id, is found by its primary key alone: no other index can serve for that. While
-- a table is small, Postgres takes any index that begins with `store`, keeps that choice, and later walks over all rows
-- of the store for each row that it looks for. Each index here asks for a condition that such statements do not have.
-- A lane is in at most one of the two.
DROP INDEX lanes_by_wake;
CREATE INDEX lanes_by_wake ON lanes (store, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX lanes_forgettable ON lanes (store, forgettable_at) WHERE forgettable_at IS NOT NULL;
-- seen_at: when the message came; or, for one whose batch was not over when the time for its id was, that time.
DROP INDEX message_ids_by_age;
CREATE INDEX message_ids_by_age ON message_ids (store, seen_at) WHERE seen_at > 0;
