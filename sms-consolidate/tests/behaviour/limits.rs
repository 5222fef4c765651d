//! Limits: the caller is told at once, and nothing that was accepted is lost. The in-flight limit is in `in_flight`.

use sms_consolidate::lane::MAX_LINE;
use sms_consolidate::store::{Refusal, Status};
use sms_consolidate::testing::ScriptedAnswer;
use sms_consolidate::{
    BuildError, Consolidator, Event, MAX_ID_BYTES, MemoryStore, PushError, SmsMessage, Window,
};

use crate::common::{ANA, BEN, HOUR, Rig, accepted, key, nth_key, secs};

fn is_full(result: &PushError, why: Refusal) -> bool {
    matches!(result, PushError::Full(refusal) if *refusal == why) && result.is_retryable()
}

#[tokio::test]
async fn a_text_over_the_limit_is_refused_and_one_at_it_accepted() {
    let rig = Rig::new(|b| b.max_text_bytes(10));
    let refused = rig.try_push(ANA, SmsMessage::new("eleven byte")).await.unwrap_err();
    assert!(matches!(refused, PushError::TextTooLong { bytes: 11, limit: 10 }) && !refused.is_retryable());
    rig.text(ANA, "ten bytes!").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["ten bytes!"]]);
}

#[tokio::test]
async fn an_id_over_the_limit_is_refused_and_one_at_it_accepted() {
    let rig = Rig::new(|b| b);
    let with_id = |bytes: usize| SmsMessage::new("Yes").with_id("x".repeat(bytes));
    let refused = rig.try_push(ANA, with_id(MAX_ID_BYTES + 1)).await.unwrap_err();
    assert!(matches!(refused, PushError::IdTooLong { bytes: 513, limit: 512 }) && !refused.is_retryable());
    rig.try_push(ANA, with_id(MAX_ID_BYTES)).await.unwrap();
    assert!(rig.try_push(ANA, with_id(MAX_ID_BYTES)).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn a_list_of_three_with_one_bad_element_takes_the_two_good_ones() {
    let mut rig = Rig::new(|b| b.max_text_bytes(10));
    let texts = ["good", "much too long", "fine"];
    let results = rig.service.push_many(texts.map(|text| (key(ANA), SmsMessage::new(text))).into()).await;
    let accepted: Vec<bool> = results.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, false, true]);
    assert!(matches!(results[1], Err(PushError::TextTooLong { .. })));
    let refused =
        |event: &Event<_>| matches!(event, Event::Refused { error: PushError::TextTooLong { .. }, .. });
    assert_eq!(rig.events().iter().filter(|event| refused(event)).count(), 1);
    let totals = rig.service.stats().await.unwrap().totals;
    assert_eq!((totals.accepted, totals.refused), (2, 1));
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["good", "fine"]]);
}

