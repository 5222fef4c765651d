//! The call of a scheduler, on a service without a driver unless a test says otherwise.

use std::time::Duration;

use serde_json::json;
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer};
use sms_consolidate::{MemoryStore, lane::LOOP_GUARD_PERIOD};
use sms_consolidate_axum::CRON_PATH;

use crate::kit::{ADMIN, Answer, CRON, MARIA, Service, WINDOW, serve, service, sms, with_all_routes};

const SECOND: Duration = Duration::from_secs(1);

async fn idle_service() -> Service {
    serve(|builder| builder, with_all_routes).await
}

impl Service {
    /// One message each of so many senders, and the window over.
    async fn with_due_batches(self, count: usize) -> Self {
        for n in 0..count {
            self.post(sms("1", &format!("+1555123{n:04}"), &format!("text {n}"))).await;
        }
        self.clock.advance(WINDOW).await;
        self
    }

    /// Resolves once a classifier has been asked.
    async fn asked(&self) {
        while self.classifier.calls().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    async fn tick(&self, query: &str) -> Answer {
        self.call("POST", &format!("{CRON_PATH}{query}"), &[CRON], "").await
    }
}

/// How many were processed, have failed, and were given back.
fn counts(answer: &Answer) -> [u64; 3] {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)));
    ["processed", "failed", "released"].map(|name| answer.body[name].as_u64().unwrap())
}

#[tokio::test]
async fn only_the_secret_handles_anything() {
    let service = idle_service().await.with_due_batches(1).await;
    for headers in [&[][..], &[("Authorization", "Bearer cron-secreT")], &[ADMIN]] {
        for method in ["GET", "POST"] {
            let answer = service.call(method, CRON_PATH, headers, "").await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
        }
    }
    assert!(service.batches().is_empty());
    assert_eq!(counts(&service.get(CRON_PATH, &[CRON]).await), [1, 0, 0]);
}

#[tokio::test]
async fn without_a_secret_it_is_not_mounted() {
    for secret in ["", " \t"] {
        let service = serve(
            |builder| builder,
            |router| router.cron_secret(secret).admin_token("admin-token").into_router(),
        )
        .await;
        assert_eq!(service.get(CRON_PATH, &[CRON]).await.status, 404);
    }
}

#[tokio::test]
async fn by_get_and_by_post_it_handles_what_is_due_without_a_driver() {
    let service = idle_service().await;
    for (guid, text) in [("1", "Yes"), ("2", "Thanks")] {
        service.post(sms(guid, MARIA, text)).await;
    }
    assert_eq!(counts(&service.tick("").await), [0, 0, 0], "the window is still open");
    service.clock.advance(WINDOW).await;
    let answer = service.get(CRON_PATH, &[CRON]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({
            "success": true, "processed": 1, "failed": 0, "released": 0, "duration": 0,
            "timestamp": "2026-01-01T00:01:00.000Z",
        })
    );
    assert_eq!(service.batches(), [["Yes", "Thanks"]]);
    assert_eq!(service.sender.texts().len(), 1);
    assert_eq!(counts(&service.tick("").await), [0, 0, 0]);
}

#[tokio::test]
async fn it_works_beside_a_driver() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    let answer = service.tick("").await;
    service.consolidator.settled().await;
    assert_eq!(answer.status, 200);
    assert_eq!(service.batches(), [["Yes"]], "whoever came first handled it");
}

#[tokio::test]
async fn one_call_handles_five_or_as_many_as_it_is_told() {
    let service = idle_service().await.with_due_batches(9).await;
    assert_eq!(counts(&service.tick("").await), [5, 0, 0]);
    assert_eq!(counts(&service.tick("?limit=1").await), [1, 0, 0]);
    assert_eq!(counts(&service.tick("?limit=1000").await), [3, 0, 0]);
}

