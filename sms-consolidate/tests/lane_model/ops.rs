//! Everything that can happen to a lane, and random schedules of it.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use sms_consolidate::lane::{CloseReason, Control, Keyword, Supersede};
use sms_consolidate::{Timestamp, Window};

use super::batch::Numbers;

/// Milliseconds. They are few, so that two things often fall on the same instant.
pub(crate) type Millis = u8;

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Arrive {
        window: AnyWindow,
        bytes: u32,
        keyword: Option<Keyword>,
        supersede: Bound,
    },
    /// At once, or at the wake.
    Claim {
        lease: Millis,
        waits: bool,
    },
    Renew {
        who: Who,
        lease: Millis,
    },
    Record {
        who: Who,
        label: Option<u8>,
        reply: Option<Decided>,
    },
    Finish {
        who: Who,
        how: How,
        label: Option<u8>,
    },
    Bury {
        who: Who,
        maybe_sent: bool,
    },
    Retry {
        who: Who,
        after: Millis,
        counts: bool,
        maybe_sent: bool,
    },
    /// A dead batch, if there is one.
    Revive {
        which: Index,
    },
    /// Any batch that there ever was.
    Requeue {
        which: Index,
    },
    Flush {
        reason: CloseReason,
    },
    Cancel,
    /// The sender opts out, or in, by no message of this lane.
    Speak {
        is_out: bool,
        /// How old the word is, if it is not of now.
        ago: Option<Millis>,
        /// Whether this lane is told.
        here: bool,
    },
    Wait {
        millis: Millis,
    },
    WaitForWake {
        offset: i8,
    },
    WaitAnHour {
        less: Millis,
    },
    /// Whoever does the next thing has a clock that is so late.
    Lag {
        millis: Millis,
    },
}

impl Op {
    /// Whose fence is shown, if one is.
    pub(crate) fn who(&self) -> Option<&Who> {
        match self {
            Self::Renew { who, .. }
            | Self::Record { who, .. }
            | Self::Finish { who, .. }
            | Self::Bury { who, .. }
            | Self::Retry { who, .. } => Some(who),
            _ => None,
        }
    }
}

/// How a batch ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Replied,
    NoReply,
    Unknown,
}

/// A reply that a worker has decided on.
#[derive(Clone, Debug)]
pub(crate) struct Decided {
    pub(crate) text: u8,
    pub(crate) claims_to_answer: Answers,
    pub(crate) send_timeout: Millis,
    pub(crate) limit: Option<u32>,
}

/// For how long after a batch opened a message takes it back.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    Never,
    Within(Millis),
    TwiceMaxWait,
}

impl Bound {
    pub(crate) fn supersede(self) -> Supersede {
        match self {
            Self::Never => Supersede::Never,
            Self::Within(millis) => Supersede::Within(ms(millis)),
            Self::TwiceMaxWait => Supersede::WithinTwiceMaxWait,
        }
    }

    pub(crate) fn within(self, window: &Numbers) -> Option<i64> {
        match self {
            Self::Never => None,
            Self::Within(millis) => Some(millis.into()),
            Self::TwiceMaxWait => Some(window.max_wait * 2),
        }
    }
}

/// Whose fence is shown.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    Newest,
    Any(Index),
    /// The batch of one claim and the token of another.
    Mixed(Index, Index),
}

/// What control the worker says that its reply answers.
#[derive(Clone, Debug)]
pub(crate) enum Answers {
    WhatTheBatchHolds,
    Other(Option<Control>),
}

#[derive(Clone, Debug)]
pub(crate) struct AnyWindow {
    kind: Kind,
    max_messages: Option<u32>,
    max_bytes: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Fixed(Millis),
    FixedWithMaxWait(Millis, Millis),
    Sliding(Millis, Millis),
    Aligned(Millis, Millis),
}

impl AnyWindow {
    pub(crate) fn fixed(length: Millis) -> Self {
        Self { kind: Kind::Fixed(length), max_messages: None, max_bytes: None }
    }

    pub(crate) fn with_max_bytes(self, cap: u32) -> Self {
        Self { max_bytes: Some(cap), ..self }
    }