#[tokio::test]
async fn at_the_limit_of_messages_push_says_so_until_there_is_room() {
    let rig = Rig::new(|b| b.store(MemoryStore::builder().max_messages(3).build()));
    let message = |n: usize| SmsMessage::new(n.to_string()).with_id(n.to_string());
    let results = rig.service.push_many((0..5).map(|n| (nth_key(n), message(n))).collect()).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 3);
    let refused: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(refused.iter().all(|error| is_full(error, Refusal::Messages)));
    rig.at(secs(60)).await;
    assert_eq!(rig.sender.taken().len(), 3, "what was accepted is handled");
    // What was refused left no id behind, so it is no duplicate when it comes again.
    let again = rig.service.push_many((0..5).map(|n| (nth_key(n), message(n))).collect()).await;
    let again: Vec<bool> = again.into_iter().map(|result| result.unwrap().is_duplicate()).collect();
    assert_eq!(again.iter().filter(|is_duplicate| **is_duplicate).count(), 3);
    rig.at(secs(120)).await;
    let mut handled: Vec<String> = rig.calls().concat();
    handled.sort_unstable();
    assert_eq!(handled, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn dead_batches_count_as_messages_until_somebody_deals_with_them() {
    let rig = Rig::new(|b| b.store(MemoryStore::builder().max_messages(1).build()));
    rig.classifier.then([ScriptedAnswer::FailForGood]);
    let dead = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.at(secs(60)).await;
    assert!(is_full(&rig.try_push(BEN, SmsMessage::new("No")).await.unwrap_err(), Refusal::Messages));
    rig.service.requeue(dead).await.unwrap();
    rig.pause().await;
    rig.text(BEN, "No").await;
}

#[tokio::test]
async fn at_the_limit_of_keys_new_keys_are_refused_and_known_ones_are_not() {
    let rig = Rig::new(|b| b.store(MemoryStore::builder().max_keys(1).build()));
    rig.text(ANA, "Yes").await;
    assert!(is_full(&rig.try_push(BEN, SmsMessage::new("No")).await.unwrap_err(), Refusal::Keys));
    rig.text(ANA, "please").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["Yes", "please"]]);
    // A key is remembered for the hour in which its reply counts for the loop guard; then maintenance makes room.
    assert!(is_full(&rig.try_push(BEN, SmsMessage::new("No")).await.unwrap_err(), Refusal::Keys));
    rig.at(HOUR + secs(180)).await;
    rig.text(BEN, "No").await;
    assert_eq!(rig.service.stats().await.unwrap().counts.keys, 1);
}

#[tokio::test]
async fn a_line_as_long_as_it_may_be_takes_nothing_more_until_it_moves() {
    let rig = Rig::new(|b| b.window(Window::immediate()));
    rig.classifying.close();
    for n in 0..MAX_LINE {
        rig.text(ANA, &n.to_string()).await;
        if n == 0 {
            rig.pause().await;
        }
    }
    // Behind the batch in flight the urgent texts share one batch, so the line is still short.
    assert_eq!(rig.count(Status::Claimed).await, 1);
    let rig = Rig::new(|b| b.window(Window::default().with_max_messages(1)).max_replies_per_hour(None));
    rig.classifying.close();
    for n in 0..MAX_LINE {
        rig.text(ANA, &n.to_string()).await;
    }
    assert!(is_full(&rig.try_push(ANA, SmsMessage::new("more")).await.unwrap_err(), Refusal::Line));
    rig.text(BEN, "nobody else is concerned").await;
    rig.classifying.reopen();
    rig.pause().await;
    rig.classifying.let_one_through();
    rig.at(secs(1)).await;
    rig.service.settled().await;
    assert_eq!(rig.replies_to(ANA).len(), MAX_LINE);
    assert_eq!(accepted(rig.text(ANA, "more").await).messages, 1);
}

#[tokio::test]
async fn memory_is_given_back_when_keys_have_nothing_left_to_say() {
    let rig = Rig::new(|b| b);
    for n in 0..1_000 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    rig.at(HOUR + secs(180)).await;
    let counts = rig.service.stats().await.unwrap().counts;
    assert_eq!((counts.keys, counts.messages_buffered, counts.finished > 0), (0, 0, true));
}

#[test]
fn a_configuration_that_cannot_work_is_not_built() {
    let builder = || Rig::builder();
    let why = |result: Result<_, BuildError>| result.map(|_: crate::common::Service| ()).unwrap_err();
    assert_eq!(why(Consolidator::builder().build()), BuildError::NoClassifier);
    let lease_too_short = BuildError::LeaseTooShort { lease: secs(39), send_timeout: secs(20) };
    assert_eq!(why(builder().lease(secs(39)).build()), lease_too_short);
    assert_eq!(why(builder().max_in_flight(0).build()), BuildError::Zero { setting: "max_in_flight" });
    assert_eq!(
        why(builder().classify_timeout(secs(0)).build()),
        BuildError::Zero { setting: "classify_timeout" }
    );
}
