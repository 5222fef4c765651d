//! What a loop written by hand knows of a key. It is written with the fields that the library's lane has, so that as
//! many bytes go to the disk; of its rules it has the few that are needed here.

use serde::{Deserialize, Serialize};
use sms_consolidate::{Clock, SystemClock};
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

/// One unfinished batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Slot {
    pub id: Uuid,
    pub opened_at: i64,
    pub due_at: i64,
    pub deadline: i64,
    pub messages: u32,
    pub bytes: u32,
    pub close_reason: Option<String>,
    pub control: Option<String>,
    pub has_content: bool,
    pub sealed: bool,
    pub muted: bool,
    pub superseded: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More {
    behind: Vec<Slot>,
    work: Option<Work>,
    replies: Vec<i64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Work {
    token: u64,
    until: i64,
    stage: String,
    attempts: u32,
}

/// The unfinished batches of a key, the oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Line {
    head: Option<Slot>,
    more: Option<More>,
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

impl Line {
    /// Takes in a message of so many bytes. `fresh` makes the id of a batch.
    ///
    /// # Panics
    /// Never: there is a batch to join, or one is made.
    pub fn arrive(&mut self, now: i64, bytes: u32, fresh: impl FnOnce() -> Uuid) -> Moved {
        let has_opened = self.newest().is_none_or(|slot| slot.sealed);
        if has_opened {
            let due_at = now + WINDOW_MILLIS;
            let slot = Slot {
                id: fresh(),
                opened_at: now,
                due_at,
                deadline: due_at,
                messages: 0,
                bytes: 0,
                close_reason: None,
                control: None,
                has_content: false,
                sealed: false,
                muted: false,
                superseded: false,
            };
            if self.head.is_none() {
                self.head = Some(slot);
            } else {
                self.more.get_or_insert_default().behind.push(slot);
            }
        }
        let slot = self.newest().expect("one was there or was made");
        slot.messages += 1;
        slot.bytes += bytes;
        slot.has_content = true;
        if slot.messages >= MESSAGES_PER_BATCH {
            (slot.sealed, slot.due_at) = (true, now);
            slot.close_reason = Some("message_cap".to_owned());
        }
        Moved { batch: slot.id, position: slot.messages - 1, has_opened, due_at: slot.due_at }
    }

    fn newest(&mut self) -> Option<&mut Slot> {
        self.more.as_mut().and_then(|more| more.behind.last_mut()).or(self.head.as_mut())
    }

    /// Leases its oldest batch. Returns it.
    pub fn claim(&mut self, now: i64) -> Option<Slot> {
        let head = self.head.clone()?;
        let work = Work { token: 1, until: now + LEASE_MILLIS, stage: "claimed".to_owned(), attempts: 1 };
        self.more.get_or_insert_default().work = Some(work);
        Some(head)
    }

    /// Moves the work on its oldest batch on. Returns whether `batch` is that.
    pub fn advance(&mut self, batch: Uuid, stage: &str) -> bool {
        let is_head = self.head.as_ref().is_some_and(|head| head.id == batch);
        if let Some(work) = self.more.as_mut().and_then(|more| more.work.as_mut()).filter(|_| is_head) {
            stage.clone_into(&mut work.stage);
        }
        is_head
    }

    /// Ends its oldest batch. Returns it.
    pub fn finish(&mut self, now: i64) -> Option<Slot> {
        let head = self.head.take()?;
        let more = self.more.get_or_insert_default();
        more.work = None;
        more.replies.push(now);
        if !more.behind.is_empty() {
            self.head = Some(more.behind.remove(0));
        }
        Some(head)
    }

    /// When it has something to do.
    #[must_use]
    pub fn wake_at(&self) -> Option<i64> {
        let work = self.more.as_ref().and_then(|more| more.work.as_ref());
        work.map(|work| work.until).or(self.head.as_ref().map(|head| head.due_at))
    }

    /// From when on an idle one may be dropped.
    #[must_use]
    pub fn forgettable_at(&self) -> Option<i64> {
        if self.head.is_some() {
            None
        } else {
            self.more.as_ref()?.replies.last().map(|at| at + WINDOW_MILLIS)
        }
    }
}
