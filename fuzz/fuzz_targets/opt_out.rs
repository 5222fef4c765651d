//! Keywords and wishes of opting out and in: a stop word of the user's in the first line, then the text of a message.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::lane::{Control, Keyword};
use sms_consolidate::{OptOut, Reaction, own_words};

const STOP: Option<Keyword> = Some(Keyword::Control(Control::Stop));

static OPT_OUT: LazyLock<OptOut> = LazyLock::new(OptOut::sms);
static WORDS_ONLY: LazyLock<OptOut> = LazyLock::new(|| OptOut::sms().without_inference());

fuzz_target!(|input: &str| {
    let (word, text) = input.split_once('\n').unwrap_or(("", input));
    let found = OPT_OUT.keyword(text);
    let word_found = WORDS_ONLY.keyword(text);
    assert!(word_found.is_none() || found == word_found, "what is a keyword is no wish");
    assert!(word_found != Some(Keyword::Wish));
    if Reaction::read(text).is_some() {
        assert_eq!(found, None, "what is quoted is ours");
    }
    if word_found.is_some() {
        assert!(text.chars().any(char::is_alphanumeric), "{text:?} is no word");
        // Case, and what is around it, do not matter. Only a name behind it has to begin with a capital.
        let may_be_signed = text.contains(['\n', ',', '-', '–', '—']);
        for same in [
            text.to_lowercase(),
            format!("\"{text}!\" "),
            format!("\u{200b}{text}\u{feff}{}", "!".repeat(300)),
        ] {
            let is_whole = own_words(text) == text.trim() && own_words(&same) == same.trim();
            assert!(may_be_signed || !is_whole || WORDS_ONLY.keyword(&same) == word_found, "{same:?}");
        }
    }
    let own = WORDS_ONLY.clone().with_word(word, Control::Stop);
    let with_own = own.keyword(text);
    assert!(with_own == word_found || with_own == STOP || word_found == STOP);
    if own.words().count() > WORDS_ONLY.words().count() && own_words(word) == word.trim() {
        assert_eq!(own.keyword(word), STOP);
    }
    let without = OPT_OUT.words().fold(WORDS_ONLY.clone(), |list, (word, _)| list.without_word(word));
    assert_eq!(without.keyword(text), None);
});
