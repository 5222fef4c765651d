//! Every limit of the in-memory store, reached through the store and through `push`: the caller is told, a refusal
//! changes nothing, nothing accepted is lost, and there is room again afterwards, to the message.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::lane::{Entry, MAX_LINE, ReplyTerms, RetryTerms};
use sms_consolidate::store::{
    AppendReport, Appended, Arrival, Claim, Filter, Finish, Inspect, NoReply, Outcome, Refusal, RequeueError,
    Requeued, Status, Store, StoreError,
};
use sms_consolidate::testing::{RecordingSender, ScriptedClassifier};
use sms_consolidate::{
    BatchId, Consolidator, Event, FakeClock, Label, MemoryStore, PushError, SmsMessage, Timestamp, Window,
};

type Memory = MemoryStore<String, SmsMessage>;
type Service = Consolidator<String, SmsMessage>;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const LEASE: Duration = Duration::from_secs(30);
const SHARDS: usize = 64;

fn at(seconds: u64) -> Timestamp {
    Timestamp::default() + Duration::from_secs(seconds)
}

/// The in-memory store neither waits nor fails.
fn ok<T>(call: impl Future<Output = Result<T, StoreError>>) -> T {
    call.now_or_never().expect("it does not wait").expect("it does not fail")
}

/// A fenced write whose claim holds.
fn held<T, E: std::fmt::Debug>(call: impl Future<Output = Result<T, E>>) -> T {
    call.now_or_never().expect("it does not wait").expect("the claim holds")
}

/// A message that is a batch of its own, due at once.
fn single(key: &str) -> Arrival<String, SmsMessage> {
    Arrival::new(key.to_owned(), SmsMessage::new("text"), Window::default().with_max_messages(1))
}

fn with_id(key: &str, id: &str) -> Arrival<String, SmsMessage> {
    let mut arrival = single(key);
    arrival.message = arrival.message.with_id(id);
    arrival
}

fn append(store: &Memory, now: Timestamp, arrival: Arrival<String, SmsMessage>) -> AppendReport {
    ok(store.append(now, vec![arrival]))
}

fn offer(store: &Memory, now: Timestamp, arrival: Arrival<String, SmsMessage>) -> Appended {
    append(store, now, arrival).results[0]
}

#[track_caller]
fn push(store: &Memory, now: Timestamp, arrival: Arrival<String, SmsMessage>) -> BatchId {
    match offer(store, now, arrival) {
        Appended::Accepted(accepted) => accepted.batch,
        other => panic!("not accepted: {other:?}"),
    }
}

/// Offers a message that must be refused for `why`, and change nothing.
#[track_caller]
fn assert_refused(store: &Memory, now: Timestamp, arrival: Arrival<String, SmsMessage>, why: Refusal) {
    let look = || (ok(store.counts(now)), ok(store.list(&Filter::newest(usize::MAX))), ok(store.next_wake()));
    let before = look();
    assert_eq!(append(store, now, arrival).results, [Appended::Refused(why)]);
    assert_eq!(look(), before, "a refusal changes nothing");
}

fn claim(store: &Memory, now: Timestamp, most: usize) -> Vec<Claim<String, SmsMessage>> {
    ok(store.claim(now, NonZeroUsize::new(most).expect("no limit is zero"), LEASE))
}

fn claim_one(store: &Memory, now: Timestamp) -> Claim<String, SmsMessage> {
    claim(store, now, 1).pop().expect("a batch is due")
}

fn finish(store: &Memory, now: Timestamp, claim: &Claim<String, SmsMessage>) {
    let off = Finish::new(Outcome::NoReply(NoReply::Off));
    held(store.finish(now, &claim.batch.key, claim.fence(), &off));
}

/// Finishes everything that is due now. Returns how many messages that was.
fn finish_all(store: &Memory, now: Timestamp) -> usize {
    let mut messages = 0;
    while let Some(claim) = claim(store, now, 1).pop() {
        messages += claim.batch.messages.len();
        finish(store, now, &claim);
    }
    messages
}

