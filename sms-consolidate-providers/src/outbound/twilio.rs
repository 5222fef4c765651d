//! Twilio (<https://www.twilio.com/docs/messaging/api/message-resource>).

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::fmt::rfc2822;
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use sms_consolidate::{
    Address, BatchId, Conversation, Receipt, Reply, ReplySender, SendError, Timestamp, async_trait,
};

use super::http::{Answer, MAX_ID_BYTES, masked_reason, number_or_text};
use super::segments::{self, MAX_SEGMENTS};
use super::{BuildError, GatewayError, HttpClient};

const BASE_URL: &str = "https://api.twilio.com";

/// How many of a recipient's newest messages a look-up asks for.
const LOOKED_AT: &str = "20";

/// How far Twilio's clock may be behind ours, its whole seconds included.
const SKEW: Duration = Duration::from_secs(5);

/// How many receipts are kept in mind, so that a look-up does not take one reply for another of the same text.
const MAX_RECEIPTS: usize = 1024;

/// Sends replies by Twilio's Messages resource.
///
/// **A reply leaves from the line that was texted** if that is a phone number or a short code, otherwise from
/// [`from`](TwilioSenderBuilder::from). With a [messaging service](TwilioSenderBuilder::messaging_service) the line must
/// be in its pool of senders, and where there is no line the service chooses one.
///
/// **It is not idempotent**: the resource knows no idempotency key. A reply whose fate is *unknown* is never sent again,
/// but [`look_up`](ReplySender::look_up) asks Twilio for the messages that the recipient was sent since the batch
/// opened. One with the same text counts as the reply, unless it is known to be the reply to another batch. That is
/// known of the last 1,024 replies of this sender and its clones; so right after a restart a reply of the same text to
/// the batch before can be mistaken for this one. A message that Twilio lists as failed or cancelled does not count.
///
/// Which answer means what is in the table of [the module](super). Twilio's own limits for a text are 1,600 characters
/// and ten segments.
///
/// ```
/// use sms_consolidate_providers::outbound::{BuildError, TwilioSender};
///
/// let (account_sid, auth_token) = ("AC00000000000000000000000000000000", "the auth token");
/// let sender = TwilioSender::builder(account_sid, auth_token).from("+15551230000").build()?;
/// # Ok::<(), BuildError>(())
/// ```
#[derive(Clone)]
pub struct TwilioSender {
    http: HttpClient,
    messages: Url,
    credentials: Credentials,
    from: Option<Address>,
    messaging_service: Option<Box<str>>,
    status_callback: Option<Url>,
    max_segments: NonZeroU32,
    receipts: Arc<Mutex<Receipts>>,
}

/// What Twilio calls its channels beside SMS, before a colon in its addresses.
const CHANNELS: &[&str] = &["whatsapp", "messenger", "rcs"];

#[derive(Clone)]
struct Credentials {
    user: Box<str>,
    secret: Box<str>,
}

impl TwilioSender {
    /// A sender for the account, with its auth token.
    #[must_use]
    pub fn builder(account_sid: impl Into<String>, auth_token: impl Into<String>) -> TwilioSenderBuilder {
        let account_sid = account_sid.into();
        TwilioSenderBuilder::new(account_sid.clone(), account_sid, auth_token.into())
    }

    /// A sender for the account, with one of its API keys (`SK…`), which can be revoked alone.
    #[must_use]
    pub fn builder_with_api_key(
        account_sid: impl Into<String>,
        key_sid: impl Into<String>,
        key_secret: impl Into<String>,
    ) -> TwilioSenderBuilder {
        TwilioSenderBuilder::new(account_sid.into(), key_sid.into(), key_secret.into())
    }

