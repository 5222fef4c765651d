use super::kit::*;
use crate::BatchIds;
use crate::lane::{CloseReason, Entry, MAX_LINE, Requeued, Stage};
use crate::store::{Counts, Filter, RequeueError, Status};
use crate::testing::StoreFixture;

pub async fn counts_tell_every_state_apart<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_eq!(store.counts(at(0)).await, Counts::default());
    store.dead(at(0), "dead", "text").await;
    let finished = store.push_and_claim(at(0), "finished").await;
    store.finish(at(0), &finished).await;
    let retrying = store.push_and_claim(at(0), "retrying").await;
    store.retry(at(0), &retrying, retry_at(at(1_000))).await;
    store.push_and_claim(at(0), "claimed").await;
    store.append(at(0), vec![single("claimed", "2"), message("claimed", "3"), message("open", "4")]).await;
    store.maintain(at(0), 1_000).await; // The keys of finished batches may have lanes until then.
    let counts = store.counts(at(0)).await;
    assert_eq!((counts.dead, counts.finished, counts.retrying, counts.claimed), (1, 1, 1, 1));
    assert_eq!((counts.closed, counts.open, counts.keys), (1, 2, 4), "a dead batch has a lane");
    assert_eq!(counts.messages_buffered, 5, "of unfinished batches");
    assert_eq!((counts.past_due, counts.longest_past_due_ms, counts.leases_expired), (0, 0, 0));
}

pub async fn counts_tell_what_is_late<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let late = async |now| {
        let counts = store.counts(now).await;
        (counts.past_due, counts.longest_past_due_ms, counts.leases_expired)
    };
    store.push_and_claim(at(0), "claimed").await;
    store.push(at(0), single("claimed", "behind, and no head")).await;
    let retrying = store.push_and_claim(at(0), "retrying").await;
    store.retry(at(0), &retrying, retry_at(at(50))).await;
    store.push(at(0), message("open", "text")).await;
    assert_eq!(late(at(30)).await, (0, 0, 0), "what is due this instant is not late");
    assert_eq!(late(at(31)).await, (0, 0, 1));
    assert_eq!(late(at(50) + MILLISECOND).await, (1, 1, 1));
    assert_eq!(late(at(90)).await, (2, 40_000, 1));
}

pub async fn a_list_is_newest_first_and_limited<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(store.push(at(n), message(&format!("key {}", n % 7), "text")).await);
    }
    let mut opened: Vec<_> = ids
        .into_iter()
        .filter(|accepted| accepted.entry == Entry::Opened)
        .map(|accepted| accepted.batch)
        .collect();
    opened.reverse();
    assert_eq!(store.ids(&Filter::newest(100)).await, opened);
    assert_eq!(store.ids(&Filter::newest(3)).await, opened[..3]);
    assert!(store.ids(&Filter::newest(0)).await.is_empty());
    let dead = store.dead(at(30), "z", "text").await;
    assert_eq!(store.ids(&Filter::newest(1)).await, [dead], "of every status together");
}

pub async fn a_list_can_be_of_some_statuses<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "a", "text").await;
    let finished = store.push_and_claim(at(1), "b").await;
    store.finish(at(1), &finished).await;
    let retrying = store.push_and_claim(at(2), "c").await;
    store.retry(at(2), &retrying, retry_at(at(1_000))).await;
    let claimed = store.push_and_claim(at(3), "d").await;
    let closed = store.push(at(4), single("d", "text")).await;
    let open = store.push(at(5), message("d", "text")).await;
    let all = [
        (Status::Dead, dead),
        (Status::Finished, finished.batch.id),
        (Status::Retrying, retrying.batch.id),
        (Status::Claimed, claimed.batch.id),
        (Status::Closed, closed.batch),
        (Status::Open, open.batch),
    ];
    for (status, id) in all {
        assert_eq!(store.ids(&Filter::newest(9).with_status(status)).await, [id], "{status:?}");
        assert_eq!(store.status(id).await, status);
    }
    let two = Filter::newest(9).with_status(Status::Dead).with_status(Status::Open);
    assert_eq!(store.ids(&two).await, [open.batch, dead]);
    let of_key = Filter::newest(9).with_key_prefix("d").with_status(Status::Closed).with_status(Status::Dead);
    assert_eq!(store.ids(&of_key).await, [closed.batch]);
}

