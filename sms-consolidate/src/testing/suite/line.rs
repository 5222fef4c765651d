use super::kit::*;
use crate::lane::{Answer, CloseReason, Entry, LossReason, Refused, Stage, Supersede, Transition};
use crate::message::SmsMessage;
use crate::store::{Arrival, ChangeError, Finish, NoReply, Outcome, Status};
use crate::testing::StoreFixture;
use crate::window::Window;

fn superseding(text: &str) -> Arrival<TestKey, SmsMessage> {
    let window = Window::sliding(5 * SECOND, MINUTE);
    Arrival { supersede: Supersede::Within(2 * MINUTE), ..within(window, message("a", text)) }
}

pub async fn a_key_that_is_unknown_has_nothing_to_change<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "known").await;
    let dead = store.dead(at(0), "dead", "text").await;
    let (unknown, fence) = (TestKey::from("unknown"), claim.fence());
    let before = store.snapshot(at(1)).await;
    let lost = Err(Refused::Lost(LossReason::Stolen));
    let finish = Finish::new(Outcome::ReplyUnknown);
    for (transition, expected) in [
        (Transition::Flush { reason: CloseReason::Flush }, Ok(Answer::Flushed(0))),
        (Transition::Cancel, Ok(Answer::Cancelled(Vec::new()))),
        (Transition::Silence, Ok(Answer::Silenced(0))),
        (Transition::Requeue { batch: dead, fresh: dead }, Err(Refused::Unknown)),
        (Transition::Renew { fence, lease: LEASE }, lost.clone()),
        (Transition::Record { fence, classification: None, reply: Some(TERMS) }, lost.clone()),
        (Transition::Finish { fence, finish }, lost.clone()),
        (Transition::Retry { fence, terms: retry_at(at(1)), error: String::new() }, lost.clone()),
        (Transition::Bury { fence, maybe_sent: false, error: String::new() }, lost),
    ] {
        let what = format!("{transition:?}");
        let answer = match store.0.change(at(1), &unknown, transition).await {
            Ok(changed) => Ok((changed.answer, changed.wake_at)),
            Err(ChangeError::Refused(refused)) => Err(refused),
            Err(ChangeError::Store(error)) => panic!("{what}: {error}"),
        };
        assert_eq!(answer, expected.map(|answer| (answer, None)), "{what}");
        assert_eq!(store.snapshot(at(1)).await, before, "{what} leaves nothing behind");
    }
}

pub async fn a_flush_makes_one_key_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.append(at(0), vec![message("a", "1"), message("b", "2")]).await;
    assert_eq!(store.flush(at(1), "nobody").await, 0);
    assert_eq!(store.flush(at(1), "a").await, 1);
    assert_eq!(store.flush(at(1), "a").await, 0, "it is due already");
    let claim = store.claim_one(at(1)).await;
    assert_eq!((claim.batch.key.as_str(), claim.batch.close_reason), ("a", CloseReason::Flush));
    assert_eq!(claim.batch.due_at, at(1));
}

pub async fn a_flush_makes_all_keys_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    // More than a store may want to lock at once.
    store.append(at(0), (0..700).map(|n| message(&n.to_string(), "text")).collect()).await;
    assert_eq!(store.0.flush_all(at(1), CloseReason::Shutdown).await.expect("flush"), 700);
    let claims = store.claim_all(at(1)).await;
    assert_eq!(claims.len(), 700);
    assert!(claims.iter().all(|claim| claim.batch.close_reason == CloseReason::Shutdown));
}

pub async fn a_flush_leaves_what_is_in_flight_or_retrying<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let in_flight = store.push_and_claim(at(0), "in flight").await;
    let retrying = store.push_and_claim(at(0), "retrying").await;
    store.retry(at(0), &retrying, retry_at(at(500))).await;
    store.push(at(0), message("retrying", "behind")).await;
    assert_eq!(store.0.flush_all(at(1), CloseReason::Flush).await.expect("flush"), 1);
    store.finish(at(1), &in_flight).await;
    store.assert_nothing_due(at(500) - MILLISECOND).await;
    let claim = store.claim_one(at(500)).await;
    assert_eq!(claim.batch.id, retrying.batch.id);
    assert_eq!(store.finish(at(500), &claim).await, Some(at(1)));
}

