//! Taking up what is due, and not beginning it if a shutdown has stopped waiting for it.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::FutureExt;
use tokio::sync::oneshot;

use super::{Begun, HAND_BACK_WITHIN, Listed, Places, RunningJob, lock};
use crate::clock::Timestamp;
use crate::consolidator::Inner;
use crate::event::Event;
use crate::lane::{RetryTerms, Stage};
use crate::message::{Key, Message};
use crate::store::{Claim, StoreError, StoreExt};

impl<K: Key, M: Message> Inner<K, M> {
    /// Claims up to `limit` due batches and begins a job for each, unless a shutdown keeps others from claiming.
    pub(crate) async fn claim_due(
        self: &Arc<Self>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Begun<K, M>>, StoreError> {
        match self.jobs.claiming.enter() {
            Some(_inside) => self.claim_while_stopping(now, limit).await,
            None => Ok(Vec::new()),
        }
    }

    /// As [`claim_due`](Self::claim_due), for a shutdown, until it or another one is over.
    pub(crate) async fn claim_while_stopping(
        self: &Arc<Self>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Begun<K, M>>, StoreError> {
        let mut places = self.jobs.reserve(limit);
        let Some(limit) = NonZeroUsize::new(places.count) else { return Ok(Vec::new()) };
        let mut claims = self.store.claim(now, limit, self.settings.lease).await?;
        let begun = self.begin_jobs(&mut claims, &mut places);
        if !claims.is_empty() {
            self.give_back(claims).await;
        }
        Ok(begun)
    }

    /// Begins a job for each claim and takes it, or takes none if no job begins any more.
    fn begin_jobs(
        self: &Arc<Self>,
        claims: &mut Vec<Claim<K, M>>,
        places: &mut Places<'_>,
    ) -> Vec<Begun<K, M>> {
        // Until all are listed, so that whoever sets it interrupts them too.
        let is_over = lock(&self.jobs.is_over);
        if *is_over {
            return Vec::new();
        }
        let begin = |claim| {
            places.fill();
            self.begin_job(claim)
        };
        claims.drain(..).map(begin).collect()
    }

    fn begin_job(self: &Arc<Self>, claim: Claim<K, M>) -> Begun<K, M> {
        let (interrupter, interrupt) = oneshot::channel();
        let listed = Listed { inner: Arc::clone(self), claim: (claim.batch.id, claim.token) };
        let number = self.jobs.begun.fetch_add(1, Ordering::SeqCst);
        let job = RunningJob { number, interrupter: Some(interrupter) };
        self.jobs.list_of(claim.batch.id).insert(listed.claim, job);
        Begun { listed, claim, interrupt }
    }

    /// Gives back what was claimed too late to be begun, as much of it as the store takes within a second. The rest
    /// comes back when its lease ends. A store that does not outlive the process may have handed it to the caller of
    /// the shutdown by now, and refuses.
    async fn give_back(&self, claims: Vec<Claim<K, M>>) {
        let give_back = async {
            for claim in claims {
                let (at, key, batch) = (self.clock.now(), &claim.batch.key, claim.batch.id);
                let terms = RetryTerms { at, counts: false, maybe_sent: claim.stage == Stage::Replying };
                match self.store.retry(at, key, claim.fence(), terms, "claimed while stopping").await {
                    Ok(_) => self.events.emit(Event::HandedBack { key: key.clone(), batch }),
                    Err(error) => tracing::debug!(%batch, %error, "BATCH NOT HANDED BACK"),
                }
            }
        };
        tokio::select! {
            biased;
            () = give_back => {}
            () = self.clock.sleep_until(self.clock.now() + HAND_BACK_WITHIN) => {}
        }
    }

    /// Stops the driver, keeps everybody else from claiming, and waits until `late` for claims that are under way. Jobs
    /// that have begun go on.
    ///
    /// A dropped future has stopped them all the same. Calling it again waits again.
    pub(crate) async fn stop_claiming(&self, late: Timestamp) {
        self.jobs.stopping.store(true, Ordering::SeqCst);
        self.jobs.alarm.ring();
        let is_late = tokio::select! {
            biased;
            () = self.jobs.claiming.close() => false,
            () = self.clock.sleep_until(late) => true,
        };
        if is_late {
            tracing::warn!("CLAIMS CUT OFF: the store did not answer in time");
        }
        let driver = lock(&self.jobs.driver).take();
        self.jobs.progressed();
        let Some(driver) = driver else { return };
        let abort = driver.abort_handle();
        if let Some(Err(error)) = driver.now_or_never() {
            tracing::error!(%error, "DRIVER FAILED");
        } else if is_late {
            // Until then it gives back what it may still get. After a lease there is nothing to give back.
            let unleased = self.clock.sleep_until(self.clock.now() + self.settings.lease);
            tokio::spawn(unleased.map(move |()| abort.abort()));
        } else {
            // It may be asking when to wake, or maintaining, but not claiming.
            abort.abort();
        }
    }
}
