//! The environment: what each variable accepts, and what it means.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use sms_consolidate::{
    Address, Control, Conversation, DEFAULT_MAX_MESSAGES, InFlight, Label, OptOut, OptOutScope,
    ReplyTemplates, SmsMessage, Timestamp, Window, WindowPlan, WindowPolicy,
};
use sms_consolidate_axum::TWILIO_WEBHOOK_PATH;
use sms_consolidate_openai::Dialect;
use sms_consolidate_providers::inbound::Region;
use tracing_subscriber::EnvFilter;

/// A variable, what it accepts, and what it is without one. What stands in braces is filled in.
type Variable = (&'static str, &'static str, &'static str);

const VARIABLES: &[Variable] = &[
    ("BIND", "an address and port to listen on; port 0 is any free one", "127.0.0.1:8000"),
    (
        "DATABASE_URL",
        "sqlite: and the path of a file, postgres://user:password@host/database, or memory:",
        DEFAULT_DATABASE_URL,
    ),
    (
        "CONSOLIDATION_WINDOW",
        "a duration above 0, up to 24 hours: seconds, or 500ms, 15s, 2m. Without any wait every message is a batch: \
         that is CONSOLIDATION_MAX_MESSAGES=1",
        "60",
    ),
    ("CONSOLIDATION_MODE", "fixed, sliding or aligned", "fixed"),
    (
        "CONSOLIDATION_MAX_WAIT",
        "a duration, at least CONSOLIDATION_WINDOW: the longest wait from the first message (sliding, aligned)",
        "sliding: 5 windows; aligned: a window and 10s",
    ),
    ("CONSOLIDATION_MAX_MESSAGES", "a number from 1: so many messages close a batch", "{max_messages}"),
    (
        "CONSOLIDATION_IN_FLIGHT",
        "queue or supersede: for messages that come while a batch is handled",
        "queue",
    ),
    (
        "SMS_AUTO_REPLY_ENABLED",
        "1, true or yes; 0, false or no: nothing but the confirmation of a STOP",
        "no with a gateway, yes on the console",
    ),
    ("SMS_AUTO_REPLY_TEXT", "one text that answers every batch", "a text for AGREE, another for the rest"),
    ("SMS_AUTO_REPLY_TEXT_AGREE", "the text that answers AGREE", "see above"),
    ("SMS_AUTO_REPLY_TEXT_NOT_AGREE", "the text that answers NOT_AGREE", "see above"),
    (
        "SMS_HELP_TEXT",
        "the text that answers HELP: who you are and how to reach you, such as \
         \"Acme Dental, 555-0100. Reply STOP to end.\"",
        "HELP is not answered",
    ),
    (
        KEYWORDS_OFF,
        "keywords that are classified like any other text, with commas between, of {keywords}",
        "all of them steer",
    ),
    (
        STOP_WORDS,
        "more words that opt out, with commas between, such as ARRET,BAJA; none of those that mean something else",
        "none",
    ),
    (
        "SMS_INFER_OPT_OUT",
        "1, true or yes: a clear wish in a sentence, such as \"please stop texting me\", opts out too; 0, false or no",
        "yes",
    ),
    (
        "SMS_OPT_OUT_SCOPE",
        "conversation or sender: whether a STOP holds for the line that was texted, or for the sender on all lines",
        "conversation",
    ),
    ("OPENAI_API_KEY", "an API key: OpenAI classifies, rules where it cannot", "rules classify"),
    (
        "OPENAI_MODEL",
        "a model, best one that knows Structured Outputs",
        sms_consolidate_openai::DEFAULT_MODEL,
    ),
    ("OPENAI_BASE_URL", "an http or https URL without query", "https://api.openai.com/v1"),
    (
        "OPENAI_DIALECT",
        "what the service at OPENAI_BASE_URL takes: {dialects}",
        "openai; what the service rejects is left out",
    ),
    (
        "OPENAI_MAX_MESSAGES",
        "a number from 1: of more texts the first and the last are sent",
        "{openai_messages}",
    ),
    (
        "OPENAI_MAX_TEXT_BYTES",
        "a number from 1: of more bytes of text the first and the last are sent",
        "{openai_bytes}",
    ),
    ("SMS_MOBILE_API_KEY", "an API key: replies are sent by SMS Mobile API", "replies go to the console"),
    ("SMS_MOBILE_API_BASE_URL", "an http or https URL without query", "https://api.smsmobileapi.com"),
    ("SMS_MOBILE_API_WEBHOOK_SECRET", "a secret: only signed webhooks are accepted", "anybody may post"),
    (
        TWILIO_AUTH_TOKEN,
        "the account's auth token, together with TWILIO_WEBHOOK_URL: mounts Twilio's webhook, signed calls only",
        "not mounted",
    ),
    (
        TWILIO_WEBHOOK_URL,
        "the webhook's public URL, as it is written in Twilio's console; it leads to {twilio_path} here",
        "not mounted",
    ),
    (
        TWILIO_ACCOUNT_SID,
        "the account's SID (AC and letters or digits), together with token, URL and number: Twilio sends the replies",
        "Twilio only receives, and replies go to the console",
    ),
    (
        TWILIO_PHONE_NUMBER,
        "a number of ours at Twilio, with its plus sign: replies leave from it where the line that was texted is none",
        "see above",
    ),
    ("TWILIO_API_BASE_URL", "an http or https URL without query", "https://api.twilio.com"),
    (
        "SMS_DEFAULT_REGION",
        "two letters of ISO 3166-1, such as PH or US: national numbers on all webhooks, and in TWILIO_PHONE_NUMBER \
         and AI_SMS_TEST_NUMBER, are read as those of that country",
        "national numbers stay as they are written",
    ),
    (
        "ENABLE_AI_SMS_AGENT",
        "1, true or yes; 0, false or no: store and batch, answer nothing but a STOP",
        "yes",
    ),
    (
        "AI_SMS_TEST_NUMBER",
        "a number or device of ours: answer only who texts it (and every STOP). Webhooks that name no line (SMS Mobile API's \
         legacy form) then get no reply",
        "answer on every line",
    ),
    ("LOG_FORMAT", "pretty, json or classic", "pretty"),
    ("LOG_NUMBERS", "masked or full", "masked"),
    ("ADMIN_TOKEN", "a token: mounts the status page", "not mounted"),
    ("CRON_SECRET", "a secret: mounts the scheduler's call", "not mounted"),
    ("RUST_LOG", "directives of tracing-subscriber's EnvFilter, such as info or debug,hyper=warn", "info"),
];

const DEFAULT_DATABASE_URL: &str = "sqlite:sms-consolidate.db";

const KEYWORDS_OFF: &str = "SMS_KEYWORDS_OFF";
const STOP_WORDS: &str = "SMS_STOP_WORDS";

const TWILIO_ACCOUNT_SID: &str = "TWILIO_ACCOUNT_SID";
const TWILIO_AUTH_TOKEN: &str = "TWILIO_AUTH_TOKEN";
const TWILIO_PHONE_NUMBER: &str = "TWILIO_PHONE_NUMBER";
const TWILIO_WEBHOOK_URL: &str = "TWILIO_WEBHOOK_URL";

/// Whatever is called so is meant for this service, or nearly: orchestrators set variables named after services too.
const PREFIXES: &[&str] = &["CONSOLIDATION_", "SMS_AUTO_REPLY_", "SMS_MOBILE_API_", "TWILIO_"];

/// Settings that only say how something is done, and what they are nothing without.
const NEEDS: &[(&str, &str)] = &[
    ("CONSOLIDATION_MAX_WAIT", "CONSOLIDATION_MODE"),
    ("OPENAI_MODEL", "OPENAI_API_KEY"),
    ("OPENAI_BASE_URL", "OPENAI_API_KEY"),
    ("OPENAI_DIALECT", "OPENAI_API_KEY"),
    ("OPENAI_MAX_MESSAGES", "OPENAI_API_KEY"),
    ("OPENAI_MAX_TEXT_BYTES", "OPENAI_API_KEY"),
    ("SMS_MOBILE_API_BASE_URL", "SMS_MOBILE_API_KEY"),
    ("TWILIO_API_BASE_URL", TWILIO_ACCOUNT_SID),
];

const REPLY_TEXT_PREFIX: &str = "SMS_AUTO_REPLY_TEXT_";
const LONGEST_DURATION: Duration = Duration::from_secs(24 * 60 * 60);
const DEFAULT_GRACE: Duration = Duration::from_secs(10);

/// What `--help` prints.
pub(crate) fn help() -> String {
    let mut help = "The whole service: webhook in, batches, classification, replies out.\n\n\
        cargo run --release --example server\n\n\
        Environment (an empty value counts as unset):\n"
        .to_owned();
    for (name, accepts, default) in VARIABLES {
        let (accepts, default) = (fill_in(accepts), fill_in(default));
        let _ = writeln!(help, "\n  {name}\n      {accepts}\n      default: {default}");
    }
    help
}

fn fill_in(text: &str) -> String {
    let dialects: Vec<_> = Dialect::names().collect();
    text.replace("{max_messages}", &DEFAULT_MAX_MESSAGES.to_string())
        .replace("{twilio_path}", TWILIO_WEBHOOK_PATH)
        .replace("{dialects}", &dialects.join(", "))
        .replace("{keywords}", &known_keywords())
        .replace("{openai_messages}", &sms_consolidate_openai::DEFAULT_MAX_MESSAGES.to_string())
        .replace("{openai_bytes}", &sms_consolidate_openai::DEFAULT_MAX_TEXT_BYTES.to_string())
}

/// What stops the start. It does not repeat values, which may be secrets in the wrong place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{name} has a value that is not accepted. It takes: {accepts}")]
    NotAccepted { name: String, accepts: String },
    #[error("{missing} must be set too: {why}")]
    Missing { missing: String, why: &'static str },
}

impl ConfigError {
    fn of(name: &str) -> Self {
        let accepts = VARIABLES.iter().find(|variable| variable.0 == name).map(|variable| variable.1);
        let accepts = accepts.map(fill_in).expect("every variable is in the table");
        Self::NotAccepted { name: name.to_owned(), accepts }
    }
}

/// The variables that are set.
struct Environment(BTreeMap<String, String>);

impl Environment {
    fn of_this_process() -> Result<Self, ConfigError> {
        let mut variables = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                Ok(value) if value.trim().is_empty() => {}
                Ok(value) => _ = variables.insert(name, value.trim().to_owned()),
                Err(_) if VARIABLES.iter().any(|variable| variable.0 == name) => {
                    return Err(ConfigError::of(&name));
                }
                Err(_) => {}
            }
        }
        Ok(Self(variables))
    }

    fn warnings(&self) -> Vec<String> {
        let known = || VARIABLES.iter().map(|variable| variable.0);
        let is_unknown = |name: &&String| {
            PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && known().all(|known| known != **name)
        };
        let unknown = self.0.keys().filter(is_unknown).map(|name| {
            let nearest = known().min_by_key(|known| distance(known, name)).expect("there are variables");
            format!("{name} is no setting and has no effect; the nearest is {nearest}, and --help lists all")
        });
        let lacks =
            |(name, needs): &&(&str, &str)| self.0.contains_key(*name) && !self.0.contains_key(*needs);
        let idle = NEEDS.iter().filter(lacks);
        let idle = idle.map(|(name, needs)| format!("{name} has no effect without {needs}"));
        unknown.chain(idle).collect()
    }

    fn text(&self, name: &str) -> Option<String> {
        debug_assert!(VARIABLES.iter().any(|variable| variable.0 == name), "{name} is not in --help");
        self.0.get(name).cloned()
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
        self.text(name).map(|value| read(&value).ok_or_else(|| ConfigError::of(name))).transpose()
    }

    fn one_of<T: Copy>(&self, name: &str, choices: &[(&str, T)], default: T) -> Result<T, ConfigError> {
        let find = |value: &str| choices.iter().find(|choice| choice.0 == value).map(|choice| choice.1);
        Ok(self.read(name, find)?.unwrap_or(default))
    }

    fn switch(&self, name: &str) -> Result<Option<bool>, ConfigError> {
        self.read(name, |value| match value.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        })
    }
}

