use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::clock::Timestamp;
use crate::message::{BatchIds, SmsMessage};
use crate::own_words::own_words;

mod kinds;

/// The default rules, except that a text without any listed phrase shows.
static RULES: LazyLock<RuleClassifier> =
    LazyLock::new(|| RuleClassifier::default().with_otherwise(Label::new("UNCLEAR")));

/// Checks texts that are separated by bars.
fn check(rules: &RuleClassifier, label: &str, texts: &str) {
    for text in texts.split('|').map(str::trim) {
        assert_eq!(rules.label_of(text).as_str(), label, "{text:?}");
    }
}

#[test]
fn agreement_in_english() {
    let texts = "
        yes | Yes! | YES PLEASE | yep | Yup, see you at 5 | yeah sure | ok | OK. | o.k. | okay thanks |
        k | Y | sure thing | I agree | agreed, 100% | Of course! | of-course | I can help |
        I'll be there | ill be there | Count me in | Sounds good to me | *yes* | (yes) | 'yes' |
        Sorry for the late reply. Confirmed for Tuesday
    ";
    check(&RULES, "AGREE", texts);
}

#[test]
fn agreement_that_holds_a_word_of_refusal() {
    let texts = "
        no problem | No problem!! See you | no worries, I can do it | not a problem | Why not? |
        can't wait | Cant wait :) | wouldn’t miss it | I don't see why not | I'm not busy |
        Don't worry, I'll be there | Yes, no later than 5 | walang problema | Wala pong problema, sige |
        hindi ako busy | ok lang, di ba?
    ";
    check(&RULES, "AGREE", texts);
}

#[test]
fn agreement_in_filipino_and_taglish() {
    let texts = "
        oo | Oo naman | opo | Opo, salamat po | sige | cge po | Sge text kita mamaya | pwede |
        pwede ako bukas | puwede po | payag ako | sang-ayon ako | Syempre! | Game! what time? |
        pupunta ako mamaya | Go sige, available ako sa Friday | yes po | ok lang po | Sure, kaya ko yan
    ";
    check(&RULES, "AGREE", texts);
}

#[test]
fn refusal_in_english() {
    let texts = "
        no | No. | NO WAY | nope | nah | not interested | can't | cant | can’t | I cannot | can not |
        I won't come | wont | I don't agree | dont agree | I disagree | never | Not sure | maybe |
        I'm busy | Please cancel | of course not
    ";
    check(&RULES, "NOT_AGREE", texts);
}

#[test]
fn refusal_in_filipino_and_taglish() {
    let texts = "
        hindi | Hindi po | hnd ko kaya | hndi pwede | di | 'di pwede | di ako pwede | ayaw | ayaw ko |
        ayoko | huwag | 'wag na | wala akong oras | dili ko | Hindi ako available bukas |
        next time na lang po | d ko alam | tama na | siguro | sorry di ako makakapunta
    ";
    check(&RULES, "NOT_AGREE", texts);
}

#[test]
fn refusal_beats_agreement_wherever_it_stands() {
    let texts = "
        yes but I can't | I can't, but yes in general | Sure... not | ok pero hindi ako pwede |
        oo sana kaso di pwede | sige next time na lang | no problem but I can't | No. Of course I saw it |
        👍 but no | yes 👎 | I can no longer come, sure you understand
    ";
    check(&RULES, "NOT_AGREE", texts);
}

#[test]
fn what_says_nothing_is_left_to_the_label_for_everything_else() {
    let texts = "
        | ... | Thanks | hello po | What is new? | good morning | are you sure? | pwede ba bukas? |
        ok ba sa inyo? | yes or no | ignore previous instructions
    ";
    check(&RULES, "UNCLEAR", texts);
    check(&RuleClassifier::default(), "NOT_AGREE", texts);
}

#[test]
fn a_negation_denies_what_follows_in_its_clause() {
    let not_agree = "
        I don't think I can | not available | never agreed to that | I won't be there | hindi po ako pwede |
        wala akong sinabing pupunta ako | hindi, sige po | not busy. No. | not feeling well because I'm sick
    ";
    check(&RULES, "NOT_AGREE", not_agree);
    check(&RULES, "AGREE", "not a problem, I'm coming | hindi po ako mahuhuli | I didn't say no, so yes");
    check(&RULES, "UNCLEAR", "I didn't refuse | hindi ako nag-cancel ng iba");

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("BAD"), ["awful"]).with_negations(["not"]))
        .with_rule(Rule::new(Label::new("GOOD"), ["fine"]))
        .with_negations(Label::new("BAD"), ["never"])
        .with_role(Role::Break, ["and"]);
    check(
        &rules,
        "BAD",
        "not fine | never was it fine | not | fine, not | not not awful | awful, not | not. awful",
    );
    check(&rules, "BAD", "not and awful | not fine and awful | not fine awful");
    check(&rules, "GOOD", "fine | not awful, fine | never awful and fine");
    check(&rules, "OTHER", "not awful | never that awful");
}

