//! A store in front of the real one that writes down every claim and every write under it, and passes the steps.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{Answer, CloseReason, Fence, OptOutChange, Sender, SenderId, Transition};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Store, StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, Clock, Key, Message, Outcome, Timestamp, async_trait};

use crate::journal::{Deed, DeedPhase};
use crate::steps::{self, Of};
use crate::time::monotonic_us;

/// See the [module](self).
#[derive(Debug)]
pub struct Stepped<S>(pub S);

fn of<K: Key>(key: &K, fence: Fence) -> Of {
    Of { key: key.to_string(), batch: fence.batch.to_string(), token: fence.token.as_u64() }
}

/// What is written under a claim, and the steps that a process passes before and after it.
struct Write {
    deed: Deed,
    fence: Fence,
    before: Option<&'static str>,
    after: Option<&'static str>,
}

impl Write {
    /// `None` of what is done without a claim.
    fn of(transition: &Transition) -> Option<Self> {
        let (deed, fence, before, after) = match transition {
            Transition::Renew { fence, .. } => (Deed::Renew, fence, None, None),
            Transition::Record { fence, classification, reply } => {
                let before = classification.as_ref().map(|_| "classified");
                match reply {
                    None => (Deed::Record, fence, before, Some("recorded")),
                    Some(_) => (Deed::BeginReply, fence, before, Some("reply-begun")),
                }
            }
            // Other endings pass neither step, so that it is known what must become of a batch at one.
            Transition::Finish { fence, finish } if matches!(finish.outcome, Outcome::Replied(_)) => {
                (Deed::Finish, fence, Some("sent"), Some("finished"))
            }
            Transition::Finish { fence, .. } => (Deed::Finish, fence, None, None),
            Transition::Retry { fence, .. } => (Deed::Retry, fence, None, None),
            Transition::Bury { fence, .. } => (Deed::Bury, fence, None, None),
            _ => return None,
        };
        Some(Self { deed, fence: *fence, before, after })
    }
}

/// What came of a write, and why.
fn phase_of(answer: &Result<Changed, ChangeError>) -> (DeedPhase, String) {
    match answer {
        Ok(Changed { answer: Answer::Recorded(recorded), .. }) => match &recorded.reply {
            Ok(()) => (DeedPhase::Done, String::new()),
            Err(refusal) => (DeedPhase::Refused, refusal.to_string()),
        },
        Ok(_) => (DeedPhase::Done, String::new()),
        Err(error @ ChangeError::Store(_)) => (DeedPhase::Failed, error.to_string()),
        Err(refused) => (DeedPhase::Refused, refused.to_string()),
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<K: Key, M: Message, S: Store<K, M>> Store<K, M> for Stepped<S> {
    async fn append(&self, now: Timestamp, arrivals: Vec<Arrival<K, M>>) -> Result<AppendReport, StoreError> {
        let report = self.0.append(now, arrivals).await;
        steps::pass("stored");
        report
    }

    fn append_at_once(&self, now: Timestamp, arrival: Arrival<K, M>) -> Result<AppendedOne, Arrival<K, M>> {
        let answer = self.0.append_at_once(now, arrival)?;
        steps::pass("stored");
        Ok(answer)
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<K, M>>, StoreError> {
        let asked_us = monotonic_us();
        let answer = self.0.claim(now, limit, lease).await;
        if let Err(error) = &answer {
            // It may have been done, and nobody knows of which batches.
            steps::note(Deed::Claim, DeedPhase::Failed, asked_us, &Of::default(), &error.to_string());
        }
        let claims = answer?;
        for claim in &claims {
            steps::note(Deed::Claim, DeedPhase::Done, asked_us, &of(&claim.batch.key, claim.fence()), "");
        }
        for claim in &claims {
            steps::pass_with("claimed", &of(&claim.batch.key, claim.fence()));
        }
        Ok(claims)
    }

    /// Writes down that the store is asked, and what it answered; then passes the step of a write that is done.
    async fn change(&self, now: Timestamp, key: &K, transition: Transition) -> Result<Changed, ChangeError> {
        let Some(Write { deed, fence, before, after }) = Write::of(&transition) else {
            return self.0.change(now, key, transition).await;
        };
        let of = of(key, fence);
        before.into_iter().for_each(|step| steps::pass_with(step, &of));
        let asked_us = monotonic_us();
        steps::note(deed, DeedPhase::Asked, asked_us, &of, "");
        let answer = self.0.change(now, key, transition).await;
        let (phase, note) = phase_of(&answer);
        steps::note(deed, phase, asked_us, &of, &note);
        if phase == DeedPhase::Done {
            after.into_iter().for_each(|step| steps::pass_with(step, &of));
        }
        answer
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        self.0.flush_all(now, reason).await
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.0.next_wake().await
    }

    async fn changed(&self) {
        self.0.changed().await;
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.0.maintain(now, limit).await
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        self.0.set_opted_out(now, scope, change).await
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.0.sender(scope).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.0.opted_out(after, limit).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.0.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<K>>, StoreError> {
        self.0.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<K, M>>, StoreError> {
        self.0.batch(id).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        self.0.hand_back().await
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        self.0.clock()
    }

    fn is_durable(&self) -> bool {
        self.0.is_durable()
    }
}
