//! From a gateway's webhook to messages, without a web framework.
//!
//! Each gateway is a type that implements [`Inbound`]. [`parse`](Inbound::parse) is a pure function: it reads no clock
//! and keeps nothing. Signatures are checked before anything of the body is read. Whoever calls it bounds the size of
//! the body first, and answers with [`Rejection::status`]. Fields that are not known are ignored; of fields that are
//! given twice the last one counts.
//!
//! **Where a gateway can sign, its constructor wants the secret.** Its `unsigned()` switches the check off, and logs that
//! it did: anybody who knows the address can then post messages.
//!
//! In a list of messages the good ones are accepted, and the bad ones listed:
//!
//! ```
//! # use http::{HeaderMap, Method, Uri};
//! # use sms_consolidate::Timestamp;
//! use sms_consolidate_providers::inbound::{Inbound, InboundRequest, SmsMobileApi};
//!
//! # let (uri, headers, now) = (Uri::from_static("/"), HeaderMap::new(), Timestamp::from_unix_millis(0));
//! let body = br#"{"messages": [{"guid": "a", "number": "+639123456789", "message": "Yes"}, {"guid": "b"}]}"#;
//! let request = InboundRequest::new(&Method::POST, &uri, &headers, body);
//! let parsed = SmsMobileApi::unsigned().parse(&request, now)?;
//! assert_eq!(parsed.messages.len(), 1);
//! assert_eq!(parsed.errors[0].to_string(), "element 1: `number` is missing");
//! # Ok::<(), sms_consolidate_providers::inbound::Rejection>(())
//! ```

mod address;
mod button;
mod configured_json;
mod control;
mod default_region;
mod form;
mod group;
mod json;
mod keywords;
mod media;
mod plivo;
mod preference;
mod public_url;
mod request;
mod signed;
mod sinch;
mod sinch_conversation;
mod sms_mobile_api;
mod telnyx;
mod twilio;
mod vonage;
mod vonage_messages;
mod whatsapp_cloud;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use sms_consolidate::{Conversation, ParseAddressError, SmsMessage, Timestamp};

pub use button::OPT_OUT_BUTTONS;
pub use configured_json::{Authentication, Condition, ConfiguredJson, SignatureEncoding};
pub use default_region::{DefaultRegion, Region};
pub use keywords::KeywordsAnswered;
pub use plivo::Plivo;
pub use preference::Preference;
pub use request::InboundRequest;
pub use sinch::Sinch;
pub use sinch_conversation::SinchConversation;
pub use sms_consolidate::MAX_ID_BYTES;
pub use sms_mobile_api::SmsMobileApi;
pub use telnyx::Telnyx;
pub use twilio::Twilio;
pub use vonage::{Vonage, VonageSignature};
pub use vonage_messages::VonageMessages;
pub use whatsapp_cloud::WhatsAppCloud;

/// How many messages one payload may hold, unless a gateway is given another limit.
pub const DEFAULT_MAX_MESSAGES: usize = 10_000;

/// How far a signature's timestamp may lie from `now`, either way.
pub const MAX_SKEW: Duration = Duration::from_secs(300);

/// A gateway's webhook.
pub trait Inbound: Send + Sync + 'static {
    /// What the gateway is called in logs.
    fn name(&self) -> &'static str;

    /// Reads the messages of a `POST` that arrived at `now`, once it is known to come from the gateway.
    ///
    /// Events that are no message, and lists without any, are success with no messages: they are to be acknowledged.
    ///
    /// # Errors
    /// Why nothing of the call can be accepted.
    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection>;

    /// Reads a `GET`. By default it holds nothing: somebody looks whether the webhook is there.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    fn parse_get(&self, _request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        Ok(Parsed::default())
    }
}

/// What a webhook call holds.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Parsed {
    /// The messages, in the order of the payload.
    pub messages: Vec<InboundMessage>,
    /// Why other elements of the same payload are not accepted, in the order of the payload.
    pub errors: Vec<FieldError>,
    /// Why other events in it are not a customer's message, one for each. They are acknowledged.
    pub ignored: Vec<Ignored>,
    /// Who has opted out or in by news that is not a message of theirs, in the order of the payload: of two about the
    /// same conversation the newer one counts ([`Preference::as_of`]), of equally new ones the last.
    pub preferences: Vec<Preference>,
    /// What the gateway is to be answered once all messages are stored, if it wants to read something particular.
    pub answer: Option<Answer>,
}