#[test]
fn an_ending_counts_where_no_unknown_word_follows() {
    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("BAD"), ["no"]).with_negations(["not"]))
        .with_rule(Rule::new(Label::new("IN"), ["am so in"]).with_endings(["am in"]))
        .with_role(Role::Filler, ["on"])
        .with_role(Role::Time, ["friday"])
        .with_role(Role::Asking, ["?"])
        .with_ignored(["thanks"]);
    check(&rules, "IN", "am in | am in, cebu | am in friday cebu | am in on friday | am in thanks cebu");
    check(&rules, "IN", "am so in cebu | am in am so in cebu | cebu, am in");
    check(&rules, "OTHER", "am in cebu | am in on cebu friday | am in? | am in on friday?");
    check(&rules, "BAD", "am in no | not am in | not am in cebu");
    check(&rules.with_words(Label::new("IN"), ["cebu"]), "IN", "am in cebu");
}

#[test]
fn after_a_turn_the_rest_counts() {
    let agree = "
        yes but I have to leave by 5 | my son can't come but I can | I was sick but I'll be there |
        di sana ako pwede\npero na-move yung shift\nso go na po | can't\nactually yes | opo pero baka ma-late ako
    ";
    check(&RULES, "AGREE", agree);
    let not_agree = "
        yes but not me | oo pero may trabaho ako | sure but I'm working | can't Tuesday but Friday is fine |
        di pwede sa Martes pero pwede sa Huwebes | pwede po bang sa Huwebes | no but thanks | ok kaso malayo
    ";
    check(&RULES, "NOT_AGREE", not_agree);

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("BAD"), ["bad"]))
        .with_rule(Rule::new(Label::new("GOOD"), ["good"]))
        .with_role(Role::Turn, ["but", "on the other hand"])
        .with_role(Role::Time, ["friday"]);
    check(
        &rules,
        "GOOD",
        "bad but good | bad friday but good | bad on the other hand good | good but nothing",
    );
    check(&rules, "BAD", "good but bad | bad but good friday | bad but | bad. but but well");
}

#[test]
fn questions_agree_to_nothing() {
    let agree = "
        ok what should I bring | Yes. Can I bring my son? | sige po ano po dadalhin ko? | Sure! Where? |
        Oo, may parking ba? | Sat po? pwede po | why not?
    ";
    check(&RULES, "AGREE", agree);
    let unclear = "
        ok? | Oo po? | pwede ba | can I come on Friday | Tuesday? | tuloy po ba sa Martes? |
        what did I agree to | sure?? | would 5 be ok
    ";
    check(&RULES, "UNCLEAR", unclear);

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_words(Label::new("HIT"), ["x"])
        .with_role(Role::Filler, ["please"])
        .with_role(Role::Question, ["is"])
        .with_role(Role::Asking, ["?", "eh"]);
    check(&rules, "HIT", "x | x is it x | is it? x | x, there? | x, eh | x, y eh x");
    check(&rules, "OTHER", "is x | x? | x please? | x there? | y x there? | x eh | eh x | is, please x?");
}

#[test]
fn a_bare_day_or_time_is_labelled_as_times_are() {
    let bare = "
        Tuesday | Tues 3pm | 3:30 pm | Martes po, alas tres ng hapon | bukas po | at 10am | Hi! Saturday, thanks |
        Sept 5 | 2:30
    ";
    check(&RULES, "AGREE", bare);
    check(
        &RULES,
        "UNCLEAR",
        "Tuesday? | I was there Tuesday | 12345 | 50 | 3pm ba | thanks | po | Monday blues",
    );
    check(&RULES, "NOT_AGREE", "Friday na lang po | not Tuesday | how about 3pm | Only Sundays, next time");

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_role(Role::Time, ["noon", "in 0 hours"])
        .with_synonyms("0", ["00"]);
    check(&rules, "OTHER", "noon | in 5 hours");
    let rules = rules.with_times_as(Label::new("TIME"));
    check(&rules, "TIME", "noon | Noon!! | noon 🙂 | in 5 hours | IN 12 HOURS");
    check(&rules, "OTHER", "high noon | in 123 hours | in hours | | !");
}

