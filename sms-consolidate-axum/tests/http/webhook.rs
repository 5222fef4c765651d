//! Webhooks over real HTTP on a loopback port, with the driver on a fake clock.

use std::time::Duration;

use axum::Router;
use serde_json::{Value, json};
use sms_consolidate::MemoryStore;
use sms_consolidate::testing::{Fault, FaultyStore, Operation};
use sms_consolidate_axum::{SmsRouter, WEBHOOK_PATH};
use sms_consolidate_providers::inbound::SmsMobileApi;

use crate::kit::{ADMIN, MARIA, WINDOW, event, serve, service, sms, with_all_routes};

const AGREED: &str = "Thanks for confirming! See you soon.";

#[tokio::test]
async fn three_messages_become_one_batch_one_classification_one_reply() {
    let service = service().await;
    for (guid, text) in [("1", "Yes"), ("2", "I can help"), ("3", "Thanks")] {
        let answer = service.post(sms(guid, MARIA, text)).await;
        assert_eq!(answer.status, 200);
        let expected = json!({
            "status": "success", "message": "1 stored", "message_count": 1, "processed": 1, "skipped": 0
        });
        assert_eq!(answer.body, expected);
    }
    service.clock.advance(WINDOW - Duration::from_millis(1)).await;
    service.consolidator.settled().await;
    assert!(service.batches().is_empty());
    service.clock.advance(Duration::from_millis(1)).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes", "I can help", "Thanks"]]);
    assert_eq!(service.sender.texts(), [AGREED]);
}

#[tokio::test]
async fn the_probe_says_ok_and_what_time_it_is() {
    let service = service().await;
    let answer = service.get(WEBHOOK_PATH, &[]).await;
    assert_eq!(answer.status, 200);
    let expected = json!({
        "status": "ok", "message": "ready for messages", "timestamp": "2026-01-01T00:00:00.000Z"
    });
    assert_eq!(answer.body, expected);
    assert_eq!(service.call("PUT", WEBHOOK_PATH, &[], "").await.status, 405);
    assert_eq!(service.get("/api/webhook", &[]).await.status, 404);
}

#[tokio::test]
async fn a_guid_that_comes_again_is_skipped_and_counted() {
    let service = service().await;
    service.post(sms("1", MARIA, "Yes")).await;
    let again = service.post(sms("1", MARIA, "Yes")).await;
    assert_eq!(again.status, 200);
    assert_eq!((&again.body["processed"], &again.body["skipped"]), (&json!(0), &json!(1)));
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes"]]);
    assert_eq!(service.consolidator.stats().await.unwrap().totals.duplicates, 1);
    // Still so once the batch is finished.
    assert_eq!(service.post(sms("1", MARIA, "Yes")).await.body["skipped"], 1);
}

#[tokio::test]
async fn of_a_list_the_good_ones_are_accepted_and_the_bad_one_is_named() {
    let service = service().await;
    let list = json!({"messages": [
        {"guid": "1", "number": MARIA, "message": "Yes"},
        {"guid": "2", "message": "from nobody"},
        {"guid": "3", "number": MARIA, "message": "Thanks"},
    ]})
    .to_string();
    let errors = json!([{"index": 1, "message": "`number` is missing"}]);
    let first = service.post(&list).await;
    assert_eq!(first.status, 200);
    let expected = json!({
        "status": "success", "message": "2 stored", "message_count": 3, "processed": 2, "skipped": 0,
        "errors": errors,
    });
    assert_eq!(first.body, expected);
    // A redelivery of the whole list is no failure either: what is good in it was stored.
    let again = service.post(&list).await;
    assert_eq!(again.status, 200);
    assert_eq!((&again.body["skipped"], &again.body["errors"]), (&json!(2), &errors));
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["Yes", "Thanks"]]);
}

#[tokio::test]
async fn what_the_core_refuses_for_good_is_an_error_of_its_element() {
    let service = serve(|builder| builder.max_text_bytes(5), with_all_routes).await;
    let list = json!({"messages": [
        {"guid": "1"},
        {"guid": "2", "number": MARIA, "message": "much too long"},
        {"guid": "3", "number": MARIA, "message": "Yes"},
        {"guid": "4", "number": MARIA, "message": "too long"},
    ]});
    let answer = service.post(list.to_string()).await;
    assert_eq!(answer.status, 200);
    let expected = json!([
        {"index": 0, "message": "`number` is missing"},
        {"index": 1, "message": "the text has 13 bytes; at most 5 are accepted"},
        {"index": 3, "message": "the text has 8 bytes; at most 5 are accepted"},
    ]);
    assert_eq!((&answer.body["processed"], &answer.body["errors"]), (&json!(1), &expected));
    let alone = service.post(sms("5", MARIA, "too long")).await;
    assert_eq!(alone.status, 422);
    assert_eq!(alone.message(), "the text has 8 bytes; at most 5 are accepted");
}

