//! The engines, and what they run.

pub(crate) mod postgres;
pub(crate) mod sqlite;

use crate::error::StoreError;
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
pub(crate) fn run_caught(job: &mut dyn Job, tx: &mut dyn Tx) -> Result<Outcome, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run(tx)))
        .map_err(|_| StoreError::Internal("a unit of work panicked".to_owned()))
}
