//! The router, with everything behind it: `METHOD path?query` in the first line, the `Authorization` header in the
//! second, then the body.
#![no_main]

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sms_consolidate::store::Filter;
use sms_consolidate::{Consolidator, Conversation, FakeClock, OptOut, Receipt, RuleClassifier, SmsMessage};
use sms_consolidate_axum::{CRON_PATH, STATUS_PATH, SmsRouter, WEBHOOK_PATH};
use sms_consolidate_fuzz::line;
use sms_consolidate_providers::inbound::SmsMobileApi;
use tokio::runtime::Runtime;
use tower::ServiceExt;

const BEARER: &str = "Bearer secret";
const BODY_LIMIT: usize = 2_000;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().build().expect("a runtime"));

fuzz_target!(|input: &[u8]| {
    let mut body = input;
    let (request_line, authorization) = (line(&mut body), line(&mut body));
    let Some((method, uri)) = method_and_uri(request_line) else { return };
    let Ok(authorization) = HeaderValue::from_bytes(authorization) else { return };
    RUNTIME.block_on(check(&method, &uri, &authorization, body));
});

fn method_and_uri(line: &[u8]) -> Option<(Method, Uri)> {
    let (method, uri) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let uri: Uri = uri.parse().ok()?;
    Some((method.parse().ok()?, uri)).filter(|(_, uri)| uri.path().starts_with('/'))
}

async fn check(method: &Method, uri: &Uri, authorization: &HeaderValue, body: &[u8]) {
    let consolidator = consolidator();
    let gateway = SmsMobileApi::unsigned();
    let app = SmsRouter::new(consolidator.clone()).webhook(gateway).body_limit(BODY_LIMIT);
    let app = app.admin_token("secret").cron_secret("secret").into_router();

    let (status, answer) = call(&app, method, uri, authorization, body).await;
    assert!(matches!(status.as_u16(), 200 | 400 | 401 | 404 | 405 | 409 | 413 | 422), "{status}");
    let is_admin = [STATUS_PATH, CRON_PATH].contains(&uri.path());
    assert!(status != StatusCode::OK || !is_admin || is_bearer(authorization));
    if body.len() > BODY_LIMIT && uri.path() == WEBHOOK_PATH && method == Method::POST {
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    if uri.path() == WEBHOOK_PATH {
        let (again, redelivered) = call(&app, method, uri, authorization, body).await;
        assert_eq!(again, status);
        assert!(redelivered["processed"].as_u64().unwrap_or(0) == 0, "{answer} {redelivered}");
    }
    everything_ends(&app, &consolidator, &answer).await;
}

/// Handles what the call has left, and looks at the status page, which shows nobody's number.
async fn everything_ends(
    app: &Router,
    consolidator: &Consolidator<Conversation, SmsMessage>,
    answer: &Value,
) {
    consolidator.flush_all().await.expect("the store is in memory");
    let bearer = HeaderValue::from_static(BEARER);
    let cron = Uri::from_static("/api/cron/process-sms-batches?limit=1000");
    let (status, done) = call(app, &Method::POST, &cron, &bearer, b"").await;
    assert_eq!((status, &done["success"]), (StatusCode::OK, &Value::Bool(true)), "{done}");
    let (status, page) = call(app, &Method::GET, &Uri::from_static(STATUS_PATH), &bearer, b"").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(page["batches"]["finished"], page["batches"]["total"], "{page}");
    assert_eq!(page["messages"]["handled"], page["messages"]["accepted"], "{page}");
    let shown = format!("{answer} {page}");
    for record in consolidator.list(&Filter::newest(100)).await.expect("the store is in memory") {
        let sender = record.key.sender();
        assert!(!sender.is_number() || !shown.contains(&sender.to_string()), "{sender} in {shown}");
    }
}

fn consolidator() -> Consolidator<Conversation, SmsMessage> {
    let builder = Consolidator::builder().classifier(RuleClassifier::default()).opt_out(OptOut::sms());
    let builder = builder.clock(FakeClock::default()).send_fn(|_| async { Ok(Receipt::default()) });
    builder.build().expect("settings that work")
}

/// The scheme is told in any case, and spaces around the token do not count.
fn is_bearer(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else { return false };
    text.split_at_checked(7).is_some_and(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("Bearer ") && token.trim_ascii() == "secret"
    })
}

/// The status and the JSON of the answer; null if it is none.
async fn call(
    app: &Router,
    method: &Method,
    uri: &Uri,
    authorization: &HeaderValue,
    body: &[u8],
) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(uri).header(AUTHORIZATION, authorization);
    let request = request.body(Body::from(body.to_vec())).expect("its parts are valid");
    let Ok(response) = app.clone().oneshot(request).await;
    let status = response.status();
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let body = response.into_body().collect().await.expect("the body is in memory").to_bytes();
    let answer = if is_json && *method != Method::HEAD {
        serde_json::from_slice(&body).expect("what is called JSON is JSON")
    } else {
        Value::Null
    };
    (status, answer)
}
