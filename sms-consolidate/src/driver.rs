//! The one loop: sleep until the next wake, claim what is due, hand it over. And the jobs that it has started.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::Timestamp;
use crate::consolidator::Inner;
use crate::lane::Token;
use crate::message::{BatchId, Key, Message};
use crate::process::{self, Ended, Interrupt};
use crate::store::{Claim, StoreError};

/// The most batches that one call claims, so that a large backlog is taken up in small steps.
const CLAIM_LIMIT: usize = 64;

const MAINTAIN_EVERY: Duration = Duration::from_secs(60);
/// How soon maintenance goes on if a step left something to do.
const MAINTAIN_AGAIN: Duration = Duration::from_millis(100);
pub(crate) const MAINTAIN_LIMIT: NonZeroUsize = NonZeroUsize::new(4_096).expect("the limit is not zero");

/// How long to wait if the store says that something is due and yields nothing: another node is just taking it.
const CONTENDED: Duration = Duration::from_millis(10);

const FIRST_FAILURE_WAIT: Duration = Duration::from_millis(100);
const LONGEST_FAILURE_WAIT: Duration = Duration::from_secs(10);

/// Wakes the driver when something is due earlier than it plans to wake.
///
/// No wake is lost: the driver sets `planned` to the far future *before* it asks the store for the next wake. A push
/// that the store's answer does not include thus sees the far future or the new plan, and rings in either case.
struct Alarm {
    planned: AtomicI64,
    rung: AtomicU64,
    bell: Notify,
}

impl Alarm {
    fn ring(&self) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.bell.notify_one();
    }

    fn ring_if_earlier(&self, wake: Timestamp) {
        if wake.as_unix_millis() < self.planned.load(Ordering::SeqCst) {
            self.ring();
        }
    }

    /// Starts a round. Returns how often the bell has rung so far.
    fn listen(&self) -> u64 {
        self.planned.store(i64::MAX, Ordering::SeqCst);
        self.rung.load(Ordering::SeqCst)
    }

    fn plan(&self, wake: Timestamp) {
        self.planned.store(wake.as_unix_millis(), Ordering::SeqCst);
    }
}

/// Where the driver waits, and what it had heard by then.
#[derive(Clone, Copy)]
struct Parked {
    until: Timestamp,
    heard: u64,
}

/// How to interrupt each job, until it has been interrupted. By claim and not by batch: a superseded job may still be
/// ending when its batch is claimed anew.
type Running = BTreeMap<(BatchId, Token), Option<oneshot::Sender<Interrupt>>>;

