//! What one key's lane is to do, as plainly as it can be said: a list of batches with plain fields, milliseconds as
//! plain numbers, every message named, nothing forgotten. It follows the architecture's words, not the lane's code.

use sms_consolidate::lane::{BatchState, CloseReason, Control, Keyword, LossReason, Stage};

/// A window as numbers of milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) open_for: i64,
    pub(crate) extend_by: Option<i64>,
    pub(crate) max_wait: i64,
    pub(crate) max_messages: usize,
    pub(crate) max_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    /// Which message it is, counted from the first.
    pub(crate) message: usize,
    pub(crate) bytes: u64,
    pub(crate) keyword: Option<Keyword>,
    pub(crate) supersede_within: Option<i64>,
    pub(crate) window: Numbers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    Never,
    Leased { claim: usize, until: i64 },
    Waiting { until: i64 },
}

#[derive(Clone, Debug)]
pub(crate) struct Batch {
    /// Which batch it is, counted from the first. A requeued one is another batch.
    pub(crate) number: usize,
    pub(crate) opened: i64,
    pub(crate) due: i64,
    pub(crate) deadline: i64,
    pub(crate) messages: Vec<usize>,
    pub(crate) bytes: u64,
    pub(crate) reason: Option<CloseReason>,
    pub(crate) controls: Vec<Control>,
    pub(crate) has_content: bool,
    /// A cap was reached, or a control closed it, or it came back from the dead: nothing may be added.
    pub(crate) complete: bool,
    pub(crate) muted: bool,
    pub(crate) passed_others: bool,
    pub(crate) superseded: bool,
    pub(crate) hold: Hold,
    pub(crate) first_claimed: Option<i64>,
    pub(crate) attempts: u32,
    pub(crate) losses: u32,
    pub(crate) stage: Stage,
}

impl Batch {
    fn open(number: usize, now: i64, window: &Numbers) -> Self {
        let is_urgent = window.max_wait == 0;
        Self {
            number,
            opened: now,
            due: now + window.open_for.min(window.max_wait),
            deadline: now + window.max_wait,
            messages: Vec::new(),
            bytes: 0,
            reason: is_urgent.then_some(CloseReason::Urgent),
            controls: Vec::new(),
            has_content: false,
            complete: false,
            muted: false,
            passed_others: false,
            superseded: false,
            hold: Hold::Never,
            first_claimed: None,
            attempts: 0,
            losses: 0,
            stage: Stage::Claimed,
        }
    }

    pub(crate) fn control(&self) -> Option<Control> {
        [Control::Stop, Control::Help, Control::Start].into_iter().find(|it| self.controls.contains(it))
    }

    fn close(&mut self, now: i64, reason: CloseReason) {
        self.due = self.due.min(now);
        self.reason = self.reason.or(Some(reason));
    }
}

/// How a message came in: 'o'pened, 'j'oined, 's'uperseded, opened 'a'head of those that wait.
pub(crate) type Way = char;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    OptedOut,
    LeaseTooShort,
    LoopGuard,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Unfinished batches, oldest first.
    pub(crate) line: Vec<Batch>,
    pub(crate) opted_out_since: Option<i64>,
    batches: usize,
    claims: usize,
    /// The claims that were taken from their holders for another reason than a lease that ran out.
    taken: Vec<Taken>,
    /// When each reply that counts for the loop guard left, and for which batch.
    replies: Vec<(usize, i64)>,
}

#[derive(Clone, Copy, Debug)]
struct Taken {
    claim: usize,
    why: LossReason,
    until: i64,
}

const HOUR: i64 = 3_600_000;

/// For how many losses the lane remembers why.
const LOSSES_REMEMBERED: usize = 8;

impl Model {
    fn next_number(&mut self) -> usize {
        self.batches += 1;
        self.batches
    }

    pub(crate) fn arrive(&mut self, now: i64, said: &Said) -> (Way, usize, Option<Control>) {
        let was_opted_out = self.opted_out_since.is_some();
        let control = match said.keyword {
            Some(Keyword::Control(control)) => Some(control),
            Some(Keyword::Wish) => Some(Control::Stop),
            Some(Keyword::StartIfStopped) if was_opted_out => Some(Control::Start),
            _ => None,
        };
        let first_stop = control == Some(Control::Stop) && !was_opted_out;
        let way = match self.way_for(now, said.supersede_within) {
            way @ ('o' | 'j') if first_stop && self.would_wait_behind_others(way) => 'a',
            way => way,
        };
        if control == Some(Control::Stop) {
            self.opt_out(now);
        }
        if control == Some(Control::Start) {
            self.opt_in();
        }
        match way {
            'o' => {
                let number = self.next_number();
                self.line.push(Batch::open(number, now, &said.window));
            }
            'a' => {
                let number = self.next_number();
                let place = self.line.iter().take_while(|batch| batch.hold != Hold::Never).count();
                self.line.insert(place, Batch::open(number, now, &said.window));
            }
            's' => self.supersede(now, said),
            _ => self.join(now, &said.window),
        }
        let number = if way == 'a' { self.batches } else { self.line.last().map_or(0, |batch| batch.number) };
        let batch =
            self.line.iter_mut().find(|batch| batch.number == number).expect("it was opened or joined");
        batch.passed_others |= way == 'a';
        batch.messages.push(said.message);
        batch.bytes += said.bytes;
        batch.controls.extend(control);
        batch.has_content |= control.is_none();
        if said.keyword == Some(Keyword::Wish) {
            batch.reason = Some(CloseReason::InferredOptOut);
        }
        let close = match control {
            Some(Control::Stop) => Some(CloseReason::OptOut),
            Some(Control::Help) => Some(CloseReason::Urgent),
            _ if batch.messages.len() >= said.window.max_messages => Some(CloseReason::MessageCap),
            _ if batch.bytes >= said.window.max_bytes => Some(CloseReason::ByteCap),
            _ => None,
        };
        if let Some(reason) = close {
            batch.complete = true;
            batch.close(now, reason);
        }
        if control == Some(Control::Stop) {
            // The first stop is confirmed, a repeated one is not.
            batch.muted = was_opted_out;
        }
        (way, batch.number, control)
    }

