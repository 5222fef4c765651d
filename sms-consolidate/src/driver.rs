//! The driver: it sleeps until the next wake, claims what is due and hands it over; maintenance goes on beside that. And
//! the jobs that it has started.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::alarm::Alarm;
use crate::clock::Timestamp;
use crate::consolidator::Inner;
use crate::gate::Gate;
use crate::lane::Token;
use crate::message::{BatchId, Key, Message};
use crate::process::{self, Ended};
use crate::store::{Claim, Maintained, StoreError};
use crate::striped::Padded;

mod claiming;

/// The most batches that one call claims, so that a large backlog is taken up in small steps.
const CLAIM_LIMIT: usize = 64;

const MAINTAIN_EVERY: Duration = Duration::from_secs(60);
/// How soon maintenance goes on if a step left something to do.
const MAINTAIN_AGAIN: Duration = Duration::from_millis(100);
const MAINTAIN_LIMIT: NonZeroUsize = NonZeroUsize::new(4_096).expect("the limit is not zero");

/// How long to wait if the store says that something is due and yields nothing: another node is just taking it.
const CONTENDED: Duration = Duration::from_millis(10);

/// How long a shutdown and [`Consolidator::process_due`](crate::Consolidator::process_due) wait after their deadlines for
/// calls of the store to return, and for batches to be given back.
pub(crate) const HAND_BACK_WITHIN: Duration = Duration::from_secs(1);

const FIRST_FAILURE_WAIT: Duration = Duration::from_millis(100);
const LONGEST_FAILURE_WAIT: Duration = Duration::from_secs(10);

/// Where the driver waits, and what it had heard by then.
#[derive(Clone, Copy)]
struct Parked {
    until: Timestamp,
    heard: u64,
}

/// By claim and not by batch: a superseded job may still be ending when its batch is claimed anew.
type Running = BTreeMap<(BatchId, Token), RunningJob>;

/// So many lists of what is running, by batch, that jobs which begin and end at once seldom meet at one lock.
const LISTS: usize = 16;

struct RunningJob {
    /// How many jobs had begun before it.
    number: u64,
    /// Until it has been interrupted.
    interrupter: Option<oneshot::Sender<()>>,
}

impl RunningJob {
    fn interrupt(&mut self) {
        if let Some(interrupter) = self.interrupter.take() {
            // An error means that the job has just ended by itself.
            let _ = interrupter.send(());
        }
    }
}

/// The batches in flight in this process, and what the driver needs to be told.
pub(crate) struct Jobs {
    running: [Padded<Mutex<Running>>; LISTS],
    /// Places in flight that are not taken, neither by a job nor for a claim that the store is being asked for.
    free: AtomicUsize,
    begun: AtomicU64,
    alarm: Alarm,
    parked: Mutex<Option<Parked>>,
    /// When the driver's next step of maintenance is, in milliseconds since the Unix epoch. It moves on when that is done.
    maintain_at: AtomicI64,
    driver: Mutex<Option<JoinHandle<()>>>,
    stopping: AtomicBool,
    /// Whoever asks the store for batches is inside until they are listed as jobs or given back. A shutdown asks too,
    /// but outside: it is what closes the gate.
    claiming: Gate,
    /// A shutdown is through with waiting, and no job begins any more.
    is_over: Mutex<bool>,
    /// Bumped whenever a job ends or the driver parks.
    progress: watch::Sender<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Jobs {
    pub(crate) fn new(max_in_flight: NonZeroUsize) -> Self {
        Self {
            running: Default::default(),
            free: AtomicUsize::new(max_in_flight.get()),
            begun: AtomicU64::new(0),
            alarm: Alarm::new(),
            parked: Mutex::new(None),
            maintain_at: AtomicI64::new(i64::MAX),
            driver: Mutex::new(None),
            stopping: AtomicBool::new(false),
            claiming: Gate::default(),
            is_over: Mutex::new(false),
            progress: watch::Sender::new(()),
        }
    }

    /// A lane wakes at `wake`, maybe earlier than planned.
    pub(crate) fn lane_moved(&self, wake: Option<Timestamp>) {
        if let Some(wake) = wake {
            self.alarm.ring_if_earlier(wake);
        }
    }

    /// Something changed of which it is not known when it is due.
    pub(crate) fn look_again(&self) {
        self.alarm.ring();
    }

    /// Has the driver look again when the guard is dropped, which may be in the middle of a write: the store may have
    /// taken it.
    pub(crate) fn look_again_after(&self) -> LookAgain<'_> {
        LookAgain { jobs: Some(self) }
    }

