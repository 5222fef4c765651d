//! Finding the reaction that a text begins with.

use std::sync::LazyLock;

use super::forms::{EMOJI, FORMS, QUOTE, THINGS};
use super::text::{
    first_visible, is_blank, is_double, is_emoji_part, is_single, is_skipped, strip_end, strip_front,
};
use super::{Reaction, ReactionKind};

/// In how many lines behind its first possible end a better one is looked for.
const LOOK_AHEAD: usize = 8;

/// The most bytes of a line that says what was tapped and that it was an image or the like.
const LONGEST_OF_A_THING: usize = 200;

/// The most characters of words between what Google marks.
const MOST_WORDS: usize = 64;

/// The reaction that `text` begins with, and what follows the line in which it ends.
///
/// Looks through what the reaction takes and at most [`LOOK_AHEAD`] lines more; if there is none, through the first line.
/// So whoever goes on behind what was taken, or with the next line, looks at no line more than about ten times.
pub(crate) fn at_start(text: &str) -> Option<(Reaction<'_>, &str)> {
    marked_by_google(text).or_else(|| of_a_thing(text)).or_else(|| quoting(text))
}

/// A single message that is a reaction and nothing else.
pub(super) fn whole(text: &str) -> Option<Reaction<'_>> {
    let text = text.trim();
    if let Some((reaction, rest)) = at_start(text) {
        return is_blank(rest).then_some(reaction);
    }
    // A quote in single marks, or with all words behind it, may have lines too. In a burst it may not: too much is
    // written between such marks.
    let opened = opened_at(text, text);
    let mut further = opened.iter().filter(|opened| !opened.may_end_with_line(text));
    further.find_map(|opened| opened.ending(text))
}

/// Google Messages marks the parts, in every language, with characters that are not seen: a hair space before all,
/// around the quote, and after all; zero-width spaces around the emoji, or non-joiners if it was taken back. Gateways
/// may trim the outer ones.
fn marked_by_google(text: &str) -> Option<(Reaction<'_>, &str)> {
    let text = text.strip_prefix('\u{200a}').unwrap_or(text);
    let (mark, text) = split_near(text, &['\u{200b}', '\u{200c}'])?;
    let (text, emoji) = strip_front(text, "%")?;
    let (_, text) = split_near(text.strip_prefix(mark)?, &['\u{200a}'])?;
    let (quoted, text) = text.split_at(text.find('\u{200a}').unwrap_or(first_line(text).len()));
    let is_removed = mark == '\u{200c}';
    let reaction = Reaction { kind: ReactionKind::Emoji(emoji), is_removed, quoted: Some(quoted.trim()) };
    Some((reaction, &text[first_line(text).len()..]))
}

/// Which of `marks` comes first in the first characters of the first line, and what follows it.
fn split_near<'a>(text: &'a str, marks: &[char]) -> Option<(char, &'a str)> {
    let mut near = text.char_indices().take(MOST_WORDS).take_while(|(_, c)| *c != '\n');
    let (at, mark) = near.find(|(_, c)| marks.contains(c))?;
    Some((mark, &text[at + mark.len_utf8()..]))
}

/// The first line, its end included.
fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// One way of saying what was tapped, or that it was taken back.
struct Wording {
    /// What it begins with: a letter, [`EMOJI`] or [`QUOTE`].
    key: char,
    kind: ReactionKind<'static>,
    is_removed: bool,
    before: &'static str,
    behind: &'static str,
}

/// By their keys, and else in the order of the forms.
static WORDINGS: LazyLock<Vec<Wording>> = LazyLock::new(|| {
    let mut wordings = Vec::new();
    for (kind, added, removed) in FORMS {
        for (words, is_removed) in [(added, false), (removed, true)] {
            let Some((before, behind)) = words.split_once(QUOTE) else { continue };
            let first = first_visible(words).expect("words before the quote, or the quote");
            for key in [Some(first), capital(first)].into_iter().flatten() {
                wordings.push(Wording { key, kind: *kind, is_removed, before, behind });
            }
        }
    }
    wordings.sort_by_key(|wording| wording.key);
    wordings
});