    /// Whether a message that came in this way would be in a batch behind another that was never claimed.
    fn would_wait_behind_others(&self, way: Way) -> bool {
        let waiting = self.line.iter().filter(|batch| batch.hold == Hold::Never).count();
        if way == 'o' { waiting >= 1 } else { waiting >= 2 }
    }

    fn way_for(&self, now: i64, supersede_within: Option<i64>) -> Way {
        let Some(newest) = self.line.last() else { return 'o' };
        if newest.complete {
            return 'o';
        }
        match newest.hold {
            Hold::Never => 'j',
            Hold::Waiting { .. } => 'o',
            Hold::Leased { .. } if newest.stage == Stage::Replying => 'o',
            Hold::Leased { .. } => match supersede_within {
                Some(within) if now < newest.opened + within => 's',
                _ => 'o',
            },
        }
    }

    fn join(&mut self, now: i64, window: &Numbers) {
        let batch = self.line.last_mut().expect("there is a newest batch");
        if batch.due <= now {
            return;
        }
        let is_urgent = window.max_wait == 0;
        // The bound on superseding is the deadline of a superseded batch; only an urgent message cuts it short.
        if is_urgent || !batch.superseded {
            batch.deadline = batch.deadline.min((batch.opened + window.max_wait).max(now));
        }
        if let Some(extend_by) = window.extend_by {
            batch.due = batch.due.max(now + extend_by);
        }
        batch.due = batch.due.min(batch.deadline);
        if is_urgent {
            batch.reason = batch.reason.or(Some(CloseReason::Urgent));
        }
    }

    fn supersede(&mut self, now: i64, said: &Said) {
        let batch = self.line.last_mut().expect("there is a newest batch");
        let Hold::Leased { claim, until } = batch.hold else { panic!("only a claimed batch is superseded") };
        self.taken.push(Taken { claim, why: LossReason::Superseded, until });
        let bound = batch.opened + said.supersede_within.expect("it supersedes");
        let is_urgent = said.window.max_wait == 0;
        batch.due = if is_urgent { now } else { bound.min(now + said.window.extend_by.unwrap_or(0)) };
        batch.deadline = bound;
        batch.reason = is_urgent.then_some(CloseReason::Urgent);
        batch.complete = false;
        batch.superseded = true;
        batch.hold = Hold::Never;
        batch.first_claimed = None;
        batch.attempts = 0;
        batch.losses = 0;
        batch.stage = Stage::Claimed;
    }

    pub(crate) fn wake(&self) -> Option<i64> {
        let head = self.line.first()?;
        Some(match head.hold {
            Hold::Never => head.due,
            Hold::Leased { until, .. } | Hold::Waiting { until } => until,
        })
    }

    /// Returns the number of the claim.
    pub(crate) fn claim(&mut self, now: i64, lease: i64) -> Option<usize> {
        if self.wake()? > now {
            return None;
        }
        self.claims += 1;
        let claim = self.claims;
        let head = &mut self.line[0];
        match head.hold {
            Hold::Leased { .. } => head.losses += 1,
            Hold::Never | Hold::Waiting { .. } => head.attempts += 1,
        }
        // Retry time begins with the last claim before which no attempt had failed.
        if head.attempts <= 1 {
            head.first_claimed = Some(now);
        }
        head.hold = Hold::Leased { claim, until: now + lease };
        Some(claim)
    }

    /// Whether `claim` is the present one; if not, why not.
    pub(crate) fn check(&self, claim: usize) -> Result<(), LossReason> {
        if let Some(head) = self.line.first()
            && let Hold::Leased { claim: present, .. } = head.hold
            && present == claim
        {
            return Ok(());
        }
        let taken = self.taken().find(|taken| taken.claim == claim);
        Err(taken.map_or(LossReason::Stolen, |taken| taken.why))
    }

    /// The losses that are remembered.
    fn taken(&self) -> impl Iterator<Item = &Taken> {
        self.taken.iter().rev().take(LOSSES_REMEMBERED)
    }

