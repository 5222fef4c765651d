//! The status page, and bringing batches forward or back.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sms_consolidate::store::{Status, Store};
use sms_consolidate::testing::{Fault, FaultyStore, Operation, ScriptedAnswer};
use sms_consolidate::{Builder, Conversation, MemoryStore, SmsMessage};
use sms_consolidate_axum::{STATUS_PATH, SmsRouter};

use crate::kit::{ADMIN, Answer, CRON, MARIA, Service, WINDOW, event, serve, service, sms, with_all_routes};

const SECOND: Duration = Duration::from_secs(1);
/// One digit longer than Maria's.
const LONGER: &str = "+6391712345678";

/// Status pages and requeue calls, by whoever holds the token.
impl Service {
    async fn page(&self) -> Value {
        let answer = self.get(STATUS_PATH, &[ADMIN]).await;
        assert_eq!(answer.status, 200);
        answer.body
    }

    async fn requeue(&self, body: &Value) -> Answer {
        self.call("POST", STATUS_PATH, &[ADMIN], body.to_string()).await
    }

    /// The id of the newest batch.
    async fn newest(&self) -> String {
        self.page().await["recent"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time).await;
        self.consolidator.settled().await;
    }
}

fn unchanged(builder: Builder<Conversation, SmsMessage>) -> Builder<Conversation, SmsMessage> {
    builder
}

#[tokio::test]
async fn only_the_admin_token_opens_the_page() {
    let service = service().await;
    let body = json!({"phoneNumber": MARIA}).to_string();
    service.post(sms("1", MARIA, "Yes")).await;
    let wrong = ("Authorization", "Bearer admin-tokem");
    for headers in [&[][..], &[wrong], &[CRON], &[("Authorization", "admin-token")]] {
        for method in ["GET", "POST"] {
            let answer = service.call(method, STATUS_PATH, headers, &body).await;
            assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
            assert_eq!(answer.body, json!({"status": "error", "message": "a bearer token is required"}));
        }
    }
    service.consolidator.settled().await;
    assert!(service.batches().is_empty(), "a call without the token moved a batch");
    assert_eq!(service.call("GET", STATUS_PATH, &[ADMIN], "").await.status, 200);
    assert_eq!(service.call("POST", STATUS_PATH, &[ADMIN], &body).await.status, 200);
}

#[tokio::test]
async fn without_a_token_it_is_not_mounted() {
    for token in ["", "  "] {
        let service =
            serve(unchanged, |router| router.admin_token(token).cron_secret("cron-secret").into_router())
                .await;
        assert_eq!(service.get(STATUS_PATH, &[ADMIN]).await.status, 404);
        assert_eq!(service.get(STATUS_PATH, &[("Authorization", "Bearer ")]).await.status, 404);
    }
}

#[tokio::test]
async fn the_page_shows_counts_recent_batches_and_health() {
    let service = service().await;
    service.post(event("1", MARIA, "office-phone-1", "Yes")).await;
    service.post(event("2", MARIA, "office-phone-1", "Thanks")).await;
    service.post(event("2", MARIA, "office-phone-1", "Thanks")).await;
    service.post(json!({"type": "sms.sent", "data": {"guid": "9"}}).to_string()).await;
    service.pass(WINDOW).await;
    service.post(sms("3", LONGER, "Hello")).await;

    let page = service.page().await;
    let recent = page["recent"].as_array().unwrap();
    let (open, finished) = (&recent[0], &recent[1]);
    assert_eq!(
        page,
        json!({
            "timestamp": "2026-01-01T00:01:00.000Z",
            "batches": {
                "total": 2, "open": 1, "closed": 0, "claimed": 0, "retrying": 0, "finished": 1, "dead": 0,
                "inFlightHere": 0,
            },
            "messages": {"buffered": 1, "accepted": 3, "handled": 2, "duplicate": 1, "refused": 0},
            "replies": {"sent": 1, "skipped": 0, "unknown": 0},
            "optOuts": {"now": 0, "out": 0, "backIn": 0},
            "ignored": [{"gateway": "SMS Mobile API", "kind": "not_a_message", "count": 1}],
            "recent": [open, finished],
            "health": {"isHealthy": true, "warnings": []},
        })
    );
    assert_eq!(
        finished,
        &json!({
            "id": finished["id"], "sender": "+63917•••4567", "line": "office•••ne-1", "count": 2,
            "state": "finished", "openedAt": "2026-01-01T00:00:00.000Z", "dueAt": "2026-01-01T00:01:00.000Z",
            "endedAt": "2026-01-01T00:01:00.000Z", "closeReason": "timeout", "attempts": 1, "label": "AGREE",
            "method": "Scripted", "replySent": true, "outcome": "replied", "error": null,
        })
    );
    assert_eq!(
        open,
        &json!({
            "id": open["id"], "sender": "+63917•••5678", "line": null, "count": 1, "state": "open",
            "openedAt": "2026-01-01T00:01:00.000Z", "dueAt": "2026-01-01T00:02:00.000Z", "endedAt": null,
            "closeReason": null, "attempts": 0, "label": null, "method": null, "replySent": false,
            "outcome": null, "error": null,
        })
    );
    assert_ne!(open["id"], finished["id"]);
}

