//! A model of the in-memory store, and schedules to compare the two.

pub(crate) mod line;
pub(crate) mod ops;
pub(crate) mod world;
