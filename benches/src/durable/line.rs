//! What a loop written by hand knows of a key. It is written with the fields that the library's lane has, so that as
//! many bytes go to the disk; of its rules it has the few that are needed here.

use serde::{Deserialize, Serialize};
use sms_consolidate::lane::ReplyPart;
use sms_consolidate::{Classification, Clock, SystemClock};
use uuid::Uuid;

/// With the third message a batch is full, and due.
pub const MESSAGES_PER_BATCH: u32 = 3;
/// No window ends while a loop is measured.
const WINDOW_MILLIS: i64 = 3_600_000;
const LEASE_MILLIS: i64 = 60_000;

/// JSON of a value that can be written so.
///
/// # Panics
/// If it cannot.
#[must_use]
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it can be written as JSON")
}

/// Milliseconds since the Unix epoch.
#[must_use]
pub fn now_millis(clock: &SystemClock) -> i64 {
    clock.now().as_unix_millis()
}

/// One unfinished batch. Its times are offsets: from the line's base, and from when it opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Slot {
    pub id: Uuid,
    #[serde(default, skip_serializing_if = "is_default")]
    pub opened: i64,
    #[serde(default, skip_serializing_if = "is_default")]
    pub due_after: i64,
    pub deadline_after: i64,
    pub messages: u32,
    pub bytes: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub close_reason: Option<String>,
    flags: Flags,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Flags {
    has_content: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    sealed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Work {
    attempts: u32,
    first_claimed: i64,
    stage: String,
    #[serde(default, skip_serializing_if = "is_default")]
    reply_counts: bool,
    hold: Hold,
    #[serde(default, skip_serializing_if = "is_default")]
    notes: Notes,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hold {
    Leased { until: i64 },
}

/// What has been found out about a batch and decided.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Notes {
    #[serde(skip_serializing_if = "is_default")]
    pub classification: Option<Classification>,
    #[serde(skip_serializing_if = "is_default")]
    pub reply: Vec<ReplyPart>,
}

/// The unfinished batches of a key, the oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Line {
    base: i64,
    #[serde(skip_serializing_if = "is_default")]
    latest: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Slot>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    behind: Vec<Slot>,
    #[serde(skip_serializing_if = "Option::is_none")]
    work: Option<Work>,
    #[serde(skip_serializing_if = "is_default")]
    token: u64,
    #[serde(skip_serializing_if = "is_default")]
    replies: Vec<i64>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a message did to a line.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Moved {
    pub batch: Uuid,
    pub position: u32,
    pub has_opened: bool,
    pub due_at: i64,
}

/// A batch that is over.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Over {
    pub slot: Slot,
    pub opened_at: i64,
    pub due_at: i64,
    pub notes: Notes,
}

impl Line {
    /// Takes in a message of so many bytes. `fresh` makes the id of a batch.
    ///
    /// # Panics
    /// Never: there is a batch to join, or one is made.
    pub fn arrive(&mut self, now: i64, bytes: u32, fresh: impl FnOnce() -> Uuid) -> Moved {
        if self.head.is_none() {
            self.replies.iter_mut().for_each(|sent| *sent += self.base - now);
            self.base = now;
        }
        self.latest = now - self.base;
        let opened = self.latest;
        let has_opened = self.newest().is_none_or(|slot| slot.flags.sealed);
        if has_opened {
            let slot = Slot {
                id: fresh(),
                opened,
                due_after: WINDOW_MILLIS,
                deadline_after: WINDOW_MILLIS,
                messages: 0,
                bytes: 0,
                close_reason: None,
                flags: Flags { has_content: true, sealed: false },
            };
            if self.head.is_none() {
                self.head = Some(slot);
            } else {
                self.behind.push(slot);
            }
        }
        let base = self.base;
        let slot = self.newest().expect("one was there or was made");
        slot.messages += 1;
        slot.bytes += bytes;
        if slot.messages >= MESSAGES_PER_BATCH {
            (slot.flags.sealed, slot.due_after) = (true, opened - slot.opened);
            slot.close_reason = Some("message_cap".to_owned());
        }
        let due_at = base + slot.opened + slot.due_after;
        Moved { batch: slot.id, position: slot.messages - 1, has_opened, due_at }
    }

    fn newest(&mut self) -> Option<&mut Slot> {
        self.behind.last_mut().or(self.head.as_mut())
    }

    /// Leases its oldest batch. Returns its id.
    pub fn claim(&mut self, now: i64) -> Option<Uuid> {
        let id = self.head.as_ref()?.id;
        self.latest = now - self.base;
        self.token += 1;
        self.work = Some(Work {
            attempts: 1,
            first_claimed: self.latest,
            stage: "claimed".to_owned(),
            reply_counts: false,
            hold: Hold::Leased { until: self.latest + LEASE_MILLIS },
            notes: Notes::default(),
        });
        Some(id)
    }

    /// Notes what its oldest batch was found to be, and the reply that is about to be sent. Returns whether `batch` is that.
    pub fn record(&mut self, now: i64, batch: Uuid, notes: Notes) -> bool {
        let is_head = self.head.as_ref().is_some_and(|head| head.id == batch);
        let Some(work) = self.work.as_mut().filter(|_| is_head) else { return false };
        self.latest = now - self.base;
        (work.stage, work.reply_counts, work.notes) = ("replying".to_owned(), true, notes);
        self.replies.push(self.latest);
        true
    }

    /// Ends its oldest batch. Returns what it was.
    pub fn finish(&mut self, now: i64) -> Option<Over> {
        let slot = self.head.take()?;
        self.latest = now - self.base;
        let notes = self.work.take().map(|work| work.notes).unwrap_or_default();
        if !self.behind.is_empty() {
            self.head = Some(self.behind.remove(0));
        }
        let opened_at = self.base + slot.opened;
        Some(Over { opened_at, due_at: opened_at + slot.due_after, slot, notes })
    }

    /// When it has something to do.
    #[must_use]
    pub fn wake_at(&self) -> Option<i64> {
        let leased = self.work.as_ref().map(|work| {
            let Hold::Leased { until } = work.hold;
            until
        });
        let wake = leased.or(self.head.as_ref().map(|head| head.opened + head.due_after));
        wake.map(|wake| self.base + wake)
    }

    /// From when on an idle one may be dropped.
    #[must_use]
    pub fn forgettable_at(&self) -> Option<i64> {
        let last = self.replies.last().filter(|_| self.head.is_none())?;
        Some(self.base + last + WINDOW_MILLIS)
    }
}
