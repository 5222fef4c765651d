//! What is going on, and bringing batches forward or back.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{self, MethodRouter};
use serde::Serialize;
use sms_consolidate::lane::CloseReason;
use sms_consolidate::store::{Filter, Outcome, Record, Status, StoreError};
use sms_consolidate::{Conversation, Key, Stats, Timestamp, mask};

use crate::answer::try_later;
use crate::auth::{Token, guarded};
use crate::ignored::{IgnoredCount, IgnoredEvents};
use crate::router::SmsConsolidator;

mod requeue;

/// How many of the most recent batches are shown.
const RECENT: usize = 20;

/// How late a batch may be before that is worth a warning. Shorter backlogs are the everyday life of a driver.
const LATE_MS: u64 = 60_000;

/// Says what is wrong with a part of the service.
pub(crate) type HealthCheck = Arc<dyn Fn() -> Vec<String> + Send + Sync>;

pub(crate) struct Desk {
    pub(crate) consolidator: SmsConsolidator,
    pub(crate) body_limit: usize,
    pub(crate) shows_full_numbers: bool,
    pub(crate) health_checks: Vec<HealthCheck>,
    pub(crate) ignored: IgnoredEvents,
}

pub(crate) fn route(desk: Desk, token: &Token) -> MethodRouter {
    guarded(routing::get(show).post(requeue).with_state(Arc::new(desk)), token)
}

async fn requeue(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    requeue::handle(&desk.consolidator, request.into_body(), desk.body_limit).await
}

async fn show(State(desk): State<Arc<Desk>>) -> Response {
    match page(&desk).await {
        Ok(page) => Json(page).into_response(),
        Err(error) => try_later(error.to_string()),
    }
}

async fn page(desk: &Desk) -> Result<Page, StoreError> {
    let consolidator = &desk.consolidator;
    let stats = consolidator.stats().await?;
    let recent = consolidator.list(&Filter::newest(RECENT)).await?;
    Ok(Page {
        timestamp: consolidator.clock().now().to_string(),
        batches: Batches::of(&stats),
        messages: Messages::of(&stats),
        replies: Replies::of(&stats),
        opt_outs: OptOuts::of(&stats),
        ignored: desk.ignored.counts().iter().map(IgnoredRow::of).collect(),
        recent: recent.iter().map(|record| Recent::of(record, desk.shows_full_numbers)).collect(),
        health: Health::of(&stats, &desk.health_checks),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    timestamp: String,
    batches: Batches,
    messages: Messages,
    replies: Replies,
    opt_outs: OptOuts,
    ignored: Vec<IgnoredRow>,
    recent: Vec<Recent>,
    health: Health,
}

/// Senders who have opted out now; how often one did, and opted in again, since this process started.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OptOuts {
    now: u64,
    out: u64,
    back_in: u64,
}

impl OptOuts {
    fn of(stats: &Stats) -> Self {
        let totals = &stats.totals;
        Self { now: stats.counts.opted_out, out: totals.opted_out, back_in: totals.opted_in }
    }
}

/// Events that a gateway's webhook has acknowledged and not taken in since this process started.
#[derive(Serialize)]
struct IgnoredRow {
    gateway: &'static str,
    kind: &'static str,
    count: u64,
}

impl IgnoredRow {
    fn of(row: &IgnoredCount) -> Self {
        Self { gateway: row.gateway, kind: row.kind.as_str(), count: row.count }
    }
}

/// What the store holds, finished batches as far as they are still kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Batches {
    total: u64,
    open: u64,
    closed: u64,
    claimed: u64,
    retrying: u64,
    finished: u64,
    dead: u64,
    in_flight_here: usize,
}