fn capital(c: char) -> Option<char> {
    c.to_uppercase().next().filter(|capital| *capital != c)
}

/// The wordings that can begin as `text` does.
fn wordings(text: &str) -> impl Iterator<Item = &'static Wording> {
    let first = first_visible(text);
    let emoji = first.filter(|c| is_emoji_part(*c)).map(|_| EMOJI);
    let quote = first.filter(|c| is_double(*c) || is_single(*c)).map(|_| QUOTE);
    [first, emoji, quote].into_iter().flatten().flat_map(|key| {
        let start = WORDINGS.partition_point(|wording| wording.key < key);
        WORDINGS[start..].iter().take_while(move |wording| wording.key == key)
    })
}

impl Wording {
    fn reaction<'a>(&self, emoji: &'a str, quoted: Option<&'a str>) -> Reaction<'a> {
        let kind =
            if matches!(self.kind, ReactionKind::Emoji(_)) { ReactionKind::Emoji(emoji) } else { self.kind };
        Reaction { kind, is_removed: self.is_removed, quoted: quoted.map(str::trim) }
    }
}

/// `Liked an image`
fn of_a_thing(text: &str) -> Option<(Reaction<'_>, &str)> {
    let line = first_line(text);
    if line.len() > LONGEST_OF_A_THING {
        return None;
    }
    let mut with_words = wordings(line).filter(|wording| wording.behind.is_empty());
    let reaction = with_words.find_map(|wording| {
        let (thing, emoji) = strip_front(line, wording.before)?;
        let thing = without_stop(thing);
        let is_thing = |words: &&&str| strip_front(thing, words).is_some_and(|(rest, _)| rest.is_empty());
        THINGS.iter().find(is_thing)?;
        Some(wording.reaction(emoji, None))
    })?;
    Some((reaction, &text[line.len()..]))
}

/// A line without its end, spaces, and a full stop before them.
fn without_stop(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.trim_end_matches(|c| is_skipped(c) || matches!(c, '.' | '!' | '。' | '։' | '۔'))
}

/// A quote that was opened as a wording says.
struct Opened<'a> {
    wording: &'static Wording,
    /// What stood in the words before the quote.
    emoji: &'a str,
    /// What opens the quote. After a wide colon there may be none.
    mark: Option<char>,
    /// Where in the text the quote starts, behind its mark.
    start: usize,
}

/// The quotes that `text` may begin with. Those without words before them have to end with `ended`.
fn opened_at<'a>(text: &'a str, ended: &str) -> Vec<Opened<'a>> {
    let line = first_line(text);
    if !line.contains(|c| is_double(c) || is_single(c) || c == '：' || c == ':') {
        return Vec::new();
    }
    let ended = without_stop(ended);
    let opened = wordings(line).filter_map(|wording| {
        if wording.before.is_empty() {
            strip_end(ended, wording.behind)?;
        }
        let (rest, emoji) = strip_front(line, wording.before)?;
        let rest = rest.trim_start_matches(is_skipped);
        let mark = rest.chars().next().filter(|c| is_double(*c) || is_single(*c));
        let start = line.len() - rest.len() + mark.map_or(0, char::len_utf8);
        (mark.is_some() || wording.before.ends_with('：')).then_some(Opened { wording, emoji, mark, start })
    });
    let mut opened: Vec<_> = opened.collect();
    // „Gefällt mir“ von „Kommst du?“ entfernt: the first quote is of the words.
    let start = opened.iter().map(|opened| opened.start).max();
    opened.retain(|opened| Some(opened.start) == start);
    opened
}

impl<'a> Opened<'a> {
    /// Whether the quote may have further lines, in a burst too.
    fn may_go_on(&self) -> bool {
        !self.wording.before.is_empty() && self.mark.is_none_or(is_double)
    }

