//! What goes wrong: full, damaged, foreign, taken; and code of the user's that fails.

mod kit;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kit::{Shy, arrival, at, keyed, limit, row, sms, texts};
use sms_consolidate::lane::RetryTerms;
use sms_consolidate::store::{
    Appended, Filter, Finish, Inspect, NoReply, Outcome, Refusal, Requeued, Status, Store, StoreError,
};
use sms_consolidate::{Classification, Label, SmsMessage};
use sms_consolidate_sqlite::{OpenError, SqliteStore};

type Sqlite = SqliteStore<String, SmsMessage>;

const LEASE: Duration = Duration::from_secs(30);

fn open(path: &Path) -> Result<Sqlite, OpenError> {
    Sqlite::open(path)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Why a file is not opened, as a user reads it. It names the file.
#[track_caller]
fn refusal(path: &Path) -> OpenError {
    let error = open(path).expect_err("the file is not to be opened");
    let name = path.file_name().and_then(|name| name.to_str()).expect("tests use plain names");
    assert!(error.to_string().contains(name), "{error}");
    error
}

#[test]
fn what_is_no_path_of_a_file_is_refused() {
    for path in [":memory:", ""] {
        let error = open(Path::new(path)).expect_err("there is no file");
        assert!(matches!(error, OpenError::InMemory));
        assert!(error.to_string().contains("MemoryStore"), "{error}");
    }
    let folder = folder();
    let missing = folder.path().join("no such folder/store.db");
    assert!(matches!(open(&missing), Err(OpenError::NoDirectory { .. })));
    assert!(matches!(refusal(folder.path()), OpenError::NotWritable { .. }), "a folder is no file");
}

#[tokio::test]
async fn a_path_is_a_path_whatever_its_characters() {
    let folder = folder();
    for name in ["größe 漢字 👍.db", "file:a?mode=memory", "100%25.db", "it's \"quoted\".db"] {
        let path = folder.path().join(name);
        let store = open(&path).expect("the store opens");
        store.append(at(0), vec![sms("a", "1", "text")]).await.expect("append");
        assert!(path.is_file(), "{name}");
        drop(store);
        let store = open(&path).expect("the store opens again");
        assert_eq!(store.counts(at(0)).await.expect("counts").open, 1, "{name}");
    }
}

/// In a child, because the permissions of a file bind nobody whom the system lets do anything.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let path = folder.path().join("store.db");
    drop(open(&path).expect("the store opens"));
    let (read_only, closed) = (folder.path().join("read-only.db"), folder.path().join("closed"));
    std::fs::copy(&path, &read_only).expect("the file can be copied");
    std::fs::create_dir(&closed).expect("a folder can be made");
    set(folder.path(), 0o777);
    set(&read_only, 0o444);
    set(&closed, 0o555);
    for path in [read_only, closed.join("store.db")] {
        let said = kit::child_as_nobody("say_why_a_file_is_not_opened", &path);
        assert!(said.contains("NotWritable"), "{said}");
    }
}

/// Not a test, but what some of them start as another process.
#[test]
#[ignore = "started by other tests, with the path in an environment variable"]
fn say_why_a_file_is_not_opened() {
    let path = std::env::var_os(kit::PATH).expect("the path is given");
    println!("{:?}", open(Path::new(&path)).expect_err("the file is not to be opened"));
}

/// Not a test: holds a store open until it is killed.
#[test]
#[ignore = "started by other tests, with the path in an environment variable"]
fn hold_a_store_open() {
    let path = std::env::var_os(kit::PATH).expect("the path is given");
    let _store = open(Path::new(&path)).expect("the store opens");
    println!("\nopen");
    std::io::stdin().read_line(&mut String::new()).expect("the other end is open until this is killed");
}

#[cfg(unix)]
#[test]
fn a_second_owner_is_refused_and_told_who_the_first_is() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let us = std::process::id();
    let in_use = |error: OpenError| matches!(error, OpenError::InUse { owner: Some(id), .. } if id == us);
    assert!(in_use(refusal(&path)), "in this process");
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).expect("links can be made");
    assert!(in_use(open(&link).expect_err("another path to the same file")));
    let said = kit::child("say_why_a_file_is_not_opened", &path).wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("InUse") && said.contains(&us.to_string()), "another process: {said}");
    drop(store);
    drop(open(&path).expect("it is free again"));
}

