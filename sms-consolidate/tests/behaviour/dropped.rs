//! Futures that are dropped while the store is at work.

use sms_consolidate::lane::Entry;
use sms_consolidate::store::NoReply;
use sms_consolidate::testing::{Fault, FaultyStore, Operation};
use sms_consolidate::{Conversation, Event, MemoryStore, OptOutCause, OptOutChange, SmsMessage};

use crate::common::{AGREED, ANA, Rig, Service, accepted, key, no_reply, secs};

type Faulty = FaultyStore<MemoryStore<Conversation, SmsMessage>>;

fn rig() -> (Rig, Faulty) {
    let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
    (Rig::new(|b| b.store(store.clone())), store)
}

/// Makes a call, and drops its future while the store holds it.
async fn drop_while_held<F: Future<Output = ()> + Send + 'static>(
    rig: &Rig,
    call: impl FnOnce(Service) -> F,
) {
    let task = tokio::spawn(call(rig.service.clone()));
    rig.pause().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_dropped_push_leaves_the_message_stored_or_not_and_can_be_repeated() {
    let message = || SmsMessage::new("Yes").with_id("guid-1");
    for (fault, was_stored) in [(Fault::HeldBefore, false), (Fault::HeldAfter, true)] {
        let (rig, store) = rig();
        store.fail(Operation::Append, fault, 1);
        drop_while_held(&rig, |service| async move {
            service.push(key(ANA), message()).await.unwrap();
        })
        .await;
        assert_eq!(rig.try_push(ANA, message()).await.unwrap().is_duplicate(), was_stored);
        rig.at(secs(120)).await;
        assert_eq!(rig.calls(), [["Yes"]], "{fault:?}");
    }
}

#[tokio::test]
async fn a_dropped_cancel_is_done_and_told() {
    for fault in [Fault::HeldBefore, Fault::HeldAfter] {
        let (mut rig, store) = rig();
        rig.text(ANA, "Yes").await;
        store.fail(Operation::Cancel, fault, 1);
        drop_while_held(&rig, |service| async move {
            service.cancel(&key(ANA)).await.unwrap();
        })
        .await;
        assert_eq!(rig.outcomes(), [], "{fault:?}");
        store.let_go();
        rig.pause().await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::Cancelled)], "{fault:?}");
        assert_eq!(rig.service.stats().await.unwrap().totals.replies_skipped, 1);
        assert_eq!(accepted(rig.text(ANA, "No").await).entry, Entry::Opened);
    }
}

#[tokio::test]
async fn a_dropped_cancel_stops_the_classification_all_the_same() {
    let (rig, store) = rig();
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    store.fail(Operation::Cancel, Fault::HeldAfter, 1);
    drop_while_held(&rig, |service| async move {
        service.cancel(&key(ANA)).await.unwrap();
    })
    .await;
    assert_eq!((rig.classifying.waiting(), rig.classifying.abandoned()), (1, 0));
    store.let_go();
    rig.pause().await;
    assert_eq!((rig.classifying.waiting(), rig.classifying.abandoned()), (0, 1));
}

#[tokio::test]
async fn a_dropped_opt_out_is_done_and_told() {
    for operation in [Operation::SetOptedOut, Operation::Silence] {
        for fault in [Fault::HeldBefore, Fault::HeldAfter] {
            let (mut rig, store) = rig();
            rig.text(ANA, "Yes").await;
            rig.events();
            store.fail(operation, fault, 1);
            drop_while_held(&rig, |service| async move {
                service
                    .set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator))
                    .await
                    .unwrap();
            })
            .await;
            assert!(rig.events().is_empty(), "{operation:?} {fault:?}");
            store.let_go();
            rig.pause().await;
            let events = rig.events();
            let told = |event: &&Event<_>| {
                matches!(event, Event::OptedOut { opted_out: true, cause: OptOutCause::Operator, .. })
            };
            assert_eq!(events.iter().filter(told).count(), 1, "{operation:?} {fault:?}");
            let ended = |event: &Event<_>| matches!(event, Event::Finished { outcome, .. } if *outcome == no_reply(NoReply::OptedOut));
            assert!(events.iter().any(ended), "as by STOP, now: {operation:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_dropped_opt_in_is_done_and_told() {
    let (mut rig, store) = rig();
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    rig.events();
    store.fail(Operation::SetOptedOut, Fault::HeldAfter, 1);
    drop_while_held(&rig, |service| async move {
        service.set_opted_out(&key(ANA), OptOutChange::new(false, OptOutCause::Operator)).await.unwrap();
    })
    .await;
    store.let_go();
    rig.pause().await;
    assert!(matches!(rig.events()[..], [Event::OptedOut { opted_out: false, .. }]));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}
