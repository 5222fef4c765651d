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

use super::super::{ConfigError, Unauthorized, signed};

/// How a call shows that it comes from the gateway. Without a [time](Self::with_time) a recorded call can be sent again;
/// its messages are then known by their ids for as long as the store keeps those.
#[derive(Clone)]
pub struct Authentication {
    header: HeaderName,
    proof: Proof,
}

#[derive(Clone)]
enum Proof {
    /// The hash of the header's value, so that not even its length shows in the time of a comparison.
    Token([u8; 32]),
    Signature {
        mac: Hmac<Sha256>,
        prefix: String,
        encoding: SignatureEncoding,
        time: Option<SignedTime>,
    },
}

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let value = value.as_ref();
        if value.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Ok(Self { header: header_name(header)?, proof: Proof::Token(Sha256::digest(value).into()) })
    }

    /// The call must carry this user and password by HTTP's Basic authentication. They are the same in every call, and do
    /// not cover the body.
    ///
    /// # Errors
    /// If the password is empty.
    pub fn basic(user: &str, password: &str) -> Result<Self, ConfigError> {
        if password.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Self::token(AUTHORIZATION.as_str(), format!("Basic {}", BASE64.encode(format!("{user}:{password}"))))
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
        Ok(Self {
            header: header_name(header)?,
            proof: Proof::Signature { mac, prefix, encoding, time: None },
        })
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
        let Proof::Signature { time, .. } = &mut self.proof else { return Err(bad()) };
        let (body, stamp) = (signed.find("{body}").ok_or_else(bad)?, signed.find("{time}").ok_or_else(bad)?);
        let (first, second) = (body.min(stamp), body.max(stamp));
        const PLACE: usize = "{body}".len();
        let around = [&signed[..first], &signed[first + PLACE..second], &signed[second + PLACE..]];
        *time = Some(SignedTime {
            header: header_name(header)?,
            around: around.map(Into::into),
            body_first: body < stamp,
            max_age,
        });
        Ok(self)
    }

    pub(super) fn check(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
        let given = only(headers, &self.header)?;
        let (mac, prefix, encoding, time) = match &self.proof {
            Proof::Token(hash) if Sha256::digest(given).ct_eq(hash).into() => return Ok(()),
            Proof::Token(_) => return Err(Unauthorized::WrongSignature),
            Proof::Signature { mac, prefix, encoding, time } => (mac.clone(), prefix, encoding, time),
        };
        let time = time.as_ref().map(|time| Ok((time, only(headers, &time.header)?))).transpose()?;
        let mac = match time {
            Some((time, stamp)) => time.signed(body, stamp).into_iter().fold(mac, Mac::chain_update),
            None => mac.chain_update(body),
        };
        let given = given.strip_prefix(prefix.as_bytes()).and_then(|text| encoding.decode(text));
        // `verify_slice` compares in constant time.
        if !given.is_some_and(|given| mac.verify_slice(&given).is_ok()) {
            return Err(Unauthorized::WrongSignature);
        }
        time.map_or(Ok(()), |(time, stamp)| signed::check_age_up_to(time.max_age, stamp, now))
    }
}

/// Leaves out the secret.
impl std::fmt::Debug for Authentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authentication").field("header", &self.header).finish_non_exhaustive()
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

fn header_name(name: &str) -> Result<HeaderName, ConfigError> {
    name.parse().map_err(|_| ConfigError::BadHeader { name: name.to_owned() })
}
