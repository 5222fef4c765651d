//! The bookkeeping that judges a run. It is told of every call to the store, the classifier and the sender, and knows
//! from the architecture's words, not from the library's code, what each may answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use sms_consolidate::lane::{Accepted, Control, Entry, OptOutChange, ReplyRefusal, Stage, Token};
use sms_consolidate::store::{AppendReport, Appended, Outcome, Refusal};
use sms_consolidate::{BatchId, Key, Label, OptOutCause, Timestamp};

use crate::plan::{Kind, Plan, SimKey, SimMessage};

mod audit;
mod calls;
mod claims;
mod lines;
mod replies;
mod writes;

pub(crate) use calls::Sent;

/// A provider's time counts within this distance of the arrival.
const BELIEVABLE: Duration = Duration::from_secs(600);
/// A stop is confirmed within this time or not at all.
const CONFIRM_WITHIN: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
struct Line {
    /// Unfinished batches, oldest first.
    batches: VecDeque<BatchId>,
    /// When the replies that the loop guard counts were begun.
    replies: Vec<Timestamp>,
}

/// What is known of a sender, who may have several lines.
#[derive(Clone, Copy, Debug, Default)]
struct Sender {
    opted_out: bool,
    changed_at: Option<Timestamp>,
    stopped_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Kept {
    arrived_at: Timestamp,
    effective_at: Timestamp,
    part: u16,
    /// The time that says how old the message is.
    pub(super) sent_at: Timestamp,
    pub(super) stops: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Unfinished,
    Ended(Outcome),
    Dead,
    /// Under another id.
    Requeued,
    /// To the caller, at the shutdown of a volatile store.
    HandedBack,
}

#[derive(Clone, Copy, Debug)]
enum Hold {
    Leased { until: Timestamp, node: usize },
    Waiting { until: Timestamp },
}

/// What has been done about the head of a line.
#[derive(Clone, Debug)]
struct Work {
    attempts: u32,
    lease_losses: u32,
    token: Token,
    hold: Hold,
    /// When it was claimed or renewed.
    held_at: Timestamp,
    /// Whether the claim reached the one who asked, who may have been cut off meanwhile.
    is_delivered: bool,
    stage: Stage,
    /// What the reply says, which is decided once for all tries.
    text: Option<String>,
    begun_by: Option<Token>,
    begun_at: Timestamp,
    /// When this batch's reply was begun, if the loop guard counts it.
    counted: bool,
    /// The first of `Batch::sends` since the reply was begun.
    sends_from: usize,
}

#[derive(Debug)]
struct Batch {
    number: usize,
    key: SimKey,
    /// The number of the batch that these messages were first in.
    lineage: usize,
    /// In order of arrival.
    members: Vec<u32>,
    bytes: usize,
    opened_at: Timestamp,
    due: Timestamp,
    deadline: Timestamp,
    sealed: bool,
    muted: bool,
    superseded: bool,
    /// Closed by something else than its window.
    closed_early: bool,
    control: Option<Control>,
    has_content: bool,
    state: State,
    work: Option<Work>,
    label: Option<Label>,
    /// Why the reply was last not let go, if it was not.
    refusal: Option<ReplyRefusal>,
    sends: Vec<Option<Sent>>,
    /// When the last call wants to be made again, if it said so.
    asked_until: Option<Timestamp>,
    /// Claims that were lost to a later message.
    superseded_tokens: Vec<Token>,
    /// Nodes that have lost a claim on it.
    losers: BTreeSet<usize>,
}

pub(crate) struct Oracle {
    plan: Arc<Plan>,
    lines: BTreeMap<SimKey, Line>,
    /// By the text that stands for them.
    senders: BTreeMap<String, Sender>,
    batches: BTreeMap<BatchId, Batch>,
    messages: BTreeMap<u32, Kept>,
    ids: BTreeSet<(SimKey, String)>,
    /// Messages in unfinished and dead batches.
    buffered: usize,
    /// Replies that reached the recipient, by lineage.
    taken: BTreeMap<usize, u32>,
    /// Replies that the gateway rejected, and whether because of an opt-out.
    rejected: BTreeMap<BatchId, bool>,
    classify_calls: Vec<calls::ClassifyCall>,
    send_calls: Vec<calls::SendCall>,
    /// Nodes that may drop what they do.
    interrupters: BTreeSet<usize>,
    killed: BTreeSet<usize>,
    /// Nodes whose shutdown has returned.
    stopped: BTreeSet<usize>,
    /// When the machine last slept.
    jumped_at: Timestamp,
    pub(crate) wrong: Vec<String>,
    /// What happened at all: runs in which something never happens prove nothing of it.
    pub(crate) reached: BTreeSet<&'static str>,
}

/// Notes what is wrong if the condition does not hold.
macro_rules! check {
    ($oracle:expr, $holds:expr, $($what:tt)+) => {
        if !$holds {
            $oracle.wrong.push(format!($($what)+));
        }
    };
}
use check;

impl Oracle {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            lines: BTreeMap::new(),
            senders: BTreeMap::new(),
            batches: BTreeMap::new(),
            messages: BTreeMap::new(),
            ids: BTreeSet::new(),
            buffered: 0,
            taken: BTreeMap::new(),
            rejected: BTreeMap::new(),
            classify_calls: Vec::new(),
            send_calls: Vec::new(),
            interrupters: BTreeSet::new(),
            killed: BTreeSet::new(),
            stopped: BTreeSet::new(),
            jumped_at: Timestamp::MIN,
            wrong: Vec::new(),
            reached: BTreeSet::new(),
        }
    }

    pub(crate) fn reach(&mut self, what: &'static str) {
        self.reached.insert(what);
    }

    /// A short name for a batch, for traces.
    pub(crate) fn name(&self, id: BatchId) -> String {
        self.batches.get(&id).map_or_else(|| format!("?{id}"), |batch| format!("b{}", batch.number))
    }

    fn batch(&mut self, id: BatchId) -> Option<&mut Batch> {
        check!(self, self.batches.contains_key(&id), "unknown batch {id}");
        self.batches.get_mut(&id)
    }

    pub(crate) fn appended(
        &mut self,
        now: Timestamp,
        node: usize,
        arrivals: &[(SimKey, SimMessage)],
        report: &AppendReport,
    ) {
        check!(self, report.results.len() == arrivals.len(), "an append answered {report:?}");
        for ((key, message), result) in arrivals.iter().zip(&report.results) {
            let known = message.id.as_ref().is_some_and(|id| self.ids.contains(&(*key, id.clone())));
            let tag = message.tag;
            match result {
                Appended::Duplicate => {
                    self.reach("duplicate");
                    check!(self, known, "m{tag} was called a duplicate and is new");
                }
                Appended::Accepted(accepted) => {
                    check!(self, !known, "m{tag} is a duplicate and was accepted");
                    self.accepted(now, *key, message, accepted);
                    if accepted.entry == Entry::Superseded {
                        self.must_stop(node, accepted.batch);
                    }
                }
                Appended::Refused(refusal) => {
                    check!(self, !known, "m{tag} is a duplicate and was refused: {refusal}");
                    self.refused(*key, *refusal);
                }
            }
        }
        let full = report.results.contains(&Appended::Refused(Refusal::Messages));
        let (buffered, limit) = (self.buffered, self.plan.max_buffered);
        let is_kept = |batch: &&Batch| matches!(batch.state, State::Unfinished | State::Dead);
        let stops =
            self.batches.values().filter(is_kept).filter(|batch| batch.control == Some(Control::Stop));
        let most = limit + stops.count();
        check!(
            self,
            buffered <= most,
            "{buffered} messages are kept, the limit is {limit}, with stops {most}"
        );
        check!(
            self,
            !full || buffered >= limit,
            "a message was refused while {buffered} of {limit} are kept"
        );
    }

    fn refused(&mut self, key: SimKey, refusal: Refusal) {
        match refusal {
            Refusal::Messages => self.reach("refused for too many messages"),
            Refusal::Keys => {
                self.reach("refused for too many keys");
                let is_held = |batch: &Batch| matches!(batch.state, State::Unfinished | State::Dead);
                let is_known = self.batches.values().any(|batch| batch.key == key && is_held(batch));
                let keys_limited = self.plan.max_keys < usize::from(self.plan.keys);
                check!(self, keys_limited && !is_known, "{key} was refused for too many keys");
            }
            other => check!(self, false, "{key} was refused: {other}"),
        }
    }

    fn accepted(&mut self, now: Timestamp, key: SimKey, message: &SimMessage, accepted: &Accepted) {
        let tag = message.tag;
        if let Some(id) = &message.id {
            self.ids.insert((key, id.clone()));
        }
        let believed = message.sent_at.filter(|sent| sent.since(now).max(now.since(*sent)) <= BELIEVABLE);
        let kept = Kept {
            arrived_at: now,
            effective_at: believed.unwrap_or(now),
            sent_at: message.sent_at.filter(|sent| *sent <= now).unwrap_or(now),
            part: message.part,
            stops: message.kind == Kind::Stop,
        };
        let is_new = self.messages.insert(tag, kept).is_none();
        check!(self, is_new, "m{tag} was accepted twice");
        self.buffered += 1;

        let entry = self.entry_for(now, key, message.kind);
        let entry = if self.must_pass(key, message.kind, entry) { Entry::Ahead } else { entry };
        check!(self, accepted.entry == entry, "m{tag} {:?}, expected {entry:?}", accepted.entry);
        let was_opted_out = self.sender(key).opted_out;
        let control = self.control_of(message.kind, was_opted_out);
        // A start that was sent long before it arrived is an ordinary message.
        let sent_at = message.sent_at.filter(|sent| *sent <= now).unwrap_or(now);
        let control = control.filter(|it| *it != Control::Start || now <= sent_at + CONFIRM_WITHIN);
        check!(self, accepted.control == control, "m{tag} is {:?}, expected {control:?}", accepted.control);
        self.steered(now, key, control, accepted);
        let plan = Arc::clone(&self.plan);
        let within = plan.supersede_within.unwrap_or(plan.span(message.kind, now).max_wait * 2);
        match accepted.entry {
            Entry::Opened => self.open(now, key, accepted.batch, plan.span(message.kind, now)),
            Entry::Ahead => {
                self.reach("a stop passed those that wait");
                self.open(now, key, accepted.batch, plan.span(message.kind, now));
                self.move_ahead(key);
            }
            Entry::Joined => self.join(now, accepted.batch, plan.span(message.kind, now)),
            Entry::Superseded => self.supersede(now, accepted.batch, plan.span(message.kind, now), within),
        }
        let newest = self.lines.entry(key).or_default().batches.back().copied();
        check!(
            self,
            newest == Some(accepted.batch) || entry == Entry::Ahead,
            "m{tag} went into a batch that is not the newest"
        );
        let Some(batch) = self.batches.get_mut(&accepted.batch) else { return };
        batch.members.push(tag);
        batch.bytes += message.text.len();
        batch.has_content |= control.is_none();
        batch.control = match (batch.control, control) {
            (Some(Control::Stop), _) | (_, Some(Control::Stop)) => Some(Control::Stop),
            (Some(Control::Help), _) | (_, Some(Control::Help)) => Some(Control::Help),
            (one, other) => one.or(other),
        };
        if control == Some(Control::Stop) {
            batch.muted = was_opted_out;
        }
        let is_capped =
            batch.members.len() >= plan.max_messages as usize || batch.bytes >= plan.max_bytes as usize;
        let is_superseding = accepted.entry == Entry::Superseded;
        if is_capped || matches!(control, Some(Control::Stop | Control::Help)) {
            batch.sealed = true;
            batch.closed_early = true;
            batch.due = batch.due.min(now);
        }
        let (due, count) = (batch.due, batch.members.len());
        if is_capped {
            self.reach("capped");
        }
        if is_superseding {
            self.reach("superseded");
        }
        check!(self, accepted.due_at == due, "m{tag}'s batch is due {}, expected {due}", accepted.due_at);
        check!(self, accepted.messages as usize == count, "m{tag}'s batch holds {}", accepted.messages);
    }

    /// What a message does to its sender, and to what waits for an answer.
    fn steered(&mut self, now: Timestamp, key: SimKey, control: Option<Control>, accepted: &Accepted) {
        let opted_out = match control {
            Some(Control::Stop) => true,
            Some(Control::Start) => false,
            Some(Control::Help) | None => return,
        };
        let was_opted_out = self.sender(key).opted_out;
        let change = OptOutChange::new(opted_out, OptOutCause::Keyword);
        let changed = self.steer(now, &key.opt_out_scope(self.plan.scope), change);
        let told = accepted.opted_out;
        check!(self, told == changed.then_some(opted_out), "{key} is told to be opted out: {told:?}");
        if opted_out {
            self.reach("stopped");
            self.silence(now, key, was_opted_out);
        }
    }

    fn control_of(&self, kind: Kind, opted_out: bool) -> Option<Control> {
        if self.plan.keywords == crate::plan::Keywords::Off {
            return None;
        }
        match kind {
            Kind::Stop => Some(Control::Stop),
            Kind::Start => Some(Control::Start),
            Kind::Yes => opted_out.then_some(Control::Start),
            Kind::Help => Some(Control::Help),
            Kind::Plain | Kind::Urgent => None,
        }
    }

    /// Whether the message is a stop that would wait behind a batch which was never claimed.
    fn must_pass(&self, key: SimKey, kind: Kind, entry: Entry) -> bool {
        let Some(line) = self.lines.get(&key) else { return false };
        let opted_out = self.sender(key).opted_out;
        let opts_out = self.control_of(kind, opted_out) == Some(Control::Stop) && !opted_out;
        let is_waiting = |id: &&BatchId| self.batches.get(id).is_some_and(|batch| batch.work.is_none());
        let waiting = line.batches.iter().filter(is_waiting).count();
        let ahead = match entry {
            Entry::Joined => waiting.saturating_sub(1),
            Entry::Opened => waiting,
            Entry::Superseded | Entry::Ahead => 0,
        };
        opts_out && ahead > 0
    }

    fn entry_for(&self, now: Timestamp, key: SimKey, kind: Kind) -> Entry {
        let newest = self.lines.get(&key).and_then(|line| self.batches.get(line.batches.back()?));
        let Some(newest) = newest else { return Entry::Opened };
        let Some(work) = &newest.work else {
            return if newest.sealed { Entry::Opened } else { Entry::Joined };
        };
        let within = self.plan.supersede_within.unwrap_or(self.plan.span(kind, now).max_wait * 2);
        let is_taken_back = self.plan.supersede
            && matches!(work.hold, Hold::Leased { .. })
            && work.stage < Stage::Replying
            && !newest.sealed
            && now < newest.opened_at + within;
        if is_taken_back { Entry::Superseded } else { Entry::Opened }
    }
}
