//! A store beside its model. Every call compares what the store answers with what the model says.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::lane::{
    CloseReason, Control, Entry, Fence, Keyword, LOOP_GUARD_PERIOD, ReplyRefusal, ReplyTerms, RetryTerms,
};
use sms_consolidate::store::{
    Appended, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect, NoReply,
    Outcome, Record, Refusal, RequeueError, Requeued, Status, Store, StoreError,
};
use sms_consolidate::{
    Batch, BatchId, Classification, Label, MemoryStore, Message, SmsMessage, Timestamp, Window,
};

use super::line::{Held, Line, Work};
use super::ops::{KEYS, Op, Shape, Text, Who, Word};

const SECOND: Duration = Duration::from_secs(1);
const REPLIES_PER_HOUR: u32 = 2;

/// The in-memory store never waits.
fn now<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never().expect("the in-memory store never waits")
}

fn ok<T>(call: impl Future<Output = Result<T, StoreError>>) -> T {
    now(call).expect("the in-memory store does not fail")
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) keys: usize,
    pub(crate) messages: usize,
    pub(crate) opt_outs: usize,
}

pub(crate) struct World {
    pub(crate) limits: Limits,
    store: MemoryStore<String, SmsMessage>,
    now: Timestamp,
    lines: Vec<Line>,
    dead: BTreeMap<BatchId, (u8, Held)>,
    finished: BTreeMap<BatchId, Held>,
    /// Dead batches that were put back into a line, under another id.
    gone: BTreeSet<BatchId>,
    issued: Vec<(u8, Fence)>,
    tags: u32,
    accepted: BTreeSet<u32>,
}

fn name(key: u8) -> String {
    format!("key-{key}")
}

fn number(key: &str) -> u8 {
    key.strip_prefix("key-").and_then(|key| key.parse().ok()).expect("a key of this test")
}

fn window(shape: Shape) -> Window {
    match shape {
        Shape::Fixed => Window::fixed(60 * SECOND),
        Shape::Sliding => Window::sliding(10 * SECOND, 60 * SECOND),
        Shape::Urgent => Window::immediate(),
        Shape::CapOf(cap) => Window::fixed(60 * SECOND).with_max_messages(cap),
    }
}

fn keyword(word: Word) -> Option<Keyword> {
    match word {
        Word::None => None,
        Word::Stop => Some(Keyword::Control(Control::Stop)),
        Word::Start => Some(Keyword::Control(Control::Start)),
        Word::Help => Some(Keyword::Control(Control::Help)),
        Word::Yes => Some(Keyword::StartIfStopped),
    }
}

fn tags_of(batch: &Batch<String, SmsMessage>) -> Vec<u32> {
    batch.messages.iter().map(|message| message.text().parse().expect("texts are numbers")).collect()
}

impl World {
    pub(crate) fn new(limits: Limits) -> Self {
        let store = MemoryStore::builder()
            .max_keys(limits.keys)
            .max_messages(limits.messages)
            .max_opt_outs(limits.opt_outs)
            .keep_finished(1_000_000)
            .keep_ids_for(Duration::from_secs(10 * 365 * 86_400))
            .build();
        Self {
            limits,
            store,
            now: Timestamp::from_unix_millis(1_767_225_600_000),
            lines: (0..KEYS).map(|_| Line::default()).collect(),
            dead: BTreeMap::new(),
            finished: BTreeMap::new(),
            gone: BTreeSet::new(),
            issued: Vec::new(),
            tags: 0,
            accepted: BTreeSet::new(),
        }
    }

