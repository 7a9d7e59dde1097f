//! The scheduler: sleeps until the next timer is due, carries out what is, and sleeps again.
//!
//! The database is the truth and is asked each time, so there is nothing in memory to lose, to
//! grow or to rebuild at a restart: whatever came due while nobody was there is the first thing it
//! finds. Timers are at least a minute long, so one that another node arms is found by a slow poll
//! long before it is due; no message between nodes is needed.

use std::future::Future;

use dwell_core::Timestamp;
use dwell_core::account::TestClock;
use dwell_store::accounts::{self, Wake};

use crate::engine::Engine;
use crate::error::Error;
use crate::timers::fire::{Fired, Present, fire_batch};

/// Longest sleep between two looks into the store, in seconds.
const POLL_SECONDS: i64 = 1;
/// Pause after a failure of the store, in microseconds.
const RETRY_MICROS: i64 = 200_000;

/// The task that carries out timers. One per process; several processes may share a database.
pub struct Scheduler {
    engine: Engine,
}

impl Scheduler {
    /// A scheduler for an engine.
    pub fn new(engine: Engine) -> Self {
        Scheduler { engine }
    }

    /// Carries out timers until `stop` is ready; then finishes what it has begun and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let inner = &self.engine.inner;
        let mut is_failing = false;
        loop {
            let wake_at = match self.engine.fire_due().await {
                Ok(next) => {
                    is_failing = false;
                    let poll = inner.clock.now().plus_seconds(POLL_SECONDS);
                    let sweeping = self.engine.sweep().await.unwrap_or(false);
                    if sweeping { inner.clock.now() } else { next.map_or(poll, |next| next.min(poll)) }
                }
                Err(error) => {
                    // Once is enough: the same trouble is met again every fraction of a second.
                    if !is_failing {
                        tracing::warn!(%error, "timers wait for the store");
                    }
                    is_failing = true;
                    inner.clock.now().plus_micros(RETRY_MICROS)
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = inner.bell.notified() => {}
                () = inner.clock.sleep_until(wake_at) => {}
            }
        }
    }
}

impl Engine {
    /// Carries out every timer that is due now, account by account, and says when the next one is
    /// to be looked at, in real time.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; what was carried out
    /// until then stays.
    pub async fn fire_due(&self) -> Result<Option<Timestamp>, Error> {
        let store = &self.inner.store;
        loop {
            let mut wakes: Vec<(Timestamp, Wake)> = store
                .read(accounts::wakes)
                .await
                .map_err(|error: dwell_store::StoreError| Error::from(error))?
                .into_iter()
                .filter_map(|wake| Some((real_time_of(&wake)?, wake)))
                .collect();
            wakes.sort_by_key(|(at, wake)| (*at, wake.account_sid));
            let now = self.inner.clock.now();
            if wakes.first().is_none_or(|(at, _)| *at > now) {
                return Ok(wakes.first().map(|(at, _)| *at));
            }
            for (_, wake) in wakes.iter().take_while(|(at, _)| *at <= now) {
                self.fire_account(wake, now).await?;
            }
        }
    }

    async fn fire_account(&self, wake: &Wake, now: Timestamp) -> Result<(), Error> {
        let account = wake.account_sid;
        let is_test = wake.test_clock.is_some();
        loop {
            // Each batch has its own present: how late its timers are is told by it.
            let (notifier, real) = (self.notifier(), self.inner.clock.now());
            let fired = self
                .write(move |tx| {
                    if !is_test {
                        return fire_batch(tx, &notifier, &account, now, Present { real, on_account: real });
                    }
                    // Its users may have turned or stopped the clock since it was read.
                    let Some(account) = accounts::lock(tx, &account)? else { return Ok(Fired::default()) };
                    let present = Present { real, on_account: account.now(real) };
                    fire_batch(tx, &notifier, &account.sid, account.now(now), present)
                })
                .await?;
            self.measure(wake, &fired);
            if !fired.more {
                return Ok(());
            }
        }
    }

    fn measure(&self, wake: &Wake, fired: &Fired) {
        let now = self.inner.clock.now();
        for due in &fired.transitions {
            let real = wake.test_clock.map_or(Some(*due), |clock| clock.real_time_of(*due));
            let lateness_micros = real.map_or(0, |real| now.micros_since(real).max(0));
            metrics::histogram!("dwell_timer_lateness_seconds").record(lateness_micros as f64 / 1e6);
        }
        metrics::counter!("dwell_timers_fired_total").increment(fired.transitions.len() as u64);
    }
}

/// When to look at an account's timers in real time. While its clock stands still, that is at once for
/// what had come due before it was stopped, and never for the rest.
fn real_time_of(wake: &Wake) -> Option<Timestamp> {
    let at = wake.wake_at?;
    match wake.test_clock {
        None => Some(at),
        Some(TestClock { frozen_at: Some(frozen_at), .. }) => (at <= frozen_at).then_some(Timestamp::MIN),
        Some(clock) => clock.real_time_of(at),
    }
}
