//! How to use the library, topic by topic. Every example here is run as a test.

/// How to plug in a closure where the library wants a window, a classifier or a sender.
#[doc = include_str!("guide/closures.md")]
pub mod closures {}
