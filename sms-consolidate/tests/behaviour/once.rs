//! What is done once for all attempts at a batch: paying for its classification, and deciding what its reply says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sms_consolidate::store::Outcome;
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Classification, Event, Label, MemoryStore, ReplyTemplates, Usage};

use crate::common::{AGREED, ANA, Rig, secs};

/// Has the classifier charge for its first answer.
fn charge(rig: &Rig) {
    let mut answer = Classification::new(Label::AGREE, "Paid");
    answer.usage = Some(Usage::new(90, 10));
    rig.classifier.then([ScriptedAnswer::Answer(answer)]);
}

/// The batch was classified once and answered once, and everybody was told so once.
async fn assert_paid_once(rig: &mut Rig) {
    assert_eq!(rig.calls().len(), 1);
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    let classified = |event: &&Event<_>| matches!(event, Event::Classified { .. });
    assert_eq!(rig.events().iter().filter(classified).count(), 1);
    assert_eq!(rig.service.stats().await.unwrap().totals.tokens_used, 100);
    assert_eq!(rig.only_record().await.classification.unwrap().method, "Paid");
}

#[tokio::test]
async fn an_attempt_that_fails_after_its_classification_leaves_that_to_the_next() {
    for fault in [None, Some(Fault::Before), Some(Fault::After)] {
        let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
        let has_panicked = AtomicBool::new(false);
        let panics_once = move |_: &_| {
            assert!(has_panicked.swap(true, Ordering::SeqCst), "no such customer");
            true
        };
        let mut rig = Rig::new(|b| b.store(store.clone()).reply_if(panics_once));
        charge(&rig);
        if let Some(fault) = fault {
            store.fail(Operation::Record, fault, 2);
        }
        rig.text(ANA, "Yes").await;
        rig.at(secs(75)).await;
        assert_eq!(rig.only_record().await.attempts, 2, "{fault:?}");
        assert_paid_once(&mut rig).await;
    }
}

#[tokio::test]
async fn an_attempt_that_is_given_back_after_its_classification_leaves_that_to_the_next() {
    let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
    let mut rig = Rig::without_driver(|b| b.store(store.clone()));
    charge(&rig);
    store.fail(Operation::BeginReply, Fault::HeldBefore, 1);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    let (given_back, ()) = tokio::join!(rig.service.process_due(1, secs(10)), rig.at(secs(71)));
    assert_eq!((given_back.unwrap().released, rig.calls().len()), (1, 1));
    rig.service.start();
    rig.at(secs(72)).await;
    assert_paid_once(&mut rig).await;
}

#[tokio::test]
async fn what_was_found_is_kept_where_the_reply_is_refused() {
    let rig = Rig::new(|b| b.max_replies_per_hour(std::num::NonZeroU32::new(1)));
    for label in [Label::AGREE, Label::NOT_AGREE] {
        rig.classifier.then([ScriptedAnswer::Answer(Classification::new(label, "Scripted"))]);
        rig.text(ANA, "text").await;
        rig.at(rig.now() + secs(60)).await;
    }
    let found = rig.records().await.into_iter().map(|record| record.classification.unwrap().label);
    assert_eq!(found.collect::<Vec<_>>(), [Label::AGREE, Label::NOT_AGREE]);
}

/// As in the middle of a deployment: what the first says was not sent for certain, and the second has other words.
#[tokio::test]
async fn the_text_of_a_reply_is_decided_once_for_all_tries() {
    let store = Arc::new(MemoryStore::builder().seed(1).build());
    let says = |text: &str| ReplyTemplates::new().with(Label::AGREE, text);
    let old = Rig::without_driver(|b| b.store(Arc::clone(&store)).replies(says("See you soon.")));
    let clock = old.clock.clone();
    let mut new = Rig::without_driver(|b| b.store(store).clock(clock).replies(says("Until then.")));
    old.sender.then([ScriptedSend::NotSent(None)]);
    old.text(ANA, "Yes").await;
    old.at(secs(60)).await;
    assert_eq!(old.service.process_due(1, secs(30)).await.unwrap().failed, 1);
    old.at(secs(70)).await;
    assert_eq!(new.service.process_due(1, secs(30)).await.unwrap().processed, 1);
    assert_eq!(old.sender.asked().len(), 1);
    assert_eq!(new.replies_to(ANA), ["See you soon."]);
    assert!(matches!(new.outcomes()[..], [Outcome::Replied(_)]));
    // What it says is decided with the batch, and not for its sender.
    old.text(ANA, "Yes").await;
    old.at(secs(130)).await;
    new.service.process_due(1, secs(30)).await.unwrap();
    assert_eq!(new.replies_to(ANA)[1..], ["Until then."]);
}
