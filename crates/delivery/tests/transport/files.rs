//! Files of messages from outside.

use dwell_delivery::Files;
use dwell_engine::media::{Fetcher, Wanted};

use super::*;

fn files() -> Files {
    Files::new(guard(&["127.0.0.1", "::1"])).unwrap()
}

fn wanted(url: String) -> Wanted {
    Wanted { url, credentials: Some(("AC1".to_owned(), "secret".to_owned())), timeout_millis: 5_000, bytes_max: 10 }
}

fn redirect(to: &str) -> Act {
    Act::Send(format!("HTTP/1.1 307 Temporary Redirect\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes())
}

#[tokio::test]
async fn a_file_is_fetched_where_redirects_lead_and_credentials_stay_behind() {
    let store = Server::start(Act::answer("200 OK", "bytes")).await;
    let first = Server::start(redirect(&store.url("/object?signed"))).await;
    let reply = files().fetch(wanted(first.url("/media"))).await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice(), reply.is_cut), (200, &b"bytes"[..], false));
    assert!(first.only().head.to_lowercase().contains("authorization: basic"));
    assert_eq!(store.only().target(), "/object?signed");
    assert!(!store.only().head.to_lowercase().contains("authorization"), "{}", store.only().head);
}

#[tokio::test]
async fn a_redirect_on_the_same_host_keeps_credentials_and_has_an_end() {
    let round = Server::start(redirect("/again")).await;
    let refused = files().fetch(wanted(round.url("/"))).await.unwrap_err();
    assert!(matches!(refused, CallError::Protocol { .. }), "{refused:?}");
    let targets: Vec<_> = round.received().iter().map(|received| received.target().to_owned()).collect();
    assert_eq!(targets, ["/", "/again", "/again", "/again"]);
    assert!(round.received().iter().all(|received| received.head.to_lowercase().contains("authorization: basic")));
}

#[tokio::test]
async fn a_redirect_goes_nowhere_that_may_not_be_called() {
    for inner in ["http://10.0.0.1/", "http://[::ffff:169.254.169.254]/latest/", "file:///etc/passwd", "http://0x7f.2/"]
    {
        let server = Server::start(redirect(inner)).await;
        let refused = files().fetch(wanted(server.url("/"))).await.unwrap_err();
        assert!(matches!(refused, CallError::Refused { .. }), "{inner}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_long_or_too_slow_is_given_up() {
    let server = Server::start(Act::answer("200 OK", "0123456789a")).await;
    let reply = files().fetch(wanted(server.url("/"))).await.unwrap();
    assert_eq!((reply.body.len(), reply.is_cut), (10, true));
    let server = Server::start(Act::Stall(Vec::new())).await;
    let slow = Wanted { timeout_millis: 200, ..wanted(server.url("/")) };
    assert_eq!(files().fetch(slow).await, Err(CallError::Timeout { millis: 200 }));
}
