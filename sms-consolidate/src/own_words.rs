//! What of a text is the sender's own: without quotes of ours, reactions to our messages, and signatures.
//!
//! Phones and mail programs send more than was typed: `> …` lines, "On … wrote:" with all that follows, "Sent from my
//! iPhone", and reactions ([`Reaction`]) that quote our message. None of it is what the sender says.
//!
//! ```
//! use sms_consolidate::own_words;
//!
//! assert_eq!(own_words("No\n> Can you come? Reply YES"), "No");
//! assert_eq!(own_words("Disliked “Please reply YES to confirm”"), "");
//! ```

use std::borrow::Cow;

use crate::reaction::Reaction;

/// The sender's own words in `text`, trimmed; empty if there are none.
#[must_use]
pub fn own_words(text: &str) -> Cow<'_, str> {
    if Reaction::read(text).is_some() {
        return Cow::Borrowed("");
    }
    let is_own = |line: &&str| !line.trim_start().starts_with('>');
    if text.lines().all(|line| is_own(&line)) {
        return Cow::Borrowed(text.trim());
    }
    Cow::Owned(text.lines().filter(is_own).collect::<Vec<_>>().join("\n").trim().to_owned())
}
