//! Telnyx (<https://telnyx.com>).

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::value::RawValue;
use sms_consolidate::lane::Control;
use sms_consolidate::{Address, Conversation, Origin, SmsMessage, Timestamp};

use super::button::OptOutButtons;
use super::{
    ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection, Unauthorized,
    address, control, group, json, media, signed,
};

/// In logs.
const NAME: &str = "Telnyx";

const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

/// The webhook of a Telnyx messaging profile, API version 2.
///
/// - The id is `data.payload.id`, the sender `from.phone_number`, the line the first of `to`, the time `received_at`, else
///   the event's `occurred_at`. An MMS without a text has an empty one; the addresses of its media are kept.
/// - RCS has the line `rcs:<agent_id>` and a `body`: a text, a suggestion that was tapped (a [button](Origin::Button)), a
///   file or a place (<https://developers.telnyx.com/docs/messaging/messages/receiving-rcs-webhooks>). A body that holds
///   nothing of the kind is ignored as [`NoContent`](Ignored::NoContent).
/// - What was sent to several numbers, in `to` or `cc`, was said in a group
///   (<https://developers.telnyx.com/docs/messaging/messages/group-messaging>). It is ignored as [`Group`](Ignored::Group)
///   unless [`with_groups`](Self::with_groups) takes it in, and opts nobody out.
/// - What we sent, by its `direction` or as a `message.echo` of WhatsApp's app, is ignored as [`Own`](Ignored::Own). So is
///   what is from the very number that it is to.
/// - Events of other types than `message.received`, such as `message.finalized`, are ignored.
///
/// Calls are signed with Ed25519 over the time and the whole body, and refused if that is more than
/// [`MAX_SKEW`](super::MAX_SKEW) away. The public key is in the portal under *Keys & Credentials*
/// (<https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks>). Telnyx wants an answer within two seconds,
/// and tries each of the profile's two addresses three times: set the failover address as well.
///
/// Telnyx blocks whoever has texted STOP, and answers keywords by itself. It says which it found in `autoresponse_type`
/// (STOP, START or HELP), in whatever language your profile has it
/// (<https://developers.telnyx.com/docs/messaging/messages/advanced-opt-in-out>): the message then is that keyword, and
/// nothing is sent for it. If your profile answers without saying so, use [`KeywordsAnswered`](super::KeywordsAnswered).
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
    reads_groups: bool,
    buttons: OptOutButtons,
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
        Ok(Self::new(Some(key)))
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged as
    /// a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self::new(None)
    }

    fn new(public_key: Option<VerifyingKey>) -> Self {
        Self { public_key, reads_groups: false, buttons: OptOutButtons::default() }
    }

    /// The same webhook, taking in what is said in groups: each group is a conversation of its own, whose sender is
    /// `group:` and a hash of who is in it. It gets no reply, and opts nobody out.
    #[must_use]
    pub const fn with_groups(mut self) -> Self {
        self.reads_groups = true;
        self
    }

    /// The same webhook, to which a button of RCS opts out that is labelled `name`, or has it as its postback data, in
    /// whatever case.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.buttons.add(name);
        self
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
        let [kind, payload, occurred_at] = json::fields(data, ["event_type", "payload", "occurred_at"])
            .map_err(|problem| FieldError::new("data", problem))?;
        match &*json::required("data.event_type", kind, json::string)? {
            "message.received" => self.read(json::required("data.payload", payload, Ok)?, occurred_at),
            // Written in WhatsApp's own app.
            "message.echo" => Ok(Parsed::ignored(Ignored::Own)),
            _ => Ok(Parsed::ignored(Ignored::NotAMessage)),
        }
    }
}

