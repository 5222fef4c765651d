//! When batches close.

use sms_consolidate::lane::CloseReason;
use sms_consolidate::store::Status;
use sms_consolidate::{Conversation, Message, SmsMessage, Timestamp, Window, WindowPolicy};

use crate::common::{ANA, BEN, HOUR, Rig, accepted, ms, secs};

#[tokio::test]
async fn one_message_is_handled_at_60_seconds_and_not_before() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "Yes").await;
    rig.at(ms(59_999)).await;
    assert!(rig.calls().is_empty() && rig.sender.asked().is_empty());
    assert_eq!(rig.only_record().await.status, Status::Open);
    rig.at(ms(60_000)).await;
    assert_eq!(rig.calls(), [["Yes"]]);
    assert_eq!(rig.replies_to(ANA).len(), 1);
    assert_eq!(rig.only_record().await.status, Status::Finished);
}

/// Texts arrive at the offsets given, each text being its own offset; the batches must hold those texts and be
/// classified at those instants, no millisecond earlier.
async fn check(
    policy: impl WindowPolicy<Conversation, SmsMessage>,
    arrivals_ms: &[u64],
    batches: &[(u64, &[u64])],
) {
    let rig = Rig::new(|b| b.window(policy));
    let mut instants: Vec<u64> = arrivals_ms.to_vec();
    instants.extend(batches.iter().flat_map(|(due, _)| [due - 1, *due]));
    instants.sort_unstable();
    instants.dedup();
    for now in instants {
        // A text that arrives in the very millisecond of the close finds the batch closed.
        rig.at(ms(now)).await;
        let expected = batches.iter().filter(|(due, _)| *due <= now);
        let expected: Vec<Vec<String>> =
            expected.map(|(_, texts)| texts.iter().map(u64::to_string).collect()).collect();
        assert_eq!(rig.calls(), expected, "at {now} ms");
        if arrivals_ms.contains(&now) {
            rig.text(ANA, &now.to_string()).await;
        }
    }
    rig.at(HOUR).await;
    assert_eq!(rig.calls().len(), batches.len());
    assert_eq!(rig.sender.taken().len(), batches.len());
}

#[tokio::test]
async fn fixed_a_text_at_59_seconds_joins_and_one_at_61_seconds_opens_the_next_batch() {
    check(Window::fixed(secs(60)), &[0, 59_000, 61_000], &[(60_000, &[0, 59_000]), (121_000, &[61_000])])
        .await;
}

#[tokio::test]
async fn fixed_a_text_in_the_last_millisecond_joins_and_one_at_the_close_opens_the_next_batch() {
    check(Window::fixed(secs(60)), &[0, 59_999, 60_000], &[(60_000, &[0, 59_999]), (120_000, &[60_000])])
        .await;
}

#[tokio::test]
async fn sliding_texts_at_59_and_61_seconds_both_extend() {
    check(Window::sliding(secs(60), secs(600)), &[0, 59_000, 61_000], &[(121_000, &[0, 59_000, 61_000])])
        .await;
}

#[tokio::test]
async fn sliding_extends_up_to_the_longest_wait_and_no_further() {
    check(
        Window::sliding(secs(20), secs(60)),
        &[0, 15_000, 30_000, 45_000, 59_000, 61_000],
        &[(60_000, &[0, 15_000, 30_000, 45_000, 59_000]), (81_000, &[61_000])],
    )
    .await;
}

#[tokio::test]
async fn aligned_batches_close_at_the_slot_plus_its_grace_and_the_grace_joins() {
    // The fake clock starts at a multiple of 15 seconds.
    check(
        Window::aligned(secs(15), secs(10)),
        &[1_000, 14_000, 24_999, 25_001],
        &[(25_000, &[1_000, 14_000, 24_999]), (40_000, &[25_001])],
    )
    .await;
}

#[tokio::test]
async fn immediate_every_text_is_handled_at_once() {
    let rig = Rig::new(|b| b.window(Window::immediate()));
    for (now, text) in [(1, "one"), (2, "two")] {
        rig.text_at(secs(now), ANA, text).await;
        rig.pause().await;
        assert_eq!(rig.calls().last().unwrap(), &[text]);
    }
    assert_eq!(rig.sender.taken().len(), 2);
}

#[tokio::test]
async fn an_urgent_text_closes_the_open_batch_that_it_joins() {
    let rig =
        Rig::new(|b| {
            b.window_fn(|_, message, _| {
                if message.text().contains("URGENT") { Window::immediate() } else { Window::default() }
            })
        });
    rig.text(ANA, "Hello").await;
    rig.text_at(secs(10), ANA, "URGENT: are you there?").await;
    rig.pause().await;
    assert_eq!(rig.calls(), [["Hello", "URGENT: are you there?"]]);
    assert_eq!(rig.only_record().await.close_reason, Some(CloseReason::Urgent));
}

#[tokio::test]
async fn a_window_policy_may_be_a_closure_that_sees_key_message_and_time() {
    let half_past = Timestamp::from_unix_millis(1_767_225_600_000 + 30_000);
    let rig = Rig::new(|b| {
        b.window_fn(move |key, message, now| {
            let late = if now >= half_past { secs(1) } else { secs(0) };
            match (key.to_string().as_str(), message.text()) {
                (ANA, "short") => Window::fixed(secs(5) + late),
                _ => Window::fixed(secs(20) + late),
            }
        })
    });
    let due_after = async |from: &str, text: &str| {
        accepted(rig.text(from, text).await).due_at.since(rig.start + rig.now())
    };
    assert_eq!(due_after(ANA, "short").await, secs(5));
    assert_eq!(due_after(BEN, "short").await, secs(20));
    rig.at(secs(30)).await;
    assert_eq!(due_after(ANA, "long").await, secs(21));
    assert_eq!(due_after(BEN, "long").await, secs(21));
}

#[tokio::test]
async fn a_text_that_finds_its_batch_due_but_unclaimed_joins_it_without_moving_it() {
    let rig = Rig::without_driver(|b| b);
    rig.text(ANA, "before the outage").await;
    rig.text_at(secs(300), ANA, "during the outage").await;
    rig.service.start();
    rig.pause().await;
    assert_eq!(rig.calls(), [["before the outage", "during the outage"]]);
    let record = rig.only_record().await;
    assert_eq!(record.due_at, rig.start + secs(60));
    assert_eq!(rig.replies_to(ANA).len(), 1);
}
