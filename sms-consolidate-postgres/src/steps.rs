//! The transitions of one lane, as jobs for its writer.

use sms_consolidate::Timestamp;
use sms_consolidate::lane::{Arrival as LaneArrival, BatchFacts, Entry};
use sms_consolidate::store::{Appended, AppendedOne, Outcome, Refusal, StoreError};
use tokio::sync::oneshot;

use crate::changes::{Changes, Ending, Opened, Stored};
use crate::writer::{Job, Step};

/// Where an answer is waited for. An error means that the group panicked, or the runtime is ending.
pub(crate) type Answer<T> = oneshot::Receiver<Result<T, StoreError>>;

/// A message on its way in.
pub(crate) struct Append {
    pub(crate) now: Timestamp,
    pub(crate) key: String,
    pub(crate) id: Option<String>,
    pub(crate) body: String,
    pub(crate) arrival: LaneArrival,
    result: AppendedOne,
    answer: oneshot::Sender<Result<AppendedOne, StoreError>>,
}

impl Append {
    pub(crate) fn new(
        now: Timestamp,
        key: String,
        id: Option<String>,
        body: String,
        arrival: LaneArrival,
    ) -> (Self, Answer<AppendedOne>) {
        let (answer, answered) = oneshot::channel();
        let result = Appended::Duplicate.into();
        (Self { now, key, id, body, arrival, result, answer }, answered)
    }
}

impl Job for Append {
    fn key(&self) -> &str {
        &self.key
    }

    fn message_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn is_append(&self) -> bool {
        true
    }

    fn bytes(&self) -> usize {
        self.key.len() + self.id.as_ref().map_or(0, String::len) + self.body.len()
    }

    fn apply(&mut self, step: Step<'_>) {
        let Step { key, locked, changes, batch_ids } = step;
        if self.id.as_ref().is_some_and(|id| changes.is_known(key, id)) {
            self.result = Appended::Duplicate.into();
            return;
        }
        let now = locked.clamp(self.now);
        let Ok(accepted) = locked.lane.arrive(now, &self.arrival, || batch_ids.next(now)) else {
            self.result = Appended::Refused(Refusal::Line).into();
            return;
        };
        let batch = accepted.batch;
        match accepted.entry {
            Entry::Opened | Entry::Ahead => changes.open(Opened {
                id: batch,
                key: key.to_owned(),
                at: now,
                due_at: accepted.due_at,
                messages: accepted.messages,
            }),
            Entry::Joined => {}
            Entry::Superseded => {
                let change = changes.change(batch);
                change.set_classification(None);
                change.drop_reply();
                change.set_error(None);
            }
        }
        changes.store(Stored {
            key: key.to_owned(),
            batch,
            position: accepted.messages - 1,
            arrived_at: now,
            id: self.id.clone(),
            body: self.body.clone(),
        });
        let result = Appended::Accepted(accepted);
        self.result = AppendedOne { result, wake_at: locked.lane.wake_at(), ids_forgotten: 0 };
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

/// Any other transition: `change` does it and says what came of it.
pub(crate) struct Transition<T, F> {
    key: String,
    change: F,
    result: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Transition<T, F>
where
    T: Send + 'static,
    F: FnMut(Step<'_>) -> T + Send + 'static,
{
    pub(crate) fn new(key: String, change: F) -> (Self, Answer<T>) {
        let (answer, answered) = oneshot::channel();
        (Self { key, change, result: None, answer }, answered)
    }
}

impl<T, F> Job for Transition<T, F>
where
    T: Send + 'static,
    F: FnMut(Step<'_>) -> T + Send + 'static,
{
    fn key(&self) -> &str {
        &self.key
    }

    fn apply(&mut self, step: Step<'_>) {
        self.result = Some((self.change)(step));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.expect("what is answered was applied");
        let _ = self.answer.send(Ok(result));
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.answer.send(Err(error));
    }
}

/// Notes that a batch has ended with an outcome.
pub(crate) fn finish(
    changes: &mut Changes,
    key: &str,
    at: Timestamp,
    facts: BatchFacts,
    outcome: Outcome,
    error: Option<&str>,
) {
    let (key, error) = (key.to_owned(), error.map(str::to_owned));
    changes.end(Ending { key, at, facts, outcome: Some(outcome), error });
}

/// Notes that a batch is dead.
pub(crate) fn bury(changes: &mut Changes, key: &str, at: Timestamp, facts: BatchFacts, error: &str) {
    let (key, error) = (key.to_owned(), Some(error.to_owned()));
    changes.end(Ending { key, at, facts, outcome: None, error });
}
