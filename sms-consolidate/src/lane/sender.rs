//! What is known of a sender beside its lanes: whether it opted out.
//!
//! A stop holds for the sender and not for one batch or one lane, so it is a small record of its own. It survives a lane
//! that is damaged, repaired by hand, forgotten or erased. A store keeps it under a [`SenderId`], a keyed hash of
//! [`Key::opt_out_scope`](crate::Key::opt_out_scope), and reads it under the lock under which it appends a keyword or begins
//! a reply.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher24};

use crate::clock::Timestamp;
use crate::optout::OptOutCause;

/// How long the record of a sender who opted in is kept. What was unfinished before that has ended by then, but for windows
/// and waits that are longer; and gateways have given up on what they report again, Meta after seven days
/// (<https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>).
const KEPT_AFTER_OPT_IN: Duration = Duration::from_secs(8 * 24 * 60 * 60);

/// Whether a sender opted out, since when, and by what. The default is a sender of whom nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sender {
    opted_out: bool,
    cause: Option<OptOutCause>,
    changed_at: Option<Timestamp>,
    /// When it last stopped, also if it has opted in since.
    stopped_at: Option<Timestamp>,
    /// When it last started, also if it had not opted out as far as anybody here knew.
    started_at: Option<Timestamp>,
}

impl Sender {
    /// Whether it opted out.
    #[must_use]
    pub const fn is_opted_out(&self) -> bool {
        self.opted_out
    }

    /// Why it opted out, or opted in again; `None` if it never did either.
    #[must_use]
    pub const fn cause(&self) -> Option<OptOutCause> {
        self.cause
    }

    /// When it opted out, or opted in again.
    #[must_use]
    pub const fn changed_at(&self) -> Option<Timestamp> {
        self.changed_at
    }

    /// Whether a batch that opened at `opened_at` was there when the sender stopped. It gets no reply, even if the sender
    /// opted in again.
    pub(crate) fn stopped_after(&self, opened_at: Timestamp) -> bool {
        self.stopped_at.is_some_and(|stopped_at| opened_at < stopped_at)
    }

    /// What is known after `change`, which may be nothing new: a word that is older than what is known changes nothing.
    #[must_use]
    pub fn after(&self, now: Timestamp, change: &OptOutChange) -> Self {
        let known_since = self.known_since();
        let is_older = |as_of: Timestamp| known_since.is_some_and(|since| as_of <= since);
        if change.as_of.is_some_and(is_older) {
            return *self;
        }
        let mut after = *self;
        let now = known_since.map_or(now, |since| since.max(now));
        if change.opted_out {
            after.stopped_at = Some(now);
        } else {
            after.started_at = Some(now);
        }
        if change.opted_out != self.opted_out {
            after.opted_out = change.opted_out;
            after.cause = Some(change.cause);
            after.changed_at = Some(now);
        }
        after
    }

    /// Takes a change in. Returns whether that opted the sender out, or in again.
    pub fn apply(&mut self, now: Timestamp, change: &OptOutChange) -> bool {
        let before = std::mem::replace(self, self.after(now, change));
        before.opted_out != self.opted_out
    }

    /// Since when what is known has held. What is older than that says nothing new.
    fn known_since(&self) -> Option<Timestamp> {
        self.changed_at.max(self.started_at)
    }

    /// From when on the record says nothing that anybody needs. `None` as long as the sender has opted out.
    #[must_use]
    pub fn forgettable_at(&self) -> Option<Timestamp> {
        match self.known_since() {
            _ if self.opted_out => None,
            Some(since) => Some(since + KEPT_AFTER_OPT_IN),
            None => Some(Timestamp::MIN),
        }
    }
}

/// Somebody's word that a sender has opted out, or in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptOutChange {
    /// Out, or in.
    pub opted_out: bool,
    /// Who says so.
    pub cause: OptOutCause,
    /// As of when that is known to be so; `None` is now. A gateway that refuses a reply says so as of when it was asked, and a
    /// START that came since is newer.
    pub as_of: Option<Timestamp>,
}

impl OptOutChange {
    /// A change as of now.
    #[must_use]
    pub const fn new(opted_out: bool, cause: OptOutCause) -> Self {
        Self { opted_out, cause, as_of: None }
    }

    /// The same as of an earlier instant.
    #[must_use]
    pub const fn as_of(mut self, at: Timestamp) -> Self {
        self.as_of = Some(at);
        self
    }
}

/// Under what a store keeps the record of a sender: a hash that tells nothing without the store's secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SenderId([u8; 16]);

