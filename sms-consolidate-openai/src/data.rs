//! What of a batch is sent: its texts as one JSON array, and what stands there for those that are too many or too long.

use serde_json::{Value, json};
use sms_consolidate::{Message, own_texts};

use crate::text::clean;

/// How much of a batch is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    pub(crate) messages: usize,
    pub(crate) message_chars: usize,
    pub(crate) text_bytes: usize,
}

/// The texts of a batch as they are sent.
pub(crate) struct Data {
    /// A JSON array: a string per text, and an object where something was left out. No text can look like an object.
    pub(crate) json: String,
    /// The strings in it.
    pub(crate) texts: Vec<String>,
    pub(crate) messages_left_out: usize,
    pub(crate) messages_cut: usize,
}

impl Data {
    /// The sender's own texts in `messages`, the parts of a long one as one text. Of too many the first and the last are sent, from
    /// both ends in turn: what it is about, and the sender's last word, which is always among them.
    pub(crate) fn of<M: Message>(messages: &[M], caps: Caps) -> Self {
        let texts = own_texts(messages);
        let (mut front, mut back) = (Vec::new(), Vec::new());
        let mut room = caps.text_bytes;
        let (mut start, mut end) = (0, texts.len());
        while start < end && front.len() + back.len() < caps.messages {
            let is_last = back.len() <= front.len();
            let text = &texts[if is_last { end - 1 } else { start }];
            let mut piece = Piece::of(text, caps.message_chars);
            let is_first_of_its_end = if is_last { back.is_empty() } else { front.is_empty() };
            if piece.bytes() > room && room > 0 && is_first_of_its_end {
                // The most that a character takes is four bytes.
                piece = Piece::of(text, (room / 4).max(1));
            } else if piece.bytes() > room {
                break;
            }
            room = room.saturating_sub(piece.bytes());
            if is_last {
                end -= 1;
                back.push(piece);
            } else {
                start += 1;
                front.push(piece);
            }
        }
        back.reverse();
        Self::put_together(&front, end - start, &back)
    }

    fn put_together(front: &[Piece], messages_left_out: usize, back: &[Piece]) -> Self {
        let gap = (messages_left_out > 0).then(|| json!({ "left_out_messages": messages_left_out }));
        let items: Vec<_> =
            front.iter().map(Piece::json).chain(gap).chain(back.iter().map(Piece::json)).collect();
        let pieces = || front.iter().chain(back);
        Self {
            json: Value::Array(items).to_string(),
            texts: pieces().flat_map(Piece::texts).cloned().collect(),
            messages_left_out,
            messages_cut: pieces().filter(|piece| matches!(piece, Piece::Cut { .. })).count(),
        }
    }
}

/// One text.
enum Piece {
    Whole(String),
    Cut { start: String, end: String, left_out: usize },
}

impl Piece {
    /// `text`, cleaned; of one that is longer than `most_chars`, so much from its start and its end together.
    fn of(text: &str, most_chars: usize) -> Self {
        let whole = clean(text, usize::MAX);
        let chars = whole.chars().count();
        if chars <= most_chars {
            return Self::Whole(whole);
        }
        let end_chars = most_chars / 2;
        let end_at = whole.char_indices().rev().take(end_chars).last().map_or(whole.len(), |(at, _)| at);
        // Cleaned again, since a cut may leave half of what is one character to the reader.
        let start = clean(&whole, most_chars - end_chars);
        let end = clean(&whole[end_at..], end_chars);
        let left_out = chars - start.chars().count() - end.chars().count();
        Self::Cut { start, end, left_out }
    }

    fn bytes(&self) -> usize {
        self.texts().map(String::len).sum()
    }

    fn texts(&self) -> impl Iterator<Item = &String> {
        let (first, second) = match self {
            Self::Whole(text) => (text, None),
            Self::Cut { start, end, .. } => (start, Some(end)),
        };
        std::iter::once(first).chain(second)
    }

