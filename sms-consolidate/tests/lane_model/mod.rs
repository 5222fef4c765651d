//! What the properties of a lane are checked against.

pub(crate) mod model;
pub(crate) mod ops;
pub(crate) mod world;
