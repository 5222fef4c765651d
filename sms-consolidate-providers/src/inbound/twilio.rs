//! Twilio (<https://www.twilio.com/docs/messaging>).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use sms_consolidate::lane::Control;
use sms_consolidate::{Conversation, Origin, SmsMessage, Timestamp};

use super::button::OptOutButtons;
use super::form::Form;
use super::public_url::PublicUrl;
use super::{
    Answer, ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Preference, Problem,
    Rejection, Unauthorized, address, control, group, json, media, signed,
};

/// In logs.
const NAME: &str = "Twilio";

const SIGNATURE: &str = "X-Twilio-Signature";
const SETTINGS: &str = "X-Twilio-Webhooks-Signature-Settings";

/// TwiML that does nothing: replies are sent when the window has closed.
fn nothing_to_do() -> Answer {
    Answer::new("text/xml", "<Response/>")
}

/// The webhook of a Twilio number or Messaging Service, by `POST` or `GET`
/// (<https://www.twilio.com/docs/messaging/guides/webhook-request>).
///
/// - The id is `MessageSid`, or one of its older names `SmsMessageSid` and `SmsSid`: two letters and 32 hexadecimal
///   digits (<https://www.twilio.com/docs/glossary/what-is-a-sid>). Twilio gives no time.
/// - The sender is `From`, the line `To`, also where a Messaging Service received the message.
/// - Addresses of other channels begin with its name: `whatsapp:+15551234567`. The sender is then the address without
///   it, and the line keeps it: `+15551234567>whatsapp:+15557654321`. So a customer's chats and texts are two
///   conversations, and whoever answers sees in the line that `To` must get `whatsapp:` before it. A sender whose
///   channel is not that of the line stays as it is, and gets no reply.
/// - `MediaUrl0` to `MediaUrl9` are kept. They want the account's credentials.
/// - Status callbacks, which have a `MessageStatus` or `SmsStatus` other than those of messages to us (`received` and
///   `receiving`), are ignored, but for [opt-outs](#stop-start-and-help). So is JSON: messages come as forms, and Event
///   Streams are not read.
/// - What we sent, by its `Direction` or because it is from the very number that it is to, is ignored as
///   [`Own`](Ignored::Own).
/// - What was sent to a group has `OtherRecipients0` and so on, and is ignored as [`Group`](Ignored::Group) unless
///   [`with_groups`](Self::with_groups) takes it in.
/// - With `ButtonText`, `ButtonPayload`, `ListTitle` or `ListId` the text is what is written on a
///   [button](Origin::Button) or row that was tapped
///   (<https://www.twilio.com/docs/whatsapp/buttons>, <https://www.twilio.com/en-us/changelog/rcs-button-payload>). Below a
///   picture in WhatsApp it is a [caption](Origin::Caption). In an MMS it counts as typed: by a picture with "STOP" beside it
///   somebody revokes consent as well as by a text (47 CFR 64.1200(a)(10)).
///
/// Every call is answered by an empty `<Response/>`.
///
/// # What to configure at Twilio
///
/// Under *Phone Numbers* (or in the Messaging Service, *Integration*) set "a message comes in" to the address of the
/// webhook, and add what makes Twilio call again, which by default it does not after an error of ours:
/// `https://example.com/api/webhooks/twilio/sms#rc=5&rp=ct,rt,5xx`
/// (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>). Twilio waits 15 seconds for an
/// answer. Set a fallback address as well: the same one, or another server's on the same store.
///
/// # Signatures
///
/// A call is signed by the account's auth token, over the URL that Twilio called and all parameters; JSON by its hash
/// in that URL (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>). Subaccounts have tokens of their own.
/// No time is signed: an old call that is replayed counts as long as its id is not known. Nor is it signed where a
/// parameter ends: from a call that was seen others can be made whose parameters, written one after the other, read the
/// same. A message's id has a fixed form, so that none of these gets another id by joining or cutting parameters. Only
/// whoever also chose the text of the call that was seen may have written other parameters into it; so use `https`, and
/// keep signatures out of logs.
///
/// The URL is the one written in the console, and not the one the server sees behind a proxy. Its port may be written
/// or left out: Twilio does not always sign the same form. Its fragment is not signed. Its query may be left out here;
/// the one of the request then belongs to it.
///
/// A [shared key](https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys) signs in place of the auth token:
/// the header `X-Twilio-Webhooks-Signature-Settings` then names the algorithm, HMAC-SHA1 or HMAC-SHA256. To rotate
/// tokens or keys without a gap, accept both for a while by [`signed_by_any`](Self::signed_by_any).
///
/// # STOP, START and HELP
///
/// Twilio answers them by itself for long codes, and for whatever has [Advanced
/// Opt-Out](https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out), which says so in `OptOutType`. Messages
/// carry this, so that the library records the keyword and sends nothing; those of other channels only with an
/// `OptOutType`. If Twilio does not answer for your numbers, because they are short codes or its support has switched
/// it off, say so by [`with_keywords_answered_here`](Self::with_keywords_answered_here).
///
/// - A status callback with [error 21610](https://www.twilio.com/docs/api/errors/21610) says that Twilio has opted the
///   recipient out: this is recorded, for the number that the message was from. The callback tells no time, so it counts
///   as of when it arrives: one that comes after a START, about a message from before it, opts out again. No id of it is
///   remembered, so whoever has seen such a callback can send it again.
/// - A button called "Stop" is no keyword. WhatsApp's "Stop promotions" opts out, as do others by
///   [`with_opt_out_button`](Self::with_opt_out_button).
/// - In a group nobody is opted out, also not by an `OptOutType`: what it says is about one of its members, and not about
///   the group. If Twilio blocks that one, the next text to them fails with error 21610, which is recorded.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Twilio};
///
/// let gateway = Twilio::signed("the auth token", "https://example.com/api/webhooks/twilio/sms")?;
/// assert_eq!(Twilio::signed("", "https://example.com/").err(), Some(ConfigError::EmptySecret));
/// assert_eq!(Twilio::signed("token", "/sms").err(), Some(ConfigError::BadPublicUrl));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Twilio {
    check: Option<Check>,
    keywords_answered_here: bool,
    reads_groups: bool,
    buttons: OptOutButtons,
}

