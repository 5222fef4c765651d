//! Any gateway that posts JSON.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use http::{HeaderMap, HeaderName};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use sms_consolidate::{Address, Conversation, SmsMessage, Timestamp};
use subtle::ConstantTimeEq;

use super::{
    ConfigError, DEFAULT_MAX_MESSAGES, FieldError, Ignored, Inbound, InboundMessage, InboundRequest, Parsed,
    Problem, Rejection, Unauthorized, address, json, media, signed,
};

/// In logs.
const NAME: &str = "configured JSON";

/// The webhook of a gateway that posts JSON and is none of the others: its field names are configured.
///
/// A field is named by its path, with dots between the names: `data.from`. Ids and addresses may be strings or numbers. A
/// time is RFC 3339, or a number of seconds or milliseconds since the Unix epoch; one that cannot be read is left out,
/// and the message accepted.
///
/// ```
/// use http::{HeaderMap, Method, Uri};
/// use sms_consolidate::{Message, Timestamp};
/// use sms_consolidate_providers::inbound::{Authentication, ConfiguredJson, Inbound, InboundRequest};
///
/// let gateway = ConfiguredJson::authenticated(Authentication::token("X-Token", "a long random text")?)
///     .list("messages")?
///     .id("uid")?
///     .sender("contact.phone")?
///     .text("content")?
///     .line("device")?;
/// let mut headers = HeaderMap::new();
/// headers.insert("X-Token", "a long random text".parse()?);
/// let body = br#"{"messages": [{"uid": 7, "contact": {"phone": "+639171234567"}, "content": "Yes", "device": "A"}]}"#;
/// let request = InboundRequest { method: &Method::POST, uri: &Uri::from_static("/"), headers: &headers, body };
/// let parsed = gateway.parse(&request, Timestamp::from_unix_millis(0))?;
/// assert_eq!(parsed.messages[0].conversation.to_string(), "+639171234567>A");
/// assert_eq!(parsed.messages[0].message.id(), Some("7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConfiguredJson {
    authentication: Option<Authentication>,
    list: Option<Path>,
    id: Path,
    sender: Path,
    text: Path,
    line: Option<Path>,
    sent_at: Option<Path>,
    media: Option<Path>,
    max_messages: usize,
}

impl ConfiguredJson {
    /// A webhook that requires `authentication`. Until they are named, the fields are `id`, `from` and `text` of a single
    /// message.
    #[must_use]
    pub fn authenticated(authentication: Authentication) -> Self {
        Self::new(Some(authentication))
    }

