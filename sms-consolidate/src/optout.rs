//! STOP, START and HELP: which texts are keywords, and what is answered.
//!
//! A keyword is a whole message: trimmed, without punctuation, in any case. Words inside a sentence ("please stop
//! texting me") are for classification.
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

/// The one confirmation of a stop must leave within this time: 47 CFR 64.1200(a)(12).
pub(crate) const CONFIRM_WITHIN: Duration = Duration::from_secs(5 * 60);

/// The longest text that is looked at: no keyword comes near it.
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
    /// every emoji.
    #[must_use]
    pub fn with_stop_word(mut self, word: &str) -> Self {
        self.stop_words.extend(Some(normalise(word)).filter(|word| !word.is_empty()));
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
        if text.trim().len() > LONGEST_KEYWORD_BYTES {
            return None;
        }
        let word = normalise(text);
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

/// Upper case, punctuation as spaces (OPT-OUT is OPT OUT), single spaces.
fn normalise(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words: Vec<String> = spaced.split_whitespace().map(str::to_uppercase).collect();
    words.join(" ")
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
