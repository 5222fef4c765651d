//! Ways to collect each sender's messages until a window ends: this library, and what one would write without it.

mod delay_queue;
mod map;
mod moka;
mod ours;
mod task;

use std::time::Duration;

use sms_consolidate::{Conversation, SmsMessage};

pub use self::delay_queue::Queued;
pub use self::map::ShardedMap;
pub use self::moka::Moka;
pub use self::ours::{Ours, instant_classifier, instant_sender, unbounded_store};
pub use self::task::TaskPerSender;

/// No window ends while a contender is measured.
pub const WINDOW: Duration = Duration::from_secs(60);

/// Something that collects messages.
pub trait Contender: Clone + Send + Sync + 'static {
    /// Takes in one message.
    fn push(&self, key: Conversation, message: SmsMessage) -> impl Future<Output = ()> + Send;

    /// Takes in many messages. Those that cannot do better take them in one by one.
    fn push_many(&self, messages: Vec<(Conversation, SmsMessage)>) -> impl Future<Output = ()> + Send {
        async move {
            for (key, message) in messages {
                self.push(key, message).await;
            }
        }
    }

    /// Resolves once everything that was pushed is where it waits for its window.
    fn settle(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}
