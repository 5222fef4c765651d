//! What OpenAI is asked: the texts of a batch, a line each.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sms_consolidate::{BatchId, Classifier, Context, FakeClock, SmsMessage};
use sms_consolidate_fuzz::{Answer, Loopback};
use sms_consolidate_openai::OpenAiClassifier;

const MAX_MESSAGES: usize = 3;
const MAX_CHARS: usize = 20;
const KEY: &str = "sk-4f9a";
const NUMBER: &str = "+639123456789";

static SERVER: LazyLock<Loopback> = LazyLock::new(Loopback::start);
static CLASSIFIER: LazyLock<OpenAiClassifier> = LazyLock::new(|| {
    let builder =
        OpenAiClassifier::builder(KEY).base_url(&SERVER.url).without_proxy().clock(FakeClock::default());
    let builder = builder.max_messages(MAX_MESSAGES).max_message_chars(MAX_CHARS);
    builder.deadline(Duration::from_millis(1)).build().expect("settings that work")
});
static INSTRUCTIONS: LazyLock<Value> = LazyLock::new(|| ask(&["Hello"])["messages"][0].clone());

fuzz_target!(|input: &str| {
    let texts: Vec<_> = input.split('\n').collect();
    let request = ask(&texts);
    assert_eq!(request["messages"][0], *INSTRUCTIONS);
    assert_eq!(request["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!((&request["store"], &request["tools"]), (&Value::Bool(false), &Value::Null));
    let data = request["messages"][1]["content"].as_str().expect("a text");
    let asked: Vec<String> = serde_json::from_str(data).expect("an array of texts");
    assert_eq!(asked.len(), texts.len().min(MAX_MESSAGES));
    for (asked, text) in asked.iter().zip(&texts[texts.len() - asked.len()..]) {
        assert!(asked.chars().count() <= MAX_CHARS);
        assert_eq!(asked, asked.trim());
        assert!(!asked.chars().any(|c| c.is_control() && c != '\t'), "{asked:?}");
        // Nothing is added, and plain texts arrive as they are.
        let mut rest = text.chars();
        assert!(asked.chars().all(|c| rest.any(|other| other == c)), "{text:?} as {asked:?}");
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            let plain: String = text.trim_start().chars().take(MAX_CHARS).collect();
            assert_eq!(asked, plain.trim_end());
        }
    }
});

/// The body of the request.
fn ask(texts: &[&str]) -> Value {
    let messages: Vec<_> = texts.iter().map(|text| SmsMessage::new(*text)).collect();
    let context = Context::new(BatchId::from_bytes([7; 16]), NUMBER, 1, Duration::from_secs(60));
    let (_, body) = SERVER.run(Answer::default(), CLASSIFIER.classify(&messages, &context));
    serde_json::from_slice(&body).expect("a request in JSON")
}
