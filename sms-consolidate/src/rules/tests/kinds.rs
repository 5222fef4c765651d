//! What the default rules make of texts of a kind.

use super::{RULES, check};
use crate::rules::{Label, Role, Rule, RuleClassifier, Strength};

#[test]
fn a_question_mark_erases_a_yes_and_no_refusal() {
    check(
        &RULES,
        "NOT_AGREE",
        "I can't, ok? | no? ok | can't make it, sorry? | ok, what if I can't come? | not coming, ok?",
    );
    check(
        &RULES,
        "UNCLEAR",
        "see you at 3? | still on? | so I'm confirmed? | you want me to come? | sounds good?",
    );
    check(&RULES, "UNCLEAR", "👍? | 👍👍? | 👍❓ | ok 😅? | sure 👍🏽 ?");
    check(&RULES, "AGREE", "yes, is it free? | I'll be there, what time? | 👍 what time? | ok 😅. Where?");
}

#[test]
fn delight_agrees_only_by_itself_or_beside_a_name() {
    check(
        &RULES,
        "AGREE",
        "Great! | great, Maria | Perfect, thank you | Great, both kids will come | absolutely!",
    );
    check(
        &RULES,
        "UNCLEAR",
        "Great, now the dog ate my retainer | Fantastic, the boiler burst | absolutely awful | perfecto, se fue la luz",
    );
    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("GOOD"), ["good"]).with_most_other_words(1))
        .with_role(Role::Plain, ["day"])
        .with_role(Role::Question, ["what"]);
    check(&rules, "GOOD", "good | good x | good day | good, what x y z");
    check(&rules, "OTHER", "good x y | good day x");
}

#[test]
fn a_negation_makes_nothing_of_an_ending_before_it() {
    check(&RULES, "AGREE", "I do | please do | I do not mind, count me in | please do not cancel my visit");
    check(&RULES, "UNCLEAR", "I do not want to unsubscribe | please do not stop the messages");
}

#[test]
fn letters_may_be_of_any_style() {
    check(&RULES, "AGREE", "ＹＥＳ | ｙｅｓ！ | 𝐘𝐞𝐬 | 𝓈𝓊𝓇𝑒 | ⓎⒺⓈ");
    check(&RULES, "NOT_AGREE", "ＮＯ | 𝐍𝐨 𝐭𝐡𝐚𝐧𝐤𝐬");
    check(&RULES, "UNCLEAR", "ok？ | ＯＫ？");
}

#[test]
fn another_time_and_a_condition_are_no_yes() {
    let other_times = "
        I can do Monday | can do 5 | yes but after 6 | ok but not before noon | I'm free after 6 only | make it 5 |
        can't Tuesday, Friday works | not tomorrow, but next week is fine | mornings only | hapon pa ako pwede
    ";
    let conditions = "
        ok once my car is fixed | yes assuming I'm off | sure, subject to my boss | yes, barring a flood |
        ok provided it's free | I'll come unless it rains | yes as long as there's food | sure if I'm not working |
        yes on one condition | ok pending approval | sige basta may food | oo kung papayagan | sige pag may sasakyan |
        sí, siempre y cuando no llueva | yes contingent on the babysitter
    ";
    let rules = RuleClassifier::default();
    check(&rules, "NOT_AGREE", other_times);
    check(&rules, "NOT_AGREE", conditions);
    check(
        &rules,
        "AGREE",
        "yes 5 is perfect | I can come on Monday | Friday works | ok, if you need me | yes even if it rains",
    );
}

#[test]
fn in_a_burst_firm_words_outweigh_doubt_and_corrections_anything() {
    let agree = "
        not sure yet\nconfirmed now! see you | idk\nok fine ill go | need to check\nthey said ok, I'm in |
        baka\nsige na nga pupunta na ako | maybe\nyes | no\njk yes | no\nI meant ok | hindi\njoke lang, go |
        No\n*yes | can't\nwait yes I can | not sure but ok
    ";
    check(&RULES, "AGREE", agree);
    let not_agree = "
        no\nok bye | can't make it\nsee you next week | not sure\nok will let you know | yes\njk no | maybe\nsounds fun |
        yes\nmaybe | not coming\nbut great idea | need to ask my boss\nI'd love to though | pass muna\nsige next time
    ";
    check(&RULES, "NOT_AGREE", not_agree);

    let rules = RuleClassifier::new(Label::new("OTHER"))
        .with_rule(Rule::new(Label::new("BAD"), ["bad"]))
        .with_rule(Rule::new(Label::new("HM"), ["hm"]).with_strength(Strength::Weak))
        .with_rule(Rule::new(Label::new("GOOD"), ["good"]).with_strength(Strength::Firm));
    check(&rules, "GOOD", "hm\ngood | hm\nwell\ngood | good");
    check(&rules, "HM", "good\nhm | hm good | hm");
    check(&rules, "BAD", "bad\ngood | bad\nhm\ngood");
}

