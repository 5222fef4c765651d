//! Ending a [`Consolidator`]: what is open is handled or handed back, within a deadline.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::consolidator::{Consolidator, Inner};
use crate::driver::HAND_BACK_WITHIN;
use crate::event::Event;
use crate::lane::CloseReason;
use crate::message::{Batch, BatchId, Key, Message};
use crate::store::{Filter, Outcome, Status, StoreError};

/// How a shutdown went.
#[non_exhaustive]
pub struct ShutdownReport<K, M> {
    /// Batches that ended with an outcome since the shutdown began.
    pub finished: u64,
    /// What a store that does not outlive the process still held: the caller's to keep.
    pub unfinished: Vec<Batch<K, M>>,
    /// Unfinished batches that a durable store keeps for the next start.
    pub kept: u64,
}

/// As the batches show themselves: masked.
impl<K: Key, M> std::fmt::Debug for ShutdownReport<K, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { finished, unfinished, kept } = self;
        f.debug_struct("ShutdownReport")
            .field("finished", finished)
            .field("unfinished", unfinished)
            .field("kept", kept)
            .finish()
    }
}

impl<K: Key, M: Message> Consolidator<K, M> {
    /// Stops: takes in nothing more, and waits up to `within` for what is in flight. Once it has returned, whatever it
    /// returned, no batch is begun in this process any more.
    ///
    /// A durable store keeps its open batches for the next start. With a store that does not outlive the process,
    /// open batches are closed and handled within the deadline, and what is left comes back in the report. Calling it
    /// again is harmless, also while another call waits: the first to return ends the handling for all.
    ///
    /// If the store does not answer by a second after the deadline, the driver and
    /// [`process_due`](Self::process_due) are waited for no longer. What they get after that they give back at once, if
    /// the store takes it; else it comes back when its lease ends.
    ///
    /// Cancellation: a dropped future leaves the consolidator closed to pushes; call it again to end in order.
    ///
    /// # Errors
    /// If the store failed. What was in flight has had its time all the same. What a store that does not outlive the
    /// process still holds comes back, unhandled, if this is called again.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn shutdown(&self, within: Duration) -> Result<ShutdownReport<K, M>, StoreError> {
        let Inner { gate, jobs, clock, store, events, .. } = &*self.inner;
        let deadline = clock.now() + within;
        let finished_before = events.totals().batches_finished;
        let late = deadline + HAND_BACK_WITHIN;
        tokio::select! {
            biased;
            () = gate.close() => {}
            () = clock.sleep_until(late) => tracing::warn!("PUSHES CUT OFF: the store did not answer in time"),
        }
        self.inner.stop_claiming(late).await;
        let drained = if self.is_durable() { Ok(()) } else { self.drain(deadline).await };
        self.await_jobs(deadline).await;
        jobs.begin_no_more();
        jobs.interrupt_all();
        self.await_jobs(clock.now() + HAND_BACK_WITHIN).await;
        drained?;
        let (mut unfinished, mut kept) = (Vec::new(), 0);
        if self.is_durable() {
            let counts = store.counts(clock.now()).await?;
            kept = counts.open + counts.closed + counts.claimed + counts.retrying;
        } else {
            unfinished = self.hand_back().await?;
        }
        let finished = events.totals().batches_finished - finished_before;
        Ok(ShutdownReport { finished, unfinished, kept })
    }

    /// Empties a store that does not outlive the process, and reports what has ended by that.
    async fn hand_back(&self) -> Result<Vec<Batch<K, M>>, StoreError> {
        let store = &self.inner.store;
        let started = Filter::newest(usize::MAX).with_status(Status::Claimed).with_status(Status::Retrying);
        let started = store.list(&started).await?;
        let batches = store.hand_back().await?;
        let handed_back: BTreeSet<BatchId> = batches.iter().map(|batch| batch.id).collect();
        for record in started.into_iter().filter(|record| !handed_back.contains(&record.id)) {
            self.inner.events.emit(Event::Finished {
                key: record.key,
                batch: record.id,
                messages: record.messages as usize,
                outcome: Outcome::ReplyUnknown,
                error: record.error,
                at: self.inner.clock.now(),
            });
        }
        Ok(batches)
    }

    /// Closes all batches, and handles whatever becomes due before `deadline`.
    async fn drain(&self, deadline: Timestamp) -> Result<(), StoreError> {
        let inner = &self.inner;
        self.flush_for(CloseReason::Shutdown).await?;
        loop {
            let mut progress = inner.jobs.progress();
            let now = inner.clock.now();
            if now >= deadline || inner.jobs.is_over() {
                return Ok(());
            }
            let (is_idle, free) = (inner.jobs.in_flight() == 0, inner.jobs.free());
            let begun = inner.claim_while_stopping(now, free).await?;
            if !begun.is_empty() {
                begun.into_iter().for_each(|job| drop(job.spawn()));
                continue;
            }
            // With no place free, what is due waits for a job to end, and not for its time: that has come.
            let wake = match free {
                0 => None,
                _ => inner.store.next_wake().await?.filter(|wake| *wake < deadline),
            };
            if is_idle && wake.is_none() {
                return Ok(());
            }
            tokio::select! {
                biased;
                _ = progress.changed() => {}
                () = inner.clock.sleep_until(wake.unwrap_or(deadline)) => {}
            }
        }
    }

    async fn await_jobs(&self, deadline: Timestamp) {
        let mut progress = self.inner.jobs.progress();
        let mut late = self.inner.clock.sleep_until(deadline);
        while self.inner.jobs.in_flight() > 0 {
            tokio::select! {
                biased;
                _ = progress.changed() => {}
                () = &mut late => return,
            }
        }
    }
}
