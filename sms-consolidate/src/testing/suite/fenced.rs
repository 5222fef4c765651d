use super::kit::*;
use crate::Timestamp;
use crate::classify::{Classification, Label, Usage};
use crate::lane::{Fence, LossReason, RetryTerms, Stage, Supersede};
use crate::reply::Receipt;
use crate::store::{Arrival, FencedError, Finish, NoReply, Outcome, RequeueError, Status};
use crate::testing::StoreFixture;

pub async fn a_renewed_lease_ends_later<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    let renew =
        async |now, lease| store.0.renew(now, &claim.batch.key, claim.fence(), lease).await.expect("renew");
    assert_eq!(renew(at(20), LEASE).await, at(50));
    assert_eq!(renew(at(21), SECOND).await, at(50), "a lease is never shortened");
    store.assert_nothing_due(at(50) - MILLISECOND).await;
    assert_eq!(store.claim_one(at(50)).await.lease_losses, 1);
}

pub async fn a_stolen_claim_is_refused_and_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let old = store.push_and_claim(at(0), "a").await;
    let new = store.claim_one(at(30)).await;
    store.assert_lost(at(31), "a", old.fence(), LossReason::Stolen).await;
    // What no record shows: the lease, the stage and the reply of the new holder.
    store.assert_nothing_due(at(60) - MILLISECOND).await;
    let next = store.claim_one(at(60)).await;
    assert_eq!((next.stage, &next.classification, reply(&next)), (Stage::Claimed, &None, vec![]));
    assert_eq!((next.attempt, next.lease_losses), (1, 2));
    store.finish(at(61), &next).await;
    for claim in [old, new, next] {
        store.assert_lost(at(62), "a", claim.fence(), LossReason::Stolen).await;
    }
}

pub async fn a_superseded_claim_is_refused_and_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "1")).await;
    let old = store.claim_one(at(60)).await;
    let later = Arrival { supersede: Supersede::Within(2 * MINUTE), ..message("a", "2") };
    store.push(at(61), later).await;
    store.assert_lost(at(61), "a", old.fence(), LossReason::Superseded).await;
    let new = store.claim_one(at(61)).await;
    store.assert_lost(at(62), "a", old.fence(), LossReason::Superseded).await;
    assert_eq!((new.stage, &new.classification, reply(&new)), (Stage::Claimed, &None, vec![]));
    store.finish(at(63), &new).await;
    store.assert_lost(at(64), "a", old.fence(), LossReason::Superseded).await;
}

pub async fn a_cancelled_claim_is_refused_and_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let old = store.push_and_claim(at(0), "a").await;
    assert_eq!(ids(&store.cancel(at(1), "a").await), [old.batch.id]);
    store.assert_lost(at(1), "a", old.fence(), LossReason::Cancelled).await;
    store.maintain(at(2), 1_000).await;
    store.assert_lost(at(2), "a", old.fence(), LossReason::Cancelled).await;
    store.push(at(3), message("a", "next")).await;
    store.assert_lost(at(4), "a", old.fence(), LossReason::Cancelled).await;
    store.assert_nothing_due(at(62)).await;
}

pub async fn a_refused_write_leaves_an_idle_key_as_it_is<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.cancel(at(1), "a").await;
    // The lease is over, so that nobody need know any more why it was lost.
    let before = store.snapshot(at(40)).await;
    assert!(matches!(store.try_finish(at(40), &claim).await, Err(FencedError::Lost(_))));
    assert_eq!(store.snapshot(at(40)).await, before);
}

pub async fn a_claim_that_was_given_back_is_refused<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let old = store.push_and_claim(at(0), "a").await;
    store.retry(at(1), &old, retry_at(at(10))).await;
    store.assert_lost(at(2), "a", old.fence(), LossReason::Stolen).await;
    let new = store.claim_one(at(10)).await;
    store.assert_lost(at(11), "a", old.fence(), LossReason::Stolen).await;
    store.bury(at(12), &new, false).await;
    store.assert_lost(at(13), "a", new.fence(), LossReason::Stolen).await;
    assert_eq!(store.status(new.batch.id).await, Status::Dead);
}

