//! Turns each sender's burst of messages into one batch, one classification and one reply.

mod address;
mod classify;
mod clock;
mod error;
pub mod lane;
mod message;
mod optout;
mod reply;
mod rules;
pub mod store;
mod window;

pub use address::{Address, Conversation, MAX_ADDRESS_BYTES, ParseAddressError};
pub use classify::{Classification, Classifier, ClassifyError, Context, Fallback, Label, Usage};
pub use clock::{Clock, FakeClock, SystemClock, Timestamp};
pub use error::{BuildError, PushError};
pub use message::{
    Arrived, Batch, BatchId, BatchIds, Key, Message, ParseBatchIdError, SmsMessage, joined_text, mask,
};
pub use optout::OptOut;
pub use reply::{Receipt, Reply, ReplySender, ReplyTemplates, SendError};
pub use rules::{Rule, RuleClassifier};
pub use window::{Aligned, DEFAULT_MAX_BYTES, DEFAULT_MAX_MESSAGES, Window, WindowPolicy};
