//! A message that arrives while its sender's batch is in flight, when it queues; and the in-flight limit.

use sms_consolidate::lane::Entry;
use sms_consolidate::store::Status;
use sms_consolidate::testing::ScriptedSend;
use sms_consolidate::{SmsMessage, Window};

use crate::common::{ANA, Rig, accepted, nth_key, secs};

#[tokio::test]
async fn a_text_that_arrives_while_the_classifier_runs_opens_the_next_batch() {
    let rig = Rig::new(|b| b);
    rig.classifying.close();
    rig.text(ANA, "first").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.classifying.waiting(), 1);
    assert_eq!(accepted(rig.text_at(secs(65), ANA, "second").await).entry, Entry::Opened);
    rig.classifying.reopen();
    rig.classifying.let_one_through();
    rig.pause().await;
    assert_eq!(rig.calls(), [["first"]]);
    assert_eq!(rig.classifying.abandoned(), 0);
    rig.at(secs(125)).await;
    assert_eq!(rig.calls(), [["first"], ["second"]]);
    assert_eq!(rig.replies_to(ANA).len(), 2, "each batch has its reply");
}

#[tokio::test]
async fn texts_behind_a_slow_batch_wait_together_for_their_turn() {
    let rig = Rig::new(|b| b.window(Window::fixed(secs(5))));
    rig.classifying.close();
    rig.text(ANA, "first").await;
    rig.text_at(secs(6), ANA, "second").await;
    // The next batch is due at 11 s, but not claimed before the first one is done: until then it takes in what comes.
    rig.text_at(secs(12), ANA, "third").await;
    assert_eq!(
        (rig.classifying.waiting(), rig.records().await.len()),
        (1, 2),
        "at most one in flight per key"
    );
    rig.classifying.reopen();
    rig.classifying.let_one_through();
    rig.pause().await;
    assert_eq!(rig.calls(), [vec!["first"], vec!["second", "third"]]);
}

#[tokio::test]
async fn batches_of_a_key_finish_in_order_even_if_the_first_must_be_tried_again() {
    let rig = Rig::new(|b| b.window(Window::fixed(secs(1))));
    rig.sender.then([ScriptedSend::NotSent(Some(secs(30)))]);
    let first = rig.text(ANA, "first").await;
    let second = rig.text_at(secs(2), ANA, "second").await;
    rig.at(secs(30)).await;
    assert_eq!(rig.calls(), [["first"]], "the second waits its turn");
    rig.at(secs(31)).await;
    let replied: Vec<_> = rig.sender.taken().iter().map(|reply| Some(reply.batch)).collect();
    assert_eq!(replied, [first.batch(), second.batch()]);
}

#[tokio::test]
async fn the_in_flight_limit_delays_and_loses_nothing() {
    let rig = Rig::new(|b| b.max_in_flight(2));
    rig.classifying.close();
    for n in 0..5 {
        rig.service.push(nth_key(n), SmsMessage::new(n.to_string())).await.unwrap();
    }
    rig.at(secs(60)).await;
    for left in (0..5).rev() {
        assert_eq!(rig.classifying.waiting(), 2.min(left + 1));
        assert_eq!(rig.service.stats().await.unwrap().in_flight, 2.min(left + 1));
        rig.classifying.let_one_through();
        rig.pause().await;
        assert_eq!(
            rig.count(Status::Finished).await,
            5 - left,
            "as soon as one is done the next is taken up"
        );
    }
    assert_eq!(rig.now(), secs(60));
    assert_eq!(rig.sender.taken().len(), 5);
}
