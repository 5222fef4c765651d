//! The machine's monotonic clock and its timers, for what happens in real time whatever clock the service was given:
//! time limits of the network, pauses between attempts, and measuring how long a question to the database took.

use std::time::{Duration, Instant};

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub(crate) async fn sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub(crate) async fn sleep_until(instant: Instant) {
    tokio::time::sleep_until(instant.into()).await;
}

/// What `work` returns, or `None` if that takes longer than `limit`.
#[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}
