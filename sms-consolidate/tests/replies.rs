//! What the default rules make of short replies as people text them. `replies/README.md` says where the texts come from
//! and how they are labelled.
//!
//! `cargo test -p sms-consolidate --test replies -- --nocapture` prints precision and recall, and what goes wrong in
//! the tuning half. No text of the test half is ever printed, so that nobody improves the rules by it.

use std::collections::HashSet;
use std::fmt::{self, Write as _};

use sms_consolidate::{Label, RuleClassifier};

const TUNING: &str = include_str!("replies/tuning.tsv");
const TEST: &str = include_str!("replies/test.tsv");
const KINDS: &str = include_str!("replies/kinds.tsv");
const README: &str = include_str!("../README.md");

/// Each half holds at least so many texts.
const MIN_TEXTS: usize = 240;
const LANGUAGES: [&str; 3] = ["en", "fil", "taglish"];

/// What the default rules must reach on the test half, in percent: a point less than they do.
const FLOORS: [(Label, Floor); 2] = [
    (Label::AGREE, Floor { precision: 99.0, recall: 92.0 }),
    (Label::NOT_AGREE, Floor { precision: 93.0, recall: 99.0 }),
];

/// What does not agree although it begins like a yes, or holds one. The first lines are of a reviewer's probe, the
/// others of the same kinds.
const NEAR_YESES: &str = "
    Go fuck yourself | great, thanks for nothing | I'm done with you guys | See you in court | Good for you
    Fine, forget it | keep the change | I'm in Cebu | I'm in Manila right now | I'm in pain | I'm on a plane
    I'm on call that day | I'm down with a cold | I'm off to Japan that week | I'll be away | I'll be out
    I'll be working | I'll be at a wedding | I'll be gone by then | I'm going to Manila that day
    Sorry gotta go | Sorry I have to go | I will call you back | I will sleep on it | I will go elsewhere
    I'll go with someone else | I'll take another slot | I do mind | I do have questions first | I can next week
    I'll come next week | I'm coming next week | can do next month | free on Friday only
    next week po ako pwede | mark me absent | none available | I'm stalled in traffic
    papunta na kami sa ibang bansa | done na po kami sa iba | kay Maria po ako sasama | yes if it doesn't rain
    ok if it doesn't rain | yes if not raining

    I am in Qatar | We are in Boracay until the 20th | pwede malaman magkano | available after the 30th only
    Go bother someone else | Done replying to these texts | Fine print please | See you in hell | See you never
    Good for them | Keep my number off your system | Keep it up | Hold my beer | Save me the trouble
    Add me on Facebook | Put me through to a manager | List me as a no | Mark me unavailable
    I'm in Davao until Sunday | I'm in a hurry | I'm in the province | I'm on leave | I'm on my honeymoon
    I'm on antibiotics | I'm off sick | I'm down in Cavite | I'm there already, at the wrong branch
    I'm here in Dubai | I'm going home to Iloilo | I'm going with another clinic | I'll be in Baguio
    I'll be flying that day | I'll be asleep by then | I'll be here in Cebu | I will be in surgery
    I will report you | I will see a different doctor | I will pay tomorrow | I'll go to the other branch
    I'll take my business elsewhere | I'll make an appointment with somebody else | I'll stop coming
    I'll show you the receipt | I'd love a refund | I'd like to speak to the manager
    I'd be careful if I were you | I do not live there | I do apologize, wrong number | I can pay on Friday
    I can hear you | Happy to hear that | Glad to know | Nice to meet you | Pleased to meet you | Don't bother
    We can come the week after | Free next month | My husband works Tuesday | I'll confirm later
    will confirm once I know | on the way to the airport | otw na kami sa Baguio | nandito po ako sa Saudi
    pupunta po kami ng Baguio nun | gusto ko ng refund | sa ibang clinic na po ako
    Sa iba na lang po ako sasali | Sunday only po ako free | umaga lang po ako pwede | I'll be there in spirit
    I'll make it up to you | I intend to complain | Coming to terms with it
    ready to strangle whoever sends these | cool story bro | ok unless it floods | sure if my wife isn't working
    yes if I don't have work | oo kung walang pasok | sige kung hindi uulan | yes unless it isn't paid
    game ako kung di uulan
";