pub async fn a_claim_holds_for_its_key_and_batch_only<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let a = store.push_and_claim(at(0), "a").await;
    let b = store.push_and_claim(at(0), "b").await;
    for (key, fence) in [
        ("b", a.fence()),
        ("nobody", a.fence()),
        ("a", Fence { batch: b.batch.id, token: a.token }),
        ("b", Fence { batch: a.batch.id, token: b.token }),
    ] {
        store.assert_lost(at(1), key, fence, LossReason::Stolen).await;
    }
    store.finish(at(2), &a).await;
    store.finish(at(2), &b).await;
}

pub async fn a_lease_that_ran_out_holds_until_somebody_takes_it<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.classify(at(40), &claim).await;
    let renewed = store.0.renew(at(50), &claim.batch.key, claim.fence(), LEASE).await;
    assert_eq!(renewed.expect("nobody took it"), at(80));
    store.finish(at(100), &claim).await;
    assert_eq!(store.status(claim.batch.id).await, Status::Finished);
}

pub async fn repeating_a_fenced_write_is_safe<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    for _ in 0..2 {
        store.classify(at(1), &claim).await;
        store.begin_reply(at(1), &claim, "reply", &TERMS).await.expect("begin_reply");
    }
    store.finish(at(2), &claim).await;
    let before = store.snapshot(at(3)).await;
    assert_eq!(lost(store.try_finish(at(3), &claim).await), LossReason::Stolen);
    assert_eq!(store.snapshot(at(3)).await, before);
}

/// Who is told that a claim is gone, and does not know whether that was by an own write, looks here.
pub async fn what_ended_a_batch_and_when_shows_in_its_record<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let finished = store.push_and_claim(at(0), "finished").await;
    let dead = store.push_and_claim(at(0), "dead").await;
    store.finish(at(5), &finished).await;
    store.bury(at(5), &dead, false).await;
    let off = Some(Outcome::NoReply(NoReply::Off));
    for (claim, status, outcome) in [(finished, Status::Finished, off), (dead, Status::Dead, None)] {
        assert_eq!(lost(store.try_finish(at(40), &claim).await), LossReason::Stolen);
        let record = store.record(claim.batch.id).await;
        assert_eq!((record.status, record.outcome, record.ended_at), (status, outcome, Some(at(5))));
    }
}

pub async fn a_classification_is_kept_whole<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    let usage = Usage {
        prompt_tokens: 1,
        cached_tokens: 2,
        completion_tokens: 3,
        reasoning_tokens: u64::from(u32::MAX) + 4,
    };
    let classification = Classification::new(Label::new("MAYBE 'é\0"), "a method")
        .with_confidence(0.1)
        .with_usage(usage)
        .with_proposed_reply("proposed\n\0 👍");
    let found = Some(classification.clone());
    store.0.record(at(1), &claim.batch.key, claim.fence(), found, None).await.expect("record");
    assert_eq!(store.record(claim.batch.id).await.classification, Some(classification.clone()));
    store.retry(at(2), &claim, retry_at(at(10))).await;
    let claim = store.claim_one(at(10)).await;
    assert_eq!((claim.stage, &claim.classification), (Stage::Classified, &Some(classification.clone())));
    store.finish(at(11), &claim).await;
    assert_eq!(store.record(claim.batch.id).await.classification, Some(classification));
}

pub async fn a_finish_may_bring_the_classification<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let other = Classification::new(Label::NOT_AGREE, "another method");
    let off = Finish::new(Outcome::NoReply(NoReply::Off));
    for (key, is_recorded, brought, expected) in [
        ("neither", false, None, None),
        ("brought", false, Some(other.clone()), Some(other.clone())),
        ("recorded", true, None, Some(classification())),
        ("both", true, Some(other.clone()), Some(other.clone())),
    ] {
        let claim = store.push_and_claim(at(0), key).await;
        if is_recorded {
            store.classify(at(0), &claim).await;
        }
        let finish = off.clone().with_classification(brought);
        store.0.finish(at(1), &claim.batch.key, claim.fence(), finish).await.expect("finish");
        assert_eq!(store.record(claim.batch.id).await.classification, expected, "{key}");
    }
}

