//! Dead batches: kept whole, listed, and brought back.

use sms_consolidate::lane::{Entry, MAX_DEAD, Requeued};
use sms_consolidate::store::{Filter, NoReply, RequeueError, Status};
use sms_consolidate::testing::{ScriptedAnswer, ScriptedSend};
use sms_consolidate::{BatchId, Event, OptOutCause, OptOutChange, SmsMessage, Stats, Window};

use crate::common::{AGREED, ANA, BEN, Rig, accepted, always, key, no_reply, secs};

/// A rig with one dead batch of Ana's, which holds two texts; it died at the 60th second.
async fn with_dead_batch() -> (Rig, BatchId) {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::FailForGood]);
    let dead = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.try_push(ANA, SmsMessage::new("at noon").with_id("guid-2")).await.unwrap();
    rig.at(secs(60)).await;
    (rig, dead)
}

#[tokio::test]
async fn a_dead_batch_is_listed_and_kept_whole() {
    let (rig, dead) = with_dead_batch().await;
    rig.text(BEN, "Hello").await;
    let listed = rig.service.list(&Filter::newest(10).with_status(Status::Dead)).await.unwrap();
    assert_eq!(listed.iter().map(|record| (record.id, record.messages)).collect::<Vec<_>>(), [(dead, 2)]);
    assert!(listed[0].error.as_ref().unwrap().contains("scripted failure for good"));
    let whole = rig.service.batch(dead).await.unwrap().unwrap().batch.unwrap();
    assert_eq!(whole.text(), "Yes\nat noon");
    assert_eq!(rig.service.stats().await.unwrap().counts.dead, 1);
    assert!(rig.try_push(ANA, SmsMessage::new("at noon").with_id("guid-2")).await.unwrap().is_duplicate());
}

#[tokio::test]
async fn a_dead_batch_holds_up_nothing_behind_it() {
    let (rig, _) = with_dead_batch().await;
    rig.text(ANA, "hello?").await;
    rig.at(secs(120)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_requeued_batch_goes_to_the_end_of_its_line_under_a_new_id_and_is_answered() {
    let (rig, dead) = with_dead_batch().await;
    let open = rig.text_at(secs(70), ANA, "hello?").await.batch().unwrap();
    let Requeued::Revived(revived) = rig.service.requeue(dead).await.unwrap() else { panic!("it was dead") };
    assert_ne!(revived, dead);
    // Its membership is frozen: what comes now comes after it.
    assert_eq!(accepted(rig.text_at(secs(80), ANA, "anybody?").await).entry, Entry::Opened);
    rig.at(secs(130)).await;
    assert_eq!(rig.calls()[1..], [vec!["hello?"], vec!["Yes", "at noon"]]);
    let answered: Vec<_> = rig.sender.taken().iter().map(|reply| reply.batch).collect();
    assert_eq!(answered, [open, revived]);
    rig.at(secs(140)).await;
    assert_eq!(rig.calls().last().unwrap(), &["anybody?"]);
    assert_eq!(rig.count(Status::Dead).await, 0);
}

#[tokio::test]
async fn a_requeued_batch_of_an_idle_key_is_handled_at_once_with_all_its_attempts() {
    let (mut rig, dead) = with_dead_batch().await;
    rig.classifier.then([ScriptedAnswer::Fail(None)]);
    rig.at(secs(86_400)).await;
    rig.service.requeue(dead).await.unwrap();
    rig.pause().await;
    assert_eq!(rig.retries().last().unwrap().0, 1);
    rig.at(secs(86_410)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED], "requeued on demand, it is not stale");
}

#[tokio::test]
async fn a_batch_dead_of_sending_is_classified_anew_when_it_is_requeued() {
    let rig = Rig::new(|b| b);
    rig.sender.then(always(ScriptedSend::NotSent(None)).take(5));
    let dead = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.at(secs(600)).await;
    assert_eq!(rig.only_record().await.status, Status::Dead);
    rig.service.requeue(dead).await.unwrap();
    rig.pause().await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn requeue_says_why_it_did_nothing() {
    let rig = Rig::new(|b| b);
    rig.classifying.close();
    let batch = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.at(secs(60)).await;
    assert!(matches!(rig.service.requeue(batch).await, Err(RequeueError::InFlight)));
    rig.classifying.let_one_through();
    rig.pause().await;
    assert!(matches!(rig.service.requeue(batch).await, Err(RequeueError::Finished)));
    let unknown = BatchId::from_bytes([7; 16]);
    assert!(matches!(rig.service.requeue(unknown).await, Err(RequeueError::Unknown)));
    assert_eq!(rig.replies_to(ANA).len(), 1, "a finished batch is never sent again");
}

#[tokio::test]
async fn a_dead_batch_is_requeued_once_however_many_ask() {
    let (rig, dead) = with_dead_batch().await;
    let ask = || rig.service.requeue(dead);
    let (first, second) = tokio::join!(ask(), ask());
    assert!(matches!(first, Ok(Requeued::Revived(_))), "{first:?}");
    assert!(matches!(second, Err(RequeueError::Unknown)), "{second:?}");
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.replies_to(ANA)), (2, vec![AGREED.to_owned()]));
}

#[tokio::test]
async fn a_dead_batch_too_many_is_given_up_and_told_of() {
    let mut rig = Rig::new(|b| b.window(Window::immediate()));
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::FailForGood, MAX_DEAD + 1));
    let mut batches = Vec::new();
    for _ in 0..=MAX_DEAD {
        batches.push(rig.text(ANA, "Yes").await.batch().unwrap());
        rig.pause().await;
    }
    let finished = |event| match event {
        Event::Finished { batch, messages, outcome, .. } => Some((batch, messages, outcome)),
        _ => None,
    };
    let told: Vec<_> = rig.events().into_iter().filter_map(finished).collect();
    assert_eq!(told, [(batches[0], 1, no_reply(NoReply::Abandoned))], "the oldest, and no other");
    let Stats { totals, counts, .. } = rig.service.stats().await.unwrap();
    assert_eq!((counts.dead, counts.finished), (MAX_DEAD as u64, 1));
    assert_eq!((totals.dead, totals.replies_skipped), (MAX_DEAD as u64 + 1, 1));
    let record = rig.service.batch(batches[0]).await.unwrap().unwrap().record;
    assert_eq!(record.status, Status::Finished);
    assert!(record.error.unwrap().contains("scripted failure for good"), "why it died is kept");
    assert!(matches!(rig.service.requeue(batches[0]).await, Err(RequeueError::Finished)));
    assert!(matches!(rig.service.requeue(batches[1]).await, Ok(Requeued::Revived(_))));
}

#[tokio::test]
async fn requeue_makes_a_waiting_batch_due_now() {
    let rig = Rig::new(|b| b);
    let open = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.classifier.then([ScriptedAnswer::Fail(Some(secs(300)))]);
    assert_eq!(rig.service.requeue(open).await.unwrap(), Requeued::DueNow);
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.only_record().await.status), (1, Status::Retrying));
    assert_eq!(rig.service.requeue(open).await.unwrap(), Requeued::DueNow);
    rig.pause().await;
    assert_eq!((rig.now(), rig.replies_to(ANA)), (secs(0), vec![AGREED.to_owned()]));
}

#[tokio::test]
async fn a_dead_batch_of_a_sender_that_opted_out_since_is_requeued_without_a_reply() {
    let (rig, dead) = with_dead_batch().await;
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    rig.service.requeue(dead).await.unwrap();
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (2, 0));
}
