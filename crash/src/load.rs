//! Senders that text in bursts, gateways that deliver again what was not acknowledged, and the ledger of both.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use futures::future::join_all;
use serde_json::json;
use sms_consolidate::{Clock, SystemClock};
use sms_consolidate_axum::WEBHOOK_PATH;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::time::monotonic_us;

/// How long a post waits for its answer. A process that is stopped takes connections, and answers nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two tries to deliver a message.
const TRY_AGAIN_MS: std::ops::Range<u64> = 10..40;

/// Between two bursts of a sender.
const PAUSE_MS: std::ops::Range<u64> = 20..250;

/// The most messages of a burst.
const BURST: usize = 4;

/// A message, and what its sender knows of it.
#[derive(Clone, Debug)]
pub struct Posted {
    /// Its id.
    pub id: String,
    /// Who sent it, as the store writes keys.
    pub sender: String,
    /// What it says.
    pub text: String,
    /// When it was first posted, on the [monotonic clock](crate::time::monotonic_us).
    pub posted_us: u64,
    /// When a server first acknowledged it.
    pub acknowledged_us: Option<u64>,
}

/// Where servers are at the moment, each in its turn. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Addresses(Arc<Mutex<Turns>>);

#[derive(Debug, Default)]
struct Turns {
    urls: Vec<String>,
    turn: usize,
}

impl Addresses {
    /// Says where the node `index` is now.
    pub fn set(&self, index: usize, url: &str) {
        let Turns { urls, .. } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if urls.len() <= index {
            urls.resize(index + 1, String::new());
        }
        url.clone_into(&mut urls[index]);
    }

    fn next(&self) -> String {
        let Turns { urls, turn } = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *turn += 1;
        urls[*turn % urls.len()].clone()
    }
}

/// Senders at work.
#[derive(Debug)]
pub struct Load {
    stop: watch::Sender<bool>,
    senders: Vec<JoinHandle<Vec<Posted>>>,
}

impl Load {
    /// Has `senders` senders text until [`stop`](Self::stop).
    ///
    /// # Panics
    /// If there can be no HTTP client.
    #[must_use]
    pub fn start(addresses: &Addresses, senders: usize, seed: u64) -> Self {
        let (stop, stopped) = watch::channel(false);
        let sender = |index: usize| {
            let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build();
            let sender = Sender {
                client: client.expect("a client needs nothing"),
                number: format!("+1555{seed:04}{index:03}", seed = seed % 10_000),
                addresses: addresses.clone(),
                stopped: stopped.clone(),
                clock: SystemClock::new(),
            };
            let rng = Rng::with_seed(seed.wrapping_mul(1_000).wrapping_add(index as u64));
            tokio::spawn(sender.text_until_stopped(rng))
        };
        Self { senders: (0..senders).map(sender).collect(), stop }
    }

    /// Has them deliver what they have begun, and returns all of it.
    ///
    /// # Panics
    /// If a server answers what no server should.
    pub async fn stop(self) -> Vec<Posted> {
        self.stop.send_replace(true);
        let ledgers = join_all(self.senders).await;
        ledgers.into_iter().flat_map(|ledger| ledger.expect("a sender does not fail")).collect()
    }
}

struct Sender {
    client: reqwest::Client,
    number: String,
    addresses: Addresses,
    stopped: watch::Receiver<bool>,
    clock: SystemClock,
}

impl Sender {
    async fn text_until_stopped(self, mut rng: Rng) -> Vec<Posted> {
        let mut ledger: Vec<Posted> = Vec::new();
        while !*self.stopped.borrow() {
            let burst: Vec<_> = (0..rng.usize(1..=BURST))
                .map(|place| (format!("{}-{}", self.number, ledger.len() + place), rng.fork()))
                .collect();
            if rng.u8(..4) == 0 {
                // All at once, each over a connection of its own: nothing is said of their order.
                let posts = burst.into_iter().map(|(id, rng)| self.deliver(id, rng));
                ledger.extend(join_all(posts).await);
            } else {
                for (id, rng) in burst {
                    ledger.push(self.deliver(id, rng).await);
                }
            }
            self.wait(rng.u64(PAUSE_MS)).await;
        }
        ledger
    }

    /// Posts a message until it is acknowledged, as gateways do; now and then gives up, or delivers it once more.
    async fn deliver(&self, id: String, mut rng: Rng) -> Posted {
        let gives_up = rng.u8(..10) == 0;
        let text = format!("text of {id}");
        let posted_us = monotonic_us();
        let mut acknowledged_us = None;
        loop {
            if self.post(&id, &text).await {
                acknowledged_us = Some(monotonic_us());
                break;
            }
            if gives_up {
                break;
            }
            self.wait(rng.u64(TRY_AGAIN_MS)).await;
        }
        if rng.u8(..5) == 0 {
            self.wait(rng.u64(PAUSE_MS)).await;
            self.post(&id, &text).await;
        }
        Posted { id, sender: self.number.clone(), text, posted_us, acknowledged_us }
    }

    /// Whether it was acknowledged.
    async fn post(&self, id: &str, text: &str) -> bool {
        let body = json!({ "guid": id, "number": self.number, "message": text });
        let url = self.addresses.next() + WEBHOOK_PATH;
        let call = self.client.post(url).header("Content-Type", "application/json").body(body.to_string());
        match call.send().await.map(|answer| answer.status().as_u16()) {
            Ok(200) => true,
            // A server that is just killed, or says that its store is away.
            Err(_) | Ok(503) => false,
            Ok(status) => panic!("a webhook answered {status}"),
        }
    }

    async fn wait(&self, ms: u64) {
        self.clock.sleep_until(self.clock.now() + Duration::from_millis(ms)).await;
    }
}