#[test]
fn the_file_is_free_when_its_owner_was_killed() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let mut owner = kit::child("hold_a_store_open", &path);
    kit::wait_for_line(&mut owner, "open");
    let id = owner.id();
    assert!(matches!(refusal(&path), OpenError::InUse { owner: Some(by), .. } if by == id));
    owner.kill().expect("it runs");
    owner.wait().expect("it was killed");
    drop(open(&path).expect("the store opens"));
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("notes.txt");
    let text = "not a database ".repeat(1_000);
    std::fs::write(&path, &text).expect("a file can be written");
    assert!(matches!(refusal(&path), OpenError::NotADatabase { .. }));
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
}

#[test]
fn a_database_of_something_else_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("other.db");
    let other = rusqlite::Connection::open(&path).expect("a database can be made");
    other.execute_batch("CREATE TABLE lanes (speed); PRAGMA application_id = 7").expect("it can be filled");
    drop(other);
    let before = std::fs::read(&path).expect("it is there");
    assert!(matches!(refusal(&path), OpenError::Foreign { application_id: 7, .. }));
    assert!(before == std::fs::read(&path).expect("it is there"), "not a byte has changed");
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("store.db");
    drop(open(&path).expect("the store opens"));
    let connection = rusqlite::Connection::open(&path).expect("another connection");
    connection.execute("INSERT INTO schema_version VALUES (99, 0)", []).expect("it can be changed");
    drop(connection);
    let error = refusal(&path);
    assert!(matches!(error, OpenError::NewerSchema { found: 99, known: 1, .. }), "{error}");
    assert!(error.to_string().contains("99"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let arrivals = (0..500).map(|n| sms(&format!("key {n}"), "id", &"text ".repeat(40)));
    store.append(at(0), arrivals.collect()).await.expect("append");
    drop(store);
    let sound = std::fs::read(&path).expect("it is there");
    let mut broken = sound.clone();
    broken[8 * 4096..16 * 4096].fill(0x5A);
    for (what, bytes) in [("overwritten", &broken[..]), ("cut off", &sound[..sound.len() / 2])] {
        std::fs::write(&path, bytes).expect("it can be written");
        let error = refusal(&path);
        assert!(matches!(error, OpenError::Damaged { .. }), "{what}: {error}");
    }
    std::fs::write(&path, sound).expect("it can be written");
    drop(open(&path).expect("it was the damage"));
}

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

#[tokio::test]
async fn who_writes_by_hand_makes_it_unavailable_for_a_while() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let error = store.append(at(0), vec![sms("a", "1", "text")]).await.expect_err("the file is locked");
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    by_hand.execute_batch("ROLLBACK").expect("it can be given up");
    store.append(at(0), vec![sms("a", "1", "text")]).await.expect("the store goes on");
}

#[tokio::test]
async fn a_full_queue_answers_at_once() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = Sqlite::builder(&path).queue_length(limit(1)).open().expect("the store opens");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let append = |n: u32| store.append(at(0), vec![sms("a", &n.to_string(), "text")]);
    let (results, ()) = tokio::join!(futures(&append), async {
        // The first is being tried and the second waits; the third found no place, and was answered before the others.
        by_hand.execute_batch("ROLLBACK").expect("it can be given up");
    });
    let full = results.iter().filter(|result| matches!(result, Err(StoreError::Unavailable { .. })));
    assert!(full.count() >= 1, "{results:?}");
    assert!(results.iter().any(Result::is_ok), "{results:?}");
}

/// All at once, each polled before the next is waited for.
async fn futures<F: Future>(make: &impl Fn(u32) -> F) -> Vec<F::Output> {
    let (a, b, c, d) = tokio::join!(make(1), make(2), make(3), make(4));
    vec![a, b, c, d]
}

#[test]
fn sqlite3_can_read_while_the_store_is_open() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    runtime.block_on(store.append(at(0), vec![sms("a", "1", "hello")])).expect("append");
    let sql = "SELECT key, body ->> '$.text' FROM batches JOIN messages ON batch_id = batches.id";
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let reader = rusqlite::Connection::open_with_flags(&path, flags).expect("a reader");
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    assert_eq!(reader.query_row(sql, [], read).expect("a row"), ("a".to_owned(), "hello".to_owned()));
    // The shell too, where there is one.
    let shell = Command::new("sqlite3").arg("-readonly").arg(&path).arg(sql).stdin(Stdio::null()).output();
    if let Ok(output) = shell {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a|hello\n");
    }
    runtime.block_on(store.append(at(1), vec![sms("a", "2", "again")])).expect("the store is not disturbed");
}

