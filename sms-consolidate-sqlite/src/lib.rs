//! A durable store for [`sms_consolidate`] in one SQLite file.
//!
//! ```
//! use sms_consolidate::{Consolidator, Conversation, Receipt, RuleClassifier, SmsMessage};
//! use sms_consolidate_sqlite::SqliteStore;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("sms-consolidate.db");
//! let store = SqliteStore::<Conversation, SmsMessage>::open(path)?;
//! let consolidator = Consolidator::builder()
//!     .store(store)
//!     .classifier(RuleClassifier::default())
//!     .send_fn(|_| async { Ok(Receipt::default()) })
//!     .build()?;
//! consolidator.start();
//! # let maria: Conversation = "+639171234567".parse()?;
//! consolidator.push(maria, SmsMessage::new("Yes").with_id("a1")).await?; // It is on the disk now.
//! # consolidator.shutdown(std::time::Duration::from_secs(5)).await?;
//! # Ok(()) }
//! ```
//!
//! What was acknowledged has been committed, and the disk was asked to keep it (`synchronous=FULL`): it survives the
//! process, and a loss of power as far as the disk keeps what it says it has. What waits to be written is committed
//! together, so many pushers at once are little slower than one.
//!
//! One process owns the file, by a lock on the file beside it that ends in `.lock`; the lock ends with the process.
//! `sqlite3` can read meanwhile: [`schema`] says what is there. The file must lie on a local disk, because SQLite's
//! log needs memory that its users share.
//!
//! A message is written as JSON by `serde`, so its type implements `Serialize` and `DeserializeOwned`. A message that
//! cannot be written, or is longer than [`MAX_BODY_BYTES`], is refused alone. One that cannot be read back, because the
//! type has changed or the file was damaged, has its batch set aside as dead, and delays nobody.
//!
//! The log beside the file, which ends in `-wal`, is some 64 MiB long, or less, and is moved to the file while others
//! write. It becomes longer only while somebody reads for long in one transaction, as a backup by hand does.
//!
//! While the disk is full, or somebody holds a lock by hand for more than five seconds, calls fail as unavailable, and
//! the store goes on by itself afterwards. So they do, on Unix, if the file or its log is removed or replaced while the
//! store is open, until it is back in its place or the service was started again. A file that maintenance has emptied
//! does not shrink; its room is used again.

mod append;
mod change;
mod claim;
mod fault;
mod files;
mod inspect;
mod log;
mod maintain;
mod open;
pub mod schema;
mod senders;
mod store;
mod tx;
mod worker;

pub use append::MAX_BODY_BYTES;
pub use open::OpenError;
pub use store::{SqliteStore, SqliteStoreBuilder};
