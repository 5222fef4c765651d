//! What can happen to a store.

use proptest::prelude::*;

pub(crate) const KEYS: u8 = 5;

/// One message.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) key: u8,
    pub(crate) id: Option<u8>,
    pub(crate) shape: Shape,
    pub(crate) keyword: Word,
    pub(crate) supersedes: bool,
    pub(crate) reach: Reach,
    /// The provider's time against that of arrival, in seconds.
    pub(crate) sent: Option<i8>,
}

/// How far an opt-out reaches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    Line,
    AllLines,
}

/// The window of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Fixed,
    Sliding,
    Urgent,
    CapOf(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    None,
    Stop,
    Start,
    Yes,
    Help,
}

/// Whose claim a write shows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who {
    /// The present holder of a key's head, if it has one.
    Holder(u8),
    /// Any claim that was ever made.
    Any(prop::sample::Index),
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Append(Vec<Text>),
    Claim {
        limit: usize,
        lease_s: u32,
    },
    Renew(Who, u32),
    /// A classification, a reply, or both.
    Record {
        who: Who,
        classified: bool,
        reply: Option<Reach>,
    },
    Finish {
        who: Who,
        replied: bool,
    },
    Retry {
        who: Who,
        after_s: u32,
        maybe_sent: bool,
    },
    Bury {
        who: Who,
        maybe_sent: bool,
    },
    /// Any batch that there ever was.
    Requeue(prop::sample::Index),
    /// One that is dead, if there is any.
    Revive(prop::sample::Index),
    Flush(Option<u8>),
    Cancel(u8),
    SetOptedOut {
        key: u8,
        reach: Reach,
        opted_out: bool,
        /// The word is so many seconds old.
        age_s: Option<u32>,
    },
    Maintain(usize),
    WaitSeconds(u32),
}

fn word() -> impl Strategy<Value = Word> {
    prop_oneof![
        20 => Just(Word::None),
        1 => Just(Word::Stop),
        1 => Just(Word::Start),
        1 => Just(Word::Yes),
        1 => Just(Word::Help),
    ]
}

fn reach() -> impl Strategy<Value = Reach> {
    prop_oneof![Just(Reach::Line), Just(Reach::AllLines)]
}

fn text() -> impl Strategy<Value = Text> {
    let shape = prop_oneof![
        3 => Just(Shape::Fixed),
        3 => Just(Shape::Sliding),
        1 => Just(Shape::Urgent),
        3 => (1..4u32).prop_map(Shape::CapOf),
    ];
    let id = prop::option::of(0..12u8);
    let sent = prop::option::weighted(0.2, -3..3i8);
    (0..KEYS, id, shape, word(), any::<bool>(), reach(), sent).prop_map(
        |(key, id, shape, keyword, supersedes, reach, sent)| Text {
            key,
            id,
            shape,
            keyword,
            supersedes,
            reach,
            sent,
        },
    )
}

/// Several keys' messages are taken in in any order, so what one line says must not reach another.
fn several(mut texts: Vec<Text>) -> Op {
    texts.iter_mut().for_each(|text| text.reach = Reach::Line);
    Op::Append(texts)
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        4 => (0..KEYS).prop_map(Who::Holder),
        1 => any::<prop::sample::Index>().prop_map(Who::Any),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => prop::collection::vec(text(), 1..2).prop_map(Op::Append),
        2 => prop::collection::vec(text(), 2..8).prop_map(several),
        6 => (prop_oneof![1..3usize, Just(100)], 1..90u32)
            .prop_map(|(limit, lease_s)| Op::Claim { limit, lease_s }),
        1 => (who(), 1..90u32).prop_map(|(who, lease_s)| Op::Renew(who, lease_s)),
        4 => (who(), any::<bool>(), prop::option::weighted(0.8, reach()))
            .prop_map(|(who, classified, reply)| Op::Record { who, classified, reply }),
        4 => (who(), any::<bool>()).prop_map(|(who, replied)| Op::Finish { who, replied }),
        2 => (who(), 0..60u32, any::<bool>())
            .prop_map(|(who, after_s, maybe_sent)| Op::Retry { who, after_s, maybe_sent }),
        2 => (who(), any::<bool>()).prop_map(|(who, maybe_sent)| Op::Bury { who, maybe_sent }),
        1 => any::<prop::sample::Index>().prop_map(Op::Requeue),
        2 => any::<prop::sample::Index>().prop_map(Op::Revive),
        1 => prop::option::of(0..KEYS).prop_map(Op::Flush),
        1 => (0..KEYS).prop_map(Op::Cancel),
        1 => (0..KEYS, reach(), any::<bool>(), prop::option::of(0..200u32)).prop_map(
            |(key, reach, opted_out, age_s)| Op::SetOptedOut { key, reach, opted_out, age_s }
        ),
        1 => prop_oneof![Just(1usize), Just(1_000)].prop_map(Op::Maintain),
        6 => prop_oneof![8 => 0..70u32, 1 => Just(3_600u32), 1 => Just(100_000u32)].prop_map(Op::WaitSeconds),
    ]
}

pub(crate) fn schedule() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..80)
}
