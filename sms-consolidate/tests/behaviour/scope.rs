//! How far an opt-out reaches, who has opted out, and whose word counts.

use std::num::NonZeroUsize;

use sms_consolidate::store::NoReply;
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedSend};
use sms_consolidate::{MemoryStore, OptOut, OptOutCause, OptOutChange, OptOutScope, Window};

use crate::common::{AGREED, ANA, BEN, Rig, key, no_reply, secs};

/// Ana, on another line of ours.
const ANA_ELSEWHERE: &str = "+639123456789>+15559990000";
const STOPPED: &str = "You are unsubscribed.";
const STARTED: &str = "You are subscribed.";
const ALL: NonZeroUsize = NonZeroUsize::MAX;

fn rig(scope: OptOutScope) -> Rig {
    let keywords = OptOut::sms().with_stop_text(STOPPED).with_start_text(STARTED);
    Rig::new(|b| b.opt_out(keywords).opt_out_scope(scope))
}

#[tokio::test]
async fn a_stop_on_one_line_silences_the_others_if_it_holds_for_the_sender() {
    for (scope, elsewhere) in
        [(OptOutScope::Conversation, vec![AGREED, AGREED]), (OptOutScope::Sender, vec![])]
    {
        let rig = rig(scope);
        rig.text(ANA_ELSEWHERE, "waits already").await;
        rig.text(BEN, "Yes").await;
        rig.text_at(secs(1), ANA, "STOP").await;
        rig.at(secs(60)).await;
        rig.text(ANA_ELSEWHERE, "comes later").await;
        rig.at(secs(120)).await;
        assert_eq!(rig.replies_to(ANA), [STOPPED], "{scope:?}");
        assert_eq!(rig.replies_to(ANA_ELSEWHERE), elsewhere, "{scope:?}");
        assert_eq!(rig.replies_to(BEN), [AGREED], "{scope:?}");
        assert_eq!(rig.calls().len(), 3, "all are classified: {scope:?}");
    }
}

#[tokio::test]
async fn a_reply_on_another_line_is_refused_after_a_stop_that_came_while_it_was_classified() {
    let mut rig = rig(OptOutScope::Sender);
    rig.classifying.close();
    rig.text(ANA_ELSEWHERE, "Yes").await;
    rig.at(secs(60)).await;
    rig.text(ANA, "STOP").await;
    rig.text(ANA, "START").await;
    rig.classifying.let_one_through();
    rig.pause().await;
    assert!(rig.outcomes().contains(&no_reply(NoReply::OptedOut)), "it was there when she stopped");
    assert_eq!(rig.replies_to(ANA_ELSEWHERE), [""; 0]);
}