pub async fn what_went_wrong_is_shown_until_something_else_does<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    assert_eq!(store.record(claim.batch.id).await.error, None);
    store.retry(at(0), &claim, retry_at(at(1))).await;
    let claim = store.claim_one(at(1)).await;
    store.classify(at(1), &claim).await;
    assert_eq!(store.record(claim.batch.id).await.error.as_deref(), Some("an error"));
    store.finish(at(2), &claim).await;
    assert_eq!(store.record(claim.batch.id).await.error.as_deref(), Some("an error"));
}

pub async fn a_finished_batch_is_over<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    assert_eq!(store.finish(at(1), &claim).await, None);
    let record = store.record(claim.batch.id).await;
    assert_eq!((record.status, record.ended_at, record.attempts), (Status::Finished, Some(at(1)), 1));
    let counts = store.counts(at(1)).await;
    assert_eq!((counts.finished, counts.claimed, counts.messages_buffered), (1, 0, 0));
    store.assert_nothing_due(at(1) + DAY).await;
    assert!(matches!(store.requeue(at(2), claim.batch.id).await, Err(RequeueError::Finished)));
}

pub async fn every_outcome_is_recorded<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let no_replies = [
        NoReply::Off,
        NoReply::OptedOut,
        NoReply::Stale,
        NoReply::NoTemplate,
        NoReply::AnsweredByGateway,
        NoReply::LoopGuard,
        NoReply::Cancelled,
        NoReply::Rejected,
        NoReply::Unreachable,
        NoReply::Abandoned,
        NoReply::NoOwnWords,
    ];
    let receipts = [Receipt::new("SM\0é'1"), Receipt::default()];
    let replied = [vec![], vec![receipts[0].clone()], receipts.to_vec()].map(Outcome::Replied);
    let outcomes = no_replies.map(Outcome::NoReply).into_iter().chain(replied).chain([Outcome::ReplyUnknown]);
    for (seconds, outcome) in (0..).zip(outcomes) {
        let key = format!("key {seconds}");
        let claim = store.push_and_claim(at(seconds), &key).await;
        let finish = Finish::new(outcome.clone()).with_error("a cause\0 👍");
        store.0.finish(at(seconds), &claim.batch.key, claim.fence(), finish).await.expect("finish");
        let record = store.record(claim.batch.id).await;
        assert_eq!((record.outcome, record.error.as_deref()), (Some(outcome), Some("a cause\0 👍")));
    }
}

pub async fn a_finish_returns_when_the_key_next_wakes<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let ends: [(&str, Timestamp); 3] = [("finish", at(0)), ("bury", at(1_000)), ("cancel", at(2_000))];
    for (how, start) in ends {
        let claim = store.push_and_claim(start, how).await;
        store.push(start + SECOND, message(how, "next")).await;
        let due = start + SECOND + MINUTE;
        match how {
            "finish" => assert_eq!(store.finish(start + 2 * SECOND, &claim).await, Some(due)),
            "bury" => assert_eq!(store.bury(start + 2 * SECOND, &claim, false).await.wake_at, Some(due)),
            _ => assert_eq!(store.cancel(start + 2 * SECOND, how).await.len(), 2),
        }
        store.assert_nothing_due(due - MILLISECOND).await;
        let left = store.claim_all(due).await;
        assert_eq!(left.len(), usize::from(how != "cancel"), "{how}");
        for claim in left {
            assert_eq!(store.finish(due, &claim).await, None);
        }
    }
}