#[tokio::test]
async fn failed_attempts_are_counted_and_tried_again_later() {
    let service = idle_service().await.with_due_batches(3).await;
    service.classifier.then([ScriptedAnswer::Fail(None), ScriptedAnswer::FailForGood]);
    assert_eq!(counts(&service.tick("").await), [1, 2, 0]);
    assert_eq!(counts(&service.tick("").await), [0, 0, 0], "its time has not come");
    service.clock.advance(5 * SECOND).await;
    assert_eq!(counts(&service.tick("").await), [1, 0, 0]);
    let stats = service.consolidator.stats().await.unwrap();
    assert_eq!((stats.counts.finished, stats.counts.dead), (2, 1));
}

#[tokio::test]
async fn what_is_not_done_by_the_deadline_is_given_back() {
    let check = async |query: &str, deadline: Duration| {
        let service = serve(|builder| builder.classify_timeout(300 * SECOND), with_all_routes).await;
        let service = service.with_due_batches(1).await;
        service.classifier.then([ScriptedAnswer::Hang]);
        let mut call = Box::pin(service.tick(query));
        tokio::select! {
            answer = &mut call => panic!("{} before its deadline", answer.status),
            () = service.asked() => {}
        }
        service.clock.advance(deadline - Duration::from_millis(1)).await;
        assert_eq!(service.consolidator.stats().await.unwrap().in_flight, 1);
        service.clock.advance(Duration::from_millis(1)).await;
        let answer = call.await;
        assert_eq!(counts(&answer), [0, 0, 1]);
        assert_eq!(answer.body["duration"], u64::try_from(deadline.as_millis()).unwrap());
        // Nothing is lost, and no attempt is used up.
        assert_eq!(counts(&service.tick("").await), [1, 0, 0]);
        assert_eq!(service.sender.texts().len(), 1);
    };
    check("", 50 * SECOND).await;
    check("?deadline=1", SECOND).await;
}

#[tokio::test]
async fn limits_and_deadlines_out_of_range_are_400_and_handle_nothing() {
    let service = idle_service().await.with_due_batches(1).await;
    let numbers = "`limit` and `deadline` are whole numbers";
    let (limits, deadlines) = ("`limit` is 1 to 1000 batches", "`deadline` is 1 to 900 seconds");
    for (query, says) in [
        ("?limit=0", limits),
        ("?limit=1001", limits),
        ("?limit=-1", numbers),
        ("?limit=all", numbers),
        ("?deadline=0", deadlines),
        ("?deadline=901", deadlines),
        ("?deadline=1.5", numbers),
        ("?deadline=99999999999999999999", numbers),
    ] {
        let answer = service.tick(query).await;
        assert_eq!((answer.status, answer.message()), (400, says), "{query}");
    }
    assert!(service.batches().is_empty());
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_503() {
    let store = FaultyStore::new(MemoryStore::new());
    let faults = store.clone();
    let service = serve(|builder| builder.store(store), with_all_routes).await.with_due_batches(1).await;
    faults.fail(Operation::Claim, Fault::Before, 1);
    let answer = service.tick("").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
    assert_eq!(answer.body["success"], false);
    assert_eq!(answer.body["error"], "the store is unavailable: scripted failure");

    // What was handled is told even if maintenance fails then.
    faults.fail(Operation::Maintain, Fault::Before, 1);
    let answer = service.tick("").await;
    assert_eq!((answer.status, &answer.body["success"]), (503, &json!(false)));
    assert_eq!(answer.body["processed"], 1);
}

#[tokio::test]
async fn it_does_a_step_of_maintenance() {
    let service = idle_service().await.with_due_batches(3).await;
    let keys = async || service.consolidator.stats().await.unwrap().counts.keys;
    assert_eq!(counts(&service.tick("").await), [3, 0, 0]);
    service.clock.advance(LOOP_GUARD_PERIOD + SECOND).await;
    assert_eq!(keys().await, 3, "without maintenance idle lanes stay");
    assert_eq!(counts(&service.tick("").await), [0, 0, 0]);
    assert_eq!(keys().await, 0);
}
