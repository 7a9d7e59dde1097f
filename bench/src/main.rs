//! Measures what Dwell promises, each figure next to its baseline in one run.
//!
//! `cargo run --release -p dwell-bench -- --help` lists the programs; `make bench` runs them all,
//! prints a table and writes `bench/results/latest.json`.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot be set up fails")]

mod api;
mod burst;
mod http;
mod live;
mod load;
mod messages;
mod pages;
mod report;
mod reset;
mod server;
mod setup;
mod sink;
mod timers;
mod webhooks;

use clap::{Parser, ValueEnum};

use report::Report;

/// Measures Dwell.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything when absent.
    #[arg(value_enum)]
    programs: Vec<Program>,
    /// Timers to arm in `timers`.
    #[arg(long, default_value_t = 1_000_000)]
    timers: u64,
    /// Timers due in one second in `burst`.
    #[arg(long, default_value_t = 100_000)]
    burst: u64,
    /// Conversations to list in `pages`.
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u64,
    /// Seconds of each measurement in `api`, `messages` and `webhooks`.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds, of which the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The database in `burst` and `reset`: a `postgres://` URL, or a temporary SQLite file.
    #[arg(long)]
    database: Option<String>,
    /// The server to measure over HTTP.
    #[arg(long, env = "DWELL_BIN", default_value = "target/release/dwell")]
    server: String,
    /// Where the report goes.
    #[arg(long, default_value = "bench/results/latest.json")]
    json: std::path::PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Program {
    /// The calls that clients make most, over HTTP, next to a do-nothing handler.
    Api,
    /// Durable messages per second over HTTP, next to a do-nothing handler and the store alone.
    Messages,
    /// Arming many timers: time, memory, restart.
    Timers,
    /// Many timers due in one second: when the last one is carried out and visible.
    Burst,
    /// A message into a conversation with timers, next to one without.
    Reset,
    /// The first page of a list of very many conversations, one in the middle and the last.
    Pages,
    /// Events delivered to webhooks: rate, latency, and the living among the dead.
    Webhooks,
    /// A desk that many watch, next to one that nobody watches.
    Live,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    let wanted = |program| arguments.programs.is_empty() || arguments.programs.contains(&program);
    let mut report = Report::default();
    if wanted(Program::Api) {
        api::run(&arguments, &mut report).await;
    }
    if wanted(Program::Messages) {
        messages::run(&arguments, &mut report).await;
    }
    if wanted(Program::Reset) {
        reset::run(&arguments, &mut report).await;
    }
    if wanted(Program::Burst) {
        burst::run(&arguments, &mut report).await;
    }
    if wanted(Program::Timers) {
        timers::run(&arguments, &mut report).await;
    }
    if wanted(Program::Pages) {
        pages::run(&arguments, &mut report).await;
    }
    if wanted(Program::Webhooks) {
        webhooks::run(&arguments, &mut report).await;
    }
    if wanted(Program::Live) {
        live::run(&arguments, &mut report).await;
    }
    report.print();
    report.write(&arguments.json);
}
