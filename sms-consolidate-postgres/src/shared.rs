//! What the parts of one open store share.

use std::num::NonZeroUsize;
use std::time::Duration;

use sms_consolidate::lane::SenderIds;

use crate::changes::OnStep;
use crate::database::Database;
use crate::news::News;

/// What can be set, and what it is by default.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Escaped.
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) keep_finished_for: Duration,
    pub(crate) keep_ids_for: Duration,
    pub(crate) group_size: usize,
    pub(crate) queue_length: usize,
    pub(crate) queue_bytes: usize,
    pub(crate) writers: usize,
    pub(crate) connections: usize,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) on_step: Option<OnStep>,
}

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "default".to_owned(),
            schema: "sms_consolidate".to_owned(),
            keep_finished_for: HOUR * 24 * 30,
            keep_ids_for: HOUR * 48,
            group_size: 256,
            queue_length: 16_384,
            queue_bytes: 64 << 20,
            writers: 4,
            connections: 10,
            connect_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(10),
            on_step: None,
        }
    }
}

/// One of these per open store.
pub(crate) struct Shared {
    pub(crate) sender_ids: SenderIds,
    pub(crate) database: Database,
    pub(crate) settings: Settings,
    pub(crate) news: News,
}

/// A number as statements take it.
pub(crate) fn limit(limit: NonZeroUsize) -> i64 {
    i64::try_from(limit.get()).unwrap_or(i64::MAX)
}
