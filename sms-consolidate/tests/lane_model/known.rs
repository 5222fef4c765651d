//! What is known of a sender on all its lanes, as plainly as it can be said.

use sms_consolidate::OptOutCause;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) is_out: bool,
    pub(crate) why: Option<OptOutCause>,
    /// When it last went out or came in.
    pub(crate) since: Option<i64>,
    /// When it last said stop, whether it was out already or not.
    last_stop: Option<i64>,
    /// When it last said start, whether it was in already or not.
    last_start: Option<i64>,
}

impl Known {
    /// Somebody says at `now` that the sender is out, or in; as of an earlier instant, if there is one.
    pub(crate) fn hear(&mut self, now: i64, is_out: bool, why: OptOutCause, as_of: Option<i64>) {
        // What was known before cannot undo what came after.
        let told_before = self.since.into_iter().chain(self.last_start).max();
        if let (Some(as_of), Some(before)) = (as_of, told_before)
            && as_of <= before
        {
            return;
        }
        let now = told_before.unwrap_or(now).max(now);
        *(if is_out { &mut self.last_stop } else { &mut self.last_start }) = Some(now);
        if is_out != self.is_out {
            (self.is_out, self.why, self.since) = (is_out, Some(why), Some(now));
        }
    }

    /// Whether a batch that opened then may have a reply, as far as the sender goes.
    pub(crate) fn wants_an_answer_to(&self, opened: i64) -> bool {
        !self.is_out && self.last_stop.is_none_or(|stop| stop <= opened)
    }
}
