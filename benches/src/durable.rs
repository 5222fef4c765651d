//! What durable stores are measured with: loops written by hand that make the same statements, and pushers that note
//! how long each message took until it was on disk.

mod line;
mod peers;
mod postgres;
mod pushers;
mod sqlite;

pub use self::line::{Line, MESSAGES_PER_BATCH, Moved, Notes, Over, json, now_millis};
pub use self::peers::{Peer, install as install_peers};
pub use self::postgres::HandPostgres;
pub use self::pushers::{Load, Pushers, fdatasync_us, load};
pub use self::sqlite::HandSqlite;

use sms_consolidate::{Conversation, SmsMessage};

/// A batch that a loop written by hand has claimed.
#[derive(Debug)]
pub struct Taken {
    /// Whose it is.
    pub key: String,
    /// Its id.
    pub id: uuid::Uuid,
    /// Its messages.
    pub messages: Vec<SmsMessage>,
}

/// A loop written by hand: each call resolves once what it did is on disk.
pub trait ByHand: Clone + Send + Sync + 'static {
    /// Keeps a message, unless its id is known.
    fn append(&self, key: String, message: &SmsMessage) -> impl Future<Output = ()> + Send;

    /// Leases up to `limit` batches that are due.
    fn claim(&self, limit: usize) -> impl Future<Output = Vec<Taken>> + Send;

    /// Keeps what a batch was found to be, and the reply that is about to be sent.
    fn record(&self, taken: &Taken, notes: Notes) -> impl Future<Output = ()> + Send;

    /// Notes how a batch ended.
    fn finish(&self, taken: &Taken, outcome: String) -> impl Future<Output = ()> + Send;
}

impl<H: ByHand> crate::contenders::Contender for Hand<H> {
    async fn push(&self, key: Conversation, message: SmsMessage) {
        self.0.append(key.to_string(), &message).await;
    }

    async fn push_many(&self, messages: Vec<(Conversation, SmsMessage)>) {
        let pushes = messages.into_iter().map(|(key, message)| self.push(key, message));
        futures::future::join_all(pushes).await;
    }
}

/// A loop written by hand, as something that collects messages.
#[derive(Clone, Debug)]
pub struct Hand<H>(pub H);
