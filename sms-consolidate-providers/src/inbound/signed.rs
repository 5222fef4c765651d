//! What the checks of all signatures have in common.

use std::time::Duration;

use hmac::KeyInit;
use http::{HeaderMap, HeaderValue};
use sms_consolidate::Timestamp;

use super::{ConfigError, MAX_SKEW, Unauthorized};

/// An HMAC under `secret`, keyed once; a clone is ready to sign. Compare with its `verify_slice`, which takes the same
/// time for every wrong signature.
pub(super) fn hmac<M: KeyInit>(secret: impl AsRef<[u8]>) -> Result<M, ConfigError> {
    let secret = secret.as_ref();
    if secret.is_empty() {
        return Err(ConfigError::EmptySecret);
    }
    Ok(M::new_from_slice(secret).expect("HMAC takes keys of any length"))
}

/// Each of `secrets`, keyed by `key`.
pub(super) fn keys<S: AsRef<[u8]>, K>(
    secrets: impl IntoIterator<Item = S>,
    key: impl Fn(&[u8]) -> Result<K, ConfigError>,
) -> Result<Vec<K>, ConfigError> {
    let keys: Vec<K> = secrets.into_iter().map(|secret| key(secret.as_ref())).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(ConfigError::EmptySecret) } else { Ok(keys) }
}

/// The value of a header that a check needs.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Unauthorized> {
    optional_header(headers, name)?.ok_or(Unauthorized::Missing { header: name.into() })
}

/// The value of a header that a check reads, if it is there. One that is there twice is refused: a proxy and we could
/// each believe another one.
pub(super) fn optional_header<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<Option<&'a [u8]>, Unauthorized> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(HeaderValue::as_bytes);
    if values.next().is_some() { Err(Unauthorized::Repeated { header: name.into() }) } else { Ok(value) }
}

/// Refuses what was signed too long ago, or in the future. `seconds` since the Unix epoch, in decimal digits.
pub(super) fn check_age(seconds: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
    check_age_up_to(MAX_SKEW, seconds, now)
}

/// The same for gateways that deliver again, for longer, what they signed once.
pub(super) fn check_age_up_to(max_age: Duration, seconds: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
    let signed_at = time(seconds)?;
    let (age, ahead) = (now.since(signed_at), signed_at.since(now));
    if age > max_age || ahead > MAX_SKEW {
        return Err(Unauthorized::Stale { skew: age.max(ahead) });
    }
    Ok(())
}

/// Refuses what is good until a time that is over, give or take [`MAX_SKEW`].
pub(super) fn check_not_over(seconds: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
    let over = now.since(time(seconds)?);
    if over > MAX_SKEW { Err(Unauthorized::Stale { skew: over }) } else { Ok(()) }
}

/// `seconds` since the Unix epoch, in decimal digits.
fn time(seconds: &[u8]) -> Result<Timestamp, Unauthorized> {
    let seconds: Option<i64> = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok());
    Ok(Timestamp::from_unix_millis(seconds.ok_or(Unauthorized::NoTimestamp)?.saturating_mul(1_000)))
}

/// Says once for each webhook that its calls are not checked.
pub(super) fn warn_unchecked(gateway: &'static str) {
    tracing::warn!(
        gateway,
        "WEBHOOK SIGNATURES ARE NOT CHECKED: anybody who knows the address can post messages"
    );
}
