//! Classifiers that fail, hang and panic, and what follows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use sms_consolidate::store::Status;
use sms_consolidate::testing::{ScriptedAnswer, ScriptedClassifier};
use sms_consolidate::{
    Classification, ClassifyError, Context, Event, Fallback, Label, RetryPolicy, SmsMessage, Usage,
    classify_fn,
};

use crate::common::{AGREED, ANA, Rig, ms, secs};
use crate::log::Log;

#[tokio::test]
async fn a_classifier_that_fails_hangs_or_panics_is_asked_again_and_the_batch_is_answered() {
    for (trouble, error) in [
        (ScriptedAnswer::Fail(None), "scripted failure"),
        (ScriptedAnswer::Hang, "no answer within 20s"),
        (ScriptedAnswer::Panic, "panicked"),
    ] {
        let rig = Rig::new(|b| b);
        rig.classifier.then([trouble.clone()]);
        rig.text(ANA, "Yes").await;
        rig.at(secs(80)).await;
        let record = rig.only_record().await;
        assert!(record.error.clone().unwrap().contains(error), "{:?}", record.error);
        rig.at(secs(90)).await;
        assert_eq!(rig.calls(), [["Yes"], ["Yes"]], "{trouble:?}");
        assert_eq!(rig.replies_to(ANA), [AGREED]);
    }
}

#[tokio::test]
async fn a_classification_may_take_its_timeout_and_no_longer() {
    let check = async |answers_after: Duration, is_in_time: bool| {
        let rig = Rig::new(|b| b.classify_timeout(secs(7)));
        rig.classifying.close();
        rig.text(ANA, "Yes").await;
        rig.at(secs(60) + answers_after).await;
        rig.classifying.let_one_through();
        rig.pause().await;
        assert_eq!(rig.replies_to(ANA).len(), usize::from(is_in_time));
        assert_eq!(rig.classifying.abandoned(), usize::from(!is_in_time));
    };
    check(ms(6_999), true).await;
    check(secs(7), false).await;
}

#[tokio::test]
async fn attempts_follow_the_schedule_between_half_and_the_whole_of_a_doubling_wait() {
    let mut rig = Rig::new(|b| b);
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::Fail(None), 5));
    rig.text(ANA, "Yes").await;
    let mut failed_at = secs(60);
    for (attempt, wait) in [(1, secs(5)), (2, secs(10)), (3, secs(20)), (4, secs(40))] {
        rig.at(failed_at).await;
        let [(failed, next)] = rig.retries().try_into().unwrap();
        assert_eq!(failed, attempt);
        assert!((wait / 2..=wait).contains(&(next - failed_at)), "attempt {attempt}: {:?}", next - failed_at);
        rig.at(next - ms(1)).await;
        assert_eq!(rig.calls().len(), attempt as usize, "no earlier than planned");
        failed_at = next;
    }
    rig.at(failed_at).await;
    assert_eq!(rig.calls().len(), 5, "five attempts, and no more");
    assert_eq!(rig.only_record().await.status, Status::Dead);
    rig.at(secs(7_200)).await;
    assert_eq!(rig.calls().len(), 5);
}

#[tokio::test]
async fn waits_are_jittered_so_that_batches_do_not_come_back_together() {
    let mut rig = Rig::new(|b| b);
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::Fail(None), 20));
    for n in 0..20 {
        rig.service.push(crate::common::nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    let mut waits: Vec<Duration> = rig.retries().into_iter().map(|(_, next)| next - secs(60)).collect();
    assert!(waits.iter().all(|wait| (ms(2_500)..=ms(5_000)).contains(wait)), "{waits:?}");
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 10, "{waits:?}");
}

#[tokio::test]
async fn doubling_ends_at_the_longest_wait() {
    let policy =
        RetryPolicy::default().with_max_attempts(9).with_first_wait(secs(1)).with_longest_wait(secs(4));
    let mut rig = Rig::new(|b| b.retry(policy));
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::Fail(None), 9));
    rig.text(ANA, "Yes").await;
    rig.at(secs(600)).await;
    let retries = rig.retries();
    assert_eq!(retries.len(), 8);
    for pair in retries[2..].windows(2) {
        let wait = pair[1].1 - pair[0].1;
        assert!((secs(2)..=secs(4)).contains(&wait), "{wait:?}");
    }
}

#[tokio::test]
async fn a_service_that_names_a_time_to_wait_is_given_it() {
    let mut rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(Some(secs(90)))]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.retries(), [(1, secs(150))]);
    rig.at(ms(149_999)).await;
    assert_eq!(rig.calls().len(), 1);
    rig.at(secs(150)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn the_last_attempt_starts_within_the_longest_time_from_the_first() {
    let policy = RetryPolicy::default()
        .with_max_attempts(1_000)
        .with_max_time(secs(30))
        .with_first_wait(secs(4))
        .with_longest_wait(secs(4));
    let mut rig = Rig::new(|b| b.retry(policy));
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::Fail(None), 1_000));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60) + secs(30)).await;
    let last = rig.retries().last().unwrap().1;
    assert!((secs(86)..=secs(90)).contains(&last), "{last:?}");
    let record = rig.only_record().await;
    assert_eq!(record.status, Status::Dead);
    assert_eq!(record.attempts as usize, rig.calls().len());
}

