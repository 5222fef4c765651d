//! Vonage (<https://www.vonage.com/communications-apis/>), once named Nexmo: the webhook of its SMS API.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use hmac::digest::Digest;
use hmac::{Hmac, Mac};
use http::header::CONTENT_TYPE;
use md5::Md5;
use serde_json::value::RawValue;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use sms_consolidate::{Conversation, SmsMessage, Timestamp};
use subtle::ConstantTimeEq;

use super::form::Form;
use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, MAX_SKEW, Malformed, Parsed, Problem,
    Rejection, Unauthorized, address, json, signed,
};

/// In logs.
const NAME: &str = "Vonage";

/// How Vonage signs: what is chosen in its dashboard, under *API settings*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VonageSignature {
    /// "MD5 hash", which is Vonage's default and the weakest.
    Md5Hash,
    /// "MD5 HMAC signature".
    Md5Hmac,
    /// "SHA1 HMAC signature".
    Sha1Hmac,
    /// "SHA-256 HMAC signature".
    Sha256Hmac,
    /// "SHA-512 HMAC signature".
    Sha512Hmac,
}

/// The webhook of Vonage's SMS API, in all the forms that it can be set to: `GET`, `POST` and `POST-JSON`.
///
/// - The id is `messageId`, the sender `msisdn`, the line `to`. International numbers, which Vonage writes without a plus
///   sign, get one; short codes and names stay as they are.
/// - The time is `message-timestamp`, in UTC. One that cannot be read is left out, and the message accepted.
/// - A long message comes as a call per part, with `concat=true`, in whatever order. The parts that arrive within one
///   window are read as one text; see [`Message::part_of`](sms_consolidate::Message::part_of). Parts that never come
///   hold up nothing. What a part says is never taken for STOP or another keyword.
/// - Delivery receipts (they have a `status`) and messages of type `binary` (data for the phone and not text) are ignored,
///   and as [`Own`](Ignored::Own) what is from the very number that it is to.
///
/// # Signatures
///
/// Vonage signs only for accounts that have asked its support for it; secret and algorithm are then in the dashboard under
/// *API settings*, and must be the ones given here. Prefer SHA-256 or SHA-512. The `sig` covers the names and values of all
/// parameters, `timestamp` among them; not the URL, nor whether a `_` in a value was a `&` or a `=` before
/// (<https://developer.vonage.com/en/getting-started/concepts/signing-messages>). Parameters of your own in the webhook's
/// URL are not read where the call has a body, and may break the signature of a `GET`: set it without any.
///
/// A call may be as old as Vonage may redeliver it, which is 24 hours
/// (<https://developer.vonage.com/en/messaging/sms/guides/inbound-sms>): its `timestamp` is documented as the time when
/// Vonage *started* to push the message, and if it stays the same, a shorter limit would lose whatever came while the store
/// was unavailable. Calls replayed in that time change nothing, because durable stores know their ids for 48 hours.
/// [`with_max_age`](Self::with_max_age) makes it shorter.
///
/// # At Vonage
///
/// The webhook's URL and method are set in the dashboard under *API settings*, for SMS, or for each number. What is not
/// answered by 200 or 204 is delivered again.
///
/// The webhooks of Vonage's Messages API have other fields and are signed by a JWT: [`VonageMessages`](super::VonageMessages).
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Vonage, VonageSignature};
///
/// let gateway = Vonage::signed("my signature secret", VonageSignature::Sha256Hmac)?;
/// assert_eq!(Vonage::signed("", VonageSignature::Md5Hash).err(), Some(ConfigError::EmptySecret));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Vonage {
    key: Option<Key>,
    max_age: Duration,
}

/// Vonage redelivers for 24 hours.
pub(super) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60).saturating_add(MAX_SKEW);

impl Vonage {
    /// A webhook that requires signatures by `secret`.
    ///
    /// # Errors
    /// If the secret is empty.
    pub fn signed(secret: impl AsRef<[u8]>, algorithm: VonageSignature) -> Result<Self, ConfigError> {
        Ok(Self { key: Some(Key::new(secret.as_ref(), algorithm)?), max_age: DEFAULT_MAX_AGE })
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self { key: None, max_age: DEFAULT_MAX_AGE }
    }

