//! A disk that is full.

use std::path::Path;

use sms_consolidate::store::{Store, StoreError};
use sms_consolidate_sqlite::OpenError;

use crate::kit::{at, limit, sms};
use crate::{LEASE, Sqlite, folder, kit, open};

#[tokio::test]
async fn while_the_disk_is_full_the_store_is_unavailable_and_loses_nothing() {
    let folder = folder();
    let path = folder.path().join("store.db");
    // SQLite answers a file that may not grow as it answers a disk that is full.
    let store = Sqlite::builder(&path).max_pages(200).open().expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("CREATE TABLE filler (bytes)").expect("a table can be made");
    by_hand.execute("INSERT INTO filler VALUES (zeroblob(300000))", []).expect("it can be filled");
    let mut accepted = Vec::new();
    let error = loop {
        let key = format!("key {}", accepted.len());
        match store.append(at(0), vec![sms(&key, "id", &"text ".repeat(400))]).await {
            Ok(report) => accepted.push((key, report)),
            Err(error) => break error,
        }
        assert!(accepted.len() < 10_000, "the file was to be full long ago");
    };
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("store.db"), "{error}");
    assert!(accepted.len() > 20);
    let counts = store.counts(at(0)).await.expect("reading goes on");
    assert_eq!(counts.messages_buffered, accepted.len() as u64, "what was refused left nothing behind");
    let error = store.claim(at(60), limit(10_000), LEASE).await.expect_err("leases take room too");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    by_hand.execute_batch("DROP TABLE filler").expect("somebody makes room");
    store.append(at(0), vec![sms("new", "id", &"text ".repeat(400))]).await.expect("the store goes on");
    let claims = store.claim(at(60), limit(10_000), LEASE).await.expect("claim");
    assert_eq!(claims.len(), accepted.len() + 1, "nothing is lost, and no claim was half a claim");
}

/// Appends until the store is full; returns how many messages it took. It goes on reading then, and does nothing by half.
fn fill(store: &Sqlite) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut accepted = 0;
    let error = loop {
        let message = sms(&format!("key {accepted}"), "id", &"text ".repeat(400));
        match runtime.block_on(store.append(at(0), vec![message])) {
            Ok(_) => accepted += 1,
            Err(error) => break error,
        }
        assert!(accepted < 10_000, "the disk was to be full long ago");
    };
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    let counts = runtime.block_on(store.counts(at(0))).expect("reading goes on");
    assert_eq!(counts.messages_buffered, accepted as u64, "what was refused left nothing behind");
    accepted
}

/// What is there once there is room: all that was accepted, and more is taken.
fn goes_on(store: &Sqlite, accepted: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(store.append(at(0), vec![sms("new", "id", "text")])).expect("the store goes on");
    let claims = runtime.block_on(store.claim(at(60), limit(10_000), LEASE)).expect("claim");
    assert_eq!(claims.len(), accepted + 1, "nothing is lost, and no claim was half a claim");
}

/// The system refuses to write more to a file than so much, which is another error than that of a full disk.
#[cfg(unix)]
#[test]
fn where_the_system_lets_no_file_grow_nothing_is_lost() {
    let folder = folder();
    let path = folder.path().join("store.db");
    // Blocks of half a KiB, or of one. Otherwise the signal would end the process.
    let script = "trap '' XFSZ && ulimit -f 2048 && exec \"$@\"";
    let said = kit::child_of("sh", &["-c", script, "sh"], "disk::fill_until_refused", &path);
    let accepted = said.lines().find_map(|line| line.strip_prefix("accepted ")?.parse().ok());
    let accepted: usize = accepted.unwrap_or_else(|| panic!("the child failed: {said}"));
    assert!(accepted > 20, "{accepted}");
    goes_on(&open(&path).expect("the store opens"), accepted);
}

/// Not a test, but what one of them starts as another process.
#[test]
#[ignore = "started by other tests, with the path in an environment variable"]
fn fill_until_refused() {
    let path = std::env::var_os(kit::PATH).expect("the path is given");
    let accepted = fill(&open(Path::new(&path)).expect("the store opens"));
    println!("\naccepted {accepted}");
}

/// On a disk of its own, in memory, which a process gets that may mount one where only it sees it.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs a mount namespace, which not every system gives; scripts/soak runs it"]
fn on_a_full_disk_nothing_is_lost() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let script = "mount -t tmpfs -o size=4m none \"$0\" && exec \"$@\"";
    let mount = folder.path().to_str().expect("tests use plain names");
    let alone = ["--user", "--map-root-user", "--mount", "sh", "-c", script, mount];
    let said = kit::child_of("unshare", &alone, "disk::fill_a_small_disk", &path);
    assert!(said.contains("it went on"), "the child failed, or could not mount a disk: {said}");
    assert!(!path.exists(), "the file was on another disk than the folder's");
}

/// Not a test, but what the one before starts as another process.
#[test]
#[ignore = "started by other tests, with the path in an environment variable"]
fn fill_a_small_disk() {
    let path = std::env::var_os(kit::PATH).expect("the path is given");
    let path = Path::new(&path);
    let filler = path.with_extension("filler");
    std::fs::write(&filler, vec![7; 1 << 20]).expect("the disk is empty");
    let store = open(path).expect("the store opens");
    let accepted = fill(&store);
    assert!(accepted > 20, "{accepted}");
    let refused =
        std::fs::write(path.with_extension("more"), vec![7; 1 << 20]).expect_err("the disk is full");
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull);
    drop(store);
    // A service that is started anew on a full disk: it may be refused, but nothing is taken for damaged.
    match open(path) {
        Ok(store) => drop(store),
        Err(error) => {
            assert!(matches!(error, OpenError::Failed { .. } | OpenError::NotWritable { .. }), "{error:?}");
        }
    }
    std::fs::remove_file(path.with_extension("more")).expect("it was begun");
    std::fs::remove_file(filler).expect("it is there");
    goes_on(&open(path).expect("the store opens"), accepted);
    println!("\nit went on");
}
