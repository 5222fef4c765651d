//! A message that arrives while its sender's batch is in flight, when it takes the batch back: every condition of it,
//! true and false.

use sms_consolidate::lane::{CloseReason, Entry, LossReason};
use sms_consolidate::store::Status;
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Classification, Event, InFlight, Label, MemoryStore, OptOut, Window};

use crate::common::{AGREED, ANA, Rig, ServiceBuilder, accepted, ms, secs};

fn superseding(builder: ServiceBuilder) -> ServiceBuilder {
    builder.in_flight(InFlight::Supersede)
}

/// A rig whose first batch is being classified since the 60th second.
async fn classifying(configure: impl FnOnce(ServiceBuilder) -> ServiceBuilder) -> Rig {
    let rig = Rig::new(|b| configure(superseding(b)));
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.classifying.waiting(), 1);
    rig
}

#[tokio::test]
async fn a_text_takes_back_the_claimed_batch_and_one_reply_answers_everything() {
    let mut rig = classifying(|b| b).await;
    rig.events();
    let taken_back = accepted(rig.text_at(secs(65), ANA, "but only after noon").await);
    assert_eq!((taken_back.entry, taken_back.messages), (Entry::Superseded, 2));
    assert_eq!(taken_back.due_at, rig.start + secs(65), "a fixed window does not extend");
    rig.classifying.reopen();
    rig.pause().await;
    assert_eq!(rig.classifying.abandoned(), 1, "the classification was cancelled");
    assert_eq!(rig.calls(), [["Yes", "but only after noon"]], "what it was cancelled in was never answered");
    assert_eq!(rig.replies_to(ANA).len(), 1);
    let events = rig.events();
    let lost = |event: &&Event<_>| matches!(event, Event::Lost { reason: LossReason::Superseded, .. });
    assert_eq!(events.iter().filter(lost).count(), 1);
    let attempts: Vec<u32> = events.iter().filter_map(attempt).collect();
    assert_eq!(attempts, [1], "the superseded attempt does not count");
    assert_eq!(rig.service.stats().await.unwrap().totals.superseded, 1);
    assert_eq!(rig.only_record().await.messages, 2);
}

fn attempt<K>(event: &Event<K>) -> Option<u32> {
    match event {
        Event::Claimed { attempt, .. } => Some(*attempt),
        _ => None,
    }
}

