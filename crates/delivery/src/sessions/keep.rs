//! One channel's session, opened again whenever it breaks.

use std::sync::Arc;

use dwell_engine::{Clock, Random};

use super::{Holder, Session};

/// Longest wait before a session is opened for the second time, in microseconds; it doubles with every
/// further one.
const WAIT_MICROS: i64 = 1_000_000;
/// Longest wait between two attempts, in microseconds.
const WAIT_MICROS_MAX: i64 = 60_000_000;
/// How long a session must last to count as one, in seconds: after it the waits begin anew.
const STEADY_SECONDS: i64 = 60;

/// Holds the session until it is to stop.
pub(super) async fn keep(holder: Arc<dyn Holder>, session: Session, clock: Arc<dyn Clock>, random: Arc<dyn Random>) {
    let channel = session.channel.sid;
    let mut failures = 0;
    loop {
        let began = clock.now();
        let ended = holder.hold(session.clone()).await;
        if session.stop.is_asked_for() {
            return;
        }
        let now = clock.now();
        if now >= began.plus_seconds(STEADY_SECONDS) {
            failures = 0;
        }
        failures += 1;
        let wait = wait_micros(failures, &*random);
        let what = ended.err().map_or_else(|| "it ended".to_owned(), |broken| broken.to_string());
        tracing::warn!(%channel, failures, wait_millis = wait / 1_000, "no session: {what}");
        tokio::select! {
            biased;
            () = session.stop.clone().wait() => return,
            () = clock.sleep_until(now.plus_micros(wait)) => {}
        }
    }
}

/// How long to wait after so many failures in a row, in microseconds: at least half of a time that doubles,
/// so that sessions that broke together do not come back together.
fn wait_micros(failures: u32, random: &dyn Random) -> i64 {
    let doublings = failures.saturating_sub(1).min(20);
    let most = WAIT_MICROS.saturating_mul(1 << doublings).min(WAIT_MICROS_MAX);
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    most / 2 + i64::from(u32::from_le_bytes(bytes)) % (most / 2 + 1)
}

#[cfg(test)]
mod tests {
    use dwell_testkit::SeededRandom;

    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_are_never_the_same() {
        let random = SeededRandom::new(7);
        for (failures, most) in
            [(1, 1_000_000), (2, 2_000_000), (4, 8_000_000), (7, 60_000_000), (u32::MAX, 60_000_000)]
        {
            let waits: Vec<i64> = (0..100).map(|_| wait_micros(failures, &random)).collect();
            assert!(waits.iter().all(|wait| (most / 2..=most).contains(wait)), "{failures}: {waits:?}");
            assert!(waits.windows(2).any(|pair| pair[0] != pair[1]), "{failures}: {waits:?}");
        }
    }
}
