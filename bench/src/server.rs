//! The real server as a process of its own.

use std::path::Path;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dwell_engine::{Clock, SystemClock};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::http::Connection;

/// The account that the server adopts.
pub(crate) const ACCOUNT_SID: &str = "ACbe0cbe0cbe0cbe0cbe0cbe0cbe0cbe0c";
/// Its auth token.
pub(crate) const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: String,
    /// The value of an `Authorization` header for its first account.
    pub(crate) authorization: String,
}

impl Server {
    /// Starts a server on a database and waits until it is ready.
    pub(crate) async fn start(program: &str, database: &Path) -> Server {
        let address = free_address().await;
        // An account in real time: the one of a development server reads its test clock each time.
        let child = Command::new(program)
            .args(["serve", "--listen", &address])
            .env("DWELL_DATABASE", format!("sqlite:{}", database.display()))
            .env("DWELL_METRICS_LISTEN", "off")
            // Receivers are beside the server.
            .env("DWELL_WEBHOOK_NETWORKS_ALLOWED", "127.0.0.0/8")
            .env("DWELL_LOG_LEVEL", "warn")
            // The limit of rates is not what is measured.
            .env("DWELL_WRITES_PER_SECOND_MAX", "0")
            .env("TWILIO_ACCOUNT_SID", ACCOUNT_SID)
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program} cannot be started ({error}); build it first: make build"));
        let credentials = format!("{ACCOUNT_SID}:{AUTH_TOKEN}");
        let server = Server { child, address, authorization: format!("Basic {}", STANDARD.encode(credentials)) };
        server.wait_until_ready().await;
        server
    }

    async fn wait_until_ready(&self) {
        for _ in 0..3_000 {
            if let Ok(mut connection) = Connection::open(&self.address).await
                && connection
                    .send(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .await
                    .is_ok_and(|status| status == 200)
            {
                return;
            }
            SystemClock.sleep_until(SystemClock.now().plus_micros(10_000)).await;
        }
        panic!("the server does not become ready");
    }

    /// Its resident memory in MiB.
    pub(crate) fn resident_mib(&self) -> f64 {
        let path = format!("/proc/{}/status", self.child.id().unwrap_or_default());
        let status = std::fs::read_to_string(path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
    }

    /// The time that processors have spent on it, in seconds.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let path = format!("/proc/{}/stat", self.child.id().unwrap_or_default());
        let stat = std::fs::read_to_string(path).unwrap_or_default();
        // What follows the name: state, then numbers, of which user and system time are 11th and 12th.
        let rest = stat.rsplit(") ").next().unwrap_or_default();
        let ticks: f64 = rest.split(' ').skip(11).take(2).filter_map(|text| text.parse::<f64>().ok()).sum();
        ticks / TICKS_PER_SECOND
    }

    /// Stops it.
    pub(crate) async fn stop(mut self) {
        let _ = self.child.kill().await;
    }
}

async fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("its address").to_string()
}
