//! A store that cannot be reached, or whose answers are lost.

use sms_consolidate::store::{NoReply, Outcome, Status};
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{
    Classification, Conversation, Event, InFlight, Label, MemoryStore, OptOutCause, OptOutChange, PushError,
    ReplyTemplates, RetryPolicy, SmsMessage, Window,
};

use crate::common::{AGREED, ANA, Rig, ServiceBuilder, is_replied, key, ms, no_reply, secs};
use crate::log::Log;

type Faulty = FaultyStore<MemoryStore<Conversation, SmsMessage>>;

fn rig(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> (Rig, Faulty) {
    let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
    (Rig::new(|b| configure(b.store(store.clone()))), store)
}

fn guid_1() -> SmsMessage {
    SmsMessage::new("Yes").with_id("guid-1")
}

#[tokio::test]
async fn push_says_that_the_store_is_unavailable_and_with_an_id_it_is_safe_to_push_again() {
    for (fault, was_stored) in [(Fault::Before, false), (Fault::After, true)] {
        let (rig, store) = rig(|b| b);
        store.fail(Operation::Append, fault, 1);
        let error = rig.try_push(ANA, guid_1()).await.unwrap_err();
        assert!(matches!(error, PushError::Unavailable(_)) && error.is_retryable());
        assert_eq!(rig.try_push(ANA, guid_1()).await.unwrap().is_duplicate(), was_stored);
        rig.at(secs(120)).await;
        assert_eq!(rig.calls(), [["Yes"]]);
        assert_eq!(rig.replies_to(ANA), [AGREED]);
    }
}

#[tokio::test]
async fn a_list_that_meets_an_unavailable_store_is_refused_message_by_message() {
    let (rig, store) = rig(|b| b.max_text_bytes(10));
    store.fail(Operation::Append, Fault::Before, 1);
    let messages = ["good", "much too long", "fine"].map(|text| (key(ANA), SmsMessage::new(text)));
    let results = rig.service.push_many(messages.into()).await;
    assert!(matches!(
        results[..],
        [Err(PushError::Unavailable(_)), Err(PushError::TextTooLong { .. }), Err(PushError::Unavailable(_))]
    ));
}

#[tokio::test]
async fn the_driver_recovers_when_the_store_does() {
    for operation in [Operation::Claim, Operation::NextWake, Operation::Maintain] {
        let (rig, store) = rig(|b| b);
        rig.text(ANA, "Yes").await;
        store.fail(operation, Fault::Before, 1_000);
        rig.at(secs(600)).await;
        let left = store.heal(operation);
        assert!((800..1_000).contains(&left), "it tries again, and not without pause: {left}");
        rig.at(secs(611)).await;
        assert_eq!(rig.replies_to(ANA), [AGREED], "{operation:?}");
        rig.text(ANA, "Yes").await;
        rig.at(secs(671)).await;
        assert_eq!(rig.replies_to(ANA).len(), 2, "on time again");
    }
}

#[tokio::test]
async fn maintenance_that_fails_delays_nobody() {
    let (rig, store) = rig(|b| b);
    store.fail(Operation::Maintain, Fault::Before, 1_000);
    rig.at(secs(601)).await;
    rig.text(ANA, "Yes").await;
    rig.at(secs(661)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    let tried = 1_000 - store.heal(Operation::Maintain);
    assert!((5..20).contains(&tried), "it is tried again at its times: {tried}");
}

#[tokio::test]
async fn maintenance_that_takes_long_delays_nobody() {
    let (rig, store) = rig(|b| b);
    store.fail(Operation::Maintain, Fault::HeldBefore, 1);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(300)).await;
    assert_eq!(rig.replies_to(ANA).len(), 2);
    store.let_go();
    rig.service.settled().await;
    assert_eq!(store.heal(Operation::Maintain), 0, "it was held throughout");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_comes_back_when_its_lease_ends() {
    let (rig, store) = rig(|b| b.lease(secs(60)));
    let log = Log::capture();
    rig.text(ANA, "Yes").await;
    rig.at(ms(59_999)).await;
    store.fail(Operation::Claim, Fault::After, 1);
    rig.at(secs(119)).await;
    assert!(rig.calls().is_empty());
    rig.at(secs(121)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    assert_eq!(log.only("BATCH RECEIVED").field("lease_losses"), "1");
}

#[tokio::test]
async fn a_batch_that_its_workers_keep_losing_is_given_up_and_losses_are_no_attempts() {
    for (losses, status) in [(2, Status::Finished), (3, Status::Dead)] {
        let policy = RetryPolicy::default().with_max_lease_losses(2);
        let (rig, store) = rig(|b| b.lease(secs(50)).retry(policy));
        rig.text(ANA, "Yes").await;
        let mut due = secs(60);
        for _ in 0..losses {
            rig.at(due - ms(1)).await;
            // Claimed, and nobody knows: as if the worker had died.
            store.fail(Operation::Claim, Fault::After, 1);
            rig.at(due).await;
            due += secs(50);
        }
        rig.at(due).await;
        let record = rig.only_record().await;
        assert_eq!((record.status, record.attempts), (status, 1), "{losses} losses: {:?}", record.error);
    }
}

/// Every write of a job fails twice on the way to a reply: the batch is answered once, and paid for once.
#[tokio::test]
async fn the_writes_of_a_job_are_repeated_until_they_take() {
    for operation in [Operation::BeginReply, Operation::Finish] {
        for fault in [Fault::Before, Fault::After] {
            let (mut rig, store) = rig(|b| b);
            store.fail(operation, fault, 2);
            rig.text(ANA, "Yes").await;
            rig.at(secs(180)).await;
            assert_eq!((rig.calls().len(), rig.sender.asked().len()), (1, 1), "{operation:?} {fault:?}");
            let record = rig.only_record().await;
            assert_eq!((record.status, record.attempts), (Status::Finished, 1), "{operation:?} {fault:?}");
            assert!(record.outcome.as_ref().is_some_and(is_replied));
            assert_eq!(rig.outcomes(), [record.outcome.unwrap()], "{operation:?} {fault:?}");
            assert_eq!(rig.service.stats().await.unwrap().totals.claims_lost, 0, "{operation:?} {fault:?}");
        }
    }
}

/// The store took what the job wrote last, and its answer was lost: the job is told that it no longer has the batch.
#[tokio::test]
async fn a_write_whose_answer_was_lost_is_reported_as_what_it_was() {
    let cases = [
        (Operation::Finish, vec![], vec!["finished"]),
        (Operation::Retry, vec![ScriptedAnswer::Fail(None)], vec!["retrying", "finished"]),
        (Operation::Bury, vec![ScriptedAnswer::FailForGood], vec!["dead"]),
    ];
    for (operation, answers, expected) in cases {
        let (mut rig, store) = rig(|b| b);
        rig.classifier.then(answers);
        store.fail(operation, Fault::After, 1);
        rig.text(ANA, "Yes").await;
        rig.at(secs(200)).await;
        assert_eq!(endings(&mut rig), expected, "{operation:?}");
    }
}

/// The job hears of it long after its lease, which nobody has renewed: the batch had ended by then.
#[tokio::test]
async fn an_ending_whose_answer_was_lost_in_a_long_outage_is_reported_as_what_it_was() {
    let finish = (Operation::Finish, vec![], vec!["finished"]);
    for (operation, answers, expected) in
        [finish, (Operation::Bury, vec![ScriptedAnswer::FailForGood], vec!["dead"])]
    {
        let (mut rig, store) = rig(|b| b);
        rig.classifier.then(answers);
        store.fail(operation, Fault::After, 1);
        store.fail(operation, Fault::Before, 1_000);
        store.fail(Operation::Batch, Fault::Before, 3);
        rig.text(ANA, "Yes").await;
        rig.at(secs(300)).await;
        assert_eq!(endings(&mut rig), [""; 0], "nobody knows yet");
        store.heal(operation);
        rig.at(secs(310)).await;
        assert_eq!(endings(&mut rig), expected, "{operation:?}");
    }
}

/// How attempts ended since the last look at the events.
fn endings(rig: &mut Rig) -> Vec<&'static str> {
    let name = |event| match event {
        Event::Finished { .. } => Some("finished"),
        Event::Retrying { .. } => Some("retrying"),
        Event::HandedBack { .. } => Some("handed back"),
        Event::Dead { .. } => Some("dead"),
        Event::Lost { .. } => Some("lost"),
        _ => None,
    };
    rig.events().into_iter().filter_map(name).collect()
}

/// The same outcome is no proof: the next holder decides as the last one did.
#[tokio::test]
async fn what_the_next_holder_has_written_is_reported_by_nobody_else() {
    let (mut rig, store) = rig(|b| b.replies(ReplyTemplates::off()));
    store.fail(Operation::Renew, Fault::Before, 1_000);
    store.fail(Operation::Finish, Fault::Before, 1_000);
    rig.text(ANA, "Yes").await;
    rig.at(secs(119)).await;
    store.heal(Operation::Finish);
    // When the lease ends, and before the first holder tries again.
    rig.at(secs(120)).await;
    assert_eq!(rig.only_record().await.status, Status::Finished);
    rig.at(secs(130)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Off)]);
    assert_eq!(rig.service.stats().await.unwrap().totals.claims_lost, 1);
}

