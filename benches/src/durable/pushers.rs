//! Pushing for some time, by many at once, and how long each message took.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sms_consolidate::Conversation;

use crate::contenders::Contender;
use crate::time::{self, median, quantile};
use crate::traffic;

/// Every message that is ever pushed has a guid of its own.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// Messages that are pushed at once while a store is filled.
const FILLED_AT_ONCE: usize = 1_024;
const SYNCS: usize = 200;
const SYNCED_BYTES: usize = 8_192;

/// How many push, to which keys, for how long.
#[derive(Clone, Debug)]
pub struct Pushers {
    /// So many at once, each one waiting for its message.
    pub count: usize,
    /// Each message is of a random one of them.
    pub keys: Arc<[Conversation]>,
    /// For so long.
    pub time: Duration,
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Messages that were acknowledged in a second.
    pub per_second: f64,
    /// The middle one of the times that a message took.
    pub p50_ms: f64,
    /// All but a hundredth took no longer.
    pub p99_ms: f64,
}

impl Load {
    /// The one in the middle by speed, and the medians of the latencies.
    #[must_use]
    pub fn median(loads: &[Self]) -> Self {
        let of = |part: fn(&Self) -> f64| median(loads.iter().map(part).collect());
        let per_second = of(|load| load.per_second);
        Self { per_second, p50_ms: of(|load| load.p50_ms), p99_ms: of(|load| load.p99_ms) }
    }
}

impl Pushers {
    /// Gives each key one message.
    pub async fn fill(&self, contender: &impl Contender) {
        for keys in self.keys.chunks(FILLED_AT_ONCE) {
            let message = |key: &Conversation| (key.clone(), traffic::long_message(next_number()));
            contender.push_many(keys.iter().map(message).collect()).await;
        }
    }
}

fn next_number() -> usize {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Pushes.
///
/// # Panics
/// If a push fails.
pub async fn load<C: Contender>(contender: &C, pushers: &Pushers) -> Load {
    let started = time::now();
    let until = started + pushers.time;
    let tasks = (0..pushers.count).map(|number| {
        let (contender, keys) = (contender.clone(), Arc::clone(&pushers.keys));
        tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(number as u64);
            let (mut took_ms, mut now) = (Vec::new(), time::now());
            while now < until {
                let key = keys[random.usize(..keys.len())].clone();
                contender.push(key, traffic::long_message(next_number())).await;
                let after = time::now();
                took_ms.push((after - now).as_secs_f64() * 1e3);
                now = after;
            }
            took_ms
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut took_ms = Vec::new();
    for task in tasks {
        took_ms.extend(task.await.expect("a push does not fail"));
    }
    let per_second = took_ms.len() as f64 / started.elapsed().as_secs_f64();
    took_ms.sort_by(f64::total_cmp);
    Load { per_second, p50_ms: quantile(&took_ms, 0.5), p99_ms: quantile(&took_ms, 0.99) }
}

/// How many microseconds it takes to write two pages over old ones, in a file in `folder`, and have them on the disk:
/// the median.
///
/// # Panics
/// If the folder cannot be written to.
#[must_use]
pub fn fdatasync_us(folder: &Path) -> f64 {
    let path = folder.join("fdatasync");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).open(&path).expect("a file can be made");
    let mut sync = || {
        file.seek(SeekFrom::Start(0)).expect("a file has a start");
        file.write_all(&[7; SYNCED_BYTES]).expect("a file takes bytes");
        let took = time::time(|| file.sync_data().expect("a file can be synchronised"));
        took.as_secs_f64() * 1e6
    };
    sync();
    median((0..SYNCS).map(|_| sync()).collect())
}
