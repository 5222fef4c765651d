//! A clear wish in a sentence to get no more messages: "please stop texting me".
//!
//! A text is cut into sentences and clauses, and each is compared with a small [grammar] of commands ("stop
//! texting me", "wag nyo na akong itext") and statements ("I no longer want these texts"). What is found is a wish only
//! if nothing around it takes that back: a negation or another subject before ("don't stop …", "he told me to …"), a
//! condition, a time or a place after ("… at work"), another way to be reached ("call me instead"), a mistake.
//!
//! A stop that nobody meant ends a conversation that somebody wanted, so what is in doubt is no wish.

use std::sync::LazyLock;

use pattern::{Grammar, RuleId};
use words::{Sentence, Word};

mod grammar;
mod pattern;
mod spelling;
mod words;

pub(super) use grammar::COURTESY;

/// How many characters are read at the beginning of a text, and as many at its end. A person's wish is short; what is
/// longer than both is pasted, and the middle of it is nobody's wish.
const MOST_CHARS: usize = 2_000;

/// How far behind a wish it is looked for what limits it.
const LIMIT_WORDS: usize = 8;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::new);

/// Whether `text`, the sender's own words, clearly asks for no more messages.
///
/// Time and memory are bounded, whatever the text: only its first and last 2,000 visible characters are read.
pub(super) fn is_wish(text: &str) -> bool {
    let (beginning, end) = words::ends(text, MOST_CHARS);
    RULES.finds_wish(&beginning) || end.is_some_and(|end| RULES.finds_wish(&end))
}

/// The grammar, and the rules of it that are asked for.
#[derive(Debug)]
struct Rules {
    grammar: Grammar,
    strong: RuleId,
    mild: RuleId,
    list: RuleId,
    whole: RuleId,
    foreign: RuleId,
    question: RuleId,
    only: RuleId,
    brief: RuleId,
    joined: RuleId,
    unblocked: RuleId,
    lone_stop: RuleId,
    of_another: RuleId,
    gone: RuleId,
    stop_evidence: RuleId,
    withdrawn: RuleId,
    event: RuleId,
    laugh: RuleId,
    opener: RuleId,
    blocker: RuleId,
    condition: RuleId,
    speech: RuleId,
    speaker: RuleId,
    addressee: RuleId,
    limit: RuleId,
    no_limit: RuleId,
    next_clause: RuleId,
    mild_tail: RuleId,
}

impl Rules {
    fn new() -> Self {
        let grammar = Grammar::parse(&grammar::GRAMMAR.concat());
        let rule = |name| grammar.rule(name);
        Self {
            strong: rule("strong"),
            mild: rule("mild"),
            list: rule("list"),
            whole: rule("whole"),
            foreign: rule("foreign"),
            question: rule("question"),
            only: rule("only"),
            brief: rule("brief"),
            joined: rule("joined"),
            unblocked: rule("unblocked"),
            lone_stop: rule("lone_stop"),
            of_another: rule("of_another"),
            gone: rule("gone"),
            stop_evidence: rule("stop_evidence"),
            withdrawn: rule("withdrawn"),
            event: rule("event"),
            laugh: rule("laugh"),
            opener: rule("opener"),
            blocker: rule("blocker"),
            condition: rule("condition"),
            speech: rule("speech"),
            speaker: rule("speaker"),
            addressee: rule("addressee"),
            limit: rule("limit"),
            no_limit: rule("no_limit"),
            next_clause: rule("next_clause"),
            mild_tail: rule("mild_tail"),
            grammar,
        }
    }

    fn finds_wish(&self, text: &str) -> bool {
        let sentences = words::sentences(text, &self.grammar);
        if self.is_only_wish(&sentences) {
            return true;
        }
        let holds = |rule| sentences.iter().any(|sentence| self.holds(rule, &sentence.words));
        if sentences.iter().any(|sentence| self.is_withdrawn(&sentence.words)) {
            return false;
        }
        let around = Around {
            is_of_event: holds(self.event),
            is_laughing: holds(self.laugh),
            is_for_stop: holds(self.stop_evidence),
            is_of_gone: holds(self.gone),
            is_shouted: text.contains("STOP") || text.contains("UNSUBSCRIBE"),
        };
        sentences.iter().any(|sentence| {
            let words = &sentence.words[..];
            let may_ask = |at: usize| {
                !sentence.is_question || words[at].is_after_courtesy || self.is_at(self.question, words, at)
            };
            (0..self.free_words(words))
                .any(|at| may_ask(at) && !self.is_blocked(words, at) && self.is_wish_at(words, at, around))
        })
    }

    /// Whether there is nothing else than a wish, however it is parted: "No. Stop", "Stop!! wrong number".
    fn is_only_wish(&self, sentences: &[Sentence]) -> bool {
        let words = sentences.iter().flat_map(|sentence| &sentence.words);
        let words: Vec<Word> = words.filter(|word| !word.is_mark()).copied().collect();
        let is_asked = sentences.last().is_some_and(|sentence| sentence.is_question);
        let is_misspelt = matches!(&words[..], [word] if word.is_misspelt_stop);
        is_misspelt || !is_asked && self.longest(self.only, &words, 0) == Some(words.len())
    }