    /// Whether the first line of `text` may be all of the quote.
    fn may_end_with_line(&self, text: &str) -> bool {
        let Some(mark) = self.mark else { return true };
        let line = &first_line(text)[self.start..];
        let mut marks = Marks::new(self.mark);
        marks.count(line);
        if is_double(mark) { marks.are_even() } else { without_stop(line).ends_with(is_single) }
    }

    /// The reaction, if `text` ends with the mark that closes the quote, and the words behind it.
    fn ending(&self, text: &'a str) -> Option<Reaction<'a>> {
        let (rest, emoji) = strip_end(without_stop(text), self.wording.behind)?;
        let rest = rest.trim_end_matches(is_skipped);
        let closing = rest.chars().next_back()?;
        let quoted = text.get(self.start..rest.len() - closing.len_utf8())?;
        let emoji = if emoji.is_empty() { self.emoji } else { emoji };
        (is_double(closing) == is_double(self.mark?) && is_single(closing) == is_single(self.mark?))
            .then(|| self.wording.reaction(emoji, Some(quoted)))
    }
}

/// `Liked “Can you come?”`
///
/// A quote that is still open at the end of its first line goes on until the first line whose end closes it: rather
/// one where as many marks close as open. One that nothing closes was cut off, and goes on to the end of the text.
fn quoting(text: &str) -> Option<(Reaction<'_>, &str)> {
    let opened = opened_at(text, first_line(text));
    let Opened { start, mark, .. } = *opened.first()?;
    let mut marks = Marks::new(mark);
    let mut first_end = None;
    let mut lines_behind = 0;
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        let is_first = end == start;
        end += line.len();
        marks.count(line);
        if let Some(reaction) = opened.iter().find_map(|opened| opened.ending(&text[..end])) {
            if marks.are_even() {
                return Some((reaction, &text[end..]));
            }
            first_end.get_or_insert((reaction, end));
        }
        if is_first && (marks.are_even() || !opened.iter().any(Opened::may_go_on)) {
            return first_end.map(|(reaction, end)| (reaction, &text[end..]));
        }
        lines_behind += usize::from(first_end.is_some());
        if lines_behind > LOOK_AHEAD {
            break;
        }
    }
    if let Some((reaction, end)) = first_end {
        return Some((reaction, &text[end..]));
    }
    // Where only words behind the quote tell what was tapped, the last of the forms is none that says yes.
    let cut_off = opened.iter().filter(|opened| opened.may_go_on());
    let cut_off = cut_off.max_by_key(|opened| opened.wording.behind.is_empty())?;
    let quoted = &text[start..];
    (!is_blank(quoted)).then(|| (cut_off.wording.reaction(cut_off.emoji, Some(quoted)), ""))
}

/// Counts the quotation marks of a quote.
struct Marks {
    opening: Option<char>,
    /// How many of those with a direction were opened and not closed.
    open: isize,
    /// How many there were without a direction.
    straight: usize,
}

impl Marks {
    fn new(opening: Option<char>) -> Self {
        let mut marks = Self { opening, open: 0, straight: 0 };
        marks.count(opening.map_or(String::new(), String::from).as_str());
        marks
    }

    fn count(&mut self, text: &str) {
        for c in text.chars().filter(|c| is_double(*c)) {
            match (self.opening, c) {
                (Some('„'), '“') | (Some('»'), '«') => self.open -= 1,
                (Some('»'), '»') => self.open += 1,
                (Some('”'), '”') => self.straight += 1,
                (_, '“' | '„' | '«' | '「' | '『') => self.open += 1,
                (_, '”' | '»' | '」' | '』') => self.open -= 1,
                _ => self.straight += 1,
            }
        }
    }

    /// Whether all that was opened is closed.
    fn are_even(&self) -> bool {
        self.opening.is_some() && self.open == 0 && self.straight.is_multiple_of(2)
    }
}
