use sms_consolidate_providers::inbound::{Authentication, Condition, ConfigError, ConfiguredJson};

pub(crate) fn infobip(user: &str, password: &str) -> Result<ConfiguredJson, ConfigError> {
    ConfiguredJson::authenticated(Authentication::basic(user, password)?)
        .list("results")?
        // A delivery report has a status, and was not received.
        .only_if("receivedAt", Condition::present())?
        .only_if("status", Condition::absent())?
        .id("messageId")?
        .sender("from")?
        .line("to")?
        .with_plus_signs_added()
        .text("text")?
        .sent_at("receivedAt")
}
