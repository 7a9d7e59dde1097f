//! A list of very many conversations: what its first page, one in the middle and its last cost.

use dwell_engine::{Clock, SystemClock};

use crate::Arguments;
use crate::http::Connection;
use crate::load::get;
use crate::report::{Report, median, percentile};
use crate::server::Server;
use crate::setup::bench;

/// Conversations on a page: the most that the API gives.
const PAGE_ITEMS: u64 = 100;
/// Requests for each page in a round.
const REQUESTS: usize = 200;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let count = arguments.conversations;
    let bench = bench(None).await;
    let path = bench.directory.path().join("dwell.db");
    // Nothing comes due while the pages are read.
    let first = SystemClock.now().plus_seconds(86_400);
    bench.arm(count, |i| first.plus_micros(i as i64)).await;
    let directory = bench.directory;
    drop(bench.engine);
    let server = Server::start(&arguments.server, &path).await;
    let mut connection = Connection::open(&server.address).await.expect("a connection");

    let start = SystemClock.now();
    let pages = walk(&server, &mut connection, count).await;
    let seconds = SystemClock.now().micros_since(start) as f64 / 1e6;
    report.add("pages", format!("{count} conversations listed to the end, {PAGE_ITEMS} a page"), seconds, "s");

    let numbers = [1, count.div_ceil(2), count];
    let mut medians = [const { Vec::new() }; 3];
    let mut p99 = [const { Vec::new() }; 3];
    for _ in 0..arguments.rounds {
        let mut latencies = [const { Vec::new() }; 3];
        // In turns, so that whatever else the machine does falls on all of them.
        for _ in 0..REQUESTS {
            for (page, latencies) in pages.iter().zip(&mut latencies) {
                let sent = SystemClock.now();
                assert_eq!(connection.send(page).await.expect("an answer"), 200);
                latencies.push(SystemClock.now().micros_since(sent) as f64 / 1e3);
            }
        }
        for (place, latencies) in latencies.iter_mut().enumerate() {
            latencies.sort_by(f64::total_cmp);
            medians[place].push(percentile(latencies, 0.5));
            p99[place].push(percentile(latencies, 0.99));
        }
    }
    let medians = medians.map(median);
    for ((number, median_ms), p99) in numbers.iter().zip(medians).zip(p99) {
        let what = format!("of {count}, the page with conversation {number}");
        report.add("pages", format!("{what}: median"), median_ms, "ms");
        report.add("pages", format!("{what}: 99th percentile"), median(p99), "ms");
    }
    report.add("pages", "last page / first page", medians[2] / medians[0], "");
    server.stop().await;
    drop(directory);
}

/// Reads the list from its first page to its last as clients do, by `next_page_url`; returns the
/// requests for the first page, the one in the middle and the last full one.
async fn walk(server: &Server, connection: &mut Connection, count: u64) -> [Vec<u8>; 3] {
    let mut request = get(server, &format!("/v1/Conversations?PageSize={PAGE_ITEMS}"));
    let first = request.clone();
    let (mut middle, mut last) = (first.clone(), first.clone());
    let mut seen = 0;
    loop {
        let (status, body) = connection.exchange(&request).await.expect("an answer");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(body));
        let page: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        let items = page["conversations"].as_array().map_or(0, Vec::len) as u64;
        // A shorter page would seem cheaper than it is.
        if items == PAGE_ITEMS {
            last.clone_from(&request);
            if seen < count.div_ceil(2) {
                middle.clone_from(&request);
            }
        }
        seen += items;
        let Some(next) = page["meta"]["next_page_url"].as_str() else { break };
        let path = next.find("/v1/").and_then(|start| next.get(start..)).expect("a URL of this server");
        request = get(server, path);
    }
    assert_eq!(seen, count, "the list is whole");
    [first, middle, last]
}
