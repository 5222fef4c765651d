//! The store passes the suite: each case under a name of its own on one server.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sms_consolidate::testing::{DurableFixture, SharedFixture, StoreFixture, TestKey, store_suite};
use sms_consolidate::{BatchId, SmsMessage};
use sms_consolidate_postgres::PostgresStore;
use throwaway_postgres::Server;

type Store = PostgresStore<TestKey, SmsMessage>;

static SERVER: LazyLock<Server> = LazyLock::new(Server::start);
static CASES: AtomicU32 = AtomicU32::new(0);

/// A hundred cases run at once, and on a busy machine each stands still for seconds, in the middle of transactions too.
const PATIENCE: Duration = Duration::from_secs(120);

struct Case(String);

impl Case {
    fn new() -> Self {
        Self(format!("case {}", CASES.fetch_add(1, Ordering::Relaxed)))
    }

    async fn open(&self) -> Store {
        let builder = Store::builder(&SERVER.url()).name(&self.0);
        builder.connect_timeout(PATIENCE).statement_timeout(PATIENCE).connect().await.expect("connect")
    }
}

impl StoreFixture for Case {
    type Store = Store;

    async fn fresh(&self) -> Store {
        self.open().await
    }
}

impl DurableFixture for Case {
    async fn reopen(&self, store: Store) -> Store {
        drop(store);
        self.open().await
    }

    async fn corrupt(&self, _store: &Store, batch: BatchId) {
        SERVER.psql(&format!(
            "UPDATE sms_consolidate.messages SET body = left(body, 5) WHERE batch_id = '{batch}'"
        ));
    }
}

impl SharedFixture for Case {
    async fn another(&self, _store: &Store) -> Store {
        self.open().await
    }
}

store_suite!(shared: Case::new());
