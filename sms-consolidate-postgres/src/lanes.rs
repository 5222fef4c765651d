//! The lanes that one transaction has locked.

use std::collections::BTreeMap;
use std::mem::take;

use sms_consolidate::Timestamp;
use sms_consolidate::lane::Lane;
use tokio_postgres::Row;

use crate::changes::{Write, column};
use crate::sql;
use crate::text::json;

/// A lane that is locked, or that has no row and so cannot be.
#[derive(Default)]
struct Locked {
    /// The lane as it was read; `None` if there is no row.
    found: Option<String>,
    found_wake: Option<Timestamp>,
    lane: Lane,
}

impl Locked {
    fn is_new(&self) -> bool {
        self.found.is_none()
    }

    /// Whether there is neither a row nor anything to be kept in one.
    fn says_nothing(&self) -> bool {
        self.is_new() && self.lane.forgettable_at() == Some(Timestamp::MIN)
    }

    /// Whether somebody who waits for this lane's wake, or for the lack of one, has to be told.
    fn wakes_earlier(&self) -> bool {
        match (self.lane.wake_at(), self.found_wake) {
            (Some(now), Some(before)) => now < before,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

/// Locked lanes by their escaped keys, in the order in which they were locked and are written.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: BTreeMap<String, Locked>,
    /// The keys of those that cannot be read.
    damaged: Vec<String>,
    parks_damaged: bool,
}

impl Lanes {
    /// From rows of key, lane, wake_at.
    pub(crate) fn from_rows(rows: &[Row]) -> Self {
        let mut all = Self::default();
        for row in rows {
            let (key, found): (String, String) = (row.get(0), row.get(1));
            match serde_json::from_str(&found) {
                Ok(lane) => {
                    let locked = Locked {
                        found: Some(found),
                        found_wake: row.get::<_, Option<i64>>(2).map(Timestamp::from_unix_millis),
                        lane,
                    };
                    all.lanes.insert(key, locked);
                }
                Err(_) => all.damaged.push(key),
            }
        }
        all
    }

    /// The lane of `key`, a new one if there is no row. `None` if its row cannot be read.
    pub(crate) fn get(&mut self, key: &str) -> Option<&mut Lane> {
        if self.damaged.iter().any(|damaged| damaged == key) {
            return None;
        }
        if !self.lanes.contains_key(key) {
            self.lanes.insert(key.to_owned(), Locked::default());
        }
        self.lanes.get_mut(key).map(|locked| &mut locked.lane)
    }

    /// Takes those that cannot be read out of the way: they would be due for ever, and first in the order.
    pub(crate) fn park_damaged(&mut self) {
        if !self.damaged.is_empty() {
            let count = self.damaged.len();
            tracing::error!(
                count,
                "LANES UNREADABLE: they are set aside, see the rows of `lanes` without wake_at"
            );
            self.parks_damaged = true;
        }
    }

    /// Applies `change` to each, and leaves out those of which it says that nothing needs to be written.
    pub(crate) fn retain(&mut self, mut change: impl FnMut(&str, &mut Lane) -> bool) {
        self.lanes.retain(|key, locked| change(key, &mut locked.lane));
    }

    /// What has to be written of them, and whether one wakes earlier than other nodes know.
    pub(crate) fn writes(&self) -> (Vec<Write>, bool) {
        let (mut updated, mut inserted, mut wakes_earlier) = (Vec::new(), Vec::new(), false);
        for (key, locked) in &self.lanes {
            if locked.says_nothing() {
                continue;
            }
            let text = json(&locked.lane);
            // Also a wake that was only in its column, by hand, must not come up again and again.
            if locked.found.as_ref() == Some(&text) && locked.found_wake == locked.lane.wake_at() {
                continue;
            }
            wakes_earlier |= locked.wakes_earlier();
            let rows = if locked.is_new() { &mut inserted } else { &mut updated };
            rows.push((key.clone(), text, locked));
        }
        let writes = [(sql::UPDATE_LANES, updated), (sql::INSERT_LANES, inserted)];
        let mut writes: Vec<Write> = writes.into_iter().filter_map(|(sql, rows)| write(sql, rows)).collect();
        if self.parks_damaged {
            writes.push(Write { sql: sql::PARK_LANES, columns: vec![Box::new(self.damaged.clone())] });
        }
        (writes, wakes_earlier)
    }
}

fn write(sql: &'static str, mut rows: Vec<(String, String, &Locked)>) -> Option<Write> {
    if rows.is_empty() {
        return None;
    }
    let rows = &mut rows[..];
    let columns = vec![
        column(rows, |(key, ..)| take(key)),
        column(rows, |(_, text, _)| take(text)),
        column(rows, |(.., locked)| locked.lane.wake_at().map(Timestamp::as_unix_millis)),
        column(rows, |(.., locked)| locked.lane.forgettable_at().map(Timestamp::as_unix_millis)),
    ];
    Some(Write { sql, columns })
}
