//! How long a text is on the air, and how it is cut.

use std::num::NonZeroU32;

use sms_consolidate::{Key, Reply};
use unicode_segmentation::UnicodeSegmentation;

/// The most segments of a reply unless set otherwise.
pub(super) const MAX_SEGMENTS: NonZeroU32 = NonZeroU32::new(3).expect("3 is not zero");

/// How a text is encoded on the air. One character that GSM-7 lacks makes the whole text UCS-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet with its extension table. A unit is a septet; characters of the extension table
    /// take two. 160 fit into one segment, and 153 into each of several.
    Gsm7,
    /// UTF-16, by its older name. A unit has 16 bits; characters beyond the basic plane, most emoji among them, take two.
    /// 70 fit into one segment, and 67 into each of several.
    Ucs2,
}

impl Encoding {
    /// Units of a text that is one segment.
    const fn alone(self) -> usize {
        match self {
            Self::Gsm7 => 160,
            Self::Ucs2 => 70,
        }
    }

    /// Units of a segment that has a header which says where it belongs.
    const fn among_others(self) -> usize {
        match self {
            Self::Gsm7 => 153,
            Self::Ucs2 => 67,
        }
    }
}

/// The text of `reply` as it leaves; the log tells if that is not all of it.
pub(super) fn text_to_send<K: Key>(reply: &Reply<K>, max_segments: NonZeroU32) -> &str {
    let text = cut(&reply.text, max_segments);
    if text.len() < reply.text.len() {
        let (batch, bytes, sent_bytes) = (reply.batch, reply.text.len(), text.len());
        tracing::warn!(%batch, bytes, sent_bytes, %max_segments, "REPLY CUT: it takes too many segments");
    }
    text
}

/// How many SMS segments a text takes, which is what gateways charge for.
///
/// As in 3GPP TS 23.038 (6.2.1, the default alphabet and its extension table; no national tables, which gateways do not
/// use unasked) and TS 23.040 (9.2.3.24.1, the header of concatenated messages), and as Twilio counts
/// (<https://www.npmjs.com/package/sms-segments-calculator>): what readers see as one character (a grapheme cluster) is
/// not divided between segments, and leaves the rest of one empty.
///
/// ```
/// use sms_consolidate_providers::outbound::{Encoding, Segments};
///
/// let segments = Segments::of("See you at 10 €");
/// assert_eq!((segments.encoding, segments.units, segments.count), (Encoding::Gsm7, 16, 1));
/// let segments = Segments::of("See you at 10 👍");
/// assert_eq!((segments.encoding, segments.units, segments.count), (Encoding::Ucs2, 16, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segments {
    /// How the text is encoded.
    pub encoding: Encoding,
    /// Its length in units of the encoding, without headers.
    pub units: usize,
    /// How many segments that makes. None for an empty text.
    pub count: usize,
}

impl Segments {
    /// Those of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut counter = Counter::new();
        parts(text).for_each(|(_, part)| counter.add(part));
        counter.segments()
    }
}

/// `text`, or as much of its beginning as fits into `max_segments`.
///
/// A text that is too long is cut at the end of a sentence; if that would leave less than half of what fits, at a
/// space; then between words, for scripts that write none; then between characters as readers see them (grapheme
/// clusters), and never inside a code point. Space at the end of the cut text is dropped.
///
/// ```
/// use std::num::NonZeroU32;
/// use sms_consolidate_providers::outbound::cut;
///
/// let text = "The gate is open from nine. ".repeat(10);
/// let one = NonZeroU32::new(1).unwrap();
/// assert_eq!(cut(&text, one), "The gate is open from nine. ".repeat(5).trim_end());
/// assert_eq!(cut("The gate is open. ", one), "The gate is open. ");
/// ```
#[must_use]
pub fn cut(text: &str, max_segments: NonZeroU32) -> &str {
    let fits = longest_fitting(text, max_segments);
    if fits == text.len() {
        return text;
    }
    // The bounds of sentences lie behind the space that follows them.
    let sentences = text.split_sentence_bound_indices().map(|(at, _)| text[..at].trim_end().len());
    let spaces = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
    let words = text.split_word_bound_indices().map(|(at, _)| at);
    let keeps_enough = |end: &usize| *end > 0 && *end >= fits / 2;
    let end = Some(last_by(sentences, fits))
        .filter(keeps_enough)
        .or_else(|| Some(last_by(spaces, fits)).filter(keeps_enough))
        .or_else(|| Some(last_by(words, fits)).filter(keeps_enough))
        .unwrap_or(fits);
    text[..end].trim_end()
}

