//! STOP, START and HELP: which texts are keywords, and what is answered.
//!
//! A keyword is a whole message: trimmed, without punctuation and invisible characters, in any case, also in full-width
//! letters or as S.T.O.P. Words inside a sentence ("please stop texting me") are for classification.
//!
//! ```
//! use sms_consolidate::lane::{Control, Keyword};
//! use sms_consolidate::OptOut;
//!
//! let opt_out = OptOut::sms().with_help_text("Acme Dental, 555-0100. Reply STOP to end.");
//! assert_eq!(opt_out.keyword(" Stop! "), Some(Keyword::Control(Control::Stop)));
//! assert_eq!(opt_out.keyword("please stop texting me"), None);
//! ```

use std::time::Duration;

use crate::lane::{Control, Keyword};
use crate::message::Message;

mod wish;

/// The one confirmation of a stop must leave within this time: 47 CFR 64.1200(a)(12).
pub(crate) const CONFIRM_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The longest text that is compared, without its punctuation: no keyword comes near it.
const LONGEST_KEYWORD_BYTES: usize = 64;

const STOP: &[&str] =
    &["STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT"];
const START: &[&str] = &["START", "UNSTOP"];
const START_IF_STOPPED: &[&str] = &["YES"];
const HELP: &[&str] = &["HELP", "INFO"];

/// The keywords of opting out and in, and the texts that answer them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    stop_words: Vec<String>,
    stop_text: Option<String>,
    start_text: Option<String>,
    help_text: Option<String>,
}

impl OptOut {
    /// The keywords that carriers and gateways agree on. A stop and a start are confirmed; HELP has no text until you
    /// [give it one](Self::with_help_text).
    #[must_use]
    pub fn sms() -> Self {
        Self {
            stop_words: Vec::new(),
            stop_text: Some(
                "You are unsubscribed and will get no more messages. Reply START to resubscribe.".into(),
            ),
            start_text: Some("You are subscribed again. Reply STOP to unsubscribe.".into()),
            help_text: None,
        }
    }

    /// Every gateway answers keywords by itself, so the library records them and answers nothing. Where only some do,
    /// their messages [say so](Message::gateway_answers_keywords), and this is not needed.
    #[must_use]
    pub fn answered_by_gateway(mut self) -> Self {
        self.stop_text = None;
        self.start_text = None;
        self.help_text = None;
        self
    }

    /// One more word that opts out, such as ARRET. One without letters or digits is left out: it would be found in
    /// every emoji. So is one of more than 64 bytes.
    #[must_use]
    pub fn with_stop_word(mut self, word: &str) -> Self {
        self.stop_words.extend(normalise(word));
        self
    }

    /// The confirmation of a stop. It must not advertise.
    #[must_use]
    pub fn with_stop_text(mut self, text: impl Into<String>) -> Self {
        self.stop_text = Some(text.into());
        self
    }

    /// The confirmation of a start.
    #[must_use]
    pub fn with_start_text(mut self, text: impl Into<String>) -> Self {
        self.start_text = Some(text.into());
        self
    }

    /// The answer to HELP: who you are and how to reach you.
    #[must_use]
    pub fn with_help_text(mut self, text: impl Into<String>) -> Self {
        self.help_text = Some(text.into());
        self
    }

    /// The keyword that `message` is: what its gateway says, else what its text is. A part of a long message is none.
    #[must_use]
    pub fn keyword_of<M: Message>(&self, message: &M) -> Option<Keyword> {
        if let Some(control) = message.control() {
            return Some(Keyword::Control(control));
        }
        if message.part_of().is_some() { None } else { self.keyword(message.text()) }
    }

    /// The keyword that `text` is, if it is one.
    #[must_use]
    pub fn keyword(&self, text: &str) -> Option<Keyword> {
        let word = normalise(text)?;
        let is_in = |list: &[&str]| list.contains(&word.as_str());
        if is_in(STOP) || self.stop_words.contains(&word) {
            Some(Keyword::Control(Control::Stop))
        } else if is_in(START) {
            Some(Keyword::Control(Control::Start))
        } else if is_in(START_IF_STOPPED) {
            Some(Keyword::StartIfStopped)
        } else if is_in(HELP) {
            Some(Keyword::Control(Control::Help))
        } else {
            None
        }
    }

