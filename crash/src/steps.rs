//! Named steps at which a server kills or stops itself, and the trace of what it did before.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Signal, getpid, kill_process};

use crate::journal::{Deed, DeedPhase, Journal, Noted};
use crate::time::monotonic_us;

/// Every step, in the order in which a message and its batch pass them. The first two are inside the store.
pub const STEPS: [&str; 9] = [
    "appended",    // written, not committed
    "committed",   // committed, and nobody has been told
    "stored",      // the store has answered, the webhook has not
    "claimed",     // the claim is in hand
    "classified",  // the classifier has answered
    "recorded",    // the classification is recorded, and the reply waits for its turn
    "reply-begun", // the point of no return is passed
    "sent",        // the gateway has answered
    "finished",    // the outcome is recorded
];

/// Where and how to go down: `STEP:N` kills, `STEP:N:stop` stops (SIGSTOP), the N-th time that the step is passed.
#[derive(Debug)]
struct Plan {
    step: String,
    left: AtomicU64,
    signal: Signal,
}

impl Plan {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let step = parts.next().filter(|step| STEPS.contains(step))?.to_owned();
        let left = AtomicU64::new(parts.next()?.parse().ok()?);
        let signal = match parts.next() {
            None => Signal::KILL,
            Some("stop") => Signal::STOP,
            Some(_) => return None,
        };
        Some(Self { step, left, signal })
    }
}

/// The trace of this process, and where it goes down.
#[derive(Debug)]
struct Tracer {
    run: String,
    journal: Journal,
    plan: Option<Plan>,
}

/// Stores take a plain function, so it finds its data here.
static TRACER: OnceLock<Tracer> = OnceLock::new();

/// Begins the trace of this process.
///
/// # Errors
/// If the plan cannot be understood.
///
/// # Panics
/// If it was begun before.
pub fn begin(run: String, journal: Journal, crash_at: Option<&str>) -> Result<(), String> {
    let plan = match crash_at {
        None => None,
        Some(text) => Some(Plan::parse(text).ok_or_else(|| format!("CRASH_AT={text} names no step"))?),
    };
    TRACER.set(Tracer { run, journal, plan }).expect("a process has one trace");
    Ok(())
}

fn tracer() -> &'static Tracer {
    TRACER.get().expect("the trace is begun first")
}

/// Which process this is.
#[must_use]
pub fn run() -> &'static str {
    &tracer().run
}

/// The claim that a deed belongs to.
#[derive(Clone, Debug, Default)]
pub struct Of {
    /// The conversation.
    pub key: String,
    /// The batch.
    pub batch: String,
    /// The token.
    pub token: u64,
}

/// Writes down a deed.
pub fn note(deed: Deed, phase: DeedPhase, asked_us: u64, of: &Of, note: &str) {
    let Of { key, batch, token } = of.clone();
    let (run, note) = (run().to_owned(), note.to_owned());
    let line = Noted { at_us: monotonic_us(), asked_us, run, deed, phase, key, batch, token, note };
    tracer().journal.write(&line);
}

/// Passes a step of which no batch is known.
pub fn pass(step: &'static str) {
    pass_with(step, &Of::default());
}

/// Passes a step. The process may not survive it.
pub fn pass_with(step: &'static str, of: &Of) {
    let Some(plan) = tracer().plan.as_ref().filter(|plan| plan.step == step) else { return };
    if plan.left.fetch_sub(1, Ordering::SeqCst) != 1 {
        return;
    }
    note(Deed::Crash, DeedPhase::Asked, monotonic_us(), of, step);
    kill_process(getpid(), plan.signal).expect("a process may signal itself");
    if plan.signal == Signal::STOP {
        // Another thread may take the signal, which stops this one too, but only then.
        while is_on_its_way(plan.signal) {
            std::thread::yield_now();
        }
        note(Deed::Crash, DeedPhase::Done, monotonic_us(), of, step);
    }
}

/// Whether no thread has taken the signal yet. When one has, none comes back from a call to the system before SIGCONT.
fn is_on_its_way(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells");
    let pending = status.lines().find_map(|line| line.strip_prefix("ShdPnd:")).expect("of signals too");
    let pending = u64::from_str_radix(pending.trim(), 16).expect("in hexadecimal");
    pending & (1 << (signal.as_raw() - 1)) != 0
}
