//! Reading JSON piece by piece, so that one bad element of a list does not spoil the others.
//!
//! [`document`] checks the syntax of the whole body; the other functions then take it apart without copying. None of
//! them recurses, so that depth costs nothing.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use sms_consolidate::{MAX_ID_BYTES, Timestamp};

use super::{FieldError, Malformed, Problem};

/// The fields `names` of the body, as [`fields`] reads them; or why it has none, being another JSON value.
pub(super) fn document<'a, const N: usize>(
    body: &'a [u8],
    names: [&str; N],
) -> Result<Result<Fields<'a, N>, Problem>, Malformed> {
    let text = text_of(body)?;
    // One pass for what is usual. Whatever stops it is looked at again, to tell wrong syntax from a wrong type.
    if let Ok(fields) = read_fields(text, names) {
        return Ok(Ok(fields));
    }
    Ok(fields(parse(text)?, names))
}

/// The body, whatever JSON it is.
pub(super) fn any_document(body: &[u8]) -> Result<&RawValue, Malformed> {
    parse(text_of(body)?)
}

fn text_of(body: &[u8]) -> Result<&str, Malformed> {
    let text = std::str::from_utf8(body).map_err(|error| Malformed::NotUtf8 { at: error.valid_up_to() })?;
    if text.trim_ascii().is_empty() { Err(Malformed::Empty) } else { Ok(text) }
}

fn parse(text: &str) -> Result<&RawValue, Malformed> {
    serde_json::from_str(text).map_err(|error| Malformed::Syntax { source: error.into() })
}

/// The values of an object's fields. Absent ones and nulls are `None`; of duplicates the last one counts.
pub(super) type Fields<'a, const N: usize> = [Option<&'a RawValue>; N];

/// The values of an object's fields `names`.
pub(super) fn fields<'a, const N: usize>(
    value: &'a RawValue,
    names: [&str; N],
) -> Result<Fields<'a, N>, Problem> {
    expect(value, "an object")?;
    read_fields(value.get(), names).map_err(unreadable)
}

fn read_fields<'a, const N: usize>(
    text: &'a str,
    names: [&str; N],
) -> Result<Fields<'a, N>, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let fields = json.deserialize_map(FieldsOf(names))?;
    json.end()?;
    Ok(fields)
}

/// All names and values of the body's object, in their order. Names that are no text are left out.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;

/// The body as [`Pairs`]; or why it has none, being another JSON value.
pub(super) fn pairs(body: &[u8]) -> Result<Result<Pairs<'_>, Problem>, Malformed> {
    // Syntax first, so that what is wrong afterwards is the type.
    if let Err(problem) = document(body, [])? {
        return Ok(Err(problem));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    Ok(json.deserialize_map(AllPairs).map_err(unreadable))
}

/// The elements of an array.
pub(super) fn elements(value: &RawValue) -> Result<Vec<&RawValue>, Problem> {
    expect(value, "an array")?;
    serde_json::from_str(value.get()).map_err(unreadable)
}

/// A string, exactly.
pub(super) fn string(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    expect(value, "a string")?;
    match unescaped(value) {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => serde_json::from_str(value.get()).map(Cow::Owned).map_err(unreadable),
    }
}

/// A string in which what is no text (half of a surrogate pair) is replaced by U+FFFD.
///
/// Phones and gateways cut long messages in the middle of an emoji; the rest of such a message is still worth having.
pub(super) fn lossy_string(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    expect(value, "a string")?;
    match unescaped(value) {
        Some(text) => Ok(Cow::Borrowed(text)),
        None => {
            let mut json = serde_json::Deserializer::from_str(value.get());
            json.deserialize_bytes(LossyString).map(Cow::Owned).map_err(unreadable)
        }
    }
}

/// A field that must be there, read by `read`.
pub(super) fn required<'a, T>(
    field: impl Into<Cow<'static, str>>,
    value: Option<&'a RawValue>,
    read: impl FnOnce(&'a RawValue) -> Result<T, Problem>,
) -> Result<T, FieldError> {
    value.ok_or(Problem::Missing).and_then(read).map_err(|problem| FieldError::new(field, problem))
}

/// A message's id.
pub(super) fn id(value: &RawValue) -> Result<Cow<'_, str>, Problem> {
    let id = string(value)?;
    check_id(&id)?;
    Ok(id)
}

/// Whether `id` can be one.
pub(super) fn check_id(id: &str) -> Result<(), Problem> {
    match id.len() {
        _ if id.trim().is_empty() => Err(Problem::Empty),
        bytes if bytes > MAX_ID_BYTES => Err(Problem::TooLong { bytes, limit: MAX_ID_BYTES }),
        _ => Ok(()),
    }
}

/// An RFC 3339 time. Whether it is believable is for the core to judge, which knows the time of arrival.
pub(super) fn time(value: &RawValue) -> Option<Timestamp> {
    let time: jiff::Timestamp = string(value).ok()?.parse().ok()?;
    Some(Timestamp::from_unix_millis(time.as_millisecond()))
}

/// What a string says, if nothing in it is escaped: then it is what stands between the quotes.
fn unescaped(string: &RawValue) -> Option<&str> {
    let text = string.get().strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('\\')).then_some(text)
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

struct FieldsOf<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> Visitor<'de> for FieldsOf<'_, N> {
    type Value = Fields<'de, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = [None; N];
        // Names are taken raw: one that nobody asked for need not be text.
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let Ok(name) = lossy_string(name) else { continue };
            if let Some(position) = self.0.iter().position(|known| *known == name) {
                values[position] = Some(value).filter(|value| value.get() != "null");
            }
        }
        Ok(values)
    }
}

struct AllPairs;

impl<'de> Visitor<'de> for AllPairs {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if let Ok(name) = lossy_string(name) {
                pairs.push((name, value));
            }
        }
        Ok(pairs)
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
