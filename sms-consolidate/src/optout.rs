//! STOP, START and HELP: which texts steer, and what is answered.
//!
//! Three things opt a sender out, and [`Event::OptedOut`](crate::Event::OptedOut) says which it was:
//!
//! - **A keyword**: a whole message, in any case, without punctuation, emoji and invisible characters, also with accents,
//!   in full-width letters or as S.T.O.P. One that is repeated ("STOP STOP"), stands with courtesy ("Stop. Thank you") or
//!   before a signature is one too, if it is a word that asks for nothing else.
//! - **A wish in a sentence** ("please stop texting me"), which is *inferred* by a careful matcher. It can be
//!   [switched off](OptOut::without_inference).
//! - **The gateway**, which may find keywords by itself or refuse a reply because the sender opted out there.
//!
//! Only what the sender typed counts. What it tapped ([`Origin::Button`]), said in a group, or quoted from us
//! ([`own_words`]) does not. This follows 47 CFR 64.1200(a)(10): any reasonable wording revokes consent
//! (<https://www.ecfr.gov/current/title-47/section-64.1200>).
//!
//! The words of [`OptOut::sms`]:
//!
//! | words | mean | with courtesy |
//! |---|---|---|
//! | STOP, STOPALL, STOP ALL, UNSUBSCRIBE, OPTOUT, OPT OUT | stop | yes |
//! | CANCEL, END, QUIT, REVOKE | stop | no: "cancel please" may be about an appointment |
//! | START, UNSTOP | start | no |
//! | YES | start, if the sender has opted out; else an answer | no |
//! | HELP, INFO | help | no |
//!
//! The list is yours to edit. CANCEL, END, QUIT, REVOKE and INFO are words of ordinary business; one that is removed is
//! classified like any other text. (A gateway that answers keywords by itself still does so for the words of its own list.)
//!
//! ```
//! use sms_consolidate::OptOut;
//! use sms_consolidate::lane::{Control, Keyword};
//!
//! let opt_out = OptOut::sms()
//!     .without_word("CANCEL")
//!     .with_word("ARRET", Control::Stop)
//!     .with_help_text("Acme Dental, 555-0100. Reply STOP to end.");
//! assert_eq!(opt_out.keyword(" Stop! Thanks"), Some(Keyword::Control(Control::Stop)));
//! assert_eq!(opt_out.keyword("Arrêt"), Some(Keyword::Control(Control::Stop)));
//! assert_eq!(opt_out.keyword("cancel"), None);
//! assert_eq!(opt_out.keyword("please stop texting me"), Some(Keyword::Wish));
//! assert_eq!(opt_out.keyword("I can't stop laughing"), None);
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::lane::{Control, Keyword};
use crate::message::{Message, Origin};
use crate::own_words::own_words;

mod normal;
mod wish;

use normal::normal;
use wish::COURTESY;

/// The one confirmation of a stop must leave within this time: 47 CFR 64.1200(a)(12).
pub(crate) const CONFIRM_WITHIN: Duration = Duration::from_secs(5 * 60);

const STOP: Keyword = Keyword::Control(Control::Stop);
const START: Keyword = Keyword::Control(Control::Start);
const HELP: Keyword = Keyword::Control(Control::Help);

/// The words that carriers and gateways agree on (CTIA Messaging Principles and Best Practices, 5.1.3), and those of
/// 47 CFR 64.1200(a)(10).
const WORDS: &[(&str, Keyword)] = &[
    ("CANCEL", STOP),
    ("END", STOP),
    ("HELP", HELP),
    ("INFO", HELP),
    ("OPT OUT", STOP),
    ("OPTOUT", STOP),
    ("QUIT", STOP),
    ("REVOKE", STOP),
    ("START", START),
    ("STOP", STOP),
    ("STOP ALL", STOP),
    ("STOPALL", STOP),
    ("UNSTOP", START),
    ("UNSUBSCRIBE", STOP),
    ("YES", Keyword::StartIfStopped),
];

