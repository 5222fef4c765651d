use super::kit::*;
use crate::store::Store;
use crate::testing::StoreFixture;

pub async fn it_says_that_it_is_not_durable<F: StoreFixture>(fixture: &F) {
    let durable = fixture.fresh().await.is_durable();
    assert!(!durable, "a durable store runs store_suite!(durable: ...), which has more cases");
}

pub async fn what_would_be_lost_is_handed_back<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "a", "dead").await;
    let finished = store.push_and_claim(at(0), "b").await;
    store.finish(at(0), &finished).await;
    let claimed = store.push_and_claim(at(1), "c").await;
    let behind = store.push(at(2), message("c", "behind")).await.batch;
    let retrying = store.push_and_claim(at(3), "d").await;
    store.retry(at(3), &retrying, retry_at(at(60))).await;
    let open = store.push(at(4), message("e", "open")).await.batch;
    store.push(at(5), message("e", "joined")).await;

    let batches = store.0.hand_back().await.expect("hand_back");
    let ids: Vec<_> = batches.iter().map(|batch| batch.id).collect();
    assert_eq!(ids, [dead, claimed.batch.id, behind, retrying.batch.id, open], "oldest first");
    assert_eq!(texts(&batches[4]), ["open", "joined"]);
    let counts = store.counts(at(6)).await;
    assert_eq!((counts.messages_buffered, counts.dead, counts.claimed), (0, 0, 0));
    assert!(store.0.hand_back().await.expect("hand_back").is_empty());
}

pub async fn what_may_have_been_answered_is_not_handed_back<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(0), &claim, "a reply", &TERMS).await.expect("begin_reply");
    let behind = store.push(at(1), message("a", "behind")).await.batch;
    let batches = store.0.hand_back().await.expect("hand_back");
    assert_eq!(batches.iter().map(|batch| batch.id).collect::<Vec<_>>(), [behind]);
    assert_eq!(store.record(claim.batch.id).await.outcome, Some(crate::store::Outcome::ReplyUnknown));
}