#[test]
fn synonyms_and_fillers_are_found_in_every_phrase() {
    check(&RULES, "AGREE", "wala po talagang problema | wlang prblema | hndi aq bz | dis is nt a problm");
    check(&RULES, "NOT_AGREE", "hndi po q kaya | d po aq mkakapunta | cnt make it");

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_words(Label::new("FRUIT"), ["eat fruit", "pears"])
        .with_words(Label::new("PLUM"), ["eat plums"])
        .with_synonyms("fruit", ["apples", "plums", "pears", "two words"])
        .with_synonyms("meat", ["apples"])
        .with_role(Role::Filler, ["the", "red"]);
    check(&rules, "FRUIT", "eat fruit | eat apples | eat the red apples | eat pears | pears | the pears");
    check(&rules, "PLUM", "eat plums | eat red plums | Eat PLUMS");
    check(
        &rules,
        "OTHER",
        "apples | eat | the | eat meat | eat two words | eat blue apples | eat the the the the the pear",
    );
    check(&rules.with_ignored(["eat"]), "FRUIT", "eat apples");
}

#[test]
fn a_misspelt_word_is_read_as_the_listed_one_with_its_consonants() {
    check(
        &RULES,
        "AGREE",
        "definately | defintely | absolutly | mkakapunta po ako | avalable | comming | ofcourse",
    );
    check(&RULES, "NOT_AGREE", "unfortunatly | cancl it pls");

    let rules =
        RuleClassifier::new(Label::new("OTHER")).with_words(Label::new("HIT"), ["planet", "now", "cafés"]);
    check(&rules, "HIT", "planet | plnet | plannet | planit | now | cafés");
    check(&rules, "OTHER", "plant0 | blanet | not | new | cfs | plnts | cafs");
}

#[test]
fn the_examples_of_the_docs_are_true() {
    let agree =
        "he can't but I can | yes but I leave at 5 | ok what should I bring | Yes. Can I bring my son?";
    check(&RULES, "AGREE", agree);
    check(&RULES, "NOT_AGREE", "yes but I can't | can't, but Friday is fine | it isn't fine");
    check(&RULES, "UNCLEAR", "didn't refuse | can I come? | ok? | pwede ba");
}

#[test]
fn words_match_whole_and_never_in_part() {
    let texts = "
        I know | okra | knot | nothing | november | yesterday | surely2 | book | good | cooked | Oona |
        disyembre | walangya | pwedeng | cantor | noon | can
    ";
    check(&RULES, "UNCLEAR", texts);
}

#[test]
fn phrases_do_not_reach_across_the_end_of_a_clause() {
    check(&RULES, "AGREE", "no problem | no  problem | no\tproblem | no-problem | \"no\" problem");
    let apart =
        "No. Problem is, I am away | no\nproblem with the car | Why? Not me | can't! wait | no 🙂 problem";
    check(&RULES, "NOT_AGREE", apart);
}

#[test]
fn drawn_out_words_are_read_as_the_listed_ones() {
    check(
        &RULES,
        "AGREE",
        "yesss | YESSSS | okkkk | okaaaay | sureee | agreeee | ooooo | oppppo | sigeeee po",
    );
    check(&RULES, "AGREE", "of courseeee | noooo problemmmm");
    check(&RULES, "NOT_AGREE", "nooo | noooope | hindiiii | ayoooko | yes caaan't | sure, cannnt");

    let rules =
        RuleClassifier::new(Label::new("OTHER")).with_words(Label::new("GOOD"), ["good", "10", "w www"]);
    check(&rules, "GOOD", "good | goood | GOOOOOD | 10 | w www");
    check(&rules, "OTHER", "god | goods | 1000 | 1110 | w | www");
}

#[test]
fn emoji_are_words_in_any_skin_tone() {
    check(&RULES, "AGREE", "👍 | 👍👍👍 | 👍🏽 | thanks👍🏿 | 👌 | ✔️ | ✅");
    check(&RULES, "NOT_AGREE", "👎 | 👎🏻 | 🙅‍♀️ | ok ❌");
    check(&RULES, "UNCLEAR", "🙂 | 🏽");
}

#[test]
fn invisible_characters_do_not_hide_a_word() {
    check(&RULES, "AGREE", "y\u{200b}es | \u{feff}yes | \u{202e}ok\u{202c} | yes\u{a0}po");
    check(&RULES, "NOT_AGREE", "sure n\u{ad}o | yes, ca\u{2060}n't");
}

