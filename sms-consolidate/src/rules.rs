//! A classifier without a model: lists of words and phrases as data.
//!
//! The default knows how people say yes and no in English, Filipino and a little Spanish, and takes words of yours:
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

use std::sync::OnceLock;

use async_trait::async_trait;

use crate::classify::{Classification, Classifier, ClassifyError, Context, Label};
use crate::message::{Message, joined_text, own_text};

mod index;
mod reading;
mod text;
mod words;

#[cfg(test)]
mod tests;

use index::{Index, Places, Sense};
use reading::Reading;
use text::without_quoted;

/// What [`Classification::method`] says of a batch that rules decided.
const METHOD: &str = "Rule-based";

/// How many words that belong to no phrase may stand beside delight: a name.
const MOST_BESIDE_DELIGHT: usize = 1;

/// The words and phrases that stand for one label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// What a text with one of the phrases is.
    pub label: Label,
    /// Words, or several words with spaces between. Case does not matter; write apostrophes and hyphens where they
    /// belong.
    pub phrases: Vec<String>,
    /// Phrases that count too, but only where no word that is in no list follows in the clause, up to a
    /// [day or time](Role::Time): with "I'm in", "I'm in on Friday" counts, and "I'm in Cebu on Friday" does not.
    pub endings: Vec<String>,
    /// Phrases that count too, but only where no word of no phrase stands before them in the clause, except for
    /// fillers and the name behind a greeting: with "yes", "Hi Ann, yes" and "Yes, I voted" count, and "I voted yes"
    /// does not.
    pub openings: Vec<String>,
    /// Phrases that count for the label too, and change what follows in the same clause: see [`RuleClassifier`].
    pub negations: Vec<String>,
    /// How the rule and those found in other lines of the text stand to each other.
    pub strength: Strength,
    /// Whether the phrases, other than negations, count in [questions](Role::Question) too, and whatever
    /// [asks](Role::Asking) about them.
    pub counts_in_questions: bool,
    /// The rule decides no text with more words than this that are in no list. `None` is no limit.
    pub most_unknown_words: Option<usize>,
    /// The rule decides no text with more words than this that belong to no phrase, those of questions aside. `None`
    /// is no limit.
    pub most_other_words: Option<usize>,
}

/// How a rule and those found in other parts of a text stand to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Strength {
    /// Gives way to what is firm in a later line: "maybe", and in the next message "I'm in". Behind a
    /// [turn](Role::Turn) it does not outweigh what is not weak: "I can't, but great idea".
    Weak,
    /// Neither.
    #[default]
    Plain,
    /// A line is firm if a firm rule decides it.
    Firm,
}

impl Rule {
    /// A text with one of `phrases` is `label`.
    #[must_use]
    pub fn new(label: Label, phrases: impl IntoIterator<Item: Into<String>>) -> Self {
        let phrases = phrases.into_iter().map(Into::into).collect();
        Self {
            label,
            phrases,
            endings: Vec::new(),
            openings: Vec::new(),
            negations: Vec::new(),
            strength: Strength::default(),
            counts_in_questions: false,
            most_unknown_words: None,
            most_other_words: None,
        }
    }

    /// The same with more endings.
    #[must_use]
    pub fn with_endings(mut self, endings: impl IntoIterator<Item: Into<String>>) -> Self {
        self.endings.extend(endings.into_iter().map(Into::into));
        self
    }

    /// The same with more openings.
    #[must_use]
    pub fn with_openings(mut self, openings: impl IntoIterator<Item: Into<String>>) -> Self {
        self.openings.extend(openings.into_iter().map(Into::into));
        self
    }

    /// The same with another strength.
    #[must_use]
    pub fn with_strength(mut self, strength: Strength) -> Self {
        self.strength = strength;
        self
    }

    /// The same where the phrases count in questions too.
    #[must_use]
    pub fn in_questions_too(mut self) -> Self {
        self.counts_in_questions = true;
        self
    }

    /// The same where a text may have at most so many words that belong to no phrase.
    #[must_use]
    pub fn with_most_other_words(mut self, most: usize) -> Self {
        self.most_other_words = Some(most);
        self
    }

