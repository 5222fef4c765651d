//! From the configuration to the service.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use serde_json::json;
use sms_consolidate::{
    Consolidator, Control, Conversation, Fallback, Key, MemoryStore, Receipt, Reply, ReplySender,
    RuleClassifier, SmsMessage, send_fn,
};
use sms_consolidate_axum::{CRON_PATH, STATUS_PATH, SmsRouter, TWILIO_WEBHOOK_PATH, WEBHOOK_PATH};
use sms_consolidate_openai::{DEFAULT_MODEL, OpenAiClassifier};
use sms_consolidate_postgres::PostgresStore;
use sms_consolidate_providers::ConsoleSender;
use sms_consolidate_sqlite::SqliteStore;

use crate::config::{Config, Database, LogFormat, Mode};
use crate::gateways::{self, BothGateways};

type AnyError = Box<dyn Error + Send + Sync>;

pub(crate) async fn consolidator(
    config: &Config,
    openai: Option<&Arc<OpenAiClassifier>>,
) -> Result<Consolidator<Conversation, SmsMessage>, AnyError> {
    let mut builder = Consolidator::builder()
        .window(config.windows)
        .in_flight(config.in_flight)
        .opt_out(config.opt_out.clone())
        .opt_out_scope(config.opt_out_scope)
        .replies(config.replies.clone())
        .log_keys_in_full(config.full_numbers);
    builder = match &config.database {
        Database::Memory => builder.store(MemoryStore::new()),
        Database::Sqlite(path) => {
            builder.store(SqliteStore::open(path).map_err(|error| format!("DATABASE_URL: {error}"))?)
        }
        Database::Postgres(url) => {
            let store = PostgresStore::connect(url).await;
            builder.store(store.map_err(|error| format!("DATABASE_URL: {error}"))?)
        }
    };
    if let Some(line) = config.only_line.clone() {
        builder = builder.reply_if(move |conversation: &Conversation| conversation.line() == Some(&line));
    }
    builder = match openai {
        Some(openai) => builder.classifier(Fallback::new(Arc::clone(openai), RuleClassifier::default())),
        None => builder.classifier(RuleClassifier::default()),
    };
    builder = match (gateways::twilio(config)?, gateways::sms_mobile_api(config)?) {
        (Some(twilio), Some(phones)) => builder.sender(BothGateways { twilio, phones }),
        (Some(twilio), None) => builder.sender(twilio),
        (None, Some(phones)) => builder.sender(phones),
        (None, None) => match config.log_format {
            LogFormat::Json => builder.sender(console_json(config.full_numbers)),
            _ if config.full_numbers => builder.sender(ConsoleSender::new().show_full_numbers()),
            _ => builder.sender(ConsoleSender::new()),
        },
    };
    Ok(builder.build()?)
}

/// The console where every line of standard output is JSON. Not a log line, so that no filter hides a reply.
fn console_json(full_numbers: bool) -> impl ReplySender<Conversation> {
    send_fn(move |reply: Reply<Conversation>| async move {
        let to = if full_numbers { reply.to.to_string() } else { reply.to.redacted() };
        let line =
            json!({"message": "REPLY", "batch": reply.batch.to_string(), "to": to, "text": reply.text});
        let printed = io::stdout().lock().write_all(format!("{line}\n").as_bytes());
        printed?;
        Ok(Receipt::default())
    })
}

pub(crate) fn openai(config: &Config) -> Result<Option<Arc<OpenAiClassifier>>, AnyError> {
    let Some(settings) = &config.openai else { return Ok(None) };
    let mut builder = OpenAiClassifier::builder(settings.api_key.clone());
    if let Some(model) = &settings.model {
        builder = builder.model(model);
    }
    if let Some(url) = &settings.base_url {
        builder = builder.base_url(url);
    }
    if let Some(dialect) = settings.dialect {
        builder = builder.dialect(dialect);
    }
    if let Some(messages) = settings.max_messages {
        builder = builder.max_messages(messages);
    }
    if let Some(bytes) = settings.max_text_bytes {
        builder = builder.max_text_bytes(bytes);
    }
    builder.build().map(|openai| Some(Arc::new(openai))).map_err(|error| {
        let what = match error {
            sms_consolidate_openai::BuildError::BaseUrl => "OPENAI_BASE_URL",
            sms_consolidate_openai::BuildError::ApiKeyNotPrintable => "OPENAI_API_KEY",
            _ => "the OpenAI classifier",
        };
        format!("{what}: {error}").into()
    })
}

