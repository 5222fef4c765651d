//! Telnyx (<https://telnyx.com>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::value::RawValue;
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};

use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection, Unauthorized,
    address, json, media, signed,
};

/// In logs.
const NAME: &str = "Telnyx";

const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

/// The webhook of a Telnyx messaging profile, API version 2.
///
/// - The id is `data.payload.id`, the sender `from.phone_number`, the line the first of `to`, the time `received_at`. An
///   MMS without a text has an empty one; the addresses of its media are kept.
/// - Events of other types than `message.received`, such as `message.finalized`, are ignored.
///
/// Calls are signed with Ed25519 over the time and the whole body, and refused if that is more than
/// [`MAX_SKEW`](super::MAX_SKEW) away. The public key is in the portal under *Keys & Credentials*
/// (<https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>). Telnyx wants an answer within two seconds,
/// and tries each of the profile's two addresses three times: set the failover address as well.
///
/// Telnyx blocks whoever has texted STOP, and may answer keywords by itself. If your profile does, say so by
/// [`KeywordsAnswered`](super::KeywordsAnswered).
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Telnyx};
///
/// let gateway = Telnyx::signed("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=")?;
/// assert!(matches!(Telnyx::signed("key"), Err(ConfigError::BadPublicKey { .. })));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Telnyx {
    public_key: Option<VerifyingKey>,
}

impl Telnyx {
    /// A webhook that requires signatures by the private half of `public_key`, which is in base64.
    ///
    /// # Errors
    /// If it is no Ed25519 key in base64.
    pub fn signed(public_key: &str) -> Result<Self, ConfigError> {
        let bad_key = ConfigError::BadPublicKey { expected: "32 bytes of an Ed25519 key in base64" };
        let bytes = BASE64.decode(public_key.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        // Anybody can sign for a weak key.
        let key = key.filter(|key| !key.is_weak()).ok_or(bad_key)?;
        Ok(Self { public_key: Some(key) })
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self { public_key: None }
    }

    fn authenticate(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let Some(key) = &self.public_key else { return Ok(()) };
        let signature = signed::header(request.headers, SIGNATURE)?;
        let timestamp = signed::header(request.headers, TIMESTAMP)?;
        let signature = BASE64.decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
        let signed = [timestamp, b"|", request.body].concat();
        let is_right = signature.is_some_and(|signature| key.verify_strict(&signed, &signature).is_ok());
        if !is_right {
            return Err(Unauthorized::WrongSignature);
        }
        signed::check_age(timestamp, now)
    }
}

impl Inbound for Telnyx {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request, now)?;
        let [data] =
            json::document(request.body, ["data"])?.map_err(|problem| FieldError::new("body", problem))?;
        let data = json::required("data", data, Ok)?;
        let [kind, payload] = json::fields(data, ["event_type", "payload"])
            .map_err(|problem| FieldError::new("data", problem))?;
        if json::required("data.event_type", kind, json::string)? != "message.received" {
            return Ok(Parsed::ignored(Ignored::NotAMessage));
        }
        let (conversation, message) = message(json::required("data.payload", payload, Ok)?)?;
        Ok(Parsed::message(conversation, message))
    }
}

fn message(payload: &RawValue) -> Result<(Conversation, SmsMessage), FieldError> {
    let [id, from, to, text, received_at, files] =
        json::fields(payload, ["id", "from", "to", "text", "received_at", "media"])
            .map_err(|problem| FieldError::new("data.payload", problem))?;
    let id = json::required("data.payload.id", id, json::id)?;
    let sender = json::required("data.payload.from.phone_number", from, phone_number)?;
    let first_of = |list| json::elements(list)?.first().copied().ok_or(Problem::Empty);
    let line = json::required("data.payload.to[0].phone_number", to, |list| phone_number(first_of(list)?))?;
    // An MMS may have none.
    let text = match text {
        Some(text) => {
            json::lossy_string(text).map_err(|problem| FieldError::new("data.payload.text", problem))?
        }
        None => "".into(),
    };
    let mut message = SmsMessage::new(text).with_id(id).with_media(media::urls(files, "url"));
    if let Some(time) = received_at.and_then(json::time) {
        message = message.with_sent_at(time);
    }
    Ok((Conversation::new(sender, Some(line)), message))
}

/// The `phone_number` of one end.
fn phone_number(end: &RawValue) -> Result<Address, Problem> {
    let [number] = json::fields(end, ["phone_number"])?;
    address::as_written(&json::string(number.ok_or(Problem::Missing)?)?)
}
