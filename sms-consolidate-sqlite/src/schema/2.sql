-- So that the unfinished ones are listed without a look at all that have finished.
CREATE INDEX batches_unfinished ON batches (store, id) WHERE status = 'unfinished';
