//! Whether there is a reply at all, and what it says.

use std::num::NonZeroU32;

use sms_consolidate::store::{NoReply, Outcome};
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Classification, Conversation, Label, MemoryStore, ReplyTemplates, SmsMessage, Window};

use crate::common::{AGREED, ANA, BEN, HOUR, Rig, ServiceBuilder, ms, no_reply, secs};

#[tokio::test]
async fn with_auto_reply_off_batches_are_classified_and_nothing_is_sent() {
    let mut rig = Rig::new(|b| b.replies(ReplyTemplates::off()));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.calls(), [["Yes"]]);
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Off)]);
    assert_eq!(rig.only_record().await.classification.unwrap().label, Label::AGREE);
    assert!(rig.sender.asked().is_empty());
    assert_eq!(rig.service.stats().await.unwrap().totals.replies_skipped, 1);
}

#[tokio::test]
async fn the_text_of_the_reply_is_the_template_of_the_label() {
    let templates = ReplyTemplates::new().with(Label::AGREE, "Great.").with(Label::new("SPAM"), "");
    let mut rig = Rig::new(|b| b.replies(templates));
    for label in [Label::AGREE, Label::new("SPAM"), Label::NOT_AGREE] {
        rig.classifier.then([ScriptedAnswer::Answer(Classification::new(label, "Scripted"))]);
        rig.text(ANA, "text").await;
        rig.at(rig.now() + secs(60)).await;
    }
    assert_eq!(rig.replies_to(ANA), ["Great."]);
    assert_eq!(rig.outcomes()[1..], [no_reply(NoReply::NoTemplate), no_reply(NoReply::NoTemplate)]);
}

#[tokio::test]
async fn a_proposed_reply_is_sent_only_if_that_is_switched_on() {
    for (on, expected) in [(false, AGREED), (true, "See you at noon.")] {
        let rig = Rig::new(|b| b.use_proposed_replies(on));
        let proposal = Classification::new(Label::AGREE, "Agent").with_proposed_reply("See you at noon.");
        rig.classifier.then([ScriptedAnswer::Answer(proposal)]);
        rig.text(ANA, "Yes, at noon?").await;
        rig.at(secs(60)).await;
        assert_eq!(rig.replies_to(ANA), [expected]);
    }
}

#[tokio::test]
async fn a_batch_without_a_proposal_is_answered_by_template() {
    let rig = Rig::new(|b| b.use_proposed_replies(true));
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn reply_if_decides_who_gets_replies() {
    let test_line = |key: &Conversation| key.line().is_some_and(|line| line.to_string() == "+15551230000");
    let mut rig = Rig::new(|b| b.reply_if(test_line));
    let elsewhere = "+639123456789>+15559990000";
    rig.text(elsewhere, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Off)]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(120)).await;
    assert_eq!((rig.calls().len(), rig.replies_to(ANA).len()), (2, 1));
}

#[tokio::test]
async fn senders_that_cannot_receive_get_no_reply() {
    for sender in ["54321", "My Bank", "My Bank>+15551230000"] {
        let mut rig = Rig::new(|b| b);
        rig.text(sender, "Your code is 123").await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::Unreachable)], "{sender}");
        assert_eq!((rig.calls().len(), rig.sender.asked().len()), (1, 0));
    }
}

/// A batch due at the 60th second whose reply is ready `late` after that, because the machine was suspended.
async fn after_suspension(
    configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
    late: std::time::Duration,
) -> Rig {
    let rig = Rig::new(configure);
    rig.text(ANA, "Yes").await;
    rig.pause().await;
    rig.clock.jump_to(rig.start + secs(60) + late);
    rig.pause().await;
    rig
}

