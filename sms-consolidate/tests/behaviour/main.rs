//! What the library promises, driven through its public API on the fake clock. One module per noun, one test per
//! sentence; no test sleeps.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked_waits;
mod batches;
mod classifying;
mod closures;
mod common;
mod dead;
mod duplicates;
mod events;
mod generic;
mod in_flight;
mod limits;
mod log;
mod opt_out;
mod process_due;
mod reactions;
mod ready;
mod replies;
mod senders;
mod sending;
mod shutdown;
mod store;
mod supersede;
mod user_code;
mod windows;
