use super::kit::*;
use crate::lane::{CloseReason, RetryTerms, Stage};
use crate::message::SmsMessage;
use crate::testing::StoreFixture;
use crate::window::Window;
use crate::{BatchId, Timestamp};

pub async fn a_claim_carries_the_whole_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let opened = store.push(at(0), with_id("a", "1")).await;
    store.push(at(5), message("a", "2")).await;
    let claim = store.claim_one(at(70)).await;
    let batch = &claim.batch;
    assert_eq!((batch.id, batch.key.as_str()), (opened.batch, "a"));
    assert_eq!(*batch.messages, [SmsMessage::new("text").with_id("1"), SmsMessage::new("2")]);
    assert_eq!(batch.arrived_at, [at(0), at(5)]);
    assert_eq!((batch.opened_at, batch.due_at), (at(0), at(60)));
    assert_eq!((batch.close_reason, batch.control, batch.has_content), (CloseReason::Timeout, None, true));
    assert_eq!((claim.attempt, claim.lease_losses, claim.stage), (1, 0, Stage::Claimed));
    assert_eq!((claim.first_claimed_at, claim.lease_until), (at(70), at(70) + LEASE));
    assert_eq!((&claim.classification, reply(&claim)), (&None, vec![]));
}

pub async fn nothing_is_claimed_before_it_is_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.assert_nothing_due(at(0)).await;
    store.push(at(0), message("a", "text")).await;
    store.assert_nothing_due(at(60) - MILLISECOND).await;
    store.claim_one(at(60)).await;
}

pub async fn a_window_that_slides_is_waited_for<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for seconds in [0, 9, 18] {
        let sliding = Window::sliding(SECOND * 10, MINUTE);
        store.push(at(seconds), within(sliding, message("a", "text"))).await;
        store.assert_nothing_due(at(seconds + 8)).await;
    }
    store.assert_nothing_due(at(28) - MILLISECOND).await;
    assert_eq!(store.claim_one(at(28)).await.batch.messages.len(), 3);
}

pub async fn a_claim_takes_at_most_its_limit<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), (0..200).map(|n| single(&n.to_string(), "text")).collect()).await;
    let mut keys = std::collections::BTreeSet::new();
    for most in [1, 7, 150, 100, 100] {
        let claims = store.claim(at(0), most).await;
        assert_eq!(claims.len(), most.min(200 - keys.len()));
        keys.extend(claims.into_iter().map(|claim| claim.batch.key.clone()));
    }
    assert_eq!(keys.len(), 200);
}

pub async fn keys_that_are_due_longer_are_not_starved<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let mut waiting: std::collections::BTreeSet<_> = (0..16).map(|n| format!("old {n}")).collect();
    store.append(at(0), waiting.iter().map(|key| single(key, "text")).collect()).await;
    // More becomes due all the time than is claimed.
    for n in 1..=512 {
        store.append(at(n), (0..3).map(|m| single(&format!("new {n} {m}"), "text")).collect()).await;
        let claims = store.claim(at(n), 1).await;
        assert_eq!(claims.len(), 1);
        store.finish(at(n), &claims[0]).await;
        waiting.remove(claims[0].batch.key.as_str());
        if waiting.is_empty() {
            return;
        }
    }
    panic!("{waiting:?} were passed over 512 times");
}

pub async fn a_batch_that_fails_delays_no_other_key<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), single("a", "text")).await;
    for n in 1..=100 {
        // The failing batch is due again at once, each time.
        if let Some(claim) =
            store.claim(at(n), 100).await.iter().find(|claim| claim.batch.key.as_str() == "a")
        {
            let again = RetryTerms { counts: false, ..retry_at(at(n)) };
            store.retry(at(n), claim, again).await;
        }
    }
    store.push(at(100), single("b", "text")).await;
    let mut seen = Vec::new();
    for n in 101..=400 {
        let claim = store.claim(at(n), 1).await.remove(0);
        seen.push(claim.batch.key.to_string());
        store.retry(at(n), &claim, RetryTerms { counts: false, ..retry_at(at(n)) }).await;
    }
    assert!(seen.contains(&"a".to_owned()) && seen.contains(&"b".to_owned()), "{seen:?}");
}

pub async fn only_the_head_of_a_line_is_claimed<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![single("a", "1"), single("a", "2"), single("a", "3")]).await;
    for text in ["1", "2", "3"] {
        let claim = store.claim_one(at(1)).await;
        assert_eq!(texts(&claim.batch), [text]);
        store.assert_nothing_due(at(1)).await;
        store.finish(at(1), &claim).await;
    }
}

