use super::*;
use crate::message::SmsMessage;

#[test]
fn keywords_are_whole_messages() {
    let opt_out = OptOut::sms().with_word("arrêt", Control::Stop);
    let check = |text: &str, keyword: Option<Keyword>| assert_eq!(opt_out.keyword(text), keyword, "{text:?}");
    let stop = Some(Keyword::Control(Control::Stop));
    for text in ["STOP", "stop", " Stop. ", "STOPALL", "stop all", "Unsubscribe", "cancel", "END", "quit"] {
        check(text, stop);
    }
    for text in ["revoke", "optout", "opt out", "OPT-OUT", "stop?", "\"stop\"", "Arrêt", "ARRÊT!"] {
        check(text, stop);
    }
    check("start", Some(Keyword::Control(Control::Start)));
    check("UNSTOP", Some(Keyword::Control(Control::Start)));
    check("yes", Some(Keyword::StartIfStopped));
    check("Help?", Some(Keyword::Control(Control::Help)));
    check("info", Some(Keyword::Control(Control::Help)));
    for text in ["stop it", "yes I can", "helpful", "", "👍", "...", "non-stop"] {
        check(text, None);
    }
    check(&"stop ".repeat(10_000), None);
}

#[test]
fn keywords_are_found_however_they_are_written() {
    let opt_out = OptOut::sms().with_word("arrêt", Control::Stop);
    let words_only = opt_out.clone().without_inference();
    let stop = Some(Keyword::Control(Control::Stop));
    let shouted =
        [format!("STOP{}", "!".repeat(400)), format!("{}stop{}", ". ".repeat(300), "👍".repeat(300))];
    for text in shouted.iter().map(String::as_str).chain([
        "ST\u{200b}OP",
        "\u{feff}stop\u{200e}",
        "s\u{ad}top",
        "STOP\u{fe0f}",
        "ＳＴＯＰ",
        "ｓｔｏｐ！",
        "ｓｔｏｐ　ａｌｌ",
        "S.T.O.P.",
        "s t o p",
        "S..T..O..P",
        "S-T-O-P",
        "s.t.o.p",
        "S．T．O．P",
        "...stop...",
        "opt.out",
        "A.R.R.Ê.T",
    ]) {
        assert_eq!(opt_out.keyword(text), stop, "{text:?}");
    }
    for text in
        ["non-stop", "nonstop", "non.stop", "st.op", "ＳＴＯＰ　ｉｔ", "\u{200b}", "．", "s.top", "stop.it"]
    {
        assert_eq!(words_only.keyword(text), None, "{text:?}");
    }
}

#[test]
fn a_stop_word_is_as_long_as_what_is_compared() {
    let (longest, longer) = ("x".repeat(64), "y".repeat(65));
    let opt_out = OptOut::sms().with_word(&longest, Control::Stop).with_word(&longer, Control::Stop);
    assert_eq!(opt_out.keyword(&format!("  {longest}!!!")), Some(Keyword::Control(Control::Stop)));
    assert_eq!(opt_out.keyword(&longer), None);
    assert_eq!(opt_out.keyword(&longest[1..]), None);
}

#[test]
fn a_gateway_may_know_better_than_the_text() {
    let of = |message: &SmsMessage| OptOut::sms().find(message).map(|(keyword, _)| keyword);
    assert_eq!(of(&SmsMessage::new("Stop")), Some(Keyword::Control(Control::Stop)));
    let arret = SmsMessage::new("Arrêt").with_control(Control::Stop);
    assert_eq!(of(&arret), Some(Keyword::Control(Control::Stop)));
    assert_eq!(of(&SmsMessage::new("stop").with_part_of("7", 2)), None);
}

#[test]
fn a_stop_word_of_nothing_stops_nobody() {
    let opt_out = OptOut::sms().with_word("", Control::Stop).with_word(" !? ", Control::Stop);
    for text in ["", "👍", "...", " "] {
        assert_eq!(opt_out.keyword(text), None, "{text:?}");
    }
}

#[test]
fn a_gateway_that_answers_by_itself_leaves_us_nothing_to_say() {
    let opt_out = OptOut::sms().with_help_text("x").answered_by_gateway();
    for control in [Control::Start, Control::Help, Control::Stop] {
        assert_eq!(opt_out.text_for(control), None);
    }
}

#[test]
fn a_keyword_may_be_repeated_or_stand_with_courtesy_or_a_signature() {
    let opt_out = OptOut::sms().with_word("basta", Control::Stop);
    let check = |text: &str, keyword: Option<Keyword>| assert_eq!(opt_out.keyword(text), keyword, "{text:?}");
    for text in [
        "Stop. Thank you",
        "STOP STOP STOP",
        "STOP pls",
        "unsubscribe please",
        "please s.t.o.p.",
        "Pls stop!! thanks",
        "stop stop unsubscribe",
        "opt-out please",
        "basta po",
        "STOP\n\nSent from my iPhone",
        "STOP\n> Reply STOP to end",
    ] {
        check(text, Some(STOP));
    }
    check("start start", Some(START));
    for text in ["Stop\nJohn", "STOP, Mary", "Stop - Karen Smith", "Stop\nMaria Santos."] {
        check(text, Some(STOP));
    }
    for text in ["Cancel, Mary", "End\nJohn"] {
        check(text, None);
    }
    // What else they ask for is for the classifier.
    for text in [
        "cancel please",
        "Cancel, thanks",
        "end please",
        "info please",
        "help pls",
        "yes please",
        "yes yes",
        "start please",
    ] {
        check(text, None);
    }
    for text in ["stop start", "stop help", "please", "thanks", "please thank you", "stop 3"] {
        check(text, None);
    }
    check(&"STOP ".repeat(51), Some(STOP));
}