#[tokio::test]
async fn no_reply_is_sent_later_than_an_hour_after_its_newest_message() {
    let mut rig = after_suspension(|b| b, HOUR - secs(60)).await;
    assert_eq!((rig.outcomes().len(), rig.replies_to(ANA)), (1, vec![AGREED.to_owned()]));
    let mut rig = after_suspension(|b| b, HOUR - secs(60) + ms(1)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
    assert_eq!((rig.calls().len(), rig.sender.asked().len()), (1, 0), "classified all the same");
}

#[tokio::test]
async fn the_time_within_which_a_reply_is_sent_can_be_set() {
    let mut rig = after_suspension(|b| b.reply_within(secs(10)), secs(11)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
    let rig = after_suspension(|b| b.reply_within(secs(10)), secs(10)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_reply_whose_retries_take_too_long_is_stale() {
    let mut rig = Rig::new(|b| b.reply_within(secs(30)));
    rig.sender.then([ScriptedSend::NotSent(Some(secs(31)))]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(91)).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
    assert_eq!(rig.sender.asked().len(), 1);
}

#[tokio::test]
async fn a_machine_suspended_while_the_classifier_ran_goes_on_with_the_batch_it_had() {
    let mut rig = Rig::new(|b| b);
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.classifying.reopen();
    rig.clock.jump_to(rig.start + secs(60) + secs(300));
    rig.at(rig.now() + secs(600)).await;
    assert_eq!(rig.outcomes().len(), 1);
    assert_eq!(rig.replies_to(ANA), [AGREED], "one reply, from whichever attempt");
}

#[tokio::test]
async fn the_loop_guard_skips_the_21st_reply_within_an_hour_and_lets_it_out_in_the_next() {
    let mut rig = Rig::new(|b| b.window(Window::fixed(secs(1))));
    for n in 0..21_u64 {
        rig.text_at(secs(n * 60), ANA, "automatic answer").await;
    }
    rig.text(BEN, "Yes").await;
    rig.at(secs(20 * 60 + 1)).await;
    let outcomes = rig.outcomes();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == no_reply(NoReply::LoopGuard)).count(), 1);
    assert_eq!((rig.replies_to(ANA).len(), rig.replies_to(BEN).len()), (20, 1));
    // The first reply left at 1 s, so at 3,600 s it still counts, and at 3,601 s it does not.
    rig.text_at(HOUR - secs(1), ANA, "early").await;
    rig.at(HOUR).await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::LoopGuard)]);
    rig.text(ANA, "in time").await;
    rig.at(HOUR + secs(1)).await;
    assert_eq!(rig.replies_to(ANA).len(), 21);
}

#[tokio::test]
async fn the_loop_guard_can_be_set_and_switched_off() {
    for (limit, replies) in [(NonZeroU32::new(2), 2), (None, 30)] {
        let rig = Rig::new(|b| b.window(Window::immediate()).max_replies_per_hour(limit));
        for n in 0..30 {
            rig.text_at(secs(n), ANA, "automatic answer").await;
        }
        rig.pause().await;
        assert_eq!(rig.replies_to(ANA).len(), replies);
        assert_eq!(rig.calls().len(), 30);
    }
}

#[tokio::test]
async fn a_reply_that_was_certainly_not_sent_does_not_count_for_the_loop_guard() {
    for script in
        [vec![ScriptedSend::NotSent(None)], vec![ScriptedSend::NotSent(None); 5], vec![ScriptedSend::Reject]]
    {
        let mut rig = one_reply_per_hour(|b| b);
        rig.sender.then(script.clone());
        rig.text(ANA, "Yes").await;
        // Sent in the end, dead, or rejected.
        rig.at(secs(120)).await;
        let sent = usize::from(script.len() == 1 && script[0] != ScriptedSend::Reject);
        assert_eq!(rig.replies_to(ANA).len(), sent, "{script:?}");
        rig.events();
        rig.text(ANA, "Yes").await;
        rig.pause().await;
        assert_eq!(rig.replies_to(ANA).len(), 1, "{script:?}");
        rig.text(ANA, "Yes").await;
        rig.pause().await;
        assert_eq!(rig.outcomes().last(), Some(&no_reply(NoReply::LoopGuard)), "one counts: {script:?}");
    }
}

