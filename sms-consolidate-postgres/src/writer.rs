//! The writers: tasks that take what is queued for their keys and do it in groups, one transaction each.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::join4;
use sms_consolidate::BatchIds;
use sms_consolidate::lane::{Lane, Sender};
use sms_consolidate::store::StoreError;
use tokio::sync::mpsc;
use tokio_postgres::types::ToSql;

use crate::changes::{Changes, commit};
use crate::database::{Session, Use};
use crate::error::Fault;
use crate::lanes::Lanes;
use crate::senders::{Needed, Senders};
use crate::shared::Shared;
use crate::sql;
use crate::timer;

/// So many senders are locked by a group, and those of one more append. A server has room for some 64 locks per connection.
const GROUP_SENDERS: usize = 64;

/// How often a group is begun anew because another transaction was in the way.
pub(crate) const TRIES: usize = 20;

/// What is to be done to one lane, waiting for its turn.
pub(crate) trait Job: Send {
    /// Of the lane, escaped.
    fn key(&self) -> &str;

    /// The id of the message that it brings, escaped.
    fn message_id(&self) -> Option<&str> {
        None
    }

    /// Whose record it needs.
    fn sender(&self) -> Option<Needed> {
        None
    }

    fn is_append(&self) -> bool {
        false
    }

    /// How many bytes of a message it brings.
    fn bytes(&self) -> usize {
        0
    }

    /// Does it to the lane. May be called anew, if the transaction was not committed.
    fn apply(&mut self, step: Step<'_>);

    /// What `apply` did is committed.
    fn answer(self: Box<Self>);

    /// It was not done, or (a commit whose answer was lost) it is not known.
    fn fail(self: Box<Self>, error: StoreError);

    /// The database cannot hold its values.
    fn refuse(self: Box<Self>, error: StoreError) {
        self.fail(error);
    }

    /// The lane, or the record of its sender, cannot be read.
    fn find_damaged(self: Box<Self>, error: StoreError) {
        self.fail(error);
    }
}

/// What a job works on.
pub(crate) struct Step<'a> {
    pub(crate) key: &'a str,
    pub(crate) lane: &'a mut Lane,
    pub(crate) sender: Sender,
    pub(crate) changes: &'a mut Changes,
    pub(crate) batch_ids: &'a mut BatchIds,
}

pub(crate) type Jobs = Vec<Box<dyn Job>>;

/// So many bytes of messages, and those of one more, go into a transaction. Postgres takes no more than a GiB at once.
pub(crate) const GROUP_BYTES: usize = 8 * 1024 * 1024;

fn bytes_of(jobs: &Jobs) -> usize {
    jobs.iter().map(|job| job.bytes()).sum()
}

fn senders_of(jobs: &Jobs) -> usize {
    jobs.iter().filter(|job| job.sender().is_some()).count()
}

/// The queues to the writers.
pub(crate) struct Writers {
    queues: Vec<mpsc::UnboundedSender<Jobs>>,
    waiting: Arc<Waiting>,
}

/// What waits in all queues together: how many jobs, of how many bytes.
struct Waiting {
    now: Mutex<(usize, usize)>,
    /// The most of both. What is submitted at once may be more, if nothing else waits.
    limits: (usize, usize),
}

impl Waiting {
    fn enter(&self, jobs: usize, bytes: usize) -> Result<(), StoreError> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let then = (now.0 + jobs, now.1 + bytes);
        if now.0 > 0 && then.0 > self.limits.0 {
            return Err(StoreError::unavailable("too many writes are waiting for the database"));
        }
        if now.0 > 0 && then.1 > self.limits.1 {
            return Err(StoreError::unavailable("messages of too many bytes are waiting for the database"));
        }
        *now = then;
        Ok(())
    }

    fn leave(&self, jobs: &Jobs) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = (now.0 - jobs.len(), now.1 - bytes_of(jobs));
    }
}

impl Writers {
    pub(crate) fn start(shared: &Arc<Shared>) -> Self {
        let limits = (shared.settings.queue_length, shared.settings.queue_bytes);
        let waiting = Arc::new(Waiting { now: Mutex::default(), limits });
        let start = |_| {
            let (sender, receiver) = mpsc::unbounded_channel();
            tokio::spawn(work(Arc::clone(shared), Queue { receiver, waiting: Arc::clone(&waiting) }));
            sender
        };
        let queues = (0..shared.settings.writers).map(start).collect();
        Self { queues, waiting }
    }

