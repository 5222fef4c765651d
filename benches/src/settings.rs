//! How much is measured: `BENCH_SCALE`, `BENCH_ROUNDS` and `BENCH_ONLY`.

use std::str::FromStr;

/// The share of the full sizes that is measured: `BENCH_SCALE`, 1 unless set. When `cargo test` runs a benchmark, as
/// little as shows that it works.
#[must_use]
pub fn scale() -> f64 {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    variable("BENCH_SCALE").unwrap_or(if is_bench { 1.0 } else { 0.001 })
}

/// `full` at the [`scale`], and at least 1,000.
#[must_use]
pub fn scaled(full: usize) -> usize {
    ((full as f64 * scale()) as usize).max(1_000)
}

/// How often each contender runs: `BENCH_ROUNDS`, or `default`.
#[must_use]
pub fn rounds(default: usize) -> usize {
    variable("BENCH_ROUNDS").unwrap_or(default).max(1)
}

/// Whether the contender `name` takes part: all do unless `BENCH_ONLY` names some, separated by semicolons. To profile
/// one of them.
#[must_use]
pub fn takes_part(name: &str) -> bool {
    variable::<String>("BENCH_ONLY").is_none_or(|only| only.split(';').any(|one| one == name))
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// `count` in words that fit a heading: `1M`, `100k`.
#[must_use]
pub fn short(count: usize) -> String {
    match count {
        1_000_000.. if count.is_multiple_of(100_000) => format!("{}M", count as f64 / 1e6),
        1_000.. if count.is_multiple_of(1_000) => format!("{}k", count / 1_000),
        _ => count.to_string(),
    }
}
