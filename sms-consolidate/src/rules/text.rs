//! Cutting a text into words, and what words are compared by.

/// Cuts a text into words, as [`RuleClassifier`](super::RuleClassifier) says.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let visible = text.chars().filter(|c| !is_dropped(*c));
    let mut letters = visible.flat_map(char::to_lowercase).map(plain_apostrophe).peekable();
    while let Some(c) = letters.next() {
        if is_letter(c) || letters.peek().is_some_and(|next| joins(&word, c, *next)) {
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

/// Whether `c` between `before` and `after` is part of a word: an apostrophe between letters, or what stands in 2:30.
fn joins(before: &str, c: char, after: char) -> bool {
    let is_after_digit = before.ends_with(|c: char| c.is_ascii_digit());
    match c {
        '\'' => !before.is_empty() && is_letter(after),
        ':' | '.' => is_after_digit && after.is_ascii_digit(),
        _ => false,
    }
}

/// Symbols, so that emoji can be listed, and what ends a clause, so that no phrase is found across it: "Why? Not me"
/// does not say "why not".
fn is_word_by_itself(c: char) -> bool {
    if c.is_ascii() { matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\n') } else { !c.is_whitespace() }
}

/// Whether `word` is punctuation or a symbol.
pub(super) fn is_mark(word: &str) -> bool {
    word.chars().next().is_some_and(|c| !is_letter(c))
}

/// Skin tones, variation selectors, and characters that only steer how others are shown.
fn is_dropped(c: char) -> bool {
    matches!(c,
        '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{ad}' | '\u{feff}')
}

pub(super) fn plain_apostrophe(c: char) -> char {
    if matches!(c, '‘' | '’' | 'ʼ' | '`' | '´') { '\'' } else { c }
}

/// Whether a letter comes three times in a row, as it does in no ordinary word ("book" and "good" are left alone).
pub(super) fn is_stretched(word: &str) -> bool {
    let next = word.chars().skip(1);
    let after_next = word.chars().skip(2);
    word.chars().zip(next).zip(after_next).any(|((a, b), c)| a == b && b == c && a.is_alphabetic())
}

pub(super) fn without_repeats(word: &str) -> String {
    let mut last = None;
    word.chars().filter(|c| last.replace(*c) != Some(*c)).collect()
}

/// Fewer consonants than this are those of too many words.
const LEAST_CONSONANTS: usize = 4;

/// The first letter and the consonants after it, none of them twice in a row: "mkakapunta" has those of "makakapunta",
/// "definately" those of "definitely". `None` if they are too few, or the word has more than plain letters.
pub(super) fn consonants(word: &str) -> Option<String> {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let (first, rest) = word.split_at_checked(1)?;
    let mut last = first.chars().next();
    let rest = rest.chars().filter(|c| last.replace(*c) != Some(*c) && !"aeiou".contains(*c));
    let consonants: String = first.chars().chain(rest).collect();
    (consonants.len() >= LEAST_CONSONANTS).then_some(consonants)
}

/// The word with a 0 for every digit; `None` if it has none.
pub(super) fn shape(word: &str) -> Option<String> {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    has_digit.then(|| word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect())
}
