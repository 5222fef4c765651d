use std::num::NonZeroU32;

use super::kit::*;
use crate::lane::{Recorded, ReplyPart, ReplyRefusal, ReplyTerms, RetryTerms, Stage};
use crate::message::SmsMessage;
use crate::store::{Claim, Finish, NoReply, Outcome};
use crate::testing::StoreFixture;

fn once_an_hour() -> ReplyTerms {
    ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS }
}

/// Records a classification and begins a reply in one call.
async fn record_both<S: Store<TestKey, SmsMessage>>(
    store: &Subject<S>,
    now: crate::Timestamp,
    claim: &Claim<TestKey, SmsMessage>,
    terms: &ReplyTerms,
) -> Recorded {
    let terms = ReplyTerms { parts: vec![ReplyPart::new("reply")], ..terms.clone() };
    let found = Some(classification());
    store.0.record(now, &claim.batch.key, claim.fence(), found, Some(terms)).await.expect("record")
}

pub async fn a_classification_and_a_reply_are_recorded_in_one<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    assert_eq!(record_both(&store, at(1), &claim, &TERMS).await.reply, Ok(()));
    assert_eq!(store.record(claim.batch.id).await.classification, Some(classification()));
    let claim = store.claim_one(at(30)).await;
    assert_eq!((claim.stage, claim.classification.as_ref()), (Stage::Replying, Some(&classification())));
    assert_eq!(reply(&claim), ["reply"]);
}

pub async fn a_classification_is_kept_though_its_reply_is_refused<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = once_an_hour();
    let first = store.push_and_claim(at(0), "talks a lot").await;
    store.begin_reply(at(0), &first, "reply", &once).await.expect("the first one of the hour");
    store.finish_replied(at(0), &first).await;
    store.opt_out(at(0), "opted out", true).await;
    let too_long = ReplyTerms { send_timeout: LEASE, ..TERMS };
    for (start, key, terms, why) in [
        (100, "opted out", &TERMS, ReplyRefusal::OptedOut),
        (200, "talks a lot", &once, ReplyRefusal::LoopGuard),
        (300, "is late", &too_long, ReplyRefusal::LeaseTooShort),
    ] {
        let claim = store.push_and_claim(at(start), key).await;
        assert_eq!(record_both(&store, at(start + 1), &claim, terms).await.reply, Err(why));
        let found = Some(classification());
        assert_eq!(store.record(claim.batch.id).await.classification, found, "{why:?}");
        store.retry(at(start + 2), &claim, retry_at(at(start + 2))).await;
        let claim = store.claim_one(at(start + 2)).await;
        assert_eq!((claim.stage, &claim.classification), (Stage::Classified, &found), "{why:?}");
        assert!(claim.reply.is_empty(), "{why:?}");
        store.finish(at(start + 3), &claim).await;
        assert_eq!(store.record(claim.batch.id).await.classification, found, "{why:?}");
    }
}

pub async fn a_reply_keeps_its_parts_in_order<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    let parts: Vec<ReplyPart> = ODD_TEXTS.iter().copied().map(ReplyPart::new).collect();
    let terms = Some(ReplyTerms { parts: parts.clone(), ..TERMS });
    let recorded = store.0.record(at(1), &claim.batch.key, claim.fence(), None, terms).await;
    assert_eq!(recorded.expect("record").reply, Ok(()));
    assert_eq!(store.claim_one(at(30)).await.reply, parts);
}

pub async fn a_reply_keeps_its_first_text<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(1), &claim, "first", &TERMS).await.expect("begin_reply");
    store.begin_reply(at(2), &claim, "second", &TERMS).await.expect("the same conditions hold");
    let claim = store.claim_one(at(30)).await;
    assert_eq!((claim.stage, reply(&claim)), (Stage::Replying, vec!["first"]));
    store.begin_reply(at(31), &claim, "third", &TERMS).await.expect("the same conditions hold");
    assert_eq!(reply(&store.claim_one(at(60)).await), ["first"]);
}

