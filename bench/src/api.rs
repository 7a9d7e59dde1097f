//! The calls that clients make most, over HTTP: requests a second and latency, each next to a
//! handler of the same server that does nothing, in turns.

use crate::Arguments;
use crate::load::{DO_NOTHING, Load, get, load, make, post};
use crate::messages::message;
use crate::report::{Report, median, percentile};
use crate::server::Server;

const CONNECTIONS: [usize; 3] = [1, 32, 256];
/// Conversations that are written to and read.
const CONVERSATIONS: usize = 256;
/// Messages and conversations on a page.
const PAGE_ITEMS: usize = 50;

/// A call, in the words of the report.
struct Call {
    name: &'static str,
    /// The same call on different conversations.
    requests: Vec<Vec<u8>>,
    status: u16,
}

/// The figures of one call at one number of connections, one for each round.
#[derive(Default)]
struct Figures {
    rates: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
    /// Of the rate, to that of the do-nothing handler in the same round.
    ratios: Vec<f64>,
}

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let directory = tempfile::tempdir_in(".").expect("a directory on a real disk");
    let server = Server::start(&arguments.server, &directory.path().join("dwell.db")).await;
    let calls = calls(&server).await;
    for connections in CONNECTIONS {
        let mut figures: Vec<Figures> = calls.iter().map(|_| Figures::default()).collect();
        for _ in 0..arguments.rounds {
            let mut nothing = None;
            for (call, figures) in calls.iter().zip(&mut figures) {
                let load = load(&server, &call.requests, connections, arguments.seconds, call.status).await;
                figures.add(&load, nothing);
                // The first call is the one that does nothing.
                nothing.get_or_insert(load.rate);
            }
        }
        for (call, figures) in calls.iter().zip(figures) {
            figures.report(report, &format!("{connections} connections: {}", call.name));
        }
    }
    server.stop().await;
}

async fn calls(server: &Server) -> Vec<Call> {
    let create = post(server, "/v1/Conversations", "FriendlyName=Bench&Timers.Inactive=P1D&Timers.Closed=P30D");
    let sids = make(server, &create, CONVERSATIONS).await;
    let messages: Vec<Vec<u8>> = sids.iter().map(|sid| message(server, sid)).collect();
    // The messages of the program itself go elsewhere, so that this page stays what it is.
    let read = make(server, &create, 1).await.remove(0);
    make(server, &message(server, &read), PAGE_ITEMS).await;
    let fetches = sids.iter().map(|sid| get(server, &format!("/v1/Conversations/{sid}"))).collect();
    let pages = |path: &str| vec![get(server, &format!("{path}?PageSize={PAGE_ITEMS}"))];
    vec![
        Call { name: "do-nothing handler", requests: vec![DO_NOTHING.to_vec()], status: 200 },
        Call { name: "create a conversation", requests: vec![create], status: 201 },
        Call { name: "post a message", requests: messages, status: 201 },
        Call { name: "fetch a conversation", requests: fetches, status: 200 },
        Call { name: "list 50 messages", requests: pages(&format!("/v1/Conversations/{read}/Messages")), status: 200 },
        Call { name: "list 50 conversations", requests: pages("/v1/Conversations"), status: 200 },
    ]
}

impl Figures {
    fn add(&mut self, load: &Load, nothing: Option<f64>) {
        self.rates.push(load.rate);
        self.p50.push(percentile(&load.latencies, 0.5) * 1e3);
        self.p99.push(percentile(&load.latencies, 0.99) * 1e3);
        self.ratios.extend(nothing.map(|rate| load.rate / rate));
    }

    fn report(self, report: &mut Report, what: &str) {
        report.add("api", what, median(self.rates), "/s");
        report.add("api", format!("{what}, median"), median(self.p50), "ms");
        report.add("api", format!("{what}, 99th percentile"), median(self.p99), "ms");
        if !self.ratios.is_empty() {
            report.add("api", format!("{what} / do-nothing"), median(self.ratios), "");
        }
    }
}
