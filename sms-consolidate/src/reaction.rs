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
//!
//! # Where the wordings come from
//!
//! An iPhone writes in its own language, so each has its form in a table. Apple does not document them. They were
//! collected by others:
//!
//! - 39 languages and variants of iOS, with the emoji of iOS 18 and all removals: `Tapbacks.kt` of
//!   [213YaZ786/SMS](https://github.com/213YaZ786/SMS), which says that it is Apple's own wording. English, Dutch, Danish,
//!   German, Italian, Norwegian, Spanish, Swedish and French agree with what the app Textra recognizes; Norwegian also
//!   with [QUIK](https://github.com/quik-sms/quik/pull/878), tried there on a phone. QUIK has the older Bulgarian ones.
//! - "a attribué la mention « J’aime »", "A adoré", "N’a pas aimé", "A ri de" and the like: seen in French by
//!   [matrisms](https://github.com/Leicas/matrisms).
//! - `喜欢“…”`, `对“…”表示了👍`, Khmer, "with a photomoji", "Reaccionó con un sticker a", `Liked a contact`: filters of
//!   campaigns that list what they have received.
//! - `Liked an image` says nothing of the text beside the image
//!   ([GrapheneOS/Messaging#38](https://github.com/GrapheneOS/Messaging/issues/38)), `Liked an attachment`
//!   ([BlueBubbles#191](https://github.com/BlueBubblesApp/bluebubbles-server/issues/191)); photos, videos, locations and
//!   voice messages are inferred. In other languages only the words for an image are known, in French and Spanish.
//! - Google Messages marks its parts with characters that are not seen, whatever the language, as
//!   [QUIK](https://github.com/quik-sms/quik/pull/846) reads and writes them. Where a gateway has dropped those, its visible
//!   words are read: those that Textra knows, in Danish, Dutch, English, French, German, Italian, Norwegian, Spanish
//!   and Swedish.
//! - `Gefällt „…“` without a colon is inferred.
//!
//! Of the languages of iOS, Bengali, Gujarati, Kannada, Kazakh, Malayalam, Marathi, Odia, Punjabi, Tamil, Telugu and Urdu
//! are left out. Filipino is none of them: phones there write English.

mod forms;
mod reading;
#[cfg(test)]
mod tests;
pub(crate) mod text;

pub(crate) use reading::at_start;
use text::visible;

/// A tap on one of our messages, as a phone writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reaction<'a> {
    /// What was tapped.
    pub kind: ReactionKind<'a>,
    /// Whether it was taken back.
    pub is_removed: bool,
    /// The message that it is about, as far as the phone quotes it, with the `…` of one that it has cut short. `None` if
    /// that was a picture or the like.
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
    /// Any emoji, also one of those above where the phone writes it as an emoji. Empty if it was cut off.
    Emoji(&'a str),
    /// A sticker.
    Sticker,
}

/// Emoji that say yes. Those that are no hearts are the ones of the rules for texts.
const AGREEING: &str = "👍👌✅☑✔🙆🆗💯🤝🫡🙋🤙❤♥💖💗💓💞💕🧡💛💚💙💜🤎🤍🩷🩵🥰😍";

/// What may follow the emoji without changing what it says: skin tones, how it is shown, whether it is a man or a woman.
const VARIANTS: [char; 10] = ['\u{fe0e}', '\u{fe0f}', '\u{200d}', '♀', '♂', '🏻', '🏼', '🏽', '🏾', '🏿'];

/// The least characters of a quote that was cut off without an `…`.
const LEAST_OF_A_START: usize = 20;

impl<'a> Reaction<'a> {
    /// Reads a text that is a reaction and nothing else: words that phones write, and a quote in marks of any style.
    ///
    /// A quote ends where the text does. Its own quotation marks and line ends are no matter, as long as it is still
    /// open after its first line. One in double marks may also lack its end, where a long text was cut off. What people
    /// write themselves is no reaction: `Loved it!`, `Liked “Frozen” a lot`, `👍 to that`; but `Liked “Frozen”` is one, for
    /// it is what a phone writes.
    ///
    /// Takes a message at a time. [`own_words`](crate::own_words) finds reactions in several that are joined. Takes linear
    /// time.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        reading::whole(text)
    }

    /// Whether this may be a yes: a like, a love or an emoji such as 👍 or ❤️, of a message that asks, not taken back.
    ///
    /// A message asks if a question mark of any script is in what is quoted of it, other than in a link. "Reply YES to
    /// confirm" is not taken for a question: who likes a request has read it, and has not replied YES.
    #[must_use]
    pub fn may_agree(&self) -> bool {
        let says_yes = match self.kind {
            ReactionKind::Love | ReactionKind::Like => true,
            ReactionKind::Emoji(emoji) => says_yes(emoji),
            _ => false,
        };
        says_yes && !self.is_removed && self.quoted.is_some_and(asks)
    }

    /// Whether what is quoted is `ours`, or its beginning: up to an `…`, or of 20 characters at least.
    ///
    /// Spaces, line ends, accents and the style of quotation marks do not count, for they change on the way.
    ///
    /// ```
    /// # use sms_consolidate::Reaction;
    /// let reaction = Reaction::read("Liked “Thanks for confirming! See…”").unwrap();
    /// assert!(reaction.quotes("Thanks for confirming! See you soon."));
    /// assert!(!reaction.quotes("Thanks!"));
    /// ```
    #[must_use]
    pub fn quotes(&self, ours: &str) -> bool {
        let Some(quoted) = self.quoted else { return false };
        let start = quoted.strip_suffix('…').or_else(|| quoted.strip_suffix("...")).unwrap_or(quoted);
        let (mut theirs, mut ours) = (visible(start), visible(ours));
        let mut length = 0;
        loop {
            match (theirs.next(), ours.next()) {
                (Some(a), Some(b)) if a == b => length += 1,
                (None, rest) => {
                    let is_start = start.len() < quoted.len() || length >= LEAST_OF_A_START;
                    return length > 0 && (is_start || rest.is_none());
                }
                (Some(_), _) => return false,
            }
        }
    }
}

fn says_yes(emoji: &str) -> bool {
    let mut chars = emoji.chars();
    chars.next().is_some_and(|first| AGREEING.contains(first)) && chars.all(|c| VARIANTS.contains(&c))
}

fn asks(text: &str) -> bool {
    let is_asking = |word: &str| {
        word.split_once('?').is_some_and(|(before, after)| after.is_empty() || !before.contains('/'))
    };
    text.contains(['？', '؟', '¿', '՞', '⁇', '⁈', '⁉', '❓', '❔']) || text.split_whitespace().any(is_asking)
}
