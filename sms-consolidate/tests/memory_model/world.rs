//! A store beside its model. Every call compares what the store answers with what the model says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::lane::{Fence, LOOP_GUARD_PERIOD, Sender};
use sms_consolidate::store::{Appended, Finish, Outcome, Store, StoreError, StoreExt};
use sms_consolidate::testing::TestKey;
use sms_consolidate::{Batch, BatchId, Key, MemoryStore, Message, OptOutScope, SmsMessage, Timestamp};

use super::line::{Held, Line};
use super::ops::{KEYS, Op, Reach, Shape, Text, Who, Word};

mod append;
mod check;
mod claims;
mod keyed;

const SECOND: Duration = Duration::from_secs(1);

/// Fewer than keys, so that some senders have more than one line.
const SENDERS: u8 = 3;

type Memory = MemoryStore<TestKey, SmsMessage>;

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
    store: Memory,
    now: Timestamp,
    lines: Vec<Line>,
    /// What is known of senders, by the text that stands for them.
    senders: BTreeMap<String, Sender>,
    dead: BTreeMap<BatchId, (u8, Held)>,
    finished: BTreeMap<BatchId, Held>,
    /// Dead batches that were put back into a line, under another id.
    gone: BTreeSet<BatchId>,
    issued: Vec<(u8, Fence)>,
    tags: u32,
    accepted: BTreeSet<u32>,
}

fn name(key: u8) -> TestKey {
    format!("sender-{}@{key}", key % SENDERS).into()
}

fn number(key: &TestKey) -> u8 {
    key.line().and_then(|line| line.parse().ok()).expect("a key of this test")
}

fn opt_out_scope(reach: Reach) -> OptOutScope {
    match reach {
        Reach::Line => OptOutScope::Conversation,
        Reach::AllLines => OptOutScope::Sender,
    }
}

fn scope_of(key: u8, reach: Reach) -> String {
    name(key).opt_out_scope(opt_out_scope(reach))
}

fn tags_of(batch: &Batch<TestKey, SmsMessage>) -> Vec<u32> {
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
            senders: BTreeMap::new(),
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

    fn sender(&self, scope: &str) -> Sender {
        self.senders.get(scope).copied().unwrap_or_default()
    }

    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Append(texts) => _ = self.append(texts),
            Op::Claim { limit, lease_s } => self.claim(*limit, SECOND * *lease_s),
            Op::Renew(who, lease_s) => self.renew(*who, SECOND * *lease_s),
            Op::Record { who, classified, reply } => self.record(*who, *classified, *reply),
            Op::Finish { who, replied } => self.finish(*who, *replied),
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
            Op::SetOptedOut { key, reach, opted_out, age_s } => {
                self.opt_out(*key, *reach, *opted_out, age_s.map(|age_s| SECOND * age_s));
            }
            Op::Maintain(limit) => self.maintain(*limit),
            Op::WaitSeconds(seconds) => self.now = self.now + SECOND * *seconds,
        }
        self.note_what_was_forgotten();
    }

    fn known_ids(&self) -> Vec<BatchId> {
        let unfinished = self.lines.iter().flat_map(|line| line.batches.iter().map(|batch| batch.id));
        unfinished.chain(self.dead.keys().chain(self.finished.keys()).chain(&self.gone).copied()).collect()
    }

    fn has_dead(&self, key: u8) -> bool {
        self.dead.values().any(|(of, _)| *of == key)
    }

    /// Whether the store must know the key.
    fn must_know(&self, key: u8) -> bool {
        self.lines[usize::from(key)].has_something_to_say(self.now) || self.has_dead(key)
    }

    fn held_messages(&self) -> usize {
        let unfinished = self.lines.iter().flat_map(|line| &line.batches);
        unfinished.chain(self.dead.values().map(|(_, batch)| batch)).map(|batch| batch.tags.len()).sum()
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
            let (at, unknown) = (self.now, Finish::new(Outcome::ReplyUnknown));
            let done = self.fenced(held, async |store, key| store.finish(at, key, held.1, unknown).await);
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
            (0..KEYS).for_each(|key| self.finish(Who::Holder(key), false));
        }
    }

    pub(crate) fn forget_what_is_over(&mut self) {
        self.now = self.now + 2 * LOOP_GUARD_PERIOD;
        self.maintain(1);
    }

    /// Pushes an ordinary message without an id.
    pub(crate) fn push_plain(&mut self) -> Appended {
        let (keyword, reach) = (Word::None, Reach::Line);
        let text =
            Text { key: 0, id: None, shape: Shape::CapOf(1), keyword, supersedes: false, reach, sent: None };
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