pub async fn a_key_prefix_is_taken_literally<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let keys = [
        "a",
        "ab",
        "A",
        "a%",
        "a%b",
        "axb",
        "a_b",
        "a\\",
        "a\\%",
        "a'b",
        "a\"b",
        "a*",
        "a?",
        "a[b]",
        "[ab]",
        "%",
        "_",
        "\u{e9}",
        "e\u{301}",
        "e",
        "a\0b",
        "a\u{10ffff}",
    ];
    for (n, key) in (0..).zip(keys) {
        store.push(at(n), message(key, "text")).await;
    }
    let prefixes =
        keys.into_iter().chain(["", "%b", "a%%", "__", "zzz", "' OR 1=1", "a\u{10ffff}\u{10ffff}"]);
    for prefix in prefixes {
        let filter = Filter::newest(100).with_key_prefix(prefix);
        let records = store.list(&filter).await;
        let found: Vec<&str> = records.iter().map(|record| record.key.as_str()).collect();
        let mut expected = keys.to_vec();
        expected.retain(|key| key.starts_with(prefix));
        expected.reverse();
        assert_eq!(found, expected, "keys that start with {prefix:?}");
    }
}

pub async fn a_batch_is_shown_whole_in_every_state<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let unknown = BatchIds::with_seed(0).next(at(0));
    assert!(store.0.batch(unknown).await.expect("batch").is_none());
    store.append(at(0), vec![message("a", "1"), message("a", "2")]).await;
    let id = store.ids(&Filter::newest(1)).await[0];
    let assert_whole = async |status: Status| {
        let (record, batch) = store.whole(id).await;
        assert_eq!((record.id, record.status, record.key.as_str()), (id, status, "a"));
        assert_eq!((record.messages, record.opened_at, record.due_at), (2, at(0), at(60)));
        assert_eq!((batch.id, texts(&batch)), (id, vec!["1", "2"]), "{status:?}");
        assert_eq!(batch.arrived_at, [at(0), at(0)]);
    };
    assert_whole(Status::Open).await;
    let claim = store.claim_one(at(60)).await;
    assert_whole(Status::Claimed).await;
    for (n, text, expected) in [(1, "3", vec!["3"]), (2, "4", vec!["4"]), (3, "5", vec!["4", "5"])] {
        let arrival = if n == 1 { single("a", text) } else { message("a", text) };
        let behind = store.push(at(60 + n), arrival).await.batch;
        assert_eq!(texts(&store.whole(behind).await.1), expected, "behind the one in flight");
    }
    store.retry(at(64), &claim, retry_at(at(100))).await;
    assert_whole(Status::Retrying).await;
    let claim = store.claim_one(at(100)).await;
    store.bury(at(101), &claim, false).await;
    assert_whole(Status::Dead).await;
}

