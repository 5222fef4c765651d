//! The call of a scheduler, for hosts without a long-running process.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use serde::{Deserialize, Serialize};

use crate::answer::{failure, unavailable};
use crate::auth::{Token, guarded};
use crate::router::SmsConsolidator;

const DEFAULT_LIMIT: usize = 5;
const MAX_LIMIT: usize = 1_000;
const DEFAULT_DEADLINE_SECONDS: u64 = 50;
const MAX_DEADLINE_SECONDS: u64 = 15 * 60;

pub(crate) fn route(consolidator: SmsConsolidator, secret: &Token) -> MethodRouter {
    guarded(routing::get(process).post(process).with_state(consolidator), secret)
}

#[derive(Deserialize)]
struct Terms {
    /// The most batches.
    limit: Option<usize>,
    /// How long it may take, in seconds.
    deadline: Option<u64>,
}

#[derive(Serialize)]
struct Done {
    success: bool,
    processed: usize,
    failed: usize,
    released: usize,
    /// In milliseconds.
    duration: u64,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

async fn process(
    State(consolidator): State<SmsConsolidator>,
    terms: Result<Query<Terms>, QueryRejection>,
) -> Response {
    let Ok(Query(Terms { limit, deadline })) = terms else {
        return failure(StatusCode::BAD_REQUEST, "`limit` and `deadline` are whole numbers");
    };
    let (limit, seconds) = (limit.unwrap_or(DEFAULT_LIMIT), deadline.unwrap_or(DEFAULT_DEADLINE_SECONDS));
    if !(1..=MAX_LIMIT).contains(&limit) {
        return failure(StatusCode::BAD_REQUEST, format!("`limit` is 1 to {MAX_LIMIT} batches"));
    }
    if !(1..=MAX_DEADLINE_SECONDS).contains(&seconds) {
        return failure(
            StatusCode::BAD_REQUEST,
            format!("`deadline` is 1 to {MAX_DEADLINE_SECONDS} seconds"),
        );
    }
    let started = consolidator.clock().now();
    let handled = consolidator.process_due(limit, Duration::from_secs(seconds)).await;
    let maintained = consolidator.maintain().await;
    let now = consolidator.clock().now();
    let mut done = Done {
        success: true,
        processed: 0,
        failed: 0,
        released: 0,
        duration: u64::try_from(now.since(started).as_millis()).unwrap_or(u64::MAX),
        timestamp: now.to_string(),
        error: None,
    };
    if let Ok(processed) = &handled {
        (done.processed, done.failed, done.released) =
            (processed.processed, processed.failed, processed.released);
    }
    let Err(error) = handled.and(maintained.map(|_| ())) else {
        return Json(done).into_response();
    };
    done.success = false;
    done.error = Some(error.to_string());
    unavailable(Json(done))
}
