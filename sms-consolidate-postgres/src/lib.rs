//! A durable store for [`sms_consolidate`] in Postgres, shared by any number of nodes.
//!
//! ```no_run
//! use sms_consolidate::{Consolidator, Conversation, Receipt, Reply, RuleClassifier, SendError, SmsMessage};
//! use sms_consolidate_postgres::PostgresStore;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let url = std::env::var("DATABASE_URL")?; // postgres://user:password@host/database?sslmode=verify-full
//! let store = PostgresStore::<Conversation, SmsMessage>::connect(&url).await?;
//! let consolidator = Consolidator::builder()
//!     .store(store)
//!     .classifier(RuleClassifier::default())
//!     .sender(|_: &Reply<Conversation>| async { Ok::<_, SendError>(Receipt::default()) })
//!     .build()?;
//! consolidator.start();
//! # Ok(()) }
//! ```

mod builder;
mod changes;
mod claim;
mod clock;
mod database;
mod error;
mod inspect;
mod lanes;
mod news;
pub mod schema;
mod shared;
mod sql;
mod steps;
mod store;
mod target;
mod text;
mod timer;
mod tls;
mod upkeep;
mod writer;

pub use builder::PostgresStoreBuilder;
pub use clock::PostgresClock;
pub use error::ConnectError;
pub use store::PostgresStore;