    /// How many jobs have begun here so far.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Tells the job of `batch` to give it back, if it runs here and was one of the first `begun`. A later one may work
    /// under a claim that followed whatever the interruption is about, and may be sending its reply.
    pub(crate) fn interrupt(&self, batch: BatchId, begun: u64) {
        let claims = (batch, Token::MIN)..=(batch, Token::MAX);
        let mut running = self.list_of(batch);
        let meant = running.range_mut(claims).filter(|(_, job)| job.number < begun);
        meant.for_each(|(_, job)| job.interrupt());
    }

    pub(crate) fn interrupt_all(&self) {
        for Padded(running) in &self.running {
            lock(running).values_mut().for_each(RunningJob::interrupt);
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        // All at once: one by one, a job that begins behind and one that ends ahead of the count would both be missed.
        let lists = self.running.each_ref().map(|Padded(running)| lock(running));
        lists.iter().map(|running| running.len()).sum()
    }

    /// The list that a job of `batch` is on.
    fn list_of(&self, batch: BatchId) -> MutexGuard<'_, Running> {
        // The last byte of an id is random.
        let list = usize::from(batch.as_bytes()[15]) % LISTS;
        lock(&self.running[list].0)
    }

    pub(crate) fn free(&self) -> usize {
        self.free.load(Ordering::SeqCst)
    }

    /// Takes up to `limit` free places, so that two who claim at once do not both fill the same ones.
    fn reserve(&self, limit: usize) -> Places<'_> {
        let taken =
            self.free.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |free| Some(free - limit.min(free)));
        Places { jobs: self, count: limit.min(taken.unwrap_or(0)) }
    }

    /// Wakes whoever waits for a job to end or the driver to park. They subscribe before they look.
    fn progressed(&self) {
        if self.progress.receiver_count() > 0 {
            self.progress.send_replace(());
        }
    }

    pub(crate) fn progress(&self) -> watch::Receiver<()> {
        self.progress.subscribe()
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Whether nothing is in flight and the driver, if there is one, has nothing to do at `now`.
    pub(crate) fn are_settled(&self, now: Timestamp) -> bool {
        let driver_waits = || {
            let parked = *lock(&self.parked);
            self.maintain_at.load(Ordering::SeqCst) > now.as_unix_millis()
                && parked.is_some_and(|parked| parked.until > now && parked.heard == self.alarm.rung())
        };
        self.in_flight() == 0 && (lock(&self.driver).is_none() || driver_waits())
    }

    fn park(&self, parked: Option<Parked>) {
        *lock(&self.parked) = parked;
        self.progressed();
    }

    fn maintenance_is_at(&self, at: Timestamp) {
        self.maintain_at.store(at.as_unix_millis(), Ordering::SeqCst);
        self.progressed();
    }

    /// From now on no job begins in this process. Those that have begun are listed.
    pub(crate) fn begin_no_more(&self) {
        *lock(&self.is_over) = true;
    }

    /// Whether no job begins any more.
    pub(crate) fn is_over(&self) -> bool {
        *lock(&self.is_over)
    }
}

/// Has the driver look again when it is dropped.
pub(crate) struct LookAgain<'a> {
    jobs: Option<&'a Jobs>,
}

impl LookAgain<'_> {
    /// What changed is known: the driver need not look.
    pub(crate) fn dismiss(mut self) {
        self.jobs = None;
    }
}

impl Drop for LookAgain<'_> {
    fn drop(&mut self) {
        if let Some(jobs) = self.jobs {
            jobs.look_again();
        }
    }
}

/// Places in flight that are kept for claims, until this is dropped.
struct Places<'a> {
    jobs: &'a Jobs,
    count: usize,
}

impl Places<'_> {
    /// Leaves one to a job.
    fn fill(&mut self) {
        self.count = self.count.saturating_sub(1);
    }
}

impl Drop for Places<'_> {
    fn drop(&mut self) {
        self.jobs.free.fetch_add(self.count, Ordering::SeqCst);
    }
}

/// A job that is listed, holds its place, and can be interrupted, but does not run yet.
pub(crate) struct Begun<K: Key, M: Message> {
    listed: Listed<K, M>,
    claim: Claim<K, M>,
    interrupt: oneshot::Receiver<()>,
}

impl<K: Key, M: Message> Begun<K, M> {
    pub(crate) fn batch(&self) -> BatchId {
        self.claim.batch.id
    }

    /// Lets it run.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn spawn(self) -> JoinHandle<Ended> {
        let Self { listed, claim, interrupt } = self;
        tokio::spawn(async move { process::handle(&listed.inner, claim, interrupt).await })
    }
}

