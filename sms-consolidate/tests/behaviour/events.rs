//! What is reported of what happens: events, totals, status, and the log lines that operators grep for.

use sms_consolidate::store::{NoReply, Outcome};
use sms_consolidate::testing::{ScriptedAnswer, ScriptedSend};
use sms_consolidate::{Classification, Event, Label, OptOut, OptOutCause, OptOutChange, SmsMessage, Usage};
use tracing::Level;

use crate::common::{AGREED, ANA, BEN, Rig, key, no_reply, secs};
use crate::log::Log;

const MASKED: &str = "+63912•••6789";

/// The kind of each event, in order.
fn kinds<K>(events: &[Event<K>]) -> Vec<&'static str> {
    let kind = |event: &Event<K>| match event {
        Event::Accepted { .. } => "accepted",
        Event::Duplicate { .. } => "duplicate",
        Event::Refused { .. } => "refused",
        Event::Claimed { .. } => "claimed",
        Event::Classified { .. } => "classified",
        Event::Finished { .. } => "finished",
        Event::Retrying { .. } => "retrying",
        Event::Dead { .. } => "dead",
        Event::Lost { .. } => "lost",
        Event::HandedBack { .. } => "handed back",
        _ => "other",
    };
    events.iter().map(kind).collect()
}

#[tokio::test]
async fn subscribers_see_a_batch_from_its_first_text_to_its_outcome() {
    let mut rig = Rig::new(|b| b);
    rig.try_push(ANA, SmsMessage::new("Yes").with_id("guid-1")).await.unwrap();
    rig.try_push(ANA, SmsMessage::new("Yes").with_id("guid-1")).await.unwrap();
    rig.text(ANA, "please").await;
    rig.at(secs(60)).await;
    let events = rig.events();
    assert_eq!(kinds(&events), ["accepted", "duplicate", "accepted", "claimed", "classified", "finished"]);
    let Event::Accepted { id, due_in, .. } = &events[0] else { unreachable!() };
    assert_eq!((id.as_deref(), *due_in), (Some("guid-1"), secs(60)));
    let Event::Claimed { messages: 2, attempt: 1, late_by, .. } = events[3] else {
        panic!("{:?}", events[3])
    };
    assert_eq!(late_by, secs(0));
    let Event::Finished { messages: 2, outcome: Outcome::Replied(_), at, .. } = events[5] else {
        panic!("{:?}", events[5])
    };
    assert_eq!(at, rig.start + secs(60));
}

#[tokio::test]
async fn subscribers_see_failures() {
    let mut rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(None), ScriptedAnswer::FailForGood]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(120)).await;
    assert_eq!(kinds(&rig.events()), ["accepted", "claimed", "retrying", "claimed", "dead"]);
}

