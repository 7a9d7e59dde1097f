//! The URLs in answers: host, scheme and base, and names as segments of paths.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use dwell_http::Options;
use dwell_testkit::TestApp;
use serde_json::Value;

use crate::support::{CONVERSATIONS, conversation, say, sid, text};

/// Every URL in a body.
fn urls(body: &Value) -> Vec<String> {
    match body {
        Value::String(text) if text.contains("://") => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(urls).collect(),
        Value::Object(members) => members.values().flat_map(urls).collect(),
        _ => Vec::new(),
    }
}

/// Fetches everything that carries URLs and checks that each begins with `base`.
async fn check_base(app: &TestApp, peer: Option<&str>, headers: &[(&str, &str)], base: &str) {
    for path in ["/v1/Configuration", "/v1/Services", "/v1/Conversations?PageSize=1", "/v1/Users", "/dwell/v1/Timers"] {
        let mut request = Request::builder().uri(path).header("authorization", app.account.authorization());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(peer) = peer {
            let peer: SocketAddr = peer.parse().unwrap();
            request = request.extension(ConnectInfo(peer));
        }
        let answer = app.send_raw(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let urls = urls(&answer.body);
        assert!(urls.len() >= 2, "{path} has URLs");
        for url in urls {
            let below =
                url.strip_prefix(base).unwrap_or_else(|| panic!("{url} does not begin with {base}: {headers:?}"));
            assert!(below.starts_with("/v1/") || below.starts_with("/dwell/v1/"), "{url}");
        }
    }
}

async fn furnished(options: Options) -> TestApp {
    let app = TestApp::new().await.with_options(options);
    for _ in 0..2 {
        let (_, path) = conversation(&app, &[("Timers.Closed", "PT1H")]).await;
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    }
    app
}

#[tokio::test]
async fn the_host_is_that_of_the_request() {
    let app = furnished(Options::default()).await;
    for (host, base) in [
        ("dwell.test", "http://dwell.test"),
        ("chat.example.com:8443", "http://chat.example.com:8443"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("xn--bcher-kva.example", "http://xn--bcher-kva.example"),
        // What is no host is not repeated.
        ("", "http://localhost"),
        ("evil.example/x?", "http://localhost"),
        ("user@evil.example", "http://localhost"),
        ("a b", "http://localhost"),
        ("\"><script>", "http://localhost"),
        ("ü.example", "http://localhost"),
    ] {
        check_base(&app, None, &[("host", host)], base).await;
    }
    check_base(&app, None, &[], "http://localhost").await;
    let request = Request::builder().uri("http://absolute.example/v1/Configuration");
    let request = request.header("authorization", app.account.authorization()).body(Body::empty()).unwrap();
    let answer = app.send_raw(request).await;
    assert_eq!(text(&answer.body, "url"), "http://absolute.example/v1/Configuration");
}

#[tokio::test]
async fn a_public_base_url_outranks_every_header() {
    for given in ["https://chat.example.com/twilio", "https://chat.example.com/twilio/"] {
        let options = Options {
            public_base_url: Some(given.to_owned()),
            trusted_proxies: vec!["10.0.0.1".parse().unwrap()],
            ..Options::default()
        };
        let app = furnished(options).await;
        let headers = [("host", "dwell.test"), ("x-forwarded-host", "proxy.example"), ("x-forwarded-proto", "http")];
        check_base(&app, Some("10.0.0.1:5000"), &headers, "https://chat.example.com/twilio").await;
    }
}

#[tokio::test]
async fn forwarded_headers_are_believed_of_trusted_proxies_only() {
    let trusted: Vec<IpAddr> = vec!["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
    let app = furnished(Options { trusted_proxies: trusted, ..Options::default() }).await;
    let proto = ("x-forwarded-proto", "https");
    let host = ("x-forwarded-host", "chat.example.com");
    for (peer, headers, base) in [
        (Some("10.0.0.1:5000"), &[proto, host][..], "https://chat.example.com"),
        (Some("[fd00::1]:5000"), &[proto, host], "https://chat.example.com"),
        // The same proxy on a socket that speaks both.
        (Some("[::ffff:10.0.0.1]:5000"), &[proto, host], "https://chat.example.com"),
        (Some("10.0.0.1:5000"), &[proto], "https://dwell.test"),
        (Some("10.0.0.1:5000"), &[host], "http://chat.example.com"),
        (Some("10.0.0.1:5000"), &[("x-forwarded-proto", "https, http"), host], "https://chat.example.com"),
        (Some("10.0.0.1:5000"), &[proto, ("x-forwarded-host", "a.example, b.example")], "https://a.example"),
        (Some("10.0.0.1:5000"), &[("x-forwarded-proto", "javascript"), host], "http://chat.example.com"),
        (Some("10.0.0.1:5000"), &[proto, ("x-forwarded-host", "evil.example/x")], "https://localhost"),
        (Some("10.0.0.1:5000"), &[], "http://dwell.test"),
        (Some("10.0.0.2:5000"), &[proto, host], "http://dwell.test"),
        (Some("[::1]:5000"), &[proto, host], "http://dwell.test"),
        (None, &[proto, host], "http://dwell.test"),
    ] {
        let headers: Vec<_> = [("host", "dwell.test")].into_iter().chain(headers.iter().copied()).collect();
        check_base(&app, peer, &headers, base).await;
    }
    let nobody_trusted = furnished(Options::default()).await;
    check_base(&nobody_trusted, Some("127.0.0.1:5000"), &[("host", "dwell.test"), proto, host], "http://dwell.test")
        .await;
}

#[tokio::test]
async fn names_are_percent_encoded_in_paths() {
    let app = TestApp::new().await;
    let long = "ü".repeat(256);
    for (number, name) in [
        "a/b",
        "a b",
        "a+b",
        "100%",
        "a%2Fb",
        "%",
        "%zz",
        "a?b=c",
        "a#b",
        "a&b=c",
        ".",
        "..",
        "a;b",
        "ü",
        "😀",
        "日本",
        "\"quoted\"",
        "a\\b",
        "tab\there",
        "line\nbreak",
        "CH123",
        "US123",
        " ",
        "Messages",
        "null",
        "'; DROP",
        &long,
    ]
    .into_iter()
    .enumerate()
    {
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let (c, by_sid) = conversation(&app, &[("UniqueName", name)]).await;
        assert_eq!(text(&c, "unique_name"), name);
        let by_name = format!("{CONVERSATIONS}/{encoded}");
        assert_eq!(app.fetched(&by_name).await, c, "{name:?}");
        let message = say(&app, &by_name, name).await;
        assert_eq!((text(&message, "body"), &message["conversation_sid"]), (name, &c["sid"]));
        let participant = app.made(&format!("{by_name}/Participants"), &[("Identity", name)]).await;
        assert_eq!(text(&participant, "identity"), name);
        let by_identity = format!("{by_name}/Participants/{encoded}");
        assert_eq!(app.fetched(&by_identity).await, participant, "{name:?}");
        assert_eq!(app.fetched(&format!("{by_sid}/Participants/{}", sid(&participant))).await, participant);
        let user = app.fetched(&format!("/v1/Users/{encoded}")).await;
        assert_eq!(text(&user, "identity"), name);
        assert_eq!(app.fetched(&format!("/v1/Users/{}", sid(&user))).await, user);
        let attributes = format!("{{\"n\":{number}}}");
        let updated = app.made(&by_identity, &[("Attributes", &attributes)]).await;
        assert_eq!((text(&updated, "attributes"), sid(&updated)), (attributes.as_str(), sid(&participant)));
        // The author is found by the identity, however it is written.
        let authored = app.made(&format!("{by_sid}/Messages"), &[("Body", "x"), ("Author", name)]).await;
        assert_eq!(authored["participant_sid"], participant["sid"], "{name:?}");
        assert_eq!(app.delete(&by_identity).await.status, 204);
        assert_eq!(app.delete(&by_name).await.status, 204);
        assert_eq!(app.delete(&format!("/v1/Users/{encoded}")).await.status, 204);
    }
}
