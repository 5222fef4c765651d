//! Cleans texts of what cannot be seen and could still be read by a model.

/// The first `max_chars` characters of `text`, trimmed, without control characters (line feeds and tabs excepted) and
/// without characters that leave no mark on the screen.
///
/// Kept are those invisible characters that scripts and emoji need, where they need them: one variation selector
/// after a character that has variants, and one joiner between two visible characters outside ASCII. Tag characters are
/// not, since they spell out whole hidden texts: the flags of England, Scotland and Wales become black flags.
pub(crate) fn clean(text: &str, max_chars: usize) -> String {
    let mut cleaned = String::new();
    let mut room = max_chars;
    let mut joiner = None;
    for c in text.chars() {
        let previous = cleaned.chars().next_back();
        if is_joiner(c) {
            joiner = Some(c);
            continue;
        }
        let is_kept = if is_variation_selector(c) {
            joiner.is_none() && previous.is_some_and(has_variants)
        } else {
            is_visible(c) && !(c.is_whitespace() && cleaned.is_empty())
        };
        if !is_kept {
            continue;
        }
        let joiner = joiner.take().filter(|_| previous.is_some_and(can_be_joined) && can_be_joined(c));
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

/// Emoji, ideographs and Mongolian letters lie outside ASCII; digits, `#` and `*` are the bases of keycaps.
fn has_variants(c: char) -> bool {
    matches!(c, '0'..='9' | '#' | '*') || !(c.is_ascii() || c.is_whitespace() || is_invisible(c))
}

/// Scripts that use joiners, and emoji, lie outside ASCII. A variation selector may come before one: ❤️‍🔥.
fn can_be_joined(c: char) -> bool {
    !c.is_ascii() && !c.is_whitespace() && !is_joiner(c)
}

/// The zero-width joiner and non-joiner, the combining grapheme joiner, the Mongolian vowel separator.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{034F}' | '\u{180E}')
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt), which holds the zero-width, bidirectional and
/// tag characters, and the interlinear annotation marks.
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
    fn texts_are_cut_between_characters() {
        assert_eq!(clean("añ😀b", 3), "añ😀");
        assert_eq!(clean("👨\u{200D}👩", 2), "👨");
        assert_eq!(clean("abc", 0), "");
        assert_eq!(clean(&"\u{200B}".repeat(1_000), 3), "");
    }
}
