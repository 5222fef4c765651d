use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use crate::message::{Key, OptOutScope, mask};

/// A key that is any text. What stands before the first `@` is its sender, what follows is the line.
///
/// ```
/// use sms_consolidate::testing::TestKey;
/// use sms_consolidate::{Key, OptOutScope};
///
/// let key = TestKey::from("maria@support");
/// assert_eq!(key.opt_out_scope(OptOutScope::Sender), "maria");
/// assert_eq!(key.line().as_deref(), Some("support"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestKey(String);

impl TestKey {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Key for TestKey {
    fn redacted(&self) -> String {
        mask(self)
    }

    fn opt_out_scope(&self, scope: OptOutScope) -> String {
        let sender = self.split_once('@').map_or(&**self, |(sender, _)| sender);
        match scope {
            OptOutScope::Conversation => self.to_string(),
            OptOutScope::Sender => sender.to_owned(),
        }
    }

    fn line(&self) -> Option<String> {
        self.split_once('@').map(|(_, line)| line.to_owned())
    }
}

impl From<&str> for TestKey {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for TestKey {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for TestKey {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for TestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Deref for TestKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}
