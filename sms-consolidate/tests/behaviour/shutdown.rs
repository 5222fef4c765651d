//! Shutting down with a store that does not outlive the process.

use std::time::Duration;

use sms_consolidate::lane::CloseReason;
use sms_consolidate::store::Outcome;
use sms_consolidate::testing::{
    Fault, FaultyStore, Operation, RecordingSender, ScriptedAnswer, ScriptedSend,
};
use sms_consolidate::{Conversation, MemoryStore, PushError, ShutdownReport, SmsMessage};

use crate::common::{AGREED, ANA, BEN, Rig, key, nth_key, secs};

pub(crate) type Report = ShutdownReport<Conversation, SmsMessage>;

/// Shuts down and lets the clock run until that is done. Returns how long it took, too.
pub(crate) async fn shut_down(rig: &Rig, within: Duration) -> (Report, Duration) {
    let began = rig.now();
    let service = rig.service.clone();
    let call = tokio::spawn(async move { service.shutdown(within).await });
    rig.pause().await;
    while !call.is_finished() {
        assert!(rig.now() < began + within + secs(2), "it keeps its deadline");
        rig.at(rig.now() + secs(1)).await;
    }
    (call.await.unwrap().unwrap(), rig.now() - began)
}

/// The texts of each batch that was handed back.
pub(crate) fn unfinished(report: &Report) -> Vec<String> {
    report.unfinished.iter().map(|batch| batch.text().into_owned()).collect()
}

#[tokio::test]
async fn open_batches_are_closed_and_handled() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "Yes").await;
    rig.text(ANA, "please").await;
    rig.text(BEN, "No").await;
    let (report, took) = shut_down(&rig, secs(5)).await;
    assert_eq!((report.finished, unfinished(&report).len(), report.kept, took), (2, 0, 0, secs(0)));
    assert_eq!((rig.replies_to(ANA), rig.replies_to(BEN).len()), (vec![AGREED.to_owned()], 1));
    let reasons: Vec<_> = rig.records().await.iter().map(|record| record.close_reason).collect();
    assert_eq!(reasons, [Some(CloseReason::Shutdown); 2]);
}

#[tokio::test]
async fn it_works_without_a_driver() {
    let rig = Rig::without_driver(|b| b);
    rig.text(ANA, "Yes").await;
    let (report, _) = shut_down(&rig, secs(5)).await;
    assert_eq!((report.finished, rig.replies_to(ANA).len()), (1, 1));
}

#[tokio::test]
async fn pushes_after_it_are_refused() {
    let rig = Rig::new(|b| b);
    shut_down(&rig, secs(5)).await;
    let refused = rig.try_push(ANA, SmsMessage::new("Yes")).await.unwrap_err();
    assert!(matches!(refused, PushError::ShuttingDown) && refused.is_retryable());
    let results = rig.service.push_many(vec![(key(ANA), SmsMessage::new("Yes")); 2]).await;
    assert!(results.iter().all(|result| matches!(result, Err(PushError::ShuttingDown))));
    rig.at(secs(600)).await;
    assert!(rig.calls().is_empty());
    assert_eq!(rig.service.stats().await.unwrap().totals.refused, 3);
}

