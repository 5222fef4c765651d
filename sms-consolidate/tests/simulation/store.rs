//! The memory store behind a glass: everything that goes through is shown to the oracle, and what the plan's weather
//! does to a real store happens here.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{CloseReason, Fence, ReplyTerms, RetryTerms};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, BeginReplyError, Claim, Counts, FencedError, Filter, Finish, Inspect,
    Maintained, Record, RequeueError, Requeued, Store, StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, Classification, Clock, MemoryStore, Timestamp};

use crate::plan::{SimKey, SimMessage, Weather};
use crate::world::{Tally, World};

/// One node's way to the store that all nodes share.
#[derive(Clone)]
pub(crate) struct SimStore {
    pub(crate) memory: Arc<MemoryStore<SimKey, SimMessage>>,
    pub(crate) world: Arc<World>,
    pub(crate) node: usize,
}

#[derive(Clone, Copy)]
enum Delay {
    None,
    Turns(u32),
    Wait(Duration),
}

/// The longest that [`draw_delay`] draws.
pub(crate) const SLOWEST_ANSWER: Duration = Duration::from_secs(12);

fn draw_delay(weather: Weather, rng: &mut fastrand::Rng) -> Delay {
    match weather {
        Weather::Hazy | Weather::Stormy if rng.u8(0..4) == 0 => Delay::Turns(rng.u32(1..=3)),
        Weather::Slow if rng.u8(0..4) == 0 => {
            Delay::Wait(Duration::from_millis(rng.u64(1..=3_000) << rng.u8(0..3)))
        }
        _ => Delay::None,
    }
}

impl SimStore {
    async fn delay(&self) {
        let delay = self.world.observe(|state| {
            if state.calm { Delay::None } else { draw_delay(state.plan.weather, &mut state.rng) }
        });
        match delay {
            Delay::None => {}
            Delay::Turns(turns) => {
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                    self.world.stir();
                }
            }
            Delay::Wait(time) => self.world.clock.sleep_until(self.world.clock.now() + time).await,
        }
    }

    /// Strikes three calls of a hundred in a storm.
    fn strike(&self, what: &str) -> Result<(), StoreError> {
        self.world.observe(|state| {
            let is_struck = state.plan.weather == Weather::Stormy && !state.calm && state.rng.u8(0..100) < 3;
            if !is_struck {
                return Ok(());
            }
            state.trace(|| format!("n{} store: {what} fails", self.node));
            Err(if state.rng.u8(0..8) == 0 {
                StoreError::failed("simulated")
            } else {
                StoreError::unavailable("simulated")
            })
        })
    }

    /// Before the call takes place: nothing has happened yet.
    async fn enter(&self, what: &str) -> Result<(), StoreError> {
        if self.world.is_spinning() {
            // Whoever asks without end gets no answer, so that the run does.
            self.world.observe(|state| state.oracle.wrong.push(format!("n{} spins in {what}", self.node)));
            std::future::pending::<()>().await;
        }
        self.strike(what)
    }

    fn show_append(&self, now: Timestamp, shown: &[(SimKey, SimMessage)], report: &AppendReport) {
        self.world.observe(|state| {
            state.oracle.appended(now, self.node, shown, report);
            state.trace(|| {
                let tags: Vec<_> =
                    shown.iter().map(|(key, message)| format!("{key} m{}", message.tag)).collect();
                format!("n{} append {tags:?}: {:?}", self.node, report.results)
            });
        });
    }

    /// After the call took place: its answer takes time, or is lost.
    async fn leave(&self, what: &str) -> Result<(), StoreError> {
        self.world.ring_others(self.node);
        self.delay().await;
        self.world.stir();
        self.strike(what)
    }

    /// Leaves a call that may have ended an attempt, which `count` counts.
    async fn leave_ended<T>(
        &self,
        what: &str,
        result: &Result<T, FencedError>,
        count: impl FnOnce(&mut Tally),
    ) -> Result<(), StoreError> {
        let left = self.leave(what).await;
        if result.is_ok() {
            self.world.observe(|state| {
                let tallies = if left.is_ok() { &mut state.tallies } else { &mut state.unheard };
                count(&mut tallies[self.node]);
            });
        }
        left
    }
}

