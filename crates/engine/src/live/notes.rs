//! What a unit of work has to tell, kept until it is on disk.

use std::sync::Arc;

use dwell_store::{News, Row, Stmt, StoreError, Tx, Value};
use parking_lot::Mutex;

/// What the last run of a unit of work had to tell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<News>>>);

impl Notes {
    /// Runs a unit of work. It may run more than once: the last time counts.
    pub(crate) fn during<T>(&self, tx: &mut dyn Tx, work: &impl Fn(&mut dyn Tx) -> T) -> T {
        let mut telling = Telling { tx, news: Vec::new() };
        let answer = work(&mut telling);
        *self.0.lock() = telling.news;
        answer
    }

    pub(crate) fn take(&self) -> Vec<News> {
        std::mem::take(&mut self.0.lock())
    }
}

/// A unit of work that remembers what it has to tell.
struct Telling<'a> {
    tx: &'a mut dyn Tx,
    news: Vec<News>,
}

impl Tx for Telling<'_> {
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.tx.exec(stmt, params)
    }

    fn rows(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.tx.rows(stmt, params, each)
    }

    fn exec_many(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.tx.exec_many(stmt, params)
    }

    fn rows_many(
        &mut self,
        stmt: &'static Stmt,
        params: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.tx.rows_many(stmt, params, each)
    }

    fn tell(&mut self, news: News) {
        self.news.push(news);
    }
}
