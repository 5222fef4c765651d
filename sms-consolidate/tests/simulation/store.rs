//! The memory store behind a glass: everything that goes through is shown to the oracle, and what the plan's weather
//! does to a real store happens here.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{Answer, CloseReason, OptOutChange, Sender, SenderId, Transition};
use sms_consolidate::store::{
    AppendReport, AppendedOne, Arrival, ChangeError, Changed, Claim, Counts, Filter, Maintained, OptedOut,
    Record, Store, StoreError, Whole,
};
use sms_consolidate::{Batch, BatchId, Clock, MemoryStore, OptOutCause, Timestamp, async_trait};

use crate::plan::{SimKey, SimMessage, Weather};
use crate::world::World;

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

fn name_of(transition: &Transition) -> &'static str {
    match transition {
        Transition::Renew { .. } => "renew",
        Transition::Record { .. } => "record",
        Transition::Finish { .. } => "finish",
        Transition::Retry { .. } => "retry",
        Transition::Bury { .. } => "bury",
        Transition::Requeue { .. } => "requeue",
        Transition::Flush { .. } => "flush",
        Transition::Cancel => "cancel",
        Transition::Silence => "silence",
        _ => "change",
    }
}

/// Whether the transition may be on its way for a while. A reply that begins is judged by when it is asked for.
fn may_be_held_up(transition: &Transition) -> bool {
    match transition {
        Transition::Record { reply, .. } => reply.is_none(),
        Transition::Renew { .. }
        | Transition::Finish { .. }
        | Transition::Retry { .. }
        | Transition::Bury { .. } => true,
        _ => false,
    }
}

/// A call that goes on to its end, and is told of, whoever drops the future that asked for it.
struct Unbroken<'a> {
    world: &'a World,
    what: &'static str,
    has_ended: bool,
}

impl<'a> Unbroken<'a> {
    fn new(world: &'a World, what: &'static str) -> Self {
        Self { world, what, has_ended: false }
    }

    fn end(mut self) {
        self.has_ended = true;
    }
}

