//! What the gateway and the classifier must and must not have received.

use super::{Broken, Checker, Deed, DeedPhase, Evidence, Noted, Outcome, Stored};

impl Checker<'_> {
    pub(super) fn replies(&mut self) {
        let evidence = self.evidence;
        for call in &evidence.gateway {
            let known = evidence.batches.iter().find(|batch| batch.id == call.request.batch);
            if known.is_none_or(|batch| batch.key != call.request.key) {
                let text = format!("batch {} got a reply to {}", call.request.batch, call.request.key);
                self.broken(Broken::AnsweredAlien, &call.request.batch, text);
            }
        }
        for batch in &evidence.batches {
            self.reply_of(batch);
        }
    }

    fn reply_of(&mut self, batch: &Stored) {
        let calls = Evidence::calls_of(&self.evidence.gateway, &batch.id);
        let differ = calls.iter().any(|call| call.request.texts != calls[0].request.texts);
        if differ || (calls.len() > 1 && !self.evidence.idempotent) {
            let texts: Vec<_> = calls.iter().map(|call| &call.request.texts).collect();
            let text = format!("the gateway was called {} times for {}: {texts:?}", calls.len(), batch.id);
            self.broken(Broken::AnsweredTwice, &batch.id, text);
        }
        let complaint = match &batch.outcome {
            Some(Outcome::Replied(_)) if calls.is_empty() => Some("counts as answered, and is not"),
            Some(Outcome::Replied(receipt)) if receipt.id.as_ref() != Some(&batch.id) => {
                Some("has another receipt than it was given")
            }
            Some(Outcome::ReplyUnknown) if self.evidence.idempotent => {
                Some("ended as unknown, although its gateway could be asked again")
            }
            Some(Outcome::ReplyUnknown) if !self.was_cut_while_replying(batch) => {
                Some("ended as unknown, and nothing had befallen its worker while it replied")
            }
            Some(Outcome::ReplyUnknown) if batch.error.is_none() => Some("is unknown without saying why"),
            Some(Outcome::NoReply(_)) => Some("ended without a reply"),
            // A batch without an outcome is another complaint.
            Some(_) | None => None,
        };
        if let Some(complaint) = complaint {
            self.broken(Broken::Unanswered, &batch.id, format!("{} {complaint}", batch.id));
        }
    }

    /// Whether a worker was cut off between the point of no return and the answer to its `finish`.
    fn was_cut_while_replying(&self, batch: &Stored) -> bool {
        let of_batch: Vec<&Noted> =
            self.evidence.trace.iter().filter(|noted| noted.batch == batch.id).collect();
        let begun =
            of_batch.iter().filter(|noted| noted.deed == Deed::BeginReply && noted.phase == DeedPhase::Asked);
        let mut windows = begun.map(|begun| {
            let end = of_batch.iter().find(|noted| {
                noted.run == begun.run
                    && noted.token == begun.token
                    && noted.deed.ends_claim()
                    && matches!(noted.phase, DeedPhase::Done | DeedPhase::Refused)
            });
            (begun, end.map_or(u64::MAX, |end| end.at_us))
        });
        windows.any(|(begun, end)| self.evidence.was_cut(&begun.run, begun.at_us, end))
    }

    /// One call, and one more for each claim that was cut off before its classification was recorded.
    pub(super) fn classifications(&mut self) {
        let evidence = self.evidence;
        for batch in &evidence.batches {
            let calls = Evidence::calls_of(&evidence.classifier, &batch.id);
            let of_batch = |deed: Deed, phase: DeedPhase| {
                evidence.trace.iter().filter(move |noted| {
                    noted.batch == batch.id && noted.deed == deed && noted.phase == phase
                })
            };
            let recorded: Vec<&Noted> = of_batch(Deed::Checkpoint, DeedPhase::Done).collect();
            let cut = of_batch(Deed::Claim, DeedPhase::Done)
                .filter(|claim| {
                    let of_claim = |noted: &&&Noted| noted.run == claim.run && noted.token == claim.token;
                    let end = recorded.iter().find(of_claim).map_or(u64::MAX, |noted| noted.at_us);
                    evidence.was_cut(&claim.run, claim.at_us, end)
                })
                .count();
            let first_record = recorded.iter().map(|noted| noted.at_us).min().unwrap_or(u64::MAX);
            let after = calls
                .iter()
                .filter(|call| call.at_us > first_record && !evidence.was_stopped(&call.request.run))
                .count();
            if calls.len() > 1 + cut || after > 0 {
                let text = format!(
                    "{} was classified {} times, {after} of them after that was recorded; {cut} were cut off",
                    batch.id,
                    calls.len()
                );
                self.broken(Broken::ClassifiedAgain, &batch.id, text);
            }
            let classified = calls.last().map(|call| &call.request.ids);
            let held = batch.messages.as_ref().map(|all| all.iter().map(|message| &message.id).collect());
            let same = |(a, b): (&Vec<String>, Vec<&String>)| a.iter().eq(b);
            if batch.outcome.is_some() && !classified.zip(held).is_some_and(same) {
                let text = format!("{} was not classified as it is kept: {classified:?}", batch.id);
                self.broken(Broken::Alien, &batch.id, text);
            }
        }
    }
}
