//! What goes wrong: full, damaged, foreign, taken; and code of the user's that fails.

mod disk;
mod files;
mod kit;
mod queue;
mod rows;
mod upkeep;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kit::{at, limit, sms, texts};
use sms_consolidate::lane::{OptOutChange, ReplyPart, ReplyTerms, Requeued, RetryTerms};
use sms_consolidate::store::{Appended, Filter, Finish, NoReply, Outcome, Store, StoreExt};
use sms_consolidate::{Classification, CloseReason, Label, OptOutCause, OptOutScope, SmsMessage};
use sms_consolidate_sqlite::{OpenError, SqliteStore};

type Sqlite = SqliteStore<String, SmsMessage>;

const LEASE: Duration = Duration::from_secs(30);

fn open(path: &Path) -> Result<Sqlite, OpenError> {
    Sqlite::open(path)
}

/// Of a reply of which nothing is asked but that it leaves while the lease lasts.
fn terms(text: &str) -> ReplyTerms {
    ReplyTerms {
        parts: vec![ReplyPart::new(text)],
        control: None,
        send_timeout: LEASE / 2,
        max_replies_per_hour: None,
        opt_out_scope: OptOutScope::Conversation,
    }
}

const STOP: OptOutChange = OptOutChange::new(true, OptOutCause::Operator);
const START: OptOutChange = OptOutChange::new(false, OptOutCause::Operator);

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
fn another_schema_is_refused_and_left_alone() {
    for version in [0, 2, 99] {
        let folder = folder();
        let path = folder.path().join("store.db");
        drop(open(&path).expect("the store opens"));
        let connection = rusqlite::Connection::open(&path).expect("another connection");
        connection.execute("UPDATE schema_version SET version = ?1", [version]).expect("it can be changed");
        drop(connection);
        let before = std::fs::read(&path).expect("it is there");
        let error = refusal(&path);
        assert!(
            matches!(error, OpenError::OtherSchema { found, known: 1, .. } if found == version),
            "{error}"
        );
        assert!(error.to_string().contains(&version.to_string()), "{error}");
        assert!(before == std::fs::read(&path).expect("it is there"), "not a byte has changed");
    }
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
    store.set_opted_out(at(0), "key", STOP).await.expect("set_opted_out");
    assert_eq!(store.flush_all(at(0), CloseReason::Flush).await.expect("flush"), 0);
    let report = store.append(at(0), vec![sms("key", "id", "of b")]).await.expect("append");
    assert!(matches!(report.results[0], Appended::Accepted(_)), "the id is new here");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!((claims.len(), texts(&claims[0].batch.messages)), (1, vec!["of b"]));
    drop(store);
    let store = open("a");
    let claims = store.claim(at(60), limit(9), LEASE).await.expect("claim");
    assert_eq!((claims.len(), texts(&claims[0].batch.messages)), (1, vec!["of a"]));
    assert!(!store.sender("key").await.expect("sender").is_opted_out());
    assert_eq!(store.counts(at(60)).await.expect("counts").opted_out, 0);
}