fn bury(store: &Memory, now: Timestamp, claim: &Claim<String, SmsMessage>, maybe_sent: bool) {
    held(store.bury(now, &claim.batch.key, claim.fence(), maybe_sent, "an error"));
}

fn begin_reply(store: &Memory, now: Timestamp, claim: &Claim<String, SmsMessage>) {
    let max_replies_per_hour = NonZeroU32::new(20);
    let terms = ReplyTerms { control: None, send_timeout: SECOND, max_replies_per_hour };
    held(store.begin_reply(now, &claim.batch.key, claim.fence(), "reply", &terms));
}

fn requeue(store: &Memory, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
    store.requeue(now, id).now_or_never().expect("it does not wait")
}

fn maintain(store: &Memory, now: Timestamp) {
    while ok(store.maintain(now, NonZeroUsize::MIN)).more {}
}

/// The store takes `room` more messages, and not one beyond.
#[track_caller]
fn assert_room(store: &Memory, now: Timestamp, room: usize) {
    for n in 0..room {
        let result = offer(store, now, single("anybody"));
        assert!(matches!(result, Appended::Accepted(_)), "message {n} of {room}: {result:?}");
    }
    assert_refused(store, now, single("anybody"), Refusal::Messages);
}

const MANY: usize = 7;

/// A full store: two batches for `a`, of three and one; one of two for `b`; one of one for `c`. All are due.
fn full() -> Memory {
    let store = Memory::builder().max_messages(MANY).build();
    let of = |key: &str, cap| {
        Arrival::new(key.to_owned(), SmsMessage::new("text"), Window::default().with_max_messages(cap))
    };
    for (key, cap) in [("a", 3), ("a", 3), ("a", 3), ("b", 2), ("b", 2), ("a", 1), ("c", 1)] {
        push(&store, at(0), of(key, cap));
    }
    assert_refused(&store, at(0), single("a"), Refusal::Messages);
    assert_refused(&store, at(0), single("d"), Refusal::Messages);
    store
}

#[test]
fn a_message_refused_for_lack_of_room_leaves_no_id_behind() {
    let store = full();
    assert_refused(&store, at(0), with_id("a", "id"), Refusal::Messages);
    assert_refused(&store, at(0), with_id("new", "id"), Refusal::Messages);
    assert_eq!(finish_all(&store, at(0)), MANY, "what was accepted is still there");
    push(&store, at(0), with_id("a", "id"));
    push(&store, at(0), with_id("new", "id"));
    assert_eq!(offer(&store, at(0), with_id("a", "id")), Appended::Duplicate);
}

#[test]
fn a_duplicate_is_called_one_even_when_there_is_no_room() {
    let store = Memory::builder().max_messages(1).max_keys(1).build();
    push(&store, at(0), with_id("a", "id"));
    assert_eq!(offer(&store, at(0), with_id("a", "id")), Appended::Duplicate);
}

#[test]
fn of_many_at_once_as_many_are_taken_as_there_is_room_for() {
    let store = Memory::builder().max_messages(MANY).build();
    let report = ok(store.append(at(0), (0..100).map(|n| single(&n.to_string())).collect()));
    let accepted = report.results.iter().filter(|result| matches!(result, Appended::Accepted(_))).count();
    let refused =
        report.results.iter().filter(|result| **result == Appended::Refused(Refusal::Messages)).count();
    assert_eq!((accepted, refused), (MANY, 100 - MANY));
    assert_eq!(ok(store.counts(at(0))).keys, MANY as u64, "a refused message leaves no key behind");
}

