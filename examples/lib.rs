//! The examples of the README and of the pages on gateways, compiled and run as documentation tests. There is nothing else
//! in this library; the examples are the files beside it.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/gateways.md")]
struct Gateways;

#[cfg(doctest)]
#[doc = include_str!("../docs/configured-json.md")]
struct ConfiguredJson;
