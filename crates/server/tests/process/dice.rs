//! A small source of chance.

use std::hash::{BuildHasher, RandomState};

/// Names a seed to play again.
const SEED_VARIABLE: &str = "DWELL_TEST_SEED";

/// A xorshift generator.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// With the seed of the environment, or one that is printed.
    pub(crate) fn new() -> Self {
        let given = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(0)).max(1);
        println!("{SEED_VARIABLE}={seed}");
        Dice(seed)
    }

    /// One that goes its own way from here.
    pub(crate) fn another(&mut self) -> Self {
        Dice(self.roll(u64::MAX) | 1)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
