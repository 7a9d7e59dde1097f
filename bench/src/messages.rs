//! Durable messages per second over HTTP: each answer means that the message is on disk. Next to
//! it, in the same run, a handler that does nothing, and the same command without HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dwell_engine::{Clock, SystemClock};

use crate::Arguments;
use crate::http::Connection;
use crate::report::{Report, median, percentile};
use crate::server::Server;
use crate::{reset, setup};

const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
/// Conversations that the messages go to.
const CONVERSATIONS: usize = 256;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let directory = tempfile::tempdir_in(".").expect("a directory on a real disk");
    let server = Server::start(&arguments.server, &directory.path().join("dwell.db")).await;
    let conversations = make_conversations(&server).await;
    let nothing = [b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec()];
    let posts: Vec<Vec<u8>> = conversations.iter().map(|sid| post(&server, sid)).collect();
    let mut at_64 = f64::NAN;
    for connections in CONNECTIONS {
        let (mut message_rates, mut nothing_rates) = (Vec::new(), Vec::new());
        let (mut p50, mut p99) = (Vec::new(), Vec::new());
        for _ in 0..arguments.rounds {
            let load = load(&server, &posts, connections, arguments.seconds, 201).await;
            message_rates.push(load.rate);
            p50.push(percentile(&load.latencies, 0.5) * 1e3);
            p99.push(percentile(&load.latencies, 0.99) * 1e3);
            nothing_rates.push(self::load(&server, &nothing, connections, arguments.seconds.min(2), 200).await.rate);
        }
        let (messages, idle) = (median(message_rates), median(nothing_rates));
        let what = |figure: &str| format!("{connections} connections: {figure}");
        report.add("messages", what("durable messages"), messages, "/s");
        report.add("messages", what("latency, median"), median(p50), "ms");
        report.add("messages", what("latency, 99th percentile"), median(p99), "ms");
        report.add("messages", what("do-nothing handler"), idle, "/s");
        report.add("messages", what("messages / do-nothing"), messages / idle, "");
        if connections == 64 {
            at_64 = messages;
        }
    }
    server.stop().await;

    let bench = setup::bench(None).await;
    let sids = reset::conversations_with(&bench, None).await;
    let mut rates = Vec::new();
    for _ in 0..arguments.rounds.max(3) {
        rates.push(reset::post(&bench, &sids).await);
    }
    let store = median(rates);
    report.add("messages", "the same command without HTTP, 64 at a time", store, "/s");
    report.add("messages", "messages over HTTP / without, 64 at a time", at_64 / store, "");
}

async fn make_conversations(server: &Server) -> Vec<String> {
    let mut connection = Connection::open(&server.address).await.expect("a connection");
    let mut sids = Vec::new();
    for _ in 0..CONVERSATIONS {
        let request = request(server, "/v1/Conversations", "FriendlyName=Bench&Timers.Inactive=P1D&Timers.Closed=P30D");
        let (status, body) = connection.exchange(&request).await.expect("an answer");
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(body));
        let body: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        sids.push(body["sid"].as_str().expect("a SID").to_owned());
    }
    sids
}

fn post(server: &Server, sid: &str) -> Vec<u8> {
    let path = format!("/v1/Conversations/{sid}/Messages");
    request(server, &path, "Author=agent&Body=The+parcel+left+the+depot+this+morning.")
}

fn request(server: &Server, path: &str, form: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        server.address,
        server.authorization,
        form.len()
    )
    .into_bytes()
}

struct Load {
    /// Answers a second.
    rate: f64,
    /// Seconds from request to answer, sorted.
    latencies: Vec<f64>,
}

/// Keeps `connections` busy for some seconds.
async fn load(server: &Server, requests: &[Vec<u8>], connections: usize, seconds: u64, expected: u16) -> Load {
    let is_over = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    let start = SystemClock.now();
    for place in 0..connections {
        let mut connection = Connection::open(&server.address).await.expect("a connection");
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
