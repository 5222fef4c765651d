//! What a service that calls itself compatible takes, and what was learned of it.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

/// The field that limits the tokens of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenLimit {
    /// `max_completion_tokens`, as OpenAI has it.
    MaxCompletionTokens,
    /// `max_tokens`, which it replaces, and which most others know alone.
    MaxTokens,
    /// None: the service's own limit holds.
    Unset,
}

/// How the service is asked for JSON. The instructions name the shape of the answer in every case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFormat {
    /// `response_format` of type `json_schema`, strict: the service lets the model say nothing else.
    JsonSchema,
    /// `response_format` of type `json_object`: some JSON. The instructions hold the schema.
    JsonObject,
    /// No `response_format`. The instructions hold the schema.
    Text,
}

/// Which of the fields that are not the same everywhere a request holds.
///
/// The constants are what the services document; the crate's README names the pages. A dialect is where a classifier
/// begins: what the service rejects it leaves out from then on.
///
/// ```
/// use sms_consolidate_openai::{AnswerFormat, Dialect, OpenAiClassifier};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mistral = OpenAiClassifier::builder("key").dialect(Dialect::MISTRAL).model("mistral-small-latest").build()?;
/// assert_eq!(mistral.dialect(), "mistral".parse()?);
///
/// // A server of your own that knows `store`, and no schema.
/// let own = Dialect::VLLM.store(true).answer_format(AnswerFormat::JsonObject);
/// # let _ = own;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    pub(crate) store: bool,
    pub(crate) safety_identifier: bool,
    pub(crate) reasoning_effort: bool,
    pub(crate) token_limit: TokenLimit,
    pub(crate) answer_format: AnswerFormat,
}

impl Dialect {
    /// OpenAI, with everything; where a classifier begins unless it is told otherwise.
    pub const OPENAI: Self = Self {
        store: true,
        safety_identifier: true,
        reasoning_effort: true,
        token_limit: TokenLimit::MaxCompletionTokens,
        answer_format: AnswerFormat::JsonSchema,
    };
    /// Anthropic's compatible endpoint, which ignores `response_format`.
    pub const ANTHROPIC: Self = Self::other(TokenLimit::MaxCompletionTokens, AnswerFormat::Text);
    /// Cerebras.
    pub const CEREBRAS: Self = Self::other(TokenLimit::MaxCompletionTokens, AnswerFormat::JsonSchema);
    /// DeepSeek, which takes no schema.
    pub const DEEPSEEK: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonObject);
    /// Fireworks.
    pub const FIREWORKS: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// Gemini's compatible endpoint.
    pub const GEMINI: Self = Self::other(TokenLimit::MaxCompletionTokens, AnswerFormat::JsonSchema);
    /// Groq.
    pub const GROQ: Self = Self::other(TokenLimit::MaxCompletionTokens, AnswerFormat::JsonSchema);
    /// llama.cpp's server.
    pub const LLAMA_CPP: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// LM Studio.
    pub const LM_STUDIO: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// Mistral.
    pub const MISTRAL: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// Ollama.
    pub const OLLAMA: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// OpenRouter.
    pub const OPENROUTER: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// Perplexity.
    pub const PERPLEXITY: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// Together.
    pub const TOGETHER: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// vLLM's server.
    pub const VLLM: Self = Self::other(TokenLimit::MaxTokens, AnswerFormat::JsonSchema);
    /// xAI.
    pub const XAI: Self = Self::other(TokenLimit::MaxCompletionTokens, AnswerFormat::JsonSchema);

    const NAMED: [(&'static str, Self); 16] = [
        ("openai", Self::OPENAI),
        ("anthropic", Self::ANTHROPIC),
        ("cerebras", Self::CEREBRAS),
        ("deepseek", Self::DEEPSEEK),
        ("fireworks", Self::FIREWORKS),
        ("gemini", Self::GEMINI),
        ("groq", Self::GROQ),
        ("llama-cpp", Self::LLAMA_CPP),
        ("lm-studio", Self::LM_STUDIO),
        ("mistral", Self::MISTRAL),
        ("ollama", Self::OLLAMA),
        ("openrouter", Self::OPENROUTER),
        ("perplexity", Self::PERPLEXITY),
        ("together", Self::TOGETHER),
        ("vllm", Self::VLLM),
        ("xai", Self::XAI),
    ];

    /// Somebody else's: `store` and `safety_identifier` are OpenAI's own.
    const fn other(token_limit: TokenLimit, answer_format: AnswerFormat) -> Self {
        Self { store: false, safety_identifier: false, reasoning_effort: true, token_limit, answer_format }
    }

    /// The names that [`FromStr`] knows, in lower case: those of the constants, with a hyphen in place of a line.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::NAMED.iter().map(|(name, _)| *name)
    }

    /// Whether `store: false` is sent, which asks the service to keep nothing.
    #[must_use]
    pub const fn store(mut self, sent: bool) -> Self {
        self.store = sent;
        self
    }

    /// Whether `safety_identifier` is sent, a keyed hash that tells senders apart.
    #[must_use]
    pub const fn safety_identifier(mut self, sent: bool) -> Self {
        self.safety_identifier = sent;
        self
    }

    /// Which field limits the tokens of an answer.
    #[must_use]
    pub const fn token_limit(mut self, field: TokenLimit) -> Self {
        self.token_limit = field;
        self
    }

    /// How the service is asked for JSON.
    #[must_use]
    pub const fn answer_format(mut self, format: AnswerFormat) -> Self {
        self.answer_format = format;
        self
    }

    /// Whether a request in this dialect may hold `field`.
    pub(crate) fn sends(self, field: Field) -> bool {
        match field {
            Field::Store => self.store,
            Field::SafetyIdentifier => self.safety_identifier,
            Field::ReasoningEffort => self.reasoning_effort,
            Field::MaxCompletionTokens => self.token_limit == TokenLimit::MaxCompletionTokens,
            Field::MaxTokens => self.token_limit == TokenLimit::MaxTokens,
            Field::ResponseFormat => self.answer_format != AnswerFormat::Text,
        }
    }

    /// This dialect without `field`, or with what comes next in its place.
    fn without(mut self, field: Field) -> Self {
        match field {
            Field::Store => self.store = false,
            Field::SafetyIdentifier => self.safety_identifier = false,
            Field::ReasoningEffort => self.reasoning_effort = false,
            Field::MaxCompletionTokens => self.token_limit = TokenLimit::MaxTokens,
            Field::MaxTokens => self.token_limit = TokenLimit::Unset,
            Field::ResponseFormat if self.answer_format == AnswerFormat::JsonSchema => {
                self.answer_format = AnswerFormat::JsonObject;
            }
            Field::ResponseFormat => self.answer_format = AnswerFormat::Text,
        }
        self
    }
}

