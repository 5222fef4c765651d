//! Messages on their way in: what is refused, what they steer, and what is told of them.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::Consolidator;
use crate::builder::InFlight;
use crate::clock::Timestamp;
use crate::error::PushError;
use crate::event::Event;
use crate::gate::Pass;
use crate::lane::{Accepted, Control, Entry, Keyword, Supersede};
use crate::message::{BatchId, Key, Message, sent_at};
use crate::optout::{CONFIRM_WITHIN, OptOutCause};
use crate::store::{Appended, Arrival};

/// The longest id that is accepted, in bytes.
pub const MAX_ID_BYTES: usize = 512;

/// What became of a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pushed {
    /// It is in a batch, kept as well as the store keeps anything.
    Accepted(Accepted),
    /// It came before, and changed nothing.
    Duplicate,
}

impl Pushed {
    /// The batch that the message is in; `None` for a duplicate.
    #[must_use]
    pub const fn batch(&self) -> Option<BatchId> {
        match self {
            Self::Accepted(accepted) => Some(accepted.batch),
            Self::Duplicate => None,
        }
    }

    /// Whether the message came before.
    #[must_use]
    pub const fn is_duplicate(&self) -> bool {
        matches!(self, Self::Duplicate)
    }
}

impl<K: Key, M: Message> Consolidator<K, M> {
    /// Takes in one message. When this returns `Ok`, the message is in exactly one batch.
    ///
    /// Cancellation: a dropped future leaves the message stored or not, never half; pushing it again is safe if it
    /// has an id.
    ///
    /// # Errors
    /// If the message was not accepted. Nothing is stored then, except that after [`PushError::Unavailable`] it may
    /// be; with an id it is safe to push it again.
    pub async fn push(&self, key: K, message: M) -> Result<Pushed, PushError> {
        // Nothing is done before this is first polled.
        match self.push_at_once(key, message) {
            Ok(result) => result,
            Err(waiting) => waiting.await,
        }
    }

