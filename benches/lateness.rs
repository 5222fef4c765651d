//! How late batches are handled when a million windows end within ten seconds, on the real clock.

use std::time::Duration;

use sms_consolidate::{Clock, Timestamp};
use sms_consolidate_benches::lateness::{Punctual, Timed};
use sms_consolidate_benches::table::{self, Table, figures, verdict};
use sms_consolidate_benches::time::{self, quantile};
use sms_consolidate_benches::{machine, settings, traffic};

/// So many windows end each second, also at a smaller scale.
const PER_SECOND: usize = 100_000;
const REACH_P99_MS: f64 = 3.0;
const LOAD_PER_MS: usize = 100;
const CHUNK: usize = 256;

fn main() {
    machine::describe("lateness");
    let batches = settings::scaled(1_000_000);
    let threads = machine::cores().min(4);
    let title = format!(
        "lateness: {} windows end within {:?}, {threads} thread(s)",
        settings::short(batches),
        spread(batches)
    );
    let mut table = Table::new(title, &["beside it", "batches", "p50 ms", "p99 ms", "max ms", "reach p99"]);
    let mut add = |name: &str, late_us: &[f64]| {
        let ms = |share| quantile(late_us, share) / 1e3;
        let reached = format!("≤ {REACH_P99_MS} {}", verdict(ms(0.99) <= REACH_P99_MS));
        let count = late_us.len().to_string();
        table.row([name.to_owned(), count, figures(ms(0.5)), figures(ms(0.99)), figures(ms(1.0)), reached]);
    };
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(threads).enable_time().build().expect("a runtime starts")
    };
    add("1,000 tokio sleeps, nothing else", &runtime().block_on(sleeps(1_000)));
    add("nothing", &runtime().block_on(lateness(batches, 0)));
    let load = format!("{}k pushes/s", LOAD_PER_MS);
    add(&load, &runtime().block_on(lateness(batches, LOAD_PER_MS)));
    table.print();
}

/// From the end of the first window to the end of the last.
fn spread(batches: usize) -> Duration {
    Duration::from_secs(1).mul_f64(batches as f64 / PER_SECOND as f64)
}

/// How late tokio's own timer is: the floor.
async fn sleeps(count: u32) -> Vec<f64> {
    let start = time::now();
    let sleeps: Vec<_> = (0..count)
        .map(|number| {
            let due = start + Duration::from_secs(1) * number / count;
            tokio::spawn(async move {
                time::pause(due.saturating_duration_since(time::now())).await;
                time::now().saturating_duration_since(due).as_nanos() as f64 / 1e3
            })
        })
        .collect();
    let mut late_us = Vec::new();
    for sleep in sleeps {
        late_us.push(sleep.await.expect("a sleep does not fail"));
    }
    late_us.sort_by(f64::total_cmp);
    late_us
}

async fn lateness(batches: usize, load_per_ms: usize) -> Vec<f64> {
    let punctual = Punctual::start(batches);
    // All messages are in before the first window ends.
    let first_due = punctual.clock.now() + Duration::from_millis(200) + spread(batches) / 2;
    fill(&punctual, batches, first_due).await;
    if punctual.clock.now() >= first_due {
        table::line(
            "INVALID: the messages were not in before the first window ended; these batches count as late",
        );
    }
    let load = tokio::spawn(load(punctual.clone(), batches, first_due, load_per_ms));
    punctual.noted(batches).await;
    load.abort();
    punctual.late_us()
}

async fn fill(punctual: &Punctual, batches: usize, first_due: Timestamp) {
    let mut messages = traffic::senders(batches).into_iter().enumerate().map(|(number, key)| {
        let due = first_due + spread(number);
        (key, Timed { message: traffic::message(number), due, takes: Duration::ZERO })
    });
    loop {
        let chunk: Vec<_> = messages.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return;
        }
        punctual.consolidator.push_many(chunk).await;
        tokio::task::yield_now().await;
    }
}

/// Pushes messages of further senders, whose windows end long after.
async fn load(punctual: Punctual, batches: usize, from: Timestamp, per_ms: usize) {
    punctual.clock.sleep_until(from).await;
    let due = from + Duration::from_secs(3_600);
    let keys = traffic::senders(batches * 2).split_off(batches);
    let start = time::now();
    let mut pushed = 0;
    loop {
        let owed = start.elapsed().as_millis() as usize * per_ms;
        while pushed < owed {
            let key = keys[pushed % keys.len()].clone();
            let message = traffic::message(batches + pushed);
            let timed = Timed { message, due, takes: Duration::ZERO };
            punctual.consolidator.push(key, timed).await.expect("there is room");
            pushed += 1;
        }
        time::pause(Duration::from_millis(1)).await;
    }
}