impl SenderId {
    /// The hash, as bytes that sort as the ids do.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The id that has these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for SenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SenderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Makes [`SenderId`]s under a secret, which a store makes once and keeps as long as their records: SipHash-2-4 of 128 bits.
#[derive(Clone)]
pub struct SenderIds(SipHasher24);

impl SenderIds {
    /// Under this secret.
    #[must_use]
    pub fn new(secret: &[u8; 16]) -> Self {
        Self(SipHasher24::new_with_key(secret))
    }

    /// Under a secret that nobody knows, for records that are gone with the process.
    #[must_use]
    pub fn random() -> Self {
        let source = RandomState::new();
        let [first, second] = [1_u8, 2].map(|half| source.hash_one(half));
        Self(SipHasher24::new_with_keys(first, second))
    }

    /// The id of the sender with this [`Key::opt_out_scope`](crate::Key::opt_out_scope).
    #[must_use]
    pub fn of(&self, scope: &str) -> SenderId {
        let mut hasher = self.0;
        hasher.write(scope.as_bytes());
        SenderId(hasher.finish128().as_bytes())
    }
}

/// Without the secret.
impl fmt::Debug for SenderIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderIds").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Timestamp {
        Timestamp::default() + Duration::from_secs(second)
    }

    const STOP: OptOutChange = OptOutChange::new(true, OptOutCause::Keyword);
    const START: OptOutChange = OptOutChange::new(false, OptOutCause::Keyword);
    const REJECTED: OptOutChange = OptOutChange::new(true, OptOutCause::Gateway);

    #[test]
    fn the_first_stop_says_why_and_a_repeated_one_covers_what_came_since() {
        let first = Sender::default().after(at(1), &STOP);
        let again = first.after(at(5), &REJECTED);
        assert!(again.is_opted_out());
        assert_eq!((again.cause(), again.changed_at()), (Some(OptOutCause::Keyword), Some(at(1))));
        let back = again.after(at(9), &START);
        assert!(!back.is_opted_out() && back.stopped_after(at(4)) && !back.stopped_after(at(5)));
    }

    #[test]
    fn an_older_word_changes_nothing() {
        let back = Sender::default().after(at(1), &STOP).after(at(10), &START);
        assert_eq!(back.after(at(20), &REJECTED.as_of(at(10))), back);
        assert!(back.after(at(20), &REJECTED.as_of(at(11))).is_opted_out());
        assert!(Sender::default().after(at(20), &REJECTED.as_of(at(1))).is_opted_out());
    }

    #[test]
    fn a_start_of_a_sender_who_had_not_opted_out_is_remembered_for_a_while() {
        let started = Sender::default().after(at(10), &START);
        assert!(!started.is_opted_out());
        assert_eq!((started.cause(), started.changed_at()), (None, None), "nothing has changed");
        assert_eq!(started.after(at(20), &REJECTED.as_of(at(10))), started);
        assert!(started.after(at(20), &REJECTED.as_of(at(11))).is_opted_out());
        assert_eq!(started.forgettable_at(), Some(at(10) + KEPT_AFTER_OPT_IN));
    }

    #[test]
    fn a_sender_who_opted_out_is_never_forgotten() {
        let out = Sender::default().after(at(1), &STOP);
        assert_eq!(out.forgettable_at(), None);
        assert_eq!(out.after(at(2), &START).forgettable_at(), Some(at(2) + KEPT_AFTER_OPT_IN));
    }

    #[test]
    fn a_change_says_whether_the_sender_has_opted_out_or_in() {
        let mut sender = Sender::default();
        let told = [STOP, REJECTED, START, START, STOP].map(|change| sender.apply(at(1), &change));
        assert_eq!(told, [true, false, true, false, true]);
        assert_eq!(
            sender,
            [STOP, REJECTED, START, START, STOP]
                .iter()
                .fold(Sender::default(), |sender, change| { sender.after(at(1), change) })
        );
    }

    #[test]
    fn ids_under_random_secrets_differ() {
        let (one, other) = (SenderIds::random(), SenderIds::random());
        assert_eq!(one.of("+15551000001"), one.of("+15551000001"));
        assert_ne!(one.of("+15551000001"), other.of("+15551000001"));
    }

    #[test]
    fn an_id_is_the_same_for_ever() {
        // What a store has kept must be found again by every later version.
        let id = SenderIds::new(b"0123456789abcdef").of("+15551000001");
        assert_eq!(id.to_string(), "a5fe1ad98b2a3588d6a11431c9caa213");
        assert_eq!(SenderId::from_bytes(*id.as_bytes()), id);
        assert_ne!(SenderIds::new(b"0123456789abcdeg").of("+15551000001"), id);
    }
}
