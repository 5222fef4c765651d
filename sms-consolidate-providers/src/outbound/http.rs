//! The HTTP that all gateways share: one client, and what an answer means before anybody looks into it.

use std::error::Error;
use std::time::Duration;

use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use jiff::fmt::rfc2822;
use reqwest::{Client, RequestBuilder, Response, Url, redirect, retry};
use serde_json::Value;
use sms_consolidate::SendError;

use super::{BuildError, GatewayError};

/// An answer is read up to this size.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// A connection that stood idle for longer may be dead without our knowing. A reply lost on it would be *unknown*, and
/// so never sent again.
const IDLE: Duration = Duration::from_secs(3);

/// The longest id of a receipt that is kept, in bytes.
pub(super) const MAX_ID_BYTES: usize = 256;

/// The longest reason of a gateway that is passed on, in characters.
const MAX_REASON_CHARS: usize = 200;

/// The HTTP client of all senders. Clones share their connections.
///
/// It speaks TLS by rustls with the machine's root certificates, uses the proxy that the environment names
/// (`HTTPS_PROXY`, `NO_PROXY`), follows no redirects, because keys would go where they lead, and never sends anything
/// twice by itself.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    max_retry_after: Duration,
}

impl HttpClient {
    /// A client with the default settings, to be changed.
    #[must_use]
    pub const fn builder() -> HttpClientBuilder {
        HttpClientBuilder {
            timeout: Duration::from_secs(15),
            max_retry_after: Duration::from_secs(10 * 60),
            use_proxy: true,
        }
    }

    /// A POST to `url`, for [`exchange`](Self::exchange).
    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.client.post(url)
    }

    /// A GET of `url`, for [`exchange`](Self::exchange).
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// Sends `request`. What the status alone decides is an error; success and the 4xx that a gateway may explain come
    /// back with their bodies.
    pub(super) async fn exchange(&self, request: RequestBuilder) -> Result<Answer, SendError> {
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let error = GatewayError::Status { status, reason: None };
        match status.as_u16() {
            429 => Err(match retry_after(response.headers()) {
                Some(wait) => SendError::not_sent_for(wait.min(self.max_retry_after), error),
                None => SendError::not_sent(error),
            }),
            301 | 307 | 308 => Err(SendError::not_sent(error)),
            200..=299 => Ok(Answer { status, body: body(&mut response).await? }),
            // The status says enough; the body only explains it.
            400..=407 | 409..=499 => {
                Ok(Answer { status, body: body(&mut response).await.unwrap_or_default() })
            }
            _ => Err(SendError::unknown(error)),
        }
    }
}

/// Settings of an [`HttpClient`].
#[derive(Clone, Debug)]
pub struct HttpClientBuilder {
    timeout: Duration,
    max_retry_after: Duration,
    use_proxy: bool,
}

impl HttpClientBuilder {
    /// How long sending may take, answer included. Default: 15 s. Connecting gets a third of it. Keep it below the
    /// consolidator's send timeout, which abandons the call and knows less about it.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// The longest wait that a gateway may ask for; longer ones are cut. Default: 10 min.
    #[must_use]
    pub const fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }

    /// Connects directly, whatever proxy the environment names.
    #[must_use]
    pub const fn without_proxy(mut self) -> Self {
        self.use_proxy = false;
        self
    }

    /// The client.
    ///
    /// # Errors
    /// If the timeout is zero, or TLS cannot be set up.
    pub fn build(self) -> Result<HttpClient, BuildError> {
        if self.timeout.is_zero() {
            return Err(BuildError::Zero { setting: "timeout" });
        }
        let mut client = Client::builder()
            .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
            .timeout(self.timeout)
            // Shorter than the whole, so that a timeout tells whether anything can have been sent.
            .connect_timeout(self.timeout / 3)
            .pool_idle_timeout(IDLE)
            .redirect(redirect::Policy::none())
            .retry(retry::never());
        if !self.use_proxy {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|source| BuildError::Http { source: source.into() })?;
        Ok(HttpClient { client, max_retry_after: self.max_retry_after })
    }
}

/// A gateway's answer: a success, or a 4xx that it may explain.
pub(super) struct Answer {
    pub(super) status: http::StatusCode,
    pub(super) body: Vec<u8>,
}

