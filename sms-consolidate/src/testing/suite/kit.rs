//! What the cases are written with: a store under test whose calls must succeed, arrivals, instants.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::lane::{
    Accepted, BatchFacts, Buried, CloseReason, Control, Fence, LossReason, OptOutChange, ReplyPart,
    ReplyRefusal, ReplyTerms, Requeued, RetryTerms,
};
use crate::message::{Batch, BatchId, OptOutScope, SmsMessage};
use crate::optout::OptOutCause;
use crate::reply::Receipt;
use crate::store::{
    AppendReport, Appended, Arrival, Claim, Counts, FencedError, Filter, Finish, Maintained, NoReply,
    OptedOut, Outcome, Record, RequeueError, Status, Woken,
};
/// Every case calls their methods.
pub(super) use crate::store::{Store, StoreExt};
pub(super) use crate::testing::TestKey;
use crate::testing::{DurableFixture, SharedFixture, StoreFixture};
use crate::window::Window;
use crate::{Classification, Label};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub(super) const MILLISECOND: Duration = Duration::from_millis(1);

/// The lease of every claim in the suite.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// More than any case holds.
const EVERYTHING: usize = 10_000;

/// The instant `seconds` after the start of every case.
pub(super) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_767_225_600_000) + SECOND * u32::try_from(seconds).expect("cases are short")
}

/// A message whose batch closes after a minute.
pub(super) fn message(key: &str, text: &str) -> Arrival<TestKey, SmsMessage> {
    arrival(key, SmsMessage::new(text))
}

pub(super) fn arrival(key: &str, message: SmsMessage) -> Arrival<TestKey, SmsMessage> {
    Arrival::new(key.into(), message, Window::default())
}

pub(super) fn with_id(key: &str, id: &str) -> Arrival<TestKey, SmsMessage> {
    arrival(key, SmsMessage::new("text").with_id(id))
}

/// A message that is a batch of its own, due at once.
pub(super) fn single(key: &str, text: &str) -> Arrival<TestKey, SmsMessage> {
    within(Window::default().with_max_messages(1), message(key, text))
}

/// The same with another window.
pub(super) fn within(window: Window, arrival: Arrival<TestKey, SmsMessage>) -> Arrival<TestKey, SmsMessage> {
    Arrival { window: window.into(), ..arrival }
}

/// A message that is this control.
pub(super) fn control(key: &str, control: Control) -> Arrival<TestKey, SmsMessage> {
    Arrival { keyword: Some((control.into(), OptOutCause::Keyword)), ..message(key, "keyword") }
}

pub(super) fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("cases use no limit of zero")
}

pub(super) fn classification() -> Classification {
    Classification::new(Label::AGREE, "Suite")
}

/// Of a reply of which nothing is asked but that it leaves while the lease lasts.
pub(super) const TERMS: ReplyTerms = ReplyTerms {
    parts: Vec::new(),
    control: None,
    send_timeout: Duration::from_secs(10),
    max_replies_per_hour: None,
    opt_out_scope: OptOutScope::Conversation,
};

pub(super) fn retry_at(at: Timestamp) -> RetryTerms {
    RetryTerms { at, counts: true, maybe_sent: false }
}

pub(super) fn texts(batch: &Batch<TestKey, SmsMessage>) -> Vec<&str> {
    batch.messages.iter().map(crate::Message::text).collect()
}

/// What the reply says that an earlier attempt decided on.
pub(super) fn reply(claim: &Claim<TestKey, SmsMessage>) -> Vec<&str> {
    claim.reply.iter().map(|part| part.text.as_str()).collect()
}

pub(super) fn ids(facts: &[BatchFacts]) -> Vec<BatchId> {
    facts.iter().map(|facts| facts.id).collect()
}

/// Why a fenced write was refused.
#[track_caller]
pub(super) fn lost<T: std::fmt::Debug>(result: Result<T, FencedError>) -> LossReason {
    match result {
        Err(FencedError::Lost(why)) => why,
        other => panic!("the claim is gone, and the write returned {other:?}"),
    }
}

