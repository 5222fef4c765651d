//! What a batch is answered, and whether it is too late for that.

use std::sync::Arc;
use std::time::Duration;

use super::Job;
use crate::classify::Classification;
use crate::clock::Timestamp;
use crate::lane::{Control, Keyword};
use crate::message::{Key, Message, sent_at, whole_texts};
use crate::optout::{CONFIRM_WITHIN, OptOut, is_answered_by_gateway};
use crate::own_words::{own_words, repeats};
use crate::reaction::Reaction;
use crate::store::NoReply;

/// How long a batch may be answered at least after it was due, if [`reply_within`](crate::Builder::reply_within) is not
/// shorter.
const LEAST_AFTER_DUE: Duration = Duration::from_secs(5 * 60);

impl<K: Key, M: Message> Job<'_, K, M> {
    /// Whether there is anything to classify: a message that is no control and holds words of the sender's own, or a
    /// picture.
    pub(super) fn says_something(&self) -> bool {
        let batch = &self.claim.batch;
        if !batch.has_content {
            return false;
        }
        let texts = whole_texts(&batch.messages);
        let not_own = texts.iter().filter(|text| !self.is_own(text)).count();
        let steers =
            |message: &&M| matches!(self.keyword_of(message), Some(Keyword::Control(_) | Keyword::Wish));
        // Where all words are the sender's the lane knows, also what YES meant when it came.
        not_own == 0 || texts.len() - not_own > batch.messages.iter().filter(steers).count()
    }

    /// Whether the sender says something by `text`, be it by a picture without one.
    fn is_own(&self, text: &str) -> bool {
        text.is_empty() || !(own_words(text).is_empty() || self.echoes(text))
    }

    /// Whether `text` is something that we send ourselves, come back: quoted by a reaction, or with hardly a word around it.
    /// Two machines could go on for ever about it.
    fn echoes(&self, text: &str) -> bool {
        let settings = &self.inner.settings;
        let keyword_texts = settings.opt_out.iter().flat_map(OptOut::texts);
        let mut ours = settings.templates.texts().chain(keyword_texts);
        let reaction = Reaction::read(text);
        ours.any(|ours| reaction.is_some_and(|reaction| reaction.quotes(ours)) || repeats(text, ours))
    }

    /// The messages to classify: without those that only repeat what we say.
    pub(super) fn messages_to_classify(&self) -> Arc<[M]> {
        let messages = &self.claim.batch.messages;
        if messages.iter().any(|message| self.echoes(message.text())) {
            messages.iter().filter(|message| !self.echoes(message.text())).cloned().collect()
        } else {
            Arc::clone(messages)
        }
    }

    fn keyword_of(&self, message: &M) -> Option<Keyword> {
        let (keyword, _) = self.inner.settings.opt_out.as_ref()?.find(message)?;
        Some(keyword)
    }

    /// Whether `message` is what made its batch carry `control`.
    fn is_control(&self, message: &M, control: Control) -> bool {
        match self.keyword_of(message) {
            Some(Keyword::Control(found)) => found == control,
            Some(Keyword::Wish) => control == Control::Stop,
            Some(Keyword::StartIfStopped) => control == Control::Start,
            None => false,
        }
    }

    /// The text of the reply, or why there is none. An earlier attempt has decided for this one what it says, but not
    /// whether it still may.
    pub(super) fn decide(&self, classification: Option<&Classification>) -> Result<String, NoReply> {
        let text = self.answer(classification)?;
        if self.is_stale() {
            return Err(NoReply::Stale);
        }
        Ok(self.decided_text().unwrap_or_else(|| text.to_owned()))
    }

    pub(super) fn decided_text(&self) -> Option<String> {
        self.claim.reply.first().map(|part| part.text.clone())
    }

    fn answer<'a>(&'a self, classification: Option<&'a Classification>) -> Result<&'a str, NoReply> {
        let batch = &self.claim.batch;
        if let Some(why) = self.is_silent() {
            return Err(why);
        }
        if batch.control == Some(Control::Stop) {
            return self.answer_to(Control::Stop);
        }
        match (batch.control.map(|control| self.answer_to(control)), classification) {
            (Some(Ok(text)), _) => Ok(text),
            // What was said beside a keyword that has no answer is answered.
            (_, Some(classification)) => self.text_for(classification).ok_or(NoReply::NoTemplate),
            (Some(Err(why)), None) => Err(why),
            (None, None) => Err(NoReply::NoOwnWords),
        }
    }

    /// Why there is no reply whatever the batch says, if there is none.
    pub(super) fn is_silent(&self) -> Option<NoReply> {
        let (settings, batch) = (&self.inner.settings, &self.claim.batch);
        if !batch.key.can_reply() {
            return Some(NoReply::Unreachable);
        }
        if batch.control == Some(Control::Stop) {
            // The law wants it confirmed, whatever else is off.
            return None;
        }
        let is_on = settings.reply_if.as_ref().is_none_or(|holds| holds(&batch.key));
        (!settings.templates.is_enabled() || !is_on).then_some(NoReply::Off)
    }

    fn answer_to(&self, control: Control) -> Result<&str, NoReply> {
        let mut carriers =
            self.claim.batch.messages.iter().filter(|message| self.is_control(message, control));
        if carriers.any(is_answered_by_gateway) {
            return Err(NoReply::AnsweredByGateway);
        }
        let opt_out = self.inner.settings.opt_out.as_ref();
        opt_out.and_then(|opt_out| opt_out.text_for(control)).ok_or(NoReply::NoTemplate)
    }

    fn text_for<'a>(&'a self, classification: &'a Classification) -> Option<&'a str> {
        let settings = &self.inner.settings;
        let proposed = classification.proposed_reply.as_deref().filter(|_| settings.use_proposed_replies);
        match proposed {
            Some(text) => Some(text).filter(|text| !text.trim().is_empty()),
            None => settings.templates.text_for(&classification.label),
        }
    }

    /// Whether it is too late for the reply.
    pub(super) fn is_stale(&self) -> bool {
        self.now() > self.reply_by()
    }

    /// The latest time for the reply: a stop must be confirmed within minutes, and everything else is answered within
    /// [`reply_within`](crate::Builder::reply_within) of the newest message.
    pub(super) fn reply_by(&self) -> Timestamp {
        *self.reply_by.get_or_init(|| match self.claim.batch.control {
            Some(Control::Stop) => self.stopped_at() + CONFIRM_WITHIN,
            _ => self.answer_by(),
        })
    }

    /// When the stop came that the batch confirms.
    fn stopped_at(&self) -> Timestamp {
        let batch = &self.claim.batch;
        let arrivals = batch.messages.iter().zip(&batch.arrived_at);
        let stops = arrivals.filter(|(message, _)| self.is_control(message, Control::Stop));
        let stopped_at = stops.map(|(_, at)| *at).max();
        // The keywords may have been changed since.
        stopped_at.unwrap_or_else(|| self.last_arrival())
    }

    fn last_arrival(&self) -> Timestamp {
        let batch = &self.claim.batch;
        batch.arrived_at.iter().copied().max().unwrap_or(batch.opened_at)
    }

    fn answer_by(&self) -> Timestamp {
        let batch = &self.claim.batch;
        let within = self.inner.settings.reply_within;
        if batch.opened_at > self.last_arrival() {
            // Somebody requeued it, and wants it answered.
            return batch.opened_at + within;
        }
        let times = |counts: &dyn Fn(&M) -> bool| {
            let sent = batch.messages.iter().zip(&batch.arrived_at).filter(|(message, _)| counts(message));
            sent.map(|(message, at)| (sent_at(message, *at), *at)).max()
        };
        // A reaction of now does not make the words of the day before yesterday new.
        let newest = times(&|message| self.is_own(message.text())).or_else(|| times(&|_| true));
        let (newest, arrived_at) = newest.unwrap_or((batch.opened_at, batch.opened_at));
        let wait = batch.due_at.since(arrived_at);
        // A window that takes most of `reply_within`, or more, is meant: its wait is no delay.
        newest + within.max(wait + within.min(LEAST_AFTER_DUE))
    }
}