#[tokio::test]
async fn a_start_on_any_line_undoes_a_stop_of_the_sender() {
    let rig = rig(OptOutScope::Sender);
    rig.text(ANA, "STOP").await;
    rig.pause().await;
    rig.text(ANA_ELSEWHERE, "yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA_ELSEWHERE), [STARTED], "it was no answer, but a start");
    for from in [ANA, ANA_ELSEWHERE] {
        rig.text(from, "Yes").await;
    }
    rig.at(secs(120)).await;
    assert_eq!(rig.replies_to(ANA), [STOPPED, AGREED]);
    assert_eq!(rig.replies_to(ANA_ELSEWHERE), [STARTED, AGREED]);
}

#[tokio::test]
async fn a_repeated_stop_is_not_confirmed_again_on_another_line() {
    let rig = rig(OptOutScope::Sender);
    rig.text(ANA, "STOP").await;
    rig.at(secs(1)).await;
    rig.text(ANA_ELSEWHERE, "STOP").await;
    rig.at(secs(60)).await;
    assert_eq!((rig.replies_to(ANA), rig.replies_to(ANA_ELSEWHERE)), (vec![STOPPED.to_owned()], vec![]));
}

#[tokio::test]
async fn who_has_opted_out_is_listed_counted_and_told_of() {
    let rig = rig(OptOutScope::Sender);
    assert_eq!(rig.service.sender(&key(ANA)).await.unwrap().cause(), None);
    rig.text_at(secs(5), ANA, "STOP").await;
    rig.service.set_opted_out(&key(BEN), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    let ana = rig.service.sender(&key(ANA_ELSEWHERE)).await.unwrap();
    assert!(ana.is_opted_out());
    assert_eq!((ana.cause(), ana.changed_at()), (Some(OptOutCause::Keyword), Some(rig.start + secs(5))));
    let listed = rig.service.opted_out(None, ALL).await.unwrap();
    let mut causes: Vec<_> = listed.iter().map(|sender| sender.cause).collect();
    causes.sort_by_key(|cause| format!("{cause:?}"));
    assert_eq!(causes, [OptOutCause::Keyword, OptOutCause::Operator]);
    assert!(listed.iter().all(|sender| sender.since == rig.start + secs(5)));
    assert_eq!(rig.service.opted_out(Some(listed[0].sender), ALL).await.unwrap(), listed[1..]);
    assert_eq!(rig.service.stats().await.unwrap().counts.opted_out, 2);
    rig.text(ANA_ELSEWHERE, "START").await;
    rig.pause().await;
    assert_eq!(rig.service.stats().await.unwrap().counts.opted_out, 1);
    assert_eq!(rig.service.opted_out(None, ALL).await.unwrap().len(), 1);
    assert!(!rig.service.sender(&key(ANA)).await.unwrap().is_opted_out());
}

/// A gateway is asked to answer `text`, and says two seconds later that it does not, because the recipient has opted out.
/// In between she says `meanwhile`.
async fn rejected(text: &str, meanwhile: Option<&str>) -> Rig {
    let keywords = OptOut::sms().with_start_text(STARTED);
    let rig = Rig::new(|b| b.opt_out(keywords).window(Window::immediate()));
    rig.sender.then([ScriptedSend::RejectOptedOut]);
    rig.sending.close();
    rig.text(ANA, text).await;
    rig.pause().await;
    assert_eq!(rig.sending.waiting(), 1);
    rig.at(secs(1)).await;
    if let Some(text) = meanwhile {
        rig.text(ANA, text).await;
    }
    rig.at(secs(2)).await;
    rig.sending.reopen();
    rig.sending.let_one_through();
    rig.pause().await;
    rig.text(ANA, "still there?").await;
    rig.pause().await;
    rig
}

#[tokio::test]
async fn what_a_gateway_knew_before_a_start_does_not_undo_it() {
    // The gateway had been told to stop, and we had not; or we had, and it refuses the confirmation of that.
    for text in ["hello?", "STOP"] {
        let rig = rejected(text, Some("START")).await;
        assert!(!rig.service.sender(&key(ANA)).await.unwrap().is_opted_out(), "{text}");
        assert_eq!(rig.replies_to(ANA), [STARTED, AGREED], "{text}");
    }
}

#[tokio::test]
async fn what_a_gateway_knows_counts_where_no_start_came_since() {
    for meanwhile in [None, Some("and?")] {
        let rig = rejected("hello?", meanwhile).await;
        let sender = rig.service.sender(&key(ANA)).await.unwrap();
        assert_eq!((sender.is_opted_out(), sender.cause()), (true, Some(OptOutCause::Gateway)));
        assert_eq!(rig.replies_to(ANA), [""; 0], "{meanwhile:?}");
    }
}

#[tokio::test]
async fn a_gateways_word_that_the_store_takes_late_is_as_old_as_the_question() {
    let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
    let rig = Rig::new(|b| b.opt_out(OptOut::sms()).store(store.clone()));
    rig.sender.then([ScriptedSend::RejectOptedOut]);
    store.fail(Operation::SetOptedOut, Fault::HeldBefore, 1);
    rig.text(ANA, "hello?").await;
    rig.at(secs(65)).await;
    rig.text(ANA, "START").await;
    store.let_go();
    rig.at(secs(125)).await;
    assert!(!rig.service.sender(&key(ANA)).await.unwrap().is_opted_out());
    rig.text(ANA, "still there?").await;
    rig.at(secs(185)).await;
    assert_eq!(rig.replies_to(ANA).last().map(String::as_str), Some(AGREED));
}
