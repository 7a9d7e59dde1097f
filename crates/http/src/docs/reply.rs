//! Pages as answers: their headers, and nothing but "not modified" for who has them.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;

/// Our own scripts, styles and pictures, calls of this server, and nothing else.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("same-origin");
/// To be asked for again, and mostly answered with "not modified".
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
/// For addresses that change with what is there.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A page.
pub(super) fn html(page: Markup, asked: &HeaderMap) -> Response {
    let mut response = text(page.into_string(), "text/html; charset=utf-8", asked);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, NO_REFERRER);
    response
}

/// A text of a type.
pub(super) fn text(body: String, kind: &'static str, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", fingerprint(&body));
    finish(body.into_response(), kind, &tag, REVALIDATE, asked)
}

/// A file that never changes under its address.
pub(super) fn file(body: &'static str, kind: &'static str, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", fingerprint(body));
    finish(body.into_response(), kind, &tag, FOREVER, asked)
}

/// A picture, whose address stays when it changes.
pub(super) fn picture(body: Cow<'static, [u8]>, tag: &str, asked: &HeaderMap) -> Response {
    finish(body.into_response(), "image/png", &format!("\"{tag}\""), REVALIDATE, asked)
}

fn finish(response: Response, kind: &'static str, tag: &str, cache: HeaderValue, asked: &HeaderMap) -> Response {
    let is_known = asked
        .get(IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { response };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, cache);
    headers.insert(X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// A short name of a content.
pub(super) fn fingerprint(content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