impl Store<SimKey, SimMessage> for SimStore {
    async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<SimKey, SimMessage>>,
    ) -> Result<AppendReport, StoreError> {
        self.enter("append").await?;
        let shown: Vec<_> = arrivals.iter().map(|arrival| (arrival.key, arrival.message.clone())).collect();
        let report = Store::append(&*self.memory, now, arrivals).await?;
        self.show_append(now, &shown, &report);
        self.leave("the answer to append").await?;
        Ok(report)
    }

    /// In clear weather, where nothing has to wait, every other call.
    fn append_at_once(
        &self,
        now: Timestamp,
        arrival: Arrival<SimKey, SimMessage>,
    ) -> Result<AppendedOne, Arrival<SimKey, SimMessage>> {
        let waits = self.world.observe(|state| state.plan.weather != Weather::Clear || state.rng.bool());
        if waits {
            return Err(arrival);
        }
        let shown = [(arrival.key, arrival.message.clone())];
        let one = self.memory.append_at_once(now, arrival)?;
        let mut report = AppendReport::default();
        report.results.push(one.result);
        report.wake_at = one.wake_at;
        report.ids_forgotten = one.ids_forgotten;
        self.show_append(now, &shown, &report);
        self.world.ring_others(self.node);
        self.world.stir();
        Ok(one)
    }

    async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.enter("next_wake").await?;
        let wake = Store::next_wake(&*self.memory).await?;
        self.world.observe(|state| state.oracle.check_next_wake(wake));
        self.delay().await;
        Ok(wake)
    }

    async fn changed(&self) {
        self.world.news(self.node).notified().await;
    }

    async fn claim(
        &self,
        now: Timestamp,
        limit: NonZeroUsize,
        lease: Duration,
    ) -> Result<Vec<Claim<SimKey, SimMessage>>, StoreError> {
        self.enter("claim").await?;
        let claims = Store::claim(&*self.memory, now, limit, lease).await?;
        self.world.observe(|state| {
            for claim in &claims {
                let name = state.oracle.name(claim.batch.id);
                state.trace(|| format!("n{} claims {name} #{} {:?}", self.node, claim.attempt, claim.stage));
            }
            state.oracle.claimed(now, self.node, limit.get(), &claims);
        });
        if !claims.is_empty() {
            self.leave("the answer to claim").await?;
        }
        self.world.observe(|state| {
            state.oracle.delivered(&claims);
            state.tallies[self.node].claims += claims.len() as u64;
        });
        Ok(claims)
    }

    async fn renew(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        lease: Duration,
    ) -> Result<Timestamp, FencedError> {
        self.delay().await;
        self.enter("renew").await?;
        let result = Store::renew(&*self.memory, now, key, fence, lease).await;
        self.world.observe(|state| state.oracle.renewed(self.world.clock.now(), fence, &result));
        self.leave("the answer to renew").await?;
        result
    }

    async fn checkpoint(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        classification: &Classification,
    ) -> Result<(), FencedError> {
        self.delay().await;
        self.enter("checkpoint").await?;
        let result = Store::checkpoint(&*self.memory, now, key, fence, classification).await;
        self.world.observe(|state| state.oracle.checkpointed(fence, &classification.label, &result));
        self.leave("the answer to checkpoint").await?;
        result
    }

    async fn begin_reply(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        text: &str,
        terms: &ReplyTerms,
    ) -> Result<(), BeginReplyError> {
        self.enter("begin_reply").await?;
        let result = Store::begin_reply(&*self.memory, now, key, fence, text, terms).await;
        self.world.observe(|state| {
            let name = state.oracle.name(fence.batch);
            state.trace(|| format!("n{} begins to reply to {name}: {result:?}", self.node));
            state.oracle.reply_begun(now, fence, text, terms, &result);
        });
        self.leave("the answer to begin_reply").await?;
        result
    }

    async fn finish(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        finish: &Finish,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.delay().await;
        self.enter("finish").await?;
        let result = Store::finish(&*self.memory, now, key, fence, finish).await;
        self.world.observe(|state| {
            let name = state.oracle.name(fence.batch);
            state.trace(|| format!("n{} finishes {name} {:?}: {result:?}", self.node, finish.outcome));
            state.oracle.finished(self.world.clock.now(), fence, finish, &result);
        });
        self.leave_ended("the answer to finish", &result, |tally| tally.finished(&finish.outcome)).await?;
        result
    }

    async fn retry(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        terms: &RetryTerms,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.delay().await;
        self.enter("retry").await?;
        let result = Store::retry(&*self.memory, now, key, fence, terms, error).await;
        self.world.observe(|state| {
            let name = state.oracle.name(fence.batch);
            state.trace(|| format!("n{} retries {name} {terms:?} {error}: {result:?}", self.node));
            state.oracle.retried(self.world.clock.now(), fence, terms, &result);
        });
        let count =
            |tally: &mut Tally| *if terms.counts { &mut tally.retries } else { &mut tally.handed_back } += 1;
        self.leave_ended("the answer to retry", &result, count).await?;
        result
    }

    async fn bury(
        &self,
        now: Timestamp,
        key: &SimKey,
        fence: Fence,
        maybe_sent: bool,
        error: &str,
    ) -> Result<Option<Timestamp>, FencedError> {
        self.delay().await;
        self.enter("bury").await?;
        let result = Store::bury(&*self.memory, now, key, fence, maybe_sent, error).await;
        self.world.observe(|state| {
            let name = state.oracle.name(fence.batch);
            state.trace(|| format!("n{} buries {name} {error}: {result:?}", self.node));
            state.oracle.buried(fence, maybe_sent, &result);
        });
        self.leave_ended("the answer to bury", &result, |tally| tally.dead += 1).await?;
        result
    }

    async fn flush(
        &self,
        now: Timestamp,
        key: Option<&SimKey>,
        reason: CloseReason,
    ) -> Result<u64, StoreError> {
        self.enter("flush").await?;
        let count = Store::flush(&*self.memory, now, key, reason).await?;
        self.world.observe(|state| {
            state.oracle.flushed(now, key.copied(), count);
            state.trace(|| format!("n{} flush {key:?} {reason:?}: {count}", self.node));
        });
        self.leave("the answer to flush").await?;
        Ok(count)
    }

    async fn cancel(&self, now: Timestamp, key: &SimKey) -> Result<Vec<BatchId>, StoreError> {
        self.enter("cancel").await?;
        let cancelled = Store::cancel(&*self.memory, now, key).await?;
        self.world.observe(|state| {
            state.oracle.cancelled(self.node, *key, &cancelled);
            let names: Vec<_> = cancelled.iter().map(|id| state.oracle.name(*id)).collect();
            state.trace(|| format!("n{} cancel {key}: {names:?}", self.node));
        });
        self.leave("the answer to cancel").await?;
        self.world.observe(|state| state.tallies[self.node].skipped += cancelled.len() as u64);
        Ok(cancelled)
    }

    async fn set_opted_out(&self, now: Timestamp, key: &SimKey, opted_out: bool) -> Result<bool, StoreError> {
        self.enter("set_opted_out").await?;
        let changed = Store::set_opted_out(&*self.memory, now, key, opted_out).await?;
        self.world.observe(|state| {
            state.oracle.set_opted_out(now, *key, opted_out);
            state.trace(|| format!("n{} {key} opted out: {opted_out}", self.node));
        });
        self.leave("the answer to set_opted_out").await?;
        Ok(changed)
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.enter("maintain").await?;
        Store::maintain(&*self.memory, now, limit).await
    }

    async fn hand_back(&self) -> Result<Vec<Batch<SimKey, SimMessage>>, StoreError> {
        let batches = Store::hand_back(&*self.memory).await?;
        let shown: Vec<_> = batches
            .iter()
            .map(|batch| (batch.id, batch.messages.iter().map(|message| message.tag).collect()))
            .collect();
        self.world.observe(|state| {
            state.trace(|| format!("n{} hands back {} batches", self.node, shown.len()));
            let ended = state.oracle.handed_back(&shown);
            state.tallies[self.node].unknown += ended;
        });
        Ok(batches)
    }

    fn clock(&self) -> Option<Arc<dyn Clock>> {
        None
    }

    fn is_durable(&self) -> bool {
        self.world.observe(|state| state.plan.durable)
    }
}

impl Inspect<SimKey, SimMessage> for SimStore {
    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        Inspect::counts(&*self.memory, now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<SimKey>>, StoreError> {
        Inspect::list(&*self.memory, filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<SimKey, SimMessage>>, StoreError> {
        Inspect::batch(&*self.memory, id).await
    }

    async fn requeue(&self, now: Timestamp, id: BatchId) -> Result<Requeued, RequeueError> {
        self.enter("requeue").await?;
        let result = Inspect::requeue(&*self.memory, now, id).await;
        self.world.observe(|state| {
            let name = state.oracle.name(id);
            state.oracle.requeued(now, id, &result);
            state.trace(|| format!("n{} requeue {name}: {result:?}", self.node));
        });
        self.leave("the answer to requeue").await?;
        result
    }
}