/// After `empty` has ended everything in a full store, exactly as much fits as before.
#[track_caller]
fn assert_balances(empty: impl FnOnce(&Memory)) {
    let store = full();
    empty(&store);
    let counts = ok(store.counts(at(200)));
    assert_eq!((counts.messages_buffered, counts.dead), (0, 0), "the case empties the store");
    assert_room(&store, at(200), MANY);
}

#[test]
fn finishing_makes_room() {
    assert_balances(|store| assert_eq!(finish_all(store, at(0)), MANY));
}

#[test]
fn cancelling_makes_room() {
    assert_balances(|store| {
        for key in ["a", "b", "c", "nobody"] {
            ok(store.cancel(at(0), &key.to_owned()));
        }
    });
}

#[test]
fn cancelling_what_is_claimed_makes_room() {
    assert_balances(|store| {
        assert_eq!(claim(store, at(0), MANY).len(), 3);
        for (key, batches) in [("a", 2), ("b", 1), ("c", 1)] {
            assert_eq!(ok(store.cancel(at(0), &key.to_owned())).len(), batches);
        }
    });
}

#[test]
fn cancelling_beside_a_reply_makes_room_for_what_was_cancelled() {
    let store = full();
    let claims = claim(&store, at(0), MANY);
    let head = claims.iter().find(|claim| claim.batch.key == "a").expect("it was due");
    begin_reply(&store, at(0), head);
    assert_eq!(ok(store.cancel(at(0), &"a".to_owned())).len(), 1, "the batch behind it");
    assert_room(&store, at(0), 1);
    finish(&store, at(0), head);
    assert_room(&store, at(0), 3);
}

#[test]
fn handing_back_makes_room() {
    assert_balances(|store| {
        let claims = claim(store, at(0), MANY);
        begin_reply(store, at(0), &claims[0]);
        bury(store, at(0), &claims[1], false);
        let left: usize = ok(store.hand_back()).iter().map(|batch| batch.messages.len()).sum();
        assert_eq!(left, MANY - claims[0].batch.messages.len());
    });
}

#[test]
fn a_lost_lease_a_retry_and_an_unknown_reply_count_once() {
    assert_balances(|store| {
        claim(store, at(0), MANY);
        for claim in claim(store, at(31), MANY) {
            begin_reply(store, at(31), &claim);
            let terms = RetryTerms { at: at(32), counts: true, maybe_sent: true };
            held(store.retry(at(31), &claim.batch.key, claim.fence(), &terms, "an error"));
        }
        for claim in claim(store, at(32), MANY) {
            bury(store, at(32), &claim, true);
        }
        assert_eq!(finish_all(store, at(32)), 1, "the batch behind a head");
    });
}

#[test]
fn dead_batches_count_and_requeued_ones_count_once() {
    let store = full();
    let claims = claim(&store, at(0), MANY);
    claims.iter().for_each(|claim| bury(&store, at(0), claim, false));
    assert_refused(&store, at(0), single("d"), Refusal::Messages);
    for claim in &claims {
        let revived = requeue(&store, at(0), claim.batch.id).expect("it is dead");
        assert!(matches!(revived, Requeued::Revived(_)));
        assert!(matches!(requeue(&store, at(0), claim.batch.id), Err(RequeueError::Unknown)));
        assert_refused(&store, at(0), single("d"), Refusal::Messages);
    }
    assert_eq!(ok(store.counts(at(0))).dead, 0);
    assert_eq!(finish_all(&store, at(0)), MANY);
    assert_room(&store, at(0), MANY);
}

#[test]
fn a_superseded_batch_counts_once_and_a_refused_message_supersedes_nothing() {
    let store = Memory::builder().max_messages(2).build();
    let superseding = || {
        let mut arrival = Arrival::new("a".to_owned(), SmsMessage::new("text"), Window::default());
        arrival.supersede_within = Some(HOUR);
        arrival
    };
    push(&store, at(0), superseding());
    claim_one(&store, at(60));
    let Appended::Accepted(accepted) = offer(&store, at(61), superseding()) else { panic!("not accepted") };
    assert_eq!((accepted.entry, accepted.messages), (Entry::Superseded, 2));
    let claim = claim_one(&store, at(200));
    assert_refused(&store, at(201), superseding(), Refusal::Messages);
    assert_eq!(claim.batch.messages.len(), 2);
    finish(&store, at(202), &claim);
    assert_room(&store, at(202), 2);
}