/// `path` under `base`, which is the address of an API and nothing more.
pub(super) fn endpoint(base: &str, path: &str) -> Result<Url, BuildError> {
    let refuse = |source: Box<dyn Error + Send + Sync>| BuildError::BaseUrl { source };
    let mut url = Url::parse(base.trim()).map_err(|error| refuse(error.into()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it must begin with http:// or https://".into()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it must not hold credentials".into()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it must have neither a query nor a fragment".into()));
    }
    url.set_path(&format!("{}/{path}", url.path().trim_end_matches('/')));
    Ok(url)
}

fn failed(error: reqwest::Error) -> SendError {
    let source = error.without_url();
    if source.is_connect() {
        SendError::not_sent(GatewayError::Connect { source: source.into() })
    } else {
        SendError::unknown(GatewayError::NoAnswer { source: source.into() })
    }
}

async fn body(response: &mut Response) -> Result<Vec<u8>, SendError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(SendError::unknown(GatewayError::NotUnderstood));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// How long `Retry-After` asks to wait: seconds, or a date, which is compared with the answer's own `Date`, so that
/// nobody's clock matters but the gateway's (RFC 9110, 10.2.3 and 6.6.1).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    let wait = text(RETRY_AFTER)?;
    if !wait.is_empty() && wait.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(wait.parse().unwrap_or(u64::MAX)));
    }
    let dates = rfc2822::DateTimeParser::new();
    let until = dates.parse_timestamp(wait).ok()?.duration_since(dates.parse_timestamp(text(DATE)?).ok()?);
    Some(until.try_into().unwrap_or_default())
}

/// Gateways write numbers as numbers or as texts.
pub(super) fn number_or_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A gateway's `reason` as it may appear in logs: `secrets` and long numbers masked, without control characters, cut.
pub(super) fn masked_reason(reason: &str, secrets: &[&str]) -> Box<str> {
    // First of all: a line feed in the place of a space, or between two digits, must not save a secret or a number.
    let on_one_line = |text: &str| text.replace(char::is_control, " ");
    let mut reason = on_one_line(reason);
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        reason = reason.replace(&on_one_line(secret), "•••");
    }
    let mut masked = String::new();
    let mut rest = reason.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !matches!(c, '0'..='9' | ' ' | '-' | '.' | '(' | ')'));
        let (number, after) = from.split_at(end.unwrap_or(from.len()));
        masked.push_str(before);
        // As many digits as the shortest phone number has; gateways' error codes are shorter.
        let is_long = number.bytes().filter(u8::is_ascii_digit).count() >= 7;
        masked.push_str(if is_long { "•••" } else { number });
        rest = after;
    }
    masked.push_str(rest);
    masked.chars().take(MAX_REASON_CHARS).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_gateways_clock() {
        const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
        let check = |wait: &str, date: Option<&str>, seconds: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, wait.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{wait:?} {date:?}");
        };
        check("0", None, Some(0));
        check("120", Some(NOON), Some(120));
        check("99999999999999999999999", None, Some(u64::MAX));
        check("Sun, 06 Nov 1994 12:01:30 GMT", Some(NOON), Some(90));
        check("Sun, 06 Nov 1994 11:00:00 GMT", Some(NOON), Some(0));
        check("Sun, 06 Nov 1994 12:01:30 GMT", None, None);
        check("-5", None, None);
        check("1.5", None, None);
        check("", None, None);
        check("soon", Some(NOON), None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn reasons_tell_no_secrets() {
        let check = |reason: &str, masked: &str| {
            assert_eq!(&*masked_reason(reason, &["s3cret", "See\nyou.", ""]), masked);
        };
        check("Invalid API key s3cret", "Invalid API key •••");
        check("21610", "21610");
        check("no route to +639123456789!", "no route to +•••!");
        check("0912-345-6789, code 30", "•••, code 30");
        check("\"See\nyou.\" too\nlong", "\"•••\" too long");
        check("\"See you.\", \"See\tyou.\"", "\"•••\", \"•••\"");
        check("to 639123\n456789", "to •••");
        check("", "");
        check(&"é".repeat(300), &"é".repeat(200));
    }
}
