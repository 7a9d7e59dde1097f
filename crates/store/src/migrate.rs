//! Migrations: numbered SQL files, one folder per engine, verified by checksum.

use rusqlite::Connection;

use crate::error::OpenError;
use crate::url::DatabaseUrl;

mod sqlite_migrations {
    refinery::embed_migrations!("migrations/sqlite");
}

mod postgres_migrations {
    refinery::embed_migrations!("migrations/postgres");
}

/// What a database has and what this Dwell knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigrationStatus {
    /// The newest migration that the database has; 0 for an empty one.
    pub applied: i64,
    /// The newest migration that this Dwell knows.
    pub known: i64,
}

/// Looks at a database without changing it. An embedded database that is not there has nothing
/// applied.
///
/// # Errors
/// [`OpenError::Unreachable`] when the database cannot be read.
pub fn migration_status(url: &DatabaseUrl) -> Result<MigrationStatus, OpenError> {
    let unreachable =
        |problem: String| OpenError::Unreachable { database: url.to_string(), problem };
    match url {
        DatabaseUrl::Sqlite(path) => {
            let known = newest(&sqlite_migrations::migrations::runner());
            if !path.exists() {
                return Ok(MigrationStatus { applied: 0, known });
            }
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            let mut connection = Connection::open_with_flags(path, flags).map_err(|e| unreachable(e.to_string()))?;
            let runner = sqlite_migrations::migrations::runner();
            let applied = runner.get_last_applied_migration(&mut connection).map_err(|e| unreachable(e.to_string()))?;
            Ok(MigrationStatus { applied: applied.map_or(0, |m| i64::from(m.version())), known })
        }
        DatabaseUrl::Postgres(text) => {
            let mut client =
                postgres::Client::connect(text, postgres::NoTls).map_err(|e| unreachable(e.to_string()))?;
            let runner = postgres_migrations::migrations::runner();
            let applied = runner.get_last_applied_migration(&mut client).map_err(|e| unreachable(e.to_string()))?;
            Ok(MigrationStatus { applied: applied.map_or(0, |m| i64::from(m.version())), known: newest(&runner) })
        }
    }
}

pub(crate) fn sqlite(connection: &mut Connection) -> Result<(), OpenError> {
    let runner = sqlite_migrations::migrations::runner();
    let applied = runner.get_last_applied_migration(connection).map_err(|e| OpenError::Migration(e.to_string()))?;
    refuse_newer(applied.map(|m| i64::from(m.version())), newest(&runner))?;
    runner.run(connection).map_err(|e| OpenError::Migration(e.to_string()))?;
    Ok(())
}

pub(crate) fn postgres(client: &mut postgres::Client) -> Result<(), OpenError> {
    let runner = postgres_migrations::migrations::runner();
    let applied = runner.get_last_applied_migration(client).map_err(|e| OpenError::Migration(e.to_string()))?;
    refuse_newer(applied.map(|m| i64::from(m.version())), newest(&runner))?;
    runner.run(client).map_err(|e| OpenError::Migration(e.to_string()))?;
    Ok(())
}

fn refuse_newer(applied: Option<i64>, supported: i64) -> Result<(), OpenError> {
    match applied {
        Some(found) if found > supported => Err(OpenError::Newer { found, supported }),
        _ => Ok(()),
    }
}

fn newest(runner: &refinery::Runner) -> i64 {
    runner.get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or_default()
}
