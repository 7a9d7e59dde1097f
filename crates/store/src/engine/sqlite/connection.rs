//! Connections to SQLite and the unit of work on one.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement, ToSql};

use crate::error::{OpenError, StoreError, UniqueKey};
use crate::statement::{News, Row, Stmt, Tx, Value};

/// How long to wait for another process (the command line) that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of the database that are read through memory mapping.
const MMAP_BYTES: i64 = 1 << 30;

pub(super) fn open(path: &Path, cache_bytes: usize) -> Result<Connection, OpenError> {
    let connection = Connection::open(path).map_err(|error| open_error(path, &error))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(|error| open_error(path, &error))?;
    // A negative size is in KiB.
    let cache_kib = -i64::try_from(cache_bytes / 1024).unwrap_or(i64::MAX).max(1_024);
    let set = |name: &str, value: &dyn ToSql| connection.pragma_update(None, name, value);
    set("journal_mode", &"WAL")
        .and_then(|()| set("synchronous", &"FULL"))
        .and_then(|()| set("wal_autocheckpoint", &0))
        .and_then(|()| set("temp_store", &"MEMORY"))
        .and_then(|()| set("cache_size", &cache_kib))
        .and_then(|()| set("mmap_size", &MMAP_BYTES))
        .map_err(|error| open_error(path, &error))?;
    Ok(connection)
}

/// Lets the database grow to so many pages, as if the disk ended there.
pub(super) fn bound_pages(connection: &Connection, pages: u32) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

pub(super) fn open_error(path: &Path, error: &rusqlite::Error) -> OpenError {
    let problem = error.to_string();
    let path = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::DiskFull) => {
            OpenError::NotWritable { path, problem }
        }
        _ => OpenError::Unreachable { database: format!("sqlite:{path}"), problem },
    }
}

pub(super) fn store_error(error: &rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => match text.strip_prefix("UNIQUE constraint failed: ") {
            Some(columns) => StoreError::Unique(UniqueKey::from_columns(columns)),
            None => StoreError::Internal(text),
        },
        Some(
            ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::DatabaseBusy
            | ErrorCode::OutOfMemory,
        ) => StoreError::Unavailable(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(text),
        _ => StoreError::Internal(text),
    }
}

/// The unit of work on a connection, with every statement prepared once.
pub(super) struct SqliteTx<'c> {
    connection: &'c Connection,
    prepared: HashMap<*const Stmt, Statement<'c>>,
    read_only: bool,
    /// Whether anything was written since this was last cleared.
    pub(super) wrote: bool,
    /// The first failure of the engine since this was last cleared. PostgreSQL refuses every
    /// statement after it, so this does too.
    pub(super) failure: Option<StoreError>,
}

impl<'c> SqliteTx<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        SqliteTx { connection, prepared: HashMap::new(), read_only: false, wrote: false, failure: None }
    }

    /// A unit of work that may only read. It takes no locks either, so that a mistake which
    /// PostgreSQL would refuse shows here as well.
    pub(super) fn reading(connection: &'c Connection) -> Self {
        SqliteTx { read_only: true, ..SqliteTx::new(connection) }
    }

    /// Runs `step` on a prepared statement, unless something failed before.
    fn run<T>(
        &mut self,
        stmt: &'static Stmt,
        step: impl FnOnce(&mut Statement<'c>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        use std::collections::hash_map::Entry;
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let prepared = match self.prepared.entry(std::ptr::from_ref(stmt)) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(_) if self.read_only && stmt.locks() => {
                let text = format!("{}: a row lock in a unit of work that reads", stmt.name);
                return Err(self.failure.insert(StoreError::Internal(text)).clone());
            }
            Entry::Vacant(entry) => self.connection.prepare(&text(stmt)).map(|statement| entry.insert(statement)),
        };
        prepared.and_then(step).map_err(|error| {
            let error = match store_error(&error) {
                StoreError::Internal(text) => StoreError::Internal(format!("{}: {text}", stmt.name)),
                StoreError::Unavailable(text) if self.read_only && is_read_only(&error) => {
                    StoreError::Internal(format!("{}: {text}", stmt.name))
                }
                other => other,
            };
            self.failure.insert(error).clone()
        })
    }
}

fn is_read_only(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ReadOnly)
}

/// The text of a statement for SQLite: no row locks, one row at a time.
pub(crate) fn text(stmt: &Stmt) -> String {
    let row: Vec<String> = (1..=stmt.row.len()).map(|i| format!("?{i}")).collect();
    let sql = row
        .iter()
        .enumerate()
        .fold(stmt.sql.to_owned(), |sql, (i, placeholder)| sql.replace(&format!("{{{}}}", i + 1), placeholder));
    sql.replace("{lock}", "")
        .replace("{skip_locked}", "")
        .replace("{share}", "")
        .replace("{from_rows}", "")
        .replace("{rows}", &format!("({})", row.join(", ")))
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn bind_and_step(statement: &mut Statement<'_>, params: &[Value<'_>]) -> rusqlite::Result<usize> {
    statement.execute(rusqlite::params_from_iter(params))
}

impl Tx for SqliteTx<'_> {
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.wrote = true;
        self.run(stmt, |statement| bind_and_step(statement, params)).map(|rows| rows as u64)
    }

    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.run(stmt, |statement| {
            let mut rows = statement.query(rusqlite::params_from_iter(params))?;
            while let Some(row) = rows.next()? {
                if let Err(error) = each(row) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        })?
    }

    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        if params.is_empty() {
            return Ok(0);
        }
        self.wrote = true;
        let width = stmt.row.len().max(1);
        let changed = self.run(stmt, |statement| {
            params.chunks(width).try_fold(0, |sum, row| Ok(sum + bind_and_step(statement, row)?))
        });
        changed.map(|rows| rows as u64)
    }

    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        params.chunks(stmt.row.len().max(1)).try_for_each(|row| self.rows(stmt, row, each))
    }

    fn tell(&mut self, _: News) {}
}

fn unexpected(column: usize, found: ValueRef<'_>) -> StoreError {
    StoreError::Corrupt(format!("column {column} holds a value of type {}", found.data_type()))
}

impl Row for rusqlite::Row<'_> {
    fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.get_ref(column).map_err(|error| store_error(&error))? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            other => Err(unexpected(column, other)),
        }
    }

    fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.get_ref(column).map_err(|error| store_error(&error))? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map(Some)
                .map_err(|_| StoreError::Corrupt(format!("column {column} is not UTF-8"))),
            other => Err(unexpected(column, other)),
        }
    }
}
