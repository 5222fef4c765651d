//! Models of what `sms-consolidate` does with atomics. [loom](https://docs.rs/loom) runs each in every order in which its
//! threads may take turns and see each other's writes. If all threads wait for ever, the run fails.
//!
//! `alarm.rs` and `gate.rs` are the files that ship. Here their `crate::sync` is made of loom's types, and not of those of
//! the standard library and tokio, and `crate::striped` has two copies, so that threads do meet.
//!
//! loom takes `SeqCst` accesses for `AcqRel` ones. What passes holds under that weaker order too.

#[path = "../../sms-consolidate/src/alarm.rs"]
mod alarm;
#[path = "../../sms-consolidate/src/gate.rs"]
mod gate;

mod clock {
    pub(crate) use sms_consolidate::Timestamp;
}

mod close;
mod striped;
mod sync;
mod wake;

pub use close::closing_waits_for_those_inside;
pub use wake::{Push, no_wake_is_lost};

/// With one thread beside the main one, every interleaving. With more, those with up to 3 preemptions, for the sake of
/// time: a preemption is a switch away from a thread that could go on. `LOOM_MAX_PREEMPTIONS` sets another bound.
fn check(threads: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    if threads > 1 {
        builder.preemption_bound.get_or_insert(3);
    }
    builder.check(model);
}
