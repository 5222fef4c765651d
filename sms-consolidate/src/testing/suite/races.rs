use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::FutureExt;
use tokio::sync::Barrier;

use super::kit::*;
use crate::lane::{Control, OptOutChange, ReplyRefusal, ReplyTerms, Requeued, Supersede};
use crate::message::{OptOutScope, SmsMessage};
use crate::optout::OptOutCause;
use crate::store::{Appended, Arrival, Claim, RequeueError};
use crate::testing::StoreFixture;
use crate::window::Window;
use crate::{BatchId, Timestamp};

/// Runs each of `tasks` on the pool, all starting at once. Returns what they returned, in their order.
pub(super) async fn together<T, Fut>(tasks: impl IntoIterator<Item = Fut>) -> Vec<T>
where
    T: Send + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<Fut> = tasks.into_iter().collect();
    let barrier = Arc::new(Barrier::new(tasks.len()));
    let start = |task: Fut| {
        let barrier = Arc::clone(&barrier);
        tokio::spawn(async move {
            barrier.wait().await;
            task.await
        })
    };
    let running: Vec<_> = tasks.into_iter().map(start).collect();
    let mut results = Vec::new();
    for task in running {
        results.push(task.await.expect("no task panics"));
    }
    results
}

/// Claims in small steps until nothing is due, and returns what was claimed.
pub(super) async fn claim_out<S: Store<TestKey, SmsMessage>>(
    store: Subject<S>,
    now: Timestamp,
) -> Vec<Claim<TestKey, SmsMessage>> {
    let mut claimed = Vec::new();
    loop {
        let claims = store.claim(now, 7).await;
        if claims.is_empty() {
            return claimed;
        }
        claimed.extend(claims);
        tokio::task::yield_now().await;
    }
}

pub async fn no_batch_is_claimed_twice<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..10 {
        let (now, key) = (at(round), |n: usize| format!("{round} {n}"));
        store.append(now, (0..100).map(|n| single(&key(n), "text")).collect()).await;
        let claims = together((0..4).map(|_| claim_out(store.clone(), now))).await;
        // A store may pass over what another claimer holds locked; then this finds it.
        let rest = claim_out(store.clone(), now).await;
        let ids: Vec<BatchId> =
            claims.into_iter().flatten().chain(rest).map(|claim| claim.batch.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a batch was claimed twice");
        assert_eq!(ids.len(), 100);
    }
}

/// Pushes messages that are due at once while others claim and finish. Returns the messages of finished batches.
async fn push_beside_claims<S: Store<TestKey, SmsMessage>>(
    store: &Subject<S>,
    arrival: impl Fn(usize) -> Arrival<TestKey, SmsMessage> + Send + Sync + 'static,
) -> BTreeMap<String, Vec<usize>> {
    const MESSAGES: usize = 400;
    let (arrival, done) = (Arc::new(arrival), Arc::new(AtomicBool::new(false)));
    let push = {
        let (store, done) = (store.clone(), Arc::clone(&done));
        async move {
            for n in 0..MESSAGES {
                store.push(at(60), arrival(n)).await;
                tokio::task::yield_now().await;
            }
            done.store(true, Ordering::SeqCst);
            Vec::new()
        }
    };
    let work = || {
        let (store, done) = (store.clone(), Arc::clone(&done));
        async move {
            let mut finished = Vec::new();
            loop {
                let was_done = done.load(Ordering::SeqCst);
                let claims = store.claim(at(60), 3).await;
                if claims.is_empty() && was_done {
                    return finished;
                }
                for claim in claims {
                    if store.try_finish(at(60), &claim).await.is_ok() {
                        finished.push(claim);
                    }
                }
                tokio::task::yield_now().await;
            }
        }
    };
    let mut finished = together([push.boxed(), work().boxed(), work().boxed()]).await.concat();
    for claim in claim_out(store.clone(), at(60)).await {
        store.finish(at(60), &claim).await;
        finished.push(claim);
    }
    let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    finished.sort_by_key(|claim| numbers(claim)[0]);
    for claim in finished {
        seen.entry(claim.batch.key.to_string()).or_default().extend(numbers(&claim));
    }
    assert_eq!(seen.values().map(Vec::len).sum::<usize>(), MESSAGES, "every message in exactly one batch");
    seen
}

fn numbers(claim: &Claim<TestKey, SmsMessage>) -> Vec<usize> {
    texts(&claim.batch).iter().map(|text| text.parse().expect("the texts are numbers")).collect()
}

pub async fn an_append_beside_a_claim_is_in_exactly_one_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let arrival = |n: usize| within(Window::immediate(), message(&format!("key {}", n % 5), &n.to_string()));
    for (key, numbers) in push_beside_claims(&store, arrival).await {
        assert!(numbers.is_sorted_by(|a, b| a < b), "{key}: {numbers:?}");
    }
}