/// The batches in flight in this process, and what the driver needs to be told.
pub(crate) struct Jobs {
    running: Mutex<Running>,
    max_in_flight: usize,
    alarm: Alarm,
    parked: Mutex<Option<Parked>>,
    driver: Mutex<Option<JoinHandle<()>>>,
    stopping: AtomicBool,
    /// Bumped whenever a job ends or the driver parks.
    progress: watch::Sender<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn send(job: &mut Option<oneshot::Sender<Interrupt>>, interrupt: Interrupt) {
    if let Some(job) = job.take() {
        // An error means that the job has just ended by itself.
        let _ = job.send(interrupt);
    }
}

impl Jobs {
    pub(crate) fn new(max_in_flight: NonZeroUsize) -> Self {
        Self {
            running: Mutex::default(),
            max_in_flight: max_in_flight.get(),
            alarm: Alarm { planned: AtomicI64::new(i64::MAX), rung: AtomicU64::new(0), bell: Notify::new() },
            parked: Mutex::new(None),
            driver: Mutex::new(None),
            stopping: AtomicBool::new(false),
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

    /// Tells the job of `batch` to stop, if it runs here.
    pub(crate) fn interrupt(&self, batch: BatchId, interrupt: Interrupt) {
        let claims = (batch, Token::MIN)..=(batch, Token::MAX);
        lock(&self.running).range_mut(claims).for_each(|(_, job)| send(job, interrupt));
    }

    pub(crate) fn interrupt_all(&self, interrupt: Interrupt) {
        lock(&self.running).values_mut().for_each(|job| send(job, interrupt));
    }

    pub(crate) fn in_flight(&self) -> usize {
        lock(&self.running).len()
    }

    pub(crate) fn free(&self) -> usize {
        self.max_in_flight.saturating_sub(self.in_flight())
    }

    pub(crate) fn progress(&self) -> watch::Receiver<()> {
        self.progress.subscribe()
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Whether nothing is in flight and the driver, if there is one, has nothing to do at `now`.
    pub(crate) fn are_settled(&self, now: Timestamp) -> bool {
        let driver_waits = || {
            let parked = *lock(&self.parked);
            parked.is_some_and(|parked| {
                parked.until > now && parked.heard == self.alarm.rung.load(Ordering::SeqCst)
            })
        };
        self.in_flight() == 0 && (lock(&self.driver).is_none() || driver_waits())
    }

    fn park(&self, parked: Option<Parked>) {
        *lock(&self.parked) = parked;
        self.progress.send_replace(());
    }

    /// Stops the driver. Its jobs go on.
    pub(crate) async fn stop_driver(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        let driver = lock(&self.driver).take();
        if let Some(driver) = driver {
            self.alarm.ring();
            if let Err(error) = driver.await {
                tracing::error!(%error, "DRIVER FAILED");
            }
        }
    }
}

/// Takes a job off the list when it ends, however it ends.
struct JobGuard<'a> {
    jobs: &'a Jobs,
    claim: (BatchId, Token),
}

impl Drop for JobGuard<'_> {
    fn drop(&mut self) {
        let left = {
            let mut running = lock(&self.jobs.running);
            running.remove(&self.claim);
            running.len()
        };
        if left + 1 == self.jobs.max_in_flight {
            self.jobs.alarm.ring();
        }
        self.jobs.progress.send_replace(());
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

    async fn drive(self: Arc<Self>) {
        let mut maintain_at = self.clock.now() + MAINTAIN_EVERY;
        let mut failure_wait = FIRST_FAILURE_WAIT;
        while !self.jobs.is_stopping() {
            let heard = self.jobs.alarm.listen();
            let until = match self.round(&mut maintain_at).await {
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
            tokio::select! {
                () = self.clock.sleep_until(until) => {}
                () = self.jobs.alarm.bell.notified() => {}
                () = self.store.changed() => {}
            }
            self.jobs.park(None);
        }
    }

    async fn round(self: &Arc<Self>, maintain_at: &mut Timestamp) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let claimed = self.claim_due(now, CLAIM_LIMIT.min(self.jobs.free())).await?.len();
        if now >= *maintain_at {
            let done = self.store.maintain(now, MAINTAIN_LIMIT).await?;
            *maintain_at = now + if done.more { MAINTAIN_AGAIN } else { MAINTAIN_EVERY };
        }
        if self.jobs.free() == 0 {
            return Ok(Next::SleepUntil(*maintain_at));
        }
        if claimed > 0 {
            return Ok(Next::Round);
        }
        let wake = self.store.next_wake().await?.unwrap_or(Timestamp::MAX);
        let wake = if wake <= now { now + CONTENDED } else { wake };
        Ok(Next::SleepUntil(wake.min(*maintain_at)))
    }

    /// Claims up to `limit` due batches and starts a job for each.
    pub(crate) async fn claim_due(
        self: &Arc<Self>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(BatchId, JoinHandle<Ended>)>, StoreError> {
        let Some(limit) = NonZeroUsize::new(limit) else { return Ok(Vec::new()) };
        let claims = self.store.claim(now, limit, self.settings.lease).await?;
        Ok(claims.into_iter().map(|claim| self.start_job(claim)).collect())
    }

    fn start_job(self: &Arc<Self>, claim: Claim<K, M>) -> (BatchId, JoinHandle<Ended>) {
        let (interrupter, interrupt) = oneshot::channel();
        let batch = claim.batch.id;
        let key = (batch, claim.token);
        lock(&self.jobs.running).insert(key, Some(interrupter));
        let inner = Arc::clone(self);
        let job = tokio::spawn(async move {
            let _guard = JobGuard { jobs: &inner.jobs, claim: key };
            process::handle(&inner, claim, interrupt).await
        });
        (batch, job)
    }
}
