//! What the service answers: the parts that matter, and a strict reading of them.
//!
//! Compatible servers leave out fields that OpenAI sends and add others, so that only what is needed is asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sms_consolidate::{Label, Usage};

use crate::error::{ErrorDetail, OpenAiError};

/// The longest code that is kept of an error.
const MAX_CODE_BYTES: usize = 64;

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
    content: Option<String>,
    refusal: Option<String>,
}

/// The JSON that the schema of the request asks for.
#[derive(Debug, Deserialize, Serialize)]
struct Verdict {
    label: String,
}

impl Completion {
    /// Which of `labels` the model chose.
    pub(crate) fn label(&self, labels: &[Label]) -> Result<Label, OpenAiError> {
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
        let verdict = choice.message.content.as_deref().map(serde_json::from_str::<Verdict>);
        let Some(Ok(verdict)) = verdict else { return Err(malformed) };
        let label = labels.iter().find(|label| label.as_str() == verdict.label);
        label.cloned().ok_or(OpenAiError::UnknownLabel)
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
    Some(Usage {
        prompt_tokens: tokens("/prompt_tokens"),
        cached_tokens: tokens("/prompt_tokens_details/cached_tokens"),
        completion_tokens: tokens("/completion_tokens"),
        reasoning_tokens: tokens("/completion_tokens_details/reasoning_tokens"),
    })
}

/// The body of an error: `{"error": {"message", "type", "param", "code"}}`.
pub(crate) struct ErrorBody {
    code: Option<String>,
    kind: Option<String>,
    well_formed: bool,
}

impl ErrorBody {
    /// Reads a body, or what came in its place.
    pub(crate) fn read(body: Option<&[u8]>) -> Self {
        let body: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
        let error = body.as_ref().and_then(|body| body.get("error")).filter(|error| error.is_object());
        let field = |name: &str| error?.get(name)?.as_str().map(str::to_owned);
        Self { code: field("code"), kind: field("type"), well_formed: error.is_some() }
    }

    /// Whether the code or the type names an exhausted balance, or a spend or usage limit. OpenAI documents
    /// `insufficient_quota`, `credit_balance_exhausted`, `organization_spend_limit_exceeded`,
    /// `project_spend_limit_exceeded` and `organization_usage_limit_exceeded`
    /// (<https://developers.openai.com/api/docs/guides/error-codes>), and used to send `billing_hard_limit_reached`.
    pub(crate) fn names_quota(&self) -> bool {
        const SIGNS: [&str; 6] =
            ["insufficient_quota", "insufficient_balance", "credit", "billing", "spend_limit", "usage_limit"];
        let mut names = self.code.iter().chain(&self.kind);
        names.any(|name| SIGNS.iter().any(|sign| name.contains(sign)))
    }

    /// What of it is fit for logs. Codes are lower-case words joined by underscores; whatever else stands there could
    /// be a piece of the request.
    pub(crate) fn detail(&self) -> ErrorDetail {
        let is_code = |name: &&String| {
            name.len() <= MAX_CODE_BYTES && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'_'))
        };
        match self.code.iter().chain(&self.kind).find(is_code) {
            Some(code) => ErrorDetail::Code(code.as_str().into()),
            None if self.well_formed => ErrorDetail::NoCode,
            None => ErrorDetail::Malformed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quota_is_told_from_rate_by_code_or_type() {
        let check = |code: &str, kind: &str, is_quota: bool| {
            let body = serde_json::json!({ "error": { "message": "", "code": code, "type": kind } });
            let body = ErrorBody::read(Some(body.to_string().as_bytes()));
            assert_eq!(body.names_quota(), is_quota, "{code} {kind}");
        };
        check("insufficient_quota", "insufficient_quota", true);
        check("", "insufficient_quota", true);
        check("credit_balance_exhausted", "insufficient_quota", true);
        check("organization_spend_limit_exceeded", "", true);
        check("project_spend_limit_exceeded", "", true);
        check("organization_usage_limit_exceeded", "", true);
        check("billing_hard_limit_reached", "", true);
        check("rate_limit_exceeded", "tokens", false);
        check("slow_down", "rate_limit_error", false);
    }

    #[test]
    fn usage_is_read_from_any_json() {
        let check = |body: &str, usage: Option<[u64; 4]>| {
            let expected =
                usage.map(|[prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens]| Usage {
                    prompt_tokens,
                    cached_tokens,
                    completion_tokens,
                    reasoning_tokens,
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

    #[test]
    fn only_codes_are_kept_of_errors() {
        let check = |body: &str, detail: ErrorDetail| {
            assert_eq!(ErrorBody::read(Some(body.as_bytes())).detail(), detail, "{body}");
        };
        let code = |code: &str| ErrorDetail::Code(code.into());
        check(
            r#"{"error":{"message":"+63912","type":"t","code":"model_not_found"}}"#,
            code("model_not_found"),
        );
        check(r#"{"error":{"type":"rate_limit_error","code":null}}"#, code("rate_limit_error"));
        check(r#"{"error":{"type":"server_error","code":500}}"#, code("server_error"));
        check(r#"{"error":{"code":"sk-secret","type":"+63912"}}"#, ErrorDetail::NoCode);
        check(r#"{"error":{}}"#, ErrorDetail::NoCode);
        check(&format!(r#"{{"error":{{"code":"{}"}}}}"#, "a".repeat(65)), ErrorDetail::NoCode);
        for body in ["", "<html>", "null", "[]", "3", r#"{"error":"no"}"#, r#"{"detail":[]}"#] {
            check(body, ErrorDetail::Malformed);
        }
        check(&"[".repeat(100_000), ErrorDetail::Malformed);
        assert_eq!(ErrorBody::read(None).detail(), ErrorDetail::Malformed);
    }
}
