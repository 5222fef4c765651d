//! WhatsApp Cloud API (<https://developers.facebook.com/documentation/business-messaging/whatsapp>), Meta's own.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroUsize;

use hmac::{Hmac, Mac};
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};
use subtle::ConstantTimeEq;

use super::form::Form;
use super::{
    Answer, ConfigError, DEFAULT_MAX_MESSAGES, FieldError, Ignored, Inbound, InboundMessage, InboundRequest,
    Parsed, Problem, Rejection, Unauthorized, address, json, media, signed,
};

/// In logs.
const NAME: &str = "WhatsApp Cloud API";

const SIGNATURE: &str = "X-Hub-Signature-256";

/// The longest challenge that is answered, in bytes. Meta's have about ten.
const MAX_CHALLENGE_BYTES: usize = 128;

/// The webhook of the WhatsApp Cloud API, field `messages`.
///
/// - The id is `id`; the sender is `from`, or `from_user_id` where somebody hides their number behind a user name. The
///   latter is no number: such a conversation [gets no reply](sms_consolidate::Key::can_reply).
/// - The line is `whatsapp:` and `display_phone_number`, as a number; where there is none, `phone_number_id` as it is
///   written. So a chat never mixes with the texts to the same number.
/// - The text is what the user typed, or what is written on the button or list row that they chose, or the caption of a
///   picture, video or document. Audio, stickers, locations and contact cards have an empty one.
/// - The files' ids are kept as media, in the form `whatsapp-media:<id>`: a URL is had by `GET /<id>` of the Graph API with
///   your token, and is good for five minutes only, so that one which comes with the message is kept only if there is no id.
/// - The time is `timestamp`. One that cannot be read is left out, and the message accepted.
/// - Ignored are statuses, reactions (they comment on a message, and can be taken back), orders, answers to flows, system
///   and unsupported messages, all other types, all other fields, and all other objects than WhatsApp accounts.
///
/// One call may hold many messages, of several numbers. The index of a message counts them all, from 0.
///
/// # At Meta
///
/// In the app's dashboard, under *WhatsApp › Configuration*, enter the webhook's URL and a verify token that you make up,
/// and subscribe to the field `messages`. Meta then calls the URL with that token and a challenge, which is answered. The
/// app secret is under *App settings › Basic*; Meta signs every call with it, over the body and nothing else
/// (<https://developers.facebook.com/docs/graph-api/webhooks/getting-started>). No time is signed: calls can be replayed,
/// which changes nothing for the 48 hours that stores know their ids. Meta delivers again what is not answered by 200,
/// less and less often, for up to seven days
/// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>).
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, WhatsAppCloud};
///
/// let gateway = WhatsAppCloud::signed("the app secret", "a token that you made up")?;
/// assert_eq!(WhatsAppCloud::signed("the app secret", "").err(), Some(ConfigError::EmptyToken));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone)]
pub struct WhatsAppCloud {
    /// Keyed once; a clone is ready to sign.
    mac: Option<Hmac<Sha256>>,
    verify_token: Box<str>,
    max_messages: usize,
}

