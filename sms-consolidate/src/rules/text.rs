//! Cutting a text into words, and what words are compared by.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Cuts a text into words, as [`RuleClassifier`](super::RuleClassifier) says.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            words.push("\n".into());
        }
        let seen = line.trim_matches(|c: char| c.is_whitespace() || is_dropped(c));
        if seen.strip_prefix('*').is_some_and(|rest| !rest.contains('*')) {
            words.push("*".into());
        }
        add_words(seen, &mut words);
        if seen.ends_with("/s") {
            words.push("/s".into());
        }
    }
    words
}

/// No three of anything, and a symbol like an emoji.
const HEART: &str = "❤";

fn add_words(line: &str, words: &mut Vec<String>) {
    let (mut word, mut before) = (String::new(), None);
    let visible = line.chars().filter(|c| !is_dropped(*c));
    let mut letters = visible.flat_map(plain_letters).map(plain_apostrophe).peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied();
        let is_dash = c == '-' && before == Some(' ') && next == Some(' ');
        before = Some(c);
        if is_letter(c) || joins(&word, c, next) {
            word.push(if c == ';' { '\'' } else { c });
            continue;
        }
        end_word(&mut word, words);
        if c == '<' && next == Some('3') {
            letters.next();
            words.push(HEART.into());
        }
        if is_dash || is_word_by_itself(c) {
            words.push(c.into());
        }
    }
    end_word(&mut word, words);
}

/// A character in lower case, without its style if it is a letter, a digit or a mark of full width: "𝐘𝐞𝐬" is "yes".
fn plain_letters(c: char) -> impl Iterator<Item = char> {
    let is_styled = !c.is_ascii()
        && (c.is_alphabetic() || matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{1d7ce}'..='\u{1d7ff}'));
    let (styled, plain) = if is_styled { (Some(c), None) } else { (None, Some(c)) };
    styled.into_iter().nfkc().chain(plain).flat_map(char::to_lowercase)
}

/// A "t" by itself belongs to the word before it, as in "don t".
fn end_word(word: &mut String, words: &mut Vec<String>) {
    match words.last_mut() {
        _ if word.is_empty() => {}
        Some(last) if word == "t" && last.len() > 2 && last.ends_with('n') => {
            last.push_str("'t");
            word.clear();
        }
        _ => words.push(std::mem::take(word)),
    }
}

/// From so many words on, what stands in quotation marks is somebody else's.
const LEAST_QUOTED: usize = 3;

/// The text without passages in quotation marks, if there is anything else: `"Reply YES to confirm"? What is this?`.
pub(super) fn without_quoted(text: &str) -> Cow<'_, str> {
    const MARKS: [char; 3] = ['"', '“', '”'];
    let pieces: Vec<_> = text.split(MARKS).collect();
    let is_quoted = |at: usize| {
        at % 2 == 1 && at + 1 < pieces.len() && pieces[at].split_whitespace().nth(LEAST_QUOTED - 1).is_some()
    };
    let (quoted, own): (Vec<usize>, _) = (0..pieces.len()).partition(|at| is_quoted(*at));
    if quoted.is_empty() || !own.iter().any(|at| pieces[*at].contains(is_letter)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(own.into_iter().map(|at| pieces[at]).collect::<Vec<_>>().join(", "))
}

/// Letters and digits, and the combining accents of letters that are written in two characters.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{300}'..='\u{36f}')
}

/// Whether `c` between `before` and `after` is part of a word: an apostrophe between letters, also one that was missed
/// ("don;t", "don'"), or what stands in 2:30.
fn joins(before: &str, c: char, after: Option<char>) -> bool {
    let is_after_digit = before.ends_with(|c: char| c.is_ascii_digit());
    match c {
        '\'' => before.ends_with('n') || !before.is_empty() && after.is_some_and(is_letter),
        ';' => before.ends_with('n') && after == Some('t'),
        ':' | '.' => is_after_digit && after.is_some_and(|after| after.is_ascii_digit()),
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

/// Longer words than this, in bytes, are neither unscrambled nor looked through for repetitions.
const MOST_UNTANGLED: usize = 32;

/// What the word is two or more times over: "sigesige".
pub(super) fn repeated(word: &str) -> Option<&str> {
    let is_repeated = |part: &&str| word.as_bytes().chunks(part.len()).all(|chunk| chunk == part.as_bytes());
    let lengths = 2..=word.len() / 2;
    lengths.filter(|_| word.len() <= MOST_UNTANGLED).filter_map(|length| word.get(..length)).find(is_repeated)
}

/// Words of fewer letters are not unscrambled.
const LEAST_UNSCRAMBLED: usize = 5;

/// The first letter, then the others in the order of the alphabet, then the last: "soudns" has those of "sounds".
/// `None` if they are too few or too many, or the word has more than plain letters.
pub(super) fn letters(word: &str) -> Option<String> {
    let is_plain = word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_plain || !(LEAST_UNSCRAMBLED..=MOST_UNTANGLED).contains(&word.len()) {
        return None;
    }
    let mut letters: Vec<_> = word.chars().collect();
    letters[1..word.len() - 1].sort_unstable();
    Some(letters.into_iter().collect())
}

/// Whether `written` is `meant` with one character left out, put in or replaced, or two that stand side by side in the
/// wrong order.
pub(super) fn is_one_slip(meant: &str, written: &str) -> bool {
    let (meant, written) = (meant.as_bytes(), written.as_bytes());
    if meant.len().abs_diff(written.len()) > 1 {
        return false;
    }
    let start = meant.iter().zip(written).take_while(|(a, b)| a == b).count();
    let (meant, written) = (&meant[start..], &written[start..]);
    let end = meant.iter().rev().zip(written.iter().rev()).take_while(|(a, b)| a == b).count();
    match (&meant[..meant.len() - end], &written[..written.len() - end]) {
        ([], []) => false,
        ([a, b], [c, d]) => (a, b) == (d, c),
        (meant, written) => meant.len() <= 1 && written.len() <= 1,
    }
}

/// The word with a 0 for every digit; `None` if it has none.
pub(super) fn shape(word: &str) -> Option<String> {
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    has_digit.then(|| word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect())
}
