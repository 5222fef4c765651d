//! How a call shows that it comes from the gateway.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use sms_consolidate::Timestamp;
use subtle::ConstantTimeEq;

use super::super::form::Form;
use super::super::{ConfigError, InboundRequest, Unauthorized, signed};

/// How a call shows that it comes from the gateway. Without a [time](Self::with_time) a recorded call can be sent again;
/// its messages are then known by their ids for as long as the store keeps those.
#[derive(Clone)]
pub struct Authentication(Proof);

/// The hash of what must be shown, so that not even its length shows in the time of a comparison.
#[derive(Clone)]
struct Secret([u8; 32]);

#[derive(Clone)]
enum Proof {
    Header { name: HeaderName, value: Secret },
    Parameter { name: Box<str>, value: Secret },
    Basic(Secret),
    Signature(Box<Signature>),
}

#[derive(Clone)]
struct Signature {
    header: HeaderName,
    mac: Hmac<Sha256>,
    prefix: String,
    encoding: SignatureEncoding,
    time: Option<SignedTime>,
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Hexadecimal digits.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// A time that is signed with the body.
#[derive(Clone)]
struct SignedTime {
    header: HeaderName,
    /// What is signed before, between and after body and time.
    around: [Box<str>; 3],
    body_first: bool,
    max_age: Duration,
}

impl Authentication {
    /// `header` must have exactly this value, such as `Bearer <token>`. It is the same in every call, and does not cover the
    /// body.
    ///
    /// # Errors
    /// If the value is empty, or `header` is no name of one.
    pub fn token(header: &str, value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let value = Secret::new(value)?;
        Ok(Self(Proof::Header { name: header_name(header)?, value }))
    }

    /// The call's URL must have exactly this value in the parameter `name`, as in `https://example.com/sms?key=value`: for
    /// gateways that can be given nothing but a URL. It is the same in every call, does not cover the body, and is written
    /// to the logs of many proxies.
    ///
    /// # Errors
    /// If the value is empty.
    pub fn url_parameter(name: impl Into<Box<str>>, value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Ok(Self(Proof::Parameter { name: name.into(), value: Secret::new(value)? }))
    }

    /// The call must carry this user and password by HTTP's Basic authentication. They are the same in every call, and do
    /// not cover the body. Some gateways call without them first, and then again once they are
    /// [asked](crate::inbound::Rejection::challenge).
    ///
    /// # Errors
    /// If the password is empty.
    pub fn basic(user: &str, password: &str) -> Result<Self, ConfigError> {
        if password.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Secret::new(format!("{user}:{password}")).map(Proof::Basic).map(Self)
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
        let (mac, prefix) = (signed::hmac(secret)?, prefix.into());
        let signature = Signature { header: header_name(header)?, mac, prefix, encoding, time: None };
        Ok(Self(Proof::Signature(signature.into())))
    }

    /// The same signature, of more than the body: `signed` says of what, with `{body}` and `{time}` in their places, as in
    /// `{time}.{body}`. The time is what `header` says, in seconds since the Unix epoch; a call is refused if it was
    /// signed longer than `max_age` ago, or more than [`MAX_SKEW`](crate::inbound::MAX_SKEW) in the future. A gateway
    /// that calls again with the signature of its first call needs a `max_age` as long as it does that.
    ///
    /// # Errors
    /// If this is no signature, `header` is no name of one, or `signed` lacks either place.
    pub fn with_time(mut self, header: &str, signed: &str, max_age: Duration) -> Result<Self, ConfigError> {
        let bad = || ConfigError::BadSigned { signed: signed.to_owned() };
        let Proof::Signature(signature) = &mut self.0 else { return Err(bad()) };
        let (body, time) = (signed.find("{body}").ok_or_else(bad)?, signed.find("{time}").ok_or_else(bad)?);
        let (first, second) = (body.min(time), body.max(time));
        const PLACE: usize = "{body}".len();
        let around = [&signed[..first], &signed[first + PLACE..second], &signed[second + PLACE..]];
        signature.time = Some(SignedTime {
            header: header_name(header)?,
            around: around.map(Into::into),
            body_first: body < time,
            max_age,
        });
        Ok(self)
    }

