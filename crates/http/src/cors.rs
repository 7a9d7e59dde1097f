//! Cross-origin requests (contract §14): every page may call, with credentials of its own.
//!
//! `tower-http` has a layer for this, but it knows no answer that depends on whether there is an
//! `Origin` at all, and it refuses `*` together with `Allow-Credentials`. The real service sends both.
//! That is less than it says: browsers do not hand out answers to requests made with cookies or
//! stored passwords under a `*`. An origin is never echoed, which would let any page act with them.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

const VARIES_WITH: HeaderValue = HeaderValue::from_static("Accept-Encoding, Origin");

const HEADERS: [(HeaderName, &str); 5] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, DELETE, OPTIONS"),
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, \
         Idempotency-Key",
    ),
    (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "ETag"),
];

/// Adds the headers to an answer; most of them only when a page asks.
pub(crate) fn add(headers: &mut HeaderMap, has_origin: bool) {
    headers.insert(VARY, VARIES_WITH);
    if has_origin {
        headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    }
}
