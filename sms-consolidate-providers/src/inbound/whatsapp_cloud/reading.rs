//! A call, piece by piece.

use std::borrow::Cow;
use std::iter::repeat_n;

use serde_json::value::RawValue;
use sms_consolidate::{Conversation, SmsMessage, Timestamp};

use super::super::{FieldError, Ignored, InboundMessage, MAX_SKEW, Parsed, Preference, group, json};
use super::Settings;
use super::content::{Content, Read};
use super::ends::Ends;

/// Why a message of ours did not arrive: its recipient has stopped marketing messages of ours.
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>
const OPTED_OUT: &str = "131050";

/// What has been read of a call so far.
pub(super) struct Reading<'s> {
    pub(super) parsed: Parsed,
    /// The index of the next message, or of what should have held some.
    pub(super) next: usize,
    settings: &'s Settings,
    now: Timestamp,
}

impl<'s> Reading<'s> {
    /// Nothing yet, of a call that arrived at `now`.
    pub(super) fn new(settings: &'s Settings, now: Timestamp) -> Self {
        Self { parsed: Parsed::default(), next: 0, settings, now }
    }

    pub(super) fn entry(&mut self, entry: &RawValue) {
        let changes = json::fields(entry, ["changes"]).map_err(|problem| FieldError::new("entry", problem));
        let changes = changes.and_then(|[changes]| json::required("changes", changes, json::elements));
        for change in self.noted(changes).unwrap_or_default() {
            self.change(change);
        }
    }

    fn change(&mut self, change: &RawValue) {
        let fields = json::fields(change, ["field", "value"]);
        let fields = fields.map_err(|problem| FieldError::new("changes", problem));
        let Some([field, value]) = self.noted(fields) else { return };
        let Some(field) = self.noted(json::required("field", field, json::string)) else { return };
        match &*field {
            "messages" => self.messages(value),
            "user_preferences" => self.preferences(value),
            // What we wrote in the app, or elsewhere.
            "message_echoes" | "smb_message_echoes" => {
                let [echoes] =
                    value.and_then(|value| json::fields(value, ["message_echoes"]).ok()).unwrap_or_default();
                let echoes = echoes.and_then(|list| json::elements(list).ok()).unwrap_or_default();
                self.ignore(Ignored::Own, echoes.len().max(1));
            }
            _ => self.ignore(Ignored::NotAMessage, 1),
        }
    }

    fn messages(&mut self, value: Option<&RawValue>) {
        let names = ["metadata", "contacts", "messages", "statuses"];
        let value = json::required("value", value, |value| json::fields(value, names));
        let Some([metadata, contacts, messages, statuses]) = self.noted(value) else { return };
        let statuses = self.noted(list("statuses", statuses)).unwrap_or_default();
        let Some(messages) = self.noted(list("messages", messages)) else { return };
        if messages.is_empty() && statuses.is_empty() {
            // It holds errors of the account, or what is to come.
            return self.ignore(Ignored::NotAMessage, 1);
        }
        let ends = Ends::new(metadata, contacts);
        for status in statuses {
            match self.status(status, &ends) {
                Some(preference) => self.parsed.preferences.push(preference),
                None => self.ignore(Ignored::NotAMessage, 1),
            }
        }
        for element in messages {
            let read = self.message(element, &ends);
            if let Some((conversation, message)) = self.taken(read) {
                let index = self.next - 1;
                self.parsed.messages.push(InboundMessage { index, conversation, message });
            }
        }
    }

    fn preferences(&mut self, value: Option<&RawValue>) {
        let names = ["metadata", "contacts", "user_preferences"];
        let value = json::required("value", value, |value| json::fields(value, names));
        let Some([metadata, contacts, preferences]) = self.noted(value) else { return };
        let Some(preferences) = self.noted(list("user_preferences", preferences)) else { return };
        let ends = Ends::new(metadata, contacts);
        for element in preferences {
            let read = preference(element, &ends, self.now);
            let preference = self.taken(read);
            self.parsed.preferences.extend(preference);
        }
    }

