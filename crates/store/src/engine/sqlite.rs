//! The embedded engine: SQLite in WAL mode, one writer thread with group commit, a few reader
//! threads, and checkpoints beside them.

mod connection;
mod writer;

use std::path::{Path, PathBuf};
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rusqlite::Connection;

use crate::engine::{Job, run_caught};
use crate::error::{OpenError, StoreError};
use crate::migrate;
use crate::store::Options;
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

        let (writes, write_jobs) = bounded(options.queue_jobs_max);
        let (reads, read_jobs) = bounded(options.queue_jobs_max);
        // One waiting hint is as good as many.
        let (hints, checkpoint_hints) = bounded(1);
        let mut threads = Vec::new();
        let log_size = writer::LogSize::default();
        let size = log_size.clone();
        let batch_jobs_max = options.batch_jobs_max.max(1);
        threads.push(spawn("dwell-writer", path, move || writer::run(&writer, &write_jobs, batch_jobs_max, &hints, &size))?);
        for _ in 0..options.reader_threads.max(1) {
            let connection = connection::open(path, options.cache_bytes / 4)?;
            connection.pragma_update(None, "query_only", true).map_err(|error| open_error(path, &error))?;
            let jobs = read_jobs.clone();
            threads.push(spawn("dwell-reader", path, move || read_loop(&connection, &jobs))?);
        }
        let connection = connection::open(path, 0)?;
        threads.push(spawn("dwell-checkpoint", path, move || writer::checkpoint_loop(&connection, &checkpoint_hints, &log_size))?);
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

fn submit(queue: Option<&Queue>, job: Box<dyn Job>) {
    let Some(queue) = queue else { return job.answer(Some(StoreError::Unavailable("closing".to_owned()))) };
    match queue.try_send(job) {
        Ok(()) => {}
        Err(TrySendError::Full(job)) => job.answer(Some(StoreError::Overloaded)),
        Err(TrySendError::Disconnected(job)) => {
            job.answer(Some(StoreError::Unavailable("the database thread has stopped".to_owned())));
        }
    }
}

fn spawn(name: &str, path: &Path, run: impl FnOnce() + Send + 'static) -> Result<thread::JoinHandle<()>, OpenError> {
    thread::Builder::new().name(name.to_owned()).spawn(run).map_err(|error| OpenError::Unreachable {
        database: PathBuf::from(path).display().to_string(),
        problem: error.to_string(),
    })
}

fn read_loop(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    let mut tx = SqliteTx::new(connection);
    for mut job in jobs {
        let failure = read_one(connection, &mut tx, job.as_mut()).err();
        job.answer(failure);
    }
}

fn read_one(connection: &Connection, tx: &mut SqliteTx<'_>, job: &mut dyn Job) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN").map_err(|error| store_error(&error))?;
    let ran = run_caught(job, tx);
    connection.execute_batch("ROLLBACK").map_err(|error| store_error(&error))?;
    ran.map(|_| ())
}
