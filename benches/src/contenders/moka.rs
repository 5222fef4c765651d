use std::sync::{Arc, Mutex, PoisonError};

use moka::sync::Cache;
use sms_consolidate::{Conversation, SmsMessage};

use super::{Contender, WINDOW};

type Messages = Arc<Mutex<Vec<SmsMessage>>>;

/// A moka cache with a time to live, whose eviction listener takes the messages.
///
/// A message that is pushed while its sender's entry expires may be lost. It promises less than the others.
#[derive(Clone, Debug)]
pub struct Moka {
    cache: Cache<Conversation, Messages>,
}

impl Moka {
    /// An empty cache without a limit on its size.
    #[must_use]
    pub fn new() -> Self {
        let cache = Cache::builder()
            .time_to_live(WINDOW)
            .eviction_listener(|_: Arc<Conversation>, messages: Messages, _| {
                let mut messages = messages.lock().unwrap_or_else(PoisonError::into_inner);
                std::hint::black_box(std::mem::take(&mut *messages));
            })
            .build();
        Self { cache }
    }
}

impl Default for Moka {
    fn default() -> Self {
        Self::new()
    }
}

impl Contender for Moka {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        let messages = self.cache.get_with(key, Messages::default);
        messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
    }

    async fn settle(&self) {
        self.cache.run_pending_tasks();
    }
}
