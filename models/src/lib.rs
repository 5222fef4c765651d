//! Models of what `sms-consolidate` does with atomics. [loom](https://docs.rs/loom) runs each in every order in which its
//! threads may take turns and see each other's writes; a thread that waits for ever fails the run.
//!
//! `alarm.rs` and `gate.rs` are the files that ship. They find loom's types in [`sync`], where they else find those of
//! the standard library and of tokio.
//!
//! loom takes `SeqCst` accesses for `AcqRel` ones. What passes thus holds under the weaker order too.

#[path = "../../sms-consolidate/src/alarm.rs"]
mod alarm;
#[path = "../../sms-consolidate/src/gate.rs"]
mod gate;

mod clock {
    pub(crate) use sms_consolidate::Timestamp;
}

mod close;
mod sync;
mod wake;

pub use close::closing_waits_for_those_inside;
pub use wake::{Push, no_wake_is_lost};