/// Every bad input: the status, and what the message says.
fn bad_inputs() -> Vec<(&'static str, Vec<u8>, u16, &'static str)> {
    let field = |name: &str, value: Value| {
        let mut body = json!({"guid": "bad", "number": MARIA, "message": "Hi"});
        body[name] = value;
        body.to_string().into_bytes()
    };
    let half =
        |name: &str| String::from_utf8(field(name, json!("@"))).unwrap().replace('@', r"\ud83d").into();
    let ten_thousand: Vec<_> =
        (0..10_000).map(|i| json!({"guid": format!("g{i}"), "number": MARIA, "message": "Hi"})).collect();
    let ten_thousand = json!({ "messages": ten_thousand }).to_string().into_bytes();
    let too_long = "the body is longer than 262144 bytes";
    vec![
        ("empty body", Vec::new(), 400, "the body is empty"),
        ("blank body", b" \n".to_vec(), 400, "the body is empty"),
        ("not JSON", b"number=1&message=2".to_vec(), 400, "malformed: expected ident at line 1 column 3"),
        ("cut off", b"{\"guid\": \"1\", \"number\"".to_vec(), 400, "malformed: EOF while parsing"),
        ("not UTF-8", b"{\"guid\": \"\xff\"}".to_vec(), 400, "the body is not UTF-8 at byte 10"),
        ("no object", b"[]".to_vec(), 422, "`body` must be an object, not an array"),
        ("nothing in it", b"{}".to_vec(), 422, "`guid` is missing"),
        ("id of another type", field("guid", json!(7)), 422, "`guid` must be a string, not a number"),
        (
            "sender of another type",
            field("number", json!([])),
            422,
            "`number` must be a string, not an array",
        ),
        (
            "text of another type",
            field("message", json!({})),
            422,
            "`message` must be a string, not an object",
        ),
        ("no text", field("message", Value::Null), 422, "`message` is missing"),
        (
            "list of another type",
            br#"{"messages": 7}"#.to_vec(),
            422,
            "`messages` must be an array, not a number",
        ),
        (
            "list of bad ones",
            br#"{"messages": [7, {}]}"#.to_vec(),
            422,
            "element 0: `element` must be an object",
        ),
        ("1 MB", field("message", json!("x".repeat(1024 * 1024))), 413, too_long),
        ("10,000 messages", ten_thousand, 413, too_long),
        ("NUL in the sender", field("number", json!("a\0b")), 422, "`number` is no address"),
        ("half an emoji in the sender", half("number"), 422, "`number` cannot be read"),
        ("half an emoji in the id", half("guid"), 422, "`guid` cannot be read"),
        ("a number that is none", field("number", json!("+63abc")), 422, "`number` is no address"),
        (
            "10 KB guid",
            field("guid", json!("x".repeat(10 * 1024))),
            422,
            "`guid` has 10240 bytes; at most 512",
        ),
    ]
}

#[tokio::test]
async fn every_bad_input_is_answered_and_disturbs_nothing() {
    let service = service().await;
    let mut expected = Vec::new();
    for (name, body, status, says) in bad_inputs() {
        let before = service.post(sms(&format!("{name}, before"), MARIA, "before")).await;
        let answer = service.post(&body).await;
        let after = service.post(sms(&format!("{name}, after"), MARIA, "after")).await;
        assert_eq!((answer.status, before.status, after.status), (status, 200, 200), "{name}");
        assert_eq!(answer.body["status"], "error", "{name}");
        assert!(answer.message().contains(says), "{name}: {}", answer.message());
        expected.push(vec!["before".to_owned(), "after".to_owned()]);
        service.clock.advance(WINDOW).await;
        service.consolidator.settled().await;
        assert_eq!(service.batches(), expected, "{name}");
    }
    let stats = service.consolidator.stats().await.unwrap();
    assert_eq!(stats.totals.accepted, 2 * expected.len() as u64);
    assert_eq!(stats.counts.messages_buffered, 0);
}

