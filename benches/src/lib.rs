//! What the benchmarks share: traffic, contenders, the runner that interleaves them, and the tables.
//!
//! `README.md` says how to run them and how to read what they print.

pub mod contenders;
pub mod contest;
pub mod durable;
pub mod lateness;
pub mod machine;
pub mod memory;
pub mod settings;
pub mod table;
pub mod time;
pub mod traffic;
