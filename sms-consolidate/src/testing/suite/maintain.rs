use std::num::NonZeroU32;

use super::kit::*;
use crate::lane::{LossReason, ReplyRefusal, ReplyTerms};
use crate::store::{Appended, Counts, Status};
use crate::testing::StoreFixture;

pub async fn idle_keys_leave_nothing_behind<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS };
    store.append(at(0), (0..200).map(|n| single(&n.to_string(), "text")).collect()).await;
    for (n, claim) in store.claim_all(at(0)).await.iter().enumerate() {
        match n % 3 {
            0 => _ = store.cancel(at(0), &claim.batch.key).await,
            1 => {
                store.begin_reply(at(0), claim, "reply", &once).await.expect("begin_reply");
                store.finish_replied(at(0), claim).await;
            }
            _ => _ = store.finish(at(0), claim).await,
        }
    }
    store.opt_out(at(0), "for a while", true).await;
    store.opt_out(at(1), "for a while", false).await;
    store.maintain(at(1) + HOUR, 7).await;
    let counts = store.counts(at(1) + HOUR).await;
    assert_eq!(counts, Counts { finished: counts.finished, ..Counts::default() });
}

pub async fn maintenance_goes_in_steps<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), (0..1_000).map(|n| single(&n.to_string(), "text")).collect()).await;
    for claim in store.claim_all(at(0)).await {
        store.cancel(at(0), &claim.batch.key).await; // Each lane remembers the lost claim until its lease ends.
    }
    let before = store.counts(at(1)).await.keys;
    let step = store.0.maintain(at(1) + HOUR, limit(10)).await.expect("maintain");
    let after = store.counts(at(1) + HOUR).await.keys;
    assert!(step.more || after == 0, "{before} keys were idle, {after} still are, and no more is to do");
    assert_eq!(step.lanes_pruned, before - after);
    store.maintain(at(1) + HOUR, 10).await;
    assert_eq!(store.counts(at(1) + HOUR).await.keys, 0);
}

pub async fn maintenance_leaves_what_is_needed<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "dead", "text").await;
    let retrying = store.push_and_claim(at(0), "retrying").await;
    store.retry(at(0), &retrying, retry_at(at(0) + 10 * DAY)).await;
    let claimed = store.push_and_claim(at(0), "claimed").await;
    let closed = store.push(at(0), single("claimed", "behind")).await.batch;
    store.opt_out(at(0), "opted out", true).await;
    let year = at(0) + 365 * DAY;
    let open = store.push(at(1), message("open", "text")).await.batch;
    store.maintain(year, 1_000).await;
    for (id, status) in [
        (dead, Status::Dead),
        (retrying.batch.id, Status::Retrying),
        (claimed.batch.id, Status::Claimed),
        (closed, Status::Closed),
        (open, Status::Open),
    ] {
        let (record, batch) = store.whole(id).await;
        assert_eq!((record.status, batch.messages.len()), (status, 1));
    }
    store.finish(year, &claimed).await;
    for claim in store.claim_all(year).await {
        store.finish(year, &claim).await;
    }
    let claim = store.push_and_claim(year, "opted out").await;
    assert_eq!(store.begin_reply(year, &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn maintenance_keeps_ids_for_their_time<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for n in 0..200 {
        store.push(at(n), with_id(&n.to_string(), "id")).await;
    }
    for claim in store.claim_all(at(300)).await {
        store.finish(at(300), &claim).await;
    }
    for hours in [1, 24, 47] {
        let now = at(0) + HOUR * hours;
        store.maintain(now, 1_000).await;
        for n in 0..200 {
            let again = store.offer(now, with_id(&n.to_string(), "id")).await;
            assert_eq!(again, Appended::Duplicate, "{hours} hours later");
        }
    }
}

pub async fn maintenance_does_not_forget_a_reply_of_the_last_hour<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS };
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(0), &claim, "reply", &once).await.expect("begin_reply");
    store.finish_replied(at(0), &claim).await;
    store.maintain(at(3_599), 1_000).await;
    let claim = store.push_and_claim(at(3_599), "a").await;
    assert_eq!(store.begin_reply(at(3_599), &claim, "reply", &once).await, Err(ReplyRefusal::LoopGuard));
}

pub async fn maintenance_does_not_forget_why_a_claim_was_lost<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.cancel(at(1), "a").await;
    store.maintain(at(29), 1_000).await;
    store.assert_lost(at(29), "a", claim.fence(), LossReason::Cancelled).await;
}