#[tokio::test]
async fn numbers_are_shown_in_full_to_those_who_ask() {
    let service = serve(unchanged, |router| with_all_routes(router.show_full_numbers(true))).await;
    service.post(event("1", MARIA, "office-phone-1", "Yes")).await;
    let page = service.page().await;
    assert_eq!(page["recent"][0]["sender"], MARIA);
    assert_eq!(page["recent"][0]["line"], "office-phone-1");
}

#[tokio::test]
async fn the_most_recent_twenty_are_shown_newest_first() {
    let service = serve(unchanged, with_all_routes).await;
    for n in 0..25 {
        service.post(sms("1", &format!("+1555123{n:04}"), "Yes")).await;
        service.clock.advance(SECOND).await;
    }
    let page = service.page().await;
    assert_eq!(page["batches"]["total"], 25);
    let opened: Vec<_> = page["recent"].as_array().unwrap().iter().map(|batch| &batch["openedAt"]).collect();
    let expected: Vec<_> = (5..25).rev().map(|n| json!(format!("2026-01-01T00:00:{n:02}.000Z"))).collect();
    assert_eq!(opened, expected.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_backlog_past_due_is_unhealthy() {
    // Nobody handles anything.
    let service = serve(unchanged, with_all_routes).await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW + 60 * SECOND).await;
    assert_eq!(service.page().await["health"], json!({"isHealthy": true, "warnings": []}));
    service.clock.advance(SECOND).await;
    let warning = "backlog: 1 past due, the longest for 61 s";
    assert_eq!(service.page().await["health"], json!({"isHealthy": false, "warnings": [warning]}));
}

#[tokio::test]
async fn dead_batches_are_unhealthy() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::FailForGood]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.pass(WINDOW).await;
    let page = service.page().await;
    let warning = "1 dead: look at their errors, and requeue them";
    assert_eq!(page["health"], json!({"isHealthy": false, "warnings": [warning]}));
    let dead = &page["recent"][0];
    assert_eq!((&dead["state"], &dead["replySent"]), (&json!("dead"), &json!(false)));
    assert!(dead["error"].as_str().unwrap().contains("scripted failure for good"), "{dead}");
}

#[tokio::test]
async fn what_the_services_own_checks_say_is_on_the_page() {
    let trouble = Arc::new(Mutex::new(vec!["the model is away".to_owned()]));
    let told = Arc::clone(&trouble);
    let checks = move |router: SmsRouter| {
        let router = router.health_check(Vec::new).health_check(move || told.lock().unwrap().clone());
        with_all_routes(router.health_check(|| vec!["the disk is full".to_owned()]))
    };
    let service = serve(unchanged, checks).await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW + 61 * SECOND).await;
    let backlog = "backlog: 1 past due, the longest for 61 s";
    let warnings = [backlog, "the model is away", "the disk is full"];
    assert_eq!(service.page().await["health"], json!({"isHealthy": false, "warnings": warnings}));
    trouble.lock().unwrap().clear();
    assert_eq!(service.page().await["health"]["warnings"], json!([backlog, "the disk is full"]));
}

