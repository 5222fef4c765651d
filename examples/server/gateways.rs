//! The gateways: messages in, replies out.

use std::error::Error;

use sms_consolidate::{Conversation, Receipt, Reply, ReplySender, SendError, async_trait};
use sms_consolidate_axum::{SmsRouter, TWILIO_WEBHOOK_PATH, WEBHOOK_PATH};
use sms_consolidate_providers::inbound::{self, DefaultRegion, Inbound, Region};
use sms_consolidate_providers::outbound::{BuildError, SmsMobileApiSender, TwilioSender};

use crate::config::Config;

type AnyError = Box<dyn Error + Send + Sync>;

/// Who has only Twilio wants no second webhook beside it, to which anybody may post.
pub(crate) fn receives_by_sms_mobile_api(config: &Config) -> bool {
    config.twilio.is_none() || config.sms_mobile_api.is_some() || config.webhook_secret.is_some()
}

/// Mounts the webhooks.
pub(crate) fn mount(config: &Config, mut router: SmsRouter) -> Result<SmsRouter, AnyError> {
    if receives_by_sms_mobile_api(config) {
        let gateway = match &config.webhook_secret {
            Some(secret) => inbound::SmsMobileApi::signed(secret)
                .map_err(|error| format!("SMS_MOBILE_API_WEBHOOK_SECRET: {error}"))?,
            None => inbound::SmsMobileApi::unsigned(),
        };
        router = mount_at(WEBHOOK_PATH, gateway, config.region, router);
    }
    if let Some(twilio) = &config.twilio {
        let gateway = inbound::Twilio::signed(&twilio.auth_token, &twilio.webhook_url)
            .map_err(|error| format!("TWILIO_WEBHOOK_URL: {error}"))?;
        router = mount_at(TWILIO_WEBHOOK_PATH, gateway, config.region, router);
    }
    Ok(router)
}

fn mount_at(path: &str, gateway: impl Inbound, region: Option<Region>, router: SmsRouter) -> SmsRouter {
    match region {
        Some(region) => router.webhook_at(path, DefaultRegion::of(region, gateway)),
        None => router.webhook_at(path, gateway),
    }
}

/// No rate limit around it: Twilio keeps a queue for each number.
pub(crate) fn twilio(config: &Config) -> Result<Option<TwilioSender>, AnyError> {
    let Some(twilio) = &config.twilio else { return Ok(None) };
    let Some(sending) = &twilio.sending else { return Ok(None) };
    let mut builder =
        TwilioSender::builder(&sending.account_sid, &twilio.auth_token).from(sending.number.to_string());
    if let Some(url) = &sending.base_url {
        builder = builder.base_url(url);
    }
    builder.build().map(Some).map_err(|error| {
        let what = match error {
            BuildError::BaseUrl { .. } => "TWILIO_API_BASE_URL",
            _ => "Twilio",
        };
        format!("{what}: {error}").into()
    })
}

/// No rate limit around it: the vendor names none, and what a phone's contract allows only its owner knows.
pub(crate) fn sms_mobile_api(config: &Config) -> Result<Option<SmsMobileApiSender>, AnyError> {
    let Some(settings) = &config.sms_mobile_api else { return Ok(None) };
    let mut builder = SmsMobileApiSender::builder(&settings.api_key);
    if let Some(url) = &settings.base_url {
        builder = builder.base_url(url);
    }
    builder.build().map(Some).map_err(|error| {
        let what = match error {
            BuildError::BaseUrl { .. } => "SMS_MOBILE_API_BASE_URL",
            BuildError::EmptyApiKey => "SMS_MOBILE_API_KEY",
            _ => "SMS Mobile API",
        };
        format!("{what}: {error}").into()
    })
}

/// Each reply leaves through the gateway whose line was texted.
///
/// Twilio's webhook always names the line: a number, or one with its channel before it. SMS Mobile API names the device,
/// or nothing.
pub(crate) struct BothGateways {
    pub(crate) twilio: TwilioSender,
    pub(crate) phones: SmsMobileApiSender,
}

impl BothGateways {
    fn is_twilios(conversation: &Conversation) -> bool {
        conversation.line().is_some_and(|line| line.is_number() || line.to_string().contains(":+"))
    }
}

#[async_trait]
impl ReplySender<Conversation> for BothGateways {
    async fn ready(&self, reply: &Reply<Conversation>) -> Result<(), SendError> {
        if Self::is_twilios(&reply.to) {
            self.twilio.ready(reply).await
        } else {
            self.phones.ready(reply).await
        }
    }

    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        if Self::is_twilios(&reply.to) {
            self.twilio.send(reply).await
        } else {
            self.phones.send(reply).await
        }
    }

    async fn look_up(&self, reply: &Reply<Conversation>) -> Option<Receipt> {
        if Self::is_twilios(&reply.to) {
            self.twilio.look_up(reply).await
        } else {
            self.phones.look_up(reply).await
        }
    }
}
