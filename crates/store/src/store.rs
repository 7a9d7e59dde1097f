//! The store as the rest of Dwell sees it: units of work in, answers out.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::engine::{Engine, Job, Outcome, postgres, sqlite};
use crate::error::{OpenError, StoreError};
use crate::statement::Tx;
use crate::url::DatabaseUrl;

/// How a store is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Units of work that may wait for their turn; more are refused as overloaded.
    pub queue_jobs_max: usize,
    /// Units of work that SQLite may commit together.
    pub batch_jobs_max: usize,
    /// Threads that read from SQLite.
    pub reader_threads: usize,
    /// Connections to PostgreSQL.
    pub postgres_connections: usize,
    /// Memory for SQLite's page cache of the writer, in bytes; each reader gets a quarter.
    pub cache_bytes: usize,
    /// Pages that SQLite's database may have: a small disk, for tests.
    #[doc(hidden)]
    pub sqlite_pages_max: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            queue_jobs_max: 4_096,
            batch_jobs_max: 256,
            reader_threads: 2,
            postgres_connections: 8,
            cache_bytes: 32 * 1024 * 1024,
            sqlite_pages_max: None,
        }
    }
}

/// A database, open. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
}

impl Store {
    /// Opens a database, makes it if it is an embedded one that is not there, and migrates it.
    ///
    /// What PostgreSQL keeps through a power cut is its own affair: Dwell leaves its
    /// `synchronous_commit` as it is.
    ///
    /// # Errors
    /// An [`OpenError`] for the person who starts the server.
    pub fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, OpenError> {
        let engine = match url {
            DatabaseUrl::Sqlite(path) => Engine::Sqlite(sqlite::Sqlite::open(path, options)?),
            DatabaseUrl::Postgres(url) => Engine::Postgres(postgres::Postgres::open(url, options)?),
        };
        Ok(Store { engine: Arc::new(engine) })
    }

    /// The name of the engine: `sqlite` or `postgres`.
    pub fn engine_name(&self) -> &'static str {
        match *self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgres",
        }
    }

    /// Runs `work` in a transaction and answers once its effects are on disk. Nothing is kept when
    /// it fails. `work` may run more than once.
    ///
    /// # Errors
    /// Those of `work`, and any [`StoreError`] of the engine.
    pub async fn write<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let answer = self.submit(Access::Write, work);
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    /// Runs `work` on one snapshot of the database. `work` may run more than once.
    ///
    /// # Errors
    /// Those of `work`, and any [`StoreError`] of the engine.
    pub async fn read<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let answer = self.submit(Access::Read, work);
        answer.await.unwrap_or_else(|_| Err(gone().into()))
    }

    /// [`Self::write`] for callers outside an async runtime.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_blocking<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Access::Write, work).blocking_recv().unwrap_or_else(|_| Err(gone().into()))
    }

    /// [`Self::read`] for callers outside an async runtime.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn read_blocking<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(Access::Read, work).blocking_recv().unwrap_or_else(|_| Err(gone().into()))
    }

    fn submit<T, E, F>(&self, access: Access, work: F) -> oneshot::Receiver<Result<T, E>>
    where
        F: Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work { work, result: None, reply });
        match (&*self.engine, access) {
            (Engine::Sqlite(engine), Access::Write) => engine.write(job),
            (Engine::Sqlite(engine), Access::Read) => engine.read(job),
            (Engine::Postgres(engine), Access::Write) => engine.write(job),
            (Engine::Postgres(engine), Access::Read) => engine.read(job),
        }
        answer
    }
}

enum Access {
    Read,
    Write,
}

fn gone() -> StoreError {
    StoreError::Unavailable("the store has stopped".to_owned())
}

/// A unit of work with the place that waits for its answer.
struct Work<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Work<T, E, F>
where
    F: Fn(&mut dyn Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Outcome {
        let result = (self.work)(tx);
        let outcome = if result.is_ok() { Outcome::Keep } else { Outcome::Discard };
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let result = match (failure, self.result) {
            (Some(error), _) => Err(error.into()),
            (None, Some(result)) => result,
            (None, None) => Err(gone().into()),
        };
        // Nobody waits any more when the caller went away; the work stands all the same.
        let _ = self.reply.send(result);
    }
}