    /// Which writer the key belongs to.
    pub(crate) fn of(&self, key: &str) -> usize {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key);
        (hash % self.queues.len() as u64) as usize
    }

    /// Queues jobs for their writers; at once, or none of them.
    pub(crate) fn submit(&self, jobs: Vec<(usize, Jobs)>) -> Result<(), StoreError> {
        let count = jobs.iter().map(|(_, jobs)| jobs.len()).sum();
        self.waiting.enter(count, jobs.iter().map(|(_, jobs)| bytes_of(jobs)).sum())?;
        jobs.into_iter().try_for_each(|(writer, jobs)| {
            self.queues[writer].send(jobs).map_err(|_| StoreError::unavailable("the store is closed"))
        })
    }
}

struct Queue {
    receiver: mpsc::UnboundedReceiver<Jobs>,
    waiting: Arc<Waiting>,
}

impl Queue {
    async fn next(&mut self) -> Option<Jobs> {
        let jobs = self.receiver.recv().await?;
        self.waiting.leave(&jobs);
        Some(jobs)
    }

    fn next_at_once(&mut self) -> Option<Jobs> {
        let jobs = self.receiver.try_recv().ok()?;
        self.waiting.leave(&jobs);
        Some(jobs)
    }
}

async fn work(shared: Arc<Shared>, mut queue: Queue) {
    while let Some(mut group) = queue.next().await {
        let (mut bytes, mut senders) = (bytes_of(&group), senders_of(&group));
        while group.len() < shared.settings.group_size
            && bytes < GROUP_BYTES
            && senders < GROUP_SENDERS
            && let Some(more) = queue.next_at_once()
        {
            bytes += bytes_of(&more);
            senders += senders_of(&more);
            group.extend(more);
        }
        // A panic ends a group and not a writer.
        match AssertUnwindSafe(run(&shared, group)).catch_unwind().await {
            Ok(None) => {}
            Ok(Some(reason)) => {
                // Without a connection nobody in the queue gets further either, and each would wait for one in vain.
                while let Some(jobs) = queue.next_at_once() {
                    fail(jobs, &shared, &Fault::away(reason.clone()));
                }
            }
            // Not what it panicked with, which may quote a message.
            Err(_) => tracing::error!("WRITES INTERRUPTED by a panic"),
        }
    }
}

fn fail(jobs: Jobs, shared: &Shared, fault: &Fault) {
    jobs.into_iter().for_each(|job| job.fail(fault.to_store_error(&shared.database.server)));
}

/// Why a group was not committed.
struct Failed {
    fault: Fault,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Connecting,
    Reading,
    Writing,
}

/// Does a group of jobs and answers them. If there is no connection to be had, returns why.
async fn run(shared: &Shared, group: Jobs) -> Option<String> {
    let mut waiting = vec![group];
    let mut tries = 0;
    while let Some(mut jobs) = waiting.pop() {
        let attempt = timer::within(shared.database.limit, attempt(shared, &mut jobs)).await;
        let timed_out = || {
            let fault = Fault::away("the server did not answer in time");
            Err(Failed { fault, stage: Stage::Writing })
        };
        match attempt.unwrap_or_else(timed_out) {
            Ok(Done { damaged, wakes_earlier }) => {
                if wakes_earlier {
                    shared.news.tell();
                }
                answer(jobs, &damaged, shared);
                tries = 0;
            }
            Err(Failed { fault: Fault::Again(_), .. }) if tries < TRIES => {
                tries += 1;
                waiting.push(jobs);
            }
            // The connection had gone while it lay idle. Nothing was written yet, so a new one is tried.
            Err(Failed { fault: Fault::Away(_), stage: Stage::Reading }) if tries == 0 => {
                tries = TRIES;
                waiting.push(jobs);
            }
            // One of them cannot be stored, or conflicts whenever it is tried. It is found by halving, so that its
            // neighbours are stored.
            Err(Failed { fault: Fault::Value(_) | Fault::Again(_), .. }) if jobs.len() > 1 => {
                tries = 0;
                let second = jobs.split_off(jobs.len() / 2);
                waiting.extend([second, jobs]);
            }
            Err(Failed { fault: fault @ Fault::Value(_), .. }) => {
                let error = |fault: &Fault| fault.to_store_error(&shared.database.server);
                jobs.into_iter().for_each(|job| job.refuse(error(&fault)));
            }
            Err(Failed { fault, stage: Stage::Connecting }) => {
                waiting.push(jobs);
                waiting.into_iter().for_each(|jobs| fail(jobs, shared, &fault));
                return Some(fault.to_string());
            }
            Err(Failed { fault, .. }) => fail(jobs, shared, &fault),
        }
    }
    None
}

