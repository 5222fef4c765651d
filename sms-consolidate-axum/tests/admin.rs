//! The status page and the scheduler's call, over real HTTP on a loopback port.

mod kit;

use std::time::Duration;

use kit::{ADMIN, CRON, Service, event, serve, service, sms, with_all_routes};
use serde_json::{Value, json};
use sms_consolidate::testing::ScriptedAnswer;
use sms_consolidate_axum::{CRON_PATH, STATUS_PATH, SmsRouter};
use sms_consolidate_providers::inbound::SmsMobileApi;

const MARIA: &str = "+639171234567";
const WINDOW: Duration = Duration::from_secs(60);

async fn page(service: &Service) -> Value {
    let answer = service.get(STATUS_PATH, &[ADMIN]).await;
    assert_eq!(answer.status, 200);
    answer.body
}

async fn requeue(service: &Service, wish: Value) -> (u16, Value) {
    let answer = service.call("POST", STATUS_PATH, &[ADMIN], wish.to_string()).await;
    (answer.status, answer.body)
}

async fn pass(service: &Service, time: Duration) {
    service.clock.advance(time).await;
    service.consolidator.settled().await;
}

#[tokio::test]
async fn without_the_token_nothing_is_shown_or_done() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    for (method, path) in
        [("GET", STATUS_PATH), ("POST", STATUS_PATH), ("GET", CRON_PATH), ("POST", CRON_PATH)]
    {
        let other = if path == CRON_PATH { ADMIN } else { CRON };
        let wrong = ("Authorization", "Bearer admin-tokem");
        let basic = ("Authorization", "Basic admin-token");
        for headers in [&[][..], &[other], &[wrong], &[basic]] {
            let answer = service.call(method, path, headers, json!({"phoneNumber": MARIA}).to_string()).await;
            assert_eq!(answer.status, 401, "{method} {path} {headers:?}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    assert_eq!(service.call("DELETE", STATUS_PATH, &[], "").await.status, 405);
    assert_eq!(page(&service).await["batches"]["open"], 1);
}

#[tokio::test]
async fn without_a_token_configured_nothing_is_mounted() {
    let route = |router: SmsRouter| {
        router.webhook(SmsMobileApi::new()).admin_token("").cron_secret("  ").into_router()
    };
    let service = serve(|builder| builder, route).await;
    for headers in [&[][..], &[ADMIN], &[("Authorization", "Bearer ")]] {
        assert_eq!(service.get(STATUS_PATH, headers).await.status, 404);
        assert_eq!(service.get(CRON_PATH, headers).await.status, 404);
    }
}

#[tokio::test]
async fn the_page_counts_and_shows_the_most_recent_batches() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.post(sms("1", MARIA, "Yes")).await;
    pass(&service, WINDOW).await;
    service.post(event("2", MARIA, "+15550001111", "No")).await;

    let page = page(&service).await;
    assert_eq!(page["timestamp"], "2026-01-01T00:01:00.000Z");
    let batches = json!({
        "total": 2, "open": 1, "closed": 0, "claimed": 0, "retrying": 0, "finished": 1, "dead": 0, "inFlightHere": 0
    });
    assert_eq!(page["batches"], batches);
    let messages = json!({"buffered": 1, "accepted": 2, "handled": 1, "duplicate": 1, "refused": 0});
    assert_eq!(page["messages"], messages);
    assert_eq!(page["replies"], json!({"sent": 1, "skipped": 0, "unknown": 0}));
    assert_eq!(page["health"], json!({"isHealthy": true, "warnings": []}));

    let mut recent = page["recent"].clone();
    for batch in recent.as_array_mut().unwrap() {
        assert_eq!(batch.as_object_mut().unwrap().remove("id").unwrap().as_str().unwrap().len(), 36);
    }
    let open = json!({
        "sender": "+63917•••4567", "line": "+1555•••1111", "count": 1, "state": "open",
        "openedAt": "2026-01-01T00:01:00.000Z", "dueAt": "2026-01-01T00:02:00.000Z", "endedAt": null,
        "closeReason": null, "attempts": 0, "label": null, "method": null, "replySent": false,
        "outcome": null, "error": null,
    });
    let finished = json!({
        "sender": "+63917•••4567", "line": null, "count": 1, "state": "finished",
        "openedAt": "2026-01-01T00:00:00.000Z", "dueAt": "2026-01-01T00:01:00.000Z",
        "endedAt": "2026-01-01T00:01:00.000Z", "closeReason": "timeout", "attempts": 1, "label": "AGREE",
        "method": "Scripted", "replySent": true, "outcome": "replied", "error": null,
    });
    assert_eq!(recent, json!([open, finished]));
}

#[tokio::test]
async fn numbers_are_shown_in_full_where_the_operator_asks() {
    let route = |router: SmsRouter| with_all_routes(router.show_full_numbers(true));
    let service = serve(|builder| builder, route).await;
    service.post(event("1", MARIA, "office-phone-1", "Yes")).await;
    let recent = &page(&service).await["recent"][0];
    assert_eq!((&recent["sender"], &recent["line"]), (&json!(MARIA), &json!("office-phone-1")));
}

#[tokio::test]
async fn a_backlog_dead_batches_and_lost_workers_are_warned_of() {
    // No driver: nothing is handled by itself.
    let service = serve(|builder| builder, with_all_routes).await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW * 2).await;
    assert_eq!(page(&service).await["health"]["isHealthy"], true, "a minute late is no backlog yet");
    service.clock.advance(Duration::from_secs(1)).await;
    let health = page(&service).await["health"].clone();
    let warnings = json!(["backlog: 1 past due, the longest for 61 s"]);
    assert_eq!(health, json!({"isHealthy": false, "warnings": warnings}));

    service.classifier.then([ScriptedAnswer::FailForGood]);
    service.get(CRON_PATH, &[CRON]).await;
    let warnings = json!(["1 dead: look at their errors, and requeue them"]);
    assert_eq!(page(&service).await["health"], json!({"isHealthy": false, "warnings": warnings}));
}