    /// When nothing that the lane knows matters any more.
    pub(crate) fn forgettable(&self) -> Option<i64> {
        if !self.line.is_empty() || self.opted_out_since.is_some() {
            return None;
        }
        let replies = self.replies.iter().map(|(_, at)| at + HOUR);
        Some(replies.chain(self.taken().map(|taken| taken.until)).max().unwrap_or(0))
    }

    pub(crate) fn renew(&mut self, now: i64, lease: i64) -> i64 {
        let Hold::Leased { until, .. } = &mut self.line[0].hold else { panic!("checked before") };
        *until = (now + lease).max(*until);
        *until
    }

    pub(crate) fn checkpoint(&mut self) {
        let head = &mut self.line[0];
        head.stage = head.stage.max(Stage::Classified);
    }

    pub(crate) fn begin_reply(
        &mut self,
        now: i64,
        confirms_stop: bool,
        send_timeout: i64,
        limit: Option<usize>,
    ) -> Result<(), No> {
        let head = &mut self.line[0];
        let Hold::Leased { until, .. } = head.hold else { panic!("checked before") };
        if head.muted || (self.opted_out_since.is_some() && !confirms_stop) {
            return Err(No::OptedOut);
        }
        if (until - now).max(0) < send_timeout {
            return Err(No::LeaseTooShort);
        }
        if head.stage == Stage::Replying {
            return Ok(());
        }
        let recent = self.replies.iter().filter(|(_, at)| now - at < HOUR).count();
        if let Some(limit) = limit {
            if recent >= limit && !confirms_stop {
                return Err(No::LoopGuard);
            }
            if recent < limit {
                self.replies.push((head.number, now));
            }
        }
        head.stage = Stage::Replying;
        Ok(())
    }

    pub(crate) fn end_head(&mut self) -> Batch {
        self.line.remove(0)
    }

    pub(crate) fn retry(&mut self, at: i64, counts: bool, maybe_sent: bool) {
        let head = &mut self.line[0];
        head.hold = Hold::Waiting { until: at };
        if !counts {
            head.attempts -= 1;
        }
        if !maybe_sent && head.stage == Stage::Replying {
            head.stage = Stage::Classified;
            self.replies.retain(|(number, _)| *number != head.number);
        }
    }

    pub(crate) fn requeue(&mut self, now: i64, dead: &Batch) -> usize {
        let number = self.next_number();
        self.line.push(Batch {
            number,
            opened: now,
            due: now,
            deadline: now,
            complete: true,
            superseded: false,
            hold: Hold::Never,
            first_claimed: None,
            attempts: 0,
            losses: 0,
            stage: Stage::Claimed,
            ..dead.clone()
        });
        number
    }

    /// `Some(true)` if the batch is due now, `Some(false)` if it is in flight.
    pub(crate) fn nudge(&mut self, now: i64, number: usize) -> Option<bool> {
        let batch = self.line.iter_mut().find(|batch| batch.number == number)?;
        match &mut batch.hold {
            Hold::Leased { .. } => return Some(false),
            Hold::Waiting { until } => *until = (*until).min(now),
            Hold::Never => batch.close(now, CloseReason::Flush),
        }
        Some(true)
    }

    pub(crate) fn flush(&mut self, now: i64, reason: CloseReason) -> usize {
        let waiting = self.line.iter_mut().filter(|batch| batch.hold == Hold::Never && batch.due > now);
        waiting.map(|batch| batch.close(now, reason)).count()
    }

    pub(crate) fn cancel(&mut self) -> Vec<Batch> {
        if let Some(head) = self.line.first()
            && let Hold::Leased { claim, until } = head.hold
            && head.stage != Stage::Replying
        {
            self.taken.push(Taken { claim, why: LossReason::Cancelled, until });
        }
        let (kept, cancelled) = self.line.drain(..).partition(|batch| batch.stage == Stage::Replying);
        self.line = kept;
        cancelled
    }

    pub(crate) fn opt_out(&mut self, now: i64) {
        let again = self.opted_out_since.is_some();
        self.opted_out_since = self.opted_out_since.or(Some(now));
        for batch in &mut self.line {
            let is_the_confirmation = again && batch.control() == Some(Control::Stop);
            batch.muted |= !is_the_confirmation;
            batch.complete = true;
            match &mut batch.hold {
                Hold::Never => batch.close(now, CloseReason::OptOut),
                Hold::Waiting { until } => *until = (*until).min(now),
                Hold::Leased { .. } => {}
            }
        }
    }

    pub(crate) fn opt_in(&mut self) {
        self.opted_out_since = None;
    }

    pub(crate) fn state(&self, position: usize) -> BatchState {
        let batch = &self.line[position];
        let is_newest = position + 1 == self.line.len();
        match batch.hold {
            Hold::Leased { .. } => BatchState::Claimed,
            Hold::Waiting { .. } => BatchState::Retrying,
            Hold::Never if is_newest && !batch.complete => BatchState::Open,
            Hold::Never => BatchState::Closed,
        }
    }
}
