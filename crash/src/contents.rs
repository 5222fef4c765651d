//! What a store holds, as a server tells the driver.

use serde::{Deserialize, Serialize};
use sms_consolidate::store::{Filter, Outcome, Record, Status, StoreError, Whole};
use sms_consolidate::{Consolidator, Conversation, Message, SmsMessage};

/// Where a server tells it.
pub const PATH: &str = "/contents";

/// Where a server tells what time it is.
pub const CLOCKS_PATH: &str = "/clocks";

/// What time a server thinks it is, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Clocks {
    /// By its machine.
    pub machine_ms: i64,
    /// By the clock that its consolidator uses.
    pub consolidator_ms: i64,
}

/// More batches than any run makes.
const ALL: usize = 1_000_000;

/// One batch as the store has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stored {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub key: String,
    /// Where it stands.
    pub status: Status,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it opened, in milliseconds since the Unix epoch, by the store's time.
    pub opened_at: i64,
    /// Its messages in order, if the store still has them.
    pub messages: Option<Vec<Text>>,
}

/// A message as the store has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// Every batch that the store knows, oldest first.
///
/// # Errors
/// If the store failed.
pub async fn of(consolidator: &Consolidator<Conversation, SmsMessage>) -> Result<Vec<Stored>, StoreError> {
    let mut all = Vec::new();
    for record in consolidator.list(&Filter::newest(ALL)).await?.into_iter().rev() {
        // One that is gone meanwhile is told without its messages, which a check will find.
        let whole = consolidator.batch(record.id).await?.unwrap_or(Whole::new(record, None));
        let messages = whole.batch.map(|batch| batch.messages.iter().map(text_of).collect());
        let Record { id, key, status, outcome, error, opened_at, .. } = whole.record;
        let (id, key, opened_at) = (id.to_string(), key.to_string(), opened_at.as_unix_millis());
        all.push(Stored { id, key, status, outcome, error, opened_at, messages });
    }
    Ok(all)
}

fn text_of(message: &SmsMessage) -> Text {
    Text { id: message.id().unwrap_or_default().to_owned(), text: message.text().to_owned() }
}