/// What agrees, and is as near to those.
const NEAR_NOES: &str = "
    Confirmed, no allergies | Yes, I have no questions | Yes, and can't thank you enough
    Yes I'll be there even if it rains | No that's fine | correct | that's right | I am in | 100% | I'm in!
    I'm in, see you then | I'm in on Friday | We're in | I'm down | I'm down for Saturday | I'm on it
    I'll be there at 3 | I'll be there on Tuesday with my mom | I will be there | I will | I do | I can
    I can on Tuesday | See you there | See you then | See you soon | See you at 5 | see you on Friday 3pm
    See you at the clinic | Great! | Great, see you Tuesday | Done | Done po | Fine | Fine with me | Good for me
    Tuesday is good for me | Keep my slot please | Please keep the appointment | Keep my 3pm | Hold my spot
    Save me a seat | Put me down for Saturday | Mark me as attending | I'll take it | I'll take the 3pm slot
    I'll go | I'm going | Go po | Go na kami | I'm off that day so yes | I'm off on Saturday | I'd love to help
    Happy to help | Works for me | Tuesday works | I'll stop by at 10 | Papunta na po | Otw na
    Nandito na po ako | pupunta po ako sa Martes | correct po | Confirmed, no symptoms | Confirmed. No questions
    Even if it floods, I'll be there | That's correct | Yes 100% | We are in
    Can't thank you enough, see you Saturday | sasama po kami kahit umulan
";

struct Floor {
    precision: f64,
    recall: f64,
}

struct Reply {
    /// From 1, to say which text is wrong without showing it.
    line: usize,
    label: Label,
    language: &'static str,
    text: String,
}

fn replies(file: &'static str) -> Vec<Reply> {
    file.lines().zip(1..).map(|(row, line)| reply(row, line)).collect()
}

fn reply(row: &'static str, line: usize) -> Reply {
    let fields: Vec<_> = row.split('\t').collect();
    let [label, language, text] = fields[..] else { panic!("line {line} has {} fields", fields.len()) };
    let label = [Label::AGREE, Label::NOT_AGREE].into_iter().find(|known| known.as_str() == label);
    assert!(LANGUAGES.contains(&language), "line {line} is in no known language");
    assert!(!text.is_empty() && text.trim() == text, "the text of line {line} is empty or not trimmed");
    let text = text.replace("\\n", "\n");
    assert!(!text.contains('\\'), "line {line} escapes something other than a line end");
    Reply { line, label: label.unwrap_or_else(|| panic!("line {line} has no known label")), language, text }
}

/// How often the rules were right and wrong about one label.
#[derive(Default)]
struct Score {
    found: usize,
    /// Texts of another label that were given this one.
    taken: usize,
    /// Texts of this label that were given another one.
    missed: usize,
}

impl Score {
    fn of(label: &Label, replies: &[&Reply], rules: &RuleClassifier) -> Self {
        let mut score = Self::default();
        for reply in replies {
            match (reply.label == *label, rules.label_of(&reply.text) == label) {
                (true, true) => score.found += 1,
                (true, false) => score.missed += 1,
                (false, true) => score.taken += 1,
                (false, false) => {}
            }
        }
        score
    }

    fn precision(&self) -> f64 {
        percent(self.found, self.found + self.taken)
    }

    fn recall(&self) -> f64 {
        percent(self.found, self.found + self.missed)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} % | {:.1} %", self.precision(), self.recall())
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole as f64
}

fn table<const HALVES: usize>(halves: [(&str, &[Reply]); HALVES], rules: &RuleClassifier) -> String {
    let mut table = String::from(
        "| half | language | texts | AGREE precision | AGREE recall | NOT_AGREE precision | NOT_AGREE recall |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (half, replies) in halves {
        for language in LANGUAGES.map(Some).into_iter().chain([None]) {
            let chosen: Vec<_> = replies
                .iter()
                .filter(|reply| language.is_none_or(|language| reply.language == language))
                .collect();
            let [agree, not_agree] =
                [Label::AGREE, Label::NOT_AGREE].map(|label| Score::of(&label, &chosen, rules));
            let (language, texts) = (language.unwrap_or("all"), chosen.len());
            writeln!(table, "| {half} | {language} | {texts} | {agree} | {not_agree} |")
                .expect("a String takes everything");
        }
    }
    table
}

/// The words of a text without case, apostrophes and drawn-out letters; without words, its characters.
fn words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace(['\'', '’'], "");
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(without_repeats).collect();
    if words.is_empty() { plain.chars().map(String::from).collect() } else { words }
}

fn without_repeats(word: &str) -> String {
    let mut last = None;
    word.chars().filter(|c| last.replace(*c) != Some(*c)).collect()
}

/// The same words, or in a text of three words or more all but one that is changed, added or left out.
fn are_alike(a: &[String], b: &[String]) -> bool {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let differing = a.len().max(b.len()) - end;
    differing == 0 || (differing == 1 && start + end >= 2)
}

