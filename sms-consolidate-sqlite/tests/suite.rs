//! The store suite. A crash is what a copy of the files holds while the store is open: all that a process leaves behind
//! when it is killed.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sms_consolidate::testing::{DurableFixture, StoreFixture, TestKey, store_suite};
use sms_consolidate::{BatchId, SmsMessage};
use sms_consolidate_sqlite::SqliteStore;
use tempfile::TempDir;

type Sqlite = SqliteStore<TestKey, SmsMessage>;

/// Keeps the folders of its stores until the case is over.
#[derive(Default)]
struct InFolders(Mutex<Vec<TempDir>>);

impl InFolders {
    fn new_path(&self) -> PathBuf {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("store.db");
        self.0.lock().expect("no case panics under the lock").push(folder);
        path
    }
}

fn open(path: &Path) -> Sqlite {
    SqliteStore::open(path).expect("the store opens")
}

impl StoreFixture for InFolders {
    type Store = Sqlite;

    async fn fresh(&self) -> Sqlite {
        open(&self.new_path())
    }
}

impl DurableFixture for InFolders {
    async fn reopen(&self, store: Sqlite) -> Sqlite {
        let path = self.new_path();
        for end in ["", "-wal"] {
            let beside = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            std::fs::copy(beside(store.path()), beside(&path)).expect("the files can be copied");
        }
        open(&path)
    }

    async fn corrupt(&self, store: &Sqlite, batch: BatchId) {
        let connection = rusqlite::Connection::open(store.path()).expect("another connection");
        let sql = "UPDATE messages SET body = '{\"text\":' WHERE batch_id = ?1";
        let damaged = connection.execute(sql, [batch.to_string()]).expect("the message can be damaged");
        assert!(damaged > 0, "there is something to damage");
    }
}

store_suite!(durable: InFolders::default());
