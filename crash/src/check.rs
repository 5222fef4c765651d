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
mod held;
mod replies;

use held::Held;

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
    /// When processes were killed or stopped. This and the next two alone excuse a lost claim.
    pub cuts: Vec<Cut>,
    /// When the database was away.
    pub outages: Vec<Outage>,
    /// How far the clocks are off that processes were given, in microseconds: ahead if positive.
    pub skews_us: BTreeMap<String, i64>,
    /// Whether the gateway was said to know its replies again.
    pub idempotent: bool,
    /// How long batches stay open.
    pub window: Duration,
    /// How long claims last.
    pub lease: Duration,
}

/// A process was cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which process.
    pub run: String,
    /// How.
    pub how: How,
    /// From when on.
    pub from_us: u64,
    /// When a process that was killed was seen to be dead, or one that was stopped was let go on.
    pub until_us: u64,
}

/// How a process is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// With SIGKILL.
    Killed,
    /// With SIGSTOP; it went on.
    Stopped {
        /// When it was seen to stand still. Until then it may have done one thing more.
        by_us: u64,
    },
}

/// The database was away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// From when on.
    pub from_us: u64,
    /// When it was seen to answer again.
    pub until_us: u64,
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

/// So long a process that is well may take until it is at its next step, on a machine that is busy with many.
const GRACE_US: u64 = 500_000;

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Everything that was not kept. Empty is what it should be.
#[must_use]
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let facts = Facts::new(evidence);
    let mut checker = Checker { evidence, facts: &facts, found: Vec::new() };
    checker.messages();
    checker.endings();
    checker.order();
    checker.replies();
    checker.classifications();
    checker.claims();
    checker.calls();
    checker.found
}

/// A call that a peer received.
struct Span<'a> {
    call: &'a Call,
    from_us: u64,
    /// When it was answered, or its caller was seen to be gone.
    end_us: Option<u64>,
    is_answered: bool,
}

/// The calls of one peer, by batch, in order of time.
struct Calls<'a>(BTreeMap<&'a str, Vec<Span<'a>>>);

impl<'a> Calls<'a> {
    fn new(calls: &'a [Call]) -> Self {
        let ends: BTreeMap<u64, &Call> = calls
            .iter()
            .filter(|call| call.phase != CallPhase::Received)
            .map(|end| (end.number, end))
            .collect();
        let mut of_batch: BTreeMap<&str, Vec<Span<'_>>> = BTreeMap::new();
        for call in calls.iter().filter(|call| call.phase == CallPhase::Received) {
            let end = ends.get(&call.number);
            let span = Span {
                call,
                from_us: call.at_us,
                end_us: end.map(|end| end.at_us),
                is_answered: end.is_some_and(|end| end.phase == CallPhase::Answered),
            };
            of_batch.entry(&call.request.batch).or_default().push(span);
        }
        Self(of_batch)
    }

    fn of(&self, batch: &str) -> &[Span<'a>] {
        self.0.get(batch).map_or(&[], Vec::as_slice)
    }
}

/// The evidence in the order in which the checks look at it.
struct Facts<'a> {
    posts: BTreeMap<&'a str, &'a Posted>,
    held: Vec<Held<'a>>,
    /// Where in `held` the claims of a batch are.
    held_of: BTreeMap<&'a str, Vec<usize>>,
    gateway: Calls<'a>,
    classifier: Calls<'a>,
}

impl<'a> Facts<'a> {
    fn new(evidence: &'a Evidence) -> Self {
        let held = held::all(evidence);
        let mut held_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, held) in held.iter().enumerate() {
            held_of.entry(&held.claim.batch).or_default().push(at);
        }
        Self {
            posts: evidence.posts.iter().map(|post| (&*post.id, post)).collect(),
            held,
            held_of,
            gateway: Calls::new(&evidence.gateway),
            classifier: Calls::new(&evidence.classifier),
        }
    }

    fn held_of(&self, batch: &str) -> impl Iterator<Item = &Held<'a>> {
        self.held_of.get(batch).into_iter().flatten().map(|at| &self.held[*at])
    }
}

struct Checker<'a> {
    evidence: &'a Evidence,
    facts: &'a Facts<'a>,
    found: Vec<Violation>,
}

impl<'a> Checker<'a> {
    fn broken(&mut self, broken: Broken, batch: &str, text: String) {
        let timeline = timeline(self.evidence, batch);
        self.found.push(Violation { broken, text, timeline });
    }

    fn messages(&mut self) {
        let posts = &self.facts.posts;
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

    /// No two calls of one key at once, unless one is of a worker that had lost its claim without knowing: it goes on
    /// with what it had begun.
    fn calls(&mut self) {
        let facts = self.facts;
        let mut intervals: BTreeMap<&str, Vec<(u64, u64, &Call)>> = BTreeMap::new();
        for span in
            [&facts.gateway, &facts.classifier].into_iter().flat_map(|calls| calls.0.values().flatten())
        {
            let request = &span.call.request;
            if facts.held_of(&request.batch).any(|held| held.is_of(span) && held.may_go_on()) {
                continue;
            }
            let interval = (span.from_us, span.end_us.unwrap_or(span.from_us), span.call);
            intervals.entry(&request.key).or_default().push(interval);
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
    fn skew_us(&self, run: &str) -> i64 {
        self.skews_us.get(run).copied().unwrap_or_default()
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
    for Cut { run, how, from_us, until_us } in evidence.cuts.iter().filter(|cut| runs.contains(&*cut.run)) {
        let (befalls, then) =
            if *how == How::Killed { ("killed", "seen dead") } else { ("is to stop", "goes on") };
        lines.extend([(*from_us, format!("{run} {befalls}")), (*until_us, format!("{run} {then}"))]);
    }
    let concerns =
        |outage: &&Outage| lines.iter().any(|(at, _)| (outage.from_us..=outage.until_us).contains(at));
    let outages: Vec<Outage> = evidence.outages.iter().filter(concerns).copied().collect();
    for Outage { from_us, until_us } in outages {
        lines.extend([(from_us, "the database away".to_owned()), (until_us, "the database back".to_owned())]);
    }
    lines.sort();
    let mut told: Vec<_> = lines.into_iter().map(|(at, line)| format!("{} {line}", seconds(at))).collect();
    told.extend(stored.map(|stored| format!("at the end: {:?} {:?}", stored.status, stored.outcome)));
    told
}

#[cfg(test)]
mod tests;
