//! What senders answer, and what follows.

use sms_consolidate::store::{NoReply, Outcome, Status};
use sms_consolidate::testing::{RecordingSender, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Classification, Event, Label, OptOutCause, OptOutChange, Receipt, RetryPolicy};

use crate::common::{AGREED, ANA, Rig, ServiceBuilder, always, key, ms, no_reply, secs};

fn idempotent(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Rig {
    Rig::with_sender(RecordingSender::new().idempotent(), configure)
}

/// Texts Ana's one message and lets everything happen that follows within an hour.
async fn run(rig: &Rig, script: impl IntoIterator<Item = ScriptedSend>) {
    rig.sender.then(script);
    rig.text(ANA, "Yes").await;
    rig.at(secs(3_600)).await;
}

#[tokio::test]
async fn sent_ends_the_batch_with_the_gateways_receipt() {
    let mut rig = Rig::new(|b| b);
    run(&rig, [ScriptedSend::Send]).await;
    let [reply] = rig.sender.asked().try_into().unwrap();
    assert_eq!((reply.to.clone(), reply.text.as_str()), (key(ANA), AGREED));
    assert_eq!(rig.outcomes(), [Outcome::Replied(vec![Receipt::new(reply.batch.to_string())])]);
    assert_eq!(rig.service.stats().await.unwrap().totals.replies_sent, 1);
}

#[tokio::test]
async fn rejected_ends_the_batch_and_is_not_tried_again() {
    let mut rig = Rig::new(|b| b);
    run(&rig, [ScriptedSend::Reject]).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Rejected)]);
    assert_eq!(rig.sender.asked().len(), 1);
    let error = rig.only_record().await.error.unwrap();
    assert!(error.contains("scripted rejection"), "{error}");
    // Only this reply was refused, not the sender.
    rig.text(ANA, "Yes").await;
    rig.at(secs(3_660)).await;
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn rejected_because_the_recipient_opted_out_is_recorded_and_honoured() {
    let mut rig = Rig::new(|b| b);
    run(&rig, [ScriptedSend::RejectOptedOut]).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
    rig.text(ANA, "hello?").await;
    rig.at(secs(3_660)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::OptedOut)]);
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (2, 1), "classified, and not even tried");
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(false, OptOutCause::Operator)).await.unwrap();
    rig.text(ANA, "hello!").await;
    rig.at(secs(3_720)).await;
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn not_sent_is_tried_again_on_the_schedule_and_classified_once() {
    let mut rig = Rig::new(|b| b);
    run(&rig, [ScriptedSend::NotSent(None), ScriptedSend::NotSent(None)]).await;
    let [(1, second), (2, third)] = rig.retries()[..] else { panic!("two retries") };
    assert!((ms(2_500)..=ms(5_000)).contains(&(second - secs(60))), "{second:?}");
    assert!((ms(5_000)..=ms(10_000)).contains(&(third - second)), "{third:?}");
    assert_eq!(rig.calls().len(), 1, "a retry of a send does not pay for a second classification");
    let asked = rig.sender.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|reply| *reply == asked[0]), "the same id and the same text each time");
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn not_sent_with_retry_after_waits_for_it() {
    let mut rig = Rig::new(|b| b);
    rig.sender.then([ScriptedSend::NotSent(Some(secs(120)))]);
    rig.text(ANA, "Yes").await;
    rig.at(ms(179_999)).await;
    assert_eq!(rig.retries(), [(1, secs(180))]);
    assert_eq!(rig.sender.asked().len(), 1);
    rig.at(secs(180)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn not_sent_to_the_last_attempt_leaves_the_batch_dead() {
    let mut rig = Rig::new(|b| b);
    run(&rig, always(ScriptedSend::NotSent(None))).await;
    assert_eq!((rig.sender.asked().len(), rig.calls().len()), (5, 1));
    let record = rig.only_record().await;
    assert_eq!((record.status, record.attempts), (Status::Dead, 5));
    assert!(record.error.unwrap().contains("scripted refusal"));
    assert!(rig.events().iter().any(|event| matches!(event, Event::Dead { attempt: 5, .. })));
}

#[tokio::test]
async fn classification_and_sending_share_one_count_of_attempts() {
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(None), ScriptedAnswer::Fail(None)]);
    run(&rig, always(ScriptedSend::NotSent(None))).await;
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (3, 3), "the third attempt does both");
}

/// Whatever leaves it open whether the reply went out.
const UNKNOWN: [(ScriptedSend, bool, &str); 4] = [
    (ScriptedSend::SendAndLoseAnswer, true, "scripted loss of the answer"),
    (ScriptedSend::LoseRequest, false, "scripted loss of the request"),
    (ScriptedSend::SendAndHang, true, "no answer within 20s"),
    (ScriptedSend::Panic, false, "panicked"),
];

