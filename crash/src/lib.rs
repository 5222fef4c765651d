//! docs

pub mod check;
pub mod child;
pub mod clients;
pub mod contents;
pub mod journal;
pub mod load;
pub mod peer;
pub mod rig;
pub mod settings;
pub mod skewed;
pub mod stepped;
pub mod steps;
pub mod time;

/// Opens the status page of every server here.
pub const ADMIN_TOKEN: &str = "crash";
