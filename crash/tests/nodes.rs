//! Three servers on one Postgres, posted to in turn: one is killed, one is stopped past its lease and goes on, one has a
//! wrong clock, and the database is restarted under load.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use crash::check::{Broken, Evidence, Violation, check};
use crash::journal::{Deed, DeedPhase, Noted};
use crash::rig::{LEASE, Rig, was_refused_since};
use crash::settings::Skew;
use crash::skewed::preload;
use crash::time::monotonic_us;
use fastrand::Rng;
use support::{PROGRAMS, plan, verify};
use throwaway_postgres::Server;

const NODES: usize = 3;
const SENDERS: usize = 12;

/// Where a node is killed, and where one is stopped: with an open transaction, and with all that is written under a claim
/// between them.
const KILLED_AT: [&str; 3] = ["committed", "claimed", "sent"];
const STOPPED_AT: [&str; 5] = ["appended", "claimed", "classified", "reply-begun", "sent"];

fn started(name: &str, database: &Server, idempotent: bool) -> (Rig, Rng, u64) {
    let plan = plan(name, &database.url(), idempotent);
    let mut rig = Rig::new(PROGRAMS, &plan);
    for index in 0..NODES {
        rig.start(index, None, Skew::None);
    }
    (rig, Rng::with_seed(plan.seed), plan.rounds)
}

/// Node 1 is killed and started again, while node 2 is stopped at one step after the other.
async fn killed_and_stopped(name: &str, idempotent: bool) {
    let database = Server::start();
    let (mut rig, mut rng, rounds) = started(name, &database, idempotent);
    rig.begin_load(SENDERS);
    for step in (0..rounds).flat_map(|_| STOPPED_AT) {
        rig.kill(1);
        rig.start(
            1,
            Some(format!("{}:{}", rng.choice(KILLED_AT).expect("there are some"), rng.u64(1..4))),
            Skew::None,
        );
        rig.kill(2);
        let ended_before = transactions_ended(&database);
        rig.start(2, Some(format!("{step}:{}:stop", rng.u64(1..4))), Skew::None);
        let stopped = rig.stops(2).await;
        if step == "appended" {
            others_go_on(&mut rig, &database, ended_before, &stopped).await;
            let resumed_us = monotonic_us();
            rig.resume(2, &stopped);
            rig.wait_until("the node that goes on claims again", |rig| {
                rig.trace().iter().any(|noted| claims_since(noted, resumed_us) && noted.run == stopped.run)
            })
            .await;
        } else {
            rig.wait_until("another node takes over", |rig| rig.has_taken_over(&stopped)).await;
            rig.resume(2, &stopped);
            rig.wait_until("the stale writes of a node that goes on are refused", |rig| {
                was_refused_since(&rig.trace(), &stopped)
            })
            .await;
        }
        rig.dies(1).await;
        rig.start(1, None, Skew::None);
    }
    end(rig).await;
}

fn claims_since(noted: &Noted, us: u64) -> bool {
    noted.deed == Deed::Claim && noted.phase == DeedPhase::Done && noted.asked_us > us
}

/// How many transactions the database has ended because nothing came any more.
fn transactions_ended(database: &Server) -> usize {
    database.log().matches("idle-in-transaction timeout").count()
}

/// A node has stopped with a transaction open, which has locked the lanes of senders. Waits until the database has ended
/// that, the node is past its lease, and others have taken in and claimed new batches of every sender.
async fn others_go_on(rig: &mut Rig, database: &Server, ended_before: usize, stopped: &Noted) {
    rig.wait_until("the database ends the transaction", |_| transactions_ended(database) > ended_before)
        .await;
    let senders: BTreeSet<String> =
        rig.trace().into_iter().map(|noted| noted.key).filter(|key| !key.is_empty()).collect();
    rig.wait_until("others take in and claim what every sender texts", |rig| {
        let trace = rig.trace();
        let lease_us = u64::try_from(LEASE.as_micros()).expect("it is short");
        // What was taken in before has been claimed by then.
        let since_us = stopped.at_us + lease_us / 2;
        let of_others =
            trace.iter().filter(|noted| claims_since(noted, since_us) && noted.run != stopped.run);
        let served: BTreeSet<&String> = of_others.map(|noted| &noted.key).collect();
        senders.iter().all(|sender| served.contains(sender)) && monotonic_us() > stopped.at_us + lease_us
    })
    .await;
}

