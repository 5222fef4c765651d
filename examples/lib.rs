//! The example of the README, compiled and run as a documentation test. There is nothing else in this library; the
//! examples are the files beside it.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