#[tokio::test]
async fn a_message_that_cannot_be_stored_is_refused_alone() {
    let folder = folder();
    let store = SqliteStore::<String, Shy>::open(folder.path().join("store.db")).expect("the store opens");
    let big = "x".repeat(sms_consolidate_sqlite::MAX_BODY_BYTES);
    for (n, bad) in ["cannot be written", "panics when written", &big].into_iter().enumerate() {
        let now = at(n as u64 * 100);
        let texts = ["before", bad, "after"].map(|text| arrival("a", Shy::new(text)));
        let (one, other) = tokio::join!(
            store.append(now, texts.to_vec()),
            store.append(now, vec![arrival("b", Shy::new("neighbour"))])
        );
        let (results, neighbour) = (one.expect("append").results, other.expect("append").results);
        assert_eq!(results[1], Appended::Refused(Refusal::Unstorable));
        for result in [results[0], results[2], neighbour[0]] {
            assert!(matches!(result, Appended::Accepted(_)), "{result:?}");
        }
        let claims = store.claim(at(n as u64 * 100 + 60), limit(9), LEASE).await.expect("claim");
        let messages: usize = claims.iter().map(|claim| claim.batch.messages.len()).sum();
        assert_eq!(messages, 3);
        for claim in claims {
            let done = Finish::new(Outcome::NoReply(NoReply::Off));
            store.finish(now, &claim.batch.key, claim.fence(), &done).await.expect("finish");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_back_is_dead_and_its_neighbours_are_not() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::<String, Shy>::open(&path).expect("the store opens");
    let all = ["panics when read", "cannot be read", "sound"];
    let arrivals = all.map(|text| arrival(text, Shy::new(text)));
    store.append(at(0), arrivals.to_vec()).await.expect("append");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    let keys: Vec<&str> = claims.iter().map(|claim| claim.batch.key.as_str()).collect();
    assert_eq!(keys, ["sound"]);
    let dead = store.list(&Filter::newest(9).with_status(Status::Dead)).await.expect("list");
    assert_eq!(dead.len(), 2);
    for record in &dead {
        let error = record.error.as_deref().expect("it says why");
        assert!(!error.contains("when read") && !error.contains("cannot be read"), "no text in {error:?}");
        let whole = store.batch(record.id).await.expect("batch").expect("it is known");
        assert!(whole.batch.is_none());
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_read_back_delays_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = SqliteStore::<String, SmsMessage>::open(&path).expect("the store opens");
    let arrivals = ["1", "two", "panic", "4"].map(|key| sms(key, "id", "text"));
    store.append(at(0), arrivals.to_vec()).await.expect("append");
    drop(store);
    // The service was changed, and has numbers for keys now.
    let store = SqliteStore::<keyed::Number, SmsMessage>::open(&path).expect("the store opens");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    let mut keys: Vec<String> = claims.iter().map(|claim| claim.batch.key.to_string()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["1", "4"]);
    let dead = store.counts(at(60)).await.expect("counts").dead;
    assert_eq!(dead, 2, "they are kept");
    assert_eq!(store.list(&Filter::newest(9)).await.expect("list").len(), 2, "the others are listed");
}

#[tokio::test]
async fn a_damaged_lane_is_set_aside_and_delays_no_other() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "text"), sms("b", "1", "text")]).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let lane: String = row(&by_hand, "SELECT lane FROM lanes WHERE key = 'a'");
    by_hand.execute("UPDATE lanes SET lane = '{' WHERE key = 'a'", []).expect("it can be damaged");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(90)), "the lease of b");
    let report = store.append(at(61), vec![sms("a", "2", "text"), sms("c", "2", "text")]).await;
    let results = report.expect("append").results;
    assert_eq!(results[0], Appended::Refused(Refusal::Unstorable));
    assert!(matches!(results[1], Appended::Accepted(_)));
    assert_eq!(store.list(&Filter::newest(9)).await.expect("list").len(), 2, "of b and c");
    assert_eq!(store.counts(at(61)).await.expect("counts").keys, 3);
    // Mended as the schema's documentation says.
    by_hand.execute("UPDATE lanes SET lane = ?1, wake_at = 0 WHERE key = 'a'", [lane]).expect("mended");
    let claims = store.claim(at(62), limit(9), LEASE).await.expect("claim");
    assert_eq!(texts(&claims[0].batch.messages), ["text"]);
}