pub async fn a_cancelled_line_is_over<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert!(store.cancel(at(0), "nobody").await.is_empty());
    let mut ids = Vec::new();
    for (seconds, arrival) in [(0, single("a", "1")), (1, single("a", "2")), (2, message("a", "3"))] {
        ids.push(store.push(at(seconds), arrival).await.batch);
    }
    store.push(at(2), message("a", "joins")).await;
    let other = store.push(at(2), message("b", "text")).await;
    let claim = store.claim_one(at(3)).await;
    store.classify(at(3), &claim).await;
    let cancelled = store.cancel(at(4), "a").await;
    assert_eq!(super::kit::ids(&cancelled), ids, "oldest first");
    assert_eq!(cancelled.iter().map(|facts| facts.messages).collect::<Vec<_>>(), [1, 1, 2]);
    for id in &ids {
        let record = store.record(*id).await;
        assert_eq!((record.status, record.ended_at), (Status::Finished, Some(at(4))));
        assert_eq!(record.outcome, Some(Outcome::NoReply(NoReply::Cancelled)));
    }
    assert_eq!(store.record(ids[0]).await.classification, Some(classification()));
    let counts = store.counts(at(4)).await;
    assert_eq!((counts.finished, counts.messages_buffered, counts.open), (3, 1, 1));
    assert_eq!(store.push(at(5), message("a", "4")).await.entry, Entry::Opened);
    assert_eq!(store.claim_one(at(62)).await.batch.id, other.batch);
    assert_eq!(texts(&store.claim_one(at(65)).await.batch), ["4"]);
}

pub async fn what_is_being_replied_to_is_not_cancelled<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let claim = store.push_and_claim(at(0), "a").await;
    store.begin_reply(at(1), &claim, "reply", &TERMS).await.expect("begin_reply");
    let behind = store.push(at(2), message("a", "behind")).await;
    assert_eq!(ids(&store.cancel(at(3), "a").await), [behind.batch]);
    assert_eq!(store.cancel(at(3), "a").await, []);
    assert_eq!(store.finish(at(4), &claim).await, None, "nothing is left behind it");
    store.push(at(5), message("a", "next")).await;
    assert_eq!(texts(&store.claim_one(at(65)).await.batch), ["next"]);
}

pub async fn a_message_takes_back_a_claimed_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), superseding("1").by_seconds(3)).await;
    store.push(at(1), superseding("2").by_seconds(-2)).await;
    let old = store.claim_one(at(6)).await;
    assert_eq!(texts(&old.batch), ["2", "1"]);
    store.classify(at(6), &old).await;
    let accepted = store.push(at(7), superseding("3")).await;
    assert_eq!((accepted.entry, accepted.batch), (Entry::Superseded, old.batch.id));
    assert_eq!((accepted.messages, accepted.due_at), (3, at(12)));
    let (record, batch) = store.whole(old.batch.id).await;
    assert_eq!((record.status, record.attempts, record.classification), (Status::Open, 0, None));
    assert_eq!(texts(&batch), ["2", "1", "3"]);
    assert_eq!(store.push(at(8), superseding("4")).await.entry, Entry::Joined);
    let new = store.claim_one(at(13)).await;
    assert_eq!(texts(&new.batch), ["2", "1", "3", "4"]);
    assert_eq!(new.batch.arrived_at, [at(1), at(0), at(7), at(8)]);
    assert_eq!((new.batch.id, new.attempt, new.stage), (old.batch.id, 1, Stage::Claimed));
    assert_eq!((&new.classification, new.first_claimed_at), (&None, at(13)));
    assert!(new.token > old.token);
}

pub async fn a_message_queues_where_it_cannot_take_back<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), message("a", "1")).await;
    let claim = store.claim_one(at(60)).await;
    let plain = Arrival { supersede: Supersede::Never, ..superseding("2") };
    assert_eq!(store.push(at(61), plain).await.entry, Entry::Opened, "it was not asked to");
    let claim = {
        store.finish(at(61), &claim).await;
        store.claim_one(at(66)).await
    };
    store.begin_reply(at(66), &claim, "reply", &TERMS).await.expect("begin_reply");
    assert_eq!(store.push(at(67), superseding("3")).await.entry, Entry::Opened, "a reply is on its way");
    store.finish(at(68), &claim).await;
    let claim = store.claim_one(at(72)).await;
    assert_eq!(texts(&claim.batch), ["3"]);
    let late = at(67) + 2 * MINUTE;
    assert_eq!(store.push(late, superseding("4")).await.entry, Entry::Opened, "it opened too long ago");
}

/// For messages of which the provider says when they were sent.
trait SentBy {
    fn by_seconds(self, seconds: i64) -> Self;
}

impl SentBy for Arrival<TestKey, SmsMessage> {
    /// Sent `seconds` after the start of the case, or before it if negative.
    fn by_seconds(mut self, seconds: i64) -> Self {
        let sent = crate::Timestamp::from_unix_millis(at(0).as_unix_millis() + seconds * 1_000);
        self.message = self.message.with_sent_at(sent);
        self
    }
}
