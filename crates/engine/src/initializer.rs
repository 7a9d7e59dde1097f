//! The initializer: adds the participants of conversations that were created together with some,
//! and sleeps until there are more. What is to be done is in the database, so what was begun when a
//! server stopped, however it stopped, is the first thing that the next start or another node finds.

use std::future::Future;

use crate::engine::Engine;

/// Longest sleep between two looks into the store, in seconds: for what another node has left behind.
const POLL_SECONDS: i64 = 5;
/// Pause after a failure, in microseconds.
const RETRY_MICROS: i64 = 200_000;

/// The task that adds participants to new conversations. One per process; several processes may share
/// a database.
pub struct Initializer {
    engine: Engine,
}

impl Initializer {
    /// An initializer for an engine.
    pub fn new(engine: Engine) -> Self {
        Initializer { engine }
    }

    /// Adds participants until `stop` is ready; then finishes what it has begun and returns.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let inner = &self.engine.inner;
        let mut is_failing = false;
        loop {
            let ended = self.engine.initialize_conversations().await;
            if let (Err(error), false) = (&ended, is_failing) {
                // Once is enough: the same trouble is met again every fraction of a second.
                tracing::warn!(%error, "new conversations wait for their participants");
            }
            is_failing = ended.is_err();
            let now = inner.clock.now();
            let wake_at = if is_failing { now.plus_micros(RETRY_MICROS) } else { now.plus_seconds(POLL_SECONDS) };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = inner.initializations.notified() => {}
                () = inner.clock.sleep_until(wake_at) => {}
            }
        }
    }
}
