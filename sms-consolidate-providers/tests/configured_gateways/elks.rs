use sms_consolidate_providers::inbound::{Answer, Authentication, Condition, ConfigError, ConfiguredJson};

pub(crate) fn elks(key: &str) -> Result<ConfiguredJson, ConfigError> {
    let gateway = ConfiguredJson::authenticated(Authentication::url_parameter("key", key)?)
        .form()
        .own_if("direction", Condition::is("outgoing"))?
        .only_if("direction", Condition::one_of(["incoming", "outgoing"]))?
        .id("id")?
        .sender("from")?
        .line("to")?
        .text("message")?
        .media("image|image2|image3|image4")?
        // What is answered would be sent to the customer as a text.
        .with_answer(Answer::new("text/plain", ""));
    Ok(gateway)
}