    /// The same with more negations.
    #[must_use]
    pub fn with_negations(mut self, negations: impl IntoIterator<Item: Into<String>>) -> Self {
        self.negations.extend(negations.into_iter().map(Into::into));
        self
    }
}

/// What a phrase does that stands for no label: see [`RuleClassifier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// Decides nothing, also where a rule lists it. A phrase hides the words in it: with "don't worry" ignored, its
    /// "don't" does not refuse.
    Ignored,
    /// Decides nothing either, and is otherwise as a word that no list has, except that it is none: it is not counted
    /// as [unknown](Rule::most_unknown_words), and never taken for another word that it is spelt like.
    Plain,
    /// A word that may stand between the words of any phrase: with "po" a filler, "wala pong problema" is "walang
    /// problema". A filler of several words is so many fillers.
    Filler,
    /// Says that what follows counts, and not what came before, such as "but".
    Turn,
    /// Takes back what came before, if a rule is found behind it, or it is the last word: "no, I mean yes", "yes ... jk".
    Correction,
    /// Ends what a negation reaches, such as "because".
    Break,
    /// Begins a question, such as "what time": nothing counts from here to the end of the clause, except for rules
    /// that [count in questions](Rule::counts_in_questions).
    Question,
    /// Asks about the clause up to it, of which nothing then counts, such as "?" or the Filipino "ba", unless another
    /// [question](Self::Question) has begun in it: "yes, and what time?". The rest of the clause is a question too.
    Asking,
    /// A day or a time.
    Time,
}

