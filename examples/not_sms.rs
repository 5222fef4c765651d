//! Nothing here is an SMS: commits to a chat room's branches are gathered, judged, and answered once per branch.
//!
//! Keys and messages are yours. A key needs a canonical text and a form for logs; a message needs a text.
//!
//! `cargo run --example not_sms`

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sms_consolidate::{Classification, Consolidator, Key, Label, Message, Receipt, ReplyTemplates, Window};

#[derive(Clone, PartialEq, Eq, Hash)]
struct Branch {
    repository: u32,
    name: String,
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.repository, self.name)
    }
}

impl FromStr for Branch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (repository, name) = text.split_once('/').ok_or("expected repository/branch")?;
        let repository = repository.parse().map_err(|_| "the repository is not a number")?;
        Ok(Self { repository, name: name.to_owned() })
    }
}

impl Key for Branch {
    fn redacted(&self) -> String {
        // A branch is no secret.
        self.to_string()
    }
}

#[derive(Clone)]
struct Commit {
    hash: String,
    title: String,
}

impl Message for Commit {
    fn text(&self) -> &str {
        &self.title
    }

    fn id(&self) -> Option<&str> {
        Some(&self.hash)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let consolidator = Consolidator::<Branch, Commit>::builder()
        // A push to `main` is judged at once; elsewhere the pushing has to stop first.
        .window_fn(|branch, _, _| match branch.name.as_str() {
            "main" => Window::immediate(),
            _ => Window::sliding(Duration::from_millis(200), Duration::from_secs(2)),
        })
        .classify_fn(|commits, _| async move {
            let is_fix = commits.iter().all(|commit| commit.title.starts_with("fix"));
            let label = Label::new(if is_fix { "FIXES" } else { "FEATURES" });
            Ok(Classification::new(label, "Titles"))
        })
        .send_fn(|reply| async move {
            println!("{}: {}", reply.to, reply.text);
            Ok(Receipt::default())
        })
        .replies(ReplyTemplates::new().with(Label::new("FIXES"), "only fixes").otherwise("please review"))
        .build()?;
    consolidator.start();

    for (branch, hash, title) in [
        ("7/search", "c0ffee1", "fix the typo"),
        ("7/search", "c0ffee2", "fix the other typo"),
        ("7/login", "c0ffee3", "fix the redirect"),
        ("7/login", "c0ffee4", "log in with a passkey"),
    ] {
        let commit = Commit { hash: hash.to_owned(), title: title.to_owned() };
        consolidator.push(branch.parse()?, commit).await?;
    }
    let report = consolidator.shutdown(Duration::from_secs(5)).await?;
    assert_eq!(report.finished, 2);
    Ok(())
}