#[tokio::test]
async fn batches_go_when_their_time_is_over_and_ids_before() {
    let (hour, day) = (Duration::from_secs(3_600), Duration::from_secs(24 * 3_600));
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let arrivals = (0..10).map(|n| sms(&n.to_string(), "id", "text")).collect();
    store.append(at(0), arrivals).await.expect("append");
    for claim in store.claim(at(60), limit(10), LEASE).await.expect("claim") {
        let finish = Finish::new(Outcome::NoReply(NoReply::Off));
        store.finish(at(60), &claim.batch.key, claim.fence(), &finish).await.expect("finish");
    }
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let left = || -> (i64, i64, i64) {
        let count = |table: &str| row(&by_hand, &format!("SELECT count(*) FROM {table}"));
        (count("message_ids"), count("messages"), count("batches"))
    };
    let mut steps = 0;
    let mut maintain = async |now| {
        steps = 1;
        while store.maintain(now, limit(3)).await.expect("maintain").more {
            steps += 1;
        }
        steps
    };
    maintain(at(60) + 47 * hour).await;
    assert_eq!(left(), (10, 10, 10));
    assert_eq!(maintain(at(60) + 48 * hour).await, 4, "in small steps");
    assert_eq!(left(), (0, 10, 10));
    maintain(at(60) + 30 * day - hour).await;
    assert_eq!(left(), (0, 10, 10));
    maintain(at(60) + 30 * day).await;
    assert_eq!(left(), (0, 0, 0));
}

#[tokio::test]
async fn a_flush_of_all_reaches_every_key() {
    let folder = folder();
    let store = open(&folder.path().join("store.db")).expect("the store opens");
    let keys = || (0..1_000).map(|n| n.to_string()).chain([String::new(), "\0".to_owned(), "é".to_owned()]);
    store.append(at(0), keys().map(|key| sms(&key, "id", "text")).collect()).await.expect("append");
    let flushed = store.flush(at(1), None, sms_consolidate::CloseReason::Flush).await.expect("flush");
    assert_eq!(flushed, keys().count() as u64);
    let claims = store.claim(at(1), limit(9_999), LEASE).await.expect("claim");
    assert_eq!(claims.len(), keys().count());
}

#[tokio::test]
async fn tenants_of_one_file_do_not_meet() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let open = |name: &str| Sqlite::builder(&path).name(name).open().expect("the store opens");
    let store = open("a");
    let report = store.append(at(0), vec![sms("key", "id", "of a")]).await.expect("append");
    let Appended::Accepted(of_a) = report.results[0] else { panic!("{report:?}") };
    drop(store);
    let store = open("b");
    assert_eq!(store.next_wake().await.expect("next_wake"), None);
    assert_eq!(store.counts(at(0)).await.expect("counts").keys, 0);
    assert!(store.batch(of_a.batch).await.expect("batch").is_none());
    assert!(store.list(&Filter::newest(9)).await.expect("list").is_empty());
    store.set_opted_out(at(0), &"key".to_owned(), true).await.expect("set_opted_out");
    assert_eq!(store.flush(at(0), None, sms_consolidate::CloseReason::Flush).await.expect("flush"), 0);
    let report = store.append(at(0), vec![sms("key", "id", "of b")]).await.expect("append");
    assert!(matches!(report.results[0], Appended::Accepted(_)), "the id is new here");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!((claims.len(), texts(&claims[0].batch.messages)), (1, vec!["of b"]));
    drop(store);
    let store = open("a");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!((claims.len(), texts(&claims[0].batch.messages)), (1, vec!["of a"]));
}

