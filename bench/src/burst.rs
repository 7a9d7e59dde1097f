//! Many timers due in one second. What counts is when a reader can see that the last one has been
//! carried out.

use dwell_core::Timestamp;
use dwell_engine::{Clock, Scheduler, SystemClock};
use dwell_store::{StoreError, conversations};

use crate::Arguments;
use crate::report::{Report, median, percentile};
use crate::setup::bench;

/// Time to arm before the second begins, in seconds for each 100,000 timers.
const LEAD_SECONDS: i64 = 12;
/// Between two looks, in microseconds.
const LOOK_MICROS: i64 = 2_000;

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    for spread_micros in [0, 1_000_000] {
        let (mut last, mut p50, mut p99) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..arguments.rounds {
            let lateness = once(arguments, spread_micros).await;
            last.push(percentile(&lateness, 1.0));
            p50.push(percentile(&lateness, 0.5));
            p99.push(percentile(&lateness, 0.99));
        }
        let how = if spread_micros == 0 { "at one instant" } else { "spread over one second" };
        let what = |figure: &str| format!("{} timers due {how}: {figure}", arguments.burst);
        report.add("burst", what("last visible"), median(last), "s late");
        // Progress is seen by the next due time, which tells nothing while all are the same.
        if spread_micros > 0 {
            report.add("burst", what("median lateness"), median(p50), "s");
            report.add("burst", what("99th percentile lateness"), median(p99), "s");
        }
    }
}

/// The lateness of each timer in seconds, sorted.
async fn once(arguments: &Arguments, spread_micros: i64) -> Vec<f64> {
    let bench = bench(arguments.database.as_deref()).await;
    let count = arguments.burst;
    let lead = LEAD_SECONDS * (count.div_ceil(100_000) as i64);
    let start = SystemClock.now().plus_seconds(lead);
    let due = |i: u64| start.plus_micros(spread_micros * i as i64 / count as i64);
    bench.arm(count, due).await;
    assert!(SystemClock.now() < start, "arming took longer than {lead} s");

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let scheduler = Scheduler::new(bench.engine.clone());
    let running = tokio::spawn(scheduler.run(async move {
        let _ = stopped.await;
    }));
    let mut lateness = Vec::with_capacity(count as usize);
    let end = start.plus_micros(spread_micros);
    while (lateness.len() as u64) < count {
        let next: Option<Timestamp> = {
            let account = bench.account.sid;
            let look = bench.engine.store().read(move |tx| conversations::next_wake(tx, &account));
            look.await.map_err(|error: StoreError| error).expect("the store answers")
        };
        let now = SystemClock.now();
        // Carried out in order of due time: everything before the next one is done.
        let done_before = next.unwrap_or(Timestamp::MAX).min(end.plus_micros(1));
        while (lateness.len() as u64) < count && due(lateness.len() as u64) < done_before {
            let late = now.micros_since(due(lateness.len() as u64));
            lateness.push(late as f64 / 1e6);
        }
        SystemClock.sleep_until(now.plus_micros(LOOK_MICROS)).await;
    }
    let _ = stop.send(());
    let _ = running.await;
    lateness.sort_by(f64::total_cmp);
    lateness
}