impl WhatsAppCloud {
    /// A webhook that requires signatures by `app_secret`, and answers challenges that come with `verify_token`.
    ///
    /// # Errors
    /// If either is empty.
    pub fn signed(
        app_secret: impl AsRef<[u8]>,
        verify_token: impl Into<Box<str>>,
    ) -> Result<Self, ConfigError> {
        Self::new(Some(signed::hmac(app_secret)?), verify_token.into())
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning. Challenges need the token all the same.
    ///
    /// # Errors
    /// If the token is empty.
    pub fn unsigned(verify_token: impl Into<Box<str>>) -> Result<Self, ConfigError> {
        let webhook = Self::new(None, verify_token.into())?;
        signed::warn_unchecked(NAME);
        Ok(webhook)
    }

    fn new(mac: Option<Hmac<Sha256>>, verify_token: Box<str>) -> Result<Self, ConfigError> {
        if verify_token.is_empty() {
            return Err(ConfigError::EmptyToken);
        }
        Ok(Self { mac, verify_token, max_messages: DEFAULT_MAX_MESSAGES })
    }

    /// The same webhook, taking at most `limit` messages per call, those that are ignored among them. Default: [`DEFAULT_MAX_MESSAGES`].
    #[must_use]
    pub const fn with_max_messages(mut self, limit: NonZeroUsize) -> Self {
        self.max_messages = limit.get();
        self
    }

    fn authenticate(&self, request: &InboundRequest<'_>) -> Result<(), Unauthorized> {
        let Some(mac) = &self.mac else { return Ok(()) };
        let given = signed::header(request.headers, SIGNATURE)?;
        let mut bytes = [0; 32];
        let is_hex =
            given.strip_prefix(b"sha256=").is_some_and(|hex| hex::decode_to_slice(hex, &mut bytes).is_ok());
        // `verify_slice` compares in constant time.
        if is_hex && mac.clone().chain_update(request.body).verify_slice(&bytes).is_ok() {
            Ok(())
        } else {
            Err(Unauthorized::WrongSignature)
        }
    }
}

impl Inbound for WhatsAppCloud {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request)?;
        let [object, entries] = json::document(request.body, ["object", "entry"])?
            .map_err(|problem| FieldError::new("body", problem))?;
        if json::required("object", object, json::string)? != "whatsapp_business_account" {
            return Ok(Parsed::ignored(Ignored::NotAMessage));
        }
        let (mut reading, limit) = (Reading::default(), self.max_messages);
        for entry in json::required("entry", entries, json::elements)? {
            reading.entry(entry);
            if reading.next > limit {
                return Err(Rejection::TooManyMessages { found: reading.next, limit });
            }
        }
        let parsed = reading.parsed;
        if parsed.messages.is_empty() && !parsed.errors.is_empty() {
            return Err(Rejection::Unprocessable(parsed.errors));
        }
        Ok(parsed)
    }

    /// Answers Meta's challenge. Without one, somebody looks whether the webhook is there.
    fn parse_get(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        let query = Form::of_query(request.uri);
        if query.pairs().all(|(name, _)| !name.starts_with("hub.")) {
            return Ok(Parsed::default());
        }
        let parameter = "hub.verify_token";
        let token = query.get(parameter).ok_or(Unauthorized::MissingParameter { parameter })?;
        if !bool::from(token.as_bytes().ct_eq(self.verify_token.as_bytes())) {
            return Err(Unauthorized::WrongToken.into());
        }
        let required = |name| query.get(name).ok_or_else(|| FieldError::new(name, Problem::Missing));
        if required("hub.mode")? != "subscribe" {
            let problem = Problem::WrongType { expected: "subscribe", found: "another word" };
            return Err(FieldError::new("hub.mode", problem).into());
        }
        let challenge = required("hub.challenge")?;
        check_challenge(challenge).map_err(|problem| FieldError::new("hub.challenge", problem))?;
        Ok(Parsed::default().with_answer(Answer::new("text/plain", challenge.to_owned())))
    }
}

/// Without the secrets.
impl fmt::Debug for WhatsAppCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhatsAppCloud")
            .field("signed", &self.mac.is_some())
            .field("max_messages", &self.max_messages)
            .finish_non_exhaustive()
    }
}

/// What is sent back must not mean anything to a browser.
fn check_challenge(challenge: &str) -> Result<(), Problem> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    match challenge.len() {
        0 => Err(Problem::Empty),
        bytes if bytes > MAX_CHALLENGE_BYTES => Err(Problem::TooLong { bytes, limit: MAX_CHALLENGE_BYTES }),
        _ if challenge.bytes().all(is_plain) => Ok(()),
        _ => Err(Problem::WrongType { expected: "letters and digits", found: "other characters" }),
    }
}

/// What has been read of a call so far.
#[derive(Default)]
struct Reading {
    parsed: Parsed,
    /// The index of the next message, or of what should have held some.
    next: usize,
}

impl Reading {
    fn entry(&mut self, entry: &RawValue) {
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
        if field != "messages" {
            self.parsed.ignored.push(Ignored::NotAMessage);
            return;
        }
        let names = ["metadata", "messages", "statuses"];
        let value = json::required("value", value, |value| json::fields(value, names));
        let Some([metadata, messages, statuses]) = self.noted(value) else { return };
        let list = |field, list: Option<_>| {
            list.map_or(Ok(Vec::new()), json::elements).map_err(|problem| FieldError::new(field, problem))
        };
        let statuses = self.noted(list("statuses", statuses)).unwrap_or_default().len();
        let Some(messages) = self.noted(list("messages", messages)) else { return };
        // Without either it holds errors of the account, or what is to come.
        let reports = if messages.is_empty() { statuses.max(1) } else { statuses };
        self.parsed.ignored.extend(std::iter::repeat_n(Ignored::NotAMessage, reports));
        for element in messages {
            self.message(element, metadata);
        }
    }

