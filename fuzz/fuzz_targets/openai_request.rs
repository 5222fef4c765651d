//! What OpenAI is asked: the texts of a batch, a line each.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
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
    let asked: Vec<Value> = serde_json::from_str(data).expect("an array");
    let Some(left_out) = texts.len().checked_sub(MAX_MESSAGES).filter(|left_out| *left_out > 0) else {
        assert_eq!(asked.len(), texts.len());
        asked.iter().zip(texts).for_each(|(asked, text)| check(asked, text));
        return;
    };
    let [first, gap, second_last, last] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(*gap, json!({ "left_out_messages": left_out }));
    check(first, texts[0]);
    check(second_last, texts[texts.len() - 2]);
    check(last, texts[texts.len() - 1]);
});

/// A string is the whole text, an object its start and its end.
fn check(asked: &Value, text: &str) {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let plain = text.trim();
    let Some(left_out) = asked.get("left_out_characters") else {
        let asked = asked.as_str().expect("a text");
        check_part(asked, text, MAX_CHARS);
        assert!(!is_plain || asked == plain);
        return;
    };
    let [start, end] = ["start", "end"].map(|part| asked[part].as_str().expect("a part of a text"));
    check_part(start, text, MAX_CHARS / 2);
    check_part(end, text, MAX_CHARS / 2);
    if is_plain {
        assert_eq!(start, plain[..MAX_CHARS / 2].trim_end());
        assert_eq!(end, plain[plain.len() - MAX_CHARS / 2..].trim_start());
        assert_eq!(*left_out, plain.len() - start.len() - end.len());
    }
}

fn check_part(part: &str, text: &str, max_chars: usize) {
    assert!(part.chars().count() <= max_chars);
    assert_eq!(part, part.trim());
    assert!(!part.chars().any(|c| c.is_control() && c != '\t'), "{part:?}");
    // Nothing is added.
    let mut rest = text.chars();
    assert!(part.chars().all(|c| rest.any(|other| other == c)), "{text:?} as {part:?}");
}

/// The body of the request.
fn ask(texts: &[&str]) -> Value {
    let messages: Vec<_> = texts.iter().map(|text| SmsMessage::new(*text)).collect();
    let context = Context::new(BatchId::from_bytes([7; 16]), NUMBER, 1, Duration::from_secs(60));
    let (_, body) = SERVER.run(Answer::default(), CLASSIFIER.classify(&messages, &context));
    serde_json::from_slice(&body).expect("a request in JSON")
}
