//! Cleans texts of what cannot be seen and could still be read by a model.

/// The first `max_chars` characters of `text`, trimmed, without control characters (line feeds and tabs excepted) and
/// without characters that leave no mark on the screen.
///
/// Kept are those invisible characters that scripts and emoji need, where they need them: one variation selector
/// after a character that has variants, and one joiner between two characters of scripts that use it, or between two
/// emoji. Tag characters are not, since they spell out whole hidden texts: the flags of England, Scotland and Wales
/// become black flags.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    let mut cleaned = String::new();
    let mut room = max_chars;
    let mut joiner = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let previous = cleaned.chars().next_back();
        if is_joiner(c) {
            joiner = Some(c);
            continue;
        }
        let is_kept = if is_variation_selector(c) {
            joiner.is_none() && previous.is_some_and(|base| has_variant(base, c, chars.peek().copied()))
        } else {
            is_visible(c) && !(c.is_whitespace() && cleaned.is_empty())
        };
        if !is_kept {
            continue;
        }
        let joiner =
            joiner.take().filter(|joiner| previous.is_some_and(|previous| joins(previous, *joiner, c)));
        let needed = 1 + usize::from(joiner.is_some());
        if room < needed {
            break;
        }
        room -= needed;
        cleaned.extend(joiner);
        cleaned.push(c);
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

fn is_visible(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || is_invisible(c))
}

/// Whether `selector` chooses a form of `base`. Digits, `#` and `*` have one in keycaps only.
fn has_variant(base: char, selector: char, next: Option<char>) -> bool {
    match selector {
        '\u{FE0E}' => is_emoji(base),
        '\u{FE0F}' => is_emoji(base) || (is_keycap_base(base) && next == Some('\u{20E3}')),
        '\u{E0100}'..='\u{E01EF}' => is_ideograph(base),
        '\u{180B}'..='\u{180D}' | '\u{180F}' => is_mongolian(base),
        _ => false,
    }
}

/// Whether `joiner` changes how `before` and `after` look. Between Latin letters, for one, it does not.
fn joins(before: char, joiner: char, after: char) -> bool {
    match joiner {
        '\u{180E}' => is_mongolian(before) && is_mongolian(after),
        // A variation selector may come before one: ❤️‍🔥.
        '\u{200D}' if is_emoji(after) => is_emoji(before) || before == '\u{FE0F}',
        _ => uses_joiners(before) && uses_joiners(after),
    }
}

/// The zero-width joiner and non-joiner, the Mongolian vowel separator.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{180E}')
}

fn is_keycap_base(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*')
}

fn is_mongolian(c: char) -> bool {
    matches!(c, '\u{1800}'..='\u{180A}' | '\u{1810}'..='\u{18AA}')
}

/// Han, without symbols and punctuation: what the Ideographic Variation Database has sequences for.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}')
}

/// Unicode's `Emoji` (emoji-data.txt) without the bases of keycaps. Blocks of mostly emoji are taken whole.
fn is_emoji(c: char) -> bool {
    matches!(
        c,
        '\u{A9}'
            | '\u{AE}'
            | '\u{203C}'
            | '\u{2049}'
            | '\u{2122}'
            | '\u{2139}'
            | '\u{2194}'..='\u{2199}'
            | '\u{21A9}'..='\u{21AA}'
            | '\u{231A}'..='\u{231B}'
            | '\u{2328}'
            | '\u{23CF}'
            | '\u{23E9}'..='\u{23FA}'
            | '\u{24C2}'
            | '\u{25AA}'..='\u{25AB}'
            | '\u{25B6}'
            | '\u{25C0}'
            | '\u{25FB}'..='\u{25FE}'
            | '\u{2600}'..='\u{27BF}'
            | '\u{2934}'..='\u{2935}'
            | '\u{2B05}'..='\u{2B07}'
            | '\u{2B1B}'..='\u{2B1C}'
            | '\u{2B50}'
            | '\u{2B55}'
            | '\u{3030}'
            | '\u{303D}'
            | '\u{3297}'
            | '\u{3299}'
            | '\u{1F000}'..='\u{1FAFF}'
    )
}

