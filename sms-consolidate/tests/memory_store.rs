//! The in-memory store keeps the contract of all stores; so does a shared handle to one, and a wrapper around one.

use std::sync::Arc;

use sms_consolidate::testing::{FaultyStore, StoreFixture};
use sms_consolidate::{MemoryStore, SmsMessage};

mod memory {
    use super::*;

    struct Fixture;

    impl StoreFixture for Fixture {
        type Store = MemoryStore<String, SmsMessage>;

        async fn fresh(&self) -> Self::Store {
            MemoryStore::new()
        }
    }

    sms_consolidate::store_suite!(Fixture);
}

mod shared_handle {
    use super::*;

    struct Fixture;

    impl StoreFixture for Fixture {
        type Store = Arc<MemoryStore<String, SmsMessage>>;

        async fn fresh(&self) -> Self::Store {
            Arc::new(MemoryStore::new())
        }
    }

    sms_consolidate::store_suite!(Fixture);
}

mod wrapper {
    use super::*;

    struct Fixture;

    impl StoreFixture for Fixture {
        type Store = FaultyStore<MemoryStore<String, SmsMessage>>;

        async fn fresh(&self) -> Self::Store {
            FaultyStore::new(MemoryStore::new())
        }
    }

    sms_consolidate::store_suite!(Fixture);
}
