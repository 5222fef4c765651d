//! What one key's lane is to do, as plainly as it can be said: a list of batches with plain fields, milliseconds as
//! plain numbers, every message named, nothing forgotten. It follows the architecture's words, not the lane's code.

use sms_consolidate::lane::{BatchState, CloseReason, Control, Keyword, LossReason, Stage};

use super::batch::{Batch, Hold, Numbers, Said};
use super::known::Known;

/// How a message came in: 'o'pened, 'j'oined, 's'uperseded, opened 'a'head of those that wait.
pub(crate) type Way = char;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum No {
    OptedOut,
    LeaseTooShort,
    LoopGuard,
}

/// A reply that is to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begin {
    pub(crate) text: u8,
    pub(crate) confirms_stop: bool,
    /// Answers a start, which takes an earlier stop back.
    pub(crate) takes_back: bool,
    pub(crate) send_timeout: i64,
    pub(crate) limit: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Requeued {
    /// It was dead, and is now the batch of this number.
    AsAnother(usize),
    DueNow,
    InFlight,
    Unknown,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    /// Unfinished batches, oldest first.
    pub(crate) line: Vec<Batch>,
    /// Those that died and were not requeued, oldest first.
    pub(crate) dead: Vec<Batch>,
    /// The latest instant at which anything changed. Time goes on from there.
    pub(crate) latest: i64,
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

    /// What `now` counts as, if something changes.
    pub(crate) fn see(&mut self, now: i64) -> i64 {
        self.latest = self.latest.max(now);
        self.latest
    }

    pub(crate) fn arrive(
        &mut self,
        now: i64,
        said: &Said,
        sender: &mut Known,
    ) -> (Way, usize, Option<Control>) {
        let now = self.see(now);
        let was_opted_out = sender.is_out;
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
            self.mute(now, was_opted_out);
            sender.hear(now, true, said.cause, None);
        }
        if control == Some(Control::Start) {
            sender.hear(now, false, said.cause, None);
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
        batch.begin_anew();
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
        if self.wake()? > now.max(self.latest) {
            return None;
        }
        let now = self.see(now);
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
        if !(self.line.is_empty() && self.dead.is_empty()) {
            return None;
        }
        let replies = self.replies.iter().map(|(_, at)| at + HOUR);
        Some(replies.chain(self.taken().map(|taken| taken.until)).max().unwrap_or(0))
    }

    pub(crate) fn renew(&mut self, now: i64, lease: i64) -> i64 {
        let now = self.see(now);
        let Hold::Leased { until, .. } = &mut self.line[0].hold else { panic!("checked before") };
        *until = (now + lease).max(*until);
        *until
    }

    pub(crate) fn classify(&mut self, now: i64, label: Option<u8>) {
        self.see(now);
        let head = &mut self.line[0];
        if label.is_some() {
            head.label = label;
            head.stage = head.stage.max(Stage::Classified);
        }
    }

    pub(crate) fn begin_reply(&mut self, now: i64, sender: &Known, begin: Begin) -> Result<(), No> {
        let now = self.see(now);
        let head = &mut self.line[0];
        let Hold::Leased { until, .. } = head.hold else { panic!("checked before") };
        let is_wanted = sender.wants_an_answer_to(head.opened) || (begin.takes_back && !sender.is_out);
        if head.muted || !(begin.confirms_stop || is_wanted) {
            return Err(No::OptedOut);
        }
        if (until - now).max(0) < begin.send_timeout {
            return Err(No::LeaseTooShort);
        }
        if head.stage == Stage::Replying {
            return Ok(());
        }
        let recent = self.replies.iter().filter(|(_, at)| now - at < HOUR).count();
        if let Some(limit) = begin.limit {
            if recent >= limit && !begin.confirms_stop {
                return Err(No::LoopGuard);
            }
            if recent < limit {
                self.replies.push((head.number, now));
            }
        }
        head.stage = Stage::Replying;
        head.text = head.text.or(Some(begin.text));
        Ok(())
    }

    /// It is certain that nothing was sent for the head.
    fn withdraw(&mut self) {
        let head = &mut self.line[0];
        head.stage = head.stage.min(Stage::Classified);
        self.replies.retain(|(number, _)| *number != head.number);
    }

    pub(crate) fn finish(&mut self, now: i64, is_reply: bool, label: Option<u8>) -> Batch {
        self.see(now);
        if !is_reply {
            self.withdraw();
        }
        let head = self.line.remove(0);
        Batch { label: label.or(head.label), ..head }
    }

    /// The batch, and whether it is dead.
    pub(crate) fn bury(&mut self, now: i64, maybe_sent: bool, error: &str) -> (Batch, bool) {
        self.see(now);
        let is_over = maybe_sent && self.line[0].stage == Stage::Replying;
        if !is_over {
            self.withdraw();
        }
        let mut batch = self.line.remove(0);
        batch.error = Some(error.to_owned());
        if !is_over {
            self.dead.push(batch.clone());
        }
        (batch, !is_over)
    }

    pub(crate) fn retry(&mut self, now: i64, at: i64, counts: bool, maybe_sent: bool, error: &str) {
        self.see(now);
        let head = &mut self.line[0];
        head.hold = Hold::Waiting { until: at };
        head.error = Some(error.to_owned());
        if !counts {
            head.attempts -= 1;
        }
        if !maybe_sent {
            self.withdraw();
        }
    }

    pub(crate) fn requeue(&mut self, now: i64, number: usize) -> Requeued {
        if let Some(place) = self.dead.iter().position(|dead| dead.number == number) {
            let now = self.see(now);
            let mut batch = self.dead.remove(place);
            batch.begin_anew();
            (batch.opened, batch.due, batch.deadline) = (now, now, now);
            (batch.complete, batch.superseded) = (true, false);
            batch.number = self.next_number();
            self.line.push(batch);
            return Requeued::AsAnother(self.batches);
        }
        let then = now.max(self.latest);
        let Some(batch) = self.line.iter_mut().find(|batch| batch.number == number) else {
            return Requeued::Unknown;
        };
        match &mut batch.hold {
            Hold::Leased { .. } => return Requeued::InFlight,
            Hold::Waiting { until } => *until = (*until).min(then),
            Hold::Never => batch.close(then, CloseReason::Flush),
        }
        self.see(now);
        Requeued::DueNow
    }

    pub(crate) fn flush(&mut self, now: i64, reason: CloseReason) -> usize {
        let now = self.see(now);
        let waiting = self.line.iter_mut().filter(|batch| batch.hold == Hold::Never && batch.due > now);
        waiting.map(|batch| batch.close(now, reason)).count()
    }

    pub(crate) fn cancel(&mut self, now: i64) -> Vec<Batch> {
        self.see(now);
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

    /// The sender opted out by no message of this lane.
    pub(crate) fn silence(&mut self, now: i64) -> usize {
        let now = self.see(now);
        self.mute(now, true);
        self.line.len()
    }

    fn mute(&mut self, now: i64, again: bool) {
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
