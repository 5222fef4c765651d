//! The write-ahead log: its pages are moved to the file beside the thread that writes, on a thread and a connection of
//! their own, so that nobody who writes waits for pages that lie all over the file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// How long the log gets, in pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    /// When so many are in the log alone, they are moved. A page that changes often is moved less often then.
    pub(crate) moved_at_once: i64,
    /// From so many on, the writer itself moves the rest. Only a log of which all has been moved is begun anew, and
    /// beside writes that never pause there is always a rest.
    pub(crate) most: i64,
}

impl Lengths {
    /// 63 MiB at most.
    pub(crate) const USUAL: Self = Self { moved_at_once: 4_000, most: 16_000 };
}

/// How many pages are in the log, and how many of these are in the file too.
fn pages(connection: &Connection, sql: &str) -> rusqlite::Result<(i64, i64)> {
    connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// Moves nothing, and takes no lock.
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";
/// Waits for nobody: what somebody still reads in the log stays there.
const MOVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The thread that moves pages, seen from outside. Dropping it waits until it has ended.
pub(crate) struct Mover {
    lengths: Lengths,
    wanted: Option<SyncSender<()>>,
    is_moving: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    pub(crate) fn start(connection: Connection, lengths: Lengths) -> io::Result<Self> {
        let (wanted, asked) = mpsc::sync_channel(1);
        let is_moving = Arc::new(AtomicBool::new(false));
        let moving = Arc::clone(&is_moving);
        let work = move || {
            while asked.recv().is_ok() {
                note(pages(&connection, MOVE));
                moving.store(false, Ordering::Release);
            }
        };
        let thread = thread::Builder::new().name("sqlite-log".to_owned()).spawn(work)?;
        Ok(Self { lengths, wanted: Some(wanted), is_moving, thread: Some(thread) })
    }

    /// To be called after each commit, with the connection that has made it.
    pub(crate) fn after_commit(&self, writer: &Connection) {
        if self.is_moving.load(Ordering::Acquire) {
            return;
        }
        let Ok((pages_in_log, moved)) = pages(writer, LOOK) else { return };
        if pages_in_log - moved < self.lengths.moved_at_once {
            return;
        }
        if pages_in_log >= self.lengths.most {
            note(pages(writer, MOVE));
        } else if let Some(wanted) = &self.wanted {
            self.is_moving.store(true, Ordering::Release);
            // The thread has nothing to do, so there is room.
            let _ = wanted.try_send(());
        }
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Nothing is lost when pages cannot be moved: they are in the log, and the next commit tries again.
fn note(moved: rusqlite::Result<(i64, i64)>) {
    if let Err(error) = moved {
        tracing::warn!(%error, "the write-ahead log cannot be moved to the file, and grows");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes without a pause until `is_done` of the pages before and after a commit.
    fn write_until(lengths: Lengths, is_done: impl Fn((i64, i64), (i64, i64)) -> bool) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let connect = || {
            let connection = Connection::open(folder.path().join("log.db")).expect("SQLite works");
            connection.pragma_update(None, "journal_mode", "WAL").expect("it keeps a log");
            connection.pragma_update(None, "synchronous", "OFF").expect("this is no test of durability");
            connection.pragma_update(None, "wal_autocheckpoint", 0).expect("nobody else moves pages");
            connection
        };
        let writer = connect();
        writer.execute_batch("CREATE TABLE rows (bytes)").expect("a table can be made");
        let mover = Mover::start(connect(), lengths).expect("a thread starts");
        let look = || pages(&writer, LOOK).expect("there is a log");
        for _ in 0..100_000 {
            let before = look();
            writer.execute("INSERT INTO rows VALUES (zeroblob(5000))", []).expect("there is room");
            let after = look();
            if is_done(before, after) {
                return;
            }
            mover.after_commit(&writer);
        }
        panic!("100,000 commits were not enough: {:?}", look());
    }

    #[test]
    fn pages_are_moved_beside_the_writer() {
        let lengths = Lengths { moved_at_once: 20, most: i64::MAX };
        write_until(lengths, |_, (_, moved)| moved >= 20);
    }

    #[test]
    fn a_log_that_is_written_without_a_pause_is_begun_anew() {
        let lengths = Lengths { moved_at_once: 20, most: 100 };
        write_until(lengths, |(before, _), (after, _)| after < before);
    }
}
