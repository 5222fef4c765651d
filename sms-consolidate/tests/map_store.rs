//! The store that the documentation of the contract shows passes the suite of all stores, and is as short as it says.

use sms_consolidate::SmsMessage;
use sms_consolidate::testing::{StoreFixture, TestKey, store_suite};

include!("../src/store/map_store.rs");

struct InMaps;

impl StoreFixture for InMaps {
    type Store = MapStore<TestKey, SmsMessage>;

    async fn fresh(&self) -> Self::Store {
        MapStore::default()
    }
}

store_suite!(InMaps);

#[test]
fn it_is_short() {
    let source = include_str!("../src/store/map_store.rs");
    let mut in_use = false;
    let is_counted = |line: &&str| {
        in_use |= line.starts_with("use ");
        let is_counted = !(in_use || line.trim().is_empty());
        in_use &= !line.ends_with(';');
        is_counted
    };
    let lines = source.lines().filter(is_counted).count();
    assert!(lines < 150, "{lines} lines, without imports and blank ones");
}
