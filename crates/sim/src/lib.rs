//! A seeded simulation of the real engine on a real store, beside a small reference model.
//!
//! One seed is one history: some hundreds of requests, jumps of the clock, late and double firings,
//! crashes and restarts. After each step the server and the model are compared, now and then and at
//! the end completely. A seed that fails is the bug report: it plays the same history again.

mod ask;
mod check;
mod command;
mod database;
mod model;
mod play;
mod pool;
mod step;
mod trace;
mod world;

pub use database::{Database, DatabaseError};
pub use model::Mistake;
pub use play::{Failure, Options, Played, play, steps_of};
