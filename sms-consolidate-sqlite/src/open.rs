//! Opening a file: whose it is, whether it is sound, and how the connections to it are set.

use std::error::Error;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sms_consolidate::{Clock, SystemClock};

use crate::files::{self, Files};
use crate::{schema, senders};

/// Why a file was not opened. Nothing that it holds was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The path is that of a database in memory.
    #[error("SqliteStore keeps a file; for a store in memory use sms_consolidate::MemoryStore")]
    InMemory,
    /// The folder that the file is to be in does not exist.
    #[error("{}: there is no such folder", path.display())]
    NoDirectory {
        /// The folder.
        path: PathBuf,
    },
    /// The file, or the lock beside it, cannot be created or written to.
    #[error("{}: cannot be written to: {source}", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another store has it open, in this process or another. One process owns a file.
    #[error("{}: is open already{}; one process owns a database file", path.display(), in_process(*owner))]
    InUse {
        /// The file.
        path: PathBuf,
        /// The id of the process that has it open, if it is known.
        owner: Option<u32>,
    },
    /// The file is no SQLite database.
    #[error("{}: is not an SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of something else.
    #[error("{}: is a database of another application (application_id {application_id})", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it says whose it is; 0 if it does not say.
        application_id: i64,
    },
    /// The file has another name, a hard link. SQLite keeps a log for each name, and one does not know of the other.
    #[error("{}: has {names} names (hard links); remove all but one, or what is written by one is lost to the others", path.display())]
    HardLinks {
        /// The file.
        path: PathBuf,
        /// How many.
        names: u64,
    },
    /// The file was written by another version of this crate, with other tables.
    #[error("{}: has schema version {found}, and this program knows version {known}", path.display())]
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version that this crate reads and writes.
        known: i64,
    },
    /// The file is damaged.
    #[error("{}: is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite found.
        what: String,
    },
    /// Something else went wrong.
    #[error("{}: {source}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

fn in_process(owner: Option<u32>) -> String {
    owner.map(|id| format!(" (process {id})")).unwrap_or_default()
}

/// How long a write waits for somebody who writes by hand.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Files up to this size are checked page by page when they are opened, which takes about a second at most.
const CHECKED_BYTES: u64 = 256 * 1024 * 1024;

/// More than the statements of this crate.
const STATEMENTS: usize = 64;

/// A file that is ours, its lock, and the connections to it.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) files: Files,
    pub(crate) writer: Connection,
    pub(crate) mover: Connection,
    pub(crate) reader: Connection,
    /// Under which the ids of the store's senders are made.
    pub(crate) secret: [u8; 16],
    /// After the connections, so that the file is free only once they are closed.
    pub(crate) lock: Lock,
}

/// Opens a file for the store of this name.
pub(crate) fn open(path: &Path, store: &str, max_pages: Option<u32>) -> Result<Opened, OpenError> {
    if path.as_os_str().is_empty() || path.as_os_str() == ":memory:" {
        return Err(OpenError::InMemory);
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(OpenError::NoDirectory { path: folder.to_owned() });
    }
    let path = resolve(path).map_err(|source| OpenError::NotWritable { path: path.to_owned(), source })?;
    // Nobody but SQLite may open the file, not even for a look: on Unix, closing it would take the locks away that
    // another connection of this process has.
    let lock = lock(&path)?;
    let names = files::names(&path);
    if names > 1 {
        return Err(OpenError::HardLinks { path, names });
    }
    let mut writer = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    if writer.is_readonly("main").map_err(|error| of_sqlite(&path, error))? {
        return Err(OpenError::NotWritable { path, source: io::ErrorKind::PermissionDenied.into() });
    }
    let is_empty = examine(&writer, &path)?;
    let failed = |error| of_sqlite(&path, error);
    configure_writer(&writer, max_pages).map_err(failed)?;
    let mode: String = writer.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let source = "SQLite cannot keep a write-ahead log here (is it a network file system?)".into();
        return Err(OpenError::Failed { path, source });
    }
    if is_empty {
        schema::create(&mut writer, SystemClock::new().now()).map_err(failed)?;
    }
    let Some(secret) = senders::secret(&writer, store).map_err(failed)? else {
        let what = "the secret under which its senders are kept is gone".to_owned();
        return Err(OpenError::Damaged { path, what });
    };
    let mover = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    mover.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    let reader = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let files = Files::new(&path);
    Ok(Opened { path, files, writer, mover, reader, secret, lock })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// One file has one lock, whatever path led to it, and also if a link leads to where it is yet to be made.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match path.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if let Ok(target) = path.read_link() {
                return resolve(&folder_of(path).join(target));
            }
            let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
            Ok(folder_of(path).canonicalize()?.join(name))
        }
        resolved => resolved,
    }
}

/// The lock on a file, until it is dropped.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that is being started has a copy of it for a moment.
        let _ = self.0.unlock();
    }
}

/// The file beside the database that says, by its lock, that somebody has the database open, and who. It stays when the
/// lock goes: whoever removed it might remove the lock of the next.
fn lock(path: &Path) -> Result<Lock, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let not_writable = |source| OpenError::NotWritable { path: lock_path.clone(), source };
    let mut options = OpenOptions::new();
    let mut lock =
        options.read(true).write(true).create(true).truncate(false).open(&lock_path).map_err(not_writable)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            let owner = lock.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
            return Err(OpenError::InUse { path: path.to_owned(), owner });
        }
        Err(TryLockError::Error(source)) => return Err(not_writable(source)),
    }
    let write = |lock: &mut File| {
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{}", std::process::id())
    };
    // Only for people; a full disk must not keep the store from opening.
    let _ = write(&mut lock);
    Ok(Lock(lock))
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let open = || {
        // Without SQLITE_OPEN_URI: a path is a path, whatever its characters.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Plans do not depend on what is bound: otherwise SQLite prepares a statement anew whenever it is bound, if a partial
        // index was thought of.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    };
    open().map_err(|error| of_sqlite(path, error))
}

/// Whether the file is ours and sound, without changing it. Returns whether it has no tables yet.
fn examine(connection: &Connection, path: &Path) -> Result<bool, OpenError> {
    let failed = |error| of_sqlite(path, error);
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(failed);
    if number("SELECT count(*) FROM sqlite_schema")? == 0 {
        return Ok(true);
    }
    let application_id = number("PRAGMA application_id")?;
    if application_id != schema::APPLICATION_ID {
        return Err(OpenError::Foreign { path: path.to_owned(), application_id });
    }
    let found = schema::version(connection).map_err(failed)?;
    if found != schema::VERSION {
        return Err(OpenError::OtherSchema { path: path.to_owned(), found, known: schema::VERSION });
    }
    let bytes = number("PRAGMA page_count")?.saturating_mul(number("PRAGMA page_size")?);
    if bytes.unsigned_abs() <= CHECKED_BYTES {
        let what: String =
            connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if what != "ok" {
            return Err(OpenError::Damaged { path: path.to_owned(), what });
        }
    }
    Ok(false)
}

fn of_sqlite(path: &Path, error: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::NotADatabase { path },
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, what: error.to_string() },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
            OpenError::NotWritable { path, source: io::Error::other(error) }
        }
        _ => OpenError::Failed { path, source: error.into() },
    }
}

fn configure_writer(connection: &Connection, max_pages: Option<u32>) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit is on the disk before it is answered.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // 64 MiB, in KiB.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // See `log`.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // What a burst has made longer is cut off again, in bytes.
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    if let Some(pages) = max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(())
}