#[tokio::test]
async fn a_reply_that_was_let_go_too_late_does_not_count_for_the_loop_guard() {
    let store = FaultyStore::new(MemoryStore::builder().seed(1).build());
    let mut rig = one_reply_per_hour(|b| b.store(store.clone()).reply_within(secs(10)));
    store.fail(Operation::BeginReply, Fault::HeldAfter, 1);
    rig.text(ANA, "Yes").await;
    rig.at(secs(11)).await;
    store.let_go();
    rig.pause().await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
    rig.text(ANA, "Yes").await;
    rig.pause().await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_reply_that_may_have_been_sent_counts_for_the_loop_guard() {
    let mut rig = one_reply_per_hour(|b| b);
    rig.sender.then([ScriptedSend::LoseRequest]);
    for _ in 0..2 {
        rig.text(ANA, "Yes").await;
        rig.pause().await;
    }
    assert_eq!(rig.outcomes(), [Outcome::ReplyUnknown, no_reply(NoReply::LoopGuard)]);
}

fn one_reply_per_hour(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Rig {
    Rig::new(|b| configure(b.window(Window::immediate()).max_replies_per_hour(NonZeroU32::new(1))))
}

/// Pushes a text whose gateway says that it was sent `ago`, and returns how its batch ended.
async fn answered(
    ago: std::time::Duration,
    configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder,
) -> Outcome {
    let mut rig = Rig::new(configure);
    let message = SmsMessage::new("Yes").with_sent_at(rig.start - ago);
    rig.try_push(ANA, message).await.unwrap();
    rig.at(secs(60)).await;
    rig.outcomes().remove(0)
}

#[tokio::test]
async fn a_text_that_was_delivered_late_is_as_old_as_its_gateway_says() {
    let stale = no_reply(NoReply::Stale);
    for (ago, is_stale) in [
        (secs(0), false),
        (HOUR - secs(60), false),
        (HOUR - secs(60) + ms(1), true),
        (secs(2 * 86_400), true),
        (secs(7 * 86_400), true),
        // No gateway's clock was right then.
        (secs(40 * 365 * 86_400), false),
    ] {
        assert_eq!(answered(ago, |b| b).await == stale, is_stale, "{ago:?}");
    }
}

#[tokio::test]
async fn the_newest_text_says_whether_it_is_too_late() {
    let rig = Rig::new(|b| b);
    let sent = |text, ago| SmsMessage::new(text).with_sent_at(rig.start - ago);
    rig.try_push(ANA, sent("Yes", secs(2 * 86_400))).await.unwrap();
    rig.try_push(ANA, sent("still", secs(10))).await.unwrap();
    rig.at(secs(60)).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_text_from_the_future_is_as_old_as_its_arrival() {
    let mut rig = Rig::without_driver(|b| b);
    let message = SmsMessage::new("Yes").with_sent_at(rig.start + HOUR);
    rig.try_push(ANA, message).await.unwrap();
    rig.clock.jump_to(rig.start + HOUR + secs(1));
    rig.service.start();
    rig.pause().await;
    assert_eq!(rig.outcomes(), [no_reply(NoReply::Stale)]);
}

#[tokio::test]
async fn a_text_that_joins_a_batch_long_due_is_judged_by_its_own_time() {
    for (ago, is_stale) in [(secs(1), false), (secs(2 * 86_400), true)] {
        let mut rig = Rig::without_driver(|b| b);
        rig.text(ANA, "Yes").await;
        let back = rig.start + 3 * HOUR;
        rig.clock.jump_to(back);
        rig.try_push(ANA, SmsMessage::new("hello?").with_sent_at(back - ago)).await.unwrap();
        rig.service.start();
        rig.pause().await;
        assert_eq!(rig.outcomes() == [no_reply(NoReply::Stale)], is_stale, "{ago:?}");
    }
}

#[tokio::test]
async fn a_window_longer_than_replies_may_take_is_no_delay() {
    let window = Window::fixed(2 * HOUR);
    let mut rig = Rig::new(|b| b.window(window));
    rig.text(ANA, "Yes").await;
    rig.at(2 * HOUR).await;
    assert_eq!(rig.replies_to(ANA), [AGREED]);
    rig.events();
}

#[tokio::test]
async fn an_empty_proposal_is_no_reply() {
    for proposal in ["", "  \n"] {
        let mut rig = Rig::new(|b| b.use_proposed_replies(true));
        let answer = Classification::new(Label::AGREE, "Agent").with_proposed_reply(proposal);
        rig.classifier.then([ScriptedAnswer::Answer(answer)]);
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        assert_eq!(rig.outcomes(), [no_reply(NoReply::NoTemplate)]);
    }
}
