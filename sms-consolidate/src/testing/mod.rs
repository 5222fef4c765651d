//! A kit for testing services and stores (feature `testing`).
//!
//! [`ScriptedClassifier`] and [`RecordingSender`] stand in for the outside; [`FakeClock`](crate::FakeClock) for time.
//! [`store_suite!`] tests a store of your own.
//!
//! ```
//! use sms_consolidate::testing::{RecordingSender, ScriptedClassifier};
//! use sms_consolidate::{Consolidator, FakeClock, Label};
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = FakeClock::default();
//! let classifier = ScriptedClassifier::answering(Label::AGREE);
//! let sender = RecordingSender::new();
//! let consolidator = Consolidator::builder()
//!     .clock(clock.clone())
//!     .classifier(classifier.clone())
//!     .sender(sender.clone())
//!     .build()?;
//! consolidator.start();
//!
//! consolidator.push("alice".to_owned(), "Yes".to_owned()).await?;
//! consolidator.push("alice".to_owned(), "I can help".to_owned()).await?;
//! clock.advance(Duration::from_secs(60)).await;
//!
//! assert_eq!(classifier.calls(), [["Yes", "I can help"]]);
//! assert_eq!(sender.texts(), ["Thanks for confirming! See you soon."]);
//! # Ok(()) }
//! ```

mod classifier;
mod faulty;
mod key;
mod sender;
pub mod suite;

pub use classifier::{ScriptedAnswer, ScriptedClassifier};
pub use faulty::{Fault, FaultyStore, Operation};
pub use key::TestKey;
pub use sender::{RecordingSender, ScriptedSend};
pub use suite::{DurableFixture, SharedFixture, StoreFixture};

#[doc(inline)]
pub use crate::__store_suite as store_suite;