#[tokio::test]
async fn a_cancelled_batch_has_its_event_and_is_never_answered() {
    let mut rig = Rig::new(|b| b);
    rig.classifying.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    rig.text(ANA, "hello?").await;
    let cancelled = rig.service.cancel(&key(ANA)).await.unwrap();
    assert_eq!(cancelled.len(), 2);
    rig.at(secs(600)).await;
    assert_eq!((rig.classifying.abandoned(), rig.calls().len(), rig.sender.asked().len()), (1, 0, 0));
    let mut ended = Vec::new();
    for event in rig.events() {
        if let Event::Finished { batch, outcome, messages: 1, .. } = event {
            assert_eq!(outcome, no_reply(NoReply::Cancelled));
            ended.push(batch);
        }
    }
    assert_eq!(ended, cancelled);
    assert_eq!(rig.service.stats().await.unwrap().totals.batches_finished, 2);
    assert!(rig.service.cancel(&key(ANA)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_reply_on_its_way_is_not_cancelled() {
    let mut rig = Rig::new(|b| b);
    rig.sending.close();
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert!(rig.service.cancel(&key(ANA)).await.unwrap().is_empty());
    rig.sending.let_one_through();
    rig.pause().await;
    assert!(matches!(rig.outcomes()[..], [Outcome::Replied(_)]));
}

#[tokio::test]
async fn a_slow_subscriber_is_told_how_much_it_missed_and_holds_up_nothing() {
    let rig = Rig::new(|b| b);
    let mut slow = rig.service.subscribe();
    for _ in 0..5_000 {
        rig.text(ANA, "x").await;
    }
    let error = slow.recv().await.unwrap_err();
    assert!(
        matches!(error, tokio::sync::broadcast::error::RecvError::Lagged(missed) if missed >= 904),
        "{error}"
    );
    assert!(matches!(slow.recv().await.unwrap(), Event::Accepted { .. } | Event::Claimed { .. }));
}

#[tokio::test]
async fn a_count_of_tokens_that_a_server_makes_up_does_not_overflow() {
    let rig = Rig::new(|b| b);
    let usage = Usage::new(u64::MAX, u64::MAX);
    let classification = Classification::new(Label::AGREE, "Scripted").with_usage(usage);
    rig.classifier
        .then([ScriptedAnswer::Answer(classification.clone()), ScriptedAnswer::Answer(classification)]);
    for minute in [60, 120] {
        rig.text(ANA, "Yes").await;
        rig.at(secs(minute)).await;
        assert_eq!(rig.service.stats().await.unwrap().totals.tokens_used, u64::MAX);
    }
}

#[tokio::test]
async fn totals_add_up() {
    let rig = Rig::new(|b| b.opt_out(OptOut::sms()).max_text_bytes(100));
    let usage = Usage::new(70, 5);
    let paid = Classification::new(Label::AGREE, "OpenAI").with_usage(usage);
    rig.classifier.then([ScriptedAnswer::Answer(paid)]);
    rig.sender.then([ScriptedSend::NotSent(None), ScriptedSend::Send, ScriptedSend::LoseRequest]);
    rig.try_push(ANA, SmsMessage::new("Yes").with_id("1")).await.unwrap();
    rig.try_push(ANA, SmsMessage::new("Yes").with_id("1")).await.unwrap();
    rig.text(ANA, "please").await;
    assert!(rig.try_push(ANA, SmsMessage::new("x".repeat(101))).await.is_err());
    rig.at(secs(120)).await;
    rig.text(ANA, "unknown").await;
    rig.at(secs(180)).await;
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    rig.text(ANA, "skipped").await;
    rig.classifier
        .then([ScriptedAnswer::Answer(Classification::new(Label::AGREE, "x")), ScriptedAnswer::FailForGood]);
    rig.at(secs(240)).await;
    rig.text(BEN, "dead").await;
    rig.at(secs(300)).await;
    rig.text(BEN, "open").await;
    let stats = rig.service.stats().await.unwrap();
    let t = stats.totals;
    assert_eq!((t.accepted, t.duplicates, t.refused), (6, 1, 1));
    assert_eq!((t.batches_opened, t.batches_finished, t.messages_handled), (5, 3, 4));
    assert_eq!((t.replies_sent, t.replies_unknown, t.replies_skipped), (1, 1, 1));
    assert_eq!((t.retries, t.dead, t.superseded, t.claims_lost, t.ids_forgotten), (1, 1, 0, 0, 0));
    assert_eq!(t.tokens_used, 75);
    let c = stats.counts;
    assert_eq!((c.open, c.dead, c.finished, c.messages_buffered, stats.in_flight), (1, 1, 3, 1, 0));
}

#[tokio::test]
async fn counts_show_a_backlog_past_its_time() {
    let rig = Rig::without_driver(|b| b);
    rig.text(ANA, "Yes").await;
    rig.at(secs(90)).await;
    let counts = rig.service.stats().await.unwrap().counts;
    assert_eq!((counts.past_due, counts.longest_past_due_ms), (1, 30_000));
}

#[tokio::test]
async fn a_batch_is_logged_in_the_words_that_operators_grep_for() {
    let log = Log::capture();
    let rig = Rig::new(|b| b);
    rig.try_push(ANA, SmsMessage::new("my secret").with_id("guid-1")).await.unwrap();
    rig.try_push(ANA, SmsMessage::new("my other secret").with_id("guid-2")).await.unwrap();
    rig.try_push(ANA, SmsMessage::new("my other secret").with_id("guid-2")).await.unwrap();
    rig.at(secs(60)).await;
    let messages: Vec<String> = log.all().into_iter().map(|line| line.message).collect();
    assert_eq!(
        messages,
        [
            "SMS RECEIVED",
            "CONSOLIDATION STARTED",
            "SMS RECEIVED",
            "CONSOLIDATION UPDATE",
            "DUPLICATE IGNORED",
            "CONSOLIDATION TIMEOUT",
            "BATCH RECEIVED",
            "CONSOLIDATED CLASSIFICATION",
            "AUTO-REPLY SENT (batch)",
            "BATCH PROCESSING COMPLETE",
        ]
    );
    let batch = rig.only_record().await.id.to_string();
    let check = |message: &str, fields: &[(&str, &str)]| {
        let line = log.lines(message).remove(0);
        for (field, value) in fields {
            assert_eq!(line.field(field), *value, "{message}: {field}");
        }
    };
    check("SMS RECEIVED", &[("guid", "guid-1"), ("from", MASKED), ("batch", &batch)]);
    check("CONSOLIDATION STARTED", &[("from", MASKED), ("window_ms", "60000")]);
    check("CONSOLIDATION UPDATE", &[("from", MASKED), ("total", "2")]);
    check("CONSOLIDATION TIMEOUT", &[("from", MASKED), ("messages", "2"), ("reason", "Timeout")]);
    check("BATCH RECEIVED", &[("from", MASKED), ("count", "2"), ("batch", &batch)]);
    check(
        "CONSOLIDATED CLASSIFICATION",
        &[("from", MASKED), ("label", "AGREE"), ("method", "Scripted"), ("messages", "2")],
    );
    check("AUTO-REPLY SENT (batch)", &[("to", MASKED), ("messages", "2")]);
    check("BATCH PROCESSING COMPLETE", &[("result", "replied"), ("messages", "2")]);
}

#[tokio::test]
async fn failures_are_logged_with_their_attempt_and_the_next() {
    let log = Log::capture();
    let mut rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::Fail(None)]);
    rig.sender.then([ScriptedSend::NotSent(Some(secs(30))), ScriptedSend::Reject]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(120)).await;
    let next = (rig.start + rig.retries()[0].1).to_string();
    let failed = log.lines("BATCH PROCESSING FAILED");
    assert_eq!((failed[0].field("attempt"), failed[0].field("next")), ("1", next.as_str()));
    assert_eq!(failed[0].field("error"), "classification failed for now: scripted failure");
    assert_eq!(failed[1].field("attempt"), "2");
    let sending = log.lines("AUTO-REPLY FAILED");
    assert_eq!(sending.len(), 2, "not sent, then rejected");
    assert!(sending.iter().all(|line| line.level == Level::WARN && line.field("to") == MASKED));
    assert_eq!(log.only("BATCH PROCESSING COMPLETE").field("result"), "rejected");
}

#[tokio::test]
async fn a_dead_batch_is_logged_as_an_error() {
    let log = Log::capture();
    let rig = Rig::new(|b| b);
    rig.classifier.then([ScriptedAnswer::FailForGood]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    let line = log.only("BATCH PROCESSING FAILED");
    assert_eq!((line.level, line.field("attempt"), line.field("messages")), (Level::ERROR, "1", "1"));
}

#[tokio::test]
async fn a_reply_that_is_skipped_or_unknown_is_logged_with_the_reason() {
    let log = Log::capture();
    let rig = Rig::new(|b| b.opt_out(OptOut::sms()));
    rig.sender.then([ScriptedSend::LoseRequest]);
    rig.text(ANA, "Yes").await;
    rig.at(secs(60)).await;
    assert!(log.only("AUTO-REPLY FAILED").field("why").contains("may have been sent"));
    rig.service.set_opted_out(&key(ANA), OptOutChange::new(true, OptOutCause::Operator)).await.unwrap();
    rig.text(ANA, "hello?").await;
    rig.at(secs(120)).await;
    assert_eq!(log.only("AUTO-REPLY SKIPPED").field("why"), "the sender has opted out");
}

#[tokio::test]
async fn numbers_are_masked_and_texts_absent_whatever_happens() {
    let log = Log::capture();
    let rig = Rig::new(|b| b.opt_out(OptOut::sms()));
    everything_that_can_happen(&rig).await;
    let lines = log.all();
    assert!(lines.len() > 50, "{}", lines.len());
    for line in lines {
        let shown = format!("{line:?}");
        for secret in ["my secret", "3456789", "639123456789", "Thanks for confirming"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[tokio::test]
async fn numbers_are_logged_in_full_if_the_operator_asks_for_it() {
    let log = Log::capture();
    let rig = Rig::new(|b| b.log_keys_in_full(true));
    rig.text(ANA, "my secret").await;
    rig.at(secs(60)).await;
    assert_eq!(log.only("SMS RECEIVED").field("from"), ANA);
    assert_eq!(log.only("AUTO-REPLY SENT (batch)").field("to"), ANA);
    assert!(!format!("{:?}", log.all()).contains("my secret"));
}

#[tokio::test]
async fn the_text_of_a_reply_is_logged_at_debug_level_only() {
    for (capture, text) in [(Log::capture as fn() -> Log, None), (Log::capture_texts, Some(AGREED))] {
        let log = capture();
        let rig = Rig::new(|b| b);
        rig.text(ANA, "Yes").await;
        rig.at(secs(60)).await;
        assert_eq!(log.only("AUTO-REPLY SENT (batch)").find("text"), text);
    }
}

#[tokio::test]
async fn events_shown_with_debug_are_masked_too() {
    let mut rig = Rig::new(|b| b.opt_out(OptOut::sms()));
    everything_that_can_happen(&rig).await;
    let shown = format!("{:?} {:?} {:?}", rig.events(), rig.records().await, rig.sender.asked());
    for secret in ["my secret", "3456789", "Thanks for confirming"] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

/// Every trouble once, from one key.
async fn everything_that_can_happen(rig: &Rig) {
    let answers = [
        ScriptedAnswer::Fail(None),
        ScriptedAnswer::Hang,
        ScriptedAnswer::Panic,
        ScriptedAnswer::FailForGood,
    ];
    let sends = [
        ScriptedSend::Send,
        ScriptedSend::NotSent(None),
        ScriptedSend::Reject,
        ScriptedSend::LoseRequest,
        ScriptedSend::SendAndHang,
        ScriptedSend::Panic,
        ScriptedSend::RejectOptedOut,
    ];
    rig.classifier.then(answers);
    rig.sender.then(sends);
    for n in 0..12 {
        rig.try_push(ANA, SmsMessage::new("my secret").with_id(n.to_string())).await.unwrap();
        rig.try_push(ANA, SmsMessage::new("my secret").with_id(n.to_string())).await.unwrap();
        rig.at(rig.now() + secs(120)).await;
    }
    assert!(rig.try_push(ANA, SmsMessage::new("my secret".repeat(10_000))).await.is_err());
    for text in ["STOP", "my secret", "START", "HELP"] {
        rig.text(ANA, text).await;
        rig.at(rig.now() + secs(60)).await;
    }
    rig.text(ANA, "my secret").await;
    rig.service.cancel(&key(ANA)).await.unwrap();
    rig.pause().await;
    assert_eq!(rig.sender.asked().len(), 8, "seven answers, and the confirmation of the start");
}
