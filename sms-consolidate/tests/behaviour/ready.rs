//! Senders that make a reply wait until it may leave.

use std::sync::{Arc, Mutex};

use sms_consolidate::store::{NoReply, Outcome, Status};
use sms_consolidate::testing::{RecordingSender, ScriptedSend};
use sms_consolidate::{
    Conversation, InFlight, OptOut, Receipt, Reply, ReplySender, SendError, SmsMessage, async_trait,
};
use tokio::sync::Notify;

use crate::common::{AGREED, ANA, Rig, ServiceBuilder, key, no_reply, secs};

#[derive(Clone, Copy)]
enum Ready {
    NotFor(u64),
    Rejects,
    OptedOut,
    /// Once it is let go.
    OptedOutLater,
    Unknown,
    Hangs,
    Panics,
}

/// A sender that is ready, unless told otherwise for the next calls.
#[derive(Clone)]
struct Waiting {
    script: Arc<Mutex<Vec<Ready>>>,
    let_go: Arc<Notify>,
    inner: RecordingSender<Conversation>,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ReplySender<Conversation> for Waiting {
    async fn ready(&self, _: &Reply<Conversation>) -> Result<(), SendError> {
        let next = self.script.lock().unwrap().pop();
        match next {
            None => Ok(()),
            Some(Ready::NotFor(seconds)) => Err(SendError::not_sent_for(secs(seconds), "no turn")),
            Some(Ready::Rejects) => Err(SendError::rejected("no such number")),
            Some(Ready::OptedOut) => Err(SendError::opted_out("blocked")),
            Some(Ready::OptedOutLater) => {
                self.let_go.notified().await;
                Err(SendError::opted_out("blocked"))
            }
            Some(Ready::Unknown) => Err(SendError::unknown("a limiter's own trouble")),
            Some(Ready::Hangs) => std::future::pending().await,
            Some(Ready::Panics) => panic!("no limiter"),
        }
    }

    async fn send(&self, reply: &Reply<Conversation>) -> Result<Receipt, SendError> {
        self.inner.send(reply).await
    }

    fn is_idempotent(&self) -> bool {
        self.inner.is_idempotent()
    }

    async fn look_up(&self, reply: &Reply<Conversation>) -> Option<Receipt> {
        self.inner.look_up(reply).await
    }
}

fn rig(
    inner: RecordingSender<Conversation>,
    script: &[Ready],
    configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
) -> (Rig, Waiting) {
    let script = Arc::new(Mutex::new(script.to_vec()));
    let sender = Waiting { script, let_go: Arc::default(), inner };
    (Rig::new(|b| configure(b.sender(sender.clone()))), sender)
}

#[tokio::test]
async fn a_reply_that_may_not_leave_yet_is_certainly_not_sent_and_leaves_later() {
    for (ready, leaves_at, error) in [
        (Ready::NotFor(30), 90, "the reply was not sent: no turn"),
        (Ready::Unknown, 65, "the reply was not sent: a limiter's own trouble"),
        (Ready::Panics, 65, "the reply was not sent: panicked"),
    ] {
        let (rig, sender) = rig(RecordingSender::new(), &[ready], |b| b);
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        rig.at(secs(leaves_at - 6)).await;
        assert!(sender.inner.asked().is_empty());
        rig.at(secs(leaves_at)).await;
        assert_eq!(sender.inner.texts(), [AGREED], "{error}");
        assert_eq!(rig.calls().len(), 1, "what was classified stays so");
        assert_eq!(rig.service.stats().await.unwrap().totals.retries, 1);
    }
}

#[tokio::test]
async fn a_reply_waits_for_its_turn_until_it_is_too_late() {
    let (mut rig, sender) = rig(RecordingSender::new(), &[Ready::Hangs], |b| b.reply_within(secs(300)));
    rig.text(ANA, "Yes").await;
    // Five minutes at least after its window.
    rig.at(secs(359)).await;
    let record = rig.only_record().await;
    assert_eq!((record.status, record.attempts), (Status::Claimed, 1));
    assert!(record.classification.is_some(), "recorded before a wait");
    assert_eq!(rig.outcomes(), []);
    rig.at(secs(360)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
    assert!(sender.inner.asked().is_empty());
}

#[tokio::test]
async fn a_batch_whose_reply_may_never_leave_is_dead_and_can_be_requeued() {
    let (rig, sender) = rig(RecordingSender::new(), &[Ready::Unknown; 5], |b| b);
    let batch = rig.text(ANA, "Yes").await.batch().unwrap();
    rig.at(secs(600)).await;
    assert_eq!(rig.only_record().await.status, Status::Dead);
    rig.service.requeue(batch).await.unwrap();
    rig.pause().await;
    assert_eq!(sender.inner.texts(), [AGREED]);
}

#[tokio::test]
async fn a_reply_may_be_rejected_before_it_leaves() {
    for (ready, why) in [(Ready::Rejects, NoReply::Rejected), (Ready::OptedOut, NoReply::OptedOut)] {
        let (mut rig, sender) = rig(RecordingSender::new(), &[ready], |b| b);
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(why)]);
        assert!(sender.inner.asked().is_empty());
    }
}

#[tokio::test]
async fn what_a_sender_knew_before_a_start_does_not_undo_it() {
    let keywords = OptOut::sms().with_start_text("You are subscribed.");
    let (rig, sender) = rig(RecordingSender::new(), &[Ready::OptedOutLater], |b| b.opt_out(keywords));
    rig.text(ANA, "hello?").await;
    rig.text_at(secs(61), ANA, "START").await;
    rig.at(secs(62)).await;
    sender.let_go.notify_one();
    rig.at(secs(122)).await;
    assert!(!rig.service.sender(&key(ANA)).await.unwrap().is_opted_out());
    assert_eq!(sender.inner.texts(), ["You are subscribed."]);
}

#[tokio::test]
async fn a_message_takes_back_the_batch_whose_reply_waits() {
    let (rig, sender) = rig(RecordingSender::new(), &[Ready::Hangs], |b| b.in_flight(InFlight::Supersede));
    rig.text(ANA, "Yes").await;
    rig.text_at(secs(65), ANA, "No, wait").await;
    rig.at(secs(125)).await;
    assert_eq!(rig.calls(), [vec!["Yes"], vec!["Yes", "No, wait"]]);
    assert_eq!(sender.inner.texts(), [AGREED]);
}

#[tokio::test]
async fn what_was_possibly_sent_stays_so_when_it_may_not_leave_again() {
    for (ready, look_up, outcome) in [
        (vec![Ready::Rejects], false, Outcome::ReplyUnknown),
        (vec![Ready::OptedOut], true, Outcome::Replied(Vec::new())),
        (vec![Ready::NotFor(5); 5], false, Outcome::ReplyUnknown),
    ] {
        let inner = RecordingSender::new().idempotent();
        let inner = if look_up { inner.with_look_up() } else { inner };
        inner.then([ScriptedSend::SendAndLoseAnswer]);
        let (mut rig, sender) = rig(inner, &[], |b| b);
        let batch = rig.service.push(key(ANA), SmsMessage::new("Yes")).await.unwrap().batch().unwrap();
        rig.at(secs(60)).await;
        *sender.script.lock().unwrap() = ready;
        rig.at(secs(600)).await;
        let outcome = match outcome {
            Outcome::Replied(_) => Outcome::Replied(vec![Receipt::new(batch.to_string())]),
            other => other,
        };
        assert_eq!(rig.outcomes(), [outcome]);
        assert_eq!(sender.inner.asked().len(), 1, "it is not asked again");
    }
}
