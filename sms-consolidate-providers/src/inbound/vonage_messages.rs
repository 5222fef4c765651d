//! Vonage's Messages API (<https://developer.vonage.com/en/messages/overview>).

use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use hmac::{Hmac, Mac};
use http::header::AUTHORIZATION;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use sms_consolidate::{Address, Conversation, Origin, SmsMessage, Timestamp};
use subtle::ConstantTimeEq;

use super::button::OptOutButtons;
use super::vonage::DEFAULT_MAX_AGE;
use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection, Unauthorized,
    address, json, media, signed,
};

/// In logs.
const NAME: &str = "Vonage Messages API";

/// The inbound webhook of an application of Vonage's Messages API, version 1, whatever its channels: SMS, MMS, RCS, WhatsApp,
/// Viber and Messenger.
///
/// - The id is `message_uuid`, the sender `from`, the time `timestamp`. International numbers, which Vonage writes without a plus
///   sign, get one. Somebody who hides their number on WhatsApp behind a user name is known by another id, such as
///   `US.13491208655302741918`.
/// - The line is `to`; on other channels than SMS and MMS the channel stands before it, as in `whatsapp:+15551230000`, so that
///   a chat never mixes with the texts to the same number.
/// - `text` is a text. `button` and `reply` are what the user tapped or chose, [`Origin::Button`]: the text is what is written
///   there. `image`, `video`, `audio`, `file`, `vcard`, `sticker` and `content` are files with or without a caption, which is
///   [`Origin::Caption`]; in an MMS, what stands beside the file is what its sender wrote. `location` and `contact` have no text.
/// - Ignored are reports (they have a `status`), reactions, orders and all other types; as [`NoContent`](Ignored::NoContent)
///   what is `unsupported`, and as [`Own`](Ignored::Own) what is from the very number that it is to.
///
/// Vonage documents nothing of groups.
///
/// # Signatures
///
/// Vonage signs every call by a JSON Web Token in the header `Authorization`, of HMAC-SHA256 under the account's signature
/// secret (<https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>). Only that algorithm
/// is accepted, whatever the token says. The token holds the hash of the body, which must be right, and a time, `iat`.
/// Vonage writes that in rare cases a call is not signed, and that it signs it when it calls again: the first is
/// refused like any other that is not signed.
///
/// A call may be as old as Vonage may redeliver it, which is 24 hours: that each call gets a token of its own is likely, but not
/// documented, and if not, a shorter limit would lose whatever came while the store was unavailable. Calls replayed in that
/// time change nothing, because durable stores know their ids for 48 hours.
/// [`with_max_age`](Self::with_max_age) makes it shorter.
///
/// # At Vonage
///
/// In the dashboard, under *Applications*, give the application the capability *Messages* and the inbound URL, and link the
/// numbers. The signature secret is under *API settings*, and there the default SMS setting must be *Messages API* for SMS to
/// come here; [`Vonage`](super::Vonage) is the webhook of the SMS API.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, VonageMessages};
///
/// let gateway = VonageMessages::signed("my signature secret")?;
/// assert_eq!(VonageMessages::signed("").err(), Some(ConfigError::EmptySecret));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct VonageMessages {
    mac: Option<Hmac<Sha256>>,
    max_age: Duration,
    buttons: OptOutButtons,
}

impl VonageMessages {
    /// A webhook that requires signatures by the account's signature `secret`.
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

    /// The same webhook, refusing what was signed longer ago than `max_age`. Default: 24 hours and
    /// [`MAX_SKEW`](super::MAX_SKEW). What is signed more than that in the future is always refused.
    #[must_use]
    pub const fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// The same webhook, to which a button opts out that is labelled `name`, or has it as its payload or id, in whatever
    /// case. [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.buttons.add(name);
        self
    }

    fn authenticate(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let Some(mac) = &self.mac else { return Ok(()) };
        let claims = claims(mac, signed::header(request.headers, AUTHORIZATION.as_str())?)?;
        let names = ["iat", "exp", "payload_hash"];
        let [issued, expires, hash] = serde_json::from_slice::<&RawValue>(&claims)
            .ok()
            .and_then(|claims| json::fields(claims, names).ok())
            .ok_or(Unauthorized::WrongSignature)?;
        let hash = hash.ok_or(Unauthorized::MissingParameter { parameter: "payload_hash" })?;
        let mut signed_hash = [0; 32];
        let is_hash =
            json::string(hash).is_ok_and(|hash| hex::decode_to_slice(&*hash, &mut signed_hash).is_ok());
        if !is_hash || !bool::from(Sha256::digest(request.body).ct_eq(&signed_hash)) {
            return Err(Unauthorized::WrongSignature);
        }
        signed::check_age_up_to(self.max_age, seconds(issued), now)?;
        // Vonage's have no other limit, and one that has keeps to it.
        let Some(expires) = expires else { return Ok(()) };
        signed::check_not_over(seconds(Some(expires)), now)
    }
}