#[tokio::test]
async fn expired_leases_are_unhealthy() {
    let store = Arc::new(MemoryStore::new());
    let handle = Arc::clone(&store);
    let service = serve(|builder| builder.store(store), with_all_routes).await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    // A worker that takes the batch and is never heard of again.
    let now = sms_consolidate::Clock::now(&service.clock);
    let one = NonZeroUsize::MIN;
    let claims = Store::<Conversation, SmsMessage>::claim(&*handle, now, one, 30 * SECOND).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(service.page().await["health"]["isHealthy"], true);
    service.clock.advance(31 * SECOND).await;
    let warning = "1 with an expired lease: a worker crashed or hangs";
    assert_eq!(service.page().await["health"], json!({"isHealthy": false, "warnings": [warning]}));
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_503() {
    let store = FaultyStore::new(MemoryStore::new());
    let faults = store.clone();
    let service = serve(|builder| builder.store(store), with_all_routes).await;
    faults.fail(Operation::Counts, Fault::Before, 1);
    faults.fail(Operation::List, Fault::Before, 1);
    let page = service.get(STATUS_PATH, &[ADMIN]).await;
    let requeue = service.requeue(&json!({"phoneNumber": MARIA})).await;
    for answer in [page, requeue] {
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
        assert_eq!(answer.message(), "the store is unavailable: scripted failure");
    }
}

#[tokio::test]
async fn an_open_batch_is_closed_now() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    let id = service.newest().await;
    let answer = service.requeue(&json!({"batchId": id})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.body,
        json!({
            "status": "success", "message": "0 brought back, 1 due now",
            "batches": [{"batchId": id, "requeuedAs": null}],
        })
    );
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes"]]);
    assert_eq!(service.sender.texts().len(), 1);
    assert_eq!(service.page().await["recent"][0]["closeReason"], "flush");
}

#[tokio::test]
async fn a_retrying_batch_is_due_now() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::Fail(Some(300 * SECOND))]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.pass(WINDOW).await;
    let page = service.page().await;
    assert_eq!((&page["recent"][0]["state"], &page["batches"]["retrying"]), (&json!("retrying"), &json!(1)));
    let answer = service.requeue(&json!({"batchId": page["recent"][0]["id"]})).await;
    assert_eq!((answer.status, answer.message()), (200, "0 brought back, 1 due now"));
    service.consolidator.settled().await;
    assert_eq!(service.sender.texts().len(), 1);
    assert_eq!(service.page().await["recent"][0]["attempts"], 2);
}

#[tokio::test]
async fn a_dead_batch_comes_back_and_is_answered() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::FailForGood]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.pass(WINDOW).await;
    let dead = service.newest().await;
    let answer = service.requeue(&json!({"batchId": dead})).await;
    assert_eq!((answer.status, answer.message()), (200, "1 brought back, 0 due now"));
    let revived = answer.body["batches"][0]["requeuedAs"].as_str().unwrap();
    assert_ne!(revived, dead);
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes"], ["Yes"]]);
    assert_eq!(service.sender.texts().len(), 1);
    let page = service.page().await;
    assert_eq!(
        (&page["recent"][0]["id"], &page["recent"][0]["state"]),
        (&json!(revived), &json!("finished"))
    );
    assert_eq!((&page["batches"]["dead"], &page["health"]["isHealthy"]), (&json!(0), &json!(true)));
    // Under its old id it is gone.
    assert_eq!(service.requeue(&json!({"batchId": dead})).await.status, 404);
}

#[tokio::test]
async fn a_batch_in_flight_or_finished_is_409_and_is_not_answered_twice() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::Hang]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    let by_id = json!({"batchId": service.newest().await});
    let by_number = json!({"phoneNumber": MARIA});
    let check = async |by: &Value, message: &str| {
        let answer = service.requeue(by).await;
        assert_eq!((answer.status, answer.message()), (409, message));
    };
    assert_eq!(service.page().await["batches"]["claimed"], 1);
    check(&by_id, "the batch is in flight").await;
    check(&by_number, "every batch of this number is in flight or finished").await;
    // The attempt that hangs times out, and the next one answers.
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    check(&by_id, "the batch has finished").await;
    check(&by_number, "every batch of this number is in flight or finished").await;
    service.pass(WINDOW).await;
    assert_eq!(service.sender.texts().len(), 1);
}

