//! Where a history is kept: a file of its own, or a schema of its own.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use dwell_store::{DatabaseUrl, Options, Store};
use dwell_testkit::postgres;
use tempfile::TempDir;

/// The database to play on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file for each seed, in memory where the system has a place for that.
    Sqlite,
    /// A schema for each seed: on the server with this URL, or on the one that tests share.
    Postgres(Option<String>),
}

/// The text names no database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseError;

impl std::fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a database is `sqlite`, `postgres`, `postgres:URL` or `postgres://…`")
    }
}

impl std::error::Error for DatabaseError {}

impl std::str::FromStr for Database {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, DatabaseError> {
        let is_url = |text: &str| text.starts_with("postgres://") || text.starts_with("postgresql://");
        match text {
            "sqlite" => Ok(Database::Sqlite),
            "postgres" => Ok(Database::Postgres(None)),
            url if is_url(url) => Ok(Database::Postgres(Some(url.to_owned()))),
            text => match text.strip_prefix("postgres:") {
                Some(url) if is_url(url) => Ok(Database::Postgres(Some(url.to_owned()))),
                _ => Err(DatabaseError),
            },
        }
    }
}

impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Database::Sqlite => f.write_str("sqlite"),
            Database::Postgres(None) => f.write_str("postgres"),
            Database::Postgres(Some(url)) => f.write_str(url),
        }
    }
}

/// Memory that looks like a disk, on systems that have it.
const MEMORY: &str = "/dev/shm";
/// The first bytes of a log; its salt among them changes when it starts over.
const LOG_HEAD_BYTES: u64 = 32;
/// How often a copy is tried until the log did not start over meanwhile.
const COPY_ATTEMPTS: usize = 8;

/// The database of one history.
pub(crate) struct Home {
    place: Place,
    /// Files are numbered; a crash goes on with the next.
    generation: usize,
}

enum Place {
    Directory(TempDir),
    Schema(postgres::Database),
}

impl Home {
    pub(crate) fn new(database: &Database) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("a temporary directory: {error}");
        let failed_server = |problem: postgres::Problem| problem.to_string();
        let place = match database {
            Database::Sqlite if Path::new(MEMORY).is_dir() => {
                Place::Directory(tempfile::Builder::new().prefix("dwell-sim-").tempdir_in(MEMORY).map_err(failed)?)
            }
            Database::Sqlite => Place::Directory(tempfile::tempdir().map_err(failed)?),
            Database::Postgres(None) => Place::Schema(postgres::Database::create().map_err(failed_server)?),
            Database::Postgres(Some(url)) => Place::Schema(postgres::Database::create_on(url).map_err(failed_server)?),
        };
        Ok(Home { place, generation: 0 })
    }

    pub(crate) fn is_file(&self) -> bool {
        matches!(self.place, Place::Directory(_))
    }

    fn path(&self, generation: usize) -> Option<PathBuf> {
        match &self.place {
            Place::Directory(directory) => Some(directory.path().join(format!("{generation}.db"))),
            Place::Schema(_) => None,
        }
    }

    /// Opens the database.
    pub(crate) fn open(&self) -> Result<Store, String> {
        let url = match (&self.place, self.path(self.generation)) {
            (Place::Schema(schema), _) => DatabaseUrl::Postgres(schema.url().to_owned()),
            (_, path) => DatabaseUrl::Sqlite(path.unwrap_or_default()),
        };
        open(&url)
    }

    /// Copies the file as it is on the disk at this moment, as a crash would leave it: no store is
    /// asked, nothing is finished or closed. `None` when there is no file or no sound copy.
    pub(crate) fn copy(&mut self) -> Result<Option<Copy>, String> {
        let (Some(from), Some(to)) = (self.path(self.generation), self.path(self.generation + 1)) else {
            return Ok(None);
        };
        let failed = |error: std::io::Error| format!("copying {}: {error}", from.display());
        for _ in 0..COPY_ATTEMPTS {
            // A page may be copied while a checkpoint writes it. The log, copied later, still has it,
            // unless the log has started over meanwhile: then the copy is none that a crash could leave.
            let head = log_head(&from);
            fs::copy(&from, &to).map_err(failed)?;
            if log(&from).exists() {
                fs::copy(log(&from), log(&to)).map_err(failed)?;
            }
            if log_head(&from) == head {
                return Ok(Some(Copy { path: to }));
            }
            fs::remove_file(log(&to)).map_err(failed)?;
        }
        Ok(None)
    }

    /// Goes on with the copy that was made last.
    pub(crate) fn move_to_copy(&mut self) {
        self.generation += 1;
    }

    /// Removes the files that were left behind.
    pub(crate) fn clean(&self) {
        for path in (0..self.generation).filter_map(|generation| self.path(generation)) {
            remove(&path);
        }
    }
}

/// A copy of a database.
pub(crate) struct Copy {
    path: PathBuf,
}

impl Copy {
    /// Opens the copy.
    pub(crate) fn open(&self) -> Result<Store, String> {
        open(&DatabaseUrl::Sqlite(self.path.clone()))
    }

    /// Removes the copy.
    pub(crate) fn remove(self) {
        remove(&self.path);
    }
}

fn open(url: &DatabaseUrl) -> Result<Store, String> {
    let options = Options { postgres_connections: 3, ..Options::default() };
    Store::open(url, &options).map_err(|error| format!("the database does not open: {error}"))
}

fn log(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

fn log_head(path: &Path) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    fs::File::open(log(path)).ok()?.take(LOG_HEAD_BYTES).read_to_end(&mut head).ok()?;
    Some(head)
}

/// What cannot be removed goes with the directory.
fn remove(path: &Path) {
    let mut index = path.as_os_str().to_owned();
    index.push("-shm");
    for file in [path.to_owned(), log(path), index.into()] {
        let _ = fs::remove_file(file);
    }
}
