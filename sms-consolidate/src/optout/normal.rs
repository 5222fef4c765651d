//! The form in which keywords are compared.

use unicode_normalization::UnicodeNormalization;

/// The longest text that is compared, without its punctuation: a keyword that somebody repeats angrily.
const LONGEST_TEXT_BYTES: usize = 256;

/// The longest keyword.
pub(super) const LONGEST_WORD_BYTES: usize = 64;

/// Upper case, without accents, punctuation as spaces (OPT-OUT is OPT OUT), single spaces. Between single letters there is
/// nothing (S.T.O.P, S T O P). `None` if there is no letter and no digit, or too much for a keyword.
pub(super) fn normal(text: &str) -> Option<String> {
    let stripped = strip(text)?;
    let words = stripped.split(' ').map(|word| {
        let is_spelled = word.split('.').all(|part| part.chars().count() == 1);
        word.replace('.', if is_spelled { "" } else { " " })
    });
    let words: Vec<String> = words.collect();
    let is_spaced = words.len() > 2 && words.iter().all(|word| word.chars().count() == 1);
    Some(words.join(if is_spaced { "" } else { " " })).filter(|words| !words.is_empty())
}

/// The letters and digits of `text`; between them one dot where that was all there was, else one space. It stops where
/// there are too many for a keyword.
fn strip(text: &str) -> Option<String> {
    let mut stripped = String::new();
    let mut gap = None;
    // Decomposed by compatibility: full-width and other styled letters become plain ones, accents stand alone. The
    // Turkish İ becomes I and an accent, and ı becomes I in upper case.
    for c in text.chars().filter(|c| !is_invisible(*c)).nfkd().filter(|c| !is_accent(*c)) {
        if !c.is_alphanumeric() {
            gap = Some(if c == '.' && gap.is_none() { '.' } else { ' ' });
            continue;
        }
        let gap = gap.take().filter(|_| !stripped.is_empty());
        stripped.extend(gap);
        stripped.extend(c.to_uppercase());
        if stripped.len() > LONGEST_TEXT_BYTES {
            return None;
        }
    }
    Some(stripped)
}

/// The accents of Latin, Greek and Cyrillic. Marks of other scripts tell letters apart.
const fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// What keyboards and copied texts leave between letters: soft hyphens, joiners, marks of direction, selectors, tags.
pub(super) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}