#[tokio::test]
async fn a_push_under_way_is_waited_for_and_handled() {
    let store = FaultyStore::new(MemoryStore::new());
    let rig = Rig::new(|b| b.store(store.clone()));
    store.fail(Operation::Append, Fault::HeldBefore, 1);
    let service = rig.service.clone();
    let push = tokio::spawn(async move { service.push(key(ANA), SmsMessage::new("Yes")).await });
    rig.pause().await;
    let service = rig.service.clone();
    let shutdown = tokio::spawn(async move { service.shutdown(secs(5)).await });
    rig.pause().await;
    store.let_go();
    assert!(push.await.unwrap().is_ok());
    assert_eq!(shutdown.await.unwrap().unwrap().finished, 1);
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_claimed_batch_is_waited_for() {
    let rig = Rig::new(|b| b);
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    let service = rig.service.clone();
    let call = tokio::spawn(async move { service.shutdown(secs(10)).await });
    rig.at(secs(65)).await;
    assert!(!call.is_finished());
    rig.classifying.let_one_through();
    let report = call.await.unwrap().unwrap();
    assert_eq!((report.finished, unfinished(&report).len()), (1, 0));
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_claimed_batch_that_hangs_is_handed_back_whole_at_the_deadline() {
    let rig = Rig::new(|b| b.classify_timeout(secs(300)));
    rig.classifier.then([ScriptedAnswer::Hang]);
    let batch = rig.text(ANA, "Yes").await.batch();
    rig.text(ANA, "please").await;
    rig.at(secs(60)).await;
    // Behind the hanging batch, so not handled either.
    rig.text(ANA, "hello?").await;
    rig.text(BEN, "Yes").await;
    let (report, took) = shut_down(&rig, secs(10)).await;
    assert_eq!(took, secs(10));
    assert_eq!(unfinished(&report), ["Yes\nplease", "hello?"]);
    assert_eq!(Some(report.unfinished[0].id), batch);
    assert_eq!((report.finished, rig.replies_to(BEN).len()), (1, 1), "others are handled meanwhile");
    assert!(rig.replies_to(ANA).is_empty());
}

#[tokio::test]
async fn a_retry_within_the_deadline_is_made_and_one_beyond_it_is_handed_back() {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(Some(secs(5))), ScriptedAnswer::Fail(Some(secs(30)))]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.service.push(key(BEN), SmsMessage::new("No")).await.unwrap();
    let (report, _) = shut_down(&rig, secs(10)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    assert_eq!((report.finished, unfinished(&report)), (1, vec!["No".to_owned()]));
}

#[tokio::test]
async fn dead_batches_are_handed_back_too() {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::FailForGood]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    let (report, _) = shut_down(&rig, secs(5)).await;
    assert_eq!(unfinished(&report), ["Yes"]);
}

#[tokio::test]
async fn more_batches_than_may_be_in_flight_are_all_handled() {
    let rig = Rig::new(|b| b.max_in_flight(1));
    for n in 0..50 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    let (report, _) = shut_down(&rig, secs(5)).await;
    assert_eq!((report.finished, unfinished(&report).len()), (50, 0));
}

#[tokio::test]
async fn with_the_one_place_in_flight_taken_by_a_hanging_batch_the_rest_is_handed_back() {
    let rig = Rig::new(|b| b.max_in_flight(1).classify_timeout(secs(300)));
    rig.classifier.then([ScriptedAnswer::Hang]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.text(BEN, "No").await;
    let (report, took) = shut_down(&rig, secs(10)).await;
    assert_eq!((unfinished(&report).len(), took), (2, secs(10)));
}

#[tokio::test]
async fn no_time_at_all_hands_everything_back() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "Yes").await;
    let (report, _) = shut_down(&rig, Duration::ZERO).await;
    assert_eq!((report.finished, unfinished(&report)), (0, vec!["Yes".to_owned()]));
}

#[tokio::test]
async fn a_batch_whose_reply_may_be_out_is_over_and_not_handed_back() {
    for sender in [RecordingSender::new(), RecordingSender::new().idempotent()] {
        let mut rig = Rig::with_sender(sender, |b| b.send_timeout(secs(60)).lease(secs(120)));
        rig.sender.then([ScriptedSend::SendAndHang]);
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        let (report, _) = shut_down(&rig, secs(10)).await;
        // The caller would have it answered a second time.
        assert_eq!(unfinished(&report).len(), 0);
        assert_eq!((report.finished, rig.outcomes()), (1, vec![Outcome::ReplyUnknown]));
    }
}

#[tokio::test]
async fn a_reply_that_waits_to_be_asked_again_is_over_and_not_handed_back() {
    let mut rig = Rig::with_sender(RecordingSender::new().idempotent(), |b| b);
    rig.sender.then([ScriptedSend::SendAndLoseAnswer]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.text(ANA, "hello?").await;
    let (report, _) = shut_down(&rig, secs(1)).await;
    assert_eq!((report.finished, unfinished(&report)), (1, vec!["hello?".to_owned()]));
    assert_eq!((rig.outcomes(), rig.replies_to(ANA).len()), (vec![Outcome::ReplyUnknown], 1));
}

#[tokio::test]
async fn a_second_shutdown_is_harmless_and_hands_nothing_back_twice() {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Hang]);
    rig.text(ANA, "Yes").await;
    let (first, _) = shut_down(&rig, secs(1)).await;
    assert_eq!(unfinished(&first), ["Yes"]);
    let (second, _) = shut_down(&rig, secs(100)).await;
    assert_eq!((second.finished, unfinished(&second).len()), (0, 0));
    rig.service.start();
    rig.at(secs(600)).await;
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (1, 0), "what the caller has is the caller's");
}

#[tokio::test]
async fn two_shutdowns_at_once_are_harmless() {
    let rig = Rig::new(|b| b);
    for n in 0..10 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    let (first, second) = tokio::join!(rig.service.shutdown(secs(5)), rig.service.shutdown(secs(5)));
    assert!(first.unwrap().unfinished.is_empty() && second.unwrap().unfinished.is_empty());
    assert_eq!(rig.sender.asked().len(), 10);
}
