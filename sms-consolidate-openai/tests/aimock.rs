//! The classifier against aimock, a stand-in for the OpenAI API that others wrote. Its journal says how many calls
//! were made.
//!
//! aimock gives every error the body of an error, and knows no refusals; those cases are in `service.rs`.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use serde_json::json;
use sms_consolidate::testing::RecordingSender;
use sms_consolidate::{
    Classification, Classifier, Clock, Consolidator, Conversation, Event, Fallback, Label, RuleClassifier,
    SmsMessage, Usage, Window,
};
use sms_consolidate_openai::{OpenAiClassifier, OpenAiError};
use support::aimock::{Aimock, chaos, fails, labels};
use support::{Logs, NUMBER, Rig, context, failure, messages, within};

const SECOND: Duration = Duration::from_secs(1);

/// The model's decision on one text, or that of the rules.
async fn decide(rig: &Rig<Aimock>, text: &str) -> Classification {
    let chain = Fallback::new(rig.classifier.clone(), RuleClassifier::default());
    within(chain.classify(&messages(&[text]), &context(NUMBER))).await.unwrap()
}

#[tokio::test]
async fn success_is_one_call() {
    let usage = json!({ "prompt_tokens": 120, "completion_tokens": 7 });
    let answer = json!({ "response": { "content": { "label": "AGREE" }, "usage": usage } });
    let rig = Rig::aimock([answer.clone(), answer]).await;
    for _ in 0..2 {
        let classification = rig.classify(&["Yes", "see you"]).await.unwrap();
        assert_eq!((classification.label, &*classification.method), (Label::AGREE, "OpenAI"));
        let usage = Usage::new(120, 7);
        assert_eq!(classification.usage, Some(usage));
    }
    let total = Usage::new(240, 14);
    assert_eq!(rig.classifier.usage(), total);

    let calls = rig.server.journal().await;
    assert_eq!(calls.len(), 2);
    assert_eq!((calls[0].path.as_str(), calls[0].status), ("/v1/chat/completions", 200));
    assert_eq!(calls[0].headers["content-type"], "application/json");
    assert_eq!(calls[0].body["store"], false);
    assert_eq!(calls[0].body["response_format"]["json_schema"]["strict"], true);
    assert_eq!(calls[0].body, calls[1].body);
}

/// Cached and reasoning tokens it names only where it plays OpenRouter, a compatible server under another path.
#[tokio::test]
async fn compatible_servers_are_found_and_their_usage_is_read() {
    let usage = json!({
        "prompt_tokens": 120, "prompt_tokens_details": { "cached_tokens": 100 },
        "completion_tokens": 30, "completion_tokens_details": { "reasoning_tokens": 20 },
    });
    let answer = json!({ "response": { "content": { "label": "AGREE" }, "usage": usage } });
    let aimock = Aimock::start(vec![answer; 3]).await;
    for (base, path) in [("/api/v1/", "/api/v1/chat/completions"), ("", "/chat/completions")] {
        let base_url = format!("{}{base}", aimock.url);
        let classifier = OpenAiClassifier::builder("none")
            .base_url(base_url)
            .without_proxy()
            .model("m/small")
            .build()
            .unwrap();
        let classification = classifier.classify(&messages(&["yes"]), &context(NUMBER)).await.unwrap();
        assert_eq!(classification.label, Label::AGREE);
        if base == "/api/v1/" {
            let expected = Usage::new(120, 30).with_cached_tokens(100).with_reasoning_tokens(20);
            assert_eq!(classification.usage, Some(expected));
            assert_eq!(classifier.usage(), expected);
        }
        assert_eq!(aimock.journal().await.last().unwrap().path, path);
    }
}

