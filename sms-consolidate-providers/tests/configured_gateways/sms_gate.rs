use sms_consolidate_providers::inbound::{
    Authentication, Condition, ConfigError, ConfiguredJson, MAX_SKEW, SignatureEncoding,
};

pub(crate) fn sms_gate(signing_key: &str) -> Result<ConfiguredJson, ConfigError> {
    let signature = Authentication::hmac_sha256("X-Signature", "", SignatureEncoding::Hex, signing_key)?
        .with_time("X-Timestamp", "{body}{time}", MAX_SKEW)?;
    ConfiguredJson::authenticated(signature)
        .only_if("event", Condition::is("sms:received"))?
        .id("id")?
        .sender("payload.sender|payload.phoneNumber")?
        .line("deviceId")?
        .text("payload.message")?
        .sent_at("payload.receivedAt")
}
