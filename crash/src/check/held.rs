//! What the journals say of one claim: what was written under it, whether it was lost, and what had befallen its worker.

use std::collections::BTreeMap;

use super::{Cut, Deed, DeedPhase, Evidence, GRACE_US, How, Noted, Outage, Span, TOLERANCE_US, micros};

/// A write under a claim.
pub(super) struct Write {
    pub(super) deed: Deed,
    pub(super) asked_us: u64,
    /// What the store said, and when. Nothing if the worker was cut off, or gave up waiting.
    pub(super) answer: Option<(DeedPhase, u64)>,
}

impl Write {
    pub(super) fn is(&self, phase: DeedPhase) -> bool {
        self.answer.is_some_and(|(answer, _)| answer == phase)
    }

    /// The store has done it, or it may have.
    pub(super) fn may_be_done(&self) -> bool {
        !self.is(DeedPhase::Refused)
    }

    /// When it was over, with its answer or for want of one: nothing in the store takes as long as a lease.
    fn over_us(&self, evidence: &Evidence) -> u64 {
        self.answer.map_or(self.asked_us + micros(evidence.lease), |(_, at_us)| at_us)
    }

    /// It came to nothing because the database was away, or because the store had to connect anew.
    fn failed_in(&self, outage: &Outage, evidence: &Evidence) -> bool {
        !self.is(DeedPhase::Done)
            && self.asked_us <= outage.until_us + GRACE_US
            && outage.from_us <= self.over_us(evidence)
    }
}

/// What made a worker lose its claim.
#[derive(Clone, Copy)]
pub(super) enum Cause<'a> {
    Killed(&'a Cut),
    /// For longer than its lease; when it was seen to stand still.
    Stopped(&'a Cut, u64),
    /// Its last renewal failed, or was not answered in time.
    Away(&'a Outage),
    /// Whoever took the claim was given a clock that is ahead of the worker's.
    Clock,
}

/// A claim that was seen.
pub(super) struct Held<'a> {
    pub(super) claim: &'a Noted,
    pub(super) writes: Vec<Write>,
    /// The next claim of the batch. Unless it was given back, this one was lost.
    pub(super) next: Option<&'a Noted>,
    /// Why it was lost, if it was; more than one may apply.
    pub(super) causes: Vec<Cause<'a>>,
}

/// All claims: by key, and then in the order in which the store gave them. Ids of batches sort by time, and tokens rise;
/// what was noted first may have been given last.
pub(super) fn all(evidence: &Evidence) -> Vec<Held<'_>> {
    let mut lines: BTreeMap<(&str, &str, u64, &str), Vec<&Noted>> = BTreeMap::new();
    for noted in evidence.trace.iter().filter(|noted| !noted.batch.is_empty()) {
        lines.entry((&noted.key, &noted.batch, noted.token, &noted.run)).or_default().push(noted);
    }
    let mut all: Vec<Held<'_>> = lines.into_values().filter_map(|lines| Held::new(&lines)).collect();
    for at in 1..all.len() {
        let (before, from) = all.split_at_mut(at);
        let (held, next) = (&mut before[at - 1], from[0].claim);
        if (&held.claim.key, &held.claim.batch) == (&next.key, &next.batch) {
            held.next = Some(next);
            held.causes = held.causes_for(next, evidence);
        }
    }
    all
}

