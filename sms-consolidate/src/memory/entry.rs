//! What a shard keeps of one key: its lane, the way to its messages, and the head once it was claimed.

use super::arena::Handle;
use super::messages::Chain;
use crate::clock::Timestamp;
use crate::lane::Lane;

/// A key with its lane. There is one for every pending sender, so this stays small.
pub(super) struct Entry<K> {
    pub(super) key: K,
    pub(super) lane: Lane,
    /// When the entry comes up among the wakes; `MAX` if it need not. That may be earlier than the lane's own wake: it
    /// is corrected when it comes up, so that messages which only move a batch's close further cost nothing there.
    pub(super) queued: Timestamp,
    /// The messages of all batches in the line, in line order, except those of a head that was ever claimed.
    pub(super) messages: Chain,
    /// The head, from its first claim on.
    pub(super) started: Option<Handle>,
}

impl<K> Entry<K> {
    pub(super) fn new(key: K) -> Self {
        Self { key, lane: Lane::default(), queued: Timestamp::MAX, messages: Chain::default(), started: None }
    }
}