    fn message(&mut self, element: &RawValue, metadata: Option<&RawValue>) {
        match message(element, metadata) {
            Ok(Some((conversation, message))) => {
                self.parsed.messages.push(InboundMessage { index: self.next, conversation, message });
            }
            Ok(None) => self.parsed.ignored.push(Ignored::NotAMessage),
            Err(error) => self.parsed.errors.push(error.at(self.next)),
        }
        self.next += 1;
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

/// Reads one of `messages`. `None` if it is of a kind that is ignored.
fn message(
    element: &RawValue,
    metadata: Option<&RawValue>,
) -> Result<Option<(Conversation, SmsMessage)>, FieldError> {
    let in_element = |problem| FieldError::new("element", problem);
    let [kind] = json::fields(element, ["type"]).map_err(in_element)?;
    let kind = json::required("type", kind, json::string)?;
    let Some((text, file)) = content(element, &kind)? else { return Ok(None) };
    let [id, from, user, timestamp] =
        json::fields(element, ["id", "from", "from_user_id", "timestamp"]).map_err(in_element)?;
    let id = json::required("id", id, json::id)?;
    let sender = match (from, user) {
        (None, Some(user)) => {
            json::required("from_user_id", Some(user), |user| address::as_written(&json::string(user)?))?
        }
        _ => json::required("from", from, |number| address::without_plus(&json::string(number)?))?,
    };
    let mut message = SmsMessage::new(text).with_id(id).with_media(media::kept(file));
    if let Some(time) = timestamp.and_then(time) {
        message = message.with_sent_at(time);
    }
    Ok(Some((Conversation::new(sender, Some(line(metadata)?)), message)))
}

/// A text, and the address of a file.
type Content<'a> = (Cow<'a, str>, Option<Box<str>>);

/// What a message of type `kind` says; `None` if that is nothing to classify.
fn content<'a>(element: &'a RawValue, kind: &str) -> Result<Option<Content<'a>>, FieldError> {
    let content = |name| -> Result<&'a RawValue, FieldError> {
        let [value] = json::fields(element, [name]).map_err(|problem| FieldError::new("element", problem))?;
        json::required(name, value, Ok)
    };
    let text = |name, field, path| -> Result<Option<Content<'a>>, FieldError> {
        Ok(Some((text_of(content(name)?, name, field, path)?, None)))
    };
    match kind {
        "text" => text("text", "body", "text.body"),
        "button" => text("button", "text", "button.text"),
        "interactive" => {
            let [kind, button, row] =
                json::fields(content("interactive")?, ["type", "button_reply", "list_reply"])
                    .map_err(|problem| FieldError::new("interactive", problem))?;
            let (name, path, chosen) = match &*json::required("interactive.type", kind, json::string)? {
                "button_reply" => ("interactive.button_reply", "interactive.button_reply.title", button),
                "list_reply" => ("interactive.list_reply", "interactive.list_reply.title", row),
                _ => return Ok(None),
            };
            Ok(Some((text_of(json::required(name, chosen, Ok)?, name, "title", path)?, None)))
        }
        "image" => file(content("image")?, "image", "image.caption").map(Some),
        "video" => file(content("video")?, "video", "video.caption").map(Some),
        "document" => file(content("document")?, "document", "document.caption").map(Some),
        "audio" => file(content("audio")?, "audio", "audio.caption").map(Some),
        "sticker" => file(content("sticker")?, "sticker", "sticker.caption").map(Some),
        "location" | "contacts" => Ok(Some(("".into(), None))),
        _ => Ok(None),
    }
}

/// The text `field` of the object `name`, which together are `path`.
fn text_of<'a>(
    object: &'a RawValue,
    name: &'static str,
    field: &'static str,
    path: &'static str,
) -> Result<Cow<'a, str>, FieldError> {
    let [text] = json::fields(object, [field]).map_err(|problem| FieldError::new(name, problem))?;
    json::required(path, text, json::lossy_string)
}

/// The caption of a file, and where the file is.
fn file<'a>(
    object: &'a RawValue,
    name: &'static str,
    caption_path: &'static str,
) -> Result<Content<'a>, FieldError> {
    let [id, url, link, caption] = json::fields(object, ["id", "url", "link", "caption"])
        .map_err(|problem| FieldError::new(name, problem))?;
    let caption = caption.map_or(Ok("".into()), json::lossy_string);
    let caption = caption.map_err(|problem| FieldError::new(caption_path, problem))?;
    // A message is worth having without its file.
    let by_id = id.and_then(|id| json::id(id).ok()).map(|id| format!("whatsapp-media:{id}").into());
    let address = by_id.or_else(|| Some(json::string(url.or(link)?).ok()?.into()));
    Ok((caption, address))
}

/// The number that was written to. It says that it is WhatsApp's: the same number may take texts by SMS as well.
fn line(metadata: Option<&RawValue>) -> Result<Address, FieldError> {
    let number = number_or_id(metadata)?;
    format!("whatsapp:{number}").parse().map_err(|error| FieldError::new("metadata", Problem::Address(error)))
}

fn number_or_id(metadata: Option<&RawValue>) -> Result<Address, FieldError> {
    let [number, id] = json::required("metadata", metadata, |metadata| {
        json::fields(metadata, ["display_phone_number", "phone_number_id"])
    })?;
    let display = |number| address::without_plus(&without_separators(&json::string(number)?));
    match json::required("metadata.display_phone_number", number, display) {
        Err(FieldError { problem: Problem::Missing | Problem::Empty, .. }) => {
            json::required("metadata.phone_number_id", id, |id| address::as_written(&json::string(id)?))
        }
        line => line,
    }
}

/// `1 (555) 078-3881` as `15550783881`: it is a number for display.
fn without_separators(number: &str) -> String {
    number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect()
}

/// Seconds since the Unix epoch, in a string.
fn time(value: &RawValue) -> Option<Timestamp> {
    let text = json::string(value).unwrap_or(Cow::Borrowed(value.get()));
    let seconds: i64 = text.parse().ok()?;
    Some(Timestamp::from_unix_millis(seconds.saturating_mul(1_000)))
}