impl Telnyx {
    fn read(&self, payload: &RawValue, occurred_at: Option<&RawValue>) -> Result<Parsed, Rejection> {
        let names = ["id", "direction", "from", "to", "cc", "received_at", "autoresponse_type"];
        let [id, direction, from, to, cc, received_at, keyword] =
            json::fields(payload, names).map_err(|problem| FieldError::new("data.payload", problem))?;
        if is(direction, "outbound") {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        let to = json::required("data.payload.to[0].phone_number", to, json::elements)?;
        let cc = cc.and_then(|list| json::elements(list).ok()).unwrap_or_default();
        let is_group = to.len() > 1 || !cc.is_empty();
        if is_group && !self.reads_groups {
            return Ok(Parsed::ignored(Ignored::Group));
        }
        let id = json::required("data.payload.id", id, json::id)?;
        let sender = json::required("data.payload.from.phone_number", from, end)?;
        let line = to.first().copied().ok_or(Problem::Empty).and_then(end);
        let line = line.map_err(|problem| FieldError::new("data.payload.to[0].phone_number", problem))?;
        if sender == line {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        let Some(content) = Content::of(payload)? else { return Ok(Parsed::ignored(Ignored::NoContent)) };
        let mut message = content.message.with_id(id);
        if let Some(time) = [received_at, occurred_at].into_iter().flatten().find_map(json::time) {
            message = message.with_sent_at(time);
        }
        if is_group {
            let others = to.into_iter().chain(cc).filter_map(|other| end(other).ok());
            let everybody: Vec<_> = others.chain([sender]).map(|end| end.to_string()).collect();
            let group = group::of(everybody.iter().map(String::as_str));
            let message = message.with_origin(Origin::Group);
            return Ok(Parsed::message(Conversation::new(group, Some(line)), message));
        }
        if let Some(name) = content.button {
            message = self.buttons.tapped(message, Some(&name));
        }
        let keyword = KEYWORDS.into_iter().find(|(name, _)| is(keyword, name));
        if let Some((_, keyword)) = keyword {
            message = control::found(message, keyword).with_keywords_answered_by_gateway();
        }
        Ok(Parsed::message(Conversation::new(sender, Some(line)), message))
    }
}

/// What `autoresponse_type` says.
const KEYWORDS: [(&str, Control); 3] =
    [("STOP", Control::Stop), ("START", Control::Start), ("HELP", Control::Help)];

/// What a message says.
struct Content<'a> {
    /// With its text and files alone.
    message: SmsMessage,
    /// The postback data of the suggestion that was tapped, if it was one.
    button: Option<Cow<'a, str>>,
}

impl<'a> Content<'a> {
    /// Reads a payload. SMS and MMS have `text` and `media`, and RCS has a `body`; `None` if that holds nothing known.
    fn of(payload: &'a RawValue) -> Result<Option<Self>, FieldError> {
        let in_payload = |problem| FieldError::new("data.payload", problem);
        let [text, files, body] = json::fields(payload, ["text", "media", "body"]).map_err(in_payload)?;
        if let (None, Some(body)) = (text, body) {
            return Self::of_rcs(body).map_err(|problem| FieldError::new("data.payload.body", problem));
        }
        // An MMS may have none.
        let text = text.map_or(Ok("".into()), json::lossy_string);
        let text = text.map_err(|problem| FieldError::new("data.payload.text", problem))?;
        Ok(Some(Self { message: SmsMessage::new(text).with_media(media::urls(files, "url")), button: None }))
    }

    /// Reads the body of a message by RCS.
    fn of_rcs(body: &'a RawValue) -> Result<Option<Self>, Problem> {
        let [text, suggestion, file, location] =
            json::fields(body, ["text", "suggestion_response", "user_file", "location"])?;
        let message = |message| Ok(Some(Self { message, button: None }));
        if let Some(suggestion) = suggestion {
            let [text, name] = json::fields(suggestion, ["text", "postback_data"])?;
            let text = text.or(name).map_or(Ok("".into()), json::lossy_string)?;
            let button = Some(name.map_or(Ok("".into()), json::lossy_string)?);
            return Ok(Some(Self { message: SmsMessage::new(text), button }));
        }
        if let Some(text) = text {
            return message(SmsMessage::new(json::lossy_string(text)?));
        }
        if let Some(file) = file {
            let address = |object, field| json::fields(object, [field]).ok().and_then(|[value]| value);
            let address = address(file, "payload").and_then(|payload| address(payload, "file_uri"));
            let address = address.and_then(|address| Some(json::string(address).ok()?.into()));
            return message(SmsMessage::new("").with_media(media::kept(address)));
        }
        if location.is_some() { message(SmsMessage::new("")) } else { Ok(None) }
    }
}

fn is(value: Option<&RawValue>, text: &str) -> bool {
    value.and_then(|value| json::string(value).ok()).is_some_and(|value| value == text)
}

/// One end: its `phone_number`, or `rcs:` and its `agent_id`.
fn end(end: &RawValue) -> Result<Address, Problem> {
    let [number, agent] = json::fields(end, ["phone_number", "agent_id"])?;
    match (number, agent) {
        (None, Some(agent)) => address::as_written(&format!("rcs:{}", json::string(agent)?)),
        _ => address::as_written(&json::string(number.ok_or(Problem::Missing)?)?),
    }
}
