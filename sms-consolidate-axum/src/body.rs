//! Reading a request's body within limits.

use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::BodyExt;
use sms_consolidate::Clock;

use crate::answer::failure;

/// How long a body may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// How much of a body beyond its limit is read and thrown away. A connection that is closed with unread data is reset,
/// and the client may then never see the answer.
const MAX_DISCARDED_BYTES: usize = 8 * 1024 * 1024;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("the body did not arrive in time")]
    Late,
    #[error("the body ended early")]
    Broken,
}

impl BodyError {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn answer(self) -> Response {
        failure(self.status(), self.to_string())
    }
}

/// The body, if it is at most `limit` bytes long.
pub(crate) async fn read(body: Body, limit: usize, clock: &dyn Clock) -> Result<Vec<u8>, BodyError> {
    // Most bodies are there already. Then this is never polled, and sets no timer.
    let late = async { clock.sleep_until(clock.now() + ARRIVES_WITHIN).await };
    tokio::select! {
        biased;
        read = collect(body, limit) => read,
        () = late => Err(BodyError::Late),
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Vec<u8>, BodyError> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let give_up = limit.saturating_add(MAX_DISCARDED_BYTES);
    if announced > give_up {
        return Err(BodyError::TooLong { limit });
    }
    let mut bytes = Vec::with_capacity(announced.min(limit));
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyError::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        length = length.saturating_add(data.len());
        if length > give_up {
            break;
        }
        if length <= limit {
            bytes.extend_from_slice(data);
        } else {
            bytes = Vec::new();
        }
    }
    if length > limit { Err(BodyError::TooLong { limit }) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use sms_consolidate::FakeClock;

    use super::*;

    #[tokio::test]
    async fn a_body_may_be_as_long_as_its_limit() {
        let read = async |length: usize| {
            let body = Body::from(vec![b'x'; length]);
            super::read(body, 10, &FakeClock::default()).await.map(|bytes| bytes.len())
        };
        assert_eq!(read(0).await, Ok(0));
        assert_eq!(read(10).await, Ok(10));
        assert_eq!(read(11).await, Err(BodyError::TooLong { limit: 10 }));
        assert_eq!(read(MAX_DISCARDED_BYTES + 11).await, Err(BodyError::TooLong { limit: 10 }));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let clock = FakeClock::default();
        let reading = tokio::spawn({
            let clock = clock.clone();
            async move { super::read(Body::new(Endless), 10, &clock).await }
        });
        clock.advance(ARRIVES_WITHIN - Duration::from_millis(1)).await;
        assert!(!reading.is_finished());
        clock.advance(Duration::from_millis(1)).await;
        assert_eq!(reading.await.unwrap(), Err(BodyError::Late));
    }

    /// Announces nothing and never delivers.
    struct Endless;

    impl http_body::Body for Endless {
        type Data = axum::body::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _context: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
}
