//! The steps that a message and a batch go through, one by one.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion};
use futures::FutureExt;
use http::{HeaderMap, Method, Uri};
use sms_consolidate::lane::{Arrival, Lane, Sender, Transition};
use sms_consolidate::store::Finish;
use sms_consolidate::{
    BatchIds, Classifier, Clock, Context, Conversation, NoReply, Outcome, RuleClassifier, SystemClock,
    Timestamp, Window,
};
use sms_consolidate_benches::{machine, traffic};
use sms_consolidate_providers::inbound::{Inbound, InboundRequest, SmsMobileApi};

fn main() {
    machine::describe("micro");
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(50)
        .configure_from_args();
    lane(&mut criterion);
    values(&mut criterion);
    rules(&mut criterion);
    inbound(&mut criterion);
    criterion.final_summary();
}

fn lane(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lane");
    let (now, lease) = (Timestamp::default(), Duration::from_secs(60));
    let arrival = Arrival::new(Window::default().with_max_messages(u32::MAX).with_max_bytes(u32::MAX), 60);
    let sender = Sender::default();
    let mut ids = BatchIds::with_seed(1);
    group.bench_function("arrive, opens", |bencher| {
        bencher.iter(|| {
            let mut lane = Lane::default();
            black_box(lane.arrive(now, black_box(&arrival), &sender, || ids.next(now)))
                .expect("the line is not full");
            lane
        });
    });
    let id = ids.next(now);
    let mut open = Lane::default();
    open.arrive(now, &arrival, &sender, || id).expect("the line is not full");
    group.bench_function("arrive, joins", |bencher| {
        bencher.iter(|| open.arrive(now, black_box(&arrival), &sender, || id).expect("the line is not full"));
    });
    let mut pending = Lane::default();
    pending.arrive(now, &arrival, &sender, || id).expect("the line is not full");
    let due = now + Window::default().max_wait();
    group.bench_function("claim and finish", |bencher| {
        let claim_and_finish = |mut lane: Lane| {
            let claimed = lane.claim(due, lease).expect("it is due");
            let finish = Finish::new(Outcome::NoReply(NoReply::Off));
            let finish = Transition::Finish { fence: claimed.fence(), finish };
            finish.apply(&mut lane, &sender, due).expect("nobody else has it")
        };
        bencher.iter_batched(|| pending.clone(), claim_and_finish, BatchSize::SmallInput);
    });
    group.finish();
}

fn values(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("values");
    let clock = SystemClock::new();
    group.bench_function("SystemClock::now", |bencher| bencher.iter(|| clock.now()));
    let mut ids = BatchIds::with_seed(1);
    group.bench_function("BatchIds::next", |bencher| bencher.iter(|| ids.next(Timestamp::default())));
    let key = "+639123456789>+15551230000";
    group.bench_function("parse a Conversation", |bencher| {
        bencher.iter(|| black_box(key).parse::<Conversation>().expect("it is one"));
    });
    group.finish();
}

fn rules(criterion: &mut Criterion) {
    let rules = RuleClassifier::default();
    let batch = BatchIds::with_seed(1).next(Timestamp::default());
    let context = Context::new(batch, "+639123456789", 1, Duration::from_secs(20));
    let messages: Vec<_> = (0..traffic::PER_SENDER).map(traffic::message).collect();
    criterion.bench_function("classify 3 messages by rules", |bencher| {
        let classify = || rules.classify(black_box(&messages), &context).now_or_never();
        bencher.iter(|| classify().expect("rules do not wait").expect("rules do not fail"));
    });
}

fn inbound(criterion: &mut Criterion) {
    let gateway = SmsMobileApi::unsigned();
    let (uri, headers) = (Uri::from_static("/"), HeaderMap::new());
    let mut body = Vec::new();
    traffic::write_webhook(&mut body, 1);
    let request = InboundRequest::new(&Method::POST, &uri, &headers, &body);
    criterion.bench_function("parse a webhook", |bencher| {
        bencher.iter(|| gateway.parse(black_box(&request), Timestamp::default()).expect("it is well formed"));
    });
}
