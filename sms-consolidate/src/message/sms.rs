//! The text message of gateways: [`SmsMessage`].

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Message, Origin, masked_id};
use crate::clock::Timestamp;
use crate::lane::Control;

/// A text message as gateways deliver it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmsMessage {
    text: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "is_zero")]
    part: u16,
    /// Behind a pointer: few messages have any, and all of them pay for its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extras: Option<Box<Extras>>,
}

/// What few messages have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Extras {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    media: Vec<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_of: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<Control>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    gateway_answers_keywords: bool,
    #[serde(skip_serializing_if = "is_typed")]
    origin: Origin,
}

fn is_typed(origin: &Origin) -> bool {
    *origin == Origin::Typed
}

fn is_zero(part: &u16) -> bool {
    *part == 0
}

impl SmsMessage {
    /// A message without an id or a provider's time.
    #[must_use]
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self { text: text.into(), id: None, sent_at: None, part: 0, extras: None }
    }

    /// The same message with the gateway's id, by which a redelivery is recognised.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The same message with the gateway's time. Only set one that carries a zone.
    #[must_use]
    pub fn with_sent_at(mut self, sent_at: Timestamp) -> Self {
        self.sent_at = Some(sent_at);
        self
    }

    /// The same message as part `part` of a longer one.
    #[must_use]
    pub fn with_part(mut self, part: u16) -> Self {
        self.part = part;
        self
    }

    /// The same message as part `part` of the long one that the gateway names by `reference`; see
    /// [`Message::part_of`].
    #[must_use]
    pub fn with_part_of(mut self, reference: impl Into<Box<str>>, part: u16) -> Self {
        self.extras_mut().part_of = Some(reference.into());
        self.with_part(part)
    }

    /// The same message with the addresses of the pictures and other files that came with it. They are kept with the
    /// message, and neither fetched nor classified.
    #[must_use]
    pub fn with_media(mut self, urls: impl IntoIterator<Item: Into<Box<str>>>) -> Self {
        let urls: Vec<_> = urls.into_iter().map(Into::into).collect();
        if !urls.is_empty() {
            self.extras_mut().media = urls;
        }
        self
    }

    /// The addresses of the files that came with the message, in order.
    pub fn media(&self) -> impl Iterator<Item = &str> {
        self.extras.iter().flat_map(|extras| extras.media.iter().map(AsRef::as_ref))
    }

    /// The same message, found by the gateway to be a keyword; see [`Message::control`].
    #[must_use]
    pub fn with_control(mut self, control: Control) -> Self {
        self.extras_mut().control = Some(control);
        self
    }

    /// The same message, of a gateway that answers keywords by itself; see [`Message::gateway_answers_keywords`].
    #[must_use]
    pub fn with_keywords_answered_by_gateway(mut self) -> Self {
        self.extras_mut().gateway_answers_keywords = true;
        self
    }

    /// The same message, whose text came to be in another way than by being typed.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        if origin != self.origin() {
            self.extras_mut().origin = origin;
        }
        self
    }

    fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }
}

impl Message for SmsMessage {
    fn text(&self) -> &str {
        &self.text
    }

    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    fn sent_at(&self) -> Option<Timestamp> {
        self.sent_at
    }

    fn part(&self) -> u16 {
        self.part
    }

    fn part_of(&self) -> Option<&str> {
        self.extras.as_ref()?.part_of.as_deref()
    }

    fn control(&self) -> Option<Control> {
        self.extras.as_ref()?.control
    }

    fn gateway_answers_keywords(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.gateway_answers_keywords)
    }

    fn origin(&self) -> Origin {
        self.extras.as_ref().map_or(Origin::Typed, |extras| extras.origin)
    }
}

/// Shows the length of the text, not the text: a `Debug` line may end up in a log.
impl fmt::Debug for SmsMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsMessage")
            .field("id", &self.id().map(masked_id))
            .field("text_bytes", &self.text.len())
            .field("sent_at", &self.sent_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_few_messages_have_is_stored_and_read_back() {
        let plain = SmsMessage::new("Hi");
        assert_eq!(serde_json::to_string(&plain).unwrap(), r#"{"text":"Hi"}"#);
        let rich = SmsMessage::new("Hi")
            .with_part_of("7", 2)
            .with_media(["https://example.com/a.jpg"])
            .with_control(Control::Stop)
            .with_keywords_answered_by_gateway()
            .with_origin(Origin::Button);
        let stored = serde_json::to_string(&rich).unwrap();
        assert_eq!(serde_json::from_str::<SmsMessage>(&stored).unwrap(), rich);
        assert_eq!(rich.media().collect::<Vec<_>>(), ["https://example.com/a.jpg"]);
        assert_eq!(plain.with_media(Vec::<String>::new()), SmsMessage::new("Hi"));
    }

    #[test]
    fn debug_does_not_show_the_text() {
        assert!(!format!("{:?}", SmsMessage::new("my secret")).contains("secret"));
    }
}