    pub(crate) fn at(&self, now: i64) -> (Window, Numbers) {
        let (window, open_for, extend_by, max_wait) = match self.kind {
            Kind::Fixed(length) => (Window::fixed(ms(length)), length.into(), None, length.into()),
            Kind::FixedWithMaxWait(length, max_wait) => {
                (Window::fixed(ms(length)).with_max_wait(ms(max_wait)), length.into(), None, max_wait.into())
            }
            Kind::Sliding(quiet, max_wait) => (
                Window::sliding(ms(quiet), ms(max_wait)),
                quiet.into(),
                Some(i64::from(quiet)),
                max_wait.into(),
            ),
            Kind::Aligned(slot, grace) => {
                let window = Window::aligned(ms(slot), ms(grace)).window_at(stamp(now));
                let (slot, grace) = (i64::from(slot), i64::from(grace));
                let closes = (now / slot + 1) * slot + grace;
                (window, closes - now, None, slot + grace)
            }
        };
        let numbers = Numbers {
            open_for,
            extend_by,
            max_wait,
            max_messages: self.max_messages.unwrap_or(500) as usize,
            max_bytes: self.max_bytes.unwrap_or(256 * 1024).into(),
        };
        let window = self.max_messages.map_or(window, |cap| window.with_max_messages(cap));
        (self.max_bytes.map_or(window, |cap| window.with_max_bytes(cap)), numbers)
    }
}

pub(crate) fn ms(millis: Millis) -> Duration {
    Duration::from_millis(millis.into())
}

pub(crate) fn stamp(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(millis)
}

pub(crate) fn any_window() -> impl Strategy<Value = AnyWindow> {
    let kind = prop_oneof![
        2 => (0..15u8).prop_map(Kind::Fixed),
        1 => (0..15u8, 0..20u8).prop_map(|(length, max_wait)| Kind::FixedWithMaxWait(length, max_wait)),
        3 => (0..10u8, 0..25u8).prop_map(|(quiet, max_wait)| Kind::Sliding(quiet, max_wait)),
        1 => (1..12u8, 0..6u8).prop_map(|(slot, grace)| Kind::Aligned(slot, grace)),
    ];
    let max_messages = prop_oneof![4 => Just(None), 1 => (1..5u32).prop_map(Some)];
    let max_bytes = prop_oneof![4 => Just(None), 1 => (1..12u32).prop_map(Some)];
    (kind, max_messages, max_bytes).prop_map(|(kind, max_messages, max_bytes)| AnyWindow {
        kind,
        max_messages,
        max_bytes,
    })
}

pub(crate) fn control() -> impl Strategy<Value = Control> {
    prop_oneof![Just(Control::Stop), Just(Control::Start), Just(Control::Help)]
}

pub(crate) fn arrive() -> impl Strategy<Value = Op> {
    let keyword = prop_oneof![
        8 => Just(None),
        2 => control().prop_map(Keyword::Control).prop_map(Some),
        1 => Just(Some(Keyword::StartIfStopped)),
        1 => Just(Some(Keyword::Wish)),
    ];
    let supersede = prop_oneof![2 => Just(Bound::Never), 3 => (0..40u8).prop_map(Bound::Within), 1 => Just(Bound::TwiceMaxWait)];
    (any_window(), 0..6u32, keyword, supersede).prop_map(|(window, bytes, keyword, supersede)| Op::Arrive {
        window,
        bytes,
        keyword,
        supersede,
    })
}

pub(crate) fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        10 => Just(Who::Newest),
        2 => any::<Index>().prop_map(Who::Any),
        1 => any::<(Index, Index)>().prop_map(|(batch, token)| Who::Mixed(batch, token)),
    ]
}

fn decided() -> impl Strategy<Value = Decided> {
    let answers = prop_oneof![
        4 => Just(Answers::WhatTheBatchHolds),
        1 => proptest::option::of(control()).prop_map(Answers::Other),
    ];
    let limit = prop_oneof![1 => Just(None), 2 => (1..4u32).prop_map(Some)];
    (0..4u8, answers, 0..6u8, limit).prop_map(|(text, claims_to_answer, send_timeout, limit)| Decided {
        text,
        claims_to_answer,
        send_timeout,
        limit,
    })
}