fn answer(jobs: Jobs, damaged: &HashSet<usize>, shared: &Shared) {
    for (place, job) in jobs.into_iter().enumerate() {
        if damaged.contains(&place) {
            let fault = Fault::broken(
                "what is stored of this key or its sender is damaged, see the tables lanes and senders",
            );
            job.find_damaged(fault.to_store_error(&shared.database.server));
        } else {
            job.answer();
        }
    }
}

struct Done {
    /// The places of the jobs that could not be done, because what they work on cannot be read.
    damaged: HashSet<usize>,
    wakes_earlier: bool,
}

async fn attempt(shared: &Shared, jobs: &mut Jobs) -> Result<Done, Failed> {
    let failed = |stage| move |fault| Failed { fault, stage };
    let mut session = shared.database.session(Use::Write).await.map_err(failed(Stage::Connecting))?;
    let (mut lanes, mut changes) = read(shared, &mut session, jobs).await.map_err(failed(Stage::Reading))?;
    let (mut batch_ids, mut damaged) = (BatchIds::new(), HashSet::new());
    for (place, job) in jobs.iter_mut().enumerate() {
        let key = job.key().to_owned();
        let sender = changes.senders.get(job.sender().map(|sender| sender.id));
        let Some((lane, sender)) = lanes.get(&key).zip(sender) else {
            damaged.insert(place);
            continue;
        };
        let (changes, batch_ids) = (&mut changes, &mut batch_ids);
        job.apply(Step { key: &key, lane, sender, changes, batch_ids });
    }
    let on_step = shared.settings.on_step.filter(|_| jobs.iter().any(|job| job.is_append()));
    let store = &shared.settings.name;
    let wakes_earlier =
        commit(session, store, &lanes, changes, on_step).await.map_err(failed(Stage::Writing))?;
    Ok(Done { damaged, wakes_earlier })
}

/// Locks the lanes of the jobs' keys, and then, in later statements, locks and reads their senders and looks their ids up:
/// one round trip.
async fn read(
    shared: &Shared,
    session: &mut Session,
    // Exclusively, because what is held over a wait must be fit for another thread, and jobs cannot be shared.
    jobs: &mut Jobs,
) -> Result<(Lanes, Changes), Fault> {
    let mut keys: Vec<&str> = jobs.iter().map(|job| job.key()).collect();
    keys.sort_unstable();
    keys.dedup();
    let asked = jobs.iter().filter_map(|job| Some((job.key(), job.message_id()?)));
    let (id_keys, ids): (Vec<&str>, Vec<&str>) = asked.unzip();
    let senders: Vec<Needed> = jobs.iter().filter_map(|job| job.sender()).collect();
    let (lock, look_up) =
        (session.statement(sql::LOCK_LANES).await?, session.statement(sql::KNOWN_IDS).await?);
    session.opens();
    let session = &*session;
    let (client, store) = (session.client(), &shared.settings.name);
    let known = async {
        if ids.is_empty() { Ok(Vec::new()) } else { client.query(&look_up, &[store, &id_keys, &ids]).await }
    };
    // Sent in this order, without waiting in between.
    let parameters: [&(dyn ToSql + Sync); 2] = [store, &keys];
    let locked = client.query(&lock, &parameters);
    let senders = Senders::lock(session, store, senders);
    let (begun, locked, senders, known) =
        join4(client.batch_execute(sql::BEGIN), locked, senders, known).await;
    begun?;
    let lanes = Lanes::from_rows(&locked?);
    let mut changes = Changes::with(senders?);
    known?.iter().for_each(|row| changes.know(row.get(0), row.get(1)));
    Ok((lanes, changes))
}
