//! Comparing texts by what can be seen of them.

/// The longest emoji, in characters: a family of four in chosen skin tones has eleven.
const LONGEST_EMOJI: usize = 16;

/// Whether words are the same with or without this character: spaces, combining accents, vowel signs of Arabic, and
/// characters that only steer how others are shown. A line end is none of them.
pub(crate) fn is_skipped(c: char) -> bool {
    (c.is_whitespace() && c != '\n') || is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fffc}')
}

/// Whether nothing in `text` can be seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// What can be seen of `text`, comparable.
pub(crate) fn visible(text: &str) -> impl DoubleEndedIterator<Item = char> + Clone + '_ {
    text.chars().filter(|c| !is_skipped(*c) && *c != '\n').map(plain)
}

/// The first character of the line that can be seen, comparable.
pub(crate) fn first_visible(line: &str) -> Option<char> {
    line.chars().find(|c| !is_skipped(*c)).map(plain)
}

/// The character that stands for all that are written in its place: `"` for all quotation marks, `'` for all single
/// ones and apostrophes, Latin letters without their accents.
fn plain(c: char) -> char {
    match c {
        c if is_double(c) => '"',
        c if is_single(c) => '\'',
        '\u{2010}'..='\u{2015}' => '-',
        '：' => ':',
        '\u{c0}'..='\u{ff}' => {
            match b"AAAAAA.CEEEEIIII.NOOOOO.OUUUUY..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"[c as usize - 0xc0] {
                b'.' => c,
                letter => letter.into(),
            }
        }
        c => c,
    }
}

/// A quotation mark, in whatever style and direction.
pub(crate) fn is_double(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' | '״' | '″' | '＂')
}

/// A single quotation mark, which may be an apostrophe.
pub(crate) fn is_single(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '‚' | '‛' | '‹' | '›' | 'ʼ' | '`' | '´')
}

/// Takes `words` off the front of `text`. What is left of it, and the emoji that stands where `words` has a
/// [`EMOJI`](super::forms::EMOJI); empty if nowhere.
pub(crate) fn strip_front<'a>(mut text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let mut emoji = "";
    for (at, word) in words.char_indices().filter(|(_, c)| !is_skipped(*c)) {
        text = text.trim_start_matches(is_skipped);
        let c = text.chars().next()?;
        if word == super::forms::EMOJI {
            (emoji, text) = text.split_at(emoji_bytes(text.chars())?);
        } else if plain(c) == plain(word) || (at == 0 && c.to_lowercase().eq([word])) {
            text = &text[c.len_utf8()..];
        } else {
            return None;
        }
    }
    Some((text, emoji))
}

/// As [`strip_front`], off the end.
pub(crate) fn strip_end<'a>(mut text: &'a str, words: &str) -> Option<(&'a str, &'a str)> {
    let mut emoji = "";
    for word in words.chars().rev().filter(|c| !is_skipped(*c)) {
        if word == super::forms::EMOJI {
            text = text.trim_end_matches(|c| is_skipped(c) && !is_emoji_part(c));
            (text, emoji) = text.split_at(text.len() - emoji_bytes(text.chars().rev())?);
            continue;
        }
        text = text.trim_end_matches(is_skipped);
        let c = text.chars().next_back()?;
        if plain(c) != plain(word) {
            return None;
        }
        text = &text[..text.len() - c.len_utf8()];
    }
    Some((text, emoji))
}

/// How many bytes of `chars` are one emoji, or several in a row.
fn emoji_bytes(chars: impl Iterator<Item = char>) -> Option<usize> {
    let mut is_emoji = false;
    let mut bytes = 0;
    for c in chars.take_while(|c| is_emoji_part(*c)).take(LONGEST_EMOJI) {
        is_emoji |= is_pictograph(c) || c == '\u{20e3}';
        bytes += c.len_utf8();
    }
    is_emoji.then_some(bytes)
}

/// Pictographs, and what they are joined with: keycaps have a digit first, flags of regions tags last.
pub(crate) fn is_emoji_part(c: char) -> bool {
    is_pictograph(c)
        || matches!(c, '0'..='9' | '#' | '*' | '\u{200d}' | '\u{20e3}' | '\u{fe0e}' | '\u{fe0f}'
            | '\u{e0020}'..='\u{e007f}')
}

/// By the blocks of Unicode that have emoji, <https://www.unicode.org/Public/UCD/latest/ucd/emoji/emoji-data.txt>.
fn is_pictograph(c: char) -> bool {
    matches!(c,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | 'Ⓜ'
        | '\u{25a0}'..='\u{27bf}' | '\u{2934}' | '\u{2935}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}
