//! The checks of `dwell doctor`. None of them changes anything that lasts.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use dwell_core::Timestamp;
use dwell_engine::{Clock, SystemClock};
use dwell_store::{DatabaseUrl, MigrationStatus, migration_status};
use rusqlite::{Connection, OpenFlags};

use super::{Finding, Verdict};
use crate::settings::Settings;
use crate::{first_account, opening};

/// 1 January 2026: a clock before it is not set.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_767_225_600);
/// How far the database may be ahead of the clock, in seconds.
const AHEAD_SECONDS_MAX: i64 = 60;
/// Free disk below which somebody should look, in bytes.
const FREE_BYTES_WARN: u64 = 1 << 30;
/// Free disk below which the next checkpoint may fail, in bytes.
const FREE_BYTES_FAIL: u64 = 64 << 20;

fn ok(remark: impl ToString) -> Finding {
    (Verdict::Ok, remark.to_string())
}

fn warn(remark: impl ToString) -> Finding {
    (Verdict::Warn, remark.to_string())
}

fn fail(remark: impl ToString) -> Finding {
    (Verdict::Fail, remark.to_string())
}

/// The account to adopt.
pub(super) fn environment() -> Finding {
    match first_account::from_environment() {
        Ok(None) => ok("none to adopt from the environment"),
        Ok(Some(credentials)) => ok(format_args!("{} is adopted from the environment", credentials.account_sid)),
        Err(problem) => fail(problem),
    }
}

/// The machine's clock: set at all, and not behind what the database has seen.
pub(super) fn clock(settings: &Settings) -> Finding {
    let now = SystemClock.now();
    if now < EARLIEST {
        return fail(format_args!("{}: the machine's clock is not set", now.to_rfc3339_seconds()));
    }
    if let Some(written) = written_at(settings).filter(|at| now.plus_seconds(AHEAD_SECONDS_MAX) < *at) {
        return warn(format_args!(
            "{}: behind the last change of the database, {}; timers come late",
            now.to_rfc3339_seconds(),
            written.to_rfc3339_seconds()
        ));
    }
    ok(now.to_rfc3339_seconds())
}

/// When an SQLite database was last written.
fn written_at(settings: &Settings) -> Option<Timestamp> {
    let DatabaseUrl::Sqlite(path) = &settings.database else { return None };
    let modified = std::fs::metadata(path).ok()?.modified().ok()?;
    let since_epoch = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_seconds(i64::try_from(since_epoch.as_secs()).ok()?))
}

/// The directory of the database and the key file: there, writable, with room.
pub(super) fn directory(settings: &Settings) -> (Finding, Option<Finding>) {
    let file = match &settings.database {
        DatabaseUrl::Sqlite(path) => path,
        DatabaseUrl::Postgres(_) => &settings.key_file,
    };
    let directory = file.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let shown = directory.display();
    if !directory.exists() {
        return (ok(format_args!("{shown} is made on first start")), None);
    }
    let probe = directory.join(format!(".dwell-doctor-{}", std::process::id()));
    if let Err(error) = std::fs::write(&probe, []).and_then(|()| std::fs::remove_file(&probe)) {
        return (fail(format_args!("{shown}: {error}")), None);
    }
    (ok(shown), Some(free_space(directory)))
}

fn free_space(directory: &Path) -> Finding {
    let free = match rustix::fs::statvfs(directory) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return warn(format_args!("free space is not known: {error}")),
    };
    let remark = format!("{} MiB free", free >> 20);
    match free {
        0..FREE_BYTES_FAIL => fail(remark),
        FREE_BYTES_FAIL..FREE_BYTES_WARN => warn(remark),
        _ => ok(remark),
    }
}

/// The database: reachable, with a schema that this version can use.
pub(super) fn database(settings: &Settings) -> (Option<MigrationStatus>, Finding) {
    let database = &settings.database;
    let status = match migration_status(database) {
        Ok(status) => status,
        Err(error) => return (None, fail(error)),
    };
    let finding = match status.applied {
        0 => ok(format_args!("{database} is empty; made on first start")),
        applied if applied > status.known => fail(format_args!(
            "{database} is at schema version {applied}, newer than {}, the newest that this Dwell knows",
            status.known
        )),
        applied if applied < status.known => {
            warn(format_args!("{database} is at schema version {applied}; {} on next start", status.known))
        }
        applied => ok(format_args!("{database}, schema version {applied}")),
    };
    (Some(status), finding)
}

/// SQLite's own check of the whole file.
pub(super) fn integrity(settings: &Settings, status: MigrationStatus) -> Finding {
    let path = match &settings.database {
        DatabaseUrl::Sqlite(path) if status.applied > 0 => path,
        DatabaseUrl::Sqlite(_) => return ok("nothing to check yet"),
        DatabaseUrl::Postgres(_) => return ok("PostgreSQL looks after itself"),
    };
    let checked = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .and_then(|connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0)));
    match checked {
        Ok(answer) if answer == "ok" => ok("quick check passed"),
        Ok(answer) => fail(format_args!("{answer}; restore a back-up")),
        Err(error) => fail(error),
    }
}

/// The key file: private, and the one that the database was made with.
pub(super) fn key_file(settings: &Settings, status: MigrationStatus) -> Finding {
    let path = &settings.key_file;
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound && status.applied == 0 => {
            return ok(format_args!("{shown} is made on first start"));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return fail(format_args!("{shown}: {error}")),
        Ok(file) if file.permissions().mode() & 0o077 != 0 => {
            return fail(format_args!("{shown} may be read by others; run: chmod 600 {shown}"));
        }
        Ok(_) => {}
    }
    if status.applied != status.known {
        return ok(format_args!("{shown} is private; whether it fits the database shows at the next start"));
    }
    match opening::check_pair(&settings.database, path) {
        Ok(()) if path.exists() => ok(format_args!("{shown} is private and fits the database")),
        Ok(()) => ok(format_args!("{shown} is made on first start")),
        Err(problem) => fail(problem),
    }
}

/// An address to listen on: free, or in use by what may well be this server.
pub(super) fn listen(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => ok(format_args!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            warn(format_args!("{address} is in use; as it should be while the server runs"))
        }
        Err(error) => fail(format_args!("{address}: {error}")),
    }
}