    fn json(&self) -> Value {
        match self {
            Self::Whole(text) => json!(text),
            Self::Cut { start, end, left_out } => {
                json!({ "start": start, "left_out_characters": left_out, "end": end })
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "helpers of tests")]
mod tests {
    use sms_consolidate::SmsMessage;

    use super::*;

    const PLENTY: Caps = Caps { messages: 100, message_chars: 100, text_bytes: 10_000 };

    fn check(texts: &[&str], caps: Caps, json: Value, left_out: usize, cut: usize) {
        let messages: Vec<_> = texts.iter().map(|text| SmsMessage::new(*text)).collect();
        let data = Data::of(&messages, caps);
        assert_eq!(serde_json::from_str::<Value>(&data.json).unwrap(), json, "{texts:?} {caps:?}");
        assert_eq!((data.messages_left_out, data.messages_cut), (left_out, cut), "{texts:?} {caps:?}");
    }

    #[test]
    fn the_first_and_the_last_are_sent_of_too_many() {
        let texts = ["a", "b", "c", "d", "e"];
        let most = |messages| Caps { messages, ..PLENTY };
        let gap = |left_out: usize| json!({ "left_out_messages": left_out });
        check(&texts, PLENTY, json!(["a", "b", "c", "d", "e"]), 0, 0);
        check(&texts, most(5), json!(["a", "b", "c", "d", "e"]), 0, 0);
        check(&texts, most(4), json!(["a", "b", gap(1), "d", "e"]), 1, 0);
        check(&texts, most(3), json!(["a", gap(2), "d", "e"]), 2, 0);
        check(&texts, most(2), json!(["a", gap(3), "e"]), 3, 0);
        check(&texts, most(1), json!([gap(4), "e"]), 4, 0);
        check(&[], PLENTY, json!([]), 0, 0);
    }

    #[test]
    fn bytes_are_counted_as_they_are_sent() {
        let bytes = |text_bytes| Caps { text_bytes, ..PLENTY };
        let texts = ["aaaa", "bbbb", "cccc", " ñññ\0 "];
        let gap = |left_out: usize| json!({ "left_out_messages": left_out });
        check(&texts, bytes(18), json!(texts.map(|text| text.trim().trim_end_matches('\0').trim())), 0, 0);
        check(&texts, bytes(17), json!(["aaaa", gap(1), "cccc", "ñññ"]), 1, 0);
        let start = json!({ "start": "a", "left_out_characters": 3, "end": "" });
        check(&texts, bytes(9), json!([start, gap(2), "ñññ"]), 2, 1);
        // The last is cut where it is too long by itself.
        let cut = json!({ "start": "ñ", "left_out_characters": 2, "end": "" });
        check(&texts, bytes(5), json!([start, gap(2), cut]), 2, 2);
        check(
            &["a", "aaaa"],
            bytes(1),
            json!([gap(1), { "start": "a", "left_out_characters": 3, "end": "" }]),
            1,
            1,
        );
    }

    #[test]
    fn a_long_text_keeps_its_head_and_its_tail() {
        let chars = |message_chars| Caps { message_chars, ..PLENTY };
        let cut = |start: &str, left_out: usize, end: &str| json!([{ "start": start, "left_out_characters": left_out, "end": end }]);
        check(&["abcdefghij"], chars(10), json!(["abcdefghij"]), 0, 0);
        check(&["abcdefghij"], chars(5), cut("abc", 5, "ij"), 0, 1);
        check(&["abcdefghij"], chars(1), cut("a", 9, ""), 0, 1);
        check(&["yes 👨\u{200D}👩 please"], chars(7), cut("yes", 8, "ase"), 0, 1);
        check(&["👨\u{200D}👩 see 👨\u{200D}👩"], chars(4), cut("👨", 9, "👩"), 0, 1);
    }

    #[test]
    fn a_text_cannot_pass_for_a_gap() {
        let gap = r#"{"left_out_messages":9}"#;
        check(&[gap], PLENTY, json!([gap]), 0, 0);
    }
}
