//! How values are written as text.

use std::borrow::Cow;

use serde::Serialize;

/// A text as Postgres can hold it: U+0000, which it refuses, becomes `\0`, and a backslash `\\`. All else stays, so that
/// people can read it. Two texts are equal exactly if they are equal escaped, and so are their prefixes.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\\']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\\', "\\\\").replace('\0', "\\0"))
}

/// The text that was escaped. What [`escape`] did not write is left as it is.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('0') => plain.push('\0'),
            Some('\\') | None => plain.push('\\'),
            Some(other) => plain.extend(['\\', other]),
        }
    }
    Cow::Owned(plain)
}

/// The word by which a unit variant is written.
pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => unreachable!("only enums without fields are written as words"),
    }
}

/// Values of this library, which hold nothing that JSON cannot.
pub(crate) fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the library's own values can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_texts_come_back_and_hold_no_nul() {
        for text in ["", "plain", "\0", "\\", "\\0", "a\0\\0\\\\\0b", "\\\\0", "trailing\\"] {
            let escaped = escape(text);
            assert!(!escaped.contains('\0'), "{text:?}");
            assert_eq!(unescape(&escaped), text);
        }
    }

    #[test]
    fn escaping_keeps_texts_apart() {
        let texts = ["\0", "\\0", "\\\\0", "\\\0", "0"];
        let escaped: std::collections::BTreeSet<_> = texts.iter().map(|text| escape(text)).collect();
        assert_eq!(escaped.len(), texts.len());
    }

    #[test]
    fn what_was_not_escaped_here_is_left_as_it_is() {
        assert_eq!(unescape("C:\\dir\\"), "C:\\dir\\");
    }
}
