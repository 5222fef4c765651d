//! Any gateway that posts JSON, or a form.

mod authentication;
mod condition;
mod path;
mod reading;

use std::num::NonZeroUsize;

use serde_json::value::{RawValue, to_raw_value};
use sms_consolidate::Timestamp;

use super::button::OptOutButtons;
use super::form::Form;
use super::{
    Answer, ConfigError, DEFAULT_MAX_MESSAGES, Inbound, InboundRequest, Malformed, Parsed, Rejection, json,
    signed,
};

pub use authentication::{Authentication, SignatureEncoding};
pub use condition::Condition;
use path::Path;

/// In logs.
const NAME: &str = "configured JSON";

/// The webhook of a gateway that posts JSON and is none of the others: its field names are configured. A
/// [form](Self::form) is read as well.
///
/// A field is named by its path, with dots between the names: `data.from`. A number as a name is an element of a list,
/// counted from 0: `to.0`. Where a gateway writes the same thing now here and now there, name both with `|` between:
/// `payload.sender|payload.phoneNumber` is the first of them that is there and not blank.
///
/// Ids and addresses may be strings or numbers. A time is RFC 3339, or a number of seconds or milliseconds since the Unix
/// epoch; one that cannot be read is left out, and the message accepted.
///
/// What is no customer's message is told by [conditions](Condition): [`only_if`](Self::only_if) for events of another kind,
/// such as reports, [`own_if`](Self::own_if) for what we sent ourselves, [`group_if`](Self::group_if) for groups. All of it
/// is acknowledged and ignored. With a list they are about each of its elements.
///
/// `docs/configured-json.md` of the repository configures five gateways.
///
/// ```
/// use http::{HeaderMap, Method, Uri};
/// use sms_consolidate::{Message, Timestamp};
/// use sms_consolidate_providers::inbound::{Authentication, Condition, ConfiguredJson, Inbound, InboundRequest};
///
/// let gateway = ConfiguredJson::authenticated(Authentication::token("X-Token", "a long random text")?)
///     .list("messages")?
///     .only_if("kind", Condition::is("message"))?
///     .own_if("outgoing", Condition::is("true"))?
///     .id("uid")?
///     .sender("contact.phone")?
///     .text("content")?
///     .line("device")?;
/// let mut headers = HeaderMap::new();
/// headers.insert("X-Token", "a long random text".parse()?);
/// let body = br#"{"messages": [
///     {"kind": "message", "uid": 7, "contact": {"phone": "+639171234567"}, "content": "Yes", "device": "A"},
///     {"kind": "message", "uid": 8, "contact": {"phone": "+639171234567"}, "content": "Hi", "outgoing": true}
/// ]}"#;
/// let uri = Uri::from_static("/");
/// let request = InboundRequest::new(&Method::POST, &uri, &headers, body);
/// let parsed = gateway.parse(&request, Timestamp::from_unix_millis(0))?;
/// assert_eq!(parsed.messages.len(), 1);
/// assert_eq!(parsed.messages[0].conversation.to_string(), "+639171234567>A");
/// assert_eq!(parsed.messages[0].message.id(), Some("7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConfiguredJson {
    authentication: Option<Authentication>,
    is_form: bool,
    list: List,
    only_if: Vec<(Path, Condition)>,
    own_if: Vec<(Path, Condition)>,
    group_if: Vec<(Path, Condition)>,
    reads_groups: bool,
    id: Path,
    sender: Path,
    text: Path,
    caption: Option<Path>,
    button: Option<Path>,
    opt_out_buttons: OptOutButtons,
    ignores_without_text: bool,
    line: Option<Path>,
    sent_at: Option<Path>,
    media: Option<Path>,
    removed_suffixes: Vec<Box<str>>,
    adds_plus_signs: bool,
    answer: Option<Answer>,
    max_messages: usize,
}

