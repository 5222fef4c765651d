//! The harness can fail: it passes a good run, finds what a lossy store loses, and names each bug that is planted.

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use crash::check::{Broken, Violation};
use crash::journal::{Deed, DeedPhase};
use crash::load::Posted;
use crash::planted::Bug;
use crash::rig::{Plan, Rig};
use crash::settings::Skew;
use support::{PROGRAMS, findings, plan};
use throwaway_postgres::Server;

const LOAD: Duration = Duration::from_millis(1_500);

/// Load for a while, and on a busy machine until enough has come of it: each bug has had several occasions then.
async fn work(rig: &mut Rig) {
    let before = rig.gateway().len();
    rig.wait(LOAD).await;
    rig.wait_until("enough replies", |rig| rig.gateway().len() > before + 50).await;
}

/// One server, under load for a while.
async fn loaded(plan: &Plan) -> (Rig, Vec<Posted>) {
    let mut rig = Rig::new(PROGRAMS, plan);
    rig.start(0, None, Skew::None);
    rig.begin_load(8);
    work(&mut rig).await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    (rig, posts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_without_a_fault_passes() {
    let (rig, posts) = loaded(&plan("honest", "memory:", false)).await;
    support::verify(rig, posts).await;
}

/// Whether `post` is named as lost.
fn is_named(post: &Posted, found: &[Violation]) -> bool {
    let name = format!("{} of {}", post.id, post.sender);
    found.iter().any(|violation| violation.broken == Broken::Lost && violation.text.contains(&name))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_store_loses_is_named() {
    let mut rig = Rig::new(PROGRAMS, &plan("lossy", "memory:", false));
    rig.start(0, None, Skew::None);
    rig.begin_load(8);
    work(&mut rig).await;
    rig.kill(0);
    rig.start(0, None, Skew::None);
    work(&mut rig).await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    let acknowledged = posts.iter().filter(|post| post.acknowledged_us.is_some());
    let first = acknowledged.min_by_key(|post| post.acknowledged_us).cloned().expect("some are");
    let found = findings(rig, posts).await;
    assert!(is_named(&first, &found), "{first:?} was in memory when that was lost: {found:#?}");
}

/// A server with a bug, in memory and under load, must be found to break `first`, and nothing that does not `follow`.
async fn is_found(bug: Bug, first: Broken, follow: &[Broken]) {
    let plan = Plan { bug: Some(bug), ..plan(&format!("bug-{bug}"), "memory:", false) };
    let (rig, posts) = loaded(&plan).await;
    let found = findings(rig, posts).await;
    let broken: BTreeSet<Broken> = found.iter().map(|violation| violation.broken).collect();
    assert!(broken.contains(&first), "{first:?} is not in {found:#?}");
    assert!(broken.iter().all(|broken| *broken == first || follow.contains(broken)), "{bug}: {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_is_sent_twice_is_found() {
    is_found(Bug::SecondReply, Broken::AnsweredTwice, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_message_that_is_lost_is_found() {
    is_found(Bug::LostMessage, Broken::Lost, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_before_its_time_is_found() {
    is_found(Bug::Early, Broken::Early, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_nobody_has_is_found() {
    is_found(Bug::LostClaim, Broken::LostClaim, &[]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_held_twice_is_found() {
    // The two workers get in each other's way.
    let follow = [Broken::LostClaim, Broken::ClassifiedAgain, Broken::CallsOverlap, Broken::Unanswered];
    is_found(Bug::HeldTwice, Broken::HeldTwice, &follow).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_write_that_is_taken_is_found() {
    let database = Server::start();
    let plan = Plan { bug: Some(Bug::StaleWrite), ..plan("bug-StaleWrite", &database.url(), false) };
    let mut rig = Rig::new(PROGRAMS, &plan);
    rig.start(0, None, Skew::None);
    rig.start(1, Some("claimed:3:stop".to_owned()), Skew::None);
    rig.begin_load(8);
    let stopped = rig.stops(1).await;
    rig.wait_until("another node takes over", |rig| rig.has_taken_over(&stopped)).await;
    rig.resume(1, &stopped);
    rig.wait_until("the stale write is taken", |rig| {
        rig.trace().iter().any(|noted| {
            let is_its_claim = (&noted.run, &noted.batch) == (&stopped.run, &stopped.batch);
            is_its_claim && noted.deed == Deed::Record && noted.phase == DeedPhase::Done
        })
    })
    .await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    let found = findings(rig, posts).await;
    let named =
        found.iter().any(|found| found.broken == Broken::StaleWrite && found.text.contains(&stopped.batch));
    assert!(named, "that of {} is not named: {found:#?}", stopped.batch);
    // Both workers have recorded a classification.
    let follow = [Broken::StaleWrite, Broken::ClassifiedAgain];
    assert!(found.iter().all(|found| follow.contains(&found.broken)), "{found:#?}");
}
