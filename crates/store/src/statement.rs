//! Statements, values and rows: the common ground of both engines.
//!
//! Every column is `BIGINT` or `TEXT`, so a value is a whole number, a text or null. Placeholders
//! are written `?1`; the PostgreSQL engine turns them into `$1`. Three marks depend on the engine:
//! `{lock}`, `{share}` and `{skip_locked}` become row locks on PostgreSQL and nothing on SQLite, which has one
//! writer.
//!
//! A statement over many rows says `VALUES {rows}` to insert them, or `{1}`, `{2}` … for their columns
//! with `{from_rows}` where a `FROM` may stand to update or find by them. PostgreSQL gets all rows at once,
//! SQLite, where a call costs nothing, one after another.

use dwell_core::session::Session;
use dwell_core::{AccountSid, ConversationSid, Timestamp};

use crate::error::StoreError;

/// A named statement.
#[derive(Debug)]
pub struct Stmt {
    /// Its name in errors and tests: module and constant.
    pub name: &'static str,
    /// Its text.
    pub sql: &'static str,
    /// For a statement over many rows: the kinds of the columns of one row, which take the place
    /// of `{rows}` or `{from_rows}`.
    pub row: &'static [Kind],
}

impl Stmt {
    /// The marks that become row locks.
    pub(crate) const LOCKS: [&'static str; 3] = ["{lock}", "{share}", "{skip_locked}"];

    /// Whether it locks the rows that it finds, which only a unit of work that writes may do.
    pub(crate) fn locks(&self) -> bool {
        Self::LOCKS.iter().any(|mark| self.sql.contains(mark))
    }
}

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BIGINT`.
    Int,
    /// `TEXT`.
    Text,
}

/// A parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// A text.
    Text(&'a str),
}

impl<'a, T: AsRef<str> + ?Sized> From<&'a T> for Value<'a> {
    fn from(text: &'a T) -> Self {
        Value::Text(text.as_ref())
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Int(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Int(i64::from(flag))
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Value::Int(at.as_micros())
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// A row of an answer. Columns count from zero.
pub trait Row {
    /// A whole number, or `None` for null.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else.
    fn opt_int(&self, column: usize) -> Result<Option<i64>, StoreError>;
    /// A text, or `None` for null.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else.
    fn opt_text(&self, column: usize) -> Result<Option<&str>, StoreError>;
}

/// Which way a page of a list lies from the row that bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek<'a> {
    /// After the row of this key; after an empty text lies the whole list.
    After(&'a str),
    /// Before the row of this key, nearest first.
    Before(&'a str),
}

/// The statements of a list by one key, onward and backward. Their last two parameters are the key
/// of the row that bounds the page and the most rows on it.
pub(crate) struct ListStmts {
    /// `… AND key > ?n ORDER BY key LIMIT ?m`.
    pub(crate) after: &'static Stmt,
    /// `… AND key < ?n ORDER BY key DESC LIMIT ?m`.
    pub(crate) before: &'static Stmt,
}

/// What a unit of work has to tell those who watch an account, once it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Something happened to a conversation.
    Conversation {
        /// The account.
        account_sid: AccountSid,
        /// The conversation.
        conversation_sid: ConversationSid,
        /// The number of the newest event there.
        seq: i64,
    },
    /// A session changed, or began.
    Session {
        /// As it is from then on.
        session: Box<Session>,
        /// Whether its status, its owner or its queue is another one.
        moved: bool,
    },
}

/// A unit of work: everything done through it is kept together or not at all. Once a statement has
/// failed, every further one fails in the same way, and nothing of the unit is kept even if the
/// failure is passed over: PostgreSQL knows no other way, and SQLite follows it.
pub trait Tx {
    /// Runs a statement and says how many rows it changed.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine.
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a query and hands over each row.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine or of `each`.
    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Runs a statement over any number of rows, whose parameters follow one another
    /// in `params`, and says how many rows it changed.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine.
    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a query by any number of rows of parameters and hands over each row found.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine or of `each`.
    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Has news told once the unit of work is kept, by whoever runs it; the engines themselves tell nobody.
    fn tell(&mut self, news: News);
}

impl dyn Tx + '_ {
    /// The first row of a query, read by `read`.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine or of `read`.
    pub(crate) fn first<T>(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut found = None;
        self.rows(stmt, params, &mut |row| {
            if found.is_none() {
                found = Some(read(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// A page of a list, read by `read`.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine or of `read`.
    pub(crate) fn page<T>(
        &mut self,
        list: &ListStmts,
        of: &[Value<'_>],
        seek: Seek<'_>,
        limit: i64,
        read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let (stmt, key) = match seek {
            Seek::After(key) => (list.after, key),
            Seek::Before(key) => (list.before, key),
        };
        self.all(stmt, &[of, params![key, limit]].concat(), read)
    }

    /// Every row of a query, read by `read`.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine or of `read`.
    pub(crate) fn all<T>(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        mut read: impl FnMut(&dyn Row) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        self.rows(stmt, params, &mut |row| {
            found.push(read(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

/// Parameters of a statement, each turned into a [`Value`].
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::statement::Value::from($value)),*] };
}
pub(crate) use params;

/// Declares the statements of a module and lists them all in `ALL`.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident $(($($kind:ident),*))? = $sql:expr;)*) => {
        $(
            $(#[$doc])*
            static $name: $crate::statement::Stmt = $crate::statement::Stmt {
                name: concat!(module_path!(), "::", stringify!($name)),
                sql: $sql,
                row: &[$($($crate::statement::Kind::$kind),*)?],
            };
        )*
        /// Every statement of this module.
        pub(crate) static ALL: &[&$crate::statement::Stmt] = &[$(&$name),*];
    };
}
pub(crate) use statements;
