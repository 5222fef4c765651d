//! A small language of phrases: rules of alternatives, of words and other rules.
//!
//! `name = one two? | <other> three/four*` is a rule with two alternatives. An element is a word, words with slashes
//! between, of which any will do, a rule in angle brackets, or `_`, any word. `?` makes it optional, `*` allows it up to
//! four times or not at all. No rule may hold itself.

use hashbrown::HashMap;

use super::words::Word;

pub(super) type WordId = u32;
pub(super) type RuleId = usize;

/// What `*` allows.
const MOST_REPEATS: u8 = 4;

#[derive(Debug, Default)]
pub(super) struct Grammar {
    words: HashMap<String, WordId>,
    names: HashMap<String, RuleId>,
    rules: Vec<Rule>,
}

#[derive(Debug, Default)]
struct Rule {
    alternatives: Vec<Vec<Element>>,
    /// By word, whether a phrase begins with it; `None` if one may begin with any word.
    first: Option<Vec<bool>>,
}

#[derive(Debug)]
struct Element {
    part: Part,
    is_optional: bool,
    most: u8,
}

#[derive(Debug)]
enum Part {
    /// Sorted.
    Words(Vec<WordId>),
    Rule(RuleId),
    AnyWord,
}

impl Grammar {
    /// The grammar of rules that are written a line each, or with further alternatives on lines that begin with a bar.
    pub(super) fn parse(text: &str) -> Self {
        let mut grammar = Self::default();
        let mut current = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let alternatives = match line.split_once('=') {
                Some((name, alternatives)) => {
                    current = Some(grammar.add(name.trim()));
                    alternatives
                }
                None => line.strip_prefix('|').expect("a line that names no rule goes on with one"),
            };
            let rule = current.expect("the first line names a rule");
            for alternative in alternatives.split('|') {
                let elements: Vec<Element> =
                    alternative.split_whitespace().map(|element| grammar.element(element)).collect();
                grammar.rules[rule].alternatives.push(elements);
            }
        }
        for rule in 0..grammar.rules.len() {
            grammar.rules[rule].first = grammar.first_words(rule);
        }
        grammar
    }

    fn add(&mut self, name: &str) -> RuleId {
        let id = self.rules.len();
        self.rules.push(Rule::default());
        assert!(self.names.insert(name.into(), id).is_none(), "the rule {name} is there once");
        id
    }

    /// Rules come before those that hold them, so that none holds itself.
    fn element(&mut self, text: &str) -> Element {
        let (text, is_optional, most) = match (text.strip_suffix('?'), text.strip_suffix('*')) {
            (Some(text), _) => (text, true, 1),
            (_, Some(text)) => (text, true, MOST_REPEATS),
            _ => (text, false, 1),
        };
        let part = if text == "_" {
            Part::AnyWord
        } else if let Some(name) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
            Part::Rule(self.rule(name))
        } else {
            let mut words: Vec<WordId> = text.split('/').map(|word| self.add_word(word)).collect();
            words.sort_unstable();
            Part::Words(words)
        };
        Element { part, is_optional, most }
    }

    fn add_word(&mut self, word: &str) -> WordId {
        let id = WordId::try_from(self.words.len()).expect("a grammar has few words");
        *self.words.entry_ref(word).or_insert(id)
    }

    /// The rule of that name, which there is.
    pub(super) fn rule(&self, name: &str) -> RuleId {
        *self.names.get(name).unwrap_or_else(|| panic!("there is a rule {name} above"))
    }

    pub(super) fn word(&self, word: &str) -> Option<WordId> {
        self.words.get(word).copied()
    }

    #[cfg(test)]
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    fn first_words(&self, rule: RuleId) -> Option<Vec<bool>> {
        let mut first = vec![false; self.words.len()];
        for alternative in &self.rules[rule].alternatives {
            for element in alternative {
                match &element.part {
                    Part::AnyWord => return None,
                    Part::Words(words) => words.iter().for_each(|word| first[*word as usize] = true),
                    Part::Rule(part) => {
                        let part = self.rules[*part].first.as_ref()?;
                        first.iter_mut().zip(part).for_each(|(first, part)| *first |= part);
                    }
                }
                if !element.is_optional {
                    break;
                }
            }
        }
        Some(first)
    }

    /// The lengths of all phrases of `rule` with which `words` begins, a bit each. None is of more than 63 words.
    pub(super) fn ends(&self, rule: RuleId, words: &[Word]) -> u64 {
        self.ends_from(rule, words, 0)
    }

    fn ends_from(&self, rule: RuleId, words: &[Word], at: usize) -> u64 {
        let rule = &self.rules[rule];
        let id = words.get(at).and_then(|word| word.id);
        if let Some(first) = &rule.first
            && !id.is_some_and(|id| first[id as usize])
        {
            return 0;
        }
        rule.alternatives.iter().fold(0, |ends, elements| {
            ends | elements.iter().fold(1 << at, |starts, element| self.after(element, words, starts))
        })
    }

    /// Where `element` may end if it begins at one of `starts`.
    fn after(&self, element: &Element, words: &[Word], starts: u64) -> u64 {
        let mut all = if element.is_optional { starts } else { 0 };
        let mut starts = starts;
        for _ in 0..element.most {
            starts = bits(starts).fold(0, |ends, at| ends | self.after_one(&element.part, words, at));
            all |= starts;
        }
        all
    }

    fn after_one(&self, part: &Part, words: &[Word], at: usize) -> u64 {
        let Some(word) = words.get(at).filter(|word| !word.is_mark()) else { return 0 };
        let is_word = match part {
            Part::Rule(rule) => return self.ends_from(*rule, words, at),
            Part::Words(ids) => word.id.is_some_and(|id| ids.binary_search(&id).is_ok()),
            Part::AnyWord => true,
        };
        if is_word { 1_u64.checked_shl(at as u32 + 1).unwrap_or(0) } else { 0 }
    }
}

fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lowest = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(lowest)
    })
}
