//! What the tests of faults are written with.

use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use sms_consolidate::store::Arrival;
use sms_consolidate::{Message, SmsMessage, Timestamp, Window};

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_millis(1_767_225_600_000) + Duration::from_secs(seconds)
}

pub(crate) fn limit(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("no test has a limit of zero")
}

pub(crate) fn arrival<M: Message>(key: &str, message: M) -> Arrival<String, M> {
    Arrival::new(key.to_owned(), message, Window::default())
}

pub(crate) fn sms(key: &str, id: &str, text: &str) -> Arrival<String, SmsMessage> {
    arrival(key, SmsMessage::new(text).with_id(id))
}

pub(crate) fn texts(messages: &[SmsMessage]) -> Vec<&str> {
    messages.iter().map(Message::text).collect()
}

/// One value from the file.
#[track_caller]
pub(crate) fn row<T: rusqlite::types::FromSql>(connection: &rusqlite::Connection, sql: &str) -> T {
    connection.query_row(sql, [], |row| row.get(0)).expect("there is a row")
}

/// The name of the variable by which a child is given a path.
pub(crate) const PATH: &str = "SMS_CONSOLIDATE_TEST_PATH";

fn command(executable: &Path, test: &str, path: &Path) -> Command {
    let mut command = Command::new(executable);
    command.args(["--exact", test, "--ignored", "--nocapture"]).env(PATH, path);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs one of this file's tests in a process of its own.
pub(crate) fn child(test: &str, path: &Path) -> Child {
    let executable = std::env::current_exe().expect("a test knows where it is");
    command(&executable, test, path).spawn().expect("the test can be started")
}

/// Runs one of this file's tests by way of another program, which gets its command line after `arguments`. Returns what
/// both wrote.
#[cfg(unix)]
pub(crate) fn child_of(program: &str, arguments: &[&str], test: &str, path: &Path) -> String {
    let executable = std::env::current_exe().expect("a test knows where it is");
    let inner = command(&executable, test, path);
    let mut outer = Command::new(program);
    outer.args(arguments).arg(inner.get_program()).args(inner.get_args()).env(PATH, path);
    let output = outer.stdin(Stdio::null()).output().expect("the program can be started");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The same as somebody who may do less, if that can be done, and who says what it wrote.
#[cfg(unix)]
pub(crate) fn child_as_nobody(test: &str, path: &Path) -> String {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;

    // Where everybody may start it.
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let everybody = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), everybody).expect("it is ours");
    let executable = folder.path().join("test");
    // By another process: what this one has open for writing, a child that another thread starts at this moment has too,
    // and nobody can start it until that is closed.
    let us = std::env::current_exe().expect("a test knows where it is");
    let copied = Command::new("cp").arg(us).arg(&executable).status().expect("there is cp");
    assert!(copied.success(), "it fits");
    let mut command = command(&executable, test, path);
    let is_root = std::fs::metadata(folder.path()).expect("it is there").uid() == 0;
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("the test can be started");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn wait_for_line(child: &mut Child, line: &str) {
    let output = child.stdout.as_mut().expect("its output is ours");
    let found = BufReader::new(output).lines().map_while(Result::ok).any(|written| written == line);
    assert!(found, "it ended without {line:?}");
}

/// A message that fails as its text says.
#[derive(Clone)]
pub(crate) struct Shy(String);

impl Shy {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Message for Shy {
    fn text(&self) -> &str {
        &self.0
    }
}

impl Serialize for Shy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_str() {
            "cannot be written" => Err(ser::Error::custom("it does not want to")),
            "panics when written" => panic!("a panic of the user's"),
            text => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Shy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "cannot be read" => Err(de::Error::custom("no text that cannot be read")),
            "panics when read" => panic!("a panic of the user's"),
            text => Ok(Self::new(text)),
        }
    }
}

pub(crate) mod keyed {
    use std::fmt;
    use std::str::FromStr;

    use sms_consolidate::Key;

    /// A key whose text form not every text is, and that does not take well to one.
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub(crate) struct Number(u64);

    impl fmt::Display for Number {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.0)
        }
    }

    impl FromStr for Number {
        type Err = std::num::ParseIntError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            assert_ne!(text, "panic", "a panic of the user's");
            text.parse().map(Self)
        }
    }

    impl Key for Number {
        fn redacted(&self) -> String {
            "•••".to_owned()
        }
    }
}
