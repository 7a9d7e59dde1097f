//! PostgreSQL for tests: a schema of its own for each test on one shared server, or a private server
//! that a test may stop and start.
//!
//! The shared server is started by the first test that wants one, found by those that follow in
//! other processes, and goes away by itself when no test has asked for it for a while. The
//! environment variable [`URL_VARIABLE`] names another one to use instead.

mod programs;
mod server;

use std::fmt;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use postgres::{Client, NoTls};

pub use server::Server;

/// The environment variable with the URL of a server to use for tests. Its user must be allowed to
/// create schemas.
pub const URL_VARIABLE: &str = "DWELL_TEST_POSTGRES";

/// What keeps a test from having its PostgreSQL.
pub struct Problem(String);

impl Problem {
    fn new(doing: &str, error: &dyn fmt::Display) -> Self {
        Problem(format!("{doing}: {error}"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As it is displayed, so that `unwrap` in a test says it plainly.
impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Problem {}

/// An empty schema, gone when this is dropped.
#[derive(Debug)]
pub struct Database {
    server: String,
    schema: String,
    url: String,
}

impl Database {
    /// A schema on the shared server.
    ///
    /// # Errors
    /// A [`Problem`] that says what to do when there is no PostgreSQL.
    pub fn create() -> Result<Self, Problem> {
        let server = match std::env::var(URL_VARIABLE) {
            Ok(url) => url,
            Err(_) => shared_server()?,
        };
        Database::create_on(&server)
    }

    /// A schema on the server with this URL.
    ///
    /// # Errors
    /// A [`Problem`] when the server cannot be reached or refuses.
    pub fn create_on(server: &str) -> Result<Self, Problem> {
        let schema = aside(|| {
            let mut client = Client::connect(server, NoTls).map_err(|error| Problem::new(server, &error))?;
            let failed = |error: postgres::Error| Problem::new("creating a schema", &error);
            let name = "SELECT 'dwell_test_' || replace(gen_random_uuid()::text, '-', '')";
            let schema: String = client.query_one(name, &[]).map_err(failed)?.get(0);
            client.batch_execute(&format!("CREATE SCHEMA {schema}")).map_err(failed)?;
            Ok(schema)
        })?;
        let mark = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{mark}options=-c%20search_path%3D{schema}");
        Ok(Database { server: server.to_owned(), schema, url })
    }

    /// The URL of a database in which everything unqualified is in this schema.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What cannot be dropped goes with the server.
        let _ = aside(|| {
            let mut client = Client::connect(&self.server, NoTls).map_err(|error| Problem::new("", &error))?;
            let drop = format!("SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE", self.schema);
            client.batch_execute(&drop).map_err(|error| Problem::new("", &error))
        });
    }
}

/// Runs `work` on a thread of its own: the driver may not be called from an async runtime.
fn aside<T: Send>(work: impl FnOnce() -> Result<T, Problem> + Send) -> Result<T, Problem> {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|_| Err(Problem("a panic".to_owned())))
}

/// The URL of the server that all tests share, started if need be.
fn shared_server() -> Result<String, Problem> {
    let base = base_directory()?;
    let failed = |error: std::io::Error| Problem::new("the shared PostgreSQL for tests", &error);
    let note = base.join("postgres.url");
    let lock = private_file().open(base.join("postgres.lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;
    if let Some(url) = running(&note) {
        return Ok(url);
    }
    let server = Server::start_shared(&base)?;
    let mut file = private_file().truncate(true).open(&note).map_err(failed)?;
    let text = format!("{}\n{}", server.url(), server.stamp().display());
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    Ok(server.url().to_owned())
}

/// The URL in the note, if the server there answers.
fn running(note: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(note).ok()?.read_to_string(&mut text).ok()?;
    let (url, stamp) = text.split_once('\n')?;
    // First the sign that it is still wanted, then the question whether it is still there.
    fs::metadata(stamp).ok()?;
    fs::write(stamp, "wanted").ok()?;
    aside(|| Client::connect(url, NoTls).map_err(|error| Problem::new("", &error)).map(drop)).ok()?;
    Some(url.to_owned())
}

/// Readable by nobody else: the URL has the password of a superuser.
fn private_file() -> fs::OpenOptions {
    let mut options = File::options();
    options.write(true).create(true).mode(0o600);
    options
}

/// Where the servers for tests live: not under `target`, which the unprivileged user that runs the
/// server as root need not be able to reach.
fn base_directory() -> Result<PathBuf, Problem> {
    let failed = |error: std::io::Error| Problem::new("the directory of PostgreSQL for tests", &error);
    let probe = tempfile::tempfile().map_err(failed)?;
    let user = probe.metadata().map_err(failed)?.uid();
    let base = std::env::temp_dir().join(format!("dwell-tests-{user}"));
    match fs::create_dir(&base) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let found = fs::symlink_metadata(&base).map_err(failed)?;
    if !found.is_dir() || found.uid() != user {
        return Err(Problem(format!("{} belongs to somebody else", base.display())));
    }
    Ok(base)
}
