//! A lane as stores write it: without what is a default, and with the fields that this version does not know. What is found
//! need not be what was written.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::offset::{Millis, Offset};
use super::slot::{Dead, is_default};
use super::work::Lost;
use super::{Lane, More, Slot, Token, Work};
use crate::clock::Timestamp;

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
