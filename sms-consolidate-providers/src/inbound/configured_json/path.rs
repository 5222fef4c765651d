//! Where a field is.

use serde_json::value::RawValue;

use super::super::{ConfigError, FieldError, Problem, json};

/// Names, from the outermost object inwards; or several such paths, of which the first that leads to something counts.
#[derive(Clone, Debug)]
pub(super) struct Path(Box<str>);

impl Path {
    pub(super) fn new(path: &str) -> Result<Self, ConfigError> {
        let mut names = path.split('|').flat_map(|path| path.split('.'));
        if names.any(|name| name.trim().is_empty()) {
            return Err(ConfigError::BadPath { path: path.to_owned() });
        }
        Ok(Self(path.into()))
    }

    pub(super) fn of_name(name: &str) -> Self {
        Self(name.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is there. What is blank counts only if no other path leads to more, and so does an error.
    pub(super) fn find<'a>(&self, value: &'a RawValue) -> Result<Option<&'a RawValue>, Problem> {
        let (mut blank, mut error) = (None, None);
        for path in self.0.split('|') {
            match follow(path.trim(), value) {
                Ok(Some(found)) if !is_blank(found) => return Ok(Some(found)),
                Ok(found) => blank = blank.or(found),
                Err(problem) => error = error.or(Some(problem)),
            }
        }
        match error {
            Some(problem) if blank.is_none() => Err(problem),
            _ => Ok(blank),
        }
    }

    /// What is where each of the paths leads.
    pub(super) fn find_all<'a>(&self, value: &'a RawValue) -> impl Iterator<Item = &'a RawValue> {
        self.0.split('|').filter_map(move |path| follow(path.trim(), value).ok().flatten())
    }

    pub(super) fn required<'a, T>(
        &self,
        value: &'a RawValue,
        read: impl FnOnce(&'a RawValue) -> Result<T, Problem>,
    ) -> Result<T, FieldError> {
        let found = self.find(value).map_err(|problem| self.error(problem))?;
        json::required(String::from(&*self.0), found, read)
    }

    pub(super) fn error(&self, problem: Problem) -> FieldError {
        FieldError::new(String::from(&*self.0), problem)
    }
}

/// Where one path leads.
fn follow<'a>(path: &str, value: &'a RawValue) -> Result<Option<&'a RawValue>, Problem> {
    let mut found = value;
    for name in path.split('.') {
        let index = name.parse().ok().filter(|_| found.get().starts_with('['));
        let next = match index {
            Some::<usize>(index) => json::elements(found)?.get(index).copied(),
            None => json::fields(found, [name])?[0],
        };
        let Some(next) = next.filter(|next| next.get() != "null") else { return Ok(None) };
        found = next;
    }
    Ok(Some(found))
}

/// Whether it is a string that says nothing.
pub(super) fn is_blank(value: &RawValue) -> bool {
    let text = value.get().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    text.is_some_and(|text| text.trim().is_empty())
}