/// Words that ask for something else beside a word of courtesy: "cancel please".
const ALONE: &[&str] = &["CANCEL", "END", "QUIT", "REVOKE"];

/// The longest name that is taken for a signature.
const LONGEST_NAME_BYTES: usize = 40;

/// How it is known that a sender opted out or in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OptOutCause {
    /// The sender texted a keyword.
    Keyword,
    /// The sender tapped a button of the gateway's that is for this, such as WhatsApp's "Stop promotions".
    Button,
    /// The sender wished it in a sentence.
    Inferred,
    /// The gateway says so: it found a keyword by itself, or refused a reply for it.
    Gateway,
    /// The service said so, by [`set_opted_out`](crate::Consolidator::set_opted_out).
    Operator,
}

impl fmt::Display for OptOutCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keyword => "keyword",
            Self::Button => "button",
            Self::Inferred => "inferred",
            Self::Gateway => "gateway",
            Self::Operator => "operator",
        })
    }
}

/// The keywords of opting out and in, and the texts that answer them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    /// By their normal form.
    words: BTreeMap<String, Keyword>,
    infers: bool,
    stop_text: Option<String>,
    start_text: Option<String>,
    help_text: Option<String>,
}

impl OptOut {
    /// The keywords that carriers and gateways agree on, and wishes in sentences. A stop and a start are confirmed; HELP
    /// has no text until you [give it one](Self::with_help_text).
    #[must_use]
    pub fn sms() -> Self {
        Self {
            words: WORDS.iter().map(|(word, keyword)| ((*word).to_owned(), *keyword)).collect(),
            infers: true,
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

    /// One more word or phrase, such as ARRET for [`Control::Stop`]; or another meaning for one that is there. One without
    /// letters or digits is left out: it would be found in every emoji. So is one of more than 64 bytes.
    #[must_use]
    pub fn with_word(mut self, word: &str, means: impl Into<Keyword>) -> Self {
        if let Some(word) = normal(word).filter(|word| word.len() <= normal::LONGEST_WORD_BYTES) {
            self.words.insert(word, means.into());
        }
        self
    }

    /// One word less: it is classified like any other text.
    #[must_use]
    pub fn without_word(mut self, word: &str) -> Self {
        if let Some(word) = normal(word) {
            self.words.remove(&word);
        }
        self
    }

    /// The words and phrases, in upper case and alphabetical order, with what they mean.
    pub fn words(&self) -> impl Iterator<Item = (&str, Keyword)> {
        self.words.iter().map(|(word, keyword)| (word.as_str(), *keyword))
    }

    /// Looks for keywords only: a wish in a sentence is classified like any other text.
    #[must_use]
    pub fn without_inference(mut self) -> Self {
        self.infers = false;
        self
    }

    /// The confirmation of a stop. It must not advertise. An empty text sends nothing.
    #[must_use]
    pub fn with_stop_text(mut self, text: impl Into<String>) -> Self {
        self.stop_text = Some(text.into());
        self
    }

    /// The confirmation of a start. An empty text sends nothing.
    #[must_use]
    pub fn with_start_text(mut self, text: impl Into<String>) -> Self {
        self.start_text = Some(text.into());
        self
    }

    /// The answer to HELP: who you are and how to reach you. An empty text sends nothing.
    #[must_use]
    pub fn with_help_text(mut self, text: impl Into<String>) -> Self {
        self.help_text = Some(text.into());
        self
    }

    /// The keyword that `message` is, and how that is known: what its gateway says, else what its text is. A part of a
    /// long message is none, nor is what was tapped or said in a group; under a picture only a wish of three words or more is.
    #[must_use]
    pub fn find<M: Message>(&self, message: &M) -> Option<(Keyword, OptOutCause)> {
        let origin = message.origin();
        if let Some(control) = message.control() {
            let is_button = origin == Origin::Button;
            return Some((
                control.into(),
                if is_button { OptOutCause::Button } else { OptOutCause::Gateway },
            ));
        }
        if message.part_of().is_some() {
            return None;
        }
        let keyword = match origin {
            Origin::Typed => self.keyword(message.text()),
            Origin::Caption => self.wish_of_a_caption(&own_words(message.text())),
            Origin::Button | Origin::Group => None,
        };
        let cause = |keyword| match keyword {
            Keyword::Wish => OptOutCause::Inferred,
            _ => OptOutCause::Keyword,
        };
        keyword.map(|keyword| (keyword, cause(keyword)))
    }

    /// The keyword that `text` is, if it is one.
    #[must_use]
    pub fn keyword(&self, text: &str) -> Option<Keyword> {
        let text = own_words(text);
        let Some(word) = normal(&text) else { return self.wish(&text) };
        if let Some(keyword) = self.words.get(&word) {
            return Some(*keyword);
        }
        let was_removed = WORDS.iter().any(|(standard, _)| *standard == word);
        let keyword = self.polite(&word).or_else(|| self.signed(&text));
        keyword.or_else(|| if was_removed { None } else { self.wish(&text) })
    }

    fn wish(&self, own_words: &str) -> Option<Keyword> {
        (self.infers && wish::is_wish(own_words)).then_some(Keyword::Wish)
    }

    /// "Stop" or "stop now" under a picture is about the picture.
    fn wish_of_a_caption(&self, own_words: &str) -> Option<Keyword> {
        if own_words.split_whitespace().nth(2).is_some() { self.wish(own_words) } else { None }
    }

    /// The keyword that is repeated, or stands with words of courtesy: "stop stop please".
    fn polite(&self, text: &str) -> Option<Keyword> {
        let words: Vec<&str> = text.split(' ').filter(|word| !COURTESY.contains(word)).collect();
        let had_courtesy = words.len() < text.split(' ').count();
        let mut found = None;
        let mut rest = words.as_slice();
        while !rest.is_empty() {
            let (length, keyword) = (1..=rest.len().min(2)).rev().find_map(|length| {
                let phrase = rest[..length].join(" ");
                let keyword = *self.words.get(&phrase)?;
                let may_be_polite = keyword == STOP && !ALONE.contains(&phrase.as_str());
                (may_be_polite || !had_courtesy).then_some((length, keyword))
            })?;
            if *found.get_or_insert(keyword) != keyword {
                return None;
            }
            rest = &rest[length..];
        }
        // "Yes please" is an answer.
        found.filter(|keyword| *keyword != Keyword::StartIfStopped)
    }

    /// The stop that is followed by a name and nothing else, as by a signature: "Stop, Mary".
    fn signed(&self, text: &str) -> Option<Keyword> {
        let (word, name) = text.split_once(['\n', ',', '-', '–', '—'])?;
        let word = normal(word).filter(|word| !ALONE.contains(&word.as_str()))?;
        let mut names = name.split_whitespace();
        let is_name = |name: &str| {
            let name = name.trim_end_matches(['.', ',']);
            name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphabetic)
        };
        let is_signature =
            name.len() <= LONGEST_NAME_BYTES && names.clone().next().is_some() && names.all(is_name);
        self.words.get(&word).copied().filter(|keyword| *keyword == STOP && is_signature)
    }

    /// All that may be answered.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        [Control::Stop, Control::Start, Control::Help]
            .into_iter()
            .filter_map(|control| self.text_for(control))
    }

    /// What answers `control`; `None` if nothing does.
    #[must_use]
    pub fn text_for(&self, control: Control) -> Option<&str> {
        let text = match control {
            Control::Stop => &self.stop_text,
            Control::Start => &self.start_text,
            Control::Help => &self.help_text,
        };
        text.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// Whether its gateway has answered `message`: gateways know their own verdict, and of the standard words those that are one
/// word, in any case and alone.
pub(crate) fn is_answered_by_gateway<M: Message>(message: &M) -> bool {
    let is_standard = || {
        let text = message.text().trim();
        WORDS.iter().any(|(word, _)| !word.contains(' ') && word.eq_ignore_ascii_case(text))
    };
    message.gateway_answers_keywords() && (message.control().is_some() || is_standard())
}

#[cfg(test)]
mod tests;