#[tokio::test]
async fn with_a_sliding_window_the_batch_taken_back_stays_open_for_what_follows() {
    let rig = classifying(|b| b.window(Window::sliding(secs(60), secs(300)))).await;
    rig.classifying.reopen();
    let taken_back = accepted(rig.text_at(secs(61), ANA, "but").await);
    assert_eq!(taken_back.due_at, rig.start + secs(121));
    assert_eq!(accepted(rig.text_at(secs(100), ANA, "not today").await).entry, Entry::Joined);
    rig.at(ms(159_999)).await;
    assert!(rig.calls().is_empty());
    rig.at(secs(160)).await;
    assert_eq!(rig.calls(), [["Yes", "but", "not today"]]);
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn a_batch_that_is_not_claimed_is_joined() {
    let rig = Rig::new(superseding);
    rig.text(ANA, "Yes").await;
    assert_eq!(accepted(rig.text_at(secs(59), ANA, "please").await).entry, Entry::Joined);
}

#[tokio::test]
async fn a_batch_that_waits_for_a_retry_is_not_superseded() {
    let rig = Rig::new(superseding);
    rig.classifier.then([ScriptedAnswer::Fail(Some(secs(30)))]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(61)).await;
    assert_eq!(rig.only_record().await.status, Status::Retrying);
    assert_eq!(accepted(rig.text(ANA, "please").await).entry, Entry::Opened);
    rig.at(secs(121)).await;
    assert_eq!(rig.calls(), [["Yes"], ["Yes"], ["please"]]);
}

#[tokio::test]
async fn only_the_newest_batch_is_superseded() {
    let rig = Rig::new(|b| superseding(b).window(Window::fixed(secs(60)).with_max_messages(2)));
    rig.classifying.close();
    // Full, so that the next text queues behind it.
    rig.text(ANA, "one").await;
    rig.text(ANA, "two").await;
    rig.pause().await;
    assert_eq!(accepted(rig.text_at(secs(1), ANA, "three").await).entry, Entry::Opened);
    assert_eq!(
        accepted(rig.text_at(secs(2), ANA, "four").await).entry,
        Entry::Joined,
        "the newest is not claimed"
    );
    assert_eq!(rig.classifying.abandoned(), 0);
}

#[tokio::test]
async fn a_batch_closed_by_a_cap_is_not_superseded() {
    let check = async |window: Window, reason: CloseReason| {
        let rig = Rig::new(|b| superseding(b).window(window));
        rig.classifying.close();
        rig.text(ANA, "Yes").await;
        rig.pause().await;
        assert_eq!(rig.only_record().await.close_reason, Some(reason));
        assert_eq!(rig.classifying.waiting(), 1);
        assert_eq!(accepted(rig.text(ANA, "please").await).entry, Entry::Opened);
        assert_eq!(rig.classifying.abandoned(), 0);
    };
    check(Window::default().with_max_messages(1), CloseReason::MessageCap).await;
    check(Window::default().with_max_bytes(3), CloseReason::ByteCap).await;
}

#[tokio::test]
async fn a_batch_past_the_point_of_no_return_is_not_superseded() {
    let rig = Rig::new(superseding);
    rig.sending.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert_eq!(rig.sending.waiting(), 1);
    assert_eq!(accepted(rig.text_at(secs(61), ANA, "please").await).entry, Entry::Opened);
    rig.sending.reopen();
    rig.sending.let_one_through();
    rig.at(secs(121)).await;
    assert_eq!(rig.calls(), [["Yes"], ["please"]]);
    assert_eq!(rig.replies_to(ANA).len(), 2);
}

#[tokio::test]
async fn a_batch_is_superseded_until_twice_the_longest_wait_after_it_opened() {
    let window =
        |b: ServiceBuilder| b.window(Window::fixed(secs(60))).classify_timeout(secs(300)).lease(secs(600));
    let rig = classifying(window).await;
    assert_eq!(accepted(rig.text_at(ms(119_999), ANA, "in time").await).entry, Entry::Superseded);
    let rig = classifying(window).await;
    assert_eq!(accepted(rig.text_at(secs(120), ANA, "too late").await).entry, Entry::Opened);
}

#[tokio::test]
async fn the_time_within_which_a_batch_is_superseded_can_be_set() {
    let within = |b: ServiceBuilder| b.supersede_within(secs(70));
    let rig = classifying(within).await;
    assert_eq!(accepted(rig.text_at(ms(69_999), ANA, "in time").await).entry, Entry::Superseded);
    let rig = classifying(within).await;
    assert_eq!(accepted(rig.text_at(secs(70), ANA, "too late").await).entry, Entry::Opened);
}

#[tokio::test]
async fn a_batch_taken_back_is_due_within_that_time_however_long_its_window_extends() {
    let sliding =
        |b: ServiceBuilder| b.window(Window::sliding(secs(60), secs(300))).supersede_within(secs(70));
    let rig = classifying(sliding).await;
    assert_eq!(accepted(rig.text_at(secs(65), ANA, "but").await).due_at, rig.start + secs(70));
    assert_eq!(accepted(rig.text_at(secs(69), ANA, "not today").await).due_at, rig.start + secs(70));
}

#[tokio::test]
async fn somebody_who_never_stops_texting_still_gets_an_answer() {
    let rig = Rig::new(|b| superseding(b).window(Window::sliding(secs(2), secs(60))));
    for second in 0..130 {
        rig.text_at(secs(second), ANA, &second.to_string()).await;
    }
    // The longest wait closes a batch after 60 seconds; with a classifier that answers at once nothing is superseded.
    assert_eq!(rig.replies_to(ANA).len(), 2);
    let rig =
        Rig::new(|b| superseding(b).window(Window::sliding(secs(2), secs(60))).classify_timeout(secs(300)));
    rig.classifying.close();
    for second in 0..130 {
        rig.text_at(secs(second), ANA, &second.to_string()).await;
    }
    // Nothing is ever classified in time, and each text takes the batch back, but only for 120 seconds.
    assert_eq!(rig.records().await.iter().map(|record| record.messages).collect::<Vec<_>>(), [120, 10]);
    rig.classifying.let_one_through();
    rig.pause().await;
    assert_eq!(rig.calls()[0].len(), 120);
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn what_was_decided_about_a_superseded_batch_is_dropped() {
    let store = FaultyStore::new(MemoryStore::new());
    let rig = Rig::new(|b| superseding(b).store(store.clone()));
    rig.classifier.then([ScriptedAnswer::Answer(Classification::new(Label::NOT_AGREE, "Early"))]);
    rig.sender.then([ScriptedSend::NotSent(None)]);
    rig.text(ANA, "No").await;
    rig.at(secs(60)).await;
    // The second attempt is held up before the point of no return.
    store.fail(Operation::BeginReply, Fault::HeldBefore, 1);
    rig.at(secs(66)).await;
    let record = rig.only_record().await;
    assert_eq!((record.status, record.attempts), (Status::Claimed, 2));
    assert_eq!(record.classification.unwrap().method, "Early");
    let taken_back = rig.text(ANA, "I mean yes").await;
    assert_eq!(accepted(taken_back).entry, Entry::Superseded);
    rig.pause().await;
    assert_eq!(rig.calls(), [vec!["No"], vec!["No", "I mean yes"]]);
    assert_eq!(rig.only_record().await.classification.unwrap().method, "Scripted");
    assert_eq!(rig.replies_to(ANA), [AGREED]);
}

#[tokio::test]
async fn a_holder_that_lost_its_batch_changes_nothing_even_if_it_is_not_told() {
    let store = FaultyStore::new(MemoryStore::new());
    let mut rig = Rig::new(|b| superseding(b).store(store.clone()));
    store.fail(Operation::BeginReply, Fault::HeldBefore, 1);
    rig.text(ANA, "No").await;
    rig.at(secs(60)).await;
    // The holder is let go in the same turn in which the text supersedes it.
    store.let_go();
    rig.text(ANA, "I mean yes").await;
    rig.pause().await;
    assert_eq!(rig.calls(), [vec!["No"], vec!["No", "I mean yes"]]);
    assert_eq!(rig.replies_to(ANA).len(), 1);
    assert_eq!(rig.outcomes().len(), 1);
}

#[tokio::test]
async fn a_batch_that_answers_a_stop_or_a_call_for_help_keeps_its_answer_to_itself() {
    for control in ["STOP", "HELP"] {
        let rig = Rig::new(|b| superseding(b).opt_out(OptOut::sms().with_help_text("Acme, 555-0100")));
        rig.classifying.close();
        rig.text(ANA, "Hello").await;
        rig.text(ANA, control).await;
        rig.pause().await;
        assert_eq!(rig.classifying.waiting(), 1);
        assert_eq!(accepted(rig.text(ANA, "more").await).entry, Entry::Opened, "{control}");
    }
}
