//! A `dwell` process of a test's own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dwell_testkit::postgres::Database;
use serde_json::Value;
use tempfile::TempDir;

use crate::api::Api;

/// Longest wait for anything that should happen soon.
const PATIENCE: Duration = Duration::from_secs(30);

/// A directory to run `dwell` in, and the database to run it on.
pub(crate) struct Home {
    directory: TempDir,
    postgres: Option<Database>,
}

/// What a command that has ended left behind.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Home { directory: TempDir::new().unwrap(), postgres: None }
    }

    /// One whose servers run on a PostgreSQL database of its own.
    pub(crate) fn on_postgres() -> Self {
        Home { postgres: Some(Database::create().unwrap()), ..Home::new() }
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// `dwell` in this directory, with nothing of the environment that could change what it does.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dwell"));
        command.args(arguments).current_dir(self.directory.path()).env_clear().stdin(Stdio::null());
        if let Some(database) = &self.postgres {
            command.env("DWELL_DATABASE", database.url());
        }
        command
    }

    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        ended(self.command(arguments).envs(environment.iter().copied()).output().unwrap())
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, &[])
    }

    /// Runs a command with something on standard input.
    pub(crate) fn run_fed(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        ended(child.wait_with_output().unwrap())
    }

    /// Runs a command that must succeed and prints JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", ended.stdout))
    }

    pub(crate) fn start(&self) -> Server {
        self.start_with(&[], &[])
    }

    pub(crate) fn start_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        // Tests are in a hurry.
        let environment = [&[("DWELL_WRITES_PER_SECOND_MAX", "0")], environment].concat();
        self.spawn(arguments, &environment)
    }

    /// A server with a limit on writes, or with its own idea of one.
    pub(crate) fn start_limited(&self, arguments: &[&str], writes_per_second_max: &str) -> Server {
        let setting = [("DWELL_WRITES_PER_SECOND_MAX", writes_per_second_max)];
        self.spawn(arguments, if writes_per_second_max.is_empty() { &[] } else { &setting })
    }

    fn spawn(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Server {
        let mut command = self.command(&["serve", "--log-format", "json"]);
        // Ports of the system's choice; the log says which.
        let free = [("DWELL_LISTEN", "127.0.0.1:0"), ("DWELL_METRICS_LISTEN", "127.0.0.1:0")];
        command.args(arguments).envs(free).envs(environment.iter().copied());
        Server::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
    }
}

fn ended(output: Output) -> Ended {
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    stdout: Receiver<String>,
    log: Receiver<String>,
    pub(crate) url: String,
    pub(crate) metrics_url: String,
    pub(crate) log_so_far: Vec<String>,
}

impl Server {
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = lines(child.stdout.take().unwrap());
        let log = lines(child.stderr.take().unwrap());
        let mut server =
            Server { child, stdout, log, url: String::new(), metrics_url: String::new(), log_so_far: Vec::new() };
        let ready = server.wait_for_log("ready");
        let address = |name: &str| format!("http://{}", ready["fields"][name].as_str().unwrap_or("nowhere"));
        server.url = address("listen");
        server.metrics_url = address("metrics");
        server
    }

    /// Waits for a line of the log with this message.
    pub(crate) fn wait_for_log(&mut self, message: &str) -> Value {
        while let Ok(line) = self.log.recv_timeout(PATIENCE) {
            let entry: Value = serde_json::from_str(&line).unwrap_or_default();
            self.log_so_far.push(line);
            if entry["fields"]["message"].as_str() == Some(message) {
                return entry;
            }
        }
        panic!("never said `{message}`:\n{}", self.log_so_far.join("\n"))
    }

    /// The next line on stdout.
    pub(crate) fn next_line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("a line on stdout")
    }

    /// The URL, account SID and auth token that were printed.
    pub(crate) fn introduction(&self) -> (String, String, String) {
        let value = |name: &str| {
            let line = self.next_line();
            line.strip_prefix(name).unwrap_or_else(|| panic!("{name} in {line}")).to_owned()
        };
        let (url, sid, token) = (value("URL: "), value("Account SID: "), value("Auth Token: "));
        assert_eq!(self.next_line(), format!("export TWILIO_ACCOUNT_SID={sid} TWILIO_AUTH_TOKEN={token}"));
        assert_eq!(self.next_line(), format!("Console: {url}/console"));
        (url, sid, token)
    }

    pub(crate) fn api(&self, user: &str, password: &str) -> Api {
        Api::new(&self.url, user, password)
    }

    /// The API as a new account sees it.
    pub(crate) fn new_account(&self, home: &Home, flags: &[&str]) -> Api {
        let arguments = [&["account", "create", "--json"], flags].concat();
        let account = home.json(&arguments);
        self.api(account["account_sid"].as_str().unwrap(), account["auth_token"].as_str().unwrap())
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Ends the process without any warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.child.wait().unwrap().signal(), Some(9));
    }

    /// Waits for the end and returns everything that was still said on stdout.
    pub(crate) fn end(&mut self) -> (ExitStatus, Vec<String>) {
        // The log ends with the process.
        while let Ok(line) = self.log.recv_timeout(PATIENCE) {
            self.log_so_far.push(line);
        }
        (self.child.wait().unwrap(), self.stdout.try_iter().collect())
    }

    /// SIGTERM, then everything that was still said on stdout.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        self.signal("TERM");
        let (status, said) = self.end();
        assert_eq!(status.code(), Some(0), "{}", self.log_so_far.join("\n"));
        said
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a pipe, read at once so that it never fills.
fn lines(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// The permissions of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A short wait between two looks at the process.
#[expect(clippy::disallowed_methods, reason = "the process under test lives in real time")]
pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Waits until `look` finds something.
pub(crate) async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / 50 {
        if let Some(found) = look().await {
            return found;
        }
        pause().await;
    }
    panic!("nothing after {PATIENCE:?}")
}