/// Under another one nobody who has opted out would be found.
#[tokio::test]
async fn a_file_with_senders_and_without_their_secret_is_refused() {
    let folder = folder();
    let path = folder.path().join("store.db");
    drop(open(&path).expect("the store opens"));
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    let secret = || kit::row::<Vec<u8>>(&by_hand, "SELECT secret FROM secrets");
    let first = secret();
    by_hand.execute("DELETE FROM secrets", []).expect("it can be lost");
    let store = open(&path).expect("nothing was kept under it");
    assert!(first != secret() && secret().len() == 16);
    store.set_opted_out(at(0), "key", STOP).await.expect("set_opted_out");
    drop(store);
    by_hand.execute("DELETE FROM secrets", []).expect("it can be lost");
    let error = refusal(&path);
    assert!(matches!(error, OpenError::Damaged { .. }) && error.to_string().contains("secret"), "{error}");
    drop(Sqlite::builder(&path).name("another").open().expect("that one has no senders"));
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
        arrival.window = window.into();
        arrival
    };
    let keys = ["dead", "finished", "retrying", "claimed", "requeued"];
    store.append(at(0), keys.map(once).to_vec()).await.expect("append");
    let claims = store.claim(at(1), limit(9), LEASE).await.expect("claim");
    for claim in &claims {
        let (key, fence) = (&claim.batch.key, claim.fence());
        let found = Some(Classification::new(Label::AGREE, "by hand"));
        let reply = (key != "claimed").then(|| terms("reply"));
        let recorded = store.record(at(2), key, fence, found, reply).await.expect("record");
        assert_eq!(recorded.reply, Ok(()));
        match key.as_str() {
            "dead" | "requeued" => _ = store.bury(at(3), key, fence, false, "why").await.expect("bury"),
            "finished" => {
                let finish = Finish::new(Outcome::NoReply(NoReply::Off)).with_error("why");
                store.finish(at(3), key, fence, finish).await.expect("finish");
            }
            "retrying" => {
                let terms = RetryTerms { at: at(500), counts: true, maybe_sent: false };
                store.retry(at(3), key, fence, terms, "why").await.expect("retry");
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
    let sql = "SELECT id, status, message_count, attempts, due_at, close_reason, classification ->> '$.method', \
         error, reply ->> '$[0].text', opened_at FROM batches_now ORDER BY id DESC";
    let mut statement = by_hand.prepare(sql).expect("the view is there");
    let shown = statement.query_map([], |row| {
        let [status, reason, method, error] = [1, 5, 6, 7].map(|column| row.get::<_, Option<String>>(column));
        let numbers = [2, 3, 4, 9].map(|column| row.get::<_, i64>(column));
        let [messages, attempts, due, opened] = numbers;
        let reply = row.get::<_, Option<String>>(8)?;
        let words = (row.get::<_, String>(0)?, status?.expect("none is null"), reason?, method?, error?);
        Ok(((words, (messages?, attempts?, due?, opened?)), reply))
    });
    let shown: Vec<_> = shown.expect("it can be read").collect::<Result<_, _>>().expect("it can be read");
    let (shown, replies): (Vec<_>, Vec<_>) = shown.into_iter().unzip();
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    let expected = store.list(&Filter::newest(99)).await.expect("list").into_iter().map(|record| {
        let status = word(serde_json::to_value(record.status).expect("a word"));
        let reason = word(serde_json::to_value(record.close_reason).expect("a word"));
        let method = record.classification.map(|found| found.method.into_owned());
        let words = (record.id.to_string(), status.expect("a word"), reason, method, record.error);
        let [due, opened] = [record.due_at, record.opened_at].map(sms_consolidate::Timestamp::as_unix_millis);
        (words, (record.messages.into(), record.attempts.into(), due, opened))
    });
    let expected: Vec<_> = expected.collect();
    assert_eq!(shown, expected);
    let replies = replies.into_iter().flatten().collect::<Vec<_>>();
    assert_eq!(replies, ["reply"; 3], "of the one that retries, of the finished and of the dead");
    let statuses: std::collections::BTreeSet<&str> = shown.iter().map(|row| row.0.1.as_str()).collect();
    assert_eq!(statuses.len(), 6, "every status is among them: {statuses:?}");
}

/// As the documents say how to back it up.
#[tokio::test]
async fn a_copy_made_beside_the_running_store_opens_with_all_that_was_accepted_before() {
    let folder = folder();
    let (path, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
    let store = open(&path).expect("the store opens");
    store.append(at(0), vec![sms("a", "1", "one"), sms("b", "1", "two")]).await.expect("append");
    let by_hand = rusqlite::Connection::open(&path).expect("another connection");
    by_hand.execute("VACUUM INTO ?1", [copy.to_str().expect("tests use plain names")]).expect("it is copied");
    store.append(at(1), vec![sms("a", "2", "three")]).await.expect("the store goes on");
    let restored = open(&copy).expect("the copy opens");
    let results = restored.append(at(2), vec![sms("b", "1", "two")]).await.expect("append").results;
    assert_eq!(results, [Appended::Duplicate]);
    let claims = restored.claim(at(60), limit(9), LEASE).await.expect("claim");
    let found: Vec<_> = claims.iter().map(|claim| texts(&claim.batch.messages)).collect();
    assert_eq!(found, [["one"], ["two"]]);
}