pub async fn a_dead_batch_is_requeued_at_the_end_of_its_line<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    store.push(at(0), with_id("a", "1")).await;
    store.push(at(1), message("a", "2")).await;
    let claim = store.claim_one(at(60)).await;
    store.classify(at(60), &claim).await;
    store.begin_reply(at(60), &claim, "reply", &TERMS).await.expect("begin_reply");
    store.retry(at(61), &claim, retry_at(at(62))).await;
    let claim = store.claim_one(at(62)).await;
    store.bury(at(62), &claim, false).await;
    let open = store.push(at(63), message("a", "3")).await;
    let Ok(Requeued::Revived(id)) = store.requeue(at(64), claim.batch.id).await else {
        panic!("a dead batch comes back")
    };
    assert_ne!(id, claim.batch.id, "a new id, because the old one may have been used for a reply");
    assert!(store.0.batch(claim.batch.id).await.expect("batch").is_none(), "the dead one is gone");
    assert!(matches!(store.requeue(at(64), claim.batch.id).await, Err(RequeueError::Unknown)));
    let counts = store.counts(at(64)).await;
    assert_eq!((counts.dead, counts.closed, counts.messages_buffered), (0, 2, 3));
    let (record, _) = store.whole(id).await;
    assert_eq!((record.due_at, record.attempts, record.messages), (at(64), 0, 2));
    assert_eq!(store.push(at(65), message("a", "4")).await.entry, Entry::Opened, "it takes nothing in");
    let ahead = store.claim_one(at(123)).await;
    assert_eq!(ahead.batch.id, open.batch);
    store.finish(at(123), &ahead).await;
    let revived = store.claim_one(at(123)).await;
    assert_eq!((revived.batch.id, revived.attempt, revived.stage), (id, 1, Stage::Claimed));
    assert_eq!((&revived.classification, reply(&revived)), (&None, vec![]));
    assert_eq!(revived.batch.messages, claim.batch.messages);
    assert_eq!(revived.batch.arrived_at, [at(0), at(1)]);
    store.finish(at(123), &revived).await;
    assert_eq!(texts(&store.claim_one(at(125)).await.batch), ["4"]);
}

pub async fn a_dead_batch_can_die_and_come_back_again<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let mut dead = store.dead(at(0), "a", "text").await;
    for n in 1..4 {
        store.requeue(at(n), dead).await.expect("requeue");
        let claim = store.claim_one(at(n)).await;
        assert_eq!((texts(&claim.batch), claim.attempt), (vec!["text"], 1));
        store.bury(at(n), &claim, false).await;
        dead = claim.batch.id;
    }
    assert_eq!(store.ids(&Filter::newest(9)).await, [dead]);
}

pub async fn a_waiting_batch_is_requeued_by_making_it_due<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let open = store.push(at(0), message("open", "text")).await.batch;
    let claim = store.push_and_claim(at(0), "retrying").await;
    store.retry(at(0), &claim, retry_at(at(1_000))).await;
    for id in [open, claim.batch.id] {
        assert!(matches!(store.requeue(at(1), id).await, Ok(Requeued::DueNow)));
        assert_eq!(store.claim_one(at(1)).await.batch.id, id);
    }
    assert_eq!(store.record(open).await.close_reason, Some(CloseReason::Flush));
}

pub async fn what_cannot_be_requeued_is_left_alone<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let finished = store.push_and_claim(at(0), "finished").await;
    store.finish(at(0), &finished).await;
    store.push(at(0), message("cancelled", "text")).await;
    let cancelled = store.cancel(at(0), "cancelled").await[0].id;
    let in_flight = store.push_and_claim(at(1), "in flight").await;
    let before = store.snapshot(at(2)).await;
    for id in [finished.batch.id, cancelled] {
        assert!(matches!(store.requeue(at(2), id).await, Err(RequeueError::Finished)));
    }
    let unknown = BatchIds::with_seed(0).next(at(0));
    assert!(matches!(store.requeue(at(2), unknown).await, Err(RequeueError::Unknown)));
    assert!(matches!(store.requeue(at(2), in_flight.batch.id).await, Err(RequeueError::InFlight)));
    assert_eq!(store.snapshot(at(2)).await, before);
    store.finish(at(3), &in_flight).await;
}

pub async fn a_full_line_takes_no_dead_batch_back<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let dead = store.dead(at(0), "a", "dead").await;
    store.append(at(1), (0..MAX_LINE).map(|_| single("a", "text")).collect()).await;
    let before = store.snapshot(at(2)).await;
    assert!(matches!(store.requeue(at(2), dead).await, Err(RequeueError::LineFull)));
    assert_eq!(store.snapshot(at(2)).await, before);
    assert_eq!(texts(&store.whole(dead).await.1), ["dead"]);
    let claim = store.claim_one(at(2)).await;
    store.finish(at(2), &claim).await;
    assert!(matches!(store.requeue(at(3), dead).await, Ok(Requeued::Revived(_))));
}