    /// `To` and `From`: the line that was texted, or the configured one. A line of another channel than SMS is written
    /// `whatsapp:+15551230000`, and then so is the recipient.
    fn ends(&self, conversation: &Conversation) -> (String, Option<String>) {
        let recipient = conversation.sender().to_string();
        let line = conversation.line().map(ToString::to_string);
        let channel = line.as_deref().and_then(|line| line.split_once(':')).map(|(channel, _)| channel);
        if let Some(channel) = channel.filter(|channel| CHANNELS.contains(channel)) {
            return (format!("{channel}:{recipient}"), line.clone());
        }
        let can_send = |line: &&Address| line.is_number() || is_short_code(line);
        let line = conversation.line().filter(can_send).or(self.from.as_ref());
        (recipient, line.map(ToString::to_string))
    }

    fn with_credentials(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.credentials.user, Some(&self.credentials.secret))
    }

    fn receipts(&self) -> std::sync::MutexGuard<'_, Receipts> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, answer: &Answer, reply: &Reply<Conversation>, text: &str) -> Result<Receipt, SendError> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status.is_success() {
            let id = message_sid(&body).ok_or_else(|| SendError::unknown(GatewayError::NotUnderstood))?;
            self.receipts().add(reply.batch, &id);
            return Ok(Receipt::new(id));
        }
        let code = number_or_text(&body["code"]);
        let reason = match (code.as_deref(), body["message"].as_str()) {
            (Some(code), Some(message)) => Some(format!("{code}: {message}")),
            (code, message) => code.or(message).map(str::to_owned),
        };
        let reason =
            reason.map(|reason| masked_reason(&reason, &[&self.credentials.secret, &reply.text, text]));
        let error = GatewayError::Status { status: answer.status, reason };
        // https://www.twilio.com/docs/api/errors
        Err(match (code.as_deref(), answer.status.as_u16()) {
            (Some("21610"), _) => SendError::opted_out(error),
            // Not a mobile number; not in this region: 403 must not make them look like wrong credentials.
            (Some("21211" | "21408" | "21614"), _) => SendError::rejected(error),
            // Too many requests; the line's queue is full.
            (Some("20429" | "21611"), _) => SendError::not_sent(error),
            // The line is none of the account's, or cannot send.
            (Some("21606" | "21659"), _) => SendError::not_sent(error),
            // The credentials, the account's state or its SID, which stands in the path.
            (_, 401..=404) => SendError::not_sent(error),
            _ => SendError::rejected(error),
        })
    }

    /// Whether `message`, as Twilio lists it, is the reply of `text`.
    fn is_reply(&self, message: &Value, reply: &Reply<Conversation>, text: &str) -> bool {
        let is = |field: &str, value: &str| message[field].as_str() == Some(value);
        let created = message["date_created"].as_str().and_then(read_date);
        let (to, from) = self.ends(&reply.to);
        is("direction", "outbound-api")
            && is("to", &to)
            && from.is_none_or(|from| is("from", &from))
            && self.messaging_service.as_deref().is_none_or(|service| is("messaging_service_sid", service))
            && message["body"].as_str().is_some_and(|body| body.trim() == text.trim())
            && !is("status", "failed")
            && !is("status", "canceled")
            && created.zip(opened_at(reply.batch)).is_some_and(|(created, opened)| created >= opened - SKEW)
    }
}

