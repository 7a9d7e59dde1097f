//! The clock. Every instant in Dwell comes from one, and only the doors ask it: a request coming in,
//! the answer of a webhook that it was put before, a message from outside, the scheduler, the
//! initializer, the last caller and the dispatcher. Below them time is an argument.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use dwell_core::Timestamp;

/// A wait for an instant.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A source of time.
pub trait Clock: Send + Sync + 'static {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// Waits until the clock shows `at` or later.
    fn sleep_until(&self, at: Timestamp) -> Sleep<'_>;
}

/// The machine's wall clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The longest wait between two looks at the wall clock, which may be set or the machine suspended.
const SLEEP_MAX: Duration = Duration::from_secs(1);

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits on the machine's clock")]
    fn sleep_until(&self, at: Timestamp) -> Sleep<'_> {
        Box::pin(async move {
            loop {
                let micros = at.micros_since(self.now());
                let Ok(micros @ 1..) = u64::try_from(micros) else { return };
                tokio::time::sleep(Duration::from_micros(micros).min(SLEEP_MAX)).await;
            }
        })
    }
}
