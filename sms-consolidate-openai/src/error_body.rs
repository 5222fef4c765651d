//! What the body of an error says: whose fault it was, and which field was not wanted.
//!
//! Bodies may quote the texts of the batch. So nothing of them is kept but codes, and what their words are taken to mean
//! is checked against the texts before anything follows from it.

use serde_json::Value;

use crate::dialect::Field;
use crate::error::ErrorDetail;

/// The longest code that is kept of an error.
const MAX_CODE_BYTES: usize = 64;

/// How much of a message is looked at: so many lines, of each so many bytes. Services say first what is wrong.
const MAX_LINES: usize = 8;
const MAX_LINE_BYTES: usize = 300;

/// An objection to one field of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Objection {
    pub(crate) field: Field,
    /// Whether a sentence says so, and not a part of the body that names fields and nothing else. A sentence may quote
    /// the texts.
    pub(crate) in_words: bool,
}

/// The body of an error: OpenAI's `{"error": {"message", "type", "param", "code"}}`, or what others make of it.
pub(crate) struct ErrorBody {
    code: Option<String>,
    kind: Option<String>,
    well_formed: bool,
    names_moderation: bool,
    speaks_of_moderation: bool,
    objections: Vec<Objection>,
}

impl ErrorBody {
    /// Reads a body, or what came in its place.
    pub(crate) fn read(body: Option<&[u8]>) -> Self {
        let body: Value = body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
        // Gemini puts the whole into an array.
        let root = body.get(0).unwrap_or(&body);
        let is_flat = root["message"].is_string() && (root["type"].is_string() || root["code"].is_string());
        // Cerebras and Mistral have no "error" around it.
        let error = if is_flat { root } else { &root["error"] };
        let field = |name: &str| error.get(name)?.as_str().map(str::to_owned);
        let (code, kind) = (field("code"), field("type"));
        let names_moderation =
            code.iter().chain(&kind).any(|name| is_about_moderation(name)) || has_moderation_data(error);
        let sentences =
            || [error, &error["message"], root, &root["message"], &root["error"], &root["detail"]];
        let speaks_of_moderation =
            sentences().iter().filter_map(|said| said.as_str()).any(is_about_moderation);
        let mut objections = objections_in_fields(root, error);
        for sentence in sentences().iter().filter_map(|said| said.as_str()) {
            for objection in objections_in_words(sentence) {
                if !objections.contains(&objection) {
                    objections.push(objection);
                }
            }
        }
        Self {
            code,
            kind,
            well_formed: error.is_object(),
            names_moderation,
            speaks_of_moderation,
            objections,
        }
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

    /// Whether a part of the body that is no sentence says that the input was moderated.
    pub(crate) fn names_moderation(&self) -> bool {
        self.names_moderation
    }

    /// The same, where a sentence is enough.
    pub(crate) fn speaks_of_moderation(&self) -> bool {
        self.names_moderation || self.speaks_of_moderation
    }

    /// Which fields were not wanted.
    pub(crate) fn into_objections(self) -> Vec<Objection> {
        self.objections
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

/// Azure and OpenAI name `content_filter` and `content_policy_violation`; OpenRouter writes "Your chosen model requires
/// moderation and your input was flagged" (<https://openrouter.ai/docs/api/reference/errors-and-debugging>).
fn is_about_moderation(said: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "moderation",
        "content_filter",
        "content_policy",
        "content policy",
        "usage guidelines",
        "content management policy",
    ];
    // An account can be flagged as well.
    const FLAGGED: [&str; 4] =
        ["input was flagged", "prompt was flagged", "content was flagged", "flagged_input"];
    let said = said.to_ascii_lowercase();
    SIGNS.iter().chain(&FLAGGED).any(|sign| said.contains(sign))
}

/// OpenRouter's `metadata`, and Azure's `innererror`
/// (<https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter>).
fn has_moderation_data(error: &Value) -> bool {
    let metadata = &error["metadata"];
    let azure = error.get("innererror").and_then(|inner| inner.get("content_filter_result"));
    !metadata["flagged_input"].is_null() || !metadata["reasons"].is_null() || azure.is_some()
}

/// Objections in those parts of a body that hold names of fields and nothing else.
fn objections_in_fields(root: &Value, error: &Value) -> Vec<Objection> {
    let by_param =
        error["param"].as_str().and_then(|param| objection_in_param(param, error["code"].as_str()));
    let lists = [root, error]
        .into_iter()
        .flat_map(|part| [&part["detail"], &part["message"], &part["message"]["detail"]]);
    let mut fields: Vec<_> = by_param.into_iter().collect();
    for list in lists {
        fields.extend(fields_at_fault(list));
        // Mistral used to send the list as a text.
        if let Some(Ok(nested)) =
            list.as_str().filter(|text| text.starts_with(['{', '['])).map(serde_json::from_str::<Value>)
        {
            fields.extend(fields_at_fault(&nested));
            fields.extend(fields_at_fault(&nested["detail"]));
        }
    }
    let mut objections = Vec::new();
    for objection in fields.into_iter().map(|field| Objection { field, in_words: false }) {
        if !objections.contains(&objection) {
            objections.push(objection);
        }
    }
    objections
}

/// OpenAI's `param`, where the code says that the field is at fault as such. It also stands beside other troubles: that
/// a sender is suspended, as `safety_identifier`.
fn objection_in_param(param: &str, code: Option<&str>) -> Option<Field> {
    let name = param.split(['.', '[']).next()?;
    let field = Field::ALL.into_iter().find(|field| field.name() == name)?;
    let is_refused =
        matches!(code, Some("unsupported_parameter" | "unknown_parameter" | "unsupported_value"));
    (is_refused || field == Field::ResponseFormat).then_some(field)
}

/// The fields in a list of errors as pydantic writes it: `[{"type": "extra_forbidden", "loc": ["body", "store"]}]`.
fn fields_at_fault(list: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    for fault in list.as_array().into_iter().flatten() {
        let path: Vec<_> = fault["loc"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let path = path.strip_prefix(&["body"]).unwrap_or(&path);
        let is_extra = matches!(fault["type"].as_str(), Some("extra_forbidden" | "value_error.extra"));
        let at_fault = Field::ALL.into_iter().find(|field| match field {
            Field::ResponseFormat => path.first() == Some(&field.name()),
            _ => is_extra && path == [field.name()],
        });
        fields.extend(at_fault);
    }
    fields
}

/// What a sentence objects to: OpenAI's "Unrecognized request argument supplied: store", Gemini's "Unknown name "store":
/// Cannot find field.", Groq's "property 'store' is unsupported", Fireworks' "Extra inputs are not permitted, field:
/// 'store'", DeepSeek's "This `response_format` type is unavailable now", and their like.
fn objections_in_words(message: &str) -> Vec<Objection> {
    const REFUSALS: [&str; 9] = [
        "unsupported",
        "not supported",
        "not support",
        "unknown",
        "unrecognized",
        "not permitted",
        "not allowed",
        "cannot find field",
        "unexpected",
    ];
    const REFUSALS_OF_FORMATS: [&str; 4] = ["unavailable", "must be", "should be", "invalid"];
    let mut objections = Vec::new();
    // What is JSON has been read as JSON.
    if message.starts_with('{') {
        return objections;
    }
    for line in message.lines().take(MAX_LINES) {
        let end = (0..=line.len().min(MAX_LINE_BYTES)).rev().find(|at| line.is_char_boundary(*at));
        let line = &line[..end.unwrap_or(0)];
        let lower = line.to_ascii_lowercase();
        let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
        let refuses_fields = says(&REFUSALS);
        let refuses_formats = refuses_fields || says(&REFUSALS_OF_FORMATS);
        let refused = Field::ALL.into_iter().filter(|field| {
            let refuses = if *field == Field::ResponseFormat { refuses_formats } else { refuses_fields };
            refuses && field.names().iter().any(|name| names(line, name))
        });
        objections.extend(refused.map(|field| Objection { field, in_words: true }));
    }
    objections
}

/// Whether `name` stands in `line` by itself. A plain word such as "store" must be marked as a name: quoted, behind a
/// full stop, or an item of a list.
fn names(line: &str, name: &str) -> bool {
    let is_plain_word = !name.contains(['_', ' ']);
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return false;
        }
        let is_quoted = before.ends_with(['\'', '"', '`', '.']) && after.starts_with(['\'', '"', '`']);
        let starts_item =
            before.is_empty() || before.ends_with(": ") || before.ends_with(", ") || before.ends_with('.');
        let ends_item = after.is_empty() || after.starts_with([',', ':', '.']);
        !is_plain_word || is_quoted || (starts_item && ends_item)
    })
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "helpers of tests")]
mod tests {
    use serde_json::json;

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

