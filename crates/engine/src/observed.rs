//! A unit of work under observation: what it has to tell, and whether it has written anything.

use dwell_store::{News, Row, Stmt, StoreError, Tx, Value};

pub(crate) struct Observed<'a> {
    tx: &'a mut dyn Tx,
    /// Whether a statement has changed something, or tried to.
    pub(crate) has_written: bool,
    /// What is to be told once it is on disk.
    pub(crate) news: Vec<News>,
}

impl<'a> Observed<'a> {
    pub(crate) fn new(tx: &'a mut dyn Tx) -> Self {
        Observed { tx, has_written: false, news: Vec::new() }
    }
}

impl Tx for Observed<'_> {
    fn exec(&mut self, stmt: &'static Stmt, params: &[Value<'_>]) -> Result<u64, StoreError> {
        self.has_written = true;
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
        self.has_written = true;
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