pub async fn an_append_that_supersedes_beside_a_finish_is_in_exactly_one_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let arrival = |n: usize| Arrival {
        supersede: Supersede::Within(HOUR),
        ..within(Window::immediate(), message(&format!("key {}", n % 3), &n.to_string()))
    };
    for (key, numbers) in push_beside_claims(&store, arrival).await {
        assert!(numbers.is_sorted_by(|a, b| a < b), "{key}: {numbers:?}");
    }
}

pub async fn one_id_appended_at_once_is_accepted_once<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..25 {
        let offer = |_| {
            let store = store.clone();
            async move { store.offer(at(0), with_id("a", &round.to_string())).await }
        };
        let results = together((0..8).map(offer)).await;
        let duplicates = results.iter().filter(|result| **result == Appended::Duplicate).count();
        assert_eq!(duplicates, 7, "{results:?}");
    }
    assert_eq!(store.claim_one(at(60)).await.batch.messages.len(), 25);
}

pub async fn appends_to_a_new_key_at_once_share_its_batch<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..10 {
        let key = format!("key {round}");
        let push = |task: usize| {
            let (store, key) = (store.clone(), key.clone());
            async move {
                for n in 0..5 {
                    store.push(at(0), message(&key, &format!("{task} {n}"))).await;
                }
            }
        };
        together((0..8).map(push)).await;
    }
    let claims = store.claim_all(at(60)).await;
    assert_eq!(claims.len(), 10, "one batch per key");
    for claim in claims {
        let distinct: BTreeSet<&str> = texts(&claim.batch).into_iter().collect();
        assert_eq!((claim.batch.messages.len(), distinct.len()), (40, 40), "no update is lost");
    }
}

pub async fn appends_of_the_same_keys_in_any_order_do_not_block_each_other<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    let push = |task: usize| {
        let store = store.clone();
        async move {
            for _ in 0..20 {
                let mut keys: Vec<String> = (0..20).map(|n| n.to_string()).collect();
                keys.rotate_left(task * 5);
                if task % 2 == 1 {
                    keys.reverse();
                }
                store.append(at(0), keys.iter().map(|key| message(key, "text")).collect()).await;
            }
        }
    };
    together((0..4).map(push)).await;
    assert_eq!(store.counts(at(0)).await.messages_buffered, 4 * 20 * 20);
}

pub async fn a_requeue_beside_claims_brings_a_batch_back_once<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..20 {
        let key = format!("key {round}");
        let dead = store.dead(at(60), &key, "text").await;
        let requeue = |_| {
            let store = store.clone();
            async move { (Some(store.requeue(at(60), dead).await), Vec::new()) }
        };
        let claim = |_| {
            let store = store.clone();
            async move { (None, claim_out(store, at(60)).await) }
        };
        let tasks = (0..2).map(requeue).map(FutureExt::boxed).chain((0..2).map(claim).map(FutureExt::boxed));
        let (requeued, claims): (Vec<_>, Vec<_>) = together(tasks).await.into_iter().unzip();
        let mut claims = claims.concat();
        claims.extend(claim_out(store.clone(), at(60)).await);
        let [claim] = &claims[..] else { panic!("brought back once, claimed {} times", claims.len()) };
        assert_eq!(texts(&claim.batch), ["text"]);
        store.finish(at(60), claim).await;
        let requeued: Vec<_> = requeued.into_iter().flatten().collect();
        let revived = requeued.iter().filter(|result| matches!(result, Ok(Requeued::Revived(_)))).count();
        let unknown = requeued.iter().filter(|result| matches!(result, Err(RequeueError::Unknown))).count();
        assert_eq!((revived, unknown), (1, 1), "{requeued:?}");
    }
}

pub async fn no_reply_begins_once_a_stop_has_returned<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..50 {
        let (now, key) = (at(round), format!("key {round}"));
        let claim = store.push_and_claim(now, &key).await;
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = {
            let (store, stopped) = (store.clone(), Arc::clone(&stopped));
            async move {
                store.push(now, control(&key, Control::Stop)).await;
                stopped.store(true, Ordering::SeqCst);
            }
        };
        let reply = {
            let (store, claim) = (store.clone(), claim.clone());
            async move {
                loop {
                    let was_stopped = stopped.load(Ordering::SeqCst);
                    match store.begin_reply(now, &claim, "reply", &TERMS).await {
                        Ok(()) => assert!(!was_stopped, "a reply began after the stop had returned"),
                        Err(why) => return assert_eq!(why, ReplyRefusal::OptedOut),
                    }
                    tokio::task::yield_now().await;
                }
            }
        };
        together([stop.boxed(), reply.boxed()]).await;
        store.finish(now, &claim).await;
        let rest = store.claim_one(now).await;
        store.finish(now, &rest).await;
    }
}

