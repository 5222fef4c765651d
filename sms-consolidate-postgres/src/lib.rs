//! A durable store for [`sms_consolidate`] in Postgres, shared by any number of nodes.
//!
//! ```no_run
//! use sms_consolidate::{Consolidator, Conversation, Receipt, RuleClassifier, SmsMessage};
//! use sms_consolidate_postgres::PostgresStore;
//!
//! # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let url = std::env::var("DATABASE_URL")?; // postgres://user:password@host/database?sslmode=verify-full
//! let store = PostgresStore::<Conversation, SmsMessage>::connect(&url).await?;
//! let consolidator = Consolidator::builder()
//!     .store(store)
//!     .classifier(RuleClassifier::default())
//!     .send_fn(|_| async { Ok(Receipt::default()) })
//!     .build()?;
//! consolidator.start();
//! consolidator.push("+639171234567".parse()?, SmsMessage::new("Yes").with_id("a1")).await?; // It is committed now.
//! # Ok(()) }
//! ```
//!
//! What was acknowledged has been committed by the database, and survives as the database does. (A server whose
//! `synchronous_commit` is `off` is asked for `on` in these sessions.) What waits to be written is committed together,
//! so many pushers at once are little slower than one. Messages of one sender may arrive at different nodes, and any
//! node may handle any batch; leases and tokens keep them apart. Nodes tell one another by `NOTIFY` that something is due
//! earlier, and look by themselves every one to two seconds. Their clock is the database's ([`PostgresClock`]).
//!
//! [`schema`](mod@schema) says what is in the tables. Postgres 14 or newer, with a database in UTF-8.
//!
//! # When the database is away
//!
//! Calls fail as unavailable: at once if connections are refused, after
//! [`connect_timeout`](PostgresStoreBuilder::connect_timeout) if nothing answers. Everything goes on by itself once it is
//! back. If the connection is lost while a commit is on its way, nobody knows whether it was done, so the call fails as
//! unavailable too; pushing the message again with its id is safe.
//!
//! A message that the database cannot hold is refused alone: its id or key is longer than about 2,700 bytes, or its type
//! does not serialise. A batch that cannot be read back, because the type has changed or a row was damaged, is set aside
//! as dead and delays nobody. A row of `lanes` that is damaged is set aside too (its `wake_at` becomes null, and an error
//! is logged); messages and changes of its key fail until somebody has mended it. Whether its sender opted out is known all
//! the same, and can be changed.
//!
//! The URL may name several servers, `postgres://user:password@one,two:5433/database`: the first that can be reached and
//! takes writes is used (unless the URL has another `target_session_attrs`), so a failover needs no restart. Until one
//! takes writes, calls fail as unavailable. What the copy had not received when it was promoted is lost to the store as
//! well, acknowledged or not: `synchronous_standby_names` on the server is what rules that out.
//!
//! # TLS
//!
//! By rustls, as `sslmode` in the URL says. The names are libpq's:
//!
//! | `sslmode` | line | the server's certificate |
//! |---|---|---|
//! | `disable` | plain | |
//! | `prefer`, the default | encrypted if the server can | not verified |
//! | `require` | encrypted | not verified, or as `verify-ca` if `sslrootcert` is given |
//! | `verify-ca` | encrypted | must come from a trusted authority, for whatever name |
//! | `verify-full` | encrypted | must come from a trusted authority, and name the host |
//!
//! Trusted is who is in the file of certificates (PEM) that `sslrootcert` names, or else whom the system trusts. A
//! certificate that is an authority's, as `openssl req -x509` makes it, is not taken for a server's, not even if it is
//! trusted: sign the server's with it. Only `verify-full` keeps out somebody who sits between. No error, log line or
//! `Debug` output shows the password.
//!
//! # Connections
//!
//! Each node opens up to [`max_connections`](PostgresStoreBuilder::max_connections), 10 by default, and one to listen.
//! However many status pages are asked for, they leave the writers' connections alone, and at least one for claims; they
//! wait for one another, and fail as unavailable after [`connect_timeout`](PostgresStoreBuilder::connect_timeout).
//!
//! A store sets up its sessions and prepares statements: a pooler between must hand out whole sessions, not single
//! transactions.

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
mod senders;
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
pub use store::{MAX_BODY_BYTES, PostgresStore};
