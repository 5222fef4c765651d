//! Whether a push and a batch cost the same however many senders are pending.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::store::{Arrival, Finish, NoReply, Outcome, Store, StoreExt};
use sms_consolidate::{Conversation, MemoryStore, SmsMessage, Timestamp, Window};
use sms_consolidate_benches::contenders::{Contender, Ours, ShardedMap, WINDOW, unbounded_store};
use sms_consolidate_benches::table::{self, Table, figures, verdict};
use sms_consolidate_benches::time::{median, ns_each};
use sms_consolidate_benches::{machine, settings, time, traffic};

const SIZES: [usize; 4] = [1_000, 100_000, 1_000_000, 10_000_000];
/// Operations that are measured at each size, over as many fresh contenders as that takes.
const MEASURED: usize = 1_000_000;
const CHUNK: usize = 256;
const CLAIM_LIMIT: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero");
const REACH: f64 = 1.5;

/// Nanoseconds for each operation.
#[derive(Clone, Copy, Debug, Default)]
struct Costs {
    upsert: f64,
    push: f64,
    remove: f64,
    batch: f64,
}

fn main() {
    machine::describe("scale");
    let columns =
        ["pending", "bare upsert ns", "push ns", "× bare", "bare remove ns", "claim and finish ns", "× bare"];
    let mut table = Table::new("scale: cost beside what is pending, 1 thread", &columns);
    let mut all = Vec::new();
    for size in SIZES.map(settings::scaled) {
        let costs = costs(size);
        table.row([
            settings::short(size),
            figures(costs.upsert),
            figures(costs.push),
            figures(costs.push / costs.upsert),
            figures(costs.remove),
            figures(costs.batch),
            figures(costs.batch / costs.remove),
        ]);
        all.push(costs);
    }
    table.print();
    if let [first, .., last] = all[..] {
        reach("push", last.push / first.push, last.upsert / first.upsert);
        reach("batch", last.batch / first.batch, last.remove / first.remove);
    }
}

fn reach(what: &str, growth: f64, bare_growth: f64) {
    let beyond = growth / bare_growth;
    table::line(&format!(
        "\n{what}: from the least to the most pending its cost grows by {}, the bare map's by {}: {} beyond it, \
         ≤ {REACH} {}",
        figures(growth),
        figures(bare_growth),
        figures(beyond),
        verdict(beyond <= REACH)
    ));
}

/// The medians of interleaved rounds at one size.
fn costs(size: usize) -> Costs {
    let measured = size.min(settings::scaled(MEASURED));
    // A small size needs many rounds to measure as much; at ten million one takes half a minute.
    let rounds =
        (settings::scaled(MEASURED) / measured).max(settings::rounds(if size > MEASURED { 1 } else { 3 }));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime starts");
    // Half of the pushes open a batch, half join one.
    let keys = traffic::senders(size + measured / 2);
    let pushes = pushes(size, measured);
    let mut rounds_of: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds {
        let (upsert, remove) = runtime.block_on(bare(&keys, size, &pushes));
        let push = runtime.block_on(async {
            let ours = Ours::without_dedup(Window::fixed(WINDOW));
            fill(&ours, &keys[..size]).await;
            push_each(&ours, &keys, &pushes).await
        });
        for (costs, cost) in rounds_of.iter_mut().zip([upsert, push, remove, batch(&keys[..size], measured)])
        {
            costs.push(cost);
        }
    }
    let [upsert, push, remove, batch] = rounds_of.map(median);
    Costs { upsert, push, remove, batch }
}

/// Which senders text: as many that are pending as ones that are not, in random order.
fn pushes(size: usize, measured: usize) -> Vec<usize> {
    let mut random = fastrand::Rng::with_seed(2);
    let mut pending = random.choose_multiple(0..size, measured - measured / 2);
    pending.extend(size..size + measured / 2);
    random.shuffle(&mut pending);
    pending
}

async fn fill(contender: &impl Contender, keys: &[Conversation]) {
    for (number, key) in keys.iter().enumerate() {
        contender.push(key.clone(), traffic::message(number)).await;
        if number % CHUNK == 0 {
            tokio::task::yield_now().await;
        }
    }
}

async fn push_each(contender: &impl Contender, keys: &[Conversation], pushes: &[usize]) -> f64 {
    let message = |number: usize| (keys[number].clone(), traffic::message(keys.len() + number));
    let messages: Vec<_> = pushes.iter().map(|number| message(*number)).collect();
    let started = time::now();
    for (key, message) in messages {
        contender.push(key, message).await;
    }
    ns_each(started.elapsed(), pushes.len())
}

async fn bare(keys: &[Conversation], size: usize, pushes: &[usize]) -> (f64, f64) {
    let map = ShardedMap::new();
    fill(&map, &keys[..size]).await;
    let upsert = push_each(&map, keys, pushes).await;
    let spent = time::time(|| pushes.iter().for_each(|number| drop(map.remove(&keys[*number]))));
    (upsert, ns_each(spent, pushes.len()))
}

/// Claims and finishes so many batches while all of `keys` are due.
fn batch(keys: &[Conversation], measured: usize) -> f64 {
    let store: MemoryStore<Conversation, SmsMessage> = unbounded_store();
    let opened = Timestamp::default();
    for (chunk, keys) in keys.chunks(CHUNK).enumerate() {
        let arrivals = keys.iter().enumerate().map(|(number, key)| {
            Arrival::new(key.clone(), traffic::message(chunk * CHUNK + number), Window::fixed(WINDOW))
        });
        let appended = store.append(opened, arrivals.collect()).now_or_never();
        appended.expect("memory does not wait").expect("memory does not fail");
    }
    let (due, lease) = (opened + WINDOW, Duration::from_secs(60));
    let finish = Finish::new(Outcome::NoReply(NoReply::Off));
    let mut handled = 0;
    let spent = time::time(|| {
        while handled < measured {
            let claims = store.claim(due, CLAIM_LIMIT, lease).now_or_never().expect("memory does not wait");
            for claim in claims.expect("memory does not fail") {
                let finished =
                    store.finish(due, &claim.batch.key, claim.fence(), finish.clone()).now_or_never();
                finished.expect("memory does not wait").expect("nobody else has the batch");
                handled += 1;
            }
        }
    });
    ns_each(spent, handled)
}
