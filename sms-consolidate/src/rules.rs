//! A classifier without a model: lists of words and phrases as data.
//!
//! The default knows how people say yes and no in English and Filipino, and takes more words of yours:
//!
//! ```
//! use sms_consolidate::{Label, RuleClassifier};
//!
//! let rules = RuleClassifier::default().with_words(Label::AGREE, ["ja", "natürlich"]);
//! assert_eq!(rules.label_of("Yes, I can help"), &Label::AGREE);
//! assert_eq!(rules.label_of("Yes but I can’t"), &Label::NOT_AGREE);
//! assert_eq!(rules.label_of("No problem! 👍"), &Label::AGREE);
//! assert_eq!(rules.label_of("NATÜRLICH!!!"), &Label::AGREE);
//! ```

use std::collections::HashMap;

use crate::classify::{Classification, Classifier, ClassifyError, Context, Label};
use crate::message::{Message, joined_text};

mod words;

#[cfg(test)]
mod tests;

/// What [`Classification::method`] says of a batch that rules decided.
const METHOD: &str = "Rule-based";

/// The words and phrases that stand for one label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// What a text with one of the phrases is.
    pub label: Label,
    /// Words, or several words with spaces between. Case does not matter; write apostrophes where they belong.
    pub phrases: Vec<String>,
}

impl Rule {
    /// A text with one of `phrases` is `label`.
    #[must_use]
    pub fn new(label: Label, phrases: impl IntoIterator<Item: Into<String>>) -> Self {
        Self { label, phrases: phrases.into_iter().map(Into::into).collect() }
    }
}

/// A [`Classifier`] by lists of words and phrases, called `Rule-based`. It gives no confidence.
///
/// How a text is read:
///
/// 1. It is cut into words, in lower case. A word is a run of letters, digits and inner apostrophes. `. , ; : ! ?`,
///    a line end, and every symbol beyond ASCII, such as an emoji, are words by themselves. The rest of the
///    punctuation, skin tones and invisible characters are dropped. A word with a letter three times in a row
///    ("yesss") is read as the listed word that differs only in how often characters repeat.
/// 2. From left to right, the longest listed phrase takes its words: the "no" of "no problem" is no "no". Words match
///    whole, never in part. An apostrophe in a list may be missing in the text ("can't" finds "cant").
/// 3. Of the rules whose phrases were found, the first one decides. So refusal beats agreement in the default rules.
///
/// The time this takes is linear in the length of the text.
///
/// ```
/// use sms_consolidate::{Label, Rule, RuleClassifier};
///
/// let desk = RuleClassifier::new(Label::new("OTHER"))
///     .with_rule(Rule::new(Label::new("COMPLAINT"), ["broken", "does not work"]))
///     .with_rule(Rule::new(Label::new("HOURS"), ["open", "what time"]));
/// assert_eq!(desk.label_of("What time do you open? My lamp is broken."), &Label::new("COMPLAINT"));
/// assert_eq!(desk.label_of("When do you open?"), &Label::new("HOURS"));
/// assert_eq!(desk.label_of("Hello"), &Label::new("OTHER"));
/// ```
#[derive(Clone, Debug)]
pub struct RuleClassifier {
    rules: Vec<Rule>,
    ignored: Vec<String>,
    otherwise: Label,
    index: Index,
}

impl RuleClassifier {
    /// No rules yet: every text is `otherwise`.
    #[must_use]
    pub fn new(otherwise: Label) -> Self {
        Self { rules: Vec::new(), ignored: Vec::new(), otherwise, index: Index::default() }
    }

    /// The same with one more rule, which gives way to those before it. A phrase in two rules counts for the first.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self.indexed()
    }

    /// The same with one more rule, which beats those that are there.
    #[must_use]
    pub fn with_rule_first(mut self, rule: Rule) -> Self {
        self.rules.insert(0, rule);
        self.indexed()
    }

    /// The same with more words or phrases in the first rule for `label`, or in a new last one.
    #[must_use]
    pub fn with_words(mut self, label: Label, words: impl IntoIterator<Item: Into<String>>) -> Self {
        let words = Rule::new(label, words);
        match self.rules.iter_mut().find(|rule| rule.label == words.label) {
            Some(rule) => rule.phrases.extend(words.phrases),
            None => self.rules.push(words),
        }
        self.indexed()
    }

    /// The same with words or phrases that decide nothing, also where a rule lists them. A phrase hides the words in
    /// it: with "don't worry" ignored, its "don't" does not refuse.
    #[must_use]
    pub fn with_ignored(mut self, phrases: impl IntoIterator<Item: Into<String>>) -> Self {
        self.ignored.extend(phrases.into_iter().map(Into::into));
        self.indexed()
    }

    /// The same with another label for texts in which no rule finds anything.
    #[must_use]
    pub fn with_otherwise(mut self, label: Label) -> Self {
        self.otherwise = label;
        self
    }

    fn indexed(mut self) -> Self {
        self.index = Index::new(&self.rules, &self.ignored);
        self
    }

    /// What `text` is.
    #[must_use]
    pub fn label_of(&self, text: &str) -> &Label {
        let words: Vec<_> = words(text).into_iter().map(|word| self.index.unstretched(word)).collect();
        let mut deciding: Option<usize> = None;
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            let (length, meaning) = self.index.longest_phrase(rest).unwrap_or((1, Meaning::Nothing));
            rest = &rest[length..];
            if let Meaning::Rule(rule) = meaning {
                deciding = Some(deciding.map_or(rule, |earlier| earlier.min(rule)));
            }
        }
        deciding.map_or(&self.otherwise, |rule| &self.rules[rule].label)
    }
}

