//! How durations spread: a histogram whose buckets grow with what they hold.

use std::collections::BTreeMap;

/// Durations up to here, in microseconds, have a bucket of their own.
const EXACT_MICROS: i64 = 16;
/// Buckets from one power of two to the next: a figure is at most an eighth too large.
const PARTS: i64 = 8;
/// Longest duration, in microseconds: longer than the calendar.
const LONGEST_MICROS: i64 = (1 << 60) - 1;

/// How durations spread, in microseconds, or only how many there are of something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spread {
    count: i64,
    max_micros: i64,
    buckets: BTreeMap<i64, i64>,
}

impl Spread {
    /// What [`Self::count`], [`Self::max_micros`] and [`Self::to_text`] gave; `None` for a text that is none.
    pub fn from_parts(count: i64, max_micros: i64, text: &str) -> Option<Self> {
        let mut buckets = BTreeMap::new();
        for pair in text.split_ascii_whitespace() {
            let (bucket, count) = pair.split_once(':')?;
            let bucket = bucket.parse().ok().filter(|bucket| (0..=bucket_of(LONGEST_MICROS)).contains(bucket))?;
            buckets.insert(bucket, count.parse().ok()?);
        }
        Some(Spread { count, max_micros, buckets })
    }

    /// The buckets as they are stored.
    pub fn to_text(&self) -> String {
        let pairs: Vec<_> = self.buckets.iter().map(|(bucket, count)| format!("{bucket}:{count}")).collect();
        pairs.join(" ")
    }

    /// How many there are.
    pub fn count(&self) -> i64 {
        self.count
    }

    /// The longest, in microseconds; 0 when there is none.
    pub fn max_micros(&self) -> i64 {
        self.max_micros
    }

    /// Counts one more, of no duration.
    pub fn tick(&mut self) {
        self.count += 1;
    }

    /// Counts a duration in microseconds; a negative one is none.
    pub fn add(&mut self, micros: i64) {
        let micros = micros.clamp(0, LONGEST_MICROS);
        self.count += 1;
        self.max_micros = self.max_micros.max(micros);
        *self.buckets.entry(bucket_of(micros)).or_default() += 1;
    }

    /// Counts everything of another.
    pub fn merge(&mut self, other: &Spread) {
        self.count += other.count;
        self.max_micros = self.max_micros.max(other.max_micros);
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
    }

    /// The duration that so many of a hundred do not exceed, in microseconds: at most an eighth too large, never more
    /// than the longest. 0 when there is none.
    pub fn percentile(&self, percent: i64) -> i64 {
        let all: i64 = self.buckets.values().sum();
        let rank = (all * percent + 99) / 100;
        let mut seen = 0;
        for (bucket, count) in &self.buckets {
            seen += count;
            if seen >= rank.max(1) {
                return end_of(*bucket).min(self.max_micros);
            }
        }
        0
    }
}

/// The bucket of a duration.
fn bucket_of(micros: i64) -> i64 {
    if micros < EXACT_MICROS {
        return micros;
    }
    // 16 has four bits below its highest; each further power of two has a row of buckets.
    let power = i64::from(micros.ilog2());
    let part = (micros >> (power - 3)) - PARTS;
    EXACT_MICROS + (power - 4) * PARTS + part
}

/// The longest duration of a bucket.
fn end_of(bucket: i64) -> i64 {
    if bucket < EXACT_MICROS {
        return bucket;
    }
    let (power, part) = ((bucket - EXACT_MICROS) / PARTS + 4, (bucket - EXACT_MICROS) % PARTS);
    ((PARTS + part + 1) << (power - 3)) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_percentile_is_at_most_an_eighth_too_large(
            mut all in prop::collection::vec(0..1_000_000_000_000i64, 1..200),
            percent in 1..=100i64,
        ) {
            let mut spread = Spread::default();
            all.iter().for_each(|micros| spread.add(*micros));
            all.sort_unstable();
            let rank = (all.len() * usize::try_from(percent).unwrap()).div_ceil(100).max(1);
            let exact = all[rank - 1];
            let told = spread.percentile(percent);
            prop_assert!(told >= exact && told <= exact + exact / 8 + 1, "{told} for {exact}");
            prop_assert_eq!(spread.percentile(100), *all.last().unwrap());
            prop_assert_eq!(spread.count(), i64::try_from(all.len()).unwrap());
        }

        #[test]
        fn a_spread_survives_the_store_and_parts_add_up(
            all in prop::collection::vec(0..1_000_000_000_000i64, 0..100),
            cut in 0..100usize,
        ) {
            let spread = |part: &[i64]| {
                let mut spread = Spread::default();
                part.iter().for_each(|micros| spread.add(*micros));
                spread
            };
            let whole = spread(&all);
            let (left, right) = all.split_at(cut.min(all.len()));
            let mut sum = spread(left);
            sum.merge(&spread(right));
            prop_assert_eq!(&sum, &whole);
            let stored = Spread::from_parts(whole.count(), whole.max_micros(), &whole.to_text());
            prop_assert_eq!(stored, Some(whole));
        }

        #[test]
        fn every_duration_lies_in_its_bucket(micros in 0..=LONGEST_MICROS) {
            let bucket = bucket_of(micros);
            prop_assert!(end_of(bucket) >= micros);
            prop_assert!(bucket == 0 || end_of(bucket - 1) < micros);
        }
    }

    #[test]
    fn of_nothing_every_percentile_is_zero() {
        assert_eq!(Spread::default().percentile(99), 0);
        for bad in ["x", "1", "1:x", "-1:1", "9999:1"] {
            assert_eq!(Spread::from_parts(1, 2, bad), None, "{bad}");
        }
    }
}
