//! Bugs to plant in a server, so that the checks can be seen to find them. Those of a store are in a wrapper of it.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sms_consolidate::lane::{self, CloseReason, Lane, OptOutChange, Refused, Sender, SenderId, Transition};
use sms_consolidate::store::{
    AppendReport, Appended, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained,
    OptedOut, Record, Store, StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, BatchIds, Clock, Key, Message, Timestamp, Window, async_trait};

/// What a server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Every reply is sent twice.
    SecondReply,
    /// Some claims are leased for a moment only, and so a second worker gets them beside the first.
    HeldTwice,
    /// A worker that has lost its claim is told that it has renewed it, and recorded the classification.
    StaleWrite,
    /// Batches are claimed before they are due.
    Early,
    /// Some claims are given to nobody.
    LostClaim,
    /// Some messages are taken for others that came before, and are not stored.
    LostMessage,
}

impl Bug {
    const ALL: [Self; 6] = [
        Self::SecondReply,
        Self::HeldTwice,
        Self::StaleWrite,
        Self::Early,
        Self::LostClaim,
        Self::LostMessage,
    ];
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl FromStr for Bug {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|bug| bug.to_string() == name).ok_or(())
    }
}

/// Every so many times the bug shows, where it need not show each time.
const EVERY: u64 = 5;

/// How long a claim lasts that is too short: less than any batch takes.
const MOMENT: Duration = Duration::from_millis(2);

/// A store, with a bug.
#[derive(Debug)]
pub struct Planted<S> {
    store: S,
    bug: Option<Bug>,
    /// How much too early batches are claimed, if that is the bug.
    early_by: Duration,
    times: AtomicU64,
}

impl<S> Planted<S> {
    /// `store`, with `bug` if there is one. All batches are open for `window`.
    #[must_use]
    pub fn new(store: S, bug: Option<Bug>, window: Duration) -> Self {
        let early_by = if bug == Some(Bug::Early) { window } else { Duration::ZERO };
        Self { store, bug, early_by, times: AtomicU64::new(0) }
    }

    /// Whether the bug is `bug`, and shows this time.
    fn shows(&self, bug: Bug) -> bool {
        self.bug == Some(bug) && self.times.fetch_add(1, Ordering::SeqCst) % EVERY == EVERY - 1
    }
}

/// The same transition of whoever holds a claim, if it is one that a worker which has lost its own is told was taken.
fn as_if_held(transition: &Transition, now: Timestamp) -> Option<Changed> {
    let mut lane = Lane::default();
    let sender = Sender::default();
    let arrival = lane::Arrival::new(Window::immediate(), 0);
    lane.arrive(now, &arrival, &sender, || BatchIds::new().next(now)).ok()?;
    let fence = lane.claim(now, MOMENT)?.fence();
    let held = match transition {
        Transition::Renew { lease, .. } => Transition::Renew { fence, lease: *lease },
        Transition::Record { classification, reply: None, .. } => {
            Transition::Record { fence, classification: classification.clone(), reply: None }
        }
        _ => return None,
    };
    let (answer, _) = held.apply(&mut lane, &sender, now).ok()?;
    Some(Changed::new(answer, lane.wake_at()))
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for Planted<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let mut arrivals = arrivals;
        let lost = self.shows(Bug::LostMessage).then(|| arrivals.pop()).flatten();
        let mut report = self.store.append(now, arrivals).await?;
        report.results.extend(lost.map(|_| Appended::Duplicate));
        Ok(report)
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        if self.shows(Bug::LostMessage) {
            return Ok(Appended::Duplicate.into());
        }
        self.store.append_at_once(now, arrival)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        let leased_for = if self.shows(Bug::HeldTwice) { MOMENT } else { lease };
        let mut claims = self.store.claim(now + self.early_by, limit, leased_for).await?;
        claims.iter_mut().for_each(|claim| claim.lease_until = claim.lease_until.max(now + lease));
        if !claims.is_empty() && self.shows(Bug::LostClaim) {
            claims.pop();
        }
        Ok(claims)
    }

    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let as_if_held = (self.bug == Some(Bug::StaleWrite)).then(|| as_if_held(&transition, now)).flatten();
        match (self.store.change(now, key, transition).await, as_if_held) {
            (Err(ChangeError::Refused(Refused::Lost(_))), Some(taken)) => Ok(taken),
            (answer, _) => answer,
        }
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        self.store.flush_all(now, reason).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.store.next_wake().await?.map(|wake| wake - self.early_by))
    }

    async fn changed(&self) {
        self.store.changed().await;
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.store.maintain(now, limit).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        self.store.set_opted_out(now, scope, change).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.store.sender(scope).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.store.opted_out(after, limit).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.store.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.store.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.store.batch(id).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        self.store.hand_back().await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.store.clock()
    }

    fn is_durable(&self) -> bool {
        self.store.is_durable()
    }
}
