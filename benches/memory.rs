//! What a sender whose window is open costs in memory, beyond the messages themselves.

use sms_consolidate::Window;
use sms_consolidate_benches::contenders::{Contender, Moka, Ours, Queued, ShardedMap, TaskPerSender, WINDOW};
use sms_consolidate_benches::memory::{COUNTING, allocations, bytes_in_use};
use sms_consolidate_benches::table::{Table, figures, verdict};
use sms_consolidate_benches::traffic::{PER_SENDER, Shape, Traffic};
use sms_consolidate_benches::{machine, settings};
use stats_alloc::StatsAlloc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = COUNTING;

const REACH_BYTES: f64 = 120.0;
const CHUNK: usize = 256;

/// Bytes in use, and requests to the allocator while pushing.
struct Used {
    bytes: usize,
    requests: usize,
}

fn main() {
    machine::describe("memory");
    let million = settings::scaled(1_000_000);
    // Tables double as they grow. A million is about the best case; a tenth more is just past a doubling.
    for (senders, per_sender) in [(million, 1), (million + million / 10, 1), (million, PER_SENDER)] {
        let traffic = Traffic::new(senders, per_sender, Shape::Shuffled);
        let count = settings::short(senders);
        let title = format!("memory: {count} pending senders, {per_sender} message(s) each");
        let columns = ["contender", "bytes/sender", "beyond the messages", "allocations/push", "reach"];
        let mut table = Table::new(title, &columns);
        let each = |bytes: usize| bytes as f64 / senders as f64;
        let flat = flat(&traffic);
        table.row(["flat Vec".to_owned(), figures(each(flat)), "0".into(), "0".into(), String::new()]);
        let mut add = |name: &str, reach: bool, used: &Used| {
            let overhead = each(used.bytes) - each(flat);
            let reached = || format!("≤ {REACH_BYTES} {}", verdict(overhead <= REACH_BYTES));
            let requests = used.requests as f64 / traffic.len() as f64;
            let reached = if reach { reached() } else { String::new() };
            table.row([
                name.into(),
                figures(each(used.bytes)),
                figures(overhead),
                figures(requests),
                reached,
            ]);
        };
        let window = Window::fixed(WINDOW);
        add("bare map", false, &used(&traffic, ShardedMap::new));
        add("push", true, &used(&traffic, || Ours::without_dedup(window)));
        add("push, with dedup", false, &used(&traffic, || Ours::with_dedup(window)));
        add("DelayQueue", false, &used(&traffic, Queued::start));
        add("task per sender", false, &used(&traffic, TaskPerSender::new));
        add("moka", false, &used(&traffic, Moka::new));
        table.print();
    }
}

fn flat(traffic: &Traffic) -> usize {
    let before = bytes_in_use();
    let mut flat = Vec::with_capacity(traffic.len());
    flat.extend(traffic.messages(0..traffic.len()));
    let used = bytes_in_use() - before;
    drop(flat);
    used
}

fn used<C: Contender>(traffic: &Traffic, start: impl Fn() -> C) -> Used {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime starts").block_on(async {
        let before = bytes_in_use();
        let contender = start();
        let mut requests = 0;
        for from in (0..traffic.len()).step_by(CHUNK) {
            let chunk: Vec<_> = traffic.messages(from..traffic.len().min(from + CHUNK)).collect();
            let asked = allocations();
            for (key, message) in chunk {
                contender.push(key, message).await;
            }
            tokio::task::yield_now().await;
            requests += allocations() - asked;
        }
        let asked = allocations();
        contender.settle().await;
        requests += allocations() - asked;
        let bytes = bytes_in_use() - before;
        drop(contender);
        Used { bytes, requests }
    })
}
