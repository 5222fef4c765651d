//! The one place of the benchmarks that reads the machine's clock, and what is made of the readings.

use std::time::{Duration, Instant};

/// The present instant.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}

/// Lets real time pass.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// How long `work` takes.
pub fn time(work: impl FnOnce()) -> Duration {
    let start = now();
    work();
    start.elapsed()
}

/// Nanoseconds for each of `count`.
#[must_use]
pub fn ns_each(time: Duration, count: usize) -> f64 {
    time.as_nanos() as f64 / count.max(1) as f64
}

/// The value below which the share `quantile` (0 to 1) of `sorted` lies. Zero if there is none.
#[must_use]
pub fn quantile(sorted: &[f64], quantile: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * quantile).round() as usize).copied().unwrap_or(0.0)
}

/// The middle one of `values`.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}