impl Twilio {
    /// A webhook at `public_url` that requires signatures by `auth_token`.
    ///
    /// # Errors
    /// If the token is empty, or the URL not a whole one.
    pub fn signed(auth_token: impl AsRef<[u8]>, public_url: &str) -> Result<Self, ConfigError> {
        Self::signed_by_any([auth_token], public_url)
    }

    /// A webhook at `public_url` that requires signatures by one of `secrets`: the primary and the secondary auth
    /// token, those of subaccounts, shared keys.
    ///
    /// # Errors
    /// If there is no secret or one is empty, or the URL is not a whole one.
    pub fn signed_by_any<S: AsRef<[u8]>>(
        secrets: impl IntoIterator<Item = S>,
        public_url: &str,
    ) -> Result<Self, ConfigError> {
        let check = Check { keys: signed::keys(secrets, Key::new)?, url: PublicUrl::new(public_url)? };
        Ok(Self::new(Some(check)))
    }

    /// A webhook that does not check signatures: **anybody who knows the address can post messages.** This is logged
    /// as a warning.
    #[must_use]
    pub fn unsigned() -> Self {
        signed::warn_unchecked(NAME);
        Self::new(None)
    }

    fn new(check: Option<Check>) -> Self {
        Self { check, keywords_answered_here: false, reads_groups: false, buttons: OptOutButtons::default() }
    }

    /// The same webhook, of an account for which Twilio does not answer STOP, START and HELP.
    #[must_use]
    pub const fn with_keywords_answered_here(mut self) -> Self {
        self.keywords_answered_here = true;
        self
    }

