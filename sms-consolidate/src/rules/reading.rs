//! What the phrases of a text come to, in their order.

use super::Role;
use super::index::{Sense, Token};

/// A text up to some word. Rules are given by their place in the list; the smallest one decides.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Found before the last turn.
    before: Option<usize>,
    /// Found since the last turn.
    found: Option<usize>,
    /// Found right before, so that it can still be asked about.
    last: Option<usize>,
    /// Whether an unknown word would make nothing of `last`.
    is_open: bool,
    /// The rule of a negation that nothing in this clause has followed yet.
    negation: Option<usize>,
    is_question: bool,
    /// Whether there is a day or time since the last turn.
    has_time: bool,
    /// Whether there was one at all.
    had_time: bool,
    /// Whether there was something that a bare day or time has not.
    had_more: bool,
}

impl Reading {
    /// The next phrase, or a word that no list has.
    pub(super) fn read(&mut self, token: Token, sense: Option<Sense>) {
        match sense {
            Some(Sense::Rule(rule)) => self.rule(rule),
            Some(Sense::Ending(rule)) => {
                self.rule(rule);
                self.is_open = self.last.is_some();
            }
            Some(Sense::Negation(rule)) => self.negation(rule),
            Some(Sense::Role(role)) => self.role(role),
            None if token.is_filler => {}
            None => {
                self.last = self.last.filter(|_| token.is_mark || !self.is_open);
                self.settle();
                self.had_more |= !token.is_mark;
            }
        }
        if token.is_mark {
            self.end_clause();
        }
    }

    fn rule(&mut self, rule: usize) {
        self.settle();
        self.had_more = true;
        if self.is_question {
            return;
        }
        match self.negation.take() {
            None => self.last = Some(rule),
            Some(denying) if denying == rule => {}
            Some(denying) => self.find(denying),
        }
    }

    fn negation(&mut self, rule: usize) {
        self.end_negation();
        self.had_more = true;
        if !self.is_question {
            self.negation = Some(rule);
        }
    }

    fn role(&mut self, role: Role) {
        match role {
            Role::Filler => {}
            Role::Ignored => self.settle(),
            Role::Break => {
                self.end_negation();
                self.had_more = true;
            }
            Role::Time => {
                self.is_open = false;
                self.had_time = true;
                self.has_time |= !self.is_question;
            }
            Role::Turn => {
                self.end_clause();
                self.end_part();
            }
            Role::Question => {
                self.end_negation();
                self.ask();
            }
            Role::Asking => {
                self.last = None;
                self.ask();
            }
        }
    }

    fn ask(&mut self) {
        self.is_question = true;
        self.had_more = true;
    }

    fn find(&mut self, rule: usize) {
        self.found = smaller(self.found, Some(rule));
    }

    /// Nothing can ask about the last phrase any more.
    fn settle(&mut self) {
        self.found = smaller(self.found, self.last.take());
        self.is_open = false;
    }

    fn end_negation(&mut self) {
        self.settle();
        self.found = smaller(self.found, self.negation.take());
    }

    fn end_clause(&mut self) {
        self.end_negation();
        self.is_question = false;
    }

    fn end_part(&mut self) {
        let found = self.found.take();
        self.before = match found {
            Some(_) if !self.has_time => found,
            _ => smaller(self.before, found),
        };
        self.has_time = false;
    }

    /// The rule that decides, and whether the text is a bare day or time.
    pub(super) fn ended(mut self) -> (Option<usize>, bool) {
        self.end_clause();
        self.end_part();
        (self.before, self.had_time && !self.had_more)
    }
}

fn smaller(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    a.into_iter().chain(b).min()
}