/// Takes a job off its list when it ends, however it ends.
struct Listed<K: Key, M: Message> {
    inner: Arc<Inner<K, M>>,
    claim: (BatchId, Token),
}

impl<K: Key, M: Message> Drop for Listed<K, M> {
    fn drop(&mut self) {
        let jobs = &self.inner.jobs;
        jobs.list_of(self.claim.0).remove(&self.claim);
        let were_free = jobs.free.fetch_add(1, Ordering::SeqCst);
        if were_free == 0 {
            // The driver may wait for a place.
            jobs.alarm.ring();
        }
        jobs.progressed();
    }
}

/// What the driver does next.
enum Next {
    Round,
    SleepUntil(Timestamp),
}

impl<K: Key, M: Message> Inner<K, M> {
    /// Starts the driver, unless it runs or the service is stopping.
    pub(crate) fn start_driver(self: &Arc<Self>) {
        let mut driver = lock(&self.jobs.driver);
        if driver.is_none() && !self.jobs.is_stopping() {
            *driver = Some(tokio::spawn(Arc::clone(self).drive()));
        }
    }

    /// Until the service stops. A step of maintenance that takes long delays no batch: both go on side by side. It
    /// ends with the last claim, which may keep it beyond the end of maintenance.
    async fn drive(self: Arc<Self>) {
        let maintain_at = self.clock.now() + MAINTAIN_EVERY;
        self.jobs.maintenance_is_at(maintain_at);
        tokio::select! {
            biased;
            () = self.claim_until_stopped() => {}
            never = self.maintain_until_stopped(maintain_at) => match never {},
        }
        *lock(&self.jobs.driver) = None;
        self.jobs.progressed();
    }

    async fn claim_until_stopped(self: &Arc<Self>) {
        let mut failure_wait = FIRST_FAILURE_WAIT;
        while !self.jobs.is_stopping() {
            let heard = self.jobs.alarm.listen();
            let round = AssertUnwindSafe(self.round()).catch_unwind().await;
            let until = match round.unwrap_or_else(|_| Err(StoreError::failed("panicked"))) {
                Ok(Next::Round) => {
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(Next::SleepUntil(until)) => {
                    failure_wait = FIRST_FAILURE_WAIT;
                    until
                }
                Err(error) => {
                    tracing::error!(%error, retry_in_ms = failure_wait.as_millis(), "STORE FAILED");
                    let until = self.clock.now() + failure_wait;
                    failure_wait = (failure_wait * 2).min(LONGEST_FAILURE_WAIT);
                    until
                }
            };
            self.jobs.alarm.plan(until);
            self.jobs.park(Some(Parked { until, heard }));
            // In this order, so that a simulation can be repeated.
            tokio::select! {
                biased;
                () = self.clock.sleep_until(until) => {}
                () = self.jobs.alarm.notified() => {}
                () = self.store.changed() => {}
            }
            self.jobs.park(None);
        }
    }

    async fn round(self: &Arc<Self>) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let begun = self.claim_due(now, CLAIM_LIMIT).await?;
        let claimed = begun.len();
        if claimed > 0 {
            // Starting tasks costs about as much as claiming, so another thread may do that.
            tokio::spawn(async { begun.into_iter().for_each(|job| drop(job.spawn())) });
        }
        if self.jobs.free() == 0 {
            return Ok(Next::SleepUntil(Timestamp::MAX));
        }
        if claimed > 0 {
            return Ok(Next::Round);
        }
        let wake = self.store.next_wake().await?.unwrap_or(Timestamp::MAX);
        let wake = if wake <= now { now + CONTENDED } else { wake };
        Ok(Next::SleepUntil(wake))
    }

    async fn maintain_until_stopped(&self, mut at: Timestamp) -> Infallible {
        loop {
            self.clock.sleep_until(at).await;
            if self.jobs.is_stopping() {
                return std::future::pending().await;
            }
            let step = AssertUnwindSafe(self.maintain()).catch_unwind().await;
            let step = step.unwrap_or_else(|_| Err(StoreError::failed("panicked")));
            let more = step.as_ref().is_ok_and(|step| step.more);
            if let Err(error) = step {
                tracing::error!(%error, "MAINTENANCE FAILED");
            }
            at = self.clock.now() + if more { MAINTAIN_AGAIN } else { MAINTAIN_EVERY };
            self.jobs.maintenance_is_at(at);
        }
    }

    pub(crate) async fn maintain(&self) -> Result<Maintained, StoreError> {
        self.store.maintain(self.clock.now(), MAINTAIN_LIMIT).await
    }
}
