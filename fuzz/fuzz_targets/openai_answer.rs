//! What OpenAI, or a server in its place, answers to a request; see [`Answer`] for how the input is read.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{
    BatchId, Classification, Classifier, ClassifyError, Context, FakeClock, Label, SmsMessage,
};
use sms_consolidate_fuzz::{Answer, Loopback};
use sms_consolidate_openai::{OpenAiClassifier, OpenAiError};

const KEY: &str = "sk-4f9a";
const NUMBER: &str = "+639123456789";
const TEXT: &str = "Yes, we can";

static SERVER: LazyLock<Loopback> = LazyLock::new(Loopback::start);
static CLASSIFIER: LazyLock<OpenAiClassifier> = LazyLock::new(|| {
    let builder =
        OpenAiClassifier::builder(KEY).base_url(&SERVER.url).without_proxy().clock(FakeClock::default());
    // Too short for another request, and no call is held back for what an earlier one was answered.
    let builder = builder.deadline(Duration::from_millis(1)).suspend_for(Duration::ZERO);
    builder.build().expect("settings that work")
});

fuzz_target!(|input: &[u8]| {
    let messages = [SmsMessage::new(TEXT)];
    let context = Context::new(BatchId::from_bytes([7; 16]), NUMBER, 1, Duration::from_secs(60));
    let answer = Answer::read(input);
    let status = answer.status.as_u16();
    let (result, request) = SERVER.run(answer, CLASSIFIER.classify(&messages, &context));
    assert!(!request.is_empty(), "nothing was asked: {result:?}");
    match result {
        Ok(classification) => {
            assert!((200..300).contains(&status));
            let Classification { label, method, confidence, proposed_reply, .. } = classification;
            assert!([Label::AGREE, Label::NOT_AGREE].contains(&label));
            assert!(method == "OpenAI" && confidence.is_none() && proposed_reply.is_none());
        }
        Err(error) => check_error(status, &error),
    }
});

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
        OpenAiError::Refused | OpenAiError::CutOff | OpenAiError::Filtered | OpenAiError::UnknownLabel => {
            !retryable && (200..300).contains(&status)
        }
        OpenAiError::Unauthorized { .. } => !retryable && matches!(status, 401 | 403),
        OpenAiError::QuotaExhausted { .. } => !retryable && matches!(status, 402 | 429),
        OpenAiError::Rejected { .. } => !retryable && matches!(status, 300..500),
        _ => false,
    };
    assert!(fits, "{logged} for {status}");
}