#[async_trait]
impl ReplySender<Conversation> for TwilioSender {
    /// Sends one reply. Once the returned future is dropped, nothing is known of the reply.
    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        if !reply.to.sender().can_receive() {
            return Err(SendError::rejected(GatewayError::NoPhoneNumber));
        }
        let (to, from) = self.ends(&reply.to);
        if from.is_none() && self.messaging_service.is_none() {
            return Err(SendError::not_sent(GatewayError::NoLine));
        }
        let text = segments::text_to_send(reply, self.max_segments);
        let mut form = vec![("To", to.as_str()), ("Body", text)];
        form.extend(from.as_deref().map(|from| ("From", from)));
        form.extend(self.messaging_service.as_deref().map(|service| ("MessagingServiceSid", service)));
        form.extend(self.status_callback.as_ref().map(|url| ("StatusCallback", url.as_str())));
        let request = self.with_credentials(self.http.post(self.messages.clone())).form(&form);
        self.read(&self.http.exchange(request).await?, reply, text)
    }

    /// Looks for the reply among the newest messages that the recipient was sent.
    ///
    /// The date is compared here and not by Twilio, whose filter knows only when a message was sent: one that still
    /// waits in its queue has no such date.
    async fn look_up(&self, reply: &Reply<Conversation>) -> Option<Receipt> {
        let mut url = self.messages.clone();
        let (to, from) = self.ends(&reply.to);
        url.query_pairs_mut()
            .append_pair("To", &to)
            .extend_pairs(from.map(|from| ("From", from)))
            .append_pair("PageSize", LOOKED_AT);
        let answer = match self.http.exchange(self.with_credentials(self.http.get(url))).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(batch = %reply.batch, %error, "REPLY NOT LOOKED UP");
                return None;
            }
        };
        let body: Value = serde_json::from_slice(&answer.body).ok().filter(|_| answer.status.is_success())?;
        let text = segments::cut(&reply.text, self.max_segments);
        let mut receipts = self.receipts();
        // The newest comes first.
        let mut candidates =
            body["messages"].as_array()?.iter().filter(|message| self.is_reply(message, reply, text));
        let id = candidates
            .find_map(|message| message_sid(message).filter(|id| !receipts.is_of_another(reply.batch, id)))?;
        receipts.add(reply.batch, &id);
        Some(Receipt::new(id))
    }
}

/// Leaves out the credentials and the number.
impl fmt::Debug for TwilioSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioSender").field("messages", &self.messages.as_str()).finish_non_exhaustive()
    }
}

/// Which of Twilio's messages are replies to which batches, as far as is remembered.
#[derive(Default)]
struct Receipts(VecDeque<(BatchId, Box<str>)>);

impl Receipts {
    fn add(&mut self, batch: BatchId, id: &str) {
        if self.0.len() == MAX_RECEIPTS {
            self.0.pop_front();
        }
        self.0.push_back((batch, id.into()));
    }

    fn is_of_another(&self, batch: BatchId, id: &str) -> bool {
        self.0.iter().any(|(known, of)| **of == *id && *known != batch)
    }
}

fn message_sid(message: &Value) -> Option<String> {
    let id = message["sid"].as_str()?;
    (!id.is_empty() && id.len() <= MAX_ID_BYTES).then(|| id.to_owned())
}

/// Five or six digits in most countries, three to eight in some.
fn is_short_code(line: &Address) -> bool {
    let line = line.to_string();
    (3..=8).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit())
}

fn read_date(text: &str) -> Option<Timestamp> {
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_unix_millis(date.as_millisecond()))
}

/// When the batch opened: its id is a UUID v7, which begins with that (RFC 9562, 5.7).
fn opened_at(batch: BatchId) -> Option<Timestamp> {
    let bytes = batch.as_bytes();
    let millis = bytes[..6].iter().fold(0, |millis, byte| millis << 8 | i64::from(*byte));
    (bytes[6] >> 4 == 7).then(|| Timestamp::from_unix_millis(millis))
}

/// Settings of a [`TwilioSender`].
#[derive(Clone)]
pub struct TwilioSenderBuilder {
    account_sid: String,
    user: String,
    secret: String,
    from: Option<String>,
    messaging_service: Option<String>,
    status_callback: Option<String>,
    base_url: String,
    max_segments: NonZeroU32,
    http: Option<HttpClient>,
}

impl TwilioSenderBuilder {
    fn new(account_sid: String, user: String, secret: String) -> Self {
        Self {
            account_sid,
            user,
            secret,
            from: None,
            messaging_service: None,
            status_callback: None,
            base_url: BASE_URL.to_owned(),
            max_segments: MAX_SEGMENTS,
            http: None,
        }
    }