/// A [`Classifier`] by lists of words and phrases, called `Rule-based`. It gives no confidence.
///
/// How a text is read:
///
/// 1. Only the sender's [own words](crate::own_words()) count. A passage of three words or more in double quotation marks is
///    left out too, if there is anything else.
/// 2. It is cut into words, in lower case and without the style of letters ("𝐘𝐞𝐬", "ＹＥＳ"). A word is a run of
///    letters, digits and inner apostrophes, or a time such as 2:30. `. , ; : ! ?`, a dash between spaces, a line
///    end, and every symbol beyond ASCII, such as an emoji, are words by themselves and end a clause. So are a `*`
///    that begins a line and does not come again in it, as people mark a correction, and a `/s` that ends a line; a
///    `<3` is a heart. The rest of the punctuation, skin tones and invisible characters are dropped. "don t",
///    "don;t" and "don'" are read as "don't".
/// 3. A word that no list has is read as a listed one: as one of the words of which [slips](Self::with_slips_of) are
///    known; if it has a letter three times in a row ("yesss") and differs only in how often characters repeat; if it
///    is a listed word two or more times over ("sigesige"); if it has five letters or more and differs only in the
///    order of those between the first and the last ("soudns"); or if it has the same first letter and, vowels and
///    doubled letters aside, the same consonants, four letters or more ("definately", "mkakapunta"). Of several, it
///    is the first that was listed.
/// 4. From left to right, the longest listed phrase takes its words: the "no" of "no problem" is no "no". Words match
///    whole, never in part. An apostrophe or a hyphen in a list may be missing in the text ("can't" finds "cant"),
///    the text may have [fillers](Role::Filler) between a phrase's words, and a word may be replaced by one of its
///    [synonyms](Self::with_synonyms).
/// 5. Of the rules whose phrases were found, the first one decides. So refusal beats agreement in the default rules.
///
/// That is all of it for lists of your own. The default lists, and yours if you want, also use:
///
/// - **Negations** of a rule ("not", "hindi"). A negation counts for its rule, whatever follows; only a phrase for
///   its own label, in the same clause and before any other, takes it back, and then neither of the two counts:
///   "didn't refuse". A phrase for another label that follows instead is denied, and does not count: "it isn't fine".
///   A [break](Role::Break) ends what a negation reaches, as a clause's end does. Of an ending right before it a
///   negation makes nothing: "I do not".
/// - **[Endings](Rule::endings)** of a rule ("I'm in"): "I'm in!" counts, "I'm in Cebu" does not.
///   **[Openings](Rule::openings)** ("yes"): "Yes, I voted" counts, "I voted yes" does not. A phrase may be both.
/// - **[Turns](Role::Turn)** ("but", "so"). If rules are found after a turn, those before it do not count: "he
///   can't but I can" agrees, "yes but I can't" does not, and "yes but I leave at 5" still agrees. Only where a
///   [day or time](Role::Time) stands after the turn do both count, since it is probably another time than was asked
///   for: "can't, but Friday is fine". **[Corrections](Role::Correction)** ("jk", "I mean") take back all.
/// - **[Strength](Strength)**. In a burst, each message is a line: "maybe" and then "I'm in" agrees, "no" and then
///   "ok bye" does not.
/// - **[Questions](Role::Question)** and **what [asks](Role::Asking)**: "ok what should I bring" and "Yes. Can I
///   bring my son?" agree, "can I come?", "ok?", "see you at 3?" and "pwede ba" do not. Rules that count in
///   [questions too](Rule::counts_in_questions) are not touched by either: "ok? I can't, sorry?" refuses.
/// - **Bare [times](Role::Time)**: a text that has no more than days, times, fillers and what is ignored, and does
///   not ask, is [labelled as times are](Self::with_times_as).
/// - **[A limit of other words](Rule::most_other_words)**, in the default rules for
///   delight: "great!" agrees, and "great, now the dog ate my retainer" does not. **[A limit of unknown
///   words](Self::with_most_unknown_words)**, which the default rules do not have.
///
/// The time this takes is linear in the length of the text.
///
/// ```
/// use sms_consolidate::{Label, Role, Rule, RuleClassifier};
///
/// let desk = RuleClassifier::new(Label::new("OTHER"))
///     .with_rule(Rule::new(Label::new("COMPLAINT"), ["broken", "hate"]).with_negations(["doesn't", "not"]))
///     .with_rule(Rule::new(Label::new("PRAISE"), ["work", "love it"]))
///     .with_synonyms("work", ["works", "working"])
///     .with_role(Role::Turn, ["but"]);
/// assert_eq!(desk.label_of("My new lamp doesn't work"), &Label::new("COMPLAINT"));
/// assert_eq!(desk.label_of("It is not broken"), &Label::new("OTHER"));
/// assert_eq!(desk.label_of("I hate the colour but it works!"), &Label::new("PRAISE"));
/// assert_eq!(desk.label_of("Hello"), &Label::new("OTHER"));
/// ```
#[derive(Clone, Debug)]
pub struct RuleClassifier {
    rules: Vec<Rule>,
    roles: Vec<(Role, String)>,
    /// Words and what they are synonyms of.
    synonyms: Vec<(String, String)>,
    slipping: Vec<String>,
    times: Option<Label>,
    otherwise: Label,
    /// Of all the above, made when the first text is read.
    index: OnceLock<Index>,
}

impl RuleClassifier {
    /// No rules yet: every text is `otherwise`.
    #[must_use]
    pub fn new(otherwise: Label) -> Self {
        Self {
            rules: Vec::new(),
            roles: Vec::new(),
            synonyms: Vec::new(),
            slipping: Vec::new(),
            times: None,
            otherwise,
            index: OnceLock::new(),
        }
    }

