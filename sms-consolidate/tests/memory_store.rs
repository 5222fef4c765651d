//! The in-memory store passes the suite of all stores.

use sms_consolidate::testing::{StoreFixture, TestKey, store_suite};
use sms_consolidate::{MemoryStore, SmsMessage};

struct InMemory;

impl StoreFixture for InMemory {
    type Store = MemoryStore<TestKey, SmsMessage>;

    async fn fresh(&self) -> Self::Store {
        MemoryStore::new()
    }
}

store_suite!(InMemory);
