//! A simulation of the whole: driver, processor and memory store, with a classifier, a gateway, nodes and a store's
//! answers that fail in every way they may, on a clock that only the simulation moves.
//!
//! Each run is drawn from its seed and repeats exactly. An [oracle](oracle) that knows the architecture and not the
//! code judges every call. `SIM_RUNS=n` makes so many runs with consecutive seeds, the first of them `SIM_SEED` or 0.
//! `SIM_SEED=n` alone makes one run and prints its trace:
//!
//! ```text
//! SIM_SEED=7 cargo test -p sms-consolidate --test simulation -- --nocapture
//! ```

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};

mod ending;
mod operations;
mod oracle;
mod outside;
mod panics;
mod plan;
mod run;
mod store;
mod world;

use run::{Ended, Failure};

fn number_from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, and is {text:?}")))
}

fn run(seed: u64, traced: bool) -> Result<Ended, Failure> {
    panics::catch();
    let result = run::run(seed, traced);
    panics::release();
    result
}

/// Calls `each` with `0..count` on all cores, until it returns something. Returns the smallest number for which it
/// did, and what.
fn find_first<T: Send>(count: u64, each: impl Fn(u64) -> Option<T> + Sync) -> Option<(u64, T)> {
    let (next, first_found) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
    let (found, finds) = mpsc::channel();
    let work = |found: mpsc::Sender<(u64, T)>| {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count || number > first_found.load(Ordering::Relaxed) {
                return;
            }
            if let Some(value) = each(number) {
                first_found.fetch_min(number, Ordering::Relaxed);
                found.send((number, value)).expect("the receiver waits");
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| work(found.clone()));
        }
    });
    drop(found);
    finds.into_iter().min_by_key(|(number, _)| *number)
}

#[test]
fn every_promise_holds_in_every_run() {
    let (seed, runs) = (number_from_env("SIM_SEED"), number_from_env("SIM_RUNS"));
    let (first, runs) = match (seed, runs) {
        (Some(seed), None) => {
            let (trace, what) = match run(seed, true) {
                Ok(ended) => (ended.trace, None),
                Err(failure) => (failure.trace, Some(failure.what)),
            };
            trace.iter().for_each(|line| println!("{line}"));
            assert_eq!(what, None, "seed {seed}");
            return;
        }
        (seed, runs) => (seed.unwrap_or(0), runs.unwrap_or(10_000)),
    };
    assert!(runs > 0, "SIM_RUNS must be at least 1");
    let last = first.checked_add(runs - 1).expect("the last seed is a number of 64 bits");
    let made = AtomicU64::new(0);
    let failed = find_first(runs, |number| {
        let failure = run(first + number, false).err();
        made.fetch_add(1, Ordering::Relaxed);
        failure
    });
    if let Some((number, failure)) = failed {
        let seed = first + number;
        panic!(
            "seed {seed}: {}\nrepeat it with: SIM_SEED={seed} cargo test -p sms-consolidate --test simulation -- --nocapture",
            failure.what
        );
    }
    // `scripts/soak` reads this line.
    println!("{} runs, seeds {first} to {last}", made.into_inner());
}

#[test]
fn a_run_repeats_exactly() {
    let trace = |seed| run(seed, true).map_or_else(|failure| failure.trace, |ended| ended.trace);
    let differs = |seed| {
        let (first, second) = (trace(seed), trace(seed));
        let at = (0..first.len().max(second.len())).find(|line| first.get(*line) != second.get(*line))?;
        Some((first.get(at).cloned(), second.get(at).cloned()))
    };
    assert_eq!(find_first(200, differs), None);
}

/// Everything that a run can come to is come to within few, so that no check of the oracle sleeps.
#[test]
fn the_runs_reach_everything() {
    let reached = Mutex::new(BTreeSet::new());
    let all = [
        "duplicate",
        "refused for too many messages",
        "refused for too many keys",
        "capped",
        "stopped",
        "a stop passed those that wait",
        "superseded",
        "cancelled",
        "revived",
        "stopped on another line",
        "an older word",
        "a reply does not count",
        "another would have said something else",
        "rejected after it may have arrived",
        "stolen",
        "the lease was too short",
        "retried",
        "given back",
        "handed back",
        "dead",
        "replied",
        "reply unknown",
        "a reply was cut off",
        "found out how it had ended",
        "asked again for what was taken",
        "off",
        "opted out",
        "stale",
        "no template",
        "loop guard",
        "rejected",
        "unreachable",
    ];
    find_first(1_000, |seed| -> Option<()> {
        let ended = run(seed, false).ok()?;
        reached.lock().expect("no run panics under the lock").extend(ended.reached);
        None
    });
    let reached = reached.into_inner().expect("no run panics under the lock");
    let missed: Vec<_> = all.iter().filter(|what| !reached.contains(**what)).collect();
    assert!(missed.is_empty(), "never reached: {missed:?}");
}