/// How many characters have to be put in, left out or changed to get from one name to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], above + 1);
        for (left, b) in other.bytes().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[left + 1];
            row[left + 1] = changed.min(row[left] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// `60`, `15s`, `500ms` or `2m`. Nothing waits for no time.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (!duration.is_zero() && duration <= LONGEST_DURATION).then_some(duration)
}

/// What the builders of clients refuse beyond this, they say themselves.
fn base_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    (!rest.is_empty() && !rest.contains(['?', '#', ' '])).then(|| text.to_owned())
}

fn known_keywords() -> String {
    OptOut::sms().words().map(|(word, _)| word).collect::<Vec<_>>().join(", ")
}

/// What opts out and in, and what answers it.
fn opt_out(env: &Environment) -> Result<OptOut, ConfigError> {
    let words = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    let known = OptOut::sms();
    let off = |text: &str| {
        let without = words(text).iter().fold(known.clone(), |list, word| list.without_word(word));
        let all_known = known.words().count() == without.words().count() + words(text).len();
        all_known.then_some(without)
    };
    let list = env.read(KEYWORDS_OFF, off)?.unwrap_or(known.clone());
    let more = |text: &str| {
        let is_other = |word: &String| {
            known
                .words()
                .any(|(standard, means)| standard.eq_ignore_ascii_case(word) && means != Control::Stop.into())
        };
        let with = words(text).iter().fold(list.clone(), |list, word| list.with_word(word, Control::Stop));
        let all_taken = words(text)
            .iter()
            .all(|word| !is_other(word) && with.keyword(word) == Some(Control::Stop.into()));
        all_taken.then_some(with)
    };
    let list = env.read(STOP_WORDS, more)?.unwrap_or(list.clone());
    let list = if env.switch("SMS_INFER_OPT_OUT")?.unwrap_or(true) { list } else { list.without_inference() };
    Ok(match env.text("SMS_HELP_TEXT") {
        Some(text) => list.with_help_text(text),
        None => list,
    })
}