    /// Reads one of `messages`.
    fn message(&self, element: &RawValue, ends: &Ends<'_>) -> Read<(Conversation, SmsMessage)> {
        let names = ["id", "from", "from_user_id", "group_id", "timestamp"];
        let [id, from, user, group_id, timestamp] = fields(element, names)?;
        if ends.is_ours(from) {
            return Ok(Err(Ignored::Own));
        }
        let group_id = group_id.map(json::string).transpose();
        let group_id = group_id.map_err(|problem| FieldError::new("group_id", problem))?;
        let group_id = group_id.filter(|id| !id.trim().is_empty());
        if group_id.is_some() && !self.settings.reads_groups {
            return Ok(Err(Ignored::Group));
        }
        let content = match Content::of(element)? {
            Ok(content) => content,
            Err(ignored) => return Ok(Err(ignored)),
        };
        let id = json::required("id", id, json::id)?;
        let (sender, message) = match group_id {
            Some(group_id) => (group::named(&group_id), content.into_group_message()),
            None => {
                let sender = ends.sender(["from", "from_user_id"], [from, user])?;
                (sender, content.into_message(&self.settings.buttons))
            }
        };
        let mut message = message.with_id(id);
        if let Some(time) = timestamp.and_then(time) {
            message = message.with_sent_at(time);
        }
        Ok(Ok((Conversation::new(sender, Some(ends.line()?)), message)))
    }

    /// What a report on a message of ours tells of its recipient.
    fn status(&self, status: &RawValue, ends: &Ends<'_>) -> Option<Preference> {
        let names = ["errors", "recipient_id", "recipient_user_id", "recipient_type", "timestamp"];
        let [errors, number, user, kind, timestamp] = json::fields(status, names).ok()?;
        let is_to_group = kind.is_some_and(|kind| json::string(kind).is_ok_and(|kind| kind == "group"));
        let is_opt_out = |error: &RawValue| {
            json::fields(error, ["code"]).is_ok_and(|[code]| code.is_some_and(|code| code.get() == OPTED_OUT))
        };
        if is_to_group || !json::elements(errors?).ok()?.into_iter().any(is_opt_out) {
            return None;
        }
        let recipient = ends.sender(["recipient_id", "recipient_user_id"], [number, user]).ok()?;
        let preference = Preference::new(Conversation::new(recipient, Some(ends.line().ok()?)), true);
        Some(preference.as_of(timestamp.and_then(time), self.now))
    }

    /// What was read of the next element; otherwise it is noted why it is not taken in.
    fn taken<T>(&mut self, read: Read<T>) -> Option<T> {
        let taken = match read {
            Ok(Ok(taken)) => Some(taken),
            Ok(Err(why)) => {
                self.ignore(why, 1);
                None
            }
            Err(error) => {
                self.parsed.errors.push(error.at(self.next));
                None
            }
        };
        self.next += 1;
        taken
    }

    fn ignore(&mut self, why: Ignored, events: usize) {
        self.parsed.ignored.extend(repeat_n(why, events));
    }

    /// What was read; an error is noted, and takes an index.
    fn noted<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        let note = |error: FieldError| {
            self.parsed.errors.push(error.at(self.next));
            self.next += 1;
        };
        result.map_err(note).ok()
    }
}

/// Reads one of `user_preferences`.
///
/// Meta repeats a call for days, and signs no time: of a resume that comes late it is not known whether a stop came after
/// it. One that is left out costs its sender a START; one too many would undo a stop.
fn preference(element: &RawValue, ends: &Ends<'_>, now: Timestamp) -> Read<Preference> {
    let names = ["wa_id", "user_id", "category", "value", "timestamp"];
    let [number, user, category, value, timestamp] = fields(element, names)?;
    let category = json::required("category", category, json::string)?;
    let at = timestamp.and_then(time);
    let is_recent = |at: Timestamp| now.since(at) <= MAX_SKEW && at.since(now) <= MAX_SKEW;
    let opted_out = match (&*category, &*json::required("value", value, json::string)?) {
        ("marketing_messages", "stop") => true,
        ("marketing_messages", "resume") if at.is_some_and(is_recent) => false,
        _ => return Ok(Err(Ignored::NotAMessage)),
    };
    let sender = ends.sender(["wa_id", "user_id"], [number, user])?;
    Ok(Ok(Preference::new(Conversation::new(sender, Some(ends.line()?)), opted_out).as_of(at, now)))
}

/// The fields `names` of one of a list's elements.
fn fields<'a, const N: usize>(
    element: &'a RawValue,
    names: [&str; N],
) -> Result<json::Fields<'a, N>, FieldError> {
    json::fields(element, names).map_err(|problem| FieldError::new("element", problem))
}

/// The elements of the list `field`, which may be left out.
fn list<'a>(field: &'static str, list: Option<&'a RawValue>) -> Result<Vec<&'a RawValue>, FieldError> {
    list.map_or(Ok(Vec::new()), json::elements).map_err(|problem| FieldError::new(field, problem))
}

/// Seconds since the Unix epoch, in a string.
fn time(value: &RawValue) -> Option<Timestamp> {
    let text = json::string(value).unwrap_or(Cow::Borrowed(value.get()));
    let seconds: i64 = text.parse().ok()?;
    Some(Timestamp::from_unix_millis(seconds.saturating_mul(1_000)))
}
