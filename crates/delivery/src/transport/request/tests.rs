//! Requests, against what the official validators say and against the guard.

use dwell_engine::hooks::AuthToken;
use serde::Deserialize;

use super::*;
use crate::guard::Guard;

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Vector>,
}

/// One row of `tests/signatures.json`, whose head says where it comes from.
#[derive(Deserialize)]
struct Vector {
    name: String,
    method: String,
    auth_token: String,
    url: String,
    params: Vec<(String, String)>,
    received_url: String,
    signature: String,
}

fn call(method: Method, url: &str, params: Vec<(String, String)>) -> Call {
    Call {
        url: url.to_owned(),
        method,
        params,
        auth_token: AuthToken::new("12345"),
        idempotency_token: "00000000-0000-0000-0000-000000000000".to_owned(),
        timeout_millis: 5_000,
        body_bytes_max: 1_024,
    }
}

fn guarded(call: &Call, guard: &Guard) -> Result<Request, CallError> {
    Request::of(Target::of(&call.url, guard)?, call)
}

fn request(url: &str) -> Result<Request, CallError> {
    guarded(&call(Method::Post, url, Vec::new()), &Guard::public_only())
}

fn refusal(url: &str) -> String {
    match request(url) {
        Err(CallError::Refused { what }) => what,
        Err(other) => panic!("{url}: {other}"),
        Ok(request) => panic!("{url} is requested as {}", request.url),
    }
}

#[test]
fn receivers_accept_the_signatures() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/signatures.json")).unwrap();
    assert!(vectors.cases.len() > 30);
    for vector in vectors.cases {
        let method = if vector.method == "GET" { Method::Get } else { Method::Post };
        let mut call = call(method, &vector.url, vector.params.clone());
        call.auth_token = AuthToken::new(vector.auth_token);
        let request = guarded(&call, &Guard::public_only()).unwrap();
        assert_eq!(request.url.as_str(), vector.received_url, "{}", vector.name);
        assert_eq!(request.signature, vector.signature, "{}", vector.name);
        let sent = request.form.map(|form| form_urlencoded::parse(form.as_bytes()).into_owned().collect::<Vec<_>>());
        let expected = (method == Method::Post).then_some(vector.params);
        assert_eq!(sent, expected, "{}", vector.name);
    }
}

#[test]
fn user_and_password_are_taken_out_of_the_url() {
    let credentials = |url: &str| request(url).unwrap().credentials;
    let pair = |user: &str, password: Option<&str>| Some((user.to_owned(), password.map(str::to_owned)));
    assert_eq!(credentials("https://example.com/"), None);
    assert_eq!(credentials("https://us%3Aer:p%40ss@example.com/"), pair("us:er", Some("p@ss")));
    assert_eq!(credentials("https://user@example.com/"), pair("user", None));
    assert_eq!(credentials("https://:pass@example.com/"), pair("", Some("pass")));
}

#[test]
fn closed_addresses_are_refused_in_every_spelling() {
    let spellings = [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.0.0.1:8080",
        "user:pass@127.0.0.1",
        "%31%32%37.0.0.1",
        "１２７.0.0.1",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "169.254.169.254",
        "0xa9fea9fe",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00:ec2::254]",
    ];
    for host in spellings {
        for scheme in ["http", "https", "HTTP"] {
            let what = refusal(&format!("{scheme}://{host}/latest/meta-data"));
            assert!(what.ends_with("and in none of the allowed networks"), "{host}: {what}");
        }
    }
    assert_eq!(refusal("http://2130706433/"), "127.0.0.1 is loopback and in none of the allowed networks");
}

#[test]
fn opened_networks_may_be_named_literally() {
    let guard = Guard::from_allow_list(&["127.0.0.0/8".to_owned()]).unwrap();
    assert!(guarded(&call(Method::Get, "http://0x7f.1:8080/", Vec::new()), &guard).is_ok());
    assert!(guarded(&call(Method::Get, "http://[::1]:8080/", Vec::new()), &guard).is_err());
}

#[test]
fn what_is_no_url_for_a_webhook_is_refused() {
    for url in ["", "example.com/hook", "/hook", "http://", "https://exa mple.com/", "http://[::1", "http://a:99999/"] {
        let what = refusal(url);
        assert!(what.starts_with("the URL is not valid: "), "{url}: {what}");
    }
    for url in ["ftp://example.com/", "file:///etc/passwd", "data:text/plain,x", "unix:/run/x", "gopher://127.0.0.1/"] {
        assert_eq!(refusal(url), "only http and https URLs are called", "{url}");
    }
}

#[test]
fn refusals_hold_no_secret() {
    for url in ["http://user:hush@127.0.0.1/?key=hush", "http://user:hush@exa mple/", "ftp://user:hush@example.com"] {
        let what = refusal(url);
        assert!(!what.contains("hush"), "{what}");
    }
}
