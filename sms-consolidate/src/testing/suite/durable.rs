use std::num::NonZeroU32;

use super::kit::*;
use crate::lane::{Control, LossReason, ReplyRefusal, ReplyTerms, Requeued, Stage};
use crate::store::{Appended, Filter, RequeueError, Status};
use crate::testing::DurableFixture;

pub async fn it_says_that_it_is_durable<F: DurableFixture>(fixture: &F) {
    let durable = fixture.fresh().await.is_durable();
    assert!(durable, "a store that does not outlive its process runs store_suite!(...)");
}

pub async fn everything_looks_the_same_after_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.dead(at(0), "dead", "text").await;
    let finished = store.push_and_claim(at(1), "finished").await;
    store.classify(at(1), &finished).await;
    store.finish(at(1), &finished).await;
    let retrying = store.push_and_claim(at(2), "retrying").await;
    store.retry(at(2), &retrying, retry_at(at(1_000))).await;
    let claimed = store.push_and_claim(at(3), "claimed").await;
    store.classify(at(3), &claimed).await;
    store.push(at(4), single("claimed", "closed")).await;
    store.append(at(5), vec![message("claimed", "open"), with_id("open", "id")]).await;
    for text in ODD_TEXTS {
        store.push(at(6), message(text, text)).await;
    }
    let before = store.snapshot(at(7)).await;
    let store = store.reopened(fixture).await;
    assert_eq!(store.snapshot(at(7)).await, before);
    let wake = store.next_wake().await.expect("there are unfinished batches");
    assert!(wake <= at(33), "the first lease ends at 33, and the next wake is {wake}");
}

pub async fn a_known_id_is_a_duplicate_after_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![with_id("open", "1"), with_id("finished", "1")]).await;
    store.flush(at(1), "finished").await;
    let claim = store.claim_one(at(1)).await;
    store.finish(at(1), &claim).await;
    let store = store.reopened(fixture).await;
    for key in ["open", "finished"] {
        assert_eq!(store.offer(at(2), with_id(key, "1")).await, Appended::Duplicate, "{key}");
    }
    assert_eq!(store.claim_one(at(60)).await.batch.messages.len(), 1);
}

pub async fn an_open_batch_is_handled_after_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let opened = store.push(at(0), message("a", "1")).await;
    let store = store.reopened(fixture).await;
    let joined = store.push(at(10), message("a", "2")).await;
    assert_eq!((joined.batch, joined.messages), (opened.batch, 2), "it still takes messages in");
    let store = store.reopened(fixture).await;
    store.assert_nothing_due(at(60) - MILLISECOND).await;
    let claim = store.claim_one(at(60)).await;
    assert_eq!((claim.batch.id, texts(&claim.batch)), (opened.batch, vec!["1", "2"]));
    assert_eq!(claim.batch.arrived_at, [at(0), at(10)]);
}

pub async fn a_lease_outlives_a_restart_and_then_runs_out<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let old = store.push_and_claim(at(0), "a").await;
    let store = store.reopened(fixture).await;
    // Another node's worker may hold it, and be alive.
    store.assert_nothing_due(at(30) - MILLISECOND).await;
    let new = store.claim_one(at(30)).await;
    assert_eq!((&new.batch, new.lease_losses), (&old.batch, 1));
    assert!(new.token > old.token);
    store.assert_lost(at(31), "a", old.fence(), LossReason::Stolen).await;
    store.finish(at(31), &new).await;
}

pub async fn a_claim_can_be_finished_after_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    let store = store.reopened(fixture).await;
    store.finish(at(1), &claim).await;
    assert_eq!(store.status(claim.batch.id).await, Status::Finished);
}

pub async fn classification_and_reply_outlive_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let text = "a reply\0 with 👍 and \r\n";
    let claim = store.push_and_claim(at(0), "a").await;
    store.classify(at(1), &claim).await;
    store.begin_reply(at(2), &claim, text, &TERMS).await.expect("begin_reply");
    let store = store.reopened(fixture).await;
    let claim = store.claim_one(at(30)).await;
    assert_eq!((claim.stage, &claim.classification), (Stage::Replying, &Some(classification())));
    assert_eq!(reply(&claim), [text], "the same bytes");
    store.begin_reply(at(31), &claim, "another", &TERMS).await.expect("begin_reply");
    let store = store.reopened(fixture).await;
    let claim = store.claim_one(at(60)).await;
    assert_eq!(reply(&claim), [text]);
    store.bury(at(61), &claim, true).await;
    let store = store.reopened(fixture).await;
    assert!(matches!(store.requeue(at(62), claim.batch.id).await, Err(RequeueError::Finished)));
}

pub async fn a_retry_outlives_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.retry(at(1), &claim, retry_at(at(500))).await;
    let store = store.reopened(fixture).await;
    store.assert_lost(at(2), "a", claim.fence(), LossReason::Stolen).await;
    store.assert_nothing_due(at(500) - MILLISECOND).await;
    let again = store.claim_one(at(500)).await;
    assert_eq!((again.attempt, again.first_claimed_at), (2, at(0)));
    assert_eq!(store.record(again.batch.id).await.error.as_deref(), Some("an error"));
}

