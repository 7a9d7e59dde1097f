//! Requests, and many connections that send them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dwell_engine::{Clock, SystemClock};

use crate::http::Connection;
use crate::server::Server;

/// A request whose handler does nothing.
pub(crate) const DO_NOTHING: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A request that posts a form.
pub(crate) fn post(server: &Server, path: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    let kind = "application/x-www-form-urlencoded";
    request(server, "POST", path, &format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{form}"))
}

/// A request that reads.
pub(crate) fn get(server: &Server, path: &str) -> Vec<u8> {
    request(server, "GET", path, "\r\n")
}

fn request(server: &Server, method: &str, path: &str, rest: &str) -> Vec<u8> {
    let Server { address, authorization, .. } = server;
    format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\n{rest}").into_bytes()
}

/// Sends a request that creates, so many times, and returns the SIDs.
pub(crate) async fn make(server: &Server, request: &[u8], times: usize) -> Vec<String> {
    let mut connection = Connection::open(&server.address).await.expect("a connection");
    let mut sids = Vec::new();
    for _ in 0..times {
        let (status, body) = connection.exchange(request).await.expect("an answer");
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(body));
        let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        sids.push(body["sid"].as_str().expect("a SID").to_owned());
    }
    sids
}

/// What came of keeping connections busy.
pub(crate) struct Load {
    /// Answers a second.
    pub(crate) rate: f64,
    /// Seconds from request to answer, sorted.
    pub(crate) latencies: Vec<f64>,
}

/// Keeps `connections` busy for some seconds; every answer must have the expected status.
pub(crate) async fn load(
    server: &Server,
    requests: &[Vec<u8>],
    connections: usize,
    seconds: u64,
    expected: u16,
) -> Load {
    load_at(&server.address, requests, connections, seconds, expected).await
}

/// [`load`] of whoever listens at an address.
pub(crate) async fn load_at(
    address: &str,
    requests: &[Vec<u8>],
    connections: usize,
    seconds: u64,
    expected: u16,
) -> Load {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    let start = SystemClock.now();
    for place in 0..connections {
        let mut connection = Connection::open(address).await.expect("a connection");
        let (requests, is_over) = (requests.to_vec(), is_over.clone());
        tasks.push(tokio::spawn(async move {
            let mut latencies = Vec::new();
            let mut next = place;
            while !is_over.load(Ordering::Relaxed) {
                let sent = SystemClock.now();
                let status = connection.send(&requests[next % requests.len()]).await.expect("an answer");
                assert_eq!(status, expected);
                latencies.push(SystemClock.now().micros_since(sent) as f64 / 1e6);
                next += 1;
            }
            latencies
        }));
    }
    SystemClock.sleep_until(start.plus_seconds(seconds as i64)).await;
    is_over.store(true, Ordering::Relaxed);
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("a connection ends well"));
    }
    let elapsed = SystemClock.now().micros_since(start) as f64 / 1e6;
    latencies.sort_by(f64::total_cmp);
    Load { rate: latencies.len() as f64 / elapsed, latencies }
}