/// Nothing was sent yet, so the batch is answered: by whoever has it next, if it is given back.
#[tokio::test]
async fn a_reply_that_may_have_begun_and_was_not_sent_is_given_back_unsent() {
    let (rig, store) = rig(|b| b);
    store.fail(Operation::BeginReply, Fault::After, 1);
    store.fail(Operation::BeginReply, Fault::Before, 1_000);
    rig.text(ANA, "Yes").await;
    rig.at(secs(62)).await;
    let service = rig.service.clone();
    let shutdown = tokio::spawn(async move { service.shutdown(secs(1)).await });
    rig.at(secs(70)).await;
    let report = shutdown.await.unwrap().unwrap();
    assert_eq!((report.unfinished.len(), report.finished), (1, 0), "{report:?}");
    assert!(rig.sender.asked().is_empty());
}

#[tokio::test]
async fn a_reply_that_may_have_begun_is_sent_once_after_an_outage_that_outlives_the_lease() {
    let (mut rig, store) = rig(|b| b);
    store.fail(Operation::BeginReply, Fault::After, 1);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    for operation in [Operation::BeginReply, Operation::Renew, Operation::Claim] {
        store.fail(operation, Fault::Before, 1_000);
    }
    rig.at(secs(400)).await;
    // The job, and not another, is first to find the store well again. A single failure does not stop it any more.
    store.heal(Operation::BeginReply);
    rig.at(secs(410)).await;
    store.heal(Operation::Renew);
    store.fail(Operation::Renew, Fault::Before, 1);
    rig.at(secs(420)).await;
    store.heal(Operation::Claim);
    rig.at(secs(600)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    assert!(matches!(rig.outcomes()[..], [Outcome::Replied(_)]));
    assert_eq!(rig.only_record().await.attempts, 1);
}

/// What this process does not know, the next holder cannot know either.
#[tokio::test]
async fn a_reply_that_may_have_begun_is_not_sent_by_the_next_holder() {
    let (mut rig, store) = rig(|b| b);
    store.fail(Operation::BeginReply, Fault::After, 1);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60) - ms(1)).await;
    store.fail(Operation::BeginReply, Fault::Before, 1_000);
    store.fail(Operation::Renew, Fault::Before, 1_000);
    rig.at(secs(130)).await;
    assert!(rig.sender.asked().is_empty());
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown]);
    store.heal(Operation::BeginReply);
    store.heal(Operation::Renew);
    rig.at(secs(300)).await;
    assert!(rig.sender.asked().is_empty());
    assert_eq!(rig.service.stats().await.unwrap().totals.claims_lost, 1);
}

