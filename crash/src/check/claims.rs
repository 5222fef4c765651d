//! Claims: at most one at a time for a key, none before its time, none that nobody has, and no write under one that is
//! gone.

use super::held::Held;
use super::{Broken, Checker, Deed, DeedPhase, GRACE_US, How, Noted, TOLERANCE_US, micros, seconds};

impl Checker<'_> {
    pub(super) fn claims(&mut self) {
        let held = self.facts.held.as_slice();
        held.iter().for_each(|held| self.not_early(held.claim));
        for (at, then) in held.iter().enumerate() {
            let first = at.checked_sub(1).map(|at| &held[at]).filter(|held| held.claim.key == then.claim.key);
            if let Some(first) = first {
                self.one_after_another(first, then);
            }
            self.none_unseen(first, then);
        }
    }

    /// The batch opened when its first message was posted, or later.
    fn not_early(&mut self, claim: &Noted) {
        let evidence = self.evidence;
        let stored = evidence.batches.iter().find(|batch| batch.id == claim.batch);
        let messages = stored.iter().flat_map(|batch| batch.messages.iter().flatten());
        let posted =
            messages.filter_map(|message| self.facts.posts.get(&*message.id)).map(|post| post.posted_us);
        // Whose clock said when it opened is not known.
        let opened_by_us = evidence.skews_us.values().copied().min().unwrap_or_default().min(0);
        let skew_us = opened_by_us - evidence.skew_us(&claim.run);
        let due = posted
            .min()
            .map(|posted| (posted + micros(evidence.window)).saturating_add_signed(skew_us.min(0)));
        if let Some(due) = due.filter(|due| claim.at_us + TOLERANCE_US < *due) {
            let text = format!("{} was claimed, and is due at {} at the soonest", claim.batch, seconds(due));
            self.broken(Broken::Early, &claim.batch, text);
        }
    }

    fn one_after_another(&mut self, first: &Held<'_>, then: &Held<'_>) {
        let evidence = self.evidence;
        let (one, other) = (first.claim, then.claim);
        let is_same = one.batch == other.batch;
        // What was begun after that is a stale write, and ends nothing.
        let was_ended = first.ended_us(is_same).is_some_and(|ended| ended <= other.at_us);
        let who = format!("{} by {} after {} by {}", other.batch, other.run, one.batch, one.run);
        let ahead_us = evidence.skew_us(&other.run) - evidence.skew_us(&one.run);
        let lease_ends_us = first.lease_ends_us(evidence).saturating_add_signed(-ahead_us.max(0));
        if !was_ended && !is_same {
            self.broken(Broken::HeldTwice, &other.batch, format!("{who}: the first batch had not ended"));
        } else if is_same && first.was_over_at(other.at_us) {
            self.broken(Broken::HeldTwice, &other.batch, format!("{who}: it had ended"));
        } else if !was_ended && other.at_us + TOLERANCE_US < lease_ends_us {
            let text = format!("{who}: the first claim holds until {}", seconds(lease_ends_us));
            self.broken(Broken::HeldTwice, &other.batch, text);
        }
        if !was_ended && is_same && first.causes.is_empty() {
            let text = format!("{who}: nothing had befallen the first worker");
            self.broken(Broken::LostClaim, &other.batch, text);
        }
        if first.last_taken_us() > other.at_us {
            let text = format!("{who}: a write of the first was taken afterwards");
            self.broken(Broken::StaleWrite, &other.batch, text);
        }
    }

    /// Tokens count the claims of a key, anew when its lane was empty. One that nobody has noted was on its way to a
    /// process that was killed, or in an answer that the database did not give; and its lease has to run out as well.
    fn none_unseen(&mut self, first: Option<&Held<'_>>, then: &Held<'_>) {
        let evidence = self.evidence;
        let claim = then.claim;
        let after = first.and_then(|first| claim.token.checked_sub(first.claim.token + 1));
        let anew =
            first.is_none_or(|first| first.claim.batch != claim.batch).then(|| claim.token.saturating_sub(1));
        let unseen = after.into_iter().chain(anew).min().unwrap_or_default();
        if unseen == 0 {
            return;
        }
        let from_us = first.map_or(0, |first| first.claim.asked_us);
        let skew_us = evidence.skews_us.values().map(|skew| skew.unsigned_abs()).max().unwrap_or_default();
        let by_us = (claim.at_us + TOLERANCE_US + 2 * skew_us).saturating_sub(micros(evidence.lease));
        let failed = evidence.trace.iter().filter(|noted| {
            noted.deed == Deed::Claim
                && noted.phase == DeedPhase::Failed
                && from_us <= noted.at_us
                && noted.asked_us <= by_us
        });
        let killed = evidence.cuts.iter().filter(|cut| {
            // What it had asked for a moment before.
            cut.how == How::Killed && from_us <= cut.until_us && cut.from_us <= by_us + GRACE_US
        });
        let cut_off = failed.count() + killed.count();
        if (cut_off as u64) < unseen {
            let text = format!(
                "{} by {}: {unseen} claims before it were noted by nobody, and {cut_off} were cut off",
                claim.batch, claim.run
            );
            self.broken(Broken::LostClaim, &claim.batch, text);
        }
    }
}
