//! Keys do not wait for one another.

use sms_consolidate::testing::{ScriptedAnswer, ScriptedSend};
use sms_consolidate::{MemoryStore, SmsMessage, Window};

use crate::common::{ANA, BEN, Rig, ms, nth_key, secs};

#[tokio::test]
async fn two_senders_have_windows_batches_and_replies_of_their_own() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "from Ana").await;
    rig.text_at(secs(30), BEN, "from Ben").await;
    rig.text(ANA, "more from Ana").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["from Ana", "more from Ana"]]);
    rig.at(ms(89_999)).await;
    assert_eq!(rig.replies_to(BEN).len(), 0);
    rig.at(secs(90)).await;
    assert_eq!(rig.calls()[1], ["from Ben"]);
    assert_eq!((rig.replies_to(ANA).len(), rig.replies_to(BEN).len()), (1, 1));
}

#[tokio::test]
async fn two_of_our_lines_never_mix_one_senders_texts() {
    let rig = Rig::new(|b| b);
    let (shop, clinic) = ("+639123456789>+15551230000", "+639123456789>+15559990000");
    rig.text(shop, "to the shop").await;
    rig.text(clinic, "to the clinic").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls().len(), 2);
    assert_eq!((rig.replies_to(shop).len(), rig.replies_to(clinic).len()), (1, 1));
}

/// Ana's first batch meets trouble at its first second; Ben's is due 1 second later and is handled then.
async fn check_trouble(answer: Option<ScriptedAnswer>, send: Option<ScriptedSend>) {
    let what = format!("{answer:?} {send:?}");
    let rig = Rig::new(|b| b.window(Window::fixed(secs(1))));
    rig.classifier.then(answer);
    rig.sender.then(send);
    rig.text(ANA, "trouble").await;
    rig.text_at(secs(1), BEN, "no trouble").await;
    rig.at(ms(1_999)).await;
    assert_eq!(rig.replies_to(BEN).len(), 0);
    rig.at(secs(2)).await;
    assert_eq!(rig.replies_to(BEN).len(), 1, "{what}");
}

#[tokio::test]
async fn one_failing_or_hanging_key_delays_no_other() {
    for answer in [
        ScriptedAnswer::Fail(None),
        ScriptedAnswer::Fail(Some(secs(600))),
        ScriptedAnswer::FailForGood,
        ScriptedAnswer::Hang,
        ScriptedAnswer::Panic,
    ] {
        check_trouble(Some(answer), None).await;
    }
    for send in [
        ScriptedSend::Reject,
        ScriptedSend::NotSent(Some(secs(600))),
        ScriptedSend::LoseRequest,
        ScriptedSend::SendAndHang,
        ScriptedSend::Panic,
    ] {
        check_trouble(None, Some(send)).await;
    }
}

#[tokio::test]
async fn one_hundred_hanging_keys_delay_no_other() {
    let rig = Rig::new(|b| b.window(Window::fixed(secs(1))));
    rig.classifier.then(std::iter::repeat_n(ScriptedAnswer::Hang, 100));
    for n in 0..100 {
        rig.service.push(nth_key(n), SmsMessage::new("trouble")).await.unwrap();
    }
    rig.text_at(secs(1), BEN, "no trouble").await;
    rig.at(secs(2)).await;
    assert_eq!(rig.replies_to(BEN).len(), 1);
}

#[tokio::test]
async fn a_thousand_keys_due_in_the_same_instant_are_all_handled_in_it() {
    let rig = Rig::new(|b| b.store(MemoryStore::new()));
    for n in 0..1_000 {
        rig.service.push(nth_key(n), SmsMessage::new("Yes")).await.unwrap();
    }
    rig.at(secs(60)).await;
    rig.service.settled().await;
    assert_eq!(rig.now(), secs(60));
    assert_eq!(rig.sender.taken().len(), 1_000);
}
