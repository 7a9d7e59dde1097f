//! The PostgreSQL engine: worker threads with a connection each, behind one queue.

mod connection;
mod gate;
mod sql;
mod tls;
mod transaction;
mod worker;

use std::convert::Infallible;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, bounded};

pub(crate) use connection::{Fault, SESSION, Settings, aside, describe, fault};
pub(crate) use sql::text;

use crate::engine::{Job, spawn, submit};
use crate::error::OpenError;
use crate::migrate;
use crate::store::Options;
use gate::Gate;
use worker::Worker;

/// Whether a unit of work may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

struct Task {
    access: Access,
    job: Box<dyn Job>,
}

impl From<Task> for Box<dyn Job> {
    fn from(task: Task) -> Self {
        task.job
    }
}

/// An open PostgreSQL database.
pub(crate) struct Postgres {
    tasks: Option<Sender<Task>>,
    /// Gone once the engine closes, so that no worker waits any longer before it tries again.
    closing: Option<Sender<Infallible>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Postgres {
    pub(crate) fn open(url: &str, options: &Options) -> Result<Self, OpenError> {
        let settings = Arc::new(Settings::parse(url)?);
        aside(|| migrate::postgres(&settings))?;

        let (tasks, queue) = bounded(options.queue_jobs_max);
        let (closing, closed) = bounded(0);
        let gate = Arc::new(Gate::default());
        let mut threads = Vec::new();
        for _ in 0..options.postgres_connections.max(1) {
            let (settings, gate, queue, closed) = (settings.clone(), gate.clone(), queue.clone(), closed.clone());
            let database = settings.database.clone();
            let run = move || {
                let mut worker = Worker::new(settings, gate, closed);
                for Task { access, mut job } in queue {
                    let failure = worker.carry_out(job.as_mut(), access).err();
                    job.answer(failure);
                }
            };
            threads.push(spawn("dwell-postgres", &database, run)?);
        }
        Ok(Postgres { tasks: Some(tasks), closing: Some(closing), threads })
    }

    pub(crate) fn write(&self, job: Box<dyn Job>) {
        submit(self.tasks.as_ref(), Task { access: Access::Write, job });
    }

    pub(crate) fn read(&self, job: Box<dyn Job>) {
        submit(self.tasks.as_ref(), Task { access: Access::Read, job });
    }
}

/// Lets the threads finish what is queued, then waits for them.
impl Drop for Postgres {
    fn drop(&mut self) {
        self.tasks = None;
        self.closing = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