    pub(super) fn check(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        match &self.0 {
            Proof::Header { name, value } if value.is(only(request.headers, name)?) => Ok(()),
            Proof::Header { .. } => Err(Unauthorized::WrongSignature),
            Proof::Parameter { name, value } => {
                let form = Form::of_query(request.uri);
                let mut given = form.pairs().filter(|(given, _)| *given == &**name);
                match (given.next(), given.next()) {
                    (Some((_, given)), None) if value.is(given.as_bytes()) => Ok(()),
                    _ => Err(Unauthorized::WrongToken),
                }
            }
            Proof::Basic(value) => match only(request.headers, &AUTHORIZATION) {
                Err(Unauthorized::Missing { .. }) => Err(Unauthorized::NoCredentials),
                Err(other) => Err(other),
                Ok(given) if basic_credentials(given).is_some_and(|given| value.is(&given)) => Ok(()),
                Ok(_) => Err(Unauthorized::WrongCredentials),
            },
            Proof::Signature(signature) => signature.check(request, now),
        }
    }
}

/// Leaves out the secret.
impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match &self.0 {
            Proof::Header { name, .. } => name.as_str(),
            Proof::Parameter { name, .. } => name,
            Proof::Basic(_) => AUTHORIZATION.as_str(),
            Proof::Signature(signature) => signature.header.as_str(),
        };
        f.debug_struct("Authentication").field("place", &place).finish_non_exhaustive()
    }
}

impl Secret {
    fn new(value: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        match value.as_ref() {
            b"" => Err(ConfigError::EmptySecret),
            value => Ok(Self(Sha256::digest(value).into())),
        }
    }

    fn is(&self, given: &[u8]) -> bool {
        Sha256::digest(given).ct_eq(&self.0).into()
    }
}

impl Signature {
    fn check(&self, request: &InboundRequest<'_>, now: Timestamp) -> Result<(), Unauthorized> {
        let InboundRequest { headers, body, .. } = *request;
        let given = only(headers, &self.header)?;
        let time = self.time.as_ref().map(|time| Ok((time, only(headers, &time.header)?))).transpose()?;
        let mac = match time {
            Some((time, stamp)) => {
                time.signed(body, stamp).into_iter().fold(self.mac.clone(), Mac::chain_update)
            }
            None => self.mac.clone().chain_update(body),
        };
        let given = given.strip_prefix(self.prefix.as_bytes()).and_then(|text| self.encoding.decode(text));
        // `verify_slice` compares in constant time.
        if given.is_none_or(|given| mac.verify_slice(&given).is_err()) {
            return Err(Unauthorized::WrongSignature);
        }
        time.map_or(Ok(()), |(time, stamp)| signed::check_age_up_to(time.max_age, stamp, now))
    }
}

impl SignedTime {
    /// All that is signed, in its order.
    fn signed<'a>(&'a self, body: &'a [u8], stamp: &'a [u8]) -> [&'a [u8]; 5] {
        let [before, between, after] = self.around.each_ref().map(|text| text.as_bytes());
        let (first, second) = if self.body_first { (body, stamp) } else { (stamp, body) };
        [before, first, between, second, after]
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

/// The value of a header that must be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a [u8], Unauthorized> {
    let mut values = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let value = values.next().ok_or_else(|| Unauthorized::Missing { header: name.to_string().into() })?;
    match values.next() {
        Some(_) => Err(Unauthorized::Repeated { header: name.to_string().into() }),
        None => Ok(value),
    }
}

/// User and password with the colon between.
fn basic_credentials(authorization: &[u8]) -> Option<Vec<u8>> {
    let (scheme, credentials) = authorization.split_at_checked("Basic ".len())?;
    // Its capitals do not count.
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    BASE64.decode(credentials.trim_ascii()).ok()
}

fn header_name(name: &str) -> Result<HeaderName, ConfigError> {
    name.parse().map_err(|_| ConfigError::BadHeader { name: name.to_owned() })
}
