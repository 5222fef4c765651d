//! The rule classifier: a phrase of the user's in the first line, then the text of a batch.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use sms_consolidate::{Label, Role, Rule, RuleClassifier, own_words};

static DEFAULT: LazyLock<RuleClassifier> = LazyLock::new(RuleClassifier::default);

fuzz_target!(|input: &str| {
    let (phrase, text) = input.split_once('\n').unwrap_or(("", input));
    let label = DEFAULT.label_of(text);
    assert!([Label::AGREE, Label::NOT_AGREE].contains(label));
    assert_eq!(DEFAULT.label_of(text), label);
    // What cannot be seen does not matter, nor that a text repeats a phrase, where none of it is left out as a quote.
    let repeating = format!("{text}\n{phrase}\n{text}");
    let is_own = own_words(&repeating) == repeating.trim() && !repeating.contains(['"', '“', '”', '>']);
    if is_own {
        assert_eq!(DEFAULT.label_of(&format!(" \u{200b}{text}\u{fe0f} ")), label);
    }

    let (found, other) = (Label::new("FOUND"), Label::new("OTHER"));
    let none = RuleClassifier::new(other.clone());
    assert_eq!(none.label_of(text), &other);
    let own = none.with_rule(Rule::new(found.clone(), [phrase]));
    if is_own && phrase.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
        assert_eq!(own.label_of(phrase), &found);
        assert_eq!(own.label_of(&repeating), &found);
    }
    assert_eq!(own.with_ignored([phrase]).label_of(phrase), &other);

    let refused = Label::new("REFUSED");
    let refusing = RuleClassifier::new(other).with_rule(Rule::new(refused.clone(), ["no"]));
    let refusing = refusing.with_role(Role::Filler, [phrase]).with_synonyms("no", [phrase]);
    assert_eq!(refusing.label_of(&format!("no. {text}")), &refused);
});
