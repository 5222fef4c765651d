//! How fast it is, roughly: `cargo test --release -p sms-consolidate-postgres --test speed -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sms_consolidate::lane::ReplyTerms;
use sms_consolidate::store::{Arrival, Finish, NoReply, Outcome, Store};
use sms_consolidate::{Classification, Clock, Label, SmsMessage, SystemClock, Timestamp, Window};
use sms_consolidate_postgres::PostgresStore;
use throwaway_postgres::{Disk, Server};

type Postgres = PostgresStore<String, SmsMessage>;

const MESSAGES: u64 = 200_000;
const KEYS: u64 = 20_000;

async fn append(store: &Arc<Postgres>, pushers: u64, count: u64) {
    let clock = SystemClock::new();
    let started = clock.now();
    let next = Arc::new(AtomicU64::new(0));
    let text = "x".repeat(170);
    let push = |_| {
        let (store, next, text) = (Arc::clone(store), Arc::clone(&next), text.clone());
        tokio::spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return;
                }
                let message = SmsMessage::new(text.as_str()).with_id(format!("{pushers}-{n}"));
                let key = format!("+63917{:07}", n * 7919 % KEYS);
                let arrival = Arrival::new(key, message, Window::fixed(Duration::from_secs(60)));
                store.append(started, vec![arrival]).await.expect("append");
            }
        })
    };
    for task in (0..pushers).map(push).collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    let ms = clock.now().since(started).as_millis() as u64;
    println!("append, {pushers} pushers: {} msg/s", count * 1_000 / ms);
}

async fn pipeline(store: &Arc<Postgres>, batches: u64) {
    let clock = SystemClock::new();
    let now = Timestamp::from_unix_millis(1_800_000_000_000);
    for chunk in 0..batches / 1_000 {
        let arrival = |n| Arrival::new(format!("p{chunk}-{n}"), SmsMessage::new("text"), Window::immediate());
        store.append(now, (0..1_000).map(arrival).collect()).await.expect("append");
    }
    let started = clock.now();
    let done = Arc::new(AtomicU64::new(0));
    let permits = Arc::new(tokio::sync::Semaphore::new(512));
    while done.load(Ordering::Relaxed) < batches {
        let limit = NonZeroUsize::new(64).expect("64");
        let claims = store.claim(now, limit, Duration::from_secs(60)).await.expect("claim");
        if claims.is_empty() {
            tokio::task::yield_now().await;
        }
        for claim in claims {
            let (store, done) = (Arc::clone(store), Arc::clone(&done));
            let permit = Arc::clone(&permits).acquire_owned().await.expect("open");
            tokio::spawn(async move {
                let (key, fence) = (&claim.batch.key, claim.fence());
                let classification = Classification::new(Label::AGREE, "Bench");
                store.checkpoint(now, key, fence, &classification).await.expect("checkpoint");
                let terms = ReplyTerms {
                    control: None,
                    send_timeout: Duration::from_secs(1),
                    max_replies_per_hour: NonZeroU32::new(20),
                };
                store.begin_reply(now, key, fence, "Thank you for replying.", &terms).await.expect("reply");
                let finish = Finish::new(Outcome::NoReply(NoReply::Off));
                store.finish(now, key, fence, &finish).await.expect("finish");
                done.fetch_add(1, Ordering::Relaxed);
                drop(permit);
            });
        }
    }
    let ms = clock.now().since(started).as_millis() as u64;
    println!("pipeline: {} batches/s", batches * 1_000 / ms);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a measurement"]
async fn speed() {
    let server = Server::with(Disk::Waited, &[]);
    for writers in [4, 2] {
        let builder = Postgres::builder(&server.url()).name(format!("w{writers}"));
        let builder = builder.writers(NonZeroUsize::new(writers).expect("not zero"));
        let store = Arc::new(builder.connect().await.expect("connect"));
        println!("{writers} writers");
        append(&store, 1, 2_000).await;
        append(&store, 32, 60_000).await;
        append(&store, 256, MESSAGES).await;
        pipeline(&store, 20_000).await;
    }
}