impl Default for RuleClassifier {
    /// [`Label::NOT_AGREE`] for refusal and doubt, then [`Label::AGREE`] for agreement, in English and Filipino;
    /// `NOT_AGREE` for anything else.
    fn default() -> Self {
        Self {
            rules: vec![
                Rule::new(Label::NOT_AGREE, phrases(words::REFUSAL)),
                Rule::new(Label::AGREE, phrases(words::AGREEMENT)),
            ],
            ignored: phrases(words::IGNORED).map(Into::into).collect(),
            ..Self::new(Label::NOT_AGREE)
        }
        .indexed()
    }
}

fn phrases(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '\n']).map(str::trim).filter(|phrase| !phrase.is_empty())
}

impl<M: Message> Classifier<M> for RuleClassifier {
    async fn classify(&self, messages: &[M], _: &Context) -> Result<Classification, ClassifyError> {
        Ok(Classification::new(self.label_of(&joined_text(messages)).clone(), METHOD))
    }
}

#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// Counts for the rule at this place in the list.
    Rule(usize),
    Nothing,
}

/// All phrases by their words, and the words in them by their characters without repetitions.
#[derive(Clone, Debug, Default)]
struct Index {
    phrases: Node,
    unstretched: HashMap<String, String>,
}

/// The phrases that go on from here, by their next word.
#[derive(Clone, Debug, Default)]
struct Node {
    next: HashMap<String, Node>,
    /// What the phrase that ends here means, if one does.
    meaning: Option<Meaning>,
}

impl Index {
    fn new(rules: &[Rule], ignored: &[String]) -> Self {
        let mut index = Self::default();
        for phrase in ignored {
            index.insert(phrase, Meaning::Nothing);
        }
        for (place, rule) in rules.iter().enumerate() {
            for phrase in &rule.phrases {
                index.insert(phrase, Meaning::Rule(place));
            }
        }
        index
    }

    fn insert(&mut self, phrase: &str, meaning: Meaning) {
        let words = words(phrase);
        if words.is_empty() {
            return;
        }
        self.insert_words(&words, meaning);
        if words.iter().any(|word| word.contains('\'')) {
            let bare: Vec<_> = words.iter().map(|word| word.replace('\'', "")).collect();
            self.insert_words(&bare, meaning);
        }
    }

    fn insert_words(&mut self, words: &[String], meaning: Meaning) {
        let mut node = &mut self.phrases;
        for word in words {
            self.unstretched.entry(without_repeats(word)).or_insert_with(|| word.clone());
            if is_stretched(word) {
                self.unstretched.insert(word.clone(), word.clone());
            }
            node = node.next.entry(word.clone()).or_default();
        }
        node.meaning.get_or_insert(meaning);
    }

    /// How many of the first `words` the longest phrase takes, and what it means.
    fn longest_phrase(&self, words: &[String]) -> Option<(usize, Meaning)> {
        let mut longest = None;
        let mut node = &self.phrases;
        for (before, word) in words.iter().enumerate() {
            let Some(next) = node.next.get(word) else { break };
            node = next;
            longest = node.meaning.map(|meaning| (before + 1, meaning)).or(longest);
        }
        longest
    }

    /// The listed word that `word` is a drawn-out form of, or `word` itself.
    fn unstretched(&self, word: String) -> String {
        if !is_stretched(&word) {
            return word;
        }
        let listed = self.unstretched.get(&word).or_else(|| self.unstretched.get(&without_repeats(&word)));
        listed.cloned().unwrap_or(word)
    }
}

/// Whether a letter comes three times in a row, as it does in no ordinary word ("book" and "good" are left alone).
fn is_stretched(word: &str) -> bool {
    let next = word.chars().skip(1);
    let after_next = word.chars().skip(2);
    word.chars().zip(next).zip(after_next).any(|((a, b), c)| a == b && b == c && a.is_alphabetic())
}

fn without_repeats(word: &str) -> String {
    let mut last = None;
    word.chars().filter(|c| last.replace(*c) != Some(*c)).collect()
}

/// Cuts a text into words, as [`RuleClassifier`] says.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let visible = text.chars().filter(|c| !is_dropped(*c));
    let mut letters = visible.flat_map(char::to_lowercase).map(plain_apostrophe).peekable();
    while let Some(c) = letters.next() {
        let is_inner_apostrophe =
            c == '\'' && !word.is_empty() && letters.peek().is_some_and(|c| is_letter(*c));
        if is_letter(c) || is_inner_apostrophe {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if is_word_by_itself(c) {
            words.push(c.into());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Letters and digits, and the combining accents of letters that are written in two characters.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// Symbols, so that emoji can be listed, and what ends a clause, so that no phrase is found across it: "Why? Not me"
/// does not say "why not".
fn is_word_by_itself(c: char) -> bool {
    if c.is_ascii() { matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\n') } else { !c.is_whitespace() }
}

/// Skin tones, variation selectors, and characters that only steer how others are shown.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{ad}' | '\u{feff}')
}

fn plain_apostrophe(c: char) -> char {
    if matches!(c, '‘' | '’' | 'ʼ' | '`' | '´') { '\'' } else { c }
}
