//! The way to the service and back: where it is, one exchange, and what a status means.
//!
//! async-openai logs the bodies that it cannot read, and they may quote texts. So the exchange reads them itself, and
//! hands on only those that are known to be readable.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use http::header::{AUTHORIZATION, DATE, HeaderName, InvalidHeaderValue, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::fmt::rfc2822;
use secrecy::{ExposeSecret, SecretString};
use sms_consolidate::{ClassifyError, Usage};

use crate::answer::{Completion, usage_of};
use crate::error::{ErrorDetail, OpenAiError};
use crate::error_body::{ErrorBody, Objection};

/// The largest body that is read. An answer is about one kilobyte.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Where the service is, and the key to it. async-openai's own configuration also reads the environment, and panics
/// on a key that does not fit into a header.
pub(crate) struct Endpoint {
    base_url: String,
    api_key: SecretString,
    headers: HeaderMap,
}

impl Endpoint {
    pub(crate) fn new(base_url: String, api_key: SecretString) -> Result<Self, InvalidHeaderValue> {
        let mut authorization = HeaderValue::try_from(format!("Bearer {}", api_key.expose_secret()))?;
        authorization.set_sensitive(true);
        Ok(Self { base_url, api_key, headers: HeaderMap::from_iter([(AUTHORIZATION, authorization)]) })
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.base_url
    }

    fn api_key(&self) -> &SecretString {
        &self.api_key
    }
}

/// An exchange that led to nothing, what it cost if the answer said so, and which fields the service did not want.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: OpenAiError,
    pub(crate) usage: Option<Usage>,
    pub(crate) objections: Vec<Objection>,
}

impl Failure {
    pub(crate) fn new(error: OpenAiError, usage: Option<Usage>) -> Self {
        Self { error, usage, objections: Vec::new() }
    }
}

impl From<OpenAiError> for Failure {
    fn from(error: OpenAiError) -> Self {
        Self::new(error, None)
    }
}

impl From<Failure> for ClassifyError {
    fn from(Failure { error, usage, .. }: Failure) -> Self {
        let error = Self::from(error);
        match usage {
            Some(usage) => error.with_usage(usage),
            None => error,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl Error for Failure {}

/// A client that makes one request per call: the retries of async-openai and reqwest are off, since they know no
/// deadline. Redirects are not followed either; a request that is redirected was sent to the wrong address.
pub(crate) fn client(endpoint: Endpoint, use_proxy: bool) -> Result<Client<Endpoint>, reqwest::Error> {
    let builder = reqwest::Client::builder();
    let http = if use_proxy { builder } else { builder.no_proxy() }
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .build()?;
    let service = tower::service_fn({
        let http = http.clone();
        move |request: HttpRequestFactory| {
            let http = http.clone();
            async move {
                let answer = exchange(&http, &request).await;
                answer.map_err(|failure| OpenAIError::Boxed(Box::new(failure)))
            }
        }
    });
    Ok(Client::build(http, endpoint).with_http_service(service))
}

/// Our failure, out of what async-openai made of it.
pub(crate) fn recover(error: OpenAIError) -> Failure {
    let error = match error {
        OpenAIError::Boxed(failure) => match failure.downcast() {
            Ok(failure) => return *failure,
            Err(source) => OpenAiError::Unreachable { source },
        },
        OpenAIError::Reqwest(error) => OpenAiError::unreachable(error),
        // Not to be kept as a source: its text may hold the body.
        _ => OpenAiError::Malformed { status: StatusCode::OK.as_u16() },
    };
    error.into()
}

async fn exchange(
    http: &reqwest::Client,
    request: &HttpRequestFactory,
) -> Result<reqwest::Response, Failure> {
    let request = request.build().await.map_err(recover)?;
    let mut response = http.execute(request).await.map_err(OpenAiError::unreachable)?;
    let body = read_body(&mut response).await?;
    let status = response.status();
    let body = match body {
        Some(body) if status.is_success() && serde_json::from_slice::<Completion>(&body).is_ok() => {
            return Ok(http::Response::new(body).into());
        }
        other => other,
    };
    let usage = body.as_deref().and_then(usage_of);
    if status.is_success() {
        return Err(Failure::new(OpenAiError::Malformed { status: status.as_u16() }, usage));
    }
    let said = ErrorBody::read(body.as_deref());
    let error = error_of(status, retry_after(response.headers()), &said);
    // With these services say that they do not understand a request: OpenAI 400, Mistral 422, some servers 501.
    let speaks_of_fields = matches!(status.as_u16(), 400 | 422 | 501) && !said.names_moderation();
    let objections = if speaks_of_fields { said.into_objections() } else { Vec::new() };
    Err(Failure { error, usage, objections })
}

/// The body, or nothing if it is too large.
async fn read_body(response: &mut reqwest::Response) -> Result<Option<Vec<u8>>, OpenAiError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(OpenAiError::unreachable)? {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn error_of(status: StatusCode, retry_after: Option<Duration>, body: &ErrorBody) -> OpenAiError {
    let (status, detail) = (status.as_u16(), body.detail());
    match status {
        400 | 422 if body.names_moderation() => OpenAiError::Flagged { status, detail },
        403 if body.speaks_of_moderation() => OpenAiError::Flagged { status, detail },
        // A firewall's page, for one text that it did not like, says nothing about the key.
        403 if detail == ErrorDetail::Malformed => OpenAiError::Rejected { status, detail },
        401 | 403 => OpenAiError::Unauthorized { status, detail },
        // OpenAI sends 429; some compatible servers 402.
        402 => OpenAiError::QuotaExhausted { status, detail },
        429 if body.names_quota() => OpenAiError::QuotaExhausted { status, detail },
        408 | 429 | 500.. => OpenAiError::Unavailable { status, detail, retry_after },
        _ => OpenAiError::Rejected { status, detail },
    }
}

/// `Retry-After` in both its forms: seconds, or a date, which is compared with the answer's own `Date`, so that nobody's
/// clock matters but the service's (RFC 9110, 10.2.3 and 6.6.1).
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_do_not_show_the_key() {
        let endpoint = Endpoint::new(String::new(), "sk-test".into()).unwrap();
        assert_eq!(endpoint.headers()[AUTHORIZATION], "Bearer sk-test");
        assert!(!format!("{:?}", endpoint.headers()).contains("sk-test"));
    }

    #[test]
    fn retry_after_is_read_in_both_forms_by_the_services_clock() {
        const NOON: &str = "Sun, 06 Nov 1994 12:00:00 GMT";
        let check = |wait: &'static str, date: Option<&'static str>, seconds: Option<u64>| {
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(wait))]);
            headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
            assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{wait:?} {date:?}");
        };
        check("2", None, Some(2));
        check("0", Some(NOON), Some(0));
        check("99999999999999999999999", None, Some(u64::MAX));
        check("Sun, 06 Nov 1994 12:00:10 GMT", Some(NOON), Some(10));
        check("Sun, 06 Nov 1994 11:59:50 GMT", Some(NOON), Some(0));
        check("Sun, 06 Nov 1994 12:00:10 GMT", None, None);
        check("Sun, 06 Nov 1994 12:00:10 GMT", Some("soon"), None);
        check("-1", None, None);
        check("+1", None, None);
        check("soon", Some(NOON), None);
        check("", None, None);
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