    /// Bodies of the vendors, as they and their users publish them.
    #[test]
    fn objections_are_read_as_the_services_write_them() {
        use Field::{
            MaxCompletionTokens, MaxTokens, ReasoningEffort, ResponseFormat, SafetyIdentifier, Store,
        };
        fn check(body: Value, in_fields: &[Field], in_words: &[Field]) {
            let objections = ErrorBody::read(Some(body.to_string().as_bytes())).into_objections();
            let of = |words: bool| {
                let mut fields: Vec<_> =
                    objections.iter().filter(|o| o.in_words == words).map(|o| o.field).collect();
                fields.dedup();
                fields
            };
            assert_eq!((of(false), of(true)), (in_fields.to_vec(), in_words.to_vec()), "{body}");
        }
        let says =
            |message: &str| json!({ "error": { "message": message, "type": "invalid_request_error" } });
        let openai = |message: &str, param: &str, code: &str| json!({ "error": { "message": message, "type": "invalid_request_error", "param": param, "code": code } });
        let extra = |field: &str| json!([{ "type": "extra_forbidden", "loc": ["body", field], "msg": "Extra inputs are not permitted", "input": "safety_identifier" }]);
        let unsupported = "Unsupported parameter: 'max_completion_tokens' is not supported with this model.";
        check(
            openai(unsupported, "max_completion_tokens", "unsupported_parameter"),
            &[MaxCompletionTokens],
            &[MaxCompletionTokens],
        );
        check(openai("no", "reasoning_effort", "unsupported_value"), &[ReasoningEffort], &[]);
        check(openai("no", "response_format.type", "invalid_value"), &[ResponseFormat], &[]);
        check(openai("Access is limited", "safety_identifier", "cyber_policy_violation"), &[], &[]);
        check(openai("too long", "safety_identifier", "string_above_max_length"), &[], &[]);
        check(says("Unrecognized request argument supplied: store"), &[], &[Store]);
        check(
            says("Unrecognized request arguments supplied: store, safety_identifier"),
            &[],
            &[Store, SafetyIdentifier],
        );
        check(json!({ "detail": "Unsupported parameter: safety_identifier" }), &[], &[SafetyIdentifier]);
        check(
            json!({ "object": "error", "message": { "detail": extra("max_completion_tokens") }, "code": null }),
            &[MaxCompletionTokens],
            &[],
        );
        check(
            json!({ "object": "Error", "detail": extra("store"), "message": extra("store"), "code": 3001 }),
            &[Store],
            &[],
        );
        let nested = json!({ "detail": extra("store") }).to_string();
        check(json!({ "object": "error", "message": nested, "type": "internal_error_proxy" }), &[Store], &[]);
        check(
            says(
                "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 800}]",
            ),
            &[],
            &[MaxCompletionTokens],
        );
        let gemini = "Invalid JSON payload received. Unknown name \"store\": Cannot find field.\nInvalid JSON payload \
                      received. Unknown name \"safety_identifier\": Cannot find field.";
        check(
            json!([{ "error": { "code": 400, "message": gemini, "status": "INVALID_ARGUMENT" } }]),
            &[],
            &[Store, SafetyIdentifier],
        );
        check(says("property 'store' is unsupported, did you mean 'stop'?"), &[], &[Store]);
        check(
            json!({ "message": "body.store: property 'body.store' is unsupported", "type": "invalid_request_error", "param": "validation_error", "code": "wrong_api_format" }),
            &[],
            &[Store],
        );
        check(says("Extra inputs are not permitted, field: 'store', value: False"), &[], &[Store]);
        check(says("This response_format type is unavailable now"), &[], &[ResponseFormat]);
        check(says("This model does not support response format `json_schema`."), &[], &[ResponseFormat]);
        check(
            json!({ "error": "'response_format.type' must be 'json_schema' or 'text'" }),
            &[],
            &[ResponseFormat],
        );
        check(
            says(r#"["At body -> response_format -> ResponseFormatText -> type: Input should be 'text'"]"#),
            &[],
            &[ResponseFormat],
        );
        check(
            json!({ "detail": [{ "type": "literal_error", "loc": ["body", "response_format", "type"] }] }),
            &[ResponseFormat],
            &[],
        );
        check(says("max_tokens is not supported"), &[], &[MaxTokens]);
        for harmless in [
            "The model `store` does not exist",
            "Unknown error in the vector store of your project",
            "max_tokens is too large: 4096",
            "This model's maximum context length is 4097 tokens; reduce the messages or max_tokens",
            "unsupported_max_tokens_of_mine",
            "",
        ] {
            check(says(harmless), &[], &[]);
        }
        check(json!({ "detail": [{ "type": "int_parsing", "loc": ["body", "max_tokens"] }] }), &[], &[]);
        check(
            json!({ "detail": [{ "type": "extra_forbidden", "loc": ["body", "messages", 0, "store"] }] }),
            &[],
            &[],
        );
    }

    #[test]
    fn moderation_is_told_from_the_key() {
        let check = |body: Value, named: bool, spoken: bool| {
            let body = ErrorBody::read(Some(body.to_string().as_bytes()));
            assert_eq!((body.names_moderation(), body.speaks_of_moderation()), (named, spoken));
        };
        let message = "Your chosen model requires moderation and your input was flagged";
        check(json!({ "error": { "code": 403, "message": message } }), false, true);
        check(
            json!({ "error": { "code": 403, "message": "no", "metadata": { "reasons": ["x"] } } }),
            true,
            true,
        );
        check(json!({ "error": { "code": "content_filter", "message": "", "param": "prompt" } }), true, true);
        check(json!({ "error": { "code": "invalid_api_key", "message": "wrong key" } }), false, false);
        check(json!({ "error": "Content violates usage guidelines." }), false, true);
        check(json!({ "error": { "message": "Your API key was flagged" } }), false, false);
        check(json!([]), false, false);
    }
}
