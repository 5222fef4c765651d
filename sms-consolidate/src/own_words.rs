//! What of a text is the sender's own: without quotes of ours, reactions to our messages, and signatures.
//!
//! Phones and mail programs send more than was typed: `> …` lines, "On … wrote:" with all that follows, "Sent from my
//! iPhone", and reactions ([`Reaction`]) that quote our message. None of it is what the sender says.
//!
//! ```
//! use sms_consolidate::own_words;
//!
//! assert_eq!(own_words("No\n> Can you come? Reply YES"), "No");
//! assert_eq!(own_words("Disliked “Please reply YES to confirm”"), "");
//! assert_eq!(own_words("Sure\nSent from my iPhone"), "Sure");
//! ```
//!
//! # Where the phrases come from
//!
//! "On … wrote:" in its languages and the signatures from the lists of
//! [email-reply-parser](https://github.com/crisp-oss/email-reply-parser/blob/master/lib/regex.js) and
//! [mail-parser-reply](https://github.com/alfonsrv/mail-parser-reply/blob/master/mailparser_reply/constants.py), which
//! mail programs of that many languages have shaped; "-- " from [RFC 3676, 4.3](https://www.rfc-editor.org/rfc/rfc3676).
//! Those of Filipino, Indonesian, Turkish, Japanese and Vietnamese phones are inferred.
//!
//! An iPhone in its Driving Focus answers with a text that its owner may change, and adds that "urgent" gets through.
//! Known are the English texts that it comes with, before and since it is called a Focus, and two that cars write, from
//! filters of campaigns that list what they have received.

mod phrases;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::reaction::text::{is_blank, is_skipped, strip_end, strip_front, visible};
use crate::reaction::{self, Reaction};
use phrases::{AUTO_REPLIES, AUTO_REPLY_STARTS, DEVICES, HEADERS, ORIGINALS, SIGNATURES};

/// The longest line that is taken for a signature, or part of a line that says who wrote, in bytes.
const LONGEST: usize = 400;

/// The fewest underscores of a line that is drawn. Outlook draws 32.
const LEAST_OF_A_LINE: usize = 20;

/// The most words that the name of a device has in a signature.
const MOST_WORDS: usize = 8;

/// The most characters that a phone puts around a text of ours: who it was, and what they did.
const MOST_AROUND: usize = 24;

/// The least characters of a text that nobody writes by chance.
const LEAST_OF_OURS: usize = 20;

/// Whether `text` is `ours`, of 20 characters at least, come back: alone, behind "Re:", or in quotation marks behind a few
/// words. With words of the sender's behind it, it is the sender's. Spaces, accents and the style of quotation marks do not
/// count.
pub(crate) fn repeats(text: &str, ours: &str) -> bool {
    // What is much longer holds more than a few other words, and is not worth a copy.
    if text.len() > 4 * (ours.len() + MOST_AROUND) {
        return false;
    }
    let (text, ours): (String, String) = (visible(text).collect(), visible(ours).collect());
    let Some((before, behind)) = text.split_once(&ours).filter(|_| ours.chars().count() >= LEAST_OF_OURS)
    else {
        return false;
    };
    let says_something = |part: &str| part.contains(char::is_alphanumeric);
    let is_brief = before.chars().count() + behind.chars().count() <= MOST_AROUND;
    match (says_something(before), says_something(behind)) {
        (false, false) => true,
        (true, false) => is_brief && before.ends_with(['"', '\'', ':']),
        (_, true) => false,
    }
}

/// The sender's own words in `text`, trimmed; empty if there are none.
///
/// `text` is one message, or several joined by line ends. What is left out:
///
/// - reactions that begin with a line and end with one, their quotes included;
/// - lines that begin with `>`;
/// - "On 5 January 2026 at 10:00, … wrote:", in a line or two, and its like in other languages. If the next line begins with
///   `>`, it is left out alone. Otherwise so is all that follows, for nothing tells where the quote ends;
/// - `-----Original Message-----` and all that follows, and so too the signature behind `--`;
/// - lines such as "Sent from my iPhone";
/// - lines that a phone writes by itself while its owner drives.
///
/// Where all that follows is left out, later messages are too, if they are joined to this one. Whoever has them one by one
/// should ask for each.
///
/// The words of the result are the sender's: asked again for them, this returns them all. Takes linear time, and makes no
/// copy if nothing is left out.
#[must_use]
pub fn own_words(text: &str) -> Cow<'_, str> {
    let text = trimmed(text);
    // Of a single line, and of one that is left, this is known below.
    let is_reaction = |text: &str| text.contains('\n') && Reaction::read(text).is_some();
    if is_reaction(text) {
        return Cow::Borrowed("");
    }
    let Some(kept) = cut(text) else { return Cow::Borrowed(text) };
    let kept = trimmed(&kept);
    if is_reaction(kept) { Cow::Borrowed("") } else { Cow::Owned(kept.to_owned()) }
}

/// Without lines at its ends in which nothing can be seen, and spaces.
fn trimmed(text: &str) -> &str {
    let mut text = text.trim();
    while let Some((_, rest)) = text.split_once('\n').filter(|(line, _)| is_blank(line)) {
        text = rest.trim_start();
    }
    while let Some((rest, _)) = text.rsplit_once('\n').filter(|(_, line)| is_blank(line)) {
        text = rest.trim_end();
    }
    if is_blank(text) { "" } else { text }
}

