//! A clock that stands still until a test turns it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use dwell_core::Timestamp;
use dwell_engine::clock::{Clock, Sleep};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// A clock under the control of a test. Clones show the same time.
#[derive(Clone)]
pub struct ManualClock {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    now: Timestamp,
    /// Who waits, soonest first; the number keeps those of one instant in order.
    sleepers: BinaryHeap<Reverse<Sleeper>>,
    count: u64,
}

struct Sleeper {
    at: Timestamp,
    number: u64,
    wake: oneshot::Sender<()>,
}

impl PartialEq for Sleeper {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}

impl Eq for Sleeper {}

impl PartialOrd for Sleeper {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sleeper {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        let inner = Inner { now, sleepers: BinaryHeap::new(), count: 0 };
        ManualClock { inner: Arc::new(Mutex::new(inner)) }
    }

    /// Turns the clock to `to`, waking whoever waits on the way, soonest first, each while the clock
    /// shows its own instant. A clock is never turned back.
    pub fn set(&self, to: Timestamp) {
        loop {
            let mut inner = self.inner.lock();
            let is_due = inner.sleepers.peek().is_some_and(|Reverse(sleeper)| sleeper.at <= to);
            let Some(Reverse(sleeper)) = is_due.then(|| inner.sleepers.pop()).flatten() else {
                inner.now = inner.now.max(to);
                return;
            };
            inner.now = inner.now.max(sleeper.at);
            // Whoever stopped waiting is passed over.
            let _ = sleeper.wake.send(());
        }
    }

    /// Turns the clock on by whole seconds.
    pub fn advance(&self, seconds: i64) {
        let to = self.now().plus_seconds(seconds);
        self.set(to);
    }

    /// When the next one who waits is to be woken.
    pub fn next_wake(&self) -> Option<Timestamp> {
        let mut inner = self.inner.lock();
        while inner.sleepers.peek().is_some_and(|Reverse(sleeper)| sleeper.wake.is_closed()) {
            inner.sleepers.pop();
        }
        inner.sleepers.peek().map(|Reverse(sleeper)| sleeper.at)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.inner.lock().now
    }

    fn sleep_until(&self, at: Timestamp) -> Sleep<'_> {
        let (wake, woken) = oneshot::channel();
        let mut inner = self.inner.lock();
        if at <= inner.now {
            return Box::pin(std::future::ready(()));
        }
        inner.count += 1;
        let number = inner.count;
        inner.sleepers.push(Reverse(Sleeper { at, number, wake }));
        Box::pin(async move {
            let _ = woken.await;
        })
    }
}
