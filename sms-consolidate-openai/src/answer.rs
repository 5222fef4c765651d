//! What the service answers: the parts that matter, and a strict reading of them.
//!
//! Compatible servers leave out fields that OpenAI sends and add others, so that only what is needed is asked for.

use serde::Deserialize;
use serde_json::Value;
use sms_consolidate::{Label, Usage};

use crate::error::OpenAiError;
use crate::reading::{read_label, text_of};

/// A chat completion.
#[derive(Debug, Deserialize)]
pub(crate) struct Completion {
    choices: Vec<Choice>,
    usage: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    message: Answer,
    finish_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    /// A string, or a list of parts.
    #[serde(default)]
    content: Value,
    refusal: Option<String>,
}

impl Completion {
    /// Which of `labels` the model chose for `texts`.
    pub(crate) fn label(&self, labels: &[Label], texts: &[String]) -> Result<Label, OpenAiError> {
        let malformed = OpenAiError::Malformed { status: 200 };
        let Some(choice) = self.choices.first() else { return Err(malformed) };
        if choice.message.refusal.is_some() {
            return Err(OpenAiError::Refused);
        }
        match choice.finish_reason.as_deref() {
            Some("length") => return Err(OpenAiError::CutOff),
            Some("content_filter") => return Err(OpenAiError::Filtered),
            _ => {}
        }
        let content = text_of(&choice.message.content).ok_or(malformed)?;
        read_label(&content, labels, texts)
    }

    /// What it cost, if the service says so.
    pub(crate) fn usage(&self) -> Option<Usage> {
        self.usage.as_ref().and_then(read_usage)
    }
}

/// What an answer cost that is of no use otherwise, if it says so.
pub(crate) fn usage_of(body: &[u8]) -> Option<Usage> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("usage").and_then(read_usage)
}

/// Reads what is there: figures that a server leaves out, or writes in another way, do not spoil its answer.
fn read_usage(usage: &Value) -> Option<Usage> {
    usage.as_object()?;
    let tokens = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or(0);
    let usage = Usage::new(tokens("/prompt_tokens"), tokens("/completion_tokens"))
        .with_cached_tokens(tokens("/prompt_tokens_details/cached_tokens"))
        .with_reasoning_tokens(tokens("/completion_tokens_details/reasoning_tokens"));
    Some(usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_read_from_any_json() {
        let check = |body: &str, usage: Option<[u64; 4]>| {
            let expected = usage.map(|[prompt, cached, completion, reasoning]| {
                Usage::new(prompt, completion).with_cached_tokens(cached).with_reasoning_tokens(reasoning)
            });
            assert_eq!(usage_of(body.as_bytes()), expected, "{body}");
        };
        check(
            r#"{"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":8},
                "completion_tokens_details":{"reasoning_tokens":3}}}"#,
            Some([9, 8, 4, 3]),
        );
        check(r#"{"error":{"code":"x"},"usage":{"prompt_tokens":9}}"#, Some([9, 0, 0, 0]));
        check(
            r#"{"usage":{"prompt_tokens":-1,"completion_tokens":null,"prompt_tokens_details":7}}"#,
            Some([0; 4]),
        );
        for body in
            ["", "<html>", "[]", "null", "{}", r#"{"usage":null}"#, r#"{"usage":[1]}"#, r#"{"usage":"9"}"#]
        {
            check(body, None);
        }
    }
}
