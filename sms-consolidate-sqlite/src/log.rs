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
    /// From so many on, the writer itself moves the rest, however little that is. Only a log of which all has been moved
    /// is begun anew, and beside writes that never pause there is always a rest.
    pub(crate) most: i64,
}

impl Lengths {
    /// 63 MiB, and what is written while pages are moved.
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
                let _done = Done(&moving);
                note(pages(&connection, MOVE));
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
        let rest = pages_in_log - moved;
        if rest > 0 && pages_in_log >= self.lengths.most {
            note(pages(writer, MOVE));
        } else if rest >= self.lengths.moved_at_once {
            self.is_moving.store(true, Ordering::Release);
            // The thread has nothing to do, so there is room, unless it has ended.
            if self.wanted.as_ref().is_none_or(|wanted| wanted.try_send(()).is_err()) {
                self.is_moving.store(false, Ordering::Release);
                note(pages(writer, MOVE));
            }
        }
    }
}

/// Says, however it is dropped, that no pages are being moved: a thread that panicked (whoever takes the log's lines may)
/// must not leave the log to grow.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
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
        write_with(lengths, |_| {}, is_done);
    }

    fn write_with(
        lengths: Lengths,
        prepare: impl FnOnce(&mut Mover),
        is_done: impl Fn((i64, i64), (i64, i64)) -> bool,
    ) {
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
        let mut mover = Mover::start(connect(), lengths).expect("a thread starts");
        prepare(&mut mover);
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

    #[test]
    fn the_writer_moves_the_rest_however_little_it_is() {
        let lengths = Lengths { moved_at_once: i64::MAX, most: 100 };
        write_until(lengths, |(before, _), (after, _)| {
            assert!(after < 110, "the log has {after} pages");
            after < before
        });
    }

    #[test]
    fn without_its_thread_the_writer_moves_pages() {
        let ended = |mover: &mut Mover| {
            let (wanted, asked) = mpsc::sync_channel(1);
            drop(asked);
            let thread = mover.thread.take().expect("it was started");
            mover.wanted = Some(wanted);
            thread.join().expect("it ends when nobody can ask it");
        };
        let lengths = Lengths { moved_at_once: 20, most: i64::MAX };
        write_with(lengths, ended, |(before, _), (after, _)| {
            assert!(after < 30, "the log has {after} pages");
            after < before
        });
    }

    #[test]
    fn a_panic_leaves_nobody_waiting_for_pages_to_be_moved() {
        let is_moving = AtomicBool::new(true);
        let moved = std::panic::catch_unwind(|| {
            let _done = Done(&is_moving);
            panic!("a panic of a subscriber's");
        });
        assert!(moved.is_err() && !is_moving.load(Ordering::Acquire));
    }
}
