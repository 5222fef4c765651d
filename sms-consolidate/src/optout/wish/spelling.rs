//! How people misspell the two words that matter, and stretch any.

use super::grammar;

/// The word with one letter where there were three or more of it: "stoppp", "pleeease".
pub(super) fn squeezed(word: &str) -> String {
    let mut squeezed = String::with_capacity(word.len());
    let mut run = 0;
    let mut last = None;
    for c in word.chars() {
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        match run {
            3 if c.is_alphabetic() => {
                squeezed.pop();
            }
            3.. if c.is_alphabetic() => {}
            _ => squeezed.push(c),
        }
    }
    squeezed
}

/// The word of the grammar that stands for an unknown one: "unsubscribe" for its misspellings, and for numbers one short
/// and one long.
pub(super) fn known(word: &str) -> Option<&'static str> {
    if is_misspelt_unsubscribe(word) {
        Some("unsubscribe")
    } else if word.bytes().any(|byte| byte.is_ascii_digit()) {
        Some(if word.bytes().filter(u8::is_ascii_digit).count() < 5 { "0" } else { "00000" })
    } else {
        None
    }
}

/// Whether the word can only be "stop" with one letter left out, added, changed or exchanged with its neighbour.
pub(super) fn is_misspelt_stop(word: &str) -> bool {
    grammar::STOP_SPELLINGS.contains(&word)
        || (3..=5).contains(&word.len())
            && !grammar::NEAR_STOP.contains(&word)
            && word != "stop"
            && distance(word.as_bytes(), b"stop", 1) <= 1
}

fn is_misspelt_unsubscribe(word: &str) -> bool {
    matches!(word, "unsub" | "unscribe" | "unsuscribed")
        || (9..=13).contains(&word.len())
            && word.starts_with('u')
            && !matches!(word, "unsubscribed" | "unsubscribes" | "unsubscriber")
            && distance(word.as_bytes(), b"unsubscribe", 2) <= 2
}

/// The least number of letters to leave out, add, change, or exchange with their neighbour, if that is at most `most`;
/// else more than `most`.
fn distance(a: &[u8], b: &[u8], most: usize) -> usize {
    match (a, b) {
        ([], rest) | (rest, []) => rest.len(),
        ([x, a @ ..], [y, b @ ..]) if x == y => distance(a, b, most),
        _ if most == 0 => 1,
        ([x, rest_a @ ..], [y, rest_b @ ..]) => {
            let least = most - 1;
            let changed = distance(rest_a, rest_b, least);
            let added = distance(rest_a, b, least).min(distance(a, rest_b, least));
            let exchanged = match (rest_a, rest_b) {
                ([x2, a @ ..], [y2, b @ ..]) if x == y2 && x2 == y => distance(a, b, least),
                _ => most,
            };
            1 + changed.min(added).min(exchanged)
        }
    }
}
