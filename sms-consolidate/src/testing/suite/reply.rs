use std::num::NonZeroU32;

use super::kit::*;
use crate::lane::{CloseReason, Control, Entry, Keyword, ReplyRefusal, ReplyTerms, Stage};
use crate::message::SmsMessage;
use crate::optout::OptOutCause;
use crate::store::{Arrival, Status};
use crate::testing::StoreFixture;

fn yes(key: &str) -> Arrival<TestKey, SmsMessage> {
    Arrival { keyword: Some((Keyword::StartIfStopped, OptOutCause::Keyword)), ..message(key, "YES") }
}

fn confirms_stop() -> ReplyTerms {
    ReplyTerms { control: Some(Control::Stop), ..TERMS }
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
    let once = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS };
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

pub async fn a_reply_that_was_withdrawn_does_not_count<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let once = ReplyTerms { max_replies_per_hour: NonZeroU32::new(1), ..TERMS };
    let mut claim = store.push_and_claim(at(0), "a").await;
    for n in 1..4 {
        store.begin_reply(at(n), &claim, "reply", &once).await.expect("the others were not sent");
        store.retry(at(n), &claim, retry_at(at(n))).await;
        claim = store.claim_one(at(n)).await;
    }
}

pub async fn a_stop_takes_effect_with_its_message<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "1")).await;
    let accepted = store.push(at(1), control("a", Control::Stop)).await;
    assert_eq!((accepted.entry, accepted.due_at), (Entry::Joined, at(1)), "the open batch closes now");
    assert_eq!(accepted.control, Some(Control::Stop));
    let claim = store.claim_one(at(1)).await;
    let batch = &claim.batch;
    assert_eq!((batch.control, batch.close_reason), (Some(Control::Stop), CloseReason::OptOut));
    assert!(batch.has_content);
    assert_eq!(store.record(batch.id).await.control, Some(Control::Stop));
    assert_eq!(store.begin_reply(at(2), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
    assert_eq!(store.begin_reply(at(2), &claim, "confirmed", &confirms_stop()).await, Ok(()));
    store.finish(at(3), &claim).await;
    let claim = store.push_and_claim(at(4), "a").await;
    assert_eq!(store.begin_reply(at(4), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_repeated_stop_is_not_confirmed_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for (now, expected) in [(at(0), Ok(())), (at(10), Err(ReplyRefusal::OptedOut))] {
        store.push(now, control("a", Control::Stop)).await;
        let claim = store.claim_one(now).await;
        assert!(!claim.batch.has_content);
        assert_eq!(store.begin_reply(now, &claim, "confirmed", &confirms_stop()).await, expected);
        store.finish(now, &claim).await;
    }
}

pub async fn a_stop_reaches_the_batches_before_it<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let in_flight = store.push_and_claim(at(0), "a").await;
    store.push(at(1), single("a", "behind")).await;
    store.push(at(2), control("a", Control::Stop)).await;
    // A start does not give the older batches their replies back.
    store.push(at(3), control("a", Control::Start)).await;
    let refused = store.begin_reply(at(3), &in_flight, "reply", &TERMS).await;
    assert_eq!(refused, Err(ReplyRefusal::OptedOut));
    store.finish(at(4), &in_flight).await;
    // The stop passes what waits, so that its confirmation is not late.
    let stop = store.claim_one(at(4)).await;
    assert_eq!(texts(&stop.batch), ["keyword"]);
    assert_eq!(store.begin_reply(at(4), &stop, "confirmed", &confirms_stop()).await, Ok(()));
    store.finish(at(4), &stop).await;
    let behind = store.claim_one(at(4)).await;
    assert_eq!(texts(&behind.batch), ["behind"]);
    assert_eq!(store.begin_reply(at(4), &behind, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn a_stop_makes_a_retry_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.retry(at(1), &claim, retry_at(at(1_000))).await;
    let report = store.append(at(2), vec![control("a", Control::Stop)]).await;
    assert_eq!(report.wake_at, Some(at(2)));
    let claim = store.claim_one(at(2)).await;
    assert_eq!(store.begin_reply(at(2), &claim, "reply", &TERMS).await, Err(ReplyRefusal::OptedOut));
}

pub async fn yes_is_a_start_only_while_opted_out<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_eq!(store.push(at(0), yes("a")).await.control, None);
    store.push(at(1), control("a", Control::Stop)).await;
    let claim = store.claim_one(at(1)).await;
    store.finish(at(1), &claim).await;
    assert_eq!(store.push(at(2), yes("a")).await.control, Some(Control::Start));
    assert_eq!(store.push(at(3), yes("a")).await.control, None);
    let claim = store.claim_one(at(62)).await;
    assert_eq!((claim.batch.control, claim.batch.has_content), (Some(Control::Start), true));
    assert_eq!(store.begin_reply(at(62), &claim, "reply", &TERMS).await, Ok(()));
}

pub async fn help_closes_its_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), control("a", Control::Help)).await;
    let claim = store.claim_one(at(0)).await;
    assert_eq!((claim.batch.control, claim.batch.has_content), (Some(Control::Help), false));
    assert_eq!(store.begin_reply(at(0), &claim, "we are", &TERMS).await, Ok(()));
}

pub async fn opting_out_by_hand_is_like_the_keyword<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let open = store.push(at(0), message("a", "1")).await;
    store.opt_out(at(1), "a", true).await;
    assert_eq!(store.status(open.batch).await, Status::Closed);
    let claim = store.claim_one(at(1)).await;
    assert_eq!((claim.batch.control, claim.batch.close_reason), (None, CloseReason::OptOut));
    store.opt_out(at(2), "a", false).await;
    assert_eq!(
        store.begin_reply(at(2), &claim, "reply", &TERMS).await,
        Err(ReplyRefusal::OptedOut),
        "what was unfinished stays without a reply"
    );
    store.finish(at(2), &claim).await;
    let claim = store.push_and_claim(at(3), "a").await;
    assert_eq!(store.begin_reply(at(3), &claim, "reply", &TERMS).await, Ok(()));
}

pub async fn a_key_can_opt_out_before_it_has_written<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.opt_out(at(0), "nobody", false).await;
    store.opt_out(at(0), "a", true).await;
    for (key, expected) in [("a", Err(ReplyRefusal::OptedOut)), ("b", Ok(()))] {
        let claim = store.push_and_claim(at(1), key).await;
        assert_eq!(store.begin_reply(at(1), &claim, "reply", &TERMS).await, expected, "{key}");
    }
}