/// The messages of a batch, and when they arrived.
type Contents = (Arc<[SmsMessage]>, Vec<Timestamp>);

/// What a store shows of itself.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    counts: Counts,
    opted_out: Vec<OptedOut>,
    records: Vec<Record<TestKey>>,
    messages: Vec<Option<Contents>>,
}

/// The store of one case. Its calls panic where the store itself fails.
pub(super) struct Subject<S>(pub(super) Arc<S>);

impl<S> Clone for Subject<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: Store<TestKey, SmsMessage>> Subject<S> {
    pub(super) async fn fresh<F: StoreFixture<Store = S>>(fixture: &F) -> Self {
        Self(Arc::new(fixture.fresh().await))
    }

    /// The same store after a restart.
    pub(super) async fn reopened<F: DurableFixture<Store = S>>(self, fixture: &F) -> Self {
        let store = Arc::into_inner(self.0).expect("a case that reopens keeps one handle");
        Self(Arc::new(fixture.reopen(store).await))
    }

    /// The same store as another node sees it.
    pub(super) async fn another<F: SharedFixture<Store = S>>(&self, fixture: &F) -> Self {
        Self(Arc::new(fixture.another(&self.0).await))
    }

    pub(super) async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<TestKey, SmsMessage>>,
    ) -> AppendReport {
        let count = arrivals.len();
        let report = self.0.append(now, arrivals).await.expect("append");
        assert_eq!(report.results.len(), count, "each arrival has one result");
        report
    }

    /// Appends one message.
    pub(super) async fn offer(&self, now: Timestamp, arrival: Arrival<TestKey, SmsMessage>) -> Appended {
        self.append(now, vec![arrival]).await.results[0]
    }

    /// Appends one message, which must be accepted.
    pub(super) async fn push(&self, now: Timestamp, arrival: Arrival<TestKey, SmsMessage>) -> Accepted {
        match self.offer(now, arrival).await {
            Appended::Accepted(accepted) => accepted,
            other => panic!("not accepted: {other:?}"),
        }
    }

    /// Puts one batch of one message, due at once, into the line of `key` and claims it.
    pub(super) async fn push_and_claim(&self, now: Timestamp, key: &str) -> Claim<TestKey, SmsMessage> {
        self.push(now, single(key, "text")).await;
        self.claim_one(now).await
    }

    pub(super) async fn next_wake(&self) -> Option<Timestamp> {
        self.0.next_wake().await.expect("next_wake")
    }

    pub(super) async fn claim(&self, now: Timestamp, most: usize) -> Vec<Claim<TestKey, SmsMessage>> {
        self.0.claim(now, limit(most), LEASE).await.expect("claim")
    }

    pub(super) async fn claim_all(&self, now: Timestamp) -> Vec<Claim<TestKey, SmsMessage>> {
        self.claim(now, EVERYTHING).await
    }

    /// Claims what is due, which must be one batch.
    pub(super) async fn claim_one(&self, now: Timestamp) -> Claim<TestKey, SmsMessage> {
        let mut claims = self.claim_all(now).await;
        assert_eq!(claims.len(), 1, "batches due at {now}");
        claims.remove(0)
    }

    pub(super) async fn assert_nothing_due(&self, now: Timestamp) {
        let claims = self.claim_all(now).await;
        assert!(claims.is_empty(), "nothing is due at {now}, and there were {claims:?}");
    }

    /// Begins a reply of one part.
    pub(super) async fn begin_reply(
        &self,
        now: Timestamp,
        claim: &Claim<TestKey, SmsMessage>,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), ReplyRefusal> {
        let terms = ReplyTerms { parts: vec![ReplyPart::new(text)], ..terms.clone() };
        let recorded = self.0.record(now, &claim.batch.key, claim.fence(), None, Some(terms)).await;
        recorded.expect("record").reply
    }

    /// Records what a batch was found to be.
    pub(super) async fn classify(&self, now: Timestamp, claim: &Claim<TestKey, SmsMessage>) {
        let found = Some(classification());
        let recorded = self.0.record(now, &claim.batch.key, claim.fence(), found, None).await;
        assert_eq!(recorded.expect("record").reply, Ok(()), "no reply was asked for");
    }

    /// Ends a batch without a reply.
    pub(super) async fn finish(
        &self,
        now: Timestamp,
        claim: &Claim<TestKey, SmsMessage>,
    ) -> Option<Timestamp> {
        self.try_finish(now, claim).await.expect("finish")
    }

    /// Ends a batch whose reply the gateway took.
    pub(super) async fn finish_replied(&self, now: Timestamp, claim: &Claim<TestKey, SmsMessage>) {
        let replied = Finish::new(Outcome::Replied(vec![Receipt::default()]));
        self.0.finish(now, &claim.batch.key, claim.fence(), replied).await.expect("finish");
    }

    pub(super) async fn try_finish(
        &self,
        now: Timestamp,
        claim: &Claim<TestKey, SmsMessage>,
    ) -> Result<Option<Timestamp>, FencedError> {
        let off = Finish::new(Outcome::NoReply(NoReply::Off));
        self.0.finish(now, &claim.batch.key, claim.fence(), off).await
    }

    pub(super) async fn retry(
        &self,
        now: Timestamp,
        claim: &Claim<TestKey, SmsMessage>,
        terms: RetryTerms,
    ) -> Option<Timestamp> {
        let done = self.0.retry(now, &claim.batch.key, claim.fence(), terms, "an error").await;
        done.expect("retry")
    }

    pub(super) async fn bury(
        &self,
        now: Timestamp,
        claim: &Claim<TestKey, SmsMessage>,
        maybe_sent: bool,
    ) -> Woken<Buried> {
        let done = self.0.bury(now, &claim.batch.key, claim.fence(), maybe_sent, "an error").await;
        done.expect("bury")
    }

    /// A dead batch of one message.
    pub(super) async fn dead(&self, now: Timestamp, key: &str, text: &str) -> BatchId {
        self.push(now, single(key, text)).await;
        let claim = self.claim_one(now).await;
        self.bury(now, &claim, false).await;
        claim.batch.id
    }

    pub(super) async fn cancel(&self, now: Timestamp, key: &str) -> Vec<BatchFacts> {
        self.0.cancel(now, &key.into()).await.expect("cancel")
    }

    pub(super) async fn flush(&self, now: Timestamp, key: &str) -> u64 {
        self.0.flush(now, &key.into(), CloseReason::Flush).await.expect("flush")
    }

    /// Opts the sender of a key out or in by hand. Returns whether that changed anything.
    pub(super) async fn opt_out(&self, now: Timestamp, key: &str, opted_out: bool) -> bool {
        let change = OptOutChange::new(opted_out, OptOutCause::Operator);
        self.0.opt_out(now, &key.into(), OptOutScope::Conversation, change).await.expect("opt_out")
    }

    pub(super) async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        let requeued = self.0.requeue(now, id).await;
        assert!(!matches!(requeued, Err(RequeueError::Store(_))), "requeue: {requeued:?}");
        requeued
    }

    /// Maintains in steps of `step` until nothing is left to do. Returns the sums.
    pub(super) async fn maintain(&self, now: Timestamp, step: usize) -> Maintained {
        let mut total = Maintained::default();
        for _ in 0..EVERYTHING {
            let done = self.0.maintain(now, limit(step)).await.expect("maintain");
            total.batches_pruned += done.batches_pruned;
            total.ids_pruned += done.ids_pruned;
            total.lanes_pruned += done.lanes_pruned;
            total.senders_pruned += done.senders_pruned;
            if !done.more {
                return total;
            }
        }
        panic!("maintenance never ends");
    }

    pub(super) async fn counts(&self, now: Timestamp) -> Counts {
        self.0.counts(now).await.expect("counts")
    }

    pub(super) async fn list(&self, filter: &Filter) -> Vec<Record<TestKey>> {
        self.0.list(filter).await.expect("list")
    }

    pub(super) async fn ids(&self, filter: &Filter) -> Vec<BatchId> {
        self.list(filter).await.into_iter().map(|record| record.id).collect()
    }

    /// The record of a batch, and its messages, which must be kept.
    pub(super) async fn whole(&self, id: BatchId) -> (Record<TestKey>, Batch<TestKey, SmsMessage>) {
        let whole = self.0.batch(id).await.expect("batch").expect("the batch is known");
        (whole.record, whole.batch.expect("an unfinished or dead batch is kept whole"))
    }

    pub(super) async fn record(&self, id: BatchId) -> Record<TestKey> {
        self.0.batch(id).await.expect("batch").expect("the batch is known").record
    }

    pub(super) async fn status(&self, id: BatchId) -> Status {
        self.record(id).await.status
    }

    pub(super) async fn snapshot(&self, now: Timestamp) -> Snapshot {
        let counts = self.counts(now).await;
        let records = self.list(&Filter::newest(EVERYTHING)).await;
        let mut messages = Vec::new();
        for record in &records {
            let whole = self.0.batch(record.id).await.expect("batch").expect("a listed batch is known");
            assert_eq!(whole.record, *record, "list and batch agree");
            messages.push(whole.batch.map(|batch| (batch.messages, batch.arrived_at)));
        }
        let opted_out = self.0.opted_out(None, limit(EVERYTHING)).await.expect("opted_out");
        Snapshot { counts, opted_out, records, messages }
    }

    /// Tries every fenced write. Each must be refused because of `why`, and change nothing.
    pub(super) async fn assert_lost(&self, now: Timestamp, key: &str, fence: Fence, why: LossReason) {
        let (store, key) = (&self.0, &key.into());
        let finish = Finish::new(Outcome::ReplyUnknown).with_error("from an old holder");
        let mistaken = Classification::new(Label::NOT_AGREE, "from an old holder");
        let reply = ReplyTerms { parts: vec![ReplyPart::new("from an old holder")], ..TERMS };
        let before = self.snapshot(now).await;
        assert_eq!(lost(store.renew(now, key, fence, HOUR).await), why, "renew");
        let both = store.record(now, key, fence, Some(mistaken), Some(reply)).await;
        assert_eq!(lost(both), why, "record");
        assert_eq!(lost(store.retry(now, key, fence, retry_at(now), "old").await), why, "retry");
        assert_eq!(lost(store.bury(now, key, fence, false, "old").await), why, "bury");
        assert_eq!(lost(store.finish(now, key, fence, finish).await), why, "finish");
        assert_eq!(self.snapshot(now).await, before, "a refused write changes nothing");
    }
}

/// Texts that stores have been seen to bend: NUL, emoji, combining characters, non-characters, marks of direction,
/// lone joiners, quotes and wildcards, blanks, line ends, nothing.
pub(super) const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "a\0b",
    "\0",
    "👍🏽 👩‍👩‍👧 🇵🇭",
    "e\u{301}",
    "\u{e9}",
    "\u{301}",
    "\u{feff}bom",
    "\u{fffe}\u{ffff}\u{10ffff}",
    "\u{fffd}",
    "\u{202e}rtl\u{2066}",
    "\u{200d}",
    "\u{fe0f}",
    "'; DROP TABLE batches; --",
    "\"double\" `tick` \\back\\slash $1 ?1 :a %s %_ {} [*]",
    "NULL",
    "tab\tline\nreturn\rboth\r\n",
    " blanks around ",
    "oo, sige po. ñ ß İ ı ſ",
    "漢字カナ",
];