    /// What replies leave from where the conversation names no number of ours: a number with its plus sign, a short
    /// code or an alphanumeric sender of the account. Default: nothing, and such replies are *not sent*.
    #[must_use]
    pub fn from(mut self, sender: impl Into<String>) -> Self {
        self.from = Some(sender.into());
        self
    }

    /// The messaging service (`MG…`) that replies leave through.
    #[must_use]
    pub fn messaging_service(mut self, sid: impl Into<String>) -> Self {
        self.messaging_service = Some(sid.into());
        self
    }

    /// Where Twilio reports what became of each reply. Default: nowhere, or where the messaging service says.
    #[must_use]
    pub fn status_callback(mut self, url: impl Into<String>) -> Self {
        self.status_callback = Some(url.into());
        self
    }

    /// Where the API is, without `/2010-04-01`. Default: `https://api.twilio.com`. Over plain `http` the credentials
    /// can be read on the way.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The most [segments](super::Segments) of a reply; longer ones are [cut](super::cut), which is logged. Default: 3.
    #[must_use]
    pub const fn max_segments(mut self, max_segments: NonZeroU32) -> Self {
        self.max_segments = max_segments;
        self
    }

    /// The client to use. Default: one with the default settings. Senders that share one share its connections.
    #[must_use]
    pub fn http(mut self, http: HttpClient) -> Self {
        self.http = Some(http);
        self
    }

    /// The sender.
    ///
    /// # Errors
    /// If a SID is not one or a secret is empty; if `from` cannot be an address; if the callback's URL is not one; if the
    /// base URL is not one, is neither `http` nor `https`, or holds credentials, a query or a fragment; if the HTTP
    /// client cannot be set up.
    pub fn build(self) -> Result<TwilioSender, BuildError> {
        let refuse = |setting, source: Box<dyn std::error::Error + Send + Sync>| BuildError::Setting {
            setting,
            source,
        };
        check_sid("the account SID", &self.account_sid, "AC")?;
        if self.user != self.account_sid {
            check_sid("the API key's SID", &self.user, "SK")?;
        }
        if self.secret.trim().is_empty() {
            return Err(refuse("the auth token or API key's secret", "it is empty".into()));
        }
        let from = self
            .from
            .map(|from| from.parse().map_err(|error| refuse("from", Box::new(error))))
            .transpose()?;
        if let Some(sid) = &self.messaging_service {
            check_sid("the messaging service's SID", sid, "MG")?;
        }
        let status_callback = self.status_callback.map(|url| {
            let url = Url::parse(&url).map_err(|error| refuse("status_callback", error.into()))?;
            if matches!(url.scheme(), "http" | "https") {
                Ok(url)
            } else {
                Err(refuse("status_callback", "it must begin with http:// or https://".into()))
            }
        });
        let path = format!("2010-04-01/Accounts/{}/Messages.json", self.account_sid);
        Ok(TwilioSender {
            messages: super::http::endpoint(&self.base_url, &path)?,
            credentials: Credentials { user: self.user.into(), secret: self.secret.into() },
            from,
            messaging_service: self.messaging_service.map(Into::into),
            status_callback: status_callback.transpose()?,
            max_segments: self.max_segments,
            http: self.http.map_or_else(|| HttpClient::builder().build(), Ok)?,
            receipts: Arc::default(),
        })
    }
}

/// Twilio's own are a prefix and 32 hexadecimal digits; stand-ins for it may use shorter ones. Nothing else may get into
/// the path of a URL.
fn check_sid(setting: &'static str, sid: &str, prefix: &'static str) -> Result<(), BuildError> {
    if sid.starts_with(prefix) && sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let source = format!("it must be {prefix} and letters or digits").into();
    Err(BuildError::Setting { setting, source })
}

/// Leaves out the credentials and the number.
impl fmt::Debug for TwilioSenderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioSenderBuilder").finish_non_exhaustive()
    }
}
