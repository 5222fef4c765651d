//! What all nodes of a run share: the clock, the dice, the oracle and the trace.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sms_consolidate::store::Outcome;
use sms_consolidate::{Clock, FakeClock, PushError, Pushed, Timestamp, Totals};
use tokio::sync::Notify;

use crate::oracle::Oracle;
use crate::plan::Plan;

/// What one node has been told, to be compared with what it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) duplicates: u64,
    pub(crate) refused: u64,
    pub(crate) opened: u64,
    pub(crate) superseded: u64,
    pub(crate) replied: u64,
    pub(crate) skipped: u64,
    pub(crate) unknown: u64,
    pub(crate) retries: u64,
    pub(crate) dead: u64,
    pub(crate) classified: u64,
    pub(crate) opted_out: u64,
    pub(crate) opted_in: u64,
    pub(crate) handed_back: u64,
    pub(crate) claims: u64,
}

impl Tally {
    pub(crate) fn pushed(&mut self, result: &Result<Pushed, PushError>) {
        use sms_consolidate::lane::Entry;
        match result {
            Ok(Pushed::Accepted(accepted)) => {
                self.accepted += 1;
                self.opened += u64::from(matches!(accepted.entry, Entry::Opened | Entry::Ahead));
                self.superseded += u64::from(accepted.entry == Entry::Superseded);
                self.opted_out += u64::from(accepted.opted_out == Some(true));
                self.opted_in += u64::from(accepted.opted_out == Some(false));
            }
            Ok(Pushed::Duplicate) => self.duplicates += 1,
            _ => self.refused += 1,
        }
    }

    pub(crate) fn finished(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Replied(_) => self.replied += 1,
            Outcome::ReplyUnknown => self.unknown += 1,
            _ => self.skipped += 1,
        }
    }

    /// The parts that `Totals` counts too. Of the endings in `unheard` the node may have found out.
    pub(crate) fn agrees_with(&self, unheard: &Self, totals: &Totals) -> bool {
        let told = [
            (self.accepted, totals.accepted),
            (self.duplicates, totals.duplicates),
            (self.refused, totals.refused),
            (self.opened, totals.batches_opened),
            (self.superseded, totals.superseded),
            (self.opted_out, totals.opted_out),
            (self.opted_in, totals.opted_in),
            (totals.replies_sent + totals.replies_skipped + totals.replies_unknown, totals.batches_finished),
        ];
        let found_out = [
            (self.replied, unheard.replied, totals.replies_sent),
            (self.skipped, unheard.skipped, totals.replies_skipped),
            (self.unknown, unheard.unknown, totals.replies_unknown),
            (self.retries, unheard.retries, totals.retries),
            (self.dead, unheard.dead, totals.dead),
        ];
        told.iter().all(|(mine, theirs)| mine == theirs)
            && found_out.iter().all(|(told, unheard, theirs)| (*told..=told + unheard).contains(theirs))
    }
}

pub(crate) struct State {
    pub(crate) plan: Arc<Plan>,
    pub(crate) rng: fastrand::Rng,
    pub(crate) oracle: Oracle,
    /// From now on nothing fails.
    pub(crate) calm: bool,
    /// Whether what happens is left out of the trace: the tasks of a node that is killed end in no particular order.
    pub(crate) is_hushed: bool,
    /// By node.
    pub(crate) tallies: Vec<Tally>,
    /// Endings that the store has taken from each node and whose answers were lost.
    pub(crate) unheard: Vec<Tally>,
    news: Vec<Arc<Notify>>,
    trace: Option<Vec<String>>,
    clock: FakeClock,
}

impl State {
    pub(crate) fn trace(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = self.trace.as_mut().filter(|_| !self.is_hushed) {
            let at_ms = self.clock.now().since(self.plan.start).as_millis();
            trace.push(format!("{at_ms:>9} ms  {}", line()));
        }
    }
}

pub(crate) struct World {
    pub(crate) clock: FakeClock,
    state: Mutex<State>,
    /// Counts whatever happens; when it stands still, everybody waits for the clock.
    stirred: AtomicU64,
    /// `stirred` at the last turn.
    turned: AtomicU64,
}

/// How much may happen in one turn. More is a task that never lets others run.
const MAX_STIRS_PER_TURN: u64 = 100_000;

impl World {
    pub(crate) fn new(plan: &Arc<Plan>, traced: bool) -> Arc<Self> {
        let clock = FakeClock::new(plan.start);
        let state = State {
            plan: Arc::clone(plan),
            // Another stream than the plan's.
            rng: fastrand::Rng::with_seed(plan.seed ^ 0x5eed_0fa1_75ee_d0fa),
            oracle: Oracle::new(Arc::clone(plan)),
            calm: false,
            is_hushed: false,
            tallies: Vec::new(),
            unheard: Vec::new(),
            news: Vec::new(),
            trace: traced.then(Vec::new),
            clock: clock.clone(),
        };
        Arc::new(Self {
            clock,
            state: Mutex::new(state),
            stirred: AtomicU64::new(0),
            turned: AtomicU64::new(0),
        })
    }

    /// Looks at or changes what is shared. Nothing of the library runs inside.
    pub(crate) fn observe<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        self.stir();
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn stir(&self) {
        self.stirred.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn stirred(&self) -> u64 {
        self.stirred.load(Ordering::Relaxed)
    }

    pub(crate) fn turn(&self) {
        self.turned.store(self.stirred(), Ordering::Relaxed);
    }

    pub(crate) fn is_spinning(&self) -> bool {
        self.stirred() - self.turned.load(Ordering::Relaxed) > MAX_STIRS_PER_TURN
    }

    /// A new node's number.
    pub(crate) fn enrol(&self) -> usize {
        self.observe(|state| {
            state.tallies.push(Tally::default());
            state.unheard.push(Tally::default());
            state.news.push(Arc::default());
            state.news.len() - 1
        })
    }

    pub(crate) fn news(&self, node: usize) -> Arc<Notify> {
        self.observe(|state| Arc::clone(&state.news[node]))
    }

    /// Tells the other nodes that one has changed something.
    pub(crate) fn ring_others(&self, node: usize) {
        let others = self.observe(|state| {
            let numbered = state.news.iter().enumerate();
            numbered
                .filter(|(number, _)| *number != node)
                .map(|(_, news)| Arc::clone(news))
                .collect::<Vec<_>>()
        });
        others.iter().for_each(|news| news.notify_one());
    }

    /// Suspends the machine until `target`.
    pub(crate) fn jump(&self, target: Timestamp) {
        self.clock.jump_to(target);
        self.observe(|state| state.oracle.jumped(target));
    }

    pub(crate) fn take_trace(&self) -> Vec<String> {
        self.observe(|state| state.trace.take().unwrap_or_default())
    }

    /// The first thing that went wrong, if anything did.
    pub(crate) fn wrong(&self) -> Option<String> {
        self.observe(|state| state.oracle.wrong.first().cloned())
    }
}
