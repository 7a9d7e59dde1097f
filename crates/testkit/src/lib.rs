//! What the tests of every crate share.

mod app;
mod clock;
pub mod postgres;
mod random;

pub use app::{Account, Answer, START, TestApp, engine};
pub use clock::ManualClock;
pub use random::SeededRandom;
