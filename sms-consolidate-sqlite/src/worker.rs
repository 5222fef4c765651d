//! A thread with a connection of its own, and the queue of what it has to do.
//!
//! What is queued is done in groups: one transaction, one commit, one wait for the disk. Nobody is answered before the
//! commit. If one operation of a group fails on its own account, the transaction is rolled back and each is done in a
//! transaction of its own, so that it fails alone.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use sms_consolidate::store::StoreError;
use sms_consolidate::{BatchIds, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use crate::fault::{Failure, Fault};
use crate::files::Files;
use crate::log::Mover;
use crate::tx::Tx;

/// Something to be done in a transaction. It may be run twice, because a group may be rolled back on account of
/// another.
trait Operation: Send {
    /// Whether anybody still waits for it.
    fn is_wanted(&self) -> bool;
    /// How many bytes of messages it holds.
    fn bytes(&self) -> usize;
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault>;
    fn answer(self: Box<Self>, done: Result<(), Failure>);
}

struct Job<T, F> {
    work: F,
    value: Option<T>,
    /// Its place among the bytes that may wait.
    place: OwnedSemaphorePermit,
    answer: oneshot::Sender<Result<T, Failure>>,
}

impl<T, F> Operation for Job<T, F>
where
    T: Send,
    F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }

    fn bytes(&self) -> usize {
        self.place.num_permits()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        self.value = Some((self.work)(tx)?);
        Ok(())
    }

    fn answer(self: Box<Self>, done: Result<(), Failure>) {
        let Self { value, answer, place, .. } = *self;
        // Before the answer: whoever gets that may ask for as much again at once.
        drop(place);
        // Whoever asked may have gone meanwhile.
        let _ = answer.send(done.map(|()| value.expect("what was committed was run")));
    }
}

/// When the next lane wakes.
pub(crate) const EARLIEST: &str = "SELECT min(wake_at) FROM lanes WHERE store = ?1 AND wake_at IS NOT NULL";

type Queued = Box<dyn Operation>;

/// What a worker's thread owns.
pub(crate) struct Session {
    /// Before its connection, so that this one is the last to be closed, and cleans up.
    pub(crate) mover: Option<Mover>,
    pub(crate) connection: Connection,
    /// Of who writes.
    pub(crate) files: Option<Files>,
    pub(crate) path: Arc<Path>,
    pub(crate) store: String,
    /// Whether this is the one that writes.
    pub(crate) writes: bool,
    /// The earliest instant at which a lane wakes, as it was last committed.
    pub(crate) wake: Arc<Wake>,
    pub(crate) on_step: Option<fn(&'static str)>,
}

/// The earliest instant at which anything is to be claimed, for all threads to read.
pub(crate) struct Wake(AtomicI64);

impl Wake {
    pub(crate) const fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    pub(crate) fn get(&self) -> Option<Timestamp> {
        match self.0.load(Ordering::SeqCst) {
            i64::MAX => None,
            millis => Some(Timestamp::from_unix_millis(millis)),
        }
    }

