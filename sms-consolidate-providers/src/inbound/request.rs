use http::{HeaderMap, Method, Uri};

/// A webhook call as it came in.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct InboundRequest<'a> {
    /// The method.
    pub method: &'a Method,
    /// The URL as the server saw it, query included. Behind a proxy it is not the one that the gateway called.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte: signatures cover the bytes.
    pub body: &'a [u8],
}

impl<'a> InboundRequest<'a> {
    /// A call to the URL as the server saw it, with the body byte for byte.
    #[must_use]
    pub const fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap, body: &'a [u8]) -> Self {
        Self { method, uri, headers, body }
    }
}
