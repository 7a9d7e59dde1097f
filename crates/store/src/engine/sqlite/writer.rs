//! The writer thread. Units of work that wait together are committed together: one fsync for all of
//! them, and nobody is answered before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crossbeam_channel::{Receiver, Sender};
use rusqlite::Connection;
use rusqlite::hooks::Wal;

use crate::engine::sqlite::connection::{SqliteTx, store_error};
use crate::engine::{Job, Outcome, run_caught};
use crate::error::StoreError;
use crate::stopwatch::Stopwatch;

/// Growth of the log, in pages, between two hints to the checkpoint thread. A page that is written
/// again and again goes into the database once per checkpoint, so rare ones save most of the work.
const CHECKPOINT_PAGES: i64 = 16_384;
/// Pages of the log above which the writer itself lets it start over.
const WAL_PAGES_MAX: i64 = 65_536;

type Batch = Vec<Box<dyn Job>>;

pub(super) fn run(
    connection: &Connection,
    jobs: &Receiver<Box<dyn Job>>,
    batch_jobs_max: usize,
    checkpoint_hints: &Sender<()>,
    log_size: &LogSize,
) {
    let mut tx = SqliteTx::new(connection);
    let mut pages_at_hint = 0;
    while let Ok(first) = jobs.recv() {
        let stopwatch = Stopwatch::start();
        let mut batch = Batch::with_capacity(16);
        // It never waits to fill a batch: whoever is there comes along.
        let next = || jobs.try_recv().ok();
        let result = together(connection, &mut tx, first, next, batch_jobs_max, &mut batch);
        metrics::histogram!("dwell_store_batch_jobs").record(batch.len() as f64);
        match result {
            Ok(()) => answer_all(batch, None),
            Err(Stop::Engine(error)) => {
                tracing::error!(%error, jobs = batch.len(), "a commit failed; nothing of it was kept");
                answer_all(batch, Some(&error));
            }
            Err(Stop::DirtyDiscard) => apart(connection, &mut tx, batch),
        }
        metrics::gauge!("dwell_store_wal_pages").set(log_size.pages() as f64);
        metrics::histogram!("dwell_store_batch_seconds").record(stopwatch.elapsed().as_secs_f64());
        let pages = log_size.pages();
        if pages < pages_at_hint {
            // It has started over.
            pages_at_hint = 0;
        }
        if pages - pages_at_hint >= CHECKPOINT_PAGES {
            pages_at_hint = pages;
            let _ = checkpoint_hints.try_send(());
        }
        keep_log_bounded(connection, log_size);
    }
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Why a batch could not be kept as it was.
enum Stop {
    /// The engine failed; every job of the batch is told.
    Engine(StoreError),
    /// A job wrote something and then refused, which savepoints must undo.
    DirtyDiscard,
}

/// Runs jobs in one transaction without savepoints: most refusals come before the first write and
/// leave nothing to undo, so the price of a savepoint per job is paid only when one does.
fn together(
    connection: &Connection,
    tx: &mut SqliteTx<'_>,
    first: Box<dyn Job>,
    mut next: impl FnMut() -> Option<Box<dyn Job>>,
    batch_jobs_max: usize,
    batch: &mut Batch,
) -> Result<(), Stop> {
    batch.push(first);
    begin(connection).map_err(Stop::Engine)?;
    while let Some(job) = batch.last_mut() {
        tx.wrote = false;
        tx.failure = None;
        let ran = run_caught(job.as_mut(), tx);
        if connection.is_autocommit() {
            // A full disk or a failed read makes SQLite roll back everything at once.
            let error = tx.failure.take().unwrap_or_else(|| StoreError::Unavailable("rolled back".to_owned()));
            return Err(Stop::Engine(error));
        }
        let failure = failure(tx, &ran);
        if tx.wrote && (failure.is_some() || matches!(ran, Ok(Outcome::Discard))) {
            rollback(connection);
            return Err(Stop::DirtyDiscard);
        }
        if let Some(error) = failure {
            // Nothing was written; tell this one and go on with the others.
            if let Some(job) = batch.pop() {
                job.answer(Some(error));
            }
        }
        if batch.len() >= batch_jobs_max {
            break;
        }
        match next() {
            Some(job) => batch.push(job),
            None => break,
        }
    }
    commit(connection).map_err(Stop::Engine)
}

/// Why a job that ran is to be told of a failure instead of its own result: it panicked, or it
/// passed over a failed statement.
fn failure(tx: &mut SqliteTx<'_>, ran: &Result<Outcome, StoreError>) -> Option<StoreError> {
    match ran {
        Ok(Outcome::Keep) => tx.failure.take(),
        Ok(Outcome::Discard) => None,
        Err(error) => Some(error.clone()),
    }
}

/// Runs the jobs of a batch again, each in a transaction of its own.
fn apart(connection: &Connection, tx: &mut SqliteTx<'_>, batch: Batch) {
    for mut job in batch {
        let failure = alone(connection, tx, job.as_mut()).err();
        job.answer(failure);
    }
}

fn alone(connection: &Connection, tx: &mut SqliteTx<'_>, job: &mut dyn Job) -> Result<(), StoreError> {
    begin(connection)?;
    tx.failure = None;
    let ran = run_caught(job, tx);
    if connection.is_autocommit() {
        return Err(tx.failure.take().unwrap_or_else(|| StoreError::Unavailable("rolled back".to_owned())));
    }
    match (failure(tx, &ran), ran) {
        (None, Ok(Outcome::Keep)) => commit(connection),
        (failure, _) => {
            rollback(connection);
            failure.map_or(Ok(()), Err)
        }
    }
}

fn answer_all(batch: Batch, failure: Option<&StoreError>) {
    for job in batch {
        job.answer(failure.cloned());
    }
}

fn begin(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE").map_err(|error| store_error(&error))
}

fn commit(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch("COMMIT").map_err(|error| {
        rollback(connection);
        store_error(&error)
    })
}

fn rollback(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%error, "a rollback failed");
    }
}

/// Copies the log into the database beside the writer, whenever the writer says that it grew.
pub(super) fn checkpoint_loop(connection: &Connection, hints: &Receiver<()>) {
    for () in hints {
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }
}

/// The size of the log after the last commit, in pages.
#[derive(Clone, Default)]
pub(super) struct LogSize(Arc<AtomicI64>);

impl LogSize {
    /// Follows the log of a connection. Takes the place of SQLite's own checkpoints.
    pub(super) fn follow(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let size = self.0.clone();
        connection.wal_hook(Some(move |_: &mut Wal, pages| {
            size.store(i64::from(pages), Ordering::Relaxed);
            Ok(())
        }))
    }

    fn pages(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Under steady load the log never comes to rest and could not start over by itself. Nearly all of
/// it has been copied by the checkpoint thread, so little is left to do here.
fn keep_log_bounded(connection: &Connection, log_size: &LogSize) {
    if log_size.pages() > WAL_PAGES_MAX {
        log_size.0.store(0, Ordering::Relaxed);
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())) {
            tracing::warn!(%error, "the log could not start over");
        }
    }
}