    /// The same webhook, taking in what is said in groups: each group is a conversation of its own, whose sender is
    /// `group:` and a hash of who is in it. It gets no reply, and opts nobody out.
    #[must_use]
    pub const fn with_groups(mut self) -> Self {
        self.reads_groups = true;
        self
    }

    /// The same webhook, to which a button opts out that is labelled `name`, or has it as its payload, in whatever
    /// case. [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.buttons.add(name);
        self
    }

    fn read(&self, form: &Form<'_>) -> Result<Parsed, Rejection> {
        if is_status(form) {
            return Ok(report(form).map_or(Parsed::ignored(Ignored::NotAMessage), Parsed::preference));
        }
        if is_ours(form) {
            return Ok(Parsed::ignored(Ignored::Own));
        }
        let is_group = others(form).next().is_some();
        if is_group && !self.reads_groups {
            return Ok(Parsed::ignored(Ignored::Group));
        }
        let id_field = id_field(form).unwrap_or(ID_FIELDS[0]);
        let id = form.required(id_field, sid)?;
        let channel = channel(form, "From", "To");
        let sender = form.required("From", |from| address::as_written(within(channel, from)))?;
        let line = form.required("To", address::as_written)?;
        let message = self.said(form, channel)?;
        if is_group {
            let ends = ["From", "To"].into_iter().filter_map(|field| form.get(field));
            let sender = group::of(ends.chain(others(form)));
            let message = message.with_id(id).with_origin(Origin::Group);
            return Ok(Parsed::message(Conversation::new(sender, Some(line)), message));
        }
        let message = self.with_verdicts(message.with_id(id), form, channel);
        Ok(Parsed::message(Conversation::new(sender, Some(line)), message))
    }

    /// The text of a message, and its files.
    fn said(&self, form: &Form<'_>, channel: Option<&str>) -> Result<SmsMessage, FieldError> {
        let media = (0..media::MAX_MEDIA).filter_map(|n| form.get(&format!("MediaUrl{n}")));
        let media = media::kept(media.map(Into::into));
        let text = match form.get("Body").or_else(|| form.get("ButtonText")) {
            Some(text) => text,
            // Of an SMS it is always there. A picture, or what other channels have, may do without.
            None if channel.is_some() || !media.is_empty() => "",
            None => return Err(FieldError::new("Body", Problem::Missing)),
        };
        Ok(SmsMessage::new(text).with_media(media))
    }

    /// `message` with how it came to be, and what Twilio found in it and has answered.
    fn with_verdicts(&self, mut message: SmsMessage, form: &Form<'_>, channel: Option<&str>) -> SmsMessage {
        let given = |field: &&str| form.get(field).is_some_and(|value| !value.is_empty());
        if BUTTON_FIELDS.iter().any(given) {
            let name = ["ButtonPayload", "ListId"].into_iter().find(given).and_then(|field| form.get(field));
            message = self.buttons.tapped(message, name);
        } else if channel == Some("whatsapp") && message.media().next().is_some() {
            message = message.with_origin(Origin::Caption);
        }
        let found = form.get("OptOutType").and_then(opt_out_type);
        if let Some(keyword) = found {
            message = control::found(message, keyword);
        }
        if !self.keywords_answered_here && (found.is_some() || channel.is_none()) {
            message = message.with_keywords_answered_by_gateway();
        }
        message
    }
}

impl Inbound for Twilio {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        let is_json = is_json(request.headers);
        let form = Form::of_body(if is_json { b"" } else { request.body });
        if let Some(check) = &self.check {
            // A proxy may have changed or dropped the request's query.
            let queries = [request.uri.query()].into_iter().chain(check.url.query().map(Some));
            let covers_body = |query: &Option<&str>| !is_json || has_hash_of(request.body, *query);
            check.verify(request.headers, queries.filter(covers_body), &form)?;
        }
        let parsed = if is_json { Parsed::ignored(Ignored::NotAMessage) } else { self.read(&form)? };
        Ok(parsed.with_answer(nothing_to_do()))
    }

    /// Without the id of a message, somebody looks whether the webhook is there.
    fn parse_get(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        let form = Form::of_query(request.uri);
        if id_field(&form).is_none() {
            return Ok(Parsed::default());
        }
        if let Some(check) = &self.check {
            check.verify(request.headers, [request.uri.query()], &Form::of_body(b""))?;
        }
        Ok(self.read(&form)?.with_answer(nothing_to_do()))
    }
}

