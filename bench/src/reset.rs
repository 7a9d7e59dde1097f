//! What a running timer costs each message: the same messages into conversations with both timers
//! and without any, in turns.

use dwell_engine::Clock;
use dwell_engine::{SystemClock, conversations, messages};

use crate::Arguments;
use crate::report::{Report, median};
use crate::setup::{Bench, bench};

/// Messages of one measurement.
const MESSAGES: usize = 20_000;
/// Messages that wait at the same time.
const PARALLEL: usize = 64;
/// Conversations that they go to.
const CONVERSATIONS: usize = 1_000;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let bench = bench(arguments.database.as_deref()).await;
    let with = conversations_with(&bench, Some("P30D")).await;
    let without = conversations_with(&bench, None).await;
    post(&bench, &with).await;
    post(&bench, &without).await;
    let (mut ratios, mut with_rate, mut without_rate) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..arguments.rounds.max(3) * 3 {
        // Whoever goes first gains from nothing.
        let (a, b) = if round % 2 == 0 {
            let a = post(&bench, &with).await;
            (a, post(&bench, &without).await)
        } else {
            let b = post(&bench, &without).await;
            (post(&bench, &with).await, b)
        };
        ratios.push(b / a);
        with_rate.push(a);
        without_rate.push(b);
    }
    report.add("reset", "messages into conversations with both timers", median(with_rate), "/s");
    report.add("reset", "messages into conversations without timers", median(without_rate), "/s");
    report.add("reset", "cost of a running timer per message", (median(ratios) - 1.0) * 100.0, "%");
}

pub(crate) async fn conversations_with(bench: &Bench, timer: Option<&str>) -> Vec<String> {
    let mut sids = Vec::new();
    for _ in 0..CONVERSATIONS {
        let request = conversations::Create {
            timers_inactive: timer.map(str::to_owned),
            timers_closed: timer.map(str::to_owned),
            ..conversations::Create::default()
        };
        let made = bench.engine.create_conversation(&bench.scope(), request).await.expect("a conversation");
        sids.push(made.sid.to_string());
    }
    sids
}

/// Posts messages and returns how many a second.
pub(crate) async fn post(bench: &Bench, sids: &[String]) -> f64 {
    let start = SystemClock.now();
    let mut tasks = Vec::new();
    for worker in 0..PARALLEL {
        let engine = bench.engine.clone();
        let sids: Vec<String> = sids.iter().skip(worker).step_by(PARALLEL).cloned().collect();
        let mut scope = bench.scope();
        tasks.push(tokio::spawn(async move {
            for i in 0..MESSAGES / PARALLEL {
                scope.caller.received_at = engine.now();
                let request = messages::Create {
                    author: Some("agent".to_owned()),
                    body: Some("The parcel left the depot this morning.".to_owned()),
                    ..messages::Create::default()
                };
                engine.create_message(&scope, &sids[i % sids.len()], request).await.expect("a message");
            }
        }));
    }
    for task in tasks {
        task.await.expect("a worker ends well");
    }
    (MESSAGES / PARALLEL * PARALLEL) as f64 / (SystemClock.now().micros_since(start) as f64 / 1e6)
}
