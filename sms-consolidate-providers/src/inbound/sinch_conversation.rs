//! Sinch's Conversation API (<https://developers.sinch.com/docs/conversation>).

use std::borrow::Cow;
use std::time::Duration;

use hmac::Hmac;
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, Origin, SmsMessage, Timestamp};

use super::button::OptOutButtons;
use super::sinch::{DEFAULT_MAX_AGE, check_signature};
use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Preference, Problem, Rejection,
    address, json, media, signed,
};

/// In logs.
const NAME: &str = "Sinch Conversation API";

/// Channels on which people are known by their phone number.
const CHANNELS_OF_NUMBERS: [&str; 6] = ["SMS", "MMS", "RCS", "WHATSAPP", "VIBERBM", "KAKAOTALK"];

/// The webhook of an app of Sinch's Conversation API, whatever its channels: SMS, MMS, RCS, WhatsApp, Viber, Messenger and
/// more.
///
/// - The id is `message.id`, the sender `message.channel_identity.identity`; the time is `event_time`, else
///   `message.accept_time`. On channels of phone numbers the plus sign, which Sinch leaves out, is added. Who is known by
///   another name than a number or digits, as on Viber, gets no reply.
/// - The line is the app's channel, as in `sms:01EB37HMH1M6SV18ABNS3G135H`: replies leave from the app, and people opt out
///   of it. An app with two numbers is one line, because a notice of an opt-out does not say which number it is about.
/// - `text_message` is a text; `media_card_message` is a file with a caption; `media_message` and `location_message` have no
///   text. `choice_response_message` is a choice, whose text is its `postback_data`: Sinch does not say what was written
///   on it ([`Origin::Button`]). In an MMS, what stands beside the file is what its sender wrote, and no caption.
/// - `opt_out_notification` and `opt_in_notification`, if they succeeded, are in [`Parsed::preferences`]. Sinch sends them
///   where the channel itself lets people opt out, and with its consent management for texts such as STOP, which then also
///   come as a message. They hold as of `event_time`.
/// - What the app itself says (`direction` is not `TO_APP`, or the message was injected) and `message_submit_notification`
///   are our own; reports, events such as reactions and all other notifications are no messages. They are ignored, and so
///   are answers to flows, orders, and what Sinch could not read (`fallback_message`).
///
/// Sinch documents nothing of groups.
///
/// # Signatures
///
/// Calls are signed with HMAC-SHA256 over the whole body, a nonce and the time, if the webhook was given a secret
/// (<https://developers.sinch.com/docs/conversation/callbacks>). How long Sinch calls again is not documented for this API,
/// nor whether a later call is signed anew, so a call may be as old as for its [SMS API](super::Sinch), 46 hours: a shorter
/// limit could lose whatever came while the store was unavailable. Calls replayed in that time change nothing, because
/// durable stores know their ids for 48 hours. [`with_max_age`](Self::with_max_age) makes it shorter.
///
/// # At Sinch
///
/// In the dashboard under *Conversation API › Apps*, add a webhook with a secret and the triggers `MESSAGE_INBOUND`,
/// `OPT_OUT` and `OPT_IN`.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, SinchConversation};
///
/// let gateway = SinchConversation::signed("the secret")?;
/// assert_eq!(SinchConversation::signed("").err(), Some(ConfigError::EmptySecret));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SinchConversation {
    mac: Option<Hmac<Sha256>>,
    max_age: Duration,
    buttons: OptOutButtons,
}

impl SinchConversation {
    /// A webhook that requires signatures by `secret`.
    ///
    /// # Errors
    /// If the secret is empty.
    pub fn signed(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self::new(Some(signed::hmac(secret)?)))
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self::new(None)
    }

    fn new(mac: Option<Hmac<Sha256>>) -> Self {
        Self { mac, max_age: DEFAULT_MAX_AGE, buttons: OptOutButtons::default() }
    }

    /// The same webhook, refusing what was signed longer ago than `max_age`. Default: 46 hours. What is signed more than
    /// [`MAX_SKEW`](super::MAX_SKEW) in the future is always refused.
    #[must_use]
    pub const fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// The same webhook, to which a choice opts out whose `postback_data` is `name`, in whatever case.
    /// [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.buttons.add(name);
        self
    }
}

impl Inbound for SinchConversation {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        if let Some(mac) = &self.mac {
            check_signature(mac, self.max_age, request, now)?;
        }
        let names = [
            "app_id",
            "event_time",
            "message",
            "message_submit_notification",
            "opt_out_notification",
            "opt_in_notification",
        ];
        let [app, event_time, message, submitted, opt_out, opt_in] =
            json::document(request.body, names)?.map_err(|problem| FieldError::new("body", problem))?;
        if let Some(message) = message {
            return Ok(match self.message(message, app, event_time)? {
                Ok((conversation, message)) => Parsed::message(conversation, message),
                Err(why) => Parsed::ignored(why),
            });
        }
        let preference = match (opt_out, opt_in) {
            (Some(notice), _) => preference(notice, app, true)?,
            (None, Some(notice)) => preference(notice, app, false)?,
            (None, None) => None,
        };
        Ok(match preference {
            Some(preference) => Parsed::preference(preference.as_of(event_time.and_then(json::time), now)),
            None if submitted.is_some() => Parsed::ignored(Ignored::Own),
            None => Parsed::ignored(Ignored::NotAMessage),
        })
    }
}