pub(crate) fn router(
    config: &Config,
    consolidator: Consolidator<Conversation, SmsMessage>,
    openai: Option<Arc<OpenAiClassifier>>,
) -> Result<Router, AnyError> {
    let mut router = SmsRouter::new(consolidator).show_full_numbers(config.full_numbers);
    if let Some(openai) = openai {
        router = router.health_check(move || openai.warnings());
    }
    let mut router = gateways::mount(config, router)?;
    if let Some(token) = &config.admin_token {
        router = router.admin_token(token);
    }
    if let Some(secret) = &config.cron_secret {
        router = router.cron_secret(secret);
    }
    Ok(router.into_router())
}

/// What is configured, for people.
pub(crate) fn summary(config: &Config) -> Vec<(&'static str, String)> {
    let windows = &config.windows;
    let window = match windows.mode {
        Mode::Fixed => format!("fixed, {:?}", windows.length),
        Mode::Sliding => format!("sliding, {:?}, at most {:?}", windows.length, windows.max_wait),
        Mode::Aligned => {
            format!("aligned to {:?}, grace {:?}", windows.length, windows.max_wait - windows.length)
        }
    };
    let classifier = match &config.openai {
        Some(openai) => format!("OpenAI ({}), then rules", openai.model.as_deref().unwrap_or(DEFAULT_MODEL)),
        None => "rules".to_owned(),
    };
    let sends_by_twilio = config.twilio.as_ref().is_some_and(|twilio| twilio.sending.is_some());
    let gateway = match (sends_by_twilio, config.sms_mobile_api.is_some()) {
        (true, true) => "Twilio for its lines, SMS Mobile API for all others",
        (true, false) => "Twilio",
        (false, true) => "SMS Mobile API",
        (false, false) => "console",
    };
    let region =
        config.region.map_or_else(|| "as they are written".to_owned(), |region| format!("of {region}"));
    let replies = match (config.replies.is_enabled(), &config.only_line) {
        (false, _) => "off".to_owned(),
        (true, None) => "on".to_owned(),
        (true, Some(line)) => format!("on, only for {line:?}"),
    };
    let has_help = config.opt_out.text_for(Control::Help).is_some();
    let keywords = if has_help { "STOP, START and HELP" } else { "STOP and START" };
    let mut opt_out = match (config.replies.is_enabled(), &config.only_line) {
        (false, _) => "STOP and START are honoured; only STOP is answered".to_owned(),
        (true, None) => format!("{keywords} are answered"),
        (true, Some(_)) => format!("{keywords} are honoured; STOP is answered, others on that line only"),
    };
    if config.twilio.is_some() {
        opt_out.push_str("; of its own numbers, Twilio answers them");
    }
    if config.replies.is_enabled() && !has_help {
        opt_out.push_str("; HELP needs SMS_HELP_TEXT");
    }
    let store = match &config.database {
        Database::Memory => "in memory".to_owned(),
        Database::Sqlite(path) => format!("SQLite, {}", path.display()),
        // The URL may hold a password.
        Database::Postgres(_) => "Postgres".to_owned(),
    };
    let webhook = match (gateways::receives_by_sms_mobile_api(config), &config.webhook_secret) {
        (false, _) => "not mounted (no variable of SMS Mobile API is set)".to_owned(),
        (true, Some(_)) => format!("{WEBHOOK_PATH}, signed calls only"),
        (true, None) => format!("{WEBHOOK_PATH}, calls are not verified"),
    };
    let twilio = match config.twilio {
        Some(_) => format!("{TWILIO_WEBHOOK_PATH}, signed calls only"),
        None => "not mounted (TWILIO_AUTH_TOKEN is not set)".to_owned(),
    };
    let mounted = |path: &str, is_mounted: bool, name: &str| {
        if is_mounted { path.to_owned() } else { format!("not mounted ({name} is not set)") }
    };
    vec![
        ("store", store),
        ("window", window),
        ("classifier", classifier),
        ("gateway", gateway.to_owned()),
        ("replies", replies),
        ("opt-out", opt_out),
        ("numbers", region),
        ("webhook", webhook),
        ("twilio", twilio),
        ("status", mounted(STATUS_PATH, config.admin_token.is_some(), "ADMIN_TOKEN")),
        ("scheduler", mounted(CRON_PATH, config.cron_secret.is_some(), "CRON_SECRET")),
    ]
}
