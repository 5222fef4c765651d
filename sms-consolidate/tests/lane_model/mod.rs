//! What the properties of a lane are checked against.

pub(crate) mod batch;
pub(crate) mod known;
pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod world;