fn label() -> impl Strategy<Value = Option<u8>> {
    proptest::option::of(0..4u8)
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![2 => Just(How::Replied), 1 => Just(How::NoReply), 1 => Just(How::Unknown)]
}

fn retry() -> impl Strategy<Value = (Millis, bool, bool)> {
    (0..12u8, any::<bool>(), any::<bool>())
}

pub(crate) fn fenced() -> impl Strategy<Value = Op> {
    prop_oneof![
        1 => (who(), 0..15u8).prop_map(|(who, lease)| Op::Renew { who, lease }),
        2 => (who(), label()).prop_map(|(who, label)| Op::Record { who, label, reply: None }),
        4 => (who(), label(), decided())
            .prop_map(|(who, label, reply)| Op::Record { who, label, reply: Some(reply) }),
        3 => (who(), how(), label()).prop_map(|(who, how, label)| Op::Finish { who, how, label }),
        2 => (who(), any::<bool>()).prop_map(|(who, maybe_sent)| Op::Bury { who, maybe_sent }),
        3 => (who(), retry()).prop_map(|(who, (after, counts, maybe_sent))| {
            Op::Retry { who, after, counts, maybe_sent }
        }),
    ]
}

fn speak() -> impl Strategy<Value = Op> {
    let ago = prop_oneof![1 => Just(None), 1 => (0..20u8).prop_map(Some)];
    (any::<bool>(), ago, any::<bool>()).prop_map(|(is_out, ago, here)| Op::Speak { is_out, ago, here })
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let reason = prop_oneof![Just(CloseReason::Flush), Just(CloseReason::Shutdown)];
    let time = prop_oneof![
        10 => (0..12u8).prop_map(|millis| Op::Wait { millis }),
        4 => (-1..=1i8).prop_map(|offset| Op::WaitForWake { offset }),
        2 => (0..20u8).prop_map(|less| Op::WaitAnHour { less }),
        3 => (1..20u8).prop_map(|millis| Op::Lag { millis }),
    ];
    prop_oneof![
        14 => arrive(),
        14 => time,
        10 => (5..20u8, any::<bool>()).prop_map(|(lease, waits)| Op::Claim { lease, waits }),
        14 => fenced(),
        1 => any::<Index>().prop_map(|which| Op::Revive { which }),
        1 => any::<Index>().prop_map(|which| Op::Requeue { which }),
        1 => reason.prop_map(|reason| Op::Flush { reason }),
        1 => Just(Op::Cancel),
        2 => speak(),
    ]
}

/// What a worker does: waits, claims, sends, and says how it went.
fn attempt() -> impl Strategy<Value = Vec<Op>> {
    let claim = (5..20u8).prop_map(|lease| Op::Claim { lease, waits: true });
    let limit = prop_oneof![Just(None), (1..3u32).prop_map(Some)];
    let begin_reply = (label(), 0..4u8, 0..4u8, limit).prop_map(|(label, text, send_timeout, limit)| {
        let claims_to_answer = Answers::WhatTheBatchHolds;
        let reply = Some(Decided { text, claims_to_answer, send_timeout, limit });
        Op::Record { who: Who::Newest, label, reply }
    });
    let end = prop_oneof![
        how().prop_map(|how| Op::Finish { who: Who::Newest, how, label: None }),
        retry().prop_map(|(after, counts, maybe_sent)| {
            Op::Retry { who: Who::Newest, after, counts, maybe_sent }
        }),
    ];
    (claim, begin_reply, end).prop_map(|(claim, begin_reply, end)| vec![claim, begin_reply, end])
}

pub(crate) fn schedule() -> impl Strategy<Value = Vec<Op>> {
    let step = prop_oneof![6 => op().prop_map(|op| vec![op]), 1 => attempt()];
    proptest::collection::vec(step, 1..70).prop_map(|steps| steps.concat())
}