    /// The same with one more rule, which gives way to those before it. A phrase in two rules counts for the first.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self.changed()
    }

    /// The same with one more rule, which beats those that are there.
    #[must_use]
    pub fn with_rule_first(mut self, rule: Rule) -> Self {
        self.rules.insert(0, rule);
        self.changed()
    }

    /// The same with more words or phrases in the first rule for `label`, or in a new last one.
    #[must_use]
    pub fn with_words(self, label: Label, words: impl IntoIterator<Item: Into<String>>) -> Self {
        self.with_more(Rule::new(label, words))
    }

    /// The same with more negations in the first rule for `label`, or in a new last one.
    #[must_use]
    pub fn with_negations(self, label: Label, negations: impl IntoIterator<Item: Into<String>>) -> Self {
        self.with_more(Rule::new(label, [""; 0]).with_negations(negations))
    }

    fn with_more(mut self, more: Rule) -> Self {
        match self.rules.iter_mut().find(|rule| rule.label == more.label) {
            Some(rule) => {
                rule.phrases.extend(more.phrases);
                rule.endings.extend(more.endings);
                rule.openings.extend(more.openings);
                rule.negations.extend(more.negations);
            }
            None => self.rules.push(more),
        }
        self.changed()
    }

    /// The same with words or phrases in a role. Phrases of rules keep counting for their rules, except if they are
    /// [ignored](Role::Ignored).
    #[must_use]
    pub fn with_role(mut self, role: Role, phrases: impl IntoIterator<Item: Into<String>>) -> Self {
        self.roles.extend(phrases.into_iter().map(|phrase| (role, phrase.into())));
        self.changed()
    }

    /// The same with words or phrases that [decide nothing](Role::Ignored).
    #[must_use]
    pub fn with_ignored(self, phrases: impl IntoIterator<Item: Into<String>>) -> Self {
        self.with_role(Role::Ignored, phrases)
    }

    /// The same where a phrase with `word` is found also with one of `synonyms` instead: spellings of a word, or
    /// words of a kind. A 0 in a synonym stands for any digit. Each synonym is one word, and has one `word` that it
    /// stands for, the first that was given. A phrase that lists the synonym itself comes before one that lists
    /// `word`.
    #[must_use]
    pub fn with_synonyms(mut self, word: &str, synonyms: impl IntoIterator<Item: Into<String>>) -> Self {
        self.synonyms.extend(synonyms.into_iter().map(|synonym| (synonym.into(), word.to_owned())));
        self.changed()
    }

    /// The same where a word of three letters or more that no list has is one of `words`, if it differs from it in
    /// one character left out, put in or replaced, or in two that changed places: "canr" is "can't".
    #[must_use]
    pub fn with_slips_of(mut self, words: impl IntoIterator<Item: Into<String>>) -> Self {
        self.slipping.extend(words.into_iter().map(Into::into));
        self.changed()
    }

    /// The same where the rules for `label` decide no text with more than `most` words that are in no list: it is as
    /// one in which no rule finds anything.
    #[must_use]
    pub fn with_most_unknown_words(mut self, label: &Label, most: usize) -> Self {
        self.rules
            .iter_mut()
            .filter(|rule| rule.label == *label)
            .for_each(|rule| rule.most_unknown_words = Some(most));
        self
    }

    /// The same with a label for texts that say nothing but a [day or time](Role::Time).
    #[must_use]
    pub fn with_times_as(mut self, label: Label) -> Self {
        self.times = Some(label);
        self
    }

    /// The same with another label for texts in which no rule finds anything.
    #[must_use]
    pub fn with_otherwise(mut self, label: Label) -> Self {
        self.otherwise = label;
        self
    }

    fn changed(mut self) -> Self {
        self.index = OnceLock::new();
        self
    }

    fn indexed(&self) -> Index {
        let mut index = Index::default();
        let of_role = |wanted: fn(Role) -> bool| self.roles.iter().filter(move |(role, _)| wanted(*role));
        for (role, phrase) in of_role(|role| role == Role::Ignored) {
            index.insert(phrase, Sense::Role(*role));
        }
        for (place, rule) in self.rules.iter().enumerate() {
            rule.phrases.iter().for_each(|phrase| index.insert(phrase, Sense::Rule(place)));
            rule.endings.iter().for_each(|phrase| index.insert(phrase, Sense::Ending(place)));
            rule.openings.iter().for_each(|phrase| index.insert(phrase, Sense::Opening(place)));
            rule.negations.iter().for_each(|phrase| index.insert(phrase, Sense::Negation(place)));
        }
        for (role, phrase) in of_role(|role| !matches!(role, Role::Ignored | Role::Filler)) {
            index.insert(phrase, Sense::Role(*role));
        }
        of_role(|role| role == Role::Filler).for_each(|(_, word)| index.add_filler(word));
        self.synonyms.iter().for_each(|(synonym, word)| index.add_synonym(word, synonym));
        self.slipping.iter().for_each(|word| index.add_slipping(word));
        index
    }

    /// What `text` is.
    #[must_use]
    pub fn label_of(&self, text: &str) -> &Label {
        self.label_of_own_words(&own_text(text).unwrap_or_default())
    }

    fn label_of_own_words(&self, text: &str) -> &Label {
        let index = self.index.get_or_init(|| self.indexed());
        let tokens = index.tokens(&without_quoted(text));
        let (mut reading, mut places) = (Reading::new(&self.rules), Places::default());
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let phrase = index.longest_phrase(rest, &mut places);
            let (read, after) = rest.split_at(phrase.map_or(1, |(length, _)| length));
            reading.read(read, phrase.map(|(_, sense)| sense));
            rest = after;
        }
        let (deciding, is_bare_time) = reading.ended();
        let times = self.times.as_ref().filter(|_| is_bare_time);
        deciding.map_or(times.unwrap_or(&self.otherwise), |rule| &self.rules[rule].label)
    }
}

