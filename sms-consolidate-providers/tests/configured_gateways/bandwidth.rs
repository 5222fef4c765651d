use sms_consolidate_providers::inbound::{Authentication, Condition, ConfigError, ConfiguredJson};

pub(crate) fn bandwidth(user: &str, password: &str) -> Result<ConfiguredJson, ConfigError> {
    ConfiguredJson::authenticated(Authentication::basic(user, password)?)
        .whole_document_as_list()
        .only_if("type", Condition::is("message-received"))?
        .own_if("message.direction", Condition::is("out"))?
        .group_if("message.to", Condition::several())?
        .id("message.id")?
        .sender("message.from")?
        .line("message.owner")?
        .text("message.text")?
        .media("message.media")?
        .sent_at("message.time")
}