#[tokio::test]
async fn an_open_batch_is_closed_now_and_a_finished_one_is_never_sent_again() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    let id = page(&service).await["recent"][0]["id"].clone();
    let expected = json!({
        "status": "success", "message": "0 brought back, 1 due now",
        "batches": [{"batchId": id, "requeuedAs": null}],
    });
    assert_eq!(requeue(&service, json!({"batchId": id})).await, (200, expected));
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes"]]);

    for wish in [json!({"batchId": id}), json!({"phoneNumber": MARIA})] {
        let (status, body) = requeue(&service, wish).await;
        assert_eq!((status, &body["status"]), (409, &json!("error")));
    }
    service.consolidator.settled().await;
    assert_eq!(service.sender.texts().len(), 1);
}

#[tokio::test]
async fn a_batch_in_flight_is_left_alone() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::Hang]);
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    let recent = page(&service).await["recent"][0].clone();
    assert_eq!(recent["state"], "claimed");
    assert_eq!(requeue(&service, json!({"batchId": recent["id"]})).await.0, 409);
    assert_eq!(requeue(&service, json!({"phoneNumber": MARIA})).await.0, 409);
}

#[tokio::test]
async fn a_dead_batch_is_brought_back_under_a_new_id() {
    let service = service().await;
    service.classifier.then([ScriptedAnswer::FailForGood]);
    service.post(sms("1", MARIA, "Yes")).await;
    pass(&service, WINDOW).await;
    let recent = page(&service).await["recent"][0].clone();
    assert_eq!((&recent["state"], &recent["replySent"]), (&json!("dead"), &json!(false)));
    assert!(recent["error"].as_str().unwrap().contains("scripted failure for good"));

    let (status, body) = requeue(&service, json!({"batchId": recent["id"]})).await;
    assert_eq!(status, 200);
    let revived = body["batches"][0]["requeuedAs"].clone();
    assert!(revived.is_string() && revived != recent["id"]);
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes"], ["Yes"]]);
    assert_eq!(service.sender.texts().len(), 1);
    assert_eq!(page(&service).await["recent"][0]["id"], revived);
    assert_eq!(requeue(&service, json!({"batchId": recent["id"]})).await.0, 404);
}

#[tokio::test]
async fn a_number_means_all_its_lines_unless_one_is_given_and_no_other_number() {
    let service = service().await;
    // The second number begins with the digits of the first.
    let (short, long) = ("+1555123", "+15551234");
    service.post(sms("1", short, "no line")).await;
    service.post(event("2", short, "a", "line a")).await;
    service.post(event("3", short, "ab", "line ab")).await;
    service.post(sms("4", long, "somebody else")).await;

    let count = |body: &Value| body["batches"].as_array().unwrap().len();
    let (status, body) = requeue(&service, json!({"phoneNumber": short, "line": "a"})).await;
    assert_eq!((status, count(&body)), (200, 1));
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["line a"]]);

    let (status, body) = requeue(&service, json!({"phoneNumber": "+1 (555) 123"})).await;
    assert_eq!((status, count(&body)), (200, 2));
    service.consolidator.settled().await;
    let mut handled = service.batches().concat();
    handled.sort();
    assert_eq!(handled, ["line a", "line ab", "no line"]);

    assert_eq!(requeue(&service, json!({"phoneNumber": short})).await.0, 409);
    assert_eq!(requeue(&service, json!({"phoneNumber": short, "line": "c"})).await.0, 404);
    assert_eq!(requeue(&service, json!({"phoneNumber": "+15551"})).await.0, 400);
}

