//! Whether a slow classifier for one key delays the batches of others.

use std::time::Duration;

use sms_consolidate::Clock;
use sms_consolidate_benches::lateness::{Punctual, Timed};
use sms_consolidate_benches::table::{Table, figures};
use sms_consolidate_benches::time::{median, quantile};
use sms_consolidate_benches::{machine, settings, traffic};

/// So many windows end each second.
const PER_SECOND: usize = 10_000;
const LEAD: Duration = Duration::from_millis(200);
const CONTENDERS: [(&str, bool); 2] = [("nobody is slow", false), ("one key is slow", true)];

fn main() {
    machine::describe("isolation");
    let keys = settings::scaled(20_000);
    let rounds = settings::rounds(5);
    let title = format!("isolation: lateness of {keys} other keys (median of {rounds} rounds)");
    let mut table = Table::new(title, &["contender", "p50 ms", "p99 ms", "max ms"]);
    let mut late_us = vec![Vec::new(); CONTENDERS.len()];
    for round in 0..rounds {
        for position in 0..CONTENDERS.len() {
            let contender = (round + position) % CONTENDERS.len();
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(machine::cores().min(4))
                .enable_time()
                .build()
                .expect("a runtime starts");
            late_us[contender].push(runtime.block_on(lateness(keys, CONTENDERS[contender].1)));
        }
    }
    for ((name, _), rounds) in CONTENDERS.iter().zip(&late_us) {
        let ms = |share| {
            let each = rounds.iter().map(|late_us: &Vec<f64>| quantile(late_us, share) / 1e3);
            figures(median(each.collect()))
        };
        table.row([(*name).to_owned(), ms(0.5), ms(0.99), ms(1.0)]);
    }
    table.print();
}

async fn lateness(keys: usize, one_is_slow: bool) -> Vec<f64> {
    let punctual = Punctual::start(keys);
    let first_due = punctual.clock.now() + LEAD;
    let spread = |keys: usize| Duration::from_secs(1).mul_f64(keys as f64 / PER_SECOND as f64);
    let mut senders = traffic::senders(keys + 1);
    if one_is_slow {
        // Busy from before the first window of the others ends until after the last one has.
        let slow = senders.pop().expect("there is one more sender than keys");
        let takes = LEAD + spread(keys) * 2;
        let timed = Timed { message: traffic::message(keys), due: punctual.clock.now(), takes };
        punctual.consolidator.push(slow, timed).await.expect("there is room");
    }
    for (number, key) in senders.into_iter().take(keys).enumerate() {
        let due = first_due + spread(number);
        let timed = Timed { message: traffic::message(number), due, takes: Duration::ZERO };
        punctual.consolidator.push(key, timed).await.expect("there is room");
    }
    punctual.noted(keys).await;
    punctual.late_us()
}
