//! Keeps units of work from waiting, one after another, for a database that does not answer.

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, after};
use parking_lot::Mutex;

/// How long nobody tries to connect after an attempt has failed.
const PAUSE: Duration = Duration::from_millis(250);

/// Shut for a moment after each failure to connect; whoever finds it shut fails at once.
#[derive(Default)]
pub(super) struct Gate {
    /// Receives once the moment is over.
    shut: Mutex<Option<Receiver<Instant>>>,
}

impl Gate {
    /// Whether the caller may try to connect. One caller at a time may while the database is away.
    pub(super) fn may_pass(&self) -> bool {
        let mut shut = self.shut.lock();
        match &*shut {
            None => true,
            Some(pause) if pause.try_recv().is_ok() => {
                *shut = Some(after(PAUSE));
                true
            }
            Some(_) => false,
        }
    }

    pub(super) fn shut(&self) {
        *self.shut.lock() = Some(after(PAUSE));
    }

    pub(super) fn open(&self) {
        *self.shut.lock() = None;
    }
}
