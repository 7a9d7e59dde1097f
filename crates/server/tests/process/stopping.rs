//! What happens at the end: requests in flight are finished, for as long as is allowed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::api::Api;
use crate::server::{Home, Server, eventually};

const STOPPING: &str = "stopping; once more to stop at once";

fn connect(server: &Server) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://"))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(stream)
}

/// A request to create a conversation, in the server's hands but for its last byte, `c`.
fn begin_request(server: &Server, api: &Api) -> TcpStream {
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut stream = connect(server).unwrap();
    let credentials = STANDARD.encode(format!("{}:{}", api.user, api.password));
    let head = format!(
        "POST /v1/Conversations HTTP/1.1\r\nHost: dwell\r\nAuthorization: Basic {credentials}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 16\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; CONTINUE.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(std::str::from_utf8(&answer).unwrap(), CONTINUE);
    stream.write_all(b"FriendlyName=ab").unwrap();
    stream
}

#[tokio::test]
async fn a_request_in_flight_is_finished() {
    let home = Home::new();
    let mut server = home.start();
    let api = server.new_account(&home, &[]);
    let mut in_flight = begin_request(&server, &api);
    // Neither a client that says nothing nor one that keeps its connection keeps the server.
    let _silent = connect(&server).unwrap();
    api.fetch("/v1/Conversations").await;

    server.signal("TERM");
    server.wait_for_log(STOPPING);
    eventually(async || connect(&server).is_err().then_some(())).await;
    in_flight.write_all(b"c").unwrap();
    let mut answer = String::new();
    in_flight.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(server.end().0.code(), Some(0));
    assert!(!server.log_so_far.join("\n").contains("cut off"));

    let server = home.start();
    let list = api.at(&server.url).fetch("/v1/Conversations").await;
    assert_eq!(list["conversations"][0]["friendly_name"], "abc");
}

#[test]
fn a_request_that_takes_too_long_is_cut_off() {
    let home = Home::new();
    let mut server = home.start_with(&["--drain-seconds", "1"], &[]);
    let api = server.new_account(&home, &[]);
    let mut in_flight = begin_request(&server, &api);
    server.signal("INT");
    server.wait_for_log("requests still in flight were cut off");
    assert_eq!(server.end().0.code(), Some(0));
    let mut answer = String::new();
    let _ = in_flight.read_to_string(&mut answer);
    assert_eq!(answer, "");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let home = Home::new();
    let mut server = home.start_with(&["--drain-seconds", "3600"], &[]);
    let api = server.new_account(&home, &[]);
    let _in_flight = begin_request(&server, &api);
    server.signal("TERM");
    server.wait_for_log(STOPPING);
    server.signal("TERM");
    assert_eq!(server.end().0.code(), Some(1));
    assert!(server.log_so_far.join("\n").contains("SIGTERM again"));
}
