//! What is done to one lane, as jobs for its writer.

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{Arrival as LaneArrival, Entry, Refused, SenderId, Transition};
use sms_consolidate::store::{Appended, AppendedOne, Changed, Refusal, StoreError};
use tokio::sync::oneshot;

use crate::changes::{Opened, Stored};
use crate::senders::Needed;
use crate::writer::{Job, Step};

/// Where an answer is waited for. An error means that the group panicked, or the runtime is ending.
pub(crate) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A message on its way in.
pub(crate) struct Append {
    now: Timestamp,
    message: Incoming,
    result: AppendedOne,
    answer: oneshot::Sender<Result<AppendedOne, StoreError>>,
}

/// What is stored of it, and what the lane needs to know.
pub(crate) struct Incoming {
    /// Escaped, as the next.
    pub(crate) key: String,
    pub(crate) id: Option<String>,
    /// JSON.
    pub(crate) body: String,
    pub(crate) arrival: LaneArrival,
    pub(crate) sender: Option<SenderId>,
}

impl Append {
    pub(crate) fn new(now: Timestamp, message: Incoming) -> (Self, Answer<AppendedOne>) {
        let (answer, answered) = oneshot::channel();
        (Self { now, message, result: Appended::Duplicate.into(), answer }, answered)
    }
}

impl Job for Append {
    fn key(&self) -> &str {
        &self.message.key
    }

    fn message_id(&self) -> Option<&str> {
        self.message.id.as_deref()
    }

    fn sender(&self) -> Option<Needed> {
        self.message.sender.map(|id| Needed { id, may_change: true })
    }

    fn is_append(&self) -> bool {
        true
    }

    fn bytes(&self) -> usize {
        let Incoming { key, id, body, .. } = &self.message;
        key.len() + id.as_ref().map_or(0, String::len) + body.len()
    }

    fn apply(&mut self, step: Step<'_>) {
        let Step { key, lane, sender, changes, batch_ids } = step;
        let Incoming { id, body, arrival, .. } = &self.message;
        if id.as_ref().is_some_and(|id| changes.is_known(key, id)) {
            self.result = Appended::Duplicate.into();
            return;
        }
        let now = lane.clamp(self.now);
        let Ok((accepted, after)) = lane.arrive(now, arrival, &sender, || batch_ids.next(now)) else {
            self.result = Appended::Refused(Refusal::Line).into();
            return;
        };
        if let Some((id, after)) = self.message.sender.zip(after) {
            changes.senders.put(id, after);
        }
        let (key, batch) = (key.to_owned(), accepted.batch);
        if matches!(accepted.entry, Entry::Opened | Entry::Ahead) {
            let (key, due_at, messages) = (key.clone(), accepted.due_at, accepted.messages);
            changes.open(Opened { id: batch, key, at: now, due_at, messages });
        }
        let (position, id, body) = (accepted.messages - 1, id.clone(), body.clone());
        changes.store(Stored { key, batch, position, arrived_at: now, id, body });
        let result = Appended::Accepted(accepted);
        self.result = AppendedOne { result, wake_at: lane.wake_at(), ids_forgotten: 0 };
    }

    fn answer(self: Box<Self>) {
        // Whoever asked may have lost interest.
        let _ = self.answer.send(Ok(self.result));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.answer.send(Err(error));
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        tracing::warn!(%error, "a message cannot be stored");
        let _ = self.answer.send(Ok(Appended::Refused(Refusal::Unstorable).into()));
    }

    fn find_damaged(self: Box<Self>, _: StoreError) {
        let _ = self.answer.send(Ok(Appended::Refused(Refusal::Damaged).into()));
    }
}

/// A transition of a lane.
pub(crate) struct Change {
    now: Timestamp,
    key: String,
    transition: Transition,
    sender: Option<SenderId>,
    result: Option<Result<Changed, Refused>>,
    answer: oneshot::Sender<Result<Result<Changed, Refused>, StoreError>>,
}

impl Change {
    /// `key` is escaped. `sender` is whose record the transition asks for.
    pub(crate) fn new(
        now: Timestamp,
        key: String,
        transition: Transition,
        sender: Option<SenderId>,
    ) -> (Self, Answer<Result<Changed, Refused>>) {
        let (answer, answered) = oneshot::channel();
        (Self { now, key, transition, sender, result: None, answer }, answered)
    }
}

impl Job for Change {
    fn key(&self) -> &str {
        &self.key
    }

    fn sender(&self) -> Option<Needed> {
        self.sender.map(|id| Needed { id, may_change: false })
    }

    fn apply(&mut self, step: Step<'_>) {
        let Step { key, lane, sender, changes, .. } = step;
        let applied = changes.apply((key, lane), self.transition.clone(), &sender, self.now);
        self.result = Some(applied.map(|answer| Changed::new(answer, lane.wake_at())));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.expect("what is answered was applied");
        let _ = self.answer.send(Ok(result));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.answer.send(Err(error));
    }
}