#[tokio::test]
async fn what_is_queued_is_finished_when_the_store_is_dropped() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let mut pushes: Vec<_> =
        (0..100).map(|n| Box::pin(store.append(at(0), vec![sms("a", &n.to_string(), "text")]))).collect();
    let all = std::future::poll_fn(|context| {
        let done: Vec<bool> = pushes.iter_mut().map(|push| push.as_mut().poll(context).is_ready()).collect();
        std::task::Poll::Ready(done)
    });
    all.await;
    // Nobody waits any more: each is done wholly or not at all.
    drop(pushes);
    drop(store);
    let store = open(&path).expect("the store opens");
    let kept = store.counts(at(0)).await.expect("counts").messages_buffered;
    let connection = rusqlite::Connection::open(&path).expect("another connection");
    let count = |table: &str| row::<i64>(&connection, &format!("SELECT count(*) FROM {table}"));
    assert_eq!((count("messages"), count("message_ids")), (kept as i64, kept as i64));
    for n in 0..100 {
        store.append(at(1), vec![sms("a", &n.to_string(), "text")]).await.expect("append");
    }
    let claim = store.claim(at(61), limit(1), LEASE).await.expect("claim").remove(0);
    assert_eq!(claim.batch.messages.len(), 100, "each is there once");
}

#[tokio::test]
async fn a_log_line_shows_no_text_and_no_key() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("+639171234567", "1", "my secret")]).await.expect("append");
    let shown = format!("{store:?} {:?}", Sqlite::builder(&path));
    assert!(shown.contains("store.db") && !shown.contains("secret") && !shown.contains("4567"), "{shown}");
}

#[tokio::test]
async fn the_view_shows_what_the_lanes_say() {
    let folder = folder();
    let path = folder.path().join("store.db");
    let store = open(&path).expect("the store opens");
    let once = |key: &str| {
        let window = sms_consolidate::Window::default().with_max_messages(1);
        let mut arrival = sms(key, key, "text");
        arrival.window = window;
        arrival
    };
    let keys = ["dead", "finished", "retrying", "claimed", "requeued"];
    store.append(at(0), keys.map(once).to_vec()).await.expect("append");
    let claims = store.claim(at(1), limit(9), LEASE).await.expect("claim");
    for claim in &claims {
        let (key, fence) = (&claim.batch.key, claim.fence());
        let found = Classification::new(Label::AGREE, "by hand");
        store.checkpoint(at(2), key, fence, &found).await.expect("checkpoint");
        let finish = Finish::new(Outcome::NoReply(NoReply::Off)).with_error("why");
        match key.as_str() {
            "dead" | "requeued" => _ = store.bury(at(3), key, fence, false, "why").await.expect("bury"),
            "finished" => _ = store.finish(at(3), key, fence, &finish).await.expect("finish"),
            "retrying" => {
                let terms = RetryTerms { at: at(500), counts: true, maybe_sent: false };
                store.retry(at(3), key, fence, &terms, "why").await.expect("retry");
            }
            _ => {}
        }
    }
    let requeued = claims.iter().find(|claim| claim.batch.key == "requeued").expect("it was claimed");
    assert!(matches!(store.requeue(at(4), requeued.batch.id).await, Ok(Requeued::Revived(_))));
    let behind =
        vec![once("claimed"), sms("claimed", "open", "text"), sms("open", "1", "1"), sms("open", "2", "2")];
    let behind = behind.into_iter().zip(["c", "d", "e", "f"]).map(|(mut arrival, id)| {
        arrival.message = arrival.message.with_id(id);
        arrival
    });
    store.append(at(5), behind.collect()).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let sql =
        "SELECT id, status, message_count, attempts, due_at, close_reason FROM batches_now ORDER BY id DESC";
    let mut statement = by_hand.prepare(sql).expect("the view is there");
    let shown = statement.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, u32>(2)?,
            row.get::<_, u32>(3)?,
            row.get::<_, i64>(4)?,
            row.get::<_, Option<String>>(5)?,
        ))
    });
    let shown: Vec<_> = shown.expect("it can be read").collect::<Result<_, _>>().expect("it can be read");
    let word = |value: &dyn Fn() -> serde_json::Value| value().as_str().map(str::to_owned);
    let expected = store.list(&Filter::newest(99)).await.expect("list").into_iter().map(|record| {
        let status = word(&|| serde_json::to_value(record.status).expect("a word"));
        let reason = word(&|| serde_json::to_value(record.close_reason).expect("a word"));
        let due = record.due_at.as_unix_millis();
        (record.id.to_string(), status.expect("a word"), record.messages, record.attempts, due, reason)
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(shown, expected);
    let statuses: std::collections::BTreeSet<&str> = shown.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(statuses.len(), 6, "every status is among them: {statuses:?}");
}