#[test]
fn the_halves_are_of_the_promised_size_and_balance() {
    for half in [replies(TUNING), replies(TEST)] {
        assert!(half.len() >= MIN_TEXTS, "{} texts", half.len());
        let share = |count: usize| percent(count, half.len());
        let agree = share(half.iter().filter(|reply| reply.label == Label::AGREE).count());
        assert!((45.0..=55.0).contains(&agree), "{agree} % agree");
        for (language, least) in LANGUAGES.into_iter().zip([45.0, 20.0, 20.0]) {
            let spoken = share(half.iter().filter(|reply| reply.language == language).count());
            assert!(spoken >= least, "{spoken} % are {language}");
        }
    }
}

#[test]
fn no_text_comes_twice_and_the_halves_share_nothing_alike() {
    let (tuning, test) = (replies(TUNING), replies(TEST));
    let mut texts = HashSet::new();
    for reply in tuning.iter().chain(&test) {
        assert!(texts.insert(reply.text.to_lowercase()), "line {} of its half comes twice", reply.line);
    }
    let test: Vec<_> = test.iter().map(|reply| (reply.line, words(&reply.text))).collect();
    for reply in &tuning {
        let tuned = words(&reply.text);
        for (line, tested) in &test {
            let alike = are_alike(&tuned, tested);
            assert!(!alike, "line {} of the tuning half is like line {line} of the test half", reply.line);
        }
    }
}

#[test]
fn alike_is_one_word_changed_added_or_left_out() {
    let alike = |a, b| are_alike(&words(a), &words(b));
    assert!(alike("Yess!", "yes"));
    assert!(alike("I can't come", "i cant go"));
    assert!(alike("is it far", "so, is it far?"));
    assert!(alike("👍", "👍"));
    assert!(!alike("👍", "👎"));
    assert!(!alike("ok po", "sige po"));
    assert!(!alike("I can come", "he can go"));
    assert!(!alike("I can come", "come I can"));
}

#[test]
fn what_only_begins_like_a_yes_does_not_agree() {
    let rules = RuleClassifier::default();
    for (texts, label) in [(NEAR_YESES, Label::NOT_AGREE), (NEAR_NOES, Label::AGREE)] {
        let texts = texts.split(['|', '\n']).map(str::trim).filter(|text| !text.is_empty());
        let wrong: Vec<_> = texts.filter(|text| *rules.label_of(text) != label).collect();
        assert!(wrong.is_empty(), "not {label}: {wrong:?}");
    }
}

/// The texts by kind have three labels. An unclear one is not to be read as a yes, and a refusal much less.
#[test]
fn the_default_rules_take_few_of_the_texts_by_kind_for_a_yes() {
    let rules = RuleClassifier::default();
    let rows: Vec<_> =
        KINDS.lines().map(|row| row.split_once('\t').expect("a row has a label and a text")).collect();
    let share_of_yeses = |label: &str| {
        let of_label: Vec<_> = rows.iter().filter(|(labelled, _)| *labelled == label).collect();
        let yeses = of_label
            .iter()
            .filter(|(_, text)| *rules.label_of(&text.replace("\\n", "\n")) == Label::AGREE)
            .count();
        percent(yeses, of_label.len())
    };
    let [agree, refusals, unclear] = ["AGREE", "NOT_AGREE", "UNCLEAR"].map(share_of_yeses);
    println!("Read as yes: {agree:.1} % of AGREE, {refusals:.1} % of NOT_AGREE, {unclear:.1} % of UNCLEAR");
    assert!(agree >= 96.0 && refusals <= 1.0 && unclear <= 4.0, "{agree} {refusals} {unclear}");
    let texts: HashSet<_> = rows.iter().map(|(_, text)| text.to_lowercase()).collect();
    assert_eq!(texts.len(), rows.len(), "a text comes twice");
}

#[test]
fn the_default_rules_reach_their_floors_on_the_test_half() {
    let rules = RuleClassifier::default();
    let (tuning, test) = (replies(TUNING), replies(TEST));
    println!("{}", table([("tuning", &tuning), ("test", &test)], &rules));
    for row in table([("test", &test)], &rules).lines() {
        assert!(README.contains(row), "the crate's README does not have this row: {row}");
    }
    println!("Wrong in the tuning half (the label it should have, the language, the text):");
    for reply in tuning.iter().filter(|reply| *rules.label_of(&reply.text) != reply.label) {
        println!("{}\t{}\t{:?}", reply.label, reply.language, reply.text);
    }
    let test: Vec<_> = test.iter().collect();
    for (label, floor) in FLOORS {
        let score = Score::of(&label, &test, &rules);
        let (precision, recall) = (score.precision(), score.recall());
        assert!(precision >= floor.precision, "{label} precision fell to {precision:.1} %");
        assert!(recall >= floor.recall, "{label} recall fell to {recall:.1} %");
    }
}