    /// The same webhook, refusing what was signed longer ago than `max_age`. Default: 24 hours and [`MAX_SKEW`].
    #[must_use]
    pub const fn with_max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    fn read(&self, parameters: &Parameters<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(parameters, now)?;
        if parameters.get("status")?.is_some() || parameters.get("type")?.as_deref() == Some("binary") {
            return Ok(Parsed::ignored(Ignored::NotAMessage));
        }
        let (conversation, message) = message(parameters)?;
        if conversation.line() == Some(conversation.sender()) {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        Ok(Parsed::message(conversation, message))
    }

    fn authenticate(&self, parameters: &Parameters<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let Some(key) = &self.key else { return Ok(()) };
        let mut pairs = parameters.to_sign();
        let is_signature = |(name, _): &(Cow<'_, str>, Cow<'_, str>)| name == "sig";
        let given = pairs.iter().rfind(|pair| is_signature(pair)).map(|(_, value)| value.clone());
        let given = given.ok_or(Unauthorized::MissingParameter { parameter: "sig" })?;
        pairs.retain(|pair| !is_signature(pair));
        // Of equal names all count, in their order.
        pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
        let signed: String =
            pairs.iter().map(|(name, value)| format!("&{name}={}", value.replace(['&', '='], "_"))).collect();
        // A name with these in it could swallow other parameters, and all be signed as before. Vonage has none.
        let is_plain = pairs.iter().all(|(name, _)| !name.contains(['&', '=']));
        if !is_plain || !key.verifies(signed.as_bytes(), &given) {
            return Err(Unauthorized::WrongSignature);
        }
        let timestamp = pairs.iter().rfind(|(name, _)| name == "timestamp");
        let (_, timestamp) = timestamp.ok_or(Unauthorized::NoTimestamp)?;
        signed::check_age_up_to(self.max_age, timestamp.as_bytes(), now)
    }
}

impl Inbound for Vonage {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.read(&Parameters::of_post(request)?, now)
    }

    /// Without parameters, somebody looks whether the webhook is there.
    fn parse_get(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        let query = Form::of_query(request.uri);
        if query.is_empty() { Ok(Parsed::default()) } else { self.read(&Parameters::Form(query), now) }
    }
}

/// Without the secret.
impl fmt::Debug for Vonage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vonage")
            .field("signed", &self.key.is_some())
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// Keyed once; a clone is ready to sign.
#[derive(Clone)]
enum Key {
    Md5Hash(Box<[u8]>),
    Md5Hmac(Hmac<Md5>),
    Sha1Hmac(Hmac<Sha1>),
    Sha256Hmac(Hmac<Sha256>),
    Sha512Hmac(Hmac<Sha512>),
}

impl Key {
    fn new(secret: &[u8], algorithm: VonageSignature) -> Result<Self, ConfigError> {
        Ok(match algorithm {
            VonageSignature::Md5Hash if secret.is_empty() => return Err(ConfigError::EmptySecret),
            VonageSignature::Md5Hash => Self::Md5Hash(secret.into()),
            VonageSignature::Md5Hmac => Self::Md5Hmac(signed::hmac(secret)?),
            VonageSignature::Sha1Hmac => Self::Sha1Hmac(signed::hmac(secret)?),
            VonageSignature::Sha256Hmac => Self::Sha256Hmac(signed::hmac(secret)?),
            VonageSignature::Sha512Hmac => Self::Sha512Hmac(signed::hmac(secret)?),
        })
    }

    /// Whether `signature`, in hex, is that of `signed`. Every comparison is in constant time.
    fn verifies(&self, signed: &[u8], signature: &str) -> bool {
        let mut bytes = [0; 64];
        let Some(given) = bytes.get_mut(..signature.len() / 2) else { return false };
        if hex::decode_to_slice(signature, given).is_err() {
            return false;
        }
        fn verifies<M: Mac + Clone>(mac: &M, signed: &[u8], given: &[u8]) -> bool {
            mac.clone().chain_update(signed).verify_slice(given).is_ok()
        }
        match self {
            Self::Md5Hash(secret) => {
                Md5::new().chain_update(signed).chain_update(secret).finalize().ct_eq(given).into()
            }
            Self::Md5Hmac(mac) => verifies(mac, signed, given),
            Self::Sha1Hmac(mac) => verifies(mac, signed, given),
            Self::Sha256Hmac(mac) => verifies(mac, signed, given),
            Self::Sha512Hmac(mac) => verifies(mac, signed, given),
        }
    }
}

