//! The `server` example as its users run it: a process with an environment, standard output, signals and HTTP.
//!
//! Time is real here, so every test waits for lines of output. Where it can, it closes batches by a cap and not by time.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;
mod environment;
mod gateways;
mod life;
mod logs;
mod outside;