fn opt_out_scope(text: &str) -> Option<OptOutScope> {
    match text {
        "conversation" => Some(OptOutScope::Conversation),
        "sender" => Some(OptOutScope::Sender),
        _ => None,
    }
}

/// An address as webhooks read it.
fn address(text: &str, region: Option<Region>) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    Some(region.and_then(|region| region.international(&address)).unwrap_or(address))
}

/// Where messages are kept.
pub(crate) enum Database {
    Memory,
    Sqlite(PathBuf),
    /// The URL, which may hold a password.
    Postgres(String),
}

fn database(url: &str) -> Option<Database> {
    match url.split_once(':')? {
        ("memory", "") => Some(Database::Memory),
        ("sqlite", path) => {
            let path = path.strip_prefix("//").unwrap_or(path);
            let is_file = !path.is_empty() && path != ":memory:";
            is_file.then(|| Database::Sqlite(path.into()))
        }
        ("postgres" | "postgresql", _) => Some(Database::Postgres(url.to_owned())),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Fixed,
    Sliding,
    Aligned,
}

/// When batches close.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    pub(crate) mode: Mode,
    pub(crate) length: Duration,
    pub(crate) max_wait: Duration,
    max_messages: Option<u32>,
}

impl Windows {
    fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let length = environment.read("CONSOLIDATION_WINDOW", duration)?.unwrap_or(Duration::from_secs(60));
        let modes = [("fixed", Mode::Fixed), ("sliding", Mode::Sliding), ("aligned", Mode::Aligned)];
        let mode = environment.one_of("CONSOLIDATION_MODE", &modes, Mode::Fixed)?;
        let longer = |text: &str| duration(text).filter(|wait| *wait >= length);
        let max_wait = environment.read("CONSOLIDATION_MAX_WAIT", longer)?;
        let max_wait = match mode {
            Mode::Fixed => length,
            Mode::Sliding => max_wait.unwrap_or(length * 5),
            Mode::Aligned => max_wait.unwrap_or(length + DEFAULT_GRACE),
        };
        let at_least_one = |text: &str| text.parse().ok().filter(|count| *count > 0);
        let max_messages = environment.read("CONSOLIDATION_MAX_MESSAGES", at_least_one)?;
        Ok(Self { mode, length, max_wait, max_messages })
    }
}

