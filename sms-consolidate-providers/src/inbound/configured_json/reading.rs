//! From JSON to messages.

use std::borrow::Cow;

use serde_json::value::RawValue;
use sms_consolidate::{Address, Conversation, Origin, SmsMessage, Timestamp};

use super::super::{
    FieldError, Ignored, InboundMessage, Parsed, Problem, Rejection, address, group, json, media,
};
use super::path::{Path, is_blank};
use super::{Condition, ConfiguredJson, List};

/// What one element says: a message, or why it is none of a customer's.
type Read = Result<(Conversation, SmsMessage), Ignored>;

impl ConfiguredJson {
    fn message(&self, element: &RawValue) -> Result<Read, FieldError> {
        json::fields(element, []).map_err(|problem| FieldError::new("element", problem))?;
        let holds = |(path, condition): &&(Path, Condition)| condition.holds(path, element);
        if !self.only_if.iter().all(|test| holds(&test)) {
            return Ok(Err(Ignored::NotAMessage));
        }
        if self.own_if.iter().any(|test| holds(&test)) {
            return Ok(Err(Ignored::Own));
        }
        let group = self.group_if.iter().find(holds);
        if group.is_some() && !self.reads_groups {
            return Ok(Err(Ignored::Group));
        }
        let id = self.id.required(element, id)?;
        let sender = match group {
            Some((path, _)) => self.group(path, element)?,
            None => self.sender.required(element, |sender| self.address(sender))?,
        };
        let media = self.media.as_ref().map(|path| urls(path, element)).unwrap_or_default();
        let Some((text, origin)) = self.content(element, !media.is_empty())? else {
            return Ok(Err(Ignored::NoContent));
        };
        let line = self.our_line(element)?;
        if line.as_ref() == Some(&sender) {
            return Ok(Err(Ignored::Own));
        }
        let mut message = SmsMessage::new(text).with_id(id).with_media(media);
        message = match origin {
            _ if group.is_some() => message.with_origin(Origin::Group),
            Origin::Button => self.opt_out_buttons.tapped(message, None),
            origin => message.with_origin(origin),
        };
        let sent_at = self.sent_at.as_ref().and_then(|path| path.find(element).ok().flatten()).and_then(time);
        if let Some(time) = sent_at {
            message = message.with_sent_at(time);
        }
        Ok(Ok((Conversation::new(sender, line), message)))
    }

