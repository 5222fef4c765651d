//! Messages come in.

use sms_consolidate::lane::{Accepted, Control, Entry, Keyword, OptOutChange, Supersede};
use sms_consolidate::store::{Appended, Arrival, Refusal, Store};
use sms_consolidate::testing::TestKey;
use sms_consolidate::{OptOutCause, SmsMessage, Timestamp, Window};

use super::super::line::Held;
use super::super::ops::{Shape, Text, Word};
use super::{SECOND, World, name, ok, opt_out_scope, scope_of};

fn window(shape: Shape) -> Window {
    match shape {
        Shape::Fixed => Window::fixed(60 * SECOND),
        Shape::Sliding => Window::sliding(10 * SECOND, 60 * SECOND),
        Shape::Urgent => Window::immediate(),
        Shape::CapOf(cap) => Window::fixed(60 * SECOND).with_max_messages(cap),
    }
}

fn keyword(word: Word) -> Option<Keyword> {
    match word {
        Word::None => None,
        Word::Stop => Some(Keyword::Control(Control::Stop)),
        Word::Start => Some(Keyword::Control(Control::Start)),
        Word::Help => Some(Keyword::Control(Control::Help)),
        Word::Yes => Some(Keyword::StartIfStopped),
    }
}

impl World {
    pub(crate) fn append(&mut self, texts: &[Text]) -> Vec<Appended> {
        let first = self.tags;
        let arrivals = texts.iter().map(|text| self.arrival(text)).collect();
        let report = ok(self.store.append(self.now, arrivals));
        assert_eq!(report.results.len(), texts.len());
        assert_eq!(report.ids_forgotten, 0, "there is room for all ids");
        // Which arrival finds the last room depends on the order of shards, so limits are checked for single ones.
        for ((text, result), tag) in texts.iter().zip(&report.results).zip(first..) {
            self.appended(text, result, tag, texts.len() == 1);
        }
        let touched = texts.iter().zip(&report.results);
        for (text, _) in touched.filter(|(_, result)| matches!(result, Appended::Accepted(_))) {
            let wake = self.line(text.key).wake_at();
            assert!(report.wake_at.is_some() && report.wake_at <= wake, "the reported wake is not too late");
        }
        report.results
    }

    fn arrival(&mut self, text: &Text) -> Arrival<TestKey, SmsMessage> {
        let mut message = SmsMessage::new(self.tags.to_string());
        self.tags += 1;
        if let Some(id) = text.id {
            message = message.with_id(id.to_string());
        }
        if let Some(sent) = text.sent {
            message = message.with_sent_at(self.sent_at(sent));
        }
        let mut arrival = Arrival::new(name(text.key), message, window(text.shape));
        arrival.keyword = keyword(text.keyword).map(|keyword| (keyword, OptOutCause::Keyword));
        arrival.opt_out_scope = opt_out_scope(text.reach);
        if text.supersedes {
            arrival.supersede = Supersede::Within(120 * SECOND);
        }
        arrival
    }

    fn sent_at(&self, sent: i8) -> Timestamp {
        Timestamp::from_unix_millis(self.now.as_unix_millis() + i64::from(sent) * 1_000)
    }

    fn appended(&mut self, text: &Text, result: &Appended, tag: u32, alone: bool) {
        let known = text.id.is_some_and(|id| self.line(text.key).ids.contains(&id));
        assert_eq!(*result == Appended::Duplicate, known, "{text:?}");
        match result {
            Appended::Duplicate => {}
            Appended::Refused(refusal) => self.refused(text, *refusal, alone),
            Appended::Accepted(accepted) => {
                if alone {
                    self.assert_there_was_room(text);
                }
                self.accepted(text, accepted, tag);
            }
        }
    }

    fn would_opt_out(&self, text: &Text) -> bool {
        text.keyword == Word::Stop && !self.sender(&scope_of(text.key, text.reach)).is_opted_out()
    }