    /// Takes in one message without waiting where the store can, or returns how to wait for it. A future that is only
    /// there to return at once costs more than all that the store does.
    fn push_at_once(
        &self,
        key: K,
        message: M,
    ) -> Result<Result<Pushed, PushError>, BoxFuture<'_, Result<Pushed, PushError>>> {
        let pass = self.inner.gate.enter();
        let now = self.inner.clock.now();
        let found = self.find(now, &message);
        let note = self.note(&key, &message, found);
        if let Err(error) = self.admit(pass.as_ref(), &message) {
            return Ok(self.settle(now, note, Err(error)));
        }
        let begun = self.inner.jobs.begun();
        match self.inner.store.append_at_once(now, self.arrival(now, key, message, found)) {
            Ok(one) => {
                self.heed(one.wake_at, one.ids_forgotten);
                Ok(self.settle(now, note, self.pushed(one.result, begun)))
            }
            Err(arrival) => Err(Box::pin(async move {
                let _inside = pass;
                let result = self.append(now, vec![arrival]).await.pop();
                self.settle(now, note, result.expect("one message has one result"))
            })),
        }
    }

    /// Counts and announces what became of a message.
    fn settle(
        &self,
        now: Timestamp,
        note: Option<Note<K>>,
        result: Result<Pushed, PushError>,
    ) -> Result<Pushed, PushError> {
        self.count(&result);
        if let Some(note) = note {
            self.announce(now, note, &result);
        }
        result
    }

    /// Takes in many messages, for the price of one lock or one transaction. Each has its own result, in their order;
    /// messages of one key are taken in that order too.
    ///
    /// Cancellation: as for [`push`](Self::push), for each message.
    pub async fn push_many(&self, messages: Vec<(K, M)>) -> Vec<Result<Pushed, PushError>> {
        let pass = self.inner.gate.enter();
        let now = self.inner.clock.now();
        let mut notes = Vec::with_capacity(messages.len());
        let mut arrivals = Vec::with_capacity(messages.len());
        let mut refused = Vec::new();
        for (position, (key, message)) in messages.into_iter().enumerate() {
            let found = self.find(now, &message);
            notes.push(self.note(&key, &message, found));
            match self.admit(pass.as_ref(), &message) {
                Ok(()) => arrivals.push(self.arrival(now, key, message, found)),
                Err(error) => refused.push((position, error)),
            }
        }
        let mut results = self.append(now, arrivals).await;
        for (position, error) in refused {
            results.insert(position, Err(error));
        }
        for (note, result) in notes.into_iter().zip(&results) {
            self.count(result);
            if let Some(note) = note {
                self.announce(now, note, result);
            }
        }
        results
    }

    /// The keyword that the message is, and how that is known. A start that was sent long before it arrived is none: a stop
    /// may have come since.
    fn find(&self, now: Timestamp, message: &M) -> Option<(Keyword, OptOutCause)> {
        let (keyword, cause) = self.inner.settings.opt_out.as_ref()?.find(message)?;
        let opts_in = matches!(keyword, Keyword::Control(Control::Start) | Keyword::StartIfStopped);
        let is_old = now > sent_at(message, now) + CONFIRM_WITHIN;
        (!opts_in || !is_old).then_some((keyword, cause))
    }

    /// What announcing the message needs, if anybody looks, or if it may opt its sender out or in.
    fn note(&self, key: &K, message: &M, found: Option<(Keyword, OptOutCause)>) -> Option<Note<K>> {
        let is_wanted = found.is_some() || self.inner.events.are_watched();
        is_wanted.then(|| Note {
            key: key.clone(),
            id: message.id().map(str::to_owned),
            cause: found.map(|(_, cause)| cause),
        })
    }

    /// Whether the message may come in.
    fn admit(&self, pass: Option<&Pass<'_>>, message: &M) -> Result<(), PushError> {
        if pass.is_none() {
            return Err(PushError::ShuttingDown);
        }
        self.check(message)
    }

    fn check(&self, message: &M) -> Result<(), PushError> {
        // If these panic, it is here and now, and not under the store's lock.
        let _ = (message.sent_at(), message.part(), message.part_of(), message.origin());
        let (bytes, limit) = (message.text().len(), self.inner.settings.max_text_bytes);
        if bytes > limit {
            return Err(PushError::TextTooLong { bytes, limit });
        }
        let bytes = message.id().map_or(0, str::len);
        if bytes > MAX_ID_BYTES {
            return Err(PushError::IdTooLong { bytes, limit: MAX_ID_BYTES });
        }
        Ok(())
    }

    fn arrival(
        &self,
        now: Timestamp,
        key: K,
        message: M,
        found: Option<(Keyword, OptOutCause)>,
    ) -> Arrival<K, M> {
        let settings = &self.inner.settings;
        let window = settings.window.window(&key, &message, now);
        let mut arrival = Arrival::new(key, message, window);
        arrival.keyword = found;
        arrival.opt_out_scope = settings.opt_out_scope;
        arrival.supersede = match (settings.in_flight, settings.supersede_within) {
            (InFlight::Queue, _) => Supersede::Never,
            (InFlight::Supersede, Some(within)) => Supersede::Within(within),
            (InFlight::Supersede, None) => Supersede::WithinTwiceMaxWait,
        };
        arrival
    }

    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Vec<Result<Pushed, PushError>> {
        let count = arrivals.len();
        if count == 0 {
            return Vec::new();
        }
        let begun = self.inner.jobs.begun();
        let unheard = self.inner.jobs.look_again_after();
        let report = match self.inner.store.append(now, arrivals).await {
            Ok(report) => {
                unheard.dismiss();
                report
            }
            Err(error) => {
                let error = Arc::new(error);
                return (0..count).map(|_| Err(PushError::from(Arc::clone(&error)))).collect();
            }
        };
        self.heed(report.wake_at, report.ids_forgotten);
        report.results.into_iter().map(|appended| self.pushed(appended, begun)).collect()
    }

    /// Does what follows from an append, apart from its results.
    fn heed(&self, wake_at: Option<Timestamp>, ids_forgotten: u64) {
        self.inner.jobs.lane_moved(wake_at);
        if ids_forgotten > 0 {
            self.inner.events.emit(Event::IdsForgotten { count: ids_forgotten });
        }
    }

    /// What became of one message, while `begun` jobs had begun before it was appended.
    fn pushed(&self, appended: Appended, begun: u64) -> Result<Pushed, PushError> {
        match appended {
            Appended::Accepted(accepted) => {
                if accepted.entry == Entry::Superseded {
                    self.inner.jobs.interrupt(accepted.batch, begun);
                }
                Ok(Pushed::Accepted(accepted))
            }
            Appended::Duplicate => Ok(Pushed::Duplicate),
            Appended::Refused(refusal) => Err(refusal.into()),
        }
    }

    fn count(&self, result: &Result<Pushed, PushError>) {
        match result {
            Ok(Pushed::Accepted(accepted)) => self.inner.events.count_accepted(accepted),
            Ok(Pushed::Duplicate) => self.inner.events.count_duplicate(),
            Err(_) => self.inner.events.count_refused(),
        }
    }

    fn announce(&self, now: Timestamp, note: Note<K>, result: &Result<Pushed, PushError>) {
        let Note { key, id, cause } = note;
        if let (Ok(Pushed::Accepted(Accepted { opted_out: Some(opted_out), batch, .. })), Some(cause)) =
            (result, cause)
        {
            let (key, opted_out, batch) = (key.clone(), *opted_out, Some(*batch));
            self.inner.events.emit(Event::OptedOut { key, opted_out, cause, batch });
        }
        self.inner.events.emit(match result {
            Ok(Pushed::Accepted(accepted)) => {
                Event::Accepted { key, id, accepted: *accepted, due_in: accepted.due_at.since(now) }
            }
            Ok(Pushed::Duplicate) => Event::Duplicate { key, id },
            Err(error) => Event::Refused { key, id, error: error.clone() },
        });
    }
}

/// What the events of a message need, from before the message is given away.
struct Note<K> {
    key: K,
    id: Option<String>,
    /// How it is known that the message steers, if it does.
    cause: Option<OptOutCause>,
}