    fn line(&mut self, key: u8) -> &mut Line {
        &mut self.lines[usize::from(key)]
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Append(texts) => _ = self.append(texts),
            Op::Claim { limit, lease_s } => self.claim(*limit, SECOND * *lease_s),
            Op::Renew(who, lease_s) => self.renew(*who, SECOND * *lease_s),
            Op::Checkpoint(who) => self.checkpoint(*who),
            Op::BeginReply(who) => self.begin_reply(*who),
            Op::Finish(who) => self.finish(*who),
            Op::Retry { who, after_s, maybe_sent } => self.retry(*who, SECOND * *after_s, *maybe_sent),
            Op::Bury { who, maybe_sent } => self.bury(*who, *maybe_sent),
            Op::Requeue(index) => {
                let ids = self.known_ids();
                if !ids.is_empty() {
                    self.requeue(*index.get(&ids));
                }
            }
            Op::Revive(index) => {
                let ids: Vec<_> = self.dead.keys().copied().collect();
                if !ids.is_empty() {
                    self.requeue(*index.get(&ids));
                }
            }
            Op::Flush(key) => self.flush(*key),
            Op::Cancel(key) => self.cancel(*key),
            Op::SetOptedOut(key, opted_out) => self.set_opted_out(*key, *opted_out),
            Op::Maintain(limit) => self.maintain(*limit),
            Op::WaitSeconds(seconds) => self.now = self.now + SECOND * *seconds,
        }
    }

    fn known_ids(&self) -> Vec<BatchId> {
        let unfinished = self.lines.iter().flat_map(|line| line.batches.iter().map(|batch| batch.id));
        unfinished.chain(self.dead.keys().chain(self.finished.keys()).chain(&self.gone).copied()).collect()
    }

    fn held_messages(&self) -> usize {
        let unfinished = self.lines.iter().flat_map(|line| &line.batches);
        unfinished.chain(self.dead.values().map(|(_, batch)| batch)).map(|batch| batch.tags.len()).sum()
    }

    fn append(&mut self, texts: &[Text]) -> Vec<Appended> {
        let first = self.tags;
        let arrivals = texts.iter().map(|text| self.arrival(text)).collect();
        let report = ok(self.store.append(self.now, arrivals));
        assert_eq!(report.results.len(), texts.len());
        assert_eq!(report.ids_forgotten, 0, "there is room for all ids");
        // Which arrival finds the last room depends on the order of shards, so limits are checked for single ones.
        for ((text, result), tag) in texts.iter().zip(&report.results).zip(first..) {
            self.appended(text, result, tag, texts.len() == 1);
        }
        let touched = texts.iter().zip(&report.results);
        for (text, _) in touched.filter(|(_, result)| matches!(result, Appended::Accepted(_))) {
            let wake = self.line(text.key).wake_at();
            assert!(report.wake_at.is_some() && report.wake_at <= wake, "the reported wake is not too late");
        }
        report.results
    }

    fn arrival(&mut self, text: &Text) -> Arrival<String, SmsMessage> {
        let mut message = SmsMessage::new(self.tags.to_string());
        self.tags += 1;
        if let Some(id) = text.id {
            message = message.with_id(id.to_string());
        }
        if let Some(sent) = text.sent {
            message = message.with_sent_at(self.sent_at(sent));
        }
        let mut arrival = Arrival::new(name(text.key), message, window(text.shape));
        arrival.keyword = keyword(text.keyword);
        arrival.supersede_within = text.supersedes.then_some(120 * SECOND);
        arrival
    }

    fn sent_at(&self, sent: i8) -> Timestamp {
        Timestamp::from_unix_millis(self.now.as_unix_millis() + i64::from(sent) * 1_000)
    }

    fn appended(&mut self, text: &Text, result: &Appended, tag: u32, alone: bool) {
        let now = self.now;
        let has_room = self.held_messages() < self.limits.messages;
        let keys = self.counts().keys;
        let line = self.line(text.key);
        let known = text.id.is_some_and(|id| line.ids.contains(&id));
        assert_eq!(*result == Appended::Duplicate, known, "{text:?}");
        let accepted = match result {
            Appended::Duplicate => return,
            Appended::Refused(Refusal::Messages) => return assert!(!alone || !has_room, "there is room"),
            Appended::Refused(Refusal::Keys) => {
                assert!(!line.has_something_to_say(now) || !alone, "a known key is not refused");
                return assert!(keys >= self.limits.keys as u64, "there is room for a key");
            }
            Appended::Refused(Refusal::OptOuts) => {
                assert!(
                    text.keyword == Word::Stop && !line.opted_out,
                    "only what opts out is refused for that"
                );
                let taken = self.lines.iter().filter(|line| line.opted_out).count();
                return assert!(!alone || taken >= self.limits.opt_outs, "there is room for an opt-out");
            }
            Appended::Refused(other) => panic!("refused: {other}"),
            Appended::Accepted(accepted) => accepted,
        };
        let effective_at = text.sent.map_or(now, |sent| self.sent_at(sent));
        let opts_out = text.keyword == Word::Stop && !self.line(text.key).opted_out;
        let opted_out = self.lines.iter().filter(|line| line.opted_out).count();
        let has_room = if opts_out { opted_out < self.limits.opt_outs } else { has_room };
        assert!(has_room || !alone, "there is no room");
        let is_new = !self.known_ids().contains(&accepted.batch);
        let line = self.line(text.key);
        if !line.may_linger && !line.has_something_to_say(now) && alone && !opts_out {
            let limit = self.limits.keys as u64;
            assert!(keys <= limit, "there is no room for a key");
        }
        let line = self.line(text.key);
        line.may_linger = true;
        line.ids.extend(text.id);
        let control = match text.keyword {
            Word::Stop => Some(Control::Stop),
            Word::Start => Some(Control::Start),
            Word::Help => Some(Control::Help),
            Word::Yes => line.opted_out.then_some(Control::Start),
            Word::None => None,
        };
        assert_eq!(accepted.control, control);
        match control {
            Some(Control::Stop) => line.opt_out(now),
            Some(Control::Start) => line.opted_out = false,
            _ => {}
        }
        match accepted.entry {
            Entry::Opened => {
                assert!(is_new, "the id of a new batch is new");
                line.batches.push(Held {
                    id: accepted.batch,
                    tags: Vec::new(),
                    opened_at: now,
                    due_at: accepted.due_at,
                });
            }
            Entry::Ahead => {
                assert!(is_new && opts_out, "a stop, and nothing else, passes those that wait");
                let place = usize::from(line.work.is_some());
                let held =
                    Held { id: accepted.batch, tags: Vec::new(), opened_at: now, due_at: accepted.due_at };
                line.batches.insert(place, held);
            }
            Entry::Joined => assert!(line.batches.len() > usize::from(line.work.is_some()), "a batch waits"),
            Entry::Superseded => {
                assert!(line.is_leased() && !line.is_replying() && line.batches.len() == 1);
                line.lose();
            }
        }
        let place = match accepted.entry {
            Entry::Ahead => usize::from(line.work.is_some()),
            _ => line.batches.len() - 1,
        };
        let batch = &mut line.batches[place];
        batch.tags.push((effective_at, tag));
        batch.due_at = accepted.due_at;
        assert_eq!((batch.id, batch.tags.len()), (accepted.batch, accepted.messages as usize));
        self.accepted.insert(tag);
    }

    fn claim(&mut self, limit: usize, lease: Duration) {
        let due =
            self.lines.iter().filter(|line| line.wake_at().is_some_and(|wake| wake <= self.now)).count();
        let most = NonZeroUsize::new(limit).expect("no limit is zero");
        let claims = ok(self.store.claim(self.now, most, lease));
        assert_eq!(claims.len(), due.min(limit), "due heads, and nothing else, are claimed");
        for claim in claims {
            self.claimed(&claim, lease);
        }
        if due < limit {
            let wake = ok(self.store.next_wake());
            assert!(
                wake.is_none_or(|wake| wake > self.now),
                "nothing is due any more, so nobody is woken now"
            );
        }
    }

    fn claimed(&mut self, claim: &Claim<String, SmsMessage>, lease: Duration) {
        let (now, key) = (self.now, number(&claim.batch.key));
        let line = self.line(key);
        assert!(line.wake_at().is_some_and(|wake| wake <= now), "its head is due");
        assert_eq!(claim.batch.id, line.batches[0].id, "only the head is claimed");
        assert_eq!(tags_of(&claim.batch), line.batches[0].sorted());
        let earlier = line.work.take();
        assert_eq!(claim.checkpoint.is_some(), earlier.as_ref().is_some_and(|work| work.checkpoint));
        assert_eq!(claim.reply, earlier.as_ref().and_then(|work| work.reply.clone()));
        line.work = Some(Work {
            fence: claim.fence(),
            leased: true,
            until: now + lease,
            checkpoint: claim.checkpoint.is_some(),
            reply: claim.reply.clone(),
            reply_counts: earlier.is_some_and(|work| work.reply_counts),
        });
        self.issued.push((key, claim.fence()));
    }

    fn pick(&self, who: Who) -> Option<(u8, Fence)> {
        match who {
            Who::Holder(key) => {
                let work = self.lines[usize::from(key)].work.as_ref().filter(|work| work.leased)?;
                Some((key, work.fence))
            }
            Who::Any(index) => (!self.issued.is_empty()).then(|| *index.get(&self.issued)),
        }
    }

    fn snapshot(&self) -> (Counts, Vec<Record<String>>) {
        (self.counts(), ok(self.store.list(&Filter::newest(usize::MAX))))
    }

    /// Makes a fenced write. Returns its value if the fence is good; if not, it must have been refused.
    fn fenced<T: std::fmt::Debug>(
        &mut self,
        (key, fence): (u8, Fence),
        write: impl AsyncFnOnce(&MemoryStore<String, SmsMessage>, &String) -> Result<T, FencedError>,
    ) -> Option<T> {
        let holds = self.line(key).holds(fence);
        let before = (!holds).then(|| self.snapshot());
        let result = now(write(&self.store, &name(key)));
        match (before, result) {
            (None, result) => Some(result.expect("the claim holds")),
            (Some(before), Err(FencedError::Lost(_))) => {
                assert_eq!(self.snapshot(), before, "a stale fence changes nothing");
                None
            }
            (Some(_), result) => panic!("a stale fence was answered with {result:?}"),
        }
    }

    fn renew(&mut self, who: Who, lease: Duration) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let renewed = self.fenced(held, async |store, key| store.renew(at, key, held.1, lease).await);
        if let Some(until) = renewed {
            let work = self.line(held.0).work.as_mut().expect("a held head has work");
            work.until = work.until.max(at + lease);
            assert_eq!(until, work.until);
        }
    }

    fn checkpoint(&mut self, who: Who) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let found = Classification::new(Label::AGREE, "model");
        let write =
            async |store: &MemoryStore<_, _>, key: &String| store.checkpoint(at, key, held.1, &found).await;
        if self.fenced(held, write).is_some() {
            self.line(held.0).work.as_mut().expect("a held head has work").checkpoint = true;
        }
    }

    fn begin_reply(&mut self, who: Who) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let text = format!("reply {}", self.issued.len());
        let terms = ReplyTerms {
            control: None,
            send_timeout: SECOND,
            max_replies_per_hour: NonZeroU32::new(REPLIES_PER_HOUR),
        };
        let write = async |store: &MemoryStore<_, _>, key: &String| match store
            .begin_reply(at, key, held.1, &text, &terms)
            .await
        {
            Ok(()) => Ok(None),
            Err(BeginReplyError::Refused(ReplyRefusal::Lost(why))) => Err(FencedError::Lost(why)),
            Err(BeginReplyError::Refused(why)) => Ok(Some(why)),
            Err(error) => panic!("begin_reply: {error}"),
        };
        let Some(refusal) = self.fenced(held, write) else { return };
        let line = self.line(held.0);
        let is_used_up = !line.is_replying()
            && line.replies.iter().filter(|sent| at < **sent + LOOP_GUARD_PERIOD).count()
                >= REPLIES_PER_HOUR as usize;
        match refusal {
            Some(ReplyRefusal::LoopGuard) => assert!(is_used_up, "there is a reply left"),
            Some(_) => {}
            None => {
                assert!(!line.opted_out, "no reply after an opt-out");
                assert!(!is_used_up, "the store remembers the replies of the last hour");
                let work = line.work.as_mut().expect("a held head has work");
                if work.reply.is_none() {
                    work.reply = Some(text);
                    work.reply_counts = true;
                    line.replies.push(at);
                }
            }
        }
    }

    /// Takes the head out of its line.
    fn pop(&mut self, key: u8) -> Held {
        let line = self.line(key);
        line.work = None;
        line.batches.remove(0)
    }

    fn finish(&mut self, who: Who) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let off = Finish::new(Outcome::NoReply(NoReply::Off));
        let wake = self.fenced(held, async |store, key| store.finish(at, key, held.1, &off).await);
        if let Some(wake) = wake {
            let batch = self.pop(held.0);
            self.finished.insert(batch.id, batch);
            assert_eq!(wake, self.line(held.0).wake_at());
        }
    }

    fn retry(&mut self, who: Who, after: Duration, maybe_sent: bool) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let terms = RetryTerms { at: at + after, counts: true, maybe_sent };
        let wake = self.fenced(held, async |store, key| store.retry(at, key, held.1, &terms, "why").await);
        if let Some(wake) = wake {
            let line = self.line(held.0);
            let work = line.work.as_mut().expect("a held head has work");
            (work.leased, work.until) = (false, at + after);
            if !maybe_sent {
                work.reply = None;
                if std::mem::take(&mut work.reply_counts) {
                    line.replies.pop();
                }
            }
            assert_eq!(wake, line.wake_at());
        }
    }

    fn bury(&mut self, who: Who, maybe_sent: bool) {
        let (Some(held), at) = (self.pick(who), self.now) else { return };
        let is_over = maybe_sent && self.line(held.0).is_replying();
        let wake = self.fenced(held, async |store, key| store.bury(at, key, held.1, maybe_sent, "why").await);
        if let Some(wake) = wake {
            let batch = self.pop(held.0);
            assert_eq!(wake, self.line(held.0).wake_at());
            if is_over {
                self.finished.insert(batch.id, batch);
            } else {
                self.dead.insert(batch.id, (held.0, batch));
            }
        }
    }

    fn requeue(&mut self, id: BatchId) {
        let at = self.now;
        let requeued = now(self.store.requeue(at, id));
        if let Some((key, dead)) = self.dead.remove(&id) {
            let Ok(Requeued::Revived(new)) = requeued else { panic!("{requeued:?}") };
            assert!(!self.known_ids().contains(&new), "a revived batch has a new id");
            self.gone.insert(id);
            let mut tags = dead.tags;
            tags.sort_by_key(|(effective_at, _)| *effective_at);
            let line = self.line(key);
            line.may_linger = true;
            return line.batches.push(Held { id: new, tags, opened_at: at, due_at: at });
        }
        if self.finished.contains_key(&id) {
            return assert!(matches!(requeued, Err(RequeueError::Finished)), "{requeued:?}");
        }
        for line in &mut self.lines {
            let Some(position) = line.batches.iter().position(|batch| batch.id == id) else { continue };
            match line.work.as_mut().filter(|_| position == 0) {
                Some(work) if work.leased => {
                    return assert!(matches!(requeued, Err(RequeueError::InFlight)), "{requeued:?}");
                }
                Some(work) => work.until = work.until.min(at),
                None => line.batches[position].due_at = line.batches[position].due_at.min(at),
            }
            return assert!(matches!(requeued, Ok(Requeued::DueNow)), "{requeued:?}");
        }
        assert!(matches!(requeued, Err(RequeueError::Unknown)), "{requeued:?}");
    }

    fn flush(&mut self, key: Option<u8>) {
        let at = self.now;
        let flushed = ok(self.store.flush(at, key.map(name).as_ref(), CloseReason::Flush));
        let mut expected = 0;
        for (number, line) in (0..KEYS).zip(&mut self.lines) {
            if key.is_none_or(|key| key == number) {
                for batch in line.waiting().filter(|batch| batch.due_at > at) {
                    batch.due_at = at;
                    expected += 1;
                }
            }
        }
        assert_eq!(flushed, expected);
    }

    fn cancel(&mut self, key: u8) {
        let cancelled = ok(self.store.cancel(self.now, &name(key)));
        let line = self.line(key);
        let keeps_head = line.is_replying();
        let taken: Vec<Held> = line.batches.drain(usize::from(keeps_head)..).collect();
        if !keeps_head {
            line.lose();
        }
        assert_eq!(cancelled, taken.iter().map(|batch| batch.id).collect::<Vec<_>>());
        self.finished.extend(taken.into_iter().map(|batch| (batch.id, batch)));
    }

    fn set_opted_out(&mut self, key: u8, opted_out: bool) {
        let at = self.now;
        ok(self.store.set_opted_out(at, &name(key), opted_out));
        let line = self.line(key);
        if opted_out {
            line.may_linger = true;
            line.opt_out(at);
        } else {
            line.opted_out = false;
        }
    }

    fn maintain(&mut self, limit: usize) {
        let step = NonZeroUsize::new(limit).expect("no limit is zero");
        while ok(self.store.maintain(self.now, step)).more {}
        let now = self.now;
        for line in &mut self.lines {
            line.may_linger = line.has_something_to_say(now);
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        ok(self.store.counts(self.now))
    }

    /// Compares what the store shows with the model.
    pub(crate) fn check(&self) {
        let counts = self.counts();
        let heads = || self.lines.iter().filter_map(|line| Some((line.wake_at()?, line)));
        let late = |leased: bool| {
            let late = heads().filter(move |(wake, line)| *wake < self.now && line.is_leased() == leased);
            late.map(|(wake, _)| wake)
        };
        let claimed = heads().filter(|(_, line)| line.is_leased()).count();
        let started = heads().filter(|(_, line)| line.work.is_some()).count();
        let unfinished: usize = self.lines.iter().map(|line| line.batches.len()).sum();
        let dead: usize = self.dead.values().map(|(_, batch)| batch.tags.len()).sum();
        assert_eq!(counts.open + counts.closed, (unfinished - started) as u64);
        assert_eq!((counts.claimed, counts.retrying), (claimed as u64, (started - claimed) as u64));
        assert_eq!((counts.dead, counts.finished), (self.dead.len() as u64, self.finished.len() as u64));
        assert_eq!(counts.messages_buffered, (self.held_messages() - dead) as u64);
        assert_eq!(counts.past_due, late(false).count() as u64);
        assert_eq!(counts.leases_expired, late(true).count() as u64);
        let longest = late(false).map(|wake| self.now.since(wake)).max().unwrap_or_default();
        assert_eq!(u128::from(counts.longest_past_due_ms), longest.as_millis());
        let least = self.lines.iter().filter(|line| line.has_something_to_say(self.now)).count();
        let most = self.lines.iter().filter(|line| line.may_linger).count();
        assert!((least as u64..=most as u64).contains(&counts.keys), "{least} <= {} <= {most}", counts.keys);
        self.check_wake();
        self.check_batches();
    }

    fn check_wake(&self) {
        let wake = ok(self.store.next_wake());
        let truth = self.lines.iter().filter_map(Line::wake_at).min();
        assert_eq!(wake.is_some(), truth.is_some());
        assert!(wake <= truth, "woken at {wake:?}, but due at {truth:?}");
    }

    fn check_batches(&self) {
        let listed = ok(self.store.list(&Filter::newest(usize::MAX)));
        let listed: BTreeMap<_, _> = listed.iter().map(|record| (record.id, record.status)).collect();
        let is = |id, status: Status| assert_eq!(listed.get(&id), Some(&status), "{id}");
        self.finished.keys().for_each(|id| is(*id, Status::Finished));
        self.dead.keys().for_each(|id| is(*id, Status::Dead));
        let unfinished = self.lines.iter().flat_map(|line| &line.batches);
        assert_eq!(listed.len(), unfinished.clone().count() + self.dead.len() + self.finished.len());
        for held in unfinished.chain(self.dead.values().map(|(_, batch)| batch)) {
            assert!(listed.contains_key(&held.id));
            let whole = ok(self.store.batch(held.id)).expect("it is known");
            assert_eq!(tags_of(&whole.batch.expect("it is kept whole")), held.sorted());
        }
    }

    /// Takes out everything, as a shutdown does.
    pub(crate) fn hand_back(&mut self) {
        let batches = ok(self.store.hand_back());
        assert!(batches.is_sorted_by_key(|batch| batch.opened_at), "oldest first");
        let mut lines: BTreeMap<u8, Vec<BatchId>> = BTreeMap::new();
        for batch in &batches {
            let key = number(&batch.key);
            let dead = self.dead.remove(&batch.id);
            let held = dead.map(|(_, held)| held).or_else(|| {
                lines.entry(key).or_default().push(batch.id);
                self.lines[usize::from(key)].batches.iter().find(|held| held.id == batch.id).cloned()
            });
            assert_eq!(tags_of(batch), held.expect("it was there, and is handed back once").sorted());
            self.gone.insert(batch.id);
        }
        assert!(self.dead.is_empty(), "dead batches are handed back");
        for (key, line) in (0..KEYS).zip(&mut self.lines) {
            let past_return = line.is_replying();
            let mut left: Vec<Held> = line.batches.drain(..).collect();
            line.lose();
            if past_return {
                let head = left.remove(0);
                self.finished.insert(head.id, head);
            }
            // A stop may have passed others in the line.
            left.sort_by_key(|batch| batch.opened_at);
            let left: Vec<_> = left.iter().map(|batch| batch.id).collect();
            assert_eq!(lines.remove(&key).unwrap_or_default(), left, "a key's batches stay in order");
        }
        for held in self.issued.clone() {
            let off = Finish::new(Outcome::ReplyUnknown);
            let at = self.now;
            let done = self.fenced(held, async |store, key| store.finish(at, key, held.1, &off).await);
            assert!(done.is_none(), "whoever held a batch has lost it");
        }
    }

    /// Finishes everything, dead batches included.
    pub(crate) fn drain(&mut self) {
        for id in self.dead.keys().copied().collect::<Vec<_>>() {
            self.requeue(id);
        }
        while let Some(wake) = self.lines.iter().filter_map(Line::wake_at).min() {
            self.now = self.now.max(wake);
            self.claim(100, 30 * SECOND);
            (0..KEYS).for_each(|key| self.finish(Who::Holder(key)));
        }
    }

    pub(crate) fn forget_what_is_over(&mut self) {
        self.now = self.now + 2 * LOOP_GUARD_PERIOD;
        self.maintain(1);
    }

    pub(crate) fn opt_everybody_in(&mut self) {
        (0..KEYS).for_each(|key| self.set_opted_out(key, false));
    }

    pub(crate) fn opted_out(&self) -> u64 {
        self.lines.iter().filter(|line| line.opted_out).count() as u64
    }

    /// Pushes an ordinary message without an id.
    pub(crate) fn push_plain(&mut self) -> Appended {
        let shape = Shape::CapOf(1);
        let text = Text { key: 0, id: None, shape, keyword: Word::None, supersedes: false, sent: None };
        self.append(&[text])[0]
    }

    pub(crate) fn accepted_tags(&self) -> Vec<u32> {
        self.accepted.iter().copied().collect()
    }

    /// The messages of all finished batches, sorted; one that was in two is there twice.
    pub(crate) fn finished_tags(&self) -> Vec<u32> {
        let mut tags: Vec<u32> =
            self.finished.values().flat_map(|batch| batch.tags.iter().map(|(_, tag)| *tag)).collect();
        tags.sort_unstable();
        tags
    }
}
