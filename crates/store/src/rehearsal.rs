//! A unit of work that is gone through without doing it: [`Store::rehearse`].

use std::collections::HashMap;
use std::sync::LazyLock;

use parking_lot::Mutex;

use crate::error::StoreError;
use crate::statement::{News, Row, Stmt, Tx, Value};
use crate::store::Store;

impl Store {
    /// Runs `work` as it would run in a transaction, on a snapshot and without any effect: what it reads
    /// is read without locks, and of what it writes each statement is said to have changed one row, or
    /// as many as it was given. So it refuses what it would refuse, and answers with what it would make.
    /// It does not find what it wrote itself, and a clash that only a key knows of stays unnoticed.
    ///
    /// # Errors
    /// Those of `work`, and any [`StoreError`] of the engine.
    pub async fn rehearse<T, E>(&self, work: impl Fn(&mut dyn Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.read(move |tx| work(&mut Rehearsal(tx))).await
    }
}

struct Rehearsal<'a>(&'a mut dyn Tx);

impl Tx for Rehearsal<'_> {
    fn exec(&mut self, _: &'static Stmt, _: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(1)
    }

    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.rows(without_locks(stmt), params, each)
    }

    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        Ok(params.len() as u64 / stmt.row.len().max(1) as u64)
    }

    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.0.rows_many(without_locks(stmt), params, each)
    }

    fn tell(&mut self, _: News) {}
}

/// The same query without its row locks, which a snapshot cannot take. Each is made once and kept for
/// ever, as statements are known by their place; there are as many as queries that lock.
fn without_locks(stmt: &'static Stmt) -> &'static Stmt {
    static MADE: LazyLock<Mutex<HashMap<&'static str, &'static Stmt>>> = LazyLock::new(Mutex::default);
    if !stmt.locks() {
        return stmt;
    }
    MADE.lock().entry(stmt.name).or_insert_with(|| {
        let sql = Stmt::LOCKS.iter().fold(stmt.sql.to_owned(), |sql, mark| sql.replace(mark, ""));
        Box::leak(Box::new(Stmt { name: stmt.name, sql: sql.leak(), row: stmt.row }))
    })
}
