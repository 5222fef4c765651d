//! Opting out while replies begin, on two nodes and on several lines of a sender.

use std::collections::BTreeSet;
use std::sync::Arc;

use sms_consolidate::lane::{Control, ReplyRefusal};
use sms_consolidate::store::{Appended, Arrival, Claim, Finish, NoReply, Outcome, Store as _, StoreExt};
use sms_consolidate::testing::TestKey;
use sms_consolidate::{OptOutCause, OptOutScope, SmsMessage, Window};
use sms_consolidate_postgres::PostgresStore;
use tokio_postgres::Client;

use crate::kit::*;

type Store = PostgresStore<TestKey, SmsMessage>;

async fn two_nodes(url: &str) -> (String, [Arc<Store>; 2]) {
    let name = fresh_name();
    let open = || Store::builder(url).name(&name).connect();
    let nodes = [open().await.expect("connect"), open().await.expect("connect")];
    (name, nodes.map(Arc::new))
}

fn arrival(key: &TestKey, control: Option<Control>) -> Arrival<TestKey, SmsMessage> {
    let mut arrival = Arrival::new(key.clone(), SmsMessage::new("text"), Window::immediate());
    arrival.keyword = control.map(|control| (control.into(), OptOutCause::Keyword));
    arrival.opt_out_scope = OptOutScope::Sender;
    arrival
}

/// Whether the reply to a claimed batch has begun.
async fn begin(node: &Store, claim: &Claim<TestKey, SmsMessage>) -> bool {
    let terms = reply("reply", OptOutScope::Sender);
    let recorded = node.record(at(1), &claim.batch.key, claim.fence(), None, Some(terms)).await;
    match recorded.expect("record").reply {
        Ok(()) => true,
        Err(ReplyRefusal::OptedOut) => false,
        Err(why) => panic!("{why}"),
    }
}

/// Of which of these keys the reply has begun, as everybody sees it.
async fn begun(client: &Client, name: &str, keys: &[&str]) -> BTreeSet<String> {
    let sql = "SELECT key FROM sms_consolidate.lanes WHERE store = $1 AND key = ANY($2) \
        AND lane::json #>> '{work,stage}' = 'replying'";
    let rows = client.query(sql, &[&name, &keys]).await.expect("query");
    rows.iter().map(|row| row.get(0)).collect()
}

/// What has not begun when the opt-out returns does not begin any more, wherever it was under way.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reply_begins_after_an_opt_out_has_returned() {
    let (name, nodes) = two_nodes(&SERVER.url()).await;
    let (client, connection) =
        tokio_postgres::connect(&SERVER.url(), tokio_postgres::NoTls).await.expect("connect");
    tokio::spawn(connection);
    let ping = async |times| {
        for _ in 0..times {
            client.query("SELECT 1", &[]).await.expect("query");
        }
    };
    let (mut has_begun, mut was_refused) = (0, 0);
    for round in 0..200 {
        let keys = ["a", "b", "c"].map(|line| TestKey::from(format!("{round}@{line}")));
        let [first, second, third] = &keys;
        let arrivals = vec![arrival(first, None), arrival(second, None)];
        nodes[0].append(at(0), arrivals).await.expect("append");
        let claims = nodes[0].claim(at(0), limit(2), LEASE).await.expect("claim");
        assert_eq!(claims.len(), 2);
        ping(round % 3).await;
        let begins: Vec<_> = claims
            .into_iter()
            .zip(&nodes)
            .map(|(claim, node)| {
                let (node, key) = (Arc::clone(node), claim.batch.key.clone());
                (key, tokio::spawn(async move { begin(&node, &claim).await }))
            })
            .collect();
        ping(round % 5).await;
        if round % 2 == 0 {
            let sender = round.to_string();
            assert!(nodes[1].set_opted_out(at(1), &sender, STOP).await.expect("set_opted_out"));
        } else {
            let report = nodes[0].append(at(1), vec![arrival(third, Some(Control::Stop))]).await;
            let result = report.expect("append").results.remove(0);
            assert!(matches!(result, Appended::Accepted(accepted) if accepted.opted_out == Some(true)));
        }
        let begun = begun(&client, &name, &[first, second]).await;
        for (key, begin) in begins {
            let has = begin.await.expect("it does not panic");
            assert_eq!(has, begun.contains(&*key), "round {round}: {key:?}");
            if has { has_begun += 1 } else { was_refused += 1 }
        }
        // What is left of the round is in nobody's way.
        let claims = nodes[0].claim(at(1), limit(9), LEASE).await.expect("claim");
        assert!(claims.iter().all(|claim| claim.batch.key == *third));
    }
    assert!(has_begun > 9 && was_refused > 9, "each comes first at times: {has_begun}, {was_refused}");
}

async fn hammer(node: Arc<Store>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..30 {
        let arrivals = (0..10).map(|_| {
            let control =
                random.choice([None, Some(Control::Stop), Some(Control::Start), Some(Control::Help)]);
            let key = format!("{}@{}", random.u8(..12), random.u8(..3));
            arrival(&key.into(), control.flatten())
        });
        let report = node.append(at(0), arrivals.collect()).await.expect("append");
        assert!(report.results.iter().all(|result| matches!(result, Appended::Accepted(_))), "{report:?}");
        let sender = random.u8(..12).to_string();
        node.set_opted_out(at(0), &sender, STOP).await.expect("set_opted_out");
        let claims = node.claim(at(1), limit(20), LEASE).await.expect("claim");
        let ends = claims.iter().map(async |claim| {
            begin(&node, claim).await;
            let finish = Finish::new(Outcome::NoReply(NoReply::Off));
            node.finish(at(1), &claim.batch.key, claim.fence(), finish).await.expect("finish");
        });
        futures::future::join_all(ends).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_lock_lanes_and_senders_never_wait_in_a_circle() {
    SERVER.psql("CREATE DATABASE hammered");
    let (_, nodes) = two_nodes(&SERVER.url_of("hammered")).await;
    let tasks: Vec<_> = (0..8).map(|n| tokio::spawn(hammer(Arc::clone(&nodes[n % 2]), n as u64))).collect();
    for task in tasks {
        task.await.expect("no call fails");
    }
    assert!(nodes[0].counts(at(1)).await.expect("counts").finished > 100);
    drop(nodes);
    // A server tells of what a connection did when that has ended at the latest.
    let connected = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'hammered'";
    until(async || count(&SERVER, connected) == 0).await;
    assert_eq!(count(&SERVER, "SELECT deadlocks FROM pg_stat_database WHERE datname = 'hammered'"), 0);
}
