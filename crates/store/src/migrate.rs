//! Migrations: numbered SQL files, one folder per engine, verified by checksum.

use std::path::Path;

use refinery::Runner;
use rusqlite::Connection;

use crate::engine::postgres::{Fault, Settings, aside, describe, fault};
use crate::error::OpenError;
use crate::url::DatabaseUrl;

mod sqlite_migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

mod postgres_migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// The table in which the migrations that were applied are noted.
const HISTORY: &str = "refinery_schema_history";

/// What a database has and what this Dwell knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The newest migration that the database has; 0 for an empty one.
    pub applied: i64,
    /// The newest migration that this Dwell knows.
    pub known: i64,
}

/// Lets one node at a time migrate a schema.
const LOCK: &str = "SET lock_timeout = '5min';
    SELECT pg_advisory_lock(hashtextextended('dwell migrations of ' || current_schema(), 0))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtextextended('dwell migrations of ' || current_schema(), 0))";

/// Looks at a database without changing it. An embedded database that is not there has nothing
/// applied.
///
/// # Errors
/// [`OpenError::Unreachable`] when the database cannot be read.
pub fn migration_status(url: &DatabaseUrl) -> Result<MigrationStatus, OpenError> {
    let (applied, known) = match url {
        DatabaseUrl::Sqlite(path) => {
            let runner = sqlite_migrations::migrations::runner();
            let applied = if path.exists() { sqlite_status(&runner, path, url)? } else { None };
            (applied, newest(&runner))
        }
        DatabaseUrl::Postgres(text) => {
            let runner = postgres_migrations::migrations::runner();
            let settings = Settings::parse(text)?;
            let applied = aside(|| {
                let mut client = settings.connect().map_err(|error| settings.unreachable(&error))?;
                postgres_applied(&runner, &settings, &mut client)
            })?;
            (applied, newest(&runner))
        }
    };
    Ok(MigrationStatus { applied: applied.unwrap_or_default(), known })
}

pub(crate) fn sqlite(connection: &mut Connection) -> Result<(), OpenError> {
    let runner = sqlite_migrations::migrations::runner();
    refuse_newer(sqlite_applied(&runner, connection).map_err(OpenError::Migration)?, newest(&runner))?;
    runner.run(connection).map_err(|error| OpenError::Migration(explain(&error)))?;
    Ok(())
}

/// Migrates the schema that the connection finds first. Several nodes may do so at once.
pub(crate) fn postgres(settings: &Settings) -> Result<(), OpenError> {
    let unreachable = |error| settings.unreachable(&error);
    let failed = |error: postgres::Error| match fault(&error) {
        Fault::Lost(_) => settings.unreachable(&error),
        _ => OpenError::Migration(describe(&error)),
    };
    let mut client = settings.connect().map_err(unreachable)?;
    let encoding: String = client.query_one("SHOW server_encoding", &[]).map_err(unreachable)?.get(0);
    if encoding != "UTF8" {
        let problem = format!("its encoding is {encoding}, but Dwell needs UTF8");
        return Err(OpenError::Unreachable { database: settings.database.clone(), problem });
    }
    client.batch_execute(LOCK).map_err(failed)?;
    let runner = postgres_migrations::migrations::runner();
    refuse_newer(postgres_applied(&runner, settings, &mut client)?, newest(&runner))?;
    runner.run(&mut client).map_err(|error| OpenError::Migration(explain(&error)))?;
    client.batch_execute(UNLOCK).map_err(failed)
}

fn sqlite_status(runner: &Runner, path: &Path, url: &DatabaseUrl) -> Result<Option<i64>, OpenError> {
    let unreachable = |problem| OpenError::Unreachable { database: url.to_string(), problem };
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|error| unreachable(error.to_string()))?;
    sqlite_applied(runner, &mut connection).map_err(unreachable)
}

/// The newest migration that an embedded database has; `None` for an empty one.
fn sqlite_applied(runner: &Runner, connection: &mut Connection) -> Result<Option<i64>, String> {
    let tables: i64 = connection
        .query_row("SELECT COUNT(*) FROM sqlite_master WHERE name = ?1", [HISTORY], |row| row.get(0))
        .map_err(|error| error.to_string())?;
    if tables == 0 {
        return Ok(None);
    }
    let newest = runner.get_last_applied_migration(connection).map_err(|error| explain(&error))?;
    Ok(newest.map(|migration| i64::from(migration.version())))
}

/// The newest migration that a schema has; `None` for an empty one.
fn postgres_applied(
    runner: &Runner,
    settings: &Settings,
    client: &mut postgres::Client,
) -> Result<Option<i64>, OpenError> {
    let unreachable = |error| settings.unreachable(&error);
    let row = client.query_one("SELECT to_regclass($1) IS NOT NULL", &[&HISTORY]).map_err(unreachable)?;
    if !row.get::<_, bool>(0) {
        return Ok(None);
    }
    let newest = runner.get_last_applied_migration(client).map_err(|error| OpenError::Migration(explain(&error)))?;
    Ok(newest.map(|migration| i64::from(migration.version())))
}

/// An error with its causes.
fn explain(error: &refinery::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text = format!("{text}: {source}");
        cause = source.source();
    }
    text
}

fn refuse_newer(applied: Option<i64>, supported: i64) -> Result<(), OpenError> {
    match applied {
        Some(found) if found > supported => Err(OpenError::Newer { found, supported }),
        _ => Ok(()),
    }
}

fn newest(runner: &Runner) -> i64 {
    runner.get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or_default()
}