#[test]
fn threads_that_race_for_the_last_room_leave_the_gauge_true() {
    let store = Memory::builder().max_messages(1_000).build();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for n in 0..500 {
                    offer(store, at(0), single(&format!("{thread}-{n}")));
                }
            });
        }
    });
    let accepted = finish_all(&store, at(0));
    assert!((1_000..1_004).contains(&accepted), "one more for each thread but one: {accepted}");
    assert_room(&store, at(0), 1_000);
}

#[test]
fn at_the_limit_of_keys_new_ones_are_refused_until_one_is_forgotten() {
    let store = Memory::builder().max_keys(3).build();
    for key in ["a", "b", "c"] {
        push(&store, at(0), single(key));
    }
    assert_refused(&store, at(0), with_id("d", "id"), Refusal::Keys);
    push(&store, at(0), with_id("a", "id"));
    assert_eq!(ok(store.cancel(at(0), &"b".to_owned())).len(), 1);
    push(&store, at(0), with_id("d", "id"));
    assert_refused(&store, at(0), single("b"), Refusal::Keys);
    assert_eq!(finish_all(&store, at(0)), 4);
    for key in ["e", "f", "g"] {
        push(&store, at(0), single(key));
    }
    assert_refused(&store, at(0), single("h"), Refusal::Keys);
}

#[test]
fn a_key_whose_replies_count_is_a_key_until_maintenance_after_its_hour() {
    let store = Memory::builder().max_keys(1).build();
    push(&store, at(0), single("a"));
    let claim = claim_one(&store, at(0));
    begin_reply(&store, at(0), &claim);
    finish(&store, at(1), &claim);
    maintain(&store, at(3_599));
    assert_refused(&store, at(3_599), single("b"), Refusal::Keys);
    maintain(&store, at(3_600));
    push(&store, at(3_600), single("b"));
}

#[test]
fn an_opt_out_is_recorded_beyond_the_limit_and_kept_until_it_ends() {
    let store = Memory::builder().max_keys(1).build();
    push(&store, at(0), single("a"));
    ok(store.set_opted_out(at(0), &"b".to_owned(), true));
    assert_eq!(finish_all(&store, at(0)), 1);
    maintain(&store, at(100_000));
    assert_refused(&store, at(100_000), single("a"), Refusal::Keys);
    push(&store, at(100_000), single("b"));
    assert_eq!(finish_all(&store, at(100_000)), 1);
    ok(store.set_opted_out(at(100_000), &"b".to_owned(), false));
    push(&store, at(100_000), single("a"));
}

#[test]
fn a_dead_batch_comes_back_even_if_its_key_is_one_too_many() {
    let store = Memory::builder().max_keys(1).build();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    push(&store, at(0), single("b"));
    assert!(matches!(requeue(&store, at(0), dead), Ok(Requeued::Revived(_))));
    assert_refused(&store, at(0), single("c"), Refusal::Keys);
    assert_eq!(finish_all(&store, at(0)), 2);
    push(&store, at(0), single("c"));
    assert_refused(&store, at(0), single("a"), Refusal::Keys);
}

