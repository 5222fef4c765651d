//! One server under load, killed with SIGKILL at every named step and at random instants, and started again.

mod support;

use std::time::Duration;

use crash::journal::{CallPhase, Noted};
use crash::rig::{Plan, Rig};
use crash::settings::Skew;
use crash::steps::STEPS;
use fastrand::Rng;
use sms_consolidate::Outcome;
use support::{PROGRAMS, plan, verify};
use throwaway_postgres::Server;

const SENDERS: usize = 8;

/// How often a step is passed before it is the last.
const PASSED: std::ops::RangeInclusive<u64> = 1..=6;

/// How long a server lives that is killed at random.
const LIFE_MS: std::ops::Range<u64> = 30..700;

/// Kills the server at each step in turn, over and over; what the last one left is done by one that lives.
async fn killed_at_every_step(plan: Plan) {
    let mut rng = Rng::with_seed(plan.seed);
    let idempotent = plan.idempotent;
    let mut rig = Rig::new(PROGRAMS, &plan);
    let mut deaths = Vec::new();
    for round in 0..plan.rounds {
        for step in STEPS {
            rig.start(0, Some(format!("{step}:{}", rng.u64(PASSED))), Skew::None);
            if round == 0 && deaths.is_empty() {
                rig.begin_load(SENDERS);
            }
            let died = rig.dies(0).await;
            assert_eq!(died.note, step);
            deaths.push(died);
        }
    }
    rig.start(0, None, Skew::None);
    let posts = rig.end_load().await;
    rig.drain(0).await;
    for died in deaths.iter().filter(|died| !died.batch.is_empty()) {
        its_batch_ended_as_it_must(&mut rig, died, idempotent).await;
    }
    restarted_for_the_last_time(&mut rig).await;
    verify(rig, posts).await;
}

/// At the steps after the point of no return it is certain how a batch ends.
async fn its_batch_ended_as_it_must(rig: &mut Rig, died: &Noted, idempotent: bool) {
    let batches = rig.contents(0).await;
    let batch = batches.iter().find(|batch| batch.id == died.batch).expect("it was claimed, so it is kept");
    let received =
        |call: &&crash::journal::Call| call.phase == CallPhase::Received && call.request.batch == died.batch;
    let calls = rig.gateway().iter().filter(received).count();
    let replied = matches!(batch.outcome, Some(Outcome::Replied(_)));
    let unknown = batch.outcome == Some(Outcome::ReplyUnknown);
    let holds = match (&*died.note, idempotent) {
        ("reply-begun", false) => unknown && calls == 0,
        ("sent", false) => unknown && calls == 1,
        ("reply-begun" | "sent", true) => replied && calls >= 1,
        ("finished", _) => replied,
        _ => replied || (unknown && !idempotent),
    };
    assert!(holds, "killed at {}, and then {calls} calls and {:?}", died.note, batch.outcome);
}

/// What a store said it had, another process must find.
async fn restarted_for_the_last_time(rig: &mut Rig) {
    rig.kill(0);
    rig.start(0, None, Skew::None);
}

async fn killed_at_random(plan: Plan) {
    let mut rng = Rng::with_seed(plan.seed);
    let mut rig = Rig::new(PROGRAMS, &plan);
    rig.start(0, None, Skew::None);
    rig.begin_load(SENDERS);
    for _ in 0..plan.rounds * 10 {
        rig.wait(Duration::from_millis(rng.u64(LIFE_MS))).await;
        rig.kill(0);
        rig.start(0, None, Skew::None);
    }
    let posts = rig.end_load().await;
    rig.drain(0).await;
    restarted_for_the_last_time(&mut rig).await;
    verify(rig, posts).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_an_ordinary_gateway_killed_at_every_step() {
    killed_at_every_step(plan("sqlite-steps", "sqlite:", false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_an_idempotent_gateway_killed_at_every_step() {
    killed_at_every_step(plan("sqlite-steps-idempotent", "sqlite:", true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_an_ordinary_gateway_killed_at_random() {
    killed_at_random(plan("sqlite-random", "sqlite:", false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_and_an_idempotent_gateway_killed_at_random() {
    killed_at_random(plan("sqlite-random-idempotent", "sqlite:", true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_an_ordinary_gateway_killed_at_every_step() {
    let database = Server::start();
    killed_at_every_step(plan("postgres-steps", &database.url(), false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_an_idempotent_gateway_killed_at_every_step() {
    let database = Server::start();
    killed_at_every_step(plan("postgres-steps-idempotent", &database.url(), true)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_an_ordinary_gateway_killed_at_random() {
    let database = Server::start();
    killed_at_random(plan("postgres-random", &database.url(), false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_and_an_idempotent_gateway_killed_at_random() {
    let database = Server::start();
    killed_at_random(plan("postgres-random-idempotent", &database.url(), true)).await;
}