/// What one event says, or why it is no customer's message.
type Read<T> = Result<Result<T, Ignored>, FieldError>;

impl SinchConversation {
    fn message(
        &self,
        message: &RawValue,
        app: Option<&RawValue>,
        event_time: Option<&RawValue>,
    ) -> Read<(Conversation, SmsMessage)> {
        let names = ["id", "direction", "injected", "channel_identity", "contact_message", "accept_time"];
        let [id, direction, injected, identity, content, accept_time] =
            json::fields(message, names).map_err(|problem| FieldError::new("message", problem))?;
        let is_injected = injected.is_some_and(|injected| injected.get() == "true");
        if is_injected || json::required("message.direction", direction, json::string)? != "TO_APP" {
            return Ok(Err(Ignored::Own));
        }
        let [channel, identity] = json::required("message.channel_identity", identity, |identity| {
            json::fields(identity, ["channel", "identity"])
        })?;
        let channel = json::required("message.channel_identity.channel", channel, json::string)?;
        let content = json::required("message.contact_message", content, Ok)?;
        let mut message = match self.content(content, &channel)? {
            Ok(message) => message.with_id(json::required("message.id", id, json::id)?),
            Err(why) => return Ok(Err(why)),
        };
        if let Some(time) = event_time.and_then(json::time).or_else(|| accept_time.and_then(json::time)) {
            message = message.with_sent_at(time);
        }
        let sender = json::required("message.channel_identity.identity", identity, |identity| {
            self::identity(identity, &channel)
        })?;
        Ok(Ok((Conversation::new(sender, Some(line(&channel, app)?)), message)))
    }

    /// What a contact says on `channel`.
    fn content(&self, content: &RawValue, channel: &str) -> Read<SmsMessage> {
        let names = [
            "text_message",
            "choice_response_message",
            "media_card_message",
            "media_message",
            "location_message",
            "fallback_message",
        ];
        let [text, choice, card, media, location, fallback] = json::fields(content, names)
            .map_err(|problem| FieldError::new("message.contact_message", problem))?;
        let message = if let Some(text) = text {
            SmsMessage::new(text_of("text_message.text", text, "text")?)
        } else if let Some(choice) = choice {
            let text = text_of("choice_response_message.postback_data", choice, "postback_data")?;
            self.buttons.tapped(SmsMessage::new(text), None)
        } else if let Some(card) = card {
            let [caption] = json::fields(card, ["caption"])
                .map_err(|problem| FieldError::new("media_card_message", problem))?;
            let caption = caption.map(json::lossy_string).transpose();
            let caption =
                caption.map_err(|problem| FieldError::new("media_card_message.caption", problem))?;
            let origin = if channel == "MMS" { Origin::Typed } else { Origin::Caption };
            SmsMessage::new(caption.unwrap_or_default()).with_origin(origin).with_media(file(card))
        } else if let Some(media) = media {
            SmsMessage::new("").with_media(file(media))
        } else if location.is_some() {
            SmsMessage::new("")
        } else {
            let is_lost = fallback.is_some();
            return Ok(Err(if is_lost { Ignored::NoContent } else { Ignored::NotAMessage }));
        };
        Ok(Ok(message))
    }
}

/// The text `field` of `object`, which together are `path`.
fn text_of<'a>(
    path: &'static str,
    object: &'a RawValue,
    field: &'static str,
) -> Result<Cow<'a, str>, FieldError> {
    let [text] = json::fields(object, [field]).map_err(|problem| FieldError::new(path, problem))?;
    json::required(path, text, json::lossy_string)
}

/// Where the file is. A message is worth having without it.
fn file(object: &RawValue) -> Vec<Box<str>> {
    let url = |object| {
        let [url] = json::fields(object, ["url"]).ok()?;
        Some(json::string(url?).ok()?.into())
    };
    media::kept(url(object))
}

/// Who has opted out or in; `None` if that failed.
fn preference(
    notice: &RawValue,
    app: Option<&RawValue>,
    opted_out: bool,
) -> Result<Option<Preference>, FieldError> {
    let (name, succeeded) = match opted_out {
        true => ("opt_out_notification", "OPT_OUT_SUCCEEDED"),
        false => ("opt_in_notification", "OPT_IN_SUCCEEDED"),
    };
    let path = |field| format!("{name}.{field}");
    let [channel, identity, status] = json::fields(notice, ["channel", "identity", "status"])
        .map_err(|problem| FieldError::new(name, problem))?;
    if json::required(path("status"), status, json::string)? != succeeded {
        return Ok(None);
    }
    let channel = json::required(path("channel"), channel, json::string)?;
    let sender = json::required(path("identity"), identity, |identity| self::identity(identity, &channel))?;
    Ok(Some(Preference::new(Conversation::new(sender, Some(line(&channel, app)?)), opted_out)))
}

fn identity(identity: &RawValue, channel: &str) -> Result<Address, Problem> {
    let identity = json::string(identity)?;
    if CHANNELS_OF_NUMBERS.contains(&channel) {
        address::without_plus(&identity)
    } else {
        address::as_written(&identity)
    }
}

fn line(channel: &str, app: Option<&RawValue>) -> Result<Address, FieldError> {
    json::required("app_id", app, |app| {
        let app = json::string(app)?;
        json::check_id(&app)?;
        address::as_written(&format!("{}:{app}", channel.to_ascii_lowercase()))
    })
}