/// Opts a sender out on `one` while replies begin on two of its lines on `other`, which may be the same node.
pub(super) async fn assert_no_reply_begins_once_opted_out<S: Store<TestKey, SmsMessage>>(
    one: &Subject<S>,
    other: &Subject<S>,
) {
    let terms = ReplyTerms { opt_out_scope: OptOutScope::Sender, ..TERMS };
    for round in 0..50 {
        let (now, sender) = (at(round), format!("sender {round}"));
        let lines = [format!("{sender}@1"), format!("{sender}@2")];
        one.append(now, lines.iter().map(|key| single(key, "text")).collect()).await;
        let claims = one.claim_all(now).await;
        let is_out = Arc::new(AtomicBool::new(false));
        let opt_out = {
            let (store, is_out) = (one.clone(), Arc::clone(&is_out));
            async move {
                let word = OptOutChange::new(true, OptOutCause::Operator);
                assert!(store.set_opted_out(now, &sender, word).await);
                is_out.store(true, Ordering::SeqCst);
            }
        };
        let begin = |claim: &Claim<TestKey, SmsMessage>| {
            let (store, is_out) = (other.clone(), Arc::clone(&is_out));
            let (claim, terms) = (claim.clone(), terms.clone());
            async move {
                loop {
                    let was_out = is_out.load(Ordering::SeqCst);
                    match store.begin_reply(now, &claim, "reply", &terms).await {
                        Ok(()) => assert!(!was_out, "a reply began after the opt-out had returned"),
                        Err(why) => return assert_eq!(why, ReplyRefusal::OptedOut),
                    }
                    tokio::task::yield_now().await;
                }
            }
        };
        together([opt_out.boxed(), begin(&claims[0]).boxed(), begin(&claims[1]).boxed()]).await;
        for claim in &claims {
            one.finish(now, claim).await;
        }
    }
}

pub async fn no_reply_begins_on_any_line_once_an_opt_out_has_returned<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_no_reply_begins_once_opted_out(&store, &store).await;
}

/// Has a sender say STOP on eight lines at once, on the nodes in turn: the first word counts, and the others know of it.
pub(super) async fn assert_opted_out_once<S: Store<TestKey, SmsMessage>>(nodes: &[Subject<S>]) {
    for round in 0..10 {
        let stop = |line: usize| {
            let store = nodes[line % nodes.len()].clone();
            let stop = control(&format!("sender {round}@{line}"), Control::Stop);
            let stop = Arrival { opt_out_scope: OptOutScope::Sender, ..stop };
            async move { store.push(at(0), stop).await.opted_out }
        };
        let told = together((0..8).map(stop)).await;
        assert_eq!(told.iter().filter(|told| **told == Some(true)).count(), 1, "{told:?}");
        assert_eq!(told.iter().filter(|told| told.is_none()).count(), 7, "{told:?}");
    }
    assert_eq!(nodes[0].counts(at(0)).await.opted_out, 10);
}

pub async fn of_many_stops_at_once_one_opts_the_sender_out<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    assert_opted_out_once(&[store]).await;
}

pub async fn of_a_finish_and_a_cancel_one_wins<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for round in 0..50 {
        let (now, key) = (at(round), format!("key {round}"));
        let claim = store.push_and_claim(now, &key).await;
        let finish = {
            let (store, claim) = (store.clone(), claim.clone());
            async move { store.try_finish(now, &claim).await.is_ok() }
        };
        let cancel = {
            let store = store.clone();
            async move { !store.cancel(now, &key).await.is_empty() }
        };
        let won = together([finish.boxed(), cancel.boxed()]).await;
        assert!(won[0] != won[1], "finished: {}, cancelled: {}", won[0], won[1]);
    }
    assert_eq!(store.counts(at(100)).await.messages_buffered, 0);
}

pub async fn a_dropped_append_is_done_wholly_or_not_at_all<F: StoreFixture>(fixture: &F) {
    let store = Subject::fresh(fixture).await;
    for n in 0..50 {
        let id = n.to_string();
        let mut append = Box::pin(store.0.append(at(0), vec![with_id("a", &id)]));
        let polls = n % 5;
        if polls > 0 && (&mut append).now_or_never().is_none() {
            for _ in 1..polls {
                tokio::task::yield_now().await;
            }
        }
        drop(append);
        // Whatever became of it, the same id can be pushed again.
        store.offer(at(0), with_id("a", &id)).await;
        assert_eq!(store.offer(at(0), with_id("a", &id)).await, Appended::Duplicate);
    }
    let claim = store.claim_one(at(60)).await;
    let ids: BTreeSet<_> = claim.batch.messages.iter().map(crate::Message::id).collect();
    assert_eq!((claim.batch.messages.len(), ids.len()), (50, 50), "each message is there once");
}