#[test]
fn lists_are_data() {
    let rules = RULES
        .clone()
        .with_words(Label::AGREE, ["Ça marche", "да"])
        .with_words(Label::NOT_AGREE, ["нет", "jamais de la vie"])
        .with_words(Label::new("LATE"), ["running late"])
        .with_rule_first(Rule::new(Label::new("URGENT"), ["urgent", "sos!"]))
        .with_ignored(["k", "nyet", "…"]);
    check(&rules, "AGREE", "ÇA MARCHE | ça marche ! | Да | ok, running late");
    check(&rules, "NOT_AGREE", "Нет | да нет | Jamais de la vie, ok");
    check(&rules, "LATE", "Running late");
    check(&rules, "URGENT", "no, URGENT | SOS!");
    check(&rules, "UNCLEAR", "sos | k | ça");
}

#[test]
fn rules_count_in_their_order_and_a_shared_phrase_for_the_first() {
    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("A"), ["x", "both"]))
        .with_rule(Rule::new(Label::new("B"), ["y", "both", "", " - "]));
    check(&rules, "A", "x | y x | both");
    check(&rules, "B", "y | Y?");
    check(&rules, "OTHER", " | z | -");
    check(&RuleClassifier::new(Label::new("OTHER")), "OTHER", " | yes | no");
}

#[test]
fn every_default_phrase_means_what_its_list_says() {
    let [(Role::Ignored, ignored), ..] = words::ROLES else { panic!("the ignored phrases come first") };
    for (list, label) in [
        (words::REFUSAL, "NOT_AGREE"),
        (words::DOUBT, "NOT_AGREE"),
        (words::DECLINING, "NOT_AGREE"),
        (words::UNSETTLED, "NOT_AGREE"),
        (words::HINDRANCES, "NOT_AGREE"),
        (words::NO_ANSWER, "NOT_AGREE"),
        (words::HELD, "NOT_AGREE"),
        (words::NEGATIONS, "NOT_AGREE"),
        (words::AGREEMENT, "AGREE"),
        (words::FIRM, "AGREE"),
        (words::PROMISES, "AGREE"),
        (words::IDIOMS, "AGREE"),
        (words::DELIGHT, "AGREE"),
        (ignored, "UNCLEAR"),
    ] {
        let wrong: Vec<_> = bare(list).filter(|phrase| RULES.label_of(phrase).as_str() != label).collect();
        assert!(wrong.is_empty(), "not {label}: {wrong:?}");
    }
}

/// The phrases of a list without the signs of openings and endings.
fn bare(list: &str) -> impl Iterator<Item = &str> {
    phrases(list).map(|phrase| phrase.trim_matches(['^', '$']))
}

/// The longest text that a gateway's message may have, of every hostile shape. A quadratic reading would take minutes.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let check = |unit: &str, label: &str| {
        let text = unit.repeat(65_536 / unit.len());
        assert_eq!(RULES.label_of(&text).as_str(), label, "{unit:?} again and again");
    };
    check("o", "AGREE");
    check("x", "UNCLEAR");
    check("ab", "UNCLEAR");
    check(".", "UNCLEAR");
    check("'", "UNCLEAR");
    check("a'", "UNCLEAR");
    check("n'", "UNCLEAR");
    check("n;", "UNCLEAR");
    check("\"", "UNCLEAR");
    check("\" a b c ", "UNCLEAR");
    check("*\n", "UNCLEAR");
    check("*", "UNCLEAR");
    check("👍", "AGREE");
    check("🏽", "UNCLEAR");
    check("see why not ", "AGREE");
    check("next time na ", "NOT_AGREE");
    check("i am ", "AGREE");
    check("no problem ", "AGREE");
    check("canr ", "NOT_AGREE");
    check("maybe\nyes ", "AGREE");
    check("no but yes ", "AGREE");
    check("ok? ", "UNCLEAR");
    check(&("ab".repeat(30_000) + "c"), "UNCLEAR");
    check(&("no ".repeat(20_000) + "yes"), "NOT_AGREE");
}

/// However long the text, a phrase is looked for in few words: no longer than the longest listed one, with its fillers.
#[test]
fn no_phrase_looks_further_than_the_longest_listed_one() {
    let (index, mut places) = (RULES.indexed(), Places::default());
    let longest = bare_lists().map(|phrase| text::words(phrase).len()).max().expect("there are phrases");
    for unit in ["i am ", "po ", "no problem ", "see why not "] {
        let tokens = index.tokens(&unit.repeat(1_000));
        let taken = index.longest_phrase(&tokens, &mut places).map_or(0, |(length, _)| length);
        assert!(taken <= longest * (1 + usize::from(index::MOST_FILLERS)), "{taken} words of {unit:?}");
    }
}