/// The claims of a token that `mac` has signed.
///
/// With one algorithm and one key this is an HMAC and two texts in base64; the libraries for such tokens bring RSA and
/// elliptic curves, and the choice between them that attacks go for.
fn claims(mac: &Hmac<Sha256>, authorization: &[u8]) -> Result<Vec<u8>, Unauthorized> {
    let wrong = || Unauthorized::WrongSignature;
    let token = authorization.split_at_checked("Bearer ".len());
    // The capitals of the scheme do not count.
    let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case(b"Bearer "));
    let (_, token) = token.ok_or_else(wrong)?;
    let mut parts = token.split(|byte| *byte == b'.');
    let (header, claims, signature) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(claims), Some(signature), None) => (header, claims, signature),
        _ => return Err(wrong()),
    };
    let mac = [header, b".", claims].into_iter().fold(mac.clone(), Mac::chain_update);
    let signature = BASE64_URL.decode(signature).map_err(|_| wrong())?;
    // `verify_slice` compares in constant time. Nothing of the token is read before.
    mac.verify_slice(&signature).map_err(|_| wrong())?;
    let header = BASE64_URL.decode(header).map_err(|_| wrong())?;
    let algorithm = serde_json::from_slice::<&RawValue>(&header).ok().and_then(|header| {
        let [algorithm] = json::fields(header, ["alg"]).ok()?;
        json::string(algorithm?).ok()
    });
    if algorithm.as_deref() != Some("HS256") {
        return Err(Unauthorized::UnknownAlgorithm);
    }
    BASE64_URL.decode(claims).map_err(|_| wrong())
}

/// A number of seconds, as it is written.
fn seconds(number: Option<&RawValue>) -> &[u8] {
    number.map(|number| number.get().as_bytes()).unwrap_or_default()
}

impl Inbound for VonageMessages {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request, now)?;
        let names = ["status", "message_type", "message_uuid", "channel", "from", "to", "timestamp"];
        let document =
            json::document(request.body, names)?.map_err(|problem| FieldError::new("body", problem))?;
        let [status, kind, id, channel, from, to, timestamp] = document;
        if status.is_some() {
            return Ok(Parsed::ignored(Ignored::NotAMessage));
        }
        let kind = json::required("message_type", kind, json::string)?;
        let channel = json::required("channel", channel, json::string)?;
        let document = json::any_document(request.body)?;
        let mut message = match self.content(document, &kind, &channel)? {
            Ok(message) => message.with_id(json::required("message_uuid", id, json::id)?),
            Err(why) => return Ok(Parsed::ignored(why)),
        };
        if let Some(time) = timestamp.and_then(json::time) {
            message = message.with_sent_at(time);
        }
        let sender = json::required("from", from, |from| end(from, &channel))?;
        let ours = json::required("to", to, |to| end(to, &channel))?;
        if sender == ours {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        let line = match &*channel {
            "sms" | "mms" => ours,
            _ => address::as_written(&format!("{channel}:{ours}"))
                .map_err(|problem| FieldError::new("to", problem))?,
        };
        Ok(Parsed::message(Conversation::new(sender, Some(line)), message))
    }
}

impl VonageMessages {
    /// What a message of type `kind` on `channel` says, or why that is nothing to classify.
    fn content(
        &self,
        document: &RawValue,
        kind: &str,
        channel: &str,
    ) -> Result<Result<SmsMessage, Ignored>, FieldError> {
        let field = |name: &str| -> Result<Option<&RawValue>, FieldError> {
            let [value] =
                json::fields(document, [name]).map_err(|problem| FieldError::new("body", problem))?;
            Ok(value)
        };
        let tapped = |name: &'static str, fields, path| {
            let [label, id] = json::required(name, field(name)?, |object| json::fields(object, fields))?;
            let text = json::required(path, label, json::lossy_string)?;
            let id = id.and_then(|id| json::string(id).ok());
            Ok(self.buttons.tapped(SmsMessage::new(text), id.as_deref()))
        };
        let beside = |caption: Option<&RawValue>| {
            let text = caption.map_or(Ok(Cow::Borrowed("")), json::lossy_string);
            let text = text.map_err(|problem| FieldError::new(format!("{kind}.caption"), problem))?;
            let origin = if channel == "mms" { Origin::Typed } else { Origin::Caption };
            Ok(SmsMessage::new(text).with_origin(origin))
        };
        let message = match kind {
            "text" => SmsMessage::new(json::required("text", field("text")?, json::lossy_string)?),
            "button" => tapped("button", ["text", "payload"], "button.text")?,
            "reply" => tapped("reply", ["title", "id"], "reply.title")?,
            "image" | "video" | "audio" | "file" | "vcard" | "sticker" => {
                let [url, caption] = match field(kind)? {
                    Some(file) => json::fields(file, ["url", "caption"])
                        .map_err(|problem| FieldError::new(kind.to_owned(), problem))?,
                    None => [None; 2],
                };
                let url = url.and_then(|url| Some(json::string(url).ok()?.into()));
                beside(caption.or(field("text")?))?.with_media(media::kept(url))
            }
            "content" => beside(field("text")?)?.with_media(media::urls(field("content")?, "url")),
            "location" | "contact" => SmsMessage::new(""),
            "unsupported" => return Ok(Err(Ignored::NoContent)),
            _ => return Ok(Err(Ignored::NotAMessage)),
        };
        Ok(Ok(message))
    }
}

/// One end of a conversation. On Messenger nobody is known by a number.
fn end(value: &RawValue, channel: &str) -> Result<Address, Problem> {
    let text = json::string(value)?;
    if channel == "messenger" { address::as_written(&text) } else { address::without_plus(&text) }
}