/// The lines that are kept, or `None` if all are.
fn cut(text: &str) -> Option<String> {
    let mut copy: Option<String> = None;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let line = first_line(rest);
        let kept = copy.as_deref().unwrap_or(&text[..at]);
        let Some(left_out) = left_out(kept, line, rest) else {
            copy.iter_mut().for_each(|copy| copy.push_str(line));
            at += line.len();
            continue;
        };
        let kept_bytes = kept.len() - left_out.of_kept;
        copy.get_or_insert_with(|| text[..at].to_owned()).truncate(kept_bytes);
        at += left_out.of_rest;
    }
    copy
}

/// The first line, its end included.
fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// How much to leave out, in bytes.
struct LeftOut {
    /// Of the lines that were kept, at their end.
    of_kept: usize,
    /// Of what comes after them.
    of_rest: usize,
}

/// What to leave out of `rest`, which begins with `line`; `None` to keep the line.
///
/// It depends on what was kept and not on what was not, so that another look leaves out nothing more.
fn left_out(kept: &str, line: &str, rest: &str) -> Option<LeftOut> {
    let bytes = |of_rest| Some(LeftOut { of_kept: 0, of_rest });
    let words = line.trim();
    let is_quoted = |text: &str| {
        let text = text.trim_start_matches(|c| is_skipped(c) || c == '\n');
        let line = text.split('\n').next().unwrap_or_default();
        // Without a letter it is a face: >_<
        text.starts_with(['>', '＞']) && line.contains(char::is_alphanumeric)
    };
    if is_blank(words) {
        None
    } else if let Some((_, behind)) = reaction::at_start(rest.trim_start()) {
        bytes(rest.len() - behind.len())
    } else if is_quoted(words) || is_signature(words) || is_auto_reply(words) {
        bytes(line.len())
    } else if words == "--" || is_divider(words) {
        bytes(rest.len())
    } else {
        let of_kept = header(kept, words)?;
        let of_rest = if is_quoted(&rest[line.len()..]) { line.len() } else { rest.len() };
        Some(LeftOut { of_kept, of_rest })
    }
}

/// Whether `line` is the last of those that say who wrote when, and then how many bytes of what was kept belong to them.
fn header(kept: &str, line: &str) -> Option<usize> {
    if line.len() > LONGEST || !line.ends_with([':', '：']) {
        return None;
    }
    let says_who = |lines: &str, line: &str| {
        let has_digit =
            lines.contains(|c: char| c.is_ascii_digit()) || line.contains(|c: char| c.is_ascii_digit());
        let is_like = |(first, verb): &(&str, &str)| {
            begins_with(lines, first) && (lines.contains(verb) || line.contains(verb))
        };
        has_digit && HEADERS.iter().any(is_like)
    };
    if says_who(line, line) {
        return Some(0);
    }
    last_line(kept).filter(|last| says_who(last, line)).map(str::len)
}

fn begins_with(line: &str, first: &str) -> bool {
    let behind = line.trim_start().strip_prefix(first);
    behind.is_some_and(|behind| behind.starts_with(char::is_whitespace) || !first.is_ascii())
}

/// The last line of `kept` that is not blank, with the blank ones after it; `None` if it is a long one.
fn last_line(kept: &str) -> Option<&str> {
    let start = kept.char_indices().rev().take(LONGEST).last().map_or(0, |(start, _)| start);
    let end = &kept[start..];
    match end.trim_end().rfind('\n') {
        Some(line_end) => Some(&end[line_end + 1..]),
        None => (start == 0).then_some(end),
    }
}

fn is_signature(line: &str) -> bool {
    let line = line.trim_end_matches(['.', '!']);
    let Some(first) = line.chars().next().filter(|_| line.len() <= LONGEST) else { return false };
    let may_begin =
        |words: &str| words.chars().next().is_none_or(|c| c == first || first.to_lowercase().eq([c]));
    SIGNATURES.iter().filter(|(before, _)| may_begin(before)).any(|(before, behind)| {
        let rest = strip_front(line, before).map(|(rest, _)| rest);
        rest.and_then(|rest| strip_end(rest, behind)).is_some_and(|(name, _)| names_a_device(name))
    })
}

/// In one part of a sentence, or at its end: "my Verizon, Samsung Galaxy smartphone", but not "my phone, yes I can".
fn names_a_device(name: &str) -> bool {
    let name = name.to_lowercase();
    let last = name.rsplit(',').next().unwrap_or_default();
    name.split_whitespace().count() <= MOST_WORDS
        && !name.contains([';', '!', '?'])
        && !name.contains(". ")
        && DEVICES.iter().any(|device| last.contains(device))
}

fn is_auto_reply(line: &str) -> bool {
    let may_be = ["riving", "isturb", "otification"].iter().any(|part| line.contains(part));
    if !may_be && !line.starts_with(['a', 'A']) {
        return false;
    }
    let line = comparable(line);
    AUTO_REPLIES.iter().any(|phrase| line.contains(phrase))
        || AUTO_REPLY_STARTS.iter().any(|start| line.starts_with(start))
}

/// `-----Original Message-----`, or a line that is drawn under all that is the sender's.
fn is_divider(line: &str) -> bool {
    let inner = line.trim_matches(['-', '_', '*', ' ']);
    let drawn = line.len() - inner.len();
    let is_line = inner.is_empty() && line.starts_with('_') && drawn >= LEAST_OF_A_LINE;
    is_line || (drawn >= 4 && line.len() <= LONGEST && ORIGINALS.contains(&comparable(inner).as_str()))
}

fn comparable(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect()
}