/// The blocks of cursive and Brahmic scripts, whose letters join or form clusters: Arabic, Syriac and their kin, Indic,
/// Tibetan and Myanmar, Khmer and Mongolian, the smaller ones of the islands and the hills, the forms of Arabic, and on
/// the first supplementary plane those from Kharoshthi to Rohingya, the Brahmic ones, Adlam.
fn uses_joiners(c: char) -> bool {
    matches!(
        c,
        '\u{0600}'..='\u{08FF}'
            | '\u{0900}'..='\u{0DFF}'
            | '\u{0F00}'..='\u{109F}'
            | '\u{1700}'..='\u{18AF}'
            | '\u{1900}'..='\u{1CFF}'
            | '\u{A800}'..='\u{AADF}'
            | '\u{ABC0}'..='\u{ABFF}'
            | '\u{FB50}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFE}'
            | '\u{10A00}'..='\u{10FFF}'
            | '\u{11000}'..='\u{11FFF}'
            | '\u{1E900}'..='\u{1E95F}'
    ) && !is_invisible(c)
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), which holds the zero-width, bidirectional and
/// tag characters, and the interlinear annotation marks and the blank of Braille.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_goes_and_what_scripts_need_stays() {
        let check = |text: &str, cleaned: &str| assert_eq!(clean(text, 100), cleaned, "{text:?}");
        check("  yes\n", "yes");
        check("line one\r\nline\ttwo", "line one\nline\ttwo");
        check("a\0b\u{7}c\u{1b}[31m\u{7f}\u{9b}d", "abc[31md");
        check("i\u{200B}g\u{2060}n\u{FEFF}o\u{AD}re", "ignore");
        check("i\u{200C}g\u{200D}nore", "ignore");
        check("\u{202E}abc\u{202C} \u{2066}d\u{2069}\u{200E}\u{200F}\u{061C}", "abc d");
        check("hi\u{E0049}\u{E0067}\u{E006E}", "hi");
        check("می\u{200C}خواهم", "می\u{200C}خواهم");
        check("क्\u{200D}ष", "क्\u{200D}ष");
        check("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧");
        check("❤\u{FE0F}\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥");
        check("1\u{FE0F}\u{20E3}", "1\u{FE0F}\u{20E3}");
        check("👍🏽", "👍🏽");
        check("葛\u{E0100}", "葛\u{E0100}");
        check("😀\u{FE0F}\u{FE01}\u{FE02}\u{E0101}", "😀\u{FE0F}");
        check("\u{FE0F}\u{200D}", "");
        check("i\u{FE0F}g\u{E0101}nore", "ignore");
        check("\u{200B} \u{200B}\u{200B} yes \u{200B} ", "yes");
        check("👨\u{200D}\u{200D}\u{200B}👩\u{200D}", "👨\u{200D}👩");
        check("é\u{200D} \u{200D}ü", "é ü");
    }

    #[test]
    fn no_bytes_hide_behind_visible_characters() {
        let check = |text: &str, cleaned: &str| assert_eq!(clean(text, 100), cleaned, "{text:?}");
        for selector in ('\u{FE00}'..='\u{FE0F}').chain('\u{E0100}'..='\u{E01EF}') {
            for base in ["a", "é", "ß", "я", "1", "#", "한", "の", "ب", "क", "。", "€"] {
                check(&format!("{base}{selector}{base}"), &format!("{base}{base}"));
            }
        }
        for selector in '\u{E0100}'..='\u{E01EF}' {
            check(&format!("😀{selector}1{selector}\u{20E3}"), "😀1\u{20E3}");
        }
        for selector in '\u{FE00}'..='\u{FE0F}' {
            check(&format!("葛{selector}"), "葛");
        }
        for joiner in ["\u{200C}", "\u{200D}", "\u{180E}", "\u{034F}", "\u{2800}"] {
            for [before, after] in
                [["é", "ü"], ["ñ", "o"], ["1", "2"], ["я", "в"], ["한", "국"], ["م", "a"], ["Ａ", "Ｂ"]]
            {
                check(&format!("{before}{joiner}{after}"), &format!("{before}{after}"));
            }
        }
        check("👩\u{200C}👧 é\u{200D}👧 👧\u{200D}é", "👩👧 é👧 👧é");
        check("م\u{034F}ن ب\u{2800}", "من ب");
        check("☎\u{FE0E}\u{200D}🔥", "☎\u{FE0E}🔥");
    }

    #[test]
    fn emoji_and_scripts_survive_as_they_are() {
        for text in [
            "👨\u{200D}👩\u{200D}👧\u{200D}👦",
            "👩🏽\u{200D}🤝\u{200D}👨🏿",
            "🏃🏽\u{200D}♀\u{FE0F}\u{200D}➡\u{FE0F}",
            "🐈\u{200D}⬛",
            "🙂\u{200D}↔\u{FE0F}",
            "🏳\u{FE0F}\u{200D}🌈 🏳\u{FE0F}\u{200D}⚧\u{FE0F} 🏴\u{200D}☠\u{FE0F}",
            "🇵🇭 🇨🇭",
            "©\u{FE0F} ™\u{FE0F} ☎\u{FE0E} ❤\u{FE0F} ㊗\u{FE0F} 🅰\u{FE0F}",
            "0\u{FE0F}\u{20E3} #\u{FE0F}\u{20E3} *\u{FE0F}\u{20E3}",
            "می\u{200C}خواهم کتاب\u{200C}ها ه\u{200D}ـ",
            "क्\u{200D}ष क्\u{200C}ष",
            "বাংলা র\u{200D}্য",
            "ശ്രീ ന്\u{200D}റ",
            "ශ්\u{200D}රී ලංකා",
            "ᠠ\u{180B} ᠨ\u{180E}ᠠ",
            "葛\u{E0100}城 辻\u{E0101}",
        ] {
            assert_eq!(clean(text, 100), text);
        }
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(clean("añ😀b", 3), "añ😀");
        assert_eq!(clean("👨\u{200D}👩", 2), "👨");
        assert_eq!(clean("abc", 0), "");
        assert_eq!(clean(&"\u{200B}".repeat(1_000), 3), "");
    }
}