/// What a call says, however it says it.
enum Parameters<'a> {
    Form(Form<'a>),
    Json(json::Pairs<'a>),
}

impl<'a> Parameters<'a> {
    /// Those of the body; without one those of the query.
    fn of_post(request: &InboundRequest<'a>) -> Result<Self, Rejection> {
        let InboundRequest { uri, headers, body, .. } = *request;
        let form = if body.trim_ascii().is_empty() {
            Form::of_query(uri)
        } else if is_json(headers.get(CONTENT_TYPE).map(|value| value.as_bytes()), body) {
            let pairs = json::pairs(body)?.map_err(|problem| FieldError::new("body", problem))?;
            return Ok(Self::Json(pairs));
        } else {
            Form::of_body(body)
        };
        if form.is_empty() { Err(Malformed::Empty.into()) } else { Ok(Self::Form(form)) }
    }

    /// The value of `name`; of several the last one.
    fn get(&self, name: &'static str) -> Result<Option<Cow<'_, str>>, FieldError> {
        match self {
            Self::Form(form) => Ok(form.get(name).map(Cow::Borrowed)),
            Self::Json(pairs) => {
                let value = pairs.iter().rfind(|(found, _)| found == name).map(|(_, value)| *value);
                let value = value.filter(|value| value.get() != "null");
                value.map(scalar).transpose().map_err(|problem| FieldError::new(name, problem))
            }
        }
    }

    /// A parameter that must be there, read by `read`.
    fn required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(Cow<'_, str>) -> Result<T, Problem>,
    ) -> Result<T, FieldError> {
        let value = self.get(name)?.ok_or(Problem::Missing);
        value.and_then(read).map_err(|problem| FieldError::new(name, problem))
    }

    /// All names and values, as the signature takes them.
    fn to_sign(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        match self {
            Self::Form(form) => form.pairs().map(|(name, value)| (name.into(), value.into())).collect(),
            Self::Json(pairs) => {
                // Vonage's are strings. What is nested is taken as it is written, so that it is covered.
                let written = |value: &'a RawValue| scalar(value).unwrap_or(Cow::Borrowed(value.get()));
                pairs.iter().map(|(name, value)| (Cow::Borrowed(&**name), written(value))).collect()
            }
        }
    }
}

/// Where the header does not say, no form begins like an object.
fn is_json(content_type: Option<&[u8]>, body: &[u8]) -> bool {
    match content_type {
        Some(content_type) => {
            let essence = content_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
            essence.to_ascii_lowercase().ends_with(b"json")
        }
        None => body.trim_ascii_start().starts_with(b"{"),
    }
}

/// A string, or a number or boolean as it is written.
fn scalar(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    match value.get().as_bytes().first() {
        Some(b't' | b'f' | b'-' | b'0'..=b'9') => Ok(Cow::Borrowed(value.get())),
        _ => json::lossy_string(value),
    }
}

fn message(parameters: &Parameters<'_>) -> Result<(Conversation, SmsMessage), FieldError> {
    let id = parameters.required("messageId", |id| json::check_id(&id).map(|()| id.into_owned()))?;
    let sender = parameters.required("msisdn", |number| address::without_plus(&number))?;
    let line = parameters.required("to", |number| address::without_plus(&number))?;
    let text = parameters.required("text", |text| Ok(text.into_owned()))?;
    let mut message = SmsMessage::new(text).with_id(id.clone());
    if let Some(time) = parameters.get("message-timestamp")?.as_deref().and_then(time) {
        message = message.with_sent_at(time);
    }
    if parameters.get("concat")?.as_deref() == Some("true") {
        let reference = parameters.get("concat-ref")?.filter(|reference| json::check_id(reference).is_ok());
        let part = parameters.get("concat-part")?.and_then(|part| part.trim().parse().ok());
        message = match (reference, part) {
            (Some(reference), Some(part)) => message.with_part_of(&*reference, part),
            // A part that fits nowhere stays a message, of which it is the only part; it is still no keyword.
            _ => message.with_part_of(id, 1),
        };
    }
    Ok((Conversation::new(sender, Some(line)), message))
}

/// `2020-01-01 12:00:00` in UTC, or an RFC 3339 time, which is how Vonage's reference of the API writes it.
fn time(text: &str) -> Option<Timestamp> {
    let with_zone = text.parse::<jiff::Timestamp>().ok();
    let in_utc = || jiff::tz::TimeZone::UTC.to_timestamp(text.parse().ok()?).ok();
    with_zone.or_else(in_utc).map(|time| Timestamp::from_unix_millis(time.as_millisecond()))
}
