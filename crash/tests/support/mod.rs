//! What the tests of this package share.

use crash::check::{Violation, check};
use crash::load::Posted;
use crash::rig::{Plan, Programs, Rig};
use sms_consolidate::{Clock, SystemClock};

pub(crate) const PROGRAMS: Programs = Programs {
    server: env!("CARGO_BIN_EXE_crash-server"),
    peer: env!("CARGO_BIN_EXE_crash-peer"),
    folder: env!("CARGO_TARGET_TMPDIR"),
};

fn given(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// `CRASH_SEED`, or a new one each time.
fn seed() -> u64 {
    given("CRASH_SEED").unwrap_or_else(|| SystemClock::new().now().as_unix_millis().unsigned_abs())
}

/// For whoever has to repeat a run.
#[expect(clippy::print_stdout, reason = "tests show this when they fail")]
fn say(text: &str) {
    println!("{text}");
}

pub(crate) fn plan(name: &str, database_url: &str, idempotent: bool) -> Plan {
    let seed = seed();
    // How often each test does what it does.
    let rounds = given("CRASH_ROUNDS").unwrap_or(1).max(1);
    say(&format!("{name}: CRASH_SEED={seed}"));
    Plan { name: name.to_owned(), database_url: database_url.to_owned(), idempotent, bug: None, seed, rounds }
}

/// Ends the run. Returns what was found; the folder is kept only if that is something.
pub(crate) async fn findings(rig: Rig, posts: Vec<Posted>) -> Vec<Violation> {
    let (evidence, folder) = rig.end(posts).await;
    let acknowledged = evidence.posts.iter().filter(|post| post.acknowledged_us.is_some()).count();
    let (batches, cuts) = (evidence.batches.len(), evidence.cuts.len() + evidence.outages.len());
    say(&format!(
        "{acknowledged} messages acknowledged, {batches} batches, {cuts} cuts, {}",
        folder.display()
    ));
    assert!(acknowledged > 20 && batches > 10, "too little was going on to show anything");
    let found = check(&evidence);
    if found.is_empty() {
        std::fs::remove_dir_all(folder).expect("the folder is ours");
    }
    found
}

/// Ends the run, in which everything that was promised must have been kept.
pub(crate) async fn verify(rig: Rig, posts: Vec<Posted>) {
    let found = findings(rig, posts).await;
    let told: String = found.iter().take(10).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} promises broken, the first of them:\n{told}", found.len());
}