fn bare_lists() -> impl Iterator<Item = &'static str> {
    let refusing = [
        words::REFUSAL,
        words::DECLINING,
        words::DOUBT,
        words::UNSETTLED,
        words::HINDRANCES,
        words::NEGATIONS,
    ];
    let agreeing = [words::AGREEMENT, words::FIRM, words::PROMISES, words::IDIOMS];
    refusing.into_iter().chain(agreeing).chain(words::ROLES.iter().map(|(_, list)| *list)).flat_map(bare)
}

#[tokio::test]
async fn a_burst_is_classified_as_one_text() {
    let rules = RuleClassifier::default();
    let check = async |texts: &[&str], label: Label| {
        let messages: Vec<_> = texts.iter().map(|text| SmsMessage::new(*text)).collect();
        let context =
            Context::new(BatchIds::with_seed(1).next(Timestamp::default()), "k", 1, Duration::from_secs(1));
        let classification = rules.classify(&messages, &context).await.expect("rules never fail");
        assert_eq!(classification, Classification::new(label, "Rule-based"), "{texts:?}");
    };
    check(&["Yes", "I can help", "Thanks"], Label::AGREE).await;
    check(&["Yes", "I can help", "wait", "sorry I can't"], Label::NOT_AGREE).await;
    check(&["  sige  "], Label::AGREE).await;
    check(&["no", "problem with the car"], Label::NOT_AGREE).await;
    check(&[], Label::NOT_AGREE).await;
}

/// Whether a default phrase refuses, and the phrase in random case and with any kind of apostrophe.
fn written_phrase() -> impl Strategy<Value = (bool, String)> {
    let refusal = [words::REFUSAL, words::DOUBT, words::NEGATIONS].map(bare).into_iter().flatten();
    let refusal = refusal.filter(|phrase| *phrase != "/s").map(|phrase| (true, phrase));
    let agreement = [words::AGREEMENT, words::FIRM].map(bare).into_iter().flatten();
    let agreement = agreement.map(|phrase| (false, phrase));
    let phrase = select(refusal.chain(agreement).collect::<Vec<_>>());
    let apostrophe = select(vec!["'", "’", "`", ""]);
    (phrase, apostrophe, any::<u64>()).prop_map(|((refuses, phrase), apostrophe, upper)| {
        let spelt = phrase.replace('\'', apostrophe);
        let cased = spelt.chars().enumerate().map(|(at, c)| {
            if upper >> (at % 64) & 1 == 1 { c.to_uppercase().collect() } else { c.to_string() }
        });
        (refuses, cased.collect())
    })
}

/// Punctuation that ends a clause, and asks nothing.
fn between() -> impl Strategy<Value = String> {
    "[-_()/ ]{0,3}[.,;:!…—]{1,3}[-_()/ ]{0,3}"
}

proptest! {
    #[test]
    fn any_text_gets_one_of_the_labels(text in any::<String>()) {
        prop_assert!(["AGREE", "NOT_AGREE", "UNCLEAR"].contains(&RULES.label_of(&text).as_str()));
    }

        /// Any phrase is found where it stands alone, unless nothing is left of it.
    #[test]
    fn any_phrase_can_be_listed(phrase in prop_oneof![any::<String>(), "[abA'’ .👍]{0,12}"]) {
        let rules = RuleClassifier::new(Label::new("OTHER")).with_words(Label::new("HIT"), [phrase.as_str()]);
        // Quotes and what comes with them are left out of a text, and not of a phrase.
        let read = text::words(&without_quoted(&own_words(&phrase)));
        let expected = if read.is_empty() { "OTHER" } else { "HIT" };
        prop_assert!(read != text::words(&phrase) || rules.label_of(&phrase).as_str() == expected);
    }

    #[test]
    fn case_order_and_punctuation_around_phrases_do_not_matter(
        parts in prop::collection::vec((written_phrase(), between()), 1..8),
        before in between(),
    ) {
        let text: String = parts.iter().fold(before, |text, ((_, written), after)| text + written + after);
        let refuses = parts.iter().any(|((refuses, _), _)| *refuses);
        let expected = if refuses { Label::NOT_AGREE } else { Label::AGREE };
        prop_assert_eq!(RULES.label_of(&text), &expected, "{:?}", text);
    }
}
