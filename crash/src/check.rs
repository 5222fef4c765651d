//! The promises, checked against the evidence of one run: what was posted, what the store holds at the end, what the
//! peers received, and what the servers noted. Pure, so that each check is itself tested with evidence that breaks it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use sms_consolidate::Outcome;
use sms_consolidate::store::Status;

use crate::contents::Stored;
use crate::journal::{Call, CallPhase, Deed, DeedPhase, Noted};
use crate::load::Posted;

mod claims;
mod replies;

/// What is left of a run.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Every message that was posted.
    pub posts: Vec<Posted>,
    /// Every batch in the store at the end, oldest first.
    pub batches: Vec<Stored>,
    /// What the gateway received.
    pub gateway: Vec<Call>,
    /// What the classifier received.
    pub classifier: Vec<Call>,
    /// What the servers noted, in order of time.
    pub trace: Vec<Noted>,
    /// When processes were killed or stopped, or the database was away: nothing else excuses a lost claim.
    pub cuts: Vec<Cut>,
    /// Whether the gateway was said to know its replies again.
    pub idempotent: bool,
    /// How long batches stay open.
    pub window: Duration,
    /// How long claims last.
    pub lease: Duration,
}

/// A process, or all of them, was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which process; `None` is all of them: the database was away, or clocks were wrong.
    pub run: Option<String>,
    /// From when on.
    pub from_us: u64,
    /// Until when, if it was not for good.
    pub until_us: Option<u64>,
}

/// What was promised and not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// An acknowledged message is in no batch.
    Lost,
    /// A message is in two batches, or twice in one.
    Twice,
    /// A batch holds a message that nobody sent, or another text than was sent.
    Alien,
    /// A batch has no outcome.
    Unfinished,
    /// A message stands before one that was acknowledged before it was posted.
    Disorder,
    /// A batch ended otherwise than by a reply, or as unknown without a cut in the ambiguous window.
    Unanswered,
    /// An ordinary gateway was called twice for a batch, or an idempotent one with other words.
    AnsweredTwice,
    /// The gateway was called for a batch that the store does not know so.
    AnsweredAlien,
    /// A batch was classified again although its classification was recorded or nothing had interrupted.
    ClassifiedAgain,
    /// A batch was claimed before its window was over.
    Early,
    /// A batch was claimed while another worker held its key.
    HeldTwice,
    /// A batch was claimed again although nothing had happened to its worker.
    LostClaim,
    /// A write under a lost claim was taken.
    StaleWrite,
    /// The peers had two calls of one key at once.
    CallsOverlap,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Violation {
    /// What was not kept.
    pub broken: Broken,
    /// Where it shows.
    pub text: String,
    /// All that is known of the batch.
    pub timeline: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}: {}", self.broken, self.text)?;
        self.timeline.iter().try_for_each(|line| writeln!(f, "    {line}"))
    }
}

/// Where a message stands: its batch among all, and itself in that.
type Place = (usize, usize);

/// Timers, and clocks that are only nearly equal, may be off by so much.
const TOLERANCE_US: u64 = 50_000;

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Everything that was not kept. Empty is what it should be.
#[must_use]
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut checker = Checker { evidence, found: Vec::new() };
    checker.messages();
    checker.endings();
    checker.order();
    checker.replies();
    checker.classifications();
    checker.claims();
    checker.calls();
    checker.found
}

