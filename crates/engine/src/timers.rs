//! Timers: carrying out those that are due, and the list of those that are armed.

pub(crate) mod fire;
mod list;

pub use dwell_store::conversations::Timer;
pub use list::List;
