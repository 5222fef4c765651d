//! Turns each sender's burst of messages into one batch, one classification and at most one reply.
//!
//! ```
//! use sms_consolidate::{Consolidator, Conversation, Receipt, RuleClassifier, SmsMessage, Window};
//! use std::time::Duration;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let consolidator = Consolidator::builder()
//!     .window(Window::sliding(Duration::from_secs(10), Duration::from_secs(60)))
//!     .classifier(RuleClassifier::default())
//!     .send_fn(|reply| async move {
//!         println!("to {}: {}", reply.to, reply.text);
//!         Ok(Receipt::default())
//!     })
//!     .build()?;
//! consolidator.start();
//!
//! let maria: Conversation = "+639171234567".parse()?;
//! consolidator.push(maria.clone(), SmsMessage::new("Yes").with_id("a1")).await?;
//! consolidator.push(maria, SmsMessage::new("I can help").with_id("a2")).await?;
//!
//! let report = consolidator.shutdown(Duration::from_secs(5)).await?;
//! assert_eq!(report.finished, 1);
//! # Ok(()) }
//! ```
//!
//! Where to look next:
//!
//! - [`Consolidator`] and [`Builder`]: what a service embeds, and all that can be set;
//! - [`Window`]: when a batch closes;
//! - [`Classifier`] and [`ReplySender`]: what you plug in; the latter says what its choice decides;
//! - [`guide::closures`]: what to plug in without a type of your own;
//! - [`Event`]: what happens, for logs and [`subscribe`](Consolidator::subscribe);
//! - [`FakeClock`] and, with the feature `testing`, the module `testing`: how to test your service and your own store;
//! - [`store`]: the contract of stores, and how to write one; [`lane`]: the rules that they all share.

mod address;
mod alarm;
mod builder;
mod classify;
mod clock;
mod closures;
mod consolidator;
mod counts;
mod driver;
mod error;
mod event;
mod gate;
pub mod guide;
pub mod lane;
mod memory;
mod message;
mod optout;
mod outcome;
mod own_words;
mod process;
mod reaction;
mod reply;
mod rules;
mod shutdown;
pub mod store;
mod striped;
mod sync;
#[cfg(feature = "testing")]
pub mod testing;
mod window;

pub use address::{Address, Conversation, MAX_ADDRESS_BYTES, ParseAddressError};
pub use async_trait::async_trait;
pub use builder::{Builder, InFlight, RetryPolicy};
pub use classify::{Classification, Classifier, ClassifyError, Context, Fallback, Label, Usage};
pub use clock::{Clock, FakeClock, SystemClock, Timestamp};
pub use closures::{classify_fn, classify_fn_boxed, send_fn, send_fn_boxed};
pub use consolidator::{Consolidator, MAX_ID_BYTES, Processed, Pushed, Stats};
pub use error::{BuildError, PushError};
pub use event::{Event, Totals};
pub use futures::future::BoxFuture;
pub use lane::{CloseReason, Control, OptOutChange};
pub use memory::{MemoryStore, MemoryStoreBuilder};
pub use message::{
    Arrived, Batch, BatchId, BatchIds, Key, Message, OptOutScope, Origin, ParseBatchIdError, SmsMessage,
    joined_text, mask, own_texts, whole_texts,
};
pub use optout::{OptOut, OptOutCause};
pub use outcome::{NoReply, Outcome};
pub use own_words::own_words;
pub use reaction::{Reaction, ReactionKind};
pub use reply::{Receipt, Reply, ReplySender, ReplyTemplates, SendError};
pub use rules::{Role, Rule, RuleClassifier, Strength};
pub use shutdown::ShutdownReport;
pub use window::{Aligned, DEFAULT_MAX_BYTES, DEFAULT_MAX_MESSAGES, Window, WindowPlan, WindowPolicy};