pub async fn a_refused_reply_changes_nothing<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = once_an_hour();
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(0), &claim, "reply", &once).await.expect("the first one of the hour");
    store.finish_replied(at(0), &claim).await;
    let mut claim = store.push_and_claim(at(100), "a").await;
    let refusals =
        [(at(101), &once, ReplyRefusal::LoopGuard), (at(151), &TERMS, ReplyRefusal::LeaseTooShort)];
    for (now, terms, why) in refusals {
        let before = store.snapshot(now).await;
        assert_eq!(store.begin_reply(now, &claim, "refused", terms).await, Err(why));
        assert_eq!(store.snapshot(now).await, before);
        claim = store.claim_one(claim.lease_until).await;
        assert_eq!((claim.stage, reply(&claim)), (Stage::Claimed, vec![]), "{why:?}");
    }
    store.opt_out(at(161), "a", true).await;
    let before = store.snapshot(at(162)).await;
    assert_eq!(store.begin_reply(at(162), &claim, "refused", &TERMS).await, Err(ReplyRefusal::OptedOut));
    assert_eq!(store.snapshot(at(162)).await, before);
    let claim = store.claim_one(claim.lease_until).await;
    assert_eq!((claim.stage, reply(&claim)), (Stage::Claimed, vec![]));
}

pub async fn the_rest_of_the_lease_must_cover_the_sending<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    let late = at(20) + MILLISECOND;
    assert_eq!(store.begin_reply(late, &claim, "reply", &TERMS).await, Err(ReplyRefusal::LeaseTooShort));
    let renewed = store.0.renew(late, &claim.batch.key, claim.fence(), LEASE).await;
    renewed.expect("renew");
    assert_eq!(store.begin_reply(at(40), &claim, "reply", &TERMS).await, Ok(()));
}

pub async fn replies_of_the_last_hour_are_counted<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let twice = ReplyTerms { max_replies_per_hour: NonZeroU32::new(2), ..TERMS };
    let reply = async |now| {
        let claim = store.push_and_claim(now, "a").await;
        let answer = store.begin_reply(now, &claim, "reply", &twice).await;
        if answer.is_ok() {
            let again = store.begin_reply(now, &claim, "reply", &twice).await;
            assert_eq!(again, Ok(()), "one batch counts once");
        }
        store.finish_replied(now, &claim).await;
        store.maintain(now, 1_000).await;
        answer
    };
    assert_eq!(reply(at(0)).await, Ok(()));
    assert_eq!(reply(at(1_800)).await, Ok(()));
    assert_eq!(reply(at(3_599)).await, Err(ReplyRefusal::LoopGuard));
    assert_eq!(reply(at(3_600)).await, Ok(()));
    assert_eq!(reply(at(3_601)).await, Err(ReplyRefusal::LoopGuard));
}

pub async fn a_reply_that_was_certainly_not_sent_does_not_count<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = once_an_hour();
    for n in 0..3 {
        let mut claim = store.push_and_claim(at(n), "a").await;
        store.begin_reply(at(n), &claim, "reply", &once).await.expect("none was sent before");
        match n {
            0 => {
                store.retry(at(n), &claim, retry_at(at(n))).await;
                claim = store.claim_one(at(n)).await;
                store.begin_reply(at(n), &claim, "reply", &once).await.expect("the first try was not sent");
                let rejected = Finish::new(Outcome::NoReply(NoReply::Rejected));
                store.0.finish(at(n), &claim.batch.key, claim.fence(), rejected).await.expect("finish");
            }
            1 => _ = store.bury(at(n), &claim, false).await,
            _ => store.finish_replied(at(n), &claim).await,
        }
    }
    let claim = store.push_and_claim(at(3), "a").await;
    assert_eq!(store.begin_reply(at(3), &claim, "reply", &once).await, Err(ReplyRefusal::LoopGuard));
}

pub async fn a_reply_that_may_have_been_sent_counts<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = once_an_hour();
    for how in ["retry", "bury", "unknown"] {
        let mut claim = store.push_and_claim(at(0), how).await;
        store.begin_reply(at(0), &claim, "reply", &once).await.expect("the first one of the hour");
        match how {
            "retry" => {
                store.retry(at(1), &claim, RetryTerms { maybe_sent: true, ..retry_at(at(1)) }).await;
                claim = store.claim_one(at(1)).await;
                store.finish_replied(at(1), &claim).await;
            }
            "bury" => _ = store.bury(at(1), &claim, true).await,
            _ => {
                let unknown = Finish::new(Outcome::ReplyUnknown);
                store.0.finish(at(1), &claim.batch.key, claim.fence(), unknown).await.expect("finish");
            }
        }
        let claim = store.push_and_claim(at(2), how).await;
        let refused = Err(ReplyRefusal::LoopGuard);
        assert_eq!(store.begin_reply(at(2), &claim, "reply", &once).await, refused, "{how}");
    }
}