impl WindowPolicy<Conversation, SmsMessage> for Windows {
    fn window(&self, _key: &Conversation, _message: &SmsMessage, now: Timestamp) -> WindowPlan {
        let window = match self.mode {
            Mode::Fixed => Window::fixed(self.length),
            Mode::Sliding => Window::sliding(self.length, self.max_wait),
            Mode::Aligned => Window::aligned(self.length, self.max_wait - self.length).window_at(now),
        };
        self.max_messages.map_or(window, |cap| window.with_max_messages(cap)).into()
    }
}

pub(crate) struct OpenAi {
    pub(crate) api_key: String,
    pub(crate) model: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) dialect: Option<Dialect>,
    pub(crate) max_messages: Option<usize>,
    pub(crate) max_text_bytes: Option<usize>,
}

impl OpenAi {
    fn read(env: &Environment) -> Result<Option<Self>, ConfigError> {
        let at_least_one = |text: &str| text.parse().ok().filter(|number| *number >= 1);
        let base_url = env.read("OPENAI_BASE_URL", base_url)?;
        let dialect = env.read("OPENAI_DIALECT", |name| name.parse().ok())?;
        let max_messages = env.read("OPENAI_MAX_MESSAGES", at_least_one)?;
        let max_text_bytes = env.read("OPENAI_MAX_TEXT_BYTES", at_least_one)?;
        let model = env.text("OPENAI_MODEL");
        let has_key = env.text("OPENAI_API_KEY").is_some();
        if has_key && base_url.is_none() && dialect.is_some_and(|dialect| dialect != Dialect::OPENAI) {
            let why = "OPENAI_DIALECT is another service's, and its key would go to OpenAI";
            return Err(ConfigError::Missing { missing: "OPENAI_BASE_URL".to_owned(), why });
        }
        let api_key = env.text("OPENAI_API_KEY");
        Ok(api_key.map(|api_key| Self { api_key, model, base_url, dialect, max_messages, max_text_bytes }))
    }
}

