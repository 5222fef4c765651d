//! Waits that a classifier or a gateway asks for.

use std::time::Duration;

use sms_consolidate::store::{NoReply, Outcome, Status};
use sms_consolidate::testing::{RecordingSender, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{OptOut, ReplyTemplates, RetryPolicy};

use crate::common::{AGREED, ANA, HOUR, Rig, ServiceBuilder, ms, no_reply, secs};

const DUE: Duration = secs(60);

/// Who asks to wait.
#[derive(Clone, Copy, Debug)]
enum Who {
    Classifier,
    Gateway,
}

const BOTH: [Who; 2] = [Who::Classifier, Who::Gateway];

fn asks(rig: &Rig, who: Who, wait: Duration) {
    match who {
        Who::Classifier => rig.classifier.then([ScriptedAnswer::Fail(Some(wait))]),
        Who::Gateway => rig.sender.then([ScriptedSend::NotSent(Some(wait))]),
    }
}

/// How often who asks has been called.
fn calls(rig: &Rig, who: Who) -> usize {
    match who {
        Who::Classifier => rig.calls().len(),
        Who::Gateway => rig.sender.asked().len(),
    }
}

#[tokio::test]
async fn an_asked_wait_is_kept_even_past_the_longest_time_for_attempts() {
    for who in BOTH {
        for (wait, reply_within) in [(secs(11 * 60), HOUR), (14 * HOUR, 24 * HOUR)] {
            let mut rig = Rig::new(|b| b.reply_within(reply_within));
            asks(&rig, who, wait);
            rig.text(ANA, "Yes").await;
            rig.at(DUE + wait - ms(1)).await;
            assert_eq!(rig.retries(), [(1, DUE + wait)], "{who:?}");
            assert_eq!((rig.only_record().await.status, calls(&rig, who)), (Status::Retrying, 1), "{who:?}");
            rig.at(DUE + wait).await;
            assert_eq!((rig.replies_to(ANA), calls(&rig, who)), (vec![AGREED.to_owned()], 2), "{who:?}");
        }
    }
}

#[tokio::test]
async fn waits_are_kept_as_often_as_they_are_asked_for_and_an_attempt_is_left() {
    for who in BOTH {
        let rig = Rig::new(|b| b.retry(RetryPolicy::default().with_max_attempts(3)));
        for _ in 0..3 {
            asks(&rig, who, secs(15 * 60));
        }
        rig.text(ANA, "Yes").await;
        rig.at(DUE + secs(30 * 60) - ms(1)).await;
        assert_eq!((rig.only_record().await.status, calls(&rig, who)), (Status::Retrying, 2), "{who:?}");
        rig.at(DUE + secs(30 * 60)).await;
        assert_eq!((rig.only_record().await.status, calls(&rig, who)), (Status::Dead, 3), "{who:?}");
    }
}

#[tokio::test]
async fn past_the_longest_time_only_an_asked_wait_leads_to_another_attempt() {
    let rig = Rig::new(|b| b);
    asks(&rig, Who::Gateway, secs(11 * 60));
    rig.sender.then([ScriptedSend::NotSent(None)]);
    rig.text(ANA, "Yes").await;
    rig.at(DUE + secs(11 * 60)).await;
    assert_eq!((rig.only_record().await.status, rig.sender.asked().len()), (Status::Dead, 2));
}

#[tokio::test]
async fn a_wait_after_which_the_reply_is_too_late_ends_the_batch_at_once() {
    for (who, says) in [(Who::Classifier, "scripted failure"), (Who::Gateway, "scripted refusal")] {
        // The text came a minute before the batch was due.
        for (wait, is_too_late) in [(HOUR - DUE, false), (HOUR - DUE + ms(1), true), (14 * HOUR, true)] {
            let mut rig = Rig::new(|b| b);
            asks(&rig, who, wait);
            rig.text(ANA, "Yes").await;
            rig.at(DUE).await;
            let ended = if is_too_late { vec![no_reply(NoReply::Stale)] } else { Vec::new() };
            assert_eq!(rig.outcomes(), ended, "{who:?} {wait:?}");
            let record = rig.only_record().await;
            assert!(record.error.unwrap().contains(says), "{who:?} {wait:?}");
            rig.at(48 * HOUR).await;
            assert_eq!(calls(&rig, who), if is_too_late { 1 } else { 2 }, "{who:?} {wait:?}");
        }
    }
}

#[tokio::test]
async fn a_batch_that_gets_no_reply_is_classified_however_late() {
    let off: [fn(ServiceBuilder) -> ServiceBuilder; 2] =
        [|b| b.replies(ReplyTemplates::off()), |b| b.reply_if(|_| false)];
    for off in off {
        let mut rig = Rig::new(off);
        asks(&rig, Who::Classifier, 14 * HOUR);
        rig.text(ANA, "Yes").await;
        rig.at(DUE + 14 * HOUR).await;
        assert_eq!((rig.outcomes(), rig.calls().len()), (vec![no_reply(NoReply::Off)], 2));
    }
}

#[tokio::test]
async fn the_confirmation_of_a_stop_waits_for_minutes_only() {
    for (wait, is_too_late) in [(secs(4 * 60), false), (secs(6 * 60), true)] {
        let mut rig = Rig::new(|b| b.opt_out(OptOut::sms().with_stop_text("Stopped.")));
        asks(&rig, Who::Gateway, wait);
        rig.text(ANA, "STOP").await;
        rig.pause().await;
        let ended = if is_too_late { vec![no_reply(NoReply::Stale)] } else { Vec::new() };
        assert_eq!(rig.outcomes(), ended, "{wait:?}");
        rig.at(HOUR).await;
        assert_eq!(rig.replies_to(ANA).len(), usize::from(!is_too_late), "{wait:?}");
    }
}

#[tokio::test]
async fn a_reply_that_was_possibly_sent_is_not_called_too_late() {
    let mut rig = Rig::with_sender(RecordingSender::new().idempotent(), |b| b);
    rig.sender.then([ScriptedSend::SendAndLoseAnswer]);
    asks(&rig, Who::Gateway, 14 * HOUR);
    rig.text(ANA, "Yes").await;
    rig.at(DUE + secs(5)).await;
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown]);
}
