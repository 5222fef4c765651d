//! Every way in which the service can answer, over a real connection.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use serde_json::json;
use sms_consolidate::testing::RecordingSender;
use sms_consolidate::{
    Classification, Classifier, Clock, Consolidator, Conversation, Fallback, Label, SmsMessage, Usage,
    Window, classify_fn,
};
use sms_consolidate_openai::{BuildError, ErrorDetail, OpenAiClassifier, OpenAiError, SecretString};
use support::{
    API_KEY, Answer, Logs, NUMBER, Rig, completion, context, error, failure, label, messages, ok, within,
};
use tokio::sync::mpsc;

const SECOND: Duration = Duration::from_secs(1);

/// Shorter than the first wait between two requests, so that nothing is retried.
const NO_RETRY: Duration = Duration::from_millis(100);

fn html(status: u16) -> Answer {
    Answer::Body(status, "", b"<html>Bad gateway</html>".to_vec())
}

fn rules() -> impl Classifier<SmsMessage> {
    classify_fn(|_, _| async { Ok(Classification::new(Label::NOT_AGREE, "Rule-based")) })
}

#[tokio::test]
async fn usage_is_kept() {
    let mut answers = Vec::new();
    for usage in [
        json!({
            "prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150,
            "prompt_tokens_details": { "cached_tokens": 100, "audio_tokens": 0 },
            "completion_tokens_details": { "reasoning_tokens": 20, "accepted_prediction_tokens": 0 },
        }),
        json!({ "prompt_tokens": 120, "completion_tokens": 30, "prompt_tokens_details": null }),
    ] {
        let message = json!({ "content": r#"{"label":"AGREE"}"# });
        answers.push(ok(json!({ "choices": [{ "message": message }], "usage": usage })));
    }
    let rig = Rig::new(answers).await;
    let mut expected = Usage::new(120, 30).with_cached_tokens(100).with_reasoning_tokens(20);
    assert_eq!(rig.classify(&["yes"]).await.unwrap().usage, Some(expected));
    expected.cached_tokens = 0;
    expected.reasoning_tokens = 0;
    assert_eq!(rig.classify(&["yes"]).await.unwrap().usage, Some(expected));
}

#[tokio::test]
async fn what_failed_requests_cost_is_counted_too() {
    fn costing(status: u16, prompt_tokens: u64, message: serde_json::Value) -> Answer {
        let usage = json!({ "prompt_tokens": prompt_tokens, "completion_tokens": 1 });
        let body = json!({ "choices": [{ "message": message }], "usage": usage, "error": { "code": "x" } });
        Answer::Body(status, "", body.to_string().into_bytes())
    }
    let sum = Usage::new;
    let agree = json!({ "content": r#"{"label":"AGREE"}"# });
    let mut rig = Rig::new([
        costing(503, 10, json!({})),
        html(503),
        costing(200, 100, agree.clone()),
        costing(200, 1_000, json!({ "refusal": "no" })),
        costing(200, 10_000, json!(7)),
        costing(400, 100_000, json!({})),
        costing(200, u64::MAX, agree),
    ])
    .await;
    assert_eq!(rig.classifier.usage(), Usage::default());

    let answer = rig.start(&["yes"]);
    for _ in 0..2 {
        rig.server.request().await;
        let at = rig.next_request_at().await;
        rig.clock.advance_to(at).await;
    }
    assert_eq!(within(answer).await.unwrap().unwrap().usage, Some(sum(110, 2)));
    assert_eq!(rig.classifier.usage(), sum(110, 2));

    for total in [sum(1_110, 3), sum(11_110, 4), sum(111_110, 5)] {
        failure(rig.classify(&["yes"]).await);
        assert_eq!(rig.classifier.usage(), total);
    }
    assert_eq!(rig.classify(&["yes"]).await.unwrap().usage, Some(sum(u64::MAX, 1)));
    assert_eq!(rig.classifier.usage(), sum(u64::MAX, 6));
}

/// In the batch's record and in the totals, beside the rules' label.
#[tokio::test]
async fn what_was_paid_for_an_answer_that_decides_nothing_stays_with_the_batch() {
    let message =
        |fields: serde_json::Value, reason: &str| json!({ "message": fields, "finish_reason": reason });
    let agree = r#"{"label":"AGREE"}"#;
    for choice in [
        message(json!({ "refusal": "I cannot" }), "stop"),
        message(json!({ "content": agree }), "length"),
        message(json!({ "content": agree }), "content_filter"),
        message(json!({ "content": r#"{"label":"MAYBE"}"# }), "stop"),
        message(json!({ "content": "AGREE" }), "stop"),
        json!(7),
    ] {
        let usage = json!({ "prompt_tokens": 90, "completion_tokens": 5 });
        let rig = Rig::new([ok(json!({ "choices": [choice], "usage": usage }))]).await;
        let consolidator = Consolidator::builder()
            .window(Window::fixed(SECOND * 20))
            .classifier(Fallback::new(rig.classifier.clone(), rules()))
            .sender(RecordingSender::new())
            .clock(rig.clock.clone())
            .build()
            .unwrap();
        consolidator.start();
        let maria: Conversation = NUMBER.parse().unwrap();
        let batch = consolidator.push(maria, SmsMessage::new("yes")).await.unwrap().batch().unwrap();
        rig.clock.advance(SECOND * 20).await;
        within(consolidator.settled()).await;
        let record = consolidator.batch(batch).await.unwrap().unwrap().record;
        let decided = record.classification.unwrap();
        let used = Usage::new(90, 5);
        assert_eq!((&*decided.method, decided.usage), ("Rule-based", Some(used)), "{choice}");
        assert_eq!(consolidator.stats().await.unwrap().totals.tokens_used, 95);
    }
}

/// A batch that has paid for a retry already is refused its next request.
#[tokio::test]
async fn what_retries_cost_is_told_when_nothing_comes_of_them() {
    let usage = json!({ "prompt_tokens": 90, "completion_tokens": 5 });
    let trouble = json!({ "error": { "code": "overloaded" }, "usage": usage }).to_string().into_bytes();
    let mut rig = Rig::new([Answer::Body(503, "", trouble), error(401, "invalid_api_key", "")]).await;
    let answer = rig.start(&["yes"]);
    rig.server.request().await;
    let at = rig.next_request_at().await;
    failure(rig.classify(&["yes"]).await);
    rig.clock.advance_to(at).await;
    let error = within(answer).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("no call until"), "{error}");
    assert_eq!(error.usage(), Some(Usage::new(90, 5)));
}

#[tokio::test]
async fn answers_that_decide_nothing_are_for_the_fallback_at_once() {
    async fn check(message: serde_json::Value, finish_reason: &str, is_expected: fn(&OpenAiError) -> bool) {
        let mut rig = Rig::new([completion(message, finish_reason), label("AGREE")]).await;
        let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
        assert!(!retryable && is_expected(&error), "{error:?}");
        rig.server.request().await;
        assert_eq!(rig.server.unseen(), 0);
    }
    let agree = r#"{"label":"AGREE"}"#;
    check(json!({ "content": null, "refusal": "I cannot" }), "stop", |e| matches!(e, OpenAiError::Refused))
        .await;
    check(json!({ "content": agree, "refusal": "" }), "stop", |e| matches!(e, OpenAiError::Refused)).await;
    check(json!({ "content": agree }), "length", |e| matches!(e, OpenAiError::CutOff)).await;
    check(json!({ "content": agree }), "content_filter", |e| matches!(e, OpenAiError::Filtered)).await;
    for content in [r#"{"label":"MAYBE"}"#, r#"{"label":"agree"}"#, r#"{"label":""}"#] {
        check(json!({ "content": content }), "stop", |e| matches!(e, OpenAiError::UnknownLabel)).await;
    }
}

#[tokio::test]
async fn answers_of_another_shape_are_errors_that_say_so() {
    let mut long = br#"{"choices":[{"message":{"content":"{\"label\":\"AGREE\"}"}}]}"#.to_vec();
    long.resize(300 * 1024, b' ');
    let bodies: [&[u8]; 13] = [
        b"",
        b"<html>welcome</html>",
        b"{\"choices\":",
        b"\xff\xfe",
        b"null",
        b"[]",
        br#"{"choices":{}}"#,
        br#"{"choices":[]}"#,
        br#"{"choices":[{"message":{"content":null}}]}"#,
        br#"{"choices":[{"message":{"content":"AGREE"}}]}"#,
        br#"{"choices":[{"message":{"content":"{\"label\":1}"}}]}"#,
        br#"{"error":{"message":"no","code":"x"}}"#,
        &long,
    ];
    for body in bodies {
        let mut rig = Rig::new([Answer::Body(200, "", body.to_vec()), label("AGREE")]).await;
        let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
        assert!(retryable && matches!(error, OpenAiError::Malformed { status: 200 }), "{error:?}");
        rig.server.request().await;
        assert_eq!(rig.server.unseen(), 0);
    }
}

#[tokio::test]
async fn each_status_has_its_class_whatever_its_body() {
    async fn check(answer: Answer, retryable: bool, expected: &str) {
        let rig = Rig::with([answer], |builder| builder.deadline(NO_RETRY)).await;
        let (was_retryable, _, error) = failure(rig.classify(&["yes"]).await);
        assert_eq!((was_retryable, error.to_string().as_str()), (retryable, expected));
    }
    let unreadable = ", and its body is not the JSON of an error";
    for status in [408, 429, 500, 502, 503, 504, 529] {
        let expected = format!("the service cannot answer now (status {status}{unreadable})");
        check(html(status), true, &expected).await;
        check(Answer::Body(status, "", b"[1]".to_vec()), true, &expected).await;
    }
    for status in [400, 403, 404, 409, 422, 301] {
        let expected = format!("the service rejects the request (status {status}{unreadable})");
        check(html(status), false, &expected).await;
    }
    let expected = format!("the service does not accept the API key (status 401{unreadable})");
    check(html(401), false, &expected).await;
    let expected = "the service does not accept the API key (status 403, access_denied)";
    check(error(403, "access_denied", ""), false, expected).await;
    let expected = format!("the account has nothing left to spend (status 402{unreadable})");
    check(html(402), false, &expected).await;
    let expected = "the service cannot answer now (status 429, rate_limit_exceeded)";
    check(error(429, "rate_limit_exceeded", ""), true, expected).await;
    let expected = "the account has nothing left to spend (status 429, credit_balance_exhausted)";
    check(error(429, "credit_balance_exhausted", ""), false, expected).await;
    let expected = "the service rejects the request (status 404, model_not_found)";
    check(error(404, "model_not_found", ""), false, expected).await;
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_for_as_long_as_the_service_asks() {
    let mut rig = Rig::new([error(429, "slow_down", "retry-after: 2\r\n"), label("AGREE")]).await;
    let start = rig.clock.now();
    let answer = rig.start(&["yes"]);
    rig.server.request().await;
    let at = rig.next_request_at().await;
    assert!((2.0..=2.25).contains(&at.since(start).as_secs_f64()), "{at}");
    rig.clock.advance_to(at - Duration::from_millis(1)).await;
    assert_eq!(rig.server.unseen(), 0);
    rig.clock.advance_to(at).await;
    rig.server.request().await;
    assert_eq!(within(answer).await.unwrap().unwrap().label, Label::AGREE);
    assert_eq!(rig.server.unseen(), 0);
}

#[tokio::test]
async fn a_wait_beyond_the_cap_or_the_deadline_is_left_to_the_caller() {
    for (wait, asked, deadline) in [("retry-after: 6\r\n", 6, 20), ("retry-after: 4\r\n", 4, 4)] {
        let answers = [error(429, "rate_limit_exceeded", wait), label("AGREE")];
        let mut rig = Rig::with(answers, |builder| builder.deadline(SECOND * deadline)).await;
        let (retryable, retry_after, error) = failure(rig.classify(&["yes"]).await);
        assert!(retryable && matches!(error, OpenAiError::Unavailable { status: 429, .. }), "{error:?}");
        assert_eq!(retry_after, Some(SECOND * asked));
        rig.server.request().await;
        assert_eq!(rig.server.unseen(), 0);
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_after_a_jittered_wait() {
    for trouble in [error(503, "server_is_overloaded", ""), html(500), Answer::Drop, Answer::Cut] {
        let mut rig = Rig::new([trouble, label("AGREE")]).await;
        let start = rig.clock.now();
        let answer = rig.start(&["yes"]);
        rig.server.request().await;
        let at = rig.next_request_at().await;
        assert!((125..=250).contains(&at.since(start).as_millis()), "{at}");
        assert_eq!(rig.server.unseen(), 0);
        rig.clock.advance_to(at).await;
        rig.server.request().await;
        assert_eq!(within(answer).await.unwrap().unwrap().label, Label::AGREE);
        assert_eq!(rig.server.unseen(), 0);
    }
}

#[tokio::test]
async fn retries_back_off_and_end() {
    let mut rig = Rig::with((0..9).map(|_| html(503)), |builder| builder.deadline(SECOND * 50)).await;
    let answer = rig.start(&["yes"]);
    for most in [250, 500, 1_000, 2_000] {
        rig.server.request().await;
        let at = rig.next_request_at().await;
        assert!((most / 2..=most).contains(&at.since(rig.clock.now()).as_millis()), "{at}");
        rig.clock.advance_to(at).await;
    }
    rig.server.request().await;
    let (retryable, _, error) = failure(within(answer).await.unwrap());
    assert!(retryable && matches!(error, OpenAiError::Unavailable { status: 503, .. }), "{error:?}");
    assert_eq!(rig.server.unseen(), 0);
}

#[tokio::test]
async fn nobody_listening_is_retryable_and_says_why() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/secret");
    let rig = Rig::with([], |builder| builder.base_url(url).deadline(NO_RETRY)).await;
    let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
    assert!(retryable && matches!(error, OpenAiError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().to_lowercase().contains("refused"), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[tokio::test]
async fn a_slow_request_is_given_up_and_made_again() {
    let (gone, mut left) = mpsc::unbounded_channel();
    let mut rig = Rig::new([Answer::Hang(gone), label("AGREE")]).await;
    let start = rig.clock.now();
    let answer = rig.start(&["yes"]);
    rig.server.request().await;
    rig.clock.advance_to(start + SECOND * 5).await;
    within(left.recv()).await.unwrap();
    let at = rig.next_request_at().await;
    rig.clock.advance_to(at).await;
    rig.server.request().await;
    assert_eq!(within(answer).await.unwrap().unwrap().label, Label::AGREE);
}

#[tokio::test]
async fn no_batch_outlives_its_deadline() {
    let (gone, _left) = mpsc::unbounded_channel();
    let hang = || Answer::Hang(gone.clone());
    let mut rig = Rig::with([hang()], |builder| builder.attempt_timeout(SECOND * 30)).await;
    let answer = rig.start(&["yes"]);
    rig.server.request().await;
    rig.clock.advance(SECOND * 10 - Duration::from_millis(1)).await;
    assert!(!answer.is_finished());
    rig.clock.advance(Duration::from_millis(1)).await;
    let (retryable, _, error) = failure(within(answer).await.unwrap());
    assert!(retryable && matches!(error, OpenAiError::TimedOut), "{error:?}");
    assert_eq!(rig.server.unseen(), 0);
}

/// A tenth of the library's timeout is left, at most a second.
#[tokio::test]
async fn the_librarys_timeout_shortens_the_deadline_and_leaves_time_for_the_fallback() {
    for (timeout, deadline) in [(SECOND * 2, SECOND * 9 / 5), (SECOND * 6, SECOND * 27 / 5)] {
        let (gone, _left) = mpsc::unbounded_channel();
        let settings = |builder: sms_consolidate_openai::Builder| builder.attempt_timeout(SECOND * 30);
        let mut rig = Rig::with([Answer::Hang(gone)], settings).await;
        let start = rig.clock.now();
        let mut context = context(NUMBER);
        context.timeout = timeout;
        let chain = Fallback::new(rig.classifier.clone(), rules());
        let answer = tokio::spawn(async move { chain.classify(&messages(&["yes"]), &context).await });
        rig.server.request().await;
        assert_eq!(rig.clock.next_deadline(), Some(start + deadline));
        rig.clock.advance_to(start + deadline).await;
        assert_eq!(within(answer).await.unwrap().unwrap().method, "Rule-based");
    }
}

#[tokio::test]
async fn a_dropped_call_drops_its_request() {
    let (gone, mut left) = mpsc::unbounded_channel();
    let mut rig = Rig::new([Answer::Hang(gone)]).await;
    let answer = rig.start(&["yes"]);
    rig.server.request().await;
    answer.abort();
    within(left.recv()).await.unwrap();
    assert_eq!(rig.clock.next_deadline(), None);
}

/// Not even at the finest level, and not by the HTTP crates either.
#[tokio::test]
async fn neither_texts_nor_keys_nor_numbers_are_logged() {
    let echo = br#"{"detail":[{"input":"my secret","key":"sk-test-4f9a","from":"+639123456789"}]}"#;
    let coded = br#"{"error":{"message":"my secret","code":"sk-test-4f9a","type":"+639123456789"}}"#;
    let logs = Logs::collect();
    for body in [echo.as_slice(), coded] {
        for status in [200, 400, 401, 429, 500] {
            let answers = [Answer::Body(status, "", body.to_vec())];
            let rig = Rig::with(answers, |builder| builder.deadline(NO_RETRY)).await;
            let (_, _, error) = failure(rig.classify(&["my secret"]).await);
            let seen = format!("{error} {error:?} {:?} {}", rig.classifier, logs.all());
            for secret in ["my secret", API_KEY, "9123456789"] {
                assert!(!seen.contains(secret), "{secret} after {status}: {seen}");
            }
        }
    }
    assert!(logs.all().contains("OPENAI REJECTED"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let rig = Rig::new([Answer::Body(307, "location: /v1/elsewhere\r\n", Vec::new()), label("AGREE")]).await;
    let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
    let detail = ErrorDetail::Malformed;
    assert!(!retryable);
    assert!(matches!(error, OpenAiError::Rejected { status: 307, detail: seen, .. } if seen == detail));
    assert_eq!(rig.server.unseen(), 1);
}

#[test]
fn settings_that_cannot_work_are_not_built() {
    let check = |settings: fn(sms_consolidate_openai::Builder) -> sms_consolidate_openai::Builder,
                 error: &str| {
        let built = settings(OpenAiClassifier::builder(API_KEY)).build();
        assert_eq!(built.unwrap_err().to_string(), error);
    };
    check(|b| b.labels::<&str>([]), "there are no labels");
    check(|b| b.labels([(Label::AGREE, "x"), (Label::new(" "), "y")]), "label 1 has no name");
    check(|b| b.labels([(Label::AGREE, " ")]), "label AGREE has no description");
    check(|b| b.labels([(Label::AGREE, "x"), (Label::new("AGREE"), "y")]), "label AGREE is there twice");
    check(|b| b.model(""), "model must not be empty");
    check(|b| b.identifier_secret(""), "identifier_secret must not be empty");
    check(|b| b.max_completion_tokens(0), "max_completion_tokens must not be zero");
    check(|b| b.deadline(Duration::ZERO), "deadline must not be zero");
    check(|b| b.attempt_timeout(Duration::ZERO), "attempt_timeout must not be zero");
    check(|b| b.max_messages(0), "max_messages must not be zero");
    check(|b| b.max_message_chars(0), "max_message_chars must not be zero");
    let base_url = "base_url must be an http or https URL without credentials, query and fragment";
    check(|b| b.base_url("api.openai.com"), base_url);
    check(|b| b.base_url("ftp://example.com"), base_url);
    check(|b| b.base_url("https://example.com/v1?x=1"), base_url);
    check(|b| b.base_url("https://user@example.com/v1"), base_url);
    check(|b| b.base_url("https://:password@example.com/v1"), base_url);
    check(|b| b.base_url("mailto:a@b"), base_url);
    for key in ["", "  "] {
        let built = OpenAiClassifier::builder(key).build();
        assert!(matches!(built, Err(BuildError::Blank { setting: "api_key" })));
    }
    let built = OpenAiClassifier::builder("sk\nx").build();
    assert!(matches!(built, Err(BuildError::ApiKeyNotPrintable)));
}

#[test]
fn debug_does_not_show_the_key() {
    let builder = OpenAiClassifier::builder(SecretString::from(API_KEY)).identifier_secret("other");
    let settings = format!("{builder:?}");
    let shown = settings + &format!("{:?}", builder.build().unwrap());
    assert!(!shown.contains(API_KEY) && !shown.contains("other"), "{shown}");
}
