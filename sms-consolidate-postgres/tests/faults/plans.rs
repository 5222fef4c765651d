//! How much each statement reads.

use sms_consolidate::OptOutScope;
use sms_consolidate::lane::RetryTerms;
use sms_consolidate::store::{Store, StoreExt};
use throwaway_postgres::Server;

use crate::kit::*;

/// What is written and how it is found does not depend on how much there is.
#[tokio::test]
async fn two_hundred_thousand_blocked_keys_are_passed_over_by_the_index() {
    let name = fresh_name();
    let store = open(&SERVER, &name).await;
    // A lane with a head that waits for its retry, and one batch behind it, as a pattern for all.
    store.append(at(0), vec![due_at_once("pattern", "1")]).await.expect("append");
    let claim = store.claim(at(0), limit(1), LEASE).await.expect("claim").remove(0);
    let terms = RetryTerms { at: at(5_000), counts: true, maybe_sent: false };
    store.retry(at(0), &"pattern".to_owned(), claim.fence(), terms, "it fails").await.expect("retry");
    store.append(at(1), vec![due_at_once("pattern", "2")]).await.expect("append");
    SERVER.psql(&format!(
        "INSERT INTO sms_consolidate.lanes \
         SELECT store, 'blocked ' || n, lane, wake_at, forgettable_at \
         FROM sms_consolidate.lanes, generate_series(1, 200000) AS n WHERE store = '{name}' AND key = 'pattern'; "
    ));
    let is_by_index = |sql: &str| {
        let plan = SERVER.psql(&format!(
            "SET search_path TO sms_consolidate; SET plan_cache_mode TO force_generic_plan; \
             SET enable_seqscan TO off; SET enable_bitmapscan TO off; EXPLAIN {sql}"
        ));
        assert!(plan.contains("lanes_by_wake") && !plan.contains("Sort"), "{plan}");
    };
    let due = at(2).as_unix_millis();
    is_by_index(&format!(
        "SELECT key, lane, wake_at FROM lanes WHERE store = '{name}' AND wake_at <= {due} \
         ORDER BY wake_at LIMIT 64 FOR UPDATE SKIP LOCKED"
    ));
    is_by_index(&format!(
        "SELECT wake_at FROM lanes WHERE store = '{name}' AND wake_at IS NOT NULL ORDER BY wake_at LIMIT 1"
    ));
    assert!(store.claim(at(2), limit(64), LEASE).await.expect("claim").is_empty());
    assert_eq!(store.next_wake().await.expect("next_wake"), Some(at(5_000)));
    store.append(at(2), vec![due_at_once("free", "1")]).await.expect("append");
    let claims = store.claim(at(2), limit(64), LEASE).await.expect("claim");
    assert_eq!(claims.iter().map(|claim| claim.batch.key.as_str()).collect::<Vec<_>>(), ["free"]);
}

/// By the server's own log of what each plan read. The tables were empty when the plans were made, and nobody has
/// analysed them since, as in the first minute of a service.
#[tokio::test]
async fn no_statement_reads_more_than_it_needs() {
    let settings = [
        "shared_preload_libraries=auto_explain",
        "auto_explain.log_min_duration=0",
        "auto_explain.log_analyze=on",
        "auto_explain.log_timing=off",
        "autovacuum=off",
        "log_min_messages=log",
    ];
    let server = Server::with(throwaway_postgres::Disk::NotWaited, &settings);
    let store = open(&server, "plans").await;
    for round in 0..20 {
        let arrivals = (0..1_000).map(|n| due_at_once(&format!("key {}", n % 500), &format!("{round} {n}")));
        store.append(at(round), arrivals.collect()).await.expect("append");
    }
    for n in 0..200 {
        store.set_opted_out(at(20), &format!("out {n}"), STOP).await.expect("set_opted_out");
    }
    let before = server.log().len();
    let arrivals = (0..10).map(|n| due_at_once(&format!("key {n}"), &format!("new {n}"))).collect();
    store.append(at(30), arrivals).await.expect("append");
    let claims = store.claim(at(30), limit(10), LEASE).await.expect("claim");
    assert_eq!(claims.len(), 10);
    for claim in &claims {
        let terms = reply("reply", OptOutScope::default());
        store.record(at(30), &claim.batch.key, claim.fence(), None, Some(terms)).await.expect("record");
        finish(&store, claim).await;
    }
    store.set_opted_out(at(30), "out", STOP).await.expect("set_opted_out");
    assert!(store.sender("out 7").await.expect("sender").is_opted_out());
    let first = store.opted_out(None, limit(100)).await.expect("opted_out");
    let next = store.opted_out(first.last().map(|last| last.sender), limit(200)).await.expect("opted_out");
    assert_eq!((first.len(), next.len()), (100, 101));
    store.maintain(at(31), limit(100)).await.expect("maintain");
    let log = server.log().split_off(before);
    let mut statements = 0;
    for plan in log.split("LOG:  duration:").skip(1).filter(|plan| plan.contains("Query Text")) {
        let tables = ["lanes", "messages", "batches", "senders"];
        statements += usize::from(tables.iter().any(|table| plan.contains(table)));
        for filtered in plan.lines().filter_map(|line| line.trim().strip_prefix("Rows Removed by")) {
            let (_, rows) = filtered.rsplit_once(": ").expect("a number of rows");
            assert!(rows.trim().parse::<u64>().expect("a number") < 50, "{plan}");
        }
    }
    assert!(statements > 20, "the plans of {statements} statements were looked at");
}
