//! A session with its prepared statements, and the unit of work on one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::private::BytesMut;
use postgres::types::{BorrowToSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, RowIter, Statement};

use crate::engine::postgres::Access;
use crate::engine::postgres::connection::{Fault, fault};
use crate::engine::postgres::sql::text;
use crate::error::StoreError;
use crate::statement::{News, Row, Stmt, Tx, Value};

/// A connection with every statement prepared once.
pub(super) struct Session {
    client: Client,
    prepared: HashMap<*const Stmt, Statement>,
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Session { client, prepared: HashMap::new() }
    }

    pub(super) fn begin(&mut self, access: Access) -> Result<(), Fault> {
        self.command(match access {
            Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            Access::Write => "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE",
        })
    }

    pub(super) fn commit(&mut self) -> Result<(), Fault> {
        self.command("COMMIT").map_err(|fault| match fault {
            // Running it again could do it twice.
            Fault::Lost(text) => Fault::Final(StoreError::Unavailable(format!(
                "the connection broke during a commit, which may have been carried out: {text}"
            ))),
            other => other,
        })
    }

    pub(super) fn rollback(&mut self) -> Result<(), Fault> {
        self.command("ROLLBACK")
    }

    fn command(&mut self, command: &str) -> Result<(), Fault> {
        self.client.batch_execute(command).map_err(|error| fault(&error))
    }

    fn query<P, I>(&mut self, stmt: &'static Stmt, params: I) -> Result<RowIter<'_>, postgres::Error>
    where
        P: BorrowToSql,
        I: IntoIterator<Item = P>,
        I::IntoIter: ExactSizeIterator,
    {
        let Session { client, prepared } = self;
        let statement = match prepared.entry(std::ptr::from_ref(stmt)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(client.prepare(&text(stmt))?),
        };
        client.query_raw(statement, params)
    }
}

/// The unit of work on a session.
pub(super) struct PostgresTx<'s> {
    session: &'s mut Session,
    access: Access,
    /// The first failure: PostgreSQL refuses every statement after it.
    pub(super) failure: Option<Fault>,
}

impl<'s> PostgresTx<'s> {
    pub(super) fn new(session: &'s mut Session, access: Access) -> Self {
        PostgresTx { session, access, failure: None }
    }

    fn run<T, P, I>(
        &mut self,
        stmt: &'static Stmt,
        params: I,
        read: impl FnOnce(&mut RowIter<'_>) -> Result<T, postgres::Error>,
    ) -> Result<T, StoreError>
    where
        P: BorrowToSql,
        I: IntoIterator<Item = P>,
        I::IntoIter: ExactSizeIterator,
    {
        if let Some(failure) = &self.failure {
            return Err(failure.clone().into_error());
        }
        let answer = self.session.query(stmt, params).and_then(|mut rows| read(&mut rows));
        answer.map_err(|error| {
            let fault = match fault(&error) {
                // A server that was demoted takes no writes; another one may.
                Fault::Final(StoreError::Internal(text)) if self.access == Access::Write && is_read_only(&error) => {
                    Fault::Lost(text)
                }
                Fault::Final(StoreError::Internal(text)) => {
                    Fault::Final(StoreError::Internal(format!("{}: {text}", stmt.name)))
                }
                other => other,
            };
            self.failure.insert(fault).clone().into_error()
        })
    }
}

fn is_read_only(error: &postgres::Error) -> bool {
    error.code() == Some(&postgres::error::SqlState::READ_ONLY_SQL_TRANSACTION)
}

fn count(rows: &mut RowIter<'_>) -> Result<u64, postgres::Error> {
    while rows.next()?.is_some() {}
    Ok(rows.rows_affected().unwrap_or_default())
}

impl Tx for PostgresTx<'_> {
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.run(stmt, params.iter().copied(), count)
    }

    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.run(stmt, params.iter().copied(), |rows| hand_over(rows, each))?
    }

    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        if params.is_empty() {
            return Ok(0);
        }
        let (by_column, height) = by_column(stmt, params)?;
        self.run(stmt, by_column.chunks_exact(height), count)
    }

    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if params.is_empty() {
            return Ok(());
        }
        let (by_column, height) = by_column(stmt, params)?;
        self.run(stmt, by_column.chunks_exact(height), |rows| hand_over(rows, each))?
    }

    fn tell(&mut self, _: News) {}
}

/// Hands over every row; the outer error is the server's, the inner one that of `each`.
fn hand_over(
    rows: &mut RowIter<'_>,
    each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
) -> Result<Result<(), StoreError>, postgres::Error> {
    let mut unreadable = Ok(());
    // To the end even when a row is unreadable: an error of the server may still come, and it would make
    // the commit a rollback that looks like one.
    while let Some(row) = rows.next()? {
        if unreadable.is_ok() {
            unreadable = each(&row);
        }
    }
    Ok(unreadable)
}

/// Rows of parameters turned into columns, one after another, and how long each is.
fn by_column<'v>(stmt: &Stmt, params: &[Value<'v>]) -> Result<(Vec<Value<'v>>, usize), StoreError> {
    let width = stmt.row.len();
    if width == 0 || !params.len().is_multiple_of(width) {
        return Err(StoreError::Internal(format!("{}: {} values are not whole rows", stmt.name, params.len())));
    }
    let columns = (0..width).flat_map(|column| params.iter().skip(column).step_by(width).copied());
    Ok((columns.collect(), params.len() / width))
}

/// A value went to a parameter of another type: a mistake in a statement.
#[derive(Debug, thiserror::Error)]
#[error("a parameter of type {0} cannot hold {1}")]
struct Mismatch(Type, &'static str);

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT8 => number.to_sql(ty, out),
            Value::Text(text) if *ty == Type::TEXT => text.to_sql(ty, out),
            Value::Int(_) => Err(Mismatch(ty.clone(), "a whole number").into()),
            Value::Text(_) => Err(Mismatch(ty.clone(), "a text").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INT8 || *ty == Type::TEXT
    }

    to_sql_checked!();
}

fn unexpected(column: usize, error: &postgres::Error) -> StoreError {
    StoreError::Corrupt(format!("column {column}: {error}"))
}

impl Row for postgres::Row {
    fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError> {
        self.try_get(column).map_err(|error| unexpected(column, &error))
    }

    fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError> {
        self.try_get(column).map_err(|error| unexpected(column, &error))
    }
}
