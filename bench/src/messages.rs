//! Durable messages per second over HTTP: each answer means that the message is on disk. Next to
//! it, in the same run, a handler that does nothing, and the same command without HTTP.

use crate::Arguments;
use crate::load::{DO_NOTHING, load, make, post};
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
    let nothing = [DO_NOTHING.to_vec()];
    let posts: Vec<Vec<u8>> = conversations.iter().map(|sid| message(&server, sid)).collect();
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
    let request = post(server, "/v1/Conversations", "FriendlyName=Bench&Timers.Inactive=P1D&Timers.Closed=P30D");
    make(server, &request, CONVERSATIONS).await
}

/// A request that posts a message.
pub(crate) fn message(server: &Server, sid: &str) -> Vec<u8> {
    post(
        server,
        &format!("/v1/Conversations/{sid}/Messages"),
        "Author=agent&Body=The+parcel+left+the+depot+this+morning.",
    )
}