#[test]
fn a_yes_in_another_sense_is_none() {
    let not_agree = "
        the link isn't working | I voted yes in 2019 | I've accepted another position | she said yes to him |
        the yes link is broken | I can confirm this is the right number | Is the yes deadline tonight? |
        great weather today | I'm coming down with something | the clinic confirmed | my sister will come |
        what happens if I say yes | ok google | all set thanks | sure, when hell freezes over | yes please remove me
    ";
    check(&RuleClassifier::default(), "NOT_AGREE", not_agree);
    let agree = "
        Hi Ann yes | it's a yes from me | I'm not saying no | no way I'm missing that | nah yeah | I accept the offer |
        don't cancel, I'm coming | never turn down free food, count me in | sigesige | soudns good | bakit naman hindi |
        hindi na kailangan i-resched, makakapunta ako | claro que sí | no hay problema | cuente conmigo
    ";
    check(&RULES, "AGREE", agree);
}

#[test]
fn what_others_wrote_is_not_read() {
    let not_agree = "
        “Reply YES to confirm” what happens if I don't? | Why does it say \"YES to agree to it\" | no\n> yes |
        I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going. |
        [Auto-reply] I am out of the office until Monday | This number is not monitored, ok |
        Thanks for contacting us! We'll get back to you soon. | Sorry, I can't talk right now. | Sent from my iPhone
    ";
    check(&RuleClassifier::default(), "NOT_AGREE", not_agree);
    check(
        &RULES,
        "AGREE",
        "to answer \"can you come on Saturday\": yes | \"yes\" | \"yes I can come\" | say \"hi\", yes",
    );
}

#[test]
fn unknown_words_may_be_limited() {
    let rules = RULES.clone().with_most_unknown_words(&Label::AGREE, 2);
    check(&rules, "AGREE", "yes | yes zqx zqy | yes po sige, see you on Tuesday at the clinic");
    check(&rules, "UNCLEAR", "yes zqx zqy zqz");
    check(&rules, "NOT_AGREE", "no zqx zqy zqz");
}

/// Refusals, each with its negator between bars.
const NEGATED: &str = "
    I |can't| make it; I |cant| make it; we |can't| come; I |cannot| be there; sorry |can't| come on Friday
    I |won't| be there; I |wont| make it; I will |not| be there; |not| coming; I'm |not| interested; |not| available
    I |don't| agree; I |dont| want to come; I |didn't| say yes; that |doesn't| work for me; it |isn't| ok with me
    I |couldn't| make it; I |wouldn't| go; I |never| agreed; I will |never| come; I am |unable| to come
    yes but I |can't|; ok but I |won't| come; we |aren't| coming; I |haven't| confirmed
    |hindi| po ako pwede; |hindi| ako makakapunta; |hindi| ako available; |hindi| sige; |wala| akong oras, sige po
    |ayaw| ko sumama; |ayoko| po sumama; |huwag| na po, ok lang; |wag| na po, sige; |walang| pupunta
";

/// The neighbours of each key.
const KEYS: [&str; 26] = [
    "qwsz", "vghn", "xdfv", "serfcx", "wsdr", "drtgvc", "ftyhbv", "gyujnb", "ujko", "huikmn", "jiolm", "kop",
    "njk", "bhjm", "iklp", "ol", "wa", "edft", "awedxz", "rfgy", "yhji", "cfgb", "qase", "zsdc", "tghu",
    "asx",
];

/// A word with one key missed, hit twice, hit too late, or a neighbour hit instead.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<_> = word.chars().collect();
    let mut slips = Vec::new();
    for (at, letter) in letters.iter().enumerate() {
        let (before, after) = (&letters[..at], &letters[at + 1..]);
        let with = |middle: &[char]| [before, middle, after].concat().into_iter().collect::<String>();
        slips.extend([with(&[]), with(&[*letter, *letter])]);
        if let [next, rest @ ..] = after
            && next != letter
        {
            slips.push([before, &[*next, *letter], rest].concat().into_iter().collect());
        }
        let key = letter.is_ascii_lowercase().then(|| KEYS[(*letter as u8 - b'a') as usize]);
        slips.extend(key.unwrap_or(";").chars().map(|other| with(&[other])));
    }
    slips
}

#[test]
fn a_slip_in_a_negator_makes_no_yes() {
    let sentences = NEGATED.split([';', '\n']).map(str::trim).filter(|sentence| !sentence.is_empty());
    let parts = sentences.map(|sentence| sentence.split('|').collect::<Vec<_>>());
    let texts: Vec<_> = parts
        .flat_map(|parts| slips(parts[1]).into_iter().map(move |slip| [parts[0], &slip, parts[2]].concat()))
        .collect();
    let is_yes = |text: &&String| *RULES.label_of(text) == Label::AGREE;
    let yeses: Vec<_> = texts.iter().filter(is_yes).collect();
    println!("{} of {} are read as yes: {yeses:?}", yeses.len(), texts.len());
    assert!(
        texts.len() > 500 && yeses.len() * 20 < texts.len(),
        "{} of {}: {yeses:?}",
        yeses.len(),
        texts.len()
    );
}
