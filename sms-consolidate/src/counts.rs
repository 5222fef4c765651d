//! What a store holds, in numbers.

use serde::{Deserialize, Serialize};

/// What a store holds, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Keys with a lane.
    pub keys: u64,
    /// Batches that take in messages.
    pub open: u64,
    /// Batches that are closed and wait for their time or turn.
    pub closed: u64,
    /// Batches that are leased to a worker.
    pub claimed: u64,
    /// Batches that wait to be tried again.
    pub retrying: u64,
    /// Dead batches.
    pub dead: u64,
    /// Batches that finished, as far as they are still kept.
    pub finished: u64,
    /// Messages in unfinished batches.
    pub messages_buffered: u64,
    /// Keys whose head was due before `now` and is not in flight.
    pub past_due: u64,
    /// How long the longest of those has been due, in milliseconds.
    pub longest_past_due_ms: u64,
    /// Keys whose head is leased to a worker that let the lease run out.
    pub leases_expired: u64,
    /// Senders who have opted out.
    pub opted_out: u64,
}