#[tokio::test]
async fn unknown_is_never_sent_again_by_a_sender_that_is_not_idempotent() {
    for (send, went_out, why) in UNKNOWN {
        let mut rig = Rig::new(|b| b);
        run(&rig, [send.clone()]).await;
        assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown], "{send:?}");
        assert_eq!(rig.sender.asked().len(), 1);
        assert_eq!(rig.replies_to(ANA).len(), usize::from(went_out));
        assert_eq!(rig.service.stats().await.unwrap().totals.replies_unknown, 1);
        let error = rig.only_record().await.error.unwrap();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn unknown_is_asked_again_with_the_same_id_and_bytes_by_an_idempotent_sender() {
    for (send, ..) in UNKNOWN {
        // The second classification would answer otherwise, if there were one.
        let mut rig = idempotent(|b| b.use_proposed_replies(true));
        let answer = |reply| {
            let answer = Classification::new(Label::AGREE, "Scripted").with_proposed_reply(reply);
            ScriptedAnswer::Answer(answer)
        };
        rig.classifier.then([answer("See you at noon."), answer("Something else.")]);
        run(&rig, [send.clone(), send.clone()]).await;
        let [outcome] = rig.outcomes().try_into().unwrap();
        assert!(crate::common::is_replied(&outcome), "{send:?}: {outcome:?}");
        let asked = rig.sender.asked();
        assert_eq!((asked.len(), rig.calls().len()), (3, 1));
        assert!(asked.iter().all(|reply| *reply == asked[0]));
        assert_eq!(rig.replies_to(ANA), ["See you at noon."], "exactly one arrives");
    }
}

#[tokio::test]
async fn unknown_to_the_last_attempt_of_an_idempotent_sender_is_unknown_and_not_dead() {
    let mut rig = idempotent(|b| b);
    run(&rig, always(ScriptedSend::LoseRequest)).await;
    assert_eq!(rig.sender.asked().len(), 5);
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown]);
}

#[tokio::test]
async fn unknown_then_certainly_not_sent_stays_possibly_sent() {
    let policy = RetryPolicy::default().with_max_attempts(2);
    let mut rig = idempotent(|b| b.retry(policy));
    run(&rig, [ScriptedSend::SendAndLoseAnswer, ScriptedSend::NotSent(None)]).await;
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown], "a dead batch could be requeued, and answered twice");
}

#[tokio::test]
async fn rejected_after_a_try_that_may_have_arrived_is_unknown() {
    for (rejection, opts_out) in [(ScriptedSend::Reject, false), (ScriptedSend::RejectOptedOut, true)] {
        for earlier in [ScriptedSend::SendAndLoseAnswer, ScriptedSend::LoseRequest] {
            let mut rig = idempotent(|b| b);
            run(&rig, [earlier.clone(), rejection.clone()]).await;
            assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown], "{earlier:?} {rejection:?}");
            let error = rig.only_record().await.error.unwrap();
            assert!(error.contains("scripted"), "{error}");
            assert_eq!(rig.sender.asked().len(), 2);
            assert_eq!(rig.service.sender(&key(ANA)).await.unwrap().is_opted_out(), opts_out);
        }
    }
}

#[tokio::test]
async fn rejected_after_a_try_that_can_be_looked_up_is_what_became_of_that() {
    let mut rig = Rig::with_sender(RecordingSender::new().idempotent().with_look_up(), |b| b);
    run(&rig, [ScriptedSend::SendAndLoseAnswer, ScriptedSend::Reject]).await;
    assert!(matches!(rig.outcomes()[..], [Outcome::Replied(_)]));
}

#[tokio::test]
async fn rejected_after_a_try_that_was_certainly_not_sent_is_rejected() {
    let mut rig = idempotent(|b| b);
    run(&rig, [ScriptedSend::NotSent(None), ScriptedSend::Reject]).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Rejected)]);
}

#[tokio::test]
async fn a_look_up_turns_unknown_into_sent_but_never_sends_again() {
    for (send, went_out, _) in UNKNOWN {
        let mut rig = Rig::with_sender(RecordingSender::new().with_look_up(), |b| b);
        run(&rig, [send]).await;
        let [outcome] = rig.outcomes().try_into().unwrap();
        let expected = went_out.then(|| rig.sender.taken()[0].batch.to_string());
        match expected {
            Some(id) => assert_eq!(outcome, Outcome::Replied(vec![Receipt::new(id)])),
            None => assert_eq!(outcome, Outcome::ReplyUnknown),
        }
        assert_eq!(rig.sender.asked().len(), 1);
    }
}

#[tokio::test]
async fn sending_may_take_its_timeout_and_no_longer() {
    for (answers_after, is_in_time) in [(ms(6_999), true), (secs(7), false)] {
        let mut rig = Rig::new(|b| b.send_timeout(secs(7)));
        rig.sending.close();
        rig.text(ANA, "Yes").await;
        rig.at(secs(60) + answers_after).await;
        rig.sending.let_one_through();
        rig.pause().await;
        assert_eq!(rig.outcomes() == [Outcome::ReplyUnknown], !is_in_time, "{answers_after:?}");
        assert_eq!(rig.sending.abandoned(), usize::from(!is_in_time));
    }
}

#[tokio::test]
async fn a_sender_may_be_a_closure() {
    let sent = std::sync::Arc::<std::sync::Mutex<Vec<String>>>::default();
    let taken = sent.clone();
    let mut rig = Rig::new(|b| {
        b.send_fn(move |reply| {
            taken.lock().unwrap().push(format!("{}: {}", reply.to, reply.text));
            async { Ok(Receipt::default()) }
        })
    });
    run(&rig, []).await;
    assert_eq!(*sent.lock().unwrap(), [format!("{ANA}: {AGREED}")]);
    assert_eq!(rig.outcomes(), [Outcome::Replied(vec![Receipt::default()])]);
}
