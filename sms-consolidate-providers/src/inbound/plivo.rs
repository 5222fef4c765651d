//! Plivo (<https://www.plivo.com>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::Sha256;
use sms_consolidate::lane::Control;
use sms_consolidate::{Conversation, Origin, SmsMessage, Timestamp};

use super::button::OptOutButtons;
use super::form::Form;
use super::public_url::PublicUrl;
use super::{
    Answer, ConfigError, FieldError, Ignored, Inbound, InboundRequest, Parsed, Problem, Rejection,
    Unauthorized, address, control, json, media, signed,
};

/// In logs.
const NAME: &str = "Plivo";

const SIGNATURE: &str = "X-Plivo-Signature-V2";
const MAIN_ACCOUNT_SIGNATURE: &str = "X-Plivo-Signature-Ma-V2";
const NONCE: &str = "X-Plivo-Signature-V2-Nonce";

/// Plivo's XML that does nothing: replies are sent when the window has closed.
fn nothing_to_do() -> Answer {
    Answer::new("application/xml", "<Response/>")
}

/// The `message_url` of a Plivo application, by `POST` or `GET`
/// (<https://docs.plivo.com/docs/messaging/api/message/handling-incoming>).
///
/// - The id is `MessageUUID`. Plivo gives no time, and puts long messages together itself.
/// - The sender is `From`, the line `To`. International numbers, which Plivo writes without a plus sign, get one;
///   short codes and names stay as they are.
/// - The text is `Text`, or in an MMS `Body`. One that holds only pictures has an empty text; `Media0` to `Media10`
///   are kept, ten at most, since Plivo's pages begin to count at 0 or at 1.
/// - WhatsApp (`Type=whatsapp`) has the line `whatsapp:+15557654321`, so that a customer's chats and texts are two
///   conversations, and whoever answers sees which one it is.
///   Its `ContentType` says whether a [button](Origin::Button) was tapped, or the text is the
///   [caption](Origin::Caption) of a file; what it calls `unknown` is ignored as [`NoContent`](Ignored::NoContent). A button
///   called "Stop" is no keyword; WhatsApp's "Stop promotions" opts out, as do others by
///   [`with_opt_out_button`](Self::with_opt_out_button).
/// - Delivery reports, which have a `Status`, are ignored, and as [`Own`](Ignored::Own) what is from the very number that it
///   is to.
///
/// Every call is answered by an empty `<Response/>`.
///
/// # What to configure at Plivo
///
/// In the console under *Messaging*, *Applications*, set the message URL of an application to the address of the
/// webhook, and give the numbers that application. Plivo waits eight seconds for an answer, and calls again after 60,
/// 120 and 240 seconds
/// (<https://support.plivo.com/hc/en-us/articles/360041344652-Will-Plivo-retry-callbacks-if-the-message-url-is-not-reachable->).
///
/// # Signatures: the message is not signed
///
/// **Plivo signs the URL and a nonce, and nothing else**: not the parameters, not the query, not the time
/// (<https://docs.plivo.com/docs/messaging/concepts/signature-validation>). The signature shows that somebody with the
/// account's token, or whoever has seen one call of Plivo's, calls this address. Such a one can send any message with
/// the headers of the call that was seen. So let Plivo call by `https` only, and keep these headers out of logs.
///
/// `X-Plivo-Signature-V2` is by the token of the account or subaccount that owns the number, `X-Plivo-Signature-Ma-V2`
/// by the one of the main account. Either counts. The URL is the one written in the console, to the letter, and not
/// the one that the server sees behind a proxy. (Version 3, which covers parameters, is documented for voice; messages
/// are not said to have it.)
///
/// # STOP, START and HELP
///
/// Plivo answers them by itself for numbers of the USA and Canada that are no short codes
/// (<https://docs.plivo.com/docs/messaging/concepts/dnd-service>). Messages carry this, so that the library records
/// the keyword, also one that Plivo finds in `MessageIntent`, and sends nothing. If your numbers are others, say so by
/// [`with_keywords_answered_here`](Self::with_keywords_answered_here). WhatsApp's are answered here.
///
/// ```
/// use sms_consolidate_providers::inbound::{ConfigError, Plivo};
///
/// let gateway = Plivo::signed("the auth token", "https://example.com/api/webhooks/plivo/sms")?;
/// assert_eq!(Plivo::signed("", "https://example.com/").err(), Some(ConfigError::EmptySecret));
/// assert_eq!(Plivo::signed("token", "/sms").err(), Some(ConfigError::BadPublicUrl));
/// # Ok::<(), ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plivo {
    check: Option<Check>,
    keywords_answered_here: bool,
    buttons: OptOutButtons,
}

impl Plivo {
    /// A webhook at `public_url` that requires signatures by `auth_token`.
    ///
    /// # Errors
    /// If the token is empty, or the URL not a whole one.
    pub fn signed(auth_token: impl AsRef<[u8]>, public_url: &str) -> Result<Self, ConfigError> {
        Self::signed_by_any([auth_token], public_url)
    }