pub async fn a_lease_that_ran_out_is_claimed_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let first = store.push_and_claim(at(0), "a").await;
    store.assert_nothing_due(at(30) - MILLISECOND).await;
    let second = store.claim_one(at(30)).await;
    assert_eq!(second.batch, first.batch);
    assert!(second.token > first.token, "tokens rise");
    assert_eq!((second.attempt, second.lease_losses), (1, 1));
    assert_eq!(second.lease_until, at(60));
}

pub async fn a_claim_resumes_where_the_last_one_stopped<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let first = store.push_and_claim(at(0), "a").await;
    store.classify(at(1), &first).await;
    let second = store.claim_one(at(30)).await;
    assert_eq!((second.stage, &second.classification), (Stage::Classified, &Some(classification())));
    assert!(second.reply.is_empty());
    store.begin_reply(at(31), &second, "the reply\0 👍", &TERMS).await.expect("begin_reply");
    let third = store.claim_one(at(60)).await;
    assert_eq!((third.stage, &third.classification), (Stage::Replying, &Some(classification())));
    assert_eq!(reply(&third), ["the reply\0 👍"]);
}

/// Checks that the store does not sleep past `truth`, and that this is the truth.
async fn assert_wakes<S: crate::store::Store<TestKey, SmsMessage>>(
    store: &Subject<S>,
    truth: Timestamp,
) -> crate::store::Claim<TestKey, SmsMessage> {
    // The driver's loop: sleep until the next wake, claim, and look again if that was too early.
    let mut slept_until = None;
    loop {
        let wake = store.next_wake().await.expect("something is to be claimed");
        assert!(wake <= truth, "the store says {wake}, the truth is {truth}");
        assert!(
            Some(wake) > slept_until,
            "a claim at {wake} found nothing, and {wake} is still the next wake"
        );
        let mut claims = store.claim_all(wake).await;
        if let Some(claim) = claims.pop() {
            assert_eq!(wake, truth);
            return claim;
        }
        slept_until = Some(wake);
    }
}

pub async fn the_next_wake_is_never_later_than_the_truth<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let sliding = |text: &str| within(Window::sliding(SECOND * 20, MINUTE), message("a", text));
    store.push(at(0), sliding("1")).await;
    store.push(at(10), sliding("2")).await;
    assert_wakes(&store, at(30)).await;
    let claim = assert_wakes(&store, at(60)).await; // The first lease ran out.
    assert_eq!(store.retry(at(61), &claim, retry_at(at(100))).await, Some(at(100)));
    let claim = assert_wakes(&store, at(100)).await;
    let renewed = store.0.renew(at(101), &claim.batch.key, claim.fence(), LEASE).await;
    assert_eq!(renewed.expect("renew"), at(131));
    let claim = assert_wakes(&store, at(131)).await;
    store.push(at(132), message("a", "3")).await;
    assert_eq!(store.finish(at(133), &claim).await, Some(at(192)));
    let claim = assert_wakes(&store, at(192)).await;
    assert_eq!(store.bury(at(193), &claim, false).await.wake_at, None);
    store.requeue(at(200), claim.batch.id).await.expect("requeue");
    let claim = assert_wakes(&store, at(200)).await;
    assert_eq!(store.finish(at(201), &claim).await, None);
}

pub async fn what_comes_forward_brings_the_next_wake_forward<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "text")).await;
    store.flush(at(1), "a").await;
    let claim = assert_wakes(&store, at(1)).await;
    store.finish(at(2), &claim).await;
    store.push(at(10), message("a", "text")).await;
    store.opt_out(at(11), "a", true).await;
    let claim = assert_wakes(&store, at(11)).await;
    store.finish(at(12), &claim).await;
    store.opt_out(at(13), "a", false).await;
    let waiting: BatchId = store.push(at(20), message("a", "text")).await.batch;
    store.requeue(at(21), waiting).await.expect("requeue");
    let claim = assert_wakes(&store, at(21)).await;
    store.retry(at(22), &claim, retry_at(at(1_000))).await;
    store.requeue(at(23), waiting).await.expect("requeue");
    let claim = assert_wakes(&store, at(23)).await;
    store.retry(at(24), &claim, retry_at(at(1_000))).await;
    store.opt_out(at(25), "a", true).await;
    let claim = assert_wakes(&store, at(25)).await;
    store.finish(at(26), &claim).await;
    store.opt_out(at(27), "a", false).await;
    store.push(at(30), message("a", "text")).await;
    let urgent = within(Window::immediate(), message("a", "now"));
    store.push(at(30), urgent).await;
    assert_wakes(&store, at(30)).await;
}

/// A single poll: whatever has happened by now has happened in this process.
pub async fn no_news_comes_from_outside_if_nobody_else_writes<F: StoreFixture>(fixture: &F) {
    use futures::FutureExt;
    let store = Subject::fresh(fixture).await;
    assert!(store.0.changed().now_or_never().is_none());
    store.push_and_claim(at(0), "a").await;
    assert!(store.0.changed().now_or_never().is_none());
}
