//! Long bodies of requests, as they come.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use dwell_core::Timestamp;
use dwell_engine::{Clock, Engine};
use http_body_util::BodyExt;

use crate::Options;
use crate::errors::Failure;

/// The pace that a long body must keep, in bytes a second, after its first [`Options::request_read_seconds_max`].
const BYTES_PER_SECOND_MIN: i64 = 16 * 1024;

/// A long body, as it comes. Only the time counts for which it is waited for, not what becomes of its bytes.
pub(crate) struct Incoming {
    body: Body,
    clock: Arc<dyn Clock>,
    /// How long may still be waited, in microseconds; every byte adds to it, up to `patience_max`.
    patience: i64,
    patience_max: i64,
}

impl Incoming {
    pub(crate) fn new(parts: &Parts, body: Body, engine: &Engine) -> Self {
        let options = parts.extensions.get::<Arc<Options>>().cloned().unwrap_or_default();
        let patience_max = i64::from(options.request_read_seconds_max) * 1_000_000;
        Incoming { body, clock: engine.clock(), patience: patience_max, patience_max }
    }

    /// The next bytes; `None` after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let begun: Timestamp = self.clock.now();
            let frame = tokio::select! {
                biased;
                frame = self.body.frame() => frame,
                () = self.clock.sleep_until(begun.plus_micros(self.patience)) => return Err(Failure::BodyTooSlow),
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|_| Failure::Malformed("The body broke off".to_owned()))?;
            // Trailers say nothing here.
            let Ok(bytes) = frame.into_data() else { continue };
            let earned =
                i64::try_from(bytes.len()).unwrap_or(i64::MAX).saturating_mul(1_000_000) / BYTES_PER_SECOND_MIN;
            let waited = self.clock.now().micros_since(begun);
            self.patience = (self.patience - waited).saturating_add(earned).min(self.patience_max);
            return Ok(Some(bytes));
        }
    }
}