#[tokio::test]
async fn finish_is_repeated_for_as_long_as_it_takes_and_the_lease_is_kept() {
    let (rig, store) = rig(|b| b);
    store.fail(Operation::Finish, Fault::Before, 1_000);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60) + secs(1_800)).await;
    assert_eq!((rig.only_record().await.status, rig.sender.asked().len()), (Status::Claimed, 1));
    store.heal(Operation::Finish);
    rig.at(secs(60) + secs(1_806)).await;
    assert_eq!((rig.only_record().await.status, rig.sender.asked().len()), (Status::Finished, 1));
    assert_eq!(rig.service.stats().await.unwrap().totals.claims_lost, 0);
}

#[tokio::test]
async fn begin_reply_is_repeated_for_as_long_as_the_lease_is_kept() {
    let log = Log::capture();
    let (rig, store) = rig(|b| b);
    store.fail(Operation::BeginReply, Fault::Before, 1_000);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60) + secs(300)).await;
    store.heal(Operation::BeginReply);
    rig.at(secs(60) + secs(306)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    assert_eq!(log.lines("BATCH RECEIVED").len(), 1, "by the worker that had it from the start");
}

/// The batch in flight fails, or ends, a second after the driver has planned its next look.
async fn let_through_later(rig: &Rig) {
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.text(ANA, "hello?").await;
    rig.classifying.reopen();
    rig.at(secs(61)).await;
    rig.classifying.let_one_through();
    rig.pause().await;
}

#[tokio::test]
async fn a_retry_that_could_not_be_written_at_once_is_made_on_schedule() {
    for fault in [Fault::Before, Fault::After] {
        let (rig, store) = rig(|b| b);
        rig.classifier.then([ScriptedAnswer::Fail(None)]);
        store.fail(Operation::Retry, fault, 2);
        let_through_later(&rig).await;
        rig.at(secs(67)).await;
        assert_eq!(rig.replies_to(ANA), [AGREED], "{fault:?}");
    }
}