    /// The text, and how it came to be; `None` if there is none, and no error.
    fn content<'a>(
        &self,
        element: &'a RawValue,
        has_media: bool,
    ) -> Result<Option<(Cow<'a, str>, Origin)>, FieldError> {
        let mut blank = None;
        let others = [(&self.caption, Origin::Caption), (&self.button, Origin::Button)];
        let others = others.iter().filter_map(|(path, origin)| Some((path.as_ref()?, *origin)));
        for (path, origin) in std::iter::once((&self.text, Origin::Typed)).chain(others) {
            let Some(found) = path.find(element).map_err(|problem| path.error(problem))? else { continue };
            let text = json::lossy_string(found).map_err(|problem| path.error(problem))?;
            if !is_blank(found) {
                return Ok(Some((text, origin)));
            }
            blank = blank.or(Some((text, origin)));
        }
        match blank {
            _ if has_media => Ok(Some(blank.unwrap_or_default())),
            _ if self.ignores_without_text => Ok(None),
            Some(blank) => Ok(Some(blank)),
            None => Err(self.text.error(Problem::Missing)),
        }
    }

    fn our_line(&self, element: &RawValue) -> Result<Option<Address>, FieldError> {
        let Some(path) = &self.line else { return Ok(None) };
        match path.required(element, |line| self.address(line)) {
            Ok(line) => Ok(Some(line)),
            Err(FieldError { problem: Problem::Missing | Problem::Empty, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn address(&self, value: &RawValue) -> Result<Address, Problem> {
        let text = string_or_number(value)?;
        let text = text.trim();
        let removed = self.removed_suffixes.iter().find_map(|suffix| text.strip_suffix(&**suffix));
        let text = removed.unwrap_or(text);
        if self.adds_plus_signs { address::without_plus(text) } else { address::as_written(text) }
    }

    /// What stands for a group in place of a sender: its id, or who is in it.
    fn group(&self, path: &Path, element: &RawValue) -> Result<Address, FieldError> {
        let found = path.required(element, Ok)?;
        if !found.get().starts_with('[') {
            return id(found).map(|id| group::named(&id)).map_err(|problem| path.error(problem));
        }
        let sender = self.sender.required(element, string_or_number)?;
        let others =
            json::elements(found).and_then(|others| others.into_iter().map(string_or_number).collect());
        let others: Vec<_> = others.map_err(|problem| path.error(problem))?;
        Ok(group::of(others.iter().chain([&sender]).map(|participant| &**participant)))
    }

    fn messages(
        &self,
        list: &RawValue,
        list_error: impl Fn(Problem) -> FieldError,
    ) -> Result<Parsed, Rejection> {
        let elements = match list.get().starts_with('{') {
            true => vec![list],
            false => json::elements(list).map_err(list_error)?,
        };
        if elements.len() > self.max_messages {
            return Err(Rejection::TooManyMessages { found: elements.len(), limit: self.max_messages });
        }
        let mut parsed = Parsed::default();
        for (index, element) in elements.into_iter().enumerate() {
            match self.message(element) {
                Ok(Ok((conversation, message))) => {
                    parsed.messages.push(InboundMessage { index, conversation, message });
                }
                Ok(Err(why)) => parsed.ignored.push(why),
                Err(error) => parsed.errors.push(error.at(index)),
            }
        }
        if parsed.messages.is_empty() && !parsed.errors.is_empty() {
            return Err(Rejection::Unprocessable(parsed.errors));
        }
        Ok(parsed)
    }

    /// What a document says.
    pub(super) fn read(&self, document: &RawValue) -> Result<Parsed, Rejection> {
        match &self.list {
            List::None => Ok(match self.message(document)? {
                Ok((conversation, message)) => Parsed::message(conversation, message),
                Err(why) => Parsed::ignored(why),
            }),
            List::Document => self.messages(document, |problem| FieldError::new("body", problem)),
            List::At(path) => match path.find(document).map_err(|problem| path.error(problem))? {
                Some(list) => self.messages(list, |problem| path.error(problem)),
                None => {
                    // An event of another kind, or a path with a slip in it, which would lose every message.
                    tracing::warn!(
                        path = path.as_str(),
                        "WEBHOOK IGNORED: it holds no list of messages where one is configured"
                    );
                    Ok(Parsed::ignored(Ignored::NotAMessage))
                }
            },
        }
    }
}

/// A string, or a number as it is written.
fn string_or_number(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    let is_number = value.get().starts_with(|c: char| c.is_ascii_digit());
    if is_number { Ok(Cow::Borrowed(value.get())) } else { json::string(value) }
}

fn id(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    let id = string_or_number(value)?;
    json::check_id(&id)?;
    Ok(id)
}

fn urls(path: &Path, element: &RawValue) -> Vec<Box<str>> {
    let addresses = path.find_all(element).flat_map(|found| match json::elements(found) {
        Ok(list) => list,
        Err(_) => vec![found],
    });
    media::kept(addresses.filter_map(|url| Some(json::string(url).ok()?.into())))
}

/// Numbers below this are seconds: as milliseconds it is March 1973, as seconds the year 5138.
const FIRST_MILLIS: i64 = 100_000_000_000;

fn time(value: &RawValue) -> Option<Timestamp> {
    // A form knows no numbers.
    let Ok(number) = value.get().trim_matches('"').parse::<i64>() else { return json::time(value) };
    let millis = if number < FIRST_MILLIS { number.checked_mul(1_000)? } else { number };
    Some(Timestamp::from_unix_millis(millis))
}