pub(crate) struct SmsMobileApi {
    pub(crate) api_key: String,
    pub(crate) base_url: Option<String>,
}

pub(crate) struct Twilio {
    pub(crate) auth_token: String,
    pub(crate) webhook_url: String,
    /// None if it only receives.
    pub(crate) sending: Option<TwilioSending>,
}

pub(crate) struct TwilioSending {
    pub(crate) account_sid: String,
    pub(crate) number: Address,
    pub(crate) base_url: Option<String>,
}

impl Twilio {
    /// `replies_elsewhere` is whether there is another gateway: it cannot send from Twilio's lines.
    fn read(
        env: &Environment,
        region: Option<Region>,
        replies_elsewhere: bool,
    ) -> Result<Option<Self>, ConfigError> {
        let is_sid = |sid: &str| sid.starts_with("AC") && sid.bytes().all(|b| b.is_ascii_alphanumeric());
        let account_sid = env.read(TWILIO_ACCOUNT_SID, |text| is_sid(text).then(|| text.to_owned()))?;
        // Of a short code Twilio does not answer STOP, and its webhook is mounted as one that does.
        let number = |text: &str| address(text, region).filter(Address::is_number);
        let number = env.read(TWILIO_PHONE_NUMBER, number)?;
        let base_url = env.read("TWILIO_API_BASE_URL", base_url)?;
        let (auth_token, webhook_url) = (env.text(TWILIO_AUTH_TOKEN), env.text(TWILIO_WEBHOOK_URL));
        let variables = [
            (TWILIO_AUTH_TOKEN, auth_token.is_some()),
            (TWILIO_WEBHOOK_URL, webhook_url.is_some()),
            (TWILIO_ACCOUNT_SID, account_sid.is_some()),
            (TWILIO_PHONE_NUMBER, number.is_some()),
        ];
        if variables.iter().all(|variable| !variable.1) {
            return Ok(None);
        }
        let (needed, why) = if account_sid.is_some() || number.is_some() {
            (&variables[..], "replies through Twilio need all four, its webhook among them")
        } else if replies_elsewhere {
            (&variables[..], "SMS Mobile API cannot send from Twilio's lines")
        } else {
            (&variables[..2], "Twilio's webhook needs the auth token and its public URL")
        };
        let missing: Vec<_> =
            needed.iter().filter(|variable| !variable.1).map(|variable| variable.0).collect();
        let (Some(auth_token), Some(webhook_url), []) = (auth_token, webhook_url, &missing[..]) else {
            return Err(ConfigError::Missing { missing: missing.join(" and "), why });
        };
        let sending = account_sid.zip(number);
        let sending = sending.map(|(account_sid, number)| TwilioSending { account_sid, number, base_url });
        Ok(Some(Self { auth_token, webhook_url, sending }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Pretty,
    Json,
    Classic,
}

/// Everything that can be set.
pub(crate) struct Config {
    pub(crate) bind: SocketAddr,
    pub(crate) database: Database,
    pub(crate) windows: Windows,
    pub(crate) in_flight: InFlight,
    pub(crate) replies: ReplyTemplates,
    pub(crate) opt_out: OptOut,
    pub(crate) opt_out_scope: OptOutScope,
    /// None too if the agent is switched off: what answers nothing need not pay for classifications.
    pub(crate) openai: Option<OpenAi>,
    pub(crate) twilio: Option<Twilio>,
    pub(crate) sms_mobile_api: Option<SmsMobileApi>,
    pub(crate) webhook_secret: Option<String>,
    /// Of national numbers.
    pub(crate) region: Option<Region>,
    pub(crate) only_line: Option<Address>,
    pub(crate) log_format: LogFormat,
    pub(crate) full_numbers: bool,
    pub(crate) log_filter: EnvFilter,
    pub(crate) admin_token: Option<String>,
    pub(crate) cron_secret: Option<String>,
    /// Of variables that are set for nothing.
    pub(crate) warnings: Vec<String>,
}

impl Config {
    pub(crate) fn from_environment() -> Result<Self, ConfigError> {
        let environment = Environment::of_this_process()?;
        let env = &environment;
        let gateway_url = env.read("SMS_MOBILE_API_BASE_URL", base_url)?;
        let sms_mobile_api =
            env.text("SMS_MOBILE_API_KEY").map(|api_key| SmsMobileApi { api_key, base_url: gateway_url });
        let region: Option<Region> = env.read("SMS_DEFAULT_REGION", |text| text.parse().ok())?;
        let twilio = Twilio::read(env, region, sms_mobile_api.is_some())?;
        let sends_by_twilio = twilio.as_ref().is_some_and(|twilio| twilio.sending.is_some());
        let agent = env.switch("ENABLE_AI_SMS_AGENT")?.unwrap_or(true);
        let openai = OpenAi::read(env)?.filter(|_| agent);
        let formats =
            [("pretty", LogFormat::Pretty), ("json", LogFormat::Json), ("classic", LogFormat::Classic)];
        let in_flights = [("queue", InFlight::Queue), ("supersede", InFlight::Supersede)];
        let filter = |text: &str| EnvFilter::builder().parse(text).ok();
        Ok(Self {
            bind: env
                .read("BIND", |text| text.parse().ok())?
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8000))),
            database: env
                .read("DATABASE_URL", database)?
                .or_else(|| database(DEFAULT_DATABASE_URL))
                .expect("the default names a database"),
            windows: Windows::read(env)?,
            in_flight: env.one_of("CONSOLIDATION_IN_FLIGHT", &in_flights, InFlight::Queue)?,
            replies: replies(env, agent, sms_mobile_api.is_some() || sends_by_twilio)?,
            opt_out: opt_out(env)?,
            opt_out_scope: env.read("SMS_OPT_OUT_SCOPE", opt_out_scope)?.unwrap_or_default(),
            openai,
            twilio,
            sms_mobile_api,
            webhook_secret: env.text("SMS_MOBILE_API_WEBHOOK_SECRET"),
            region,
            only_line: env.read("AI_SMS_TEST_NUMBER", |text| address(text, region))?,
            log_format: env.one_of("LOG_FORMAT", &formats, LogFormat::Pretty)?,
            full_numbers: env.one_of("LOG_NUMBERS", &[("masked", false), ("full", true)], false)?,
            log_filter: env.read("RUST_LOG", filter)?.unwrap_or_else(|| EnvFilter::new("info")),
            admin_token: env.text("ADMIN_TOKEN"),
            cron_secret: env.text("CRON_SECRET"),
            warnings: env.warnings(),
        })
    }
}

fn replies(env: &Environment, agent: bool, has_gateway: bool) -> Result<ReplyTemplates, ConfigError> {
    let mut templates = match env.text("SMS_AUTO_REPLY_TEXT") {
        Some(text) => ReplyTemplates::new().otherwise(text),
        None => ReplyTemplates::default(),
    };
    let labels = [Label::AGREE, Label::NOT_AGREE];
    for (name, text) in &env.0 {
        let Some(label) = name.strip_prefix(REPLY_TEXT_PREFIX) else { continue };
        let Some(label) = labels.iter().find(|known| known.as_str() == label) else {
            let accepts = "a text, under the name of a label: AGREE or NOT_AGREE".to_owned();
            return Err(ConfigError::NotAccepted { name: name.clone(), accepts });
        };
        templates = templates.with(label.clone(), text);
    }
    let enabled = env.switch("SMS_AUTO_REPLY_ENABLED")?.unwrap_or(!has_gateway);
    Ok(if agent && enabled { templates } else { ReplyTemplates::off() })
}
