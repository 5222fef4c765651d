use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// One character is eighteen when it is decomposed by compatibility, at the most: U+FDFA.
const MOST_EXPANSION: usize = 18;

/// Texts written for this project, a line each: STOP or NONE, a tab, the text.
const TEXTS: &str = include_str!("../../../tests/optout/wishes.tsv");

fn check(is_expected: bool, texts: &str) {
    for text in texts.split('|').map(str::trim) {
        assert_eq!(is_wish(text), is_expected, "{text:?}");
    }
}

#[test]
fn no_trap_is_a_wish_and_few_wishes_are_missed() {
    let (mut wishes, mut missed) = (0, 0);
    for (label, text) in TEXTS.lines().filter_map(|line| line.split_once('\t')) {
        let is_found = is_wish(&text.replace("\\n", "\n"));
        if label == "STOP" {
            wishes += 1;
            missed += usize::from(!is_found);
            if !is_found {
                println!("missed: {text}");
            }
        } else {
            assert!(!is_found, "{text:?}");
        }
    }
    assert!(wishes > 900 && missed * 100 <= wishes * 4, "{missed} of {wishes} are missed");
}

#[test]
fn a_wish_is_found_however_it_is_written() {
    check(true, "DON'T TEXT ME | don’t text me | dont text me | don`t text me | ＤＯＮ’Ｔ　ＴＥＸＴ　ＭＥ");
    check(
        true,
        "Stop texting me | sto\u{200b}p te\u{ad}xting me | S.T.O.P texting me | STOPPPP texting meee",
    );
    check(
        true,
        "i-text nyo na lang? Wag niyo na akong i-text | wag nyo na akong i text | wag nyo na akong itext",
    );
    check(true, "no me manden más mensajes | no me manden mas mensajes | no me manden ma\u{301}s mensajes");
    check(true, "sotp | Stahp; | STPO!! | unsubcribe | Unsuscribe. | st0p");
    check(false, "step | shop | top | stoop | spot | stops | atop | subscribe | unsubscribed by mistake");
}

#[test]
fn what_stands_around_takes_a_wish_back() {
    check(true, "stop texting me | Stop texting me. It's the wrong number at work");
    check(false, "don't stop texting me | he told me to stop texting me | if I'm late stop texting me");
    check(
        false,
        "stop texting me at work | stop texting me, call my cell | stop texting me by mistake, sorry",
    );
    check(true, "remove me from the list");
    check(
        false,
        "remove me from the list for Saturday | I can't come, remove me from the list | remove me from the list?",
    );
    check(true, "I said \"stop\" | \"stop texting me\"");
    check(false, "The song \"stop texting me\" is good | your message \"reply STOP to end\" came");
    check(true, "Stop. Who is this? | No. Stop | STOP!! wrong number");
    check(false, "Stop. That's so sweet | omg stop 😂 | stop 😂 | stop it");
}

#[test]
fn only_the_beginning_and_the_end_of_a_long_text_are_read() {
    let (wish, filling) = ("please stop texting me. ", "We had a lovely day at the lake. ".repeat(400));
    check(true, &format!("{wish}{filling}"));
    check(true, &format!("{filling}{wish}"));
    check(false, &format!("{filling}{wish}{filling}"));
    let cut_in_a_word =
        format!("{}non{}", "x".repeat(MOST_CHARS), "stop texting me ".repeat(MOST_CHARS / 16));
    assert!(
        words::ends(&cut_in_a_word, MOST_CHARS).1.is_some_and(|end| end.starts_with(char::is_whitespace))
    );
}

#[test]
fn hostile_texts_are_cut_to_what_is_read() {
    let kib_64 = 64 * 1024;
    for shape in [
        "stop ",
        "can you ",
        "s.",
        "\u{200b}",
        "\"",
        "stop, ",
        "dont ",
        "wag na po nyo ",
        "i want to ",
        "ﷺ",
        "a\u{301}",
    ] {
        let text = shape.repeat(kib_64 / shape.len());
        let (beginning, end) = words::ends(&text, MOST_CHARS);
        for part in [Some(beginning), end].into_iter().flatten() {
            assert!(part.chars().count() <= MOST_CHARS);
            let sentences = words::sentences(&part, &RULES.grammar);
            assert!(
                sentences.iter().map(|sentence| sentence.words.len()).sum::<usize>()
                    <= MOST_EXPANSION * 3 * MOST_CHARS
            );
        }
        is_wish(&text);
    }
}

#[test]
fn the_grammar_is_written_in_words_that_can_be_met() {
    for word in RULES.grammar.words() {
        assert!(word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{word:?}");
        assert!(
            !grammar::FILLERS.contains(&word) && !grammar::PLEASE.contains(&word),
            "{word:?} is left out"
        );
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        is_wish(&text);
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec(select(RULES.grammar.words().collect::<Vec<_>>()), 0..100)) {
        is_wish(&words.join(" "));
    }
}
