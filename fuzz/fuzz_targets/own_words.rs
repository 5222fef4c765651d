//! What of a text is the sender's own, and reactions.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{Reaction, own_words};

fuzz_target!(|text: &str| {
    let own = own_words(text);
    assert_eq!(own_words(&own), own);
    assert_eq!(own.trim(), own);
    assert!(own.len() <= text.len());
    assert!(
        own.lines().all(|line| !(line.trim_start().starts_with('>') && line.contains(char::is_alphanumeric)))
    );

    let Some(reaction) = Reaction::read(text) else { return };
    assert!(own.is_empty());
    assert!(!reaction.may_agree() || (!reaction.is_removed && reaction.quoted.is_some()));
    if let Some(quoted) = reaction.quoted {
        assert!(text.contains(quoted));
        assert!(reaction.quotes(quoted) || !quoted.chars().any(char::is_alphanumeric));
    }
});
