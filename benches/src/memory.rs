//! How many bytes are in use, by an allocator that counts.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// What a benchmark makes its global allocator, to count with: the system's, behind counters.
pub static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes in use now, as they were asked for. The allocator's own rounding and headers come on top.
#[must_use]
pub fn bytes_in_use() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// How often the allocator was asked for memory so far.
#[must_use]
pub fn allocations() -> usize {
    let stats = COUNTING.stats();
    stats.allocations + stats.reallocations
}
