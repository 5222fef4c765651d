//! Keywords of opting out and in: a stop word of the user's in the first line, then the text of a message.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::OptOut;
use sms_consolidate::lane::{Control, Keyword};

const STOP: Option<Keyword> = Some(Keyword::Control(Control::Stop));

static OPT_OUT: LazyLock<OptOut> = LazyLock::new(OptOut::sms);

fuzz_target!(|input: &str| {
    let (word, text) = input.split_once('\n').unwrap_or(("", input));
    let found = OPT_OUT.keyword(text);
    if found.is_some() {
        // A whole message, no longer than UNSUBSCRIBE.
        let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
        assert!((1..=11).contains(&letters), "{text:?}");
        // Case, and what is around it, do not matter.
        for same in [
            text.to_lowercase(),
            format!("\"{text}!\" "),
            format!("\u{200b}{text}\u{feff}{}", "!".repeat(300)),
        ] {
            assert_eq!(OPT_OUT.keyword(&same), found, "{same:?}");
        }
    }
    let own = OptOut::sms().with_word(word, Control::Stop);
    let with_own = own.keyword(text);
    assert!(with_own == found || with_own == STOP);
    let says_something = |text: &str| text.chars().any(char::is_alphanumeric);
    assert!(with_own.is_none() || says_something(text), "{text:?} is no word");
    if word.trim().len() <= 64 && says_something(word) {
        assert_eq!(own.keyword(word), STOP);
    }
});
