//! What `alarm.rs` and `gate.rs` are made of. The package `models` compiles the two with loom's types in place of these.

pub(crate) use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

pub(crate) use tokio::sync::Notify;
