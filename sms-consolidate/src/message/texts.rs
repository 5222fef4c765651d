//! What a sender says in several messages, as texts.

use std::borrow::Cow;

use super::Message;
use crate::own_words::own_words;
use crate::reaction::{Reaction, ReactionKind};

/// The texts of `messages`, trimmed; the parts of one long message that follow one another make one text.
#[must_use]
pub fn whole_texts<M: Message>(messages: &[M]) -> Vec<Cow<'_, str>> {
    let follows = |part: &M, next: &M| {
        part.part_of().is_some()
            && part.part_of() == next.part_of()
            && part.part().checked_add(1) == Some(next.part())
    };
    messages.chunk_by(follows).map(whole_text).collect()
}

fn whole_text<M: Message>(parts: &[M]) -> Cow<'_, str> {
    match parts {
        [only] => Cow::Borrowed(only.text().trim()),
        // Not trimmed at the joints: a phone may cut beside a space.
        parts => Cow::Owned(parts.iter().map(Message::text).collect::<String>().trim().to_owned()),
    }
}

/// The sender's own words in the [whole texts](whole_texts) of `messages`, as [`own_words`] cuts them out. A
/// [`Reaction`] is its thumb, 👎 if it is a dislike and 👍 if it [may agree](Reaction::may_agree), and otherwise left out.
#[must_use]
pub fn own_texts<M: Message>(messages: &[M]) -> Vec<Cow<'_, str>> {
    let own = |text| match text {
        Cow::Borrowed(text) => own_text(text),
        Cow::Owned(text) => own_text(&text).map(|own| Cow::Owned(own.into_owned())),
    };
    whole_texts(messages).into_iter().filter_map(own).collect()
}

/// What the sender says in one text; `None` if it is a reaction that says nothing.
pub(crate) fn own_text(text: &str) -> Option<Cow<'_, str>> {
    let Some(reaction) = Reaction::read(text) else { return Some(own_words(text)) };
    match reaction.kind {
        _ if reaction.may_agree() => Some("👍".into()),
        ReactionKind::Dislike if !reaction.is_removed => Some("👎".into()),
        ReactionKind::Emoji(emoji) if !reaction.is_removed && emoji.starts_with('👎') => Some("👎".into()),
        _ => None,
    }
}

/// The [own texts](own_texts) of `messages`, joined by line feeds: what classifiers judge.
#[must_use]
pub fn joined_text<M: Message>(messages: &[M]) -> Cow<'_, str> {
    let mut texts = own_texts(messages);
    match texts.as_mut_slice() {
        [only] => std::mem::take(only),
        many => Cow::Owned(many.join("\n")),
    }
}