impl Default for Dialect {
    fn default() -> Self {
        Self::OPENAI
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// The dialect of one of the [`names`](Self::names).
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let found = Self::NAMED.iter().find(|(known, _)| *known == name);
        found.map(|(_, dialect)| *dialect).ok_or(UnknownDialect)
    }
}

/// A name that is no dialect's. Its text lists those that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownDialect;

impl fmt::Display for UnknownDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a dialect is one of ")?;
        Dialect::names().enumerate().try_for_each(|(position, name)| {
            f.write_str(if position == 0 { "" } else { ", " })?;
            f.write_str(name)
        })
    }
}

impl std::error::Error for UnknownDialect {}

/// A field that not every service takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Store,
    SafetyIdentifier,
    ReasoningEffort,
    MaxCompletionTokens,
    MaxTokens,
    ResponseFormat,
}

impl Field {
    pub(crate) const ALL: [Self; 6] = [
        Self::Store,
        Self::SafetyIdentifier,
        Self::ReasoningEffort,
        Self::MaxCompletionTokens,
        Self::MaxTokens,
        Self::ResponseFormat,
    ];

    pub(crate) fn name(self) -> &'static str {
        self.names()[0]
    }

    /// Under which names services speak of it, its own first.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Store => &["store"],
            Self::SafetyIdentifier => &["safety_identifier"],
            Self::ReasoningEffort => &["reasoning_effort"],
            Self::MaxCompletionTokens => &["max_completion_tokens"],
            Self::MaxTokens => &["max_tokens"],
            Self::ResponseFormat => &["response_format", "json_schema", "json_object", "response format"],
        }
    }
}

/// The dialect that is known to be spoken now. Calls read it before each request and write what they learn; none holds
/// the lock while it waits.
pub(crate) struct Known(Mutex<Dialect>);

/// What came of an objection to a field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lesson {
    /// It is left out from now on.
    New,
    /// Another call has learned it while this one was on its way.
    Known,
}

impl Known {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self(Mutex::new(dialect))
    }

    pub(crate) fn get(&self) -> Dialect {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves `field` out, if it is still sent as it was in the request, in dialect `sent`, that was rejected for it.
    pub(crate) fn leave_out(&self, field: Field, sent: Dialect) -> Lesson {
        let mut dialect = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_moved = match field {
            Field::ResponseFormat => dialect.answer_format != sent.answer_format,
            _ => !dialect.sends(field),
        };
        if has_moved {
            return Lesson::Known;
        }
        *dialect = dialect.without(field);
        Lesson::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_constants() {
        let names: Vec<_> = Dialect::names().collect();
        assert!(names.is_sorted_by(|a, b| *a == "openai" || a < b), "{names:?}");
        for name in names {
            assert!(name.parse::<Dialect>().is_ok());
        }
        assert_eq!("openai".parse(), Ok(Dialect::default()));
        assert_eq!("deepseek".parse(), Ok(Dialect::DEEPSEEK));
        for name in ["", "OpenAI", "mistral ", "azure"] {
            let error = name.parse::<Dialect>().unwrap_err().to_string();
            assert!(error.starts_with("a dialect is one of openai, anthropic, "), "{error}");
        }
    }

    #[test]
    fn calls_that_learn_at_once_agree() {
        let known = Known::new(Dialect::OPENAI);
        let sent = known.get();
        assert_eq!(known.leave_out(Field::ResponseFormat, sent), Lesson::New);
        assert_eq!(known.leave_out(Field::ResponseFormat, sent), Lesson::Known);
        assert_eq!(known.get().answer_format, AnswerFormat::JsonObject);
        assert_eq!(known.leave_out(Field::MaxCompletionTokens, sent), Lesson::New);
        assert_eq!(known.leave_out(Field::MaxCompletionTokens, sent), Lesson::Known);
        assert_eq!(known.get().token_limit, TokenLimit::MaxTokens);
    }

    /// Hence a call ends, whatever a service objects to.
    #[test]
    fn there_is_an_end_to_what_can_be_left_out() {
        let known = Known::new(Dialect::OPENAI);
        let mut lessons = 0;
        while let Some(field) = Field::ALL.into_iter().find(|field| known.get().sends(*field)) {
            assert_eq!(known.leave_out(field, known.get()), Lesson::New);
            lessons += 1;
        }
        assert_eq!(lessons, 7);
    }
}
