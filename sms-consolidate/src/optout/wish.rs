//! A clear wish in a sentence to get no more messages: "please stop texting me".

/// Whether `text`, the sender's own words, clearly asks for no more messages.
pub(super) fn is_wish(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("stop texting me")
}
