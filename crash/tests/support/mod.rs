//! What the tests of this package share.

use std::collections::BTreeSet;

use crash::check::{Broken, Violation, check};
use crash::load::Posted;
use crash::rig::{Plan, Programs, Rig};
use sms_consolidate::{Clock, SystemClock};

pub(crate) const PROGRAMS: Programs = Programs {
    server: env!("CARGO_BIN_EXE_crash-server"),
    peer: env!("CARGO_BIN_EXE_crash-peer"),
    folder: env!("CARGO_TARGET_TMPDIR"),
};

/// Of the environment, or new each time.
pub(crate) fn seed() -> u64 {
    let given = std::env::var("CRASH_SEED").ok();
    let seed = given.map(|text| text.parse().expect("CRASH_SEED is a number"));
    seed.unwrap_or_else(|| SystemClock::new().now().as_unix_millis().unsigned_abs())
}

pub(crate) fn plan(name: &str, database_url: &str, idempotent: bool) -> Plan {
    let seed = seed();
    println!("{name}: CRASH_SEED={seed}");
    Plan {
        name: name.to_owned(),
        database_url: database_url.to_owned(),
        idempotent,
        sends_twice: false,
        seed,
    }
}

/// Ends the run. Returns what was found; the folder is kept only if that is something.
pub(crate) async fn findings(rig: Rig, posts: Vec<Posted>) -> Vec<Violation> {
    let (evidence, folder) = rig.end(posts).await;
    let acknowledged = evidence.posts.iter().filter(|post| post.acknowledged_us.is_some()).count();
    let (batches, cuts) = (evidence.batches.len(), evidence.cuts.len());
    println!("{acknowledged} messages acknowledged, {batches} batches, {cuts} cuts, {}", folder.display());
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

/// Which kinds of findings there are.
pub(crate) fn kinds(found: &[Violation]) -> BTreeSet<Broken> {
    found.iter().map(|violation| violation.broken).collect()
}
