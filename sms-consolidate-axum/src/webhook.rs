//! Messages in: one handler for every gateway.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use serde::Serialize;
use sms_consolidate::store::StoreError;
use sms_consolidate::{OptOutCause, OptOutChange, PushError, Pushed, Timestamp};
use sms_consolidate_providers::inbound::{
    Answer, FieldError, Inbound, InboundRequest, Parsed, Preference, Rejection, Unauthorized,
};

use crate::answer::{failure, try_later, unavailable};
use crate::body;
use crate::ignored::IgnoredEvents;
use crate::router::SmsConsolidator;

struct Webhook {
    consolidator: SmsConsolidator,
    gateway: Arc<dyn Inbound>,
    body_limit: usize,
    ignored: IgnoredEvents,
}

pub(crate) fn route(
    consolidator: SmsConsolidator,
    gateway: Arc<dyn Inbound>,
    body_limit: usize,
    ignored: IgnoredEvents,
) -> MethodRouter {
    let webhook = Arc::new(Webhook { consolidator, gateway, body_limit, ignored });
    routing::head(probe).get(receive).post(receive).with_state(webhook)
}

#[derive(Serialize)]
struct Ready {
    status: &'static str,
    message: &'static str,
    timestamp: String,
}

async fn probe(State(webhook): State<Arc<Webhook>>) -> Json<Ready> {
    let timestamp = webhook.consolidator.clock().now().to_string();
    Json(Ready { status: "ok", message: "ready for messages", timestamp })
}

async fn receive(State(webhook): State<Arc<Webhook>>, request: Request) -> Response {
    let is_get = request.method() == Method::GET;
    match webhook.read(request).await {
        Ok(parsed) if is_get && parsed.is_empty() && parsed.answer.is_none() => {
            probe(State(webhook)).await.into_response()
        }
        Ok(parsed) => store(&webhook, parsed).await,
        Err(refused) => refused,
    }
}

impl Webhook {
    /// What the call holds, or the answer to one that is refused.
    async fn read(&self, request: Request) -> Result<Parsed, Response> {
        let (parts, body) = request.into_parts();
        let (clock, gateway) = (self.consolidator.clock(), self.gateway.name());
        let body = body::read(body, self.body_limit, clock.as_ref()).await.map_err(|error| {
            tracing::warn!(gateway, status = error.status().as_u16(), %error, "WEBHOOK REFUSED");
            error.answer()
        })?;
        // In a nested router `parts.uri` lacks the prefix.
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |original| &original.0);
        let request = InboundRequest::new(&parts.method, uri, &parts.headers, &body);
        let now = clock.now();
        let parsed = match parts.method {
            Method::GET => self.gateway.parse_get(&request, now),
            _ => self.gateway.parse(&request, now),
        };
        parsed.map_err(|rejection| {
            let status = rejection.status().as_u16();
            // A gateway that waits to be asked for its password comes without it each time.
            if matches!(rejection, Rejection::Unauthorized(Unauthorized::NoCredentials)) {
                tracing::debug!(gateway, status, error = %rejection, "WEBHOOK REFUSED");
            } else {
                tracing::warn!(gateway, status, error = %rejection, "WEBHOOK REFUSED");
            }
            refuse(&rejection)
        })
    }
}

/// Why one element of a list was not accepted.
#[derive(Serialize)]
struct ElementError {
    index: usize,
    message: String,
}

impl ElementError {
    fn of(error: &FieldError) -> Option<Self> {
        Some(Self { index: error.index?, message: format!("`{}` {}", error.field, error.problem) })
    }
}