/// What signatures are checked with.
#[derive(Clone, Debug)]
struct Check {
    keys: Vec<Key>,
    url: PublicUrl,
}

/// A secret, ready to sign by either algorithm.
#[derive(Clone, Debug)]
struct Key {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
}

impl Key {
    fn new(secret: &[u8]) -> Result<Self, ConfigError> {
        Ok(Self { sha1: signed::hmac(secret)?, sha256: signed::hmac(secret)? })
    }
}

#[derive(Clone, Copy)]
enum Algorithm {
    Sha1,
    Sha256,
}

impl Check {
    /// Whether the URL with one of `queries`, followed by the parameters of `form`, is what was signed.
    fn verify<'q>(
        &self,
        headers: &HeaderMap,
        queries: impl IntoIterator<Item = Option<&'q str>>,
        form: &Form<'_>,
    ) -> Result<(), Unauthorized> {
        let given = BASE64.decode(signed::header(headers, SIGNATURE)?).unwrap_or_default();
        let algorithm = algorithm(headers)?;
        // Each name with each of its values once, sorted.
        let parameters: BTreeSet<_> = form.pairs().collect();
        let parameters: String = parameters.into_iter().flat_map(|(name, value)| [name, value]).collect();
        for query in queries {
            for spelling in self.url.spellings() {
                let (mark, query) = query.map_or(("", ""), |query| ("?", query));
                let signed = [spelling, mark, query, &parameters];
                let is_signed_by = |key: &Key| match algorithm {
                    Algorithm::Sha1 => is_right(&key.sha1, &signed, &given),
                    Algorithm::Sha256 => is_right(&key.sha256, &signed, &given),
                };
                if self.keys.iter().any(is_signed_by) {
                    return Ok(());
                }
            }
        }
        Err(Unauthorized::WrongSignature)
    }
}

fn is_right<M: Mac + Clone>(mac: &M, signed: &[&str], given: &[u8]) -> bool {
    let mut mac = mac.clone();
    signed.iter().for_each(|part| mac.update(part.as_bytes()));
    // It compares in constant time.
    mac.verify_slice(given).is_ok()
}