/// The last of the ascending `places` that is not beyond `limit`; 0 if none is.
fn last_by(places: impl Iterator<Item = usize>, limit: usize) -> usize {
    places.take_while(|at| *at <= limit).last().unwrap_or(0)
}

/// How many bytes of `text` fit. A longer beginning never takes fewer segments.
fn longest_fitting(text: &str, max_segments: NonZeroU32) -> usize {
    let max = usize::try_from(max_segments.get()).unwrap_or(usize::MAX);
    let mut counter = Counter::new();
    let too_long = parts(text).find(|(_, part)| {
        counter.add(part);
        counter.segments().count > max
    });
    too_long.map_or(text.len(), |(at, _)| at)
}

/// What is not divided between segments: graphemes, but not the end of a line as Windows writes it, and not somebody's
/// pile of combining marks that is larger than a segment.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.grapheme_indices(true).flat_map(|(start, grapheme)| {
        let divided = grapheme == "\r\n" || grapheme.encode_utf16().count() > Encoding::Ucs2.among_others();
        let whole = (!divided).then_some((start, grapheme));
        let chars = grapheme.char_indices().filter(move |_| divided);
        whole.into_iter().chain(chars.map(move |(at, c)| (start + at, &grapheme[at..at + c.len_utf8()])))
    })
}

/// Counts both encodings at once, because only the end of a text tells which it is.
struct Counter {
    gsm7: Option<Packed>,
    ucs2: Packed,
}

impl Counter {
    const fn new() -> Self {
        Self { gsm7: Some(Packed::new()), ucs2: Packed::new() }
    }

    fn add(&mut self, part: &str) {
        self.gsm7 = match (self.gsm7.take(), part.chars().map(septets).sum()) {
            (Some(packed), Some(septets)) => Some(packed.with(septets, Encoding::Gsm7)),
            _ => None,
        };
        self.ucs2 = self.ucs2.with(part.encode_utf16().count(), Encoding::Ucs2);
    }

    fn segments(&self) -> Segments {
        match self.gsm7 {
            Some(packed) => packed.segments(Encoding::Gsm7),
            None => self.ucs2.segments(Encoding::Ucs2),
        }
    }
}

/// A text packed into segments with headers.
#[derive(Clone, Copy)]
struct Packed {
    units: usize,
    full: usize,
    in_last: usize,
}

impl Packed {
    const fn new() -> Self {
        Self { units: 0, full: 0, in_last: 0 }
    }

    /// With so many more, which are not divided.
    const fn with(mut self, units: usize, encoding: Encoding) -> Self {
        self.units += units;
        self.in_last += units;
        if self.in_last > encoding.among_others() {
            self.full += 1;
            self.in_last = units;
        }
        self
    }

    const fn segments(self, encoding: Encoding) -> Segments {
        let count = match self.units {
            0 => 0,
            units if units <= encoding.alone() => 1,
            _ => self.full + 1,
        };
        Segments { encoding, units: self.units, count }
    }
}

