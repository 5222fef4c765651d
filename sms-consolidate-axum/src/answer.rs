//! Answers that all routes share.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// When to try again, in seconds: long enough for a full store to have handled something.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("10");

#[derive(Serialize)]
struct Failure {
    status: &'static str,
    message: String,
}

/// `{"status":"error","message":…}`.
pub(crate) fn failure(status: StatusCode, message: impl Into<String>) -> Response {
    (status, Json(Failure { status: "error", message: message.into() })).into_response()
}

/// 503, and when to try again.
pub(crate) fn unavailable(body: impl IntoResponse) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER_SECONDS)], body).into_response()
}

/// 503 with the usual body.
pub(crate) fn try_later(message: impl Into<String>) -> Response {
    unavailable(Json(Failure { status: "error", message: message.into() }))
}