impl Parsed {
    /// One message.
    #[must_use]
    pub fn message(conversation: Conversation, message: SmsMessage) -> Self {
        Self { messages: vec![InboundMessage { index: 0, conversation, message }], ..Self::default() }
    }

    /// One event that is not a customer's message.
    #[must_use]
    pub fn ignored(why: Ignored) -> Self {
        Self { ignored: vec![why], ..Self::default() }
    }

    /// News that somebody has opted out or in.
    #[must_use]
    pub fn preference(preference: Preference) -> Self {
        Self { preferences: vec![preference], ..Self::default() }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
            && self.errors.is_empty()
            && self.ignored.is_empty()
            && self.preferences.is_empty()
    }

    /// The same, to be answered with `answer`.
    #[must_use]
    pub fn with_answer(mut self, answer: Answer) -> Self {
        self.answer = Some(answer);
        self
    }
}

/// Why an event is acknowledged and not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// It is not about a message that somebody sent us: a delivery report, a change of settings, a test.
    NotAMessage,
    /// We sent the message ourselves, and the gateway tells us of it.
    Own,
    /// It was said in a group.
    Group,
    /// The gateway does not say what was in the message, or only that it cannot.
    NoContent,
    /// The sender changed a message that was sent before.
    Edited,
    /// The sender took back a message.
    Revoked,
}

impl Ignored {
    /// Its name in logs and on status pages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAMessage => "not_a_message",
            Self::Own => "own",
            Self::Group => "group",
            Self::NoContent => "no_content",
            Self::Edited => "edited",
            Self::Revoked => "revoked",
        }
    }
}

/// The body of a successful answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: Cow<'static, str>,
}

impl Answer {
    /// An answer of that type.
    #[must_use]
    pub fn new(content_type: &'static str, body: impl Into<Cow<'static, str>>) -> Self {
        Self { content_type, body: body.into() }
    }
}

/// A message, and the conversation that it belongs to: what to push.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InboundMessage {
    /// Which element of the payload's list it is, counted from 0; 0 if the payload is a single message.
    pub index: usize,
    /// Who texted which of our lines.
    pub conversation: Conversation,
    /// The message.
    pub message: SmsMessage,
}

impl InboundMessage {
    /// The message in place `index` of the payload's list, and who texted it to which of our lines.
    #[must_use]
    pub const fn new(index: usize, conversation: Conversation, message: SmsMessage) -> Self {
        Self { index, conversation, message }
    }
}

/// Why nothing of a webhook call is accepted. Its text goes back to the gateway and holds nothing of the body.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The body cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The body can be read and lacks something: the payload is one message, or every element of its list is bad.
    /// There is at least one error.
    #[error("{}", summary(.0))]
    Unprocessable(Vec<FieldError>),
    /// The list is too long. None of it is accepted.
    #[error("the payload holds {found} messages; at most {limit} are accepted")]
    TooManyMessages {
        /// How many it holds.
        found: usize,
        /// How many it may hold.
        limit: usize,
    },
    /// It is not known to come from the gateway.
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
}

impl Rejection {
    /// The status to answer with.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Unprocessable(_) | Self::TooManyMessages { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unauthorized(_) => StatusCode::UNAUTHORIZED,
        }
    }

    /// The answer's header `WWW-Authenticate`, for a gateway that shows user and password only once it is asked for them.
    #[must_use]
    pub const fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::Unauthorized(Unauthorized::NoCredentials | Unauthorized::WrongCredentials) => {
                Some("Basic realm=\"webhook\"")
            }
            _ => None,
        }
    }
}

impl From<FieldError> for Rejection {
    fn from(error: FieldError) -> Self {
        Self::Unprocessable(vec![error])
    }
}

fn summary(errors: &[FieldError]) -> String {
    match errors {
        [] => "nothing in the payload can be accepted".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}

/// What makes a body unreadable, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// There is none.
    #[error("the body is empty")]
    Empty,
    /// It is not UTF-8.
    #[error("the body is not UTF-8 at byte {at}")]
    NotUtf8 {
        /// The offset of the first byte that is not.
        at: usize,
    },
    /// It is not JSON, or not a form.
    #[error("the body is malformed: {source}")]
    Syntax {
        /// What is wrong with it, and where.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Why a message is not accepted: the first of its fields that is in the way.
#[derive(Debug)]
#[non_exhaustive]
pub struct FieldError {
    /// Which element of the payload's list it is about, counted from 0; `None` if the payload is a single message.
    pub index: Option<usize>,
    /// The field, by its path within the element; `body` or `element` if it is about the whole.
    pub field: Cow<'static, str>,
    /// What is wrong with it.
    pub problem: Problem,
}

impl FieldError {
    fn new(field: impl Into<Cow<'static, str>>, problem: Problem) -> Self {
        Self { index: None, field: field.into(), problem }
    }

    /// The same, about element `index` of a list.
    fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(index) = self.index {
            write!(f, "element {index}: ")?;
        }
        write!(f, "`{}` {}", self.field, self.problem)
    }
}

impl Error for FieldError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.problem)
    }
}