    fn set(&self, wake: Option<i64>) {
        self.0.store(wake.unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

/// How much a worker takes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Operations in a transaction.
    pub(crate) group: usize,
    /// Operations that wait.
    pub(crate) waiting: usize,
    /// Bytes of messages that wait. One operation may have more, if nothing else waits.
    pub(crate) waiting_bytes: usize,
}

/// Bytes of messages in a transaction, unless one operation has more: what a group writes is in memory until it is
/// committed, and the next one waits for it.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// The thread, seen from outside. Dropping it has what is queued finished first.
pub(crate) struct Worker {
    queue: Option<mpsc::Sender<Queued>>,
    /// One permit for each byte that may wait.
    places: Arc<Semaphore>,
    all_places: u32,
    thread: Option<JoinHandle<()>>,
    path: Arc<Path>,
}

impl Worker {
    pub(crate) fn start(name: &str, session: Session, limits: Limits) -> io::Result<Self> {
        let Limits { group, waiting, waiting_bytes } = limits;
        // The channel's own limits are far beyond any use.
        let (queue, mut queued) = mpsc::channel::<Queued>(waiting.min(1 << 24));
        let all_places = u32::try_from(waiting_bytes.min(Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        let path = Arc::clone(&session.path);
        session.note_wake();
        let work = move || {
            let mut session = session;
            let mut ids = BatchIds::new();
            let mut operations = Vec::with_capacity(group.min(1 << 10));
            while queued.blocking_recv_many(&mut operations, group) > 0 {
                operations.retain(|operation| operation.is_wanted());
                while !operations.is_empty() {
                    let later = operations.split_off(fitting(&operations));
                    session.handle(std::mem::replace(&mut operations, later), &mut ids);
                }
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work)?;
        let places = Arc::new(Semaphore::new(all_places as usize));
        Ok(Self { queue: Some(queue), places, all_places, thread: Some(thread), path })
    }

    /// Has `work` done in a transaction, and returns what it returned once that is committed.
    ///
    /// If the future is dropped, the work is done wholly or not at all.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        self.run_with(0, work).await
    }

    /// The same for work that holds so many bytes of messages. All other work is short, or there is little of it at a
    /// time.
    pub(crate) async fn run_with<T, F>(&self, bytes: usize, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let places = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.all_places);
        let Ok(place) = Arc::clone(&self.places).try_acquire_many_owned(places) else {
            return Err(Failure::new(&self.path, Fault::TooManyBytes).into());
        };
        let (answer, answered) = oneshot::channel();
        let queue = self.queue.as_ref().expect("the queue is there until the worker is dropped");
        let fault = match queue.try_send(Box::new(Job { work, value: None, place, answer })) {
            Ok(()) => match answered.await {
                Ok(done) => return done.map_err(StoreError::from),
                Err(_) => Fault::Ended,
            },
            Err(mpsc::error::TrySendError::Full(_)) => Fault::QueueFull,
            Err(mpsc::error::TrySendError::Closed(_)) => Fault::Ended,
        };
        Err(Failure::new(&self.path, fault).into())
    }
}

/// How many of the operations go into one transaction.
fn fitting(operations: &[Queued]) -> usize {
    let mut bytes = 0_usize;
    let fits = |operation: &&Queued| {
        bytes = bytes.saturating_add(operation.bytes());
        bytes <= GROUP_BYTES
    };
    operations.iter().take_while(fits).count().max(1).min(operations.len())
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Session {
    fn handle(&mut self, mut group: Vec<Queued>, ids: &mut BatchIds) {
        let done = self.attempt(&mut group, ids);
        match done {
            Ok(()) => group.into_iter().for_each(|operation| operation.answer(Ok(()))),
            Err(fault) if group.len() == 1 || fault.is_of_all() => {
                let failure = Failure::new(&self.path, fault);
                tracing::warn!(operations = group.len(), error = %failure, "the database did not do what was asked");
                group.into_iter().for_each(|operation| operation.answer(Err(failure.clone())));
            }
            Err(_) => group.into_iter().for_each(|operation| self.handle(vec![operation], ids)),
        }
        if let Some(mover) = &self.mover {
            mover.after_commit(&self.connection);
        }
    }

    /// Does the group wholly or not at all.
    fn attempt(&mut self, group: &mut [Queued], ids: &mut BatchIds) -> Result<(), Fault> {
        if group.is_empty() {
            return Ok(());
        }
        let done = self.transact(group, ids);
        if done.is_err() {
            // If this fails too, the next group finds a transaction open and tries again.
            let _ = self.roll_back();
        }
        self.note_wake();
        done
    }

    fn transact(&mut self, group: &mut [Queued], ids: &mut BatchIds) -> Result<(), Fault> {
        self.roll_back()?;
        self.execute(if self.writes { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        let mut tx = Tx::new(&self.connection, &self.store, ids);
        for operation in group {
            let run = || operation.run(&mut tx);
            catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Fault::Panicked))?;
        }
        tx.write_lanes()?;
        let step = self.on_step.filter(|_| tx.has_appended);
        if let Some(step) = step {
            step("appended");
        }
        self.execute("COMMIT")?;
        if let Some(step) = step {
            step("committed");
        }
        // Nobody is to count on what is in a file that the next start will not find.
        if self.files.as_ref().is_some_and(Files::are_lost) { Err(Fault::Lost) } else { Ok(()) }
    }

    fn roll_back(&self) -> Result<(), Fault> {
        if self.connection.is_autocommit() { Ok(()) } else { self.execute("ROLLBACK") }
    }

    fn execute(&self, sql: &str) -> Result<(), Fault> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn note_wake(&self) {
        if !self.writes {
            return;
        }
        let earliest = || {
            let mut statement = self.connection.prepare_cached(EARLIEST)?;
            statement.query_row([&self.store], |row| row.get::<_, Option<i64>>(0))
        };
        // What is not known is assumed to be due: a claim then says what is wrong.
        self.wake.set(earliest().unwrap_or(Some(i64::MIN)));
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use sms_consolidate::Window;
    use sms_consolidate::lane::{Arrival, Lane, Sender};

    use super::*;
    use crate::maintain::{Retention, maintain};
    use crate::schema;

    fn session(on_step: fn(&'static str)) -> Session {
        let mut connection = Connection::open_in_memory().expect("SQLite works");
        schema::create(&mut connection, Timestamp::default()).expect("an empty file gets its tables");
        Session {
            mover: None,
            connection,
            files: None,
            path: Path::new("store.db").into(),
            store: "default".to_owned(),
            writes: true,
            wake: Arc::new(Wake::new()),
            on_step: Some(on_step),
        }
    }

    type Answer = oneshot::Receiver<Result<(), Failure>>;

    fn job(work: impl FnMut(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) -> (Queued, Answer) {
        job_with(0, work)
    }

    fn job_with(
        bytes: u32,
        work: impl FnMut(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
    ) -> (Queued, Answer) {
        let (answer, answered) = oneshot::channel();
        let places = Arc::new(Semaphore::new(bytes as usize));
        let place = places.try_acquire_many_owned(bytes).expect("there are so many");
        (Box::new(Job { work, value: None, place, answer }), answered)
    }

    /// Writes a lane in two steps, with what `between` does after the first.
    fn writing(
        key: &'static str,
        between: impl Fn() -> Result<(), Fault> + Send + 'static,
    ) -> (Queued, Answer) {
        job(move |tx| {
            let insert = "INSERT INTO lanes (store, key, lane, wake_at) VALUES (?1, ?2, '{}', 7)";
            tx.execute(insert, (tx.store, key))?;
            between()?;
            tx.execute("UPDATE lanes SET lane = '{ }' WHERE store = ?1 AND key = ?2", (tx.store, key))?;
            tx.has_appended = true;
            Ok(())
        })
    }

    fn keys(session: &Session) -> Vec<String> {
        let sql = "SELECT key || length(lane) FROM lanes ORDER BY key";
        let mut statement = session.connection.prepare(sql).expect("it is SQL");
        let keys = statement.query_map([], |row| row.get(0)).expect("there is a table");
        keys.collect::<Result<_, _>>().expect("keys are text")
    }

    #[test]
    fn a_lane_that_maintenance_drops_is_not_taken_for_there_by_the_same_group() {
        let mut session = session(|_| {});
        let idle = crate::tx::json(&Lane::default());
        let insert = "INSERT INTO lanes (store, key, lane, forgettable_at) VALUES ('default', 'k', ?1, 5)";
        session.connection.execute(insert, [idle]).expect("there is a table");
        let now = Timestamp::from_unix_millis(10);
        let retention = Retention { finished: Duration::from_secs(1), ids: Duration::from_secs(1) };
        let (jobs, answers): (Vec<_>, Vec<_>) = [
            job(|tx| tx.lane("k").map(drop)),
            job(move |tx| maintain(tx, now, 10, retention).map(|done| assert_eq!(done.lanes_pruned, 1))),
            job(move |tx| {
                let id = tx.ids.next(now);
                let kept = tx.lane("k")?;
                let arrival = Arrival::new(Window::default(), 1);
                kept.lane.arrive(now, &arrival, &Sender::default(), || id).expect("the line is not full");
                kept.changed_at(now);
                Ok(())
            }),
        ]
        .into_iter()
        .unzip();
        session.handle(jobs, &mut BatchIds::new());
        for mut answer in answers {
            assert!(matches!(answer.try_recv(), Ok(Ok(()))));
        }
        assert_eq!(keys(&session).len(), 1);
        assert_eq!(session.wake.get(), Some(now + Window::default().max_wait()));
    }

    #[test]
    fn a_group_is_bounded_by_its_bytes() {
        let check = |mebibytes: &[u32], expected| {
            let jobs: Vec<_> = mebibytes.iter().map(|size| job_with(size << 20, |_| Ok(())).0).collect();
            assert_eq!(fitting(&jobs), expected, "{mebibytes:?}");
        };
        check(&[], 0);
        check(&[0, 0, 1], 3);
        check(&[3, 5, 0, 1], 3);
        check(&[3, 6], 1);
        check(&[16, 0], 1);
    }

    /// Whoever is answered may ask for as much again at once.
    #[test]
    fn room_is_given_back_before_the_answer() {
        struct Look(Arc<Semaphore>, AtomicUsize);
        impl std::task::Wake for Look {
            fn wake(self: Arc<Self>) {
                self.1.store(self.0.available_permits(), Ordering::SeqCst);
            }
        }
        let places = Arc::new(Semaphore::new(7));
        let place = Arc::clone(&places).try_acquire_many_owned(7).expect("there are so many");
        let (answer, mut answered) = oneshot::channel::<Result<(), Failure>>();
        let look = Arc::new(Look(places, AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&look));
        assert!(Pin::new(&mut answered).poll(&mut Context::from_waker(&waker)).is_pending());
        let job = Job { work: |_: &mut Tx<'_>| Ok(()), value: None, place, answer };
        session(|_| {}).handle(vec![Box::new(job)], &mut BatchIds::new());
        assert_eq!(look.1.load(Ordering::SeqCst), 7);
    }

    #[test]
    fn an_operation_that_fails_half_way_fails_alone() {
        let mut session = session(|_| {});
        let (jobs, answers): (Vec<_>, Vec<_>) = [
            writing("a", || Ok(())),
            writing("b", || panic!("a panic of the user's")),
            writing("c", || Err(Fault::Damaged("a row"))),
            writing("d", || Ok(())),
        ]
        .into_iter()
        .unzip();
        session.handle(jobs, &mut BatchIds::new());
        let done = answers.into_iter().map(|mut answer| answer.try_recv().expect("it was answered").is_ok());
        assert_eq!(done.collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(keys(&session), ["a3", "d3"]);
        assert_eq!(session.wake.get(), Some(Timestamp::from_unix_millis(7)));
    }

    #[test]
    fn what_befalls_the_machine_befalls_the_group_and_passes() {
        let mut session = session(|_| {});
        let full = || {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
            Err(rusqlite::Error::SqliteFailure(code, None).into())
        };
        let (jobs, answers): (Vec<_>, Vec<_>) =
            [writing("a", || Ok(())), writing("b", full)].into_iter().unzip();
        session.handle(jobs, &mut BatchIds::new());
        for mut answer in answers {
            let failure = answer.try_recv().expect("it was answered").expect_err("the group failed");
            assert!(failure.to_string().starts_with("store.db: "), "{failure}");
            assert!(matches!(StoreError::from(failure), StoreError::Unavailable { .. }));
        }
        assert_eq!(keys(&session), [""; 0]);
        let (again, mut answer) = writing("a", || Ok(()));
        session.handle(vec![again], &mut BatchIds::new());
        assert!(answer.try_recv().expect("it was answered").is_ok());
    }

    #[test]
    fn nobody_is_answered_before_the_commit() {
        static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);
        static STEPS: Mutex<Vec<(&str, bool)>> = Mutex::new(Vec::new());
        let is_answered = || {
            let mut answer = ANSWER.lock().expect("nobody panics under it");
            answer.as_mut().expect("it was put there").try_recv().is_ok()
        };
        let mut session = session(|step| {
            let mut answer = ANSWER.lock().expect("nobody panics under it");
            let is_answered = answer.as_mut().expect("it was put there").try_recv().is_ok();
            STEPS.lock().expect("nobody panics under it").push((step, is_answered));
        });
        let (other, _answer) = job(|_| Ok(()));
        session.handle(vec![other], &mut BatchIds::new());
        let (append, answer) = writing("a", || Ok(()));
        *ANSWER.lock().expect("nobody panics under it") = Some(answer);
        session.handle(vec![append], &mut BatchIds::new());
        let steps = STEPS.lock().expect("nobody panics under it").clone();
        assert_eq!(steps, [("appended", false), ("committed", false)]);
        assert!(is_answered());
    }
}
