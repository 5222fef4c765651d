//! Bearer tokens.

use std::fmt;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::MethodRouter;
use subtle::ConstantTimeEq;

use crate::answer::failure;

/// A token that callers must show. It is never empty.
#[derive(Clone)]
pub(crate) struct Token(Arc<str>);

impl Token {
    /// `None` if `token` is blank: anybody could show that.
    pub(crate) fn new(token: impl Into<String>) -> Option<Self> {
        let token = token.into();
        let token = token.trim();
        (!token.is_empty()).then(|| Self(token.into()))
    }

    /// Takes the same time for every wrong token of the right length.
    fn admits(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).and_then(|value| {
            let (scheme, token) = value.split_at_checked("Bearer ".len())?;
            scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token.trim_ascii())
        });
        shown.is_some_and(|shown| shown.ct_eq(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The same route for those who show the token, and 401 for all others.
pub(crate) fn guarded(route: MethodRouter, token: &Token) -> MethodRouter {
    let token = token.clone();
    route.route_layer(middleware::from_fn(move |request: Request, next: Next| {
        let admitted = token.admits(request.headers());
        async move {
            if admitted {
                return next.run(request).await;
            }
            tracing::warn!(path = request.uri().path(), "CALL REFUSED: it shows no valid bearer token");
            unauthorized()
        }
    }))
}

fn unauthorized() -> Response {
    let mut response = failure(StatusCode::UNAUTHORIZED, "a bearer token is required");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_is_admitted() {
        let token = Token::new(" secret ").unwrap();
        let check = |value: &str, admitted: bool| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(token.admits(&headers), admitted, "{value:?}");
        };
        check("Bearer secret", true);
        check("bearer secret", true);
        check("Bearer  secret ", true);
        check("Bearer secreT", false);
        check("Bearer secre", false);
        check("Bearer secrets", false);
        check("Bearer ", false);
        check("Bearer", false);
        check("Basic secret", false);
        check("secret", false);
        check("", false);
        assert!(!token.admits(&HeaderMap::new()));
    }

    #[test]
    fn a_blank_token_is_none_and_debug_shows_nothing() {
        assert!(Token::new("").is_none());
        assert!(Token::new(" \t").is_none());
        assert!(!format!("{:?}", Token::new("secret")).contains("secret"));
    }
}
