//! How often something may be done (contract §12): a bucket of `writes_per_second_max` for each thing
//! written to, refilled evenly; and of attempts to sign in.
//!
//! A bucket is one instant, "full again at" (the generic cell rate algorithm). Once that has passed,
//! the bucket is as good as one that was never used and can be forgotten, so memory follows the writes
//! of the last second and not the number of conversations. That is why this is not `governor`, whose
//! keyed store keeps every key until it is told to look through all of them. Each server counts for
//! itself.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

use dwell_core::Timestamp;
use parking_lot::Mutex;

const SECOND: i64 = 1_000_000;
/// Fewest buckets worth looking through for full ones.
const SWEEP_MIN: usize = 1_024;
/// Most buckets remembered: 16 bytes each. Whoever writes to more of them than that within a second
/// is beyond being slowed down by this; then all are forgotten.
const BUCKETS_MAX: usize = 1 << 18;

pub(crate) struct Rates {
    /// Microseconds between two writes at the highest steady rate; `None` for any number of writes.
    interval: Option<i64>,
    /// Microseconds in which an empty bucket is full again.
    period: i64,
    hasher: RandomState,
    buckets: Mutex<Buckets>,
}

struct Buckets {
    /// When each is full again, by the hash of its key.
    full_at: HashMap<u64, Timestamp>,
    /// How many there are when they are looked through next.
    sweep_at: usize,
}

impl Rates {
    /// Buckets of so many writes a second; 0 for any number.
    pub(crate) fn new(per_second_max: u32) -> Self {
        Rates::within(per_second_max, 1)
    }

    /// Buckets of so many in so many seconds; 0 for any number.
    pub(crate) fn within(max: u32, seconds: i64) -> Self {
        let period = seconds * SECOND;
        Rates {
            interval: (max > 0).then(|| (period / i64::from(max)).max(1)),
            period,
            hasher: RandomState::new(),
            buckets: Mutex::new(Buckets { full_at: HashMap::new(), sweep_at: SWEEP_MIN }),
        }
    }

    /// Takes one write out of a bucket, or says in how many seconds, rounded up, there will be one.
    pub(crate) fn take(&self, bucket: impl Hash, now: Timestamp) -> Result<(), i64> {
        let Some(interval) = self.interval else { return Ok(()) };
        let hash = self.hasher.hash_one(bucket);
        let mut buckets = self.buckets.lock();
        let full_at = buckets.full_at.get(&hash).copied().filter(|full_at| {
            // A bucket that takes longer than that to fill was used before the clock was set back.
            (0..=self.period).contains(&full_at.micros_since(now))
        });
        let full_at = full_at.unwrap_or(now);
        let wait = full_at.plus_micros(interval).micros_since(now) - self.period;
        if wait > 0 {
            return Err((wait + SECOND - 1) / SECOND);
        }
        buckets.make_room(now);
        buckets.full_at.insert(hash, full_at.plus_micros(interval));
        Ok(())
    }

    /// Puts back what was taken out of a bucket.
    pub(crate) fn give_back(&self, bucket: impl Hash) {
        let Some(interval) = self.interval else { return };
        let hash = self.hasher.hash_one(bucket);
        if let Some(full_at) = self.buckets.lock().full_at.get_mut(&hash) {
            *full_at = full_at.plus_micros(-interval);
        }
    }
}

impl Buckets {
    fn make_room(&mut self, now: Timestamp) {
        if self.full_at.len() < self.sweep_at {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= BUCKETS_MAX {
            self.full_at.clear();
        }
        self.sweep_at = (2 * self.full_at.len()).clamp(SWEEP_MIN, BUCKETS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(1_767_225_600_000_000 + micros)
    }

    #[test]
    fn a_full_bucket_at_once_and_then_evenly() {
        let rates = Rates::new(30);
        let admitted = |micros| (0..100).filter(|_| rates.take("a", at(micros)).is_ok()).count();
        assert_eq!(admitted(0), 30);
        assert_eq!(rates.take("a", at(0)), Err(1));
        assert!(rates.take("b", at(0)).is_ok(), "each for itself");
        assert_eq!(admitted(33_000), 0);
        assert_eq!(admitted(33_334), 1);
        assert_eq!(admitted(500_000), 14);
        assert_eq!(admitted(3_000_000), 30, "never more than a second's worth");
        assert_eq!(admitted(-3_600_000_000), 30, "a clock that is set back locks nobody out");
    }

    #[test]
    fn a_rate_is_of_any_time() {
        let rates = Rates::within(10, 300);
        assert_eq!((0..20).filter(|_| rates.take("a", at(0)).is_ok()).count(), 10);
        assert_eq!(rates.take("a", at(0)), Err(30));
        assert!(rates.take("a", at(29_999_999)).is_err());
        assert!(rates.take("a", at(30_000_000)).is_ok());
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let rates = Rates::within(10, 300);
        let left = || (0..20).filter(|_| rates.take("a", at(0)).is_ok()).count();
        for _ in 0..20 {
            assert!(rates.take("a", at(0)).is_ok());
            rates.give_back("a");
        }
        rates.give_back("never taken");
        assert_eq!(left(), 10);
        rates.give_back("a");
        assert_eq!(left(), 1);
    }

    #[test]
    fn every_rate_is_kept() {
        for per_second in [1, 2, 3, 7, 30, 999, 1_000_000] {
            let rates = Rates::new(per_second);
            let admitted = (0..per_second + 5).filter(|_| rates.take("a", at(0)).is_ok()).count();
            assert_eq!(admitted, per_second as usize);
        }
        let unlimited = Rates::new(0);
        assert!((0..10_000).all(|_| unlimited.take("a", at(0)).is_ok()));
        assert_eq!(unlimited.buckets.lock().full_at.len(), 0);
    }

    #[test]
    fn memory_follows_the_last_second() {
        let rates = Rates::new(30);
        for n in 0..200_000_i64 {
            // A thousand conversations a second, each written to once.
            assert!(rates.take(n, at(n * 1_000)).is_ok());
        }
        assert!(rates.buckets.lock().full_at.len() <= 2 * SWEEP_MIN);
        for n in 0..2 * BUCKETS_MAX as i64 {
            assert!(rates.take(n, at(300_000_000)).is_ok());
        }
        assert!(rates.buckets.lock().full_at.len() <= BUCKETS_MAX);
    }
}
