//! `{"batchId":…}` or `{"phoneNumber":…}`: makes a waiting batch due now, and brings back a dead one.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sms_consolidate::lane::Requeued;
use sms_consolidate::store::{Filter, Record, RequeueError, Status, StoreError};
use sms_consolidate::{Address, BatchId, Conversation, ParseAddressError, ParseBatchIdError};

use crate::answer::{failure, try_later};
use crate::body;
use crate::router::SmsConsolidator;

/// How many batches are looked through for those of one sender. A store finds keys by how they begin, so they may be
/// those of other senders too.
const MAX_LISTED: usize = 20_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wish {
    batch_id: Option<String>,
    phone_number: Option<String>,
    line: Option<String>,
}

/// What is to be requeued.
enum Which {
    Batch(BatchId),
    Of { sender: Address, line: Option<Address> },
}

/// A body that names nothing to requeue.
#[derive(Debug, thiserror::Error)]
enum WishError {
    #[error("not a request: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("`batchId`: {0}")]
    BatchId(#[source] ParseBatchIdError),
    #[error("`{field}`: {source}")]
    Address { field: &'static str, source: ParseAddressError },
    #[error("either `batchId` or `phoneNumber` is required")]
    NotOne,
}

impl Which {
    fn read(body: &[u8]) -> Result<Self, WishError> {
        let address = |field, text: &str| -> Result<Address, WishError> {
            text.parse().map_err(|source| WishError::Address { field, source })
        };
        match serde_json::from_slice(body)? {
            Wish { batch_id: Some(id), phone_number: None, .. } => {
                id.parse().map(Self::Batch).map_err(WishError::BatchId)
            }
            Wish { batch_id: None, phone_number: Some(number), line } => Ok(Self::Of {
                sender: address("phoneNumber", &number)?,
                line: line.map(|line| address("line", &line)).transpose()?,
            }),
            _ => Err(WishError::NotOne),
        }
    }
}

#[derive(Serialize)]
struct Done {
    status: &'static str,
    message: String,
    batches: Vec<DoneBatch>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DoneBatch {
    batch_id: String,
    /// The id under which a dead batch is in line again.
    requeued_as: Option<String>,
}

/// Logged too: nothing else in a log connects a dead batch with the one that takes its place.
async fn requeue(consolidator: &SmsConsolidator, id: BatchId) -> Result<DoneBatch, RequeueError> {
    let requeued_as = match consolidator.requeue(id).await? {
        Requeued::Revived(id) => Some(id.to_string()),
        _ => None,
    };
    tracing::info!(batch = %id, requeued_as, "BATCH REQUEUED");
    Ok(DoneBatch { batch_id: id.to_string(), requeued_as })
}

fn done(batches: Vec<DoneBatch>) -> Response {
    let revived = batches.iter().filter(|batch| batch.requeued_as.is_some()).count();
    let message = format!("{revived} brought back, {} due now", batches.len() - revived);
    Json(Done { status: "success", message, batches }).into_response()
}

fn refused(error: &RequeueError) -> Response {
    match error {
        RequeueError::Unknown => failure(StatusCode::NOT_FOUND, error.to_string()),
        RequeueError::InFlight | RequeueError::Finished => failure(StatusCode::CONFLICT, error.to_string()),
        _ => try_later(error.to_string()),
    }
}

pub(super) async fn handle(consolidator: &SmsConsolidator, body: Body, limit: usize) -> Response {
    let body = match body::read(body, limit, consolidator.clock().as_ref()).await {
        Ok(body) => body,
        Err(error) => return error.answer(),
    };
    match Which::read(&body) {
        Err(error) => failure(StatusCode::BAD_REQUEST, error.to_string()),
        Ok(Which::Batch(id)) => match requeue(consolidator, id).await {
            Ok(batch) => done(vec![batch]),
            Err(error) => refused(&error),
        },
        Ok(Which::Of { sender, line }) => requeue_all(consolidator, &sender, line.as_ref()).await,
    }
}

/// Requeues everything of a sender that waits or is dead, the oldest first, so that it stays in order.
async fn requeue_all(consolidator: &SmsConsolidator, sender: &Address, line: Option<&Address>) -> Response {
    let idle = [Status::Open, Status::Closed, Status::Retrying, Status::Dead];
    let records = match of_sender(consolidator, sender, line, &idle).await {
        Ok(records) => records,
        Err(error) => return try_later(error.to_string()),
    };
    let mut batches = Vec::with_capacity(records.len());
    for record in records.into_iter().rev() {
        match requeue(consolidator, record.id).await {
            Ok(batch) => batches.push(batch),
            // Taken up or finished since it was listed.
            Err(RequeueError::InFlight | RequeueError::Finished | RequeueError::Unknown) => {}
            Err(error) => return refused(&error),
        }
    }
    if !batches.is_empty() {
        return done(batches);
    }
    match of_sender(consolidator, sender, line, &[Status::Claimed, Status::Finished]).await {
        Ok(busy) if busy.is_empty() => failure(StatusCode::NOT_FOUND, "there is no batch of this number"),
        Ok(_) => failure(StatusCode::CONFLICT, "every batch of this number is in flight or finished"),
        Err(error) => try_later(error.to_string()),
    }
}

/// The batches of exactly this sender, newest first. Another number that merely begins with the same digits is none
/// of it.
async fn of_sender(
    consolidator: &SmsConsolidator,
    sender: &Address,
    line: Option<&Address>,
    statuses: &[Status],
) -> Result<Vec<Record<Conversation>>, StoreError> {
    let prefix = Conversation::new(sender.clone(), line.cloned()).to_string();
    let mut filter = Filter::newest(MAX_LISTED).with_key_prefix(prefix);
    filter.statuses = statuses.to_vec();
    let mut records = consolidator.list(&filter).await?;
    records.retain(|record| {
        record.key.sender() == sender && line.is_none_or(|line| record.key.line() == Some(line))
    });
    Ok(records)
}