    /// Whether something takes any wish back: a mistake, another way to be reached (but not "don't text or call me").
    fn is_withdrawn(&self, sentence: &[Word]) -> bool {
        (0..sentence.len()).any(|at| {
            self.is_at(self.withdrawn, sentence, at)
                && (at == 0 || !self.is_at(self.joined, sentence, at - 1))
        })
    }

    /// Whether a wish begins with the word at `at`, which nothing before it takes back.
    fn is_wish_at(&self, sentence: &[Word], at: usize, around: Around) -> bool {
        let starts = self.starts_clause(sentence, at);
        let end_of = |rule| self.longest(rule, sentence, at);
        let is_followed_briefly = |end: usize| {
            (end == sentence.len() || self.is_at(self.mild_tail, sentence, end))
                && !self.is_limited(sentence, end)
        };
        let is_followed_mildly =
            |end: usize| sentence.get(end).is_some_and(Word::is_mark) || is_followed_briefly(end);
        let is_whole =
            |end: usize| starts && sentence.get(end).is_none_or(Word::is_mark) && !around.is_laughing;
        end_of(self.strong).is_some_and(|end| !self.is_limited(sentence, end))
            || end_of(self.mild).is_some_and(|end| starts && is_followed_mildly(end))
            || end_of(self.brief).is_some_and(|end| starts && is_followed_briefly(end))
            || end_of(self.foreign).is_some_and(is_followed_mildly)
            || end_of(self.list).is_some_and(|end| !around.is_of_event && is_followed_mildly(end))
            || end_of(self.whole).is_some_and(is_whole)
            || end_of(self.lone_stop).is_some_and(|end| {
                is_whole(end) && (around.is_for_stop || around.is_shouted || sentence[at].is_after_courtesy)
            })
            || end_of(self.of_another).is_some_and(|end| is_whole(end) && around.is_of_gone)
    }

    /// How many words stand before what makes the rest of the sentence another's words, or a condition.
    fn free_words(&self, sentence: &[Word]) -> usize {
        let is_turn = |at: &usize| {
            self.is_at(self.condition, sentence, *at)
                || self.is_at(self.speech, sentence, *at) && !self.is_own_speech(sentence, *at)
        };
        (0..sentence.len()).find(is_turn).map_or(sentence.len(), |turn| turn + 1)
    }

    /// Whether the word before the one at `at` makes it a negation, or another's doing.
    fn is_blocked(&self, sentence: &[Word], at: usize) -> bool {
        at > 0
            && !sentence[at].is_after_courtesy
            && !self.is_at(self.unblocked, sentence, at)
            && self.is_at(self.blocker, sentence, at - 1)
    }

    /// Whether what was said was said by the sender: "I said", "I have already told", "Told you".
    fn is_own_speech(&self, sentence: &[Word], at: usize) -> bool {
        (at == 0 && self.is_at(self.addressee, sentence, 1))
            || (at.saturating_sub(3)..at).any(|before| self.is_at(self.speaker, sentence, before))
    }

    fn starts_clause(&self, sentence: &[Word], at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        sentence[at].is_after_courtesy
            || sentence[before].is_mark()
            || self.is_at(self.opener, sentence, before)
    }

    /// Whether the clause goes on, from `end`, with a time, a place, a condition or another object.
    fn is_limited(&self, sentence: &[Word], end: usize) -> bool {
        let until = sentence.len().min(end + LIMIT_WORDS);
        let mut at = end;
        while at < until {
            if let Some(end) = self.longest(self.no_limit, sentence, at) {
                at = end;
            } else if self.is_at(self.limit, sentence, at) {
                return true;
            } else if sentence[at].is_mark() || self.is_at(self.next_clause, sentence, at) {
                return false;
            } else {
                at += 1;
            }
        }
        false
    }

    fn holds(&self, rule: RuleId, sentence: &[Word]) -> bool {
        (0..sentence.len()).any(|at| self.is_at(rule, sentence, at))
    }

    fn is_at(&self, rule: RuleId, sentence: &[Word], at: usize) -> bool {
        self.longest(rule, sentence, at).is_some()
    }

    /// Where the longest phrase of `rule` ends that begins at `at`.
    fn longest(&self, rule: RuleId, sentence: &[Word], at: usize) -> Option<usize> {
        // Not a phrase of no words.
        let ends = self.grammar.ends(rule, sentence.get(at..)?) & !1;
        ends.checked_ilog2().map(|length| at + length as usize)
    }
}

/// What the whole text holds besides.
#[derive(Clone, Copy, Debug)]
struct Around {
    /// Days, times, appointments: a list that somebody leaves may be that of an event.
    is_of_event: bool,
    is_laughing: bool,
    /// A wrong number, messages, a refusal: what makes a lone "stop" more than a cry.
    is_for_stop: bool,
    /// The keyword is in capitals, as our own messages write it.
    is_shouted: bool,
    /// Somebody who died, or was never here.
    is_of_gone: bool,
}

#[cfg(test)]
mod tests;