#[tokio::test]
async fn odd_texts_and_times_are_accepted() {
    let service = service().await;
    let half = sms("half", MARIA, "ok @").replace('@', r"\ud83d");
    let year_9999 = json!({"type": "sms.received", "data": {
        "guid": "9999", "from": MARIA, "message": "from the future", "received_at": "9999-12-31T23:59:59Z",
    }});
    let bodies = [sms("nul", MARIA, "a\0b"), sms("empty", MARIA, ""), half, year_9999.to_string()];
    for body in bodies {
        let answer = service.post(&body).await;
        assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(1)), "{body}");
    }
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["a\0b", "", "ok \u{fffd}\u{fffd}\u{fffd}", "from the future"]]);
}

#[tokio::test]
async fn calls_without_messages_are_acknowledged() {
    let service = service().await;
    for body in [r#"{"messages":[]}"#, r#"{"type":"sms.sent","data":{}}"#] {
        let answer = service.post(body).await;
        assert_eq!(answer.status, 200, "{body}");
        let expected = json!({
            "status": "success", "message": "nothing to store", "message_count": 0, "processed": 0, "skipped": 0
        });
        assert_eq!(answer.body, expected, "{body}");
    }
}

#[tokio::test]
async fn a_body_may_be_as_long_as_the_limit_also_in_chunks() {
    let body = sms("1", MARIA, &"x".repeat(1_000));
    let limit = body.len();
    let limited =
        |limit| serve(|builder| builder, move |router: SmsRouter| with_all_routes(router.body_limit(limit)));
    let service = limited(limit).await;
    assert_eq!(service.post(&body).await.status, 200);
    assert_eq!(service.post_chunked(body.as_bytes()).await.body["skipped"], 1);
    let service = limited(limit - 1).await;
    assert_eq!(service.post(&body).await.status, 413);
    assert_eq!(service.post_chunked(body.as_bytes()).await.status, 413);
    assert_eq!(service.post_chunked(&vec![b'x'; 1024 * 1024]).await.status, 413);
    assert_eq!(service.consolidator.stats().await.unwrap().totals.accepted, 0);
}

#[tokio::test]
async fn who_sends_far_too_much_still_sees_the_answer() {
    // More than the buffers of a connection hold: it would be reset if the rest were left unread.
    let service = service().await;
    let body = vec![b'x'; 8 * 1024 * 1024];
    assert_eq!(service.post(&body).await.status, 413);
    assert_eq!(service.post_chunked(&body).await.status, 413);
}

#[tokio::test]
async fn ten_thousand_messages_are_taken_where_the_limit_allows() {
    let route = |router: SmsRouter| with_all_routes(router.body_limit(2 * 1024 * 1024));
    let service = serve(|builder| builder, route).await;
    let list: Vec<_> = (0..10_000)
        .map(|i| json!({"guid": i.to_string(), "number": format!("+63917{:07}", i % 2_000), "message": "Hi"}))
        .collect();
    let answer = service.post(json!({ "messages": list }).to_string()).await;
    assert_eq!(answer.status, 200);
    assert_eq!((&answer.body["message_count"], &answer.body["processed"]), (&json!(10_000), &json!(10_000)));
    assert_eq!(service.consolidator.stats().await.unwrap().counts.messages_buffered, 10_000);
}

