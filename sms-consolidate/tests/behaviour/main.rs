//! What the library promises, driven through its public API on the fake clock. One module per noun, one test per
//! sentence; no test sleeps.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked_waits;
mod batches;
mod classifying;
mod closures;
mod common;
mod dead;
mod dropped;
mod duplicates;
mod either_store;
mod events;
mod generic;
mod in_flight;
mod late_claims;
mod limits;
mod log;
mod once;
mod opt_out;
mod process_due;
mod reactions;
mod ready;
mod replies;
mod scope;
mod senders;
mod sending;
mod shutdown;
mod store;
mod supersede;
mod user_code;
mod windows;
