//! The engines, and what they run.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::thread;

use crossbeam_channel::{Sender, TrySendError};

use crate::error::{OpenError, StoreError};
use crate::statement::Tx;

/// One of the two databases.
pub(crate) enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// What is to become of the effects of a unit of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Keep,
    Discard,
}

/// A unit of work without its types.
pub(crate) trait Job: Send {
    /// Does the work. May be called again after its effects were undone.
    fn run(&mut self, tx: &mut dyn Tx) -> Outcome;

    /// Tells the caller: the result of the last run, or `failure` when there is one.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// Runs a job and turns a panic of it into an error, so that a mistake in one unit of work stops
/// nobody else's.
fn run_caught(job: &mut dyn Job, tx: &mut dyn Tx) -> Result<Outcome, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run(tx)))
        .map_err(|_| StoreError::Internal("a unit of work panicked".to_owned()))
}

/// Hands a job to the threads behind `queue`, or answers it at once when they have too much to do;
/// `None` is the queue of an engine that is closing.
fn submit<J: Into<Box<dyn Job>>>(queue: Option<&Sender<J>>, job: J) {
    let Some(queue) = queue else {
        return job.into().answer(Some(StoreError::Unavailable("closing".to_owned())));
    };
    match queue.try_send(job) {
        Ok(()) => {}
        Err(TrySendError::Full(job)) => job.into().answer(Some(StoreError::Overloaded)),
        Err(TrySendError::Disconnected(job)) => {
            job.into().answer(Some(StoreError::Unavailable("the database thread has stopped".to_owned())));
        }
    }
}

/// Starts a thread of an engine.
fn spawn(name: &str, database: &str, run: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, OpenError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| OpenError::Unreachable { database: database.to_owned(), problem: error.to_string() })
}