#[tokio::test]
async fn a_full_store_answers_503_and_loses_nothing_that_it_accepted() {
    let full_at_3 = |builder: sms_consolidate::Builder<_, _>| {
        builder.store(MemoryStore::builder().max_messages(3).build())
    };
    let service = serve(full_at_3, with_all_routes).await;
    service.consolidator.start();
    let list: Vec<_> =
        (1..=5).map(|i| json!({"guid": i.to_string(), "number": MARIA, "message": i.to_string()})).collect();
    let list = json!({ "messages": list }).to_string();

    let part = service.post(&list).await;
    assert_eq!((part.status, part.header("retry-after")), (503, Some("10")));
    let counts = |body: &Value| (body["processed"].clone(), body["skipped"].clone());
    assert_eq!(counts(&part.body), (json!(3), json!(0)));
    assert_eq!(part.message(), "no room: the store holds as many messages as it may");
    let single = service.post(sms("6", MARIA, "6")).await;
    assert_eq!((single.status, single.header("retry-after")), (503, Some("10")));

    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["1", "2", "3"]]);
    let rest = service.post(&list).await;
    assert_eq!((rest.status, counts(&rest.body)), (200, (json!(2), json!(3))));
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches()[1], ["4", "5"]);
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_503_and_what_it_took_all_the_same_is_known_the_next_time() {
    let store = FaultyStore::new(MemoryStore::new());
    let faults = store.clone();
    let service = serve(|builder| builder.store(store), with_all_routes).await;
    service.consolidator.start();
    for (guid, fault, counts) in [("1", Fault::Before, (1, 0)), ("2", Fault::After, (0, 1))] {
        faults.fail(Operation::Append, fault, 1);
        let failed = service.post(sms(guid, MARIA, guid)).await;
        assert_eq!((failed.status, failed.header("retry-after")), (503, Some("10")));
        assert_eq!(failed.message(), "the store is unavailable: scripted failure");
        let again = service.post(sms(guid, MARIA, guid)).await;
        assert_eq!(again.status, 200);
        assert_eq!((&again.body["processed"], &again.body["skipped"]), (&json!(counts.0), &json!(counts.1)));
    }
    service.clock.advance(WINDOW).await;
    service.consolidator.settled().await;
    assert_eq!(service.batches(), [["1", "2"]]);
}

#[tokio::test]
async fn a_service_that_is_stopping_answers_503() {
    let service = service().await;
    service.consolidator.shutdown(Duration::from_secs(1)).await.unwrap();
    let answer = service.post(sms("1", MARIA, "Yes")).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("10")));
    assert_eq!(answer.message(), "the consolidator is shutting down");
}

#[tokio::test]
async fn with_a_secret_only_signed_calls_are_accepted() {
    let gateway = SmsMobileApi::signed("whsec_test").unwrap();
    let service = serve(|builder| builder, |router| router.webhook(gateway).into_router()).await;
    let body = r#"{"type":"sms.received","data":{"guid":"s1","from":"+639171234567","message":"Yes"}}"#;
    // printf '%s' "1767225600.$body" | openssl dgst -sha256 -hmac whsec_test
    let signature = "v1=57d91fb7b3d917d680925bbdae0a148731e4b1ad8c5f0498c292baacecb95d11";
    let time = ("X-SMSMobileAPI-Timestamp", "1767225600");
    let call = async |headers: &[(&str, &str)], body: &str| {
        let answer = service.call("POST", WEBHOOK_PATH, headers, body).await;
        (answer.status, service.consolidator.stats().await.unwrap().totals.accepted)
    };
    assert_eq!(call(&[], body).await, (401, 0));
    assert_eq!(call(&[], &sms("1", MARIA, "Yes")).await, (401, 0));
    assert_eq!(call(&[time, ("X-SMSMobileAPI-Signature", "v1=00")], body).await, (401, 0));
    let signed = [time, ("X-SMSMobileAPI-Signature", signature)];
    assert_eq!(call(&signed, &body.replace("Yes", "No")).await, (401, 0));
    assert_eq!(call(&signed, body).await, (200, 1));
    service.clock.advance(Duration::from_secs(301)).await;
    assert_eq!(call(&signed, body).await, (401, 1));
}

#[tokio::test]
async fn the_routes_can_be_nested_and_renamed() {
    let nested = |router| Router::new().nest("/sms", with_all_routes(router));
    let service = serve(|builder| builder, nested).await;
    let path = format!("/sms{WEBHOOK_PATH}");
    let answer = service.call("POST", &path, &[], sms("1", MARIA, "Yes")).await;
    assert_eq!((answer.status, &answer.body["processed"]), (200, &json!(1)));
    assert_eq!(service.get(WEBHOOK_PATH, &[]).await.status, 404);

    let renamed = |router: SmsRouter| {
        let router = router.admin_token("admin-token").webhook_at("/in", SmsMobileApi::unsigned());
        let named = Router::new()
            .route("/texts", router.webhook_route(SmsMobileApi::unsigned()))
            .route("/state", router.status_route().unwrap());
        assert!(router.cron_route().is_none());
        named.merge(router.into_router())
    };
    let service = serve(|builder| builder, renamed).await;
    let post = async |path: &str| service.call("POST", path, &[], event("1", MARIA, "office", "Yes")).await;
    assert_eq!(post("/texts").await.body["processed"], 1);
    assert_eq!(post("/in").await.body["skipped"], 1);
    assert_eq!(service.get("/state", &[ADMIN]).await.status, 200);
    assert_eq!(service.get("/state", &[]).await.status, 401);
}
