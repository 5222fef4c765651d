//! The settings of an [`OpenAiClassifier`].

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sms_consolidate::{Clock, Label, SystemClock};

use crate::ReasoningEffort;
use crate::breaker::Breaker;
use crate::classifier::{OpenAiClassifier, Timing};
use crate::data::Caps;
use crate::dialect::{Dialect, Known};
use crate::health::Health;
use crate::request::{Pseudonyms, Template};
use crate::transport::{Endpoint, client};

/// The model that is asked unless another one is set: OpenAI's small one for high volumes
/// (<https://developers.openai.com/api/docs/models/gpt-6-luna>).
pub const DEFAULT_MODEL: &str = "gpt-6-luna";

/// How many texts of a batch are sent unless another number is set: as many as a window holds by default.
pub const DEFAULT_MAX_MESSAGES: usize = sms_consolidate::DEFAULT_MAX_MESSAGES as usize;

/// How many bytes of text are sent of a batch unless another number is set: 8,000 tokens of English, and more of other
/// languages.
pub const DEFAULT_MAX_TEXT_BYTES: usize = 32 * 1024;

const UNCLEAR_DESCRIPTION: &str = "none of the other labels fits, several fit equally well, or only somebody who knows \
the context could tell";

const DEFAULT_BASE_URL: &str = "https://api.openai.com/v1";

/// The settings of an [`OpenAiClassifier`]; see [`OpenAiClassifier::builder`].
#[must_use]
pub struct Builder {
    api_key: SecretString,
    identifier_secret: Option<SecretString>,
    base_url: String,
    dialect: Dialect,
    model: String,
    reasoning_effort: Option<ReasoningEffort>,
    max_completion_tokens: u32,
    labels: Option<Vec<(Label, String)>>,
    with_unclear: bool,
    caps: Caps,
    timing: Timing,
    suspend_for: Duration,
    use_proxy: bool,
    clock: Arc<dyn Clock>,
}

impl Builder {
    pub(crate) fn new(api_key: SecretString) -> Self {
        Self {
            api_key,
            identifier_secret: None,
            base_url: DEFAULT_BASE_URL.to_owned(),
            dialect: Dialect::OPENAI,
            model: DEFAULT_MODEL.to_owned(),
            reasoning_effort: None,
            max_completion_tokens: 1_024,
            labels: None,
            with_unclear: false,
            caps: Caps {
                messages: DEFAULT_MAX_MESSAGES,
                message_chars: 1_600,
                text_bytes: DEFAULT_MAX_TEXT_BYTES,
            },
            timing: Timing {
                deadline: Duration::from_secs(10),
                attempt_timeout: Duration::from_secs(5),
                max_retry_after: Duration::from_secs(5),
            },
            suspend_for: Duration::from_secs(60),
            use_proxy: true,
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// The labels that the model chooses from, in this order, and what each one means. They replace the default ones,
    /// [`Label::AGREE`] and [`Label::NOT_AGREE`]. Names and descriptions become part of the instructions, so they must
    /// come from you and not from a sender.
    pub fn labels<D: Into<String>>(mut self, labels: impl IntoIterator<Item = (Label, D)>) -> Self {
        self.labels =
            Some(labels.into_iter().map(|(label, description)| (label, description.into())).collect());
        self
    }

    /// Lets the model also choose [`Label::UNCLEAR`], for texts that fit no other label, that fit several, or that
    /// only a person can judge. Of the default labels, `NOT_AGREE` then means a refusal only. A description of your
    /// own for `UNCLEAR`, given with [`labels`](Self::labels), stays.
    ///
    /// [`ReplyTemplates`](sms_consolidate::ReplyTemplates) answer it like any label: with the text set for it, or else
    /// with the one for all others, by default "Thank you for replying."
    pub fn with_unclear(mut self) -> Self {
        self.with_unclear = true;
        self
    }

    /// The model; by default [`DEFAULT_MODEL`]. It should know Structured Outputs.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// How long the model may think. By default [`DEFAULT_MODEL`] does not think at all, and any other model decides
    /// for itself: those that cannot think reject the setting. Thinking takes time and
    /// [completion tokens](Self::max_completion_tokens).
    pub fn reasoning_effort(mut self, effort: ReasoningEffort) -> Self {
        self.reasoning_effort = Some(effort);
        self
    }

    /// The most tokens that an answer may take, thinking included; by default 1,024. Only what is used is charged.
    pub fn max_completion_tokens(mut self, tokens: u32) -> Self {
        self.max_completion_tokens = tokens;
        self
    }

    /// Where the API is: an `http` or `https` URL to which `/chat/completions` is added, as with `OPENAI_BASE_URL` in
    /// OpenAI's own libraries; by default OpenAI's. Any path may stand in it, `/v1` or another one or none; a slash at
    /// its end does not matter. Over `http` the key and the texts travel in the open.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Which fields the service takes; by default [`Dialect::OPENAI`], which is all of them.
    ///
    /// What is wrong with it is learned: if the service rejects a request with 400, 422 or 501 and names one of these
    /// fields, the same call goes on without that field (or with `max_tokens` for `max_completion_tokens`, with
    /// `json_object` for `json_schema`), and so do all later ones, until the process ends. Each is said once, at
    /// `warn`. A service that ignores what it does not know teaches nothing, so name its dialect.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// The secret under which senders are hashed to the `safety_identifier`; by default the API key. Set it to keep
    /// the identifiers when the key changes, and always where the key is no secret, as with many local servers.
    pub fn identifier_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.identifier_secret = Some(secret.into());
        self
    }

    /// How long one call for a batch may take, with all its requests and the waits between them; by default 10 s. The
    /// library's own timeout shortens it: a tenth of that, at most a second, is left to the next classifier of a [`Fallback`](sms_consolidate::Fallback).
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.timing.deadline = deadline;
        self
    }

