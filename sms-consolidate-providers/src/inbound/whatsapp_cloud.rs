//! WhatsApp Cloud API (<https://developers.facebook.com/documentation/business-messaging/whatsapp>), Meta's own.

mod content;
mod ends;
mod reading;

use std::fmt;
use std::num::NonZeroUsize;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use sms_consolidate::Timestamp;
use subtle::ConstantTimeEq;

use self::reading::Reading;
use super::button::OptOutButtons;
use super::form::Form;
use super::{
    Answer, ConfigError, DEFAULT_MAX_MESSAGES, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem,
    Rejection, Unauthorized, json, signed,
};

/// In logs.
const NAME: &str = "WhatsApp Cloud API";

const SIGNATURE: &str = "X-Hub-Signature-256";

/// The longest challenge that is answered, in bytes. Meta's have about ten.
const MAX_CHALLENGE_BYTES: usize = 128;

/// The webhook of the WhatsApp Cloud API, fields `messages` and `user_preferences`.
///
/// - The id is `id`; the sender is `from`, or `from_user_id` where somebody hides their number behind a user name
///   ([business-scoped user ids](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids)),
///   or the one contact beside the message. Meta delivers to such an id, so the conversation gets a reply if your
///   [`ReplySender`](sms_consolidate::ReplySender) can address it; none of this crate can.
/// - The line is `whatsapp:` and `display_phone_number`, as a number; where there is none, `phone_number_id` as it is
///   written. So a chat never mixes with the texts to the same number.
/// - The text is what the user typed, or what is written on the [button](sms_consolidate::Origin::Button) or list row that they chose, or
///   the [caption](sms_consolidate::Origin::Caption) of a picture, video or document. Audio, stickers, locations and contact cards have an
///   empty one.
/// - The files' ids are kept as media, in the form `whatsapp-media:<id>`: a URL is had by `GET /<id>` of the Graph API with
///   your token, and is good for five minutes only, so that one which comes with the message is kept only if there is no id.
/// - The time is `timestamp`. One that cannot be read is left out, and the message accepted.
///
/// One call may hold many messages, of several numbers. The index of a message counts them all, from 0.
///
/// # What is acknowledged and not taken in
///
/// - [`Own`](Ignored::Own): what we wrote ourselves, in WhatsApp's app or elsewhere: the fields `smb_message_echoes` and
///   `message_echoes`, and messages from our own number.
/// - [`Group`](Ignored::Group): what has a `group_id`, unless [`with_groups`](Self::with_groups) takes it in
///   (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/group>).
/// - [`NoContent`](Ignored::NoContent): messages without content or with `errors` in its place. Meta would repeat them for
///   a week if they were refused.
/// - [`Edited`](Ignored::Edited) and [`Revoked`](Ignored::Revoked): changes to an earlier message. The earlier one is kept
///   as it was.
/// - [`NotAMessage`](Ignored::NotAMessage): statuses, reactions (they comment on a message, and can be taken back), orders,
///   answers to flows, system messages, all other types, all other fields, and all other objects than WhatsApp accounts.
///
/// # Opting out
///
/// A button is the business's own option, so one called "Cancel" or "Stop" is classified, and no keyword. The one by which
/// WhatsApp lets people opt out of marketing, "Stop promotions", opts out, in the languages of
/// [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS). If you have one of your own, name it:
///
/// ```
/// # use sms_consolidate_providers::inbound::{ConfigError, WhatsAppCloud};
/// let gateway = WhatsAppCloud::signed("the app secret", "a token")?.with_opt_out_button("Unsubscribe");
/// # Ok::<(), ConfigError>(())
/// ```
///
/// Who stops marketing messages in WhatsApp's settings has opted out too, until they resume them: the field
/// `user_preferences`
/// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences>), and
/// statuses with error 131050. A resume that is more than [`MAX_SKEW`](super::MAX_SKEW) old is ignored, because a stop may
/// have come since. All hold as of their `timestamp`: a START that has come since is newer. Both name the user by `wa_id`, which may differ from the number of `from` in a few
/// countries; the conversation is then another one.
///
/// # At Meta
///
/// In the app's dashboard, under *WhatsApp › Configuration*, enter the webhook's URL and a verify token that you make up,
/// and subscribe to the fields `messages` and `user_preferences`. Meta then calls the URL with that token and a challenge, which is answered. The
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
    settings: Settings,
}

/// How calls are read.
#[derive(Clone, Default)]
struct Settings {
    reads_groups: bool,
    buttons: OptOutButtons,
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
        Ok(Self { mac, verify_token, max_messages: DEFAULT_MAX_MESSAGES, settings: Settings::default() })
    }

    /// The same webhook, taking at most `limit` messages per call, those that are ignored among them. Default: [`DEFAULT_MAX_MESSAGES`].
    #[must_use]
    pub const fn with_max_messages(mut self, limit: NonZeroUsize) -> Self {
        self.max_messages = limit.get();
        self
    }

    /// The same webhook, taking in what is said in groups: each group is a conversation of its own, whose sender is
    /// `group:<id>`. It gets no reply, and opts nobody out.
    #[must_use]
    pub const fn with_groups(mut self) -> Self {
        self.settings.reads_groups = true;
        self
    }

    /// The same webhook, to which a button opts out that is labelled `name`, or has it as its payload or id, in
    /// whatever case. [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.settings.buttons.add(name);
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

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request)?;
        let [object, entries] = json::document(request.body, ["object", "entry"])?
            .map_err(|problem| FieldError::new("body", problem))?;
        if json::required("object", object, json::string)? != "whatsapp_business_account" {
            return Ok(Parsed::ignored(Ignored::NotAMessage));
        }
        let (mut reading, limit) = (Reading::new(&self.settings, now), self.max_messages);
        for entry in json::required("entry", entries, json::elements)? {
            reading.entry(entry);
            if reading.next > limit {
                return Err(Rejection::TooManyMessages { found: reading.next, limit });
            }
        }
        let parsed = reading.parsed;
        if parsed.messages.is_empty() && parsed.preferences.is_empty() && !parsed.errors.is_empty() {
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
