//! When nothing is called, because no call could succeed.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use sms_consolidate::{
    Classification, Classifier, Clock, Fallback, Label, SmsMessage, Timestamp, classify_fn,
};
use sms_consolidate_openai::OpenAiError;
use support::{Answer, Logs, NUMBER, Rig, context, error, failure, label, messages, within};
use tokio::sync::mpsc;

const SECOND: Duration = Duration::from_secs(1);

fn html(status: u16) -> Answer {
    Answer::Body(status, "", b"<html>Forbidden</html>".to_vec())
}

fn rules() -> impl Classifier<SmsMessage> {
    classify_fn(|_, _| async { Ok(Classification::new(Label::NOT_AGREE, "Rule-based")) })
}

/// A classifier whose suspension has just ended, and the server's further answers.
async fn after_a_suspension(then: impl IntoIterator<Item = Answer>) -> Rig {
    let answers = [error(401, "invalid_api_key", "")].into_iter().chain(then);
    let mut rig = Rig::with(answers, |builder| builder.deadline(SECOND * 5)).await;
    failure(rig.classify(&["yes"]).await);
    rig.server.request().await;
    rig.clock.advance(SECOND * 60).await;
    rig
}

/// Until when no call is made.
async fn refused_until(rig: &Rig) -> Timestamp {
    match failure(rig.classify(&["yes"]).await) {
        (false, None, OpenAiError::Suspended { until }) => until,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn after_the_suspension_one_call_finds_out_while_the_others_fall_back() {
    let (gone, mut left) = mpsc::unbounded_channel();
    let mut rig = after_a_suspension([Answer::Hang(gone), label("AGREE"), label("AGREE")]).await;
    let trial = rig.start(&["yes"]);
    rig.server.request().await;
    for _ in 0..3 {
        assert_eq!(refused_until(&rig).await, rig.clock.now() + SECOND * 5);
    }
    let chain = Fallback::new(rig.classifier.clone(), rules());
    let decided = chain.classify(&messages(&["yes"]), &context(NUMBER)).await.unwrap();
    assert_eq!(decided.method, "Rule-based");
    assert_eq!(rig.server.unseen(), 0);

    trial.abort();
    within(left.recv()).await.unwrap();
    for _ in 0..2 {
        assert_eq!(rig.classify(&["yes"]).await.unwrap().label, Label::AGREE);
    }
}

#[tokio::test]
async fn a_trial_without_an_answer_leaves_the_next_one_to_try() {
    let (gone, _left) = mpsc::unbounded_channel();
    let (hang, answers) = (Answer::Hang(gone), [error(403, "access_denied", ""), label("AGREE")]);
    let mut rig = after_a_suspension([hang].into_iter().chain(answers)).await;
    let logs = Logs::collect();
    let trial = rig.start(&["yes"]);
    rig.server.request().await;
    rig.clock.advance(SECOND * 5).await;
    assert!(matches!(failure(within(trial).await.unwrap()), (true, _, OpenAiError::TimedOut)));
    assert!(logs.warnings().is_empty());

    let (_, _, error) = failure(rig.classify(&["yes"]).await);
    assert!(matches!(error, OpenAiError::Unauthorized { .. }), "{error:?}");
    assert_eq!(logs.warnings().len(), 1, "{:?}", logs.warnings());
    assert_eq!(refused_until(&rig).await, rig.clock.now() + SECOND * 60);
}

/// Whatever it says of the one request, it says nothing against the account.
#[tokio::test]
async fn any_other_answer_ends_the_suspension() {
    for answer in [html(403), error(400, "bad", ""), error(503, "busy", "retry-after: 60\r\n")] {
        let (gone, _left) = mpsc::unbounded_channel();
        let mut rig = after_a_suspension([answer, Answer::Hang(gone), label("AGREE")]).await;
        failure(rig.classify(&["yes"]).await);
        rig.server.request().await;
        let _hanging = rig.start(&["yes"]);
        rig.server.request().await;
        assert_eq!(rig.classify(&["yes"]).await.unwrap().label, Label::AGREE);
    }
}

/// A firewall that dislikes one text must not take the model from all.
#[tokio::test]
async fn a_403_that_is_not_the_services_suspends_nothing() {
    for body in ["<html>Forbidden</html>", "", "{}", r#"{"error":"forbidden"}"#] {
        let refusal = Answer::Body(403, "", body.as_bytes().to_vec());
        let mut rig = Rig::new([refusal, label("AGREE")]).await;
        let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
        assert!(!retryable && matches!(error, OpenAiError::Rejected { status: 403, .. }), "{error:?}");
        rig.server.request().await;
        assert_eq!(rig.server.unseen(), 0);
        assert_eq!(rig.classify(&["yes"]).await.unwrap().label, Label::AGREE);
    }
}

#[tokio::test]
async fn without_account_nothing_is_called_for_a_minute_and_one_warning_says_so() {
    let quota = "insufficient_quota";
    for trouble in [error(429, quota, ""), error(401, "invalid_api_key", ""), error(403, "access_denied", "")]
    {
        let logs = Logs::collect();
        let mut rig = Rig::new([trouble, label("AGREE")]).await;
        let start = rig.clock.now();
        let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
        let is_expected =
            matches!(error, OpenAiError::QuotaExhausted { .. } | OpenAiError::Unauthorized { .. });
        assert!(!retryable && is_expected, "{error:?}");
        rig.server.request().await;

        rig.clock.advance_to(start + SECOND * 60 - Duration::from_millis(1)).await;
        let (retryable, _, error) = failure(rig.classify(&["yes"]).await);
        assert!(
            !retryable && matches!(error, OpenAiError::Suspended { until } if until == start + SECOND * 60)
        );
        let chain = Fallback::new(rig.classifier.clone(), rules());
        let decided = chain.classify(&messages(&["yes"]), &context(NUMBER)).await.unwrap();
        assert_eq!(decided.method, "Rule-based");
        assert_eq!(rig.server.unseen(), 0);
        assert_eq!(logs.warnings().len(), 1, "{:?}", logs.warnings());
        assert!(logs.warnings()[0].contains("OPENAI SUSPENDED"));

        rig.clock.advance_to(start + SECOND * 60).await;
        assert_eq!(rig.classify(&["yes"]).await.unwrap().label, Label::AGREE);
        rig.server.request().await;
    }
}

#[tokio::test]
async fn a_batch_that_waits_for_its_retry_makes_no_call_once_another_found_the_account_empty() {
    let mut rig = Rig::new([html(503), error(429, "insufficient_quota", ""), label("AGREE")]).await;
    let waiting = rig.start(&["yes"]);
    rig.server.request().await;
    let at = rig.next_request_at().await;
    let (_, _, error) = failure(rig.classify(&["yes"]).await);
    assert!(matches!(error, OpenAiError::QuotaExhausted { .. }), "{error:?}");
    rig.server.request().await;
    rig.clock.advance_to(at).await;
    let (retryable, _, error) = failure(within(waiting).await.unwrap());
    assert!(!retryable && matches!(error, OpenAiError::Suspended { .. }), "{error:?}");
    assert_eq!(rig.server.unseen(), 0);
}