#[test]
fn a_line_as_long_as_it_may_be_takes_nothing_until_it_moves() {
    let store = Memory::new();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    for _ in 0..MAX_LINE {
        push(&store, at(0), single("a"));
    }
    assert_refused(&store, at(0), with_id("a", "id"), Refusal::Line);
    assert!(matches!(requeue(&store, at(0), dead), Err(RequeueError::LineFull)));
    let kept = ok(store.batch(dead)).and_then(|whole| whole.batch).expect("the dead batch is kept whole");
    assert_eq!(kept.messages.len(), 1);
    push(&store, at(0), single("b"));
    let head = claim(&store, at(0), 2).into_iter().find(|claim| claim.batch.key == "a").expect("it is due");
    finish(&store, at(0), &head);
    push(&store, at(0), with_id("a", "id"));
    assert_refused(&store, at(0), single("a"), Refusal::Line);
    assert_eq!(ok(store.cancel(at(0), &"a".to_owned())).len(), MAX_LINE);
    assert!(matches!(requeue(&store, at(0), dead), Ok(Requeued::Revived(_))));
}

#[test]
fn a_full_line_still_takes_what_joins_its_open_batch() {
    let store = Memory::new();
    let joining = || Arrival::new("a".to_owned(), SmsMessage::new("text"), Window::default());
    for _ in 1..MAX_LINE {
        push(&store, at(0), single("a"));
    }
    let open = push(&store, at(0), joining());
    assert_eq!(push(&store, at(0), joining()), open);
    push(&store, at(0), single("a"));
    assert_refused(&store, at(0), joining(), Refusal::Line);
    assert_eq!(finish_all(&store, at(60)), MAX_LINE + 2);
}

#[test]
fn at_the_limit_of_ids_the_oldest_are_forgotten_and_counted_and_no_message_is_lost() {
    // One key's ids are all in one shard, which has room for four.
    let store = Memory::builder().max_ids(4 * SHARDS).build();
    let push = |id: &str| append(&store, at(0), with_id("a", id));
    let forgotten: Vec<u64> = ["0", "1", "2", "3", "4"].map(|id| push(id).ids_forgotten).into();
    assert_eq!(forgotten, [0, 0, 0, 0, 2]);
    for id in ["2", "3", "4"] {
        assert_eq!(push(id).results, [Appended::Duplicate]);
    }
    assert!(matches!(push("0").results[0], Appended::Accepted(_)));
    assert_eq!(finish_all(&store, at(0)), 6);
}

#[test]
fn never_more_ids_are_remembered_than_may_be() {
    let store = Memory::builder().max_ids(4 * SHARDS).build();
    let arrivals = (0..5_000).map(|n| with_id(&n.to_string(), "id")).collect();
    let forgotten = ok(store.append(at(0), arrivals)).ids_forgotten;
    assert!((5_000 - 4 * SHARDS as u64..5_000).contains(&forgotten), "{forgotten} of 5,000");
    assert_eq!(finish_all(&store, at(0)), 5_000);
}

#[test]
fn refused_messages_and_duplicates_push_no_id_out() {
    let store = Memory::builder().max_ids(4 * SHARDS).max_messages(2).build();
    push(&store, at(0), with_id("a", "0"));
    push(&store, at(0), with_id("a", "1"));
    for n in 2..100 {
        assert_eq!(append(&store, at(0), with_id("a", &n.to_string())).ids_forgotten, 0);
        assert_eq!(append(&store, at(0), with_id("a", "0")).results, [Appended::Duplicate]);
    }
}

#[test]
fn of_finished_batches_the_newest_records_are_kept_and_of_others_all() {
    let store = Memory::builder().keep_finished(SHARDS).build();
    let dead = push(&store, at(0), single("a"));
    bury(&store, at(0), &claim_one(&store, at(0)), false);
    let finished: Vec<BatchId> = (1..=3)
        .map(|n| {
            let id = push(&store, at(n), single("a"));
            finish(&store, at(n), &claim_one(&store, at(n)));
            id
        })
        .collect();
    let waiting = push(&store, at(4), single("a"));
    let listed: Vec<_> = ok(store.list(&Filter::newest(100))).iter().map(|record| record.id).collect();
    assert_eq!(listed, [waiting, finished[2], dead]);
    assert!(matches!(requeue(&store, at(5), finished[0]), Err(RequeueError::Unknown)));
    assert!(matches!(requeue(&store, at(5), finished[2]), Err(RequeueError::Finished)));
}