/// How many septets `c` takes, if GSM-7 has it.
const fn septets(c: char) -> Option<usize> {
    Some(match c {
        // Of ASCII all but a few signs and the control characters has its own place.
        'A'..='Z' | 'a'..='z' | '0'..='9' | '\n' | '\r' | ' '..='/' | ':'..='@' | '_' => 1,
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Æ' | 'æ' | 'ß' | 'É' => {
            1
        }
        'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' => 1,
        '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => 1,
        '\u{c}' | '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => 2,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabet_has_as_many_characters_as_the_published_tables() {
        let count = |wanted: usize| {
            (0..=char::MAX as u32).filter_map(char::from_u32).filter(|c| septets(*c) == Some(wanted)).count()
        };
        // 128 places, of which one is the escape to the extension table.
        assert_eq!(count(1), 127);
        assert_eq!(count(2), 10);
    }

    #[test]
    fn segments_are_counted_as_gateways_do() {
        use Encoding::{Gsm7, Ucs2};
        let check = |text: &str, encoding: Encoding, units: usize, count: usize| {
            assert_eq!(Segments::of(text), Segments { encoding, units, count }, "{text:?}");
        };
        check("", Gsm7, 0, 0);
        check("a", Gsm7, 1, 1);
        check(&"a".repeat(160), Gsm7, 160, 1);
        check(&"a".repeat(161), Gsm7, 161, 2);
        check(&"a".repeat(306), Gsm7, 306, 2);
        check(&"a".repeat(307), Gsm7, 307, 3);
        check(&"a".repeat(459), Gsm7, 459, 3);
        check(&"a".repeat(460), Gsm7, 460, 4);
        check("€", Gsm7, 2, 1);
        check(&"€".repeat(80), Gsm7, 160, 1);
        check(&"€".repeat(81), Gsm7, 162, 2);
        // 76 of them and one septet that stays empty.
        check(&"€".repeat(152), Gsm7, 304, 2);
        check(&"€".repeat(153), Gsm7, 306, 3);
        check("ñ Ñ à Ç @ _ \r\n", Gsm7, 14, 1);
        for not_in_gsm7 in ["ç", "`", "\t", "á", "“", "👍", "Привет", "\u{a0}", "\u{1b}"] {
            check(not_in_gsm7, Ucs2, not_in_gsm7.encode_utf16().count(), 1);
        }
        check(&"ж".repeat(70), Ucs2, 70, 1);
        check(&"ж".repeat(71), Ucs2, 71, 2);
        check(&"ж".repeat(134), Ucs2, 134, 2);
        check(&"ж".repeat(135), Ucs2, 135, 3);
        check(&"👍".repeat(35), Ucs2, 70, 1);
        check(&"👍".repeat(36), Ucs2, 72, 2);
        // 33 of them and one unit that stays empty.
        check(&"👍".repeat(66), Ucs2, 132, 2);
        check(&"👍".repeat(67), Ucs2, 134, 3);
        check(&format!("{}’", "a".repeat(69)), Ucs2, 70, 1);
        check(&format!("{}’", "a".repeat(70)), Ucs2, 71, 2);
    }

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    #[test]
    fn texts_are_cut_where_it_hurts_least() {
        let check = |text: &str, expected: &str| assert_eq!(cut(text, ONE), expected, "{text:?}");
        let words = "word ".repeat(40);
        check(&words, words[..159].trim_end());
        // At the end of a sentence.
        check(&format!("{}. The {words}", "x".repeat(90)), &format!("{}.", "x".repeat(90)));
        check(&format!("{}\n{words}", "x".repeat(90)), &"x".repeat(90));
        // A first sentence that says next to nothing is not all that is left.
        check(&format!("Hi. The {words}"), format!("Hi. The {}", &words[..150]).trim_end());
        check(&format!("{}. The {words}", "x".repeat(159)), &format!("{}.", "x".repeat(159)));
        // Not inside a link.
        let link = format!("{} https://example.com/{}", "x".repeat(120), "y".repeat(100));
        check(&link, &"x".repeat(120));
        // Scripts without spaces, and no word at all.
        check(&"中文".repeat(50), &"中文".repeat(35));
        check(&"x".repeat(200), &"x".repeat(160));
        // What readers see as one character stays one: a family of eleven units, six of which fit into 70.
        check(&"👨‍👩‍👧‍👦".repeat(10), &"👨‍👩‍👧‍👦".repeat(6));
        check(&"e\u{301}".repeat(50), &"e\u{301}".repeat(35));
        // Longer than everything, so only code points are left to cut between.
        check(&format!("e{}", "\u{301}".repeat(200)), &format!("e{}", "\u{301}".repeat(69)));
        // The one emoji that makes the text UCS-2 is what does not fit.
        let polite = format!("{} 👍", "x".repeat(100));
        check(&polite, &"x".repeat(100));
        check(&format!("{} ", "x".repeat(159)), &format!("{} ", "x".repeat(159)));
    }

    proptest! {
        #[test]
        fn what_is_cut_fits_and_is_a_beginning(
            text in "([a-z€\\n. ]{0,40}|\\PC{0,12}|👨‍👩‍👧‍👦| |\\. ){0,40}",
            max in 1u32..6,
        ) {
            let max = NonZeroU32::new(max).unwrap();
            let cut = cut(&text, max);
            prop_assert!(Segments::of(cut).count <= max.get() as usize);
            prop_assert!(text.starts_with(cut));
            if Segments::of(&text).count <= max.get() as usize {
                prop_assert_eq!(cut, &text);
            } else {
                prop_assert!(cut.len() < text.len());
            }
        }

        #[test]
        fn a_longer_beginning_never_takes_fewer_segments(text in "[a-z€ж👍]{0,300}") {
            let mut last = 0;
            for end in text.char_indices().map(|(at, _)| at).chain([text.len()]) {
                let count = Segments::of(&text[..end]).count;
                prop_assert!(count >= last);
                last = count;
            }
        }
    }
}
