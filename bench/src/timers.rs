//! Arming very many timers: how long it takes, how much memory the server needs with them, and how
//! soon it serves again after a restart.

use dwell_engine::{Clock, SystemClock};

use crate::Arguments;
use crate::report::Report;
use crate::server::Server;
use crate::setup::bench;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let count = arguments.timers;
    let bench = bench(None).await;
    let path = bench.directory.path().join("dwell.db");
    let start = SystemClock.now();
    // Due over the next year, from an hour on.
    let first = start.plus_seconds(3_600);
    bench.arm(count, |i| first.plus_micros(i as i64 * 31_536_000_000_000 / count as i64)).await;
    let seconds = SystemClock.now().micros_since(start) as f64 / 1e6;
    report.add("timers", format!("{count} timers armed"), count as f64 / seconds, "/s");
    let directory = bench.directory;
    drop(bench.engine);

    let start = SystemClock.now();
    let server = Server::start(&arguments.server, &path).await;
    let seconds = SystemClock.now().micros_since(start) as f64 / 1e6;
    report.add("timers", format!("restart with {count} armed timers: ready"), seconds, "s");
    // Long enough for a few looks of the scheduler.
    SystemClock.sleep_until(SystemClock.now().plus_seconds(3)).await;
    report.add("timers", format!("resident memory with {count} armed timers"), server.resident_mib(), "MiB");
    let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    report.add("timers", format!("database with {count} armed timers"), bytes as f64 / 1_048_576.0, "MiB");
    server.stop().await;
    drop(directory);
}
