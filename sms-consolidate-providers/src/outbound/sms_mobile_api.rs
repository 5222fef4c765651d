//! SMS Mobile API (<https://smsmobileapi.com>).

use std::fmt;
use std::num::NonZeroU32;

use reqwest::Url;
use serde_json::Value;
use sms_consolidate::{Conversation, Receipt, Reply, ReplySender, SendError, async_trait};

use super::http::{Answer, MAX_ID_BYTES, masked_reason, number_or_text};
use super::segments::{self, MAX_SEGMENTS};
use super::{BuildError, GatewayError, HttpClient};

const BASE_URL: &str = "https://api.smsmobileapi.com";

/// What names the device. The gateway's page on sending has the one (<https://smsmobileapi.com/doc>), others of its
/// interfaces the other. Without one that it knows, the first device that is free sends.
const DEVICE_FIELDS: [&str; 2] = ["sIdentifiant", "sIdentifiantPhone"];

/// Sends replies by `POST /sendsms/` of SMS Mobile API, from the device that was texted if the gateway named it.
///
/// **It is not idempotent**: the gateway knows no idempotency key and cannot be asked what it has sent. After a crash
/// or a broken connection while a reply is on its way the outcome is *unknown*, and the reply is not sent again. See
/// [the module](super) for what else each answer means. The gateway may report a failure with status 200; a reply is
/// *sent* only if the answer says so in its body.
#[derive(Clone)]
pub struct SmsMobileApiSender {
    http: HttpClient,
    endpoint: Url,
    api_key: Box<str>,
    max_segments: NonZeroU32,
}

impl SmsMobileApiSender {
    /// A sender for the account that `api_key` belongs to.
    #[must_use]
    pub fn builder(api_key: impl Into<String>) -> SmsMobileApiSenderBuilder {
        SmsMobileApiSenderBuilder {
            api_key: api_key.into(),
            base_url: BASE_URL.to_owned(),
            max_segments: MAX_SEGMENTS,
            http: None,
        }
    }

    fn read(&self, answer: &Answer, reply: &Reply<Conversation>, text: &str) -> Result<Receipt, SendError> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let result = &body["result"];
        let error = number_or_text(&result["error"]).filter(|error| !error.is_empty());
        let masked = |reason: &str| masked_reason(reason, &[&self.api_key, &reply.text, text]);
        if !answer.status.is_success() {
            let reason = error.as_deref().map(masked);
            let error = GatewayError::Status { status: answer.status, reason };
            return Err(match answer.status.as_u16() {
                401..=403 => SendError::not_sent(error),
                _ => SendError::rejected(error),
            });
        }
        match error.as_deref() {
            // An answer that contradicts itself is not believed.
            Some("0") if !matches!(number_or_text(&result["sent"]).as_deref(), Some("0")) => {
                let id = number_or_text(&result["id"]).filter(|id| id.len() <= MAX_ID_BYTES);
                Ok(id.map_or_else(Receipt::default, Receipt::new))
            }
            Some("0") | None => Err(SendError::unknown(GatewayError::NotUnderstood)),
            Some(reason) => Err(SendError::rejected(GatewayError::Refused { reason: masked(reason) })),
        }
    }
}

#[async_trait]
impl ReplySender<Conversation> for SmsMobileApiSender {
    /// Sends one reply. Once the returned future is dropped, nothing is known of the reply.
    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        // The field takes a list of recipients, and what a webhook claims for a sender need not be one number.
        if !reply.to.sender().can_receive() {
            return Err(SendError::rejected(GatewayError::NoPhoneNumber));
        }
        let recipient = reply.to.sender().to_string();
        let device = reply.to.line().map(ToString::to_string);
        let text = segments::text_to_send(reply, self.max_segments);
        let mut form = vec![("apikey", &*self.api_key), ("recipients", &recipient), ("message", text)];
        if let Some(device) = &device {
            form.extend(DEVICE_FIELDS.map(|field| (field, device.as_str())));
        }
        let answer = self.http.exchange(self.http.post(self.endpoint.clone()).form(&form)).await?;
        self.read(&answer, reply, text)
    }
}

/// Leaves out the key.
impl fmt::Debug for SmsMobileApiSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsMobileApiSender")
            .field("endpoint", &self.endpoint.as_str())
            .finish_non_exhaustive()
    }
}

/// Settings of an [`SmsMobileApiSender`].
#[derive(Clone)]
pub struct SmsMobileApiSenderBuilder {
    api_key: String,
    base_url: String,
    max_segments: NonZeroU32,
    http: Option<HttpClient>,
}

impl SmsMobileApiSenderBuilder {
    /// Where the API is, without `/sendsms/`. Default: `https://api.smsmobileapi.com`. Over plain `http` the API key
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
    /// If the key is empty; if the base URL is not one, is neither `http` nor `https`, or holds credentials, a query or
    /// a fragment; if the HTTP client cannot be set up.
    pub fn build(self) -> Result<SmsMobileApiSender, BuildError> {
        if self.api_key.trim().is_empty() {
            return Err(BuildError::EmptyApiKey);
        }
        let endpoint = super::http::endpoint(&self.base_url, "sendsms/")?;
        let http = match self.http {
            Some(http) => http,
            None => HttpClient::builder().build()?,
        };
        Ok(SmsMobileApiSender {
            http,
            endpoint,
            api_key: self.api_key.into(),
            max_segments: self.max_segments,
        })
    }
}

/// Leaves out the key.
impl fmt::Debug for SmsMobileApiSenderBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsMobileApiSenderBuilder").finish_non_exhaustive()
    }
}