pub async fn a_retry_waits_for_its_time_with_the_same_messages<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let first = store.push_and_claim(at(0), "a").await;
    assert_eq!(store.retry(at(1), &first, retry_at(at(100))).await, Some(at(100)));
    let record = store.record(first.batch.id).await;
    assert_eq!((record.status, record.error.as_deref()), (Status::Retrying, Some("an error")));
    let later =
        store.push(at(2), Arrival { supersede: Supersede::Within(DAY), ..message("a", "later") }).await;
    assert_ne!(later.batch, first.batch.id, "a batch that waits for a retry takes nothing in");
    store.assert_nothing_due(at(100) - MILLISECOND).await;
    let second = store.claim_one(at(100)).await;
    assert_eq!(second.batch, first.batch);
    assert_eq!((second.attempt, second.first_claimed_at), (2, at(0)));
    assert!(second.token > first.token);
    assert_eq!(store.finish(at(101), &second).await, Some(at(62)), "the batch behind is due already");
}

pub async fn an_attempt_that_does_not_count_is_not_counted<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let mut claim = store.push_and_claim(at(0), "a").await;
    for (n, counts, attempt) in [(1, false, 1), (2, true, 2), (3, false, 2), (4, true, 3)] {
        store.retry(at(n), &claim, RetryTerms { counts, ..retry_at(at(n)) }).await;
        claim = store.claim_one(at(n)).await;
        assert_eq!(claim.attempt, attempt, "after try {n}");
    }
}

pub async fn a_reply_that_was_not_sent_begins_anew_with_its_text<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.classify(at(1), &claim).await;
    store.begin_reply(at(2), &claim, "first", &TERMS).await.expect("begin_reply");
    store.retry(at(3), &claim, RetryTerms { maybe_sent: true, ..retry_at(at(10)) }).await;
    let claim = store.claim_one(at(10)).await;
    assert_eq!((claim.stage, reply(&claim)), (Stage::Replying, vec!["first"]));
    store.retry(at(11), &claim, retry_at(at(20))).await;
    let claim = store.claim_one(at(20)).await;
    assert_eq!((claim.stage, reply(&claim)), (Stage::Classified, vec!["first"]));
    assert_eq!(claim.classification, Some(classification()));
    store.begin_reply(at(21), &claim, "second", &TERMS).await.expect("begin_reply");
    let claim = store.claim_one(at(50)).await;
    assert_eq!((claim.stage, reply(&claim)), (Stage::Replying, vec!["first"]), "decided once for all tries");
}

pub async fn a_dead_batch_is_kept_whole<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "1")).await;
    store.push(at(1), with_id("a", "2")).await;
    let claim = store.claim_one(at(60)).await;
    store.classify(at(61), &claim).await;
    assert_eq!(
        store.bury(at(62), &claim, true).await.wake_at,
        None,
        "no reply was begun, so none may have gone out"
    );
    let (record, batch) = store.whole(claim.batch.id).await;
    assert_eq!((record.status, record.ended_at), (Status::Dead, Some(at(62))));
    assert_eq!((record.error.as_deref(), record.outcome), (Some("an error"), None));
    assert_eq!((record.classification, record.messages), (Some(classification()), 2));
    assert_eq!((batch.messages, batch.arrived_at), (claim.batch.messages.clone(), vec![at(0), at(1)]));
    store.assert_nothing_due(at(62) + DAY).await;
    let counts = store.counts(at(62)).await;
    assert_eq!((counts.dead, counts.finished, counts.messages_buffered), (1, 0, 0));
}

pub async fn a_batch_whose_reply_may_be_out_is_not_dead_but_over<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for (maybe_sent, status, outcome) in
        [(true, Status::Finished, Some(Outcome::ReplyUnknown)), (false, Status::Dead, None)]
    {
        let claim = store.push_and_claim(at(0), "a").await;
        store.begin_reply(at(0), &claim, "reply", &TERMS).await.expect("begin_reply");
        store.bury(at(0), &claim, maybe_sent).await;
        let record = store.record(claim.batch.id).await;
        assert_eq!((record.status, record.outcome), (status, outcome));
        assert_eq!(record.error.as_deref(), Some("an error"));
        let requeued = store.requeue(at(0), claim.batch.id).await;
        assert_eq!(matches!(requeued, Err(RequeueError::Finished)), maybe_sent);
    }
    assert!(store.claim_one(at(0)).await.reply.is_empty(), "a batch brought back begins anew");
}