#[test]
fn records_of_finished_batches_can_be_switched_off() {
    let store = Memory::builder().keep_finished(0).max_messages(1).build();
    for n in 0..10 {
        let id = push(&store, at(n), single("a"));
        finish(&store, at(n), &claim_one(&store, at(n)));
        assert!(ok(store.batch(id)).is_none());
    }
    assert_eq!(ok(store.list(&Filter::newest(100))).len(), 0);
}

/// A service on a fake clock, whose batches are due a minute after they open.
fn service(store: Memory, window: Window) -> (FakeClock, Service) {
    let clock = FakeClock::default();
    let service = Consolidator::builder()
        .clock(clock.clone())
        .store(store)
        .window(window)
        .max_replies_per_hour(None)
        .classifier(ScriptedClassifier::answering(Label::AGREE))
        .sender(RecordingSender::new())
        .build()
        .expect("it can be built");
    (clock, service)
}

/// Pushes until `push` says that the store is full because of `why`; then lets the service work, and pushes the
/// refused message again.
async fn check_push(store: Memory, room: usize, why: Refusal, key: impl Fn(usize) -> String) {
    let (clock, service) = service(store, Window::default().with_max_messages(1));
    let mut events = service.subscribe();
    let message = |n: usize| SmsMessage::new("text").with_id(n.to_string());
    for n in 0..room {
        service.push(key(n), message(n)).await.expect("there is room");
    }
    let refused = service.push(key(room), message(room)).await.expect_err("there is no room");
    assert!(matches!(refused, PushError::Full(because) if because == why) && refused.is_retryable());
    let mut told = 0;
    loop {
        match events.try_recv() {
            Ok(Event::Refused { error: PushError::Full(because), .. }) if because == why => told += 1,
            Ok(_) | Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(_) => break,
        }
    }
    assert_eq!(told, 1, "the refusal is an event");
    service.start();
    clock.advance(SECOND).await;
    service.settled().await;
    let totals = service.stats().await.expect("stats").totals;
    assert_eq!((totals.accepted, totals.refused), (room as u64, 1));
    let finished =
        service.list(&Filter::newest(usize::MAX).with_status(Status::Finished)).await.expect("list");
    assert_eq!(finished.len(), room, "everything that was accepted is handled");
    let again = service.push(key(room), message(room)).await.expect("there is room again");
    assert!(!again.is_duplicate(), "the refused message left no id behind");
}

#[tokio::test]
async fn push_tells_of_each_limit_and_goes_on_when_there_is_room() {
    let builder = || Memory::builder().keep_finished(1_000_000);
    check_push(builder().max_keys(2).build(), 2, Refusal::Keys, |n| n.to_string()).await;
    check_push(builder().max_messages(3).build(), 3, Refusal::Messages, |n| n.to_string()).await;
    check_push(builder().max_messages(3).build(), 3, Refusal::Messages, |_| "a".to_owned()).await;
    check_push(builder().build(), MAX_LINE, Refusal::Line, |_| "a".to_owned()).await;
}

#[tokio::test]
async fn push_tells_of_ids_that_were_forgotten_before_their_time() {
    let (_clock, service) = service(Memory::builder().max_ids(4 * SHARDS).build(), Window::default());
    let mut events = service.subscribe();
    for n in 0..5 {
        let message = SmsMessage::new("text").with_id(n.to_string());
        service.push("a".to_owned(), message).await.expect("there is room");
    }
    let mut forgotten = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::IdsForgotten { count, .. } = event {
            forgotten.push(count);
        }
    }
    assert_eq!(forgotten, [2]);
    assert_eq!(service.stats().await.expect("stats").totals.ids_forgotten, 2);
}