impl Default for RuleClassifier {
    /// [`Label::NOT_AGREE`] for refusal and for doubt, then [`Label::AGREE`] for agreement, in English, Filipino and
    /// a little Spanish, and for a bare day or time; `NOT_AGREE` for anything else. Refusal counts in questions too,
    /// doubt as well. Doubt is [weak](Strength::Weak), and so is agreement that may be mere politeness ("ok"); words
    /// of yours for `AGREE` are [firm](Strength::Firm), as "yes" is. What hinders ("I'm sick") counts as doubt does, so that
    /// a firm yes in a later message outweighs it. Its first text takes some milliseconds more than
    /// the others, since the lists are made ready for it: keep one, and change it before.
    fn default() -> Self {
        let refusing = [words::REFUSAL, words::DECLINING, words::NO_ANSWER]
            .into_iter()
            .flat_map(phrases)
            .map(String::from);
        let refusal = Rule::new(Label::NOT_AGREE, refusing.chain(words::declined()))
            .with_negations(phrases(words::NEGATIONS))
            .in_questions_too();
        let doubt = Rule::new(
            Label::NOT_AGREE,
            [words::DOUBT, words::UNSETTLED, words::HINDRANCES, words::HELD].into_iter().flat_map(phrases),
        )
        .with_strength(Strength::Weak)
        .in_questions_too();
        let agreement = anchored(Label::AGREE, &[words::AGREEMENT]).with_strength(Strength::Weak);
        let firm = anchored(Label::AGREE, &[words::FIRM, words::PROMISES, words::IDIOMS])
            .with_strength(Strength::Firm);
        let delight = anchored(Label::AGREE, &[words::DELIGHT])
            .with_strength(Strength::Weak)
            .with_most_other_words(MOST_BESIDE_DELIGHT);
        let roles = words::ROLES.iter();
        Self {
            rules: vec![refusal, doubt, firm, agreement, delight],
            roles: roles
                .flat_map(|(role, list)| phrases(list).map(|phrase| (*role, phrase.into())))
                .collect(),
            synonyms: words::synonyms().map(|(synonym, word)| (synonym.into(), word.into())).collect(),
            slipping: phrases(words::SLIPPING).map(Into::into).collect(),
            times: Some(Label::AGREE),
            ..Self::new(Label::NOT_AGREE)
        }
    }
}

/// A rule for lists of which the openings begin with `^` and the endings end in `$`.
fn anchored(label: Label, lists: &[&str]) -> Rule {
    let mut rule = Rule::new(label, [""; 0]);
    for phrase in lists.iter().flat_map(|list| phrases(list)) {
        let opening = phrase.strip_prefix('^');
        let ending = phrase.strip_suffix('$');
        let bare = phrase.trim_matches(['^', '$']);
        if ending.is_some() {
            rule.endings.push(bare.into());
        }
        if opening.is_some() {
            rule.openings.push(bare.into());
        }
        if opening.or(ending).is_none() {
            rule.phrases.push(bare.into());
        }
    }
    rule
}

fn phrases(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '\n']).map(str::trim).filter(|phrase| !phrase.is_empty())
}

#[async_trait]
impl<M: Message> Classifier<M> for RuleClassifier {
    async fn classify(&self, messages: &[M], _: &Context) -> Result<Classification, ClassifyError> {
        Ok(Classification::new(self.label_of_own_words(&joined_text(messages)).clone(), METHOD))
    }
}
