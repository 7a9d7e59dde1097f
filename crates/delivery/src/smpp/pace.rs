//! How many messages a second an SMSC may be sent.

use dwell_core::Timestamp;

const SECOND_MICROS: i64 = 1_000_000;

/// Gives out instants, evenly apart.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between two messages, in microseconds.
    step: i64,
    next: Timestamp,
}

impl Pace {
    /// At most `per_second` messages a second; any number if it is 0.
    pub(super) fn new(per_second: u32) -> Self {
        let step = if per_second == 0 { 0 } else { SECOND_MICROS / i64::from(per_second) };
        Pace { step, next: Timestamp::EPOCH }
    }

    /// When the next message may go; `None`, and nothing taken, if that is after `until`.
    pub(super) fn take(&mut self, now: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let at = self.next.max(now);
        if at > until {
            return None;
        }
        self.next = at.plus_micros(self.step);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_evenly_apart() {
        let mut pace = Pace::new(4);
        let at = |millis: i64| Timestamp::EPOCH.plus_micros(millis * 1_000);
        let mut take = |now, until| pace.take(at(now), at(until));
        assert_eq!(take(1_000, 1_300), Some(at(1_000)));
        assert_eq!(take(1_000, 1_300), Some(at(1_250)));
        assert_eq!(take(1_100, 1_300), None, "nobody waits longer than there is time");
        assert_eq!(take(1_100, 1_500), Some(at(1_500)), "who did not wait took nothing");
        assert_eq!(take(9_000, 9_000), Some(at(9_000)), "what was not sent is not made up for");
        assert_eq!(take(9_000, 9_000), None);
    }

    #[test]
    fn there_may_be_no_bound() {
        let mut pace = Pace::new(0);
        for _ in 0..1_000 {
            assert_eq!(pace.take(Timestamp::EPOCH, Timestamp::EPOCH), Some(Timestamp::EPOCH));
        }
    }
}
