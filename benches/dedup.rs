//! What it costs to recognise messages that come again, against a cache and a plain set.

use std::collections::HashSet;
use std::hash::RandomState;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures::FutureExt;
use moka::sync::Cache;
use sms_consolidate::store::{Arrival, Finish, NoReply, Outcome, Store, StoreExt};
use sms_consolidate::{Conversation, MemoryStore, Message, SmsMessage, Timestamp, Window};
use sms_consolidate_benches::contenders::unbounded_store;
use sms_consolidate_benches::memory::{COUNTING, bytes_in_use};
use sms_consolidate_benches::table::{Table, figures};
use sms_consolidate_benches::time::{median, ns_each};
use sms_consolidate_benches::traffic::{self, Anonymous};
use sms_consolidate_benches::{machine, settings, time};
use stats_alloc::StatsAlloc;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = COUNTING;

/// Ids that are made before a step is timed.
const CHUNK: usize = 256;
const KEEP_FOR: Duration = Duration::from_secs(48 * 60 * 60);

/// Something that remembers ids.
trait Remembers {
    /// Takes in one chunk of ids, and returns how long that took.
    fn take(&mut self, from: usize) -> Duration;
}

/// Nanoseconds for each new and each known id, and bytes for each.
#[derive(Clone, Copy, Default)]
struct Costs {
    new_ns: f64,
    known_ns: f64,
    bytes: f64,
}

fn main() {
    machine::describe("dedup");
    let ids = settings::scaled(10_000_000).next_multiple_of(CHUNK);
    let rounds = settings::rounds(1);
    let mut costs: [Vec<Costs>; 4] = Default::default();
    for _ in 0..rounds {
        let round = [
            measure(ids, || Appends::new(|message| message)),
            measure(ids, || Appends::new(Anonymous)),
            measure(ids, HashSet::<String>::new),
            measure(ids, || Cache::<Box<str>, ()>::builder().time_to_live(KEEP_FOR).build()),
        ];
        costs.iter_mut().zip(round).for_each(|(costs, cost)| costs.push(cost));
    }
    let [with, without, set, moka] = costs.map(|rounds| {
        let of = |part: fn(&Costs) -> f64| median(rounds.iter().map(part).collect());
        Costs {
            new_ns: of(|costs| costs.new_ns),
            known_ns: of(|costs| costs.known_ns),
            bytes: of(|costs| costs.bytes),
        }
    });
    let title = format!("dedup: {} ids (median of {rounds} round(s))", settings::short(ids));
    let mut table = Table::new(title, &["contender", "ns/new id", "ns/known id", "bytes/id"]);
    let mut add = |name: &str, new_ns, known_ns, bytes| {
        table.row([name.to_owned(), figures(new_ns), figures(known_ns), figures(bytes)]);
    };
    let ids_alone = with.new_ns - without.new_ns;
    add("ids in the memory store", ids_alone, with.known_ns, with.bytes - without.bytes);
    add("HashSet<String>", set.new_ns, set.known_ns, set.bytes);
    add("moka", moka.new_ns, moka.known_ns, moka.bytes);
    table.print();
    let mut table =
        Table::new("dedup: of which the first row is made", &["append of a message", "ns", "bytes"]);
    table.row(["with an id".to_owned(), figures(with.new_ns), figures(with.bytes)]);
    table.row(["without one".to_owned(), figures(without.new_ns), figures(without.bytes)]);
    table.print();
}

fn measure<R: Remembers>(ids: usize, start: impl Fn() -> R) -> Costs {
    let before = bytes_in_use();
    let mut contender = start();
    let pass = |contender: &mut R| {
        let spent: Duration = (0..ids).step_by(CHUNK).map(|from| contender.take(from)).sum();
        ns_each(spent, ids)
    };
    let new_ns = pass(&mut contender);
    let bytes = (bytes_in_use() - before) as f64 / ids as f64;
    let known_ns = pass(&mut contender);
    Costs { new_ns, known_ns, bytes }
}

/// Appends to a memory store. Every batch is handled before the next chunk, so that what stays are the ids.
struct Appends<M> {
    store: MemoryStore<Conversation, M>,
    senders: Vec<Conversation>,
    wrap: fn(SmsMessage) -> M,
}

impl<M: Message> Appends<M> {
    fn new(wrap: fn(SmsMessage) -> M) -> Self {
        Self { store: unbounded_store(), senders: traffic::senders(CHUNK), wrap }
    }

    fn handle(&self, now: Timestamp) {
        let limit = NonZeroUsize::new(CHUNK).expect("a chunk is not empty");
        let finish = Finish::new(Outcome::NoReply(NoReply::Off));
        let claims = self.store.claim(now, limit, KEEP_FOR).now_or_never().expect("memory does not wait");
        for claim in claims.expect("memory does not fail") {
            let finished =
                self.store.finish(now, &claim.batch.key, claim.fence(), finish.clone()).now_or_never();
            finished.expect("memory does not wait").expect("nobody else has the batch");
        }
    }
}

impl<M: Message> Remembers for Appends<M> {
    fn take(&mut self, from: usize) -> Duration {
        let now = Timestamp::default();
        let arrival = |(number, key): (usize, &Conversation)| {
            let message = (self.wrap)(traffic::message(from + number));
            Arrival::new(key.clone(), message, Window::immediate())
        };
        let arrivals = self.senders.iter().enumerate().map(arrival).collect();
        let mut report = None;
        let spent = time::time(|| report = self.store.append(now, arrivals).now_or_never());
        let report = report.expect("memory does not wait").expect("memory does not fail");
        assert_eq!(report.ids_forgotten, 0, "ids are compared with something that forgets none");
        self.handle(now);
        spent
    }
}

impl Remembers for HashSet<String, RandomState> {
    fn take(&mut self, from: usize) -> Duration {
        let ids: Vec<String> = (from..from + CHUNK).map(|number| traffic::guid(number).into()).collect();
        time::time(|| {
            for id in ids {
                std::hint::black_box(self.insert(id));
            }
        })
    }
}

impl Remembers for Cache<Box<str>, ()> {
    fn take(&mut self, from: usize) -> Duration {
        let ids: Vec<Box<str>> = (from..from + CHUNK).map(traffic::guid).collect();
        time::time(|| {
            for id in ids {
                std::hint::black_box(self.entry(id).or_insert(()).is_fresh());
            }
        })
    }
}