async fn end(mut rig: Rig) {
    let posts = rig.end_load().await;
    rig.drain(0).await;
    verify(rig, posts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_killed_and_one_is_stopped_with_an_ordinary_gateway() {
    killed_and_stopped("nodes", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_killed_and_one_is_stopped_with_an_idempotent_gateway() {
    killed_and_stopped("nodes-idempotent", true).await;
}

/// A wrong machine does no harm: its consolidator follows the clock of the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_machines_are_half_a_minute_off() {
    let database = Server::start();
    let (mut rig, ..) = started("nodes-skewed", &database, false);
    let library = preload(Path::new(PROGRAMS.folder));
    for (index, ms) in [(1, 30_000), (2, -30_000)] {
        rig.kill(index);
        rig.start(index, None, Skew::Machine(ms, library.clone()));
        let (clocks, asked_ms) = rig.clocks(index).await;
        let is_nearly = |time_ms: i64| (asked_ms.start() - 1_000..asked_ms.end() + 1_000).contains(&time_ms);
        assert!(is_nearly(clocks.machine_ms - ms), "its machine is off: {clocks:?}, {asked_ms:?}");
        assert!(is_nearly(clocks.consolidator_ms), "it does not care: {clocks:?}, {asked_ms:?}");
    }
    rig.begin_load(SENDERS);
    rig.wait(Duration::from_secs(3)).await;
    end(rig).await;
}

/// Whoever insists on a wrong clock of his own gets batches early and leases stolen; but nothing is lost, nothing out of
/// order, and nothing answered twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_are_given_clocks_that_are_half_a_minute_off() {
    let database = Server::start();
    let (mut rig, ..) = started("nodes-given", &database, false);
    for (index, ms) in [(1, 30_000), (2, -30_000)] {
        rig.kill(index);
        rig.start(index, None, Skew::Given(ms));
    }
    rig.begin_load(SENDERS);
    rig.wait(Duration::from_secs(3)).await;
    let posts = rig.end_load().await;
    // The one that is ahead: what it has written is due by its clock.
    rig.drain(1).await;
    let (evidence, folder) = rig.end(posts).await;
    let by_right_clocks = check(&Evidence { skews_us: BTreeMap::new(), ..evidence.clone() });
    // A quick machine closes more batches early, and a slow one steals more leases.
    let is_early = |found: &Violation| matches!(found.broken, Broken::Early | Broken::HeldTwice);
    assert!(by_right_clocks.iter().any(is_early), "a clock that is ahead is too early, or it was not given");
    let found = check(&evidence);
    let told: String = found.iter().take(10).map(ToString::to_string).collect();
    assert!(found.is_empty(), "{} promises broken, the first of them:\n{told}", found.len());
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}

async fn database_restarted(name: &str, idempotent: bool) {
    let mut database = Server::start();
    let (mut rig, mut rng, rounds) = started(name, &database, idempotent);
    rig.begin_load(SENDERS);
    for _ in 0..rounds * 2 {
        rig.wait(Duration::from_millis(rng.u64(400..1_200))).await;
        let from_us = monotonic_us();
        // At once, as a crash would, so that commits are cut off whose answers never come.
        database.stop("immediate");
        database.run();
        rig.database_was_away(from_us);
    }
    rig.wait(Duration::from_secs(1)).await;
    end(rig).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_restarted_with_an_ordinary_gateway() {
    database_restarted("nodes-restarted", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_restarted_with_an_idempotent_gateway() {
    database_restarted("nodes-restarted-idempotent", true).await;
}
