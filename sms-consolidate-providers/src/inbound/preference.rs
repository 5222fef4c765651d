//! News that somebody has opted out or in, beside messages.

use sms_consolidate::{Conversation, Timestamp};

/// Gateways' times before 2000 come from clocks that were never set.
const YEAR_2000: Timestamp = Timestamp::from_unix_millis(946_684_800_000);

/// Whether somebody wants messages of ours, as their gateway knows it: from a report on one of our messages, or from a
/// setting in their app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preference {
    /// Who it is about, and which of our lines.
    pub conversation: Conversation,
    /// Whether they have opted out. Otherwise they want messages again.
    pub opted_out: bool,
    /// When that was so, as the gateway says; what has come since is newer. `None` is now: of gateways that tell no time,
    /// as Twilio, news that comes late counts as new.
    pub as_of: Option<Timestamp>,
}

impl Preference {
    /// `conversation` has opted out, or wants messages again, as of now.
    #[must_use]
    pub const fn new(conversation: Conversation, opted_out: bool) -> Self {
        Self { conversation, opted_out, as_of: None }
    }

    /// The same as of `at`, as the gateway says in a call that arrived at `now`. A time before 2000 or after `now` comes
    /// from a clock that is wrong, and counts as none.
    #[must_use]
    pub fn as_of(mut self, at: Option<Timestamp>, now: Timestamp) -> Self {
        self.as_of = at.filter(|at| (YEAR_2000..=now).contains(at));
        self
    }
}
