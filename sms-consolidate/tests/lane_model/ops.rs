//! Everything that can happen to a lane, and random schedules of it.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use sms_consolidate::lane::{CloseReason, Control, Keyword};
use sms_consolidate::{Timestamp, Window};

use super::model::Numbers;

/// Milliseconds. They are few, so that two things often fall on the same instant.
pub(crate) type Millis = u8;

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Arrive {
        window: AnyWindow,
        bytes: u32,
        keyword: Option<Keyword>,
        supersede_within: Option<Millis>,
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
    Checkpoint {
        who: Who,
    },
    BeginReply {
        who: Who,
        claims_to_answer: Answers,
        send_timeout: Millis,
        limit: Option<u32>,
    },
    Finish {
        who: Who,
    },
    Bury {
        who: Who,
    },
    Retry {
        who: Who,
        after: Millis,
        counts: bool,
        maybe_sent: bool,
    },
    Requeue {
        which: Index,
    },
    Nudge {
        which: Index,
    },
    Flush {
        reason: CloseReason,
    },
    Cancel,
    OptOut,
    OptIn,
    Wait {
        millis: Millis,
    },
    WaitForWake {
        offset: i8,
    },
    WaitAnHour {
        less: Millis,
    },
}

impl Op {
    /// Whose fence is shown, if one is.
    pub(crate) fn who(&self) -> Option<&Who> {
        match self {
            Self::Renew { who, .. }
            | Self::Checkpoint { who }
            | Self::BeginReply { who, .. }
            | Self::Finish { who }
            | Self::Bury { who }
            | Self::Retry { who, .. } => Some(who),
            _ => None,
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
    let supersede_within = prop_oneof![1 => Just(None), 2 => (0..40u8).prop_map(Some)];
    (any_window(), 0..6u32, keyword, supersede_within).prop_map(
        |(window, bytes, keyword, supersede_within)| Op::Arrive { window, bytes, keyword, supersede_within },
    )
}

pub(crate) fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        10 => Just(Who::Newest),
        2 => any::<Index>().prop_map(Who::Any),
        1 => any::<(Index, Index)>().prop_map(|(batch, token)| Who::Mixed(batch, token)),
    ]
}

pub(crate) fn fenced() -> impl Strategy<Value = Op> {
    let answers = prop_oneof![
        4 => Just(Answers::WhatTheBatchHolds),
        1 => proptest::option::of(control()).prop_map(Answers::Other),
    ];
    let limit = prop_oneof![1 => Just(None), 2 => (1..4u32).prop_map(Some)];
    prop_oneof![
        1 => (who(), 0..15u8).prop_map(|(who, lease)| Op::Renew { who, lease }),
        2 => who().prop_map(|who| Op::Checkpoint { who }),
        4 => (who(), answers, 0..6u8, limit).prop_map(|(who, claims_to_answer, send_timeout, limit)| {
            Op::BeginReply { who, claims_to_answer, send_timeout, limit }
        }),
        3 => who().prop_map(|who| Op::Finish { who }),
        1 => who().prop_map(|who| Op::Bury { who }),
        3 => (who(), 0..12u8, any::<bool>(), any::<bool>()).prop_map(|(who, after, counts, maybe_sent)| {
            Op::Retry { who, after, counts, maybe_sent }
        }),
    ]
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let reason = prop_oneof![Just(CloseReason::Flush), Just(CloseReason::Shutdown)];
    let time = prop_oneof![
        5 => (0..12u8).prop_map(|millis| Op::Wait { millis }),
        2 => (-1..=1i8).prop_map(|offset| Op::WaitForWake { offset }),
        1 => (0..20u8).prop_map(|less| Op::WaitAnHour { less }),
    ];
    prop_oneof![
        14 => arrive(),
        14 => time,
        10 => (5..20u8, any::<bool>()).prop_map(|(lease, waits)| Op::Claim { lease, waits }),
        14 => fenced(),
        1 => any::<Index>().prop_map(|which| Op::Requeue { which }),
        1 => any::<Index>().prop_map(|which| Op::Nudge { which }),
        1 => reason.prop_map(|reason| Op::Flush { reason }),
        1 => Just(Op::Cancel),
        1 => Just(Op::OptOut),
        1 => Just(Op::OptIn),
    ]
}

/// What a worker does: waits, claims, sends, and says how it went.
fn attempt() -> impl Strategy<Value = Vec<Op>> {
    let claim = (5..20u8).prop_map(|lease| Op::Claim { lease, waits: true });
    let limit = prop_oneof![Just(None), (1..3u32).prop_map(Some)];
    let begin_reply = (0..4u8, limit).prop_map(|(send_timeout, limit)| {
        let claims_to_answer = Answers::WhatTheBatchHolds;
        Op::BeginReply { who: Who::Newest, claims_to_answer, send_timeout, limit }
    });
    let end = prop_oneof![
        Just(Op::Finish { who: Who::Newest }),
        (0..12u8, any::<bool>(), any::<bool>()).prop_map(|(after, counts, maybe_sent)| {
            Op::Retry { who: Who::Newest, after, counts, maybe_sent }
        }),
    ];
    (claim, begin_reply, end).prop_map(|(claim, begin_reply, end)| vec![claim, begin_reply, end])
}

pub(crate) fn schedule() -> impl Strategy<Value = Vec<Op>> {
    let step = prop_oneof![6 => op().prop_map(|op| vec![op]), 1 => attempt()];
    proptest::collection::vec(step, 1..70).prop_map(|steps| steps.concat())
}
