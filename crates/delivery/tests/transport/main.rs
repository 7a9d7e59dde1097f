//! The transport against receivers on this machine, over real sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod carriers;
mod environment;
mod files;
mod server;

use std::future::ready;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dwell_delivery::guard::{Lookup, Lookups};
use dwell_delivery::{Guard, HttpTransport};
use dwell_engine::Stopwatch;
use dwell_engine::hooks::{AuthToken, Call, CallError, Method, Reply, Transport};
use dwell_engine::signature::signature;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use server::{Act, Received, Server};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const UUID: &str = "7f9c24e8-3b12-4fef-91e0-56a2d5a7d3b1";
const PARAMS: &[(&str, &str)] = &[("EventType", "onMessageAdded"), ("Body", "Grüße & a+b"), ("Attributes", "")];

/// Names to addresses, one answer after the other; the last one stays.
struct Scripted {
    answers: Vec<&'static [&'static str]>,
    asked: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&'static [&'static str]]) -> Arc<Self> {
        Arc::new(Scripted { answers: answers.to_vec(), asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Lookup for Scripted {
    fn lookup(&self, host: String) -> Lookups {
        assert_eq!(host, "hooks.example");
        let turn = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        let addresses: Vec<IpAddr> = self.answers[turn].iter().map(|text| text.parse().unwrap()).collect();
        Box::pin(ready(Ok(addresses)))
    }
}

fn guard(entries: &[&str]) -> Guard {
    let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
    Guard::from_allow_list(&entries).unwrap()
}

fn local() -> HttpTransport {
    HttpTransport::new(guard(&["127.0.0.1", "::1"])).unwrap()
}

fn call(method: Method, url: &str) -> Call {
    Call {
        url: url.to_owned(),
        method,
        params: PARAMS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        auth_token: AuthToken::new(TOKEN),
        idempotency_token: UUID.to_owned(),
        timeout_millis: 30_000,
        body_bytes_max: 1_024,
    }
}

async fn post(url: &str) -> Result<Reply, CallError> {
    local().call(call(Method::Post, url)).await
}

/// What comes of a POST to a receiver that does `act`.
async fn outcome(act: Act) -> Result<Reply, CallError> {
    post(&Server::start(act).await.url("/hook")).await
}

/// The signature as the receiver computes it from what it sees.
fn expected_signature(received: &Received) -> String {
    let url = format!("http://{}{}", received.header("Host").unwrap(), received.target());
    let form: Vec<_> = form_urlencoded::parse(received.body.as_bytes()).into_owned().collect();
    signature(TOKEN, &url, &form)
}

#[tokio::test]
async fn a_post_arrives_exactly() {
    let server = Server::start(Act::answer("200 OK", r#"{"body":"x"}"#)).await;
    let reply = post(&server.url("/hook?tenant=7#rc=3")).await.unwrap();
    assert_eq!(reply.status, 200);
    assert_eq!(reply.whole_body(), Ok(br#"{"body":"x"}"#.as_slice()));
    assert_eq!(reply.content_type.as_deref(), Some("application/json; charset=utf-8"));
    assert!(reply.micros > 0);

    let received = server.only();
    let signature = expected_signature(&received);
    let mut lines: Vec<&str> = received.head.lines().skip(1).collect();
    lines.sort_unstable();
    let host = format!("Host: {}", server.address);
    let signed = format!("X-Twilio-Signature: {signature}");
    assert_eq!(
        lines,
        [
            "Accept: */*",
            "Content-Length: 67",
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
            &host,
            "I-Twilio-Idempotency-Token: 7f9c24e8-3b12-4fef-91e0-56a2d5a7d3b1",
            "User-Agent: TwilioProxy/1.1",
            &signed,
        ]
    );
    assert_eq!(received.line(), "POST /hook?tenant=7 HTTP/1.1");
    assert_eq!(received.body, "EventType=onMessageAdded&Body=Gr%C3%BC%C3%9Fe+%26+a%2Bb&Attributes=");
}

#[tokio::test]
async fn a_get_arrives_exactly() {
    let server = Server::start(Act::answer("204 No Content", "")).await;
    let reply = local().call(call(Method::Get, &server.url("/hook?tenant=7#rc=3"))).await.unwrap();
    assert_eq!((reply.status, reply.body.len()), (204, 0));

    let received = server.only();
    let signature = expected_signature(&received);
    assert_eq!(
        received.line(),
        "GET /hook?tenant=7&EventType=onMessageAdded&Body=Gr%C3%BC%C3%9Fe+%26+a%2Bb&Attributes= HTTP/1.1"
    );
    assert_eq!(received.body, "");
    assert_eq!(received.header("X-Twilio-Signature"), Some(signature.as_str()));
    assert_eq!(received.header("I-Twilio-Idempotency-Token"), Some(UUID));
    assert_eq!(received.header("Content-Type"), None);
    assert_eq!(received.header("Authorization"), None);
}

#[tokio::test]
async fn user_and_password_are_sent_and_not_signed() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let url = server.url("/hook").replace("http://", "http://user:p%40ss@");
    post(&url).await.unwrap();
    let received = server.only();
    assert_eq!(received.header("Authorization"), Some("Basic dXNlcjpwQHNz"));
    assert_eq!(received.header("X-Twilio-Signature"), Some(expected_signature(&received).as_str()));
}

#[tokio::test]
async fn a_call_without_parameters_has_an_empty_body() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let call = Call { params: Vec::new(), ..call(Method::Post, &server.url("/hook")) };
    local().call(call).await.unwrap();
    let received = server.only();
    assert_eq!(received.header("Content-Length"), Some("0"));
    assert_eq!(received.header("X-Twilio-Signature"), Some(expected_signature(&received).as_str()));
}

#[tokio::test]
async fn a_get_of_just_the_limit_goes_out_and_a_longer_one_is_refused() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let url = server.url("/hook");
    let room = 65_534 - url.len() - "?B=".len();
    let transport = local();
    let with_body = |length| Call { params: vec![("B".to_owned(), "x".repeat(length))], ..call(Method::Get, &url) };
    assert_eq!(transport.call(with_body(room)).await.unwrap().status, 200);
    let error = transport.call(with_body(room + 1)).await.unwrap_err();
    let what = "the URL with its parameters is longer than 65534 bytes; use POST";
    assert_eq!(error, CallError::Refused { what: what.to_owned() });
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in ["201 Created", "400 Bad Request", "403 Forbidden", "429 Slow", "500 Oops", "503 Later", "599 X"] {
        let reply = outcome(Act::answer(status, "no")).await.unwrap();
        assert_eq!(reply.status.to_string(), status[..3]);
        assert_eq!(reply.body, b"no");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let target = Server::start(Act::answer("200 OK", "")).await;
    for status in ["301", "302", "303", "307", "308"] {
        let location = target.url("/elsewhere");
        let redirect = format!("HTTP/1.1 {status} Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let reply = outcome(Act::Send(redirect.into_bytes())).await.unwrap();
        assert_eq!(reply.status.to_string(), status);
    }
    assert!(target.received().is_empty());
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    let server = Server::start(Act::answer("200 OK", "{}")).await;
    let transport = local();
    for _ in 0..3 {
        transport.call(call(Method::Post, &server.url("/hook"))).await.unwrap();
    }
    let connections: Vec<_> = server.received().iter().map(|received| received.connection).collect();
    assert_eq!(connections, [0, 0, 0]);
}

#[tokio::test]
async fn slow_receivers_are_given_up_in_time() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_vec();
    for act in [Act::Stall(Vec::new()), Act::Stall(head[..20].to_vec()), Act::Stall(head)] {
        let server = Server::start(act).await;
        let stopwatch = Stopwatch::start();
        let call = Call { timeout_millis: 200, ..call(Method::Post, &server.url("/hook")) };
        assert_eq!(local().call(call).await, Err(CallError::Timeout { millis: 200 }));
        let elapsed = stopwatch.elapsed();
        assert!(elapsed >= Duration::from_millis(200) && elapsed < Duration::from_secs(10), "{elapsed:?}");
    }
}

#[tokio::test]
async fn long_bodies_are_cut_and_their_connections_dropped() {
    let server = Server::start(Act::answer("200 OK", &"y".repeat(100_000))).await;
    let transport = local();
    for _ in 0..2 {
        let reply = transport.call(call(Method::Post, &server.url("/hook"))).await.unwrap();
        assert_eq!((reply.status, reply.is_cut, reply.body), (200, true, vec![b'y'; 1_024]));
    }
    let connections: Vec<_> = server.received().iter().map(|received| received.connection).collect();
    assert_eq!(connections, [0, 1]);
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_whole() {
    for (length, is_cut) in [(1_023, false), (1_024, false), (1_025, true)] {
        let reply = outcome(Act::answer("200 OK", &"y".repeat(length))).await.unwrap();
        assert_eq!((reply.is_cut, reply.body.len()), (is_cut, length.min(1_024)), "{length}");
    }
    let server = Server::start(Act::answer("200 OK", "y")).await;
    let call = Call { body_bytes_max: 0, ..call(Method::Post, &server.url("/hook")) };
    let reply = local().call(call).await.unwrap();
    assert_eq!((reply.is_cut, reply.body.len()), (true, 0));
}

#[tokio::test]
async fn endless_bodies_are_cut() {
    let heads = ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n"];
    for head in heads {
        let reply = outcome(Act::SendForever(head.as_bytes().to_vec())).await.unwrap();
        assert_eq!((reply.is_cut, reply.body.len()), (true, 1_024));
    }
}

#[tokio::test]
async fn endless_headers_are_an_error() {
    let endless = outcome(Act::SendForever(b"HTTP/1.1 200 OK\r\nX: ".to_vec())).await;
    assert!(matches!(endless, Err(CallError::Protocol { .. })), "{endless:?}");
}

#[tokio::test]
async fn broken_answers_are_protocol_errors() {
    let broken: &[&[u8]] = &[
        b"",
        b"HTTP/1.1 20",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ];
    for bytes in broken {
        let error = outcome(Act::SendAndClose(bytes.to_vec())).await.unwrap_err();
        assert!(matches!(&error, CallError::Protocol { what } if !what.is_empty()), "{bytes:?}: {error:?}");
        assert!(!error.to_string().contains("/hook"), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_a_connect_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://user:hush@{}/?key=hush", listener.local_addr().unwrap());
    drop(listener);
    let error = post(&url).await.unwrap_err();
    assert!(matches!(error, CallError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("refused") && !error.to_string().contains("hush"), "{error}");
}

#[tokio::test]
async fn https_to_a_plain_receiver_is_a_tls_error() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/hook", listener.local_addr().unwrap());
    let talker = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        // Read on until the caller is gone, so that closing does not take the answer away from it.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    let error = post(&url).await.unwrap_err();
    assert!(matches!(error, CallError::Tls { .. }), "{error:?}");
    talker.await.unwrap();
}

#[tokio::test]
async fn closed_addresses_are_not_called() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let transport = HttpTransport::new(Guard::public_only()).unwrap();
    let port = server.address.port();
    for host in ["127.0.0.1", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST"] {
        let error = transport.call(call(Method::Post, &format!("http://{host}:{port}/hook"))).await.unwrap_err();
        assert!(matches!(error, CallError::Refused { .. }), "{host}: {error:?}");
        assert!(error.to_string().contains("is loopback"), "{error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_name_that_turns_inward_is_refused() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let server = Server::start(Act::Send(answer)).await;
    let lookup = Scripted::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    // 127.0.0.1 plays the public address here.
    let transport = HttpTransport::with_lookup(guard(&["127.0.0.1"]), Arc::clone(&lookup) as Arc<dyn Lookup>).unwrap();
    let url = format!("http://hooks.example:{}/hook", server.address.port());
    assert_eq!(transport.call(call(Method::Post, &url)).await.unwrap().status, 200);
    // Asked once: nothing resolves the name again between the check and the connection.
    assert_eq!(lookup.asked(), 1);
    let error = transport.call(call(Method::Post, &url)).await.unwrap_err();
    assert_eq!(lookup.asked(), 2);
    let what = "hooks.example may not be called: 10.0.0.1 is private and in none of the allowed networks";
    assert_eq!(error, CallError::Refused { what: what.to_owned() });
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn of_several_addresses_only_the_open_ones_are_called() {
    let server = Server::start(Act::answer("200 OK", "")).await;
    let lookup = Scripted::new(&[&["10.0.0.1", "127.0.0.1", "::1"]]);
    let transport = HttpTransport::with_lookup(guard(&["127.0.0.1"]), lookup).unwrap();
    let url = format!("http://hooks.example:{}/hook", server.address.port());
    assert_eq!(transport.call(call(Method::Post, &url)).await.unwrap().status, 200);
    assert_eq!(server.only().header("Host"), Some(format!("hooks.example:{}", server.address.port()).as_str()));
}

#[tokio::test]
async fn a_name_without_an_address_is_a_dns_error() {
    let transport = HttpTransport::with_lookup(Guard::public_only(), Scripted::new(&[&[]])).unwrap();
    let error = transport.call(call(Method::Post, "https://hooks.example/hook")).await.unwrap_err();
    assert_eq!(error, CallError::Dns { what: "hooks.example has no address".to_owned() });
}
