use sms_consolidate_providers::inbound::{Authentication, Condition, ConfigError, ConfiguredJson};

pub(crate) fn evolution(token: &str) -> Result<ConfiguredJson, ConfigError> {
    ConfiguredJson::authenticated(Authentication::token("X-Webhook-Token", token)?)
        .only_if("event", Condition::is("messages.upsert"))?
        // Not the stories of a contact, and no newsletters.
        .only_if("data.key.remoteJid", Condition::ends_with_one_of(["@s.whatsapp.net", "@lid", "@g.us"]))?
        .own_if("data.key.fromMe", Condition::is("true"))?
        .group_if("data.key.remoteJid", Condition::ends_with("@g.us"))?
        .id("data.key.id")?
        .sender("data.key.remoteJid")?
        .with_suffix_removed("@s.whatsapp.net")
        .with_plus_signs_added()
        .line("instance")?
        .text("data.message.conversation|data.message.extendedTextMessage.text")?
        .caption("data.message.imageMessage.caption|data.message.videoMessage.caption")?
        .button(
            "data.message.buttonsResponseMessage.selectedDisplayText|data.message.listResponseMessage.title",
        )?
        // Stickers, reactions and the like.
        .ignore_without_text()
        .sent_at("data.messageTimestamp")
}
