//! What a lane keeps beside its head, and how all of it is written: without what is a default, and with the fields that this
//! version does not know. What is found need not be what was written.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::offset::{Millis, Offset};
use super::slot::{Dead, Slot, is_default};
use super::work::Work;
use super::{Fence, Lane, LossReason, Token};
use crate::clock::Timestamp;

/// What only some lanes need.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct More {
    pub(super) behind: VecDeque<Slot>,
    pub(super) work: Option<Work>,
    pub(super) token: Token,
    /// Newest last, [`LOSSES_KEPT`] at most.
    pub(super) lost: Vec<Lost>,
    /// When the replies of the last hour left, for the loop guard.
    pub(super) replies: Vec<Offset>,
    /// Oldest first, [`MAX_DEAD`](super::MAX_DEAD) at most.
    pub(super) dead: VecDeque<Dead>,
    /// What a later version of the library has written.
    pub(super) unknown: BTreeMap<String, serde_json::Value>,
}

impl More {
    /// Whether it says nothing. The token alone says nothing: a batch's id is part of every fence.
    pub(super) fn is_bare(&self) -> bool {
        let Self { behind, work, token: _, lost, replies, dead, unknown } = self;
        behind.is_empty()
            && work.is_none()
            && lost.is_empty()
            && replies.is_empty()
            && dead.is_empty()
            && unknown.is_empty()
    }

    /// Sees its instants from another base. There is no work, and nothing behind the head.
    pub(super) fn rebase(&mut self, from: Timestamp, to: Timestamp) {
        self.lost.iter_mut().for_each(|lost| lost.lease_until = lost.lease_until.moved(from, to));
        self.replies.iter_mut().for_each(|sent| *sent = sent.moved(from, to));
    }
}

/// For how many of the last losses a lane knows why. A sender who keeps texting can supersede a batch several times
/// before its first holder finds out.
pub(super) const LOSSES_KEPT: usize = 8;

/// A claim that was taken from its holder, kept so that the holder can be told why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lost {
    pub(super) fence: Fence,
    pub(super) why: LossReason,
    pub(super) lease_until: Offset,
}

#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(default, skip_serializing_if = "is_default")]
    base: Timestamp,
    #[serde(default, skip_serializing_if = "is_default")]
    latest: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<Cow<'a, Slot>>,
    #[serde(default, skip_serializing_if = "is_default")]
    behind: Cow<'a, VecDeque<Slot>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    work: Option<Cow<'a, Work>>,
    #[serde(default, skip_serializing_if = "is_default")]
    token: Token,
    #[serde(default, skip_serializing_if = "is_default")]
    lost: Cow<'a, [Lost]>,
    #[serde(default, skip_serializing_if = "is_default")]
    replies: Cow<'a, [Offset]>,
    #[serde(default, skip_serializing_if = "is_default")]
    dead: Cow<'a, VecDeque<Dead>>,
    #[serde(flatten)]
    unknown: Cow<'a, BTreeMap<String, serde_json::Value>>,
}

impl Serialize for Lane {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bare = More::default();
        let more = self.more.as_deref().unwrap_or(&bare);
        let written = Written {
            base: self.base,
            latest: self.latest,
            head: self.head.as_ref().map(Cow::Borrowed),
            behind: Cow::Borrowed(&more.behind),
            work: more.work.as_ref().map(Cow::Borrowed),
            token: more.token,
            lost: Cow::Borrowed(&more.lost),
            replies: Cow::Borrowed(&more.replies),
            dead: Cow::Borrowed(&more.dead),
            unknown: Cow::Borrowed(&more.unknown),
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Lane {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written { base, latest, head, behind, work, token, lost, replies, dead, unknown } =
            Written::deserialize(deserializer)?;
        if head.is_none() && !(behind.is_empty() && work.is_none()) {
            let why = "the lane has batches or work behind a head that is missing";
            return Err(serde::de::Error::custom(why));
        }
        let more = More {
            behind: behind.into_owned(),
            work: work.map(Cow::into_owned),
            token,
            lost: lost.into_owned(),
            replies: replies.into_owned(),
            dead: dead.into_owned(),
            unknown: unknown.into_owned(),
        };
        let more = (!more.is_bare()).then(|| Box::new(more));
        Ok(Self { head: head.map(Cow::into_owned), base, more, latest })
    }
}
