//! The write-ahead log: its pages are moved to the file beside the thread that writes, on a thread and a connection of
//! their own, so that nobody who writes waits for pages that lie all over the file.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// When so many pages are in the log alone, they are moved. A page that changes often is moved less often then.
const MOVED_AT_ONCE: i64 = 4_000;

/// From so many pages in the log on, which are 63 MiB, the writer itself moves the rest. Only a log of which all has
/// been moved is begun anew, and beside writes that never pause there is always a rest.
const MOST: i64 = 16_000;

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
    wanted: Option<SyncSender<()>>,
    is_moving: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    pub(crate) fn start(connection: Connection) -> io::Result<Self> {
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
        Ok(Self { wanted: Some(wanted), is_moving, thread: Some(thread) })
    }

    /// To be called after each commit, with the connection that has made it.
    pub(crate) fn after_commit(&self, writer: &Connection) {
        if self.is_moving.load(Ordering::Acquire) {
            return;
        }
        let Ok((pages_in_log, moved)) = pages(writer, LOOK) else { return };
        if pages_in_log - moved < MOVED_AT_ONCE {
            return;
        }
        if pages_in_log >= MOST {
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
