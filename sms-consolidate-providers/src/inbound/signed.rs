//! What the checks of all signatures have in common.

use hmac::{Hmac, KeyInit};
use http::HeaderMap;
use sha2::Sha256;
use sms_consolidate::Timestamp;

use super::{ConfigError, MAX_SKEW, Unauthorized};

/// HMAC-SHA256 under `secret`, keyed once; a clone is ready to sign. Compare with its `verify_slice`, which takes the
/// same time for every wrong signature.
pub(super) fn hmac(secret: impl AsRef<[u8]>) -> Result<Hmac<Sha256>, ConfigError> {
    let secret = secret.as_ref();
    if secret.is_empty() {
        return Err(ConfigError::EmptySecret);
    }
    Ok(Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"))
}

/// The value of a header that a check needs.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Unauthorized> {
    headers.get(name).map(|value| value.as_bytes()).ok_or(Unauthorized::Missing { header: name })
}

/// Refuses what was signed too long ago, or in the future. `seconds` since the Unix epoch, in decimal digits.
pub(super) fn check_age(seconds: &[u8], now: Timestamp) -> Result<(), Unauthorized> {
    let seconds: Option<i64> = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok());
    let signed_at = seconds.ok_or(Unauthorized::NoTimestamp)?.saturating_mul(1_000);
    let signed_at = Timestamp::from_unix_millis(signed_at);
    let skew = now.since(signed_at).max(signed_at.since(now));
    if skew > MAX_SKEW { Err(Unauthorized::Stale { skew }) } else { Ok(()) }
}

/// Says once for each webhook that its calls are not checked.
pub(super) fn warn_unchecked(gateway: &'static str) {
    tracing::warn!(
        gateway,
        "WEBHOOK SIGNATURES ARE NOT CHECKED: anybody who knows the address can post messages"
    );
}
