//! Messages on their way into a store, and what became of them.

use std::fmt;

use crate::clock::Timestamp;
use crate::lane::{self, Accepted, Keyword, Supersede};
use crate::message::{Key, Message, OptOutScope};
use crate::optout::OptOutCause;
use crate::window::WindowPlan;

/// A message on its way into a store.
#[derive(Clone)]
#[non_exhaustive]
pub struct Arrival<K, M> {
    /// Whose it is.
    pub key: K,
    /// The message.
    pub message: M,
    /// From which the lane works out its window.
    pub window: WindowPlan,
    /// The keyword that it is, if it is one, and how that is known.
    pub keyword: Option<(Keyword, OptOutCause)>,
    /// Whether it takes back a claimed batch.
    pub supersede: Supersede,
    /// How far an opt-out reaches.
    pub opt_out_scope: OptOutScope,
}

/// The key masked and without the message, because a `Debug` line may end up in a log.
impl<K: Key, M> fmt::Debug for Arrival<K, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("key", &self.key.redacted())
            .field("window", &self.window)
            .field("keyword", &self.keyword)
            .field("supersede", &self.supersede)
            .field("opt_out_scope", &self.opt_out_scope)
            .finish_non_exhaustive()
    }
}

impl<K: Key, M: Message> Arrival<K, M> {
    /// An ordinary message, which queues behind a batch in flight.
    #[must_use]
    pub fn new(key: K, message: M, window: impl Into<WindowPlan>) -> Self {
        let opt_out_scope = OptOutScope::default();
        Self {
            key,
            message,
            window: window.into(),
            keyword: None,
            supersede: Supersede::Never,
            opt_out_scope,
        }
    }

    /// What the lane needs to know of it.
    #[must_use]
    pub fn for_lane(&self) -> lane::Arrival {
        let bytes = u32::try_from(self.message.text().len()).unwrap_or(u32::MAX);
        let arrival = lane::Arrival::new(self.window, bytes).with_supersede(self.supersede);
        match self.keyword {
            Some((keyword, cause)) => arrival.with_keyword(keyword, cause),
            None => arrival,
        }
    }

    /// The [scope](Key::opt_out_scope) of the sender whose record the lane needs to know. `None` if it needs none: a default
    /// one does.
    #[must_use]
    pub fn sender_scope(&self) -> Option<String> {
        self.keyword.map(|_| self.key.opt_out_scope(self.opt_out_scope))
    }
}

/// What became of one arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is in a batch.
    Accepted(Accepted),
    /// Its id is known for its key. Nothing was changed.
    Duplicate,
    /// It was not taken. Nothing was changed.
    Refused(Refusal),
}

/// Why a store did not take one message, while others of the same call may have been taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The store has as many keys as it may have.
    #[error("the store holds as many keys as it may")]
    Keys,
    /// The store has as many messages as it may have.
    #[error("the store holds as many messages as it may")]
    Messages,
    /// The store has as many senders who opted out as it may have, and this message would opt out one more.
    #[error("the store holds as many opt-outs as it may")]
    OptOuts,
    /// The key has as many unfinished batches as it may have.
    #[error("the sender has as many unfinished batches as it may")]
    Line,
    /// This message cannot be stored, now or later.
    #[error("the store cannot hold this message")]
    Unstorable,
    /// What is stored of the key is damaged. Nothing is wrong with the message: it is taken once that is repaired.
    #[error("what the store holds of the sender is damaged")]
    Damaged,
}

/// The answer to an append.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppendReport {
    /// What became of each arrival, in their order.
    pub results: Vec<Appended>,
    /// The earliest wake among the lanes that were touched.
    pub wake_at: Option<Timestamp>,
    /// How many ids had to be forgotten before their time to make room.
    pub ids_forgotten: u64,
}

/// What became of one arrival, and what followed from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppendedOne {
    /// What became of it.
    pub result: Appended,
    /// When its lane wakes.
    pub wake_at: Option<Timestamp>,
    /// How many ids had to be forgotten before their time to make room.
    pub ids_forgotten: u64,
}

/// Of an arrival that changed nothing.
impl From<Appended> for AppendedOne {
    fn from(result: Appended) -> Self {
        Self { result, wake_at: None, ids_forgotten: 0 }
    }
}

impl FromIterator<AppendedOne> for AppendReport {
    fn from_iter<I: IntoIterator<Item = AppendedOne>>(one_by_one: I) -> Self {
        let mut report = Self::default();
        for AppendedOne { result, wake_at, ids_forgotten } in one_by_one {
            report.results.push(result);
            report.wake_at = report.wake_at.into_iter().chain(wake_at).min();
            report.ids_forgotten += ids_forgotten;
        }
        report
    }
}