/// The algorithm of `key=…,algorithm=HMAC_SHA256`. Without that it is the one of auth tokens.
fn algorithm(headers: &HeaderMap) -> Result<Algorithm, Unauthorized> {
    let settings = signed::optional_header(headers, SETTINGS)?.unwrap_or_default();
    let settings = std::str::from_utf8(settings).ok().filter(|settings| settings.is_ascii());
    let settings = settings.ok_or(Unauthorized::UnknownAlgorithm)?;
    let named = settings
        .split(',')
        .filter_map(|setting| setting.split_once('='))
        .map(|(name, value)| (name.trim(), value.trim()))
        .find(|(name, value)| *name == "algorithm" && !value.is_empty());
    match named {
        None => Ok(Algorithm::Sha1),
        Some((_, name)) if name.eq_ignore_ascii_case("HMAC_SHA1") => Ok(Algorithm::Sha1),
        Some((_, name)) if name.eq_ignore_ascii_case("HMAC_SHA256") => Ok(Algorithm::Sha256),
        Some(_) => Err(Unauthorized::UnknownAlgorithm),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Whether `query` holds the hash of `body`. It is no secret: the signature covers it.
fn has_hash_of(body: &[u8], query: Option<&str>) -> bool {
    let query = Form::of_body(query.unwrap_or_default().as_bytes());
    let mut given = [0; 32];
    let is_hash = query.get("bodySHA256").is_some_and(|hash| hex::decode_to_slice(hash, &mut given).is_ok());
    is_hash && Sha256::digest(body)[..] == given
}

/// "Attempt to send to unsubscribed recipient" (<https://www.twilio.com/docs/api/errors/21610>).
const OPTED_OUT: &str = "21610";

/// What comes with a button that was tapped, or a row of a list.
const BUTTON_FIELDS: [&str; 4] = ["ButtonText", "ButtonPayload", "ListTitle", "ListId"];

/// The id's name, and its older ones.
const ID_FIELDS: [&str; 3] = ["MessageSid", "SmsMessageSid", "SmsSid"];

fn id_field(form: &Form<'_>) -> Option<&'static str> {
    ID_FIELDS.into_iter().find(|field| form.get(field).is_some())
}

/// A message's id, which is `SM` or `MM` and 32 hexadecimal digits; other letters are left to Twilio.
///
/// Its form is what fixes where it ends, because names and values are signed without anything between them: else
/// `MessageSid=SM1&NumMedia=0` could be sent again as `MessageSid=SM1NumMedia0`, a new message.
fn sid(id: &str) -> Result<&str, Problem> {
    json::check_id(id)?;
    let is_sid = id.len() == 34
        && id.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && id.bytes().skip(2).all(|byte| byte.is_ascii_hexdigit());
    if is_sid {
        Ok(id)
    } else {
        Err(Problem::WrongForm { expected: "two letters and 32 hexadecimal digits" })
    }
}

/// Whether it says how a message of ours fares.
fn is_status(form: &Form<'_>) -> bool {
    let status = ["MessageStatus", "SmsStatus"].into_iter().filter_map(|field| form.get(field));
    status.into_iter().any(|status| !["", "received", "receiving"].contains(&status))
}

/// Whether it is a message that we sent: Twilio says so, or it is from the very number that it is to.
fn is_ours(form: &Form<'_>) -> bool {
    let is_outbound = form.get("Direction").is_some_and(|direction| direction.starts_with("outbound"));
    is_outbound || form.get("From").is_some_and(|from| !from.is_empty() && form.get("To") == Some(from))
}

/// Who else got the message: there are others in a group only.
fn others<'f>(form: &'f Form<'_>) -> impl Iterator<Item = &'f str> {
    let is_one = |name: &str| {
        let number = name.strip_prefix("OtherRecipients");
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    form.pairs().filter(move |(name, value)| is_one(name) && !value.trim().is_empty()).map(|(_, value)| value)
}

/// What the report on a message of ours tells of its recipient. Its ends are the other way round.
fn report(form: &Form<'_>) -> Option<Preference> {
    if form.get("ErrorCode") != Some(OPTED_OUT) {
        return None;
    }
    let channel = channel(form, "To", "From");
    let recipient = address::as_written(within(channel, form.get("To")?)).ok()?;
    let line = address::as_written(form.get("From")?).ok()?;
    Some(Preference::new(Conversation::new(recipient, Some(line)), true))
}

/// The channel that both ends belong to, if it is not SMS: `whatsapp`, `rcs`, `messenger`. They stand in the fields
/// `theirs` and `ours`.
fn channel<'f>(form: &'f Form<'_>, theirs: &str, ours: &str) -> Option<&'f str> {
    let (channel, _) = form.get(ours)?.split_once(':').filter(|(channel, _)| !channel.is_empty())?;
    strip(form.get(theirs)?, channel).map(|_| channel)
}

/// The customer's address without its channel.
fn within<'a>(channel: Option<&str>, address: &'a str) -> &'a str {
    channel.and_then(|channel| strip(address, channel)).unwrap_or(address)
}

/// What comes after `channel:` in an address.
fn strip<'a>(address: &'a str, channel: &str) -> Option<&'a str> {
    address.strip_prefix(channel)?.strip_prefix(':')
}

fn opt_out_type(name: &str) -> Option<Control> {
    match name {
        "STOP" => Some(Control::Stop),
        "START" => Some(Control::Start),
        "HELP" => Some(Control::Help),
        _ => None,
    }
}