struct Checker<'a> {
    evidence: &'a Evidence,
    found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    fn broken(&mut self, broken: Broken, batch: &str, text: String) {
        let timeline = timeline(self.evidence, batch);
        self.found.push(Violation { broken, text, timeline });
    }

    fn messages(&mut self) {
        let posts: BTreeMap<_, _> = self.evidence.posts.iter().map(|post| (&*post.id, post)).collect();
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for batch in &self.evidence.batches {
            for message in batch.messages.iter().flatten() {
                let known = posts.get(&*message.id);
                if !known.is_some_and(|post| post.text == message.text && post.sender == batch.key) {
                    let text = format!("batch {} of {} holds {:?}", batch.id, batch.key, message);
                    self.broken(Broken::Alien, &batch.id, text);
                }
                if let Some(first) = seen.insert(&message.id, &batch.id) {
                    let text = format!("{} is in batch {first} and in batch {}", message.id, batch.id);
                    self.broken(Broken::Twice, &batch.id, text);
                }
            }
        }
        for post in &self.evidence.posts {
            if let Some(at) = post.acknowledged_us.filter(|_| !seen.contains_key(&*post.id)) {
                let text = format!(
                    "{} of {} was acknowledged at {} and is in no batch",
                    post.id,
                    post.sender,
                    seconds(at)
                );
                self.broken(Broken::Lost, "", text);
            }
        }
    }

    fn endings(&mut self) {
        for batch in &self.evidence.batches {
            if batch.status != Status::Finished || batch.outcome.is_none() {
                let text = format!("batch {} of {} is {:?}", batch.id, batch.key, batch.status);
                self.broken(Broken::Unfinished, &batch.id, text);
            }
        }
    }

    fn order(&mut self) {
        let mut places: BTreeMap<&str, Place> = BTreeMap::new();
        let mut batches: Vec<&Stored> = self.evidence.batches.iter().collect();
        batches.sort_by_key(|batch| batch.opened_at);
        for (number, batch) in batches.into_iter().enumerate() {
            for (place, message) in batch.messages.iter().flatten().enumerate() {
                places.entry(&message.id).or_insert((number, place));
            }
        }
        let mut of_sender: BTreeMap<&str, Vec<(&Posted, Place)>> = BTreeMap::new();
        for post in &self.evidence.posts {
            if let Some(place) = places.get(&*post.id) {
                of_sender.entry(&post.sender).or_default().push((post, *place));
            }
        }
        for posts in of_sender.values() {
            for (first, first_place) in posts {
                let Some(acknowledged) = first.acknowledged_us else { continue };
                let overtaken =
                    posts.iter().find(|(then, place)| acknowledged < then.posted_us && place < first_place);
                if let Some((then, _)) = overtaken {
                    let text =
                        format!("{} stands before {}, which was acknowledged earlier", then.id, first.id);
                    self.broken(Broken::Disorder, "", text);
                }
            }
        }
    }

    /// No two calls of one key at once, unless one is of a process that was stopped: it may go on with what it had
    /// begun long after its lease.
    fn calls(&mut self) {
        let evidence = self.evidence;
        let mut intervals: BTreeMap<&str, Vec<(u64, u64, &Call)>> = BTreeMap::new();
        for calls in [&evidence.gateway, &evidence.classifier] {
            let ended: BTreeMap<u64, u64> = calls
                .iter()
                .filter(|call| call.phase != CallPhase::Received)
                .map(|call| (call.number, call.at_us))
                .collect();
            for call in calls.iter().filter(|call| call.phase == CallPhase::Received) {
                if evidence.was_stopped(&call.request.run) {
                    continue;
                }
                let end = ended.get(&call.number).copied().unwrap_or(call.at_us);
                intervals.entry(&call.request.key).or_default().push((call.at_us, end, call));
            }
        }
        for mut of_key in intervals.into_values() {
            of_key.sort_by_key(|(from, ..)| *from);
            for pair in of_key.windows(2) {
                let [(_, end, first), (from, _, then)] = pair else { continue };
                if from < end {
                    let (one, other) = (&first.request, &then.request);
                    let text =
                        format!("{} has calls of batches {} and {} at once", one.key, one.batch, other.batch);
                    self.broken(Broken::CallsOverlap, &other.batch, text);
                }
            }
        }
    }
}

impl Evidence {
    /// Whether it was stopped and went on.
    fn was_stopped(&self, run: &str) -> bool {
        self.cuts.iter().any(|cut| cut.run.as_deref() == Some(run) && cut.until_us.is_some())
    }

    /// Whether something befell `run` between two instants.
    fn was_cut(&self, run: &str, from_us: u64, until_us: u64) -> bool {
        self.cuts.iter().any(|cut| {
            cut.run.as_deref().is_none_or(|cut| cut == run)
                && cut.from_us <= until_us
                && cut.until_us.is_none_or(|until| from_us <= until)
        })
    }

    fn calls_of<'a>(calls: &'a [Call], batch: &str) -> Vec<&'a Call> {
        let received = calls.iter().filter(|call| call.phase == CallPhase::Received);
        received.filter(|call| call.request.batch == batch).collect()
    }
}

fn seconds(us: u64) -> String {
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

/// All that is known of a batch, in order of time.
fn timeline(evidence: &Evidence, batch: &str) -> Vec<String> {
    if batch.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<(u64, String)> = Vec::new();
    let stored = evidence.batches.iter().find(|stored| stored.id == batch);
    for message in stored.iter().flat_map(|stored| stored.messages.iter().flatten()) {
        if let Some(post) = evidence.posts.iter().find(|post| post.id == message.id) {
            lines.push((post.posted_us, format!("{} posted", post.id)));
            lines.extend(post.acknowledged_us.map(|at| (at, format!("{} acknowledged", post.id))));
        }
    }
    let mut runs = BTreeSet::new();
    for noted in evidence.trace.iter().filter(|noted| noted.batch == batch) {
        runs.insert(&*noted.run);
        let Noted { run, deed, phase, token, note, .. } = noted;
        lines.push((noted.at_us, format!("{run} {deed:?} {phase:?} under token {token} {note}")));
    }
    for (peer, calls) in [("gateway", &evidence.gateway), ("classifier", &evidence.classifier)] {
        for call in calls.iter().filter(|call| call.request.batch == batch) {
            lines.push((call.at_us, format!("{peer} {:?} call of {}", call.phase, call.request.run)));
        }
    }
    for cut in &evidence.cuts {
        if cut.run.as_deref().is_none_or(|run| runs.contains(run)) {
            let who = cut.run.as_deref().unwrap_or("everybody");
            lines.push((cut.from_us, format!("{who} cut off")));
            lines.extend(cut.until_us.map(|until| (until, format!("{who} back"))));
        }
    }
    lines.sort();
    let mut told: Vec<_> = lines.into_iter().map(|(at, line)| format!("{} {line}", seconds(at))).collect();
    told.extend(stored.map(|stored| format!("at the end: {:?} {:?}", stored.status, stored.outcome)));
    told
}

#[cfg(test)]
mod tests;
