//! Sinch SMS, the REST API (<https://sinch.com>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};

use super::{
    ConfigError, FieldError, Inbound, InboundRequest, Parsed, Problem, Rejection, Unauthorized, address,
    json, media, signed,
};

const SIGNATURE: &str = "x-sinch-webhook-signature";
const NONCE: &str = "x-sinch-webhook-signature-nonce";
const TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";

/// The callback of a Sinch SMS service plan.
///
/// - The id is `id`, the sender `from`, the line `to`, both also without their plus signs; the time is `sent_at`, where
///   the operator gives one, else `received_at`.
/// - `mo_text` is a text. `mo_media` is an MMS: its text is `body.message`, else `body.subject`, and the addresses of its
///   files are kept.
/// - `mo_binary`, which is no text, and delivery reports are ignored.
///
/// Calls are signed with HMAC-SHA256 over the whole body, a nonce and the time, and refused if that is more than
/// [`MAX_SKEW`](super::MAX_SKEW) away. **Sinch signs only if its support has set a secret for your plan**
/// (<https://developers.sinch.com/docs/sms/api-reference/sms/tag/Webhooks>). After a 5xx it calls again for some 45 hours.
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
}

impl Sinch {
    /// A webhook that requires signatures by `secret`.
    ///
    /// # Errors
    /// If the secret is empty.
    pub fn signed(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self { mac: Some(signed::hmac(secret)?) })
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked("Sinch");
        Self { mac: None }
    }

    fn authenticate(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let Some(mac) = &self.mac else { return Ok(()) };
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
        signed::check_age(timestamp, now)
    }
}

impl Inbound for Sinch {
    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request, now)?;
        let [kind, id, from, to, body, sent_at, received_at] =
            json::document(request.body, ["type", "id", "from", "to", "body", "sent_at", "received_at"])?
                .map_err(|problem| FieldError::new("body", problem))?;
        let read = match &*json::required("type", kind, json::string)? {
            "mo_text" => text,
            "mo_media" => mms,
            _ => return Ok(Parsed::ignored()),
        };
        let id = json::required("id", id, json::id)?;
        let sender = json::required("from", from, number)?;
        let line = json::required("to", to, number)?;
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
