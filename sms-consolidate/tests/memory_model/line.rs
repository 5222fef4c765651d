//! What the model knows of a key: its line, the work on its head, and what is remembered of it.

use std::collections::BTreeSet;

use sms_consolidate::lane::{Fence, LOOP_GUARD_PERIOD};
use sms_consolidate::{BatchId, Timestamp};

/// A message's number, and the time that orders it.
pub(crate) type Tag = (Timestamp, u32);

#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: BatchId,
    /// In order of arrival.
    pub(crate) tags: Vec<Tag>,
    pub(crate) opened_at: Timestamp,
    pub(crate) due_at: Timestamp,
}

impl Held {
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut tags = self.tags.clone();
        tags.sort_by_key(|(at, _)| *at);
        tags.into_iter().map(|(_, tag)| tag).collect()
    }
}

/// The work on a head that was claimed.
pub(crate) struct Work {
    pub(crate) fence: Fence,
    pub(crate) leased: bool,
    pub(crate) until: Timestamp,
    pub(crate) classified: bool,
    /// What the reply says, once that is decided.
    pub(crate) reply: Option<String>,
    pub(crate) replying: bool,
    pub(crate) reply_counts: bool,
}

#[derive(Default)]
pub(crate) struct Line {
    pub(crate) batches: Vec<Held>,
    pub(crate) work: Option<Work>,
    pub(crate) ids: BTreeSet<u8>,
    pub(crate) replies: Vec<Timestamp>,
    /// The ends of leases whose holders may still ask why they lost them.
    pub(crate) lost_until: Option<Timestamp>,
    /// Whether the store may still have an entry for it while it is idle.
    pub(crate) may_linger: bool,
}

impl Line {
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        let head = self.batches.first()?;
        Some(self.work.as_ref().map_or(head.due_at, |work| work.until))
    }

    pub(crate) fn holds(&self, fence: Fence) -> bool {
        self.work.as_ref().is_some_and(|work| work.leased && work.fence == fence)
    }

    pub(crate) fn is_leased(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.leased)
    }

    pub(crate) fn is_replying(&self) -> bool {
        self.work.as_ref().is_some_and(|work| work.replying)
    }

    pub(crate) fn has_something_to_say(&self, now: Timestamp) -> bool {
        let replied = self.replies.last().is_some_and(|sent| now < *sent + LOOP_GUARD_PERIOD);
        let lost = self.lost_until.is_some_and(|until| now < until);
        !self.batches.is_empty() || replied || lost
    }

    /// The batches that no worker has had.
    pub(crate) fn waiting(&mut self) -> impl Iterator<Item = &mut Held> {
        let started = usize::from(self.work.is_some());
        self.batches.iter_mut().skip(started)
    }

    pub(crate) fn lose(&mut self) {
        if let Some(work) = self.work.take().filter(|work| work.leased) {
            self.lost_until = self.lost_until.max(Some(work.until));
        }
    }

    /// The reply of the head was certainly not sent.
    pub(crate) fn withdraw_reply(&mut self) {
        let Some(work) = &mut self.work else { return };
        work.replying = false;
        if std::mem::take(&mut work.reply_counts) {
            self.replies.pop();
        }
    }

    /// Every batch is due now, because the sender wants no more replies.
    pub(crate) fn silence(&mut self, now: Timestamp) {
        self.waiting().for_each(|batch| batch.due_at = batch.due_at.min(now));
        if let Some(work) = self.work.as_mut().filter(|work| !work.leased) {
            work.until = work.until.min(now);
        }
    }
}