    /// What answers `control`; `None` if nothing does.
    #[must_use]
    pub fn text_for(&self, control: Control) -> Option<&str> {
        match control {
            Control::Stop => self.stop_text.as_deref(),
            Control::Start => self.start_text.as_deref(),
            Control::Help => self.help_text.as_deref(),
        }
    }
}

/// Upper case, punctuation as spaces (OPT-OUT is OPT OUT), single spaces. Dots between single letters are nothing.
/// `None` if there is no letter and no digit, or too much for a keyword.
fn normalise(text: &str) -> Option<String> {
    let stripped = strip(text)?;
    let words = stripped.split(' ').map(|word| {
        let is_spelled = word.split('.').all(|part| part.chars().count() == 1);
        word.replace('.', if is_spelled { "" } else { " " }).to_uppercase()
    });
    let words: Vec<String> = words.collect();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

/// The letters and digits of `text`; between them one dot where that was all there was, else one space. It stops where
/// there are too many for a keyword.
fn strip(text: &str) -> Option<String> {
    let mut stripped = String::new();
    let mut gap = None;
    for c in text.chars().filter(|c| !is_invisible(*c)).map(half_width) {
        if !c.is_alphanumeric() {
            gap = Some(if c == '.' && gap.is_none() { '.' } else { ' ' });
            continue;
        }
        let gap = gap.take().filter(|_| !stripped.is_empty());
        stripped.extend(gap);
        stripped.push(c);
        if stripped.len() > LONGEST_KEYWORD_BYTES {
            return None;
        }
    }
    Some(stripped)
}

/// What keyboards and copied texts leave between letters: soft hyphens, joiners, marks of direction, selectors, tags.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The ASCII character of a full-width one, as Japanese and Chinese keyboards write it.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xff01 + u32::from('!')).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::SmsMessage;

    #[test]
    fn keywords_are_whole_messages() {
        let opt_out = OptOut::sms().with_stop_word("arrêt");
        let check =
            |text: &str, keyword: Option<Keyword>| assert_eq!(opt_out.keyword(text), keyword, "{text:?}");
        let stop = Some(Keyword::Control(Control::Stop));
        for text in ["STOP", "stop", " Stop. ", "STOPALL", "stop all", "Unsubscribe", "cancel", "END", "quit"]
        {
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
        for text in ["please stop texting me", "stop it", "yes I can", "helpful", "", "👍", "...", "non-stop"]
        {
            check(text, None);
        }
        check(&"stop ".repeat(10_000), None);
    }

    #[test]
    fn keywords_are_found_however_they_are_written() {
        let opt_out = OptOut::sms().with_stop_word("arrêt");
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
            "s.t.o.p",
            "S．T．O．P",
            "...stop...",
            "opt.out",
            "A.R.R.Ê.T",
        ]) {
            assert_eq!(opt_out.keyword(text), stop, "{text:?}");
        }
        for text in [
            "non-stop",
            "nonstop",
            "non.stop",
            "S.T.O.P texting",
            "please s.t.o.p.",
            "st.op",
            "s t o p",
            "S..T..O..P",
            "ＳＴＯＰ　ｉｔ",
            "\u{200b}",
            "．",
            "s.top",
            "stop.it",
        ] {
            assert_eq!(opt_out.keyword(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_stop_word_is_as_long_as_what_is_compared() {
        let (longest, longer) = ("x".repeat(64), "y".repeat(65));
        let opt_out = OptOut::sms().with_stop_word(&longest).with_stop_word(&longer);
        assert_eq!(opt_out.keyword(&format!("  {longest}!!!")), Some(Keyword::Control(Control::Stop)));
        assert_eq!(opt_out.keyword(&longer), None);
        assert_eq!(opt_out.keyword(&longest[1..]), None);
    }

    #[test]
    fn a_gateway_may_know_better_than_the_text() {
        let of = |message: &SmsMessage| OptOut::sms().keyword_of(message);
        assert_eq!(of(&SmsMessage::new("Stop")), Some(Keyword::Control(Control::Stop)));
        let arret = SmsMessage::new("Arrêt").with_control(Control::Stop);
        assert_eq!(of(&arret), Some(Keyword::Control(Control::Stop)));
        assert_eq!(of(&SmsMessage::new("stop").with_part_of("7", 2)), None);
    }

    #[test]
    fn a_stop_word_of_nothing_stops_nobody() {
        let opt_out = OptOut::sms().with_stop_word("").with_stop_word(" !? ");
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
}
