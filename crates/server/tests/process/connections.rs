//! Connections of clients that are slow, silent or many, and writes that are too many.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::server::{Home, Server};

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Everything that the server says until it closes the connection.
fn rest(mut stream: TcpStream) -> String {
    let mut said = String::new();
    stream.read_to_string(&mut said).unwrap();
    said
}

/// Asks and reads the beginning of the answer.
fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: dwell\r\n\r\n").unwrap();
    let mut status = [0; 15];
    stream.read_exact(&mut status).unwrap();
    String::from_utf8_lossy(&status).into_owned()
}

#[test]
fn a_connection_is_not_held_open_by_parts_of_requests() {
    let home = Home::new();
    let server = home.start_with(&["--request-read-seconds-max", "1"], &[]);
    let silent = connect(&server);
    let mut slow = connect(&server);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: dw").unwrap();
    let mut idle = connect(&server);
    assert_eq!(ask(&mut idle), "HTTP/1.1 200 OK");
    assert!(!rest(slow).contains("200"));
    assert_eq!(rest(silent), "");
    assert!(rest(idle).ends_with("ok"), "and nothing after the answer");
}

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let home = Home::new();
    let server = home.start_with(&["--request-read-seconds-max", "1"], &[]);
    let api = server.new_account(&home, &[]);
    let mut stream = connect(&server);
    let credentials = STANDARD.encode(format!("{}:{}", api.user, api.password));
    let head = format!(
        "POST /v1/Conversations HTTP/1.1\r\nHost: dwell\r\nAuthorization: Basic {credentials}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 16\r\n\r\nFriendly"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let said = rest(stream);
    assert!(said.starts_with("HTTP/1.1 408") && said.contains("\"code\":20408"), "{said}");
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let home = Home::new();
    let server = home.start_with(&["--connections-max", "2"], &[]);
    let (mut first, mut second) = (connect(&server), connect(&server));
    for stream in [&mut first, &mut second] {
        assert_eq!(ask(stream), "HTTP/1.1 200 OK");
    }
    // The third waits at the door until one of the others leaves.
    let mut third = connect(&server);
    third.write_all(b"GET /healthz HTTP/1.1\r\nHost: dwell\r\nConnection: close\r\n\r\n").unwrap();
    third.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!(third.read(&mut [0; 1]).is_err());
    drop(first);
    third.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert!(rest(third).starts_with("HTTP/1.1 200 OK"));
    drop(second);
}

#[tokio::test]
async fn writes_are_limited_unless_it_is_for_development() {
    let home = Home::new();
    for (arguments, setting, limited) in
        [(&[][..], "3", true), (&["--dev"][..], "3", true), (&["--dev"][..], "", false), (&[][..], "", true)]
    {
        let server = home.start_limited(arguments, setting);
        let api = server.new_account(&home, &[]);
        let mut posts = tokio::task::JoinSet::new();
        for _ in 0..400 {
            let api = api.clone();
            posts.spawn(async move { api.try_post("/v1/Users", &[("Identity", "ann")]).await.unwrap().0 });
        }
        let statuses = posts.join_all().await;
        assert_eq!(statuses.contains(&429), limited, "{arguments:?} {setting}: {statuses:?}");
    }
}

#[tokio::test]
async fn access_tokens_from_the_command_line() {
    let home = Home::new();
    let server = home.start();
    let api = server.new_account(&home, &[]);
    let several = home.run(&["token", "create", "--identity", "ann"]);
    assert_eq!(several.code, Some(1));
    assert!(several.stderr.contains("--account"), "{}", several.stderr);
    let create = ["token", "create", "--identity", "ann", "--account", &api.user, "--json"];
    let keyless = home.run(&create);
    assert!(keyless.stderr.contains("dwell key create"), "{}", keyless.stderr);
    let reader = home.json(&["key", "create", "--account", &api.user, "--read-only", "--json"]);
    assert_eq!(reader["rights"], "read");
    assert!(!home.run(&create).stderr.is_empty(), "a key that only reads signs nothing");
    let key = home.json(&["key", "create", "--account", &api.user, "--json"]);
    let listed = home.run(&["key", "list", "--account", &api.user]).stdout;
    assert!(listed.contains("  read") && listed.contains("  all"), "{listed}");

    let made = home.json(&create);
    let token = made["token"].as_str().unwrap();
    assert_eq!(made["key_sid"], key["key_sid"]);
    let seen = api.post("/dwell/v1/AccessTokens/Verify", &[("Token", token)]).await;
    assert_eq!((&seen["identity"], &seen["date_expires"]), (&"ann".into(), &made["date_expires"]));
    let inspected = home.json(&["token", "inspect", token, "--json"]);
    assert_eq!(inspected["chat_service_sid"], seen["chat_service_sid"]);
    assert!(home.run(&["token", "inspect", token]).stdout.contains("Identity: ann\n"));
    let said = home.run(&[&create[..6], &["--ttl", "60", "--key", key["key_sid"].as_str().unwrap()]].concat()).stdout;
    assert!(said.starts_with("Token: ey"), "{said}");

    let refused = home.run(&["token", "inspect", &format!("{token}x")]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("signature"), "{}", refused.stderr);
    assert_eq!(home.run(&[&create[..6], &["--ttl", "90000"]].concat()).code, Some(1));
    let read_only = server.api(reader["key_sid"].as_str().unwrap(), reader["key_secret"].as_str().unwrap());
    assert_eq!(read_only.get("/v1/Conversations").await.0, 200);
    assert_eq!(read_only.try_post("/v1/Conversations", &[]).await.unwrap().0, 403);
}