impl Drop for Unbroken<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.world.observe(|state| {
                // The node is killed.
                if !state.is_hushed {
                    state.oracle.wrong.push(format!("{} was cut off", self.what));
                }
            });
        }
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
        self.strike(&format!("the answer to {what}"))
    }

    fn show_change(
        &self,
        now: Timestamp,
        key: SimKey,
        transition: &Transition,
        result: &Result<Changed, ChangeError>,
    ) {
        self.world.observe(|state| {
            let batch = match transition {
                Transition::Renew { .. } => {
                    return state.oracle.changed(now, self.node, key, transition, result);
                }
                Transition::Record { fence, .. }
                | Transition::Finish { fence, .. }
                | Transition::Retry { fence, .. }
                | Transition::Bury { fence, .. } => state.oracle.name(fence.batch),
                Transition::Requeue { batch, .. } => state.oracle.name(*batch),
                _ => key.to_string(),
            };
            state.trace(|| format!("n{} {batch} {transition:?}: {result:?}", self.node));
            state.oracle.changed(now, self.node, key, transition, result);
        });
    }

    async fn pass_on(
        &self,
        now: Timestamp,
        key: &SimKey,
        transition: Transition,
    ) -> Result<Changed, ChangeError> {
        let what = name_of(&transition);
        if may_be_held_up(&transition) {
            self.delay().await;
        }
        self.enter(what).await?;
        // These follow on another call, and what they do depends on when they are done.
        let follows = matches!(transition, Transition::Silence | Transition::Requeue { .. });
        let now = if follows { self.world.clock.now() } else { now };
        let result = self.memory.change(now, key, transition.clone()).await;
        self.show_change(self.world.clock.now(), *key, &transition, &result);
        let left = self.leave(what).await;
        if let Ok(changed) = &result {
            self.count(&transition, &changed.answer, left.is_ok());
        }
        left?;
        result
    }

    async fn steer(&self, now: Timestamp, scope: &str, change: OptOutChange) -> Result<bool, StoreError> {
        self.enter("set_opted_out").await?;
        let changed = self.memory.set_opted_out(now, scope, change).await?;
        self.world.observe(|state| {
            state.oracle.set_opted_out(now, scope, change, changed);
            state.trace(|| format!("n{} {scope} {change:?}: {changed}", self.node));
        });
        self.leave("set_opted_out").await?;
        // Whoever opts out is told of once the line was to be silenced too.
        let opted_in = changed && !change.opted_out;
        self.world.observe(|state| state.tallies[self.node].opted_in += u64::from(opted_in));
        Ok(changed)
    }

    /// Counts what the caller is told of, or might find out if the answer is lost.
    fn count(&self, transition: &Transition, answer: &Answer, is_told: bool) {
        self.world.observe(|state| {
            let tallies = if is_told { &mut state.tallies } else { &mut state.unheard };
            let tally = &mut tallies[self.node];
            match (transition, answer) {
                (Transition::Record { classification: Some(_), .. }, _) => {
                    tally.classified += u64::from(is_told);
                }
                (Transition::Finish { finish, .. }, _) => {
                    tally.classified += u64::from(finish.classification.is_some());
                    tally.finished(&finish.outcome);
                }
                (Transition::Retry { terms, .. }, _) => {
                    *if terms.counts { &mut tally.retries } else { &mut tally.handed_back } += 1;
                }
                (Transition::Bury { .. }, _) => tally.dead += 1,
                // Nobody looks for these.
                (Transition::Cancel, Answer::Cancelled(cancelled)) if is_told => {
                    tally.skipped += cancelled.len() as u64;
                }
                _ => {}
            }
        });
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Store<SimKey, SimMessage> for SimStore {
    async fn append(
        &self,
        now: Timestamp,
        arrivals: Vec<Arrival<SimKey, SimMessage>>,
    ) -> Result<AppendReport, StoreError> {
        self.enter("append").await?;
        let shown: Vec<_> = arrivals.iter().map(|arrival| (arrival.key, arrival.message.clone())).collect();
        let report = self.memory.append(now, arrivals).await?;
        self.show_append(now, &shown, &report);
        self.leave("append").await?;
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
        let wake = self.memory.next_wake().await?;
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
        let claims = self.memory.claim(now, limit, lease).await?;
        self.world.observe(|state| {
            for claim in &claims {
                let name = state.oracle.name(claim.batch.id);
                state.trace(|| format!("n{} claims {name} #{} {:?}", self.node, claim.attempt, claim.stage));
            }
            state.oracle.claimed(now, self.node, limit.get(), &claims);
        });
        if !claims.is_empty() {
            self.leave("claim").await?;
        }
        self.world.observe(|state| {
            state.oracle.delivered(&claims);
            state.tallies[self.node].claims += claims.len() as u64;
        });
        Ok(claims)
    }

    async fn change(
        &self,
        now: Timestamp,
        key: &SimKey,
        transition: Transition,
    ) -> Result<Changed, ChangeError> {
        let unbroken =
            matches!(transition, Transition::Cancel).then(|| Unbroken::new(&self.world, "a cancel"));
        let is_silence = matches!(transition, Transition::Silence);
        let result = self.pass_on(now, key, transition).await;
        // Whatever came of it, the sender has opted out, and that is told.
        self.world.observe(|state| state.tallies[self.node].opted_out += u64::from(is_silence));
        unbroken.into_iter().for_each(Unbroken::end);
        result
    }

    async fn flush_all(&self, now: Timestamp, reason: CloseReason) -> Result<u64, StoreError> {
        self.enter("flush_all").await?;
        let count = self.memory.flush_all(now, reason).await?;
        self.world.observe(|state| {
            state.oracle.flushed(now, None, count);
            state.trace(|| format!("n{} flushes all {reason:?}: {count}", self.node));
        });
        self.leave("flush_all").await?;
        Ok(count)
    }

    async fn set_opted_out(
        &self,
        now: Timestamp,
        scope: &str,
        change: OptOutChange,
    ) -> Result<bool, StoreError> {
        let is_asked_for = change.cause == OptOutCause::Operator;
        let unbroken = is_asked_for.then(|| Unbroken::new(&self.world, "an opt-out"));
        let result = self.steer(now, scope, change).await;
        unbroken.into_iter().for_each(Unbroken::end);
        result
    }

    async fn sender(&self, scope: &str) -> Result<Sender, StoreError> {
        self.memory.sender(scope).await
    }

    async fn opted_out(
        &self,
        after: Option<SenderId>,
        limit: NonZeroUsize,
    ) -> Result<Vec<OptedOut>, StoreError> {
        self.memory.opted_out(after, limit).await
    }

    async fn maintain(&self, now: Timestamp, limit: NonZeroUsize) -> Result<Maintained, StoreError> {
        self.enter("maintain").await?;
        self.memory.maintain(now, limit).await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.memory.counts(now).await
    }

    async fn list(&self, filter: &Filter) -> Result<Vec<Record<SimKey>>, StoreError> {
        self.memory.list(filter).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Whole<SimKey, SimMessage>>, StoreError> {
        self.enter("batch").await?;
        let whole = self.memory.batch(id).await?;
        self.delay().await;
        self.strike("the answer to batch")?;
        Ok(whole)
    }

    async fn hand_back(&self) -> Result<Vec<Batch<SimKey, SimMessage>>, StoreError> {
        let batches = self.memory.hand_back().await?;
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