#[tokio::test]
async fn a_malformed_body_is_an_error_that_says_so_after_one_call() {
    let rig = Rig::aimock([chaos("malformedRate", 1), chaos("malformedRate", 1), labels("AGREE")]).await;
    let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
    assert!(retryable && matches!(error, OpenAiError::Malformed { status: 200 }), "{error:?}");
    assert_eq!(error.to_string(), "the answer (status 200) is not the JSON that was expected");
    assert_eq!(decide(&rig, "yes").await.method, "Rule-based");
    assert_eq!(rig.server.statuses().await, [200, 200]);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out() {
    let rig = Rig::aimock([fails(429, "rate_limit_exceeded", 2), labels("AGREE")]).await;
    let start = rig.clock.now();
    let answer = rig.start(&["yes"]);
    let at = rig.next_request_at().await;
    assert!((2.0..=2.25).contains(&at.since(start).as_secs_f64()), "{at}");
    assert_eq!(rig.server.statuses().await, [429]);
    rig.clock.advance_to(at).await;
    assert_eq!(within(answer).await.unwrap().unwrap().label, Label::AGREE);
    assert_eq!(rig.server.statuses().await, [429, 200]);
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_left_to_the_rules() {
    let rig = Rig::aimock([fails(429, "rate_limit_exceeded", 60), labels("AGREE")]).await;
    assert_eq!(decide(&rig, "yes").await.method, "Rule-based");
    assert_eq!(rig.server.statuses().await, [429]);
}

#[tokio::test]
async fn without_account_the_rules_decide_and_no_call_is_made() {
    for (status, code) in [
        (429, "insufficient_quota"),
        (429, "organization_spend_limit_exceeded"),
        (401, "invalid_api_key"),
        (403, "unsupported_country_region_territory"),
    ] {
        let logs = Logs::collect();
        let rig = Rig::aimock([fails(status, code, 1), labels("AGREE")]).await;
        for _ in 0..3 {
            let classification = decide(&rig, "hindi pwede").await;
            assert_eq!((classification.label, &*classification.method), (Label::NOT_AGREE, "Rule-based"));
        }
        let status = u64::from(status);
        assert_eq!(rig.server.statuses().await, [status], "{code}");
        let warnings = logs.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("OPENAI SUSPENDED") && warnings[0].contains(code), "{warnings:?}");

        rig.clock.advance(SECOND * 60).await;
        assert_eq!(decide(&rig, "yes").await.method, "OpenAI");
        assert_eq!(rig.server.statuses().await, [status, 200]);
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    for (trouble, status) in [
        (fails(503, "server_is_overloaded", 0), 503),
        (fails(500, "server_error", 0), 500),
        (chaos("dropRate", 1), 500),
        (chaos("disconnectRate", 1), 0),
    ] {
        let rig = Rig::aimock([trouble, labels("AGREE")]).await;
        let answer = rig.start(&["yes"]);
        let at = rig.next_request_at().await;
        assert_eq!(rig.server.statuses().await, [status]);
        rig.clock.advance_to(at).await;
        assert_eq!(within(answer).await.unwrap().unwrap().label, Label::AGREE);
        assert_eq!(rig.server.statuses().await, [status, 200]);
    }
}

/// The journal leaves out what the client has given up, so that its arrivals are counted.
#[tokio::test]
async fn a_slow_answer_is_given_up_at_the_deadline() {
    let slow = || chaos("latencyMs", 30_000);
    let mut rig = Rig::aimock([slow(), slow(), labels("AGREE")]).await;
    let start = rig.clock.now();
    let answer = rig.start(&["yes"]);
    rig.server.arrival().await;
    rig.clock.advance_to(start + SECOND * 5).await;
    let at = rig.next_request_at().await;
    rig.clock.advance_to(at).await;
    rig.server.arrival().await;
    assert!(!answer.is_finished());
    rig.clock.advance_to(start + SECOND * 10).await;
    let (retryable, _, error) = failure(within(answer).await.unwrap());
    assert!(retryable && matches!(error, OpenAiError::TimedOut), "{error:?}");
    assert_eq!(rig.clock.next_deadline(), None);

    // It would not have got the third answer if there had been a third request.
    assert_eq!(rig.classify(&["yes"]).await.unwrap().label, Label::AGREE);
    rig.server.arrival().await;
    assert_eq!(rig.server.statuses().await, [200]);
}

/// From the messages to the replies: the model decides, then the rules because the quota is gone, without a call once
/// that is known.
#[tokio::test]
async fn bursts_are_answered_with_and_without_the_model() {
    let usage = json!({ "prompt_tokens": 90, "completion_tokens": 5 });
    let agree = json!({ "response": { "content": { "label": "AGREE" }, "usage": usage } });
    let rig = Rig::aimock([agree, fails(429, "insufficient_quota", 1)]).await;
    let sender = RecordingSender::new();
    let consolidator = Consolidator::builder()
        .window(Window::fixed(SECOND * 20))
        .classifier(Fallback::new(rig.classifier.clone(), RuleClassifier::default()))
        .sender(sender.clone())
        .clock(rig.clock.clone())
        .build()
        .unwrap();
    consolidator.start();
    let mut events = consolidator.subscribe();
    let mut decided = Vec::new();
    for texts in [["Opo", "I can help"], ["no", "sorry"], ["sige", "yes po"]] {
        let maria: Conversation = NUMBER.parse().unwrap();
        for text in texts {
            consolidator.push(maria.clone(), SmsMessage::new(text)).await.unwrap();
        }
        rig.clock.advance(SECOND * 20).await;
        within(consolidator.settled()).await;
        while let Ok(event) = events.try_recv() {
            if let Event::Classified { classification, .. } = event {
                decided.push((classification.label, classification.method, classification.usage));
            }
        }
    }
    let used = Usage::new(90, 5);
    assert_eq!(
        decided,
        [
            (Label::AGREE, "OpenAI".into(), Some(used)),
            (Label::NOT_AGREE, "Rule-based".into(), None),
            (Label::AGREE, "Rule-based".into(), None),
        ]
    );
    let confirmed = "Thanks for confirming! See you soon.";
    assert_eq!(sender.texts(), [confirmed, "Thank you for replying.", confirmed]);
    let calls = rig.server.journal().await;
    assert_eq!(calls.iter().map(|call| call.status).collect::<Vec<_>>(), [200, 429]);
    assert_eq!(calls[0].body["messages"][1]["content"], r#"["Opo","I can help"]"#);
    assert!(!calls[0].body.to_string().contains(&NUMBER[1..]));
    assert_eq!(rig.classifier.usage(), used);
}