/// Where the list of messages is.
#[derive(Clone, Debug)]
enum List {
    /// There is none: the document is a message.
    None,
    Document,
    At(Path),
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
            is_form: false,
            list: List::None,
            only_if: Vec::new(),
            own_if: Vec::new(),
            group_if: Vec::new(),
            reads_groups: false,
            id: Path::of_name("id"),
            sender: Path::of_name("from"),
            text: Path::of_name("text"),
            caption: None,
            button: None,
            opt_out_buttons: OptOutButtons::default(),
            ignores_without_text: false,
            line: None,
            sent_at: None,
            media: None,
            removed_suffixes: Vec::new(),
            adds_plus_signs: false,
            answer: None,
            max_messages: DEFAULT_MAX_MESSAGES,
        }
    }

    /// Bodies are forms (`application/x-www-form-urlencoded`), each read as an object whose values are strings. Of a name
    /// that is there twice the last value counts.
    #[must_use]
    pub fn form(mut self) -> Self {
        self.is_form = true;
        self
    }

    /// Where the list of messages is; the other paths then begin at each of its elements. An object in its place is read
    /// as its only element. A call without it is acknowledged and ignored, with a warning in the log.
    ///
    /// # Errors
    /// If that is no path.
    pub fn list(mut self, path: &str) -> Result<Self, ConfigError> {
        self.list = List::At(Path::new(path)?);
        Ok(self)
    }

    /// The whole document is the list of messages; the other paths begin at each of its elements. An object is read as the
    /// only element of a list.
    #[must_use]
    pub fn whole_document_as_list(mut self) -> Self {
        self.list = List::Document;
        self
    }

    /// Only what meets this condition is a message; with several, what meets all of them. Everything else is ignored as
    /// [`Ignored::NotAMessage`](super::Ignored::NotAMessage), and none of its fields is looked for.
    ///
    /// # Errors
    /// If `path` is none.
    pub fn only_if(mut self, path: &str, condition: Condition) -> Result<Self, ConfigError> {
        self.only_if.push((Path::new(path)?, condition));
        Ok(self)
    }

    /// What meets this condition, or one of several, was sent by ourselves. It is ignored as
    /// [`Ignored::Own`](super::Ignored::Own), and so is what comes from the very line that it is to.
    ///
    /// # Errors
    /// If `path` is none.
    pub fn own_if(mut self, path: &str, condition: Condition) -> Result<Self, ConfigError> {
        self.own_if.push((Path::new(path)?, condition));
        Ok(self)
    }

    /// What meets this condition, or one of several, was said in a group. It is ignored as [`Ignored::Group`](super::Ignored::Group), unless
    /// [groups are taken in](Self::with_groups): then `path` is where the id of the group is, or the list of who else
    /// is in it.
    ///
    /// # Errors
    /// If `path` is none.
    pub fn group_if(mut self, path: &str, condition: Condition) -> Result<Self, ConfigError> {
        self.group_if.push((Path::new(path)?, condition));
        Ok(self)
    }

    /// Takes in what is said in groups: each group is a conversation of its own, whose sender is `group:<id>`, or `group:` and
    /// a hash of who is in it. It gets no reply, and opts nobody out.
    #[must_use]
    pub const fn with_groups(mut self) -> Self {
        self.reads_groups = true;
        self
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

    /// Where the text is that the sender typed.
    ///
    /// # Errors
    /// If that is no path.
    pub fn text(mut self, path: &str) -> Result<Self, ConfigError> {
        self.text = Path::new(path)?;
        Ok(self)
    }

    /// Where the text is of a message without a typed one that came with a file: [`Origin::Caption`](sms_consolidate::Origin::Caption).
    ///
    /// # Errors
    /// If that is no path.
    pub fn caption(mut self, path: &str) -> Result<Self, ConfigError> {
        self.caption = Some(Path::new(path)?);
        Ok(self)
    }

    /// Where the text is, without any other, that stood on a button or in a list: [`Origin::Button`](sms_consolidate::Origin::Button).
    ///
    /// # Errors
    /// If that is no path.
    pub fn button(mut self, path: &str) -> Result<Self, ConfigError> {
        self.button = Some(Path::new(path)?);
        Ok(self)
    }

    /// A button opts out on which `name` is written, in whatever case. [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.opt_out_buttons.add(name);
        self
    }

    /// A message with neither text nor file, such as a sticker, is ignored as [`Ignored::NoContent`](super::Ignored::NoContent). Without this, one that
    /// lacks its text is refused, which shows a slip in the path at once.
    #[must_use]
    pub const fn ignore_without_text(mut self) -> Self {
        self.ignores_without_text = true;
        self
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

    /// Where the address of a file is, or the list of such addresses; of several paths all count. With it a message without a
    /// text is accepted, and has an empty one.
    ///
    /// # Errors
    /// If that is no path.
    pub fn media(mut self, path: &str) -> Result<Self, ConfigError> {
        self.media = Some(Path::new(path)?);
        Ok(self)
    }

    /// Leaves out `suffix` at the end of senders and lines, such as `@s.whatsapp.net`. Of several the first that is there.
    #[must_use]
    pub fn with_suffix_removed(mut self, suffix: impl Into<Box<str>>) -> Self {
        self.removed_suffixes.push(suffix.into());
        self
    }

    /// The gateway writes international numbers without their plus sign. Senders and lines of 8 to 15 digits, not beginning
    /// with 0, get it; fewer are a short code.
    #[must_use]
    pub const fn with_plus_signs_added(mut self) -> Self {
        self.adds_plus_signs = true;
        self
    }

    /// Every call that is accepted is answered by `answer`, and not by the count of its messages: for a gateway that reads
    /// more into an answer than that.
    #[must_use]
    pub fn with_answer(mut self, answer: Answer) -> Self {
        self.answer = Some(answer);
        self
    }

    /// Takes at most `limit` messages per call, those that are ignored among them. Default: [`DEFAULT_MAX_MESSAGES`].
    #[must_use]
    pub const fn with_max_messages(mut self, limit: NonZeroUsize) -> Self {
        self.max_messages = limit.get();
        self
    }
}

impl Inbound for ConfiguredJson {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<Parsed, Rejection> {
        if let Some(authentication) = &self.authentication {
            authentication.check(request, now)?;
        }
        let mut parsed = if self.is_form {
            self.read(&form_as_json(request.body)?)?
        } else {
            self.read(json::any_document(request.body)?)?
        };
        parsed.answer.clone_from(&self.answer);
        Ok(parsed)
    }
}

/// A form as an object of strings.
fn form_as_json(body: &[u8]) -> Result<Box<RawValue>, Malformed> {
    let form = Form::of_body(body);
    if form.is_empty() {
        return Err(Malformed::Empty);
    }
    let fields: serde_json::Map<_, _> =
        form.pairs().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(to_raw_value(&fields).expect("strings are JSON"))
}
