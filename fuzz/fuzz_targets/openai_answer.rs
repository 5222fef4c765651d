//! What OpenAI, or a server in its place, answers to a request; see [`Answer`] for how the input is read.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sms_consolidate::{
    BatchId, Classification, Classifier, ClassifyError, Context, FakeClock, Label, SmsMessage,
};
use sms_consolidate_fuzz::{Answer, Loopback};
use sms_consolidate_openai::{Dialect, OpenAiClassifier, OpenAiError};

const KEY: &str = "sk-4f9a";
const NUMBER: &str = "+639123456789";
const TEXT: &str = "Yes, we can";

static SERVER: LazyLock<Loopback> = LazyLock::new(Loopback::start);
static CLASSIFIER: LazyLock<OpenAiClassifier> = LazyLock::new(classifier);

fn classifier() -> OpenAiClassifier {
    let builder =
        OpenAiClassifier::builder(KEY).base_url(&SERVER.url).without_proxy().clock(FakeClock::default());
    // Too short for another request, and no call is held back for what an earlier one was answered.
    let builder = builder.deadline(Duration::from_millis(1)).suspend_for(Duration::ZERO);
    builder.build().expect("settings that work")
}

fuzz_target!(|input: &[u8]| {
    let messages = [SmsMessage::new(TEXT)];
    let context = Context::new(BatchId::from_bytes([7; 16]), NUMBER, 1, Duration::from_secs(60));
    let answer = Answer::read(input);
    let status = answer.status.as_u16();
    let body = input.splitn(4, |byte| *byte == b'\n').nth(3).unwrap_or_default();
    // A classifier that learns is used once, so that each input stands for itself.
    let learns = matches!(status, 400 | 422 | 501).then(classifier);
    let asked = learns.as_ref().unwrap_or(&*CLASSIFIER);
    let (result, request) = SERVER.run(answer, asked.classify(&messages, &context));
    assert!(!request.is_empty(), "nothing was asked: {result:?}");
    check_dialect(asked.dialect(), body);
    match result {
        Ok(classification) => {
            assert!((200..300).contains(&status));
            let Classification { label, method, confidence, proposed_reply, .. } = classification;
            assert!([Label::AGREE, Label::NOT_AGREE].contains(&label));
            assert!(is_named_outside_of_thoughts(&label, body), "{label}");
            assert!(method == "OpenAI" && confidence.is_none() && proposed_reply.is_none());
        }
        Err(error) => check_error(status, &error),
    }
});

/// Only a body that names a field makes the classifier leave it out.
fn check_dialect(dialect: Dialect, body: &[u8]) {
    let body = String::from_utf8_lossy(body).to_lowercase();
    let is_named = |names: &[&str]| body.contains('\\') || names.iter().any(|name| body.contains(name));
    if !is_named(&["store"]) {
        assert_eq!(dialect, dialect.store(true));
    }
    if !is_named(&["safety_identifier"]) {
        assert_eq!(dialect, dialect.safety_identifier(true));
    }
    if !is_named(&["max_completion_tokens"]) {
        assert_eq!(dialect, dialect.token_limit(sms_consolidate_openai::TokenLimit::MaxCompletionTokens));
    }
    if !is_named(&["response_format", "response format", "json_schema", "json_object"]) {
        assert_eq!(dialect, dialect.answer_format(sms_consolidate_openai::AnswerFormat::JsonSchema));
    }
}

/// Whether the content says the label where it is no thought, unless escapes spell it.
fn is_named_outside_of_thoughts(label: &Label, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).expect("the body of an answer that was read");
    let content = &body["choices"][0]["message"]["content"];
    let parts = content.as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    let content: String = content.as_str().into_iter().chain(parts).collect();
    let spoken = content.rsplit("</think>").next().unwrap_or_default();
    let spoken = spoken.split("<think>").next().unwrap_or_default();
    spoken.contains("\\u") || (spoken.contains(label.as_str()) && spoken.contains("\"label\""))
}

fn check_error(status: u16, error: &ClassifyError) {
    let logged = format!("{error} {error:?}");
    assert!([KEY, NUMBER, TEXT].iter().all(|secret| !logged.contains(secret)), "{logged}");
    let (retryable, source) = match error {
        ClassifyError::Retryable { source, .. } => (true, source),
        ClassifyError::Permanent { source, .. } => (false, source),
        other => panic!("{other}"),
    };
    let cause = source.downcast_ref().expect("an error of the crate's own");
    let fits = match cause {
        OpenAiError::Malformed { .. } => retryable && (200..300).contains(&status),
        OpenAiError::Unavailable { .. } => retryable && matches!(status, 408 | 429 | 500..),
        OpenAiError::Refused
        | OpenAiError::CutOff
        | OpenAiError::Filtered
        | OpenAiError::UnknownLabel
        | OpenAiError::Ambiguous => !retryable && (200..300).contains(&status),
        OpenAiError::Flagged { .. } => !retryable && matches!(status, 400 | 403 | 422),
        OpenAiError::Unauthorized { .. } => !retryable && matches!(status, 401 | 403),
        OpenAiError::QuotaExhausted { .. } => !retryable && matches!(status, 402 | 429),
        OpenAiError::Rejected { .. } => !retryable && matches!(status, 300..500),
        _ => false,
    };
    assert!(fits, "{logged} for {status}");
}