#[tokio::test]
async fn a_failure_for_good_is_not_tried_again() {
    let mut rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::FailForGood]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    let dead = |event: &Event<_>| matches!(event, Event::Dead { attempt: 1, messages: 1, .. });
    assert!(rig.events().iter().any(dead));
    assert_eq!((rig.only_record().await.status, rig.calls().len()), (Status::Dead, 1));
}

#[tokio::test]
async fn texts_that_arrive_while_a_batch_waits_for_a_retry_do_not_join_it() {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(Some(secs(30)))]);
    rig.text(ANA, "Yes").await;
    rig.text_at(secs(70), ANA, "please").await;
    rig.at(secs(130)).await;
    assert_eq!(rig.calls(), [["Yes"], ["Yes"], ["please"]]);
}

#[tokio::test]
async fn a_fallback_decides_when_the_first_classifier_fails_and_is_named_as_the_method() {
    for trouble in [ScriptedAnswer::Fail(None), ScriptedAnswer::FailForGood] {
        let first = ScriptedClassifier::answering(Label::AGREE);
        first.then([trouble]);
        let rules = classify_fn(|_, _| async { Ok(Classification::new(Label::NOT_AGREE, "Rule-based")) });
        let log = Log::capture();
        let rig = Rig::new(|b| b.classifier(Fallback::new(first.clone(), rules)));
        rig.text(ANA, "No").await;
        rig.at(secs(60)).await;
        let fell_back = log.only("CLASSIFIER FELL BACK");
        assert_eq!(fell_back.field("batch"), rig.only_record().await.id.to_string());
        assert!(fell_back.field("error").contains("scripted failure"), "{fell_back:?}");
        let classification = rig.only_record().await.classification.unwrap();
        assert_eq!((classification.label, &*classification.method), (Label::NOT_AGREE, "Rule-based"));
        rig.text(ANA, "Yes").await;
        rig.at(secs(120)).await;
        assert_eq!(first.calls().len(), 2);
        let second = rig.records().await.remove(1).classification.unwrap();
        assert_eq!((second.label, &*second.method), (Label::AGREE, "Scripted"));
    }
}

#[tokio::test]
async fn what_a_failed_classifier_cost_is_kept_with_what_the_fallback_decides() {
    let spent = Usage::new(u64::MAX - 1, 3);
    for own in [None, Some(Usage::new(5, 4))] {
        for fails in [ClassifyError::retryable as fn(&'static str) -> _, ClassifyError::permanent] {
            let first = classify_fn(move |_, _| async move { Err(fails("refused").with_usage(spent)) });
            let second = classify_fn(move |_, _| async move {
                let mut decided = Classification::new(Label::NOT_AGREE, "Rule-based");
                decided.usage = own;
                Ok(decided)
            });
            let rig = Rig::new(|b| b.classifier(Fallback::new(first, second)));
            rig.text(ANA, "No").await;
            rig.at(secs(60)).await;
            let all = if own.is_some() { Usage::new(u64::MAX, 7) } else { spent };
            assert_eq!(rig.only_record().await.classification.unwrap().usage, Some(all));
            assert_eq!(rig.service.stats().await.unwrap().totals.tokens_used, u64::MAX);
        }
    }
}

#[tokio::test]
async fn attempts_that_failed_at_a_price_count_among_the_tokens() {
    let cost = |prompt_tokens| Usage::new(prompt_tokens, 1);
    let first =
        classify_fn(move |_, _| async move { Err(ClassifyError::permanent("refused").with_usage(cost(20))) });
    let second = classify_fn(move |_, context| async move {
        let error = ClassifyError::retryable("malformed").with_usage(cost(300));
        let decided = Classification::new(Label::AGREE, "Second");
        if context.attempt == 1 { Err(error) } else { Ok(decided) }
    });
    let rig = Rig::new(|b| b.classifier(Fallback::new(first, second)));
    rig.text(ANA, "Yes").await;
    rig.at(secs(70)).await;
    assert_eq!(rig.only_record().await.classification.unwrap().usage, Some(cost(20)));
    assert_eq!(rig.service.stats().await.unwrap().totals.tokens_used, 322 + 21);
}

#[tokio::test]
async fn a_classifier_is_told_which_attempt_of_which_batch_it_judges_and_how_long_it_has() {
    let seen = Arc::<Mutex<Vec<Context>>>::default();
    let recorder = seen.clone();
    let rig = Rig::new(|b| {
        let b = b.classify_fn(move |_, context| {
            recorder.lock().unwrap().push(context);
            async { Err(ClassifyError::retryable("busy")) }
        });
        b.classify_timeout(secs(7))
    });
    let batch = rig.text(ANA, "Yes").await.batch();
    rig.at(secs(65)).await;
    let seen = seen.lock().unwrap();
    assert_eq!(seen.iter().map(|context| context.attempt).collect::<Vec<_>>(), [1, 2]);
    assert!(seen.iter().all(|context| Some(context.batch) == batch && context.key == ANA));
    assert!(seen.iter().all(|context| context.timeout == secs(7)));
}
