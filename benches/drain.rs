//! What it costs to handle batches that are due: in the store alone, and through the whole pipeline.

use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use sms_consolidate::store::{Arrival, Finish, NoReply, Outcome, Store, StoreExt};
use sms_consolidate::{Consolidator, Conversation, MemoryStore, Receipt, SmsMessage, Timestamp, Window};
use sms_consolidate_benches::contenders::{ShardedMap, instant_classifier, unbounded_store};
use sms_consolidate_benches::contest::Contest;
use sms_consolidate_benches::traffic::{PER_SENDER, Shape, Traffic};
use sms_consolidate_benches::{machine, settings, time};
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio_util::time::DelayQueue;

/// As many as the driver claims at once.
const CLAIM_LIMIT: NonZeroUsize = NonZeroUsize::new(64).expect("64 is not zero");
const LEASE: Duration = Duration::from_secs(60);
const CHUNK: usize = 256;

fn main() {
    machine::describe("drain");
    let senders = settings::scaled(1_000_000);
    let traffic = Traffic::new(senders, PER_SENDER, Shape::Shuffled);
    for threads in [1, 4] {
        if !machine::has_cores(threads) {
            continue;
        }
        let count = settings::short(senders);
        let title = format!("handle {count} due batches of {PER_SENDER}, {threads} thread(s)");
        let mut contest = Contest::new(title, "batch");
        if threads == 1 {
            contest.enter("bare map, remove", &[], || bare_map(&traffic, senders));
            contest.enter("DelayQueue, expire and remove", &[], || delay_queue(&traffic, senders));
        }
        contest.enter("claim and finish", &[], || claim_and_finish(&traffic, senders, threads));
        contest.enter("whole pipeline", &[], || pipeline(&traffic, senders, threads));
        contest.run(settings::rounds(3));
    }
}

fn runtime(threads: usize) -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(threads).enable_time().build().expect("a runtime starts")
}

fn bare_map(traffic: &Traffic, senders: usize) -> f64 {
    let map = ShardedMap::new();
    let mut keys = Vec::with_capacity(senders);
    for (key, message) in traffic.messages(0..traffic.len()) {
        if map.upsert(key.clone(), message) {
            keys.push(key);
        }
    }
    let spent = time::time(|| keys.iter().for_each(|key| drop(map.remove(key))));
    time::ns_each(spent, senders)
}

fn delay_queue(traffic: &Traffic, senders: usize) -> f64 {
    runtime(1).block_on(async {
        let (map, mut ends) = (ShardedMap::new(), DelayQueue::new());
        // One ends each microsecond, so that they lie in the queue as they would in service.
        let ends_at = |number: usize| Duration::from_micros(number as u64);
        for (key, message) in traffic.messages(0..traffic.len()) {
            if map.upsert(key.clone(), message) {
                ends.insert(key, ends_at(ends.len()));
            }
        }
        time::pause(ends_at(senders)).await;
        let started = time::now();
        while let Some(ended) = poll_fn(|context| ends.poll_expired(context)).await {
            drop(map.remove(ended.get_ref()));
        }
        time::ns_each(started.elapsed(), senders)
    })
}

fn filled_store(traffic: &Traffic, now: Timestamp) -> MemoryStore<Conversation, SmsMessage> {
    let store = unbounded_store();
    let mut messages = traffic.messages(0..traffic.len());
    loop {
        let chunk = messages.by_ref().take(CHUNK);
        let arrivals: Vec<_> =
            chunk.map(|(key, message)| Arrival::new(key, message, Window::default())).collect();
        if arrivals.is_empty() {
            return store;
        }
        store
            .append(now, arrivals)
            .now_or_never()
            .expect("memory does not wait")
            .expect("memory does not fail");
    }
}

fn claim_and_finish(traffic: &Traffic, senders: usize, threads: usize) -> f64 {
    let opened = Timestamp::default();
    let store = filled_store(traffic, opened);
    let due = opened + Window::default().max_wait();
    let handled = AtomicUsize::new(0);
    let spent = time::time(|| {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| handled.fetch_add(handle_due(&store, due), Ordering::Relaxed));
            }
        });
    });
    assert_eq!(handled.into_inner(), senders, "every batch is handled once");
    time::ns_each(spent, senders)
}

fn handle_due(store: &MemoryStore<Conversation, SmsMessage>, now: Timestamp) -> usize {
    let finish = Finish::new(Outcome::NoReply(NoReply::Off));
    let mut handled = 0;
    loop {
        let claims = store.claim(now, CLAIM_LIMIT, LEASE).now_or_never().expect("memory does not wait");
        let claims = claims.expect("memory does not fail");
        if claims.is_empty() {
            return handled;
        }
        for claim in claims {
            let finished = store.finish(now, &claim.batch.key, claim.fence(), finish.clone()).now_or_never();
            finished.expect("memory does not wait").expect("nobody else has the batch");
            handled += 1;
        }
    }
}

/// With a classifier and a sender that answer at once. Every window has ended before the driver starts.
fn pipeline(traffic: &Traffic, senders: usize, threads: usize) -> f64 {
    let (replies, all_replied) = (AtomicUsize::new(0), Arc::new(Notify::new()));
    let last = Arc::clone(&all_replied);
    // No message finds its window over while others still come: then a sender would have two batches.
    let window = Window::fixed(Duration::from_secs(3_600));
    runtime(threads).block_on(async {
        let consolidator = Consolidator::builder()
            .window(window)
            .store(unbounded_store())
            .classifier(instant_classifier())
            .send_fn_boxed(move |_| {
                if replies.fetch_add(1, Ordering::Relaxed) + 1 == senders {
                    last.notify_one();
                }
                Box::pin(std::future::ready(Ok(Receipt::default())))
            })
            .build()
            .expect("a classifier and a sender are given");
        let mut messages = traffic.messages(0..traffic.len());
        loop {
            let chunk: Vec<_> = messages.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            consolidator.push_many(chunk).await;
        }
        let flushed = consolidator.flush_all().await.expect("memory does not fail");
        assert_eq!(flushed, senders as u64, "every sender has one batch");
        let started = time::now();
        consolidator.start();
        all_replied.notified().await;
        time::ns_each(started.elapsed(), senders)
    })
}
