//! What must be true of a field.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::super::json;
use super::path::{Path, is_blank};

/// What must be true of a field of a [`ConfiguredJson`](super::ConfiguredJson).
///
/// Texts are compared as they are, capitals included. A number and a boolean are compared as they are written, so that
/// `is("true")` is true of `true` and of `"true"`, and `is("1")` is not true of `1.0`. A field that is null, or a text of
/// nothing but spaces, is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition(Test);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    OneOf(Vec<Box<str>>),
    EndsWithOneOf(Vec<Box<str>>),
    Present,
    Absent,
    Several,
}

impl Condition {
    /// It is `value`.
    #[must_use]
    pub fn is(value: impl Into<Box<str>>) -> Self {
        Self::one_of([value])
    }

    /// It is one of `values`.
    #[must_use]
    pub fn one_of<V: Into<Box<str>>>(values: impl IntoIterator<Item = V>) -> Self {
        Self(Test::OneOf(values.into_iter().map(Into::into).collect()))
    }

    /// It ends with `end`.
    #[must_use]
    pub fn ends_with(end: impl Into<Box<str>>) -> Self {
        Self::ends_with_one_of([end])
    }

    /// It ends with one of `ends`.
    #[must_use]
    pub fn ends_with_one_of<E: Into<Box<str>>>(ends: impl IntoIterator<Item = E>) -> Self {
        Self(Test::EndsWithOneOf(ends.into_iter().map(Into::into).collect()))
    }

    /// It is there.
    #[must_use]
    pub const fn present() -> Self {
        Self(Test::Present)
    }

    /// It is not there.
    #[must_use]
    pub const fn absent() -> Self {
        Self(Test::Absent)
    }

    /// It is a list of more than one element.
    #[must_use]
    pub const fn several() -> Self {
        Self(Test::Several)
    }

    /// Whether that is true of what is at `path` in `element`.
    pub(super) fn holds(&self, path: &Path, element: &RawValue) -> bool {
        // Where the path leads through another type, it is an event of another form, and there is no such field.
        let found = path.find(element).ok().flatten().filter(|value| !is_blank(value));
        let is_said = |test: &dyn Fn(&str) -> bool| found.and_then(text).is_some_and(|text| test(&text));
        match &self.0 {
            Test::OneOf(values) => is_said(&|text| values.iter().any(|value| **value == *text)),
            Test::EndsWithOneOf(ends) => is_said(&|text| ends.iter().any(|end| text.ends_with(&**end))),
            Test::Present => found.is_some(),
            Test::Absent => found.is_none(),
            Test::Several => {
                found.and_then(|list| json::elements(list).ok()).is_some_and(|list| list.len() > 1)
            }
        }
    }
}

/// A string, or a number or boolean as it is written.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get().as_bytes().first()? {
        b'"' => json::lossy_string(value).ok(),
        b'{' | b'[' => None,
        _ => Some(Cow::Borrowed(value.get())),
    }
}
