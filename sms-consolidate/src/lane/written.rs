//! Reading a lane back: what a store finds need not be what it wrote.

use serde::Deserialize;

use super::{Lane, More, Slot};

/// A lane as it is found, before it is known to be one.
#[derive(Deserialize)]
pub(super) struct Written {
    head: Option<Slot>,
    more: Option<Box<More>>,
}

/// A text that is none of a lane.
#[derive(Debug, thiserror::Error)]
#[error("the lane has batches or work behind a head that is missing")]
pub(super) struct NoHead;

impl TryFrom<Written> for Lane {
    type Error = NoHead;

    fn try_from(Written { head, more }: Written) -> Result<Self, Self::Error> {
        let is_idle = |more: &More| more.behind.is_empty() && more.work.is_none();
        if head.is_none() && !more.as_deref().is_none_or(is_idle) {
            return Err(NoHead);
        }
        Ok(Self { head, more })
    }
}