    /// A webhook at `public_url` that requires signatures by one of `auth_tokens`: those of subaccounts, or the old
    /// and the new one while they are changed.
    ///
    /// # Errors
    /// If there is no token or one is empty, or the URL is not a whole one.
    pub fn signed_by_any<S: AsRef<[u8]>>(
        auth_tokens: impl IntoIterator<Item = S>,
        public_url: &str,
    ) -> Result<Self, ConfigError> {
        let keys = signed::keys(auth_tokens, |token| signed::hmac(token))?;
        let check = Check { keys, url: PublicUrl::new(public_url)? };
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
        Self { check, keywords_answered_here: false, buttons: OptOutButtons::default() }
    }

    /// The same webhook, for numbers for which Plivo does not answer STOP, START and HELP.
    #[must_use]
    pub const fn with_keywords_answered_here(mut self) -> Self {
        self.keywords_answered_here = true;
        self
    }

    /// The same webhook, to which a button of WhatsApp opts out that is labelled `name`, in whatever case.
    /// [`OPT_OUT_BUTTONS`](super::OPT_OUT_BUTTONS) do without.
    #[must_use]
    pub fn with_opt_out_button(mut self, name: &str) -> Self {
        self.buttons.add(name);
        self
    }

    fn read(&self, headers: &HeaderMap, form: &Form<'_>) -> Result<Parsed, Rejection> {
        if let Some(check) = &self.check {
            check.verify(headers)?;
        }
        if form.get("Status").is_some_and(|status| !status.is_empty() && status != "received") {
            return Ok(Parsed::ignored(Ignored::NotAMessage).with_answer(nothing_to_do()));
        }
        let content = form.get("ContentType").unwrap_or_default();
        if content == "unknown" {
            return Ok(Parsed::ignored(Ignored::NoContent).with_answer(nothing_to_do()));
        }
        let id = form.required("MessageUUID", |id| json::check_id(id).map(|()| id))?;
        let sender = form.required("From", address::without_plus)?;
        let mut line = form.required("To", address::without_plus)?;
        if sender == line {
            return Ok(Parsed::ignored(Ignored::Own).with_answer(nothing_to_do()));
        }
        let kind = form.get("Type");
        let is_whatsapp = kind == Some("whatsapp");
        if is_whatsapp {
            line = address::as_written(&format!("whatsapp:{line}"))
                .map_err(|problem| FieldError::new("To", problem))?;
        }
        let media = (0..=media::MAX_MEDIA).filter_map(|n| form.get(&format!("Media{n}")));
        let media = media::kept(media.map(Into::into));
        let text = match form.get("Text").or_else(|| form.get("Body")) {
            Some(text) => text,
            None if kind == Some("sms") || (kind.is_none() && media.is_empty()) => {
                return Err(FieldError::new("Text", Problem::Missing).into());
            }
            None => "",
        };
        let has_file = !media.is_empty();
        let mut message = SmsMessage::new(text).with_id(id).with_media(media);
        if content == "button" {
            message = self.buttons.tapped(message, None);
        } else if is_whatsapp && has_file {
            message = message.with_origin(Origin::Caption);
        }
        if let Some(keyword) = form.get("MessageIntent").and_then(intent) {
            message = control::found(message, keyword);
        }
        if !self.keywords_answered_here && !is_whatsapp {
            message = message.with_keywords_answered_by_gateway();
        }
        Ok(Parsed::message(Conversation::new(sender, Some(line)), message).with_answer(nothing_to_do()))
    }
}

impl Inbound for Plivo {
    fn name(&self) -> &'static str {
        NAME
    }

    fn parse(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        self.read(request.headers, &Form::of_body(request.body))
    }

    /// Without the id of a message, somebody looks whether the webhook is there.
    fn parse_get(&self, request: &InboundRequest<'_>, _now: Timestamp) -> Result<Parsed, Rejection> {
        let form = Form::of_query(request.uri);
        if form.get("MessageUUID").is_none() {
            return Ok(Parsed::default());
        }
        self.read(request.headers, &form)
    }
}

/// What signatures are checked with.
#[derive(Clone, Debug)]
struct Check {
    keys: Vec<Hmac<Sha256>>,
    url: PublicUrl,
}

impl Check {
    fn verify(&self, headers: &HeaderMap) -> Result<(), Unauthorized> {
        let given: Vec<_> = [SIGNATURE, MAIN_ACCOUNT_SIGNATURE]
            .into_iter()
            .filter(|name| headers.contains_key(*name))
            .map(|name| signed::header(headers, name))
            .collect::<Result<_, _>>()?;
        if given.is_empty() {
            return Err(Unauthorized::Missing { header: SIGNATURE.into() });
        }
        let nonce = signed::header(headers, NONCE)?;
        let is_signed_by = |key: &Hmac<Sha256>, given: &[u8]| {
            let mut mac = key.clone();
            mac.update(self.url.base().as_bytes());
            mac.update(nonce);
            // It compares in constant time.
            mac.verify_slice(given).is_ok()
        };
        let mut given = given.into_iter().filter_map(|given| BASE64.decode(given).ok());
        if given.any(|given| self.keys.iter().any(|key| is_signed_by(key, &given))) {
            Ok(())
        } else {
            Err(Unauthorized::WrongSignature)
        }
    }
}

fn intent(name: &str) -> Option<Control> {
    match name {
        "optout" => Some(Control::Stop),
        "optin" => Some(Control::Start),
        "help" => Some(Control::Help),
        _ => None,
    }
}
