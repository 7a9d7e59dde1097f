//! Randomness, and the SIDs and secrets made of it.

use dwell_core::SidBytes;
use parking_lot::Mutex;

use crate::clock::Clock;

/// A source of random bytes.
pub trait Random: Send + Sync + 'static {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's cryptographic source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without its source of randomness no system can keep a secret; it fails only where there is none.
        #[expect(clippy::expect_used, reason = "getrandom fails only on systems without any source")]
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Makes SIDs that sort in the order in which they were made.
pub(crate) struct SidSource {
    last: Mutex<(i64, u16)>,
}

impl SidSource {
    pub(crate) fn new() -> Self {
        SidSource { last: Mutex::new((0, 0)) }
    }

    /// The bytes of the next SID. Later calls give later SIDs, even within a millisecond and when
    /// the clock is set back.
    pub(crate) fn next(&self, clock: &dyn Clock, random: &dyn Random) -> SidBytes {
        let mut tail = [0u8; 8];
        random.fill(&mut tail);
        let now = clock.now().as_millis();
        let mut last = self.last.lock();
        *last = if now > last.0 {
            (now, 0)
        } else if last.1 < u16::MAX {
            (last.0, last.1 + 1)
        } else {
            (last.0 + 1, 0)
        };
        SidBytes::new(last.0, last.1, tail)
    }
}

/// `length` random bytes as lower-case hexadecimal digits: an auth token or a key's secret.
pub(crate) fn hex_secret(random: &dyn Random, length: usize) -> String {
    let mut bytes = vec![0u8; length];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
