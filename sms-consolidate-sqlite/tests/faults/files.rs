//! Other names of the file, and what somebody does to it while it is open.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;

use sms_consolidate::store::{Appended, Store, StoreError};
use sms_consolidate_sqlite::OpenError;

use crate::kit::{at, limit, sms};
use crate::{LEASE, Sqlite, folder, open, refusal};

#[test]
fn a_link_to_a_file_that_is_yet_to_be_made_has_the_same_lock() {
    let folder = folder();
    let [direct, link, far] = ["store.db", "link.db", "far.db"].map(|name| folder.path().join(name));
    symlink(&direct, &link).expect("links can be made");
    symlink("link.db", &far).expect("links can be made");
    let store = open(&far).expect("the store opens");
    assert!(store.path().ends_with("store.db") && direct.is_file());
    for path in [&direct, &link, &far] {
        assert!(matches!(open(path), Err(OpenError::InUse { .. })), "{}", path.display());
    }
}

/// Each name would have a log of its own beside it.
#[test]
fn a_file_of_two_names_is_refused_under_both() {
    let folder = folder();
    let [path, other] = ["store.db", "other.db"].map(|name| folder.path().join(name));
    drop(open(&path).expect("the store opens"));
    fs::hard_link(&path, &other).expect("links can be made");
    for path in [&path, &other] {
        assert!(matches!(refusal(path), OpenError::HardLinks { names: 2, .. }));
    }
    fs::remove_file(&other).expect("it is there");
    drop(open(&path).expect("it has one name again"));
}

#[tokio::test]
async fn nothing_is_acknowledged_in_a_file_that_is_gone() {
    for gone in ["store.db", "store.db-wal"] {
        for is_replaced in [false, true] {
            let folder = folder();
            let [path, file, aside] = ["store.db", gone, "aside"].map(|name| folder.path().join(name));
            let store = open(&path).expect("the store opens");
            store.append(at(0), vec![sms("a", "1", "one")]).await.expect("append");
            fs::rename(&file, &aside).expect("it is there");
            if is_replaced {
                fs::write(&file, "").expect("it can be written");
            }
            let error = store.append(at(0), vec![sms("a", "2", "two")]).await.expect_err("it is gone");
            assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
            assert!(
                error.to_string().contains("store.db") && error.to_string().contains("removed"),
                "{error}"
            );
            store.claim(at(60), limit(9), LEASE).await.expect_err("nothing is handled there either");
            fs::rename(&aside, &file).expect("it is put back");
            let results = store.append(at(1), vec![sms("b", "1", "three")]).await.expect("append").results;
            assert!(matches!(results[0], Appended::Accepted(_)), "{results:?}");
            drop(store);
            let store = open(&path).expect("the store opens");
            let counts = store.counts(at(1)).await.expect("counts");
            assert_eq!(counts.messages_buffered, 3, "what was committed and not acknowledged may be there");
        }
    }
}

#[tokio::test]
async fn settings_without_bounds_can_be_asked_for() {
    let folder = folder();
    let most = std::num::NonZeroUsize::MAX;
    let builder = Sqlite::builder(folder.path().join("store.db")).group_size(most).queue_length(most);
    let store = builder.queue_bytes(most).open().expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "one")]).await.expect("append");
}
