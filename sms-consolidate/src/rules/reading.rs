//! What the phrases of a text come to, in their order.

use super::index::{Sense, Token};
use super::{Role, Rule, Strength};

/// A text up to some word. Rules are given by their place in the list; the smallest one decides.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    rules: &'a [Rule],
    /// Found before the last turn.
    before: Option<usize>,
    /// Found since the last turn, in the lines before this one.
    found: Option<usize>,
    /// Found in this line, since the last turn.
    line: Option<usize>,
    /// Found in this clause, so that a question mark at its end asks about it.
    askable: Option<usize>,
    /// Found right before, so that it can still be asked about.
    last: Option<usize>,
    /// Whether an unknown word would make nothing of `last`.
    is_open: bool,
    /// The rule of a negation that nothing in this clause has followed yet.
    negation: Option<usize>,
    is_question: bool,
    /// Whether the last turn was a correction.
    is_corrected: bool,
    /// Whether that correction was the last word.
    is_taken_back: bool,
    /// Whether this clause has a word of no phrase.
    has_other: bool,
    /// Whether what came right before is ignored, as a greeting is.
    is_addressed: bool,
    /// Whether there is a day or time since the last turn.
    has_time: bool,
    /// Whether there was one at all.
    had_time: bool,
    /// Whether there was something that a bare day or time has not.
    had_more: bool,
    /// How many words were in no list.
    unknown: usize,
    /// How many words belonged to no phrase, outside of questions.
    others: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn new(rules: &'a [Rule]) -> Self {
        Self {
            rules,
            before: None,
            found: None,
            line: None,
            askable: None,
            last: None,
            is_open: false,
            negation: None,
            is_question: false,
            is_corrected: false,
            is_taken_back: false,
            has_other: false,
            is_addressed: false,
            has_time: false,
            had_time: false,
            had_more: false,
            unknown: 0,
            others: 0,
        }
    }

    /// The words of the next phrase, or one of none.
    pub(super) fn read(&mut self, tokens: &[Token], sense: Option<Sense>) {
        let Some(token) = tokens.first().copied() else { return };
        self.is_taken_back &= token.is_mark;
        self.has_time |= !self.is_question && tokens.iter().any(|token| token.is_time);
        match sense {
            Some(Sense::Opening(_) | Sense::Whole(_)) if self.has_other => self.other(token),
            Some(Sense::Rule(rule) | Sense::Opening(rule)) => self.rule(rule, token.is_symbol),
            Some(Sense::Ending(rule) | Sense::Whole(rule)) => {
                let is_open = self.is_open;
                self.rule(rule, token.is_symbol || is_open);
                self.is_open = self.last.is_some();
            }
            Some(Sense::Negation(rule)) => self.negation(rule),
            Some(Sense::Role(role)) => self.role(role, token),
            None if token.is_filler || token.is_symbol => {}
            None => self.other(token),
        }
        self.is_addressed &=
            matches!(sense, Some(Sense::Role(Role::Ignored))) || sense.is_none() && token.is_filler;
        if token.is_mark {
            self.end_clause(token.is_symbol);
            self.is_question = matches!(sense, Some(Sense::Role(Role::Question)));
        }
        if token.is_line_end {
            self.end_line();
        }
    }

    /// What `joins` the phrase right before it is asked about together with that one, if they are for the same label.
    fn rule(&mut self, rule: usize, joins: bool) {
        let is_same = |last: usize| self.rules[last].label == self.rules[rule].label;
        if !joins || !self.last.is_some_and(is_same) {
            self.settle();
        }
        self.had_more = true;
        if self.is_question && !self.rules[rule].counts_in_questions {
            return;
        }
        match self.negation.take() {
            None => self.last = Some(rule),
            Some(denying) if self.rules[denying].label == self.rules[rule].label => {}
            Some(denying) => self.find(denying),
        }
    }

    /// It makes nothing of an ending right before it: "I do not".
    fn negation(&mut self, rule: usize) {
        self.last = self.last.filter(|_| !self.is_open);
        self.end_negation();
        self.had_more = true;
        if !self.is_question {
            self.negation = Some(rule);
        }
    }

    fn role(&mut self, role: Role, token: Token) {
        match role {
            Role::Filler => {}
            Role::Ignored => {
                self.settle();
                self.is_addressed = true;
            }
            Role::Plain => self.other(token),
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
                self.end_clause(false);
                self.end_part();
            }
            Role::Correction => {
                self.end_clause(false);
                self.end_part();
                (self.is_corrected, self.is_taken_back) = (true, true);
            }
            Role::Question => {
                self.end_negation();
                self.find_askable();
                self.ask();
            }
            Role::Asking => {
                let counts = |rule: &usize| self.rules[*rule].counts_in_questions;
                (self.last, self.askable) = (self.last.filter(counts), self.askable.filter(counts));
                self.ask();
            }
        }
    }

    /// A word of no phrase, or of one that says nothing.
    fn other(&mut self, token: Token) {
        self.last = self.last.filter(|_| token.is_mark || !self.is_open);
        self.settle();
        self.had_more |= !token.is_mark;
        // Whom a greeting names is nobody who agrees: "hi Maria yes".
        self.has_other |= !(token.is_mark || self.is_addressed && token.is_unknown());
        self.unknown += usize::from(token.is_unknown());
        self.others += usize::from(!token.is_mark && !self.is_question);
    }

    fn ask(&mut self) {
        self.is_question = true;
        self.had_more = true;
    }

    fn find_askable(&mut self) {
        let askable = self.askable.take();
        self.find(askable);
    }

    fn find(&mut self, rule: impl Into<Option<usize>>) {
        self.line = smaller(self.line, rule.into());
    }

    /// Nothing right behind the last phrase can ask about it any more.
    fn settle(&mut self) {
        self.askable = smaller(self.askable, self.last.take());
        self.is_open = false;
    }

    fn end_negation(&mut self) {
        self.settle();
        let negation = self.negation.take();
        self.find(negation);
    }

    /// What was found last can still be asked about after a symbol: "ok 🙂?".
    fn end_clause(&mut self, is_symbol: bool) {
        let last = self.last.take_if(|_| is_symbol);
        self.end_negation();
        self.find_askable();
        self.last = last;
        self.is_question = false;
        self.has_other = false;
    }

    /// A firm line leaves nothing of what is weak in those before it.
    fn end_line(&mut self) {
        let line = self.line.take();
        let is = |rule: usize, strength| self.rules[rule].strength == strength;
        if line.is_some_and(|rule| is(rule, Strength::Firm)) {
            self.found = self.found.filter(|rule| !is(*rule, Strength::Weak));
            self.before = self.before.filter(|rule| !is(*rule, Strength::Weak));
        }
        self.found = smaller(self.found, line);
    }

    fn end_part(&mut self) {
        self.end_line();
        let found = self.found.take();
        let is_weak = |rule: usize| self.rules[rule].strength == Strength::Weak;
        let stands = self.has_time || found.is_some_and(is_weak) && !self.before.is_some_and(is_weak);
        self.before = match found {
            Some(_) if self.is_corrected || !stands => found,
            _ => smaller(self.before, found),
        };
        (self.has_time, self.is_corrected) = (false, false);
    }

    /// The rule that decides, and whether the text is a bare day or time.
    pub(super) fn ended(mut self) -> (Option<usize>, bool) {
        self.end_clause(false);
        self.end_part();
        let is_few = |rule: &usize| {
            let rule = &self.rules[*rule];
            rule.most_unknown_words.is_none_or(|most| self.unknown <= most)
                && rule.most_other_words.is_none_or(|most| self.others <= most)
        };
        let deciding = self.before.filter(|_| !self.is_taken_back);
        (deciding.filter(is_few), self.had_time && !self.had_more)
    }
}

fn smaller(a: Option<usize>, b: Option<usize>) -> Option<usize> {
    a.into_iter().chain(b).min()
}