/// What is wrong with a field.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is absent or null.
    #[error("is missing")]
    Missing,
    /// It is of another type.
    #[error("must be {expected}, not {found}")]
    WrongType {
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It is blank.
    #[error("is empty")]
    Empty,
    /// It is too long.
    #[error("has {bytes} bytes; at most {limit} are accepted")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// It is not of the form that the gateway gives it.
    #[error("must be {expected}")]
    WrongForm {
        /// What it must be.
        expected: &'static str,
    },
    /// It cannot be the address of anybody.
    #[error("is no address: {0}")]
    Address(#[source] ParseAddressError),
    /// It holds what is no text, such as half of a surrogate pair.
    #[error("cannot be read: {source}")]
    Unreadable {
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// Why a call is not known to come from the gateway.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unauthorized {
    /// A header that the check needs is missing.
    #[error("the header {header} is missing")]
    Missing {
        /// The header.
        header: Cow<'static, str>,
    },
    /// A header that the check needs is there more than once.
    #[error("the header {header} is there more than once")]
    Repeated {
        /// The header.
        header: Cow<'static, str>,
    },
    /// The call names an algorithm for its signature that is not known here.
    #[error("the signature's algorithm is not known")]
    UnknownAlgorithm,
    /// A parameter that the check needs is missing.
    #[error("the parameter {parameter} is missing")]
    MissingParameter {
        /// The parameter.
        parameter: &'static str,
    },
    /// The signature is not that of the body and timestamp under the configured secret.
    #[error("the signature is wrong")]
    WrongSignature,
    /// There is no user and password of HTTP's Basic authentication. Some gateways wait to be
    /// [asked](Rejection::challenge) for it.
    #[error("the user and password are missing")]
    NoCredentials,
    /// The user and password are other ones.
    #[error("the user or password is wrong")]
    WrongCredentials,
    /// The token by which the gateway shows who it is, where it signs nothing, is another one.
    #[error("the verify token is wrong")]
    WrongToken,
    /// The signature is right, and what it covers begins with no time.
    #[error("the signature's timestamp is not a number of seconds")]
    NoTimestamp,
    /// The signature is right, and too old or from the future: a replay, or a clock that is off.
    #[error("the signature's timestamp is {} s away from this server's time", .skew.as_secs())]
    Stale {
        /// How far it lies from the time of the check.
        skew: Duration,
    },
}

/// A gateway's configuration that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret is empty, so that anybody could sign with it.
    #[error("the webhook secret is empty")]
    EmptySecret,
    /// What was given as the gateway's public key is none.
    #[error("the public key must be {expected}")]
    BadPublicKey {
        /// What it must be.
        expected: &'static str,
    },
    /// Not the code of a country.
    #[error("{code:?} is no region: expected two letters of ISO 3166-1, such as PH or US")]
    UnknownRegion {
        /// What was given.
        code: String,
    },
    /// Not the name of an HTTP header.
    #[error("{name:?} is no name of a header")]
    BadHeader {
        /// What was given.
        name: String,
    },
    /// Not the path of a JSON field.
    #[error(
        "{path:?} is no path of a JSON field: expected names with dots between, such as data.from, or several such \
         paths with | between"
    )]
    BadPath {
        /// What was given.
        path: String,
    },
    /// Not what a signature covers.
    #[error(
        "{signed:?} is not what a signature covers: expected {{body}} and {{time}}, such as {{time}}.{{body}}"
    )]
    BadSigned {
        /// What was given.
        signed: String,
    },
    /// The webhook's public URL is none. It is not shown, because it may hold a password.
    #[error("the public URL must be the whole address of the webhook, such as https://example.com/sms")]
    BadPublicUrl,
    /// A token that gateways show is empty, so that everybody has it.
    #[error("the verify token is empty")]
    EmptyToken,
}
