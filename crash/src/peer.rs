//! The fake gateway and the fake classifier: a process each, that writes down what it receives before it answers.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use sms_consolidate::{Clock, SystemClock};

use crate::journal::{Call, CallPhase, Journal, Request};
use crate::time::monotonic_us;

/// What a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes replies.
    Gateway,
    /// Judges batches: no two answers are alike, so that a second judgement would show in the reply.
    Classifier,
}

/// How long an answer takes, at least and at most. Kills fall into calls often then.
const DELAY_MS: std::ops::Range<u64> = 2..25;

struct Peer {
    role: Role,
    journal: Journal,
    calls: AtomicU64,
    clock: SystemClock,
}

/// The routes of a peer.
///
/// # Errors
/// If the journal cannot be opened.
pub fn router(role: Role, journal: &str) -> io::Result<Router> {
    let peer =
        Peer { role, journal: Journal::open(journal)?, calls: AtomicU64::new(0), clock: SystemClock::new() };
    Ok(Router::new().route("/", post(answer)).with_state(Arc::new(peer)))
}

async fn answer(State(peer): State<Arc<Peer>>, Json(request): Json<Request>) -> Json<Value> {
    let number = peer.calls.fetch_add(1, Ordering::SeqCst);
    let batch = request.batch.clone();
    let mut open = Open { peer: &peer, number, request, answered: false };
    open.write(CallPhase::Received);
    let delay = Duration::from_millis(fastrand::u64(DELAY_MS));
    peer.clock.sleep_until(peer.clock.now() + delay).await;
    open.write(CallPhase::Answered);
    open.answered = true;
    Json(match peer.role {
        // A real gateway knows a reply by its key, and so gives it the same receipt again.
        Role::Gateway => json!({ "receipt": batch }),
        Role::Classifier => json!({ "label": "AGREE", "reply": format!("Judgement {number} of {batch}") }),
    })
}

/// A call that is dropped with its connection is written down as such.
struct Open<'a> {
    peer: &'a Peer,
    number: u64,
    request: Request,
    answered: bool,
}

impl Open<'_> {
    fn write(&self, phase: CallPhase) {
        let Self { peer, number, request, .. } = self;
        peer.journal.write(&Call { at_us: monotonic_us(), number: *number, phase, request: request.clone() });
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.answered {
            self.write(CallPhase::Gone);
        }
    }
}