#[test]
fn words_are_compared_without_accents_and_styles() {
    let opt_out = OptOut::sms().with_word("arre\u{302}t", Control::Stop).with_word("İPTAL", Control::Stop);
    for text in [
        "ARRÊT",
        "arre\u{302}t",
        "arret",
        "Arrêt!",
        "iptal",
        "İPTAL",
        "IPTAL",
        "ıptal",
        "i\u{307}ptal",
        "𝐒𝐓𝐎𝐏",
    ] {
        assert_eq!(opt_out.keyword(text), Some(STOP), "{text:?}");
    }
}

#[test]
fn the_list_can_be_edited() {
    let opt_out = OptOut::sms().without_word("cancel").without_word("Info").with_word("baja", Control::Stop);
    let opt_out = opt_out.with_word("quit", Control::Help);
    let check = |text: &str, keyword: Option<Keyword>| assert_eq!(opt_out.keyword(text), keyword, "{text:?}");
    check("CANCEL", None);
    check("info", None);
    check("Baja", Some(STOP));
    check("quit", Some(HELP));
    let removed = OptOut::sms().without_word("STOP").without_word("optout");
    assert_eq!((removed.keyword("Stop"), removed.keyword("optout")), (None, None));
    let words: Vec<_> = opt_out.words().map(|(word, _)| word).collect();
    assert!(words.contains(&"BAJA") && !words.contains(&"CANCEL"), "{words:?}");
    assert!(words.is_sorted());
}

#[test]
fn only_what_was_typed_is_a_keyword() {
    let opt_out = OptOut::sms();
    let check = |text: &str, origin, found: Option<(Keyword, OptOutCause)>| {
        assert_eq!(opt_out.find(&SmsMessage::new(text).with_origin(origin)), found, "{text:?} {origin:?}");
    };
    let wish = Some((Keyword::Wish, OptOutCause::Inferred));
    check("Stop", Origin::Typed, Some((STOP, OptOutCause::Keyword)));
    check("Stop", Origin::Caption, None);
    check("Stop", Origin::Button, None);
    check("Stop", Origin::Group, None);
    check("please stop texting me", Origin::Typed, wish);
    check("please stop texting me", Origin::Caption, wish);
    check("Stop now", Origin::Caption, None);
    check("please stop texting me", Origin::Button, None);
    check("please stop texting me", Origin::Group, None);
    let said = |message: SmsMessage| opt_out.find(&message.with_control(Control::Stop));
    assert_eq!(said(SmsMessage::new("Stopper")), Some((STOP, OptOutCause::Gateway)));
    assert_eq!(said(SmsMessage::new("x").with_origin(Origin::Button)), Some((STOP, OptOutCause::Button)));
}

#[test]
fn a_wish_can_be_left_to_the_classifier() {
    let opt_out = OptOut::sms().without_inference();
    assert_eq!(opt_out.keyword("please stop texting me"), None);
    assert_eq!(opt_out.keyword("stop"), Some(STOP));
}

#[test]
fn what_is_quoted_from_us_steers_nothing() {
    let opt_out = OptOut::sms();
    for text in ["Disliked “STOP”", "> STOP", "Liked “please stop texting me”"] {
        assert_eq!(opt_out.keyword(text), None, "{text:?}");
    }
}

#[test]
fn an_empty_text_answers_nothing() {
    let opt_out = OptOut::sms().with_stop_text("").with_start_text(" ").with_help_text("\n");
    for control in [Control::Start, Control::Help, Control::Stop] {
        assert_eq!(opt_out.text_for(control), None);
    }
}

#[test]
fn a_gateway_answers_its_verdict_and_the_standard_words() {
    let check = |text: &str, control: Option<Control>, answered| {
        let message = SmsMessage::new(text).with_keywords_answered_by_gateway();
        let message = control.map_or(message.clone(), |control| message.with_control(control));
        assert_eq!(is_answered_by_gateway(&message), answered, "{text:?}");
    };
    check("STOP", None, true);
    check("Cancel", None, true);
    check("Stop. Thank you", None, false);
    check("please stop texting me", None, false);
    check("Arrêt", None, false);
    check("Arrêt", Some(Control::Stop), true);
    for odd in ["S.T.O.P", "ＳＴＯＰ", "OPT OUT", "stop all", "\"stop\"", "stóp"] {
        check(odd, None, false);
    }
    assert!(!is_answered_by_gateway(&SmsMessage::new("STOP")));
}
