//! Receivers of webhooks that cost as little as they can: one that answers 200 at once and remembers when
//! each event came first, and one that never answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dwell_core::Timestamp;
use dwell_engine::{Clock, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Addresses of this machine that are used for one receiver, so that each webhook has an endpoint of its
/// own.
const ADDRESSES: usize = 250;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// When each event arrived first, by the number in its body.
type Arrivals = Arc<Mutex<HashMap<usize, Timestamp>>>;

/// A receiver that answers at once.
pub(crate) struct Sink {
    /// Where it is called directly.
    pub(crate) address: String,
    port: u16,
    arrivals: Arrivals,
}

impl Sink {
    pub(crate) async fn start() -> Sink {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let arrivals = Arrivals::default();
        let kept = arrivals.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                tokio::spawn(async move {
                    let _ = stream.set_nodelay(true);
                    // A caller that goes away in the middle is none of its concern.
                    let _ = attend(stream, &kept).await;
                });
            }
        });
        Sink { address: format!("127.0.0.1:{port}"), port, arrivals }
    }

    /// The URL of the webhook of this number.
    pub(crate) fn url(&self, n: usize) -> String {
        url(self.port, n)
    }

    /// Whether a URL leads here.
    pub(crate) fn is_at(&self, url: &str) -> bool {
        url.ends_with(&format!(":{}/hook", self.port))
    }

    /// A call as a webhook's, for the client that calls it directly.
    pub(crate) fn request(&self) -> Vec<u8> {
        let body = format!("EventType=onMessageAdded&Body=0&Attributes={}", "x".repeat(400));
        let length = body.len();
        let kind = "application/x-www-form-urlencoded";
        let head = format!("POST /hook HTTP/1.1\r\nHost: {}\r\nContent-Type: {kind}\r\n", self.address);
        format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    pub(crate) fn forget(&self) {
        self.arrivals.lock().expect("a lock").clear();
    }

    pub(crate) fn arrivals(&self) -> HashMap<usize, Timestamp> {
        self.arrivals.lock().expect("a lock").clone()
    }

    /// Waits until so many different events have arrived, and says when the last one did.
    pub(crate) async fn wait_for(&self, count: usize, seconds: i64) -> Timestamp {
        let until = SystemClock.now().plus_seconds(seconds);
        loop {
            let arrived = self.arrivals.lock().expect("a lock").len();
            if arrived >= count {
                return self.arrivals().into_values().max().unwrap_or(until);
            }
            assert!(SystemClock.now() < until, "only {arrived} of {count} events arrived");
            SystemClock.sleep_until(SystemClock.now().plus_micros(5_000)).await;
        }
    }
}

fn url(port: u16, n: usize) -> String {
    format!("http://127.0.{}.{}:{port}/hook", n / ADDRESSES, n % ADDRESSES + 1)
}

async fn attend(mut stream: TcpStream, arrivals: &Arrivals) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(8 * 1024);
    loop {
        let whole = loop {
            if let Some(whole) = length(&buffer) {
                break whole;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let now = SystemClock.now();
        if let Some(number) = number(&buffer[..whole]) {
            arrivals.lock().expect("a lock").entry(number).or_insert(now);
        }
        buffer.drain(..whole);
        stream.write_all(ANSWER).await?;
    }
}

/// The length of the first request in the buffer, when all of it is there.
fn length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let body = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    Some(head + body.unwrap_or(0)).filter(|whole| *whole <= buffer.len())
}

/// The number in the body of the message that a request tells of.
fn number(request: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(request).ok()?;
    let (_, form) = text.split_once("\r\n\r\n")?;
    form.split('&').find_map(|pair| pair.strip_prefix("Body="))?.parse().ok()
}

/// A receiver that takes connections and never answers.
pub(crate) struct SilentSink {
    port: u16,
}

impl SilentSink {
    pub(crate) async fn start() -> SilentSink {
        let listener = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        SilentSink { port }
    }

    /// The URL of the webhook of this number.
    pub(crate) fn url(&self, n: usize) -> String {
        url(self.port, n)
    }
}
