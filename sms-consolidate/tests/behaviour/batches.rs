//! What goes into one batch, and in which order.

use sms_consolidate::lane::{CloseReason, Entry};
use sms_consolidate::store::Status;
use sms_consolidate::{SmsMessage, Window};

use crate::common::{ANA, BEN, Rig, accepted, key, ms, secs};

#[tokio::test]
async fn three_texts_in_5_seconds_are_one_batch_one_classification_and_one_reply_in_order() {
    let rig = Rig::new(|b| b);
    let first = rig.text(ANA, "Yes").await;
    let second = rig.text_at(secs(2), ANA, "I can come").await;
    let third = rig.text_at(secs(5), ANA, "at noon").await;
    assert_eq!([second.batch(), third.batch()], [first.batch(); 2]);
    rig.at(secs(600)).await;
    assert_eq!(rig.calls(), [["Yes", "I can come", "at noon"]]);
    let [reply] = rig.sender.asked().try_into().unwrap();
    assert_eq!((Some(reply.batch), reply.to), (first.batch(), key(ANA)));
    let record = rig.only_record().await;
    assert_eq!((record.messages, record.close_reason), (3, None), "its window closed it");
}

#[tokio::test]
async fn texts_of_a_batch_are_in_the_order_of_the_providers_time() {
    let rig = Rig::new(|b| b);
    let sent_at = |millis, text: &str| SmsMessage::new(text).with_sent_at(rig.start + ms(millis));
    rig.at(secs(5)).await;
    let long_ago = SmsMessage::new("no time that anybody believes").with_sent_at(rig.start - secs(86_400));
    for message in [
        sent_at(3_000, "third"),
        sent_at(1_000, "first"),
        sent_at(2_000, "second, part two").with_part(2),
        sent_at(2_000, "second, part one").with_part(1),
        long_ago,
        SmsMessage::new("no time at all"),
    ] {
        rig.try_push(ANA, message).await.unwrap();
    }
    rig.at(secs(65)).await;
    let ordered = [
        "first",
        "second, part one",
        "second, part two",
        "third",
        "no time that anybody believes",
        "no time at all",
    ];
    assert_eq!(rig.calls(), [ordered]);
}

#[tokio::test]
async fn ten_texts_over_30_seconds_are_one_batch_of_10() {
    let rig = Rig::new(|b| b);
    for n in 0..10_u64 {
        rig.text_at(secs(n * 3), ANA, &n.to_string()).await;
    }
    rig.at(secs(600)).await;
    let expected: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    assert_eq!(rig.calls(), [expected]);
    assert_eq!(rig.only_record().await.messages, 10);
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn one_hundred_texts_in_60_seconds_cost_one_classification_and_one_reply() {
    let rig = Rig::new(|b| b);
    for n in 0..100_u64 {
        rig.text_at(ms(n * 600), ANA, &n.to_string()).await;
    }
    rig.at(secs(600)).await;
    let [texts] = rig.calls().try_into().unwrap();
    assert_eq!(texts.len(), 100);
    assert_eq!(rig.replies_to(ANA).len(), 1);
}

#[tokio::test]
async fn push_says_what_it_did() {
    let rig = Rig::new(|b| b);
    let first = accepted(rig.text(ANA, "one").await);
    let second = accepted(rig.text_at(secs(59), ANA, "two").await);
    assert_eq!((first.entry, first.messages), (Entry::Opened, 1));
    assert_eq!((second.entry, second.messages), (Entry::Joined, 2));
    assert_eq!([first.due_at, second.due_at], [rig.start + secs(60); 2]);
}

#[tokio::test]
async fn the_message_that_reaches_a_cap_is_the_batchs_last_and_closes_it_at_once() {
    let check = async |window: Window, reason: CloseReason| {
        let rig = Rig::new(|b| b.window(window));
        for (now, text) in [(1, "four"), (2, "five!"), (3, "sixes!")] {
            rig.text_at(secs(now), ANA, text).await;
        }
        rig.pause().await;
        assert_eq!(rig.calls(), [["four", "five!"]], "closed at once by {reason:?}");
        let [capped, next] = rig.records().await.try_into().unwrap();
        assert_eq!((capped.close_reason, capped.messages), (Some(reason), 2));
        assert_eq!((next.status, next.messages), (Status::Open, 1));
        rig.at(secs(63)).await;
        assert_eq!(rig.calls().len(), 2);
    };
    check(Window::default().with_max_messages(2), CloseReason::MessageCap).await;
    check(Window::default().with_max_bytes(9), CloseReason::ByteCap).await;
    check(Window::default().with_max_bytes(8), CloseReason::ByteCap).await;
}

#[tokio::test]
async fn a_flush_handles_one_key_or_all_at_once() {
    let rig = Rig::new(|b| b);
    rig.text(ANA, "from Ana").await;
    rig.text(BEN, "from Ben").await;
    assert_eq!(rig.service.flush(&key(ANA)).await.unwrap(), 1);
    rig.pause().await;
    assert_eq!(rig.calls(), [["from Ana"]]);
    rig.text(ANA, "more from Ana").await;
    assert_eq!(rig.service.flush_all().await.unwrap(), 2);
    rig.pause().await;
    assert_eq!(rig.calls().len(), 3);
    assert_eq!(rig.service.flush_all().await.unwrap(), 0);
    let reasons: Vec<_> = rig.records().await.into_iter().map(|record| record.close_reason).collect();
    assert_eq!(reasons, [Some(CloseReason::Flush); 3]);
}
