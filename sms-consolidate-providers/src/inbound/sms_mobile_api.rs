//! SMS Mobile API (<https://smsmobileapi.com>), which turns a phone into a gateway.

use std::num::NonZeroUsize;

use hmac::{Hmac, Mac};
use serde_json::value::RawValue;
use sha2::Sha256;
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};

use super::{
    ConfigError, DEFAULT_MAX_MESSAGES, FieldError, Ignored, Inbound, InboundMessage, InboundRequest, Parsed,
    Problem, Rejection, Unauthorized, address, json, signed,
};

/// In logs.
const NAME: &str = "SMS Mobile API";

const TIMESTAMP: &str = "X-SMSMobileAPI-Timestamp";
const SIGNATURE: &str = "X-SMSMobileAPI-Signature";
const SIGNATURE_NEXT: &str = "X-SMSMobileAPI-Signature-Next";

/// The webhook of SMS Mobile API, in all three forms at one address: the legacy message, the legacy list of messages,
/// and the event of API version 2.
///
/// - The id is `guid`, of at most [`MAX_ID_BYTES`](super::MAX_ID_BYTES). The sender is `number` or `from`: a number with a plus sign must be
///   one; short codes, names and national numbers stay as they are. An empty text is accepted.
/// - The line is `device_id`; legacy messages name none.
/// - The time is `received_at`, else the event's `occurred_at` or `created_at`. One that cannot be read is left out, and the message accepted. Legacy times carry no
///   zone and are not used.
/// - Events of other types than `sms.received` are ignored.
///
/// Every call must carry a signature not older than [`MAX_SKEW`](super::MAX_SKEW). Legacy calls carry none: they need
/// [`unsigned`](Self::unsigned). While the secret is rotated, the signature by the next one counts as well, so that the
/// configuration can change at any moment of the rotation.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, SmsMobileApi};
///
/// let gateway = SmsMobileApi::signed("whsec_…")?;
/// assert_eq!(SmsMobileApi::signed("").err(), Some(ConfigError::EmptySecret));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SmsMobileApi {
    /// Keyed once; a clone is ready to sign.
    mac: Option<Hmac<Sha256>>,
    max_messages: usize,
}

impl SmsMobileApi {
    /// A webhook that requires signatures by `secret`.
    ///
    /// # Errors
    /// If the secret is empty.
    pub fn signed(secret: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self { mac: Some(signed::hmac(secret)?), max_messages: DEFAULT_MAX_MESSAGES })
    }

    /// A webhook that takes signed and unsigned calls alike, and checks neither: **anybody who knows the address can
    /// post messages.** This is logged as a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self { mac: None, max_messages: DEFAULT_MAX_MESSAGES }
    }

    /// The same webhook, taking at most `limit` messages per call. Default: [`DEFAULT_MAX_MESSAGES`].
    #[must_use]
    pub const fn with_max_messages(mut self, limit: NonZeroUsize) -> Self {
        self.max_messages = limit.get();
        self
    }

    fn authenticate(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let Some(mac) = &self.mac else { return Ok(()) };
        let headers = request.headers;
        let given =
            [signed::optional_header(headers, SIGNATURE)?, signed::optional_header(headers, SIGNATURE_NEXT)?];
        if given == [None, None] {
            return Err(Unauthorized::Missing { header: SIGNATURE.into() });
        }
        let timestamp = signed::header(headers, TIMESTAMP)?;

        let mut mac = mac.clone();
        mac.update(timestamp);
        mac.update(b".");
        mac.update(request.body);
        let mut given = given.into_iter().flatten().filter_map(signature);
        // `verify_slice` compares in constant time.
        if !given.any(|given| mac.clone().verify_slice(&given).is_ok()) {
            return Err(Unauthorized::WrongSignature);
        }

        signed::check_age(timestamp, now)
    }

    fn list(&self, list: &RawValue) -> Result<Parsed, Rejection> {
        let elements = json::elements(list).map_err(|problem| FieldError::new("messages", problem))?;
        if elements.len() > self.max_messages {
            return Err(Rejection::TooManyMessages { found: elements.len(), limit: self.max_messages });
        }
        let mut parsed = Parsed { messages: Vec::with_capacity(elements.len()), ..Parsed::default() };
        for (index, element) in elements.into_iter().enumerate() {
            let fields = json::fields(element, ["guid", "number", "message"])
                .map_err(|problem| FieldError::new("element", problem));
            match fields.and_then(legacy_message) {
                Ok((conversation, message)) => {
                    parsed.messages.push(InboundMessage { index, conversation, message });
                }
                Err(error) => parsed.errors.push(error.at(index)),
            }
        }
        if parsed.messages.is_empty() && !parsed.errors.is_empty() {
            return Err(Rejection::Unprocessable(parsed.errors));
        }
        Ok(parsed)
    }
}

impl Inbound for SmsMobileApi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        self.authenticate(request, now)?;
        let names = ["messages", "type", "data", "occurred_at", "created_at", "guid", "number", "message"];
        let [messages, kind, data, occurred_at, created_at, guid, number, text] =
            json::document(request.body, names)?.map_err(|problem| FieldError::new("body", problem))?;
        if let Some(messages) = messages {
            return self.list(messages);
        }
        // A legacy message has its fields at the top, an event has them in `data`.
        let (conversation, message) =
            if guid.is_none() && number.is_none() && (kind.is_some() || data.is_some()) {
                if json::required("type", kind, json::string)? != "sms.received" {
                    return Ok(Parsed::ignored(Ignored::NotAMessage));
                }
                event_message(json::required("data", data, Ok)?, [occurred_at, created_at])?
            } else {
                legacy_message([guid, number, text])?
            };
        Ok(Parsed::message(conversation, message))
    }
}

/// The bytes of `v1=<hex>`.
fn signature(header: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(header.strip_prefix(b"v1=")?, &mut bytes).ok()?;
    Some(bytes)
}

/// Reads a message without an envelope.
fn legacy_message(
    [guid, number, text]: json::Fields<'_, 3>,
) -> Result<(Conversation, SmsMessage), FieldError> {
    let id = json::required("guid", guid, json::id)?;
    let sender = json::required("number", number, address)?;
    let text = json::required("message", text, json::lossy_string)?;
    Ok((sender.into(), SmsMessage::new(text).with_id(id)))
}

/// Reads the `data` of an `sms.received` event.
fn event_message(
    data: &RawValue,
    event_times: [Option<&RawValue>; 2],
) -> Result<(Conversation, SmsMessage), FieldError> {
    let [guid, from, text, device_id, received_at] =
        json::fields(data, ["guid", "from", "message", "device_id", "received_at"])
            .map_err(|problem| FieldError::new("data", problem))?;
    let id = json::required("data.guid", guid, json::id)?;
    let sender = json::required("data.from", from, address)?;
    let text = json::required("data.message", text, json::lossy_string)?;
    let line = match json::required("data.device_id", device_id, address) {
        Ok(line) => Some(line),
        Err(FieldError { problem: Problem::Missing | Problem::Empty, .. }) => None,
        Err(error) => return Err(error),
    };
    let mut message = SmsMessage::new(text).with_id(id);
    if let Some(time) = std::iter::once(received_at).chain(event_times).flatten().find_map(json::time) {
        message = message.with_sent_at(time);
    }
    Ok((Conversation::new(sender, line), message))
}

fn address(value: &RawValue) -> Result<Address, Problem> {
    address::as_written(&json::string(value)?)
}
