//! Forms: `application/x-www-form-urlencoded`, in a body or in a query.

use std::borrow::Cow;

use http::Uri;

use super::{FieldError, Problem};

/// The names and values of a form, decoded, in their order. What is no UTF-8 is replaced by U+FFFD.
#[derive(Debug)]
pub(super) struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Form<'a> {
    /// Reads a body. Any bytes are a form.
    pub(super) fn of_body(body: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(body).collect())
    }

    /// Reads the query of a URL.
    pub(super) fn of_query(uri: &'a Uri) -> Self {
        Self::of_body(uri.query().unwrap_or_default().as_bytes())
    }

    /// The value of `name`; of several the last one.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs().rev().find(|(found, _)| *found == name).map(|(_, value)| value)
    }

    /// A field that must be there, read by `read`.
    pub(super) fn required<'s, T>(
        &'s self,
        field: &'static str,
        read: impl FnOnce(&'s str) -> Result<T, Problem>,
    ) -> Result<T, FieldError> {
        let value = self.get(field).ok_or(Problem::Missing);
        value.and_then(read).map_err(|problem| FieldError::new(field, problem))
    }

    /// All names and values, in their order.
    pub(super) fn pairs(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_signs_spaces_and_other_scripts_are_decoded() {
        let form = Form::of_body(b"a=1%2B1&b=x+y&b=z&empty=&%C3%A9=%E2%9C%93&bad=%FF&bare");
        assert_eq!(form.get("a"), Some("1+1"));
        assert_eq!(form.get("b"), Some("z"));
        assert_eq!(form.get("empty"), Some(""));
        assert_eq!(form.get("é"), Some("✓"));
        assert_eq!(form.get("bad"), Some("\u{fffd}"));
        assert_eq!(form.get("bare"), Some(""));
        assert_eq!(form.get("c"), None);
        assert_eq!(form.pairs().count(), 7);
        assert!(Form::of_query(&Uri::from_static("/a")).is_empty());
    }
}
