//! Media on its way to whoever may read it.

use std::ops::Range;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use dwell_core::{Media, media};
use dwell_engine::Engine;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::reply::Answer;

/// What need not be encoded in a name (RFC 8187, `attr-char`).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Media belongs to who uploaded it, not to this server: whatever it is, it does nothing in a browser.
const HEADERS: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    (CACHE_CONTROL, "private, max-age=300"),
    (ACCEPT_RANGES, "bytes"),
];

/// The bytes of media that a request asks for.
pub(crate) async fn serve(engine: &Engine, media: &Media, method: &Method, asked: &HeaderMap) -> Answer<Response> {
    let size = media.size.unsigned_abs();
    // Nobody is given something to check the rest by, so a rest that depends on it is the whole.
    let range = asked.get(RANGE).filter(|_| !asked.contains_key(IF_RANGE)).and_then(|value| value.to_str().ok());
    let (status, range) = match range.map_or(Asked::All, |text| range_of(text, size)) {
        Asked::All => (StatusCode::OK, 0..size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            insert(response.headers_mut(), CONTENT_RANGE, &format!("bytes */{size}"));
            return Ok(response);
        }
    };
    let body = match *method {
        Method::HEAD => Body::empty(),
        _ => Body::from_stream(engine.read_media(media, range.clone()).await?),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    insert(headers, CONTENT_TYPE, &media.content_type);
    insert(headers, CONTENT_DISPOSITION, &disposition(media));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        insert(headers, CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end - 1));
    }
    Ok(response)
}

/// What is put together here is visible ASCII.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Whether to show or to save it, and under which name (RFC 6266): in ASCII for old clients, and as it is.
fn disposition(media: &Media) -> String {
    let kind = if media::may_be_shown(&media.content_type) { "inline" } else { "attachment" };
    let Some(name) = &media.filename else { return kind.to_owned() };
    let is_plain = |c: char| c == ' ' || (c.is_ascii_graphic() && !"\"\\%".contains(c));
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ESCAPED))
}

#[derive(Debug, PartialEq)]
enum Asked {
    All,
    Part(Range<u64>),
    Nothing,
}

/// Reads a `Range` header (RFC 9110 §14.2). One that is not understood, or asks for several pieces, asks for all.
fn range_of(text: &str, size: u64) -> Asked {
    let spec = text.strip_prefix("bytes=").map(str::trim);
    let Some((first, last)) = spec.and_then(|spec| spec.split_once('-')) else { return Asked::All };
    let number = |text: &str| text.bytes().all(|c| c.is_ascii_digit()).then(|| text.parse().unwrap_or(u64::MAX));
    let range = match (first, last) {
        ("", "") => return Asked::All,
        ("", last) => number(last).map(|count| size.saturating_sub(count)..size),
        (first, "") => number(first).map(|first| first..size),
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if last < first => return Asked::All,
            (Some(first), Some(last)) => Some(first..size.min(last.saturating_add(1))),
            _ => None,
        },
    };
    match range {
        None => Asked::All,
        Some(range) if range.is_empty() => Asked::Nothing,
        Some(range) => Asked::Part(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        for (text, asked) in [
            ("bytes=0-", Asked::Part(0..10)),
            ("bytes=2-4", Asked::Part(2..5)),
            ("bytes=9-9", Asked::Part(9..10)),
            ("bytes=8-100", Asked::Part(8..10)),
            ("bytes=8-99999999999999999999", Asked::Part(8..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-100", Asked::Part(0..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=99999999999999999999-", Asked::Nothing),
            ("bytes=4-2", Asked::All),
            ("bytes=1-2,4-5", Asked::All),
            ("bytes=a-b", Asked::All),
            ("bytes=-", Asked::All),
            ("items=1-2", Asked::All),
        ] {
            assert_eq!(range_of(text, 10), asked, "{text}");
        }
    }
}
