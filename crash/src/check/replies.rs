//! What the gateway and the classifier must and must not have received.

use super::held::Held;
use super::{Broken, Checker, DeedPhase, Outcome, Span, Stored};

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
        let calls = self.facts.gateway.of(&batch.id);
        let texts = |call: &Span<'_>| call.call.request.texts.clone();
        let differ = calls.iter().any(|call| texts(call) != texts(&calls[0]));
        if differ || (calls.len() > 1 && !self.evidence.idempotent) {
            let texts: Vec<_> = calls.iter().map(texts).collect();
            let text = format!("the gateway was called {} times for {}: {texts:?}", calls.len(), batch.id);
            self.broken(Broken::AnsweredTwice, &batch.id, text);
        }
        let complaint = match &batch.outcome {
            Some(Outcome::Replied(_)) if !calls.iter().any(|call| call.is_answered) => {
                Some("counts as answered, and is not")
            }
            Some(Outcome::Replied(receipts)) if !matches!(&receipts[..], [receipt] if receipt.id.as_ref() == Some(&batch.id)) => {
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

    /// Whether a worker was cut off between the point of no return and the record of the gateway's answer.
    fn was_cut_while_replying(&self, batch: &Stored) -> bool {
        let calls = self.facts.gateway.of(&batch.id);
        self.facts.held_of(&batch.id).any(|held| {
            let call = calls.iter().find(|call| held.is_of(call));
            held.was_cut_while_replying(call, self.evidence)
        })
    }

    /// One call, and one more for each that was cut off before its classification was recorded.
    pub(super) fn classifications(&mut self) {
        let (evidence, facts) = (self.evidence, self.facts);
        for batch in &evidence.batches {
            let calls = facts.classifier.of(&batch.id);
            let held: Vec<&Held<'_>> = facts.held_of(&batch.id).collect();
            let is_cut_off = |call: &&Span<'_>| held.iter().any(|held| held.has_cut_off(call, evidence));
            let cut_off = calls.iter().filter(is_cut_off).count();
            let records = held.iter().flat_map(|held| &held.writes).filter_map(|write| match write.answer {
                Some((DeedPhase::Done, at_us)) if write.deed.records() => Some(at_us),
                _ => None,
            });
            let first_record = records.min().unwrap_or(u64::MAX);
            let goes_on = |call: &Span<'_>| held.iter().any(|held| held.is_of(call) && held.may_go_on());
            let after = calls.iter().filter(|call| call.from_us > first_record && !goes_on(call)).count();
            if calls.len() > 1 + cut_off || after > 0 {
                let text = format!(
                    "{} was classified {} times, {after} of them after that was recorded; {cut_off} were cut off",
                    batch.id,
                    calls.len()
                );
                self.broken(Broken::ClassifiedAgain, &batch.id, text);
            }
            let classified = calls.last().map(|call| &call.call.request.ids);
            let held = batch.messages.as_ref().map(|all| all.iter().map(|message| &message.id).collect());
            let same = |(a, b): (&Vec<String>, Vec<&String>)| a.iter().eq(b);
            if batch.outcome.is_some() && !classified.zip(held).is_some_and(same) {
                let text = format!("{} was not classified as it is kept: {classified:?}", batch.id);
                self.broken(Broken::Alien, &batch.id, text);
            }
        }
    }
}