impl<'a> Held<'a> {
    fn new(lines: &[&'a Noted]) -> Option<Self> {
        let claim = *lines.iter().find(|line| line.deed == Deed::Claim)?;
        let asked = lines
            .iter()
            .filter(|line| line.phase == DeedPhase::Asked && !matches!(line.deed, Deed::Claim | Deed::Crash));
        let write = |asked: &&Noted| {
            let answer = lines.iter().find(|line| {
                line.phase != DeedPhase::Asked && (line.deed, line.asked_us) == (asked.deed, asked.asked_us)
            });
            let answer = answer.map(|line| (line.phase, line.at_us));
            Write { deed: asked.deed, asked_us: asked.asked_us, answer }
        };
        Some(Self { claim, writes: asked.map(write).collect(), next: None, causes: Vec::new() })
    }

    pub(super) fn is_of(&self, call: &Span<'_>) -> bool {
        let request = &call.call.request;
        (&self.claim.batch, &self.claim.run) == (&request.batch, &request.run)
            && self.claim.at_us <= call.from_us
    }

    /// When the lease is over, as far as its worker knows. A renewal of a claim that was another's already counts for
    /// nothing.
    pub(super) fn lease_ends_us(&self, evidence: &Evidence) -> u64 {
        let lost_us = self.next.map_or(u64::MAX, |next| next.at_us);
        let renewed = self.writes.iter().rfind(|write| {
            write.deed == Deed::Renew && write.is(DeedPhase::Done) && write.asked_us <= lost_us
        });
        renewed.map_or(self.claim.asked_us, |write| write.asked_us) + micros(evidence.lease)
    }

    /// When the store was asked to end the claim, if it has done so. A batch that is finished or buried is not claimed
    /// again, and none is claimed behind one that is not; so the next claim tells what became of an ending without an
    /// answer.
    pub(super) fn ended_us(&self, same_batch_is_next: bool) -> Option<u64> {
        let fits =
            |write: &&Write| write.deed.ends_claim() && (write.deed == Deed::Retry) == same_batch_is_next;
        let done = self.writes.iter().filter(fits).find(|write| write.is(DeedPhase::Done));
        let ending = done.or_else(|| self.writes.iter().filter(fits).find(|write| write.may_be_done()));
        ending.map(|write| write.asked_us)
    }

    /// Whether the store had finished or buried the batch by then.
    pub(super) fn was_over_at(&self, at_us: u64) -> bool {
        self.writes.iter().any(|write| {
            matches!(write.deed, Deed::Finish | Deed::Bury)
                && write.is(DeedPhase::Done)
                && write.asked_us <= at_us
        })
    }

    /// When the store was last asked for a write that it took.
    pub(super) fn last_taken_us(&self) -> u64 {
        self.writes.iter().rfind(|write| write.is(DeedPhase::Done)).map_or(0, |write| write.asked_us)
    }

    fn causes_for(&self, next: &Noted, evidence: &'a Evidence) -> Vec<Cause<'a>> {
        let ends_us = self.lease_ends_us(evidence);
        let held_at = |cut: &&Cut| {
            cut.run == self.claim.run
                && self.claim.asked_us <= cut.until_us
                && cut.from_us <= ends_us + TOLERANCE_US
        };
        let cut = |cut: &'a Cut| match cut.how {
            How::Killed => Some(Cause::Killed(cut)),
            // One that goes on in time renews its lease.
            How::Stopped { by_us } => {
                (ends_us <= cut.until_us + GRACE_US).then_some(Cause::Stopped(cut, by_us))
            }
        };
        // After one that failed, the next renewal is a third of a lease away.
        let until_next_us = micros(evidence.lease) / 3 + GRACE_US;
        let renewals = || self.writes.iter().filter(|write| write.deed == Deed::Renew);
        let away = |outage: &&Outage| {
            // While its store connects anew, a worker is still cut off.
            let is_back = self.writes.iter().any(|write| {
                write.answer.is_some_and(|(answer, at_us)| {
                    answer == DeedPhase::Done && (outage.until_us..=ends_us).contains(&at_us)
                })
            });
            let is_missed = |write: &&Write| {
                let waits = !write.is(DeedPhase::Done) && !write.is(DeedPhase::Failed);
                write.failed_in(outage, evidence)
                    || (waits && (outage.until_us..=ends_us).contains(&write.asked_us))
            };
            let late = |write: &Write| ends_us <= write.over_us(evidence) + until_next_us;
            !is_back && outage.from_us <= ends_us && renewals().filter(is_missed).any(late)
        };
        let is_behind = evidence.skew_us(&self.claim.run) < evidence.skew_us(&next.run);
        let cuts = evidence.cuts.iter().filter(held_at).filter_map(cut);
        cuts.chain(evidence.outages.iter().filter(away).map(Cause::Away))
            .chain(is_behind.then_some(Cause::Clock))
            .collect()
    }

    /// Whether its worker may go on with what it has begun although the claim is another's: it was stopped, or its
    /// clock says that there is time left.
    pub(super) fn may_go_on(&self) -> bool {
        self.causes.iter().any(|cause| matches!(cause, Cause::Stopped(..) | Cause::Clock))
    }

    fn last(&self, is_meant: impl Fn(Deed) -> bool) -> Option<&Write> {
        self.writes.iter().rfind(|write| is_meant(write.deed))
    }

    fn any_failed_in(&self, outage: &Outage, is_meant: impl Fn(Deed) -> bool, evidence: &Evidence) -> bool {
        self.writes.iter().any(|write| is_meant(write.deed) && write.failed_in(outage, evidence))
    }

    /// When a worker that is well has begun its next step after a write: the store may have said that it is away, and
    /// then it asks again for as long as the lease lasts.
    fn next_step_by_us(&self, write: &Write, evidence: &Evidence) -> u64 {
        let failed = write.is(DeedPhase::Failed);
        write.over_us(evidence) + if failed { micros(evidence.lease) } else { GRACE_US }
    }

    /// Whether `call`, to the classifier, was cut off before its answer was recorded.
    pub(super) fn has_cut_off(&self, call: &Span<'_>, evidence: &Evidence) -> bool {
        let is_recorded = |write: &Write| write.deed.records() && write.is(DeedPhase::Done);
        if !self.is_of(call) || self.writes.iter().any(is_recorded) {
            return false;
        }
        let record = self.last(Deed::records);
        let until_us = match (record, call.end_us) {
            (Some(write), _) => self.next_step_by_us(write, evidence),
            (None, Some(end_us)) => end_us + GRACE_US,
            (None, None) => u64::MAX,
        };
        self.causes.iter().any(|cause| match cause {
            // The peer may read it when its caller is dead.
            Cause::Killed(cut) => call.from_us <= cut.until_us + GRACE_US && cut.from_us <= until_us,
            Cause::Stopped(cut, _) => cut.from_us <= until_us,
            Cause::Away(outage) => self.any_failed_in(outage, Deed::records, evidence),
            Cause::Clock => true,
        })
    }

    /// Whether its worker was cut off after its reply may have left, and before the answer can have been recorded. `call`
    /// is what the gateway received of it.
    pub(super) fn was_cut_while_replying(&self, call: Option<&Span<'_>>, evidence: &Evidence) -> bool {
        let is_begin = |deed| deed == Deed::BeginReply;
        let Some(begun) = self.writes.iter().find(|write| is_begin(write.deed) && write.may_be_done()) else {
            return false;
        };
        let last_begun = self.last(is_begin).unwrap_or(begun);
        let ending = self.last(Deed::ends_claim);
        if ending.is_some_and(|write| write.is(DeedPhase::Done)) {
            return false;
        }
        let until_us = match (ending, call) {
            (Some(write), _) => self.next_step_by_us(write, evidence),
            (None, Some(call)) => call.end_us.map_or(u64::MAX, |end_us| end_us + GRACE_US),
            (None, None) => self.next_step_by_us(last_begun, evidence),
        };
        self.causes.iter().any(|cause| match cause {
            Cause::Killed(cut) => begun.asked_us <= cut.until_us + TOLERANCE_US && cut.from_us <= until_us,
            Cause::Stopped(cut, by_us) => begun.asked_us <= *by_us && cut.from_us <= until_us,
            Cause::Away(outage) => {
                self.any_failed_in(outage, |deed| is_begin(deed) || deed.ends_claim(), evidence)
            }
            Cause::Clock => true,
        })
    }
}