impl Batches {
    fn of(stats: &Stats) -> Self {
        let counts = &stats.counts;
        let unfinished = counts.open + counts.closed + counts.claimed + counts.retrying;
        Self {
            total: unfinished + counts.finished + counts.dead,
            open: counts.open,
            closed: counts.closed,
            claimed: counts.claimed,
            retrying: counts.retrying,
            finished: counts.finished,
            dead: counts.dead,
            in_flight_here: stats.in_flight,
        }
    }
}

/// Buffered now; the others since this process started.
#[derive(Serialize)]
struct Messages {
    buffered: u64,
    accepted: u64,
    handled: u64,
    duplicate: u64,
    refused: u64,
}

impl Messages {
    fn of(stats: &Stats) -> Self {
        Self {
            buffered: stats.counts.messages_buffered,
            accepted: stats.totals.accepted,
            handled: stats.totals.messages_handled,
            duplicate: stats.totals.duplicates,
            refused: stats.totals.refused,
        }
    }
}

/// Since this process started.
#[derive(Serialize)]
struct Replies {
    sent: u64,
    skipped: u64,
    unknown: u64,
}

impl Replies {
    fn of(stats: &Stats) -> Self {
        let totals = &stats.totals;
        Self { sent: totals.replies_sent, skipped: totals.replies_skipped, unknown: totals.replies_unknown }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recent {
    id: String,
    sender: String,
    line: Option<String>,
    count: u32,
    state: Status,
    opened_at: String,
    due_at: String,
    ended_at: Option<String>,
    close_reason: Option<CloseReason>,
    attempts: u32,
    label: Option<String>,
    method: Option<String>,
    reply_sent: bool,
    outcome: Option<String>,
    error: Option<String>,
}

impl Recent {
    fn of(record: &Record<Conversation>, in_full: bool) -> Self {
        let show = |text: String| if in_full { text } else { mask(&text) };
        let classification = record.classification.as_ref();
        Self {
            id: record.id.to_string(),
            sender: if in_full { record.key.sender().to_string() } else { record.key.redacted() },
            line: record.key.line().map(|line| show(line.to_string())),
            count: record.messages,
            state: record.status,
            opened_at: record.opened_at.to_string(),
            due_at: record.due_at.to_string(),
            ended_at: record.ended_at.as_ref().map(Timestamp::to_string),
            close_reason: close_reason(record),
            attempts: record.attempts,
            label: classification.map(|classification| classification.label.to_string()),
            method: classification.map(|classification| classification.method.to_string()),
            reply_sent: matches!(record.outcome, Some(Outcome::Replied(_))),
            outcome: record.outcome.as_ref().map(in_words),
            error: record.error.clone(),
        }
    }
}

/// A lane records no reason for a batch whose time simply came.
fn close_reason(record: &Record<Conversation>) -> Option<CloseReason> {
    match record.status {
        Status::Open | Status::Closed => record.close_reason,
        _ => Some(record.close_reason.unwrap_or(CloseReason::Timeout)),
    }
}

fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Replied(_) => "replied".to_owned(),
        Outcome::NoReply(why) => format!("no reply: {why}"),
        Outcome::ReplyUnknown => "it is not known whether the reply was sent".to_owned(),
        _ => "another outcome".to_owned(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    is_healthy: bool,
    warnings: Vec<String>,
}

impl Health {
    fn of(stats: &Stats, checks: &[HealthCheck]) -> Self {
        let counts = &stats.counts;
        let mut warnings = Vec::new();
        if counts.longest_past_due_ms > LATE_MS {
            let seconds = counts.longest_past_due_ms / 1_000;
            warnings.push(format!("backlog: {} past due, the longest for {seconds} s", counts.past_due));
        }
        if counts.dead > 0 {
            warnings.push(format!("{} dead: look at their errors, and requeue them", counts.dead));
        }
        if counts.leases_expired > 0 {
            warnings
                .push(format!("{} with an expired lease: a worker crashed or hangs", counts.leases_expired));
        }
        warnings.extend(checks.iter().flat_map(|check| check()));
        Self { is_healthy: warnings.is_empty(), warnings }
    }
}
