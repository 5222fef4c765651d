//! Every limit of the in-memory store, reached through the store and through `push`: the caller is told, a refusal
//! changes nothing, nothing accepted is lost, and there is room again afterwards, to the message.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::lane::{
    Control, Entry, MAX_DEAD, MAX_LINE, OptOutChange, ReplyPart, ReplyTerms, Requeued, RetryTerms, Sender,
    Supersede,
};
use sms_consolidate::store::{
    AppendReport, Appended, Arrival, Claim, Filter, Finish, NoReply, Outcome, Refusal, RequeueError, Status,
    Store, StoreError, StoreExt,
};
use sms_consolidate::testing::{RecordingSender, ScriptedClassifier};
use sms_consolidate::{
    BatchId, Consolidator, Event, FakeClock, Label, MemoryStore, OptOutCause, OptOutScope, PushError,
    Receipt, SmsMessage, Timestamp, Window,
};

mod ids;
mod opt_outs;
mod push;
mod room;

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
    held(store.finish(now, &claim.batch.key, claim.fence(), off));
}

fn finish_replied(store: &Memory, now: Timestamp, claim: &Claim<String, SmsMessage>) {
    let replied = Finish::new(Outcome::Replied(vec![Receipt::default()]));
    held(store.finish(now, &claim.batch.key, claim.fence(), replied));
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
    let terms = ReplyTerms {
        parts: vec![ReplyPart::new("reply")],
        control: None,
        send_timeout: SECOND,
        max_replies_per_hour,
        opt_out_scope: OptOutScope::Conversation,
    };
    let recorded = held(store.record(now, &claim.batch.key, claim.fence(), None, Some(terms)));
    assert_eq!(recorded.reply, Ok(()));
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
