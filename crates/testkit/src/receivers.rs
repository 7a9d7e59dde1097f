//! Receivers of webhooks that exist only in a test: they answer as they are told, and remember every
//! call.

use std::collections::HashMap;
use std::sync::Arc;

use dwell_core::Timestamp;
use dwell_engine::Clock;
use dwell_engine::hooks::{Call, CallError, Calling, Reply, Transport};
use parking_lot::Mutex;

use crate::clock::ManualClock;

/// What a receiver does with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers with a status and a body.
    Answer(u16, String),
    /// Answers the same after so many milliseconds, if the caller waits that long; the clock must be turned
    /// for that.
    Slow(u64, u16, String),
    /// Cannot be reached.
    Unreachable,
    /// Says nothing until the caller gives up; the clock must be turned for that.
    Silent,
}

/// Receivers by URL; one that nobody spoke of answers 200 and nothing else.
#[derive(Clone)]
pub struct Receivers {
    clock: ManualClock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    behaviours: HashMap<String, Behaviour>,
    calls: Vec<Call>,
    /// Those that were answered with 2xx.
    accepted: Vec<Call>,
}

impl Receivers {
    /// Receivers that know the time from `clock`.
    pub fn new(clock: ManualClock) -> Self {
        Receivers { clock, inner: Arc::default() }
    }

    /// Has the receiver at `url` behave so from now on.
    pub fn behave(&self, url: &str, behaviour: Behaviour) {
        self.inner.lock().behaviours.insert(url.to_owned(), behaviour);
    }

    /// Every call so far, in the order in which they were made, and forgets them.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.inner.lock().calls)
    }

    /// Every call so far that was answered with 2xx, in the order in which they were made, and forgets them.
    pub fn take_accepted(&self) -> Vec<Call> {
        std::mem::take(&mut self.inner.lock().accepted)
    }

    /// Waits until the clock shows so many milliseconds after `begun`.
    async fn pass(&self, begun: Timestamp, millis: u64) {
        let micros = i64::try_from(millis).unwrap_or(i64::MAX).saturating_mul(1_000);
        self.clock.sleep_until(begun.plus_micros(micros)).await;
    }

    /// How many calls are remembered.
    pub fn count(&self) -> usize {
        self.inner.lock().calls.len()
    }
}

impl Transport for Receivers {
    fn call(&self, call: Call) -> Calling<'_> {
        // Before anybody can see the call and turn the clock because of it.
        let begun = self.clock.now();
        let behaviour = {
            let mut inner = self.inner.lock();
            let behaviour = inner.behaviours.get(&call.url).cloned();
            inner.calls.push(call.clone());
            let behaviour = behaviour.unwrap_or_else(|| Behaviour::Answer(200, String::new()));
            if matches!(behaviour, Behaviour::Answer(200..=299, _)) {
                inner.accepted.push(call.clone());
            }
            behaviour
        };
        Box::pin(async move {
            let behaviour = match behaviour {
                Behaviour::Slow(millis, status, body) if millis < call.timeout_millis => {
                    self.pass(begun, millis).await;
                    Behaviour::Answer(status, body)
                }
                Behaviour::Slow(..) => Behaviour::Silent,
                at_once => at_once,
            };
            match behaviour {
                Behaviour::Answer(status, body) => {
                    let is_cut = body.len() > call.body_bytes_max;
                    let mut body = body.into_bytes();
                    body.truncate(call.body_bytes_max);
                    Ok(Reply { status, body, is_cut, content_type: Some("application/json".to_owned()), micros: 1_000 })
                }
                Behaviour::Unreachable => Err(CallError::Connect { what: "connection refused".to_owned() }),
                Behaviour::Silent | Behaviour::Slow(..) => {
                    let millis = call.timeout_millis;
                    self.pass(begun, millis).await;
                    Err(CallError::Timeout { millis })
                }
            }
        })
    }
}
