//! What the store does when the database, or what is in it, is not as it should be.

mod connections;
mod kit;
mod opening;
mod opt_outs;
mod plans;
mod rows;
mod silence;
mod tls;
