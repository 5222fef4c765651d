//! Turns each sender's burst of messages into one batch, one classification and one reply.

mod address;
mod builder;
mod classify;
mod clock;
mod consolidator;
mod driver;
mod error;
mod event;
mod gate;
pub mod lane;
mod memory;
mod message;
mod optout;
mod process;
mod reply;
mod rules;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod window;

pub use address::{Address, Conversation, MAX_ADDRESS_BYTES, ParseAddressError};
pub use builder::{Builder, InFlight, RetryPolicy};
pub use classify::{Classification, Classifier, ClassifyError, Context, Fallback, Label, Usage};
pub use clock::{Clock, FakeClock, SystemClock, Timestamp};
pub use consolidator::{Consolidator, MAX_ID_BYTES, Processed, Pushed, ShutdownReport, Stats};
pub use error::{BuildError, PushError};
pub use event::{Event, Totals};
pub use memory::{MemoryStore, MemoryStoreBuilder};
pub use message::{
    Arrived, Batch, BatchId, BatchIds, Key, Message, ParseBatchIdError, SmsMessage, joined_text, mask,
};
pub use optout::OptOut;
pub use reply::{Receipt, Reply, ReplySender, ReplyTemplates, SendError};
pub use rules::{Rule, RuleClassifier};
pub use window::{Aligned, DEFAULT_MAX_BYTES, DEFAULT_MAX_MESSAGES, Window, WindowPolicy};
