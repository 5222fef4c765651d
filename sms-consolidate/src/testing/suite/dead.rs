use super::kit::*;
use crate::lane::{Abandoned, Buried, Control, MAX_DEAD, ReplyRefusal, Requeued};
use crate::store::{Appended, Filter, NoReply, Outcome, RequeueError, Status};
use crate::testing::StoreFixture;

/// Requeues a dead batch, which must come back. Returns its new id.
async fn revive<S: Store<TestKey, crate::SmsMessage>>(
    store: &Subject<S>,
    now: crate::Timestamp,
    dead: crate::BatchId,
) -> crate::BatchId {
    match store.requeue(now, dead).await {
        Ok(Requeued::Revived(id)) => id,
        other => panic!("a dead batch comes back, and the store returned {other:?}"),
    }
}

pub async fn the_id_of_a_dead_batch_is_never_forgotten<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![with_id("a", "1"), with_id("a", "2")]).await;
    let claim = store.claim_one(at(60)).await;
    store.bury(at(60), &claim, false).await;
    let assert_known = async |now, when: &str| {
        store.maintain(now, 1_000).await;
        let before = store.snapshot(now).await;
        for id in ["1", "2"] {
            assert_eq!(store.offer(now, with_id("a", id)).await, Appended::Duplicate, "{id} {when}");
        }
        assert_eq!(store.snapshot(now).await, before, "a redelivery {when} changes nothing");
    };
    for days in [3, 30, 365] {
        assert_known(at(0) + DAY * days, "while it is dead").await;
    }
    let now = at(0) + 366 * DAY;
    revive(&store, now, claim.batch.id).await;
    assert_known(now, "after it was requeued").await;
    let revived = store.claim_one(now).await;
    assert_eq!(revived.batch.messages, claim.batch.messages);
    assert_known(now + SECOND, "while it is in flight again").await;
    store.bury(now + SECOND, &revived, false).await;
    assert_known(now + 365 * DAY, "after it died again").await;
}

pub async fn a_key_with_a_dead_batch_is_not_forgotten<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "a", "text").await;
    let year = at(0) + 365 * DAY;
    store.maintain(year, 1_000).await;
    let counts = store.counts(year).await;
    assert_eq!((counts.keys, counts.dead), (1, 1));
    let (record, batch) = store.whole(dead).await;
    assert_eq!((record.status, texts(&batch)), (Status::Dead, vec!["text"]));
    revive(&store, year, dead).await;
    let claim = store.claim_one(year).await;
    store.finish(year, &claim).await;
    store.maintain(year + DAY, 1_000).await;
    let counts = store.counts(year + DAY).await;
    assert_eq!((counts.keys, counts.dead), (0, 0));
}

pub async fn one_dead_batch_too_many_gives_up_the_oldest<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let other = store.dead(at(0), "b", "another key").await;
    store.append(at(0), vec![with_id("a", "1"), with_id("a", "2")]).await;
    let first = store.claim_one(at(60)).await;
    store.classify(at(60), &first).await;
    store.bury(at(60), &first, false).await;
    let second = store.dead(at(61), "a", "2").await;
    for n in 2..MAX_DEAD {
        store.dead(at(61), "a", &n.to_string()).await;
    }
    let before = store.record(first.batch.id).await;
    let last = store.push_and_claim(at(100), "a").await;
    let buried = store.bury(at(100), &last, false).await.answer;
    let Buried::Dead { abandoned: Some(Abandoned { batch, messages, at: when }) } = buried else {
        panic!("the oldest is given up, and the store returned {buried:?}")
    };
    assert_eq!((batch, messages, when), (first.batch.id, 2, at(100)));
    let outcome = Some(Outcome::NoReply(NoReply::Abandoned));
    let expected =
        crate::store::Record { status: Status::Finished, outcome, ended_at: Some(at(100)), ..before };
    assert_eq!(store.record(first.batch.id).await, expected, "all else that was known of it stays");
    assert!(matches!(store.requeue(at(101), first.batch.id).await, Err(RequeueError::Finished)));
    let counts = store.counts(at(101)).await;
    assert_eq!((counts.dead, counts.finished, counts.messages_buffered), (MAX_DEAD as u64 + 1, 1, 0));
    let dead = store.ids(&Filter::newest(1_000).with_status(Status::Dead)).await;
    assert_eq!(dead.len(), MAX_DEAD + 1);
    assert!(dead.contains(&last.batch.id) && dead.contains(&second) && dead.contains(&other));
    assert_eq!(store.offer(at(101), with_id("a", "1")).await, Appended::Duplicate, "for its time");
    revive(&store, at(102), second).await;
    assert_eq!(texts(&store.claim_one(at(102)).await.batch), ["2"]);
}

pub async fn a_batch_that_was_opted_out_comes_back_without_a_reply<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.push(at(1), control("a", Control::Stop)).await;
    store.bury(at(2), &claim, false).await;
    let stop = store.claim_one(at(2)).await;
    store.finish(at(2), &stop).await;
    store.opt_out(at(3), "a", false).await;
    revive(&store, at(4), claim.batch.id).await;
    let revived = store.claim_one(at(4)).await;
    assert_eq!(texts(&revived.batch), ["text"]);
    assert_eq!(store.begin_reply(at(4), &revived, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_dead_batch_comes_back_as_what_it_was<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("a", Control::Help)).await;
    let claim = store.claim_one(at(0)).await;
    store.classify(at(0), &claim).await;
    store.begin_reply(at(0), &claim, "we are", &TERMS).await.expect("begin_reply");
    store.bury(at(0), &claim, false).await;
    let id = revive(&store, at(1), claim.batch.id).await;
    let revived = store.claim_one(at(1)).await;
    let (then, now) = (&claim.batch, &revived.batch);
    assert_eq!((now.id, now.opened_at), (id, at(1)));
    assert_eq!((&now.messages, &now.arrived_at), (&then.messages, &then.arrived_at));
    assert_eq!((now.control, now.has_content), (then.control, then.has_content));
    assert_eq!((&revived.classification, reply(&revived)), (&None, vec![]), "it is handled anew");
    let record = store.record(id).await;
    assert_eq!((record.classification, record.error), (None, None));
}
