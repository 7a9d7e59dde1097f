//! A PostgreSQL server in a temporary directory.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::postgres::programs::Programs;
use crate::postgres::{Problem, base_directory};

/// Attempts to start; another program may take the port in between.
const START_ATTEMPTS: usize = 3;
/// Minutes without a test after which the shared server goes away.
const IDLE_MINUTES: u32 = 10;
/// For tests only: nothing has to outlive a power cut (a crash of the server it does), and a
/// deadlock is to be found soon.
const CONFIGURATION: &str = "
    listen_addresses = '127.0.0.1'
    unix_socket_directories = ''
    max_connections = 400
    shared_buffers = '64MB'
    fsync = off
    full_page_writes = off
    deadlock_timeout = '100ms'
";
/// Ends the server in the directory `$1` once the condition `$2` fails, and clears up.
const WATCH: &str = r#"
    while [ -d "$1" ] && eval "$2"; do sleep 2; done
    if [ -f "$1/data/postmaster.pid" ]; then kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")"; sleep 1; fi
    rm -rf "$1"
"#;

/// A server of one's own. It ends when this is dropped, or when the process that started it ends.
pub struct Server {
    programs: Programs,
    directory: TempDir,
    port: u16,
    url: String,
    shared: bool,
}

impl Server {
    /// Starts a server that no other test uses.
    ///
    /// # Errors
    /// A [`Problem`] that says what to do when there is no PostgreSQL.
    pub fn private() -> Result<Self, Problem> {
        let server = Server::prepare(&base_directory()?)?;
        server.watch(&format!("kill -0 {} 2>/dev/null", std::process::id()))?;
        Ok(server)
    }

    /// Starts the server that all tests share, which this process leaves running.
    pub(super) fn start_shared(base: &Path) -> Result<Self, Problem> {
        let mut server = Server::prepare(base)?;
        let stamp = server.stamp();
        fs::write(&stamp, "wanted").map_err(|error| Problem::new("a mark", &error))?;
        server.watch(&format!("[ -n \"$(find '{}' -mmin -{IDLE_MINUTES})\" ]", stamp.display()))?;
        server.directory.disable_cleanup(true);
        server.shared = true;
        Ok(server)
    }

    /// Makes a cluster and starts it.
    fn prepare(base: &Path) -> Result<Self, Problem> {
        let failed = |error: std::io::Error| Problem::new("a temporary PostgreSQL", &error);
        let directory = tempfile::Builder::new().prefix("postgres-").tempdir_in(base).map_err(failed)?;
        let programs = Programs::find(directory.path().metadata().map_err(failed)?.uid())?;
        let password = random_text().map_err(failed)?;
        let password_file = directory.path().join("password");
        fs::write(&password_file, &password).map_err(failed)?;
        if let Some((user, group)) = programs.lent_to {
            for path in [directory.path(), &password_file] {
                chown(path, Some(user), Some(group)).map_err(failed)?;
            }
        }
        let data = directory.path().join("data");
        programs.run("initdb", |command| {
            command.args(["--no-sync", "--auth=password", "--username=dwell", "--encoding=UTF8", "--locale=C"]);
            command.arg("--pwfile").arg(&password_file).arg("--pgdata").arg(&data);
        })?;
        append(&data, CONFIGURATION).map_err(failed)?;
        let mut server = Server { programs, directory, port: 0, url: String::new(), shared: false };
        let mut attempt = 1;
        loop {
            server.port = free_port().map_err(failed)?;
            append(&data, &format!("port = {}\n", server.port)).map_err(failed)?;
            match server.start() {
                Err(problem) if attempt == START_ATTEMPTS => return Err(problem),
                Err(_) => attempt += 1,
                Ok(()) => break,
            }
        }
        server.url = format!("postgres://dwell:{password}@127.0.0.1:{}/postgres", server.port);
        Ok(server)
    }

    /// The URL of its database, with a superuser's password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its port on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A file that each test touches which wants the server.
    pub(super) fn stamp(&self) -> PathBuf {
        self.directory.path().join("stamp")
    }

    /// Starts it, where it is stopped, and returns when it takes connections.
    ///
    /// # Errors
    /// A [`Problem`] with what the server said.
    pub fn start(&self) -> Result<(), Problem> {
        let log = self.directory.path().join("log");
        let started = self.programs.run("pg_ctl", |command| {
            command.args(["start", "--wait", "--timeout=60", "--silent", "--log"]).arg(&log);
            command.arg("--pgdata").arg(self.data());
        });
        started.map_err(|problem| Problem(format!("{problem}\n{}", fs::read_to_string(&log).unwrap_or_default())))
    }

    /// Stops it and ends its connections, as for an update of the server.
    ///
    /// # Errors
    /// A [`Problem`] with what the server said.
    pub fn stop(&self) -> Result<(), Problem> {
        self.shut_down("fast")
    }

    /// Ends it as a crash would: what it was doing is lost, and it recovers when it starts.
    ///
    /// # Errors
    /// A [`Problem`] with what the server said.
    pub fn crash(&self) -> Result<(), Problem> {
        self.shut_down("immediate")
    }

    fn shut_down(&self, mode: &str) -> Result<(), Problem> {
        self.programs.run("pg_ctl", |command| {
            command.args(["stop", "--wait", "--timeout=60", "--silent", "--mode", mode]);
            command.arg("--pgdata").arg(self.data());
        })
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Leaves somebody behind who ends the server when `wanted` no longer holds.
    fn watch(&self, wanted: &str) -> Result<(), Problem> {
        Command::new("sh")
            .args(["-c", WATCH, "dwell-test-postgres"])
            .arg(self.directory.path())
            .arg(wanted)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(drop)
            .map_err(|error| Problem::new("sh", &error))
    }
}

/// The directory goes with it, and then the one who watches.
impl Drop for Server {
    fn drop(&mut self) {
        if !self.shared {
            let _ = self.crash();
        }
    }
}

fn append(data: &Path, text: &str) -> std::io::Result<()> {
    File::options().append(true).open(data.join("postgresql.conf"))?.write_all(text.as_bytes())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A password that other users of the machine cannot guess.
fn random_text() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
