//! Whether the files are still where they were opened. SQLite goes on writing to one that was removed or replaced, and
//! what it commits there ends with the process.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How many names a file has; one if it is not there.
pub(crate) fn names(path: &Path) -> u64 {
    fs::metadata(path).map_or(1, |file| links(&file))
}

/// The database and its log, by their paths and by what the system calls them.
pub(crate) struct Files(Vec<(PathBuf, u64)>);

impl Files {
    /// To be made when both are open.
    pub(crate) fn new(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let files = [database.to_owned(), log.into()].into_iter();
        Self(files.filter_map(|path| fs::metadata(&path).ok().map(|file| (path, number(&file)))).collect())
    }

    /// Whether a path leads to nothing or to another file now. Where that cannot be found out, none does.
    pub(crate) fn are_lost(&self) -> bool {
        self.0.iter().any(|(path, opened)| match fs::metadata(path) {
            Ok(file) => number(&file) != *opened,
            Err(error) => error.kind() == ErrorKind::NotFound,
        })
    }
}

#[cfg(unix)]
fn number(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(unix)]
fn links(file: &Metadata) -> u64 {
    if file.is_file() { std::os::unix::fs::MetadataExt::nlink(file) } else { 1 }
}

/// Elsewhere an open file can neither be removed nor replaced.
#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}
