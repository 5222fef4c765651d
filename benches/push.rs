//! What a push costs, against a bare map and against what one would write without this library.

use std::sync::{Arc, Barrier};
use std::time::Instant;

use sms_consolidate::Window;
use sms_consolidate_benches::contenders::{Contender, Moka, Ours, Queued, ShardedMap, TaskPerSender, WINDOW};
use sms_consolidate_benches::contest::{Contest, Reach};
use sms_consolidate_benches::traffic::{PER_SENDER, Shape, Traffic};
use sms_consolidate_benches::{machine, settings, time};

/// Messages between two moments at which a task that pushes lets others run, as one does that reads a socket. Also the
/// size of a call to `push_many`.
const CHUNK: usize = 256;

const MAP: &str = "bare map";
const PUSH: &str = "push";
const QUEUE: &str = "DelayQueue";

fn main() {
    machine::describe("push");
    // Bursts need fewer senders to show what they cost: each is in the cache while it texts.
    for (shape, senders) in [(Shape::Shuffled, 1_000_000), (Shape::Bursts, 300_000)] {
        let senders = settings::scaled(senders);
        let traffic = Traffic::new(senders, PER_SENDER, shape);
        for threads in [1, 4] {
            if machine::has_cores(threads) {
                contest(&traffic, senders, shape, threads);
            }
        }
    }
}

fn contest(traffic: &Traffic, senders: usize, shape: Shape, threads: usize) {
    let (fixed, sliding) = (Window::fixed(WINDOW), Window::sliding(WINDOW, WINDOW * 10));
    let count = settings::short(senders);
    let title = format!("push: {count} senders × {PER_SENDER} {}, {threads} thread(s)", shape.name());
    let faster = if threads == 1 { 1.7 } else { 2.5 };
    let mut contest = Contest::new(title, "message");
    contest.enter(MAP, &[], || round(traffic, threads, ShardedMap::new, one_by_one));
    let reaches = [Reach::AtMost(1.2, MAP), Reach::FasterBy(faster, QUEUE)];
    contest.enter(PUSH, &reaches, || round(traffic, threads, || Ours::without_dedup(fixed), one_by_one));
    contest
        .enter("push, with dedup", &[], || round(traffic, threads, || Ours::with_dedup(fixed), one_by_one));
    contest.enter("push, sliding", &[Reach::AtMost(1.1, PUSH)], || {
        round(traffic, threads, || Ours::without_dedup(sliding), one_by_one)
    });
    contest.enter("push_many(256)", &[Reach::AtMost(0.6, PUSH)], || {
        round(traffic, threads, || Ours::without_dedup(fixed), many_at_once)
    });
    contest.enter("push_many(256), with dedup", &[Reach::AtMost(0.6, "push, with dedup")], || {
        round(traffic, threads, || Ours::with_dedup(fixed), many_at_once)
    });
    contest.enter(QUEUE, &[], || round(traffic, threads, Queued::start, one_by_one));
    contest.enter("task per sender", &[], || round(traffic, threads, TaskPerSender::new, one_by_one));
    contest.enter("moka", &[], || round(traffic, threads, Moka::new, one_by_one));
    contest.run(settings::rounds(3));
}

type Chunk = Vec<(sms_consolidate::Conversation, sms_consolidate::SmsMessage)>;

async fn one_by_one<C: Contender>(contender: C, chunk: Chunk) {
    for (key, message) in chunk {
        contender.push(key, message).await;
    }
}

async fn many_at_once<C: Contender>(contender: C, chunk: Chunk) {
    contender.push_many(chunk).await;
}

/// Pushes all traffic into a new contender, on a runtime of so many threads and with as many tasks that push. Returns
/// the nanoseconds for each message. Each task has made its messages before.
fn round<C: Contender, F: Future<Output = ()> + Send + 'static>(
    traffic: &Traffic,
    threads: usize,
    start: impl Fn() -> C,
    push: fn(C, Chunk) -> F,
) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_time()
        .build()
        .expect("a runtime starts");
    let contender = {
        let _inside = runtime.enter();
        start()
    };
    let all_ready = Arc::new(Barrier::new(threads));
    let tasks = (0..threads).map(|thread| {
        let (traffic, contender) = (traffic.clone(), contender.clone());
        let all_ready = Arc::clone(&all_ready);
        runtime.spawn(async move {
            let mut messages = traffic.messages(traffic.share(thread, threads));
            let chunks: Vec<Chunk> =
                std::iter::from_fn(|| Some(messages.by_ref().take(CHUNK).collect::<Chunk>()))
                    .take_while(|chunk| !chunk.is_empty())
                    .collect();
            all_ready.wait();
            let started = time::now();
            for chunk in chunks {
                push(contender.clone(), chunk).await;
                tokio::task::yield_now().await;
            }
            started
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let started: Option<Instant> = runtime.block_on(async {
        let mut first = None;
        for task in tasks {
            let started = task.await.expect("a task that pushes does not fail");
            first = first.into_iter().chain([started]).min();
        }
        contender.settle().await;
        first
    });
    let elapsed = started.map(|started| started.elapsed()).unwrap_or_default();
    time::ns_each(elapsed, traffic.len())
}