pub async fn an_opt_out_outlives_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("by keyword", Control::Stop)).await;
    let stop = store.claim_one(at(0)).await;
    store.finish(at(0), &stop).await;
    store.opt_out(at(0), "by hand", true).await;
    let in_flight = store.push_and_claim(at(1), "muted").await;
    store.opt_out(at(1), "muted", true).await;
    store.opt_out(at(1), "muted", false).await;
    let told = store.snapshot(at(1)).await;
    let store = store.reopened(fixture).await;
    assert_eq!(store.snapshot(at(1)).await, told, "the same senders under the same ids");
    let refused = Err(ReplyRefusal::OptedOut);
    assert_eq!(store.begin_reply(at(2), &in_flight, "reply", &TERMS).await, refused);
    store.finish(at(2), &in_flight).await;
    for key in ["by keyword", "by hand"] {
        let claim = store.push_and_claim(at(40), key).await;
        assert_eq!(store.begin_reply(at(40), &claim, "reply", &TERMS).await, refused, "{key}");
    }
}

pub async fn counted_replies_outlive_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS };
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(0), &claim, "reply", &once).await.expect("begin_reply");
    store.finish_replied(at(0), &claim).await;
    let store = store.reopened(fixture).await;
    let claim = store.push_and_claim(at(1), "a").await;
    assert_eq!(store.begin_reply(at(1), &claim, "reply", &once).await, Err(ReplyRefusal::LoopGuard));
}

pub async fn a_dead_batch_outlives_a_restart_whole<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "a", "the\0text").await;
    let store = store.reopened(fixture).await;
    store.maintain(at(0) + 365 * DAY, 1_000).await;
    assert_eq!(store.counts(at(0) + 365 * DAY).await.keys, 1, "its key's lane stays");
    let (record, batch) = store.whole(dead).await;
    assert_eq!((record.status, record.error.as_deref()), (Status::Dead, Some("an error")));
    assert_eq!(texts(&batch), ["the\0text"]);
    let now = at(0) + 366 * DAY;
    assert!(matches!(store.requeue(now, dead).await, Ok(Requeued::Revived(_))));
    let store = store.reopened(fixture).await;
    assert_eq!(texts(&store.claim_one(now).await.batch), ["the\0text"]);
}

pub async fn what_has_ended_stays_ended_after_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let finished = store.push_and_claim(at(0), "finished").await;
    store.finish(at(0), &finished).await;
    let cancelled = store.push_and_claim(at(0), "cancelled").await;
    store.cancel(at(0), "cancelled").await;
    let store = store.reopened(fixture).await;
    store.assert_nothing_due(at(0) + DAY).await;
    for claim in [finished, cancelled] {
        assert!(matches!(store.requeue(at(0) + DAY, claim.batch.id).await, Err(RequeueError::Finished)));
    }
}

pub async fn time_does_not_run_backwards_over_a_restart<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(30), message("a", "1")).await;
    let store = store.reopened(fixture).await;
    let joined = store.push(at(10), message("a", "2")).await;
    assert_eq!(store.whole(joined.batch).await.1.arrived_at, [at(30), at(30)]);
}

pub async fn a_batch_that_cannot_be_read_is_buried_and_blocks_nobody<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let damaged = store.push(at(0), message("a", "damaged")).await.batch;
    store.append(at(0), vec![message("b", "text"), message("c", "text")]).await;
    fixture.corrupt(&store.0, damaged).await;
    let claims = store.claim_all(at(60)).await;
    let keys: std::collections::BTreeSet<&str> =
        claims.iter().map(|claim| claim.batch.key.as_str()).collect();
    assert_eq!(keys, ["b", "c"].into());
    let dead = store.list(&Filter::newest(9).with_status(Status::Dead)).await;
    assert_eq!(dead.len(), 1, "it is kept, and listed");
    assert_eq!((dead[0].id, dead[0].key.as_str(), dead[0].messages), (damaged, "a", 1));
    assert!(dead[0].error.is_some(), "it says why");
    assert_eq!(store.status(damaged).await, Status::Dead, "asking for it is no failure");
    let next = store.push_and_claim(at(61), "a").await;
    assert_eq!(next.batch.key.as_str(), "a", "its key goes on");
}

pub async fn the_id_of_an_unfinished_batch_is_never_forgotten<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![with_id("open", "1"), with_id("retrying", "1")]).await;
    store.flush(at(0), "retrying").await;
    let claim = store.claim_one(at(0)).await;
    store.retry(at(0), &claim, retry_at(at(0) + 365 * DAY)).await;
    for days in [3, 30, 300] {
        let now = at(0) + DAY * days;
        store.maintain(now, 1_000).await;
        for key in ["open", "retrying"] {
            let again = store.offer(now, with_id(key, "1")).await;
            assert_eq!(again, Appended::Duplicate, "{key}, {days} days later");
        }
    }
}

/// A year is far beyond every retention that makes sense. Two rounds, for stores that forget in generations.
pub async fn what_has_ended_is_pruned_in_the_end<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), (0..50).map(|n| with_id(&n.to_string(), "id")).collect()).await;
    for claim in store.claim_all(at(60)).await {
        store.finish(at(60), &claim).await;
    }
    let first = store.maintain(at(0) + 365 * DAY, 7).await;
    let now = at(0) + 2 * 365 * DAY;
    let second = store.maintain(now, 7).await;
    assert_eq!(first.ids_pruned + second.ids_pruned, 50);
    assert_eq!(store.counts(now).await, crate::store::Counts::default());
    store.push(now, with_id("0", "id")).await;
}

pub async fn a_durable_store_hands_nothing_back<F: DurableFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "open")).await;
    store.dead(at(0), "b", "dead").await;
    let before = store.snapshot(at(0)).await;
    assert!(store.0.hand_back().await.expect("hand_back").is_empty());
    assert_eq!(store.snapshot(at(0)).await, before);
}