#[tokio::test]
async fn a_request_that_names_nothing_is_400_and_one_that_names_nobody_404() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    let unknown = "01957f1e-8a3b-7c11-9d2e-0a1b2c3d4e5f";
    let check = async |body: &str, status: u16, says: &str| {
        let answer = service.call("POST", STATUS_PATH, &[ADMIN], body).await;
        assert_eq!((answer.status, &answer.body["status"]), (status, &json!("error")), "{body}");
        assert!(answer.message().contains(says), "{body}: {}", answer.message());
    };
    let either = "either `batchId` or `phoneNumber` is required";
    check("", 400, "not a request").await;
    check("{", 400, "not a request").await;
    check("[]", 400, "not a request").await;
    check(r#"{"phoneNumber":7}"#, 400, "not a request").await;
    check("{}", 400, either).await;
    check(r#"{"line":"a"}"#, 400, either).await;
    check(&format!(r#"{{"batchId":"{unknown}","phoneNumber":"{MARIA}"}}"#), 400, either).await;
    check(r#"{"batchId":"7"}"#, 400, "`batchId`: not a batch id").await;
    check(r#"{"phoneNumber":"+63abc"}"#, 400, "`phoneNumber`: not a phone number").await;
    check(&format!(r#"{{"phoneNumber":"{MARIA}","line":""}}"#), 400, "`line`: the address is empty").await;
    check(&format!(r#"{{"batchId":"{unknown}"}}"#), 404, "there is no such batch").await;
    check(r#"{"phoneNumber":"+15550000000"}"#, 404, "there is no batch of this number").await;
    check(&" ".repeat(300_000), 413, "the body is longer than").await;
    assert_eq!(page(&service).await["batches"]["open"], 1);
}

#[tokio::test]
async fn a_scheduler_handles_what_is_due() {
    let service = serve(|builder| builder, with_all_routes).await;
    for sender in 0..8 {
        service.post(sms("1", &format!("+6391712345{sender:02}"), "Yes")).await;
    }
    let call = async |path: &str| {
        let answer = service.get(path, &[CRON]).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    };
    let done = |processed: usize, failed: usize, time: &str| {
        json!({
            "success": true, "processed": processed, "failed": failed, "released": 0, "duration": 0,
            "timestamp": format!("2026-01-01T00:0{time}.000Z"),
        })
    };
    assert_eq!(call(CRON_PATH).await, done(0, 0, "0:00"), "nothing is due yet");
    service.clock.advance(WINDOW).await;
    service.classifier.then([ScriptedAnswer::FailForGood]);
    assert_eq!(call(CRON_PATH).await, done(4, 1, "1:00"), "five unless told otherwise");
    assert_eq!(call(&format!("{CRON_PATH}?limit=2")).await, done(2, 0, "1:00"));
    let posted = service.call("POST", CRON_PATH, &[CRON], "").await;
    assert_eq!(posted.body, done(1, 0, "1:00"));
    assert_eq!(service.sender.texts().len(), 7);

    for query in
        ["limit=0", "limit=1001", "limit=-1", "limit=x", "deadline=0", "deadline=901", "deadline=1.5"]
    {
        let answer = service.get(&format!("{CRON_PATH}?{query}"), &[CRON]).await;
        assert_eq!((answer.status, &answer.body["status"]), (400, &json!("error")), "{query}");
    }
}

#[tokio::test]
async fn what_a_scheduler_cannot_finish_in_time_is_given_back() {
    let service = serve(|builder| builder, with_all_routes).await;
    service.post(sms("1", MARIA, "Yes")).await;
    service.clock.advance(WINDOW).await;
    service.classifier.then([ScriptedAnswer::Hang]);
    let path = format!("{CRON_PATH}?deadline=3");
    let call = service.get(&path, &[CRON]);
    let time_passes = async {
        while service.batches().is_empty() {
            tokio::task::yield_now().await;
        }
        service.clock.advance(Duration::from_secs(3)).await;
    };
    let (answer, ()) = tokio::join!(call, time_passes);
    let counts = ["processed", "failed", "released", "duration"].map(|name| answer.body[name].clone());
    assert_eq!((answer.status, counts), (200, [0, 0, 1, 3_000].map(Value::from)));
    assert_eq!(service.get(CRON_PATH, &[CRON]).await.body["processed"], 1);
}
