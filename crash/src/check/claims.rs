//! Claims: at most one at a time for a key, none before its time, and no write under one that is gone.

use std::collections::BTreeMap;

use super::{Broken, Checker, Deed, DeedPhase, Noted, TOLERANCE_US, micros, seconds};

/// A claim, from what its worker noted.
struct Held<'a> {
    claim: &'a Noted,
    /// When the store was asked to end it, if it may have done so.
    ended_us: Option<u64>,
    /// When the store was asked for what last extended the lease.
    extended_us: u64,
    /// When the store was last asked for a write that it took.
    last_taken_us: u64,
}

impl<'a> Held<'a> {
    fn new(claim: &'a Noted, trace: &[Noted]) -> Self {
        let of_claim = |noted: &&Noted| {
            noted.batch == claim.batch && noted.token == claim.token && noted.run == claim.run
        };
        let noted: Vec<&Noted> = trace.iter().filter(of_claim).collect();
        let was = |asked: &Noted, phase| {
            let answers = |line: &&Noted| line.deed == asked.deed && line.asked_us == asked.asked_us;
            noted.iter().copied().filter(answers).any(|line| line.phase == phase)
        };
        let asked = |deed: fn(Deed) -> bool| {
            noted.iter().copied().filter(move |line| line.phase == DeedPhase::Asked && deed(line.deed))
        };
        let ended = asked(Deed::ends_claim).find(|line| !was(line, DeedPhase::Refused));
        let extended = asked(|deed| deed == Deed::Renew).rfind(|line| was(line, DeedPhase::Done));
        let taken = asked(|deed| deed != Deed::Crash).rfind(|line| was(line, DeedPhase::Done));
        Self {
            claim,
            ended_us: ended.map(|line| line.asked_us),
            extended_us: extended.map_or(claim.asked_us, |line| line.asked_us),
            last_taken_us: taken.map_or(0, |line| line.asked_us),
        }
    }
}

impl Checker<'_> {
    pub(super) fn claims(&mut self) {
        let trace = &self.evidence.trace;
        let mut of_key: BTreeMap<&str, Vec<Held<'_>>> = BTreeMap::new();
        for claim in trace.iter().filter(|noted| noted.deed == Deed::Claim) {
            of_key.entry(&claim.key).or_default().push(Held::new(claim, trace));
        }
        for mut claims in of_key.into_values() {
            // The order in which the store gave them: ids of batches sort by time, and tokens rise. What was noted first
            // may have been given last.
            claims.sort_by_key(|held| (&held.claim.batch, held.claim.token));
            claims.iter().for_each(|held| self.not_early(held.claim));
            for pair in claims.windows(2) {
                if let [first, then] = pair {
                    self.one_after_another(first, then);
                }
            }
        }
    }

    /// The batch opened when its first message was posted, or later.
    fn not_early(&mut self, claim: &Noted) {
        let evidence = self.evidence;
        let stored = evidence.batches.iter().find(|batch| batch.id == claim.batch);
        let holds = |id: &str| {
            stored.iter().flat_map(|batch| batch.messages.iter().flatten()).any(|message| message.id == id)
        };
        let posted = evidence.posts.iter().filter(|post| holds(&post.id)).map(|post| post.posted_us).min();
        let due = posted.map(|posted| posted + micros(evidence.window));
        if let Some(due) = due.filter(|due| claim.at_us + TOLERANCE_US < *due) {
            let text = format!("{} was claimed, and is due at {} at the soonest", claim.batch, seconds(due));
            self.broken(Broken::Early, &claim.batch, text);
        }
    }

    fn one_after_another(&mut self, first: &Held<'_>, then: &Held<'_>) {
        let evidence = self.evidence;
        let (one, other) = (first.claim, then.claim);
        let lease_ends_us = first.extended_us + micros(evidence.lease);
        // What was begun after that is a stale write, and ends nothing.
        let was_ended = first.ended_us.is_some_and(|ended| ended <= other.at_us);
        let who = format!("{} by {} after {} by {}", other.batch, other.run, one.batch, one.run);
        if !was_ended && other.at_us + TOLERANCE_US < lease_ends_us {
            let text = format!("{who}: the first claim holds until {}", seconds(lease_ends_us));
            self.broken(Broken::HeldTwice, &other.batch, text);
        }
        if !was_ended && !evidence.was_cut(&one.run, one.at_us, other.at_us) {
            let text = format!("{who}: nothing had befallen the first worker");
            self.broken(Broken::LostClaim, &other.batch, text);
        }
        if first.last_taken_us > other.at_us {
            let text = format!("{who}: a write of the first was taken afterwards");
            self.broken(Broken::StaleWrite, &other.batch, text);
        }
    }
}
