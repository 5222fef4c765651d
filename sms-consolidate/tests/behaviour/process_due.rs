//! Handling what is due on demand: without a driver, and beside one.

use sms_consolidate::store::{Outcome, Status};
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Consolidator, MemoryStore, Processed, SmsMessage};

use crate::common::{ANA, BEN, Rig, is_replied, nth_key, secs};

/// Calls `process_due` and advances the clock to `until` meanwhile.
async fn process_due(rig: &Rig, limit: usize, within: u64, until: u64) -> Processed {
    let (handled, ()) = tokio::join!(rig.service.process_due(limit, secs(within)), rig.at(secs(until)));
    handled.unwrap()
}

fn counts(processed: Processed) -> (usize, usize, usize) {
    (processed.processed, processed.failed, processed.released)
}

#[tokio::test]
async fn without_a_driver_it_handles_what_is_due_and_nothing_else() {
    let rig = Rig::without_driver(|b| b);
    rig.text(ANA, "Yes").await;
    rig.text_at(secs(1), BEN, "Yes").await;
    rig.at(secs(60)).await;
    assert!(rig.calls().is_empty(), "nothing happens by itself");
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (1, 0, 0));
    assert_eq!((rig.replies_to(ANA).len(), rig.replies_to(BEN).len()), (1, 0));
    rig.at(secs(61)).await;
    assert_eq!(counts(process_due(&rig, 5, 50, 61).await), (1, 0, 0));
    assert_eq!(counts(process_due(&rig, 5, 50, 61).await), (0, 0, 0));
}

#[tokio::test]
async fn it_handles_no_more_than_its_limit() {
    let rig = Rig::without_driver(|b| b);
    for n in 0..7 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (5, 0, 0));
    assert_eq!(counts(process_due(&rig, 0, 50, 60).await), (0, 0, 0));
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (2, 0, 0));
}

#[tokio::test]
async fn it_keeps_to_the_in_flight_limit() {
    let rig = Rig::without_driver(|b| b.max_in_flight(2));
    rig.classifying.close();
    for n in 0..5 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    let service = rig.service.clone();
    let call = tokio::spawn(async move { service.process_due(5, secs(50)).await });
    rig.pause().await;
    assert_eq!(rig.classifying.waiting(), 2);
    rig.classifying.let_one_through();
    rig.classifying.let_one_through();
    assert_eq!(counts(call.await.unwrap().unwrap()), (2, 0, 0));
}

#[tokio::test]
async fn it_says_how_many_failed_and_a_later_call_tries_them_again() {
    let rig = Rig::without_driver(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(None)]);
    rig.text(ANA, "Yes").await;
    rig.text(BEN, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (1, 1, 0));
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (0, 0, 0), "its wait is not over");
    rig.at(secs(65)).await;
    assert_eq!(counts(process_due(&rig, 5, 50, 65).await), (1, 0, 0));
    assert_eq!(rig.sender.taken().len(), 2);
}

#[tokio::test]
async fn at_its_deadline_it_hands_back_everything_that_is_not_done() {
    let rig = Rig::without_driver(|b| b.classify_timeout(secs(300)));
    rig.classifier.then([ScriptedAnswer::Hang, ScriptedAnswer::Hang, ScriptedAnswer::Hang]);
    for n in 0..4 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    let service = rig.service.clone();
    let call = tokio::spawn(async move { service.process_due(5, secs(50)).await });
    rig.at(secs(109)).await;
    assert!(!call.is_finished());
    rig.at(secs(110)).await;
    assert!(call.is_finished(), "all of them are given back at once");
    assert_eq!(counts(call.await.unwrap().unwrap()), (1, 0, 3));
    // Nothing was lost, and the attempt does not count.
    assert_eq!(counts(process_due(&rig, 5, 50, 110).await), (3, 0, 0));
    assert_eq!(rig.sender.taken().len(), 4);
    assert!(
        rig.records().await.iter().all(|record| record.status == Status::Finished && record.attempts == 1)
    );
}

#[tokio::test]
async fn at_its_deadline_a_reply_that_may_be_out_is_not_sent_again() {
    let mut rig = Rig::without_driver(|b| b.send_timeout(secs(60)).lease(secs(120)));
    rig.sender.then([ScriptedSend::SendAndHang]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(counts(process_due(&rig, 5, 10, 70).await), (0, 0, 1));
    assert_eq!(counts(process_due(&rig, 5, 10, 70).await), (1, 0, 0));
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown]);
    assert_eq!(rig.sender.asked().len(), 1);
}

#[tokio::test]
async fn beside_a_driver_no_batch_is_handled_twice() {
    let mut rig = Rig::without_driver(|b| b.store(MemoryStore::new()));
    for n in 0..300 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    rig.service.start();
    let calls = (0..3).map(|_| {
        let service = rig.service.clone();
        tokio::spawn(async move { service.process_due(50, secs(50)).await })
    });
    let calls: Vec<_> = calls.collect();
    rig.pause().await;
    let mut on_demand = 0;
    for call in calls {
        on_demand += call.await.unwrap().unwrap().processed;
    }
    rig.service.settled().await;
    assert!((1..300).contains(&on_demand), "both took part: {on_demand}");
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (300, 300));
    assert_eq!(rig.outcomes().iter().filter(|outcome| is_replied(outcome)).count(), 300);
}

#[tokio::test]
async fn two_consolidators_on_one_store_never_handle_a_batch_twice() {
    let store = FaultyStore::new(MemoryStore::new());
    let rig = Rig::new(|b| b.store(store.clone()));
    let other = Consolidator::builder()
        .clock(rig.clock.clone())
        .store(store.clone())
        .classifier(rig.classifier.clone())
        .sender(rig.sender.clone())
        .build()
        .unwrap();
    other.start();
    for n in 0..100 {
        let service = if n % 2 == 0 { &rig.service } else { &other };
        service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(120)).await;
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (100, 100));
}

#[tokio::test]
async fn it_says_when_the_store_failed() {
    let store = FaultyStore::new(MemoryStore::new());
    let rig = Rig::without_driver(|b| b.store(store.clone()));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    store.fail(Operation::Claim, Fault::Before, 1);
    assert!(rig.service.process_due(5, secs(50)).await.is_err());
    assert_eq!(counts(process_due(&rig, 5, 50, 60).await), (1, 0, 0));
}

#[tokio::test]
async fn it_keeps_its_deadline_while_the_store_is_unavailable() {
    let store = FaultyStore::new(MemoryStore::new());
    let rig = Rig::without_driver(|b| b.store(store.clone()));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    store.fail(Operation::Finish, Fault::Before, 100_000);
    store.fail(Operation::Retry, Fault::Before, 100_000);
    let service = rig.service.clone();
    let call = tokio::spawn(async move { service.process_due(5, secs(50)).await });
    rig.at(secs(112)).await;
    assert!(call.is_finished());
}