    /// How long one request may take before it is given up and, if the deadline allows, made again; by default 5 s.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timing.attempt_timeout = timeout;
        self
    }

    /// The longest `Retry-After` that is waited for within the deadline; by default 5 s. If the service asks for more,
    /// the classifier fails at once and passes the wish on.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.timing.max_retry_after = wait;
        self
    }

    /// For how long no call is made once the service has refused the key or the account has nothing left to spend; by
    /// default 60 s. Then one call is made alone, and its answer decides about the others.
    pub fn suspend_for(mut self, duration: Duration) -> Self {
        self.suspend_for = duration;
        self
    }

    /// Connects directly, whatever proxy the environment names.
    pub fn without_proxy(mut self) -> Self {
        self.use_proxy = false;
        self
    }

    /// How many texts of a batch are sent; by default [`DEFAULT_MAX_MESSAGES`]. Of more, the
    /// first and the last are sent; the model and the log are told how many are missing. The parts of a long message
    /// are one text.
    pub fn max_messages(mut self, messages: usize) -> Self {
        self.caps.messages = messages;
        self
    }

    /// How many bytes of text (UTF-8, cleaned) are sent of a batch; by default [`DEFAULT_MAX_TEXT_BYTES`]. Of more, the first and the last texts are sent, as with
    /// [`max_messages`](Self::max_messages). The last one is always sent, and cut to a length that fits.
    pub fn max_text_bytes(mut self, bytes: usize) -> Self {
        self.caps.text_bytes = bytes;
        self
    }

    /// How many characters (Unicode scalar values) of each text are sent; by default 1,600. Of a longer one, one half
    /// of them is its start and the other its end.
    pub fn max_message_chars(mut self, chars: usize) -> Self {
        self.caps.message_chars = chars;
        self
    }

    /// The clock for deadlines and waits; by default a [`SystemClock`]. Give it the consolidator's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Builds the classifier. Nothing is sent.
    ///
    /// # Errors
    /// If a setting cannot work, or the machine offers no TLS roots.
    pub fn build(self) -> Result<OpenAiClassifier, BuildError> {
        self.check_values()?;
        let labels = complete_labels(self.labels, self.with_unclear);
        check_labels(&labels)?;
        let secret = self.identifier_secret.as_ref().unwrap_or(&self.api_key);
        let pseudonyms = Pseudonyms::new(secret.expose_secret().as_bytes());
        let endpoint = Endpoint::new(check_base_url(&self.base_url)?, self.api_key)
            .map_err(|_| BuildError::ApiKeyNotPrintable)?;
        let client = client(endpoint, self.use_proxy)
            .map_err(|error| BuildError::HttpClient { source: Box::new(error) })?;
        let default_effort = (self.model == DEFAULT_MODEL).then_some(ReasoningEffort::None);
        let template = Template::new(
            self.model,
            self.reasoning_effort.or(default_effort),
            self.max_completion_tokens,
            &labels,
        );
        Ok(OpenAiClassifier {
            client,
            template,
            caps: self.caps,
            dialect: Known::new(self.dialect),
            pseudonyms,
            labels: labels.into_iter().map(|(label, _)| label).collect(),
            timing: self.timing,
            breaker: Breaker::new(self.suspend_for),
            health: Health::default(),
            clock: self.clock,
            used: Mutex::default(),
        })
    }

    fn check_values(&self) -> Result<(), BuildError> {
        let secret = self.identifier_secret.as_ref().map_or("unset", |secret| secret.expose_secret());
        let texts = [
            ("api_key", self.api_key.expose_secret()),
            ("identifier_secret", secret),
            ("model", self.model.as_str()),
        ];
        if let Some((setting, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(BuildError::Blank { setting });
        }
        let zeros = [
            ("max_completion_tokens", self.max_completion_tokens == 0),
            ("deadline", self.timing.deadline.is_zero()),
            ("attempt_timeout", self.timing.attempt_timeout.is_zero()),
            ("max_messages", self.caps.messages == 0),
            ("max_message_chars", self.caps.message_chars == 0),
            ("max_text_bytes", self.caps.text_bytes == 0),
        ];
        match zeros.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((setting, _)) => Err(BuildError::Zero { setting }),
            None => Ok(()),
        }
    }
}

