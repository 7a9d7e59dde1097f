//! The console itself: the files that `npm run build` makes in `console/dist`. A release has them in the binary; a
//! debug build reads them from the disk.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::errors::Failure;

/// Where the console is.
const ROOT: &str = "/console";
/// The page that every address of the console shows.
const INDEX: &str = "index.html";
/// Files below have a name that changes with their content.
const HASHED: &str = "assets/";
/// What is said where there is no console.
const NOT_BUILT: &str = "This Dwell was built without its console.

Build it with Node.js, and then the server again:

    npm --prefix console ci
    npm --prefix console run build
    cargo build --release

`make run` does all of that. The API works without it.
";

/// Scripts, styles and pictures of this server and nothing else; pictures may be made by the page as well.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'",
);
const DENY: HeaderValue = HeaderValue::from_static("DENY");
const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
const NO_REFERRER: HeaderValue = HeaderValue::from_static("same-origin");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// To be asked for again, and mostly answered with "not modified".
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Built;

/// A file and a name of its content.
struct File {
    content: Cow<'static, [u8]>,
    tag: String,
}

fn built(name: &str) -> Option<File> {
    let file = Built::get(name)?;
    let tag = file.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Some(File { content: file.data, tag })
}

/// A file of the console, or the page for any other address.
pub(super) async fn serve(request: Request) -> Response {
    answer(&built, request.uri().path(), request.headers())
}

fn answer(find: &impl Fn(&str) -> Option<File>, path: &str, asked: &HeaderMap) -> Response {
    let name = path.strip_prefix(ROOT).unwrap_or_default().trim_start_matches('/');
    // What the build keeps for itself begins with a dot.
    let is_file = !name.is_empty() && !name.split('/').any(|segment| segment.starts_with('.'));
    let found = find_as_accepted(find, name, asked).filter(|_| is_file);
    let found = match found {
        Some(found) => Some((name, found)),
        // Its name is of another build: the page would not do in its place.
        None if name.starts_with(HASHED) => return Failure::UnknownPath.into_response(),
        None => find_as_accepted(find, INDEX, asked).map(|found| (INDEX, found)),
    };
    let Some((name, (file, encoding))) = found else {
        return (StatusCode::NOT_FOUND, NOT_BUILT).into_response();
    };
    let tag = format!("\"{}\"", file.tag);
    let is_known = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => file.content.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind(name)));
    headers.insert(CACHE_CONTROL, if name.starts_with(HASHED) { FOREVER } else { REVALIDATE });
    headers.extend(encoding.map(|encoding| (CONTENT_ENCODING, HeaderValue::from_static(encoding))));
    headers.extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    headers.extend([
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_FRAME_OPTIONS, DENY),
        (X_CONTENT_TYPE_OPTIONS, NOSNIFF),
        (REFERRER_POLICY, NO_REFERRER),
        (OPENER_POLICY, SAME_ORIGIN),
    ]);
    response
}

/// A file in the smallest form that the client takes, with the name of the compression.
fn find_as_accepted(
    find: &impl Fn(&str) -> Option<File>,
    name: &str,
    asked: &HeaderMap,
) -> Option<(File, Option<&'static str>)> {
    let plain = find(name)?;
    let compressed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, end)| {
        accepts(asked, encoding).then(|| find(&format!("{name}.{end}")))?.map(|file| (file, Some(encoding)))
    });
    Some(compressed.unwrap_or((plain, None)))
}

fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let lines = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let is_refused = matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case(encoding) && !is_refused
    })
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[
        ("index.html", "<page>"),
        ("index.html.br", "page in br"),
        (".vite/manifest.json", "{}"),
        ("icon.svg", "<svg>"),
        ("assets/main-abc.js", "script"),
        ("assets/main-abc.js.br", "script in br"),
        ("assets/main-abc.js.gz", "script in gzip"),
    ];

    fn file(name: &str) -> Option<File> {
        let (name, content) = FILES.iter().find(|(known, _)| *known == name)?;
        Some(File { content: Cow::Borrowed(content.as_bytes()), tag: (*name).to_owned() })
    }

    async fn ask(path: &str, header: Option<(HeaderName, &'static str)>) -> (u16, HeaderMap, String) {
        let asked = header.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        let (parts, body) = answer(&file, path, &asked).into_parts();
        let bytes = axum::body::to_bytes(body, 1_000).await.unwrap();
        (parts.status.as_u16(), parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn every_address_is_a_file_or_the_page() {
        for (path, text, kind, cache) in [
            ("/console", "<page>", "text/html; charset=utf-8", REVALIDATE),
            ("/console/", "<page>", "text/html; charset=utf-8", REVALIDATE),
            ("/console/.vite/manifest.json", "<page>", "text/html; charset=utf-8", REVALIDATE),
            ("/console/desk/CH1", "<page>", "text/html; charset=utf-8", REVALIDATE),
            ("/console/icon.svg", "<svg>", "image/svg+xml", REVALIDATE),
            ("/console/assets/main-abc.js", "script", "text/javascript; charset=utf-8", FOREVER),
        ] {
            let (status, headers, body) = ask(path, None).await;
            assert_eq!((status, body.as_str()), (200, text), "{path}");
            assert_eq!((headers[CONTENT_TYPE].to_str().unwrap(), &headers[CACHE_CONTROL]), (kind, &cache), "{path}");
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(headers[X_FRAME_OPTIONS], "DENY");
            assert!(headers.contains_key(REFERRER_POLICY));
        }
    }

    #[tokio::test]
    async fn a_script_of_another_build_is_not_the_page() {
        let response = answer(&file, "/console/assets/main-old.js", &HeaderMap::new());
        assert!(matches!(response.extensions().get(), Some(Failure::UnknownPath)));
    }

    #[tokio::test]
    async fn files_come_compressed_as_the_client_likes() {
        for (accepted, encoding, text) in [
            ("gzip, deflate, br", Some("br"), "script in br"),
            ("gzip;q=0.5, BR;q=0", Some("gzip"), "script in gzip"),
            ("identity", None, "script"),
        ] {
            let (_, headers, body) = ask("/console/assets/main-abc.js", Some((ACCEPT_ENCODING, accepted))).await;
            assert_eq!(headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap()), encoding, "{accepted}");
            assert_eq!(headers[CONTENT_TYPE], "text/javascript; charset=utf-8");
            assert_eq!(body, text);
        }
        assert_eq!(ask("/console/any", Some((ACCEPT_ENCODING, "br"))).await.2, "page in br");
        assert_eq!(ask("/console/icon.svg", Some((ACCEPT_ENCODING, "br"))).await.2, "<svg>");
    }

    #[tokio::test]
    async fn who_has_a_file_is_told_so() {
        let (status, headers, body) = ask("/console", Some((IF_NONE_MATCH, "\"index.html\""))).await;
        assert_eq!((status, body.as_str()), (304, ""));
        assert_eq!(headers[ETAG], "\"index.html\"");
        assert_eq!(ask("/console", Some((IF_NONE_MATCH, "\"other\""))).await.0, 200);
    }

    #[tokio::test]
    async fn a_server_without_a_console_says_how_to_build_it() {
        let response = answer(&|_: &str| None, "/console/desk", &HeaderMap::new());
        assert_eq!(response.status(), 404);
        let bytes = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains("npm --prefix console run build"));
    }
}
