//! Sinch's Conversation API (<https://developers.sinch.com/docs/conversation>).

use std::borrow::Cow;
use std::time::Duration;

use hmac::Hmac;
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, Origin, SmsMessage, Timestamp};

use super::sinch::{DEFAULT_MAX_AGE, check_signature};
use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection, address, json,
    media, signed,
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
///   on it ([`Origin::Button`]).
/// - A succeeded `opt_out_notification` is in [`Parsed::opted_out`]. Sinch sends it if the webhook has the trigger `OPT_OUT`:
///   where the channel itself lets people opt out, and with Sinch's consent management for texts such as STOP, which then
///   also come as a message.
/// - What the app itself says (`direction` is not `TO_APP`, or the message was injected) and `message_submit_notification`
///   are our own; reports, events such as reactions and all other notifications are no messages. They are ignored, and so
///   are messages of other kinds, such as answers to flows and what Sinch cannot read.
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
/// In the dashboard under *Conversation API › Apps*, add a webhook with a secret and the triggers `MESSAGE_INBOUND` and
/// `OPT_OUT`.
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
}

impl SinchConversation {
    /// A webhook that requires signatures by `secret`.
    ///
    /// # Errors
    /// If the secret is empty.
    pub fn signed(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self { mac: Some(signed::hmac(secret)?), max_age: DEFAULT_MAX_AGE })
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self { mac: None, max_age: DEFAULT_MAX_AGE }
    }

    /// The same webhook, refusing what was signed longer ago than `max_age`. Default: 46 hours. What is signed more than
    /// [`MAX_SKEW`](super::MAX_SKEW) in the future is always refused.
    #[must_use]
    pub const fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
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
        let names =
            ["app_id", "event_time", "message", "message_submit_notification", "opt_out_notification"];
        let [app, event_time, message, submitted, opt_out] =
            json::document(request.body, names)?.map_err(|problem| FieldError::new("body", problem))?;
        if let Some(message) = message {
            return Ok(match self::message(message, app, event_time)? {
                Ok((conversation, message)) => Parsed::message(conversation, message),
                Err(why) => Parsed::ignored(why),
            });
        }
        if let Some(notice) = opt_out {
            return Ok(match opted_out(notice, app)? {
                Some(conversation) => Parsed { opted_out: vec![conversation], ..Parsed::default() },
                None => Parsed::ignored(Ignored::NotAMessage),
            });
        }
        Ok(Parsed::ignored(if submitted.is_some() { Ignored::Own } else { Ignored::NotAMessage }))
    }
}

fn message(
    message: &RawValue,
    app: Option<&RawValue>,
    event_time: Option<&RawValue>,
) -> Result<Result<(Conversation, SmsMessage), Ignored>, FieldError> {
    let names = ["id", "direction", "injected", "channel_identity", "contact_message", "accept_time"];
    let [id, direction, injected, identity, content, accept_time] =
        json::fields(message, names).map_err(|problem| FieldError::new("message", problem))?;
    let is_injected = injected.is_some_and(|injected| injected.get() == "true");
    if is_injected || json::required("message.direction", direction, json::string)? != "TO_APP" {
        return Ok(Err(Ignored::Own));
    }
    let Some(mut message) = self::content(json::required("message.contact_message", content, Ok)?)? else {
        return Ok(Err(Ignored::NoContent));
    };
    message = message.with_id(json::required("message.id", id, json::id)?);
    if let Some(time) = event_time.and_then(json::time).or_else(|| accept_time.and_then(json::time)) {
        message = message.with_sent_at(time);
    }
    let [channel, identity] = json::required("message.channel_identity", identity, |identity| {
        json::fields(identity, ["channel", "identity"])
    })?;
    let channel = json::required("message.channel_identity.channel", channel, json::string)?;
    let sender = json::required("message.channel_identity.identity", identity, |identity| {
        self::identity(identity, &channel)
    })?;
    Ok(Ok((Conversation::new(sender, Some(line(&channel, app)?)), message)))
}

/// What a contact says; `None` if Sinch does not tell.
fn content(content: &RawValue) -> Result<Option<SmsMessage>, FieldError> {
    let names = [
        "text_message",
        "choice_response_message",
        "media_card_message",
        "media_message",
        "location_message",
    ];
    let [text, choice, card, media, location] = json::fields(content, names)
        .map_err(|problem| FieldError::new("message.contact_message", problem))?;
    let message = if let Some(text) = text {
        SmsMessage::new(text_of("text_message.text", text, "text")?)
    } else if let Some(choice) = choice {
        let text = text_of("choice_response_message.postback_data", choice, "postback_data")?;
        SmsMessage::new(text).with_origin(Origin::Button)
    } else if let Some(card) = card {
        let [caption] = json::fields(card, ["caption"])
            .map_err(|problem| FieldError::new("media_card_message", problem))?;
        let caption = caption.map(json::lossy_string).transpose();
        let caption = caption.map_err(|problem| FieldError::new("media_card_message.caption", problem))?;
        SmsMessage::new(caption.unwrap_or_default()).with_origin(Origin::Caption).with_media(file(card))
    } else if let Some(media) = media {
        SmsMessage::new("").with_media(file(media))
    } else if location.is_some() {
        SmsMessage::new("")
    } else {
        return Ok(None);
    };
    Ok(Some(message))
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

/// Who has opted out; `None` if that failed.
fn opted_out(notice: &RawValue, app: Option<&RawValue>) -> Result<Option<Conversation>, FieldError> {
    let [channel, identity, status] = json::fields(notice, ["channel", "identity", "status"])
        .map_err(|problem| FieldError::new("opt_out_notification", problem))?;
    if json::required("opt_out_notification.status", status, json::string)? != "OPT_OUT_SUCCEEDED" {
        return Ok(None);
    }
    let channel = json::required("opt_out_notification.channel", channel, json::string)?;
    let sender = json::required("opt_out_notification.identity", identity, |identity| {
        self::identity(identity, &channel)
    })?;
    Ok(Some(Conversation::new(sender, Some(line(&channel, app)?))))
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