fn default_labels(with_unclear: bool) -> Vec<(Label, String)> {
    let not_agree = if with_unclear {
        "the sender declines, refuses or cancels"
    } else {
        "the sender declines, or it is not clear that the sender agrees"
    };
    vec![
        (Label::AGREE, "the sender agrees, accepts or confirms".to_owned()),
        (Label::NOT_AGREE, not_agree.to_owned()),
    ]
}

fn complete_labels(labels: Option<Vec<(Label, String)>>, with_unclear: bool) -> Vec<(Label, String)> {
    let mut labels = labels.unwrap_or_else(|| default_labels(with_unclear));
    if with_unclear && labels.iter().all(|(label, _)| *label != Label::UNCLEAR) {
        labels.push((Label::UNCLEAR, UNCLEAR_DESCRIPTION.to_owned()));
    }
    labels
}

fn check_labels(labels: &[(Label, String)]) -> Result<(), BuildError> {
    if labels.is_empty() {
        return Err(BuildError::NoLabels);
    }
    for (position, (label, description)) in labels.iter().enumerate() {
        if label.as_str().trim().is_empty() {
            return Err(BuildError::BlankLabel { position });
        }
        if description.trim().is_empty() {
            return Err(BuildError::NoDescription { label: label.clone() });
        }
        if labels[..position].iter().any(|(other, _)| other == label) {
            return Err(BuildError::DuplicateLabel { label: label.clone() });
        }
    }
    Ok(())
}

/// The URL without the slash at its end.
fn check_base_url(text: &str) -> Result<String, BuildError> {
    let url = reqwest::Url::parse(text.trim()).map_err(|_| BuildError::BaseUrl)?;
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    let is_plain = url.has_host() && !has_credentials && url.query().is_none() && url.fragment().is_none();
    if !is_plain || !matches!(url.scheme(), "http" | "https") {
        return Err(BuildError::BaseUrl);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Without the secrets.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("dialect", &self.dialect)
            .field("model", &self.model)
            .field("labels", &self.labels)
            .field("with_unclear", &self.with_unclear)
            .finish_non_exhaustive()
    }
}

/// Settings that cannot work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// There is nothing to choose from.
    #[error("there are no labels")]
    NoLabels,
    /// A label has no name.
    #[error("label {position} has no name")]
    BlankLabel {
        /// Which one, from 0.
        position: usize,
    },
    /// A label has no description, without which the model can only guess.
    #[error("label {label} has no description")]
    NoDescription {
        /// Which one.
        label: Label,
    },
    /// A label is there twice.
    #[error("label {label} is there twice")]
    DuplicateLabel {
        /// Which one.
        label: Label,
    },
    /// A setting that must hold something is empty.
    #[error("{setting} must not be empty")]
    Blank {
        /// The builder's method.
        setting: &'static str,
    },
    /// A setting that must not be zero is zero.
    #[error("{setting} must not be zero")]
    Zero {
        /// The builder's method.
        setting: &'static str,
    },
    /// The API key does not fit into an HTTP header.
    #[error("the API key holds a line break or another control character")]
    ApiKeyNotPrintable,
    /// The base URL is not one.
    #[error("base_url must be an http or https URL without credentials, query and fragment")]
    BaseUrl,
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up: {source}")]
    HttpClient {
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}