    /// A webhook that checks nothing: **anybody who knows the address can post messages.** This is logged as a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self::new(None)
    }

    fn new(authentication: Option<Authentication>) -> Self {
        Self {
            authentication,
            list: None,
            id: Path::of_name("id"),
            sender: Path::of_name("from"),
            text: Path::of_name("text"),
            line: None,
            sent_at: None,
            media: None,
            max_messages: DEFAULT_MAX_MESSAGES,
        }
    }

    /// Where the list of messages is; the other paths then begin at each of its elements. A call without it is
    /// acknowledged and ignored, with a warning in the log.
    ///
    /// # Errors
    /// If that is no path.
    pub fn list(mut self, path: &str) -> Result<Self, ConfigError> {
        self.list = Some(Path::new(path)?);
        Ok(self)
    }

    /// Where the id is.
    ///
    /// # Errors
    /// If that is no path.
    pub fn id(mut self, path: &str) -> Result<Self, ConfigError> {
        self.id = Path::new(path)?;
        Ok(self)
    }

    /// Where the sender is.
    ///
    /// # Errors
    /// If that is no path.
    pub fn sender(mut self, path: &str) -> Result<Self, ConfigError> {
        self.sender = Path::new(path)?;
        Ok(self)
    }

    /// Where the text is.
    ///
    /// # Errors
    /// If that is no path.
    pub fn text(mut self, path: &str) -> Result<Self, ConfigError> {
        self.text = Path::new(path)?;
        Ok(self)
    }

    /// Where our line is: number, channel or device. A message without it is accepted.
    ///
    /// # Errors
    /// If that is no path.
    pub fn line(mut self, path: &str) -> Result<Self, ConfigError> {
        self.line = Some(Path::new(path)?);
        Ok(self)
    }

    /// Where the time is. Only name one that carries a zone, or is a number.
    ///
    /// # Errors
    /// If that is no path.
    pub fn sent_at(mut self, path: &str) -> Result<Self, ConfigError> {
        self.sent_at = Some(Path::new(path)?);
        Ok(self)
    }

    /// Where the list of the files' addresses is. With it a message without a text is accepted, and has an empty one.
    ///
    /// # Errors
    /// If that is no path.
    pub fn media(mut self, path: &str) -> Result<Self, ConfigError> {
        self.media = Some(Path::new(path)?);
        Ok(self)
    }

    /// Takes at most `limit` messages per call. Default: [`DEFAULT_MAX_MESSAGES`].
    #[must_use]
    pub const fn with_max_messages(mut self, limit: NonZeroUsize) -> Self {
        self.max_messages = limit.get();
        self
    }

    fn message(&self, element: &RawValue) -> Result<(Conversation, SmsMessage), FieldError> {
        json::fields(element, []).map_err(|problem| FieldError::new("element", problem))?;
        let id = self.id.required(element, id)?;
        let sender = self.sender.required(element, address)?;
        let media = match &self.media {
            Some(path) => urls(path.find(element).ok().flatten()),
            None => Vec::new(),
        };
        let text = match self.text.find(element).map_err(|problem| self.text.error(problem))? {
            None if !media.is_empty() => Cow::Borrowed(""),
            _ => self.text.required(element, json::lossy_string)?,
        };
        let line = match &self.line {
            Some(path) => match path.required(element, address) {
                Ok(line) => Some(line),
                Err(FieldError { problem: Problem::Missing | Problem::Empty, .. }) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let mut message = SmsMessage::new(text).with_id(id).with_media(media);
        let sent_at = self.sent_at.as_ref().and_then(|path| path.find(element).ok().flatten()).and_then(time);
        if let Some(time) = sent_at {
            message = message.with_sent_at(time);
        }
        Ok((Conversation::new(sender, line), message))
    }

    fn messages(&self, list: &RawValue, path: &Path) -> Result<Parsed, Rejection> {
        let elements = json::elements(list).map_err(|problem| path.error(problem))?;
        if elements.len() > self.max_messages {
            return Err(Rejection::TooManyMessages { found: elements.len(), limit: self.max_messages });
        }
        let mut parsed = Parsed::default();
        for (index, element) in elements.into_iter().enumerate() {
            match self.message(element) {
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

impl Inbound for ConfiguredJson {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        if let Some(authentication) = &self.authentication {
            authentication.check(request.headers, request.body)?;
        }
        let document = json::any_document(request.body)?;
        let Some(path) = &self.list else {
            let (conversation, message) = self.message(document)?;
            return Ok(Parsed::message(conversation, message));
        };
        match path.find(document).map_err(|problem| path.error(problem))? {
            Some(list) => self.messages(list, path),
            None => {
                // An event of another kind, or a path with a slip in it, which would lose every message.
                tracing::warn!(
                    path = &*path.0,
                    "WEBHOOK IGNORED: it holds no list of messages where one is configured"
                );
                Ok(Parsed::ignored(Ignored::NotAMessage))
            }
        }
    }
}

/// How a call shows that it comes from the gateway. It carries no time, so a recorded call can be sent again; its
/// messages are then known by their ids for as long as the store keeps those.
#[derive(Clone)]
pub struct Authentication {
    header: HeaderName,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    /// The hash of the header's value, so that not even its length shows in the time of a comparison.
    Token([u8; 32]),
    Signature {
        mac: Hmac<Sha256>,
        prefix: String,
        encoding: SignatureEncoding,
    },
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureEncoding {
    /// Hexadecimal digits.
    Hex,
    /// Base64 with padding.
    Base64,
}

impl Authentication {
    /// `header` must have exactly this value, such as `Bearer <token>`. It is the same in every call, and does not cover the
    /// body.
    ///
    /// # Errors
    /// If the value is empty, or `header` is no name of one.
    pub fn token(header: &str, value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let value = value.as_ref();
        if value.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Ok(Self { header: header_name(header)?, proof: Proof::Token(Sha256::digest(value).into()) })
    }

    /// `header` must be `prefix` and the HMAC-SHA256 of the raw body under `secret`: for example `sha256=` and hex.
    ///
    /// # Errors
    /// If the secret is empty, or `header` is no name of one.
    pub fn hmac_sha256(
        header: &str,
        prefix: impl Into<String>,
        encoding: SignatureEncoding,
        secret: impl AsRef<[u8]>,
    ) -> Result<Self, ConfigError> {
        let proof = Proof::Signature { mac: signed::hmac(secret)?, prefix: prefix.into(), encoding };
        Ok(Self { header: header_name(header)?, proof })
    }

    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Unauthorized> {
        let missing = || Unauthorized::Missing { header: self.header.to_string().into() };
        let mut given = headers.get_all(&self.header).iter();
        let (first, second) = (given.next(), given.next());
        let given = first.ok_or_else(missing)?.as_bytes();
        if second.is_some() {
            return Err(Unauthorized::Repeated { header: self.header.to_string().into() });
        }
        let is_right = match &self.proof {
            Proof::Token(hash) => Sha256::digest(given).ct_eq(hash).into(),
            Proof::Signature { mac, prefix, encoding } => given
                .strip_prefix(prefix.as_bytes())
                .and_then(|text| encoding.decode(text))
                // `verify_slice` compares in constant time.
                .is_some_and(|given| mac.clone().chain_update(body).verify_slice(&given).is_ok()),
        };
        if is_right { Ok(()) } else { Err(Unauthorized::WrongSignature) }
    }
}

/// Leaves out the secret.
impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authentication").field("header", &self.header).finish_non_exhaustive()
    }
}

impl SignatureEncoding {
    fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex => {
                let mut bytes = vec![0; 32];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Some(bytes)
            }
            Self::Base64 => BASE64.decode(text).ok(),
        }
    }
}

fn header_name(name: &str) -> Result<HeaderName, ConfigError> {
    name.parse().map_err(|_| ConfigError::BadHeader { name: name.to_owned() })
}

/// Where a field is: names, from the outermost object inwards.
#[derive(Clone, Debug)]
struct Path(Box<str>);

impl Path {
    fn new(path: &str) -> Result<Self, ConfigError> {
        if path.split('.').any(|name| name.trim().is_empty()) {
            return Err(ConfigError::BadPath { path: path.to_owned() });
        }
        Ok(Self(path.into()))
    }

    fn of_name(name: &str) -> Self {
        Self(name.into())
    }

    /// What is there.
    fn find<'a>(&self, value: &'a RawValue) -> Result<Option<&'a RawValue>, Problem> {
        let mut found = value;
        for name in self.0.split('.') {
            let [value] = json::fields(found, [name])?;
            let Some(value) = value else { return Ok(None) };
            found = value;
        }
        Ok(Some(found))
    }

    fn required<'a, T>(
        &self,
        value: &'a RawValue,
        read: impl FnOnce(&'a RawValue) -> Result<T, Problem>,
    ) -> Result<T, FieldError> {
        let found = self.find(value).map_err(|problem| self.error(problem))?;
        json::required(String::from(&*self.0), found, read)
    }

    fn error(&self, problem: Problem) -> FieldError {
        FieldError::new(String::from(&*self.0), problem)
    }
}

/// A string, or a number as it is written.
fn string_or_number(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    let is_number = value.get().starts_with(|c: char| c.is_ascii_digit());
    if is_number { Ok(Cow::Borrowed(value.get())) } else { json::string(value) }
}

fn id(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    let id = string_or_number(value)?;
    json::check_id(&id)?;
    Ok(id)
}

fn address(value: &RawValue) -> Result<Address, Problem> {
    address::as_written(&string_or_number(value)?)
}

fn urls(list: Option<&RawValue>) -> Vec<Box<str>> {
    let elements = list.and_then(|list| json::elements(list).ok()).unwrap_or_default();
    media::kept(elements.into_iter().filter_map(|url| Some(json::string(url).ok()?.into())))
}

/// Numbers below this are seconds: as milliseconds it is March 1973, as seconds the year 5138.
const FIRST_MILLIS: i64 = 100_000_000_000;

fn time(value: &RawValue) -> Option<Timestamp> {
    let Ok(number) = value.get().parse::<i64>() else { return json::time(value) };
    let millis = if number < FIRST_MILLIS { number.checked_mul(1_000)? } else { number };
    Some(Timestamp::from_unix_millis(millis))
}