#[tokio::test]
async fn what_is_no_request_is_400_and_what_is_not_there_404() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    let check = async |body: &str, status: u16, says: &str| {
        let answer = service.call("POST", STATUS_PATH, &[ADMIN], body).await;
        assert_eq!((answer.status, &answer.body["status"]), (status, &json!("error")), "{body}");
        assert!(answer.message().contains(says), "{body}: {}", answer.message());
    };
    let neither = "either `batchId` or `phoneNumber` is required";
    check("{}", 400, neither).await;
    check(r#"{"line": "+15551230000"}"#, 400, neither).await;
    check(&json!({"batchId": unknown, "phoneNumber": MARIA}).to_string(), 400, neither).await;
    check("", 400, "not a request: EOF").await;
    check("[]", 400, "not a request: ").await;
    check(r#"{"batchId": 7}"#, 400, "not a request: invalid type").await;
    check(r#"{"batchId": "seven"}"#, 400, "`batchId`: ").await;
    check(r#"{"phoneNumber": "+12"}"#, 400, "`phoneNumber`: not a phone number").await;
    check(&json!({"phoneNumber": MARIA, "line": ""}).to_string(), 400, "`line`: the address is empty").await;
    check(&json!({ "batchId": unknown }).to_string(), 404, "there is no such batch").await;
    check(r#"{"phoneNumber": "+639170000000"}"#, 404, "there is no batch of this number").await;
    check(&json!({"phoneNumber": MARIA, "line": "office"}).to_string(), 404, "there is no batch").await;
    check(&" ".repeat(256 * 1024 + 1), 413, "the body is longer than 262144 bytes").await;
    service.consolidator.settled().await;
    assert!(service.batches().is_empty());
}

/// Batches of Maria on two lines and on none, and of a number that begins with hers.
async fn crowd(service: &Service) {
    service.post(event("1", MARIA, "office", "to the office")).await;
    service.post(event("2", MARIA, "office-2", "to the second office")).await;
    service.post(sms("3", MARIA, "to no line")).await;
    service.post(sms("4", LONGER, "from another")).await;
    service.post(event("5", LONGER, "office", "from another to the office")).await;
}

#[tokio::test]
async fn a_number_means_all_its_lines_and_no_longer_number() {
    let service = service().await;
    crowd(&service).await;
    let answer = service.requeue(&json!({"phoneNumber": MARIA})).await;
    assert_eq!((answer.status, answer.message()), (200, "0 brought back, 3 due now"));
    service.consolidator.settled().await;
    let mut handled = service.batches().concat();
    handled.sort_unstable();
    assert_eq!(handled, ["to no line", "to the office", "to the second office"]);
    assert_eq!(service.page().await["batches"]["open"], 2);
}

#[tokio::test]
async fn a_number_with_a_line_means_only_that_line() {
    let service = service().await;
    crowd(&service).await;
    let answer = service.requeue(&json!({"phoneNumber": MARIA, "line": "office"})).await;
    assert_eq!((answer.status, answer.message()), (200, "0 brought back, 1 due now"));
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["to the office"]]);
}

#[tokio::test]
async fn a_number_is_found_among_many_that_begin_with_it() {
    let service = serve(unchanged, with_all_routes).await;
    service.post(sms("1", "+1555123", "Yes")).await;
    service.clock.advance(SECOND).await;
    let others = (0..1_001).map(|n| {
        let key: Conversation = format!("+1555123{n:04}").parse().unwrap();
        (key, SmsMessage::new("Hi"))
    });
    service.consolidator.push_many(others.collect()).await;
    let answer = service.requeue(&json!({"phoneNumber": "+1555123"})).await;
    assert_eq!((answer.status, answer.message()), (200, "0 brought back, 1 due now"));
}

#[tokio::test]
async fn by_number_dead_batches_come_back_in_their_order() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::FailForGood, ScriptedAnswer::FailForGood]);
    for text in ["first", "second"] {
        service.post(sms(text, MARIA, text)).await;
        service.pass(WINDOW).await;
    }
    service.post(sms("third", MARIA, "third")).await;
    let answer = service.requeue(&json!({"phoneNumber": MARIA})).await;
    assert_eq!((answer.status, answer.message()), (200, "2 brought back, 1 due now"));
    service.consolidator.settled().await;
    // The open one was in line before those that came back.
    assert_eq!(service.batches()[2..], [["third"], ["first"], ["second"]]);
    let finished = service.page().await["recent"].as_array().unwrap().clone();
    assert!(finished.iter().all(|batch| batch["state"] == json!(Status::Finished)), "{finished:?}");
}