#[tokio::test]
async fn a_batch_behind_one_whose_end_could_not_be_written_at_once_is_handled_on_time() {
    let agree = ScriptedAnswer::Answer(Classification::new(Label::AGREE, "Scripted"));
    for (operation, answer) in [(Operation::Bury, ScriptedAnswer::FailForGood), (Operation::Finish, agree)] {
        for fault in [Fault::Before, Fault::After] {
            let (rig, store) = rig(|b| b.lease(secs(600)).window(Window::fixed(secs(30))));
            rig.classifier.then([answer.clone()]);
            store.fail(operation, fault, 2);
            let_through_later(&rig).await;
            rig.at(secs(91)).await;
            assert_eq!(rig.calls(), [["Yes"], ["hello?"]], "{operation:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_opt_out_that_the_gateway_told_of_is_written_before_the_batch_ends() {
    let (rig, store) = rig(|b| b);
    store.fail(Operation::SetOptedOut, Fault::Before, 3);
    rig.sender.then([ScriptedSend::RejectOptedOut]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(62)).await;
    rig.text(ANA, "hello?").await;
    rig.at(secs(130)).await;
    assert_eq!(rig.sender.asked().len(), 1);
}

#[tokio::test]
async fn an_opt_out_is_told_and_honoured_where_the_line_could_not_be_silenced() {
    let (mut rig, store) = rig(|b| b);
    store.fail(Operation::Silence, Fault::Before, 1);
    rig.text(ANA, "Yes").await;
    assert!(
        rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap()
    );
    assert!(rig.events().iter().any(|event| matches!(event, Event::OptedOut { opted_out: true, .. })));
    rig.at(secs(59)).await;
    assert_eq!(rig.outcomes(), []);
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)], "in its own time");
}

#[tokio::test]
async fn a_lease_survives_a_renewal_that_fails() {
    let (rig, store) = rig(|b| b.lease(secs(60)).classify_timeout(secs(600)));
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    store.fail(Operation::Renew, Fault::Before, 1);
    rig.at(secs(400)).await;
    rig.classifying.let_one_through();
    rig.pause().await;
    assert_eq!((rig.calls().len(), rig.classifying.abandoned()), (1, 0));
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_lease_that_cannot_be_renewed_is_lost_and_the_batch_is_taken_up_again() {
    let (mut rig, store) = rig(|b| b.lease(secs(60)).classify_timeout(secs(600)));
    store.fail(Operation::Renew, Fault::Before, 1_000);
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(119)).await;
    assert_eq!(rig.classifying.waiting(), 1);
    rig.classifying.reopen();
    store.heal(Operation::Renew);
    store.fail(Operation::Renew, Fault::Before, 3);
    rig.at(secs(200)).await;
    assert_eq!((rig.calls().len(), rig.classifying.abandoned()), (1, 1), "the first holder has stopped");
    assert_eq!(rig.outcomes().len(), 1);
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_push_that_supersedes_never_stops_the_attempt_that_follows() {
    let (mut rig, store) = rig(|b| b.in_flight(InFlight::Supersede));
    rig.classifying.close();
    rig.text(ANA, "No").await;
    rig.at(secs(60)).await;
    rig.classifying.reopen();
    // The push has taken the batch back, and before its caller hears of that, the batch is claimed anew.
    store.fail(Operation::Append, Fault::HeldAfter, 1);
    let service = rig.service.clone();
    let push = tokio::spawn(async move { service.push(key(ANA), SmsMessage::new("I mean yes")).await });
    rig.pause().await;
    rig.classifying.close();
    let service = rig.service.clone();
    let handled = tokio::spawn(async move { service.process_due(1, secs(50)).await });
    rig.pause().await;
    assert_eq!(rig.classifying.waiting(), 2, "the old attempt, which nobody has told yet, and the new one");
    store.let_go();
    push.await.unwrap().unwrap();
    rig.classifying.reopen();
    rig.classifying.let_one_through();
    rig.classifying.let_one_through();
    rig.at(secs(61)).await;
    handled.await.unwrap().unwrap();
    assert_eq!(rig.calls().last().unwrap(), &["No", "I mean yes"]);
    assert_eq!(rig.outcomes().len(), 1);
    assert_eq!(rig.replies_to(ANA), [AGREED], "at once, and not when a lease runs out");
}

#[tokio::test]
async fn status_calls_say_that_the_store_is_unavailable() {
    let (rig, store) = rig(|b| b);
    let batch = rig.text(ANA, "Yes").await.batch().unwrap();
    for operation in [
        Operation::Counts,
        Operation::List,
        Operation::Batch,
        Operation::Requeue,
        Operation::Flush,
        Operation::Cancel,
        Operation::SetOptedOut,
    ] {
        store.fail(operation, Fault::Before, 1);
    }
    let filter = sms_consolidate::store::Filter::newest(1);
    assert!(rig.service.stats().await.is_err());
    assert!(rig.service.list(&filter).await.is_err());
    assert!(rig.service.batch(batch).await.is_err());
    assert!(rig.service.requeue(batch).await.is_err());
    assert!(rig.service.flush(&key(ANA)).await.is_err());
    assert!(rig.service.cancel(&key(ANA)).await.is_err());
    assert!(
        rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.is_err()
    );
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED], "and have done nothing");
}
