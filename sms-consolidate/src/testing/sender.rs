use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::reply::{Receipt, Reply, ReplySender, SendError};

/// What a [`RecordingSender`] does with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptedSend {
    /// Takes the reply.
    Send,
    /// Rejects it for good.
    Reject,
    /// Rejects it because the recipient has opted out.
    RejectOptedOut,
    /// Certainly does not take it, and asks to wait so long.
    NotSent(Option<Duration>),
    /// Takes it, and the answer is lost.
    SendAndLoseAnswer,
    /// Does not take it, and nobody can tell.
    LoseRequest,
    /// Takes it, and never answers.
    SendAndHang,
    /// Panics before it takes it.
    Panic,
}

/// A sender that does what it is told, and remembers what it took. Clones share their script and memory.
pub struct RecordingSender<K> {
    state: Arc<Mutex<State<K>>>,
    idempotent: bool,
}

impl<K> std::fmt::Debug for RecordingSender<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordingSender").field("idempotent", &self.idempotent).finish_non_exhaustive()
    }
}

impl<K> Clone for RecordingSender<K> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), idempotent: self.idempotent }
    }
}

struct State<K> {
    script: VecDeque<ScriptedSend>,
    asked: Vec<Reply<K>>,
    taken: Vec<Reply<K>>,
    can_look_up: bool,
}

impl<K> RecordingSender<K> {
    /// Takes every reply unless told otherwise. Not idempotent: a reply that is sent twice is taken twice.
    #[must_use]
    pub fn new() -> Self {
        let state =
            State { script: VecDeque::new(), asked: Vec::new(), taken: Vec::new(), can_look_up: false };
        Self { state: Arc::new(Mutex::new(state)), idempotent: false }
    }

    /// The same, but idempotent: a reply whose batch it has had is taken only once.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// The same, but it can look up what it has taken.
    #[must_use]
    pub fn with_look_up(self) -> Self {
        self.lock().can_look_up = true;
        self
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does these next, one per call.
    pub fn then(&self, sends: impl IntoIterator<Item = ScriptedSend>) {
        self.lock().script.extend(sends);
    }

    /// The texts of the replies that it took, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.lock().taken.iter().map(|reply| reply.text.clone()).collect()
    }
}

impl<K: Clone> RecordingSender<K> {
    /// The replies that it took: what has reached the recipients.
    #[must_use]
    pub fn taken(&self) -> Vec<Reply<K>> {
        self.lock().taken.clone()
    }

    /// The replies that it was asked to send.
    #[must_use]
    pub fn asked(&self) -> Vec<Reply<K>> {
        self.lock().asked.clone()
    }

    fn take(&self, reply: &Reply<K>) -> Receipt {
        let mut state = self.lock();
        let is_known = state.taken.iter().any(|taken| taken.batch == reply.batch);
        if !(self.idempotent && is_known) {
            state.taken.push(reply.clone());
        }
        Receipt::new(reply.batch.to_string())
    }
}

impl<K> Default for RecordingSender<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl<K: Clone + Send + Sync + 'static> ReplySender<K> for RecordingSender<K> {
    #[expect(clippy::panic, reason = "panicking is what it was told")]
    async fn send(&self, reply: &Reply<K>) -> Result<Receipt, SendError> {
        let send = {
            let mut state = self.lock();
            state.asked.push(reply.clone());
            state.script.pop_front().unwrap_or(ScriptedSend::Send)
        };
        match send {
            ScriptedSend::Send => Ok(self.take(reply)),
            ScriptedSend::Reject => Err(SendError::rejected("scripted rejection")),
            ScriptedSend::RejectOptedOut => Err(SendError::opted_out("scripted opt-out")),
            ScriptedSend::NotSent(retry_after) => {
                Err(SendError::NotSent { retry_after, source: "scripted refusal".into() })
            }
            ScriptedSend::SendAndLoseAnswer => {
                self.take(reply);
                Err(SendError::unknown("scripted loss of the answer"))
            }
            ScriptedSend::LoseRequest => Err(SendError::unknown("scripted loss of the request")),
            ScriptedSend::SendAndHang => {
                self.take(reply);
                std::future::pending().await
            }
            ScriptedSend::Panic => panic!("scripted panic"),
        }
    }

    fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    async fn look_up(&self, reply: &Reply<K>) -> Option<Receipt> {
        let state = self.lock();
        let found = state.can_look_up && state.taken.iter().any(|taken| taken.batch == reply.batch);
        found.then(|| Receipt::new(reply.batch.to_string()))
    }
}
