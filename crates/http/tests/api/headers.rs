//! The headers of answers (contract §1.7, §14), and the lines of the log that belong to them.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use dwell_http::Options;
use dwell_testkit::TestApp;

use crate::support::{CONVERSATIONS, FORM_TYPE, Pieces, conversation, raw};

const CORS: [(&str, &str); 5] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET, POST, DELETE, OPTIONS"),
    (
        "access-control-allow-headers",
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, \
         Idempotency-Key",
    ),
    ("access-control-allow-credentials", "true"),
    ("access-control-expose-headers", "ETag"),
];

#[track_caller]
fn assert_cors(headers: &HeaderMap, asked: bool) {
    assert_eq!(headers["vary"], "Accept-Encoding, Origin");
    for (name, value) in CORS {
        assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), asked.then_some(value), "{name}");
    }
}

#[tokio::test]
async fn a_page_may_ask_anywhere_what_it_may_send() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    for path in [CONVERSATIONS, &inside, "/v1/Services", "/v1/Nothing", "/nowhere", "/dwell/v1/Timers", "/healthz"] {
        let asking = [("origin", "https://app.example"), ("access-control-request-method", "DELETE")];
        let answer = raw(&app, "OPTIONS", path, &asking, "").await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
        assert_cors(&answer.headers, true);
        assert!(answer.headers.contains_key("twilio-request-id"));
        let answer = raw(&app, "OPTIONS", path, &[], "").await;
        assert_eq!(answer.status, 204, "{path}");
        assert_cors(&answer.headers, false);
    }
}

#[tokio::test]
async fn every_answer_may_be_read_by_the_page_that_asked() {
    let app = TestApp::new().await;
    let authorization = app.account.authorization();
    for (path, status) in [(CONVERSATIONS, 200), ("/v1/Conversations/none", 404), ("/nowhere", 404)] {
        for origin in [None, Some("https://app.example"), Some("null")] {
            let mut headers = vec![("authorization", authorization.as_str())];
            headers.extend(origin.map(|origin| ("origin", origin)));
            let answer = raw(&app, "GET", path, &headers, "").await;
            assert_eq!(answer.status, status);
            assert_cors(&answer.headers, origin.is_some());
        }
    }
    let stranger = raw(&app, "GET", CONVERSATIONS, &[("origin", "https://app.example")], "").await;
    assert_eq!(stranger.refusal(), (401, 20003));
    assert_cors(&stranger.headers, true);
}

#[tokio::test]
async fn every_answer_says_which_it_is_and_where_it_is_from() {
    let app = TestApp::new().await;
    let authorization = app.account.authorization();
    let mut seen = Vec::new();
    for (method, path, status) in [
        ("GET", CONVERSATIONS, 200),
        ("POST", CONVERSATIONS, 201),
        ("GET", "/v1/Conversations/none", 404),
        ("PUT", CONVERSATIONS, 405),
        ("GET", "/nowhere", 404),
        ("GET", "/healthz", 200),
        ("OPTIONS", CONVERSATIONS, 204),
    ] {
        let headers = [("host", "dwell.test:8080"), ("authorization", authorization.as_str())];
        let answer = raw(&app, method, path, &headers, "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        let id = header("twilio-request-id");
        assert!(id.len() == 34 && id.starts_with("RQ") && !seen.contains(&id), "{id}");
        seen.push(id);
        assert_eq!(header("twilio-request-duration"), "0.000");
        assert_eq!(header("twilio-concurrent-requests"), "1");
        assert_eq!(header("x-api-domain"), "dwell.test");
        for untrue in ["strict-transport-security", "x-home-region", "x-powered-by", "x-shenanigans", "x-cache", "via"]
        {
            assert!(!answer.headers.contains_key(untrue), "{untrue}");
        }
    }
}

#[tokio::test]
async fn https_is_to_stay_where_it_is_spoken() {
    let proxy: SocketAddr = "10.0.0.1:4711".parse().unwrap();
    let at = |url: &str| Options { public_base_url: Some(url.to_owned()), ..Options::default() };
    let behind = Options { trusted_proxies: vec![proxy.ip()], ..Options::default() };
    for (options, peer, forwarded, is_https, domain) in [
        (at("https://chat.example.com/below"), None, "http", true, "chat.example.com"),
        (at("http://chat.example.com"), None, "https", false, "chat.example.com"),
        (behind.clone(), Some(proxy), "https", true, "public.example"),
        (behind.clone(), Some(proxy), "http", false, "public.example"),
        (behind, None, "https", false, "dwell.test"),
        (Options::default(), Some(proxy), "https", false, "dwell.test"),
    ] {
        let app = TestApp::new().await.with_options(options);
        let mut request = Request::builder().uri(CONVERSATIONS).header("host", "dwell.test");
        request = request.header("x-forwarded-proto", forwarded).header("x-forwarded-host", "public.example");
        if let Some(peer) = peer {
            request = request.extension(ConnectInfo(peer));
        }
        let answer = app.send_raw(request.body(Body::empty()).unwrap()).await;
        let told = answer.headers.get("strict-transport-security").map(|value| value.to_str().unwrap());
        assert_eq!(told, is_https.then_some("max-age=31536000"));
        assert_eq!(answer.headers["x-api-domain"], domain);
    }
}

#[tokio::test]
async fn requests_at_the_same_time_are_counted() {
    let app = Arc::new(TestApp::new().await);
    let (piece, body) = Pieces::channel();
    let request = Request::builder()
        .method("POST")
        .uri(CONVERSATIONS)
        .header("authorization", app.account.authorization())
        .header("content-type", FORM_TYPE);
    let request = request.body(body).unwrap();
    let first = tokio::spawn({
        let app = app.clone();
        async move { app.send_raw(request).await }
    });
    for text in ["FriendlyName", "=x"] {
        piece.send(text.into()).await.unwrap();
    }
    assert_eq!(app.get(CONVERSATIONS).await.headers["twilio-concurrent-requests"], "2");
    drop(piece);
    assert_eq!(first.await.unwrap().status, 201);
    assert_eq!(app.get(CONVERSATIONS).await.headers["twilio-concurrent-requests"], "1");
}

/// The log of a test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_line_of_the_log_names_its_request() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    app.sql("UPDATE conversations SET state = 'broken'").await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::TRACE);
    let subscriber = subscriber.with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    for (path, status, said) in [
        (inside.as_str(), 500, "internal error"),
        ("/v1/Conversations/none", 404, "refused"),
        ("/v1/Users", 200, "answered"),
    ] {
        log.0.lock().unwrap().clear();
        let answer = app.get(path).await;
        assert_eq!(answer.status, status);
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains(said), "{text}");
        let mut lines = 0;
        for line in text.lines().filter(|line| line.contains("\"target\":\"dwell_")) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["span"]["id"], answer.headers["twilio-request-id"].to_str().unwrap(), "{line}");
            assert_eq!(line["span"]["path"], path);
            assert_eq!(line["span"]["account"], app.account.sid);
            lines += 1;
        }
        assert!(lines >= 1, "{text}");
    }
}