    fn refused(&self, text: &Text, refusal: Refusal, alone: bool) {
        if !alone {
            return;
        }
        match refusal {
            Refusal::Messages => assert!(self.held_messages() >= self.limits.messages, "there is room"),
            Refusal::Keys => {
                assert!(!self.must_know(text.key), "a known key is not refused");
                assert!(self.counts().keys >= self.limits.keys as u64, "there is room for a key");
            }
            Refusal::OptOuts => {
                assert!(self.would_opt_out(text), "only what opts out is refused for that");
                let is_known = self.senders.contains_key(&scope_of(text.key, text.reach));
                assert!(!is_known, "a sender who is known is not refused");
                assert!(self.senders.len() >= self.limits.opt_outs, "there is room for an opt-out");
            }
            other => panic!("refused: {other}"),
        }
    }

    fn assert_there_was_room(&self, text: &Text) {
        if self.would_opt_out(text) {
            let is_known = self.senders.contains_key(&scope_of(text.key, text.reach));
            let may_be_forgotten = self.senders.values().any(|sender| !sender.is_opted_out());
            let has_room = self.senders.len() < self.limits.opt_outs;
            return assert!(is_known || may_be_forgotten || has_room, "there is no room for an opt-out");
        }
        assert!(self.held_messages() < self.limits.messages, "there is no room");
        if !self.lines[usize::from(text.key)].may_linger && !self.must_know(text.key) {
            assert!(self.counts().keys <= self.limits.keys as u64, "there is no room for a key");
        }
    }

    fn accepted(&mut self, text: &Text, accepted: &Accepted, tag: u32) {
        let now = self.now;
        let opts_out = self.steer(text, accepted);
        let effective_at = text.sent.map_or(now, |sent| self.sent_at(sent));
        let is_new = !self.known_ids().contains(&accepted.batch);
        let line = self.line(text.key);
        line.may_linger = true;
        line.ids.extend(text.id);
        let held = || Held { id: accepted.batch, tags: Vec::new(), opened_at: now, due_at: accepted.due_at };
        let first_waiting = usize::from(line.work.is_some());
        match accepted.entry {
            Entry::Opened => {
                assert!(is_new, "the id of a new batch is new");
                line.batches.push(held());
            }
            Entry::Ahead => {
                assert!(is_new && opts_out, "a stop, and nothing else, passes those that wait");
                line.batches.insert(first_waiting, held());
            }
            Entry::Joined => assert!(line.batches.len() > first_waiting, "a batch waits"),
            Entry::Superseded => {
                assert!(line.is_leased() && !line.is_replying() && line.batches.len() == 1);
                line.lose();
            }
        }
        let place = match accepted.entry {
            Entry::Ahead => first_waiting,
            _ => line.batches.len() - 1,
        };
        let batch = &mut line.batches[place];
        batch.tags.push((effective_at, tag));
        batch.due_at = accepted.due_at;
        assert_eq!((batch.id, batch.tags.len()), (accepted.batch, accepted.messages as usize));
        assert_eq!(accepted.at, now);
        self.accepted.insert(tag);
    }

    /// What the message steers. Returns whether it opts its sender out.
    fn steer(&mut self, text: &Text, accepted: &Accepted) -> bool {
        let (now, scope) = (self.now, scope_of(text.key, text.reach));
        let before = self.sender(&scope);
        let control = match text.keyword {
            Word::Stop => Some(Control::Stop),
            Word::Start => Some(Control::Start),
            Word::Help => Some(Control::Help),
            Word::Yes => before.is_opted_out().then_some(Control::Start),
            Word::None => None,
        };
        assert_eq!(accepted.control, control);
        let after = match control {
            Some(Control::Stop) => before.after(now, &OptOutChange::new(true, OptOutCause::Keyword)),
            Some(Control::Start) => before.after(now, &OptOutChange::new(false, OptOutCause::Keyword)),
            _ => before,
        };
        let changed = after.is_opted_out() != before.is_opted_out();
        assert_eq!(accepted.opted_out, changed.then_some(after.is_opted_out()));
        if after != before {
            self.senders.insert(scope, after);
        }
        if control == Some(Control::Stop) {
            self.line(text.key).silence(now);
        }
        changed && after.is_opted_out()
    }
}
