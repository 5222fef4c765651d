//! Sinch SMS, the REST API (<https://sinch.com>).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};

use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection, Unauthorized,
    address, json, media, signed,
};

/// In logs.
const NAME: &str = "Sinch";

const SIGNATURE: &str = "x-sinch-webhook-signature";
const NONCE: &str = "x-sinch-webhook-signature-nonce";
const TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";

/// The callback of a Sinch SMS service plan.
///
/// - The id is `id`, the sender `from`, the line `to`, both also without their plus signs; the time is `sent_at`, where
///   the operator gives one, else `received_at`.
/// - `mo_text` is a text. `mo_media` is an MMS: its text is `body.message`, else `body.subject`, and the addresses of its
///   files are kept.
/// - `mo_binary`, which is no text, and delivery reports are ignored, and as [`Own`](Ignored::Own) what is from the very
///   number that it is to.
///
/// Calls are signed with HMAC-SHA256 over the whole body, a nonce and the time. **Sinch signs only if its support has set
/// a secret for your plan** (<https://developers.sinch.com/docs/sms/api-reference/sms/tag/Webhooks>).
///
/// After a 5xx Sinch calls again for some 45 hours, and after a 401 never. Whether a later call is signed anew is not
/// documented, so a call may be 46 hours old: a shorter limit could lose whatever came while the store was unavailable.
/// Calls replayed in that time change nothing, because durable stores know their ids for 48 hours.
/// [`with_max_age`](Self::with_max_age) makes it shorter.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Sinch};
///
/// let gateway = Sinch::signed("the secret")?;
/// assert_eq!(Sinch::signed("").err(), Some(ConfigError::EmptySecret));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sinch {
    mac: Option<Hmac<Sha256>>,
    max_age: Duration,
}

/// The waits between Sinch's calls double from 5 s to 81,920 s: together 45.5 hours.
pub(super) const DEFAULT_MAX_AGE: Duration = Duration::from_secs(46 * 60 * 60);

impl Sinch {
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

    fn authenticate(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        self.mac.as_ref().map_or(Ok(()), |mac| check_signature(mac, self.max_age, request, now))
    }
}

/// Refuses a call that is not signed as all of Sinch's products sign theirs, or was signed too long ago.
pub(super) fn check_signature(
    mac: &Hmac<Sha256>,
    max_age: Duration,
    request: &InboundRequest<'_>,
    now: Timestamp,
) -> Result<(), Unauthorized> {
    let signature = signed::header(request.headers, SIGNATURE)?;
    let nonce = signed::header(request.headers, NONCE)?;
    let timestamp = signed::header(request.headers, TIMESTAMP)?;
    let mut mac = mac.clone();
    for part in [request.body, b".", nonce, b".", timestamp] {
        mac.update(part);
    }
    let signature = BASE64.decode(signature).map_err(|_| Unauthorized::WrongSignature)?;
    // `verify_slice` compares in constant time.
    mac.verify_slice(&signature).map_err(|_| Unauthorized::WrongSignature)?;
    signed::check_age_up_to(max_age, timestamp, now)
}

impl Inbound for Sinch {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request, now)?;
        let [kind, id, from, to, body, sent_at, received_at] =
            json::document(request.body, ["type", "id", "from", "to", "body", "sent_at", "received_at"])?
                .map_err(|problem| FieldError::new("body", problem))?;
        let read = match &*json::required("type", kind, json::string)? {
            "mo_text" => text,
            "mo_media" => mms,
            _ => return Ok(Parsed::ignored(Ignored::NotAMessage)),
        };
        let id = json::required("id", id, json::id)?;
        let sender = json::required("from", from, number)?;
        let line = json::required("to", to, number)?;
        if sender == line {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        let mut message = json::required("body", body, read)?.with_id(id);
        if let Some(time) = sent_at.and_then(json::time).or_else(|| received_at.and_then(json::time)) {
            message = message.with_sent_at(time);
        }
        Ok(Parsed::message(Conversation::new(sender, Some(line)), message))
    }
}

fn text(body: &RawValue) -> Result<SmsMessage, Problem> {
    Ok(SmsMessage::new(json::lossy_string(body)?))
}

fn mms(body: &RawValue) -> Result<SmsMessage, Problem> {
    let [message, subject, files] = json::fields(body, ["message", "subject", "media"])?;
    let text = message.or(subject).map(json::lossy_string).transpose()?.unwrap_or_default();
    Ok(SmsMessage::new(text).with_media(media::urls(files, "url")))
}

fn number(value: &RawValue) -> Result<Address, Problem> {
    address::without_plus(&json::string(value)?)
}
