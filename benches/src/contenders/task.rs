use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sms_consolidate::{Conversation, SmsMessage};

use super::{Contender, ShardedMap, WINDOW};

/// A map, and for each sender a tokio task that sleeps until the window ends and takes the messages out.
#[derive(Clone, Debug, Default)]
pub struct TaskPerSender {
    map: ShardedMap,
    spawned: Arc<AtomicUsize>,
    asleep: Arc<AtomicUsize>,
}

impl TaskPerSender {
    /// Without any sender yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Contender for TaskPerSender {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        if !self.map.upsert(key.clone(), message) {
            return;
        }
        self.spawned.fetch_add(1, Ordering::Relaxed);
        let (map, asleep) = (self.map.clone(), Arc::clone(&self.asleep));
        tokio::spawn(async move {
            asleep.fetch_add(1, Ordering::Relaxed);
            crate::time::pause(WINDOW).await;
            std::hint::black_box(map.remove(&key));
        });
    }

    async fn settle(&self) {
        while self.asleep.load(Ordering::Relaxed) < self.spawned.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
    }
}
