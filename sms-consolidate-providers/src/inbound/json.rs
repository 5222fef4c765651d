//! Reading JSON piece by piece, so that one bad element of a list does not spoil the others.
//!
//! [`document`] checks the syntax of the whole body; the other functions then take it apart without copying. None of
//! them recurses, so that depth costs nothing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Malformed, Problem};

/// The body as one JSON value.
pub(super) fn document(body: &[u8]) -> Result<&RawValue, Malformed> {
    let text = std::str::from_utf8(body).map_err(|error| Malformed::NotUtf8 { at: error.valid_up_to() })?;
    if text.trim_ascii().is_empty() {
        return Err(Malformed::Empty);
    }
    serde_json::from_str(text).map_err(|error| Malformed::Syntax { source: error.into() })
}

/// The values of an object's fields `names`. Absent ones and nulls are `None`; of duplicates the last one counts.
pub(super) fn fields<'a, const N: usize>(
    value: &'a RawValue,
    names: [&'static str; N],
) -> Result<[Option<&'a RawValue>; N], Problem> {
    expect(value, "an object")?;
    serde_json::Deserializer::from_str(value.get()).deserialize_map(Fields(names)).map_err(unreadable)
}

/// The elements of an array.
pub(super) fn elements(value: &RawValue) -> Result<Vec<&RawValue>, Problem> {
    expect(value, "an array")?;
    serde_json::from_str(value.get()).map_err(unreadable)
}

/// A string, exactly.
pub(super) fn string(value: &RawValue) -> Result<String, Problem> {
    expect(value, "a string")?;
    serde_json::from_str(value.get()).map_err(unreadable)
}

/// A string in which what is no text (half of a surrogate pair) is replaced by U+FFFD.
///
/// Phones and gateways cut long messages in the middle of an emoji; the rest of such a message is still worth having.
pub(super) fn lossy_string(value: &RawValue) -> Result<String, Problem> {
    expect(value, "a string")?;
    serde_json::Deserializer::from_str(value.get()).deserialize_bytes(LossyString).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Problem {
    Problem::Unreadable { source: error.into() }
}

fn expect(value: &RawValue, expected: &'static str) -> Result<(), Problem> {
    let found = match value.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    };
    if found == expected { Ok(()) } else { Err(Problem::WrongType { expected, found }) }
}

struct Fields<const N: usize>([&'static str; N]);

impl<'de, const N: usize> Visitor<'de> for Fields<N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = [None; N];
        while let Some(position) = map.next_key_seed(Name(&self.0))? {
            let value: &RawValue = map.next_value()?;
            if let Some(position) = position {
                values[position] = Some(value).filter(|value| value.get() != "null");
            }
        }
        Ok(values)
    }
}

/// Finds a field's name among those asked for. Bytes, because a name that nobody asked for need not be text.
struct Name<'a>(&'a [&'static str]);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| known.as_bytes() == name))
    }
}

struct LossyString;

impl Visitor<'_> for LossyString {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}
