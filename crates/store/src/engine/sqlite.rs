//! The embedded engine: SQLite in WAL mode, one writer thread with group commit, a few reader
//! threads, and checkpoints beside them.

mod connection;
mod writer;

use std::path::Path;
use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::Connection;

use crate::engine::{Job, Outcome, run_caught, spawn, submit};
use crate::error::{OpenError, StoreError};
use crate::migrate;
use crate::store::Options;
pub(crate) use connection::text;
use connection::{SqliteTx, open_error, store_error};

type Queue = Sender<Box<dyn Job>>;

/// An open SQLite database.
pub(crate) struct Sqlite {
    writes: Option<Queue>,
    reads: Option<Queue>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        if let Some(directory) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(directory).map_err(|error| OpenError::NotWritable {
                path: directory.display().to_string(),
                problem: error.to_string(),
            })?;
        }
        let mut writer = connection::open(path, options.cache_bytes)?;
        migrate::sqlite(&mut writer)?;
        if let Some(pages) = options.sqlite_pages_max {
            connection::bound_pages(&writer, pages).map_err(|error| open_error(path, &error))?;
        }

        let (writes, write_jobs) = bounded(options.queue_jobs_max);
        let (reads, read_jobs) = bounded(options.queue_jobs_max);
        // One waiting hint is as good as many.
        let (hints, checkpoint_hints) = bounded(1);
        let mut threads = Vec::new();
        let database = path.display().to_string();
        let log_size = writer::LogSize::default();
        log_size.follow(&mut writer).map_err(|error| open_error(path, &error))?;
        let batch_jobs_max = options.batch_jobs_max.max(1);
        threads.push(spawn("dwell-writer", &database, move || {
            writer::run(&writer, &write_jobs, batch_jobs_max, &hints, &log_size)
        })?);
        for _ in 0..options.reader_threads.max(1) {
            let connection = connection::open(path, options.cache_bytes / 4)?;
            connection.pragma_update(None, "query_only", true).map_err(|error| open_error(path, &error))?;
            let jobs = read_jobs.clone();
            threads.push(spawn("dwell-reader", &database, move || read_loop(&connection, &jobs))?);
        }
        let connection = connection::open(path, 0)?;
        threads.push(spawn("dwell-checkpoint", &database, move || {
            writer::checkpoint_loop(&connection, &checkpoint_hints)
        })?);
        Ok(Sqlite { writes: Some(writes), reads: Some(reads), threads })
    }

    pub(crate) fn write(&self, job: Box<dyn Job>) {
        submit(self.writes.as_ref(), job);
    }

    pub(crate) fn read(&self, job: Box<dyn Job>) {
        submit(self.reads.as_ref(), job);
    }
}

/// Lets the threads finish what is queued, then waits for them.
impl Drop for Sqlite {
    fn drop(&mut self) {
        self.writes = None;
        self.reads = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn read_loop(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    let mut tx = SqliteTx::reading(connection);
    for mut job in jobs {
        let failure = read_one(connection, &mut tx, job.as_mut()).err();
        job.answer(failure);
    }
}

fn read_one(connection: &Connection, tx: &mut SqliteTx<'_>, job: &mut dyn Job) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN").map_err(|error| store_error(&error))?;
    tx.failure = None;
    let ran = run_caught(job, tx);
    // A failed read may have ended the transaction already.
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK").map_err(|error| store_error(&error))?;
    }
    match (ran?, tx.failure.take()) {
        (Outcome::Keep, Some(failure)) => Err(failure),
        _ => Ok(()),
    }
}
