use std::collections::BTreeSet;

use futures::FutureExt;

use super::kit::*;
use super::races::{assert_no_reply_begins_once_opted_out, assert_opted_out_once, claim_out, together};
use crate::clock::{Clock, SystemClock};
use crate::lane::{Control, LossReason, ReplyRefusal, Requeued};
use crate::store::{Appended, RequeueError};
use crate::testing::SharedFixture;

/// Longer than any node may take to hear of another's writes.
const NEWS_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

pub async fn an_id_is_known_on_every_node<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    a.push(at(0), with_id("a", "1")).await;
    assert_eq!(b.offer(at(0), with_id("a", "1")).await, Appended::Duplicate);
}

pub async fn nodes_share_the_batch_of_a_new_key<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    for round in 0..10 {
        let key = format!("key {round}");
        let push = |node: usize| {
            let (store, key) = ([&a, &b][node].clone(), key.clone());
            async move {
                for n in 0..10 {
                    store.push(at(0), message(&key, &format!("{node} {n}"))).await;
                }
            }
        };
        together((0..2).map(push)).await;
    }
    let claims = a.claim_all(at(60)).await;
    assert_eq!(claims.len(), 10, "one batch per key");
    for claim in claims {
        let distinct: BTreeSet<&str> = texts(&claim.batch).into_iter().collect();
        assert_eq!((claim.batch.messages.len(), distinct.len()), (20, 20), "no update is lost");
    }
}

pub async fn no_batch_is_claimed_on_two_nodes<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    for round in 0..10 {
        let now = at(round);
        a.append(now, (0..100).map(|n| single(&format!("{round} {n}"), "text")).collect()).await;
        let claims = together([&a, &b, &a, &b].map(|node| claim_out(node.clone(), now))).await;
        let claims = claims.into_iter().flatten().chain(claim_out(b.clone(), now).await);
        let ids: Vec<_> = claims.map(|claim| claim.batch.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a batch was claimed twice");
        assert_eq!(ids.len(), 100);
    }
}

pub async fn a_claim_lost_to_another_node_is_refused<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    let old = a.push_and_claim(at(0), "a").await;
    let new = b.claim_one(at(30)).await;
    assert_eq!(new.batch, old.batch);
    a.assert_lost(at(31), "a", old.fence(), LossReason::Stolen).await;
    b.finish(at(31), &new).await;
}

pub async fn a_stop_holds_on_every_node<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    let claim = a.push_and_claim(at(0), "a").await;
    b.push(at(1), control("a", Control::Stop)).await;
    assert_eq!(a.begin_reply(at(1), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn no_reply_begins_once_another_node_has_opted_out<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    assert_no_reply_begins_once_opted_out(&a, &b).await;
}

pub async fn of_stops_on_many_nodes_one_opts_the_sender_out<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    assert_opted_out_once(&[a, b]).await;
}

pub async fn a_batch_is_brought_back_on_one_node_only<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    for round in 0..10 {
        let dead = a.dead(at(0), &format!("key {round}"), "text").await;
        let requeue = |node: &Subject<F::Store>| {
            let store = node.clone();
            async move { store.requeue(at(0), dead).await }
        };
        let results = together([&a, &b].map(requeue)).await;
        let revived = results.iter().filter(|result| matches!(result, Ok(Requeued::Revived(_)))).count();
        let unknown = results.iter().filter(|result| matches!(result, Err(RequeueError::Unknown))).count();
        assert_eq!((revived, unknown), (1, 1), "{results:?}");
        let claim = b.claim_one(at(0)).await;
        b.finish(at(0), &claim).await;
    }
}

/// In real time: the news travels as the store makes it travel.
pub async fn a_node_hears_of_what_another_appends<F: SharedFixture>(fixture: &F) {
    let a = Subject::fresh(fixture).await;
    let b = a.another(fixture).await;
    let clock = SystemClock::new();
    for round in 0..3 {
        // A future that is dropped takes no news with it.
        let _ = b.0.changed().now_or_never();
        a.push(at(round), message(&round.to_string(), "text")).await;
        let deadline = clock.sleep_until(clock.now() + NEWS_WITHIN);
        tokio::select! {
            () = b.0.changed() => {}
            () = deadline => panic!("round {round}: no news within {NEWS_WITHIN:?}"),
        }
        let wake = b.next_wake().await;
        assert!(wake.is_some_and(|wake| wake <= at(60)), "{wake:?}");
    }
}
