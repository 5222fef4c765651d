//! The harness can fail: it passes a good run, and finds what a lossy store loses and what a bad sender sends twice.

mod support;

use std::time::Duration;

use crash::check::Broken;
use crash::rig::{Plan, Rig};
use crash::settings::Skew;
use support::{PROGRAMS, findings, plan};

const LOAD: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_without_a_fault_passes() {
    let mut rig = Rig::new(PROGRAMS, &plan("honest", "memory:", false));
    rig.start(0, None, Skew::None);
    rig.begin_load(8);
    rig.wait(LOAD).await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    support::verify(rig, posts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_store_loses_is_named() {
    let mut rig = Rig::new(PROGRAMS, &plan("lossy", "memory:", false));
    rig.start(0, None, Skew::None);
    rig.begin_load(8);
    rig.wait(LOAD).await;
    rig.kill(0);
    rig.start(0, None, Skew::None);
    rig.wait(LOAD).await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    let first = posts.iter().find(|post| post.acknowledged_us.is_some()).cloned().expect("some are");
    let found = findings(rig, posts).await;
    let lost: Vec<_> = found.iter().filter(|violation| violation.broken == Broken::Lost).collect();
    let named =
        lost.iter().any(|violation| violation.text.contains(&format!("{} of {}", first.id, first.sender)));
    assert!(named, "{first:?} was in memory when that was lost: {found:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_is_sent_twice_is_found() {
    let plan = Plan { sends_twice: true, ..plan("twice", "memory:", false) };
    let mut rig = Rig::new(PROGRAMS, &plan);
    rig.start(0, None, Skew::None);
    rig.begin_load(8);
    rig.wait(LOAD).await;
    let posts = rig.end_load().await;
    rig.drain(0).await;
    let found = findings(rig, posts).await;
    assert!(!found.is_empty());
    assert!(found.iter().all(|violation| violation.broken == Broken::AnsweredTwice), "{found:#?}");
}