fn refuse(rejection: &Rejection) -> Response {
    let mut response = refusal(rejection);
    if let Some(challenge) = rejection.challenge() {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn refusal(rejection: &Rejection) -> Response {
    let errors: Vec<_> = match rejection {
        Rejection::Unprocessable(errors) => errors.iter().filter_map(ElementError::of).collect(),
        _ => Vec::new(),
    };
    if errors.is_empty() {
        return failure(rejection.status(), rejection.to_string());
    }
    let message_count = errors.len();
    let receipt = Receipt { errors, message_count, ..Receipt::new("error", rejection.to_string()) };
    (rejection.status(), Json(receipt)).into_response()
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The receipt of nearly every call, of one new message. Writing it anew each time costs as much as reading the body.
const ONE_STORED: &[u8] =
    br#"{"status":"success","message":"1 stored","message_count":1,"processed":1,"skipped":0}"#;

/// What became of the messages of one call.
#[derive(Serialize)]
struct Receipt {
    status: &'static str,
    message: Cow<'static, str>,
    message_count: usize,
    processed: usize,
    skipped: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ElementError>,
}

impl Receipt {
    fn new(status: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            message: message.into(),
            message_count: 0,
            processed: 0,
            skipped: 0,
            errors: Vec::new(),
        }
    }
}

async fn store(webhook: &Webhook, parsed: Parsed) -> Response {
    let Webhook { consolidator, gateway, ignored, .. } = webhook;
    let holds_news = !parsed.preferences.is_empty();
    if let Err(error) = record(consolidator, parsed.preferences).await {
        tracing::warn!(gateway = gateway.name(), %error, "OPT-OUT NOT RECORDED");
        return try_later(error.to_string());
    }
    let mut receipt = Receipt::new("success", "");
    receipt.message_count = parsed.messages.len() + parsed.errors.len();
    receipt.errors = parsed.errors.iter().filter_map(ElementError::of).collect();
    let mut try_again = None;
    let mut note = |index, result: Result<Pushed, PushError>| match result {
        Ok(pushed) if pushed.is_duplicate() => receipt.skipped += 1,
        Ok(_) => receipt.processed += 1,
        Err(error) if error.is_retryable() => try_again = Some(error),
        Err(error) => receipt.errors.push(ElementError { index, message: error.to_string() }),
    };
    let mut messages = parsed.messages;
    if messages.len() == 1
        && let Some(only) = messages.pop()
    {
        note(only.index, consolidator.push(only.conversation, only.message).await);
    } else {
        let indices: Vec<_> = messages.iter().map(|message| message.index).collect();
        let messages = messages.into_iter().map(|message| (message.conversation, message.message));
        let results = consolidator.push_many(messages.collect()).await;
        indices.into_iter().zip(results).for_each(|(index, result)| note(index, result));
    }
    receipt.errors.sort_by_key(|error| error.index);
    if let Some(first) = receipt.errors.first() {
        let (gateway, refused) = (gateway.name(), receipt.errors.len());
        tracing::warn!(gateway, refused, index = first.index, error = first.message, "MESSAGES REFUSED");
    }
    if try_again.is_none() {
        ignored.add(gateway.name(), &parsed.ignored);
    }
    answer(receipt, try_again, holds_news, parsed.answer)
}

/// Who has opted out or in is recorded before anything is stored of the same call, and is the same when the call comes
/// again.
async fn record(consolidator: &SmsConsolidator, preferences: Vec<Preference>) -> Result<(), StoreError> {
    for Preference { conversation, opted_out, as_of, .. } in newest(preferences) {
        let change = OptOutChange::new(opted_out, OptOutCause::Gateway);
        let change = as_of.map_or(change, |at| change.as_of(at));
        consolidator.set_opted_out(&conversation, change).await?;
    }
    Ok(())
}

/// The newest word on each conversation, of equally new ones the last; one without a time is as of now. A change is known
/// from when it is recorded, so that an older word of the same call would make the newest look outdated.
fn newest(mut preferences: Vec<Preference>) -> Vec<Preference> {
    preferences.sort_by_key(|preference| preference.as_of.unwrap_or(Timestamp::MAX));
    preferences.reverse();
    let mut known = HashSet::new();
    preferences.retain(|preference| known.insert(preference.conversation.clone()));
    preferences.reverse();
    preferences
}

fn answer(
    mut receipt: Receipt,
    try_again: Option<PushError>,
    holds_news: bool,
    wanted: Option<Answer>,
) -> Response {
    if let Some(error) = try_again {
        receipt.status = "error";
        receipt.message = error.to_string().into();
        return unavailable(Json(receipt));
    }
    let stored = receipt.processed + receipt.skipped;
    if stored == 0 && !holds_news && !receipt.errors.is_empty() {
        receipt.status = "error";
        receipt.message = receipt.errors[0].message.clone().into();
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(receipt)).into_response();
    }
    if let Some(wanted) = wanted {
        return ([(header::CONTENT_TYPE, wanted.content_type)], wanted.body).into_response();
    }
    if (receipt.message_count, receipt.processed) == (1, 1) {
        let mut response = Response::new(Body::from(ONE_STORED));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        return response;
    }
    receipt.message = match (receipt.processed, receipt.skipped) {
        (0, 0) => "nothing to store".into(),
        (new, 0) => format!("{new} stored").into(),
        (new, old) => format!("{new} stored, {old} known already").into(),
    };
    Json(receipt).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_receipt_says_what_a_written_one_would() {
        let receipt = Receipt::new("success", "1 stored");
        let receipt = Receipt { message_count: 1, processed: 1, ..receipt };
        assert_eq!(serde_json::to_vec(&receipt).unwrap(), ONE_STORED);
    }
}
