//! Deliveries: what webhooks are to be told, from the event to the answer (contract §10).

pub(crate) mod enqueue;
pub(crate) mod gate;
pub(crate) mod work;

pub use enqueue::{Notifier, materialize};
