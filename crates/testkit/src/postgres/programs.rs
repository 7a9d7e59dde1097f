//! The programs of PostgreSQL, and the user that may run them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::postgres::{Problem, URL_VARIABLE};

/// Directories with one sub-directory for each version.
const VERSIONED: &[&str] = &["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
/// Whom root lends the server to, the first that exists.
const UNPRIVILEGED: &[&str] = &["postgres", "nobody"];

pub(super) struct Programs {
    directory: PathBuf,
    /// User and group for the programs when we are root, which PostgreSQL refuses.
    pub(super) lent_to: Option<(u32, u32)>,
}

impl Programs {
    pub(super) fn find(user: u32) -> Result<Self, Problem> {
        let directory = candidates().into_iter().find(|directory| has_programs(directory)).ok_or_else(|| {
            Problem(format!(
                "no PostgreSQL found for this test: its programs (initdb, pg_ctl, postgres) are neither in \
                 {}/*/bin nor on PATH. Run `make test`, whose scripts/setup says what to install, or set \
                 {URL_VARIABLE} to the URL of a server",
                VERSIONED[0]
            ))
        })?;
        let lent_to = if user == 0 { Some(unprivileged_user()?) } else { None };
        Ok(Programs { directory, lent_to })
    }

    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.directory.join(program));
        command.stdin(Stdio::null()).current_dir("/").env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if let Some((user, group)) = self.lent_to {
            command.uid(user).gid(group);
        }
        command
    }

    /// Runs a program to its end.
    pub(super) fn run(&self, program: &str, set: impl FnOnce(&mut Command)) -> Result<(), Problem> {
        let mut command = self.command(program);
        set(&mut command);
        let output = command.output().map_err(|error| Problem::new(program, &error))?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(Problem::new(program, &String::from_utf8_lossy(&said).trim()))
    }
}

/// The newest version first, then the path.
fn candidates() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = VERSIONED
        .iter()
        .filter_map(|directory| fs::read_dir(directory).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path().join("bin")))
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(version(path)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&path));
    found
}

fn version(bin: &Path) -> u32 {
    let name = bin.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let digits: String = name.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

fn has_programs(directory: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| directory.join(program).is_file())
}

fn unprivileged_user() -> Result<(u32, u32), Problem> {
    let users = fs::read_to_string("/etc/passwd").map_err(|error| Problem::new("/etc/passwd", &error))?;
    UNPRIVILEGED
        .iter()
        .find_map(|name| {
            let mut fields = users.lines().map(|line| line.split(':')).find(|f| f.clone().next() == Some(name))?;
            Some((fields.nth(2)?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .ok_or_else(|| Problem("PostgreSQL refuses to run as root, and there is no user postgres or nobody".to_owned()))
}
